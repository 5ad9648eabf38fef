"""Two people, one record: a page that is no longer true changes nothing, and a record that is gone is a 404."""

from __future__ import annotations

from typing import Any

import pytest

from sercom import models
from sercom.core.base import db
from tests.pages import main_form, notices, send
from tests.rows import Rows, make_rows
from tests.support import Browser, World

EDITED = {
    "requests": ("title", "Un autre titre"),
    "quotes": ("title", "Un autre titre"),
    "jobs": ("title", "Un autre titre"),
    "invoices": ("title", "Un autre titre"),
    "cases": ("title", "Un autre titre"),
    "clients": ("name", "Un autre nom"),
    "sites": ("city", "Terrebonne"),
    "catalog": ("name_fr", "Un autre filtre"),
    "visits": ("findings", "Une autre mesure"),
    "company": ("name", "Une autre raison sociale"),
}
MODELS = {
    "requests": models.ServiceRequest,
    "quotes": models.Quote,
    "jobs": models.Job,
    "invoices": models.Invoice,
    "cases": models.Case,
    "clients": models.Client,
    "sites": models.Site,
    "catalog": models.CatalogItem,
    "visits": models.Visit,
    "company": models.Company,
}


@pytest.fixture
def rows(world: World, browser: Browser) -> Rows:
    """Somebody of the office is signed in; the owner for what is the owner's."""
    rows = make_rows(world)
    browser.sign_in(rows.people["owner"])
    return rows


def touch(world: World, entity: str, row: int, **columns: Any) -> None:
    """Somebody else saves the record meanwhile."""
    with world.app.app_context():
        found = db.session.get_one(MODELS[entity], row)
        for name, value in columns.items():
            setattr(found, name, value)
        db.session.commit()


def documents() -> int:
    """How many there are."""
    return int(models.Document.query.count())


def test_an_edit_of_an_older_version_writes_nothing(world: World, browser: Browser, rows: Rows):
    for entity, (field, mine) in EDITED.items():
        row, theirs = rows.ids[entity], "Saisi entre-temps"
        url = f"/admin/{entity}/edit/?id={row}"
        shown = main_form(browser.get(url))
        touch(world, entity, row, **{field: theirs})
        answer = send(browser, shown, url, **{field: mine})
        assert answer.status_code == 409, entity
        form = main_form(answer)
        assert form.data[field] == mine, entity
        assert theirs in form.errors[field], entity
        assert form.over, entity
        assert world.get(MODELS[entity], row, field) == theirs, entity
        # Having seen both, the person may decide: the page now holds the present version.
        assert send(browser, form, url).status_code == 302, entity
        assert world.get(MODELS[entity], row, field) == mine, entity


def test_a_command_on_an_older_version_is_refused(world: World, browser: Browser, rows: Rows):
    for entity, command, data in (
        ("quotes", "mark_sent", {}),
        ("jobs", "hold", {"reason": "parts"}),
        ("requests", "close", {"reason": "lost"}),
        ("visits", "finish", {"minutes": "5"}),
    ):
        row = rows.ids[entity]
        before = world.get(MODELS[entity], row, "status")
        version = world.get(MODELS[entity], row, "version")
        touch(world, entity, row, **{EDITED[entity][0]: "Saisi entre-temps"})
        answer = browser.post(f"/admin/{entity}/{row}/do/{command}", {"version": version, **data})
        assert answer.status_code == 409, entity
        assert world.get(MODELS[entity], row, "status") == before, entity


def test_a_command_whose_state_changed_meanwhile_says_the_state(world: World, browser: Browser, rows: Rows):
    quote, version = rows.ids["quotes"], rows.versions["quotes"]
    assert browser.post(f"/admin/quotes/{quote}/do/archive", {"version": version}).status_code == 302
    version = world.get(models.Quote, quote, "version")
    answer = browser.post(f"/admin/quotes/{quote}/do/mark_sent", {"version": version})
    assert answer.status_code == 409
    assert "Archivée" in answer.get_data(as_text=True)
    assert browser.get(f"/admin/quotes/{quote}/do/mark_sent").status_code == 409


