"""The client's pages to write on, what is refused there, and the conversation in the back-office."""

from __future__ import annotations

import ast
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from sercom.config import ROOT
from sercom.core.base import db
from sercom.entities.cases.model import Case
from sercom.entities.delivery.link import Link, make_link
from sercom.entities.delivery.message import Message, MessageKind
from sercom.entities.files.photos import make_safe
from sercom.entities.files.store import add_photo
from sercom.entities.requests.model import CloseReason
from sercom.extensions import limiter
from sercom.models import ClientMessage, File, IntakeUpload, Note, ServiceRequest
from sercom.workflow import transitions
from sercom.workflow.client_page import page_of
from tests.pages import WebForm, form_below, form_to, forms, notices, parse, words
from tests.rows import picture
from tests.support import Browser, World, convert, give, make_client, make_user, name_company, start

JULIE = {"name": "Julie Tremblay", "email": "julie@example.org"}
SCRIPT = "<script>alert(1)</script>{{ 7*7 }}"


@pytest.fixture
def link(world: World, browser: Browser) -> str:
    """The address of a request's follow-up; the browser is a stranger's, who holds it."""
    limiter.reset()
    with world.app.app_context():
        name_company()
        made = make_link(db.session, start("request", make_user("office").actor, make_client(**JULIE)))
        db.session.commit()
        return f"/l/{made.token}"


def request_of(world: World) -> int:
    return int(world.read(lambda: db.session.scalar(select(func.min(ServiceRequest.id)))))


def told_of(case: Case) -> tuple[str, str]:
    """Its number, and the last word of its client's name."""
    return str(case.number), case.client.name.split()[-1]


def messages(world: World) -> list[tuple[str, str, list[str], int]]:
    """Kind, words, half-days and number of photos of what was kept."""

    def look() -> list[Any]:
        rows = db.session.scalars(select(ClientMessage).order_by(ClientMessage.id))
        return [(row.kind.value, row.body, row.availability, len(row.photos)) for row in rows]

    return list(world.read(look))


def beside(page: TestResponse) -> str:
    """The entry of the sidebar, with its count."""
    return next(words(element) for element in parse(page).iter("a") if element.get("href") == "/admin/inbox/")


def write(browser: Browser, link: str, photos: list[Any] | None = None, **changes: Any) -> TestResponse:
    """Open the page, fill the form in, send it."""
    form = form_below(browser.get(link), f"{link}/write")
    data: dict[str, Any] = form.data | changes
    if photos is not None:
        data["photos"] = [(BytesIO(data), name) for data, name in photos]
    return browser.client.post(form.action, data=data, content_type="multipart/form-data")


def of_write(answer: TestResponse, link: str) -> WebForm:
    return form_below(answer, f"{link}/write")


# --- writing ---------------------------------------------------------------------------------------


def test_a_client_writes_adds_photos_and_proposes_another_time(world: World, browser: Browser, link: str):
    photos = [(picture("navy"), "plaque.jpg"), (picture("red", kind="PNG"), "toit.png")]
    answer = write(browser, link, photos, body=f" Le chien est doux.\n{SCRIPT} ", availability=["fri_am", "mon_pm"])
    assert (answer.status_code, answer.location) == (303, f"{link}?sent=1&language=fr_CA#conversation")
    assert messages(world) == [("other_time", f"Le chien est doux.\n{SCRIPT}", ["mon_pm", "fri_am"], 2)]
    assert world.get(ServiceRequest, request_of(world), "availability") == ["mon_pm", "fri_am"]
    assert world.read(lambda: db.session.query(IntakeUpload).count()) == 0
    page = browser.get(answer.location)
    assert any("Votre message est arrivé" in text for text in notices(page))
    shown = words(parse(page))
    assert "Convient mieux : lundi après-midi, vendredi matin" in shown.replace("\u00a0", " ")
    assert SCRIPT in shown
    assert "<script>alert" not in page.text
    pictures = re.findall(rf'src="({link}/photos/\d+\?small=1)"', page.text)
    assert [browser.get(url).mimetype for url in pictures] == ["image/jpeg"] * 2
    office = Browser(world.app).sign_in(world.user("office"))
    listed = office.get("/admin/inbox/")
    assert "<script>alert" not in listed.text
    assert beside(listed) == "Messages1", "the sidebar counts it"
    case = office.get(f"/admin/cases/details/?id={case_of(world)}").text
    assert "<script>alert" not in case
    assert case.count("content?small=1") == 4, "with the message, and among the case's photos"


