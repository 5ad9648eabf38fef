"""The client's page over HTTP: asking tells nothing, a link opens one reader's things, reading writes nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.entities.delivery.link import make_link
from sercom.entities.delivery.message import Message, MessageKind
from sercom.entities.delivery.worker import Worker
from sercom.entities.visits.snapshot import snapshot_of
from sercom.models import Client, File, HubAsk, HubLink, Link, Note, ServiceRequest, Site, Visit
from sercom.portal import ticket
from sercom.workflow import hub, merging, unmerging
from sercom.workflow.consent import footings_of
from tests.ledger import receive
from tests.mailserver import mail_server
from tests.pages import main_form
from tests.rows import add_picture, intake_answers, plan
from tests.support import Browser, World, day, give, make_client, make_user, name_company, start

JULIE = "julie@example.org"


def link_to(client: Client, email: str = JULIE) -> HubLink:
    """A link that was sent, in the open session."""
    return hub.send(db.session, client, make_user("office").actor, to=email).hub_link


def token_of(world: World, link_id: int) -> str:
    return world.read(lambda: db.session.get_one(HubLink, link_id).token)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


@pytest.fixture
def julie(world: World) -> tuple[str, int]:
    """Julie's token and id, in a company that has a name."""
    link = world.make(lambda: (name_company(), link_to(make_client(email=JULIE)))[1])
    return token_of(world, link), world.get(HubLink, link, "client_id")


# --- asking --------------------------------------------------------------------------------------


def test_asking_does_the_same_whatever_the_address(world: World, browser: Browser):
    world.make(lambda: make_client(email=JULIE))
    browser.post("/espace-client", {"email": "first@example.org"}, csrf=False)  # the day's first sweeps
    answers, statements = [], []
    for email in (JULIE, "nobody@example.org", "JULIE@example.org"):
        with world.counting() as asked:
            answer = browser.post("/espace-client", {"email": email}, csrf=False)
        answers.append((answer.status_code, answer.location, answer.get_data()))
        statements.append(asked)
    assert answers[0] == answers[1] == answers[2]
    assert statements[0] == statements[1] == statements[2], "work that differs can be timed"
    assert not [one for one in statements[0] if "client" in one], "nobody is looked up"
    assert "nobody@" not in text_of(browser.get(answers[0][1])), "what was typed is not told back"


def test_the_worker_writes_to_who_is_known_once(world: World, browser: Browser):
    world.make(lambda: (name_company(), make_client(email=JULIE, contact_name="Julie {x}"))[1])
    for email in (JULIE, "Julie@Example.org", "nobody@example.org", JULIE):
        browser.post("/en/client-page", {"email": email}, csrf=False)

    def answered() -> Any:
        hub.answer_all(db.session)
        return db.session.scalars(select(Message)).all(), db.session.scalar(select(func.count(HubAsk.id)))

    messages, left = world.read(answered)
    assert [message.to_email for message in messages] == [JULIE], "once, at the address that is known"
    assert left == 0, "nothing of who asked stays"
    message = messages[0]
    assert message.kind is MessageKind.CLIENT_PAGE
    assert (message.language.value, message.base_url) == ("fr_CA", "http://localhost")
    assert "Julie {x}" in message.body
    with world.app.app_context():
        url = db.session.get_one(Message, message.id).link_url
    assert browser.get(url.removeprefix("http://localhost")).status_code == 200


def test_the_link_arrives_by_mail_and_opens_the_page(own_app: Flask):
    with mail_server() as server, own_app.app_context():
        own_app.config |= {"SMTP_URL": server.url, "MAIL_FROM": "facturation@boreale.example"}
        name_company(email="info@boreale.example")
        make_client("Zoë Roy", email="Zoe@example.org", language="en_CA")
        db.session.commit()
        guest = own_app.test_client()
        for email in ("zoe@example.org", "nobody@example.org"):
            assert guest.post("/en/client-page", data={"email": email}).status_code == 303
        worker = Worker(own_app, every=0.05)
        worker.start()
        try:
            server.wait(1)
        finally:
            worker.stop()
        (mail,) = server.received
        assert (mail["To"], mail["Auto-Submitted"]) == ("Zoe@example.org", "auto-generated")
        text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has one
        url = re.search(r"http://localhost(/c/\S+)", text)
        assert url
        page = guest.get(url[1])
        assert "Zoë Roy" in page.get_data(as_text=True)
        assert 'lang="en-CA"' in page.get_data(as_text=True)
        db.session.rollback()
        assert db.session.scalar(select(func.count(HubAsk.id))) == 0


