"""The client's page of a quote over HTTP: choosing, signing, asking, declining; bad input; what it becomes on paper."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from sercom.core.base import db
from sercom.core.clock import today, utcnow
from sercom.demo.checking import scribble
from sercom.entities.clients.model import ClientKind
from sercom.entities.company.model import get_company
from sercom.entities.delivery.letter import as_page, compose
from sercom.entities.quotes.model import DeclineReason
from sercom.entities.users.model import Language
from sercom.entities.visits.signing import PREFIX
from sercom.models import Approval, File, Link, Message, Quote
from tests.answering import waiting
from tests.pages import form_to, forms, parse, words
from tests.papers import pages_of
from tests.rows import add_picture
from tests.support import Browser, World, day, give, make_user
from tests.unit.test_signing import glass

DRAWN = scribble(Random(7))
#: What a person fills in.
SIGNED = {"name": "Julie Tremblay", "typed": "Julie Tremblay"}
SCRIPT = "<script>alert(1)</script>"


class Page:
    """A client at the page of a quote."""

    def __init__(self, world: World, **columns: Any) -> None:
        self.world, self.browser = world, Browser(world.app)
        with world.app.app_context():
            quote, link, _actor = waiting(**columns)
            db.session.commit()
            self.quote, self.link, self.token = quote.id, link.id, link.token
            self.ids = {line.description: str(line.id) for line in quote.lines}

    @property
    def url(self) -> str:
        return f"/l/{self.token}"

    def open(self, query: str = "") -> Any:
        answer = self.browser.get(f"{self.url}{query}")
        assert answer.status_code == 200
        return answer

    def send(self, end: str, /, **changes: Any) -> Any:
        """Send one of the page's forms, as it is shown but for ``changes``."""
        form = form_to(self.open(), f"/{end}")
        data = {name: value for name, value in (form.data | changes).items() if value is not None}
        return self.browser.post(form.action, data, csrf=False)

    def give(self, command: str, **data: Any) -> None:
        """The office gives a command meanwhile."""
        with self.world.app.app_context():
            give(command, db.session.get_one(Quote, self.quote), make_user("office").actor, **data)
            db.session.commit()

    def status(self) -> str:
        return str(self.world.get(Quote, self.quote, "status").value)

    def count(self, model: type[Any]) -> int:
        return int(self.world.read(lambda: db.session.scalar(select(func.count()).select_from(model))))


@pytest.fixture
def page(world: World) -> Page:
    """A quote that waits for its client."""
    return Page(world)


def text(answer: Any) -> str:
    return words(parse(answer)).replace("\u00a0", " ")


# --- choosing -----------------------------------------------------------------------------------


def test_without_a_script_the_total_is_asked_for_then_approved(page: Page):
    shown = page.send(
        "approve", look="1", **{"accepted-0": page.ids["Grand modèle"], "accepted": page.ids["Thermostat"]}
    )
    assert (shown.status_code, page.status()) == (200, "sent")
    assert "1 667,14 $" in text(shown)
    form = form_to(shown, "/approve")
    assert (form.data["shown"], form.data["accepted-0"]) == ("1667.14", page.ids["Grand modèle"])
    assert not form.errors
    done = page.browser.post(form.action, form.data | SIGNED, csrf=False)
    assert (done.status_code, done.location) == (303, page.url)
    told = text(page.open())
    for part in ("Vous avez approuvé cette soumission", "Signée par Julie Tremblay sur cette page", "1 667,14 $"):
        assert part in told, part
    assert not re.search("/approve[?#]", page.open().text)


def test_a_choice_that_was_not_looked_at_comes_back_with_its_total(page: Page):
    again = page.send("approve", **SIGNED, **{"accepted-0": page.ids["Grand modèle"]})
    assert (again.status_code, page.status()) == (409, "sent")
    assert "Votre choix revient à 1 494,68 $" in text(again)
    form = form_to(again, "/approve")
    assert (form.data["shown"], form.data["name"], form.data["typed"]) == (
        "1494.68",
        "Julie Tremblay",
        "Julie Tremblay",
    )
    assert page.browser.post(form.action, form.data, csrf=False).status_code == 303


