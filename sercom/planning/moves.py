"""A visit moved on the calendar: read, planned by the workflow, told with what speaks against it and a way back."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import BooleanField
from wtforms.validators import Optional

from sercom.core import clock, formats
from sercom.core.access import Actor
from sercom.core.base import AnySession, db
from sercom.core.choices import RowField
from sercom.core.errors import DomainError
from sercom.core.fields import Needed, ProductForm, ReadField
from sercom.core.journal import JournalEntry
from sercom.entities.users.model import Team, User
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.planning import events
from sercom.workflow import transitions
from sercom.workflow.needs import DAY_END, DAY_START
from sercom.workflow.planning import Plan, concerns

#: How long a visit takes that nobody has said anything of.
USUAL = timedelta(hours=1)


def read_moment(text: str) -> datetime:
    """``2026-11-24T08:30`` on the company's clock, or with its zone where it must be exact; in UTC."""
    try:
        moment = datetime.fromisoformat(text)
        clock.read_day(moment.date().isoformat())
    except ValueError:
        raise DomainError(_("This is not a date and a time. Example: 2026-09-01T08:30")) from None
    if moment.tzinfo is None:
        return clock.from_company(moment.date(), moment.time())
    return moment.astimezone(UTC)


class MomentField(ReadField):
    """A moment; without a zone it is the company's clock that says it."""

    read = staticmethod(read_moment)


def everybody() -> list[User]:
    """All people, also those who left: the workflow says why they cannot be planned."""
    return list(db.session.scalars(select(User).order_by(User.name)))


def every_team() -> list[Team]:
    """All teams, also those that are no more."""
    return list(db.session.scalars(select(Team).order_by(Team.name)))


class WhoForm(ProductForm):
    """Whoever goes, or was meant to."""

    person = RowField(_l("Person"), rows=everybody)
    team = RowField(_l("Team"), rows=every_team)


class MoveForm(WhoForm):
    """From when to when, and who. Without an end, as long as it is expected to take."""

    starts_at = MomentField(_l("From"), [Needed()])
    ends_at = MomentField(_l("To"), [Optional()])
    any_time = BooleanField(_l("Any time that day"), false_values=("", "0", "false"))

    def plan(self, visit: Visit) -> dict[str, Any]:
        """The arguments of ``Visit.schedule``."""
        starts_at, ends_at = self.starts_at.data, self.ends_at.data
        if self.any_time.data:
            day = clock.to_company(starts_at).date()
            starts_at, ends_at = clock.from_company(day, DAY_START), clock.from_company(day, DAY_END)
        elif ends_at is None:
            ends_at = starts_at + length_of(visit)
        told = {"starts_at": starts_at, "ends_at": ends_at, "any_time": self.any_time.data}
        return told | {"person": self.person.data, "team": self.team.data}


def length_of(visit: Visit) -> timedelta:
    """How long it takes: as planned, as expected, an hour."""
    if visit.starts_at and visit.ends_at and not visit.any_time:
        return visit.ends_at - visit.starts_at
    return timedelta(minutes=visit.expected_minutes) if visit.expected_minutes else USUAL


def move(session: AnySession, visit: Visit, plan: dict[str, Any], actor: Actor, version: int) -> list[str]:
    """Plan the visit (locked), and say what speaks against it. Nothing of that forbids."""
    transitions.run(session, "schedule", visit, actor, plan | {"confirm": True}, version=version)
    told = Plan(plan["starts_at"], plan["ends_at"], plan["person"], plan["team"], plan["any_time"])
    return [str(concern) for concern in concerns(session, visit, told)]


def undo_of(visit: Visit) -> dict[str, Any]:
    """What puts it back where it stands now, apart from its next version; exact, on any clock."""
    if visit.starts_at is None or visit.ends_at is None or visit.status is VisitStatus.UNSCHEDULED:
        return _who_fields(visit)
    return plan_fields(Plan(visit.starts_at, visit.ends_at, visit.person, visit.team, visit.any_time))


def plan_fields(plan: Plan) -> dict[str, Any]:
    """A plan as ``MoveForm`` reads it."""
    times = {"starts_at": plan.starts_at.isoformat(), "ends_at": plan.ends_at.isoformat()}
    return _who_fields(plan) | times | {"any_time": "1" if plan.any_time else ""}


def _who_fields(plan: Plan | Visit) -> dict[str, Any]:
    return {"person": plan.person.id if plan.person else "", "team": plan.team.id if plan.team else ""}


def moved_by(session: AnySession, visit: Visit) -> str:
    """Who changed the visit last, and when, for whoever comes too late."""
    last = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.subject_type == Visit.__tablename__, JournalEntry.subject_id == visit.id)
        .order_by(JournalEntry.id.desc())
        .limit(1)
    ).first()
    if last is None:
        return _("Somebody changed this since you opened it. Look at it again, then decide.")
    at = formats.clock(clock.to_company(last.at).time())
    return _("%(name)s changed this visit at %(time)s. It now stands as they left it.", name=last.actor_name, time=at)


def sentence(visit: Visit) -> str:
    """Where the visit stands now."""
    if visit.starts_at is None or visit.ends_at is None:
        return _("%(case)s is to be scheduled again.", case=visit.case.number)
    names = ", ".join(str(row) for row in (visit.person, visit.team) if row)
    at = events.when(visit.starts_at, visit.ends_at, any_time=visit.any_time)
    day = formats.short_day(clock.to_company(visit.starts_at).date())
    return f"{visit.case.number} · {day}, {at} · {names}"
