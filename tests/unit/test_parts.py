"""The parts used during a visit, as a technician's form sends them."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form

from sercom.entities.visits.model import PartDraft, PartUsed
from sercom.entities.visits.parts import CELLS, MAX_PARTS, SPARE_ROWS, PartRow, PartsField

NO_NUMBER = "This is not a number. Example: 1234,50"


def parts_form(cells: dict[str, str] | None = None, *, priced: bool = True, parts: Any = ()) -> Form:
    class PartsForm(Form):
        parts_used = PartsField(priced=lambda: priced)

    formdata = None if cells is None else MultiDict({"parts_used-present": "1"} | cells)
    return PartsForm(formdata, data={"parts_used": parts})


def typed(*rows: tuple[str, str, str]) -> dict[str, str]:
    """What the browser sends for these rows."""
    cells = {
        f"parts_used-{number}-{cell}": text
        for number, row in enumerate(rows)
        for cell, text in zip(CELLS, row, strict=True)
    }
    return cells | {"parts_used-count": str(len(rows))}


@pytest.mark.parametrize(
    ("row", "part"),
    [
        (("Pompe", "2", "49,95"), PartDraft("Pompe", Decimal(2), Decimal("49.95"))),
        ((" Joint ", "", ""), PartDraft("Joint", Decimal(1), None)),
        (("Tuyau", "1,5", "0"), PartDraft("Tuyau", Decimal("1.5"), Decimal(0))),
        (("x" * 200, "0,001", "99999,99"), PartDraft("x" * 200, Decimal("0.001"), Decimal("99999.99"))),
    ],
)
def test_a_part_is_read(row: tuple[str, str, str], part: PartDraft):
    form = parts_form(typed(row))
    assert form.validate()
    assert [found.part for found in form.parts_used.rows] == [part]


@pytest.mark.parametrize(
    ("row", "errors"),
    [
        (("", "2", ""), {"description": "Describe the part."}),
        (("  ", "", "5"), {"description": "Describe the part."}),
        (("x" * 201, "", ""), {"description": "This text is too long."}),
        (("Pompe", "0", ""), {"quantity": "Enter a quantity."}),
        (("Pompe", "-1", ""), {"quantity": "Enter a quantity."}),
        (("Pompe", "deux", ""), {"quantity": NO_NUMBER}),
        (("Pompe", "1,2345", ""), {"quantity": "At most 3 digits after the decimal mark."}),
        (("Pompe", "100000", ""), {"quantity": "This number is too large."}),
        (("Pompe", "1", "1,234"), {"unit_price": "This can be read two ways. Write 1234 or 1.23."}),
        (("Pompe", "1", "-5"), {"unit_price": "A price is not negative."}),
        (("", "x", "y"), {"description": "Describe the part.", "quantity": NO_NUMBER, "unit_price": NO_NUMBER}),
    ],
)
def test_a_bad_cell_is_refused_where_it_stands(row: tuple[str, str, str], errors: dict[str, str]):
    form = parts_form(typed(row))
    assert not form.validate()
    assert form.parts_used.errors == ["Some lines need a correction."]
    (found,) = form.parts_used.rows
    assert found.errors == errors
    assert found.part is None
    assert tuple(found.cells.values()) == row


def test_blank_rows_are_dropped():
    form = parts_form(typed(("", "", ""), ("Pompe", "1", "5"), ("", "", "")))
    assert form.validate()
    assert [found.cells["description"] for found in form.parts_used.rows] == ["Pompe"]


@pytest.mark.parametrize(("count", "rows"), [("2", 2), ("1", 1), ("0", 0), ("-5", 0), ("x", 0), ("", 0), ("9" * 30, 2)])
def test_as_many_rows_as_the_form_says(count: str, rows: int):
    cells = typed(("a", "", ""), ("b", "", "")) | {"parts_used-count": count}
    assert len(parts_form(cells).parts_used.rows) == rows


def test_there_is_a_largest_number_of_parts():
    form = parts_form(typed(*[("a", "", "")] * (MAX_PARTS + 1)))
    assert len(form.parts_used.rows) == MAX_PARTS


def test_a_price_posted_by_who_sees_none_is_not_read():
    form = parts_form(typed(("Pompe", "2", "0,01")), priced=False)
    assert form.validate()
    assert [found.part for found in form.parts_used.rows] == [PartDraft("Pompe", Decimal(2), None)]


def test_without_post_the_visits_parts_are_shown_and_spare_rows_behind_them():
    part = PartUsed(description="Pompe", quantity=Decimal("1.500"), unit_price=Decimal("49.95"))
    field = parts_form(parts=[part]).parts_used
    assert [row.cells for row in field.rows] == [{"description": "Pompe", "quantity": "1,5", "unit_price": "49,95"}]
    assert len(field.shown_rows) == 1 + SPARE_ROWS
    assert not any(any(row.cells.values()) for row in field.shown_rows[1:])


def test_a_part_without_a_price_shows_none():
    part = PartUsed(description="Ruban", quantity=Decimal(1), unit_price=Decimal("0.00"))
    assert [row.cells["unit_price"] for row in parts_form(parts=[part]).parts_used.rows] == [""]


def test_a_post_without_parts_is_not_a_post_that_removes_them():
    part = PartUsed(description="Pompe", quantity=Decimal(1), unit_price=Decimal(0))

    class PartsForm(Form):
        parts_used = PartsField(priced=lambda: True)

    form = PartsForm(MultiDict({"findings": "x"}), data={"parts_used": [part]})
    assert [row.cells["description"] for row in form.parts_used.rows] == ["Pompe"]


def test_the_visit_is_handed_the_parts():
    class Visit:
        def take_parts(self, drafts: list[PartDraft]) -> None:
            self.drafts = drafts

    visit = Visit()
    form = parts_form(typed(("Pompe", "1", ""), ("", "", "")))
    assert form.validate()
    form.parts_used.populate_obj(visit, "parts_used")
    assert visit.drafts == [PartDraft("Pompe", Decimal(1), None)]


@given(st.fixed_dictionaries({cell: st.text(max_size=30) for cell in CELLS}))
def test_any_text_is_read_or_refused(cells: dict[str, str]):
    row = PartRow(cells)
    row.read()
    assert (row.part is None) == bool(row.errors)
