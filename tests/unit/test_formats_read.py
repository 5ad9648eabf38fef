"""What people type, read or refused; a reader never fails in another way."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

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


READERS: list[Callable[[str], Any]] = [
    formats.read_money,
    read_quantity,
    formats.read_postal_code,
    formats.read_phone,
    formats.read_email,
]


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


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("H2X 1Y4", "H2X 1Y4"),
        ("h2x1y4", "H2X 1Y4"),
        ("h2x-1y4", "H2X 1Y4"),
        ("  H2X\u00a01Y4 ", "H2X 1Y4"),
        ("G1R 2B5", "G1R 2B5"),
        ("k1a 0b1", "K1A 0B1"),
        ("X0A 0H0", "X0A 0H0"),
        ("V6Z 1Z3", "V6Z 1Z3"),
    ],
)
def test_a_postal_code_is_read(typed: str, code: str):
    assert formats.read_postal_code(typed) == code


@pytest.mark.parametrize(
    "typed",
    ["", "H2X", "H2X 1Y", "H2X 1Y44", "2HX 1Y4", "12345", "H2X.1Y4", "H2X 1Y٤", "É2X 1Y4", "H2X 1Y4\x00"]
    # Letters that no code starts with, and letters that stand nowhere in one.
    + [f"{letter}2X 1Y4" for letter in "DFIOQUWZ"]
    + [f"H2{letter} 1Y4" for letter in "DFIOQU"]
    + [f"H2X 1{letter}4" for letter in "DFIOQU"],
)
def test_a_postal_code_is_refused(typed: str):
    with pytest.raises(DomainError, match=r"This is not a Canadian postal code\. Example: H2X 1Y4"):
        formats.read_postal_code(typed)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("514 555-0123", "+15145550123"),
        ("(514) 555-0123", "+15145550123"),
        ("514.555.0123", "+15145550123"),
        ("5145550123", "+15145550123"),
        ("1 514 555-0123", "+15145550123"),
        ("+1 514 555 0123", "+15145550123"),
        ("tel:514-555-0123", "+15145550123"),
        ("\u00a0514\u00a0555\u20110123", "+15145550123"),
        ("٥١٤ ٥٥٥ ٠١٢٣", "+15145550123"),
        # The extension has its own field: the number is what stands before it.
        ("514 555-0123 ext. 42", "+15145550123"),
        ("514 555-0123 x42", "+15145550123"),
        ("+33 1 23 45 67 89", "+33123456789"),
        ("+44 20 7946 0018", "+442079460018"),
    ],
)
def test_a_phone_is_read(typed: str, stored: str):
    assert formats.read_phone(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "x",
        "911",
        "555-0123",
        "014 555-0123",
        "114 555-0123",
        "514 055-0123",
        "514 155-0123",
        "514 555-012",
        "514 555-01234",
        "+1 114 555 0123",
        "+33 1",
        "+999 123 456 789",
        "1" * 300,
        "julie@example.com",
    ],
)
def test_a_phone_is_refused(typed: str):
    with pytest.raises(DomainError, match=r"This is not a phone number\. Example: 514 555-0123"):
        formats.read_phone(typed)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("julie@example.com", "julie@example.com"),
        (" Julie.Tremblay@EXAMPLE.com ", "Julie.Tremblay@example.com"),
        ("julie+sercom@example.qc.ca", "julie+sercom@example.qc.ca"),
        ("jos\u00e9e@example.com", "josée@example.com"),
        ("julie@h\u00e9ros.example.com", "julie@héros.example.com"),
    ],
)
def test_an_email_is_read(typed: str, stored: str):
    assert formats.read_email(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "julie",
        "julie@",
        "@example.com",
        "julie@example",
        "julie@@example.com",
        "julie tremblay@example.com",
        "julie@example.com, paul@example.com",
        "Julie <julie@example.com>",
        "julie@exa mple.com",
        "julie@example..com",
        "julie@[127.0.0.1]",
        "julie\r\nBcc: x@example.com",
        "a" * 250 + "@example.com",
        "a@" + "b" * 250 + ".com",
    ],
)
def test_an_email_is_refused(typed: str):
    with pytest.raises(DomainError, match=r"This is not an e-mail address\. Example: name@example\.com"):
        formats.read_email(typed)


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@given(text=st.text(max_size=60) | st.text("0123456789 .,-+$()eExX@/\u00a0٣²", max_size=40))
def test_a_reader_answers_or_refuses_whatever_is_typed(read: Callable[[str], Any], text: str):
    try:
        value = read(text)
    except DomainError:
        return
    # What was understood is understood again, and means the same.
    assert read(str(value)) == value


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