@pytest.mark.parametrize(
    ("typed", "status"), [("", 422), ("julie", 422), ("a@b\r\nBcc: c@d.e", 422), ("x" * 300 + "@example.org", 422)]
)
def test_what_is_no_address_comes_back(world: World, browser: Browser, typed: str, status: int):
    answer = browser.post("/espace-client", {"email": typed}, csrf=False)
    assert answer.status_code == status
    assert world.read(lambda: db.session.scalar(select(func.count(HubAsk.id)))) == 0


def test_a_machine_is_told_what_a_person_is_told_and_a_flood_is_refused(world: World, browser: Browser):
    assert browser.client.head("/espace-client?sent=1").status_code == 200, "a scanner looks"
    trapped = browser.post("/espace-client", {"email": JULIE, "website": "x"}, csrf=False)
    assert trapped.status_code == 303
    assert world.read(lambda: db.session.scalar(select(func.count(HubAsk.id)))) == 0
    world.app.config["INTAKE_DAILY_PER_EMAIL"] = 2
    try:
        sent = [browser.post("/espace-client", {"email": "no@example.org"}, csrf=False).status_code for _ in range(3)]
    finally:
        world.app.config["INTAKE_DAILY_PER_EMAIL"] = 10**6
    assert sent == [303, 303, 429], "whether it is known or not"


# --- the link ------------------------------------------------------------------------------------


def test_what_is_no_link_is_one_and_the_same_404(world: World, browser: Browser, julie: tuple[str, int]):
    token, client_id = julie
    good = token.partition("-")

    def others() -> Any:
        client = db.session.get_one(Client, client_id)
        ended, old = link_to(client), link_to(client)
        ended.revoked_at, old.expires_at = utcnow(), utcnow() - timedelta(seconds=1)
        document = make_link(db.session, start("request", make_user("office").actor, client))
        db.session.commit()
        return ended.token, old.token, document.token

    ended, old, document = world.read(others)
    wrong = (ended, old, document, f"{good[0]}-x", f"999-{good[2]}", "x", token[:-1], f"{token}A", "é" * 40, "0-")
    pages = {browser.get(f"/c/{bad}").get_data() for bad in wrong}
    assert len(pages) == 1
    assert {browser.get(f"/c/{bad}").status_code for bad in wrong} == {404}
    assert browser.get(f"/l/{token}").status_code == 404, "one kind of link is not the other"
    assert browser.get(f"/c/{token}").status_code == 200


def test_the_office_sends_and_ends_it_and_what_was_opened_ends_too(world: World, browser: Browser):
    client = world.make(lambda: (name_company(), make_client(email=JULIE))[1])
    mute = world.make(lambda: make_client(email=None))
    invoice = world.make(lambda: issued(db.session.get_one(Client, client)))
    office = Browser(world.app).sign_in(world.user("office"))
    assert office.post(f"/admin/clients/{mute}/page/send").status_code == 422
    assert office.post(f"/admin/clients/{client}/page/send").status_code == 302
    token = world.read(lambda: db.session.scalars(select(HubLink)).one().token)
    assert JULIE in text_of(office.get(f"/admin/clients/details/?id={client}"))
    opened = browser.post(f"/c/{token}/open/{invoice}", csrf=False).location
    assert browser.get(opened).status_code == 200
    assert browser.post(f"/c/{token}/open/{invoice}", csrf=False).location == opened, "opened twice, it is one link"
    assert office.post(f"/admin/clients/{client}/page/end").status_code == 302
    assert [browser.get(url).status_code for url in (f"/c/{token}", opened)] == [404, 404]


def test_an_address_that_is_no_longer_theirs_opens_nothing(world: World, browser: Browser, julie: tuple[str, int]):
    token, client_id = julie
    office = Browser(world.app).sign_in(world.user("office"))
    url = f"/admin/clients/edit/?id={client_id}"
    for changes, status in (({"notes": "Chien"}, 200), ({"email": "nouveau@example.org"}, 404)):
        form = main_form(office.get(url))
        assert office.post(url, form.data | changes, csrf=False).status_code == 302
        assert browser.get(f"/c/{token}").status_code == status


