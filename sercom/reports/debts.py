"""Taxes within bad debts: what a return takes off when one is written off, and adds when it is recovered.

Of the tax of an invoice, the part that the amount written off is of its total (Excise Tax Act, s. 231);
interest written off with it bears no tax.
"""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import aliased

from sercom.entities.clients.model import Client
from sercom.entities.documents.model import Document
from sercom.entities.ledger.model import Allocation, EntryKind, Payment
from sercom.reports.exact import cents, divided, dollars, whole_sum
from sercom.reports.listing import Column, Listing
from sercom.reports.period import Period
from sercom.reports.sold import DOCUMENT, HEAD, NUMBERED, TAX

#: The row that a correction takes back says what it was.
_row, _against = aliased(Payment), aliased(Payment)
_kind = case((_row.kind == EntryKind.CORRECTION, _against.kind), else_=_row.kind)


def _debts(period: Period, *what: Any) -> Select[Any]:
    """Bad debts of the period and what was recovered of them, put on invoices, by tax."""
    return (
        select(*what)
        .join_from(Allocation, _row, _row.id == Allocation.payment_id)
        .outerjoin(_against, _against.id == _row.against_id)
        .join(Document.__table__, DOCUMENT.id == Allocation.invoice_id)
        .join(TAX.code.table, TAX.document_id == DOCUMENT.id)
        .where(Allocation.dated.between(period.first, period.last), DOCUMENT.total > 0)
        .where(_kind.in_((EntryKind.WRITE_OFF, EntryKind.RECOVERY)))
    )


def _interest() -> Any:
    """The interest on the invoice when the debt was written off, in cents: payments went to the price first."""
    put, row, against = aliased(Allocation), aliased(Payment), aliased(Payment)
    lost = case((_row.kind == EntryKind.WRITE_OFF, _row.id), else_=_row.against_id)
    rows = (
        select(whole_sum(-cents(put.amount)))
        .join_from(put, row, row.id == put.payment_id)
        .outerjoin(against, and_(against.id == row.against_id, row.kind == EntryKind.CORRECTION))
        .where(put.invoice_id == Allocation.invoice_id, put.payment_id < lost)
        .where(func.coalesce(against.kind, row.kind) == EntryKind.INTEREST)
    )
    return rows.correlate(Allocation, _row).scalar_subquery()


def _within_debt() -> Any:
    """The tax within what was written off: in proportion, as the whole tax is within the total."""
    amount, interest = cents(Allocation.amount), _interest()
    lost, back = case((amount > interest, amount - interest), else_=0), amount + interest
    price = case((amount > 0, lost), (back < 0, back), else_=0)
    return divided(price * cents(TAX.amount), func.nullif(cents(DOCUMENT.total), 0))


def in_bad_debts(period: Period) -> Select[Any]:
    """A row a tax: its code, whether it was lost (1) or recovered (0), the tax within in dollars."""
    lowers = case((_kind == EntryKind.WRITE_OFF, 1), else_=0).label("lowers")
    return _debts(period, TAX.code, lowers, dollars(whole_sum(_within_debt()))).group_by(TAX.code, "lowers")


def debts_listing(period: Period, codes: list[str], *, lost: bool) -> Listing:
    """The bad debts of the period, or what was recovered, with the taxes of ``codes`` within."""
    sign = 1 if lost else -1
    what = (
        *NUMBERED,
        Allocation.dated.label("day"),
        TAX.code.label("code"),
        dollars(sign * cents(Allocation.amount)).label("amount"),
        dollars(sign * _within_debt()).label("tax"),
    )
    query = _debts(period, *what).join(Client, Client.id == DOCUMENT.client_id)
    query = query.where(TAX.code.in_(codes), _kind == (EntryKind.WRITE_OFF if lost else EntryKind.RECOVERY))
    columns = (*HEAD, Column("code", _l("Tax")), Column("amount", _l("Amount")), Column("tax", _l("Tax"), sums=True))
    title = _l("Taxes within bad debts") if lost else _l("Taxes within recovered bad debts")
    return Listing(title, columns, query, (Allocation.dated, Allocation.id, TAX.code))
