"""When people can be planned: their hours, what they are away for, where they are already.

Reckoned on the company's clock, day by day: a day on which the clocks change has 23 or 25 hours.
"""

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import count

import holidays
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload, selectinload

from sercom.core import clock, formats
from sercom.core.access import Role
from sercom.core.base import AnySession
from sercom.entities.cases.model import Case
from sercom.entities.planning.model import Absence
from sercom.entities.users.model import Role as RoleRow
from sercom.entities.users.model import User
from sercom.entities.visits.model import PLANNED, Visit

#: From a moment to another, in UTC.
Span = tuple[datetime, datetime]
#: From Monday to Friday, for who has no hours of their own.
USUAL, SATURDAY = (time(8), time(17)), 5
HALF_HOUR = timedelta(minutes=30)


def hours_on(person: User, day: date) -> Span | None:
    """From when to when a person works on ``day``; ``None`` on a day off."""
    own = {row.weekday: (row.starts, row.ends) for row in person.hours}
    usual = USUAL if day.weekday() < SATURDAY else None
    hours = own.get(day.weekday()) if own else usual
    return (clock.from_company(day, hours[0]), clock.from_company(day, hours[1])) if hours else None


def holiday(day: date) -> str | None:
    """Which statutory holiday of Québec ``day`` is, in the reader's language."""
    return _holidays(day.year, "fr" if formats.in_french() else "en_CA").get(day)


@cache
def _holidays(year: int, language: str) -> dict[date, str]:
    """By day, those that the calendar names; one that falls on a Sunday is kept on the Monday too."""
    found = holidays.country_holidays("CA", subdiv="QC", years=year, language=language)
    return {day: name.replace("'", "’") for day, name in found.items()}


def works(day: date) -> bool:
    """Whether ``day`` is one of the usual days of work."""
    return day.weekday() < SATURDAY and holiday(day) is None


def next_start(minutes: int) -> datetime:
    """When a visit of that length could begin next, on the company's clock: the half hour that comes, in usual hours.

    Where nothing that long is left of the day, the beginning of the next day of work.
    """
    now = clock.to_company(clock.utcnow()).replace(tzinfo=None)
    midnight, opens, closes = (datetime.combine(now.date(), hour) for hour in (time.min, *USUAL))
    begins = max(opens, now + (midnight - now) % HALF_HOUR)
    if works(now.date()) and begins + timedelta(minutes=minutes) <= closes:
        return begins
    later = (now.date() + timedelta(days=after) for after in count(1))
    return datetime.combine(next(day for day in later if works(day)), USUAL[0])


def days_of(starts_at: datetime, ends_at: datetime) -> Iterator[date]:
    """The company's days that a time touches; one that ends at midnight does not touch the next."""
    day, last = (clock.to_company(moment).date() for moment in (starts_at, ends_at - timedelta(microseconds=1)))
    while day <= last:
        yield day
        day += timedelta(days=1)


def within(span: Span, day: date) -> Span:
    """What of ``span`` lies in ``day``."""
    first, last = clock.day_bounds(day)
    return max(span[0], first), min(span[1], last)


def without(span: Span, taken: Iterable[Span]) -> list[Span]:
    """What is left of ``span``, in order."""
    left, start = [], span[0]
    for begins, ends in sorted(taken):
        if begins > start:
            left.append((start, min(begins, span[1])))
        start = max(start, ends)
    left.append((start, span[1]))
    return [(begins, ends) for begins, ends in left if begins < ends]


def plannable(session: AnySession) -> list[User]:
    """Who goes to clients: technicians, and the members of teams."""
    technicians = User.roles.any(RoleRow.name == Role.TECHNICIAN.value)
    wanted = select(User).where(User.active, or_(technicians, User.teams.any())).order_by(User.name, User.id)
    return list(session.scalars(wanted.options(*_KNOWN)))


_KNOWN = (selectinload(User.teams), selectinload(User.hours), selectinload(User.skills))


def _in_any(table: type[Visit | Absence], spans: Sequence[Span]) -> ColumnElement[bool]:
    """It shares some of the time of one of the spans."""
    return or_(*((table.starts_at < ends) & (table.ends_at > begins) for begins, ends in spans))


class Diary:
    """Where some people are in spans of time, asked of the database once; ``but`` is the visit to be moved."""

    def __init__(self, session: AnySession, people: Sequence[User], *spans: Span, but: int | None = None) -> None:
        ids = [person.id for person in people]
        session.scalars(select(User).where(User.id.in_(ids)).options(*_KNOWN)).all()
        teams = {team.id for person in people for team in person.teams}
        theirs = or_(Visit.person_id.in_(ids), Visit.team_id.in_(teams))
        visits = select(Visit).where(Visit.status.in_(PLANNED), _in_any(Visit, spans), theirs, Visit.id != but)
        whose = or_(Absence.user_id.is_(None), Absence.user_id.in_(ids))
        away = select(Absence).where(_in_any(Absence, spans), whose)
        known = joinedload(Visit.case).joinedload(Case.site)
        self.visits = session.scalars(visits.options(known).order_by(Visit.starts_at)).all()
        self.absences = session.scalars(away.order_by(Absence.starts_at)).all()

    def during(self, span: Span) -> "Diary":
        """What of it touches one span, without another query."""
        part = copy(self)
        part.visits = [visit for visit in self.visits if _touches(visit, span)]
        part.absences = [absence for absence in self.absences if _touches(absence, span)]
        return part

    def visits_of(self, person: User) -> list[Visit]:
        """Theirs and their teams'."""
        teams = {team.id for team in person.teams}
        return [visit for visit in self.visits if visit.person_id == person.id or visit.team_id in teams]

    def absences_of(self, person: User) -> list[Absence]:
        """Theirs and the whole company's."""
        return [absence for absence in self.absences if absence.user_id in {None, person.id}]

    def there(self, person: User, day: date) -> list[Span]:
        """When they work on ``day``, absences taken off."""
        hours = hours_on(person, day)
        return without(hours, [(row.starts_at, row.ends_at) for row in self.absences_of(person)]) if hours else []

    def free(self, person: User, day: date) -> list[Span]:
        """When they could be planned on ``day``. What is planned for any time of a day takes none of it."""
        if holiday(day):
            return []
        taken = [
            (visit.starts_at, visit.ends_at)
            for visit in self.visits_of(person)
            if visit.starts_at and visit.ends_at and not visit.any_time
        ]
        return [span for time in self.there(person, day) for span in without(time, taken)]

    def zones(self, person: User, day: date) -> set[str]:
        """Where they are on ``day``: the first three characters of the postal codes."""
        first, last = clock.day_bounds(day)
        own = (row for row in self.visits_of(person) if row.starts_at and first <= row.starts_at < last)
        return {zone for visit in own if (zone := visit.case.zone)}


def _touches(row: Visit | Absence, span: Span) -> bool:
    return bool(row.starts_at and row.ends_at and row.starts_at < span[1] and row.ends_at > span[0])
