"""What a phone sends, over HTTP: each step, each role, each bad input; what the pages tell."""

from __future__ import annotations

import html
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.entities.visits.model import Visit
from tests.field import JSON, ago, planned, send, status
from tests.rows import add_picture
from tests.support import World, give, make_user


@pytest.fixture
def technician(world: World) -> int:
    return world.user("technician", name="Marc-André Pelletier")


@pytest.fixture
def visit(world: World, technician: int) -> int:
    return world.make(lambda: planned(technician))


# --- the steps ---------------------------------------------------------------------------------------


def test_a_visit_from_the_road_to_the_end(world, browser, technician, visit):
    browser.sign_in(technician)
    for name, data, state in (
        ("leave", {"minutes": "0"}, "on_the_way"),
        ("start", ago(90), "in_progress"),
        ("pause", ago(60), "paused"),
        ("start", ago(30), "in_progress"),
        ("finish", {"findings": "62 °C au collecteur", **ago(15)}, "done"),
    ):
        answer = send(browser, visit, name, **data)
        assert (answer.status_code, answer.json["state"]) == (200, "done"), answer.json
        assert status(world, visit) == state
        assert browser.get(f"/field/visits/{visit}").status_code == 200
    minutes, findings, started, ended = world.get(Visit, visit, "minutes", "findings", "started_at", "ended_at")
    assert (minutes, findings) == (45, "62 °C au collecteur")
    assert [round((utcnow() - moment) / timedelta(minutes=1)) for moment in (started, ended)] == [90, 15]


@pytest.mark.parametrize(
    ("name", "data", "state"),
    [
        ("incomplete", {"reason": "parts", "findings": "Pompe à commander"}, "incomplete"),
        ("absent", {}, "client_absent"),
    ],
)
def test_what_did_not_finish_opens_the_next_visit(world, browser, technician, visit, name, data, state):
    browser.sign_in(technician)
    send(browser, visit, "start")
    assert send(browser, visit, name, **data).json["state"] == "done"
    assert status(world, visit) == state
    follow_up = world.read(lambda: db.session.scalars(select(Visit).where(Visit.follow_up_of_id == visit)).one().status)
    assert follow_up.value == "unscheduled"


def test_what_was_found_is_added_to(world, browser, technician, visit):
    def find() -> Visit:
        row = db.session.get_one(Visit, visit)
        row.findings = "Fuite au raccord"
        return row

    browser.sign_in(technician)
    send(browser, visit, "start")
    world.make(find)
    send(browser, visit, "finish", findings="62 °C au collecteur")
    assert world.get(Visit, visit, "findings") == "Fuite au raccord\n62 °C au collecteur"


def test_without_a_script_it_posts_and_comes_back(world, browser, technician, visit):
    browser.sign_in(technician)
    answer = browser.post(f"/field/visits/{visit}/start", {"key": str(uuid.uuid4())})
    assert (answer.status_code, answer.location) == (303, f"/field/visits/{visit}")
    typed = {"key": str(uuid.uuid4()), "minutes": "5000", "findings": "Filtre changé"}
    refused = browser.post(f"/field/visits/{visit}/finish", typed)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "Filtre changé" in page
    assert 'id="minutes-error"' in page
    assert status(world, visit) == "in_progress"


# --- once --------------------------------------------------------------------------------------------


def test_a_key_counts_once_and_answers_the_same(world, browser, technician, visit):
    browser.sign_in(technician)
    key = str(uuid.uuid4())
    answers = [send(browser, visit, "start", key=key).json for _time in range(5)]
    assert answers == [answers[0]] * 5
    assert send(browser, visit, "pause").json["state"] == "done"
    assert send(browser, visit, "start", key=key).json == answers[0], "also when the visit went on"
    assert status(world, visit) == "paused"
    assert world.read(lambda: len(db.session.get_one(Visit, visit).spans)) == 1


def test_what_was_refused_may_be_sent_again(world, browser, technician, visit):
    browser.sign_in(technician)
    key = str(uuid.uuid4())
    assert send(browser, visit, "finish", key=key).json["state"] == "conflict"
    send(browser, visit, "start")
    assert send(browser, visit, "finish", key=key).json["state"] == "done"


