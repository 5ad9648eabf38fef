"""Triage over HTTP: rules are written by the office, requests of the form follow them, the list shows and filters."""

from __future__ import annotations

from typing import Any

import pytest

from sercom import models
from sercom.core.base import db
from sercom.entities.requests.triage import Path
from tests.pages import links, list_rows, main_form, parse, send, submit, words
from tests.rows import intake_answers
from tests.support import Browser, World, make_user, start

RULE = {
    "position": "0",
    "active": "y",
    "keywords": "Thermostat",
    "path": "called",
    "proposed_urgency": "soon",
    "minutes": "90",
    "skill": "Chauffage",
    "reason_fr": "un thermostat se change vite",
    "reason_en": "a thermostat is changed quickly",
}


@pytest.fixture
def office(world: World, browser: Browser) -> Browser:
    """Somebody of the office."""
    return browser.sign_in(world.user("office"))


def request_of(world: World, text: str) -> int:
    return world.document("request", title="x", description=text, drafts=())


def test_a_rule_is_written_asked_changed_and_deleted(world: World, office: Browser):
    request = request_of(world, "Mon thermostat est mort")
    made = submit(office, "/admin/triage/new/", **RULE)
    assert made.status_code == 302, main_form(made).errors
    rule = int(made.location.rsplit("=", 1)[1])
    page = office.get(f"/admin/requests/details/?id={request}")
    text = words(parse(page))
    for shown in ("un thermostat se change vite", "1 h 30", "Chauffage"):
        assert shown in text.replace("\xa0", " "), shown
    primary = [link for label, link in links(page).items() if link.endswith(f"/{request}/convert/job")]
    assert primary
    edit = f"/admin/triage/edit/?id={rule}"
    assert send(office, main_form(office.get(edit)), edit, keywords="chaudière").status_code == 302
    assert world.get(models.ServiceRequest, request, "triage_path") is None
    assert send(office, main_form(office.get(edit)), edit, keywords="").status_code == 302
    assert world.get(models.ServiceRequest, request, "triage_path") is Path.CALLED
    assert office.post("/admin/triage/delete/", {"id": rule}).status_code == 302
    assert world.get(models.ServiceRequest, request, "triage_path", "triage_rule_id") == (None, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": "x"},
        {"minutes": "0"},
        {"minutes": "99999999"},
        {"proposed_urgency": "now"},
        {"service": "999999"},
        {"reason_fr": " "},
        {"skill": "x" * 81},
        {"position": ""},
    ],
)
def test_a_wrong_rule_is_told_beside_its_field(world: World, office: Browser, wrong: dict[str, Any]):
    answer = submit(office, "/admin/triage/new/", **(RULE | wrong))
    assert answer.status_code == 422
    form = main_form(answer)
    assert set(form.errors) == set(wrong)
    assert form.data["reason_en"] == RULE["reason_en"]


def test_a_request_of_the_form_is_triaged_and_edited_anew(world: World, browser: Browser):
    ticket = browser.form("/")["ticket"]
    assert (
        browser.post("/", intake_answers(ticket, description="Le sous-sol est inondé"), csrf=False).status_code == 303
    )
    office = browser.sign_in(world.user("office"))
    request = world.read(lambda: db.session.query(models.ServiceRequest).one().id)
    assert world.get(models.ServiceRequest, request, "triage_path", "triage_skill") == (Path.CALLED, "Plomberie")
    assert world.get(models.ServiceRequest, request, "triage_reason_en")
    url = f"/admin/requests/edit/?id={request}"
    form = main_form(office.get(url))
    assert send(office, form, url, title="Peinture", description="Rien").status_code == 302
    assert world.get(models.ServiceRequest, request, "triage_path") is None


def test_the_list_shows_and_filters_what_is_proposed(world: World, office: Browser):
    leak, other = request_of(world, "Une fuite"), request_of(world, "Un mur")
    numbers = {row: world.get(models.ServiceRequest, row, "number") for row in (leak, other)}
    rows = {row[0]: row for row in list_rows(office.get("/admin/requests/"))}
    assert any("Appel de service" in cell or "Service call" in cell for cell in rows[numbers[leak]])
    assert not any("Appel de service" in cell or "Service call" in cell for cell in rows[numbers[other]])
    filters = ("flt5_path=called", "flt6_proposed=emergency")
    for chosen in filters:
        assert [row[0] for row in list_rows(office.get(f"/admin/requests/?{chosen}"))] == [numbers[leak]], chosen
    assert office.get("/admin/requests/?flt5_path=x").status_code == 200


def test_the_plan_starts_with_the_expected_time(world: World, office: Browser):
    def expected() -> Any:
        request = start("request", make_user("office").actor, drafts=())
        request.triage_minutes = 90
        return request

    form = main_form(office.get(f"/admin/requests/{world.make(expected)}/do/plan_assessment"))
    assert (form.data["starts"], form.data["ends"]) == ("08:00", "09:30")
