"""Who knows what is due: a provider for each kind of reminder, and the table of them."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased, joinedload

from sercom.core import clock, formats
from sercom.core.base import AnySession
from sercom.core.money import ZERO
from sercom.entities.cases.model import Case
from sercom.entities.delivery.message import Message, MessageKind, MessageStatus
from sercom.entities.inbox.model import ClientMessage
from sercom.entities.invoices.balance import balance_column
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.jobs.model import Job, JobStatus
from sercom.entities.quotes.model import Quote, QuoteStatus
from sercom.entities.reminders.model import Reminder, ReminderKind, ReminderRule, get_settings
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.workflow import due_upkeep
from sercom.workflow.due import Due, Keys, Provider, among, days_around, moments_around, stage_on, told, within
from sercom.workflow.sending import called
from sercom.workflow.shown import LEFT

#: Days between issuing an invoice and saying that it is due soon.
FRESH = 2


def quotes(session: AnySession, rule: ReminderRule, today: date, keys: Keys) -> Iterator[Due]:
    """Offers that hold and that nobody answered, no other of the same case either, nor by a message."""
    first, after = moments_around(rule, today)
    other = aliased(Quote, flat=True)
    chosen = select(other.id).where(other.case_id == Quote.case_id, other.status == QuoteStatus.APPROVED).exists()
    wrote = exists().where(ClientMessage.document_id == Quote.id, ClientMessage.created_at >= Quote.sent_at)
    rows = select(Quote).where(Quote.status == QuoteStatus.SENT, Quote.sent_at >= first, Quote.sent_at < after)
    rows = rows.where(~chosen, ~wrote, ~Quote.no_reminders, among(Quote.id, keys, "quote"))
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
        "number": called(quote),
        "title": quote.title or quote.number or "",
        "total": formats.money(quote.total),
        "valid_until": formats.long_day(quote.valid_until) if quote.valid_until else "",
    }


def visits(session: AnySession, rule: ReminderRule, today: date, keys: Keys) -> Iterator[Due]:
    """Visits that are planned; one that is moved to another time is another appointment."""
    first, after = moments_around(rule, today)
    rows = select(Visit).where(Visit.status == VisitStatus.SCHEDULED, Visit.starts_at >= first, Visit.starts_at < after)
    case = joinedload(Visit.case)
    rows = rows.where(among(Visit.id, keys, "visit"))
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


def invoices(session: AnySession, rule: ReminderRule, today: date, keys: Keys) -> Iterator[Due]:
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
        .where(~Invoice.no_reminders, among(Invoice.id, keys, "invoice"))
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


def reviews(session: AnySession, rule: ReminderRule, today: date, keys: Keys) -> Iterator[Due]:
    """Jobs that were done, where the company has a page for reviews."""
    address = get_settings(session).review_url
    first, after = moments_around(rule, today)
    visited = exists().where(Visit.document_id == Job.id, Visit.status == VisitStatus.DONE)
    over = (JobStatus.DONE, JobStatus.CLOSED)
    rows = select(Job).where(Job.status.in_(over), Job.done_at >= first, Job.done_at < after, visited)
    rows = rows.where(among(Job.id, keys, "review"))
    for job in session.scalars(rows.options(joinedload(Job.client)).order_by(Job.id)) if address else ():
        done = clock.to_company(job.done_at).date()  # type: ignore[arg-type]  # asked for
        found = stage_on(rule, done, today, date.max)
        if found:
            about = (rule.kind, MessageKind.REVIEW, f"review/{job.id}", *found, job, job.client, job)
            yield Due(*about, job.client.email, told(_review, job, address))


def _review(job: Job, address: str) -> dict[str, str]:
    return {"title": job.title or job.number or "", "page": address}


#: Who tells what is due, by kind.
PROVIDERS: dict[ReminderKind, tuple[Provider, ...]] = {
    ReminderKind.QUOTE: (quotes,),
    ReminderKind.VISIT: (visits,),
    ReminderKind.DUE_SOON: (invoices,),
    ReminderKind.OVERDUE: (invoices,),
    ReminderKind.REVIEW: (reviews,),
    ReminderKind.MAINTENANCE: (due_upkeep.services, due_upkeep.devices),
}
