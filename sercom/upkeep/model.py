"""That everything was saved, and when."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, CheckConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from sercom.core.base import AnySession, Model, PrimaryKey
from sercom.core.clock import utcnow

#: An owner who has no younger backup is told.
STALE = timedelta(days=7)


class Backup(Model):
    """One run of ``flask backup`` that ended well. ``size`` is the file's, in bytes."""

    __tablename__ = "backup"
    __table_args__ = (CheckConstraint("size > 0", name="size_positive"),)

    id: Mapped[PrimaryKey]
    made_at: Mapped[datetime]
    size: Mapped[int] = mapped_column(BigInteger)

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M} UTC"


def last_backup(session: AnySession) -> Backup | None:
    """The youngest, or ``None`` where there never was one."""
    return session.scalars(select(Backup).order_by(Backup.made_at.desc(), Backup.id.desc()).limit(1)).first()


def is_stale(backup: Backup | None) -> bool:
    """Whether it is time for another."""
    return backup is None or utcnow() - backup.made_at > STALE
