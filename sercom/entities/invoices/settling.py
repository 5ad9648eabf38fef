"""What counts on an invoice, told apart: money, credits, and what is neither."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select, type_coerce
from sqlalchemy.orm import aliased

from sercom.core.money import ZERO, Money
from sercom.entities.credits.model import CreditNote
from sercom.entities.documents.line import Line
from sercom.entities.invoices.model import Invoice
from sercom.entities.ledger.model import ALONG, CREDITS, RECEIVED, Allocation, EntryKind, Payment


@dataclass(frozen=True)
class Settled:
    """In dollars: received; credited; not asked for a prompt or a cash payment; given up as a bad debt."""

    paid: Decimal
    credited: Decimal
    discount: Decimal
    adjusted: Decimal


def settled(invoice: Invoice) -> Settled:
    """What counts on ``invoice``, interest apart."""
    put: dict[EntryKind, Decimal] = {}
    for allocation in invoice.allocations:
        put[allocation.counts_as] = put.get(allocation.counts_as, ZERO) + allocation.amount
    return Settled(
        *(
            sum((put.get(kind, ZERO) for kind in kinds), ZERO)
            for kinds in (RECEIVED, (EntryKind.CREDIT,), ALONG, (EntryKind.WRITE_OFF, EntryKind.RECOVERY))
        )
    )


def money_on() -> ColumnElement[Decimal]:
    """By the database: what of payments, deposits and other invoices' credit notes counts on an invoice, in dollars."""
    put, row, against, note = Allocation.__table__.alias(), aliased(Payment), aliased(Payment), aliased(CreditNote)
    own = exists().where(
        note.id == func.coalesce(against.document_id, row.document_id), note.invoice_id == put.c.invoice_id
    )
    rows: Any = (
        select(func.coalesce(func.sum(put.c.amount), 0))
        .select_from(put)
        .join(row, row.id == put.c.payment_id)
        .outerjoin(against, and_(against.id == row.against_id, row.kind == EntryKind.CORRECTION))
        .where(put.c.invoice_id == Invoice.id, func.coalesce(against.kind, row.kind).in_(CREDITS), ~own)
    )
    return type_coerce(rows.correlate(Invoice).scalar_subquery(), Money())


def credited_by_lines() -> ColumnElement[Decimal]:
    """By the database: what its credit notes of lines come to, in dollars; one of an amount is a lower price."""
    note, line = aliased(CreditNote, flat=True), aliased(Line)
    by_line = exists().where(line.document_id == note.id, line.source_line_id.is_not(None))
    rows: Any = select(func.coalesce(func.sum(note.total), 0)).where(note.invoice_id == Invoice.id, by_line)
    return type_coerce(rows.correlate(Invoice).scalar_subquery(), Money())
