"""A line as it is typed: each cell read or refused where it stands."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sercom.core.base import MAX_ID
from sercom.core.money import TaxStatus
from sercom.entities.documents.line import LineDraft
from sercom.entities.documents.lines import CELLS, Row

TWO_WAYS = "This can be read two ways. Write 1234 or 1.23."
NO_NUMBER = "This is not a number. Example: 1234,50"
TOO_LARGE = "This number is too large."
TOO_LONG = "This text is too long."


def row(**cells: str) -> Row:
    """A row with a description, and what is named."""
    return Row(dict.fromkeys(CELLS, "") | {"description": "Pompe"} | cells)


def test_a_full_row_is_read():
    full = row(
        description="  Pompe \n",
        quantity="1,5",
        unit=" h ",
        unit_price="1 234,56 $",
        discount="10",
        cost="800",
        tax_status="exempt",
        item_id="7",
        id="12",
        source_line_id="99",
    )
    full.read()
    assert full.errors == {}
    assert full.draft == LineDraft(
        description="Pompe",
        quantity=Decimal("1.500"),
        unit="h",
        unit_price=Decimal("1234.56"),
        discount=Decimal("10.00"),
        cost=Decimal("800.00"),
        tax_status=TaxStatus.EXEMPT,
        item_id=7,
        id=12,
    )
    assert full.amount == Decimal("1841.84")


def test_what_is_left_blank_has_its_usual_value():
    plain = row()
    plain.read()
    assert plain.draft == LineDraft("Pompe", Decimal(1), "", Decimal(0), Decimal(0), None, TaxStatus.TAXABLE)
    assert plain.amount == 0


@pytest.mark.parametrize(
    ("cell", "typed", "message"),
    [
        ("description", "", "Describe the line."),
        ("description", "   ", "Describe the line."),
        ("description", "x" * 5001, TOO_LONG),
        ("quantity", "0", "Enter a quantity."),
        ("quantity", "0,000", "Enter a quantity."),
        ("quantity", "deux", NO_NUMBER),
        ("quantity", "1,2345", "At most 3 digits after the decimal mark."),
        ("quantity", "100000", TOO_LARGE),
        ("unit", "x" * 21, TOO_LONG),
        ("unit_price", "1,234", TWO_WAYS),
        ("unit_price", "NaN", NO_NUMBER),
        ("unit_price", "10000000", TOO_LARGE),
        ("unit_price", "1234,567", "At most 2 digits after the decimal mark."),
        ("discount", "-1", "A discount is not negative."),
        ("discount", "x", NO_NUMBER),
        ("cost", "1e3", NO_NUMBER),
        ("tax_status", "TAXABLE", "Choose from the list."),
        ("tax_status", "free", "Choose from the list."),
    ],
)
def test_a_bad_cell_is_refused_where_it_stands(cell: str, typed: str, message: str):
    bad = row(**{cell: typed})
    bad.read()
    assert bad.errors == {cell: message}
    assert bad.draft is None
    assert bad.amount is None
    assert bad.cells[cell] == typed


@pytest.mark.parametrize(
    ("cell", "typed"),
    [
        ("description", "x" * 5000),
        ("unit", "x" * 20),
        ("quantity", "-1"),
        ("unit_price", "-50"),
        ("quantity", "1,234"),
        ("cost", "-1"),
    ],
)
def test_what_looks_odd_and_is_right(cell: str, typed: str):
    good = row(**{cell: typed})
    good.read()
    assert good.errors == {}


def test_every_bad_cell_is_named_at_once():
    bad = row(description="", quantity="x", unit_price="y", discount="z", cost="w", tax_status="v", unit="u" * 21)
    bad.read()
    assert set(bad.errors) == {"description", "quantity", "unit_price", "discount", "cost", "tax_status", "unit"}


@pytest.mark.parametrize(
    ("typed", "key"),
    [("7", 7), (str(MAX_ID), MAX_ID)]
    + [(text, None) for text in ("", "0", "-1", "abc", "1.0", "²", "٣", str(MAX_ID + 1), "9" * 5000)],
)
def test_a_foreign_key_is_an_id_or_nothing(typed: str, key: int | None):
    some = row(id=typed, item_id=typed)
    some.read()
    assert (some.draft.id, some.draft.item_id) == (key, key)


@given(st.fixed_dictionaries({cell: st.text(max_size=30) for cell in CELLS}))
def test_any_text_in_the_cells_is_read_or_refused(cells: dict[str, str]):
    some = Row(cells)
    some.read()
    assert (some.draft is None) == bool(some.errors)
