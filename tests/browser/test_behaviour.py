"""What keeps a person from harm: questions before what is hard to take back, one document for two clicks."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Error, expect

from tests.browser.conftest import Opener
from tests.browser.person import Person


def a_quote_to_delete(owner: Person) -> str:
    owner.new_document("quotes", "À supprimer")
    return 'main form[action$="/delete/"] button'


def a_conversion_to_undo(owner: Person) -> str:
    owner.new_document("quotes", "À annuler")
    owner.convert("job", channel="phone")
    return 'main form[action$="/undo"] button'


def a_job_to_cancel(owner: Person) -> str:
    owner.new_document("jobs", "À annuler")
    return 'main form[action$="/do/cancel"] button'


def a_payment_to_take_back(owner: Person) -> str:
    owner.new_document("jobs", "Chèque sans provision")
    owner.convert("invoice")
    owner.command("issue")
    owner.command("record_payment", method="cheque")
    return 'main form[action$="/correct"] button'


@pytest.mark.parametrize("prepare", [a_quote_to_delete, a_conversion_to_undo, a_job_to_cancel, a_payment_to_take_back])
def test_what_is_hard_to_take_back_is_asked_first(someone: Opener, prepare: Callable[[Person], str]) -> None:
    owner = someone("owner")
    owner.provokes = {404}
    button, page = prepare(owner), owner.path
    owner.show(owner.find(button))
    owner.find(button).dblclick()  # the second click neither answers nor puts the question away
    assert owner.answer(yes=False)
    owner.go(page)
    assert owner.find(button).count() == 1

    owner.show(owner.find(button))
    owner.find(button).click()
    assert owner.answer(yes=True)
    owner.go(page)
    assert owner.find(button).count() == 0


@pytest.mark.parametrize("script", [True, False])
def test_a_double_click_converts_once(someone: Opener, *, script: bool) -> None:
    office = someone("office")
    office.new_document("requests", "Deux clics")
    page = office.path
    hasty = someone("office", script=script)
    hasty.go(page)
    hasty.press('main a[href$="/convert/quote"]')
    with suppress(Error):  # without the script the second click's page replaces the first's while it loads
        hasty.find("main form.form button.primary").dblclick()
    hasty.page.wait_for_url("**/quotes/details/**")
    office.go(page)
    assert office.find("ol.steps li").count() == 2


def test_a_second_conversion_is_asked_first(someone: Opener) -> None:
    office = someone("office")
    office.provokes = {409}
    office.new_document("requests", "Deux variantes")
    page = office.path
    office.convert("quote")
    office.go(page)
    office.convert("quote")
    assert office.find("[name=confirm][aria-invalid=true]").count() == 1
    office.fill(confirm=True)
    office.send()
    assert office.number.endswith("-S2")
    assert office.find("ol.steps li").count() == 3


@pytest.mark.parametrize("change", ["a field", "a line less"])
def test_unsaved_changes_are_not_lost_by_a_click(someone: Opener, change: str) -> None:
    office = someone("office")
    office.new_document("quotes", "Avant")
    page = office.path
    office.edit()
    cancel = f'main form a[href="{page}"]'
    office.press(cancel)  # nothing was typed: nothing is asked
    office.edit()
    if change == "a field":
        office.fill(title="Après")
    else:
        office.find("[data-remove-line]").first.click()
    form = office.path
    asked = office.answer_next(yes=False)
    with office.page.expect_event("dialog"):
        office.find(cancel).click(no_wait_after=True)
    assert asked == ["beforeunload"]
    assert office.path == form
    if change == "a field":
        assert office.find("[name=title]").input_value() == "Après"
    office.answer_next(yes=True)
    office.press(cancel)
    assert office.path == page


def test_saving_is_not_asked(someone: Opener) -> None:
    office = someone("office")
    office.new_document("quotes", "Avant")
    office.edit()
    office.fill(title="Après")
    asked = office.answer_next(yes=False)
    office.send()
    assert asked == []
    assert "Après" in office.find("main").inner_text()


def test_a_missing_page_leads_back_where_one_came_from(someone: Opener) -> None:
    office = someone("office")
    office.provokes = {404}
    office.go("/admin/requests/?tab=new")
    with office.page.expect_navigation():
        office.page.evaluate("location.href = '/admin/requests/details/?id=999999'")
    assert office.find("h1").inner_text()
    office.press("main a.button")
    assert office.path == "/admin/requests/?tab=new"


def test_a_page_that_is_not_for_one_leads_home(someone: Opener) -> None:
    technician = someone("tech")
    technician.provokes = {403}
    technician.go("/admin/invoices/")
    technician.press("main a.button")
    assert technician.path == "/admin/"


def test_a_stale_button_is_refused_and_leads_back(someone: Opener) -> None:
    office, owner = someone("office"), someone("owner")
    office.provokes = {409}
    office.new_document("jobs", "À deux")
    page = office.path
    owner.go(page)
    owner.command("complete")
    office.command("complete")
    assert office.find("ol.steps").count() == 0
    office.press("main a.button")
    assert office.path == page
    expect(office.find('a[href$="/convert/invoice"]')).to_be_visible()
