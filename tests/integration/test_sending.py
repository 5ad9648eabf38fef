"""Quotes and invoices leave by e-mail; the pre-send check; the client's page behind the link."""

from __future__ import annotations

import re
import secrets
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from sercom.core import clock
from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.core.errors import DomainError
from sercom.core.journal import JournalEntry
from sercom.entities.delivery import outbox
from sercom.entities.delivery.hub_link import HubLink, find_hub_link
from sercom.entities.delivery.link import LIFETIME, Link, find_link
from sercom.entities.delivery.mail_template import FIELDS, check_text, fill, find_template
from sercom.entities.delivery.message import Message, MessageKind
from sercom.entities.delivery.outbox import Words
from sercom.entities.documents.line import LineDraft
from sercom.entities.equipment.model import Equipment, find_by_sticker
from sercom.entities.reminders.model import Reminder, ReminderKind, find_reminder
from sercom.entities.users.model import Language
from sercom.models import Invoice, Quote
from sercom.workflow import presend, sending
from tests.support import HUNDRED, Browser, World, convert, give, make_client, make_user, name_company, start

GUESSES = 100_000


@pytest.fixture
def office(world: World, browser: Browser) -> Browser:
    """Somebody of the office, in a company that may send."""
    world.make(name_company)
    return browser.sign_in(world.user("office"))


def letter(office: Browser, url: str, **changes: Any) -> dict[str, Any]:
    """The send form as it is shown, with a recipient, to be sent."""
    page = office.get(url).get_data(as_text=True)
    subject = re.search(r'name="subject"[^>]*value="([^"]*)"', page)
    body = re.search(r'<textarea[^>]*name="body"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
    assert subject
    assert body
    told = {"language": "fr_CA", "to": "julie@example.org", "subject": subject[1], "body": body[1], "confirm": "1"}
    return office.form(url) | told | {"send": "1"} | changes


def messages(world: World) -> list[tuple[str, str, str]]:
    return world.read(lambda: [(m.to_email, m.subject, m.body) for m in db.session.scalars(select(Message))])


def test_a_draft_of_a_quote_is_written_shown_and_sent(world: World, office: Browser):
    quote = world.document("quote", client=None)
    url = f"/admin/quotes/{quote}/send"
    form = letter(office, url, others="comptable@example.org; julie@example.org")
    seen = office.post(url, {key: value for key, value in form.items() if key != "send"})
    assert seen.status_code == 200
    assert "Aperçu" in seen.text
    assert '<span class="button primary">Voir la soumission</span>' in seen.text, "as the e-mail shows the link"
    english = office.post(url, {key: value for key, value in form.items() if key != "send"} | {"language": "en_CA"})
    assert '<span class="button primary">See the quote</span>' in english.text, "in the language of the e-mail"
    assert messages(world) == [], "a preview writes nothing"
    answer = office.post(url, form)
    assert answer.location.endswith(f"/admin/quotes/details/?id={quote}")
    assert world.get(Quote, quote, "status").value == "sent"
    sent = messages(world)
    assert [to for to, *_rest in sent] == ["julie@example.org", "comptable@example.org"]
    assert all("{link}" in body and "114,98" in body for *_rest, body in sent)
    assert office.post(url, form).status_code == 409, "the same form twice"
    assert len(messages(world)) == 2
    told = world.read(
        lambda: [entry.changes for entry in db.session.scalars(select(JournalEntry).filter_by(event="emailed"))]
    )
    assert [changes["message"][1] for changes in told] == ["julie@example.org", "comptable@example.org"]
    page = office.get(f"/admin/quotes/details/?id={quote}").text
    assert f"/admin/messages/details/?id={told[0]['message'][0]}" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"to": ""}, "Choisissez au moins une adresse."),
        ({"to": "", "others": "julie"}, "Ce n’est pas une adresse courriel"),
        ({"others": ", ".join(f"a{n}@example.org" for n in range(6))}, "Cinq adresses au plus."),
        ({"body": "Bonjour {prix}, {link}"}, "Le champ {prix} n’existe pas. Champs"),
        ({"body": "Bonjour {link"}, "Une accolade est seule."),
        ({"body": "Bonjour {client.name} {link}"}, "n’existe pas"),
        ({"body": "Bonjour {client!r} {link}"}, "n’existe pas"),
        ({"body": "Bonjour"}, "Gardez {link}"),
        ({"subject": "Voici {link}"}, "n’existe pas"),
        ({"subject": "Voici\r\nBcc: x@example.org"}, "Un objet tient sur une seule ligne."),
        ({"subject": " "}, "requis"),
        ({"subject": "x" * 201}, "200"),
    ],
)
def test_a_letter_that_cannot_leave_is_kept(world: World, office: Browser, changes: dict[str, str], said: str):
    quote = world.document("quote")
    url = f"/admin/quotes/{quote}/send"
    answer = office.post(url, letter(office, url, **changes))
    assert answer.status_code == 422
    assert said in answer.text
    assert messages(world) == []
    assert world.get(Quote, quote, "status").value == "draft"


