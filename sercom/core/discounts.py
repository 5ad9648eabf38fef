"""Discounts as they are typed and told: in dollars, or in percent."""

from decimal import Decimal

from flask_babel import gettext as _

from sercom.core import formats
from sercom.core.errors import DomainError
from sercom.core.money import HUNDRED, Discount


def read(text: str) -> Discount:
    """A discount in dollars, or in percent where a ``%`` follows: ``12.50``, ``10 %``."""
    bare = text.strip()
    if not bare.endswith("%"):
        amount = formats.read_money(bare)
        if amount < 0:
            raise DomainError(_("A discount is not negative."))
        return Discount(amount)
    percent = formats.read_decimal(bare.removesuffix("%"), 3)
    if not 0 <= percent <= HUNDRED:
        raise DomainError(_("Between 0 and 100 %."))
    return Discount(percent=percent)


def plain(said: Discount) -> str:
    """A discount as a form field shows it: ``10 %``, ``12,50``, nothing for none."""
    if said.percent is None:
        return formats.plain_number(said.amount) if said.amount else ""
    return formats.plain_quantity(said.percent) + (f"{formats.NBSP}%" if formats.in_french() else "%")


def told(amount: Decimal, percent_said: Decimal | None) -> str:
    """A discount as it is told: ``−12,00 $``, ``10 % (−12,00 $)`` where it was said in percent."""
    text = f"−{formats.money(amount)}"
    return text if percent_said is None else f"{formats.percent(percent_said)} ({text})"
