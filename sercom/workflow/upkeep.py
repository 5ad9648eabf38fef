"""Devices in the work: which case is about which, and the maintenance that is due, made into work in one go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import joinedload, object_session, undefer

from sercom.core import clock, formats, journal
from sercom.core.access import FIELD, OFFICE, Actor
from sercom.core.base import AnySession
from sercom.core.errors import ConflictError, DomainError, ForbiddenError
from sercom.entities.cases.model import Case
from sercom.entities.clients.model import Client
from sercom.entities.equipment.model import Equipment, EquipmentWork
from sercom.entities.equipment.stage import SOON, EquipmentStage
from sercom.entities.jobs.model import Job
from sercom.entities.requests.model import Origin, ServiceRequest
from sercom.entities.sites.model import Site
from sercom.workflow import content

#: The stages in which maintenance waits to be planned.
WAITING = (EquipmentStage.DUE, EquipmentStage.SOON)
#: What of it can be planned: also ahead of its time.
PLANNABLE = (*WAITING, EquipmentStage.KEPT)
TITLE_LENGTH = 200


@dataclass(frozen=True)
class Due:
    """The devices of an address whose maintenance waits, and the day of the first."""

    site: Site
    devices: Sequence[Equipment]

    @property
    def day(self) -> date:
        """When the first of them is due."""
        return min(day for device in self.devices if (day := device.due_on) is not None)


def due(session: AnySession, until: date | None = None, at: ColumnElement[bool] | None = None) -> list[Due]:
    """The maintenance that waits, by address, what is due first in front.

    ``until``: what is due by that day, however far ahead; ``at``: of some addresses only. The reminders ask so.
    """
    stages = WAITING if until is None or until <= clock.today() + SOON else PLANNABLE
    rows = (
        select(Equipment)
        .join(Site, Site.id == Equipment.site_id)
        .join(Client, Client.id == Site.client_id)
        .where(Equipment.stage.in_(stages), Client.merged_into_id.is_(None), Client.anonymised_at.is_(None))
        .where(at if at is not None else true())
        .options(undefer(Equipment.stage), undefer(Equipment.done_at))
        .options(joinedload(Equipment.site).joinedload(Site.client), joinedload(Equipment.service))
        .order_by(Equipment.site_id, Equipment.id)
    )
    found = (row for row in session.scalars(rows) if until is None or (row.due_on is not None and row.due_on <= until))
    by_site = groupby(found, key=lambda device: device.site)
    return sorted((Due(site, list(devices)) for site, devices in by_site), key=lambda found: (found.day, found.site.id))


def plan(session: AnySession, ids: Sequence[int], actor: Actor, *, as_request: bool = False) -> Job | ServiceRequest:
    """Make a job (or a request) of the maintenance of devices at one address.

    The address is locked meanwhile: pressed twice, the second finds the first under way and is
    refused. Raises ``ForbiddenError``, ``DomainError`` (none, or of several addresses),
    ``ConflictError`` (under way, removed, not maintained).
    """
    if not actor.has(OFFICE):
        raise ForbiddenError(_l("Your role does not allow this."))
    devices = _locked(session, ids)
    for device in devices:
        if device.stage not in PLANNABLE:
            raise ConflictError(formats.named(device, device.stage.label))
    site = devices[0].site
    with force_locale(site.client.language.value):  # the client reads the title on what comes of it
        what = ", ".join(str(device) for device in devices)
        title = _("Maintenance: %(what)s", what=what)[:TITLE_LENGTH]
    services = {device.service for device in devices if device.service is not None}
    service = services.pop() if len(services) == 1 else None
    document: Job | ServiceRequest
    document = ServiceRequest(title=title, origin=Origin.OTHER, service=service) if as_request else Job(title=title)
    content.start(session, document, actor, client=site.client, site=site)
    if isinstance(document, Job) and service is not None:
        for visit in document.visits:
            visit.skill = service.skill
    for device in devices:
        concern(session, document.case, device, actor, upkeep=True)
    return document


def _locked(session: AnySession, ids: Sequence[int]) -> list[Equipment]:
    """The devices, their address locked and their stages read anew."""
    sites = session.scalars(select(Equipment.site_id).where(Equipment.id.in_(ids)).distinct()).all()
    if not sites:
        raise DomainError(_l("Choose at least one device."), "device")
    if len(sites) > 1:
        raise DomainError(_l("Choose devices of one address: each address has its own job."), "device")
    session.execute(select(Site.id).where(Site.id == sites[0]).with_for_update()).all()
    rows = select(Equipment).where(Equipment.id.in_(ids)).order_by(Equipment.id)
    rows = rows.options(undefer(Equipment.stage), undefer(Equipment.done_at), joinedload(Equipment.service))
    return list(session.scalars(rows.execution_options(populate_existing=True)))


def concern(session: AnySession, case: Case, device: Equipment, actor: Actor, *, upkeep: bool = False) -> EquipmentWork:
    """Write down that ``case`` is about ``device``; ``upkeep``: that it is its maintenance. Done twice, it is once."""
    known = session.scalars(
        select(EquipmentWork).where(EquipmentWork.case_id == case.id, EquipmentWork.equipment_id == device.id)
    ).one_or_none()
    if known is None:
        known = EquipmentWork(case=case, equipment=device)
        session.add(known)
        session.flush()
        _tell(session, actor, case, None, device)
    known.is_upkeep = known.is_upkeep or upkeep
    session.flush()
    return known


def set_concerned(
    session: AnySession, case: Case, actor: Actor, chosen: Sequence[Equipment], upkeep: Iterable[Equipment] = ()
) -> None:
    """Make the devices that a case is about those chosen, and its maintenance those of ``upkeep``."""
    if not actor.has(OFFICE):
        raise ForbiddenError(_l("Your role does not allow this."))
    kept = set(upkeep)
    for work in works_of(session, case.id):
        if work.equipment not in chosen:
            _tell(session, actor, case, work.equipment, None)
            session.delete(work)
        else:
            work.is_upkeep = work.equipment in kept
    session.flush()
    for device in chosen:
        concern(session, case, device, actor, upkeep=device in kept)


def _tell(session: AnySession, actor: Actor, case: Case, before: Equipment | None, after: Equipment | None) -> None:
    pair = [device.known_as if device is not None else None for device in (before, after)]
    journal.record(session, actor, "concerned", case, {"equipment": pair})


def works_of(session: AnySession, case_id: int) -> list[EquipmentWork]:
    """What a case is about."""
    rows = select(EquipmentWork).where(EquipmentWork.case_id == case_id).order_by(EquipmentWork.id)
    return list(session.scalars(rows.options(joinedload(EquipmentWork.equipment))))


def install(session: AnySession, site: Site, actor: Actor, **columns: object) -> Equipment:
    """A device that somebody found or put at an address."""
    if not actor.has(FIELD):
        raise ForbiddenError(_l("Your role does not allow this."))
    device = Equipment(site=site, **columns)
    session.add(device)
    session.flush()
    journal.record(session, actor, "created", device)
    return device


def rhythm_of(case: Case) -> int | None:
    """How many months lie between two maintenances of the devices that the case looks after: the fewest."""
    session = object_session(case)
    assert session is not None
    kept = (work.equipment.upkeep for work in works_of(session, case.id) if work.is_upkeep)
    return min((upkeep.months for upkeep in kept if upkeep is not None), default=None)
