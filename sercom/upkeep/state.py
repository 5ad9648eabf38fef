"""How the installation is: what the owner looks at before asking for help."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from flask import current_app
from sqlalchemy import func, select, text

from sercom.core.base import AnySession
from sercom.entities.delivery.message import Message, MessageStatus, is_mail_set
from sercom.entities.delivery.model import RenderedFile
from sercom.entities.files.model import File
from sercom.upkeep.health import code_revision
from sercom.upkeep.model import Backup, is_stale, last_backup
from sercom.upkeep.slow import SlowPage, slowest

FAILED_SHOWN = 10


@dataclass(frozen=True)
class Stored:
    """How many files there are, and how many bytes."""

    count: int
    size: int


@dataclass(frozen=True)
class State:
    """Everything on the operations page. Sizes are in bytes."""

    python: str
    flask: str
    database: str
    database_size: int
    revision: str | None
    head: str | None
    mail_is_set: bool
    waiting: dict[MessageStatus, int]
    oldest_waiting: datetime | None
    failed: Sequence[Message]
    backup: Backup | None
    backup_is_stale: bool
    photos: Stored
    drawn: Stored
    slow: Sequence[SlowPage]


def look(session: AnySession) -> State:
    """The present state, in a dozen small questions."""
    counts = select(Message.status, func.count()).group_by(Message.status)
    queued = select(func.min(Message.created_at)).where(Message.status == MessageStatus.QUEUED)
    failed = select(Message).where(Message.status == MessageStatus.DEAD).order_by(Message.id.desc())
    photos = session.execute(select(func.count(), func.coalesce(func.sum(File.size), 0))).one()
    drawn = session.execute(
        select(func.count(), func.coalesce(func.sum(func.length(RenderedFile.data)), 0)).select_from(RenderedFile)
    ).one()
    name, size = _database(session)
    backup = last_backup(session)
    return State(
        python=platform.python_version(),
        flask=version("flask"),
        database=name,
        database_size=size,
        revision=session.scalar(text("SELECT version_num FROM alembic_version")),
        head=code_revision(current_app.extensions["migrate"].directory),
        mail_is_set=is_mail_set(),
        waiting={row[0]: row[1] for row in session.execute(counts)},
        oldest_waiting=session.scalar(queued),
        failed=session.scalars(failed.limit(FAILED_SHOWN)).all(),
        backup=backup,
        backup_is_stale=is_stale(backup),
        photos=Stored(photos[0], photos[1]),
        drawn=Stored(drawn[0], drawn[1]),
        slow=slowest(session),
    )


def _database(session: AnySession) -> tuple[str, int]:
    """Its name and version, and its size in bytes."""
    if session.get_bind().dialect.name == "sqlite":
        pages, page = session.scalar(text("PRAGMA page_count")), session.scalar(text("PRAGMA page_size"))
        return f"SQLite {session.scalar(text('SELECT sqlite_version()'))}", (pages or 0) * (page or 0)
    size = session.scalar(text("SELECT pg_database_size(current_database())"))
    return f"PostgreSQL {session.scalar(text('SHOW server_version'))}", size or 0
