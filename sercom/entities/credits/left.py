"""What of an invoice no credit note has taken back yet, in dollars."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import object_session, selectinload

from sercom.core.money import ZERO, TaxStatus, round_money
from sercom.entities.credits.model import CreditNote
from sercom.entities.documents.line import DocumentTax, Line
from sercom.entities.documents.model import Document
from sercom.entities.invoices.model import Invoice

Parts = dict[TaxStatus, Decimal]


@dataclass(frozen=True)
class Left:
    """The invoice less its credit notes: net, discount, each tax by its code, each item by its line's id."""

    net: Decimal
    discount: Decimal
    bases: Mapping[str, Decimal]
    taxes: Mapping[str, Decimal]
    quantities: Mapping[int, Decimal]
    line_discounts: Mapping[int, Decimal]
    #: The net by how it stands to the taxes.
    parts: Parts
    #: A credit note took an amount, and no lines: what is left is no sum of lines any more.
    by_amount: bool

    @property
    def total(self) -> Decimal:
        """Taxes in."""
        return self.net + sum(self.taxes.values(), ZERO)


def left_of(invoice: Invoice) -> Left:
    """What can still be credited on ``invoice``."""
    notes = _notes(invoice)
    taxes = [tax for note in notes for tax in note.taxes]
    taken = [line for note in notes for line in note.lines if line.source_line_id]
    items = [line for line in invoice.lines if line.is_item and line.accepted]
    return Left(
        net=invoice.net - _sum(note.net for note in notes),
        discount=max(invoice.discount - _sum(note.discount for note in notes), ZERO),
        bases={tax.code: tax.base - _sum(t.base for t in _same(taxes, tax)) for tax in invoice.taxes},
        taxes={tax.code: tax.amount - _sum(t.amount for t in _same(taxes, tax)) for tax in invoice.taxes},
        quantities={line.id: line.quantity - _sum(t.quantity for t in _of(taken, line)) for line in items},
        line_discounts={
            line.id: max(line.discount - _sum(t.discount for t in _of(taken, line)), ZERO) for line in items
        },
        parts=_parts_left(invoice, notes),
        by_amount=any(not any(line.source_line_id for line in note.lines) for note in notes),
    )


def _notes(invoice: Invoice) -> list[CreditNote]:
    """The invoice's credit notes with their lines and taxes, in three queries however many they are."""
    session = object_session(invoice)
    assert session is not None
    whole = select(CreditNote).where(CreditNote.invoice_id == invoice.id).order_by(CreditNote.id)
    return list(session.scalars(whole.options(selectinload(CreditNote.lines), selectinload(CreditNote.taxes))))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _same(taxes: list[DocumentTax], tax: DocumentTax) -> list[DocumentTax]:
    return [other for other in taxes if other.code == tax.code]


def _of(lines: list[Line], source: Line) -> list[Line]:
    return [line for line in lines if line.source_line_id == source.id]


def net_by_status(document: Document) -> Parts:
    """A document's net by how its lines stand to the taxes, each with its share of the discount."""
    amounts: Parts = {}
    for line in document.lines:
        if line.is_item and line.accepted:
            amounts[line.tax_status] = amounts.get(line.tax_status, ZERO) + line.amount
    return share_out(document.net, amounts)


def share_out(amount: Decimal, weights: Parts) -> Parts:
    """``amount`` in proportion to ``weights``, to the cent: the last part takes the rest."""
    whole = _sum(weights.values())
    shares = {status: round_money(amount * weight / whole) if whole else weight for status, weight in weights.items()}
    if shares:
        last = next(reversed(shares))
        shares[last] += amount - _sum(shares.values())
    return shares


def _parts_left(invoice: Invoice, notes: list[CreditNote]) -> Parts:
    """The invoice's parts less those of its credit notes.

    Where shares of a discount were rounded, a part may be a cent below nothing: the largest bears it.
    """
    left = net_by_status(invoice)
    signs = {status: part >= 0 for status, part in left.items()}
    for note in notes:
        for status, part in net_by_status(note).items():
            left[status] -= part
    largest = max(left, key=lambda status: abs(left[status]), default=None)
    for status in left:
        if largest is not None and status is not largest and left[status] and (left[status] > 0) is not signs[status]:
            left[largest] += left[status]
            left[status] = ZERO
    return left
