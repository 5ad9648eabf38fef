"""What every entity of the menu keeps: the matrix, its labels, pages that a parser takes without a complaint."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import html5lib
import pytest
from flask import Flask
from sqlalchemy import func

from sercom import menu
from sercom.core.access import Role
from sercom.core.base import db
from sercom.core.journal import JournalEntry
from sercom.permissions import ACTIONS, MATRIX
from tests.pages import main_form, parse
from tests.rows import Rows, make_rows
from tests.support import Browser, World

ADR = Path(__file__).parent.parent / "docs" / "adr" / "0004-permissions.md"
LETTERS = {"O": Role.OWNER, "S": Role.OFFICE, "T": Role.TECHNICIAN, "A": Role.ACCOUNTANT}
ENTITIES = [entry.view.entity for entry in menu.VIEWS]
#: In the matrix, and on pages of their own, of a case, of a job or of the accounts.
WITHOUT_VIEW = {"notes", "work_orders", "accounts", "transfers", "reports", "reminders"}
#: A page of these redirects or does not exist: one company, photos added on a case.
NO_LIST, NO_FORM = {"company"}, {"files"}


def allowed(person: str, action: str, entity: str) -> bool:
    """What the matrix says."""
    return Role(person) in MATRIX[entity][ACTIONS.index(action)]


def test_the_decision_record_shows_the_matrix():
    found = {}
    for line in ADR.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 1 + len(ACTIONS) and cells[0] in MATRIX:
            found[cells[0]] = tuple(
                frozenset(LETTERS[mark] for mark in cell.split() if mark != "—") for cell in cells[1:]
            )
    assert found == MATRIX


def test_every_entity_is_in_the_menu_and_in_the_matrix():
    assert len(ENTITIES) == len(set(ENTITIES))
    assert set(ENTITIES) | WITHOUT_VIEW == set(MATRIX)


def views(app: Flask) -> dict[str, Any]:
    """The views as they were registered, by entity."""
    return {view.entity: view for view in app.extensions["admin"][0]._views if hasattr(view, "entity")}


def test_every_column_and_field_has_a_label(world: World, browser: Browser):
    rows = make_rows(world)
    browser.sign_in(rows.people["owner"])
    for entity, view in views(world.app).items():
        shown = {*view.column_list, *(view.column_export_list or ()), *(view.column_details_list or ())}
        assert not {*shown, *(view.form_columns or ())} - set(view.column_labels), entity
        for path in ("new/", f"edit/?id={rows.ids[entity]}"):
            page = browser.get(f"/admin/{entity}/{path}")
            assert page.status_code != 200 or not unlabelled(page.get_data(as_text=True)), f"{entity}/{path}"


def unlabelled(page: str) -> list[str | None]:
    """Names of controls without a label: a ``<label for>``, one around it, or ``aria-label``."""
    tree = parse(page)
    named = {label.get("for") for label in tree.iter("label") if "".join(label.itertext()).strip()}
    around = {control for label in tree.iter("label") for control in label.iter() if "".join(label.itertext()).strip()}
    controls = (
        part for tag in ("input", "select", "textarea") for part in tree.iter(tag) if part.get("type") != "hidden"
    )
    return [
        part.get("name") or part.get("id")
        for part in controls
        if part.get("id") not in named and part not in around and not part.get("aria-label")
    ]


def pages_of(rows: Rows, entity: str) -> list[str]:
    """The addresses of an entity's own pages."""
    row = rows.ids[entity]
    paths = ["", "new/", f"edit/?id={row}", f"details/?id={row}"]
    if entity in {"requests", "quotes", "jobs"}:
        paths += [f"{row}/convert/{edge}" for edge in ("quote", "job", "invoice")]
    return [f"/admin/{entity}/{path}" for path in paths]


def test_pages_parse_strictly_and_hold_no_inline_script_or_style(world: World, browser: Browser):
    rows = make_rows(world)
    browser.sign_in(rows.people["owner"])
    for entity in ENTITIES:
        answers = {url: browser.get(url) for url in pages_of(rows, entity)}
        assert any(answer.status_code == 200 for answer in answers.values()), entity
        for url, answer in answers.items():
            if answer.status_code == 200:
                check(answer.get_data(as_text=True), url)


@pytest.mark.parametrize("url", ["/", "/en/", "/login", "/admin/", "/nothing/here"])
def test_other_pages_parse_strictly(world: World, browser: Browser, url: str):
    if url.startswith("/admin"):
        browser.sign_in(world.user("owner"))
    check(browser.get(url).get_data(as_text=True), url)


def check(page: str, url: str) -> None:
    """Strict HTML without any tolerance; nothing that the content security policy would block; ids are unique."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    for element in tree.iter():
        attributes = {str(name) for name in element.attrib}
        assert not {name for name in attributes if name.startswith("on") or name == "style"}, f"{url}: {element.attrib}"
        assert element.tag != "style", url
        assert element.tag != "script" or element.get("src"), url
    ids = re.findall(r'\sid="([^"]*)"', page)
    assert len(ids) == len(set(ids)), f"{url}: {sorted(name for name in ids if ids.count(name) > 1)}"


@pytest.mark.parametrize("person", ["technician", "office", "accountant", "owner"])
def test_buttons_stand_where_the_matrix_allows(world: World, browser: Browser, person: str):
    rows = make_rows(world)
    browser.sign_in(rows.people[person])
    for entity in ENTITIES:
        if not allowed(person, "read", entity):
            continue
        page = browser.get(f"/admin/{entity}/", follow_redirects=True).get_data(as_text=True)
        can_create = allowed(person, "create", entity) and entity not in NO_FORM
        assert (f'href="/admin/{entity}/new/"' in page) == can_create, entity
        exported = allowed(person, "export", entity) and entity not in NO_LIST
        assert (f"/admin/{entity}/export/csv/" in page) == exported, entity
        details = browser.get(f"/admin/{entity}/details/?id={rows.ids[entity]}").get_data(as_text=True)
        assert (f'href="/admin/{entity}/edit/?id={rows.ids[entity]}"' in details) == allowed(person, "update", entity)


def test_a_row_goes_only_by_a_post_with_its_token(world: World, browser: Browser):
    rows = make_rows(world)
    for person, user in rows.people.items():
        browser.sign_in(user)
        for entry in menu.VIEWS:
            entity = entry.view.entity
            url, data = f"/admin/{entity}/delete/", {"id": rows.ids[entity]}
            assert browser.get(url).status_code in {403, 405}, entity
            assert browser.post(url, data, csrf=False).status_code == 400, entity
            if not allowed(person, "delete", entity):
                assert browser.post(url, data).status_code == 403, f"{person}: {entity}"
            assert world.get(entry.model, rows.ids[entity], "id") == rows.ids[entity], entity


def test_what_an_edit_form_shows_can_be_sent_back_unchanged(world: World, browser: Browser):
    rows = make_rows(world)
    browser.sign_in(rows.people["owner"])
    for entity in (entity for entity in ENTITIES if allowed("owner", "update", entity)):
        url = f"/admin/{entity}/edit/?id={rows.ids[entity]}"
        journalled = world.read(last_entry)
        answer = browser.client.post(url, data=main_form(browser.get(url)).data)
        assert answer.status_code == 302, f"{entity}: {main_form(answer).errors}"
        assert world.read(last_entry) == journalled, f"{entity}: saving nothing was journalled"


def last_entry() -> int:
    """The newest entry of the journal."""
    return int(db.session.query(func.max(JournalEntry.id)).scalar())
