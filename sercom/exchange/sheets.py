"""What can be taken away: each sheet is one statement over a period, its titles, and the figure it adds up to.

Void invoices keep their row and their number, and count for nothing; credit notes count against
invoices. So every column of amounts adds up to what the period really came to.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, case, func, select, type_coerce, union_all

from sercom.core import clock
from sercom.core.base import AnySession
from sercom.core.money import TAX_LABELS, Money
from sercom.entities.documents.line import LineKind
from sercom.entities.invoices.model import InvoiceStatus
from sercom.exchange.lines import quickbooks, spread
from sercom.models import Allocation, CatalogItem, Client, Document, DocumentTax, Invoice, Line, Payment

#: Rows read at a time.
CHUNK = 500

_client: Any = Client.__table__.c
_document: Any = Document.__table__.c
_invoice: Any = Invoice.__table__.c
_line: Any = Line.__table__.c
_item: Any = CatalogItem.__table__.c
_tax: Any = DocumentTax.__table__.c
_payment: Any = Payment.__table__.c
_allocation: Any = Allocation.__table__.c
Title = LazyString | str


@dataclass(frozen=True)
class Period:
    """From a day to a day, both included."""

    start: date
    end: date


@dataclass(frozen=True)
class Listing:
    """A sheet over a period: titles, the statement that gives its rows, and what is added up."""

    titles: Sequence[Title]
    statement: Select[Any]
    amount: Any
    #: Makes the sheet's rows of the statement's, where they are not the same.
    made: Callable[[Iterable[Any]], Iterator[Sequence[Any]]] | None = None

    def counted(self, session: AnySession) -> tuple[int, Decimal]:
        """How many rows there are, and the sum of the sheet's figure, in dollars."""
        total = type_coerce(func.coalesce(func.sum(self.amount), 0), Money())
        found = self.statement.order_by(None).with_only_columns(func.count(), total, maintain_column_froms=True)
        count, amount = session.execute(found).one()
        return count, amount

    def rows(self, session: AnySession) -> Iterator[Sequence[Any]]:
        """Every row, read as it is asked for: nothing is before the first, when a view's own session is gone."""
        found = session.execute(self.statement.execution_options(yield_per=CHUNK))
        yield from self.made(found) if self.made else found


@dataclass(frozen=True)
class Sheet:
    """Something that can be taken away, under a name that addresses and files carry."""

    name: str
    title: LazyString
    tells: LazyString
    over: Callable[[Period], Listing]


def _papers() -> Any:
    """Issued documents, with the sign by which their amounts count: 1, 0 for a void one, -1 for a credit note."""
    sign = case((_invoice.status == InvoiceStatus.VOID, 0), else_=1)
    invoices = select(
        _invoice.id, _invoice.issue_date, _invoice.due_date, _invoice.terms_days, sign.label("sign")
    ).where(_invoice.status != InvoiceStatus.DRAFT)
    return union_all(invoices).subquery("paper")


def _signed(paper: Any, amount: Any) -> Any:
    return type_coerce(amount * paper.c.sign, Money())


def _tax_of(code: str) -> Any:
    """What a document has of a tax, in dollars; nothing where the tax is none of its own."""
    found = select(_tax.amount).where(_tax.document_id == _document.id, _tax.code == code)
    return found.correlate(Document.__table__).scalar_subquery()


def _within(column: Any, period: Period) -> Any:
    return column.between(period.start, period.end)


def invoices(period: Period) -> Listing:
    """One row an issued document."""
    paper = _papers()
    paid = select(func.sum(_allocation.amount)).where(_allocation.invoice_id == _document.id)
    settled = func.coalesce(paid.correlate(Document.__table__).scalar_subquery(), 0)
    total = _signed(paper, _document.total)
    taxes = [_signed(paper, func.coalesce(_tax_of(code), 0)) for code in TAX_LABELS]
    state = case((paper.c.sign == 0, str(_l("Void"))), else_="")
    statement = (
        select(
            *(_document.number, _document.kind, state, paper.c.issue_date, paper.c.due_date),
            *(_client.name, _document.title, _signed(paper, _document.net), *taxes, total),
            *(
                type_coerce(settled, Money()),
                type_coerce(case((paper.c.sign == 1, _document.total - settled), else_=0), Money()),
            ),
        )
        .join_from(paper, Document.__table__, _document.id == paper.c.id)
        .join(Client.__table__, _client.id == _document.client_id)
        .where(_within(paper.c.issue_date, period))
        .order_by(paper.c.issue_date, _document.id)
    )
    titles = (
        *(_l("Number"), _l("Kind"), _l("Status"), _l("Issued"), _l("Due"), _l("Client"), _l("Title")),
        *(_l("Before tax"), *TAX_LABELS.values(), _l("Total"), _l("Paid to date"), _l("Balance")),
    )
    return Listing(titles, statement, _document.total * paper.c.sign)


