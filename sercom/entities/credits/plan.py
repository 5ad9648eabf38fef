"""What a credit note would take back of an invoice: computed, nothing written.

A whole one mirrors the invoice to the cent. A partial one is the invoice's arithmetic over again; the
one that empties the invoice takes what remains of each tax, and no series takes more than there was.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import object_session

from sercom.core import formats
from sercom.core.errors import DomainError
from sercom.core.money import CENT, ZERO, Amount, Rate, Tax, TaxStatus, Totals, compute_totals, line_amount, round_money
from sercom.entities.credits.left import Left, Parts, left_of, share_out
from sercom.entities.documents.line import Line, LineDraft
from sercom.entities.invoices.model import Invoice
from sercom.entities.ledger.model import ALONG, CREDITS, TAKES_BACK, Allocation, EntryKind, Payment
from sercom.entities.users.model import Language


@dataclass(frozen=True)
class Wanted:
    """What a person wants taken back; all that is left where neither is given.

    ``quantities`` by the ids of the invoice's lines, or an ``amount`` before tax, in dollars.
    """

    quantities: Mapping[int, Decimal] | None = None
    amount: Decimal | None = None


@dataclass(frozen=True)
class Credit:
    """A credit note before it is issued: its lines, its sums, and what it does to the balance, in dollars.

    ``unearned`` are discounts and roundings that came with a payment, and are taken back with it.
    """

    drafts: list[LineDraft]
    totals: Totals
    on_invoice: Decimal
    unearned: Sequence[Payment] = ()

    @property
    def kept(self) -> Decimal:
        """What stays as the client's credit."""
        return self.totals.total - self.on_invoice

    @property
    def fingerprint(self) -> str:
        """Tells whether what is issued is what was shown."""
        return hashlib.sha256(repr((self.drafts, self.totals)).encode()).hexdigest()[:16]


def plan(invoice: Invoice, wanted: Wanted) -> Credit:
    """Compute the credit note; nothing is written.

    Raises ``DomainError`` beside ``amount`` or ``quantity-<line id>`` where it is more than is left.
    """
    left = left_of(invoice)
    if _lost(invoice) > ZERO:  # nobody paid that: it would become a credit out of nothing
        raise DomainError(_l("This invoice is written off: take the bad debt back first."))
    if left.total <= ZERO:
        raise DomainError(_l("Everything on this invoice was already credited."))
    if wanted.amount is not None:
        _require_within(wanted.amount, left, "amount")
        drafts, net = _by_amount(invoice, share_out(wanted.amount, left.parts)), wanted.amount
    elif wanted.quantities is None and left.by_amount:
        drafts, net = _by_amount(invoice, left.parts), left.net
    else:
        drafts, net = _by_line(invoice, left, wanted.quantities)
    totals = _totals(invoice, left, drafts, net)
    if not ZERO < totals.total <= left.total:
        raise DomainError(_l("These lines cannot be credited by themselves: credit all that is left, or an amount."))
    on_invoice = min(totals.total, max(invoice.balance, ZERO))
    unearned = _unearned(invoice, totals.total - on_invoice)
    back = sum((row.on(invoice) for row in unearned), ZERO)
    return Credit(drafts, totals, min(totals.total, max(invoice.balance, ZERO) + back), unearned)


def _unearned(invoice: Invoice, kept: Decimal) -> list[Payment]:
    """Discounts and roundings to take back, where ``kept`` dollars would leave the client more than was paid."""
    put = [(a, a.payment.against if a.payment.kind in TAKES_BACK else a.payment) for a in invoice.allocations]
    notes = {note.id for note in invoice.credit_notes}
    own = sum((a.amount for a, row in put if row and row.document_id in notes), ZERO)
    money = sum((a.amount for a, row in put if row and row.kind in CREDITS), ZERO) - own
    before = sum((note.total for note in invoice.credit_notes), ZERO) - own
    if before + kept <= money:
        return []
    rows = {row.id: row for _a, row in put if row and row.kind in ALONG}
    return [row for row in rows.values() if row.on(invoice) > ZERO]


def _lost(invoice: Invoice) -> Decimal:
    """What of the invoice was written off and not taken back, in dollars."""
    session = object_session(invoice)
    assert session is not None
    lost = select(Allocation.amount).join(Payment, Payment.id == Allocation.payment_id)
    kinds = (EntryKind.WRITE_OFF, EntryKind.RECOVERY)
    return sum(session.scalars(lost.where(Allocation.invoice_id == invoice.id, Payment.kind.in_(kinds))), ZERO)


def _require_within(net: Decimal, left: Left, field: str | None) -> None:
    if net <= ZERO:
        raise DomainError(_l("Enter an amount above zero."), field)
    if net > left.net:
        most = formats.money(left.net)
        raise DomainError(_l("At most %(amount)s before tax is left to credit.", amount=most), field)


def _by_amount(invoice: Invoice, parts: Parts) -> list[LineDraft]:
    """One line for each way of standing to the taxes."""
    given = {status: part for status, part in parts.items() if part}
    return [
        LineDraft(_words(invoice, status if len(given) > 1 else None), unit_price=part, tax_status=status)
        for status, part in given.items()
    ]


