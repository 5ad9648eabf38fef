"""One entry from two tabs, or two entries of one step, in the same moment: one effect."""

import json
import uuid

import pytest
from sqlalchemy import func, select

from sercom.core.base import db
from sercom.entities.visits.model import Visit
from sercom.entities.visits.proof import SentAction, TimeSpan
from tests.field import JSON, planned
from tests.integration.test_concurrency import all_at_once
from tests.support import Browser, World

TABS = 8


def counts(world: World) -> list[int]:
    with world.app.app_context():
        return [db.session.scalar(select(func.count()).select_from(model)) or 0 for model in (SentAction, TimeSpan)]


@pytest.mark.slow
def test_one_key_from_many_tabs_is_one_start(own_app):
    world, key, bodies = World(own_app), str(uuid.uuid4()), []
    technician = world.user("technician")
    visit = world.make(lambda: planned(technician))
    tabs = [Browser(own_app).sign_in(technician) for _ in range(TABS)]

    def go(number: int):
        answer = tabs[number].post(f"/field/visits/{visit}/start", {"key": key}, headers=JSON)
        bodies.append(json.dumps(answer.json, sort_keys=True))
        return answer

    assert {status for status, _location in all_at_once(go, TABS)} == {200}
    assert len(set(bodies)) == 1
    assert counts(world) == [1, 1]
    assert world.get(Visit, visit, "status").value == "in_progress"


@pytest.mark.slow
def test_one_key_for_two_visits_is_one_of_them(own_app):
    world, key = World(own_app), str(uuid.uuid4())
    technician = world.user("technician")
    visits = [world.make(lambda: planned(technician)) for _ in range(2)]
    tabs = [Browser(own_app).sign_in(technician) for _ in range(TABS)]
    answers = all_at_once(
        lambda number: tabs[number].post(f"/field/visits/{visits[number % 2]}/start", {"key": key}, headers=JSON), TABS
    )
    assert {status for status, _location in answers} <= {200, 409, 422}
    assert counts(world) == [1, 1]


@pytest.mark.slow
def test_two_phones_of_a_team_start_once(own_app):
    world = World(own_app)
    technician = world.user("technician")
    visit = world.make(lambda: planned(technician))
    tabs = [Browser(own_app).sign_in(technician) for _ in range(TABS)]
    answers = all_at_once(
        lambda number: tabs[number].post(f"/field/visits/{visit}/start", {"key": str(uuid.uuid4())}, headers=JSON), TABS
    )
    assert sorted(status for status, _location in answers) == [200, *[409] * (TABS - 1)]
    assert counts(world) == [1, 1]
