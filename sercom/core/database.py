"""How the database is opened: SQLite that neither loses nor blocks, a small PostgreSQL pool."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flask import has_request_context, request
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from sercom.core.base import AnySession

BUSY_TIMEOUT_MS = 10_000
#: Seconds to wait for a PostgreSQL server that does not answer: less than a prober's or a person's patience.
CONNECT_S = 5
READING = frozenset({"GET", "HEAD", "OPTIONS"})
#: An option of a connection: it may write though the request only reads, or only reads though it could write.
WRITES = "sercom_writes"


def normalise_url(url: str) -> str:
    """A platform's ``postgres://`` address as SQLAlchemy's psycopg driver wants it."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def engine_options(url: str) -> dict[str, Any]:
    """Pool settings: few connections for each worker, checked before use."""
    if url.startswith("sqlite"):
        # pysqlite's own transaction handling is off: the ``begin`` event below opens them.
        return {"connect_args": {"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000}}
    return {"pool_size": 3, "max_overflow": 2, "pool_pre_ping": True, "connect_args": {"connect_timeout": CONNECT_S}}


def prepare(engine: Engine) -> None:
    """Attach what every connection needs."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def _open_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "foreign_keys = ON",
        "synchronous = FULL",
        "recursive_triggers = ON",  # without it a REPLACE deletes a row behind the guards' back
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    # SQLite's own knows no accents: a search would tell É from é here and not on PostgreSQL.
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text


def _begin_sqlite(connection: Connection) -> None:
    """Reads see a snapshot and cannot write; whatever may write takes the lock at once.

    A transaction that starts as a reader and then writes fails with "database is locked" as soon
    as another one wrote in between, whatever the timeout.
    """
    reading = has_request_context() and request.method in READING
    reading = not connection.get_execution_options().get(WRITES, not reading)
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reading else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def writing(session: "AnySession") -> Iterator[Session]:
    """A transaction of its own, also during a GET, committed at the end.

    For what is kept because somebody read it first (a drawn document); never for a person's decision.
    """
    bind = session.get_bind().execution_options(**{WRITES: True})
    with Session(bind, join_transaction_mode="create_savepoint") as own, own.begin():
        yield own


@contextmanager
def one_moment(session: "AnySession") -> Iterator[Session]:
    """A session of its own in which every query sees the database as it was at the first one; it only reads."""
    bind = session.get_bind()
    if isinstance(bind, Engine) and bind.dialect.name == "postgresql":
        bind = bind.execution_options(isolation_level="REPEATABLE READ")
    bind = bind.execution_options(**{WRITES: False})
    with Session(bind, join_transaction_mode="create_savepoint") as own:
        yield own
