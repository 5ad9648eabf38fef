"""The company's own questions, its service area, prefilled links, who may frame the form."""

from __future__ import annotations

from typing import Any

import pytest

from sercom import models
from sercom.core.base import db
from sercom.entities.questions.model import QuestionKind
from sercom.portal import views
from tests.integration.test_intake import FORMS, counts, send, the
from tests.pages import main_form, parse, words
from tests.pages import send as send_form
from tests.rows import picture
from tests.support import Browser, World

ASKED = {
    "age": {"kind": QuestionKind.NUMBER, "label_fr": "Quel âge?", "label_en": "How old?", "required": True},
    "brand": {
        "kind": QuestionKind.CHOICE,
        "label_fr": "Quelle énergie?",
        "label_en": "Which energy?",
        "choices_fr": "Gaz\nÉlectricité",
        "choices_en": "Gas\nElectricity",
    },
    "pets": {"kind": QuestionKind.YES_NO, "label_fr": "Un chien?", "label_en": "A dog?", "required": True},
    "note": {"kind": QuestionKind.TEXT, "label_fr": "Accès", "label_en": "Access"},
    "plate": {"kind": QuestionKind.PHOTO, "label_fr": "La plaque", "label_en": "The plate", "required": True},
}
#: Asked of those who want the first service only.
FIRST = ("brand", "plate")


@pytest.fixture
def asked(world: World) -> dict[str, str]:
    """The questions; gives the name of each one's field."""
    with world.app.app_context():
        rows = {name: models.Question(position=place, **text) for place, (name, text) in enumerate(ASKED.items())}
        for name in FIRST:
            rows[name].services = [db.session.get_one(models.Service, 1)]
        db.session.add_all([*rows.values(), models.Question(label_fr="Non", label_en="No", active=False)])
        db.session.commit()
        return {name: f"question-{row.id}" for name, row in rows.items()}


@pytest.mark.parametrize("url", FORMS)
def test_only_the_questions_of_the_service_count(world: World, browser: Browser, asked: dict[str, str], url: str):
    page = words(parse(browser.get(url)))
    assert all(text["label_fr" if url == "/" else "label_en"] in page for text in ASKED.values())
    refused = send(browser, url, service="1")
    assert set(main_form(refused).errors) == {asked["age"], asked["pets"], asked["plate"]}
    refused = send(browser, url, service="2", **{asked["age"]: "douze", asked["pets"]: "maybe", asked["brand"]: "9"})
    assert set(main_form(refused).errors) == {asked["age"], asked["pets"]}
    assert send(browser, url, service="2", **{asked["age"]: "12", asked["pets"]: "no"}).status_code == 303
    answers = the(world, models.ServiceRequest).answers
    assert [(answer["fr"], answer["value"]) for answer in answers] == [
        ("Quel âge?", {"fr": "12", "en": "12"}),
        ("Un chien?", False),
    ]


def test_answers_and_the_photo_of_a_question_are_kept_as_they_were_asked(
    world: World, browser: Browser, asked: dict[str, str]
):
    typed = {
        asked["age"]: "12,5",
        asked["pets"]: "yes",
        asked["brand"]: "1",
        asked["note"]: " Par la cour ",
        "phone": "1",
    }
    refused = send(browser, "/en/", service="1", **typed, **{asked["plate"]: [(picture_file(), "p.jpg")]})
    form = main_form(refused)
    assert set(form.errors) == {"phone"}
    assert form.data[asked["brand"]] == "1"
    assert browser.client.post("/en/", data=form.data | {"phone": "514 555-0198"}).status_code == 303
    with world.app.app_context():
        db.session.query(models.Question).update({"label_fr": "Autre", "label_en": "Other"})
        db.session.commit()
    request = the(world, models.ServiceRequest)
    assert [answer["value"] for answer in request.answers] == [
        {"fr": "12,5", "en": "12.5"},
        {"fr": "Électricité", "en": "Electricity"},
        True,
        "Par la cour",
        1,
    ]
    assert world.read(lambda: db.session.query(models.File).one().caption) == "The plate"
    staff = Browser(world.app).sign_in(world.user("office"))
    page = words(parse(staff.get(f"/admin/requests/details/?id={request.id}")))
    told = ["Quel âge?12,5", "Quelle énergie?Électricité", "Un chien?Oui", "AccèsPar la cour", "La plaque1 photo"]
    assert [text for text in told if text not in page] == []


