"""Measures ageing, the rows behind a figure, a statement and Interac matching over INVOICES issued invoices.

`make bench`; 100,000 by default, of 20,000 clients; two in three are paid, each with a snapshot as large as a real
one. SQLite, or DATABASE_URL. Prints the median and the slowest of ROUNDS in milliseconds.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import insert, text

from sercom import create_app
from sercom.accounts import ageing, items, matching, statement
from sercom.accounts.ageing import Bucket
from sercom.accounts.model import BankTransfer
from sercom.core import clock
from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.core.database import engine_options, normalise_url
from sercom.models import Allocation, Case, Client, Document, Invoice, Payment
from sercom.search.index import reindex

ROUNDS = 9
BATCH = 5000
CLIENTS_IN = 5
#: What one invoice's snapshot weighs, in bytes.
SNAPSHOT = "x" * 3000


def main() -> None:
    """Fill a database of its own, then measure."""
    count = int(os.environ.get("INVOICES", "100000"))
    with tempfile.TemporaryDirectory() as folder:
        url = normalise_url(os.environ.get("DATABASE_URL", "")) or f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        options = {"SQLALCHEMY_DATABASE_URI": url, "SQLALCHEMY_ENGINE_OPTIONS": engine_options(url)}
        app = create_app({"TESTING": True, "SECRET_KEY": "bench", **options})
        with app.app_context():
            upgrade()
            started = time.perf_counter()
            fill(count)
            spent = time.perf_counter() - started
            print(f"{db.engine.dialect.name}, {count} invoices, filled in {spent:.1f} s")
            sum(read for _table, read in reindex(db.session))
            db.session.commit()
            if db.engine.dialect.name == "postgresql":
                db.session.execute(text("ANALYZE"))
            db.session.commit()
            measure()
            db.session.remove()
            db.engine.dispose()


def fill(count: int) -> None:
    """``count`` issued invoices of the last three years, their payments, and a credit here and there."""
    random, now, today = Random(7), utcnow(), clock.today()
    stamp = {"created_at": now, "updated_at": now, "version": 1}
    for start in range(1, count + 1, BATCH):
        rows: dict[Any, list[dict[str, Any]]] = {
            model: [] for model in (Client, Case, Document, Invoice, Payment, Allocation)
        }
        for key in range(start, min(start + BATCH, count + 1)):
            _one(random, rows, key, stamp, today)
        for model, found in rows.items():
            if found:
                db.session.execute(insert(model.__table__), found)
        db.session.commit()


def _one(random: Random, rows: dict[Any, list[dict[str, Any]]], key: int, stamp: dict[str, Any], today: date) -> None:
    client = (key - 1) // CLIENTS_IN + 1
    if key % CLIENTS_IN == 1:
        told = {"kind": "person", "is_prospect": False, "language": "fr_CA", "terms_days": 30}
        rows[Client].append({"id": client, "name": f"Client {client:06d}", **told, **stamp})
    case = {"id": key, "number": f"2026-{key:06d}", "client_id": client, "title": "Thermopompe"}
    rows[Case].append({**case, "first_contact": "client", "letters": {}, **stamp})
    total = random.randint(5_000, 900_000)
    money = {"discount": 0, "net": total, "tax": 0, "total": total}
    scaled = {name: dollars(value) for name, value in money.items()}
    document = {"id": key, "kind": "invoice", "case_id": key, "client_id": client, "number": f"F-{key:06d}"}
    rows[Document].append({**document, "title": "Thermopompe", **scaled, **stamp})
    issued = today - timedelta(days=random.randint(1, 1000))
    dates = {"issue_date": issued, "due_date": issued + timedelta(days=30), "issued_at": stamp["created_at"]}
    void = key % 100 == 0
    told = {"id": key, "status": "void" if void else "issued", "terms_days": 30, "snapshot": SNAPSHOT}
    rows[Invoice].append({**told, **dates, "voided_at": stamp["created_at"] if void else None})
    if void or random.random() < 1 / 3:
        return
    paid = total if random.random() < 0.95 else total // 2
    kept = 1000 if key % 50 == 0 else 0
    day = min(today, issued + timedelta(days=random.randint(0, 90)))
    entry = {"id": key, "kind": "payment", "client_id": client, "method": "cheque", "received_on": day}
    rows[Payment].append({**entry, "amount": dollars(paid + kept), "created_at": stamp["created_at"]})
    rows[Allocation].append({"payment_id": key, "invoice_id": key, "amount": dollars(paid), "dated": day})


def dollars(cents: int) -> Any:
    """Cents as dollars."""
    from decimal import Decimal

    return Decimal(cents).scaleb(-2)


def measure() -> None:
    """Print a line for each question."""
    today = clock.today()
    client = db.session.get_one(Client, 1)
    transfers = [
        BankTransfer(id=key, received_on=today, amount=dollars(key * 1000), description=f"Interac F-{key:06d} Client")
        for key in range(1, 21)
    ]
    questions: dict[str, Callable[[], Any]] = {
        "ageing, first page": lambda: ageing.ageing(db.session, today, limit=50),
        "ageing, deep page": lambda: ageing.ageing(db.session, today, limit=50, offset=10_000),
        "ageing, a year ago": lambda: ageing.ageing(db.session, today - timedelta(days=365), limit=50),
        "ageing, as a file": lambda: list(ageing.all_clients(db.session, today)),
        "rows of a bucket": lambda: items.open_invoices(db.session, today, bucket=Bucket.BEYOND, limit=100),
        "credit": lambda: items.unapplied(db.session, today, limit=100),
        "statement": lambda: statement.make(
            db.session, client, statement.View.PERIOD, today - timedelta(days=365), today
        ),
        "20 transfers": lambda: matching.propose(db.session, transfers),
    }
    print(f"{'question':22}{'median ms':>10}{'slowest ms':>12}{'own CPU ms':>12}")
    for name, ask in questions.items():
        times, worked = [], time.process_time()
        for _round in range(ROUNDS):
            started = time.perf_counter()
            ask()
            times.append((time.perf_counter() - started) * 1000)
        # On a busy machine the processor's own time says more; PostgreSQL works in a process of its own.
        cpu = (time.process_time() - worked) * 1000 / ROUNDS
        print(f"{name:22}{statistics.median(times):10.1f}{max(times):12.1f}{cpu:12.1f}")


if __name__ == "__main__":
    main()