def test_an_error_of_the_check_stops_and_a_warning_asks(world: World, office: Browser):
    world.make(lambda: name_company(gst_number=None, rbq_licence=None))
    url = f"/admin/quotes/{world.document('quote')}/send"
    form = letter(office, url)
    assert "Le numéro de TPS manque." in office.post(url, form).text
    world.make(lambda: name_company(rbq_licence=None))
    asked = office.post(url, {key: value for key, value in form.items() if key != "confirm"})
    assert asked.status_code == 409
    assert "Le numéro de licence RBQ manque" in asked.text
    assert "Cochez la case pour continuer." in asked.text
    assert messages(world) == []
    assert office.post(url, form).status_code == 302
    assert len(messages(world)) == 1


def test_the_language_takes_its_words_and_the_french_goes_along(world: World, office: Browser):
    quote = world.document("quote", client=None)
    url = f"/admin/quotes/{quote}/send"
    form = letter(office, url, template="en_CA", others="zoe@example.org")
    page = office.post(url, form).text
    assert "Your quote" in page
    assert "zoe@example.org" in page
    assert "La langue du client est le français." in page


def test_the_letter_of_a_later_revision_says_which(context):
    actor = make_user("office").actor
    name_company()
    quote = start("quote", actor)
    assert sending.proposed_words(db.session, quote, Language.FRENCH).subject == f"Votre soumission {quote.number}"
    give("mark_sent", quote, actor)
    give("revise", quote, actor)
    for language, told in ((Language.FRENCH, "révision 2"), (Language.ENGLISH, "revision 2")):
        words = sending.proposed_words(db.session, quote, language)
        assert f"{quote.number} ({told})" in words.subject
        assert f"{quote.number} ({told})" in words.body


# --- the check, rule by rule ------------------------------------------------------------------

POMPE = LineDraft("Réparation de la thermopompe", HUNDRED.quantity, "h", HUNDRED.unit_price)


def findings(kind: str, language: Language = Language.FRENCH, **company: Any) -> set[str]:
    """What is said of a document whose line is about a heat pump, for a consumer."""
    actor = make_user("office").actor
    document = start(kind, actor, make_client(language=language), drafts=(POMPE,), title="")
    name_company(**company)
    if kind == "invoice":
        give("issue", document, actor)
    return {str(finding.text)[:24] for finding in presend.check(db.session, document, Language.FRENCH)}


