"""The calendar over HTTP: who sees what, absences, midnight, bad days, the list, the number of queries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sercom import models
from sercom.core.access import Role
from sercom.core.base import db
from sercom.entities.planning.model import Absence, AbsenceReason
from tests.pages import list_rows, of_class, parse, words
from tests.planning import DAY, EVENTS, FALL, SPRING, Field, a_visit, at, make_field, move, shown, titles
from tests.support import Browser, World, day, give, make_client, make_user, start


@pytest.fixture
def field(world: World) -> Field:
    """Two technicians, one in a team, and their visits."""
    return make_field(world)


def test_an_event_tells_who_where_and_when_on_the_companys_clock(field: Field, browser: Browser):
    event = next(event for event in shown(browser.sign_in(field.office)) if event["id"] == str(field.planned))
    assert (event["start"], event["end"], event["allDay"]) == (f"{DAY}T08:30", f"{DAY}T10:00", False)
    assert (event["title"], event["resourceIds"]) == ("Ma cliente", [f"person-{field.technician}"])
    assert {"visit", "c-teal", "is-scheduled"} <= set(event["classNames"])
    about = event["extendedProps"]
    assert (about["city"], about["who"], about["when"]) == ("Laval", "Marc", "8:30\u00a0a.m. – 10:00\u00a0a.m.")
    assert about["what"].startswith("Job · ")


def test_everybody_sees_what_is_theirs_and_only_the_office_moves(field: Field, browser: Browser, world: World):
    seen = {}
    for role in ("technician", "office", "accountant"):
        browser.sign_in(field.technician if role == "technician" else world.user(role))
        events = shown(browser)
        seen[role] = (sorted(titles(events)), {event["editable"] for event in events})
    everything = ["Cliente de l’équipe", "Cliente d’un autre", "Ma cliente"]
    assert seen == {
        "technician": (["Cliente de l’équipe", "Ma cliente"], {False}),
        "office": (everything, {True}),
        "accountant": (everything, {False}),
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"person": "technician"}, {"Ma cliente", "Cliente de l’équipe"}),
        ({"team": "team"}, {"Cliente de l’équipe"}),
        ({"kind": "job"}, {"Ma cliente", "Cliente de l’équipe", "Cliente d’un autre"}),
        ({"kind": "assessment"}, {"Évaluée"}),
        ({"kind": "nonsense", "person": "²", "team": "-1"}, None),
    ],
)
def test_filters(field: Field, browser: Browser, world: World, asked: dict[str, str], found: set[str] | None):
    with world.app.app_context():
        office = db.session.get_one(models.User, field.office)
        request = start("request", office.actor, client=make_client("Évaluée"))
        plan = {"starts_at": at(f"{DAY}T08:00"), "ends_at": at(f"{DAY}T09:00"), "person": office}
        give("plan_assessment", request, office.actor, **plan)
        db.session.commit()
    given = {name: getattr(field, value, value) for name, value in asked.items()}
    assert set(titles(shown(browser.sign_in(field.office), **given))) == (found or {*ALL, "Évaluée"})


ALL = ("Ma cliente", "Cliente de l’équipe", "Cliente d’un autre")


def test_a_cancelled_visit_is_off_the_calendar_and_one_that_is_done_stays(field: Field, browser: Browser, world: World):
    with world.app.app_context():
        owner = make_user("owner")
        give("cancel", db.session.get_one(models.Visit, field.planned), owner.actor)
        give("finish", db.session.get_one(models.Visit, field.others), owner.actor)
        db.session.commit()
    events = shown(browser.sign_in(field.office))
    assert sorted(titles(events)) == ["Cliente de l’équipe", "Cliente d’un autre"]
    done = next(event for event in events if event["id"] == str(field.others))
    assert (done["editable"], "is-done" in done["classNames"], done["extendedProps"]["icon"]) == (False, True, "check")


def test_absences_stand_behind_the_row_of_a_person_and_closed_days_behind_all(
    field: Field, browser: Browser, world: World
):
    with world.app.app_context():
        span = {"starts_at": at(f"{DAY}T00:00"), "ends_at": at("2026-11-25T00:00")}
        db.session.add_all([Absence(user_id=field.technician, **span), Absence(reason=AbsenceReason.CLOSED, **span)])
        db.session.commit()
    browser.sign_in(field.office)
    rows = [f"person-{field.technician}", f"team-{field.team}"]
    behind = [event for event in shown(browser, view="dispatch", row=rows) if event.get("display") == "background"]
    assert [event["resourceIds"] for event in behind] == [rows[:1], rows]
    assert [event["title"] for event in behind] == ["Marc · Vacation", "Company closed"]
    of_all = [event for event in shown(browser, view="week") if event.get("display") == "background"]
    assert titles(of_all) == ["Company closed"]
    page = browser.get(f"/admin/calendar/?view=list&date={DAY}")
    away = [words(line) for line in of_class(parse(page), "away")]
    assert away == ["Marc · Vacation", "Company closed"]
    own = browser.sign_in(field.other)
    assert titles([event for event in shown(own, view="dispatch") if "display" in event]) == ["Company closed"]


def test_a_visit_over_midnight_is_seen_on_both_days(field: Field, browser: Browser, world: World):
    browser.sign_in(field.office)
    moved = move(
        browser, world, field.planned, starts_at=f"{DAY}T22:00", ends_at="2026-11-25T02:00", person=field.other
    )
    assert moved.get_json()["event"]["end"] == "2026-11-25T02:00"
    for first, after in ((DAY, "2026-11-25"), ("2026-11-25", "2026-11-26")):
        assert "Ma cliente" in titles(shown(browser, first, after))
    assert "Ma cliente" not in titles(shown(browser, "2026-11-26", "2026-11-27"))
    about = moved.get_json()["event"]["extendedProps"]
    assert about["when"] == "10:00\u00a0p.m. – Wed, Nov 25 2:00\u00a0a.m."


@pytest.mark.parametrize(
    ("first", "after"),
    [
        ("", ""),
        ("2026-11-23", ""),
        ("2026-13-01", "2026-13-02"),
        ("2026-11-23", "2026-11-23"),
        ("2026-11-30", "2026-11-23"),
        ("2026-01-01", "2027-01-01"),
        ("0001-01-01", "0001-01-02"),
        ("9999-12-30", "9999-12-31"),
        ("2199-12-31", "2200-01-01"),
    ],
)
def test_days_that_are_none(field: Field, browser: Browser, first: str, after: str):
    answer = browser.sign_in(field.office).get(EVENTS, query_string={"start": first, "end": after})
    assert (answer.status_code, answer.content_type) == (400, "application/json")


@pytest.mark.parametrize("view", ["", "day", "week", "month", "dispatch", "dispatch-week", "list", "nonsense"])
@pytest.mark.parametrize("on", ["", DAY, SPRING, FALL, "2026-12-31", "1900-01-01", "2199-12-31"])
def test_every_view_of_every_day_answers(field: Field, browser: Browser, view: str, on: str):
    page = browser.sign_in(field.office).get(f"/admin/calendar/?view={view}&date={on}")
    assert page.status_code == 200


@pytest.mark.parametrize("on", ["2026-02-30", "0001-01-01", "9999-12-31", "tomorrow", "²"])
def test_a_date_that_is_none_is_said_and_today_shown(field: Field, browser: Browser, on: str):
    page = browser.sign_in(field.office).get(f"/admin/calendar/?view=list&date={on}")
    assert page.status_code == 422
    assert "This is not a date" in words(parse(page))
    assert f'id="day-{day()}"' in page.get_data(as_text=True)


def test_the_list_is_there_without_a_script(field: Field, browser: Browser):
    browser.sign_in(field.office)
    page = browser.get(f"/admin/calendar/?view=list&date={DAY}&person={field.technician}")
    agenda = next(card for card in of_class(parse(page), "agenda") if card.get("id") == f"day-{DAY}")
    text = words(agenda)
    assert text.index("Ma cliente") < text.index("Cliente de l’équipe")
    assert "Cliente d’un autre" not in text
    assert f"/admin/visits/{field.planned}/do/schedule" in page.get_data(as_text=True)
    waiting = words(of_class(parse(page), "unplanned")[0])
    assert "À planifier" in waiting


def test_the_list_beside_it_shows_the_urgent_first_with_what_they_need(field: Field, browser: Browser, world: World):
    with world.app.app_context():
        office = db.session.get_one(models.User, field.office)
        for name, urgency in (("Pressée", "soon"), ("Inondée", "emergency"), ("Patiente", "flexible")):
            request = start("request", office.actor, client=make_client(name), urgency=urgency)
            visit = models.Visit.open(request)
            visit.expected_minutes = 90
            visit.skill = models.Skill(name_fr="Gaz", name_en=f"Gas {name}")
        db.session.commit()
    page = parse(browser.sign_in(field.office).get("/admin/calendar/"))
    names = [row.get("data-title") for row in of_class(page, "unplanned")[0].iter("li")]
    assert names == ["Inondée", "Pressée", "Patiente", "À planifier"]
    facts = [words(part) for part in of_class(of_class(page, "unplanned")[0], "facts-line")[0].iter("span")]
    assert facts == ["Laval", "1 h 30 min", "Gas Inondée"]


def test_the_menu_counts_what_is_to_be_planned(field: Field, browser: Browser, world: World):
    counts = {}
    for role in Role:
        browser.sign_in(world.user(role))
        menu = next(nav for nav in parse(browser.get("/admin/")).iter("nav") if nav.get("id") == "sidebar")
        entry = next(link for link in menu.iter("a") if link.get("href") == "/admin/calendar/")
        counts[role.value] = "".join(words(count) for count in of_class(entry, "count"))
    assert counts == {"owner": "1", "office": "1", "accountant": "1", "technician": ""}


def test_a_technician_has_no_list_to_plan_and_no_form(field: Field, browser: Browser):
    page = browser.sign_in(field.technician).get(f"/admin/calendar/?date={DAY}")
    text = page.get_data(as_text=True)
    assert "unplanned" not in text
    assert "À planifier" not in text
    assert 'name="starts"' not in text
    assert "Yannick" not in text


@pytest.mark.parametrize("view", ["", "list", "dispatch", "week"])
def test_the_number_of_queries_does_not_follow_the_number_of_visits(
    field: Field, browser: Browser, world: World, view: str
):
    browser.sign_in(field.office)
    address = "/admin/calendar/" if view else EVENTS
    asked = {"start": "2026-11-23", "end": "2026-11-30", "date": DAY, "view": view}
    found = []
    for more in (0, 15):
        with world.app.app_context():
            office = db.session.get_one(models.User, field.office)
            for number in range(more):
                begins = f"2026-11-{23 + number % 5}T08:00"
                a_visit(office, f"Client {number}", begins, begins.replace("08", "09"), person=office)
                a_visit(office, f"Attente {number}")
                db.session.add(
                    Absence(user_id=office.id, starts_at=at(begins), ends_at=at(begins) + timedelta(hours=1))
                )
            db.session.commit()
        browser.get(address, query_string=asked)  # the menu's counts are asked once after a commit
        with world.counting() as statements:
            assert browser.get(address, query_string=asked).status_code == 200
        found.append(len(statements))
    assert found[0] == found[1] <= 12


def test_the_list_of_visits_shows_what_was_dragged(field: Field, browser: Browser, world: World):
    browser.sign_in(field.office)
    move(browser, world, field.waiting, starts_at=f"{DAY}T16:00", person=field.other)
    browser.sign_in(field.other)
    assert any("À planifier" in row for row in list_rows(browser.get("/admin/visits/")))
