"""What can be taken away: the sheets of issued documents, the ledger's, the clients'."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, type_coerce

from sercom.core import clock
from sercom.core.money import Money
from sercom.entities.invoices.model import InvoiceStatus
from sercom.exchange.listing import Listing, Period, Sheet, within
from sercom.exchange.papers import for_quickbooks, invoices, lines, taxes
from sercom.models import Allocation, Client, CreditNote, Document, Invoice, Payment

_client: Any = Client.__table__.c
_document: Any = Document.__table__.c
_invoice: Any = Invoice.__table__.c
_note: Any = CreditNote.__table__.c
_payment: Any = Payment.__table__.c
_allocation: Any = Allocation.__table__.c


def payments(period: Period) -> Listing:
    """One row of the ledger a row, with the invoices it counts on."""
    other = Document.__table__.alias("paid")
    numbers = (
        select(func.aggregate_strings(other.c.number, ", "))
        .join_from(Allocation.__table__, other, other.c.id == _allocation.invoice_id)
        .where(_allocation.payment_id == _payment.id)
        .correlate(Payment.__table__)
        .scalar_subquery()
    )
    statement = (
        select(
            *(_payment.id, _payment.received_on, _payment.kind, _client.name, _payment.method),
            *(_payment.reference, _payment.note, numbers, _payment.amount),
        )
        .join_from(Payment.__table__, Client.__table__, _client.id == _payment.client_id)
        .where(within(_payment.received_on, period))
        .order_by(_payment.received_on, _payment.id)
    )
    titles = (
        *(_l("Number"), _l("Date"), _l("Kind"), _l("Client"), _l("Method"), _l("Reference"), _l("Note")),
        *(_l("Invoices"), _l("Amount")),
    )
    return Listing(titles, statement, _payment.amount)


def clients(period: Period) -> Listing:
    """Every client, with what was invoiced and received in the period and what is owed at its end."""
    _first, after = clock.day_bounds(period.end)
    mine = (_document.client_id == _client.id, _document.id == _invoice.id, _invoice.status != InvoiceStatus.DRAFT)
    live = (_invoice.voided_at.is_(None)) | (_invoice.voided_at >= after)
    billed = select(func.coalesce(func.sum(_document.total), 0)).where(*mine)
    entered = select(func.coalesce(func.sum(_payment.amount), 0)).where(_payment.client_id == _client.id)

    def figure(query: Any) -> Any:
        return query.correlate(Client.__table__).scalar_subquery()

    owed = figure(billed.where(live, _invoice.issue_date <= period.end)) - figure(
        entered.where(_payment.received_on <= period.end)
    )
    invoiced = figure(billed.where(_invoice.status == InvoiceStatus.ISSUED, within(_invoice.issue_date, period)))
    credited = select(func.coalesce(func.sum(_document.total), 0)).where(
        _document.client_id == _client.id, _document.id == _note.id, within(_note.issue_date, period)
    )
    received = entered.where(_payment.method.is_not(None), within(_payment.received_on, period))
    statement = (
        select(
            *(_client.name, _client.kind, _client.contact_name, _client.phone, _client.email, _client.billing_email),
            *(_client.language, _client.street, _client.city, _client.province, _client.postal_code),
            *(
                _client.terms_days,
                *(type_coerce(part, Money()) for part in (invoiced - figure(credited), figure(received), owed)),
            ),
        )
        .where(_client.merged_into_id.is_(None))
        .order_by(_client.sort_name, _client.id)
    )
    titles = (
        *(_l("Name"), _l("Kind"), _l("Contact"), _l("Phone"), _l("E-mail"), _l("E-mail for invoices"), _l("Language")),
        *(_l("Street"), _l("City"), _l("Province"), _l("Postal code"), _l("Terms, in days")),
        *(_l("Invoiced"), _l("Received"), _l("Balance at the end")),
    )
    return Listing(titles, statement, owed)


SHEETS: dict[str, Sheet] = {
    sheet.name: sheet
    for sheet in (
        Sheet(
            "invoices",
            _l("Invoices"),
            _l("One row an invoice: net, each tax, total, balance. Void ones count for nothing, credit notes against."),
            invoices,
        ),
        Sheet(
            "lines",
            _l("Lines"),
            _l("One row a line of an invoice, each tax in its own column. The total is the net."),
            lines,
        ),
        Sheet("payments", _l("Payments"), _l("Every row of the ledger: received, given back, corrected."), payments),
        Sheet("taxes", _l("Taxes"), _l("One row an invoice and tax: rate, taxable amount, tax."), taxes),
        Sheet(
            "clients",
            _l("Clients"),
            _l("Every client, with what was invoiced and received. The total is what is owed at the end."),
            clients,
        ),
        Sheet(
            "quickbooks",
            _l("QuickBooks Online"),
            _l("Invoices under the titles that its import knows. It takes 100 invoices and 1,000 rows at a time."),
            for_quickbooks,
        ),
    )
}
