"""Options of a quote in the line editor: by the keyboard, at a desk and on a phone."""

import re

import pytest

from tests.browser.conftest import PHONE, WIDE, Opener
from tests.browser.person import Person


def net(office: Person) -> str:
    """What the editor counts before tax, in cents."""
    return re.sub(r"\D", "", office.sums()[0])


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_a_choice_is_typed_counted_and_approved(someone: Opener, width: int) -> None:
    office = someone("office", width=width)
    office.go("/admin/quotes/new/")
    office.pick("client", "Julie Tremblay")
    for number, price in enumerate(("100", "200", "300", "50")):
        office.line(number, "description").focus()
        office.page.keyboard.type(f"Ligne {number}")
        office.line(number, "unit_price").focus()
        office.page.keyboard.type(price)
        office.page.keyboard.press("Enter")
    assert not office.line(1, "option_group").is_visible()
    for number in (1, 2):
        office.line(number, "option").select_option("choice")
        assert office.line(number, "option_group").input_value() == "A"
    office.line(3, "option").select_option("optional")
    assert not office.line(3, "option_group").is_visible()
    assert net(office) == "30000"

    office.line(1, "accepted").check()
    office.line(2, "accepted").focus()
    office.page.keyboard.press("Space")
    assert not office.line(1, "accepted").is_checked()
    assert net(office) == "40000"
    assert not office.scrolls_sideways(width)
    office.send()
    taken = [
        text.split("\n")[0].split(" Co")[0].strip()
        for text in office.find("tr:not(.left-out) td.text:has(.pill-good)").all_inner_texts()
    ]
    assert [text[:7] for text in taken] == ["Ligne 2"]