def test_another_page_of_the_case_opens_no_photo_that_it_does_not_show(world: World, browser: Browser, link: str):
    write(browser, link, [(picture("navy"), "plaque.jpg")], body="Voici")

    def others() -> list[str]:
        case, actor = db.session.get_one(Case, case_of(world)), make_user("office").actor
        photo, quote = case.files[0].id, convert(case.documents[0], "quote", actor)
        add_photo(db.session, case, make_safe(picture()), actor, name="a.jpg", shown_to_client=True)
        invoice = start("invoice", actor, case.client)
        invoice.case = case
        db.session.flush()
        pages = [f"/l/{make_link(db.session, row).token}" for row in (quote, invoice)]
        db.session.commit()
        return [f"{page}/photos/{file}" for page in pages for file in (photo, case.files[1].id)]

    assert [browser.get(url).status_code for url in world.read(others)] == [404, 200, 404, 404]


def test_sent_twice_it_is_one_message(world: World, browser: Browser, link: str):
    form = form_below(browser.get(link), f"{link}/write")
    answers = [browser.client.post(form.action, data=form.data | {"body": "Allô"}) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(messages(world)) == 1
    write(browser, link, body="Allô")
    assert len(messages(world)) == 2, "from a page that was loaded anew it is another"


#: What is sent, and what is said; nothing is kept, and what was typed is.
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "Écrivez quelque chose"),
    "spaces": ({"body": " \n "}, "Écrivez quelque chose"),
    "too long": ({"body": "é" * 5001}, "5000"),
    "no half-day": ({"body": "Allô", "availability": "mon_xx"}, "mon_xx"),
    "no photo": ({"body": "Allô", "photos": [(b"GIF89a", "a.jpg")]}, "pas une photo"),
    "seven photos": ({"body": "Allô", "photos": [(picture(), f"{n}.jpg") for n in range(7)]}, "6 photos"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_taken_comes_back_as_it_was_typed(world: World, browser: Browser, link: str, case: str):
    sent, said = WRONG[case]
    answer = write(browser, link, **sent)
    assert answer.status_code == 422
    form = of_write(answer, link)
    assert said in words(parse(answer))
    assert form.data["body"] == sent.get("body", "").strip()
    assert messages(world) == []
    if "photos" in sent:  # what was fine waits, and goes with the next try
        again = browser.client.post(form.action, data=form.data)
        assert again.status_code == 303
        assert messages(world) == [("words", "Allô", [], 6 if len(sent["photos"]) > 1 else 0)]


def test_a_form_of_elsewhere_or_of_yesterday_is_taken_and_five_megabytes_are_not(
    world: World, browser: Browser, link: str
):
    for issued in ("", "forged", "é.é"):
        assert browser.client.post(f"{link}/write", data={"ticket": issued, "body": "Allô"}).status_code == 303
    assert len(messages(world)) == 3
    assert browser.client.post(f"{link}/write", data={"body": "x" * 5_000_000}).status_code == 413
    assert browser.client.post(f"{link}/cancel", data={"body": "x" * 5_000_000}).status_code == 413
    assert len(messages(world)) == 3


def test_a_flood_is_refused_and_loses_nothing_that_was_typed(
    world: World, browser: Browser, link: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(world.app.config, "INTAKE_DAILY_PER_EMAIL", 2)
    answers = [write(browser, link, body=f"Allô {number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert "beaucoup de demandes" in words(parse(answers[2]))
    assert of_write(answers[2], link).data["body"] == "Allô 2"
    monkeypatch.setitem(world.app.config, "INTAKE_DAILY_PER_EMAIL", 100)
    monkeypatch.setitem(world.app.config, "INTAKE_BURST", 1)
    limiter.reset()
    assert [write(browser, link, body="x").status_code for _try in range(2)] == [303, 429]
    assert len(messages(world)) == 3


def test_a_quote_and_an_invoice_have_a_form_without_photos(world: World, browser: Browser, link: str):
    with world.app.app_context():
        office = make_user("office").actor
        quote = convert(db.session.get_one(ServiceRequest, request_of(world)), "quote", office)
        give("mark_sent", quote, office)
        invoice = start("invoice", office)
        give("issue", invoice, office)
        pages = [f"/l/{make_link(db.session, document).token}" for document in (quote, invoice)]
        db.session.commit()
    write(browser, link, body="ZZ sur la demande")
    for page in pages:
        assert set(form_below(browser.get(page), f"{page}/write").data) == {"ticket", "body"}
        for typed in ("", "é" * 5001):
            refused = write(browser, page, body=typed)
            assert (refused.status_code, of_write(refused, page).data["body"]) == (422, typed)
        photos = {
            "body": f"Une question, {page[-4:]}",
            "photos": (BytesIO(picture()), "a.jpg"),
            "availability": "mon_am",
        }
        assert browser.client.post(f"{page}/write", data=photos).status_code == 303
        said = words(parse(browser.get(page)))
        assert page[-4:] in said
        assert "ZZ sur la demande" not in said, "a page that may be passed on tells what was said on it"
        assert browser.client.post(f"{page}/cancel", data={"reason": "other"}).status_code == 404
    assert [message[2:] for message in messages(world)[1:]] == [([], 0)] * 2


def test_the_office_does_not_speak_for_the_client(world: World, browser: Browser, link: str):
    browser.sign_in(world.user("office"))
    answer = write(browser, link, body="Allô")
    assert (answer.status_code, of_write(answer, link).data["body"]) == (403, "Allô")
    assert "Vous êtes connecté" in words(parse(answer))
    assert browser.client.post(f"{link}/cancel", data={"reason": "other"}).status_code == 403
    assert messages(world) == []


# --- cancelling ------------------------------------------------------------------------------------


def called_on_the_clients_page(request: ServiceRequest) -> list[str]:
    """What the requests on the client's page are called."""
    return [str(row.step) for row in page_of(db.session, [request.client]).requests]


def test_what_the_office_closed_is_not_called_cancelled(world: World, link: str):
    def close() -> list[str]:
        request = db.session.get_one(ServiceRequest, request_of(world))
        transitions.run(db.session, "close", request, make_user("office").actor, {"reason": CloseReason.OUT_OF_AREA})
        return called_on_the_clients_page(request)

    assert world.read(close) == ["Fermée"]


def test_a_client_cancels_and_says_why(world: World, browser: Browser, link: str):
    form = form_below(browser.get(link), f"{link}/cancel")
    assert "reason" not in form.data, "nothing is chosen beforehand"
    for reason in (None, "spam", "x"):
        answer = browser.client.post(form.action, data=form.data | ({"reason": reason} if reason else {}))
        assert answer.status_code == 422, reason
        assert "Choisissez" in words(parse(answer)) or "choix" in words(parse(answer))
    assert messages(world) == []
    data = form.data | {"reason": "elsewhere", "body": "Merci"}
    answers = [browser.client.post(form.action, data=data) for _click in range(2)]
    assert [(answer.status_code, "sent" in answer.location) for answer in answers] == [(303, False)] * 2
    assert messages(world) == [("cancellation", "Merci", [], 0)]
    status, why = world.get(ServiceRequest, request_of(world), "status", "close_reason")
    assert (status.value, why.value) == ("closed", "elsewhere")
    page = browser.get(link)
    assert "Vous avez annulé cette demande." in words(parse(page))
    gone = world.read(lambda: called_on_the_clients_page(db.session.get_one(ServiceRequest, request_of(world))))
    assert gone == ["Annulée"], "one word on every page of the client's"
    assert [found.action.split("?")[0] for found in forms(page)] == [f"{link}/write"]
    assert 'type="file"' not in page.text, "what is closed takes no photos"


# --- what opens nothing ----------------------------------------------------------------------------


def test_a_photo_is_shown_by_the_link_of_its_case_where_it_is_shown(world: World, browser: Browser, link: str):
    with world.app.app_context():
        office = make_user("office").actor
        case = db.session.get_one(ServiceRequest, request_of(world)).case
        other = start("request", office).case
        photo = make_safe(picture())
        shown, internal, elsewhere = (
            add_photo(db.session, where, photo, office, name="a", shown_to_client=seen).id
            for where, seen in ((case, True), (case, False), (other, True))
        )
        db.session.commit()
    assert browser.get(f"{link}/photos/{shown}").status_code == 200
    keeper = Browser(world.app).sign_in(world.user("office"))
    for seen in ("1", ""):
        keeper.post(f"/admin/files/{internal}/show", {"shown": seen})
        assert (browser.get(f"{link}/photos/{internal}").status_code == 200) is bool(seen)
    missing = [browser.get(f"{link}/photos/{row}") for row in (internal, elsewhere, 10**6)]
    forged = browser.get(f"/l/1-{'x' * 43}/photos/{shown}")
    assert {(answer.status_code, answer.text) for answer in (*missing, forged)} == {(404, forged.text)}
    with world.app.app_context():
        for row in db.session.scalars(select(Link)):
            row.revoked_at = row.created_at
        db.session.commit()
    ended = [
        browser.get(f"{link}/photos/{shown}"),
        browser.client.post(f"{link}/write", data={"body": "x"}),
        browser.client.post(f"{link}/cancel", data={"reason": "other"}),
    ]
    assert {(answer.status_code, answer.text) for answer in ended} == {(404, forged.text)}
    assert messages(world) == []


#: What a page behind a link must not reach for itself.
INTERNAL = {"notes", "files", "findings", "instructions", "access_notes", "FileContent", "Note", "File", "messages"}


def test_the_portal_asks_for_what_is_shown_in_one_place():
    for path in sorted((ROOT / "sercom" / "portal").glob("*.py")):
        tree = ast.parse(path.read_text())
        named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        named |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
        allowed = {"files"} if path.name in {"views.py", "photos.py", "writing.py"} else set()  # request.files
        allowed |= {"Note"} if path.name == "intake.py" else set()  # what differs, to the office
        allowed |= {"access_notes", "instructions"} if path.name == "feed.py" else set()  # the staff's own
        assert not named & (INTERNAL - allowed), path.name
    for path in sorted(Path(ROOT / "templates" / "portal").glob("*.html")):
        reached = set(re.findall(r"\.(\w+)", path.read_text()))
        assert not reached & INTERNAL, path.name


# --- the back-office -------------------------------------------------------------------------------


def heard(world: World) -> int:
    """The id of the client's one message."""
    return int(world.read(lambda: db.session.scalars(select(ClientMessage.id)).one()))


def case_of(world: World) -> int:
    """The id of the request's case."""
    return int(world.get(ServiceRequest, request_of(world), "case_id"))


def test_the_office_answers_and_what_was_asked_is_handled(world: World, browser: Browser, link: str):
    write(browser, link, body="À quelle heure?")
    office = Browser(world.app).sign_in(world.user("office", name="Karine"))
    page = office.get(f"/admin/inbox/details/?id={heard(world)}")
    assert "À quelle heure?" in words(parse(page))
    form = form_to(page, "/write")
    refused = office.client.post(form.action, data={"body": "Sans jeton"})
    assert (refused.status_code, "Sans jeton" in refused.text) == (400, True), "nothing typed is lost"
    answer = office.client.post(form.action, data=form.data | {"body": "À 9 h."})
    assert answer.location.endswith(f"/admin/inbox/details/?id={heard(world)}")
    told = world.read(lambda: [(note.body, note.shown_to_client) for note in db.session.scalars(select(Note))])
    assert told == [("À 9 h.", True)]
    assert beside(office.get("/admin/inbox/")) == "Messages"
    seen = words(parse(browser.get(link)))
    assert "Karine · Climatisation Boréale inc." in seen
    assert "Vu par notre équipe" in seen
    letter = world.read(lambda: db.session.scalar(select(Message.body).where(Message.kind == MessageKind.REPLY)))
    assert "À 9 h." in letter
    note = form_to(office.get(f"/admin/cases/details/?id={case_of(world)}"), "/notes")
    office.client.post(note.action, data=note.data | {"body": "ZZ interne"})
    assert "ZZ interne" not in browser.get(link).text
    one = heard(world)
    bulk = {"action": "reopen", "row": f"{one}:{world.get(ClientMessage, one, 'version')}"}
    assert office.post("/admin/inbox/bulk/", bulk).status_code == 200
    assert beside(office.get("/admin/inbox/")) == "Messages1"
    number, named = world.read(lambda: told_of(db.session.get_one(Case, case_of(world))))
    for search, found in ((number, True), (f"{named} quelle", True), ("Nabuchodonosor", False)):
        assert ("À quelle heure?" in office.get(f"/admin/inbox/?search={search}").text) is found, search


@pytest.mark.parametrize("end", ["/write", "/notes"])
def test_blanks_are_told_where_they_were_typed_and_too_much_is_given_back(
    world: World, browser: Browser, link: str, end: str
):
    office = Browser(world.app).sign_in(world.user("office"))
    page = f"/admin/cases/details/?id={case_of(world)}"
    form = form_to(office.get(page), end)
    answer = office.client.post(form.action, data=form.data | {"body": " \r\n "})
    assert (answer.status_code, answer.location.partition("#")[0]) == (302, page)
    assert any("5000" in notice for notice in notices(office.get(page)))
    answer = office.client.post(form.action, data=form.data | {"body": "Trop " * 1001})
    assert (answer.status_code, "Trop Trop" in answer.text) == (422, True)
    assert world.read(lambda: db.session.scalar(select(func.count(Note.id)))) == 0


def test_a_message_that_is_looked_at_or_waits_is_not_folded_away(world: World, browser: Browser, link: str):
    write(browser, link, body="La première")
    office = Browser(world.app).sign_in(world.user("office"))
    with world.app.app_context():
        db.session.add_all([Note(case_id=case_of(world), body=f"Note {number}") for number in range(9)])
        db.session.commit()
    one = f"/admin/inbox/details/?id={heard(world)}"
    assert '<details class="earlier" open>' in office.get(one).text
    case = f"/admin/cases/details/?id={case_of(world)}"
    assert '<details class="earlier" open>' in office.get(case).text, "it waits"
    handle = form_to(office.get(one), "/do/handle")
    office.client.post(handle.action, data=handle.data)
    assert '<details class="earlier" open>' in office.get(one).text, "it is looked at"
    assert '<details class="earlier">' in office.get(case).text


def test_a_technician_reads_own_cases_and_writes_internal_notes_alone(world: World, browser: Browser, link: str):
    write(browser, link, body="Sonnez deux fois.")
    technician = world.user("technician")
    phone = Browser(world.app).sign_in(technician)
    assert phone.get(f"/admin/inbox/details/?id={heard(world)}").status_code == 404
    assert "Sonnez" not in phone.get("/admin/inbox/").text
    with world.app.app_context():
        request = db.session.get_one(ServiceRequest, request_of(world))
        visit = request.assessment_to_plan()
        db.session.add(visit)
        visit.person_id = technician
        db.session.commit()
    page = phone.get(f"/admin/inbox/details/?id={heard(world)}")
    assert "Sonnez deux fois." in words(parse(page))
    assert [form.action for form in forms(page) if "/cases/" in form.action] == [f"/admin/cases/{case_of(world)}/notes"]
    assert not [form for form in forms(page) if "/do/" in form.action]
    assert phone.post(f"/admin/cases/{case_of(world)}/write", {"body": "x", "token": "t"}).status_code == 403
    assert world.read(lambda: db.session.scalar(select(func.count()).select_from(File))) == 0
