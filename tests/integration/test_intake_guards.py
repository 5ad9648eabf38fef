"""What the public form refuses: forged tickets, photos that are none, scripts; and what it never touches."""

from __future__ import annotations

import time
from typing import Any

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from sercom import models
from sercom.core.base import db
from sercom.portal import intake, ticket
from tests.integration.test_intake import FORMS, FULL, counts, send, the, ticket_of
from tests.pages import main_form, parse
from tests.rows import intake_answers, picture
from tests.support import Browser, World, make_client


def forged(world: World) -> list[str | None]:
    """Tickets that are none."""
    genuine = ticket_of(world)
    other_key = URLSafeTimedSerializer("another key", salt="intake-ticket").dumps("nonce")
    other_use = URLSafeTimedSerializer(world.app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps("nonce")
    return [None, "", "x", "a.b.c", genuine[:-2], genuine + "x", genuine.upper(), other_key, other_use, "é", "." * 3000]


@pytest.mark.parametrize("url", FORMS)
def test_without_a_genuine_ticket_nothing_is_kept(world: World, browser: Browser, url: str):
    for bad in forged(world):
        answer = send(browser, url, ticket=bad)
        assert answer.status_code == 422, bad
        form = main_form(answer)
        assert form.data["description"].startswith("Le chauffe-eau"), "what was typed is kept"
        assert form.data["ticket"] != bad
    assert not any(counts(world).values())


def test_an_expired_ticket_keeps_what_was_typed_and_gives_a_new_one(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as past:
        past.setattr(TimestampSigner, "get_timestamp", lambda _self: int(time.time()) - 2 * ticket.LIFETIME)
        issued = main_form(browser.get("/")).data["ticket"]
    answer = browser.client.post("/", data=intake_answers(issued) | FULL)
    assert answer.status_code == 422
    form = main_form(answer)
    assert form.over
    assert form.data["ticket"] != issued
    assert form.data["description"].startswith("Le chauffe-eau")
    assert form.data["availability"] == FULL["availability"]
    assert not any(counts(world).values())
    renewed = world.read(lambda: ticket.read(form.data["ticket"]))
    assert renewed is not None
    assert not renewed.expired
    assert browser.client.post("/", data=form.data).status_code == 303


def test_a_ticket_sent_again_leads_to_its_receipt_also_when_it_is_old(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
):
    issued = main_form(browser.get("/")).data["ticket"]
    first = browser.client.post("/", data=intake_answers(issued))
    again = browser.client.post("/", data=intake_answers(issued, name="Quelqu’un d’autre", phone="1"))
    monkeypatch.setattr(ticket, "LIFETIME", -1)
    late = browser.client.post("/", data=intake_answers(issued))
    assert first.location == again.location == late.location
    assert browser.get(first.location).status_code == 200
    assert counts(world)["request"] == 1
    assert the(world, models.Client).name == "Aïcha Benoît"


NO_PHOTOS = {
    "not a photo": [(b"GIF89a not a photo", "a.jpg")],
    "a page": [(b"<html><script>alert(1)</script>", "a.png")],
    "a vector image": [(b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a.svg")],
    "cut short": [(picture()[:200], "a.jpg")],
    "empty": [(b"", "a.jpg")],
    "too many": [(picture(), f"{number}.jpg") for number in range(7)],
    "too large": [(b"\xff" * (12 * 1024 * 1024 + 1), "a.jpg")],
    "one of two": [(picture(), "a.jpg"), (b"nothing", "b.jpg")],
}


@pytest.mark.parametrize("case", NO_PHOTOS)
def test_photos_that_are_none_are_told_beside_the_field(world: World, browser: Browser, case: str):
    answer = send(browser, "/", NO_PHOTOS[case], **FULL)
    assert answer.status_code == 422
    form = main_form(answer)
    assert form.errors["photos"]
    assert form.data["availability"] == FULL["availability"]
    assert "consent" in form.data
    assert not any(counts(world).values())


def test_six_photos_are_kept(world: World, browser: Browser):
    assert send(browser, "/", [(picture(), f"{number}.jpg") for number in range(6)]).status_code == 303
    assert counts(world)["file"] == 6


NAMES = ["../../etc/passwd", "x" * 400 + ".jpg", "<b>.jpg", "é 🔧.jpg", ".jpg", "con.jpg", 'a";b.jpg']


def test_odd_file_names_stay_names(world: World, browser: Browser):
    assert send(browser, "/", [(picture(), name) for name in NAMES[:6]]).status_code == 303
    names = world.read(lambda: [file.name for file in db.session.query(models.File)])
    assert all(0 < len(name) <= 160 and "/" not in name for name in names)


def test_a_failure_in_the_middle_leaves_nothing(world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch):
    def fail(*_args: Any, **_options: Any) -> None:
        msg = "the disk is full"
        raise RuntimeError(msg)

    monkeypatch.setattr(intake, "add_photo", fail)
    with pytest.raises(RuntimeError, match="disk"):
        send(browser, "/", [(picture(), "a.jpg")])
    assert not any(counts(world).values())
    monkeypatch.undo()
    assert send(browser, "/", [(picture(), "a.jpg")]).status_code == 303


def test_a_client_with_the_same_address_is_not_changed(world: World, browser: Browser):
    with world.app.app_context():
        known = make_client("Aïcha Benoît", email="aicha@example.org")
        known.notes, known_id, version = "Paie toujours", known.id, known.version
        db.session.commit()
    before = world.get(
        models.Client, known_id, "name", "phone", "street", "notes", "is_prospect", "version", "updated_at"
    )
    assert version
    assert send(browser, "/").status_code == 303
    after = world.get(
        models.Client, known_id, "name", "phone", "street", "notes", "is_prospect", "version", "updated_at"
    )
    assert after == before
    assert counts(world)["client"] == 2
    assert world.read(lambda: db.session.query(models.ServiceRequest).one().client_id) != known_id


SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
TEXTS = ("name", "company", "street", "city", "description")


@pytest.mark.parametrize(
    "field", [*TEXTS, "phone", "email", "postal_code", "service", "urgency", "availability", "ticket"]
)
def test_a_script_in_any_field_stays_text(world: World, browser: Browser, field: str):
    typed = {field: SCRIPT[:80]}
    answer = send(browser, "/", **typed)
    if answer.status_code == 303:
        assert browser.get(answer.location).status_code == 200
    pages = [answer] if answer.status_code != 303 else [browser.get(answer.location), *staff_pages(world)]
    for page in pages:
        assert_text(page.get_data(as_text=True))


def staff_pages(world: World) -> list[Any]:
    """Every page where staff meets the request."""
    request = the(world, models.ServiceRequest)
    staff = Browser(world.app).sign_in(world.user("owner"))
    urls = [f"/admin/{entity}/" for entity in ("requests", "clients", "sites", "cases", "journal")]
    urls += [f"/admin/requests/details/?id={request.id}", f"/admin/requests/edit/?id={request.id}"]
    urls += [f"/admin/cases/details/?id={request.case_id}", f"/admin/clients/details/?id={request.client_id}"]
    urls += [f"/admin/requests/{request.id}/convert/quote", f"/admin/requests/{request.id}/do/plan_assessment"]
    return [staff.get(url) for url in urls]


def assert_text(page: str) -> None:
    """No element and no attribute came out of what was typed."""
    tree = parse(page)
    assert not [element for element in tree.iter("script") if not element.get("src")]
    assert not [element for element in tree.iter() if element.get("onerror") or element.get("src") == "x"]
