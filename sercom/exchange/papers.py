"""Sheets of issued documents: the documents, their lines, their taxes.

Void invoices keep their row and their number, and count for nothing; credit notes count against
invoices. So every column of amounts adds up to what the period really came to.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, case, func, literal, null, select, type_coerce, union_all

from sercom.core.money import TAX_LABELS, Money
from sercom.entities.documents.line import LineKind
from sercom.entities.invoices.model import InvoiceStatus
from sercom.exchange.lines import quickbooks, spread
from sercom.exchange.listing import Listing, Period, within
from sercom.models import Allocation, CatalogItem, Client, CreditNote, Document, DocumentTax, Invoice, Line

_client: Any = Client.__table__.c
_document: Any = Document.__table__.c
_invoice: Any = Invoice.__table__.c
_note: Any = CreditNote.__table__.c
_line: Any = Line.__table__.c
_item: Any = CatalogItem.__table__.c
_tax: Any = DocumentTax.__table__.c
_allocation: Any = Allocation.__table__.c


def _papers() -> Any:
    """Issued documents, with the sign by which their amounts count: 1, 0 for a void one, -1 for a credit note."""
    sign = case((_invoice.status == InvoiceStatus.VOID, 0), else_=1)
    invoices = select(
        _invoice.id, _invoice.issue_date, _invoice.due_date, _invoice.terms_days, sign.label("sign")
    ).where(_invoice.status != InvoiceStatus.DRAFT)
    notes = select(_note.id, _note.issue_date, null(), null(), literal(-1))
    return union_all(invoices, notes).subquery("paper")


def _signed(paper: Any, amount: Any) -> Any:
    return type_coerce(amount * paper.c.sign, Money())


def _tax_of(code: str) -> Any:
    """What a document has of a tax, in dollars; nothing where the tax is none of its own."""
    found = select(_tax.amount).where(_tax.document_id == _document.id, _tax.code == code)
    return found.correlate(Document.__table__).scalar_subquery()


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
        .where(within(paper.c.issue_date, period))
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
        .where(within(paper.c.issue_date, period), paper.c.sign != 0, _line.kind == LineKind.ITEM, *conditions)
        .order_by(paper.c.issue_date, _document.id, _line.position, _line.id)
    )
    return paper, statement


def _nets(paper: Any, period: Period) -> Select[Any]:
    """The issued documents themselves, whose nets the lines add up to."""
    found = select(_document.net).join_from(paper, Document.__table__, _document.id == paper.c.id)
    return found.where(within(paper.c.issue_date, period))


def lines(period: Period) -> Listing:
    """One row a line, its document's discount and taxes shared out so that they add up to the cent."""
    paper, statement = _line_rows(period)
    titles = (
        *(_l("Number"), _l("Issued"), _l("Client"), _l("Code"), _l("Description"), _l("Quantity"), _l("Unit")),
        *(_l("Unit price"), _l("Discount"), _l("Amount"), _l("Share of the document's discount"), _l("Before tax")),
        *(_l("Taxes"), *TAX_LABELS.values(), _l("Total")),
    )
    return Listing(titles, statement, _document.net * paper.c.sign, spread, _nets(paper, period))


def for_quickbooks(period: Period) -> Listing:
    """Invoices under the titles that QuickBooks Online knows by itself; it takes no credit notes that way."""
    paper, statement = _line_rows(period)
    titles = (
        *("*Invoice number", "*Customer", "*Invoice date", "*Due date", "*Item Amount", "Item tax code", "Terms"),
        *("Item (Product/Service)", "Item Description", "Item Quantity", "Item Rate", "Memo"),
    )
    issued = _nets(paper, period).where(paper.c.sign == 1)
    return Listing(titles, statement.where(paper.c.sign == 1), _document.net * paper.c.sign, quickbooks, issued)


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
        .where(within(paper.c.issue_date, period), paper.c.sign != 0)
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
