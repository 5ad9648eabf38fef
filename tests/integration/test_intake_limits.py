"""What keeps machines out of the public form: time, a hidden field, bursts, the counts of a day."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from sercom import models
from sercom.core.base import db
from sercom.extensions import limiter
from sercom.portal import ticket
from tests.integration.test_intake import FULL, counts, send
from tests.pages import WebForm, main_form
from tests.rows import intake_answers, picture
from tests.support import Browser, World, day

PHONE = "+15145550100"


@pytest.fixture
def settings(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the guards' settings for one test; the limiter's memory is empty."""
    limiter.reset()

    def put(**values: int) -> None:
        for name, value in values.items():
            monkeypatch.setitem(app.config, f"INTAKE_{name.upper()}", value)

    return put


def post(browser: Browser, address: str = "203.0.113.7", **changes: Any) -> Any:
    """Send a form of its own ticket from an address."""
    with browser.app.app_context():
        issued = ticket.issue()
    data = intake_answers(issued) | FULL | changes
    return browser.client.post("/", data=data, environ_base={"REMOTE_ADDR": address})


def assert_kept(answer: Any, status: int) -> WebForm:
    """The form came back as it was typed, and says why."""
    form = main_form(answer)
    assert answer.status_code == status
    assert form.over
    assert form.data["description"].startswith("Le chauffe-eau")
    assert form.data["availability"] == FULL["availability"]
    assert "consent" in form.data
    return form


def test_a_form_sent_faster_than_it_is_read_comes_back(world: World, browser: Browser, settings: Any, monkeypatch: Any):
    settings(min_seconds=3)
    form = assert_kept(post(browser), 422)
    assert not any(counts(world).values())
    monkeypatch.setattr("itsdangerous.TimestampSigner.get_timestamp", lambda _signer: int(time.time()) + 3)
    assert browser.client.post("/", data=form.data).status_code == 303


def test_a_filled_trap_sends_the_form_back(world: World, browser: Browser):
    form = assert_kept(post(browser, website="https://example.org"), 422)
    assert form.data["website"] == ""
    assert not any(counts(world).values())
    assert browser.client.post("/", data=form.data).status_code == 303


def test_a_burst_gives_the_form_back_and_a_flood_nothing(world: World, browser: Browser, settings: Any):
    settings(burst=3, flood=5)
    answers = [post(browser, phone="1") for _try in range(6)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429, 429, 429]
    assert_kept(answers[3], 429)
    assert "<form" not in answers[5].get_data(as_text=True)
    assert post(browser, "203.0.113.8").status_code == 303
    assert counts(world)["request"] == 1


LIMITS = {
    "address": ({"daily_per_address": 2}, lambda number: {"email": f"a{number}@example.org"}),
    "email": ({"daily_per_email": 2}, lambda number: {"address": f"203.0.113.{number}"}),
    "total": (
        {"daily_total": 2},
        lambda number: {"address": f"203.0.113.{number}", "email": f"a{number}@example.org"},
    ),
}


@pytest.mark.parametrize("kind", LIMITS)
def test_beyond_a_days_limit_the_form_comes_back_with_the_phone(
    world: World, browser: Browser, settings: Any, kind: str
):
    limits, who = LIMITS[kind]
    settings(**limits)
    with world.app.app_context():
        db.session.get_one(models.Company, 1).phone = PHONE
        db.session.commit()
    assert [post(browser, **who(number)).status_code for number in range(2)] == [303, 303]
    assert "514 555-0100" in assert_kept(post(browser, **who(2)), 429).over[0]
    assert counts(world)["request"] == 2
    keys = world.read(lambda: [row.key for row in db.session.query(models.IntakeCount)])
    assert not [key for key in keys if "203.0" in key or "example" in key]


def test_counts_go_after_a_week_and_photos_after_a_day(world: World, browser: Browser):
    with world.app.app_context():
        old = day(-9)
        db.session.add(models.IntakeCount(day=old, key="x", count=3))
        db.session.commit()
    send(browser, "/", [(picture(), "a.jpg")], phone="1")
    assert world.read(lambda: db.session.query(models.IntakeUpload).count()) == 1
    with world.app.app_context():
        yesterday = db.session.query(models.IntakeUpload).one().created_at - timedelta(hours=25)
        db.session.query(models.IntakeUpload).update({"created_at": yesterday})
        db.session.commit()
    assert send(browser, "/", [(picture(), "b.jpg")]).status_code == 303
    assert world.read(lambda: db.session.query(models.IntakeUpload).count()) == 0
    assert world.read(lambda: db.session.query(models.IntakeCount).filter_by(key="x").count()) == 0


def test_the_command_sweeps_what_is_old_and_nothing_else(world: World, browser: Browser):
    send(browser, "/", [(picture(), "a.jpg")], phone="1")
    send(browser, "/", [(picture(), "b.jpg")], phone="1")
    with world.app.app_context():
        old = db.session.query(models.IntakeUpload).filter_by(name="a.jpg").one()
        old.created_at -= timedelta(hours=25)
        db.session.add(models.IntakeCount(day=day(-9), key="x", count=3))
        db.session.commit()
    assert world.app.test_cli_runner().invoke(args=["sweep-intake"]).exit_code == 0
    assert world.read(lambda: [row.name for row in db.session.query(models.IntakeUpload)]) == ["b.jpg"]
    assert world.read(lambda: db.session.query(models.IntakeCount).filter_by(key="x").count()) == 0


@pytest.mark.slow
def test_ten_thousand_from_one_address_leave_few_rows(
    world: World, browser: Browser, settings: Any, monkeypatch: pytest.MonkeyPatch
):
    settings(burst=20, flood=30, daily_per_address=10)
    monkeypatch.setattr("time.time", lambda: 1_800_000_000)  # within one minute
    with world.app.app_context():
        forms = [intake_answers(ticket.issue()) for _number in range(20)]
    tries = 10_000 if os.environ.get("SERCOM_SOAK") else 1_000
    start = time.process_time()
    answers = [browser.client.post("/", data=forms[number % 20]).status_code for number in range(tries)]
    assert time.process_time() - start < 10 + tries / 1000
    assert set(answers) == {303, 429}
    made = counts(world)
    assert made["request"] == made["case"] == made["client"] == 10
    assert world.read(lambda: db.session.query(models.IntakeCount).count()) <= 3
