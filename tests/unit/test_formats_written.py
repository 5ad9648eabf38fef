"""How amounts, rates, days and times are written, in both languages."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from sercom.core import formats
from sercom.core.formats import ENGLISH, FRENCH, NBSP


def in_both(write, value) -> tuple[str, str]:
    """What a French and an English reader see, no-break spaces shown as ``_``."""
    seen = []
    for language in (FRENCH, ENGLISH):
        with force_locale(language):
            seen.append(write(value).replace(NBSP, "_"))
    return seen[0], seen[1]


@pytest.mark.parametrize(
    ("amount", "french", "english"),
    [
        ("1234.56", "1_234,56_$", "$1,234.56"),
        ("114.98", "114,98_$", "$114.98"),
        ("0", "0,00_$", "$0.00"),
        ("0.05", "0,05_$", "$0.05"),
        ("-5", "-5,00_$", "-$5.00"),
        ("9999999.99", "9_999_999,99_$", "$9,999,999.99"),
        ("-1234567.80", "-1_234_567,80_$", "-$1,234,567.80"),
    ],
)
def test_money(amount: str, french: str, english: str):
    assert in_both(formats.money, Decimal(amount)) == (french, english)


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (Decimal("2.000"), "2", "2"),
        (Decimal("1.500"), "1,5", "1.5"),
        (Decimal("0.001"), "0,001", "0.001"),
        (Decimal("-1.250"), "-1,25", "-1.25"),
        (Decimal("1234.500"), "1_234,5", "1,234.5"),
        (Decimal("10000.000"), "10_000", "10,000"),
        (Decimal("0.000"), "0", "0"),
        (1500, "1_500", "1,500"),
    ],
)
def test_number(value: Decimal | int, french: str, english: str):
    assert in_both(formats.number, value) == (french, english)


@pytest.mark.parametrize(
    ("rate", "french", "english"),
    [("9.975", "9,975_%", "9.975%"), ("5.000", "5_%", "5%"), ("13", "13_%", "13%"), ("0", "0_%", "0%")],
)
def test_percent(rate: str, french: str, english: str):
    assert in_both(formats.percent, Decimal(rate)) == (french, english)


@pytest.mark.parametrize("write", [formats.money, formats.number, formats.day, formats.moment, formats.plain_number])
def test_nothing_is_written_as_nothing(write):
    assert in_both(write, None) == ("", "")


def test_day_is_the_same_in_both_languages():
    assert in_both(formats.day, date(2025, 9, 1)) == ("2025-09-01", "2025-09-01")


@pytest.mark.parametrize(
    ("day", "french", "english"),
    [
        (date(2025, 1, 31), "31 janvier 2025", "January 31, 2025"),
        (date(2025, 2, 28), "28 février 2025", "February 28, 2025"),
        (date(2025, 3, 1), "1er mars 2025", "March 1, 2025"),
        (date(2025, 4, 30), "30 avril 2025", "April 30, 2025"),
        (date(2025, 5, 11), "11 mai 2025", "May 11, 2025"),
        (date(2025, 6, 21), "21 juin 2025", "June 21, 2025"),
        (date(2025, 7, 10), "10 juillet 2025", "July 10, 2025"),
        (date(2025, 8, 2), "2 août 2025", "August 2, 2025"),
        (date(2025, 9, 1), "1er septembre 2025", "September 1, 2025"),
        (date(2025, 10, 12), "12 octobre 2025", "October 12, 2025"),
        (date(2025, 11, 1), "1er novembre 2025", "November 1, 2025"),
        (date(2025, 12, 25), "25 décembre 2025", "December 25, 2025"),
        (date(2024, 2, 29), "29 février 2024", "February 29, 2024"),
    ],
)
def test_long_day(day: date, french: str, english: str):
    assert in_both(formats.long_day, day) == (french, english)


@pytest.mark.parametrize(
    ("day", "french", "english"),
    [
        (date(2026, 11, 24), "mar. 24 nov.", "Tue, Nov 24"),
        (date(2026, 12, 1), "mar. 1er déc.", "Tue, Dec 1"),
        (date(2026, 12, 11), "ven. 11 déc.", "Fri, Dec 11"),
        (date(2026, 12, 21), "lun. 21 déc.", "Mon, Dec 21"),
    ],
)
def test_short_day(day: date, french: str, english: str):
    assert in_both(formats.short_day, day) == (french, english)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_only_the_first_is_an_ordinal_and_only_in_french(day: date):
    french, english = in_both(formats.long_day, day)
    first, *_month, year = french.split(" ")
    assert (first, year) == ("1er" if day.day == 1 else str(day.day), str(day.year))
    assert english.endswith(f" {day.day}, {day.year}")


@pytest.mark.parametrize(
    ("at", "french", "english"),
    [
        (time(14, 5), "14_h_05", "2:05_p.m."),
        (time(0, 0), "0_h_00", "12:00_a.m."),
        (time(0, 30), "0_h_30", "12:30_a.m."),
        (time(12, 0), "12_h_00", "12:00_p.m."),
        (time(12, 59), "12_h_59", "12:59_p.m."),
        (time(9, 0), "9_h_00", "9:00_a.m."),
        (time(23, 59), "23_h_59", "11:59_p.m."),
    ],
)
def test_clock(at: time, french: str, english: str):
    assert in_both(formats.clock, at) == (french, english)


@pytest.mark.parametrize(
    ("moment", "french", "english"),
    [
        # Summer time is four hours behind UTC, winter time five.
        (datetime(2025, 9, 1, 18, 5, tzinfo=UTC), "2025-09-01 14_h_05", "2025-09-01 2:05_p.m."),
        (datetime(2025, 1, 15, 18, 5, tzinfo=UTC), "2025-01-15 13_h_05", "2025-01-15 1:05_p.m."),
        (datetime(2025, 9, 1, 3, 59, tzinfo=UTC), "2025-08-31 23_h_59", "2025-08-31 11:59_p.m."),
        (datetime(2025, 9, 1, 4, 0, tzinfo=UTC), "2025-09-01 0_h_00", "2025-09-01 12:00_a.m."),
    ],
)
def test_moment_is_told_on_the_companys_clock(moment: datetime, french: str, english: str):
    assert in_both(formats.moment, moment) == (french, english)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+15145550123", "514 555-0123"),
        ("+18003569377", "800 356-9377"),
        ("+15145550123;ext=22", "514 555-0123 ext. 22"),
        ("+33123456789", "+33 1 23 45 67 89"),
        ("+442079460018", "+44 20 7946 0018"),
        ("", ""),
        (None, ""),
    ],
)
def test_phone(stored: str | None, shown: str):
    assert in_both(formats.phone, stored) == (shown, shown)


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        ("1234.50", "1234,50", "1234.50"),
        ("0.00", "0,00", "0.00"),
        ("-5.00", "-5,00", "-5.00"),
        ("1E+3", "1000", "1000"),
    ],
)
def test_plain_number(value: str, french: str, english: str):
    assert in_both(formats.plain_number, Decimal(value)) == (french, english)


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [("1.500", "1,5", "1.5"), ("2.000", "2", "2"), ("1000.000", "1000", "1000"), ("-0.250", "-0,25", "-0.25")],
)
def test_plain_quantity(value: str, french: str, english: str):
    assert in_both(formats.plain_quantity, Decimal(value)) == (french, english)


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [("pi", "pi", "ft"), ("ft", "pi", "ft"), ("un", "un", "ea"), ("h", "h", "h"), ("rouleau", "rouleau", "rouleau")],
)
def test_unit(value: str, french: str, english: str):
    assert in_both(formats.unit, value) == (french, english)


@pytest.mark.parametrize(
    ("unit", "french", "english"),
    [("pi", "1,5_pi", "1.5_ft"), ("un", "1,5", "1.5"), ("ea", "1,5", "1.5"), ("", "1,5", "1.5")],
)
def test_single_pieces_are_counted_without_a_unit(unit: str, french: str, english: str):
    assert in_both(lambda value: formats.counted(value, unit), Decimal("1.50")) == (french, english)


def test_readers_are_told_apart():
    assert (formats.locale_name(), formats.in_french()) == (FRENCH, True)
    with force_locale(ENGLISH):
        assert (formats.locale_name(), formats.in_french()) == (ENGLISH, False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Julie\r\nTremblay", "Julie Tremblay"),
        ("a\x07\x1b\u2028b", "a b"),
        ("\x85", ""),
        ("1\xa0234,50\xa0$", "1\xa0234,50\xa0$"),
    ],
)
def test_a_single_line_holds_nothing_that_only_machines_read(text, told):
    assert formats.single_line(text) == told
