"""What speaks against a plan, told before or beside it: overlaps, absences, hours. The person decides.

What cannot be at all is refused by the visit itself (``Visit.require_plan``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import object_session

from sercom.core import formats
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.core.clock import to_company, utcnow
from sercom.core.errors import NeedsConfirmationError
from sercom.entities.requests.model import ServiceRequest
from sercom.entities.users.model import Team, User
from sercom.entities.visits.model import Visit
from sercom.workflow.availability import Diary, Span, days_of, holiday, hours_on, within

#: Longer than this is asked about.
LONG = timedelta(hours=12)


@dataclass(frozen=True)
class Plan:
    """When a visit would take place (UTC) and with whom."""

    starts_at: datetime
    ends_at: datetime
    person: User | None = None
    team: Team | None = None
    any_time: bool = False

    @property
    def people(self) -> list[User]:
        """Everybody it takes."""
        members = [user for user in self.team.members if user.active] if self.team else []
        return [self.person, *(user for user in members if user is not self.person)] if self.person else members

    @property
    def span(self) -> Span:
        """From when to when."""
        return self.starts_at, self.ends_at


# --- the commands -----------------------------------------------------------------------------


def schedule(visit: Visit, actor: Actor, *, confirm: bool = False, **plan: Any) -> None:
    """Plan a visit; what speaks against it asks for a confirmation."""
    _ask_about(visit, plan, confirmed=confirm)
    visit.schedule(actor, **plan)


def plan_assessment(request: ServiceRequest, actor: Actor, *, confirm: bool = False, **plan: Any) -> None:
    """Plan a visit on site for a request; what speaks against it asks for a confirmation."""
    visit = request.assessment_to_plan()
    _ask_about(visit, plan, confirmed=confirm)
    request.plan_assessment(actor, visit, **plan)


def _ask_about(visit: Visit, data: Mapping[str, Any], *, confirmed: bool) -> None:
    """Refuse what cannot be, then ask about what speaks against it."""
    plan = Plan(**{field.name: data[field.name] for field in fields(Plan) if field.name in data})
    visit.require_plan(plan.starts_at, plan.ends_at, plan.person, plan.team)
    session = object_session(visit)
    assert session is not None
    found = [] if confirmed else concerns(session, visit, plan)
    if found:
        raise NeedsConfirmationError(_l("Plan it all the same?"), found)


# --- what speaks against it -------------------------------------------------------------------


def overlaps(session: AnySession, visit: Visit, plan: Plan) -> list[Visit]:
    """Planned visits of the same people that share some of the time; what may be at any time shares none."""
    return _at_once(plan, Diary(session, plan.people, plan.span, but=visit.id))


def concerns(session: AnySession, visit: Visit, plan: Plan) -> list[LazyString]:
    """A sentence for each thing that speaks against the plan; the person decides."""
    return _against(visit, plan, Diary(session, plan.people, plan.span, but=visit.id))


def concerns_of_each(session: AnySession, plans: Sequence[tuple[Visit, Plan]]) -> list[list[LazyString]]:
    """The same for visits of one person or team at many times that do not touch: one diary for all."""
    diary = Diary(session, plans[0][1].people, *(plan.span for _visit, plan in plans))
    return [_against(visit, plan, diary.during(plan.span)) for visit, plan in plans]


def _against(visit: Visit, plan: Plan, diary: Diary) -> list[LazyString]:
    return [*_where(visit), *_when(plan), *_who(visit, plan), *_there(plan, diary), *_busy(plan, diary)]


def _where(visit: Visit) -> Iterator[LazyString]:
    if visit.case.site is None:
        yield _l("The case has no service address.")


def _when(plan: Plan) -> Iterator[LazyString]:
    if (plan.ends_at if plan.any_time else plan.starts_at) < utcnow():
        yield _l("This time has passed already.")
    if plan.ends_at - plan.starts_at > LONG:
        yield _l("The visit takes more than 12 hours.")
    for day in days_of(*plan.span):
        if name := holiday(day):
            yield _l("%(day)s is a holiday: %(name)s.", day=formats.weekday(day), name=name)


def _who(visit: Visit, plan: Plan) -> Iterator[LazyString]:
    if visit.skill and plan.people and not any(visit.skill in person.skills for person in plan.people):
        names = ", ".join(person.name for person in plan.people)
        yield _l("The skill “%(skill)s” is missing: %(names)s.", skill=visit.skill, names=names)


def _there(plan: Plan, diary: Diary) -> Iterator[LazyString]:
    """Hours and absences of each person; a closing of the company is told once."""
    closed = False
    for person in plan.people:
        off = next((day for day in days_of(*plan.span) if _is_off(person, day, plan)), None)
        if off is not None:
            yield _hours_told(person, off)
        away = [] if plan.any_time and _is_there(person, plan, diary) else diary.absences_of(person)
        for absence in away:
            if absence.user_id is not None:
                reason = str(absence.reason.label).lower()
                yield _l("%(name)s is away at that time: %(reason)s.", name=person.name, reason=reason)
            elif not closed:
                closed = True
                yield _l("The company is closed at that time.")


def _is_off(person: User, day: date, plan: Plan) -> bool:
    """Whether what of the plan lies in ``day`` lies outside the person's hours."""
    hours, part = hours_on(person, day), within(plan.span, day)
    return hours is None or (not plan.any_time and (part[0] < hours[0] or part[1] > hours[1]))


def _is_there(person: User, plan: Plan, diary: Diary) -> bool:
    """Whether an absence leaves some of the day."""
    return any(diary.there(person, day) for day in days_of(*plan.span))


def _hours_told(person: User, day: date) -> LazyString:
    hours, when = hours_on(person, day), formats.weekday(day)
    told = {"name": person.name, "day": when.lower() if formats.in_french() else when}
    if hours is None:
        return _l("%(name)s does not work on %(day)s.", **told)
    starts, ends = (formats.clock(to_company(moment).time()) for moment in hours)
    return _l("%(name)s works from %(starts)s to %(ends)s on %(day)s.", starts=starts, ends=ends, **told)


def _busy(plan: Plan, diary: Diary) -> Iterator[LazyString]:
    if cases := ", ".join(visit.case.number for visit in _at_once(plan, diary)):
        yield _l("At the same time: %(cases)s.", cases=cases)


def _at_once(plan: Plan, diary: Diary) -> list[Visit]:
    return [] if plan.any_time else [visit for visit in diary.visits if not visit.any_time]
