"""Which invoices a payment pays: as typed, or the oldest first. Only arithmetic, in dollars."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from flask_babel import lazy_gettext as _l

from sercom.core.errors import DomainError
from sercom.core.money import HUNDRED, ZERO, round_money, round_to_nickel
from sercom.entities.invoices.model import Invoice
from sercom.entities.ledger.model import EntryKind

#: An invoice, and what was typed for it; ``None``: what the payment has left.
Wanted = Sequence[tuple[Invoice, Decimal | None]]


@dataclass(frozen=True)
class Part:
    """What of a payment goes on an invoice, and what comes with it."""

    invoice: Invoice
    put: Decimal
    discount: Decimal = ZERO
    rounding: Decimal = ZERO


def share_field(invoice: Invoice) -> str:
    """The name of the form field of an invoice's share."""
    return f"share_{invoice.id}"


def early_discount(invoice: Invoice, on: date) -> Decimal:
    """What may still be taken off for a payment on the day ``on``, by the terms printed on the invoice.

    In percent of its total, less what was credited of it: the taxes stay on the full price.
    """
    terms = json.loads(invoice.snapshot or "{}").get("payment", {})
    percent, days = terms.get("early_percent"), terms.get("early_days")
    if not percent or invoice.issue_date is None or on > invoice.issue_date + timedelta(days=days):
        return ZERO
    given = sum((a.amount for a in invoice.allocations if a.counts_as is EntryKind.DISCOUNT), ZERO)
    billed = invoice.total - sum((note.total for note in invoice.credit_notes), ZERO)
    return max(round_money(billed * Decimal(percent) / HUNDRED) - given, ZERO)


def split(amount: Decimal, wanted: Wanted, on: date, *, cash: bool = False) -> list[Part]:
    """Share ``amount`` out over the invoices in their order.

    A share that comes to the balance less the early-payment discount settles the invoice with that
    discount; cash settles what it comes to at the nearest five cents. Raises ``DomainError`` beside
    the share that is more than the balance, or beside the amount where the shares are more than it.
    """
    typed = [share for _invoice, share in wanted if share is not None]
    for invoice, share in wanted:
        if share is not None and share < ZERO:
            raise DomainError(_l("Enter an amount above zero."), share_field(invoice))
        if share is not None and share > invoice.balance:
            raise DomainError(_l("This is more than the balance."), share_field(invoice))
    if sum(typed, ZERO) > amount:
        raise DomainError(_l("The invoices below get more than this amount."), "amount")
    asked = [(invoice, share) for invoice, share in wanted if share != ZERO]
    parts: list[Part] = []
    left = amount
    for position, (invoice, share) in enumerate(asked, start=1):
        last = share is None or position == len(asked)
        part = _part(invoice, left if share is None else share, on, amount if cash and last else None, amount - left)
        if part.put > ZERO:
            parts.append(part)
            left -= part.put
    return parts


def _part(invoice: Invoice, money: Decimal, on: date, cash: Decimal | None, spent: Decimal) -> Part:
    """``cash`` is the whole payment where its rounding may end on this invoice, ``spent`` what others have of it."""
    for discount in (ZERO, early_discount(invoice, on)):
        due = invoice.balance - discount
        if due <= ZERO:
            break
        if money == due:
            return Part(invoice, due, discount)
        if cash is not None and cash == round_to_nickel(spent + due):
            return Part(invoice, cash - spent, discount, due - (cash - spent))
    return Part(invoice, min(money, invoice.balance))
