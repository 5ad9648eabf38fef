"""What the technician's pages tell, and what the client is told by somebody on the way."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from sercom import models
from sercom.core import clock
from sercom.core.base import db
from sercom.entities.delivery.message import Message, MessageKind
from sercom.entities.users.model import Language
from sercom.entities.visits.model import Visit
from tests.field import ago, planned, send
from tests.rows import add_picture
from tests.support import World, give, make_client, make_user, name_company

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile/15E148"}


@pytest.fixture
def technician(world: World) -> int:
    return world.user("technician", name="Marc-André Pelletier")


@pytest.fixture
def visit(world: World, technician: int) -> int:
    return world.make(lambda: planned(technician))


# --- on the way --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.FRENCH, ("en route", "entre 14 h 30 et 15 h 00")),
        (Language.ENGLISH, ("on the way", "2:30 p.m. and 3:00 p.m.")),
    ],
)
def test_the_client_learns_between_which_times(world, browser, technician, language, words):
    def build() -> Visit:
        name_company()
        return planned(technician, make_client(email="julie@example.org", language=language))

    visit, key = world.make(build), str(uuid.uuid4())
    browser.sign_in(technician)
    with clock.at(datetime(2027, 1, 12, 14, 2, tzinfo=clock.ZoneInfo("America/Toronto"))):
        answers = [send(browser, visit, "leave", minutes="30", key=key).json for _time in range(2)]
    assert answers[0] == answers[1]
    assert "julie@example.org" in answers[0]["message"]
    (message,) = world.read(lambda: list(db.session.scalars(select(Message))))
    assert (message.kind, message.to_email, message.language) == (MessageKind.ON_THE_WAY, "julie@example.org", language)
    text = message.body.replace("\u00a0", " ")
    assert words[0] in message.subject
    assert words[1] in text
    assert "84, rue Sainte-Rose, Laval" in text
    assert "{" not in message.subject + text


def test_without_an_address_a_text_message_stands_ready(world, browser, technician):
    visit = world.make(lambda: name_company() and planned(technician, make_client(email=None)))
    browser.sign_in(technician)
    answer = send(browser, visit, "leave", minutes="45").json
    assert "texto" in answer["message"]
    page = browser.get(f"/field/visits/{visit}").get_data(as_text=True)
    assert 'href="sms:+14505550110?body=Bonjour%2C%20ici%20Marc-Andr%C3%A9%20Pelletier' in page
    hour = clock.ZoneInfo("America/Toronto")
    assert f"{datetime.fromisoformat(answer['arrives']).astimezone(hour).hour}%C2%A0h" in page
    assert world.read(lambda: db.session.scalars(select(Message)).all()) == []


def test_nobody_is_promised_what_is_over(world, browser, technician):
    visit = world.make(lambda: planned(technician, make_client(email="julie@example.org")))
    answer = send(browser.sign_in(technician), visit, "leave", minutes="15", **ago(120)).json
    assert answer["state"] == "done"
    assert "après l’heure" in answer["message"]
    assert world.read(lambda: db.session.scalars(select(Message)).all()) == []


# --- the pages ---------------------------------------------------------------------------------------


def test_the_day_in_order(world, browser, technician):
    start_of_day = midnight(world)

    def at(hours: float, command: str | None = None) -> Visit:
        row = planned(technician, make_client(name=f"Client {hours}"))
        row.starts_at = start_of_day + timedelta(hours=hours)
        row.ends_at = row.starts_at + timedelta(hours=1)
        if command:
            give(command, row, make_user("office").actor)
        return row

    for hours, command in (
        (13, None),
        (9, None),
        (-15, None),
        (-14, "finish"),
        (33, None),
        (34, "cancel"),
        (300, None),
    ):
        world.make(lambda hours=hours, command=command: at(hours, command))
    page = browser.sign_in(technician).get("/field/").get_data(as_text=True)
    places = [page.find(f"Client {hours}<") for hours in (-15, 9, 13, 33)]
    assert -1 not in places
    assert places == sorted(places)
    assert [hours for hours in (-14, 34, 300) if f"Client {hours}<" in page] == []
    other = world.user("office")
    assert "Client 9<" not in browser.sign_in(other).get("/field/").get_data(as_text=True)
    assert "Client 9<" in browser.get(f"/field/?person={technician}").get_data(as_text=True)
    assert "Client 9<" not in browser.get("/field/?person=²").get_data(as_text=True)


def midnight(world: World) -> datetime:
    with world.app.app_context():
        return clock.day_bounds(clock.today())[0].astimezone(UTC)


def test_prices_are_for_whom_they_are_permitted(world, browser, technician, visit):
    page = browser.sign_in(technician).get(f"/field/visits/{visit}").get_data(as_text=True)
    assert "Compresseur" in page
    assert "531,97" not in page
    trusted = world.user("technician", sees_prices=True)
    other = world.make(lambda: planned(trusted))
    assert "531,97" in browser.sign_in(trusted).get(f"/field/visits/{other}").get_data(as_text=True)


def test_a_page_tells_all_that_is_needed(world, browser, technician):
    def build() -> Visit:
        row = planned(technician, instructions="Remplacer le <compresseur>")
        row.case.site.access_notes = "Clé chez le voisin"
        row.case.site.contact_name, row.case.site.contact_phone = "Luc Gagnon", "+15145550199;ext=22"
        earlier = planned(technician)
        earlier.case, earlier.findings = row.case, "Fuite au raccord"
        add_picture(row.case, make_user("office"))
        return row

    visit = world.make(build)
    browser.sign_in(technician)
    browser.get("/field/")  # the session's own queries come first
    with world.counting() as statements:
        page = browser.get(f"/field/visits/{visit}").get_data(as_text=True)
    assert len(statements) <= 17, statements
    for part in (
        "Remplacer le &lt;compresseur&gt;",
        "Clé chez le voisin",
        "Luc Gagnon",
        'href="tel:+15145550199;ext=22"',
        'href="sms:+15145550199?body=',
        "https://www.google.com/maps/dir/?api=1&amp;destination=84%2C%20rue%20Sainte-Rose",
        "Fuite au raccord",
        "/photos/",
    ):
        assert part in page or part.replace("&amp;", "&") in page, part
    assert "/admin/files" not in page


def test_the_days_queries_do_not_grow(world, browser, technician):
    browser.sign_in(technician)
    counts = []
    for _round in range(2):
        for _visit in range(3):
            world.make(lambda: planned(technician))
        with world.counting() as statements:
            assert browser.get("/field/").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_technician_lands_there_on_a_phone(world, browser, technician):
    assert browser.sign_in(technician).get("/admin/", headers=PHONE).location == "/field/"
    assert browser.get("/admin/").status_code == 200
    assert browser.sign_in(world.user("office")).get("/admin/", headers=PHONE).status_code == 200


def test_the_office_sees_the_time_and_corrects_it(world, browser, technician, visit):
    browser.sign_in(technician)
    send(browser, visit, "start", **ago(60))
    send(browser, visit, "finish", **ago(10))
    browser.sign_in(world.user("office"))
    page = browser.get(f"/admin/visits/details/?id={visit}").get_data(as_text=True)
    assert "Temps mesuré" in page
    assert "Marc-André Pelletier" in page
    form = browser.form(f"/admin/visits/edit/?id={visit}") | {"minutes": "75", "findings": "", "instructions": ""}
    form.pop("csrf_token", None)
    assert browser.post(f"/admin/visits/edit/?id={visit}", form).status_code == 302
    assert world.get(Visit, visit, "minutes") == 75
    changed = select(models.JournalEntry).where(models.JournalEntry.event == "changed")
    assert world.read(lambda: db.session.scalars(changed).one().changes)["minutes"] == [50, 75]


def test_the_worker_keeps_to_the_field(browser):
    answer = browser.get("/field/sw.js")
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "/admin" not in answer.get_data(as_text=True).partition("\n")[0]
    manifest = browser.get("/field/manifest.webmanifest").json
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/field/", "/field/", "standalone")
    for icon in manifest["icons"]:
        answer = browser.get(icon["src"])
        answer.close()  # a static file stays open otherwise
        assert answer.status_code == 200