def picture_file() -> Any:
    """A photo as a file of a form."""
    from io import BytesIO

    return BytesIO(picture())


@pytest.mark.parametrize(
    ("area", "code", "served"),
    [
        (None, "J7C 3V5", True),
        ("H, J4", "h7l1m3", True),
        ("h j4b", "J4B 1A1", True),
        ("J4;J5R", "H7L 1M3", False),
        ("H7L 1M3", "H7L 1M4", False),
    ],
)
def test_outside_the_area_nothing_is_kept(world: World, browser: Browser, area: str | None, code: str, served: Any):
    with world.app.app_context():
        company = db.session.get_one(models.Company, 1)
        company.phone, company.service_area = "+15145550100", area and area.replace("H7L 1M3", "H7L1M3")
        company.tidy_form_settings()
        db.session.commit()
    answer = send(browser, "/", postal_code=code)
    assert answer.status_code == (303 if served else 422)
    if not served:
        form = main_form(answer)
        assert set(form.errors) == {"postal_code"}
        assert "514 555-0100" in form.errors["postal_code"]
        assert not any(counts(world).values())


def test_a_link_fills_fields_in_and_sends_nothing(world: World, browser: Browser):
    given = {
        "service": "2",
        "name": "Léa <b>",
        "phone": "5145550142",
        "city": "x" * 5000,
        "urgency": "no",
        "consent": "y",
    }
    form = main_form(browser.get("/", query_string=given | {"ticket": "x", "province": "ON"}))
    assert {name: form.data[name] for name in ("service", "name", "province")} == {
        "service": "2",
        "name": "Léa <b>",
        "province": "ON",
    }
    assert (len(form.data["city"]), form.data["urgency"]) == (500, "flexible")
    assert "consent" not in form.data
    assert form.data["ticket"] != "x"
    assert not any(counts(world).values())


def test_the_companys_sites_may_frame_form_and_receipt_and_nothing_else(world: World, browser: Browser):
    ours, none = "frame-ancestors 'self' https://www.example.com http://localhost:8000", "frame-ancestors 'none'"
    with world.app.app_context():
        company = db.session.get_one(models.Company, 1)
        company.frame_origins = "https://WWW.example.com/\nhttp://localhost:8000 https://www.example.com"
        company.tidy_form_settings()
        db.session.commit()
    sent = send(browser, "/")
    framed = [browser.get("/"), browser.get("/en/"), send(browser, "/", phone="1"), browser.get(sent.location)]
    assert all(page.headers["Content-Security-Policy"].endswith(ours) for page in framed)
    assert not any(page.headers.getlist("Set-Cookie") for page in (*framed, sent))
    for url in ("/login", "/admin/", "/merci/x", "/nowhere"):
        assert browser.get(url).headers["Content-Security-Policy"].endswith(none), url


def test_the_form_is_drawn_once_and_again_when_something_changed(
    world: World, browser: Browser, asked: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    def look() -> tuple[int, str]:
        with world.counting() as statements:
            page = browser.get("/")
        assert page.headers["Content-Security-Policy"].endswith("frame-ancestors 'self'")
        tickets.add(main_form(page).data["ticket"])
        return len(statements), page.get_data(as_text=True)

    tickets: set[str] = set()
    monkeypatch.setitem(views._drawn, "/", views.Drawn(-1, "", ""))
    monkeypatch.setitem(world.app.config, "TESTING", False)
    assert look()[0] <= 4, "the journal, the company, its services, its questions"
    assert look()[0] == 1
    owner = Browser(world.app).sign_in(world.user("owner"))
    form = main_form(owner.get("/admin/services/edit/?id=1"))
    assert send_form(owner, form, "/admin/services/edit/?id=1", name_fr="Géothermie").status_code == 302
    asked_anew, page = look()
    assert asked_anew > 1
    assert "Géothermie" in page
    assert len(tickets) == 3, "each visitor has a ticket of their own"
