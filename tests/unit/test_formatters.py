"""Cells of lists and of exported files."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask_babel import lazy_gettext as _l
from hypothesis import example, given
from hypothesis import strategies as st

from sercom.backoffice.formatters import FORMULA, IN_FILE, ON_SCREEN, harmless, pill
from sercom.core.formats import NBSP
from sercom.core.labels import Status, Tone
from sercom.core.unbroken import on_page


class Light(Status):
    """A status whose label needs escaping."""

    GO = "go", _l("Go & <run>"), Tone.GOOD


def shown(value: Any, table: dict[type, Any]) -> str:
    """The cell, by the first type that matches, as Flask-Admin looks it up."""
    write = next(write for kind, write in table.items() if isinstance(value, kind))
    return str(write(None, value, "column"))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (Light.GO, '<span class="pill pill-good">Go &amp; &lt;run&gt;</span>'),
        (True, "Yes"),
        (False, "No"),
        (Decimal("1234.50"), f'<span class="figure">1{NBSP}234,50{NBSP}$</span>'),
        (Decimal("0.00"), f'<span class="figure">0,00{NBSP}$</span>'),
        (Decimal("1.500"), '<span class="figure">1,5</span>'),
        (Decimal("9.975"), '<span class="figure">9,975</span>'),
        (datetime(2025, 9, 1, 3, 59, tzinfo=UTC), f"2025-08-31 23{NBSP}h{NBSP}59"),
        (date(2025, 9, 1), "2025-09-01"),
        (["a", "<b>"], "a, &lt;b&gt;"),
        ([], ""),
    ],
)
def test_a_cell_on_the_screen(value: object, cell: str):
    assert shown(value, ON_SCREEN) == cell


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (Light.GO, "Go & <run>"),
        (True, "Yes"),
        (Decimal("1234.50"), "1234.50"),
        (Decimal("-0.05"), "-0.05"),
        (Decimal("0.00"), "0.00"),
        (Decimal("0.001"), "0.001"),
        (datetime(2025, 9, 1, 3, 59, tzinfo=UTC), "2025-08-31 23:59"),
        (date(2025, 9, 1), "2025-09-01"),
    ],
)
def test_a_cell_in_a_file_is_for_machines(value: object, cell: str):
    assert harmless(shown(value, IN_FILE)) == cell


def test_a_pill_carries_its_tone_and_escapes_its_label():
    assert pill(Light.GO) == '<span class="pill pill-good">Go &amp; &lt;run&gt;</span>'


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "=cmd|'/c calc'!A1",
        "+1+1",
        "-1+1",
        "-cmd",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "+15145550123",
        "-",
        "--5",
        "-5-3",
        "-5.1.2",
        "-.",
        "-1e5",
        "- 5",
        "=",
    ],
)
def test_a_formula_is_escaped(text: str):
    assert harmless(text) == "'" + text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("-5", "-5"),
        ("-1234.56", "-1234.56"),
        (Decimal("-0.05"), "-0.05"),
        (-7, "-7"),
        ("Thermopompe", "Thermopompe"),
        ("5 = 5", "5 = 5"),
        ("514 555-0123", "514 555-0123"),
        ("julie@example.com", "julie@example.com"),
        ("", ""),
        ("'=1", "'=1"),
        (0, "0"),
    ],
)
def test_a_number_and_plain_text_stay(value: object, cell: str):
    assert harmless(value) == cell


@example("-¹")
@given(st.text(max_size=20) | st.from_regex(r"\A[=+\-@\t\r].*", fullmatch=True))
def test_whatever_starts_like_a_formula_is_a_number_or_escaped(text: str):
    cell = harmless(text)
    assert cell in (text, "'" + text)
    if cell.startswith(FORMULA):
        assert Decimal(cell) <= 0


@given(st.decimals(-(10**7), 10**7, places=2) | st.decimals(-100, 100, places=3))
def test_no_amount_is_escaped(amount: Decimal):
    assert harmless(amount) == str(amount)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Votre soumission 2026-0095-S", 'Votre soumission <span class="nowrap">2026-0095-S</span>'),
        ("<b>F-000063</b>", '&lt;b&gt;<span class="nowrap">F-000063</span>&lt;/b&gt;'),
        ("Appelez le 514-555-0133", "Appelez le 514-555-0133"),
    ],
)
def test_numbers_stay_whole_and_markup_stays_text(text: str, shown: str):
    assert on_page(text) == shown
