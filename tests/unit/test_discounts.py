"""Discounts as they are typed, told and computed: in dollars, or in percent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sercom.core import discounts
from sercom.core.errors import DomainError
from sercom.core.money import Discount


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("12.50", Discount(Decimal("12.50"))),
        ("12,50 $", Discount(Decimal("12.50"))),
        ("0", Discount()),
        ("10 %", Discount(percent=Decimal(10))),
        ("10%", Discount(percent=Decimal(10))),
        (" 12,5\u00a0% ", Discount(percent=Decimal("12.5"))),
        ("0.001%", Discount(percent=Decimal("0.001"))),
        ("100 %", Discount(percent=Decimal(100))),
        ("0 %", Discount(percent=Decimal(0))),
    ],
)
def test_a_discount_is_read_as_dollars_or_percent(typed: str, said: Discount):
    assert discounts.read(typed) == said


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("-1", "A discount is not negative."),
        ("-1 %", "Between 0 and 100 %."),
        ("100.001 %", "Between 0 and 100 %."),
        ("1,234", "This can be read two ways"),
        ("%", "This is not a number"),
        ("10 % %", "This is not a number"),
        ("% 10", "This is not a number"),
        ("1.2345 %", "At most 3 digits"),
        ("dix %", "This is not a number"),
    ],
)
def test_what_is_no_discount_is_refused(typed: str, why: str):
    with pytest.raises(DomainError, match=why):
        discounts.read(typed)


@pytest.mark.parametrize(
    ("said", "shown", "told"),
    [
        (Discount(Decimal("12.00")), "12,00", "−12,00\u00a0$"),
        (Discount(Decimal("12.00"), Decimal("10.000")), "10\u00a0%", "10\u00a0% (−12,00\u00a0$)"),
        (Discount(Decimal("1.50"), Decimal("2.500")), "2,5\u00a0%", "2,5\u00a0% (−1,50\u00a0$)"),
    ],
)
def test_a_discount_is_shown_as_it_was_typed(said: Discount, shown: str, told: str):
    assert (discounts.plain(said), discounts.told(said.amount, said.percent)) == (shown, told)
    assert discounts.plain(Discount()) == ""


def test_in_english(english: None):
    said = Discount(Decimal("12.00"), Decimal(10))
    assert (discounts.plain(said), discounts.told(said.amount, said.percent)) == ("10%", "10% (−$12.00)")


@given(st.integers(0, 100_000), st.integers(0, 10**9))
def test_a_percentage_is_the_exact_share_rounded_once(thousandths: int, cents: int):
    percent, whole = Decimal(thousandths) / 1000, Decimal(cents) / 100
    amount = Discount(percent=percent).of(whole)
    assert abs(amount - whole * percent / 100) <= Decimal("0.005")
    assert 0 <= amount <= whole
    assert discounts.read(discounts.plain(Discount(amount, percent))).percent == percent
