"""Which receipts a client's pages lead to."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from sercom.core.base import AnySession
from sercom.core.money import ZERO
from sercom.entities.delivery.papers import RECEIPTED
from sercom.entities.documents.model import Document
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.ledger.model import RECEIVED, Allocation, EntryKind, Payment
from sercom.entities.quotes.model import Quote


def receipted() -> Select[tuple[Payment]]:
    """What has a receipt: money that moved, and was not taken back."""
    correction = aliased(Payment)
    taken = select(correction.id).where(correction.against_id == Payment.id, correction.kind == EntryKind.CORRECTION)
    return select(Payment).where(Payment.kind.in_(RECEIPTED), ~taken.exists())


def receipts_of_clients(session: AnySession, ids: Sequence[int], limit: int) -> Sequence[Payment]:
    """Money of these clients, the latest first."""
    rows = receipted().where(Payment.client_id.in_(ids))
    return session.scalars(rows.order_by(Payment.received_on.desc(), Payment.id.desc()).limit(limit)).all()


def deposits_on(session: AnySession, quote: Quote) -> Decimal:
    """What was received as a deposit for the quote's work, in dollars, and not taken back."""
    rows = receipted().join(Document, Document.id == Payment.document_id)
    own = rows.where(Payment.kind == EntryKind.DEPOSIT, Document.case_id == quote.case_id)
    return sum((payment.amount for payment in session.scalars(own)), ZERO)


def deposit_left(quote: Quote, asked: Decimal, received: Decimal) -> Decimal:
    """What of the deposit asked for is still to be paid, in dollars: nothing once the work is invoiced."""
    billed = any(isinstance(row, Invoice) and row.status is InvoiceStatus.ISSUED for row in quote.case.documents)
    return ZERO if billed else max(asked - received, ZERO)


def receipts_of_invoice(session: AnySession, invoice: Invoice) -> Sequence[Payment]:
    """Money that came for this invoice and no other: a link is to one document, and may be passed on."""
    own, other = aliased(Allocation), aliased(Allocation)
    rows = receipted().where(
        Payment.kind.in_(RECEIVED),
        select(own.id).where(own.payment_id == Payment.id, own.invoice_id == invoice.id).exists(),
        ~select(other.id).where(other.payment_id == Payment.id, other.invoice_id != invoice.id).exists(),
    )
    return session.scalars(rows.order_by(Payment.received_on, Payment.id)).all()