def test_the_total_follows_each_tick_and_writes_nothing(page: Page):
    def ask(**ticked: str) -> Any:
        with page.world.counting() as statements:
            answer = page.browser.post(f"{page.url}/total?language=en_CA", {"accepted-asked": "1"} | ticked, csrf=False)
        assert not [one for one in statements if one.startswith(("INSERT", "UPDATE", "DELETE"))]
        return answer

    large = ask(**{"accepted-0": page.ids["Grand modèle"]})
    assert (large.json["shown"], large.json["total"]) == ("1494.68", "$1,494.68")
    assert "$1,300.00" in large.json["sums"]
    for ticked in ({}, {"accepted-0": "0"}, {"accepted-0": page.ids["Thermostat"]}, {"accepted-0": "x"}):
        refused = ask(**ticked)
        assert (refused.status_code, set(refused.json)) == (422, {"error"}), ticked
    page.give("revise")
    assert ask(**{"accepted-0": page.ids["Grand modèle"]}).status_code == 409


def test_the_page_asks_few_questions_of_the_database(page: Page):
    page.open()
    with page.world.counting() as statements:
        page.open()
    assert len(statements) <= 19, len(statements)  # the conversation's four among them


# --- signing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "  \u00a0 "}, "name"),
        ({"name": "\u200b\u2060 \u200e"}, "name"),
        ({"name": "\u3164\u1160 \uffa0\u115f"}, "name"),
        ({"name": "— . —"}, "name"),
        ({"name": "J."}, "name"),
        ({"name": "J" * 161}, "name"),
        ({"typed": ""}, "typed"),
        ({"typed": "   "}, "typed"),
        ({"typed": "\u2003\u200b\ufeff"}, "typed"),
        ({"typed": "\u3164"}, "typed"),
        ({"typed": "J."}, "typed"),
        ({"typed": "J" * 161}, "typed"),
        ({"drawing": f"{PREFIX}%%%"}, "drawing"),
        ({"drawing": "https://example.org/a.png"}, "drawing"),
        ({"drawing": PREFIX + "A" * 399_000}, "drawing"),
        ({"accepted-0": None}, "accepted-0"),
        ({"accepted": "999999"}, "accepted-0"),
    ],
)
def test_what_is_no_approval_comes_back_beside_its_field(page: Page, changes, field):
    answer = page.send("approve", **SIGNED | changes)
    assert (answer.status_code, page.status(), page.count(Approval)) == (422, "sent", 0)
    form = form_to(answer, "/approve")
    assert field in form.errors or (field == "accepted-0" and form.over), form.errors
    if field != "name":
        assert form.data["name"] == "Julie Tremblay"


def test_a_glass_without_strokes_is_no_signature(page: Page):
    answer = page.send("approve", name="Julie", drawing=glass())
    assert (answer.status_code, page.status()) == (422, "sent")
    assert "Ce n’est pas encore une signature" in text(answer)


def test_a_drawn_signature_is_kept_with_the_approval(page: Page):
    assert page.send("approve", name="  Julie   Tremblay ", drawing=DRAWN, typed="Autre").status_code == 303
    with page.world.app.app_context():
        approval = db.session.scalars(select(Approval)).one()
        assert (approval.name, approval.typed) == ("Julie Tremblay", ""), "strokes go before a typed name"
        assert approval.drawing.startswith(b"\x89PNG")


# --- too late, twice, from elsewhere ----------------------------------------------------------------


