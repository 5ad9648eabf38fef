"""The public form: what a client sends is kept whole, once, and never changes a client that exists."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from sercom import models
from sercom.core.base import db
from sercom.portal import ticket
from tests.pages import links, main_form, parse, words
from tests.rows import intake_answers, picture
from tests.support import Browser, World

FORMS = ["/", "/en/"]
MADE = (models.Client, models.Site, models.Case, models.ServiceRequest, models.File, models.JournalEntry)
FULL = {
    "company": "Boulangerie Chez Antoine inc.",
    "availability": ["mon_am", "fri_pm"],
    "urgency": "emergency",
    "province": "ON",
    "service": "3",
}


def send(browser: Browser, url: str, photos: list[tuple[bytes, str]] | None = None, **changes: Any) -> TestResponse:
    """Open the form, fill it in, send it."""
    issued = main_form(browser.get(url)).data["ticket"]
    answers = intake_answers(issued) | changes
    if photos is not None:
        answers["photos"] = [(BytesIO(data), name) for data, name in photos]
    data = {key: value for key, value in answers.items() if value is not None}
    return browser.client.post(url, data=data, content_type="multipart/form-data")


def counts(world: World) -> dict[str, int]:
    """How many rows there are of each."""
    return world.read(lambda: {model.__tablename__: db.session.query(model).count() for model in MADE})


def the(world: World, model: type[Any]) -> Any:
    """The only row there is, with what hangs on it loaded."""
    return world.read(lambda: db.session.query(model).one())


@pytest.mark.parametrize("url", FORMS)
def test_the_form_asks_in_its_language(browser: Browser, url: str):
    page = browser.get(url)
    text = words(parse(page))
    french = url == "/"
    assert parse(page).get("lang") == ("fr-CA" if french else "en-CA")
    assert ("Votre nom" in text) == french
    assert ("Your name" in text) != french
    other = links(page)["English" if french else "Français"]
    assert other == ("/en/" if french else "/")
    form = main_form(page)
    named = {"ticket", "name", "phone", "email", "company", "street", "city", "province", "postal_code", "service"}
    assert set(form.data) == {*named, "description", "urgency", "website"}
    assert "checked" not in page.get_data(as_text=True)  # consent is never ticked beforehand
    assert not page.headers.getlist("Set-Cookie")


@pytest.mark.parametrize("url", FORMS)
def test_it_makes_a_prospect_a_site_a_case_a_request_and_photos(world: World, browser: Browser, url: str):
    photos = [(picture("navy"), "IMG 1.jpg"), (picture("red", kind="PNG"), "photos/deux.png")]
    answer = send(browser, url, photos, **FULL)
    assert answer.status_code == 303
    with world.app.app_context():
        request = db.session.query(models.ServiceRequest).one()
        client, case, site = request.client, request.case, request.case.site
        assert (client.name, client.contact_name, client.kind.value) == (FULL["company"], "Aïcha Benoît", "company")
        assert (client.phone, client.email, client.is_prospect) == ("+15145550198", "aicha@example.org", True)
        assert client.language.value == ("fr_CA" if url == "/" else "en_CA")
        assert str(site) == "12, rue des Érables, Laval (ON) H7L\u00a01M3"
        assert site.client is client
        assert (site.contact_name, site.contact_phone) == ("Aïcha Benoît", "+15145550198")
        assert (request.urgency.value, request.origin.value, request.service_id) == ("emergency", "form", 3)
        assert request.availability == ["mon_am", "fri_pm"]
        assert request.title == "Le chauffe-eau coule."
        assert request.description == "Le chauffe-eau coule.\nDepuis hier."
        assert request.consent_at is not None
        assert request.consent_version
        assert request.status.value == "new"
        assert [file.name for file in case.files] == ["IMG 1.jpg", "deux.png"]
        for file in case.files:
            image = Image.open(BytesIO(file.content.data))
            assert (image.format, file.mime, dict(image.getexif())) == ("JPEG", "image/jpeg", {})
        entries = db.session.query(models.JournalEntry).filter_by(case_id=case.id).all()
        assert {entry.actor_name for entry in entries} == {"Aïcha Benoît"}
    assert counts(world) | {"journal_entry": 0} == {
        **dict.fromkeys(("client", "site", "case", "request"), 1),
        "file": 2,
        "journal_entry": 0,
    }


@pytest.mark.parametrize("url", FORMS)
def test_the_receipt_shows_the_number_and_nothing_personal(world: World, browser: Browser, url: str):
    answer = send(browser, url, [(picture(), "a.jpg")])
    page = browser.get(answer.location)
    text = words(parse(page))
    assert the(world, models.ServiceRequest).number in text
    assert ("Merci" in text) == (url == "/")
    assert ("Thank you" in text) == (url == "/en/")
    assert not [typed for typed in ("Aïcha", "514", "aicha", "Érables") if typed in text]
    token = answer.location.rpartition("/")[2]
    forged = (
        token[:-4] + ("A" if token[-4] != "A" else "B") + token[-3:]
    )  # the last letter holds bits that mean nothing
    assert browser.get(f"/merci/{forged}").status_code == 404
    assert browser.get(f"/en/thanks/{ticket_of(world)}").status_code == 404


def ticket_of(world: World) -> str:
    """A genuine ticket that made nothing."""
    with world.app.app_context():
        return ticket.issue()


REQUIRED = ("name", "phone", "street", "city", "postal_code", "service", "description", "consent")
WRONG = {
    "phone": ("abc", "555-0198", "1" * 40),
    "email": ("aicha@", "a b@c.d"),
    "postal_code": ("90210", "H7L", "ZZZ ZZZ"),
    "province": ("XX", ""),
    "service": ("9999", "abc"),
    "urgency": ("yesterday",),
    "name": ("   ", "x" * 161),
    "street": ("\t", "x" * 161),
    "city": ("x" * 81,),
    "company": ("x" * 161,),
    "description": (" \n \n", "x" * 5001),
}
CHOICES = {"province", "service", "urgency", "availability"}


@pytest.mark.parametrize("url", FORMS)
def test_a_wrong_field_is_told_beside_it_and_nothing_is_lost(world: World, browser: Browser, url: str):
    before, problems, issued = counts(world), [], ticket_of(world)
    cases = [(field, None) for field in REQUIRED] + [(field, "") for field in REQUIRED]
    cases += [(field, value) for field, values in WRONG.items() for value in values]
    for field, value in cases:
        sent = intake_answers(issued) | FULL | {field: value}
        answer = browser.client.post(url, data={key: text for key, text in sent.items() if text is not None})
        form, case = main_form(answer), f"{field}={str(value)[:12]!r}"
        if answer.status_code != 422 or field not in form.errors:
            problems.append(f"{case}: {answer.status} {form.errors}")
        typed = intake_answers("") | FULL | {field: value or ""}
        for key in typed.keys() - {"ticket", "consent"} - ({field} if field in CHOICES else set()):
            kept = form.data.get(key, "")
            if (kept.strip() if isinstance(kept, str) else kept) != (
                typed[key].strip() if isinstance(typed[key], str) else typed[key]
            ):
                problems.append(f"{case}: {key} was {typed[key]!r}, is {kept!r}")
        if field != "consent" and "consent" not in form.data:
            problems.append(f"{case}: consent is no longer ticked")
        if form.data["ticket"] != issued:
            problems.append(f"{case}: another ticket")
    assert not problems
    assert counts(world) == before


def test_several_wrong_fields_are_told_at_once_in_both_languages(browser: Browser):
    told = [main_form(send(browser, url, phone="1", email="x", postal_code="90210", name="")).errors for url in FORMS]
    assert [set(errors) for errors in told] == [{"phone", "email", "postal_code", "name"}] * 2
    assert not set(told[0].values()) & set(told[1].values())


def test_a_refused_form_can_be_sent_again_once_corrected(world: World, browser: Browser):
    refused = main_form(send(browser, "/", phone="1", **FULL))
    data = refused.data | {"phone": "450 555-0101"}
    first = browser.client.post("/", data=data)
    assert first.status_code == 303
    assert browser.client.post("/", data=data).location == first.location
    assert counts(world)["request"] == 1


def test_the_other_language_shows_what_was_typed_and_asks_for_nothing(world: World, browser: Browser):
    typed = intake_answers(main_form(browser.get("/")).data["ticket"], phone="", look="1")
    answer = browser.post("/en/", typed, csrf=False)
    form = main_form(answer)
    assert (answer.status_code, form.errors, form.over) == (200, {}, [])
    assert (form.data["name"], form.data["ticket"]) == (typed["name"], typed["ticket"])
    assert "Request a service" in answer.text
    assert counts(world)["request"] == 0
    assert browser.post("/en/", typed | {"ticket": "x"}, csrf=False).status_code == 200


def test_back_from_the_receipt_something_else_can_be_asked_for(world: World, browser: Browser):
    data = (
        main_form(browser.get("/")).data | intake_answers("") | {"ticket": main_form(browser.get("/")).data["ticket"]}
    )
    assert browser.client.post("/", data=data).status_code == 303
    other = data | {"description": "La fournaise du chalet ne part plus.", "street": "9, chemin du Lac"}
    again = browser.client.post("/", data=other)
    assert again.status_code == 422
    assert again.headers["Cache-Control"] == "no-store"
    form = main_form(again)
    assert form.data["street"] == "9, chemin du Lac"
    assert browser.client.post("/", data=other | {"ticket": form.data["ticket"]}).status_code == 303
    assert counts(world)["request"] == 2


def test_a_field_of_one_line_is_kept_on_one_line(world: World, browser: Browser):
    assert send(browser, "/", name="\x07\u2028").status_code == 422
    assert send(browser, "/", name="Aïcha\r\nBcc: x@example.org", street="12,\x07rue A").status_code == 303
    assert the(world, models.Client).name == "Aïcha Bcc: x@example.org"
    assert the(world, models.Site).street == "12, rue A"


def test_blank_optional_fields_are_nothing(world: World, browser: Browser):
    assert send(browser, "/", email="", company="  ", availability=None).status_code == 303
    client = the(world, models.Client)
    assert (client.name, client.email, client.contact_name, client.kind.value) == ("Aïcha Benoît", None, None, "person")