# --- what it shows -------------------------------------------------------------------------------


def issued(client: Client, **columns: Any) -> Any:
    """An issued invoice, in the open session."""
    actor = make_user("office").actor
    invoice = start("invoice", actor, client, **columns)
    give("issue", invoice, actor)
    return invoice


def fill(client_id: int) -> dict[str, int]:
    """One of everything for the client; ids by name."""
    client, actor = db.session.get_one(Client, client_id), make_user("office").actor
    made = {name: start("quote", actor, client, title=name) for name in ("Brouillon", "Envoyée", "Archivée", "Refusée")}
    for name in ("Envoyée", "Archivée", "Refusée"):
        give("mark_sent", made[name], actor)
    give("archive", made["Archivée"], actor)
    give("decline", made["Refusée"], actor, reason="price")
    made |= {name: issued(client, title=name) for name in ("À payer", "Payée", "Perdue", "En partie")}
    made["Facture brouillon"] = start("invoice", actor, client, title="Facture brouillon")
    give("record_payment", made["Payée"], actor, amount=made["Payée"].total, method="cheque", received_on=day())
    give("record_payment", made["En partie"], actor, amount=Decimal(20), method="interac", received_on=day())
    give("write_off", made["Perdue"], make_user("owner").actor, reason="Faillite", received_on=day())
    made["Demande"] = start("request", actor, client, title="Demande")
    job = start("job", actor, client, title="Pose")
    plan(job.visits[0], make_user("office"), person=make_user("technician"))
    made["Demande"].case.notes.append(Note(body="Mauvais payeur"))
    db.session.commit()
    return {name: document.id for name, document in made.items()}


def test_the_page_shows_what_is_theirs_and_nothing_internal(world: World, browser: Browser, julie: tuple[str, int]):
    token, client_id = julie
    made = world.read(lambda: fill(client_id))
    page = text_of(browser.get(f"/c/{token}"))
    for title in ("Envoyée", "Refusée", "À payer", "Payée", "Perdue", "En partie", "Pose"):
        assert title in page
    for word in ("Brouillon", "Archivée", "Facture brouillon", "Mauvais payeur", "Faillite", "créance"):
        assert word not in page
    assert "Rien à payer" in page
    assert "Awaits your answer" in text_of(browser.get(f"/c/{token}?language=en_CA"))
    status = {name: browser.post(f"/c/{token}/open/{row}", csrf=False).status_code for name, row in made.items()}
    assert {name for name, code in status.items() if code == 404} == {"Brouillon", "Archivée", "Facture brouillon"}
    for view in ("", "?view=open", "/pdf", "/pdf?view=open&language=en_CA"):
        assert browser.get(f"/c/{token}/statement{view}").status_code == 200


def test_it_asks_no_more_for_many_documents_than_for_few(world: World, browser: Browser, julie: tuple[str, int]):
    token, client_id = julie
    asked = []
    for _round in range(2):
        world.read(lambda: fill(client_id))
        with world.counting() as statements:
            browser.get(f"/c/{token}")
        asked.append(len(statements))
    assert asked[1] <= asked[0] <= 17


def test_what_is_another_clients_is_a_404(world: World, browser: Browser, julie: tuple[str, int]):
    token, client_id = julie

    def theirs() -> Any:
        other = issued(make_client("Autre", email="autre@example.org"))
        give("record_payment", other, make_user("office").actor, amount=Decimal(5), method="cash", received_on=day())
        mine = issued(db.session.get_one(Client, client_id))
        give("record_payment", mine, make_user("office").actor, amount=Decimal(5), method="cash", received_on=day())
        db.session.commit()
        return other.id, other.allocations[0].payment_id, other.client_id, mine.allocations[0].payment_id

    document, payment, client, mine = world.read(theirs)
    assert browser.post(f"/c/{token}/open/{document}", csrf=False).status_code == 404
    assert browser.get(f"/c/{token}/receipts/{payment}").status_code == 404
    assert browser.get(f"/c/{token}/receipts/{mine}").mimetype == "application/pdf"
    assert "Autre" not in text_of(browser.get(f"/c/{token}/statement?client={client}"))