def test_a_second_click_is_the_same_approval_and_another_choice_is_told(page: Page):
    form = form_to(page.open(), "/approve")
    first = page.browser.post(form.action, form.data | SIGNED, csrf=False)
    second = page.browser.post(form.action, form.data | SIGNED, csrf=False)
    assert (first.status_code, second.status_code, page.count(Approval)) == (303, 303, 1)
    letters = page.world.read(lambda: db.session.scalar(select(func.count()).where(Message.kind == "quote_approved")))
    assert letters == 1
    other = form.data | SIGNED | {"accepted-0": page.ids["Grand modèle"], "shown": "1494.68"}
    for late in (other, form.data | SIGNED | {"name": "Quelqu’un d’autre"}):
        answer = page.browser.post(form.action, late, csrf=False)
        assert answer.status_code == 409
        assert "Cette soumission est déjà approuvée" in text(answer)
    assert page.count(Approval) == 1


@pytest.mark.parametrize(
    ("meanwhile", "said"),
    [
        ([("revise", {})], "Nous avons modifié cette soumission entre-temps"),
        ([("revise", {}), ("mark_sent", {})], "Nous avons modifié cette soumission entre-temps"),
        ([("decline", {"reason": "price"})], "Cette soumission est déjà refusée"),
        ([("archive", {})], "Cette soumission est fermée"),
    ],
)
def test_an_answer_that_comes_too_late_changes_nothing_and_says_so(page: Page, meanwhile, said):
    sent = {end: form_to(page.open(), f"/{end}") for end in ("approve", "changes", "decline")}
    for command, data in meanwhile:
        page.give(command, **data)
    before, told = page.status(), page.count(Message)
    for end, form in sent.items():
        written = {"words": "Un mot", "reason": "price", "note": "Un mot"}
        answer = page.browser.post(form.action, form.data | SIGNED | written, csrf=False)
        assert (end, answer.status_code) == (end, 409)
        assert said in text(answer), end
        kept = {
            value for form in forms(answer) for name, value in form.data.items() if name in {"body", "words", "note"}
        }
        assert end == "approve" or "Un mot" in {value.strip() for value in kept}, "it may still be sent as a message"
    assert (page.status(), page.count(Approval), page.count(Message)) == (before, 0, told)


def test_an_expired_offer_asks_to_be_renewed(page: Page):
    form = form_to(page.open(), "/approve")
    with page.world.app.app_context():
        db.session.get_one(Quote, page.quote).valid_until = today() - timedelta(days=1)
        db.session.commit()
    assert page.browser.post(form.action, form.data | SIGNED, csrf=False).status_code == 409
    told = page.open()
    assert "Demander de la renouveler" in text(told)
    assert not [one for one in parse(told).iter("form") if "/approve" in one.get("action", "")]
    assert page.send("changes", words="Est-elle encore possible?").status_code == 303
    assert page.status() == "changes_requested"