@pytest.mark.parametrize(
    ("kind", "company", "said"),
    [
        ("quote", {}, set()),
        ("quote", {"name": ""}, {"Le nom et l’adresse de l"}),
        ("quote", {"gst_number": None}, {"Le numéro de TPS manque."}),
        ("quote", {"qst_number": "1234567890 TQ0001"}, {"Le chiffre de contrôle d"}),
        ("quote", {"taxes_registered": False, "gst_number": None}, set()),
        ("quote", {"rbq_licence": None}, {"Le numéro de licence RBQ"}),
        ("quote", {"quote_terms": None}, {"L’entreprise n’a pas de "}),
        ("quote", {"quote_terms": "Un dépôt de 30 % est demandé."}, {"Les textes parlent d’un "}),
        ("quote", {"warranty": None}, {"La garantie légale des t"}),
        ("invoice", {}, {"Aucune soumission approu"}),
        (
            "invoice",
            {"cheques_accepted": False},
            {"Aucune soumission approu", "Rien ne dit comment paye"},
        ),
    ],
)
def test_what_the_check_says(context, kind: str, company: dict[str, Any], said: set[str]):
    assert findings(kind, **company) == said


def test_more_than_was_approved_is_asked_about(context):
    actor = make_user("office").actor
    name_company()
    quote = start("quote", actor, drafts=(POMPE,))
    give("mark_sent", quote, actor)
    give("approve", quote, actor, channel="phone", name="Julie")
    job = convert(quote, "job", actor)
    invoice = convert(job, "invoice", actor)
    assert presend.check(db.session, invoice, Language.FRENCH) == []
    invoice.net, invoice.total = invoice.net + 1, invoice.total + 1
    assert [finding.stops for finding in presend.check(db.session, invoice, Language.FRENCH)] == [False]


# --- templates --------------------------------------------------------------------------------


def test_the_first_templates_pass_their_own_check(context):
    for kind in FIELDS:
        for language in Language:
            find_template(db.session, kind, language).check()


def test_a_template_is_checked_when_it_is_saved(world: World, office: Browser):
    url = "/admin/mail_templates/edit/?id=1"
    form = {"version": "1", "subject": "Reçu {number}", "body": "Bonjour {client}, {link}"}
    answer = office.post(url, form)
    assert answer.status_code == 422
    assert "Le champ {client} n’existe pas. Champs" in answer.text
    assert "Bonjour {client}, {link}" in answer.text
    assert office.post(url, form | {"body": "Voici: {link}"}).status_code == 302


@given(text=st.text("{}!:.[]() a0link", max_size=30))
def test_what_passes_the_check_can_be_filled(session_app, text: str):
    with session_app.app_context():
        for place in ("subject", "body"):
            try:
                check_text(MessageKind.QUOTE, text, place)
            except DomainError:
                continue
            assert "{link}" in fill(text, dict.fromkeys(FIELDS[MessageKind.QUOTE], "x")) or place == "subject"


# --- the client's page ------------------------------------------------------------------------


def open_links(world: World) -> list[str]:
    return world.read(lambda: [link.token for link in db.session.scalars(select(Link).order_by(Link.id))])


def sent_quote(world: World, office: Browser) -> tuple[int, str]:
    quote = world.document("quote")
    url = f"/admin/quotes/{quote}/send"
    office.post(url, letter(office, url))
    return quote, open_links(world)[-1]


def test_the_page_of_a_quote_follows_what_becomes_of_it(world: World, office: Browser):
    quote, token = sent_quote(world, office)
    client = Browser(world.app)
    page = client.get(f"/l/{token}")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in page.headers
    assert "114,98" in page.text
    assert client.get(f"/l/{token}?language=en_CA").text.count("$114.98")
    assert client.get(f"/l/{token}/pdf").data.startswith(b"%PDF")
    assert world.read(lambda: db.session.scalar(select(Link.viewed_at))) is None, "reading writes nothing"
    assert client.post(f"/l/{token}/seen", csrf=False).status_code == 204
    assert client.post(f"/l/{token}/seen", csrf=False).status_code == 204
    assert world.read(lambda: db.session.scalar(select(func.count()).where(JournalEntry.event == "viewed"))) == 1
    assert "lue par le client le " in office.get(f"/admin/quotes/details/?id={quote}").text
    with world.app.app_context():
        give("revise", db.session.get_one(Quote, quote), make_user("office").actor)
        db.session.commit()
    assert "celle-ci ne tient plus" in client.get(f"/l/{token}").text
    assert "lue par le client" not in office.get(f"/admin/quotes/details/?id={quote}").text, "not this revision"
    assert client.get(f"/l/{token}/pdf").data.startswith(b"%PDF")


