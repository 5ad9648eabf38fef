"""Payments taken back."""

from flask_babel import lazy_gettext as _l

from sercom.core import journal
from sercom.core.access import MONEY, Actor
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, ForbiddenError
from sercom.entities.invoices.model import Invoice
from sercom.entities.ledger.model import EntryKind, Payment


def correct(session: AnySession, invoice: Invoice, payment: Payment, actor: Actor) -> None:
    """Meet ``payment`` with a correction of the same amount; once."""
    if not actor.has(MONEY):
        raise ForbiddenError(_l("Your role does not allow this."))
    if payment not in [allocation.payment for allocation in invoice.allocations]:
        raise ConflictError(_l("This payment is on another invoice."))
    if payment.kind is not EntryKind.PAYMENT or payment.is_corrected:
        raise ConflictError(_l("This payment was already taken back."))
    invoice.correct_payment(actor, payment)
    invoice.updated_at = utcnow()
    session.flush()
    journal.record(session, actor, "payment_corrected", invoice, {"amount": [str(payment.amount), None]})
