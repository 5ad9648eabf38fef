"""Postal codes, phones and e-mail addresses as people type them; and any text at all."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sercom.core import formats, unbroken
from sercom.core.errors import DomainError
from sercom.core.money import MAX_QUANTITY


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
    with pytest.raises(DomainError, match=r"This is not a Canadian postal code\. Example: H2X\xa01Y4"):
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
        ("514 555-0123 ext. 42", "+15145550123;ext=42"),
        ("514 555-0123 x42", "+15145550123;ext=42"),
        ("514 555-0123 poste 22", "+15145550123;ext=22"),
        ("514 555-0123, Poste 22", "+15145550123;ext=22"),
        ("514 555-0123 p. 22", "+15145550123;ext=22"),
        ("514 555-0123 #7", "+15145550123;ext=7"),
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
    with pytest.raises(DomainError, match=r"This is not a phone number\. Example: 514\xa0555-0123"):
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
        "=?utf-8?q?x=40example.com=2C?=@example.com",
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


def test_no_line_breaks_a_number_and_a_link_is_left_alone():
    text = "Au 450 555-0100, Laval (QC) H7V 2S4 : 2026-0142-S2 et F-000063 le 2026-12-28. http://x.ca/l/155-WLA4-12345_F-000063"
    assert unbroken.WHOLE.split(text)[1::2] == ["450 555-0100", "H7V 2S4", "2026-0142-S2", "F-000063", "2026-12-28"]
