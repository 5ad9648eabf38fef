"""Amounts and quantities as people type them, read or refused with an example."""

from decimal import Decimal

import pytest
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from sercom.core import formats
from sercom.core.errors import DomainError
from sercom.core.formats import ENGLISH, FRENCH
from sercom.core.money import MAX_AMOUNT, MAX_QUANTITY

TWO_WAYS = "This can be read two ways. Write 1234 or 1.23."
NO_NUMBER = "This is not a number. Example: 1234,50"
TOO_LARGE = "This number is too large."
LONG_TAIL = "At most 2 digits after the decimal mark."


def read_quantity(text: str) -> Decimal:
    return formats.read_decimal(text, 3, MAX_QUANTITY)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1234.56", "1234.56"),
        ("1234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1 234.56", "1234.56"),
        ("1\u00a0234,56\u00a0$", "1234.56"),
        ("1\u202f234,56\u202f$", "1234.56"),
        ("$1234.56", "1234.56"),
        ("$ 5", "5.00"),
        ("5$", "5.00"),
        ("5", "5.00"),
        ("5,1", "5.10"),
        ("-5,10", "-5.10"),
        ("-$5.10", "-5.10"),
        (" 7 ", "7.00"),
        ("0", "0.00"),
        ("007", "7.00"),
        ("1234", "1234.00"),
        ("0.10", "0.10"),
        ("1.2300", "1.23"),
        ("9999999.99", "9999999.99"),
    ],
)
def test_an_amount_is_read(typed: str, amount: str):
    assert str(formats.read_money(typed)) == amount


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("1,234", TWO_WAYS),
        ("1.234", TWO_WAYS),
        ("-1,234", TWO_WAYS),
        ("$123.456", TWO_WAYS),
        ("12,345", TWO_WAYS),
        ("1,000", TWO_WAYS),
        ("1234,567", LONG_TAIL),
        ("1.2345", LONG_TAIL),
        ("1,234.56", NO_NUMBER),
        ("1.234,56", NO_NUMBER),
        ("NaN", NO_NUMBER),
        ("sNaN", NO_NUMBER),
        ("Infinity", NO_NUMBER),
        ("-inf", NO_NUMBER),
        ("1e5", NO_NUMBER),
        ("1E5", NO_NUMBER),
        ("0x10", NO_NUMBER),
        ("1_000", NO_NUMBER),
        ("٣", NO_NUMBER),
        ("１２", NO_NUMBER),
        ("²", NO_NUMBER),
        ("½", NO_NUMBER),
        ("", NO_NUMBER),
        ("   ", NO_NUMBER),
        ("$", NO_NUMBER),
        ("-", NO_NUMBER),
        ("--5", NO_NUMBER),
        ("5-", NO_NUMBER),
        ("+5", NO_NUMBER),
        ("\u22125", NO_NUMBER),
        ("(5)", NO_NUMBER),
        (".", NO_NUMBER),
        ("5.", NO_NUMBER),
        ("cent", NO_NUMBER),
        ("=1+1", NO_NUMBER),
        ("5 €", NO_NUMBER),
        ("5\x00", NO_NUMBER),
        ("10000000", TOO_LARGE),
        ("-10000000", TOO_LARGE),
        ("9" * 30, TOO_LARGE),
        ("9" * 5000, TOO_LARGE),
    ],
)
def test_an_amount_is_refused(typed: str, message: str):
    with pytest.raises(DomainError) as refusal:
        formats.read_money(typed)
    assert str(refusal.value) == message


def test_the_example_is_written_for_the_reader(english: None):
    with pytest.raises(DomainError, match=r"Example: 1234\.50$"):
        formats.read_money("x")


@pytest.mark.parametrize(
    ("typed", "quantity"),
    [("1,234", "1.234"), ("1.234", "1.234"), ("-0,125", "-0.125"), ("2", "2.000"), ("99999.999", "99999.999")],
)
def test_a_quantity_has_three_decimals(typed: str, quantity: str):
    assert str(read_quantity(typed)) == quantity


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("1.2345", "At most 3 digits after the decimal mark."),
        ("0." + "0" * 60 + "1", "At most 3 digits after the decimal mark."),
        ("100000", TOO_LARGE),
        ("-100000", TOO_LARGE),
        ("x", NO_NUMBER),
    ],
)
def test_a_quantity_is_refused(typed: str, message: str):
    with pytest.raises(DomainError) as refusal:
        read_quantity(typed)
    assert str(refusal.value) == message


@given(st.integers(-int(MAX_AMOUNT * 100), int(MAX_AMOUNT * 100)), st.sampled_from([FRENCH, ENGLISH]))
def test_an_amount_in_a_field_is_read_back(cents: int, language: str):
    amount = Decimal(cents).scaleb(-2)
    with force_locale(language):
        assert formats.read_money(formats.plain_number(amount)) == amount


@given(st.integers(-int(MAX_AMOUNT * 100), int(MAX_AMOUNT * 100)))
def test_an_amount_as_french_pages_show_it_is_read_back(cents: int):
    amount = Decimal(cents).scaleb(-2)
    assert formats.read_money(formats.money(amount)) == amount


@given(st.integers(-int(MAX_QUANTITY * 1000), int(MAX_QUANTITY * 1000)), st.sampled_from([FRENCH, ENGLISH]))
def test_a_quantity_in_a_field_is_read_back(thousandths: int, language: str):
    quantity = Decimal(thousandths).scaleb(-3)
    with force_locale(language):
        assert read_quantity(formats.plain_quantity(quantity)) == quantity
