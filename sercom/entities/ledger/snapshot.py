"""What a receipt says. The ledger's rows never change, so neither does what is told of them."""

from typing import TYPE_CHECKING, Any

from sercom.core.base import AnySession
from sercom.core.journal import plain
from sercom.core.money import ZERO
from sercom.entities.documents.snapshot import head
from sercom.entities.ledger.model import Allocation, Payment
from sercom.output.kinds import PaperKind

if TYPE_CHECKING:
    from sercom.entities.invoices.model import Invoice


def receipt_number(payment: Payment) -> str:
    """``R-000057``: a place in the ledger, gaps allowed."""
    return f"R-{payment.id:06d}"


def snapshot_of(session: AnySession, payment: Payment) -> dict[str, Any]:
    """The payment as plain JSON; the method's name alone is in the reader's language when it is read."""
    return {
        **head(session, PaperKind.RECEIPT, receipt_number(payment), payment.client),
        "title": None,
        "dates": {"received": plain(payment.received_on)},
        "method": payment.method.label if payment.method else None,
        "reference": payment.reference,
        "total": plain(payment.amount),
        "applied": [_applied(allocation) for allocation in payment.allocations],
    }


def _applied(allocation: Allocation) -> dict[str, Any]:
    """The invoice it paid, and what that left to pay at the time."""
    invoice: Invoice = allocation.invoice
    earlier = (other.amount for other in invoice.allocations if other.id <= allocation.id)
    return {
        "number": invoice.number,
        "issued": plain(invoice.issue_date),
        "total": plain(invoice.total),
        "amount": plain(allocation.amount),
        "balance": plain(invoice.total - sum(earlier, ZERO)),
    }
