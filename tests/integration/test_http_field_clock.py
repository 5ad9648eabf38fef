"""When something happened: reckoned from the phone's two readings, however wrong its clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from sercom import models
from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.entities.visits.model import Visit
from sercom.entities.visits.proof import SentAction
from tests.field import ago, planned, send
from tests.support import World


@pytest.fixture
def technician(world: World) -> int:
    return world.user("technician", name="Marc-André Pelletier")


@pytest.fixture
def visit(world: World, technician: int) -> int:
    return world.make(lambda: planned(technician))


@pytest.mark.parametrize(
    ("readings", "minutes"),
    [
        (ago(30), 30),
        (ago(30, timedelta(hours=5)), 30),
        (ago(30, timedelta(days=-4000)), 30),
        (ago(-30), 0),
        (ago(30 * 1440), 14 * 1440),
        ({}, 0),
        ({"at": "yesterday", "sent_at": "now"}, 0),
        ({"at": "2026-01-01T10:00:00", "sent_at": "2026-01-01T10:30:00"}, 0),
        ({"at": "0001-01-01T00:00:00+14:00", "sent_at": "9999-12-31T23:59:59-12:00"}, 14 * 1440),
        ({"at": "x" * 5000, "sent_at": "x" * 5000}, 0),
    ],
)
def test_the_moment_is_reckoned_from_how_long_ago_it_was(world, browser, technician, visit, readings, minutes):
    assert send(browser.sign_in(technician), visit, "start", **readings).json["state"] == "done"
    started = world.get(Visit, visit, "started_at")
    assert abs(utcnow() - started - timedelta(minutes=minutes)) < timedelta(minutes=1)
    happened, created = world.read(
        lambda: (row := db.session.scalars(select(SentAction)).one()) and (row.happened_at, row.created_at)
    )
    assert happened == started
    assert utcnow() - created < timedelta(minutes=1)


def test_time_does_not_run_backwards(world, browser, technician, visit):
    browser.sign_in(technician)
    send(browser, visit, "start", **ago(10))
    assert send(browser, visit, "finish", **ago(60)).json["state"] == "done"
    minutes, started, ended = world.get(Visit, visit, "minutes", "started_at", "ended_at")
    assert (minutes, ended) == (0, started)


def test_the_journal_tells_when_it_happened(world, browser, technician, visit):
    send(browser.sign_in(technician), visit, "start", **ago(120))
    entry = select(models.JournalEntry).where(models.JournalEntry.event == "start")
    at, changes = world.read(lambda: (row := db.session.scalars(entry).one()) and (row.at, row.changes))
    assert abs(utcnow() - at - timedelta(hours=2)) < timedelta(minutes=1)
    assert changes["status"] == ["scheduled", "in_progress"]
    assert "spans" not in changes
