"""What was done on a device, and the devices of a case and its address."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload, undefer

from sercom.core.base import AnySession
from sercom.entities.cases.model import Case
from sercom.entities.equipment.model import Equipment, EquipmentWork
from sercom.entities.visits.model import Visit

#: How many earlier visits are told.
FOUND = 3


@dataclass(frozen=True)
class Standing:
    """A device as a case's page shows it; ``work`` says that the case is about it."""

    device: Equipment
    work: EquipmentWork | None


def at_site(session: AnySession, site_id: int) -> Sequence[Equipment]:
    """The devices of an address, those taken out last."""
    return _devices(session, [site_id])


def at_sites(session: AnySession, site_ids: Sequence[int]) -> dict[int, list[Equipment]]:
    """The same for several addresses, by address."""
    found: dict[int, list[Equipment]] = {site_id: [] for site_id in site_ids}
    for device in _devices(session, site_ids):
        found[device.site_id].append(device)
    return found


def _devices(session: AnySession, site_ids: Sequence[int]) -> Sequence[Equipment]:
    rows = select(Equipment).where(Equipment.site_id.in_(site_ids))
    rows = rows.options(undefer(Equipment.stage), undefer(Equipment.done_at))
    return session.scalars(rows.order_by(Equipment.removed_on.is_not(None), Equipment.id)).all()


def of_case(session: AnySession, case: Case) -> list[Standing]:
    """What the case is about, then what else stands at its address; two queries at most."""
    rows = (
        select(Equipment, EquipmentWork)
        .outerjoin(EquipmentWork, (EquipmentWork.equipment_id == Equipment.id) & (EquipmentWork.case_id == case.id))
        .where(or_(EquipmentWork.id.is_not(None), (Equipment.site_id == case.site_id) & Equipment.removed_on.is_(None)))
        .options(undefer(Equipment.stage), undefer(Equipment.done_at))
        .order_by(EquipmentWork.id.is_(None), Equipment.id)
    )
    return [Standing(device, work) for device, work in session.execute(rows).tuples()]


def works_on(session: AnySession, device: Equipment) -> Sequence[EquipmentWork]:
    """The cases about it, the latest first, each with its visits; four queries, however many."""
    visits = selectinload(Case.visits)
    rows = (
        select(EquipmentWork)
        .where(EquipmentWork.equipment_id == device.id)
        .options(joinedload(EquipmentWork.case).options(joinedload(Case.client), visits.joinedload(Visit.document)))
        .options(joinedload(EquipmentWork.case).options(visits.joinedload(Visit.person), visits.joinedload(Visit.team)))
        .order_by(EquipmentWork.id.desc())
    )
    return session.scalars(rows).unique().all()


def found_on(session: AnySession, devices: Sequence[Equipment], case: Case) -> Sequence[Visit]:
    """What the latest visits of other cases found on them."""
    if not devices:
        return ()
    about = select(EquipmentWork.case_id).where(EquipmentWork.equipment_id.in_([device.id for device in devices]))
    rows = select(Visit).where(Visit.case_id.in_(about), Visit.case_id != case.id, Visit.findings.is_not(None))
    return session.scalars(rows.order_by(Visit.starts_at.desc(), Visit.id.desc()).limit(FOUND)).all()
