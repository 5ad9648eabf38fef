"""The line editor: by the keyboard alone, without losing a line or a number."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Opener
from tests.browser.person import Person


def new_quote(office: Person) -> None:
    """A quote for a known client, not sent yet; the first line has the focus."""
    office.go("/admin/quotes/new/")
    office.pick("client", "Julie Tremblay")
    office.line(0, "description").focus()


def type_row(office: Person, *cells: str) -> None:
    """Type what stands in each cell, going on with Tab."""
    for number, text in enumerate(cells):
        if number:
            office.page.keyboard.press("Tab")
        office.page.keyboard.type(text)


def descriptions(office: Person) -> list[str]:
    """What the saved document's lines say."""
    return [text.strip() for text in office.find("table.lines td.text").all_inner_texts()]


def test_lines_by_the_keyboard_alone(someone: Opener) -> None:
    office = someone("office")
    new_quote(office)
    type_row(office, "Première", "1", "h", "10,50")
    office.page.keyboard.press("Enter")
    assert office.line(1, "description").evaluate("(cell) => cell === document.activeElement")
    type_row(office, "Deuxième", "2", "", "20")
    office.page.keyboard.press("Enter")
    type_row(office, "Troisième", "3", "", "30")
    assert office.find("tr.line").count() == 3

    # From the first line, Enter goes down; it adds a line at the end only.
    office.line(0, "quantity").focus()
    office.page.keyboard.press("Enter")
    assert office.line(1, "description").evaluate("(cell) => cell === document.activeElement")
    assert office.find("tr.line").count() == 3

    # The second line goes; the numbers close up.
    office.find("tr.line").nth(1).locator("[data-remove-line]").focus()
    office.page.keyboard.press("Enter")
    assert office.line(1, "description").evaluate("(cell) => cell === document.activeElement")
    names = office.find("tr.line [name$=-description]").evaluate_all("(cells) => cells.map((cell) => cell.name)")
    assert names == ["lines-0-description", "lines-1-description"]
    assert re.sub(r"\D", "", office.sums()[0]) == "10050"
    assert [re.sub(r"\D", "", text) for text in office.find("tr.line td.amount").all_inner_texts()] == ["1050", "9000"]

    office.find("main form button.primary").last.focus()
    office.press_key("Enter")
    assert descriptions(office) == ["Première", "Troisième"]


def test_a_removed_line_stays_away_and_the_others_keep_their_place(someone: Opener) -> None:
    office = someone("office")
    new_quote(office)
    for number, letter in enumerate("ABC"):
        type_row(office, letter, "1", "", "1")
        if number < 2:
            office.page.keyboard.press("Enter")
    office.send()
    page = office.path
    office.edit()
    office.find("tr.line").first.locator("[data-remove-line]").click()
    office.line(office.add_line(), "description").fill("D")
    office.send()
    assert descriptions(office) == ["B", "C", "D"]
    office.go(page)
    assert descriptions(office) == ["B", "C", "D"]


def test_a_wrong_cell_keeps_every_line(someone: Opener) -> None:
    office = someone("office")
    office.provokes = {422}
    new_quote(office)
    type_row(office, "Tuyau", "deux", "m", "12,50")
    office.page.keyboard.press("Enter")
    type_row(office, "Coude", "4", "", "3,25")
    office.send()
    assert office.find("tr.line").first.locator(".error").count() == 1
    kept = [office.line(0, cell).input_value() for cell in ("description", "quantity", "unit", "unit_price")]
    assert kept == ["Tuyau", "deux", "m", "12,50"]
    assert office.line(1, "description").input_value() == "Coude"
    office.line(0, "quantity").fill("2")
    office.send()
    assert descriptions(office) == ["Tuyau", "Coude"]


def test_the_catalogue_by_the_keyboard_alone(someone: Opener) -> None:
    office = someone("office")
    new_quote(office)
    office.choose_item(0, "COND-35")
    assert office.line(0, "unit_price").input_value() == "48,50"
    assert office.line(0, "unit").input_value() == "un"
    # Escape closes the list and takes nothing.
    number = office.add_line()
    office.page.keyboard.type("DEP")
    options = office.line(number, "description").locator("xpath=../ul")
    options.locator("[role=option]").first.wait_for()
    office.page.keyboard.press("ArrowDown")
    office.page.keyboard.press("Escape")
    assert not options.is_visible()
    assert office.line(number, "description").input_value() == "DEP"
    assert office.line(number, "unit_price").input_value() == ""


