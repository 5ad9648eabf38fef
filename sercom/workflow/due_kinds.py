"""Who knows what is due: a provider for each kind of reminder, and the table of them.

Over 250 lines: what each kind rests on is read beside the others.
"""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from flask_babel import gettext as _
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased, joinedload

from sercom.core import clock, formats
from sercom.core.base import AnySession
from sercom.core.money import ZERO
from sercom.entities.cases.model import Case
from sercom.entities.catalog.model import Service
from sercom.entities.delivery.message import Message, MessageKind, MessageStatus
from sercom.entities.delivery.outbox import base_url
from sercom.entities.documents.model import Document, DocumentKind
from sercom.entities.equipment.model import Equipment
from sercom.entities.equipment.stage import SOON
from sercom.entities.inbox.model import ClientMessage
from sercom.entities.invoices.balance import balance_column
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.jobs.model import Job, JobStatus
from sercom.entities.quotes.model import Quote, QuoteStatus
from sercom.entities.reminders.model import Reminder, ReminderKind, ReminderRule, get_settings
from sercom.entities.requests.model import ServiceRequest
from sercom.entities.users.model import Language
from sercom.entities.visits.model import ENDED, Visit, VisitStatus
from sercom.workflow import upkeep
from sercom.workflow.due import Due, Provider, days_around, moments_around, stage_on, told, within
from sercom.workflow.shown import LEFT

#: Days between issuing an invoice and saying that it is due soon.
FRESH = 2


def quotes(session: AnySession, rule: ReminderRule, today: date) -> Iterator[Due]:
    """Offers that hold and that nobody answered, no other of the same case either, nor by a message."""
    first, after = moments_around(rule, today)
    other = aliased(Quote, flat=True)
    chosen = select(other.id).where(other.case_id == Quote.case_id, other.status == QuoteStatus.APPROVED).exists()
    wrote = exists().where(ClientMessage.document_id == Quote.id, ClientMessage.created_at >= Quote.sent_at)
    rows = select(Quote).where(Quote.status == QuoteStatus.SENT, Quote.sent_at >= first, Quote.sent_at < after)
    rows = rows.where(~chosen, ~wrote, ~Quote.no_reminders)
    for quote in session.scalars(rows.options(joinedload(Quote.client)).order_by(Quote.id)):
        sent = clock.to_company(quote.sent_at).date()  # type: ignore[arg-type]  # asked for
        found = stage_on(rule, sent, today, quote.valid_until or date.max)
        if found:
            mail = MessageKind.QUOTE_REMINDER if found[0] == 1 else MessageKind.QUOTE_REMINDER_AGAIN
            yield Due(
                *(rule.kind, mail, f"quote/{quote.id}/{quote.revision}", *found, quote, quote.client, quote),
                *(quote.client.email, told(_quote, quote)),
                linked=True,
            )


def _quote(quote: Quote) -> dict[str, str]:
    return {
        "number": quote.number or "",
        "title": quote.title or quote.number or "",
        "total": formats.money(quote.total),
        "valid_until": formats.long_day(quote.valid_until) if quote.valid_until else "",
    }


def visits(session: AnySession, rule: ReminderRule, today: date) -> Iterator[Due]:
    """Visits that are planned; one that is moved to another time is another appointment."""
    first, after = moments_around(rule, today)
    rows = select(Visit).where(Visit.status == VisitStatus.SCHEDULED, Visit.starts_at >= first, Visit.starts_at < after)
    case = joinedload(Visit.case)
    options = (case.joinedload(Case.client), case.joinedload(Case.site), joinedload(Visit.document))
    planned = session.scalars(rows.options(*options).order_by(Visit.id)).all()
    had = _had(session, planned)
    for visit in planned:
        starts = clock.to_company(visit.starts_at)  # type: ignore[arg-type]  # asked for
        found = stage_on(rule, starts.date(), today, starts.date() - timedelta(days=1))
        if found:
            key = f"visit/{visit.id}/{starts:%Y-%m-%d}" + ("" if visit.any_time else f"/{starts:%H%M}")
            key = _appointment(key, had.get(visit.id, []))
            yield Due(
                *(rule.kind, MessageKind.VISIT_REMINDER, key, *found, visit, visit.case.client, visit.document),
                *(visit.case.client.email, told(_visit, visit)),
            )


def _had(session: AnySession, visits: Sequence[Visit]) -> dict[int, list[tuple[str, bool]]]:
    """By visit, the keys of what was written about it, and whether that left or is to leave; the latest last."""
    clients = {visit.case.client_id for visit in visits}
    rows = select(Reminder.key, Message.status).join(Message, Message.id == Reminder.message_id)
    rows = rows.where(Reminder.kind == ReminderKind.VISIT, Reminder.client_id.in_(clients)).order_by(Reminder.id)
    found: dict[int, list[tuple[str, bool]]] = {}
    for key, status in session.execute(rows) if clients else ():
        found.setdefault(int(key.split("/")[1]), []).append((key, status is not MessageStatus.WITHDRAWN))
    return found


