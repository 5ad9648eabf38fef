"""Ids and versions as text, defaults at birth, constraint texts; and that these tests have no database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sercom.core.base import MAX_ID, db, one_of, read_whole
from sercom.core.money import TaxStatus
from sercom.models import Client, Company


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("1", 1), ("42", 42), ("007", 7), (str(MAX_ID), MAX_ID)],
)
def test_a_whole_number_is_read(text: str, number: int):
    assert read_whole(text) == number


@pytest.mark.parametrize(
    "text",
    ["", " ", "abc", "-1", "+1", "1.0", "1e3", " 1", "1 ", "1\x00", "²", "٣", "१", "0x1", str(MAX_ID + 1), "9" * 5000],
)
def test_what_is_no_id_is_nothing(text: str):
    assert read_whole(text) is None


@given(st.text(max_size=20) | st.integers().map(str))
def test_any_text_is_an_id_or_nothing(text: str):
    number = read_whole(text)
    assert number is None or (0 <= number <= MAX_ID and number == int(text))


def test_a_new_object_has_its_defaults_at_once():
    company = Company()
    assert (company.quote_validity_days, company.taxes_registered, company.name) == (30, True, "")
    assert Client(is_prospect=True).is_prospect


def test_the_values_of_an_enum_are_a_named_constraint():
    constraint = one_of("tax_status", TaxStatus)
    assert constraint.name == "tax_status_known"
    assert str(constraint.sqltext) == "tax_status IN ('taxable', 'zero_rated', 'exempt')"


@pytest.mark.parametrize("use", [lambda session: session.get(Client, 1), lambda session: session()])
def test_a_unit_test_that_touches_the_database_fails(use):
    with pytest.raises(pytest.fail.Exception, match="a unit test"):
        use(db.session)
