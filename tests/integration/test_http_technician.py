"""A technician sees own visits and the team's, their cases and photos: nothing of others, and no price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest

from sercom import models
from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.entities.documents.line import LineDraft
from sercom.entities.users.model import Language
from tests.pages import list_rows, main_form, tab_counts
from tests.rows import add_picture, plan
from tests.support import Browser, World, convert, give, make_client, make_user, start

PRICED = LineDraft("Compresseur", Decimal(1), "", Decimal("7531.97"))
#: What nobody in the field should read, as either language writes it.
SECRETS = ("7531", "7 531", "7\u00a0531", "7,531", "8660", "8\u202f660", "64,28", "64.28", "$")


@dataclass
class Field:
    """Ids of what is the technician's, the team's and somebody else's."""

    user: int
    other: int
    visits: dict[str, int]
    cases: dict[str, int]
    numbers: dict[str, str]
    files: dict[str, int]
    clients: dict[str, str]


@pytest.fixture
def field(world: World) -> Field:
    """Three planned jobs with photos: own, the team's, another's; and one that nobody has."""
    with world.app.app_context():
        office, user, other = (
            make_user("office"),
            make_user("technician", language=Language.FRENCH),
            make_user("technician"),
        )
        team = models.Team(name="Équipe Nord", members=[user])
        strangers = models.Team(name="Équipe Sud", members=[other])
        db.session.add_all([team, strangers])
        found = Field(user.id, other.id, {}, {}, {}, {}, {})
        for whose, who in (
            ("own", {"person": user}),
            ("team", {"team": team}),
            ("other", {"person": other, "team": strangers}),
            ("nobody", {}),
        ):
            client = make_client(f"Client {whose}")
            quote = start("quote", office.actor, client=client, drafts=[PRICED])
            job = convert(quote, "job", office.actor, approval={"channel": "phone", "name": "Julie"})
            convert(job, "invoice", office.actor)
            visit = job.visits[0]
            if who:
                plan(visit, office, **who)
            visit.parts.append(models.PartUsed(description="Filtre", quantity=Decimal(2), unit_price=Decimal("64.28")))
            file = add_picture(job.case, office)
            db.session.flush()
            found.visits[whose], found.cases[whose], found.files[whose] = visit.id, job.case_id, file.id
            found.numbers[whose], found.clients[whose] = job.case.number, client.name
        db.session.commit()
    return found


MINE, NOT_MINE = ("own", "team"), ("other", "nobody")


def test_lists_hold_own_and_team_rows_only(browser: Browser, field: Field):
    browser.sign_in(field.user)
    for entity in ("visits", "cases", "files"):
        page = browser.get(f"/admin/{entity}/")
        text = page.get_data(as_text=True)
        assert len(list_rows(page)) == len(MINE), entity
        assert all(field.numbers[whose] in text for whose in MINE), entity
        assert not [whose for whose in NOT_MINE if field.numbers[whose] in text], entity
    assert set(tab_counts(browser.get("/admin/visits/")).values()) == {len(MINE)}
    home = browser.get("/admin/").get_data(as_text=True)
    assert "/admin/visits/" in home
    assert "/admin/jobs/" not in home


@pytest.mark.parametrize("whose", NOT_MINE)
def test_search_and_filters_do_not_reach_beyond(browser: Browser, field: Field, whose: str):
    browser.sign_in(field.user)
    number = field.numbers[whose]
    for url in (
        f"/admin/visits/?search={number}",
        f"/admin/cases/?search={number}",
        f"/admin/cases/?search={field.clients[whose]}",
        f"/admin/visits/?flt0_person={field.other}",
    ):
        page = browser.get(url)
        assert page.status_code == 200
        assert not list_rows(page), url


@pytest.mark.parametrize("whose", NOT_MINE)
def test_what_is_not_theirs_is_not_there(world: World, browser: Browser, field: Field, whose: str):
    browser.sign_in(field.user)
    visit, case, file = field.visits[whose], field.cases[whose], field.files[whose]
    for url in (
        f"/admin/visits/details/?id={visit}",
        f"/admin/visits/edit/?id={visit}",
        f"/admin/visits/{visit}/do/start",
        f"/admin/visits/{visit}/do/finish",
        f"/admin/cases/details/?id={case}",
        f"/admin/files/details/?id={file}",
        f"/admin/files/{file}/content",
        f"/admin/files/{file}/content?small=1",
    ):
        assert browser.get(url).status_code == 404, url
    for url in (
        f"/admin/visits/edit/?id={visit}",
        f"/admin/visits/{visit}/do/start",
        f"/admin/visits/{visit}/do/finish",
        f"/admin/cases/{case}/notes",
    ):
        assert browser.post(url, {"body": "x", "minutes": "5"}).status_code == 404, url
    assert world.get(models.Visit, visit, "status") is models.Visit.status.type.enum(
        "scheduled" if whose == "other" else "unscheduled"
    )
    assert not world.get(models.Case, case, "notes")


