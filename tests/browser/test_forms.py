"""Forms: an error keeps what was typed, and everything works without the script."""

import re
from pathlib import Path

import pytest

from tests.browser.conftest import PHONE, Opener
from tests.browser.person import Person

ANSWERS = {
    "urgency": "soon",
    "description": "Le drain refoule.\nAu sous-sol, près de la sécheuse.",
    "street": "9, rue du Moulin",
    "city": "Blainville",
    "postal_code": "J7C 3V5",
    "name": "Étienne Gauthier",
    "phone": "450 555-0177",
    "email": "etienne@example.org",
}
HALF_DAYS = ["mon_am", "fri_pm"]


def answer(visitor: Person, **others: str) -> None:
    """Fill the public form, without the consent."""
    visitor.find("[name=service]").select_option(index=2)
    visitor.fill(**(ANSWERS | others), availability=HALF_DAYS)


def kept(visitor: Person) -> dict[str, str]:
    """What stands in the form's fields."""
    return {name: visitor.find(f"[name={name}]").input_value() for name in ANSWERS}


@pytest.mark.parametrize("path", ["/", "/en/"])
def test_an_error_keeps_what_was_typed(someone: Opener, photos: list[Path], path: str) -> None:
    visitor = someone(width=PHONE)
    visitor.provokes = {422}
    visitor.go(path)
    answer(visitor, postal_code="J7C 3V", phone="555")
    service = visitor.find("[name=service]").input_value()
    visitor.find("[name=photos]").set_input_files(photos[:1])
    visitor.send()
    assert kept(visitor) == ANSWERS | {"postal_code": "J7C 3V", "phone": "555"}
    assert visitor.find("[name=service]").input_value() == service
    ticked = visitor.find("[name=availability]:checked").evaluate_all("(boxes) => boxes.map((box) => box.value)")
    assert ticked == HALF_DAYS
    assert visitor.find(".shot img").count() == 1

    wrong = visitor.find("[aria-invalid=true]")
    assert wrong.evaluate_all("(fields) => fields.map((field) => field.name)") == ["postal_code", "phone", "consent"]
    for field in wrong.all()[:2]:
        message = visitor.find(f"#{field.get_attribute('aria-describedby')}")
        assert re.search(r"\d{3}|[A-Z]\d[A-Z]", message.inner_text())  # an example of how it is written
    assert visitor.find(".field:has([name=consent]) .error").count() == 1

    visitor.fill(postal_code="J7C 3V5", phone="450 555-0177", consent=True)
    visitor.send()
    assert re.fullmatch(r"\d{4}-\d{4}-D", visitor.number)


def test_the_focus_is_seen_and_goes_through_the_form(someone: Opener) -> None:
    visitor = someone()
    visitor.go("/")
    visitor.find("[name=postal_code]").focus()
    visitor.page.keyboard.press("Tab")
    focused = visitor.find(":focus")
    assert focused.get_attribute("name") == "province"
    outline = focused.evaluate("(field) => [getComputedStyle(field).outlineStyle, getComputedStyle(field).boxShadow]")
    assert outline != ["none", "none"]


def test_the_public_form_without_a_script(someone: Opener, photos: list[Path]) -> None:
    visitor = someone(width=PHONE, script=False)
    visitor.go("/")
    answer(visitor)
    visitor.fill(consent=True)
    visitor.find("[name=photos]").set_input_files(photos[:2])
    visitor.send()
    request = visitor.number
    office = someone("office")
    assert office.is_in("requests", "new", request)
    office.press(office.page.get_by_role("link", name=request, exact=True))
    assert office.sees_photos() == 2
    assert "9, rue du Moulin" in office.find("main").inner_text()


def test_the_office_works_without_a_script(someone: Opener) -> None:
    office = someone("office", script=False)
    office.open_row("clients", "Nathalie Bergeron")
    office.press('main a[href*="/quotes/new/"]')
    office.fill(title="Sans script")
    office.fill(lines__0__description="Débouchage", lines__0__unit_price="245")
    office.send()
    office.edit()
    office.fill(lines__0__quantity="2", lines__1__description="Caméra", lines__1__unit_price="295,00")
    office.send()
    # 785.00 + GST 39.25 + QST 78.30
    assert [re.sub(r"\D", "", text) for text in office.sums()] == ["78500", "3925", "7830", "90255"]
    office.command("mark_sent")
    office.command("approve", channel="on_site")
    office.convert("job")
    assert office.find("table.lines tbody tr").count() == 2
    office.convert("invoice")
    office.command("issue")
    assert office.number.startswith("F-")
