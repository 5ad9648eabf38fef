"""Registration numbers: their shape is required, their check digit only warns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sercom.core.errors import DomainError
from sercom.entities.company.model import Company
from sercom.entities.company.numbers import luhn, qst_check

GST_WARNING = "The check digit of the GST number does not match: please read it again."
QST_WARNING = "The check digit of the QST number does not match: please read it again."


@pytest.mark.parametrize(
    ("digits", "right"),
    [
        ("123456782", True),
        ("046454286", True),
        ("000000000", True),
        ("123456789", False),
        ("123456783", False),
        ("213456782", False),
    ],
)
def test_luhn(digits: str, right):
    assert luhn(digits) is right


@given(st.text("0123456789", min_size=8, max_size=8))
def test_exactly_one_last_digit_satisfies_luhn(digits: str):
    assert sum(luhn(digits + last) for last in "0123456789") == 1


@given(st.text("0123456789", min_size=9, max_size=9), st.integers(0, 8), st.integers(1, 9))
def test_luhn_finds_any_one_wrong_digit(digits: str, position: int, step: int):
    wrong = digits[:position] + str((int(digits[position]) + step) % 10) + digits[position + 1 :]
    assert not (luhn(digits) and luhn(wrong))


@pytest.mark.parametrize(
    ("digits", "right"),
    [
        ("1234567892", True),
        ("1234567890", False),
        ("1234567891", False),
        # (11 - sum mod 11) mod 10, for sums 0, 4, 12 and 18.
        ("0000000001", True),
        ("1000000007", True),
        ("3000000000", True),
        ("0000300004", True),
        ("0000300000", False),
        ("0000300007", False),
    ],
)
def test_qst_check(digits: str, right):
    assert qst_check(digits) is right


@given(st.text("0123456789", min_size=9, max_size=9))
def test_exactly_one_tenth_digit_satisfies_the_qst_rule(digits: str):
    assert sum(qst_check(digits + last) for last in "0123456789") == 1


@pytest.mark.parametrize(
    ("field", "typed", "printed"),
    [
        ("gst_number", "123456782RT0001", "123456782 RT0001"),
        ("gst_number", " 123 456 782 rt 0001 ", "123456782 RT0001"),
        ("gst_number", "123456782-RT-0001", "123456782 RT0001"),
        ("qst_number", "1234567892tq0001", "1234567892 TQ0001"),
        ("qst_number", "1234567892 TQ0001", "1234567892 TQ0001"),
        ("neq", "1234567890", "1234567890"),
        ("neq", "12-3456-7890", "1234567890"),
        ("rbq_licence", "1234567890", "1234-5678-90"),
        ("rbq_licence", "1234-5678-90", "1234-5678-90"),
        ("rbq_licence", "1234 5678 90", "1234-5678-90"),
        ("neq", "", None),
        ("neq", None, None),
        ("gst_number", "  ", None),
        ("qst_number", "-", None),
    ],
)
def test_a_number_is_written_in_its_printed_form(field: str, typed: str | None, printed: str | None):
    company = Company(**{field: typed})
    assert company.normalise_numbers() == []
    assert getattr(company, field) == printed
    assert company.normalise_numbers() == []
    assert getattr(company, field) == printed


@pytest.mark.parametrize(
    ("field", "typed", "example"),
    [
        ("gst_number", "123456782", "123456782 RT0001"),
        ("gst_number", "123456782 RT001", "123456782 RT0001"),
        ("gst_number", "12345678 RT0001", "123456782 RT0001"),
        ("gst_number", "123456782 RC0001", "123456782 RT0001"),
        ("gst_number", "123456782 RT0001 x", "123456782 RT0001"),
        ("gst_number", "١٢٣٤٥٦٧٨٢ RT0001", "123456782 RT0001"),
        ("qst_number", "1234567892", "1234567892 TQ0001"),
        ("qst_number", "123456789 TQ0001", "1234567892 TQ0001"),
        ("qst_number", "123456782 RT0001", "1234567892 TQ0001"),
        ("neq", "123456789", "1234567890"),
        ("neq", "12345678901", "1234567890"),
        ("rbq_licence", "1234-5678-9", "1234-5678-90"),
        ("rbq_licence", "R1234-5678-90", "1234-5678-90"),
    ],
)
def test_a_number_of_another_shape_is_refused_beside_its_field(field: str, typed: str, example: str):
    company = Company(**{field: typed})
    with pytest.raises(DomainError) as refusal:
        company.normalise_numbers()
    assert (refusal.value.field, str(refusal.value)) == (field, f"This number is not complete. Example: {example}")
    assert getattr(company, field) == typed


@pytest.mark.parametrize(
    ("gst", "qst", "warnings"),
    [
        ("123456782 RT0001", "1234567892 TQ0001", []),
        ("123456789 RT0001", "1234567892 TQ0001", [GST_WARNING]),
        ("123456782 RT0001", "1234567890 TQ0001", [QST_WARNING]),
        ("123456789 RT0001", "1234567890 TQ0001", [GST_WARNING, QST_WARNING]),
        (None, None, []),
    ],
)
def test_a_wrong_check_digit_warns_and_is_kept(gst: str | None, qst: str | None, warnings: list[str]):
    company = Company(gst_number=gst, qst_number=qst)
    assert [str(warning) for warning in company.normalise_numbers()] == warnings
    assert (company.gst_number, company.qst_number) == (gst, qst)
