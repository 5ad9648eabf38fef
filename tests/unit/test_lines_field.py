"""The lines of a document as a form sends them: rows found, blank ones dropped, totals given back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form

from sercom.core.money import Discount, Rate, TaxStatus
from sercom.entities.documents.line import Line, LineDraft
from sercom.entities.documents.lines import CELLS, MAX_LINES, LinesField, Row, blank_row, read_rows, totals_of

QUEBEC = (Rate("GST", Decimal(5)), Rate("QST", Decimal("9.975")))
NO_NUMBER = "This is not a number. Example: 1234,50"


class LinesForm(Form):
    """A form with lines alone."""

    lines = LinesField()


def row(**cells: str) -> Row:
    """A row with a description, and what is named."""
    return Row(dict.fromkeys(CELLS, "") | {"description": "Pompe"} | cells)


def posted(cells: dict[str, str]) -> LinesForm:
    return LinesForm(MultiDict({"lines-present": "1"} | cells))


def test_rows_come_in_the_order_of_their_numbers_whatever_the_keys():
    rows = read_rows(
        MultiDict(
            {
                "lines-10-description": "third",
                "lines-2-description": "second",
                "lines-0-description": "first",
                "lines-0-unit_price": "5",
                "other-0-description": "x",
                "lines-0-status": "x",
                "lines-0": "x",
                "lines-description": "x",
                "lines--1-id": "1",
                "lines-x-id": "1",
                "lines-1.5-id": "1",
                "lines-²-id": "1",
                "lines- 3-id": "1",
                "lines-0-id-0": "1",
                "-0-id": "1",
                "lines-999999999999-x": "1",
                "lines-present": "1",
            }
        ),
        "lines",
    )
    assert [found.cells["description"] for found in rows] == ["first", "second", "third"]
    assert rows[0].cells == dict.fromkeys(CELLS, "") | {"description": "first", "unit_price": "5"}


def test_a_huge_row_number_is_a_row_like_another():
    rows = read_rows(MultiDict({f"lines-{'9' * 5000}-description": "last", "lines-7-description": "first"}), "lines")
    assert [found.cells["description"] for found in rows] == ["first", "last"]


@given(st.dictionaries(st.text("lines-0123456789²٣.-x_id", max_size=30), st.text(max_size=10), max_size=8))
def test_any_keys_give_whole_rows(cells: dict[str, str]):
    for found in read_rows(MultiDict(cells), "lines"):
        assert set(found.cells) == set(CELLS)


def test_blank_rows_are_dropped_and_numbered_ones_kept():
    form = posted(
        {
            "lines-0-description": "",
            "lines-0-quantity": "1",
            "lines-0-tax_status": "taxable",
            "lines-1-description": "Pompe",
            "lines-2-unit_price": "50",
            "lines-2-description": "",
        }
    )
    assert not form.validate()
    assert [found.cells["description"] for found in form.lines.rows] == ["Pompe", ""]
    assert [found.errors for found in form.lines.rows] == [{}, {"description": "Describe the line."}]
    assert form.lines.errors == ["Some lines need a correction."]
    assert [draft.description for draft in form.lines.drafts] == ["Pompe"]


def test_good_rows_validate():
    form = posted({"lines-0-description": "Pompe", "lines-0-unit_price": "100"})
    assert form.validate()
    assert form.lines.drafts == [LineDraft("Pompe", unit_price=Decimal("100.00"))]


@pytest.mark.parametrize(("count", "valid"), [(MAX_LINES, True), (MAX_LINES + 1, False)])
def test_there_is_a_largest_document(count: int, valid):
    form = posted({f"lines-{number}-description": "x" for number in range(count)})
    assert form.validate() is valid
    assert form.lines.errors == ([] if valid else ["At most 500 lines."])
    assert len(form.lines.rows) == count


def test_a_refusal_of_the_domain_stands_in_its_cell():
    form = posted({"lines-0-description": "a", "lines-4-description": "b"})
    form.lines.add_error("lines-1-quantity", "At most 2.")
    assert [found.errors for found in form.lines.rows] == [{}, {"quantity": "At most 2."}]


def test_without_post_the_documents_lines_are_shown_and_read_back_the_same(english: None):
    line = Line(
        id=12,
        item_id=7,
        source_line_id=3,
        description="Pompe",
        quantity=Decimal("1.500"),
        unit="h",
        unit_price=Decimal("1234.50"),
        discount=Decimal("0.00"),
        cost=None,
        tax_status=TaxStatus.ZERO_RATED,
    )
    (shown,) = LinesForm(data={"lines": [line]}).lines.rows
    assert shown.cells == {
        "id": "12",
        "item_id": "7",
        "source_line_id": "3",
        "description": "Pompe",
        "quantity": "1.5",
        "unit": "h",
        "unit_price": "1234.50",
        "discount": "",
        "cost": "",
        "tax_status": "zero_rated",
        "kind": "item",
    }
    assert shown.amount == line.amount == Decimal("1851.75")
    again = Row(shown.cells)
    again.read()
    assert (again.draft.quantity, again.draft.unit_price) == (line.quantity, line.unit_price)


def test_totals_of_the_rows_that_can_be_read():
    rows = [
        row(unit_price="60"),
        row(unit_price="40"),
        row(unit_price="50", tax_status="exempt"),
        row(unit_price="50", tax_status="zero_rated"),
        row(unit_price="x"),
    ]
    totals = totals_of(rows, QUEBEC, Discount())
    assert [str(tax.amount) for tax in totals.taxes] == ["5.00", "9.98"]
    assert (str(totals.net), str(totals.total)) == ("200.00", "214.98")
    assert rows[-1].errors == {"unit_price": NO_NUMBER}


def test_totals_take_the_documents_discount_in_proportion():
    totals = totals_of([row(unit_price="50"), row(unit_price="50", tax_status="exempt")], QUEBEC, Discount(Decimal(10)))
    assert [str(tax.amount) for tax in totals.taxes] == ["2.25", "4.49"]


def test_a_line_to_type_into_is_blank():
    assert blank_row().is_blank
    assert totals_of([blank_row()], QUEBEC, Discount()).total == 0