def test_the_office_looking_is_not_the_client_reading(world: World, office: Browser):
    _quote, token = sent_quote(world, office)
    office.post(f"/l/{token}/seen")
    assert world.read(lambda: db.session.scalar(select(Link.viewed_at))) is None


def test_a_void_invoice_says_so(world: World, office: Browser):
    invoice = world.document("invoice")
    with world.app.app_context():
        give("issue", db.session.get_one(Invoice, invoice), make_user("office").actor)
        db.session.commit()
    url = f"/admin/invoices/{invoice}/send"
    office.post(url, letter(office, url))
    token = open_links(world)[-1]
    assert "Solde à payer" in Browser(world.app).get(f"/l/{token}").text
    with world.app.app_context():
        give("void", db.session.get_one(Invoice, invoice), make_user("office").actor, reason="Erreur")
        db.session.commit()
    assert "il n’y a rien à payer" in Browser(world.app).get(f"/l/{token}").text
    assert office.get(url).status_code == 409


def test_whatever_is_no_link_answers_alike(world: World, office: Browser):
    _quote, token = sent_quote(world, office)
    client = Browser(world.app)
    number, _dash, tag = token.partition("-")
    forged = [
        f"{number}-{tag[:-1]}{'A' if tag[-1] != 'A' else 'B'}",
        f"{int(number) + 1}-{tag}",
        number,
        tag,
        "x",
        "1-",
    ]
    forged += [
        f"{number}-{tag}x",
        f"{number}-",
        f"²-{tag}",
        f"{number}{'0' * 40}-{tag}",
        f"{number}-é",
        f"{number}-{tag}%00",
    ]
    pages = {(answer.status_code, answer.text) for answer in (client.get(f"/l/{text}") for text in forged[:-1])}
    assert len(pages) == 1
    assert pages.pop()[0] == 404
    with clock.at(clock.utcnow() + LIFETIME + timedelta(days=1)):
        assert client.get(f"/l/{token}").status_code == 404
    message = world.read(lambda: db.session.scalar(select(Message.id)))
    office.post(f"/admin/messages/{message}/revoke")
    for path in ("", "/pdf", "/seen"):
        answer = client.post(f"/l/{token}/seen", csrf=False) if path == "/seen" else client.get(f"/l/{token}{path}")
        assert answer.status_code == 404


def test_the_office_opens_and_ends_the_page_from_the_document(world: World, office: Browser):
    quote, token = sent_quote(world, office)
    page = f"/admin/quotes/details/?id={quote}"
    assert f'href="/l/{token}"' in office.get(page).text
    assert office.post(f"/admin/quotes/{quote}/links/end", follow_redirects=True).status_code == 200
    assert Browser(world.app).get(f"/l/{token}").status_code == 404
    assert f'href="/l/{token}"' not in office.get(page).text


