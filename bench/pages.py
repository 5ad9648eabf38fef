"""Measures the pages a day is spent on, over a database of 10,000 cases. `make bench`; ROWS sets the size.

Prints the median and the 95th percentile in milliseconds and the number of SQL statements of each
page, in process (no network), and the median of a conversion. SQLite by default, or DATABASE_URL.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event, insert, select

from bench.rows import fill, fill_week
from sercom import create_app
from sercom.core import clock
from sercom.core.base import db
from sercom.core.database import engine_options, normalise_url
from sercom.entities.quotes.model import QuoteStatus
from sercom.models import Invoice, Job, Line, Quote, User
from sercom.search.index import reindex

ROUNDS = 20
PAGES = {
    "list": "/admin/invoices/",
    "list, requests": "/admin/requests/",
    "deep page": "/admin/invoices/?page={deep}",
    "search": "/admin/invoices/?search=Tremblay",
    "search, number": "/admin/jobs/?search=0{number}",
    "tab": "/admin/invoices/?tab=overdue",
    "document": "/admin/invoices/details/?id={invoice}",
    "edit, 10 lines": "/admin/quotes/edit/?id={quote}",
    "edit, 300 lines": "/admin/quotes/edit/?id={long}",
    "new": "/admin/quotes/new/",
    "Ctrl-K": "/admin/search?q=julie+trem",
    "Ctrl-K, phone": "/admin/search?q=(450)+555+0{number}",
    "Ctrl-K, a slip": "/admin/search?q=kowalsky",
    "autocomplete": "/admin/quotes/ajax/lookup/?name=client&query=Tremblay",
    "calendar": "/admin/calendar/?view=week&date={monday}",
    "week, 500 visits": "/admin/calendar/events?start={monday}&end={sunday}",
    "technician's day": "/field/",
    "convert page": "/admin/jobs/{job}/convert/invoice",
}


def main() -> None:
    """Fill a database of its own, then measure."""
    count = int(os.environ.get("ROWS", "10000"))
    with tempfile.TemporaryDirectory() as folder:
        url = normalise_url(os.environ.get("DATABASE_URL", "")) or f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        app = create_app(
            {
                "TESTING": True,
                "SECRET_KEY": "bench",
                "SQLALCHEMY_DATABASE_URI": url,
                "SQLALCHEMY_ENGINE_OPTIONS": engine_options(url),
                "WTF_CSRF_ENABLED": False,
            }
        )
        with app.app_context():
            upgrade()
            started = time.perf_counter()
            fill(count)
            print(f"{db.engine.dialect.name}, {count} cases, filled in {time.perf_counter() - started:.1f} s")
            started = time.perf_counter()
            records = sum(read for _table, read in reindex(db.session))
            print(f"{records} records indexed in {time.perf_counter() - started:.1f} s")
            monday = clock.today() - timedelta(days=clock.today().weekday())
            fill_week(monday)
            places = _places(count) | {"monday": monday, "sunday": monday + timedelta(days=7)}
        measure(app, places)


def _places(count: int) -> dict[str, Any]:
    owner = db.session.scalars(select(User.id).where(User.email == "bench@example.org")).one()
    drafts = db.session.scalars(select(Quote.id).where(Quote.status == QuoteStatus.DRAFT).order_by(Quote.id)).all()
    rows = [{"position": n, "description": f"Pièce {n}"} for n in range(300)]
    common = {"document_id": drafts[-1], "quantity": 1, "unit": "un", "unit_price": 10, "discount": 0}
    db.session.execute(insert(Line), [common | {"tax_status": "taxable"} | row for row in rows])
    db.session.commit()
    return {
        "deep": count // 50 - 2,
        "number": 123,
        "invoice": db.session.scalars(select(Invoice.id).limit(1)).one(),
        "job": db.session.scalars(select(Job.id).limit(1)).one(),
        "quote": drafts[0],
        "long": drafts[-1],
        "owner": owner,
    }


def measure(app: Flask, places: dict[str, Any]) -> None:
    """Print a line for each page."""
    client = app.test_client()
    with app.app_context():
        key = db.session.get_one(User, places["owner"]).fs_uniquifier
        engine = db.engine
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = key, True
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    print(f"{'page':18}{'median ms':>10}{'p95 ms':>10}{'SQL':>6}{'KB':>8}")
    for name, address in PAGES.items():
        url = address.format(**places)

        def visit(url: str = url) -> int:
            answer = client.get(url)
            assert answer.status_code == 200, (url, answer.status_code)
            return len(answer.data)

        times, size = timed(visit)
        statements.clear()
        visit()
        queries = sum(not text.startswith(("PRAGMA", "BEGIN", "COMMIT")) for text in statements)
        print(
            f"{name:18}{statistics.median(times):10.1f}{times[int(len(times) * 0.95)]:10.1f}{queries:6}{size / 1024:8.1f}"
        )


def timed(act: Callable[[], int]) -> tuple[list[float], int]:
    """``ROUNDS`` durations in milliseconds, sorted, after two rounds to warm up; and the last size."""
    size = act() and act()
    times = []
    for _round in range(ROUNDS):
        started = time.perf_counter()
        size = act()
        times.append((time.perf_counter() - started) * 1000)
    return sorted(times), size


if __name__ == "__main__":
    main()
