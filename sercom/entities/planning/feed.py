"""The private calendar of a person or a team, for a telephone or another program (iCalendar)."""

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core.base import CreatedAt, Model, PrimaryKey

if TYPE_CHECKING:
    from sercom.entities.users.model import Team, User


class CalendarFeed(Model):
    """An address that gives somebody's visits until it is revoked; the token is signed, never stored."""

    __tablename__ = "calendar_feed"
    __table_args__ = (CheckConstraint("(user_id IS NULL) <> (team_id IS NULL)", name="one_owner"),)

    id: Mapped[PrimaryKey]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), index=True)
    #: An id comes again after a backup was restored; this does not.
    nonce: Mapped[str] = mapped_column(String(24), default=lambda: secrets.token_urlsafe(12))
    created_at: Mapped[CreatedAt]
    revoked_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]

    user: Mapped["User | None"] = relationship()
    team: Mapped["Team | None"] = relationship()
