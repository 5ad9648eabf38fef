"""Which visits a person sees in the field, and who is met there."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from sercom.core import clock
from sercom.core.access import OFFICE, Actor
from sercom.core.base import AnySession
from sercom.entities.cases.model import Case
from sercom.entities.visits.model import PLANNED, Visit, VisitStatus

#: How far the days after today are told, and how long unfinished work stays on the page.
AHEAD, BEHIND = timedelta(days=7), timedelta(days=14)
#: Nobody is there sooner.
SOON = timedelta(minutes=15)


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


def find(session: AnySession, visit_id: int, actor: Actor, *, lock: bool = False, alone: bool = False) -> Visit | None:
    """The visit, if it is theirs, with what its page shows, or ``alone``.

    ``lock``: alone, and nobody else's until the transaction ends.
    """
    if alone:
        return session.scalars(own(actor).where(Visit.id == visit_id)).one_or_none()
    if lock:
        chosen = own(actor).where(Visit.id == visit_id).with_for_update(of=Visit)
        return session.scalars(chosen.execution_options(populate_existing=True)).one_or_none()
    case = joinedload(Visit.case)
    options = (
        *(case.joinedload(Case.client), case.joinedload(Case.site), case.selectinload(Case.files)),
        *(joinedload(Visit.document), selectinload(Visit.parts), selectinload(Visit.spans)),
    )
    return session.scalars(own(actor).where(Visit.id == visit_id).options(*options)).unique().one_or_none()


def contact_of(visit: Visit) -> tuple[str, str | None]:
    """Who is met on the site and their telephone: the one of the address, else the client's own."""
    client, site = visit.case.client, visit.case.site
    if site is not None and (site.contact_name or site.contact_phone):
        return site.contact_name or client.name, site.contact_phone or client.phone
    return client.contact_name or client.name, client.phone or client.other_phone


def expected_at(visit: Visit, promised: str | None) -> datetime:
    """When the client may expect somebody (UTC): as it was promised, else as planned, never in the past."""
    now = clock.utcnow()
    if visit.status is VisitStatus.ON_THE_WAY and promised:
        return datetime.fromisoformat(promised)
    planned = visit.starts_at if visit.starts_at is not None and not visit.any_time else now
    return max(planned, now + SOON)


def found_earlier(visit: Visit) -> list[Visit]:
    """Visits of the case that found something, this one aside."""
    return [other for other in visit.case.visits if other.findings and other is not visit]