def test_no_other_link_answers(page: Page, world: World):
    other = Page(world)
    number, _dash, tag = page.token.partition("-")
    ends = ("approve", "changes", "decline", "total")
    data = SIGNED | {"words": "x", "reason": "price"}
    tokens = [f"{number}-{tag[:-1]}", f"{other.link}-{tag}", number, "x"]
    with world.app.app_context():
        db.session.get_one(Link, page.link).revoked_at = utcnow()
        db.session.get_one(Link, other.link).expires_at = utcnow()
        db.session.commit()
    tokens += [page.token, other.token]
    answers = [page.browser.post(f"/l/{token}/{end}", data, csrf=False) for token in tokens for end in ends]
    answers += [
        page.browser.get(f"/l/{token}/{end}") for token in tokens for end in ("approved", "approve", "photos/1")
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert page.status() == "sent"


def test_the_office_does_not_answer_for_the_client(page: Page):
    page.browser.sign_in(page.world.user("office"))
    assert "Vous êtes connecté" in text(page.open())
    for end in ("approve", "changes", "decline"):
        assert page.send(end, **SIGNED, words="x").status_code == 403
    assert page.status() == "sent"


# --- other answers ------------------------------------------------------------------------------


def test_a_change_is_asked_for_and_the_page_tells_it(page: Page):
    for words_, status in (("", 422), ("  ", 422), ("x" * 5001, 422), ("Plus silencieux", 303)):
        answer = page.send("changes", words=words_)
        assert answer.status_code == status
        if status == 422:
            assert form_to(answer, "/changes").errors
            assert form_to(answer, "/changes").data["words"].strip() == words_.strip()
    assert "Plus silencieux" in text(page.open())
    assert page.send("approve", **SIGNED).status_code == 303, "it may be approved as it is after all"


def test_a_refusal_has_a_reason_and_a_note_that_is_no_novel(page: Page):
    offered = re.findall(r'name="reason" value="(\w*)"[^>]*> <span>([^<]*)</span>', page.open().text)
    assert [value for value, _label in offered] == [reason.value for reason in DeclineReason]
    assert [label for _value, label in offered][:2] == ["Prix", "Une autre entreprise a été choisie"]
    assert form_to(page.send("decline"), "/decline").errors, "none is chosen beforehand"
    assert page.send("decline", reason="x").status_code == 422
    assert page.send("decline", note="x" * 5001).status_code == 422
    assert page.browser.post(f"{page.url}/decline", {"note": "x" * 5_000_000}, csrf=False).status_code == 413
    assert page.status() == "sent"
    assert page.send("decline", reason="delay", note="Trop tard").status_code == 303
    assert page.world.get(Quote, page.quote, "decline_note") == "Trop tard"
    assert "Vous avez refusé cette soumission" in text(page.open())


def test_the_address_of_an_answer_leads_back_to_the_page(page: Page):
    for end in ("approve", "changes", "decline"):
        answer = page.browser.get(f"{page.url}/{end}?language=en_CA")
        assert (answer.status_code, answer.location) == (303, f"{page.url}?language=en_CA")


def test_a_script_in_every_field_stays_text(page: Page):
    page.send("changes", words=SCRIPT)
    assert SCRIPT not in page.open().text
    page.send("approve", name=f"Julie {SCRIPT}", typed=f"Julie {SCRIPT}")
    office = Browser(page.world.app).sign_in(page.world.user("office"))
    shown = office.get(f"/admin/quotes/details/?id={page.quote}").text
    assert "Julie &lt;script&gt;" in page.open().text
    assert "Julie &lt;script&gt;" in shown
    with page.world.app.app_context():
        letters = [as_page(message, []) for message in db.session.scalars(select(Message))]
    for html in (page.open().text, shown, *letters):
        assert SCRIPT not in html


def test_an_address_that_a_client_wrote_is_no_button_of_ours(page: Page):
    page.send("changes", words="Regardez :\n\nhttps://example.org/piege\n\nMerci")
    with page.world.app.app_context():
        letter = as_page(db.session.scalars(select(Message).order_by(Message.id.desc())).first(), [])
    assert letter.count("<a ") == 1
    assert f'href="http://localhost/admin/quotes/details/?id={page.quote}"' in letter


# --- what is shown ------------------------------------------------------------------------------


def test_photos_are_those_that_the_office_shows(page: Page, world: World):
    with world.app.app_context():
        user = make_user("office")
        case = db.session.get_one(Quote, page.quote).case
        shown, kept, elsewhere = (add_picture(case, user), add_picture(case, user), None)
        shown.shown_to_client = True
        other, _link, _actor = waiting()
        elsewhere = add_picture(other.case, user)
        elsewhere.shown_to_client = True
        db.session.commit()
        ids = (shown.id, kept.id, elsewhere.id)
    found = re.findall(rf"{page.url}/photos/(\d+)", page.open().text)
    assert set(found) == {str(ids[0])}
    answers = [page.browser.get(f"{page.url}/photos/{photo}{small}") for photo in ids for small in ("", "?small=1")]
    assert [answer.status_code for answer in answers] == [200, 200, 404, 404, 404, 404]
    with world.app.app_context():
        assert answers[0].data == db.session.get_one(File, ids[0]).content.data


@pytest.mark.parametrize(("kind", "asked"), [(ClientKind.PERSON, False), (ClientKind.COMPANY, True)])
def test_a_deposit_is_asked_online_from_a_company_alone(world: World, kind, asked):
    with world.app.app_context():
        get_company(db.session).interac_email = "paie@boreale.example"
        db.session.commit()
    page = Page(world, kind=kind, deposit_percent=Decimal(30))
    assert ("Dépôt demandé" in text(page.open())) is asked
    assert ("Il n’y a rien à payer maintenant" in text(page.open())) is not asked
    assert ("Un dépôt de 310,43 $ sera alors à payer" in text(page.open())) is asked
    larger = {"accepted-asked": "1", "accepted-0": page.ids["Grand modèle"]}
    follows = page.browser.post(f"{page.url}/total", larger, csrf=False).json["deposit"]
    assert follows.replace("\u00a0", " ") == ("448,40 $" if asked else ""), "with the total"
    page.send("approve", **SIGNED)
    told = text(page.open())
    assert ("310,43 $" in told, "Virement Interac" in told) == (asked, asked)
    page.give("record_deposit", amount=Decimal("310.43"), method="interac", received_on=day())
    told = text(page.open())
    assert ("Dépôt reçu" in told, "Virement Interac" in told) == (asked, False)


# --- on paper -----------------------------------------------------------------------------------


def test_what_was_approved_is_one_file_for_ever(page: Page, world: World):
    assert page.browser.get(f"{page.url}/approved").status_code == 404
    page.send("approve", name="Julie Tremblay", drawing=DRAWN)
    first = page.browser.get(f"{page.url}/approved")
    told = "\n".join(pages_of(first.data))
    sha256 = world.read(lambda: db.session.scalar(select(Approval.sha256)))
    for part in ("Soumission", "approuvée", "Julie Tremblay", "Sur la page du client", sha256[:32]):
        assert part in told, part
    assert ("Pour accepter" in told, b"/Image" in first.data) == (False, True)
    with world.app.app_context():
        db.session.get_one(Quote, page.quote).client.name = "Un autre nom"
        db.session.commit()
    office = Browser(world.app).sign_in(world.user("office"))
    assert page.browser.get(f"{page.url}/approved").data == first.data
    assert office.get(f"/admin/quotes/{page.quote}/approval").data == first.data
    page.give("withdraw_approval")
    assert page.browser.get(f"{page.url}/approved").status_code == 404
    first_id = world.read(lambda: db.session.scalar(select(Approval.id)))
    url = f"/admin/quotes/{page.quote}/approval"
    assert (office.get(url).status_code, office.get(f"{url}?approval={first_id}").data) == (404, first.data)
    assert {office.get(f"{url}?approval={other}").status_code for other in ("x", "0", "999999")} == {404}
    page.send("approve", **SIGNED)
    assert page.browser.get(f"{page.url}/approved").data != first.data


def test_both_are_sent_what_was_approved(world: World):
    page = Page(world)
    with world.app.app_context():
        db.session.get_one(Quote, page.quote).client.language = Language.ENGLISH
        db.session.commit()
    page.send("approve", **SIGNED)
    french, english = (f"{name} 2026-0001-S.pdf" for name in ("Soumission approuvée", "Approved quote"))
    with world.app.app_context():
        sent = {message.kind.value: message for message in db.session.scalars(select(Message))}
        to_client, to_office = sent["quote_approved"], sent["quote_answered"]
        assert (to_client.to_email, to_office.to_email) == ("julie@example.org", "info@boreale.example")
        assert to_client.link_url.endswith(page.token)
        assert page.token not in to_office.text, "the office reads no client's link"
        ids = [to_client.id, to_office.id]
        files = [[part.get_filename() for part in compose(db.session, one).iter_attachments()] for one in ids]
        names = [[re.sub(r"\d{4}-\d{4}", "2026-0001", name or "") for name in of_one] for of_one in files]
    assert names == [[french, english], [french]]
