"""What an invoice says: kept when it is issued, told anew while it is a draft."""

from typing import TYPE_CHECKING, Any

from sercom.core.base import AnySession
from sercom.core.journal import plain
from sercom.core.money import ZERO
from sercom.entities.company.model import get_company
from sercom.entities.documents.snapshot import priced, texts
from sercom.entities.ledger.book import deposits_for
from sercom.output.kinds import PaperKind

if TYPE_CHECKING:
    from sercom.entities.invoices.model import Invoice


def snapshot_of(session: AnySession, invoice: "Invoice") -> dict[str, Any]:
    """The invoice as plain JSON. The deposits are those put on it as it is issued; of a draft, those that will be."""
    deposits = [(a.payment, a.amount) for a in invoice.allocations] or deposits_for(session, invoice)
    return {
        **priced(session, PaperKind.INVOICE, invoice),
        "dates": {
            "issued": plain(invoice.issue_date),
            "due": plain(invoice.due_date),
            "work": plain(invoice.service_date),
        },
        "deposits": [
            {"received": plain(row.received_on), "amount": plain(part), "reference": row.reference}
            for row, part in deposits
        ],
        "balance": plain(invoice.total - sum((part for _row, part in deposits), ZERO)),
        "terms_days": invoice.terms_days,
        "texts": texts(get_company(session), note="invoice_note", warranty="warranty"),
    }
