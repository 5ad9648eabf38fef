"""What maintenance is due: of services that come again, and of devices, which tell themselves when."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased, joinedload

from sercom.core import clock, formats
from sercom.core.base import AnySession
from sercom.entities.cases.model import Case
from sercom.entities.catalog.model import Service
from sercom.entities.delivery.message import MessageKind
from sercom.entities.delivery.outbox import base_url
from sercom.entities.documents.model import Document, DocumentKind
from sercom.entities.equipment.model import Equipment
from sercom.entities.equipment.stage import SOON
from sercom.entities.jobs.model import Job, JobStatus
from sercom.entities.reminders.model import ReminderRule
from sercom.entities.requests.model import ServiceRequest
from sercom.entities.sites.model import Site
from sercom.entities.users.model import Language
from sercom.entities.visits.model import ENDED, Visit
from sercom.workflow import upkeep
from sercom.workflow.due import Due, Keys, among, days_around, stage_on, told, within


def services(session: AnySession, rule: ReminderRule, today: date, keys: Keys) -> Iterator[Due]:
    """Work of a service that comes again, done so many months ago, and nothing asked for there since."""
    first, last = days_around(rule, today)
    place, asked = aliased(Case), aliased(ServiceRequest, flat=True)
    for service in session.scalars(select(Service).where(Service.active, Service.maintenance_months.is_not(None))):
        months = relativedelta(months=service.maintenance_months or 0)
        # Months are not of one length: the last three days before a short one's end count as its last.
        since, after = (clock.from_company(day, time.min) for day in (first - months, last - months + timedelta(4)))
        of_it = select(asked.id).where(asked.case_id == place.id, asked.service_id == service.id).exists()
        rows = (
            select(Job)
            .join(place, place.id == Job.case_id)
            .where(
                *(Job.status.in_((JobStatus.DONE, JobStatus.CLOSED)), Job.done_at >= since, Job.done_at < after),
                *(of_it, ~_went_on(place), ~_has_devices(place), among(Job.id, keys, "service")),
            )
        )
        options = (joinedload(Job.client), joinedload(Job.case).joinedload(Case.site))
        for job in session.scalars(rows.options(*options).order_by(Job.id)):
            again = clock.to_company(job.done_at).date() + months  # type: ignore[arg-type]  # asked for
            found = stage_on(rule, again, today, again - timedelta(days=1))
            if found:
                yield Due(
                    *(rule.kind, MessageKind.MAINTENANCE, f"service/{job.id}", *found, job, job.client, job),
                    *(job.client.email, told(_maintenance, job, service, again)),
                )


def _has_devices(place: Any) -> Any:
    """Devices are maintained there: they tell themselves when."""
    kept = (Equipment.site_id == place.site_id, Equipment.upkeep.is_not(None), Equipment.removed_on.is_(None))
    return exists().where(*kept)


def devices(session: AnySession, rule: ReminderRule, today: date, keys: Keys) -> Iterator[Due]:
    """The devices of an address whose maintenance comes, unless it is under way already: one reminder for all."""
    until = max(days_around(rule, today)[1], clock.today() + SOON)
    for waiting in upkeep.due(session, until=until, at=among(Site.id, keys, "devices")):
        client, first = waiting.site.client, waiting.devices[0]
        found = stage_on(rule, waiting.day, today, waiting.day - timedelta(days=1))
        if found:
            key = f"devices/{waiting.site.id}/{waiting.day:%Y-%m-%d}"
            yield Due(
                *(rule.kind, MessageKind.MAINTENANCE, key, *found, first, client, None, client.email),
                told(_devices, waiting),
            )


def _devices(waiting: upkeep.Due) -> dict[str, str]:
    site, services = waiting.site, {device.service_id for device in waiting.devices}
    page = f"{base_url()}/{'' if site.client.language is Language.FRENCH else 'en/'}"
    service = next(iter(services)) if len(services) == 1 else None
    form = f"?service={service}" if service else ""
    if len(waiting.devices) == 1:  # the form of its sticker: what is asked for is about the device
        form = f"a/{waiting.devices[0].token}"
    return {
        "what": ", ".join(device.named for device in waiting.devices),
        "day": within(formats.month(waiting.day)),
        "address": f"{site.street}, {site.city}",
        "page": page + form,
    }


def _went_on(place: Any) -> Any:
    """Something was asked for at the same address since the job was done, or somebody is to go there."""
    case, visit, later = aliased(Case), aliased(Visit), aliased(Document)
    here = (case.client_id == place.client_id, (case.id == place.id) | (case.site_id == place.site_id))
    fresh = (DocumentKind.REQUEST, DocumentKind.QUOTE, DocumentKind.JOB)
    newer = (
        select(later.id)
        .join(case, case.id == later.case_id)
        .where(*here, later.kind.in_(fresh), later.created_at > Job.done_at, later.id != Job.id)
    )
    coming = select(visit.id).join(case, case.id == visit.case_id).where(*here, visit.status.not_in(ENDED))
    return newer.exists() | coming.exists()


def _maintenance(job: Job, service: Service, again: date) -> dict[str, str]:
    french = job.client.language is Language.FRENCH
    site = job.case.site
    return {
        "what": service.name_fr if french else service.name_en,
        "day": within(formats.month(again)),
        "address": f"{site.street}, {site.city}" if site else "",
        "page": f"{base_url()}/{'' if french else 'en/'}?service={service.id}",
    }
