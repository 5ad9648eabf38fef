"""Exact amounts: integers in the database, ``Decimal`` in Python, one function that rounds.

Formulas: lines are rounded, then summed; each tax is computed on the unrounded taxable base and
rounded once per tax per document; GST and QST are both computed on the price before tax.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

from sercom.core.labels import Labelled

Key = TypeVar("Key")

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
HUNDRED = Decimal(100)

#: Bounds of what a person may type: beyond is a slip of the finger.
MAX_AMOUNT = Decimal("9999999.99")
MAX_QUANTITY = Decimal("99999.999")


def round_money(amount: Decimal) -> Decimal:
    """Round to the cent, half away from zero. The only rounding of money in the product."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP) + ZERO  # no "-0.00"


def round_to_nickel(amount: Decimal) -> Decimal:
    """What is paid of ``amount`` in cash: there are no cents. Never a tax or a total."""
    return (amount * 20).quantize(Decimal(1), rounding=ROUND_HALF_UP) / 20


class ScaledInteger(TypeDecorator[Decimal]):
    """A ``Decimal`` with a fixed number of places, stored as an integer: SUM and ORDER BY are exact."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places
        self.step = Decimal(1).scaleb(-places)

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        """Refuse what would lose a digit: rounding is a decision, made before storing."""
        if value is None:
            return None
        scaled = Decimal(value).scaleb(self.places)
        whole = int(scaled)
        if whole != scaled:
            msg = f"{value} has more than {self.places} decimal places"
            raise ValueError(msg)
        return whole

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Give the places back (a SUM on PostgreSQL arrives as ``Decimal``)."""
        return None if value is None else Decimal(int(value)).scaleb(-self.places)

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """Compare and add as the same type, whatever the other side is."""
        return self


class Money(ScaledInteger):
    """Canadian dollars, in cents."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(2)


class Quantity(ScaledInteger):
    """A quantity, in thousandths of its unit."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(3)


class Percent(ScaledInteger):
    """A rate in percent, in thousandths (9.975 % is 9975)."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(3)


class TaxStatus(Labelled):
    """How a line stands to the taxes. Zero-rated is taxable at 0 %; exempt is outside."""

    TAXABLE = "taxable", _l("Taxable")
    ZERO_RATED = "zero_rated", _l("Zero-rated")
    EXEMPT = "exempt", _l("Exempt")


@dataclass(frozen=True)
class Rate:
    """A tax at a rate in percent: ``Rate("QST", Decimal("9.975"))``."""

    code: str
    percent: Decimal

    @property
    def label(self) -> LazyString:
        """Its name in the reader's language (TPS, TVQ, TVH …)."""
        return TAX_LABELS[self.code]


TAX_LABELS = {
    "GST": _l("GST"),
    "QST": _l("QST"),
    "HST": _l("HST"),
    "PST": _l("PST"),
    "RST": _l("RST"),
}


@dataclass(frozen=True)
class Amount:
    """What a line contributes: its amount in dollars and whether it carries the taxes."""

    value: Decimal
    taxed: bool = True


@dataclass(frozen=True)
class Tax:
    """One tax of one document: its rate, the base it was computed on and the rounded amount."""

    rate: Rate
    base: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Discount:
    """A discount as it was said: an amount in dollars, or a percentage."""

    amount: Decimal = ZERO
    percent: Decimal | None = None

    def of(self, whole: Decimal) -> Decimal:
        """What it comes to on ``whole``, in dollars."""
        return self.amount if self.percent is None else round_money(whole * self.percent / HUNDRED)


@dataclass(frozen=True)
class Totals:
    """Net, taxes and total of a document. The sums are computed, so that they cannot disagree."""

    subtotal: Decimal
    discount: Decimal
    taxes: tuple[Tax, ...]

    @property
    def net(self) -> Decimal:
        """Before tax, the document's discount taken off."""
        return self.subtotal - self.discount

    @property
    def tax(self) -> Decimal:
        """All taxes together."""
        return sum((tax.amount for tax in self.taxes), ZERO)

    @property
    def total(self) -> Decimal:
        """What the client pays."""
        return self.net + self.tax


def line_amount(quantity: Decimal, unit_price: Decimal, discount: Decimal = ZERO) -> Decimal:
    """``round(quantity × unit_price - discount)`` in dollars."""
    return round_money(quantity * unit_price - discount)


def spread(total: Decimal, weights: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
    """``total`` dollars in parts that are as ``weights`` and add up to it to the cent.

    Where the weights come to zero, the first takes all.
    """
    whole, gone, seen = sum(weights.values(), ZERO), ZERO, ZERO
    parts = {}
    for key, weight in weights.items():
        seen += weight
        upto = round_money(total * seen / whole) if whole else total
        parts[key], gone = upto - gone, upto
    return parts


def compute_totals(lines: Iterable[Amount], rates: Sequence[Rate], discount: Decimal = ZERO) -> Totals:
    """Add up a document.

    ``discount`` is the document's, in dollars; it lowers every tax base in proportion. Where the
    lines come to zero there is nothing to tax.
    """
    amounts = list(lines)
    subtotal = sum((line.value for line in amounts), ZERO)
    taxed = sum((line.value for line in amounts if line.taxed), ZERO)
    # Divided last: a third taken early turns an exact half cent into a little less.
    base, parts = (taxed * (subtotal - discount), subtotal) if subtotal else (ZERO, Decimal(1))
    taxes = tuple(
        Tax(rate, round_money(base / parts), round_money(base * rate.percent / (parts * HUNDRED))) for rate in rates
    )
    return Totals(subtotal, discount, taxes)


def totals_within(total: Decimal, rates: Sequence[Rate]) -> Totals:
    """Draw the taxes out of a forfeited deposit: each by itself, ``total × rate / (100 + rate)``.

    So is a deposit deemed to hold GST or HST (Excise Tax Act, s. 182) and QST: $50 holds 2.38 and 4.54.
    The taxes of other provinces are on sales alone, and a forfeited deposit is none.
    """
    deemed = [rate for rate in rates if rate.code in {"GST", "HST", "QST"}]
    taxes = tuple(
        Tax(
            rate,
            round_money(total * HUNDRED / (HUNDRED + rate.percent)),
            round_money(total * rate.percent / (HUNDRED + rate.percent)),
        )
        for rate in deemed
    )
    return Totals(total - sum((tax.amount for tax in taxes), ZERO), ZERO, taxes)
