"""What a phone sends, over HTTP: each action, each role, each bad input."""

from __future__ import annotations

import uuid

import pytest

from sercom import models
from sercom.core.base import db
from sercom.entities.visits.model import Visit
from tests.rows import plan
from tests.support import Browser, World, make_user, start

JSON = {"Accept": "application/json"}


@pytest.fixture
def technician(world: World) -> int:
    return world.user("technician")


@pytest.fixture
def visit(world: World, technician: int) -> int:
    def build() -> Visit:
        office = make_user("office")
        person = db.session.get_one(models.User, technician)
        return plan(start("job", office.actor).visits[0], office, person=person)

    return world.make(build)


def send(browser: Browser, visit: int, name: str, **data: object):
    form = {"key": str(uuid.uuid4())} | data
    return browser.post(f"/field/visits/{visit}/{name}", form, headers=JSON)


def test_a_visit_from_start_to_finish(world, browser, technician, visit):
    browser.sign_in(technician)
    for url in ("/field/", f"/field/visits/{visit}"):
        assert browser.get(url).status_code == 200
    for name, data, status in (
        ("leave", {"minutes": "30"}, "on_the_way"),
        ("start", {}, "in_progress"),
        ("pause", {}, "paused"),
        ("start", {}, "in_progress"),
        ("finish", {"minutes": "45", "findings": "62 °C"}, "done"),
    ):
        answer = send(browser, visit, name, **data)
        assert (answer.status_code, answer.json["state"]) == (200, "done"), answer.json
        assert world.get(Visit, visit, "status").value == status


def test_without_a_script_it_posts_and_redirects(browser, technician, visit):
    browser.sign_in(technician)
    answer = browser.post(f"/field/visits/{visit}/start", {"key": str(uuid.uuid4())})
    assert (answer.status_code, answer.location) == (303, f"/field/visits/{visit}")


def test_a_key_counts_once(world, browser, technician, visit):
    browser.sign_in(technician)
    key = str(uuid.uuid4())
    answers = [send(browser, visit, "start", key=key).json for _time in range(5)]
    assert answers == [answers[0]] * 5
    assert world.read(lambda: len(db.session.get_one(Visit, visit).spans)) == 1