def _appointment(key: str, had: list[tuple[str, bool]]) -> str:
    """What an appointment is called: one that comes back after the client was told of another is told anew."""
    told = [known for known, left in had if left]
    if told and told[-1].partition("#")[0] == key:
        return told[-1]
    before = sum(known.partition("#")[0] == key for known, _left in had)
    return f"{key}#{before}" if before else key


def _visit(visit: Visit) -> dict[str, str]:
    starts, ends = (clock.to_company(moment) for moment in (visit.starts_at, visit.ends_at) if moment)
    between = {"from": formats.clock(starts.time()), "to": formats.clock(ends.time())}
    site = visit.case.site
    return {
        "day": within(formats.weekday(starts.date())),
        "time": _("during the day") if visit.any_time else _("between %(from)s and %(to)s", **between),
        "address": f"{site.street}, {site.city}" if site else "",
    }


def invoices(session: AnySession, rule: ReminderRule, today: date) -> Iterator[Due]:
    """Invoices that the client was sent and that are not settled, before or after the day they are due."""
    first, last = days_around(rule, today)
    sent = exists().where(
        Message.document_id == Invoice.id, Message.kind == MessageKind.INVOICE, Message.status.in_(LEFT)
    )
    rows = (
        select(Invoice)
        .where(
            Invoice.status == InvoiceStatus.ISSUED, Invoice.due_date.between(first, last), balance_column() > ZERO, sent
        )
        .where(~Invoice.no_reminders)
    )
    if rule.kind.is_before:
        rows = rows.where(Invoice.issue_date <= today - timedelta(days=FRESH))
    for invoice in session.scalars(rows.options(joinedload(Invoice.client)).order_by(Invoice.id)):
        due, client = invoice.due_date, invoice.client
        assert due is not None
        found = stage_on(rule, due, today, due - timedelta(days=1) if rule.kind.is_before else date.max)
        if found:
            late = MessageKind.OVERDUE if found[0] == 1 else MessageKind.OVERDUE_AGAIN
            mail = MessageKind.DUE_SOON if rule.kind.is_before else late
            yield Due(
                *(rule.kind, mail, f"invoice/{invoice.id}", *found, invoice, client, invoice),
                *(client.billing_email or client.email, told(_invoice, invoice, today)),
                linked=True,
                together=True,
            )


def _invoice(invoice: Invoice, today: date) -> dict[str, str]:
    assert invoice.due_date is not None
    return {
        "number": invoice.number or "",
        "total": formats.money(invoice.total),
        "balance": formats.money(invoice.balance),
        "due_date": formats.long_day(invoice.due_date),
        "days": str((today - invoice.due_date).days),
    }


def reviews(session: AnySession, rule: ReminderRule, today: date) -> Iterator[Due]:
    """Jobs that were done, where the company has a page for reviews."""
    address = get_settings(session).review_url
    first, after = moments_around(rule, today)
    visited = exists().where(Visit.document_id == Job.id, Visit.status == VisitStatus.DONE)
    over = (JobStatus.DONE, JobStatus.CLOSED)
    rows = select(Job).where(Job.status.in_(over), Job.done_at >= first, Job.done_at < after, visited)
    for job in session.scalars(rows.options(joinedload(Job.client)).order_by(Job.id)) if address else ():
        done = clock.to_company(job.done_at).date()  # type: ignore[arg-type]  # asked for
        found = stage_on(rule, done, today, date.max)
        if found:
            about = (rule.kind, MessageKind.REVIEW, f"review/{job.id}", *found, job, job.client, job)
            yield Due(*about, job.client.email, told(_review, job, address))


def _review(job: Job, address: str) -> dict[str, str]:
    return {"title": job.title or job.number or "", "page": address}


def maintenance(session: AnySession, rule: ReminderRule, today: date) -> Iterator[Due]:
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
                *(of_it, ~_went_on(place), ~_has_devices(place)),
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


def devices(session: AnySession, rule: ReminderRule, today: date) -> Iterator[Due]:
    """The devices of an address whose maintenance comes, unless it is under way already: one reminder for all."""
    until = max(days_around(rule, today)[1], clock.today() + SOON)
    for waiting in upkeep.due(session, until=until):
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


#: Who tells what is due, by kind.
PROVIDERS: dict[ReminderKind, tuple[Provider, ...]] = {
    ReminderKind.QUOTE: (quotes,),
    ReminderKind.VISIT: (visits,),
    ReminderKind.DUE_SOON: (invoices,),
    ReminderKind.OVERDUE: (invoices,),
    ReminderKind.REVIEW: (reviews,),
    ReminderKind.MAINTENANCE: (maintenance, devices),
}
