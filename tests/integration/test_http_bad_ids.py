"""Ids and paths that name nothing, or something else: a 404, never a fault."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote as quoted

import pytest

from sercom import menu
from sercom.permissions import ACTIONS, MATRIX
from tests.pages import status, wrong
from tests.rows import Rows, make_rows
from tests.support import Browser, World

ENTITIES = [entry.view.entity for entry in menu.VIEWS]
DOCUMENTS = ("requests", "quotes", "jobs", "invoices")
BAD_IDS = (
    *("", "abc", "-1", "0", "00", "1.0", "1 OR 1=1", "²", "٣x", "\x00", "1\x00", "é", "99999999999999999999"),
    *("2147483648", "9" * 5000),
)


@pytest.fixture
def rows(world: World, browser: Browser) -> Rows:
    """The owner is signed in."""
    rows = make_rows(world)
    browser.sign_in(rows.people["owner"])
    return rows


def test_ids_that_name_nothing(browser: Browser, rows: Rows):
    answers: dict[Any, Any] = {}
    for entity in ENTITIES:
        for bad in BAD_IDS if entity in {"jobs", "visits", "catalog"} else BAD_IDS[::4]:
            url = f"/admin/{entity}/details/?id={quoted(bad)}"
            answers[entity, bad[:30]] = status(browser, "GET", url)
            if MATRIX[entity][ACTIONS.index("update")]:
                answers[entity, "edit", bad[:30]] = status(browser, "GET", url.replace("details", "edit"))
        answers[entity, "none"] = status(browser, "GET", f"/admin/{entity}/details/")
    assert not wrong(answers, 404, 400)


def test_ids_that_name_nothing_in_a_post(browser: Browser, rows: Rows):
    token = browser.csrf()
    answers = {}
    for bad in BAD_IDS:
        for entity in ("requests", "invoices", "clients", "files", "catalog"):
            data = {"id": bad, "csrf_token": token}
            answers["delete", entity, bad[:30]] = status(browser, "POST", f"/admin/{entity}/delete/", data=data)
        data = {"csrf_token": token, "version": bad}
        answers["version", bad[:30]] = status(browser, "POST", f"/admin/jobs/{rows.ids['jobs']}/do/complete", data=data)
    versions = {key: answer for key, answer in answers.items() if key[0] == "version" and key[1]}
    assert not wrong(versions, 400, 409)
    assert not wrong({key: answer for key, answer in answers.items() if key[0] == "delete"}, 404, 400)


def test_paths_that_name_nothing(browser: Browser, rows: Rows):
    token = browser.csrf()
    job, invoice = rows.ids["jobs"], rows.ids["invoices"]
    answers = {}
    for bad in [bad for bad in BAD_IDS if bad] + ["-0", "1/2", "../1", "%2e%2e"]:
        path = quoted(bad)
        for url in (
            f"/admin/jobs/{path}/do/complete",
            f"/admin/jobs/{path}/convert/invoice",
            f"/admin/files/{path}/content",
        ):
            answers["GET", url[:60]] = status(browser, "GET", url)
        for url in (
            f"/admin/jobs/{path}/do/complete",
            f"/admin/jobs/{path}/convert/invoice",
            f"/admin/jobs/{path}/undo",
            f"/admin/jobs/{path}/visits",
            f"/admin/cases/{path}/notes",
            f"/admin/cases/{path}/photos",
            f"/admin/invoices/{invoice}/payments/{path}/correct",
        ):
            answers["POST", url[:60]] = status(browser, "POST", url, data={"csrf_token": token})
    for word in ("nothing", "\x00", "quote", "__init__", "é", "x" * 300, "run"):
        for url in (f"/admin/jobs/{job}/do/{quoted(word)}", f"/admin/jobs/{job}/convert/{quoted(word)}"):
            answers["GET", url[:60]] = status(browser, "GET", url)
            answers["POST", url[:60]] = status(browser, "POST", url, data={"csrf_token": token})
    for url in ("/merci/x", "/merci/\x00", "/en/thanks/" + "a" * 3000, "/admin/jobs/export/xlsx/", "/admin/nothing/"):
        answers["GET", url[:60]] = status(browser, "GET", quoted(url))
    assert not wrong(answers, 404, 400, 405, 308)


def test_ids_that_name_nothing_behind_a_clients_link(browser: Browser, rows: Rows):
    hub, link = f"/c/{rows.extra['page']}", f"/l/{rows.extra['link']}"
    answers = {}
    for bad in [quoted(bad) for bad in BAD_IDS if bad]:
        for path in (f"{hub}/receipts/{bad}", f"{hub}/reports/{bad}", f"{link}/receipts/{bad}", f"{link}/photos/{bad}"):
            answers["GET", path[-60:]] = status(browser, "GET", path)
        answers["POST", bad[:60]] = status(browser, "POST", f"{hub}/open/{bad}")
        for path in (f"/admin/clients/{bad}/privacy", f"/admin/clients/{bad}/export"):
            answers["GET", path[:60]] = status(browser, "GET", path)
    assert not wrong(answers, 404, 400)


def test_the_id_of_another_entity(browser: Browser, rows: Rows):
    token = browser.csrf()
    answers = {}
    for entity in DOCUMENTS:
        for other in DOCUMENTS:
            if entity != other:
                row = rows.ids[other]
                for view in ("details", "edit"):
                    answers[entity, other, view] = status(browser, "GET", f"/admin/{entity}/{view}/?id={row}")
                answers[entity, other, "undo"] = status(
                    browser, "POST", f"/admin/{entity}/{row}/undo", data={"csrf_token": token}
                )
                answers[entity, other, "delete"] = status(
                    browser, "POST", f"/admin/{entity}/delete/", data={"csrf_token": token, "id": row}
                )
    url = f"/admin/invoices/{rows.ids['invoices']}/payments/{rows.extra['payment']}/correct"
    answers["a payment of another invoice"] = status(browser, "POST", url, data={"csrf_token": token})
    assert not wrong(answers, 404)