def kinds(office: Person) -> list[str]:
    """What each saved line is, with its words."""
    rows = office.find("table.lines tbody tr")
    return [f"{row.get_attribute('class') or 'item'}: {row.locator('td.text').inner_text()}" for row in rows.all()]


def test_titles_and_texts_order_the_lines_and_cost_nothing(someone: Opener) -> None:
    office = someone("office")
    new_quote(office)
    office.find("[data-add-line=section]").click()
    office.page.keyboard.type("Rez-de-chaussée")
    office.page.keyboard.press("Enter")
    type_row(office, "Thermopompe", "1", "un", "100")
    office.find("[data-add-line=remark]").click()
    office.page.keyboard.type("Garantie de dix ans")
    assert re.sub(r"\D", "", office.sums()[0]) == "10000"
    office.send()
    saved = ["section: Rez-de-chaussée", "item: Thermopompe", "remark: Garantie de dix ans"]
    assert kinds(office) == saved
    office.edit()
    office.send()
    assert kinds(office) == saved
    office.command("mark_sent")
    office.command("approve", channel="phone")
    office.convert("job")
    assert kinds(office) == saved


def test_what_a_line_costs_is_typed_where_it_is_asked_for(someone: Opener) -> None:
    office = someone("office")
    office.provokes = {422}
    new_quote(office)
    type_row(office, "Pièce spéciale", "2", "", "100")
    cost = office.line(0, "cost")
    expect(cost).to_be_hidden()
    office.find("[data-costs]").check()
    cost.fill("beaucoup")
    office.send()
    expect(office.find("td.cost .error")).to_be_visible()
    office.line(0, "cost").fill("60")
    office.send()
    expect(office.find(".margin .grand")).to_contain_text("80,00")


def test_arrows_move_between_lines_and_alt_moves_the_line(someone: Opener) -> None:
    office = someone("office")
    new_quote(office)
    for text in ("Un", "Deux", "Trois"):
        type_row(office, text, "1", "", "10")
        office.page.keyboard.press("Enter")
    office.line(0, "unit_price").focus()
    office.page.keyboard.press("ArrowDown")
    assert office.line(1, "unit_price").evaluate("(cell) => cell === document.activeElement")
    office.page.keyboard.press("Alt+ArrowDown")
    assert office.line(2, "unit_price").evaluate("(cell) => cell === document.activeElement")
    office.page.keyboard.press("ArrowUp")
    assert office.line(1, "unit_price").evaluate("(cell) => cell === document.activeElement")
    office.send()
    assert descriptions(office) == ["Un", "Trois", "Deux"]


def test_a_line_is_dragged_to_its_place(someone: Opener) -> None:
    office = someone("office")
    new_quote(office)
    for text in ("Un", "Deux"):
        type_row(office, text, "1", "", "10")
        office.page.keyboard.press("Enter")
    rows = office.find("tr.line")
    rows.nth(1).locator(".handle").drag_to(rows.nth(0).locator(".handle"), target_position={"x": 5, "y": 3})
    expect(office.line(0, "description")).to_have_value("Deux")
    office.send()
    assert descriptions(office) == ["Deux", "Un"]


def test_lines_on_a_phone(someone: Opener) -> None:
    office = someone("office", width=PHONE)
    new_quote(office)
    type_row(office, "Thermopompe murale avec support et protections", "2", "un", "2895")
    assert re.sub(r"\D", "", office.sums()[0]) == "579000"
    assert not office.scrolls_sideways(PHONE)
    office.send()
    assert descriptions(office) == ["Thermopompe murale avec support et protections"]


def test_three_hundred_lines_stay_quick(someone: Opener) -> None:
    office = someone("office")
    new_quote(office)
    type_row(office, "Article", "1", "", "1")
    assert re.sub(r"\D", "", office.sums()[0]) == "100"
    office.page.evaluate("for (let i = 1; i < 300; i += 1) document.querySelector('[data-add-line=item]').click()")
    assert office.find("tr.line").count() == 300
    office.page.evaluate(
        "document.querySelectorAll('tr.line').forEach((row, i) => {"
        " row.querySelector('[name$=-description]').value = `Article ${i}`;"
        " row.querySelector('[name$=-unit_price]').value = '1'; })"
    )
    office.line(299, "quantity").fill("2")
    assert re.sub(r"\D", "", office.sums()[0]) == "30100"
    office.send()
    assert len(descriptions(office)) == 300
