"""Planning on its pages: who is proposed, what is asked, what fills a gap; skills, absences, hours, and who may."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from sercom.core import clock
from sercom.core.base import db
from sercom.core.journal import JournalEntry
from sercom.entities.users.model import Colour
from sercom.entities.visits.model import VisitStatus
from sercom.models import Absence, Skill, Team, User, Visit
from tests.pages import main_form
from tests.support import Browser, World, give, make_user, start

TORONTO = ZoneInfo("America/Toronto")
MONDAY = date(2026, 11, 16)


@pytest.fixture(autouse=True)
def sunday() -> Any:
    with clock.at(datetime(2026, 11, 15, 20, tzinfo=TORONTO)):
        yield


@pytest.fixture
def office(world: World, browser: Browser) -> Browser:
    return browser.sign_in(world.user("office"))


def filled(page: Any) -> dict[str, Any]:
    """What the page's form holds."""
    return dict(main_form(page).data)


def luc(world: World, **columns: Any) -> int:
    return world.user("technician", name="Luc Roy", **columns)


def visit(world: World, **columns: Any) -> int:
    def build() -> Visit:
        made = start("job", make_user("office").actor).visits[0]
        for name, value in columns.items():
            setattr(made, name, value)
        return made

    return world.make(build)


def planned(world: World, person: int, hour: int = 9) -> int:
    def build() -> Visit:
        made = start("job", make_user("office").actor).visits[0]
        at = clock.from_company(MONDAY, time(hour))
        who = db.session.get_one(User, person)
        give("schedule", made, make_user("office").actor, starts_at=at, ends_at=at + timedelta(hours=2), person=who)
        return made

    return world.make(build)


# --- the plan form ----------------------------------------------------------------------------------


def test_a_suggestion_fills_the_form_in(world: World, office: Browser):
    person, visit_id = luc(world), visit(world, expected_minutes=90)
    url = f"/admin/visits/{visit_id}/do/schedule"
    page = office.get(url)
    assert filled(page)["ends"] == "09:30", "from eight o'clock, as long as it is expected to take"
    (link,) = re.findall(rf'href="({url}\?[^"]*)"', page.text)[:1]
    assert f"person={person}" in link
    form = filled(office.get(link.replace("&amp;", "&")))
    assert {name: form[name] for name in ("person", "day", "starts", "ends")} == {
        "person": str(person),
        "day": "2026-11-16",
        "starts": "08:00",
        "ends": "09:30",
    }
    assert office.post(url, form).status_code == 302
    assert world.get(Visit, visit_id, "status", "person_id") == (VisitStatus.SCHEDULED, person)


@pytest.mark.parametrize(
    "wrong", ["person=999999", "person=abc", "day=never", "starts=25:00", "ends=x", "day=0001-01-01"]
)
def test_an_address_that_says_nothing_is_no_fault(world: World, office: Browser, wrong: str):
    page = office.get(f"/admin/visits/{visit(world)}/do/schedule?{wrong}")
    assert (page.status_code, filled(page)["day"]) == (200, "2026-11-16")


def test_an_assessment_is_suggested_too(world: World, office: Browser):
    person, request_id = luc(world), world.document("request")
    page = office.get(f"/admin/requests/{request_id}/do/plan_assessment").text
    assert f"person={person}&amp;day=2026-11-16&amp;starts=08:00&amp;ends=09:00" in page
    assert world.read(lambda: db.session.scalars(select(Visit)).all()) == [], "looking makes no visit"


def test_what_speaks_against_a_plan_is_asked_once(world: World, office: Browser):
    visit_id, url = visit(world), ""
    url = f"/admin/visits/{visit_id}/do/schedule"
    data = {"day": "2026-12-25", "starts": "09:00", "ends": "10:00", "person": str(luc(world)), "version": "1"}
    asked = office.post(url, data)
    assert asked.status_code == 409
    assert "est férié : Jour de Noël.".replace(" :", "\u00a0:") in asked.text
    assert world.get(Visit, visit_id, "status") is VisitStatus.UNSCHEDULED
    form = filled(asked)
    other = office.post(url, form | {"day": "2027-01-01"})
    assert other.status_code == 409, "what was confirmed is another plan"
    assert "Jour de l’an" in other.text
    assert office.post(url, filled(other)).status_code == 302
    assert world.get(Visit, visit_id, "status") is VisitStatus.SCHEDULED


