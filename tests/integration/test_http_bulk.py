"""Several rows with one POST: each has its own result, a refused one stops no other, sent twice it acts once."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from sercom import models
from sercom.core.base import db
from tests.pages import links, list_rows, notices, parse
from tests.support import Browser, World, give, make_user


@pytest.fixture
def office(world: World, browser: Browser) -> Browser:
    """Somebody of the office is signed in."""
    return browser.sign_in(world.user("office"))


def tick(world: World, model: Any, *rows: int) -> list[str]:
    """What the boxes of those rows send."""
    return [f"{row}:{world.get(model, row, 'version')}" for row in rows]


def bulk(office: Browser, entity: str, action: str, ticked: list[str], nonce: str = "n1") -> TestResponse:
    """Act on the ticked rows."""
    return office.post(f"/admin/{entity}/bulk/", {"action": action, "row": ticked, "nonce": nonce})


def results(page: TestResponse) -> list[bool]:
    """Row by row, whether it was done."""
    assert page.status_code == 200
    return ["Refusé" not in result for _row, result in list_rows(page)]


def count(world: World, model: type[Any]) -> int:
    """How many there are."""
    return int(world.read(lambda: db.session.query(model).count()))


def order(world: World, command: str, model: type[Any], row: int, **data: Any) -> None:
    """Somebody else gives a command."""
    with world.app.app_context():
        give(command, db.session.get_one(model, row), make_user("office").actor, **data)
        db.session.commit()


def test_the_list_offers_conversions_and_plain_commands(world: World, office: Browser):
    world.document("job")
    page = office.get("/admin/jobs/")
    values = [option.get("value") for option in parse(page).iter("option")]
    assert "convert-invoice" in values
    assert "complete" in values
    assert "hold" not in values  # it asks for a reason
    boxes = [box for box in parse(page).iter("input") if box.get("name") == "row"]
    assert len(boxes) == 1


def test_each_row_has_its_own_result(world: World, office: Browser):
    jobs = [world.document("job") for _number in range(4)]
    order(world, "cancel", models.Job, jobs[1])
    page = bulk(office, "jobs", "convert-invoice", tick(world, models.Job, *jobs))
    assert results(page) == [True, False, True, True]
    assert count(world, models.Invoice) == 3
    assert len([link for link in links(page).values() if "/admin/invoices/details/" in link]) >= 1


def test_the_same_nonce_makes_nothing_twice(world: World, office: Browser):
    jobs = [world.document("job") for _number in range(2)]
    ticked = tick(world, models.Job, *jobs)
    assert results(bulk(office, "jobs", "convert-invoice", ticked)) == [True, True]
    assert results(bulk(office, "jobs", "convert-invoice", ticked)) == [True, True]
    assert count(world, models.Invoice) == 2
    again = bulk(office, "jobs", "convert-invoice", tick(world, models.Job, *jobs), nonce="n2")
    assert results(again) == [False, False]  # they were converted already: that needs a yes
    assert count(world, models.Invoice) == 2


def test_a_row_ticked_twice_counts_once(world: World, office: Browser):
    job = world.document("job")
    page = bulk(office, "jobs", "convert-invoice", tick(world, models.Job, job) * 3)
    assert results(page) == [True]
    assert count(world, models.Invoice) == 1


def test_a_quote_without_approval_is_refused_in_bulk(world: World, office: Browser):
    draft, approved = world.document("quote"), world.document("quote")
    order(world, "mark_sent", models.Quote, approved)
    order(world, "approve", models.Quote, approved, channel="phone", name="Julie")
    assert results(bulk(office, "quotes", "convert-job", tick(world, models.Quote, draft, approved))) == [False, True]
    assert world.get(models.Quote, draft, "status").value == "draft"


def test_commands_in_bulk(world: World, office: Browser):
    quotes = [world.document("quote") for _number in range(2)]
    empty = world.document("quote", drafts=())
    page = bulk(office, "quotes", "mark_sent", tick(world, models.Quote, quotes[0], empty, quotes[1]))
    assert sorted(results(page)) == [False, True, True]
    states = [world.get(models.Quote, row, "status").value for row in (*quotes, empty)]
    assert states == ["sent", "sent", "draft"]


def test_invoices_issued_in_bulk_have_numbers_without_a_gap(world: World, office: Browser):
    invoices = [world.document("invoice") for _number in range(3)]
    empty = world.document("invoice", drafts=())
    ticked = tick(world, models.Invoice, invoices[0], empty, *invoices[1:])
    assert sorted(results(bulk(office, "invoices", "issue", ticked))) == [False, True, True, True]
    numbers = sorted(world.get(models.Invoice, row, "number") for row in invoices)
    assert numbers == ["F-000001", "F-000002", "F-000003"]


def test_a_stale_and_a_deleted_row_stop_no_other(world: World, office: Browser):
    stale, deleted, good = (world.document("request") for _number in range(3))
    ticked = tick(world, models.ServiceRequest, stale, deleted, good)
    order(world, "mark_assessed", models.ServiceRequest, stale)
    assert office.sign_in(world.user("owner")).post("/admin/requests/delete/", {"id": deleted}).status_code == 302
    assert results(bulk(office, "requests", "convert-quote", ticked)) == [False, False, True]
    assert count(world, models.Quote) == 1


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ({"action": "convert-invoice"}, 302),
        ({"action": "", "row": "{job}:1"}, 302),
        ({"action": "nothing", "row": "{job}:1"}, 400),
        ({"action": "convert-nothing", "row": "{job}:1"}, 400),
        ({"action": "hold", "row": "{job}:1"}, 400),
        ({"action": "complete", "row": "abc:1"}, 404),
        ({"action": "complete", "row": "{job}:abc"}, 400),
        ({"action": "complete", "row": "{job}"}, 400),
        ({"action": "complete", "row": "{job}:99999999999999999999"}, 400),
        ({"action": "convert-invoice", "row": "{job}:1", "nonce": "n" * 5000}, 200),
    ],
)
def test_what_makes_no_sense_is_refused(world: World, office: Browser, form: dict[str, str], answer: int):
    job = world.document("job")
    sent = {key: value.replace("{job}", str(job)) for key, value in form.items()}
    page = office.post("/admin/jobs/bulk/", sent)
    assert page.status_code == answer
    assert answer != 302 or notices(office.get(page.location))


def test_an_accountant_converts_nothing_in_bulk(world: World, browser: Browser):
    job = world.document("job")
    browser.sign_in(world.user("accountant"))
    assert results(bulk(browser, "jobs", "convert-invoice", tick(world, models.Job, job))) == [False]
    assert not count(world, models.Invoice)
    assert 'name="row"' not in browser.get("/admin/jobs/").get_data(as_text=True)


def test_no_more_rows_than_a_page_holds_are_taken(world: World, office: Browser):
    job = world.document("job")
    ticked = [f"{job + number}:1" for number in range(150)]
    page = bulk(office, "jobs", "convert-invoice", ticked)
    assert len(results(page)) <= 100
