"""What is owed and does not come: interest on overdue accounts, bad debts and their recovery."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from sercom.core import clock, formats
from sercom.core.access import Actor
from sercom.core.errors import DomainError, NeedsConfirmationError
from sercom.core.money import HUNDRED, ZERO, round_money
from sercom.entities.invoices.model import Invoice
from sercom.entities.ledger import book
from sercom.entities.ledger.model import EntryKind, Payment
from sercom.workflow.payments import session_of

MONTHS, DAYS = 12, 365


@dataclass(frozen=True)
class Span:
    """So many days on which ``owed`` dollars were overdue."""

    days: int
    owed: Decimal


def monthly_rate(invoice: Invoice) -> Decimal:
    """Percent a month, as printed on the invoice: a rate that the client did not read does not bind."""
    rate = json.loads(invoice.snapshot or "{}").get("payment", {}).get("interest_percent")
    return Decimal(rate or 0)


def overdue_spans(invoice: Invoice, until: date) -> list[Span]:
    """The days past due up to ``until`` that bear no interest yet, by what was owed at the end of each.

    Simple interest: what was charged earlier bears none. The day of a payment counts what the payment left.
    """
    if invoice.due_date is None:
        return []
    charged = [a.payment for a in invoice.allocations if a.payment.kind is EntryKind.INTEREST]
    first = max([invoice.due_date, *(row.received_on for row in charged if not row.is_corrected)]) + timedelta(days=1)
    put = [a for a in invoice.allocations if a.counts_as is not EntryKind.INTEREST]
    starts = sorted({first, *(a.dated for a in put if first < a.dated <= until)})
    spans = []
    for start, end in zip(starts, [*starts[1:], until + timedelta(days=1)], strict=True):
        owed = invoice.total - sum((a.amount for a in put if a.dated <= start), ZERO)
        if owed > ZERO and end > start:
            spans.append(Span((end - start).days, owed))
    return spans


def interest_on(spans: list[Span], monthly: Decimal) -> Decimal:
    """Balance × yearly rate × days / 365, rounded once: at 2 % a month a year comes to 24 %, as printed."""
    parts = sum((span.owed * span.days for span in spans), ZERO)
    return round_money(parts * monthly * MONTHS / (HUNDRED * DAYS))


def refuse_interest(invoice: Invoice) -> LazyString | None:
    """Why no interest can be charged, if none can."""
    today = clock.today()
    if invoice.balance <= ZERO or invoice.due_date is None or invoice.due_date >= today:
        return _l("This invoice is not overdue.")
    monthly = monthly_rate(invoice)
    if not monthly:
        return _l("No interest is stated on this invoice.")
    owed = interest_on(overdue_spans(invoice, today), monthly)
    return None if owed else _l("There is no interest to charge yet.")


def charge_interest(invoice: Invoice, actor: Actor, *, confirm: bool = False) -> None:
    """Add simple interest up to today, untaxed; the working is shown and asked first.

    Never twice for a day: it begins after the day up to which interest was charged last.
    """
    session, today = session_of(invoice), clock.today()
    book.hold(session, invoice.client_id, [invoice])
    refused = refuse_interest(invoice)
    if refused is not None:
        raise DomainError(refused)
    book.check_day(session, today, None)
    spans, monthly = overdue_spans(invoice, today), monthly_rate(invoice)
    amount = interest_on(spans, monthly)
    working = " + ".join(f"{formats.money(span.owed)} × {span.days}" for span in spans)
    asked = {"working": working, "amount": formats.money(amount)}
    rates = {"month": formats.percent(monthly), "year": formats.percent(monthly * MONTHS)}
    if not confirm:
        raise NeedsConfirmationError(
            _l(
                "Balance × days %(working)s at %(month)s a month (%(year)s a year of 365 days): %(amount)s. Charge it?",
                **asked,
                **rates,
            )
        )
    row = book.enter(session, invoice.client, EntryKind.INTEREST, -amount, actor, today, note=working[:200])
    book.put(row, invoice, -amount, today)


def write_off(invoice: Invoice, actor: Actor, *, received_on: date, reason: str) -> None:
    """Enter what is still owed as a bad debt."""
    session = session_of(invoice)
    book.hold(session, invoice.client_id, [invoice])
    if invoice.balance <= ZERO:
        raise DomainError(_l("Nothing is owed on this invoice."))
    if not reason.strip():
        raise DomainError(_l("Say why: the journal keeps it."), "reason")
    book.check_day(session, received_on)
    since = max(filter(None, [invoice.issue_date, *(a.dated for a in invoice.allocations)]))
    if received_on < since:
        message = _l("What is owed now was not before %(day)s: choose that day or a later one.", day=formats.day(since))
        raise DomainError(message, "received_on")
    amount, note = invoice.balance, reason.strip()
    row = book.enter(session, invoice.client, EntryKind.WRITE_OFF, amount, actor, received_on, note=note)
    book.put(row, invoice, amount, received_on)


def bad_debts(invoice: Invoice) -> list[Payment]:
    """What was written off on the invoice and was not taken back."""
    rows = (a.payment for a in invoice.allocations if a.payment.kind is EntryKind.WRITE_OFF)
    return [row for row in rows if not row.is_corrected]


def refuse_recovery(invoice: Invoice) -> LazyString | None:
    """Why no bad debt can be taken back, if none can."""
    return None if bad_debts(invoice) else _l("Nothing was written off on this invoice.")


def recover(invoice: Invoice, actor: Actor) -> None:
    """Take the bad debt back: the client pays after all, and owes it again until then."""
    session, today = session_of(invoice), clock.today()
    book.hold(session, invoice.client_id, [invoice])
    book.check_day(session, today, None)
    for row in bad_debts(invoice):
        back = book.enter(session, invoice.client, EntryKind.RECOVERY, -row.amount, actor, today, against=row)
        book.put(back, invoice, -row.amount, today)