def test_a_finished_visits_report_is_theirs_without_what_is_internal(
    world: World, browser: Browser, julie: tuple[str, int]
):
    token, client_id = julie

    def work() -> Any:
        rows = []
        for client in (db.session.get_one(Client, client_id), make_client("Autre")):
            office, person = make_user("office"), make_user("technician")
            visit = plan(start("job", office.actor, client).visits[0], office, person=person)
            for shown in (True, False):
                file = add_picture(visit.case, office)
                file.visit_id, file.shown_to_client = visit.id, shown
            rows.append(visit)
        db.session.commit()
        return [visit.id for visit in rows]

    mine, other = world.read(work)
    url = f"/c/{token}/reports/{mine}"
    assert browser.get(url).status_code == 404, "nobody worked there yet"

    def finish() -> Any:
        for row in (mine, other):
            visit = db.session.get_one(Visit, row)
            give("start", visit, visit.person.actor)
            give("finish", visit, visit.person.actor)
        db.session.commit()
        told = snapshot_of(db.session, db.session.get_one(Visit, mine), shown_only=True)
        return [db.session.get_one(File, photo["id"]).shown_to_client for photo in told["work"]["photos"]]

    assert world.read(finish) == [True], "an internal photo stays internal"
    assert f'href="{url}?language=fr_CA"' in text_of(browser.get(f"/c/{token}"))
    assert browser.get(url).mimetype == "application/pdf"
    assert browser.get(f"/c/{token}/reports/{other}").status_code == 404


def test_links_that_ended_long_ago_are_swept(world: World, julie: tuple[str, int]):
    def swept() -> Any:
        client = db.session.scalars(select(Client)).first()
        links = [link_to(client) for _one in range(4)]
        document = start("request", make_user("office").actor, client)
        opened = [hub.open_document(db.session, link, document).id for link in links]
        links[0].revoked_at = links[1].revoked_at = utcnow() - hub.KEPT
        links[1].revoked_at += timedelta(minutes=5)
        links[2].expires_at = utcnow() - hub.KEPT
        ids = [link.id for link in links]
        hub.sweep(db.session)
        return [[bool(db.session.get(model, row)) for row in rows] for model, rows in ((HubLink, ids), (Link, opened))]

    assert world.read(swept) == [[False, True, False, True]] * 2


def test_who_is_there_twice_under_one_address_has_one_page(world: World, browser: Browser, julie: tuple[str, int]):
    token, _client_id = julie

    def again() -> Any:
        office = make_user("office").actor
        make_client("Encore Julie", is_prospect=True, email="JULIE@example.org")
        payer = make_client("Gestion Roy", email="roy@example.org", billing_email=JULIE)
        return start("request", office, payer, title="Le toit")

    request = world.make(again)
    page = text_of(browser.get(f"/c/{token}"))
    assert "Gestion Roy" in page
    assert browser.post(f"/c/{token}/open/{request}", csrf=False).status_code == 303
    world.make(lambda: change(request, email="nouveau@example.org", billing_email=None))
    assert browser.post(f"/c/{token}/open/{request}", csrf=False).status_code == 404, "the address is another's now"


def test_what_was_opened_under_a_shared_address_ends_with_it(world: World, browser: Browser, julie: tuple[str, int]):
    token, _client_id = julie
    request = world.make(lambda: start("request", make_user("office").actor, make_client("Luc Roy", email=JULIE)))
    opened = browser.post(f"/c/{token}/open/{request}", csrf=False).location
    assert browser.get(opened).status_code == 200
    url = f"/admin/clients/edit/?id={world.read(lambda: db.session.get_one(ServiceRequest, request).client_id)}"
    office = Browser(world.app).sign_in(world.user("office"))
    form = main_form(office.get(url))
    assert office.post(url, form.data | {"email": "luc@example.org"}, csrf=False).status_code == 302
    assert [browser.get(one).status_code for one in (opened, f"/c/{token}")] == [404, 200]


def change(request_id: int, **columns: Any) -> Any:
    client = db.session.get_one(ServiceRequest, request_id).client
    for name, value in columns.items():
        setattr(client, name, value)
    return client


