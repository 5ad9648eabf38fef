"""Who could take a visit, and which visit could take a time that became free: each with its reason in words.

Near is told by postal codes: the same first three characters, then the same two, then the rest.
Over 250 lines: both questions are asked of one diary, with the same measures.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from sercom.core import clock, formats
from sercom.core.base import AnySession
from sercom.core.clock import to_company, utcnow
from sercom.core.journal import JournalEntry
from sercom.entities.cases.model import Case
from sercom.entities.documents.model import Document, DocumentKind
from sercom.entities.jobs.model import Job, JobStatus
from sercom.entities.planning.model import Skill
from sercom.entities.requests.model import ServiceRequest
from sercom.entities.sites.model import Site
from sercom.entities.users.model import Team, User
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.workflow.availability import Diary, Span, days_of, plannable
from sercom.workflow.planning import Plan

#: A visit that nobody measured.
DEFAULT_MINUTES = 60
#: Visits begin at these minutes of the hour.
QUARTER = timedelta(minutes=15)
#: How many are proposed, and how many unscheduled visits of a zone are looked at.
SHOWN, LOOKED_AT = 6, 200
#: How many days are looked at for somebody who could go.
DAYS = 10
SAME_ZONE, NEAR, FAR = range(3)


@dataclass(frozen=True)
class Need:
    """What a visit needs: where, how long (minutes), which skill; ``visit_id`` is the one that is moved."""

    zone: str
    minutes: int
    skill: Skill | None = None
    visit_id: int | None = None

    @classmethod
    def of(cls, visit: Visit) -> "Need":
        """A visit's: as long as it is planned for, else as it is expected to be."""
        planned = visit.ends_at - visit.starts_at if visit.starts_at and visit.ends_at and not visit.any_time else None
        minutes = int(planned.total_seconds() // 60) if planned else visit.expected_minutes or DEFAULT_MINUTES
        return cls(visit.case.zone, minutes, visit.skill, visit.id)

    @classmethod
    def of_request(cls, request: ServiceRequest) -> "Need":
        """An assessment's, which may not be there yet."""
        waiting = (visit for visit in request.assessments if visit.status is VisitStatus.UNSCHEDULED)
        visit = next(waiting, None)
        if visit is not None:
            return cls.of(visit)
        minutes, skill = request.expected
        return cls(request.case.zone, minutes or DEFAULT_MINUTES, skill)


@dataclass(frozen=True)
class Candidate:
    """Somebody free for a visit, from when to when (UTC), and why them."""

    person: User
    starts_at: datetime
    ends_at: datetime
    nearness: int
    reason: str


@dataclass(frozen=True)
class Filler:
    """An unscheduled visit that fits into a free time, the plan that puts it there, and why it."""

    visit: Visit
    plan: Plan
    nearness: int
    reason: str


def nearness(zone: str, others: Collection[str]) -> int:
    """How near a zone is to those where somebody is anyway."""
    if zone and zone in others:
        return SAME_ZONE
    return NEAR if zone and zone[:2] in {other[:2] for other in others} else FAR


# --- who could take it ------------------------------------------------------------------------


def suggest(session: AnySession, need: Need, first: date, days: int = 1) -> list[Candidate]:
    """Who is free and skilled from ``first`` on, the nearest first, then the soonest; once a day each, six at most."""
    people = [person for person in plannable(session) if need.skill is None or need.skill in person.skills]
    if not people:
        return []
    span = clock.from_company(first, time.min), clock.from_company(first + timedelta(days=days), time.min)
    diary = Diary(session, people, span, but=need.visit_id)
    found = [
        candidate
        for day in (first + timedelta(days=after) for after in range(days))
        for person in people
        if (candidate := _on(day, person, diary, need)) is not None
    ]
    return sorted(found, key=lambda one: (one.nearness, one.starts_at, one.person.name))[:SHOWN]


def suggest_from(session: AnySession, need: Need, day: date) -> list[Candidate]:
    """Who could go on a day to come, where somebody can; else in the days from it, or from today, on."""
    today = clock.today()
    day = max(day, today)
    return (suggest(session, need, day) if day > today else []) or suggest(session, need, day, DAYS)


def _on(day: date, person: User, diary: Diary, need: Need) -> Candidate | None:
    """The person's first free time of that length, if there is one."""
    zones = diary.zones(person, day)
    for free in diary.free(person, day):
        begins = max(free[0], _next_quarter(utcnow()))
        ends = begins + timedelta(minutes=need.minutes)
        if ends <= free[1]:
            reason = ", ".join(_why(need, (begins, free[1]), zones))
            return Candidate(person, begins, ends, nearness(need.zone, zones), reason)
    return None


def _next_quarter(moment: datetime) -> datetime:
    """The quarter of an hour that comes next; ``moment`` itself where it is one."""
    return moment + (datetime.min.replace(tzinfo=moment.tzinfo) - moment) % QUARTER


def _why(need: Need, free: Span, zones: Collection[str]) -> Iterator[str]:
    starts, ends = (formats.clock(to_company(moment).time()) for moment in free)
    yield _("free from %(starts)s to %(ends)s", starts=starts, ends=ends)
    if need.skill:
        yield _("has the skill %(skill)s", skill=need.skill)
    yield from _how_near(need.zone, zones)


def _how_near(zone: str, zones: Collection[str]) -> Iterator[str]:
    near = nearness(zone, zones)
    if near == SAME_ZONE:
        yield _("already in %(zone)s that day", zone=zone)
    elif near == NEAR:
        yield _("near by that day, in %(zone)s", zone=min(other for other in zones if other[:2] == zone[:2]))


# --- what could take its time -----------------------------------------------------------------


def freed(session: AnySession, visit: Visit) -> Plan | None:
    """The time that a cancelled visit, or one taken off the calendar, left free; ``None`` once it has passed.

    A cancelled one still tells its time; of one taken off the journal does.
    """
    plan = None
    if visit.status is VisitStatus.UNSCHEDULED and visit.version > 1:
        plan = _taken_off(session, visit)
    elif visit.status is VisitStatus.CANCELLED and visit.starts_at and visit.ends_at:
        plan = Plan(visit.starts_at, visit.ends_at, visit.person, visit.team)
    return plan if plan and plan.ends_at > utcnow() and plan.people else None


def _taken_off(session: AnySession, visit: Visit) -> Plan | None:
    """When and with whom it was planned; the journal knows people by name, and two of one name are nobody."""
    told = select(JournalEntry.changes).where(
        JournalEntry.subject_type == Visit.__tablename__,
        JournalEntry.subject_id == visit.id,
        JournalEntry.event == "unschedule",
    )
    changes = session.scalars(told.order_by(JournalEntry.id.desc()).limit(1)).first() or {}
    starts, ends = (changes.get(name, [None])[0] for name in ("starts_at", "ends_at"))
    if not starts or not ends:
        return None
    person, team = visit.person, visit.team
    if "person" in changes:
        people = session.scalars(select(User).where(User.name.in_(changes["person"][0]), User.active)).all()
        person = people[0] if len(people) == 1 else None
    if "team" in changes:
        team = session.scalars(select(Team).where(Team.name.in_(changes["team"][0]), Team.active)).first()
    return Plan(datetime.fromisoformat(starts), datetime.fromisoformat(ends), person, team)


def fill_gap(session: AnySession, visit: Visit) -> list[Filler]:
    """Unscheduled visits for the time that ``visit`` left free: of its zone, or of where the same people are that day.

    The people have the skill, and it fits; the nearest first, then the longest, six at most.
    """
    plan = freed(session, visit)
    if plan is None:
        return []
    day = to_company(max(plan.starts_at, utcnow())).date()
    diary = Diary(session, plan.people, clock.day_bounds(day), but=visit.id)
    gaps = _common(diary, plan, day)
    zones = {visit.case.zone, *(zone for person in plan.people for zone in diary.zones(person, day))} - {""}
    if not gaps or not zones:
        return []
    skills = {skill for person in plan.people for skill in person.skills}
    waiting = [other for other in _waiting(session, zones, visit) if other.skill is None or other.skill in skills]
    found = [filler for other in waiting if (filler := _fitted(other, plan, gaps, zones)) is not None]
    return sorted(found, key=lambda one: (one.nearness, one.plan.starts_at - one.plan.ends_at, one.visit.id))[:SHOWN]


def _common(diary: Diary, plan: Plan, day: date) -> list[Span]:
    """When everybody of the plan is free in the time that was left."""
    gaps = [(max(plan.starts_at, _next_quarter(utcnow())), plan.ends_at)]
    for person in plan.people:
        free = diary.free(person, day)
        gaps = [(max(a, c), min(b, d)) for a, b in gaps for c, d in free if max(a, c) < min(b, d)]
    return gaps


def _waiting(session: AnySession, zones: Collection[str], but: Visit) -> list[Visit]:
    """Unscheduled visits in or near ``zones``, of requests and open jobs, the oldest first."""
    wanted = (
        select(Visit)
        .join(Visit.case)
        .join(Case.site)
        .join(Document, Visit.document_id == Document.id)
        .outerjoin(Job.__table__, Job.__table__.c.id == Document.id)
        .where(
            Visit.status == VisitStatus.UNSCHEDULED,
            Visit.id != but.id,
            func.substr(Site.postal_code, 1, 2).in_({zone[:2] for zone in zones}),
            or_(Document.kind == DocumentKind.REQUEST, Job.__table__.c.status == JobStatus.OPEN),
        )
        .order_by(Visit.created_at, Visit.id)
        .limit(LOOKED_AT)
    )
    shown = (
        joinedload(Visit.case).joinedload(Case.site),
        joinedload(Visit.case).joinedload(Case.client),
        joinedload(Visit.skill),
        joinedload(Visit.document),
    )
    return list(session.scalars(wanted.options(*shown)))


def _fitted(visit: Visit, left: Plan, gaps: list[Span], zones: Collection[str]) -> Filler | None:
    """The visit at the first gap that holds it."""
    minutes = visit.expected_minutes or DEFAULT_MINUTES
    for begins, end in gaps:
        ends = begins + timedelta(minutes=minutes)
        if ends <= end and len(set(days_of(begins, ends))) == 1:
            zone = visit.case.zone
            near = nearness(zone, zones)
            told = [_("in %(zone)s, like the visits of that day", zone=zone)] if near == SAME_ZONE else []
            told = told or [_("near by, in %(zone)s", zone=zone)]
            told.append(_("takes %(time)s of the %(free)s", time=formats.duration(minutes), free=_length(begins, end)))
            told += [_("asks for the skill %(skill)s", skill=visit.skill)] if visit.skill else []
            return Filler(visit, Plan(begins, ends, left.person, left.team), near, ", ".join(told))
    return None


def _length(begins: datetime, ends: datetime) -> str:
    return formats.duration(int((ends - begins).total_seconds() // 60))