def test_a_bulk_command_does_not_reach_beyond(world: World, browser: Browser, field: Field):
    browser.sign_in(field.user)
    ticked = [
        f"{field.visits[whose]}:{world.get(models.Visit, field.visits[whose], 'version')}" for whose in ("own", "other")
    ]
    browser.post("/admin/visits/bulk/", {"action": "start", "row": ticked})
    assert world.get(models.Visit, field.visits["other"], "status").value == "scheduled"


@pytest.mark.parametrize("language", ["fr_CA", "en_CA"])
def test_no_page_of_theirs_shows_a_price(browser: Browser, field: Field, language: str):
    browser.sign_in(field.user)
    browser.post("/language", {"language": language})
    for whose in MINE:
        visit, case, file = field.visits[whose], field.cases[whose], field.files[whose]
        for url in (
            "/admin/",
            "/admin/visits/",
            "/admin/cases/",
            "/admin/files/",
            f"/admin/visits/details/?id={visit}",
            f"/admin/visits/edit/?id={visit}",
            f"/admin/visits/{visit}/do/finish",
            f"/admin/cases/details/?id={case}",
            f"/admin/files/details/?id={file}",
        ):
            answer = browser.get(url)
            assert answer.status_code == 200, url
            text = answer.get_data(as_text=True)
            assert not [secret for secret in SECRETS if secret in text], url


def test_what_they_save_keeps_the_prices_they_do_not_see(world: World, browser: Browser, field: Field):
    browser.sign_in(field.user)
    visit = field.visits["own"]
    url = f"/admin/visits/edit/?id={visit}"
    form = main_form(browser.get(url)).data | {"findings": "Fuite au raccord", "minutes": "90", "parts-0-quantity": "3"}
    form |= {"parts-0-unit_price": "0.01", "parts-1-description": "Joint", "parts-1-unit_price": "9999"}
    assert browser.client.post(url, data=form).status_code == 302
    parts = world.read(
        lambda: [(p.description, p.quantity, p.unit_price) for p in db.session.get(models.Visit, visit).parts]
    )
    assert parts == [("Filtre", Decimal(3), Decimal("64.28")), ("Joint", Decimal(1), Decimal("0.00"))]


def test_the_day_of_a_technician(world: World, browser: Browser, field: Field):
    browser.sign_in(field.user)
    visit = field.visits["team"]
    page = f"/admin/visits/details/?id={visit}"
    for command in ("leave", "start"):
        version = main_form(browser.get(page)).data.get("version") or world.get(models.Visit, visit, "version")
        assert browser.post(f"/admin/visits/{visit}/do/{command}", {"version": version}).status_code == 302, command
    form = main_form(browser.get(f"/admin/visits/{visit}/do/finish")).data
    assert browser.client.post(f"/admin/visits/{visit}/do/finish", data=form | {"minutes": "75"}).status_code == 302
    assert world.get(models.Visit, visit, "status", "minutes")[1] == 75
    assert browser.post(f"/admin/cases/{field.cases['team']}/notes", {"body": "Chien"}).status_code == 302
    assert "Chien" in browser.get(page).get_data(as_text=True)


def test_a_visit_given_to_somebody_else_is_gone(world: World, browser: Browser, field: Field):
    visit = field.visits["own"]
    with world.app.app_context():
        row, other = db.session.get_one(models.Visit, visit), db.session.get_one(models.User, field.other)
        give(
            "schedule",
            row,
            make_user("office").actor,
            starts_at=utcnow(),
            ends_at=utcnow() + timedelta(hours=1),
            person=other,
        )
        db.session.commit()
    browser.sign_in(field.user)
    assert browser.get(f"/admin/visits/details/?id={visit}").status_code == 404
    assert browser.get(f"/admin/cases/details/?id={field.cases['own']}").status_code == 404
