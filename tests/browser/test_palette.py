"""Ctrl-K by the keyboard alone, with the mouse, and on a phone."""

from playwright.sync_api import Locator, expect

from tests.browser.conftest import PHONE, Opener
from tests.browser.person import Person


def opened(person: Person, query: str = "") -> Locator:
    """Open it, type, wait for what is found; gives the options."""
    person.page.keyboard.press("Control+k")
    expect(person.find("#palette")).to_be_visible()
    options = person.find("#palette [role=option]")
    if query:
        with person.page.expect_response("**/admin/search?**"):
            person.page.keyboard.type(query)
        options.first.wait_for()
    return options


def test_a_client_is_opened_by_the_keyboard_alone(someone: Opener) -> None:
    office = someone("office")
    office.go("/admin/")
    options = opened(office, "tremblya jul")
    box = office.find("#palette-text")
    assert box.evaluate("(box) => box === document.activeElement")
    expect(box).to_have_attribute("aria-expanded", "true")
    first = options.first
    expect(first).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == first.get_attribute("id")
    expect(first).to_contain_text("Julie Tremblay")
    office.page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(first).to_have_attribute("aria-selected", "false")
    office.page.keyboard.press("ArrowUp")
    office.page.keyboard.press("ArrowUp")  # from the first to the last
    expect(options.last).to_have_attribute("aria-selected", "true")
    office.page.keyboard.press("ArrowDown")
    office.press_key("Enter")
    assert office.path.startswith("/admin/clients/details/?id=")
    assert "Julie Tremblay" in office.find("h1").inner_text()


def test_what_matched_is_underlined(someone: Opener) -> None:
    office = someone("office")
    office.go("/admin/")
    option = opened(office, "TREM").first
    assert option.locator("mark").first.inner_text() == "Trem"
    assert "Tremblay" in option.inner_text()


def test_enter_before_the_answer_opens_the_first_result(someone: Opener) -> None:
    office = someone("office")
    office.go("/admin/")
    opened(office)
    with office.page.expect_navigation(url="**/admin/clients/details/**"):
        office.page.keyboard.type("julie tremblay")
        office.page.keyboard.press("Enter")
    assert "Julie Tremblay" in office.find("h1").inner_text()


def test_escape_gives_the_focus_back(someone: Opener) -> None:
    office = someone("office")
    office.go("/admin/clients/")
    office.find("[name=search]").focus()
    opened(office, "julie")
    office.page.keyboard.press("Escape")
    expect(office.find("#palette")).to_be_hidden()
    assert office.page.evaluate("document.activeElement.name") == "search"
    assert office.path == "/admin/clients/"
    opened(office)
    assert office.find("#palette-text").input_value() == ""
    office.page.keyboard.press("Control+k")
    expect(office.find("#palette")).to_be_hidden()


def test_nothing_found_is_said(someone: Opener) -> None:
    office = someone("office")
    office.go("/admin/")
    opened(office)
    office.page.keyboard.type("zzzzqqq")
    said = office.find("#palette [role=status]")
    expect(said).to_have_text("Aucun résultat.")
    office.page.keyboard.press("Enter")
    assert office.path == "/admin/"


def test_a_late_answer_changes_nothing(someone: Opener) -> None:
    office = someone("office")
    office.go("/admin/")
    options = opened(office)
    held = office.hold("**/admin/search?q=jul*")
    with office.page.expect_request("**/admin/search?q=jul*"):
        office.find("#palette-text").fill("julie")
    office.find("#palette-text").fill("ahmed")
    expect(options.first).to_contain_text("Ahmed")
    held[0].abort()
    office.page.evaluate("new Promise((done) => setTimeout(done))")
    expect(options.first).to_contain_text("Ahmed")
    expect(office.find("#palette [role=status]")).to_have_class("palette-said sr")


def test_a_search_that_fails_says_so(someone: Opener) -> None:
    office = someone("office")
    office.provokes = {500}
    office.go("/admin/")
    opened(office)
    office.page.route("**/admin/search?**", lambda route: route.fulfill(status=500, body="oops"))
    office.page.keyboard.type("julie")
    expect(office.find("#palette [role=status]")).not_to_have_text("")
    assert office.find("#palette [role=option]").count() == 0


def test_the_last_pages_are_told_and_forgotten_at_the_sign_out(someone: Opener) -> None:
    owner = someone("owner")
    owner.go("/admin/clients/details/?id=1")
    name = owner.find("h1").inner_text()
    owner.go("/admin/")
    options = opened(owner)
    expect(options.first).to_have_attribute("href", "/admin/clients/details/?id=1")
    assert options.first.inner_text() in name
    owner.press_key("Enter")
    assert owner.path == "/admin/clients/details/?id=1"
    kept = "Object.keys(localStorage).filter((key) => key.startsWith('sercom.recent.')).length"
    assert owner.page.evaluate(kept) == 1
    # Somebody else in the same browser is told nothing of it.
    owner.page.evaluate("localStorage.setItem('sercom.recent.999', '[]')")
    owner.go("/admin/")
    assert owner.page.evaluate(kept) == 1


def test_signing_out_forgets_the_last_pages(someone: Opener) -> None:
    person = someone()
    person.sign_in("accountant")
    person.go("/admin/clients/details/?id=1")
    person.page.evaluate("document.querySelector('form[action$=\"/logout\"]').requestSubmit()")
    person.page.wait_for_url("**/login**")
    assert person.page.evaluate("Object.keys(localStorage).length") == 0


def test_a_technician_opens_a_case_of_theirs(someone: Opener) -> None:
    tech = someone("tech")
    tech.go("/admin/cases/")
    number = tech.find("table.list tbody a").first.inner_text()
    tech.go("/admin/")
    options = opened(tech, number)
    expect(options).to_have_count(1)
    tech.press_key("Enter")
    assert tech.path.startswith("/admin/cases/details/?id=")


def test_on_a_phone_it_opens_by_its_button_and_fits(someone: Opener) -> None:
    office = someone("office", width=PHONE)
    office.go("/admin/")
    office.find("[data-palette]").click()
    dialog = office.find("#palette")
    expect(dialog).to_be_visible()
    with office.page.expect_response("**/admin/search?**"):
        office.find("#palette-text").fill("tremblay")
    option = office.find("#palette [role=option]").first
    option.wait_for()
    box = dialog.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE
    assert not office.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not dialog.evaluate("(dialog) => dialog.scrollWidth > dialog.clientWidth")
    office.press(option)
    assert "/details/" in office.path


def test_the_close_button_and_a_click_beside_it_close(someone: Opener) -> None:
    office = someone("office")
    office.go("/admin/")
    dialog = office.find("#palette")
    opened(office)
    office.find("[data-palette-close]").click()
    expect(dialog).to_be_hidden()
    opened(office)
    office.page.mouse.click(5, 5)
    expect(dialog).to_be_hidden()