def _line_rows(period: Period, *conditions: Any) -> tuple[Any, Select[Any]]:
    """The lines of issued documents with what their document has of each tax, those of one document together."""
    paper = _papers()
    statement = (
        select(
            _document.id.label("document_id"),
            *(_document.number, paper.c.issue_date, paper.c.due_date, paper.c.terms_days, paper.c.sign),
            *(_client.name.label("client"), _document.title, _document.net, _document.discount.label("taken_off")),
            *(_line.position, _item.code, _line.description, _line.quantity, _line.unit, _line.unit_price),
            *(_line.discount, _line.tax_status, *(_tax_of(code).label(code) for code in TAX_LABELS)),
        )
        .join_from(paper, Document.__table__, _document.id == paper.c.id)
        .join(Client.__table__, _client.id == _document.client_id)
        .join(Line.__table__, _line.document_id == _document.id)
        .outerjoin(CatalogItem.__table__, _item.id == _line.item_id)
        .where(_within(paper.c.issue_date, period), paper.c.sign != 0, _line.kind == LineKind.ITEM, *conditions)
        .order_by(paper.c.issue_date, _document.id, _line.position, _line.id)
    )
    return paper, statement


def _net_once(paper: Any) -> Any:
    """A document's net, counted with its first line alone."""
    earlier = Line.__table__.alias("earlier")
    before = select(earlier.c.id).where(
        earlier.c.document_id == _document.id,
        earlier.c.kind == LineKind.ITEM,
        (earlier.c.position < _line.position) | ((earlier.c.position == _line.position) & (earlier.c.id < _line.id)),
    )
    return case((before.exists(), 0), else_=_document.net * paper.c.sign)


def lines(period: Period) -> Listing:
    """One row a line, its document's discount and taxes shared out so that they add up to the cent."""
    paper, statement = _line_rows(period)
    titles = (
        *(_l("Number"), _l("Issued"), _l("Client"), _l("Code"), _l("Description"), _l("Quantity"), _l("Unit")),
        *(_l("Unit price"), _l("Discount"), _l("Amount"), _l("Share of the document's discount"), _l("Before tax")),
        *(_l("Taxes"), *TAX_LABELS.values(), _l("Total")),
    )
    return Listing(titles, statement, _net_once(paper), spread)


def for_quickbooks(period: Period) -> Listing:
    """Invoices under the titles that QuickBooks Online knows by itself; it takes no credit notes that way."""
    paper, statement = _line_rows(period)
    titles = (
        *("*Invoice number", "*Customer", "*Invoice date", "*Due date", "*Item Amount", "Item tax code", "Terms"),
        *("Item (Product/Service)", "Item Description", "Item Quantity", "Item Rate", "Memo"),
    )
    return Listing(titles, statement.where(paper.c.sign == 1), _net_once(paper), quickbooks)


def taxes(period: Period) -> Listing:
    """One row a document and tax: the list behind a return."""
    paper = _papers()
    amount = _signed(paper, _tax.amount)
    statement = (
        select(
            *(_document.number, _document.kind, paper.c.issue_date, _client.name),
            *(_tax.code, _tax.percent, _signed(paper, _tax.base), amount),
        )
        .join_from(paper, Document.__table__, _document.id == paper.c.id)
        .join(Client.__table__, _client.id == _document.client_id)
        .join(DocumentTax.__table__, _tax.document_id == _document.id)
        .where(_within(paper.c.issue_date, period), paper.c.sign != 0)
        .order_by(paper.c.issue_date, _document.id, _tax.position)
    )
    titles = (
        *(_l("Number"), _l("Kind"), _l("Issued"), _l("Client")),
        *(_l("Tax"), _l("Rate"), _l("Taxable amount"), _l("Amount")),
    )
    return Listing(titles, statement, _tax.amount * paper.c.sign, _named_taxes)


def _named_taxes(rows: Iterable[Any]) -> Iterator[Sequence[Any]]:
    for *before, code, percent, base, amount in rows:
        yield (*before, TAX_LABELS[code], percent, base, amount)


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
            *(_payment.reference, numbers, _payment.amount),
        )
        .join_from(Payment.__table__, Client.__table__, _client.id == _payment.client_id)
        .where(_within(_payment.received_on, period))
        .order_by(_payment.received_on, _payment.id)
    )
    titles = (
        *(_l("Number"), _l("Date"), _l("Kind"), _l("Client"), _l("Method"), _l("Reference")),
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
    invoiced = billed.where(_invoice.status == InvoiceStatus.ISSUED, _within(_invoice.issue_date, period))
    received = entered.where(_payment.method.is_not(None), _within(_payment.received_on, period))
    statement = (
        select(
            *(_client.name, _client.kind, _client.contact_name, _client.phone, _client.email, _client.billing_email),
            *(_client.language, _client.street, _client.city, _client.province, _client.postal_code),
            *(_client.terms_days, *(type_coerce(part, Money()) for part in (figure(invoiced), figure(received), owed))),
        )
        .where(_client.merged_into_id.is_(None))
        .order_by(_client.name, _client.id)
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
            _l("One row an invoice: net, each tax, total, balance. Void ones count for nothing."),
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