def test_what_cannot_be_stands_beside_its_field(world: World, office: Browser):
    empty = world.make(lambda: _add(Team(name="Équipe vide")))
    url = f"/admin/visits/{visit(world)}/do/schedule"
    answer = office.post(
        url, {"day": "2026-11-16", "starts": "09:00", "ends": "10:00", "team": str(empty), "version": 1}
    )
    assert answer.status_code == 422
    assert "Il n’y a personne dans cette équipe." in answer.text


def _add(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row


def test_the_page_asks_no_query_more_for_more_people(world: World, office: Browser):
    url = f"/admin/visits/{visit(world)}/do/schedule"
    counted = []
    for _round in range(2):
        for _count in range(4):
            planned(world, luc(world))
        with world.counting() as statements:
            office.get(url)
        counted.append(len(statements))
    assert counted[0] == counted[1]


# --- a time left free -------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["cancel", "unschedule"])
def test_a_gap_is_filled_with_one_click(world: World, office: Browser, command: str):
    person, waiting = luc(world), visit(world, expected_minutes=60)
    left = planned(world, person)
    version = world.get(Visit, left, "version")
    gone = office.post(f"/admin/visits/{left}/do/{command}", {"version": version, "back": "/admin/"})
    assert gone.location.endswith(f"/admin/visits/details/?id={left}#gap")
    page = office.get(gone.location).text
    form = re.search(rf'<form method="post" action="/admin/visits/{waiting}/do/schedule".*?</form>', page, re.DOTALL)
    assert form is not None
    data = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form.group()))
    back = office.post(f"/admin/visits/{waiting}/do/schedule", data)
    assert back.location.endswith(f"/admin/visits/details/?id={left}")
    status, who, starts = world.get(Visit, waiting, "status", "person_id", "starts_at")
    assert (status, who, starts) == (VisitStatus.SCHEDULED, person, clock_at(9))
    assert f"/admin/visits/{waiting}/do/schedule" not in office.get(back.location).text


def clock_at(hour: int) -> datetime:
    return datetime(2026, 11, 16, hour, tzinfo=TORONTO)


def test_without_anything_to_fill_it_a_command_leads_back(world: World, office: Browser):
    left = planned(world, luc(world))
    version = world.get(Visit, left, "version")
    gone = office.post(f"/admin/visits/{left}/do/cancel", {"version": version, "back": "/admin/"})
    assert gone.location.endswith("/admin/")


def test_a_technician_sees_no_other_visits_in_a_gap(world: World, browser: Browser):
    person = luc(world)
    visit(world)
    left = planned(world, person)
    world.make(lambda: _cancelled(left))
    assert "gap" not in browser.sign_in(person).get(f"/admin/visits/details/?id={left}").text
    assert 'id="gap"' in browser.sign_in(world.user("office")).get(f"/admin/visits/details/?id={left}").text


def _cancelled(visit_id: int) -> Visit:
    row = db.session.get_one(Visit, visit_id)
    give("cancel", row, make_user("office").actor)
    return row


# --- what planning starts from ----------------------------------------------------------------------


def test_the_office_says_what_a_visit_needs(world: World, browser: Browser):
    gas, person = world.make(lambda: _add(Skill(name_fr="Gaz", name_en="Gas"))), luc(world)
    visit_id = planned(world, person)
    url = f"/admin/visits/edit/?id={visit_id}"
    office = browser.sign_in(world.user("office"))
    assert office.post(url, filled(office.get(url)) | {"skill": str(gas), "expected_minutes": "75"}).status_code == 302
    assert world.get(Visit, visit_id, "skill_id", "expected_minutes") == (gas, 75)
    wrong = office.post(url, filled(office.get(url)) | {"expected_minutes": "1441"})
    assert wrong.status_code == 422
    technician = browser.sign_in(person)
    form = filled(technician.get(url))
    assert not {"skill", "expected_minutes"} & form.keys()
    assert technician.post(url, form | {"skill": "", "expected_minutes": "5", "findings": "Vu"}).status_code == 302
    assert world.get(Visit, visit_id, "skill_id", "expected_minutes", "findings") == (gas, 75, "Vu")