def _words(invoice: Invoice, status: TaxStatus | None) -> str:
    """What a line says that the invoice has none for: in French, and beside it in English for who chose English."""
    said = []
    for language in (Language.FRENCH, Language.ENGLISH)[: 1 + (invoice.client.language is Language.ENGLISH)]:
        with force_locale(language.value):
            words = gettext("Credit on invoice %(number)s", number=invoice.number)
            said.append(f"{words} ({str(status.label).lower()})" if status else words)
    return " / ".join(said)


def _by_line(invoice: Invoice, left: Left, quantities: Mapping[int, Decimal] | None) -> tuple[list[LineDraft], Decimal]:
    """The chosen quantities at the invoice's prices, and their net: their part of the discount taken off."""
    whole = {key: quantity for key, quantity in left.quantities.items() if quantity}
    chosen = whole if quantities is None else {key: quantity for key, quantity in quantities.items() if quantity}
    mirrors = not invoice.credit_notes and chosen == whole
    lines = {line.id: line for line in invoice.lines}
    for key, quantity in chosen.items():
        _require_left(lines.get(key), quantity, left.quantities.get(key, Decimal(0)))
    drafts = [
        _part(line, left, chosen.get(line.id))
        for line in invoice.lines
        if line.id in chosen or (mirrors and not line.is_item)
    ]
    if not chosen:
        raise DomainError(_l("Choose at least one line."), "lines")
    amount = sum((line_amount(d.quantity, d.unit_price, d.discount) for d in drafts), ZERO)
    if chosen == whole and not left.by_amount:
        net = left.net
    else:
        net = amount - _discount(invoice, left, amount)
        # Parts of a line are rounded: of many, the last cents are no excess.
        if ZERO < net - left.net <= CENT * (len(drafts) + sum(len(note.lines) for note in invoice.credit_notes)):
            net = left.net
        _require_within(net, left, f"quantity-{next(iter(chosen))}")
    return drafts, net


def _require_left(line: Line | None, wanted: Decimal, available: Decimal) -> None:
    inside = 0 < wanted <= available if available > 0 else available <= wanted < 0
    if line is None or not inside:
        field = None if line is None else f"quantity-{line.id}"
        raise DomainError(_l("%(left)s left to credit.", left=formats.number(available)), field)


def _part(line: Line, left: Left, quantity: Decimal | None) -> LineDraft:
    """``quantity`` of the line, with its share of the line's discount; the last of it takes what remains."""
    discount = left.line_discounts.get(line.id, ZERO)
    if quantity is not None and quantity != left.quantities[line.id]:
        discount = min(discount, round_money(line.discount * quantity / line.quantity))
    return LineDraft(
        description=line.description,
        quantity=line.quantity if quantity is None else quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        discount=discount,
        tax_status=line.tax_status,
        item_id=line.item_id,
        source_line_id=line.id if line.is_item else None,
        kind=line.kind,
    )


def _discount(invoice: Invoice, left: Left, amount: Decimal) -> Decimal:
    """What of the invoice's discount goes with lines of ``amount``, in dollars."""
    whole = sum((line.amount for line in invoice.lines if line.accepted), ZERO)
    share = round_money(invoice.discount * amount / whole) if whole else ZERO
    return max(min(share, left.discount), ZERO)


def _totals(invoice: Invoice, left: Left, drafts: list[LineDraft], net: Decimal) -> Totals:
    """The sums of ``drafts`` that come to ``net``: at the invoice's rates, never more than is left of a tax."""
    amounts = [
        Amount(line_amount(d.quantity, d.unit_price, d.discount), d.tax_status is TaxStatus.TAXABLE) for d in drafts
    ]
    missing = net - sum((amount.value for amount in amounts), ZERO)
    if missing > ZERO:  # parts of a line were rounded down: the last one brings the cents back
        status = next(d.tax_status for d in drafts if d.source_line_id)
        drafts.append(LineDraft(_words(invoice, None), unit_price=missing, tax_status=status))
        amounts.append(Amount(missing, status is TaxStatus.TAXABLE))
    rates = [Rate(tax.code, tax.percent) for tax in invoice.taxes]
    totals = compute_totals(amounts, rates, max(-missing, ZERO))
    empties = net == left.net
    return Totals(totals.subtotal, totals.discount, tuple(_tax(tax, left, empties=empties) for tax in totals.taxes))


def _tax(tax: Tax, left: Left, *, empties: bool) -> Tax:
    """One tax, rounded on its base; where that is all that is left of the base, all that is left of the tax."""
    code = tax.rate.code
    base = left.bases[code] if empties else _between(tax.base, left.bases[code])
    last = empties or (base == left.bases[code] != ZERO)
    return Tax(tax.rate, base, left.taxes[code] if last else _between(tax.amount, left.taxes[code]))


def _between(amount: Decimal, left: Decimal) -> Decimal:
    """``amount``, kept between nothing and what is ``left``, on whichever side of zero that is."""
    return sorted((ZERO, amount, left))[1]
