"""How the database is opened: nothing lost, nothing blocked, and a GET that cannot write."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from sercom.core import database
from sercom.core.base import db
from sercom.core.database import engine_options, normalise_url

INSERT, COUNT = text("INSERT INTO note VALUES ('x')"), text("SELECT count(*) FROM note")
#: What every SQLite connection is set to.
PRAGMAS = {
    "journal_mode": "wal",
    "foreign_keys": 1,
    "busy_timeout": database.BUSY_TIMEOUT_MS,
    "synchronous": 2,  # FULL
    "recursive_triggers": 1,
}


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    """A file opened as the application opens its own."""
    url = f"sqlite:///{tmp_path / 'notes.sqlite3'}"
    engine = create_engine(url, **engine_options(url))
    database.prepare(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (body TEXT)"))
    yield engine
    engine.dispose()


def requesting(method: str) -> Any:
    return Flask(__name__).test_request_context("/", method=method)


def test_every_connection_is_set_up(sqlite):
    connections = [sqlite.raw_connection() for _ in range(2)]
    for connection in connections:
        assert {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS} == PRAGMAS
        connection.close()


def test_the_application_opens_its_database_so(context):
    if db.session.get_bind().dialect.name == "sqlite":
        assert {name: db.session.scalar(text(f"PRAGMA {name}")) for name in PRAGMAS} == PRAGMAS
    else:
        assert db.session.scalar(text("SHOW transaction_isolation")) == "read committed"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_requests_cannot_write(sqlite, method):
    with requesting(method), sqlite.connect() as connection:
        assert connection.scalar(COUNT) == 0
        with pytest.raises(OperationalError, match="readonly"):
            connection.execute(INSERT)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_writing_requests_hold_the_lock_from_their_first_statement(sqlite, method):
    """Two writers take turns: a reader that became a writer would fail with "database is locked"."""
    with requesting(method), sqlite.connect() as first, sqlite.connect() as second:
        assert first.scalar(COUNT) == 0
        second.connection.driver_connection.execute("PRAGMA busy_timeout = 1")
        with pytest.raises(OperationalError, match="locked"):
            second.execute(COUNT)
        first.execute(INSERT)
        first.commit()
        assert second.scalar(COUNT) == 1


def test_a_reader_neither_waits_nor_blocks(sqlite):
    """While one request writes, another reads what was committed before."""
    with sqlite.connect() as writer, sqlite.connect() as reader:
        with requesting("POST"):
            writer.execute(INSERT)
        with requesting("GET"):
            assert reader.scalar(COUNT) == 0
        writer.commit()
        assert reader.scalar(COUNT) == 0, "a reader keeps its snapshot"
        reader.rollback()
        with requesting("GET"):
            assert reader.scalar(COUNT) == 1


def test_a_connection_writes_again_after_it_read(sqlite):
    """``query_only`` stays on the pooled connection: each transaction sets it anew."""
    with sqlite.connect() as connection:
        for method in ("GET", "POST", "GET", "DELETE"):
            with requesting(method):
                connection.scalar(COUNT)
                if method in {"POST", "DELETE"}:
                    connection.execute(INSERT)
                connection.commit()
        connection.execute(INSERT)  # no request at all: a command, a test
        connection.commit()
        assert connection.scalar(COUNT) == 3


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql+psycopg://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("sqlite:///x.sqlite3", "sqlite:///x.sqlite3"),
    ],
)
def test_a_platforms_address(given, expected):
    assert normalise_url(given) == expected


def test_few_connections_a_worker():
    options = engine_options("postgresql+psycopg://h/d")
    assert options["pool_size"] + options["max_overflow"] <= 5
    assert options["pool_pre_ping"]