def test_guesses_hit_nothing(context):
    """Whoever knows that a link is there, and how long it is, guesses the rest: of each kind of link."""
    from sercom.entities.delivery.link import make_link

    invoice = start("invoice", make_user("office").actor)
    client, site = invoice.client, invoice.client.sites[0]
    page = HubLink(client=client, email="julie@example.org", expires_at=utcnow() + timedelta(days=1))
    device = Equipment(site=site)
    message = outbox.post(db.session, MessageKind.OVERDUE, Words(Language.FRENCH, "x", "x"), to="julie@example.org")
    db.session.add_all([page, device])
    db.session.flush()
    reminder = Reminder(kind=ReminderKind.OVERDUE, key="invoice/1", stage=1, client_id=client.id, message_id=message.id)
    db.session.add(reminder)
    link = make_link(db.session, invoice)
    kinds = ((link, find_link), (page, find_hub_link), (device, find_by_sticker), (reminder, find_reminder))
    for opened, find in kinds:
        assert find(db.session, opened.token) is opened
        length = len(opened.token.partition("-")[2])
        guesses = (f"{opened.id}-{secrets.token_urlsafe(length)[:length]}" for _guess in range(GUESSES // len(kinds)))
        assert not any(find(db.session, guess) for guess in guesses)


def test_a_former_secret_still_opens(context):
    from sercom.entities.delivery.link import make_link

    link = make_link(db.session, start("invoice", make_user("office").actor))
    token, config = link.token, context.config
    before = config["SECRET_KEY"]
    try:
        config |= {"SECRET_KEY": "another", "SECRET_KEY_FALLBACKS": [before]}
        assert find_link(db.session, token) is link
        config["SECRET_KEY_FALLBACKS"] = []
        assert find_link(db.session, token) is None
    finally:
        config |= {"SECRET_KEY": before, "SECRET_KEY_FALLBACKS": None}


# --- the receipt and the follow-up ------------------------------------------------------------


def test_what_a_visitor_typed_is_in_no_letter_of_ours(world: World, browser: Browser):
    from tests.rows import intake_answers

    world.make(name_company)
    page = browser.form("/")
    marks = {"name": "ZZNOM", "street": "ZZRUE", "city": "ZZVILLE", "description": "ZZTEXTE\nZZ2", "company": "ZZCIE"}
    answer = browser.post("/", intake_answers(page["ticket"]) | marks, csrf=False)
    assert answer.status_code == 303
    written = messages(world)
    assert sorted(to for to, *_rest in written) == ["aicha@example.org", "info@boreale.example"]
    assert not any(mark in text for message in written for text in message for mark in " ".join(marks.values()).split())
    receipt = browser.get(answer.location).text
    token = re.search(r"/l/([\w-]+)", receipt)
    assert token
    followed = browser.get(f"/l/{token[1]}").text
    assert "Demande reçue" in followed
    assert "À venir" in followed


def test_the_follow_up_tells_each_step(world: World):
    with world.app.app_context():
        from sercom.entities.delivery.link import make_link
        from sercom.workflow.followup import steps_of

        actor = make_user("office").actor
        request = start("request", actor)
        token = make_link(db.session, request).token
        assert [step.reached for step in steps_of(request)] == [True, False, False, False, False]
        begins = clock.from_company(date(2026, 12, 1), clock.utcnow().time())
        give(
            "plan_assessment",
            request,
            actor,
            starts_at=begins,
            ends_at=begins + timedelta(hours=1),
            person=make_user("technician"),
        )
        db.session.expire(request.case)
        assert [step.reached for step in steps_of(request)] == [True, True, False, False, False]
        quote = convert(request, "quote", actor)
        assert not steps_of(request)[2].reached, "a draft is nobody's business"
        assert not any(step.leads for step in steps_of(request))
        give("mark_sent", quote, actor)
        job = convert(quote, "job", actor, approval={"channel": "phone", "name": "Julie"})
        db.session.expire(request.case)
        assert [step.reached for step in steps_of(request)] == [True, True, True, True, False]
        invoice = convert(job, "invoice", actor)
        give("issue", invoice, actor)
        db.session.expire(request.case)
        assert all(step.reached for step in steps_of(request))
        db.session.commit()
    page = Browser(world.app).get(f"/l/{token}")
    assert page.status_code == 200
    assert page.text.count('class="reached"') == 5
    assert page.text.count('<a href="/espace-client">') == 3, "the quote and the invoice are read there, and the foot"
