"""Privacy over HTTP: the policy's page, what the form asks, the client's page of personal data, the register."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from sercom import models
from sercom.core.base import db
from sercom.entities.company.model import get_company
from sercom.entities.privacy import policy
from sercom.entities.privacy.consent import OFFERS, Purpose
from sercom.entities.privacy.incident import Risk
from sercom.entities.users.model import Language
from sercom.portal import ticket
from sercom.workflow.consent import footings_of
from tests.rows import intake_answers
from tests.support import Browser, World, day, give, make_client, make_user, name_company, start

SCRIPT = "<script>alert(1)</script>"


def test_the_policy_tells_the_company_in_both_languages(world: World, browser: Browser):
    world.make(lambda: name_company(privacy_officer="Ève Roy, présidente", privacy_email="ve@boreale.example"))
    for url, word in (("/confidentialite", "renseignements"), ("/en/privacy", "information")):
        page = browser.get(url)
        told = page.get_data(as_text=True)
        assert page.status_code == 200
        for part in (word, "Ève Roy, présidente", "ve@boreale.example", "Climatisation Boréale inc.", "H7V\u00a02S4"):
            assert part in told, (url, part)
        assert "{" not in told.partition("<main")[2].partition("</main>")[0]
        assert "Set-Cookie" not in page.headers
    for url, link in (("/", "/confidentialite"), ("/en/", "/en/privacy")):
        assert browser.get(url).get_data(as_text=True).count(f'href="{link}"') == 2  # beside the box, and at the foot


def test_the_policy_is_the_companys_own_once_it_is_written(world: World, browser: Browser):
    browser.sign_in(world.user("owner"))
    form = {"name": "Boréale", "province": "QC", "quote_validity_days": "30"}
    url = "/admin/company/edit/?id=1"
    shown = browser.get(url).get_data(as_text=True)
    assert "# Ce que nous recueillons" in shown
    default = policy.DEFAULTS[Language.FRENCH].replace("\n", "\r\n")  # as browsers send it
    texts = (default, None), (f"# Nos règles\n{SCRIPT}\n- un\n- deux\n{{company}}", day())
    for typed, since in texts:
        sent = form | {"version": str(world.get(models.Company, 1, "version")), "privacy_policy": typed}
        assert browser.post(url, sent).status_code == 302
        assert world.get(models.Company, 1, "privacy_policy_on") == since
    told = browser.get("/confidentialite").get_data(as_text=True)
    assert "<h2>Nos règles</h2>" in told
    assert "<li>deux</li>" in told
    assert SCRIPT not in told
    assert "Nos règles" in browser.get("/en/privacy").get_data(as_text=True)  # what there is, in French
    sent = form | {"version": str(world.get(models.Company, 1, "version")), "privacy_policy": "{owner}"}
    refused = browser.post(url, sent)
    assert refused.status_code == 422
    assert "{owner}" in refused.get_data(as_text=True)


@pytest.mark.parametrize("extra", ["", "marketing"])
def test_the_form_keeps_what_was_agreed_to_in_its_words(world: World, browser: Browser, extra: str):
    blank = browser.get("/en/?marketing=y&consent=y&city=Laval").get_data(as_text=True)
    boxes = [tag for tag in blank.split("<input") if 'name="marketing"' in tag or 'name="consent"' in tag]
    assert len(boxes) == 2
    assert not any("checked" in box for box in boxes)
    answers = intake_answers(ticket_of(world), **({extra: "y"} if extra else {}))
    assert browser.post("/en/", answers).status_code == 303
    said = world.read(
        lambda: [
            (one.purpose.value, one.given, one.source.value, one.language.value, one.version, one.wording[:7])
            for one in db.session.scalars(select(models.Consent).order_by(models.Consent.id))
        ]
    )
    assert said[0] == ("service", True, "form", "en_CA", "2026-11", "I agree")
    assert [one[0] for one in said[1:]] == ([extra] if extra else [])
    told = world.read(lambda: footings_of(db.session, db.session.scalars(select(models.Client.id)).one()))
    assert {told[purpose].holds for purpose in (*OFFERS, Purpose.MARKETING)} == {bool(extra)}


def ticket_of(world: World) -> str:
    with world.app.app_context():
        return ticket.issue()


def test_the_office_writes_a_consent_down_and_the_owner_hands_over_and_anonymises(world: World, browser: Browser):
    client = world.make(make_client)
    page = f"/admin/clients/{client}/privacy"
    browser.sign_in(world.user("office"))
    assert browser.post(f"{page}/consent", {"given": "1"}).status_code == 422
    assert (
        browser.post(f"{page}/consent", {"given": "1", "source": "form"}).status_code == 422
    )  # the form alone says so
    for given, pill in (("1", True), ("0", False)):
        assert browser.post(f"{page}/consent", {"given": given, "source": "phone"}).status_code == 302
        shown = browser.get(f"/admin/clients/details/?id={client}").get_data(as_text=True)
        assert ("Accepte les offres" in shown) is pill
    assert "anonymise" not in browser.get(page).get_data(as_text=True)
    browser.sign_in(world.user("owner"))
    answer = browser.post(f"{page}/export")
    assert answer.mimetype == "application/zip"
    names = ZipFile(BytesIO(answer.data)).namelist()
    assert "data.json" in names
    version = world.get(models.Client, client, "version")
    assert browser.post(f"{page}/anonymise", {"version": version}).status_code == 422
    for _twice in range(2):
        assert browser.post(f"{page}/anonymise", {"version": version, "confirm": "1"}).status_code == 302
    left = browser.get(f"/admin/clients/details/?id={client}").get_data(as_text=True)
    assert f"Client {client}" in left
    assert "Tremblay" not in left
    assert f"Client {client}" not in browser.get("/admin/clients/").get_data(as_text=True)
    for url in (page, f"/admin/clients/edit/?id={client}"):
        assert browser.get(url).status_code == 404
    assert browser.get("/admin/journal/").status_code == 200
    assert world.read(lambda: db.session.query(models.Erasure).count()) == 1


def test_tax_papers_of_nobody_are_for_who_keeps_the_books(world: World, browser: Browser):
    def bill() -> models.Invoice:
        name_company()
        owner = make_user("owner").actor
        invoice = start("invoice", owner)
        give("issue", invoice, owner)
        give("void", invoice, owner, reason="Essai")
        return invoice

    invoice = world.make(bill)
    client = world.get(models.Invoice, invoice, "client_id")
    browser.sign_in(world.user("owner"))
    version = world.get(models.Client, client, "version")
    answer = browser.post(f"/admin/clients/{client}/privacy/anonymise", {"version": version, "confirm": "1"})
    assert answer.status_code == 302
    for role, status in (("owner", 200), ("accountant", 200), ("office", 403)):
        browser.sign_in(world.user(role))
        pages = ("paper",) if status == 200 else ("paper", "pdf")  # drawing one takes its time
        for page in pages:
            assert browser.get(f"/admin/invoices/{invoice}/{page}").status_code == status, (role, page)
        shown = browser.get(f"/admin/invoices/details/?id={invoice}")
        assert shown.status_code == 200
        assert "Tremblay" not in shown.get_data(as_text=True)
        assert (f"/admin/invoices/{invoice}/paper" in shown.get_data(as_text=True)) is (status == 200)


def test_the_register_asks_for_what_is_missing_and_keeps_days_in_order(world: World, browser: Browser):
    browser.sign_in(world.user("office"))
    told = {"information": "Adresses", "circumstances": SCRIPT, "discovered_on": day().isoformat()}
    wrong = {"happened_on": day(1).isoformat()}, {"happened_until": day().isoformat()}, {"information": " "}
    for change in (*wrong, {"people_count": "-1"}, {"discovered_on": ""}):
        assert browser.post("/admin/incidents/new/", told | {"risk": "serious"} | change).status_code == 422, change
    made = browser.post("/admin/incidents/new/", told | {"risk": "serious"}, follow_redirects=True)
    page = made.get_data(as_text=True)
    assert "Avisez sans délai la Commission" in page
    assert SCRIPT not in page
    assert world.read(lambda: db.session.scalars(select(models.Incident.risk)).one()) is Risk.SERIOUS
    row = world.read(lambda: db.session.scalars(select(models.Incident.id)).one())
    form = browser.form(f"/admin/incidents/edit/?id={row}")
    for change in wrong[:2]:
        again = browser.post(f"/admin/incidents/edit/?id={row}", form | change)
        assert again.status_code == 422, change
    assert world.get(models.Incident, row, "happened_on") is None
    assert browser.post("/admin/incidents/delete/", {"id": row}).status_code == 403
    assert world.read(lambda: get_company(db.session).privacy_policy) is None