def test_a_key_stands_for_one_thing(world, browser, technician, visit):
    key, other = str(uuid.uuid4()), world.make(lambda: planned(technician))
    browser.sign_in(technician)
    send(browser, visit, "start", key=key)
    assert send(browser, visit, "pause", key=key).status_code == 409
    assert send(browser, other, "start", key=key).status_code == 409
    browser.sign_in(world.user("office"))
    assert send(browser, visit, "start", key=key).status_code == 409
    assert (status(world, visit), status(world, other)) == ("in_progress", "scheduled")


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "a b c d e f g h", "é" * 12, "'; DROP TABLE visit; --"])
def test_a_key_that_is_none(world, browser, technician, visit, key):
    browser.sign_in(technician)
    assert send(browser, visit, "start", key=key).status_code == 409
    assert status(world, visit) == "scheduled"


# --- what a technician is told ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pause", "finish", "incomplete"])
def test_what_comes_before_the_start_is_told_so(world, browser, technician, visit, name):
    browser.sign_in(technician)
    answer = send(browser, visit, name, reason="time")
    assert (answer.status_code, answer.json["state"]) == (409, "conflict")
    assert "« Commencer »" in answer.json["message"].replace("\u00a0", " ")
    assert status(world, visit) == "scheduled"


@pytest.mark.parametrize(("command", "word"), [("cancel", "annulé"), ("unschedule", "plus la vôtre")])
def test_what_the_office_did_meanwhile_is_told(world, browser, technician, visit, command, word):
    def change() -> Visit:
        row = db.session.get_one(Visit, visit)
        give(command, row, make_user("office").actor)
        return row

    world.make(change)
    answer = send(browser.sign_in(technician), visit, "start")
    assert answer.json["state"] == "conflict"
    assert word in answer.json["message"]


def test_what_is_done_already_is_told(browser, technician, visit):
    browser.sign_in(technician)
    for name in ("start", "finish"):
        send(browser, visit, name)
    answer = send(browser, visit, "finish")
    assert answer.json["state"] == "conflict"
    assert "Terminée" in answer.json["message"]


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("leave", {"minutes": "20"}, "minutes"),
        ("leave", {}, "minutes"),
        ("leave", {"minutes": "1" * 5000}, "minutes"),
        ("finish", {"minutes": "1441"}, "minutes"),
        ("finish", {"minutes": "-1"}, "minutes"),
        ("finish", {"findings": "x" * 5001}, "findings"),
        ("incomplete", {"reason": "none"}, "reason"),
        ("incomplete", {}, "reason"),
    ],
)
def test_a_form_that_does_not_stand(world, browser, technician, visit, name, data, field):
    browser.sign_in(technician)
    if name != "leave":
        send(browser, visit, "start")
    before = status(world, visit)
    answer = send(browser, visit, name, **data)
    assert (answer.status_code, answer.json["state"], answer.json["field"]) == (422, "refused", field)
    assert answer.json["message"]
    assert status(world, visit) == before


def test_whose_it_is_not(world, browser, technician, visit):
    picture = world.make(lambda: add_picture(db.session.get_one(Visit, visit).case, make_user("office")))
    browser.sign_in(technician)
    assert browser.get(f"/field/visits/{visit}/photos/{picture}?small=1").status_code == 200
    mine = world.make(lambda: planned(technician))
    assert browser.get(f"/field/visits/{mine}/photos/{picture}").status_code == 404, "of another case"
    browser.sign_in(world.user("technician"))
    for path in (f"/field/visits/{visit}", f"/field/visits/{visit}/photos/{picture}", "/field/visits/999999"):
        assert browser.get(path).status_code == 404
    page = browser.get(f"/field/visits/{visit}").text
    assert "Cette visite n’est plus la vôtre, ou n’existe plus. Appelez le bureau." in html.unescape(page)
    assert 'href="/field/"' in page, "back to the day, not to the clients' form"
    answer = send(browser, visit, "start")
    assert (answer.status_code, answer.json["state"]) == (404, "conflict")
    assert send(browser, visit, "explode").status_code == 404
    assert status(world, visit) == "scheduled"
    assert send(browser.sign_in(world.user("accountant")), visit, "start").status_code == 403
    assert send(browser.sign_in(world.user("office")), visit, "start").status_code == 200


def test_signed_out_and_an_old_token_are_told_apart(app, browser, technician, visit):
    assert browser.get("/field/token", headers=JSON).json["state"] == "signed_out"
    assert send(browser, visit, "start").json["state"] == "signed_out"
    browser.sign_in(technician)
    assert browser.get("/field/token").json["user"] == technician
    data = {"key": str(uuid.uuid4()), "csrf_token": "old"}
    answer = browser.post(f"/field/visits/{visit}/start", data, csrf=False, headers=JSON)
    assert (answer.status_code, answer.json["state"]) == (400, "token")
