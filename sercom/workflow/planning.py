"""What speaks against a plan, told before or beside it: overlaps, absences, hours. Nothing here forbids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from sercom.core.base import AnySession
from sercom.entities.users.model import Team, User
from sercom.entities.visits.model import PLANNED, Visit


@dataclass(frozen=True)
class Plan:
    """When a visit would take place (UTC) and with whom."""

    starts_at: datetime
    ends_at: datetime
    person: User | None = None
    team: Team | None = None

    @property
    def people(self) -> list[User]:
        """Everybody it takes."""
        members = list(self.team.members) if self.team else []
        return [self.person, *(user for user in members if user is not self.person)] if self.person else members


def overlaps(session: AnySession, visit: Visit, plan: Plan) -> Sequence[Visit]:
    """Planned visits of the same people that share some of the time."""
    people = [user.id for user in plan.people]
    teams = {team.id for user in plan.people for team in user.teams} | ({plan.team.id} if plan.team else set())
    at_once = select(Visit).where(
        Visit.id != visit.id,
        Visit.status.in_(PLANNED),
        ~Visit.any_time,
        Visit.starts_at < plan.ends_at,
        Visit.ends_at > plan.starts_at,
        or_(Visit.person_id.in_(people), Visit.team_id.in_(teams)),
    )
    return session.scalars(at_once.options(joinedload(Visit.case)).order_by(Visit.starts_at)).all()


def concerns(session: AnySession, visit: Visit, plan: Plan) -> list[LazyString]:
    """A sentence for each thing that speaks against the plan; the person decides."""
    cases = ", ".join(other.case.number for other in overlaps(session, visit, plan))
    return [_l("At the same time: %(cases)s.", cases=cases)] if cases else []