def test_a_merged_clients_link_opens_the_one_that_stays(world: World, browser: Browser, julie: tuple[str, int]):
    token, client_id = julie

    def merge() -> Any:
        stayer, actor = make_client("Julie Tremblay-Roy", email="jtr@example.org"), make_user("office").actor
        start("request", actor, stayer)
        made = merging.merge(db.session, stayer.id, client_id, actor)
        link_to(stayer, "jtr@example.org")
        return made

    made = world.make(merge)
    assert "Julie Tremblay-Roy" in text_of(browser.get(f"/c/{token}"))
    late = world.read(lambda: db.session.scalars(select(HubLink).order_by(HubLink.id.desc())).first().token)
    assert browser.get(f"/c/{late}").status_code == 200

    def undo() -> Any:
        unmerging.undo(db.session, db.session.get_one(merging.ClientMerge, made), make_user("office").actor)
        return db.session.get_one(Client, client_id)

    world.make(undo)
    assert "Tremblay-Roy" not in text_of(browser.get(f"/c/{token}"))
    assert browser.get(f"/c/{late}").status_code == 404, "sent while both were one, it may be either's"


@pytest.mark.parametrize("stays", [True, False])
def test_what_was_opened_while_two_were_one_ends_when_they_are_two(
    world: World, browser: Browser, julie: tuple[str, int], stays: Any
):
    token, client_id = julie
    opened: list[int] = []

    def merge() -> Any:
        other, actor = make_client("Luc Roy", email="luc@example.org"), make_user("office").actor
        request = start("request", actor, other, title="Fournaise de Luc")
        pair = (client_id, other.id) if stays else (other.id, client_id)
        opened.extend([request.id, start("request", actor, db.session.get_one(Client, client_id)).id])
        return merging.merge(db.session, *pair, actor)

    made = world.make(merge)
    pages = [browser.post(f"/c/{token}/open/{row_id}", {}, csrf=False).location for row_id in opened]
    assert [browser.get(page).status_code for page in pages] == [200, 200]

    def undo() -> Any:
        unmerging.undo(db.session, db.session.get_one(merging.ClientMerge, made), make_user("office").actor)
        return db.session.get_one(Client, client_id)

    world.make(undo)
    assert browser.get(f"/c/{token}").status_code == 200
    assert [browser.get(page).status_code for page in pages] == [404, 200], "Luc's is not Julie's any more"


# --- a new request -------------------------------------------------------------------------------


def send_form(browser: Browser, token: str, **changes: Any) -> Any:
    with browser.app.app_context():
        issued_ticket = ticket.issue()
    answers = intake_answers(issued_ticket, client=token, name="Julie Tremblay", email=JULIE, phone="450 555-0110")
    return browser.post("/", answers | changes, csrf=False)


def test_a_new_request_is_prefilled_and_the_clients_own(world: World, browser: Browser, julie: tuple[str, int]):
    token, client_id = julie
    form = text_of(browser.get(f"/?client={token}"))
    for told in (JULIE, "84, rue Sainte-Rose", "Julie Tremblay", f'name="client" value="{token}"'):
        assert told in form
    assert 'name="client"' not in text_of(browser.get("/en/?client=1-x%22%3E%3Cscript%3E")), "a token that is none"
    clients = world.read(lambda: db.session.scalar(select(func.count(Client.id))))
    home = {"street": "84 rue ste-rose", "postal_code": "H7L 1M3"}
    assert send_form(browser, token, **home).status_code == 303

    def made() -> Any:
        request = db.session.scalars(select(ServiceRequest)).one()
        return request.client_id, request.case.site_id, [note.body for note in request.case.notes]

    site = world.read(lambda: db.session.scalars(select(Site.id).where(Site.client_id == client_id)).one())
    assert world.read(made) == (client_id, site, []), "no prospect, no second address, nothing to note"
    assert world.read(lambda: db.session.scalar(select(func.count(Client.id)))) == clients


def end(client_id: int) -> Client:
    client = db.session.get_one(Client, client_id)
    hub.end_links(db.session, client, make_user("office").actor)
    return client


