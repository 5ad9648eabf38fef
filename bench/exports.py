"""Measures exports of 100,000 lines: time, and memory above idle. Part of `make bench`; LINES sets the size.

Each export runs in process, its answer read piece by piece as a server sends it. Memory is the
peak of the process, in a process of its own for each export. SQLite by default, or DATABASE_URL.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select, text

from bench.rows import fill
from sercom import create_app
from sercom.core.base import db
from sercom.core.database import engine_options, normalise_url
from sercom.models import Invoice, Line, User

ALLOWED_MB = 60
EVER = "from=2000-01-01&to=2100-01-01"
EXPORTS = ("lines.csv", "lines.xlsx", "quickbooks.csv", "invoices.csv", "taxes.csv", "clients.csv", "company.zip")


def main() -> None:
    """Fill a database of its own, then measure each export in a process of its own."""
    if len(sys.argv) == 3:
        measure(sys.argv[1], sys.argv[2])
        return
    count = int(os.environ.get("LINES", "100000")) // 8 + 1  # four invoices of five are issued, of ten lines each
    with tempfile.TemporaryDirectory() as folder:
        url = normalise_url(os.environ.get("DATABASE_URL", "")) or f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        with application(url).app_context():
            upgrade()
            if db.session.scalar(select(Invoice.id).limit(1)) is None:
                fill(count)
                db.session.execute(text("ANALYZE"))  # a database that grew by itself has its statistics
                db.session.commit()
            issued = select(func.count(Line.id)).join(Invoice, Invoice.id == Line.document_id)
            lines = db.session.scalar(issued.where(Invoice.status == "issued"))
            print(f"{db.engine.dialect.name}, {lines} lines of issued invoices")
        print(f"{'export':16}{'seconds':>9}{'first byte':>12}{'MB sent':>9}{'MB of memory above idle':>25}")
        for export in EXPORTS:
            subprocess.run([sys.executable, "-m", "bench.exports", url, export], check=True)


def application(url: str) -> Flask:
    """The application on a database."""
    settings = {"TESTING": True, "SECRET_KEY": "bench", "SQLALCHEMY_DATABASE_URI": url}
    return create_app(settings | {"SQLALCHEMY_ENGINE_OPTIONS": engine_options(url)})


def measure(url: str, export: str) -> None:
    """Fetch the small page first, so that everything is loaded, then the export."""
    app = application(url)
    client = app.test_client()
    with app.app_context():
        key = db.session.scalars(select(User.fs_uniquifier).limit(1)).one()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = key, True
    for idle in ("", "lines.csv", "lines.xlsx"):
        client.get(f"/admin/exports/{idle}?from=2001-01-01&to=2001-01-31").close()
    before, started, sent, first = peak_mb(), time.perf_counter(), 0, 0.0
    answer = client.get(f"/admin/exports/{export}?{EVER}", buffered=False)
    assert answer.status_code == 200, (export, answer.status_code)
    for piece in answer.iter_encoded():
        first = first or time.perf_counter() - started
        sent += len(piece)
    answer.close()
    took, above = time.perf_counter() - started, peak_mb() - before
    print(f"{export:16}{took:9.1f}{first:12.2f}{sent / 1e6:9.1f}{above:25.1f}", flush=True)
    assert above <= ALLOWED_MB, f"{export}: {above:.1f} MB above idle, allowed are {ALLOWED_MB}"


def peak_mb() -> float:
    """The most memory that this process ever held, in megabytes (Linux; getrusage counts the parent's too)."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    main()
