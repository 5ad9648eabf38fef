"""Taxes within bad debts: what a return takes off when one is written off, and adds when it is recovered.

Of the tax of an invoice, the part that the amount written off is of its total (Excise Tax Act, s. 231).
"""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, case, func, select
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


def _within_debt() -> Any:
    """The tax within what was written off: in proportion, as the whole tax is within the total."""
    return divided(cents(Allocation.amount) * cents(TAX.amount), func.nullif(cents(DOCUMENT.total), 0))


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
