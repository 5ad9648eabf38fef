"""What an issued invoice says for ever: parties, numbers, rates, lines, totals."""

from typing import TYPE_CHECKING, Any

from sercom.core.base import AnySession
from sercom.core.journal import plain
from sercom.entities.company.model import get_company

if TYPE_CHECKING:
    from sercom.entities.documents.model import Document
    from sercom.entities.invoices.model import Invoice

#: Raised when the snapshot's shape changes: a reader of old ones can tell.
SNAPSHOT_VERSION = 1


def snapshot_of(session: AnySession, invoice: "Invoice") -> dict[str, Any]:
    """The invoice as plain JSON: amounts in dollars as strings, dates in ISO 8601."""
    company, client, site = get_company(session), invoice.client, invoice.case.site
    return {
        "version": SNAPSHOT_VERSION,
        "number": invoice.number,
        "case": invoice.case.number,
        "title": invoice.title,
        "issue_date": plain(invoice.issue_date),
        "due_date": plain(invoice.due_date),
        "service_date": plain(invoice.service_date),
        "terms_days": invoice.terms_days,
        "supplier": _columns(
            company, "name street city province postal_code phone email gst_number qst_number neq rbq_licence"
        ),
        "client": _columns(client, "name contact_name street city province postal_code email phone language"),
        "site": _columns(site, "label street city province postal_code") if site else None,
        "note": company.invoice_note,
        **_amounts(invoice),
    }


def _columns(row: Any, names: str) -> dict[str, Any]:
    return {name: plain(getattr(row, name)) for name in names.split()}


def _amounts(document: "Document") -> dict[str, Any]:
    return {
        "lines": [
            _columns(line, "kind description quantity unit unit_price discount tax_status amount")
            for line in document.lines
        ],
        "discount": plain(document.discount),
        "net": plain(document.net),
        "taxes": [_columns(tax, "code percent base amount") for tax in document.taxes],
        "tax": plain(document.tax),
        "total": plain(document.total),
    }
