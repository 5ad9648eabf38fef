"""Visits that come again: a rule of RFC 5545, and the ordinary visits that are made from it at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from dateutil.rrule import rrulestr
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from sercom.core import clock, formats
from sercom.core.access import Actor
from sercom.core.errors import DomainError, NeedsConfirmationError
from sercom.core.labels import Labelled
from sercom.entities.jobs.model import Job
from sercom.entities.planning.model import VisitSeries
from sercom.entities.users.model import Team, User
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.workflow.payments import session_of
from sercom.workflow.planning import Plan, concerns_of_each

#: So many visits are made of one rule at most, and so far ahead: ten years of yearly maintenance.
MAX_VISITS, HORIZON = 60, timedelta(days=365 * 10 + 3)
#: So many concerns are told one by one before the rest is counted.
TOLD = 8


class Unit(Labelled):
    """After what a visit comes again; its value is RFC 5545's word."""

    WEEK = "WEEKLY", _l("week(s)")
    MONTH = "MONTHLY", _l("month(s)")
    YEAR = "YEARLY", _l("year(s)")


@dataclass(frozen=True)
class Repeat:
    """Every so many weeks, months or years from ``first_day`` on: so many times, or until a day.

    Each time from ``starts`` on the company's clock, for so many minutes.
    """

    first_day: date
    starts: time
    minutes: int
    every: int
    unit: Unit
    times: int | None = None
    until: date | None = None

    @property
    def rule(self) -> str:
        """As RFC 5545 writes it. What begins on a day that not every month has falls on the month's last."""
        parts = [f"FREQ={self.unit.value}", f"INTERVAL={self.every}"]
        if self.unit is not Unit.WEEK:
            parts += self._month_end()
        if self.times is not None:
            parts.append(f"COUNT={self.times}")
        elif self.until is not None:
            parts.append(f"UNTIL={self.until:%Y%m%d}T235959")
        return ";".join(parts)

    def _month_end(self) -> list[str]:
        """The last of the days up to the first one's that the month has."""
        day = self.first_day.day
        if day <= 28:  # noqa: PLR2004  # every month has it
            return []
        days = ",".join(str(number) for number in range(28, day + 1))
        month = [f"BYMONTH={self.first_day.month}"] if self.unit is Unit.YEAR else []
        return [*month, f"BYMONTHDAY={days}", "BYSETPOS=-1"]


def days_of(rule: str, first_day: date) -> Iterator[date]:
    """The days of a rule, from the first on, within the horizon."""
    start = datetime.combine(first_day, time.min)
    for moment in rrulestr(rule, dtstart=start):
        if moment - start > HORIZON:
            return
        yield moment.date()


def moments(day: date, starts: time, minutes: int) -> tuple[datetime, datetime]:
    """Begin and end in UTC of so many minutes from an hour of the company's clock on.

    An hour that a spring morning skips is the one after it; one that an autumn night has twice, the first.
    """
    begins = clock.from_company(day, starts)
    return begins, begins + timedelta(minutes=minutes)


def repeat_visits(
    job: Job,
    actor: Actor,
    *,
    repeat: Repeat,
    person: User | None = None,
    team: Team | None = None,
    instructions: str | None = None,
    confirm: bool = False,
) -> None:
    """Plan the visits of a rule: the job's visit that nobody planned yet is the first of them.

    What speaks against any of them is told first, with its day.
    """
    session = session_of(job)
    days = list(islice(days_of(repeat.rule, repeat.first_day), MAX_VISITS + 1))
    if len(days) < 2:  # noqa: PLR2004  # one visit is no series
        raise DomainError(_l("This comes only once: plan a single visit."), "until" if repeat.until else "times")
    if len(days) > MAX_VISITS:
        raise DomainError(_l("At most %(count)s visits at a time: end it sooner.", count=MAX_VISITS), "until")
    first = job.visit_to_plan or Visit.open(job, job.instructions)
    visits = [first, *(Visit.open(job, first.instructions) for _day in days[1:])]
    when = {"first_day": repeat.first_day, "starts": repeat.starts, "minutes": repeat.minutes}
    series = VisitSeries(document_id=job.id, rule=repeat.rule, **when)
    plans = [Plan(*moments(day, repeat.starts, repeat.minutes), person, team) for day in days]
    against = concerns_of_each(session, list(zip(visits, plans, strict=True)))
    told = [formats.named(formats.day(day), one) for day, found in zip(days, against, strict=True) for one in found]
    for visit, plan in zip(visits, plans, strict=True):
        _plan(visit, actor, plan, instructions)
        visit.series = series
    if told and not confirm:
        rest = len(told) - TOLD
        more = _l("And %(count)s more.", count=rest) if rest > 0 else ""
        listed = " ".join(str(part) for part in (*told[:TOLD], more) if part)
        raise NeedsConfirmationError(_l("%(concerns)s Plan the visits all the same?", concerns=listed))


def _plan(visit: Visit, actor: Actor, plan: Plan, instructions: str | None) -> None:
    told: dict[str, Any] = {"person": plan.person, "team": plan.team, "instructions": instructions}
    visit.schedule(actor, starts_at=plan.starts_at, ends_at=plan.ends_at, **told)


def later_ones(visit: Visit) -> list[Visit]:
    """The visit and those of its series that are planned after it."""
    if visit.series_id is None or visit.starts_at is None:
        return []
    planned = [other for other in visit.case.visits if other.series_id == visit.series_id]
    return [
        other
        for other in planned
        if other.status is VisitStatus.SCHEDULED and other.starts_at and other.starts_at >= visit.starts_at
    ]


def refuse_end(visit: Visit) -> LazyString | None:
    """Why no series can be ended here, if none can."""
    return None if len(later_ones(visit)) > 1 else _l("No other visit of a series comes after this one.")


def end_series(visit: Visit, actor: Actor) -> None:
    """Cancel this visit and all that come after it by the same rule."""
    later = later_ones(visit)
    if visit.series is not None:
        visit.series.ended_at = clock.utcnow()
    for other in later:
        other.cancel(actor)
