"""The arithmetic of documents, against the figures that tax guides and arithmetic give."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sercom.core.money import ZERO, Amount, Rate, TaxStatus, Totals, compute_totals, line_amount, round_money

GST, QST, HST = Rate("GST", Decimal(5)), Rate("QST", Decimal("9.975")), Rate("HST", Decimal(13))
QUEBEC = (GST, QST)

cents = st.integers(-500_000_00, 500_000_00).map(lambda amount: Decimal(amount).scaleb(-2))
positive_cents = st.integers(0, 500_000_00).map(lambda amount: Decimal(amount).scaleb(-2))


def dollars(text: str) -> list[Amount]:
    """``"100 50x"``: a taxable line of $100 and one of $50 that carries no tax."""
    return [Amount(Decimal(word.rstrip("x")), taxed=not word.endswith("x")) for word in text.split()]


def figures(totals: Totals) -> list[str]:
    return [*(str(tax.amount) for tax in totals.taxes), str(totals.total)]


def exactly_rounded(value: Fraction) -> Decimal:
    """Half away from zero, by whole numbers alone."""
    whole = int(abs(value) * 100 + Fraction(1, 2))
    return Decimal(whole if value >= 0 else -whole).scaleb(-2)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("0.005", "0.01"),
        ("0.0049999", "0.00"),
        ("-0.005", "-0.01"),
        ("-0.0049999", "0.00"),
        ("2.675", "2.68"),
        ("2.665", "2.67"),
        ("1.005", "1.01"),
        ("-1.005", "-1.01"),
        ("9.975", "9.98"),
        ("5.985", "5.99"),
        ("0", "0.00"),
        ("12", "12.00"),
        ("9999999.994", "9999999.99"),
    ],
)
def test_money_is_rounded_half_away_from_zero(amount: str, rounded: str):
    result = round_money(Decimal(amount))
    assert result == Decimal(rounded)
    assert result.as_tuple().exponent == -2


@given(st.fractions(-(10**9), 10**9, max_denominator=10**6).map(lambda value: Fraction(round(value * 10**8), 10**8)))
def test_rounding_agrees_with_whole_numbers(value: Fraction):
    assert round_money(Decimal(value.numerator) / Decimal(value.denominator)) == exactly_rounded(value)


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "amount"),
    [
        ("1", "100.00", "0.00", "100.00"),
        ("3", "33.33", "0.00", "99.99"),
        ("1.5", "95.00", "0.00", "142.50"),
        ("0.333", "100.00", "0.00", "33.30"),
        ("0.125", "0.10", "0.00", "0.01"),
        ("0.5", "0.01", "0.00", "0.01"),
        ("-1", "100.00", "0.00", "-100.00"),
        ("-0.5", "0.01", "0.00", "-0.01"),
        ("2", "50.00", "10.00", "90.00"),
        ("1.005", "1.00", "0.50", "0.51"),
        ("1", "10.00", "10.00", "0.00"),
        ("1", "10.00", "15.00", "-5.00"),
    ],
)
def test_a_line_is_quantity_times_price_less_its_discount(quantity: str, price: str, discount: str, amount: str):
    assert line_amount(Decimal(quantity), Decimal(price), Decimal(discount)) == Decimal(amount)


@pytest.mark.parametrize(
    ("lines", "discount", "expected"),
    [
        ("100", "0", ["5.00", "9.98", "114.98"]),
        ("60", "0", ["3.00", "5.99", "68.99"]),
        ("140", "0", ["7.00", "13.97", "160.97"]),
        ("0.90", "0", ["0.05", "0.09", "1.04"]),
        ("33.33 33.33 33.34", "0", ["5.00", "9.98", "114.98"]),
        ("33.33", "0", ["1.67", "3.32", "38.32"]),
        ("33.34", "0", ["1.67", "3.33", "38.34"]),
        # The discount lowers the taxed part in proportion: 50 of 100 taxed, 10 off, so 45 is taxed.
        ("50 50x", "10", ["2.25", "4.49", "96.74"]),
        ("100 100x", "50", ["3.75", "7.48", "161.23"]),
        ("100", "100", ["0.00", "0.00", "0.00"]),
        ("100x", "0", ["0.00", "0.00", "100.00"]),
        ("100x", "25", ["0.00", "0.00", "75.00"]),
        ("", "0", ["0.00", "0.00", "0.00"]),
        ("0", "0", ["0.00", "0.00", "0.00"]),
        # The lines come to nothing: nothing is taxed, whatever carries tax.
        ("100 -100x", "0", ["0.00", "0.00", "0.00"]),
        ("100 -100", "0", ["0.00", "0.00", "0.00"]),
        ("-100", "0", ["-5.00", "-9.98", "-114.98"]),
        ("-0.90", "0", ["-0.05", "-0.09", "-1.04"]),
        # 5.70 left of 255.78: GST is exactly half a cent, and goes up.
        ("76.82 166.97 11.99", "250.08", ["0.29", "0.57", "6.56"]),
        ("3", "2", ["0.05", "0.10", "1.15"]),
    ],
)
def test_totals_of_quebec(lines: str, discount: str, expected: list[str]):
    assert figures(compute_totals(dollars(lines), QUEBEC, Decimal(discount))) == expected


def test_progress_invoices_add_up_in_net_and_round_their_taxes_each():
    parts = [compute_totals(dollars(amount), QUEBEC) for amount in ("33.33", "33.33", "33.34")]
    assert sum(part.net for part in parts) == Decimal("100.00")
    assert sum(part.taxes[1].amount for part in parts) == Decimal("9.97")
    assert compute_totals(dollars("100.00"), QUEBEC).taxes[1].amount == Decimal("9.98")


def test_one_tax_and_none():
    ontario = compute_totals(dollars("100"), (HST,))
    assert [(tax.rate.code, tax.base, tax.amount) for tax in ontario.taxes] == [
        ("HST", Decimal("100.00"), Decimal("13.00"))
    ]
    unregistered = compute_totals(dollars("100"), ())
    assert (unregistered.taxes, unregistered.tax, unregistered.total) == ((), ZERO, Decimal(100))


def test_both_taxes_are_computed_before_tax():
    totals = compute_totals(dollars("100"), QUEBEC)
    assert [tax.base for tax in totals.taxes] == [Decimal("100.00")] * 2


def test_the_base_shown_is_rounded_and_the_tax_is_not_computed_on_it():
    # A third of 0.10: base 0.0333…, shown 0.03; at 50 % the tax is 0.02, not 0.015 rounded of 0.03.
    totals = compute_totals(dollars("0.10 0.20x"), (Rate("GST", Decimal(50)),), Decimal("0.20"))
    assert (totals.taxes[0].base, totals.taxes[0].amount) == (Decimal("0.03"), Decimal("0.02"))


documents = st.lists(st.builds(Amount, cents, st.booleans()), max_size=8)
sales = st.lists(st.builds(Amount, positive_cents, st.booleans()), min_size=1, max_size=8)


@given(documents, positive_cents)
def test_net_and_taxes_always_add_up_to_the_total(lines: list[Amount], discount: Decimal):
    totals = compute_totals(lines, QUEBEC, discount)
    assert totals.subtotal == sum(line.value for line in lines)
    assert totals.net + sum(tax.amount for tax in totals.taxes) == totals.net + totals.tax == totals.total
    assert all(tax.amount.as_tuple().exponent == -2 for tax in totals.taxes)


@given(documents, positive_cents, st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing(lines: list[Amount], discount: Decimal, chance):
    shuffled = list(lines)
    chance.shuffle(shuffled)
    assert compute_totals(shuffled, QUEBEC, discount) == compute_totals(lines, QUEBEC, discount)


@given(documents)
def test_negative_lines_mirror_the_document(lines: list[Amount]):
    there = compute_totals(lines, QUEBEC)
    back = compute_totals([Amount(-line.value, line.taxed) for line in lines], QUEBEC)
    assert back.total == -there.total
    assert [tax.amount for tax in back.taxes] == [-tax.amount for tax in there.taxes]


@given(sales, st.fractions(0, 1, max_denominator=1000))
def test_each_tax_is_the_exact_value_rounded_once(lines: list[Amount], share: Fraction):
    subtotal = sum((line.value for line in lines), ZERO)
    discount = Decimal(int(subtotal * 100 * share.numerator / share.denominator)).scaleb(-2)
    totals = compute_totals(lines, QUEBEC, discount)
    taxed = Fraction(sum((line.value for line in lines if line.taxed), ZERO))
    base = taxed * (1 - Fraction(discount) / Fraction(subtotal)) if subtotal else Fraction(0)
    assert [tax.amount for tax in totals.taxes] == [
        exactly_rounded(base * Fraction(rate.percent) / 100) for rate in QUEBEC
    ]


@given(sales)
def test_without_discount_the_taxed_lines_are_the_base(lines: list[Amount]):
    totals = compute_totals(lines, QUEBEC)
    assert totals.taxes[0].base == sum((line.value for line in lines if line.taxed), ZERO)


def test_a_rate_and_a_tax_status_have_names():
    assert [str(rate.label) for rate in (GST, QST, HST)] == ["GST", "QST", "HST"]
    assert [(status.value, str(status)) for status in TaxStatus] == [
        ("taxable", "Taxable"),
        ("zero_rated", "Zero-rated"),
        ("exempt", "Exempt"),
    ]