# --- people -----------------------------------------------------------------------------------------


def test_the_owner_says_when_somebody_works_and_what_they_can(world: World, browser: Browser):
    gas, person = world.make(lambda: _add(Skill(name_fr="Gaz", name_en="Gas"))), luc(world)
    owner = browser.sign_in(world.user("owner"))
    url = f"/admin/users/edit/?id={person}"
    typed = {"skills": str(gas), "colour": "red", "invoices_on_site": "y", "hours-present": "1"}
    typed |= {
        f"hours-{day}-{cell}": hour for day in (0, 1, 4) for cell, hour in (("starts", "07:00"), ("ends", "15:30"))
    }
    assert owner.post(url, filled(owner.get(url)) | typed).status_code == 302

    def look() -> Any:
        user = db.session.get_one(User, person)
        told = [(row.weekday, row.starts, row.ends) for row in user.hours]
        return told, [str(skill) for skill in user.skills], user.colour, user.invoices_on_site, user.sees_prices

    hours = [(day, time(7), time(15, 30)) for day in (0, 1, 4)]
    assert world.read(look) == (hours, ["Gaz"], Colour.RED, True, False)
    page = owner.get(f"/admin/users/details/?id={person}").text.replace("\u00a0", " ")
    assert "Lundi – Mardi, 7 h 00 – 15 h 30 · Vendredi, 7 h 00 – 15 h 30" in page
    entry = world.read(lambda: db.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first())
    assert (entry.event, entry.changes["hours"][0], len(entry.changes["hours"][1])) == ("hours_changed", [], 2)
    form = filled(owner.get(url))
    assert form["hours-0-starts"] == "07:00"
    fewer = {**form, "hours-1-starts": "", "hours-1-ends": "", "hours-0-starts": "08:00"}
    assert owner.post(url, fewer).status_code == 302
    assert world.read(look)[0] == [(0, time(8), time(15, 30)), (4, time(7), time(15, 30))]


@pytest.mark.parametrize(
    ("starts", "ends", "message"),
    [
        ("07:00", "", "Ce n’est pas une heure."),
        ("", "15:00", "Ce n’est pas une heure."),
        ("x", "15:00", "Ce n’est pas une heure."),
        ("15:00", "15:00", "La journée finit avant de commencer."),
        ("15:00", "07:00", "La journée finit avant de commencer."),
    ],
)
def test_hours_that_are_none_stay_as_typed(world: World, browser: Browser, starts: str, ends: str, message: str):
    owner, url = browser.sign_in(world.user("owner")), f"/admin/users/edit/?id={luc(world)}"
    typed = {"hours-present": "1", "hours-2-starts": starts, "hours-2-ends": ends}
    answer = owner.post(url, filled(owner.get(url)) | typed)
    assert answer.status_code == 422
    assert message in answer.text
    assert f'name="hours-2-starts" value="{starts}"' in answer.text


def test_a_form_without_hours_leaves_them(world: World, browser: Browser):
    def build() -> User:
        user = make_user("technician")
        user.take_hours({2: (time(9), time(12))})
        return user

    person, owner = world.make(build), browser.sign_in(world.user("owner"))
    url = f"/admin/users/edit/?id={person}"
    form = {name: value for name, value in filled(owner.get(url)).items() if not name.startswith("hours")}
    assert owner.post(url, form).status_code == 302
    assert world.read(lambda: [row.weekday for row in db.session.get_one(User, person).hours]) == [2]


