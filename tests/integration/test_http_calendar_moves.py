"""Planning on the calendar over HTTP: moves, undoing, two planners, days on which clocks change, bad input."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from sercom import models
from sercom.core import clock
from sercom.core.base import db
from sercom.entities.users.model import Language
from sercom.entities.visits.model import VisitStatus
from tests.planning import DAY, FALL, SPRING, TORONTO, VISITS, Field, make_field, move, shown, times, titles
from tests.support import Browser, World, give, make_user


@pytest.fixture
def field(world: World) -> Field:
    """Two technicians, one in a team, and their visits."""
    return make_field(world)


@pytest.mark.parametrize(
    ("begins", "ends", "utc", "drawn"),
    [
        (f"{SPRING}T08:00", f"{SPRING}T17:00", ("2026-03-08T12:00", "2026-03-08T21:00"), ("08:00", "17:00")),
        (f"{SPRING}T01:00", f"{SPRING}T04:00", ("2026-03-08T06:00", "2026-03-08T08:00"), ("01:00", "04:00")),
        # 2:30 does not exist that night: the clock says 3:30 then.
        (f"{SPRING}T02:30", f"{SPRING}T04:30", ("2026-03-08T07:30", "2026-03-08T08:30"), ("03:30", "04:30")),
        (f"{FALL}T00:00", f"{FALL}T03:00", ("2026-11-01T04:00", "2026-11-01T08:00"), ("00:00", "03:00")),
        # The hour that comes twice: told exactly it is the second one, and drawn as long as can be seen.
        (
            "2026-11-01T05:30+00:00",
            "2026-11-01T06:15+00:00",
            ("2026-11-01T05:30", "2026-11-01T06:15"),
            ("01:30", "01:45"),
        ),
    ],
)
def test_days_on_which_the_clocks_change(
    field: Field,
    browser: Browser,
    world: World,
    begins: str,
    ends: str,
    utc: tuple[str, str],
    drawn: tuple[str, str],
):
    browser.sign_in(field.office)
    answer = move(browser, world, field.waiting, starts_at=begins, ends_at=ends, person=field.technician)
    assert answer.status_code == 200
    assert times(world, field.waiting) == utc
    event = answer.get_json()["event"]
    assert (event["start"][11:], event["end"][11:]) == drawn
    after = (datetime.fromisoformat(begins[:10]) + timedelta(days=1)).date().isoformat()
    assert "À planifier" in titles(shown(browser, begins[:10], after))


@pytest.mark.parametrize("on", [SPRING, FALL])
def test_any_time_of_a_day_is_that_day_alone(field: Field, browser: Browser, world: World, on: str):
    browser.sign_in(field.office)
    answer = move(browser, world, field.waiting, starts_at=on, any_time="1", person=field.technician)
    event = answer.get_json()["event"]
    after = (datetime.fromisoformat(on) + timedelta(days=1)).date().isoformat()
    assert (event["start"], event["end"], event["allDay"], event["durationEditable"]) == (on, after, True, False)
    visit = world.get(models.Visit, field.waiting, "starts_at", "ends_at", "any_time")
    with world.app.app_context():
        local = [clock.to_company(moment).time() for moment in visit[:2]]
    assert (local, visit[2]) == ([time(8), time(17)], True)


def test_a_visit_of_the_list_is_planned_warned_of_and_taken_back(field: Field, browser: Browser, world: World):
    browser.sign_in(field.office)
    answer = move(browser, world, field.waiting, starts_at=f"{DAY}T09:00", person=field.technician)
    told = answer.get_json()
    assert told["event"]["end"] == f"{DAY}T10:00"  # nobody said how long: an hour
    assert len(told["warnings"]) >= 1
    assert times(world, field.waiting) == (f"{DAY}T14:00", f"{DAY}T15:00")
    undone = browser.post(told["undo"]["url"], told["undo"]["fields"])
    assert undone.status_code == 200
    status, person = world.get(models.Visit, field.waiting, "status", "person_id")
    assert (status, person, times(world, field.waiting)) == (VisitStatus.UNSCHEDULED, None, ("", ""))
    again = undone.get_json()["undo"]  # and the undoing too
    assert browser.post(again["url"], again["fields"]).status_code == 200
    assert times(world, field.waiting) == (f"{DAY}T14:00", f"{DAY}T15:00")


def test_moves_stretches_and_their_undoing_are_in_the_journal(field: Field, browser: Browser, world: World):
    browser.sign_in(field.office)
    before = world.get(models.Visit, field.planned, "starts_at", "ends_at", "any_time", "person_id", "team_id")
    fields = {"starts_at": f"{DAY}T10:15", "ends_at": f"{DAY}T12:00", "team": field.team}
    told = move(browser, world, field.planned, **fields).get_json()
    assert "Équipe Nord" in told["message"]
    assert told["event"]["resourceIds"] == [f"team-{field.team}"]
    assert browser.post(told["undo"]["url"], told["undo"]["fields"]).status_code == 200
    assert world.get(models.Visit, field.planned, "starts_at", "ends_at", "any_time", "person_id", "team_id") == before
    entries = world.read(
        lambda: [
            (entry.event, entry.actor_name, sorted(entry.changes))
            for entry in db.session.scalars(
                select(models.JournalEntry)
                .where(models.JournalEntry.subject_type == "visit", models.JournalEntry.subject_id == field.planned)
                .order_by(models.JournalEntry.id)
            )
        ]
    )
    assert [name for name, *_rest in entries][-2:] == ["schedule", "schedule"]
    assert all(who == "Karine Bouchard" and {"starts_at", "ends_at"} <= set(what) for _name, who, what in entries[-2:])


def test_a_planner_who_comes_too_late_is_told_who_moved_it(field: Field, browser: Browser, world: World):
    version = world.get(models.Visit, field.planned, "version")
    browser.sign_in(field.office)
    assert move(browser, world, field.planned, starts_at=f"{DAY}T11:00", person=field.other).status_code == 200
    browser.sign_in(world.user("office", language=Language.ENGLISH))
    late = browser.post(
        f"{VISITS}/{field.planned}/plan",
        {"version": version, "starts_at": f"{DAY}T14:00", "person": field.technician},
    )
    told = late.get_json()
    assert (late.status_code, told["event"]["start"]) == (409, f"{DAY}T11:00")
    assert told["message"].startswith("Karine Bouchard changed this visit at ")
    assert world.get(models.Visit, field.planned, "person_id") == field.other


@pytest.mark.parametrize("what", ["plan", "unplan"])
@pytest.mark.parametrize("command", ["start", "finish", "client_absent"])
def test_what_is_under_way_or_over_is_not_moved(field: Field, browser: Browser, world: World, command: str, what: str):
    with world.app.app_context():
        give(command, db.session.get_one(models.Visit, field.planned), make_user("owner").actor)
        db.session.commit()
    browser.sign_in(field.office)
    before = times(world, field.planned)
    answer = move(browser, world, field.planned, what, starts_at=f"{DAY}T14:00", person=field.technician)
    assert (answer.status_code, times(world, field.planned)) == (409, before)
    assert "is not possible" in answer.get_json()["message"]


def test_whoever_may_not_plan_is_refused(field: Field, browser: Browser, world: World):
    answers = {}
    for role, visit in (("accountant", field.planned), ("technician", field.planned), ("technician", field.others)):
        browser.sign_in(field.technician if role == "technician" else world.user(role))
        for what in ("plan", "unplan"):
            answer = move(browser, world, visit, what, starts_at=f"{DAY}T14:00", person=field.technician)
            answers[role, visit, what] = answer.status_code
    expected = {
        ("accountant", field.planned): 403,
        ("technician", field.planned): 403,
        ("technician", field.others): 404,
    }
    assert answers == {(*key, what): code for key, code in expected.items() for what in ("plan", "unplan")}
    assert times(world, field.planned)[0] == f"{DAY}T13:30"


def test_plans_that_cannot_be_say_why_beside_their_field(field: Field, browser: Browser, world: World):
    gone = world.user("technician", active=False)
    with world.app.app_context():
        team = models.Team(name="Dissoute", active=False)
        db.session.add(team)
        db.session.commit()
        closed = team.id
    browser.sign_in(field.office)
    good = {"starts_at": f"{DAY}T08:00", "person": field.technician}
    refused = [
        ({"person": gone}, "person", "left the company"),
        ({"person": "", "team": closed}, "team", "no longer exists"),
        ({"person": ""}, "person", "Choose a person"),
        ({"person": "999999"}, "person", "This is no longer offered"),
        ({"ends_at": f"{DAY}T07:00"}, "ends", "ends before it starts"),
        ({"ends_at": f"{DAY}T08:00"}, "ends", "ends before it starts"),
        ({"starts_at": ""}, "starts_at", "required"),
        *(
            ({"starts_at": text}, "starts_at", "not a date and a time")
            for text in ("tomorrow", "2026-13-01T08:00", "0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30", "²", "8")
        ),
        ({"ends_at": "later"}, "ends_at", "not a date and a time"),
    ]
    for fields, name, sentence in refused:
        answer = move(browser, world, field.waiting, **(good | fields))
        told = answer.get_json()
        assert (answer.status_code, told["field"], sentence in told["message"]) == (422, name, True), (fields, told)
    assert world.get(models.Visit, field.waiting, "status") is VisitStatus.UNSCHEDULED


def test_requests_that_are_none(field: Field, browser: Browser):
    browser.sign_in(field.office)
    url = f"{VISITS}/{field.planned}/plan"
    assert browser.client.post(url, json={"version": 1}, headers={"X-CSRFToken": browser.csrf()}).status_code == 400
    for content in (b"{", b"\xff", b'{"a": NaN}'):
        data = {"data": content, "content_type": "application/json", "headers": {"X-CSRFToken": browser.csrf()}}
        assert browser.client.post(url, **data).status_code == 400
    assert browser.post(url, {"version": "x"}).status_code == 400
    assert browser.post(url, {}).status_code == 400
    assert browser.post(url, {"version": "1"}, csrf=False).status_code == 400
    assert browser.post(f"{VISITS}/99999999/plan", {"version": "1"}).status_code == 404
    assert browser.get(url).status_code == 405


def test_the_panel_is_told_who_could_go_and_what_a_time_left_free_could_take(
    field: Field, browser: Browser, world: World
):
    browser.sign_in(field.office)
    with world.app.app_context():
        waiting = db.session.get_one(models.Visit, field.waiting)
        waiting.case.site.postal_code = db.session.get_one(models.Visit, field.planned).case.site.postal_code
        db.session.commit()
    with clock.at(datetime(2026, 11, 23, 9, tzinfo=TORONTO)):
        asked = {"query_string": {"day": DAY}}
        with world.counting() as statements:
            answer = browser.get(f"{VISITS}/{field.waiting}/suggestions", **asked)
        assert (answer.status_code, len(statements) <= 14) == (200, True)
        told = {one["name"]: (one["day"], one["from"], one["to"]) for one in answer.get_json()}
        assert told == {"Yannick": (DAY, "09:00", "10:00"), "Marc": (DAY, "10:00", "11:00")}
        assert all("already in" in one["reason"] for one in answer.get_json())
        assert browser.get(f"{VISITS}/99999999/suggestions", **asked).status_code == 404
        assert browser.get(f"{VISITS}/{field.waiting}/suggestions?day=never").status_code == 400

        answer = move(browser, world, field.planned, "unplan").get_json()
        (one,) = answer["fillers"]
        assert (one["id"], one["label"]) == (field.waiting, "Plan at 8:30\u00a0a.m.")
        assert browser.post(f"{VISITS}/{one['id']}/plan", one["fields"]).status_code == 200
        assert times(world, field.waiting) == (f"{DAY}T13:30", f"{DAY}T14:30")
        assert move(browser, world, field.planned, **answer["undo"]["fields"]).get_json()["fillers"] == []
