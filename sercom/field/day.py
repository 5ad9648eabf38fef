"""Which visits a person sees in the field, and what a visit's page tells."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from sercom.core import clock
from sercom.core.access import OFFICE, Actor
from sercom.core.base import AnySession
from sercom.entities.cases.model import Case
from sercom.entities.visits.model import PLANNED, Visit, VisitStatus

#: How far the days after today are told, and how long unfinished work stays on the page.
AHEAD, BEHIND = timedelta(days=7), timedelta(days=14)


@dataclass(frozen=True)
class Day:
    """A person's visits: what is left of earlier days, today's in order, the next days'."""

    today: date
    left: list[Visit]
    visits: list[Visit]
    later: list[tuple[date, list[Visit]]]

    @property
    def next_one(self) -> Visit | None:
        """What is under way, or comes first."""
        open_ones = [visit for visit in (*self.left, *self.visits) if visit.status in PLANNED]
        return next((visit for visit in open_ones if visit.is_under_way), open_ones[0] if open_ones else None)


def of_person(session: AnySession, user_id: int | None) -> Day:
    """The day of that person, the team's visits included."""
    today = clock.today()
    start, end = clock.day_bounds(today)
    shown = select(Visit).where(
        Visit.assigned_to(user_id),
        Visit.status != VisitStatus.UNSCHEDULED,
        Visit.starts_at >= start - BEHIND,
        Visit.starts_at < end + AHEAD,
    )
    case = joinedload(Visit.case)
    options = (case.joinedload(Case.client), case.joinedload(Case.site), joinedload(Visit.document))
    rows = session.scalars(shown.options(*options).order_by(Visit.starts_at, Visit.id)).all()
    days = [(_day(visit), visit) for visit in rows]
    later = [(day, visit) for day, visit in days if day > today and visit.status in PLANNED]
    return Day(
        today,
        [visit for day, visit in days if day < today and visit.status in PLANNED],
        [visit for day, visit in days if day == today],
        [(day, [visit for _day, visit in group]) for day, group in groupby(later, key=lambda pair: pair[0])],
    )


def _day(visit: Visit) -> date:
    assert visit.starts_at is not None
    return clock.to_company(visit.starts_at).date()


def own(actor: Actor) -> Select[tuple[Visit]]:
    """The visits that the person may open here: all of them for the office, else own ones and the team's."""
    visits: Select[tuple[Visit]] = select(Visit)
    return visits if actor.has(OFFICE) else visits.where(Visit.assigned_to(actor.user_id))


def find(session: AnySession, visit_id: int, actor: Actor, *, lock: bool = False) -> Visit | None:
    """The visit, if it is theirs; locked until the transaction ends where something is to be done."""
    if lock:
        chosen = own(actor).where(Visit.id == visit_id).with_for_update(of=Visit)
        return session.scalars(chosen.execution_options(populate_existing=True)).one_or_none()
    case = joinedload(Visit.case)
    options = (
        *(case.joinedload(Case.client), case.joinedload(Case.site), case.selectinload(Case.files)),
        *(joinedload(Visit.document), selectinload(Visit.parts), selectinload(Visit.spans)),
    )
    return session.scalars(own(actor).where(Visit.id == visit_id).options(*options)).unique().one_or_none()


def context_of(visit: Visit) -> dict[str, Any]:
    """What is to be done, and what earlier visits of the case found."""
    return {
        "work": [] if visit.is_assessment else visit.document.lines,
        "found": [other for other in visit.case.visits if other.findings and other is not visit],
    }