# --- absences and skills ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "when"),
    [
        ({"first": "2026-11-16"}, "2026-11-16"),
        ({"first": "2026-12-24", "last": "2027-01-03", "reason": "closed"}, "2026-12-24 → 2027-01-03"),
        ({"first": "2026-11-16", "starts": "13:00", "ends": "15:00"}, "2026-11-16 · 13 h 00 – 15 h 00"),
        ({"first": "2026-11-16", "last": "2026-11-17", "starts": "13:00"}, "2026-11-16 13 h 00 → 2026-11-17"),
        ({"first": "2020-01-06"}, "2020-01-06"),  # what was forgotten may be told later
    ],
)
def test_an_absence_is_told_by_days_and_hours(world: World, office: Browser, typed: dict[str, str], when: str):
    person = luc(world)
    for user in ("", str(person)):
        answer = office.post("/admin/absences/new/", {"user": user, "reason": "vacation", "note": "Essai"} | typed)
        assert answer.status_code == 302
        page = office.get(answer.location).text.replace("\u00a0", " ")
        assert when in page
        assert ("Luc Roy" if user else "Tout le monde") in page
    row = world.read(lambda: db.session.scalars(select(Absence).order_by(Absence.id.desc())).first())
    edit = f"/admin/absences/edit/?id={row.id}"
    assert office.post(edit, filled(office.get(edit))).status_code == 302
    assert world.get(Absence, row.id, "starts_at", "ends_at", "version") == (row.starts_at, row.ends_at, 1)


def test_an_absence_that_ends_first_is_refused_and_kept(world: World, office: Browser):
    answer = office.post("/admin/absences/new/", {"first": "2026-11-16", "last": "2026-11-10", "reason": "sick"})
    assert answer.status_code == 422
    assert "L’absence finit avant de commencer." in answer.text
    assert 'value="2026-11-10"' in answer.text


def test_an_absence_changed_meanwhile_is_shown(world: World, office: Browser):
    made = office.post("/admin/absences/new/", {"first": "2026-11-16", "reason": "sick"})
    row_id = int(made.location.rpartition("=")[2])
    edit = f"/admin/absences/edit/?id={row_id}"
    form = filled(office.get(edit))
    assert office.post(edit, form | {"note": "Grippe"}).status_code == 302
    late = office.post(edit, form | {"first": "2026-11-20"})
    assert late.status_code == 409
    assert filled(late)["first"] == "2026-11-20"


PAGES = {
    "technician": {"skills": 403, "absences": 403},
    "accountant": {"skills": 200, "absences": 200},
    "office": {"skills": 200, "absences": 200},
}


@pytest.mark.parametrize("role", PAGES)
def test_who_may_look_and_who_may_change(world: World, browser: Browser, role: str):
    person = browser.sign_in(world.user(role))
    for entity, status in PAGES[role].items():
        assert person.get(f"/admin/{entity}/").status_code == status
        made = person.post(
            f"/admin/{entity}/new/",
            {"name_fr": "Gaz", "name_en": "Gas", "active": "y", "first": "2026-11-16", "reason": "sick"},
        )
        assert made.status_code == (302 if role == "office" else 403)


def test_who_left_with_visits_planned_is_told_in_french_too(world: World, browser: Browser):
    person = luc(world)
    planned(world, person)
    owner = browser.sign_in(world.user("owner"))
    owner.post("/language", {"language": "fr_CA"})
    url = f"/admin/users/details/?id={person}"
    assert "ne travaille plus ici" not in owner.get(url).text

    def leave() -> User:
        gone = db.session.get_one(User, person)
        gone.active = False
        return gone

    world.make(leave)
    told = owner.get(url).text
    assert "1 visite planifiée reste au nom de cette personne" in told
    (link,) = re.findall(r'href="(/admin/calendar/\?[^"]*)"', told[told.index("notice") :])[:1]
    assert "Luc Roy" in owner.get(link.replace("&amp;", "&")).text


def test_the_plan_says_whose_visit_it_is(world: World, office: Browser):
    visit_id = visit(world)
    with_client = world.read(lambda: str(db.session.get_one(Visit, visit_id).case.client))
    assert f"<strong>{with_client}</strong>" in office.get(f"/admin/visits/{visit_id}/do/schedule").text


def test_who_left_while_the_plan_was_open_is_answered_in_a_sentence(world: World, office: Browser):
    person, visit_id = luc(world, active=False), visit(world)
    office.post("/language", {"language": "fr_CA"})
    url = f"/admin/visits/{visit_id}/do/schedule"
    answer = office.post(url, filled(office.get(url)) | {"person": str(person), "instructions": "Clé sous le pot"})
    assert answer.status_code == 422
    assert "Ce choix n’est plus offert. Choisissez de nouveau." in answer.text
    assert "Clé sous le pot" in answer.text
