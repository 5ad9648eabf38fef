"""Error pages: in the reader's language, without detail of the program, and with a way back."""

from __future__ import annotations

import logging

import pytest

from sercom.entities.jobs.admin import JobView
from tests.pages import links, parse, words
from tests.rows import make_rows
from tests.support import Browser, World
from tests.test_conventions import check

#: What is asked as the owner, and the status it gets; {id} is an issued invoice.
ASKED = {
    "/admin/jobs/details/?id=999999": 404,
    "/admin/nothing": 404,
    "/nothing": 404,
    "/merci/nothing": 404,
    "/admin/jobs/?search=%00": 400,
    "/logout": 405,
    "/admin/invoices/{id}/do/issue": 409,
    "/admin/invoices/edit/?id={id}": 422,
    "/admin/visits/new/": 403,
}


@pytest.mark.parametrize("language", ["fr_CA", "en_CA"])
def test_error_pages_are_pages(world: World, browser: Browser, language: str):
    rows = make_rows(world)
    browser.sign_in(rows.people["owner"])
    browser.post("/language", {"language": language})
    for asked, code in ASKED.items():
        url = asked.format(id=rows.extra["issued"])
        answer = browser.get(url)
        page = answer.get_data(as_text=True)
        assert answer.status_code == code, url
        assert parse(page).get("lang") == ("fr-CA" if language == "fr_CA" or url.startswith("/merci") else "en-CA"), url
        check(page, url)
        assert str(code) in words(parse(page)) or url.startswith("/merci"), url
        ways = (
            ("Retour", "Demandez nos services") if parse(page).get("lang") == "fr-CA" else ("Back", "Request a service")
        )
        assert links(page).keys() & set(ways), url


def test_a_stranger_reads_errors_in_the_language_of_the_address(browser: Browser):
    assert parse(browser.get("/nothing")).get("lang") == "fr-CA"
    assert parse(browser.get("/en/nothing")).get("lang") == "en-CA"
    assert parse(browser.get("/en/thanks/nothing")).get("lang") == "en-CA"


def test_the_way_back_is_the_page_one_came_from_where_it_is_ours(world: World, browser: Browser):
    browser.sign_in(world.user("owner"))
    ours = browser.get("/admin/jobs/details/?id=9", headers={"Referer": "http://localhost/admin/jobs/?tab=open"})
    assert links(ours)["Retour"] == "http://localhost/admin/jobs/?tab=open"
    for foreign in ("http://evil.example/", "javascript:alert(1)", "http://localhost.evil.example/"):
        page = browser.get("/admin/jobs/details/?id=9", headers={"Referer": foreign})
        assert links(page)["Retour"] == "/admin/", foreign


def test_a_fault_is_logged_and_told_without_detail(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def fail(*_args: object, **_options: object) -> None:
        msg = "password=secret in /srv/app/sercom.py"
        raise RuntimeError(msg)

    monkeypatch.setitem(world.app.config, "TESTING", False)
    monkeypatch.setattr(JobView, "get_list", fail)
    browser.sign_in(world.user("office"))
    with caplog.at_level(logging.ERROR):
        answer = browser.get("/admin/jobs/")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert not [word for word in ("secret", "RuntimeError", "Traceback", "/srv") if word in page]
    check(page, "/admin/jobs/")
    assert "secret" in caplog.text
    monkeypatch.undo()
    assert browser.get("/admin/jobs/").status_code == 200
