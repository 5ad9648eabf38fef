"""How each kind of database is copied out and put back: SQLite by itself, PostgreSQL by its own tools."""

import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DatabaseError

from sercom.config import child_environment
from sercom.core.database import BUSY_TIMEOUT_MS
from sercom.upkeep.checksums import checksums

#: Where PostgreSQL's former content stands until what was restored is verified.
ASIDE = "before_restore"

Verify = Callable[[dict[str, str]], None]


class BackupError(RuntimeError):
    """A backup or a restore that did not happen; nothing was changed. The message says why."""


def dump_sqlite(engine: Engine, copy: Path) -> dict[str, str]:
    """Copy the database as it is at one moment, while others work; gives the copy's checksums."""
    with closing(sqlite3.connect(str(engine.url.database), timeout=BUSY_TIMEOUT_MS / 1000)) as source:
        source.execute("VACUUM INTO ?", (str(copy),))
    return _checked_sqlite(copy)


def load_sqlite(engine: Engine, copy: Path, verify: Verify) -> None:
    """Verify ``copy``, then put it in the place of everything, in one transaction."""
    verify(_checked_sqlite(copy))
    target_file = str(engine.url.database)
    engine.dispose()
    with (
        closing(sqlite3.connect(copy)) as source,
        closing(sqlite3.connect(target_file, timeout=BUSY_TIMEOUT_MS / 1000)) as target,
    ):
        source.backup(target)
    with engine.connect() as connection:
        verify(checksums(connection))


def _checked_sqlite(copy: Path) -> dict[str, str]:
    engine = create_engine(f"sqlite:///{copy}")
    try:
        with engine.connect() as connection:
            state = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
            if state != "ok":
                msg = f"the copy is damaged: {state}"
                raise BackupError(msg)
            return checksums(connection)
    except DatabaseError as error:
        msg = f"the copy is damaged: {error}"
        raise BackupError(msg) from error
    finally:
        engine.dispose()


def dump_postgresql(engine: Engine, copy: Path) -> dict[str, str]:
    """``pg_dump`` of one snapshot, while others work; gives the checksums of the same snapshot."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        arguments = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={copy}"]
        _run("pg_dump", engine, arguments)
        return checksums(connection)


def load_postgresql(engine: Engine, copy: Path, verify: Verify) -> None:
    """Put the former content aside, restore, verify, and only then give the former content up."""
    with engine.begin() as connection:
        if connection.scalar(text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": ASIDE}):
            msg = (
                f"a restore was interrupted: the former content stands in the schema {ASIDE}. Rename or drop it first."
            )
            raise BackupError(msg)
        connection.execute(text(f"ALTER SCHEMA public RENAME TO {ASIDE}"))
        connection.execute(text("CREATE SCHEMA public"))
    try:
        arguments = ["--schema=public", "--single-transaction", "--no-owner", "--no-privileges", str(copy)]
        _run("pg_restore", engine, arguments)
        with engine.connect() as connection:
            verify(checksums(connection))
    except BaseException:
        _swap(engine, lambda connection: connection.execute(text(f"ALTER SCHEMA {ASIDE} RENAME TO public")), "public")
        raise
    _swap(engine, lambda _connection: None, ASIDE)


def _swap(engine: Engine, then: Callable[[Connection], object], dropped: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {dropped} CASCADE"))
        then(connection)
    engine.dispose()


def _run(tool: str, engine: Engine, arguments: list[str]) -> None:
    """Run one of PostgreSQL's tools; the password goes by the environment, where other users cannot read it."""
    found = shutil.which(tool)
    if found is None:
        msg = f"{tool} is not on PATH: install PostgreSQL's client, no older than the server."
        raise BackupError(msg)
    password = str(engine.url.password or "")
    address = engine.url.set(drivername="postgresql", password=None).render_as_string()
    ended = subprocess.run(  # noqa: S603  # a fixed tool, arguments of ours
        [found, f"--dbname={address}", *arguments],
        env=child_environment(PGPASSWORD=password) if password else child_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        msg = f"{tool}: {ended.stderr.strip()}"
        raise BackupError(msg)
