"""What was used or worked at a job beyond what its lines hold: shown as not quoted, never lost."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import object_session

from sercom.entities.catalog.model import CatalogItem, ItemKind
from sercom.entities.documents.line import Line
from sercom.entities.jobs.model import Job
from sercom.entities.visits.model import PartUsed, Visit, VisitStatus
from sercom.search.words import fold

HOUR, NOTHING = Decimal(60), Decimal(0)
WORKED = (VisitStatus.DONE, VisitStatus.INCOMPLETE)


@dataclass(frozen=True)
class Extras:
    """Parts with the quantity beyond what was agreed, by the part's id; hours beyond those agreed."""

    parts: dict[int, Decimal]
    hours: Decimal
    used: tuple[PartUsed, ...] = ()


NO_EXTRAS = Extras({}, NOTHING)


def extras_of(job: Job) -> Extras:
    """What a job's visits took beyond its lines; nothing where it has none, for nothing was agreed then."""
    items = [line for line in job.lines if line.is_item and line.accepted]
    session = object_session(job)
    if not items or session is None:
        return NO_EXTRAS
    rows = select(PartUsed).join(Visit, Visit.id == PartUsed.visit_id).where(Visit.document_id == job.id)
    parts = session.scalars(rows.order_by(PartUsed.id)).all()
    beyond = _beyond(items, list(parts))
    used = tuple(part for part in parts if part.id in beyond)
    return Extras(beyond, _hours(job, items), used)


def _beyond(items: list[Line], parts: list[PartUsed]) -> dict[int, Decimal]:
    """Each part takes of the lines that are the same item, or read the same, while anything is left of them."""
    left = {line.id: line.quantity for line in items}
    beyond: dict[int, Decimal] = {}
    for part in parts:
        wanted = part.quantity
        for line in items:
            taken = min(wanted, max(left[line.id], NOTHING)) if _same(part, line) else NOTHING
            left[line.id] -= taken
            wanted -= taken
        if wanted:
            beyond[part.id] = wanted
    return beyond


def _same(part: PartUsed, line: Line) -> bool:
    if part.item_id is not None and part.item_id == line.item_id:
        return True
    return fold(part.description).strip() == fold(line.description.split("\n")[0]).strip()


def _hours(job: Job, items: list[Line]) -> Decimal:
    """Hours worked beyond the hours on its lines, where it has any."""
    session = object_session(job)
    assert session is not None
    named = {line.item_id for line in items if line.item_id}
    if not named:
        return NOTHING
    of_labour = CatalogItem.id.in_(named), CatalogItem.kind == ItemKind.LABOUR
    labour = set(session.scalars(select(CatalogItem.id).where(*of_labour)))
    agreed = sum((line.quantity for line in items if line.item_id in labour), NOTHING)
    minutes = sum(visit.minutes or 0 for visit in job.visits if visit.status in WORKED)
    return max((Decimal(minutes) / HOUR).quantize(Decimal("0.01")) - agreed, NOTHING) if agreed else NOTHING
