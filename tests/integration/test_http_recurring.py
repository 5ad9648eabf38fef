"""A calendar's private address and visits that come again, as the office asks for them."""

from __future__ import annotations

import pytest

from sercom.core.base import db
from sercom.models import Job, Team
from tests.pages import form_to, main_form, send, submit
from tests.support import Browser, World

REPEAT = {"first_day": "2027-05-03", "starts": "09:00", "ends": "10:30", "every": "1", "unit": "YEARLY", "times": "3"}


@pytest.fixture
def office(world: World, browser: Browser) -> Browser:
    """Somebody of the office, signed in."""
    return browser.sign_in(world.user("office"))


def visits_of(world: World, job: int) -> list[tuple[str, str]]:
    return world.read(
        lambda: [(f"{v.starts_at:%Y-%m-%d %H:%M}", v.status.value) for v in db.session.get_one(Job, job).visits]
    )


def test_a_yearly_visit(world: World, office: Browser):
    job, technician = world.document("job"), world.user("technician")
    page = submit(office, f"/admin/jobs/{job}/do/repeat_visits", **REPEAT, person=str(technician))
    if page.status_code != 302:  # a holiday or an hour speaks against one of them
        page = send(office, main_form(page), f"/admin/jobs/{job}/do/repeat_visits")
    assert page.status_code == 302
    days = ["2027-05-03 13:00", "2028-05-03 13:00", "2029-05-03 13:00"]
    assert visits_of(world, job) == [(day, "scheduled") for day in days]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"times": ""}, "times", "Indiquez combien de fois"),
        ({"until": "2028-01-01"}, "times", "Indiquez combien de fois"),
        ({"times": "61"}, "times", "60"),
        ({"times": "1"}, "times", "2"),
        ({"every": "0"}, "every", "1"),
        ({"ends": "09:00"}, "ends", "se termine avant"),
        ({"first_day": "2027-02-30"}, "first_day", ""),
        ({"unit": "DAILY"}, "unit", ""),
        ({"times": "", "until": "2027-05-04"}, "until", "une seule visite"),
    ],
)
def test_a_wrong_rule_is_told_beside_its_field(world: World, office: Browser, changes, field, message):
    job, technician = world.document("job"), world.user("technician")
    page = submit(office, f"/admin/jobs/{job}/do/repeat_visits", **(REPEAT | changes), person=str(technician))
    assert page.status_code == 422
    form = main_form(page)
    assert message in form.errors[field], form.errors
    assert form.data["person"] == str(technician), "nothing typed is lost"
    assert len(world.read(lambda: db.session.get_one(Job, job).visits)) == 1


def test_the_address_of_ones_own_calendar(world: World, browser: Browser):
    browser.sign_in(world.user("technician"))
    page = browser.get("/admin/account/")
    assert "feed-address" not in page.text
    send(browser, form_to(page, "/admin/account/calendar"), "/admin/account/")
    first = address(browser.get("/admin/account/"))
    assert browser.app.test_client().get(first).status_code == 200
    send(browser, form_to(browser.get("/admin/account/"), "/admin/account/calendar"), "/admin/account/")
    second = address(browser.get("/admin/account/"))
    assert second != first
    send(browser, form_to(browser.get("/admin/account/"), "/admin/account/calendar/end"), "/admin/account/")
    assert "feed-address" not in browser.get("/admin/account/").text
    assert [browser.app.test_client().get(each).status_code for each in (first, second)] == [404, 404]


def test_the_address_of_a_teams_calendar(world: World, office: Browser):
    team = world.make(lambda: added(Team(name="Nord")))
    url = f"/admin/teams/details/?id={team}"
    send(office, form_to(office.get(url), f"/admin/teams/{team}/calendar"), url)
    assert office.app.test_client().get(address(office.get(url))).status_code == 200


def added(team: Team) -> Team:
    db.session.add(team)
    db.session.flush()
    return team


def address(page) -> str:
    """The path of the calendar that the page shows."""
    text = page.text
    begin = text.index("/calendar/", text.index('id="feed-address"'))
    return text[begin : text.index('"', begin)]
