"""The private calendar of a person or a team, for a telephone or another program (iCalendar)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, String, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from sercom.core import clock, signed
from sercom.core.base import AnySession, CreatedAt, Model, PrimaryKey
from sercom.entities.cases.model import Case
from sercom.entities.users.model import Team, User
from sercom.entities.visits.model import Visit, VisitStatus

PURPOSE = "calendar-feed"
#: What a calendar shows: from a month ago to a year from now.
BEHIND, AHEAD = timedelta(days=31), timedelta(days=366)


class CalendarFeed(Model):
    """An address that gives somebody's visits until it is revoked; its token is signed, never stored."""

    __tablename__ = "calendar_feed"
    __table_args__ = (CheckConstraint("(user_id IS NULL) <> (team_id IS NULL)", name="one_owner"),)

    id: Mapped[PrimaryKey]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), index=True)
    nonce: Mapped[str] = mapped_column(String(24), default=signed.new_nonce)
    created_at: Mapped[CreatedAt]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()
    team: Mapped[Team | None] = relationship()

    @property
    def owner(self) -> User | Team:
        """Whose visits it gives."""
        owner = self.user or self.team
        assert owner is not None
        return owner

    @property
    def is_open(self) -> bool:
        """Whether it still gives them: not once it was revoked, or its person left."""
        return self.revoked_at is None and self.owner.active

    @property
    def token(self) -> str:
        """What the address holds."""
        return signed.token_of(PURPOSE, self.id, self.nonce)

    def visits(self, session: AnySession) -> Sequence[Visit]:
        """The planned and cancelled visits around today, with what an event tells; three queries, however many."""
        now = clock.utcnow()
        own = Visit.assigned_to(self.user_id) if self.user_id else Visit.team_id == self.team_id
        around = select(Visit).where(
            own, Visit.status != VisitStatus.UNSCHEDULED, Visit.starts_at > now - BEHIND, Visit.starts_at < now + AHEAD
        )
        whole = joinedload(Visit.case).options(joinedload(Case.client), joinedload(Case.site))
        options = (whole, joinedload(Visit.document), joinedload(Visit.person), joinedload(Visit.team))
        return session.scalars(around.order_by(Visit.starts_at, Visit.id).options(*options)).all()


def live_feed(session: AnySession, owner: User | Team) -> CalendarFeed | None:
    """The owner's address that still gives something, if there is one."""
    column = CalendarFeed.user_id if isinstance(owner, User) else CalendarFeed.team_id
    found = select(CalendarFeed).where(column == owner.id, CalendarFeed.revoked_at.is_(None))
    return session.scalars(found.order_by(CalendarFeed.id.desc())).first()


def renew(session: AnySession, owner: User | Team) -> CalendarFeed:
    """A new address; the one before gives nothing any more."""
    revoke(session, owner)
    feed = CalendarFeed(user=owner) if isinstance(owner, User) else CalendarFeed(team=owner)
    session.add(feed)
    session.flush()
    return feed


def revoke(session: AnySession, owner: User | Team) -> None:
    """End the owner's address, for every program that took it."""
    feed = live_feed(session, owner)
    if feed is not None:
        feed.revoked_at = clock.utcnow()


def find_feed(session: AnySession, token: str) -> CalendarFeed | None:
    """The open feed of ``token``; ``None`` alike for a forged and a revoked one."""
    feed_id, tag = signed.read_token(token)
    feed = session.get(CalendarFeed, feed_id) if feed_id else None
    genuine = feed is not None and signed.is_genuine(tag, PURPOSE, feed.id, feed.nonce)
    return feed if genuine and feed is not None and feed.is_open else None