def test_a_conversion_of_an_older_version_is_refused(world: World, browser: Browser, rows: Rows):
    for entity, edge in (("requests", "quote"), ("jobs", "invoice")):
        row = rows.ids[entity]
        url = f"/admin/{entity}/{row}/convert/{edge}"
        shown = main_form(browser.get(url))
        touch(world, entity, row, title="Saisi entre-temps")
        before = world.read(documents)
        assert send(browser, shown, url).status_code == 409
        assert world.read(documents) == before
        assert send(browser, main_form(browser.get(url)), url).status_code == 302


def test_an_undo_of_an_older_version_is_refused(world: World, browser: Browser, rows: Rows):
    quote = rows.extra["undo"]
    version = world.get(models.Quote, quote, "version")
    touch(world, "quotes", quote, title="Saisi entre-temps")
    assert browser.post(f"/admin/quotes/{quote}/undo", {"version": version}).status_code == 409
    assert world.get(models.Quote, quote, "title") == "Saisi entre-temps"


def test_a_bulk_command_on_an_older_version_is_told_beside_its_row(world: World, browser: Browser, rows: Rows):
    quote = rows.ids["quotes"]
    version = world.get(models.Quote, quote, "version")
    touch(world, "quotes", quote, title="Saisi entre-temps")
    answer = browser.post("/admin/quotes/bulk/", {"action": "mark_sent", "row": f"{quote}:{version}"})
    assert answer.status_code == 200
    assert "Refusé" in answer.get_data(as_text=True)
    assert world.get(models.Quote, quote, "status").value == "draft"


@pytest.mark.parametrize("entity", ["requests", "quotes", "invoices", "clients", "sites", "catalog"])
def test_a_record_deleted_meanwhile_is_not_found(world: World, browser: Browser, rows: Rows, entity: str):
    row, url = rows.ids[entity], f"/admin/{entity}/edit/?id={rows.ids[entity]}"
    shown = main_form(browser.get(url))
    assert browser.post(f"/admin/{entity}/delete/", {"id": row}).status_code == 302
    assert send(browser, shown, url, **{EDITED[entity][0]: EDITED[entity][1]}).status_code == 404
    assert browser.get(url).status_code == 404
    assert browser.get(f"/admin/{entity}/details/?id={row}").status_code == 404
    assert browser.post(f"/admin/{entity}/delete/", {"id": row}).status_code == 404


def test_commands_and_conversions_of_a_deleted_document_are_not_found(browser: Browser, rows: Rows):
    quote = rows.ids["quotes"]
    assert browser.post("/admin/quotes/delete/", {"id": quote}).status_code == 302
    for path in ("do/mark_sent", "do/approve", "convert/job"):
        assert browser.get(f"/admin/quotes/{quote}/{path}").status_code == 404, path
        assert browser.post(f"/admin/quotes/{quote}/{path}", {"token": "x", "version": "1"}).status_code == 404, path
    assert browser.post(f"/admin/quotes/{quote}/undo", {"version": "1"}).status_code == 404


def test_what_something_hangs_on_is_not_deleted(world: World, browser: Browser, rows: Rows):
    job = rows.ids["jobs"]
    client, site = world.get(models.Job, job, "client_id"), world.get(models.Case, rows.ids["cases"], "site_id")
    before = world.read(documents)
    converted = world.read(lambda: db.session.get_one(models.Quote, rows.extra["undo"]).made_from.source_id)
    for entity, row in (("clients", client), ("sites", site), ("requests", converted)):
        assert browser.post(f"/admin/{entity}/delete/", {"id": row}).status_code in {409, 422}, entity
    assert browser.post("/admin/invoices/delete/", {"id": rows.extra["issued"]}).status_code == 422
    assert world.read(documents) == before


def test_an_issued_invoice_is_not_edited(world: World, browser: Browser, rows: Rows):
    issued = rows.extra["issued"]
    url, page = (f"/admin/invoices/{action}/?id={issued}" for action in ("edit", "details"))
    told = notices(browser.get(page))
    assert browser.get(url).status_code == 422
    assert browser.post(url, {"title": "Autre", "version": "1"}).status_code == 422
    assert world.get(models.Invoice, issued, "title") == "Thermopompe"
    assert notices(browser.get(page)) == told, "nothing says that it was saved"