@pytest.mark.parametrize("token_is", ["good", "ended"])
def test_what_differs_is_noted_and_an_ended_link_is_a_strangers(
    world: World, browser: Browser, julie: tuple[str, int], token_is: str
):
    token, client_id = julie
    if token_is == "ended":
        world.make(lambda: end(client_id))
    answer = send_form(browser, token, name="Marc <b>Roy</b>", phone="514 555-0177")
    assert answer.status_code == 303

    def made() -> Any:
        request = db.session.scalars(select(ServiceRequest)).one()
        client = request.client
        return client.id == client_id, client.phone, [(note.body, note.shown_to_client) for note in request.case.notes]

    told = ("Sur le formulaire\u00a0: Marc <b>Roy</b> · 514 555-0177 · julie@example.org", False)
    mine = token_is == "good"
    assert world.read(made) == (mine, "+14505550110" if mine else "+15145550177", [told] if mine else [])


# --- the invoice's page --------------------------------------------------------------------------


def test_a_client_chooses_the_e_mails_from_there(world: World, browser: Browser, julie: tuple[str, int]):
    token, client_id = julie
    double = world.make(lambda: make_client("J. Tremblay", email=JULIE.upper(), is_prospect=True))
    stranger = world.make(lambda: make_client("Luc", email="luc@example.org"))
    assert f"/c/{token}/emails" in text_of(browser.get(f"/c/{token}"))
    page = browser.get(f"/c/{token}/emails?language=en_CA")
    assert page.text.count("checked") == 3, "what belongs to work under way"
    sent = browser.post(f"/c/{token}/emails?language=en_CA", {"wanted": ["visits", "reviews", "x"]}, csrf=False)
    assert (sent.status_code, sent.location) == (303, f"/c/{token}/emails?saved=1&language=en_CA")
    assert "Saved." in browser.get(sent.location).text

    def held(of: int) -> set[str]:
        return {purpose.value for purpose, footing in footings_of(db.session, of).items() if footing.holds}

    assert world.read(lambda: held(client_id)) == {"visits", "reviews"}
    assert "quotes" not in world.read(lambda: held(double)), "a no counts at the address"
    assert "quotes" in world.read(lambda: held(stranger))
    assert browser.post(f"/c/{token}x/emails", {}, csrf=False).status_code == 404


def test_an_invoice_says_how_to_pay_as_the_settings_do_now(world: World, browser: Browser):
    def make() -> Any:
        company = name_company(interac_email="ancien@boreale.example")
        link = make_link(db.session, issued(make_client()))
        company.interac_email, company.bank_account = "virements@boreale.example", "815-30000-1234567"
        return link

    token = world.read(lambda: (link := make(), db.session.commit(), link.token)[2])
    page = text_of(browser.get(f"/l/{token}"))
    number = re.search(r"F-\d{6}", page)
    assert number
    for told in ("virements@boreale.example", "815-30000-1234567", f'value="{number[0]}"', 'value="114,98"', "Chèque"):
        assert told in page
    assert "ancien@" not in page


def test_a_receipt_of_two_invoices_is_not_behind_the_link_to_one(world: World, browser: Browser):
    def make() -> Any:
        client, actor = make_client(), make_user("office").actor
        own, other = issued(client), issued(client)
        give("record_payment", own, actor, amount=Decimal(10), method="cash", received_on=day())
        both = receive(client, actor, "50", (own, "20"), (other, "30"))
        link = make_link(db.session, own)
        db.session.commit()
        return link.token, own.allocations[0].payment_id, both.id

    token, own, both = world.read(make)
    assert browser.get(f"/l/{token}/receipts/{own}").mimetype == "application/pdf"
    assert browser.get(f"/l/{token}/receipts/{both}").status_code == 404
    assert "/receipts/" in text_of(browser.get(f"/l/{token}"))


def test_an_ended_page_ends_what_it_opened_in_the_database_too(world: World, julie: tuple[str, int]):
    _token, client_id = julie

    def opened() -> Any:
        client = db.session.get_one(Client, client_id)
        page = hub.open_links(db.session, client)[0]
        link = hub.open_document(db.session, page, start("request", make_user("office").actor, client))
        assert link.expires_at == page.expires_at
        page.expires_at = utcnow()
        db.session.flush()
        return link.is_open, db.session.scalar(select(func.count(Link.id)))

    assert world.read(opened) == (False, 1)
