"""What was sold in a period: issued invoices, less credit notes and what was voided.

An invoice counts on its issue date, a credit note on its own. An invoice voided in the month of its
issue is not counted at all; voided later, it stays in its own month, which may have been reported,
and is deducted in the month of the void, as a credit note would be. So months add up to quarters and
years, whenever they are asked for.
"""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    CTE,
    BigInteger,
    FromClause,
    Integer,
    Select,
    String,
    and_,
    cast,
    literal,
    not_,
    select,
    union_all,
)

from sercom.core.labels import Labelled
from sercom.entities.clients.model import Client
from sercom.entities.credits.model import CreditNote
from sercom.entities.documents.line import DocumentTax, Line
from sercom.entities.documents.model import Document
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.reports.listing import Column
from sercom.reports.period import Period, month_of_day

INVOICE, NOTE = Invoice.__table__.c, CreditNote.__table__.c
DOCUMENT, TAX, LINE = Document.__table__.c, DocumentTax.__table__.c, Line.__table__.c


class Part(Labelled):
    """Why a document counts in a period."""

    INVOICE = "invoice", _l("Invoiced")
    CREDIT = "credit", _l("Credited")
    VOID = "void", _l("Voided later")


HEAD = (Column("number", _l("Number")), Column("client", _l("Client")), Column("day", _l("Date")))
PART = Column("part", _l("Counts as"), labels=Part)
NUMBERED = (DOCUMENT.kind.label("kind"), DOCUMENT.id.label("id"), DOCUMENT.number, Client.name.label("client"))


def _movement(part: Part, sign: int, document_id: Any, invoice_id: Any, day: Any, month: Any) -> Select[Any]:
    return select(
        cast(literal(part.value), String).label("part"),
        cast(literal(sign), Integer).label("sign"),
        document_id.label("document_id"),
        invoice_id.label("invoice_id"),
        day.label("day"),
        cast(month, String).label("month"),
    )


def movements(period: Period) -> CTE:
    """A row for each document that counts: ``part``, ``sign`` (1 or -1), ``document_id``, the invoice it is or
    corrects, ``day`` (of issue), ``month`` in which it counts.
    """  # noqa: D205
    issued = INVOICE.issue_date.between(period.first, period.last)
    voided = and_(INVOICE.status == InvoiceStatus.VOID, period.holds(INVOICE.voided_at))
    month, void_month = month_of_day(INVOICE.issue_date), period.month_of(INVOICE.voided_at)
    undone = and_(issued, voided, month == void_month)
    invoices = _movement(Part.INVOICE, 1, INVOICE.id, INVOICE.id, INVOICE.issue_date, month).where(
        issued, INVOICE.status != InvoiceStatus.DRAFT, not_(undone)
    )
    voids = _movement(Part.VOID, -1, INVOICE.id, INVOICE.id, INVOICE.issue_date, void_month).where(voided, not_(undone))
    notes = _movement(Part.CREDIT, -1, NOTE.id, NOTE.invoice_id, NOTE.issue_date, month_of_day(NOTE.issue_date)).where(
        NOTE.issue_date.between(period.first, period.last)
    )
    return union_all(invoices, voids, notes).cte("moved")


def signed(moved: FromClause, whole: Any) -> Any:
    """``whole`` cents with the movement's sign."""
    return cast(moved.c.sign, BigInteger) * whole
