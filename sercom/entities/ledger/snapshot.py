"""What a receipt says. The ledger's rows never change, so neither does what is told of them."""

from typing import TYPE_CHECKING, Any

from sercom.core.base import AnySession
from sercom.core.journal import plain
from sercom.core.money import ZERO
from sercom.entities.documents.snapshot import head
from sercom.entities.ledger import book
from sercom.entities.ledger.model import ALONG, Allocation, Payment
from sercom.output.kinds import PaperKind

if TYPE_CHECKING:
    from sercom.entities.invoices.model import Invoice


def receipt_number(payment: Payment) -> str:
    """``R-000057``: a place in the ledger, gaps allowed."""
    return f"R-{payment.id:06d}"


def snapshot_of(session: AnySession, row: Payment) -> dict[str, Any]:
    """A payment, a deposit or a refund as plain JSON, as it was entered.

    What was put on an invoice later (credit used) is told by that invoice. The method's name alone is
    in the reader's language when it is read.
    """
    first = first_put(row)
    return {
        **head(session, PaperKind.RECEIPT, receipt_number(row), row.client),
        "title": None,
        "entry": row.kind.value,
        "document": row.document.number if row.document else None,
        "dates": {"received": plain(row.received_on)},
        "method": row.method.label if row.method else None,
        "reference": row.reference,
        "total": plain(abs(row.amount)),
        "applied": [_applied(allocation) for allocation in first],
        "rest": plain(max(row.amount - sum((a.amount for a in first), ZERO), ZERO)),
    }


def first_put(row: Payment) -> list[Allocation]:
    """What of it was put on invoices as it was entered; of a deposit, on one that was issued by then."""
    return [a for a in row.allocations if a.amount > ZERO and a.dated <= book.counts_from(a.invoice, row.received_on)]


def _applied(allocation: Allocation) -> dict[str, Any]:
    """The invoice it paid, what came with it (a discount, a rounding), and what that left to pay at the time."""
    invoice: Invoice = allocation.invoice
    along = [
        a for a in invoice.allocations if a.payment.kind in ALONG and a.payment.against_id == allocation.payment_id
    ]
    before = [other for other in invoice.allocations if other.id <= allocation.id and other not in along]
    return {
        "number": invoice.number,
        "issued": plain(invoice.issue_date),
        "total": plain(invoice.total),
        "along": [[a.payment.kind.value, plain(a.amount)] for a in along],
        "amount": plain(allocation.amount),
        "balance": plain(invoice.total - sum((a.amount for a in (*before, *along)), ZERO)),
    }
