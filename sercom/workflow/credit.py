"""Money held for a client: deposits, and the credit put on invoices and taken off."""

from datetime import date
from decimal import Decimal

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from sercom.core import clock, journal
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError
from sercom.core.money import ZERO
from sercom.entities.documents.model import Document
from sercom.entities.invoices.model import Invoice
from sercom.entities.ledger import book
from sercom.entities.ledger.model import ALONG, CREDITS, EntryKind, Method, Payment
from sercom.workflow.payments import require_money, session_of


def record_deposit(
    document: Document,
    actor: Actor,
    *,
    amount: Decimal,
    method: Method,
    received_on: date,
    reference: str | None = None,
) -> None:
    """Enter a deposit for a quote or a job: money held, untaxed until an invoice of the case is issued."""
    session = session_of(document)
    book.hold(session, document.client_id)
    book.check_amount(amount)
    book.check_day(session, received_on)
    told = {"method": Method(method), "reference": reference, "document": document}
    book.enter(session, document.client, EntryKind.DEPOSIT, amount, actor, received_on, **told)


def usable_credit(invoice: Invoice) -> list[tuple[Payment, Decimal]]:
    """The client's rests that may be put on the invoice, the oldest first; not a deposit for another case."""
    if invoice.balance <= ZERO:
        return []
    rows, cases = book.open_credits(session_of(invoice), invoice.client_id), book.cases_of(invoice)
    return book.shares([row for row in rows if not book.is_held(row, cases)], invoice.balance)


def refuse_credit(invoice: Invoice) -> LazyString | None:
    """Why no credit can be used, if none can."""
    return None if usable_credit(invoice) else _l("There is no credit to use on this invoice.")


def use_credit(invoice: Invoice, actor: Actor) -> None:  # noqa: ARG001  # every verb is told who acts
    """Put the client's credit on the invoice: the oldest first, never more than the balance."""
    session = session_of(invoice)
    book.hold(session, invoice.client_id, [invoice])
    book.check_day(session, clock.today(), None)
    for row, part in usable_credit(invoice):
        book.put(row, invoice, part, clock.today())


def release(session: AnySession, invoice: Invoice, row: Payment, actor: Actor) -> None:
    """Take a payment, a deposit or a credit off an invoice: it is the client's credit again."""
    require_money(actor)
    book.hold(session, invoice.client_id, [invoice])
    amount = row.on(invoice)
    if row.kind not in CREDITS or amount <= ZERO:
        raise ConflictError(_l("Nothing of this is on the invoice any more."))
    if any(answer.on(invoice) for answer in row.answers if answer.kind in ALONG and not answer.is_corrected):
        raise ConflictError(_l("A discount or a rounding came with this payment: take the payment back instead."))
    book.check_day(session, clock.today(), None)
    book.put(row, invoice, -amount, clock.today())
    invoice.updated_at = utcnow()
    session.flush()
    journal.record(session, actor, "payment_released", invoice, {"amount": [str(amount), None]})
