"""Pickers (comboboxes) by the keyboard alone."""

from playwright.sync_api import expect

from tests.browser.conftest import Opener


def test_a_client_then_one_of_their_addresses(someone: Opener) -> None:
    office = someone("office")
    office.go("/admin/requests/new/")
    box, options = office.find("#client-text"), office.find("#client-list")
    box.focus()
    with office.page.expect_response(lambda answer: "parc" in answer.url):  # no later answer takes the mark away
        office.page.keyboard.type("coop parc")
    options.locator("[role=option]").first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    office.page.keyboard.press("ArrowDown")
    marked = options.locator("[aria-selected=true]")
    assert marked.get_attribute("id") == box.get_attribute("aria-activedescendant")
    office.page.keyboard.press("Enter")
    assert office.path == "/admin/requests/new/"
    assert box.get_attribute("aria-expanded") == "false"
    client = office.find("input[name=client]").input_value()
    assert client.isdigit()

    # The address's picker shows that client's as soon as it has the focus.
    office.page.keyboard.press("Tab")
    addresses = office.find("#site-list [role=option]")
    expect(addresses).to_have_count(1)
    expect(addresses).to_contain_text("avenue du Parc")
    office.page.keyboard.press("ArrowDown")
    office.page.keyboard.press("Enter")
    assert office.find("input[name=site]").input_value().isdigit()
    office.fill(title="Chauffe-eau")
    office.press_key("Enter")
    assert "Coop d’habitation du Parc" in office.find("main").inner_text()
    assert "avenue du Parc" in office.find("main").inner_text()


def test_text_that_nothing_was_chosen_for_is_refused(someone: Opener) -> None:
    office = someone("office")
    office.provokes = {422}
    office.go("/admin/requests/new/")
    office.pick("client", "Julie Tremblay")
    office.find("#client-text").press("End")
    office.page.keyboard.type("xq")
    assert office.find("input[name=client]").input_value() == ""
    options = office.find("#client-list")
    expect(options).to_be_visible()  # "nothing found" is said …
    office.page.keyboard.press("ArrowDown")
    assert options.locator("[aria-selected=true]").count() == 0  # … and cannot be chosen
    office.page.keyboard.press("Escape")
    assert not options.is_visible()
    office.send()
    assert office.find(".field:has(#client) .error").count() == 1


def test_a_late_answer_changes_nothing(someone: Opener) -> None:
    office = someone("office")
    office.go("/admin/requests/new/")
    held = office.hold("**/ajax/lookup/**query=Julie*")
    options = office.find("#client-list")
    with office.page.expect_request("**/ajax/lookup/**query=Julie*"):
        office.find("#client-text").fill("Julie")
    office.find("#client-text").fill("Ahmed")
    expect(options).to_contain_text("Ahmed Benali")
    with office.page.expect_response("**/ajax/lookup/**query=Julie*"):
        held[0].continue_()
    office.page.evaluate("new Promise((done) => setTimeout(done))")  # the page has read the answer
    expect(options).to_contain_text("Ahmed Benali")


def test_an_answer_that_comes_after_one_left_opens_nothing(someone: Opener) -> None:
    office = someone("office")
    office.go("/admin/requests/new/")
    held = office.hold("**/ajax/lookup/**query=Julie*")
    with office.page.expect_request("**/ajax/lookup/**query=Julie*"):
        office.find("#client-text").fill("Julie")
    office.find("[name=title]").focus()
    with office.page.expect_response("**/ajax/lookup/**query=Julie*"):
        held[0].continue_()
    office.page.evaluate("new Promise((done) => setTimeout(done))")
    assert not office.find("#client-list").is_visible()


def test_enter_while_something_is_looked_for_sends_no_form(someone: Opener) -> None:
    office = someone("office")
    office.go("/admin/requests/new/")
    held = office.hold("**/ajax/lookup/**query=Julie*")
    with office.page.expect_request("**/ajax/lookup/**query=Julie*"):
        office.find("#client-text").fill("Julie")
    office.find("#client-text").press("Enter")
    with office.page.expect_response("**/ajax/lookup/**query=Julie*"):
        held[0].continue_()
    options = office.find("#client-list [role=option]")
    expect(options.first).to_be_visible()
    office.find("#client-text").press("Enter")  # nothing is marked
    assert options.first.is_visible()
    assert office.path == "/admin/requests/new/"


def test_a_newer_answer_leaves_the_mark_where_it_was(someone: Opener) -> None:
    office = someone("office")
    office.go("/admin/requests/new/")
    marked = office.find("#client-list [aria-selected=true]")
    office.find("#client-text").focus()
    office.page.keyboard.type("Julie Tremblay")
    office.find("#client-list [role=option]").filter(has_text="Julie Tremblay").first.wait_for()
    office.page.keyboard.press("ArrowDown")
    name = marked.inner_text()
    with office.page.expect_response("**/ajax/lookup/**"):
        office.find("#client-text").dispatch_event("input")
    office.page.evaluate("new Promise((done) => setTimeout(done))")
    assert marked.inner_text() == name
    office.page.keyboard.press("Enter")
    assert office.find("input[name=client]").input_value().isdigit()
