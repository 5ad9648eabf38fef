"""Merging over HTTP: proposed, compared, confirmed once, undone; and the one that is gone shows nowhere."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from sercom import models
from sercom.core.access import OFFICE, Actor
from sercom.core.base import db
from sercom.workflow import content
from tests.pages import form_to, links, list_rows, main_form, notices, parse, send, words
from tests.support import Browser, World, make_client, make_user, start

KNOWN = {"phone": "+15145550177", "email": "eve@example.org"}


@pytest.fixture
def pair(world: World, browser: Browser) -> tuple[int, int, int]:
    """A known client, a prospect with the same phone and e-mail, and the prospect's request; the office looks."""
    known = world.make(lambda: make_client("Ève Côté", **KNOWN))
    prospect = world.make(
        lambda: make_client("E. Cote", is_prospect=True, phone="+15145550177;ext=4", email="EVE@example.org")
    )

    def ask() -> Any:
        client = db.session.get_one(models.Client, prospect)
        return start("request", make_user("office").actor, client, drafts=())

    request = world.make(ask)
    browser.sign_in(world.user("office"))
    return known, prospect, request


def merge_url(one: int, other: int) -> str:
    return f"/admin/clients/{one}/merge/{other}"


def test_a_match_is_proposed_compared_confirmed_and_undone(world: World, browser: Browser, pair: tuple[int, int, int]):
    known, prospect, request = pair
    for page in (f"/admin/requests/details/?id={request}", f"/admin/clients/details/?id={prospect}"):
        shown = browser.get(page)
        assert merge_url(prospect, known) in links(shown).values(), page
        assert "Ève Côté" in words(parse(shown))
    assert "/merge/" not in browser.get(f"/admin/clients/details/?id={known}").get_data(as_text=True)
    url = merge_url(prospect, known)
    form = main_form(browser.get(url))
    assert form.data["stays"] == str(known), "a client stays before a prospect"
    done = send(browser, form, url)
    assert done.location == f"/admin/clients/details/?id={known}"
    assert world.get(models.ServiceRequest, request, "client_id") == known
    assert send(browser, form, url).location == done.location, "a second click finds it done"
    assert world.read(lambda: db.session.scalar(select(func.count()).select_from(models.ClientMerge))) == 1
    lead = browser.get(f"/admin/clients/details/?id={prospect}")
    assert lead.location == done.location
    stayer = browser.get(done.location)
    assert any("E. Cote" in notice for notice in notices(stayer))
    assert "Clients fusionnés" in words(parse(stayer))
    back = form_to(stayer, "/undo")
    assert send(browser, back, back.action).status_code == 302
    assert world.get(models.ServiceRequest, request, "client_id") == prospect
    assert browser.get(f"/admin/clients/details/?id={prospect}").status_code == 200
    assert send(browser, back, back.action).status_code in {404, 409}, "not twice"


def test_the_merged_one_shows_nowhere(world: World, browser: Browser, pair: tuple[int, int, int]):
    known, prospect, _request = pair
    site = world.read(lambda: db.session.get_one(models.Client, prospect).sites[0].id)
    url = merge_url(prospect, known)
    send(browser, main_form(browser.get(url)), url)
    assert [row[0] for row in list_rows(browser.get("/admin/clients/?search=cote"))] == ["Ève Côté"]
    assert "E. Cote" not in browser.get("/admin/search?q=cote").get_data(as_text=True)
    assert "E. Cote" not in browser.get("/admin/quotes/ajax/lookup/?name=client&query=cote").get_data(as_text=True)
    for gone in (f"clients/edit/?id={prospect}", f"sites/details/?id={site}", f"clients/{prospect}/merge/{known}"):
        assert browser.get(f"/admin/{gone}").status_code == 404, gone
    late = browser.post("/admin/quotes/new/", {"client": str(prospect), "title": "x", "lines-count": "0"})
    assert late.status_code == 422
    assert world.get(models.Client, prospect, "name") == "E. Cote"


def test_two_pages_and_wrong_answers(world: World, browser: Browser, pair: tuple[int, int, int]):
    known, prospect, _request = pair
    url = merge_url(prospect, known)
    form = main_form(browser.get(url))
    for stays in (None, "", "x", "999999"):
        answer = send(browser, form, url, stays=stays)
        assert answer.status_code == 422, stays
        assert "stays" in main_form(answer).errors, stays
    with world.app.app_context():
        db.session.get_one(models.Client, known).name = "Ève Côté-Roy"
        db.session.commit()
    answer = send(browser, form, url)
    assert answer.status_code == 409
    assert "Ève Côté-Roy" in words(parse(answer))
    assert send(browser, main_form(answer), url).status_code == 302, "both were seen: it is a decision"
    assert send(browser, form, url, stays=str(prospect)).status_code == 409, "the other way round"
    assert browser.get(merge_url(known, known)).status_code == 404
    assert (
        browser.post(merge_url(known, 999_999), {"stays": known, "version": 1, "other_version": 1}).status_code == 404
    )


def test_what_bars_undoing_is_said_in_place_of_the_button(world: World, browser: Browser, pair: tuple[int, int, int]):
    known, prospect, request = pair
    url = merge_url(prospect, known)
    done = send(browser, main_form(browser.get(url)), url)
    back = form_to(browser.get(done.location), "/undo")
    with world.app.app_context():
        case = db.session.get_one(models.ServiceRequest, request).case
        db.session.add(models.Note(case=case, body="Chien"))
        db.session.commit()
    page = browser.get(done.location).get_data(as_text=True)
    assert "/undo" not in page
    assert send(browser, back, back.action).status_code == 409
    assert world.get(models.ServiceRequest, request, "client_id") == known


@pytest.mark.slow
def test_many_clicks_make_one_merge_and_new_work_never_lands_on_the_merged_one(own_app: Flask):
    world, few = World(own_app), 8
    known, prospect = (world.make(lambda name=name: make_client(name)) for name in ("Ève", "E."))
    office = world.user("office")
    windows = [Browser(own_app).sign_in(office) for _ in range(few)]
    url = merge_url(prospect, known)
    form = {"stays": known, "version": 1, "other_version": 1}
    gate = Barrier(few * 2)

    def click(number: int) -> int:
        gate.wait()
        return windows[number].post(url, form).status_code

    def open_case(_number: int) -> str:
        with own_app.app_context():
            gate.wait()
            try:
                client = db.session.get_one(models.Client, prospect)
                content.start(db.session, models.Quote(title="x"), Actor("Karine", OFFICE), client=client, site=None)
                db.session.commit()
            except Exception as error:  # noqa: BLE001  # told by its name below
                db.session.rollback()
                return type(error).__name__
            finally:
                db.session.remove()
            return "opened"

    with ThreadPoolExecutor(few * 2) as pool:
        clicks = [pool.submit(click, number) for number in range(few)]
        opened = [pool.submit(open_case, number) for number in range(few)]
        answers = {future.result() for future in clicks}
        cases = [future.result() for future in opened]
    assert 302 in answers
    assert answers <= {302, 409}
    assert set(cases) <= {"opened", "ConflictError", "OperationalError"}
    with own_app.app_context():
        assert db.session.query(models.ClientMerge).count() == 1
        owners = set(db.session.scalars(select(models.Case.client_id)))
        assert owners <= {known}, "a case was left with the client that is gone"
        assert db.session.query(models.Case).count() == cases.count("opened")
