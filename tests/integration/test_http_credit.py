"""Crediting over HTTP: what the page shows, what it asks, what it makes, and what it keeps when it refuses."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from sercom import models
from sercom.core.base import db
from sercom.core.money import TaxStatus
from tests.pages import links, list_rows, main_form, notices, parse, send, tab_counts, words
from tests.support import HUNDRED, Browser, World, credit, give, make_client, make_user, name_company, start

TWO = replace(HUNDRED, quantity=Decimal(2))
PERMIT = replace(HUNDRED, description="Permis", tax_status=TaxStatus.EXEMPT)


@pytest.fixture(params=["office", "accountant"])
def office(request: pytest.FixtureRequest, world: World, browser: Browser) -> Browser:
    """Somebody who records payments is signed in."""
    return browser.sign_in(world.user(request.param))


def issued(world: World, *drafts: Any, paid: str = "", **options: Any) -> int:
    """An issued invoice's id."""

    def build() -> Any:
        actor = make_user("office").actor
        invoice = start("invoice", actor, drafts=drafts or (TWO,), **options)
        give("issue", invoice, actor)
        if paid:
            received = {"method": "cash", "received_on": invoice.issue_date}
            give("record_payment", invoice, actor, amount=Decimal(paid), **received)
        return invoice

    return world.make(build)


def credited(world: World, invoice: int, **wanted: Any) -> int:
    """The id of a credit note of the invoice."""
    return world.make(lambda: credit(db.session.get_one(models.Invoice, invoice), make_user("office").actor, **wanted))


def notes(world: World) -> list[tuple[str, Decimal, Decimal, str]]:
    """Number, net, total and reason of every credit note."""
    return world.read(
        lambda: [
            (note.number, note.net, note.total, note.reason)
            for note in db.session.scalars(select(models.CreditNote).order_by(models.CreditNote.id))
        ]
    )


def text(page: Any) -> str:
    """The words of a page, every space a plain one."""
    return words(parse(page)).replace("\u00a0", " ")


def fingerprint(page: Any) -> str:
    """What the button sends that issues what was shown."""
    return next(b.get("value", "") for b in parse(page).iter("button") if b.get("name") == "shown")


def test_the_button_leads_to_the_page(world: World, office: Browser):
    invoice = issued(world)
    page = office.get(f"/admin/invoices/details/?id={invoice}")
    assert f"/admin/invoices/{invoice}/credit" in links(page).values()
    page = office.get(f"/admin/invoices/{invoice}/credit")
    form = main_form(page)
    assert (form.data["scope"], form.data["reason"], form.data["amount"]) == ("whole", "", "")
    assert "200,00 $" in text(page)
    draft = world.document("invoice")
    assert f"/admin/invoices/{draft}/credit" not in office.get(f"/admin/invoices/details/?id={draft}").text
    assert office.get(f"/admin/invoices/{draft}/credit").status_code == 409


def test_it_is_shown_before_it_is_issued(world: World, office: Browser):
    invoice = issued(world, paid="200")
    url = f"/admin/invoices/{invoice}/credit"
    shown = send(office, main_form(office.get(url)), url, reason="Erreur de prix")
    assert shown.status_code == 200
    assert notes(world) == []
    for told in ("200,00 $", "10,00 $", "19,95 $", "229,95 $", "29,95 $"):
        assert told in text(shown), told
    done = send(office, main_form(shown), url, shown=fingerprint(shown))
    note = world.read(lambda: db.session.scalars(select(models.CreditNote.id)).one())
    assert done.status_code == 302
    assert done.location.endswith(f"/admin/credit_notes/details/?id={note}")
    assert notes(world) == [("NC-000001", Decimal("200.00"), Decimal("229.95"), "Erreur de prix")]
    again = send(office, main_form(shown), url, shown=fingerprint(shown))
    assert (again.status_code, again.location) == (302, done.location), "sent twice, it is one"
    assert len(notes(world)) == 1


def test_lines_and_an_amount(world: World, office: Browser):
    invoice = issued(world, TWO, PERMIT)
    line = world.read(lambda: db.session.get_one(models.Invoice, invoice).lines[0].id)
    url = f"/admin/invoices/{invoice}/credit"
    for answers, net in (
        ({"scope": "lines", f"quantity-{line}": "0,5", "amount": "x"}, "50.00"),
        ({"scope": "amount", "amount": "25,00 $"}, "25.00"),
    ):
        shown = send(office, main_form(office.get(url)), url, reason="Essai", **answers)
        assert send(office, main_form(shown), url, shown=fingerprint(shown)).status_code == 302
        assert notes(world)[-1][1] == Decimal(net)
    assert "225,00 $" in text(office.get(url)), "what is left"


REFUSED: tuple[tuple[dict[str, str], str], ...] = (
    ({"reason": " "}, "reason"),
    ({"reason": "x" * 201}, "reason"),
    ({"scope": "amount", "amount": "200.01"}, "amount"),
    ({"scope": "amount", "amount": "0"}, "amount"),
    ({"scope": "amount", "amount": "1,234"}, "amount"),
    ({"scope": "amount", "amount": ""}, "amount"),
    ({"scope": "lines", "quantity": "2,5"}, "quantity"),
    ({"scope": "lines", "quantity": "-1"}, "quantity"),
    ({"scope": "lines", "quantity": "deux"}, "quantity"),
    ({"scope": "lines", "quantity": ""}, ""),
)


@pytest.mark.parametrize(("answers", "field"), REFUSED)
def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(world: World, office: Browser, answers, field):
    invoice = issued(world)
    url = f"/admin/invoices/{invoice}/credit"
    form = main_form(office.get(url))
    cell = next(name for name in form.data if name.startswith("quantity-"))
    typed = {"reason": "Essai"} | {cell if name == "quantity" else name: value for name, value in answers.items()}
    answer = send(office, form, url, **typed)
    back = main_form(answer)
    assert answer.status_code == 422
    assert {name: back.data[name] for name in typed} == {k: v.strip() if k == "reason" else v for k, v in typed.items()}
    assert (cell if field == "quantity" else field) in back.errors or (not field and notices(answer))
    assert notes(world) == []


def test_what_changed_since_it_was_shown_is_shown_again(world: World, office: Browser):
    invoice = issued(world)
    url = f"/admin/invoices/{invoice}/credit"
    shown = send(office, main_form(office.get(url)), url, reason="Essai", scope="amount", amount="10")
    other = send(office, main_form(shown), url, shown=fingerprint(shown), amount="20")
    assert (other.status_code, notes(world)) == (409, [])
    assert send(office, main_form(other), url, shown=fingerprint(other)).status_code == 302
    assert notes(world)[0][1] == Decimal("20.00")
    late = send(office, main_form(shown), url, shown=fingerprint(shown), token="other")
    assert late.status_code == 409, "the invoice is no longer as it was shown"


def test_the_pages_around_it(world: World, office: Browser):
    client = world.make(lambda: make_client("Réjean Lauzon"))
    invoice = world.make(lambda: _issued_for(client))
    open_note, used = credited(world, invoice, amount=Decimal(30)), credited(world, invoice)
    page = office.get(f"/admin/invoices/details/?id={invoice}")
    for number in ("NC-000001", "NC-000002"):
        assert number in links(page)
    assert "34,49 $" in text(page)
    assert f"/admin/invoices/{invoice}/credit" not in links(page).values(), "nothing is left"
    rows = list_rows(office.get("/admin/credit_notes/"))
    assert [(*row[:3], row[6].replace("\u00a0", " ")) for row in rows] == [
        ("NC-000002", "Réjean Lauzon", "F-000001", "80,49 $"),
        ("NC-000001", "Réjean Lauzon", "F-000001", "34,49 $"),
    ]
    assert sum(tab_counts(office.get("/admin/credit_notes/?tab=used")).values()) >= 2
    page = text(office.get(f"/admin/credit_notes/details/?id={open_note}"))
    for told in ("NC-000001", "F-000001", "Essai", "Réjean Lauzon"):
        assert told in page, told
    for url in (f"/admin/clients/details/?id={client}", f"/admin/invoices/details/?id={invoice}"):
        assert f"/admin/credit_notes/details/?id={used}" in links(office.get(url)).values()
    found = office.get("/admin/search?q=NC-000002").get_json()
    assert [hit["title"] for group in found for hit in group["results"]] == ["NC-000002"]
    found = office.get("/admin/search?q=lauzon").get_json()
    assert {"NC-000001", "NC-000002"} <= {hit["title"] for group in found for hit in group["results"]}
    assert [row[0] for row in list_rows(office.get("/admin/credit_notes/?search=lauzon"))] == ["NC-000002", "NC-000001"]


def _issued_for(client: int) -> Any:
    actor = make_user("office").actor
    invoice = start("invoice", actor, db.session.get_one(models.Client, client))
    give("issue", invoice, actor)
    return invoice


def test_the_paper_and_the_file(world: World, browser: Browser):
    note = credited(world, issued(world), amount=Decimal(30))
    browser.sign_in(world.user("accountant"))
    paper = text(browser.get(f"/admin/credit_notes/{note}/paper"))
    for told in ("Note de crédit", "NC-000001", "F-000001", "34,49 $", "TPS", "TVQ", "Essai"):
        assert told in paper, told
    answers = [browser.get(f"/admin/credit_notes/{note}/pdf") for _ in range(2)]
    assert {answer.mimetype for answer in answers} == {"application/pdf"}
    assert answers[0].data == answers[1].data, "drawn once"
    file = browser.get("/admin/credit_notes/export/csv/").get_data(as_text=True)
    assert "NC-000001" in file
    assert "34.49" in file or "34,49" in file


def test_a_void_invoice_is_not_credited_and_a_credited_one_not_voided(world: World, office: Browser):
    invoice = issued(world)
    credited(world, invoice, amount=Decimal(1))
    assert office.get(f"/admin/invoices/{invoice}/do/void").status_code in {403, 422}


def test_the_pages_ask_no_more_queries_as_credit_notes_grow(world: World, office: Browser):
    invoice = issued(world)
    counted = []
    for _ in range(2):
        credited(world, invoice, amount=Decimal(1))
        for url in (f"/admin/invoices/{invoice}/credit", "/admin/credit_notes/"):
            office.get(url)
            with world.counting() as statements:
                office.get(url)
            counted.append(len(statements))
        credited(world, invoice, amount=Decimal(1))
        credited(world, invoice, amount=Decimal(1))
    assert counted[:2] == counted[2:]


def test_it_leaves_by_email(world: World, browser: Browser):
    world.make(name_company)
    note = credited(world, issued(world), amount=Decimal(30))
    world.make(lambda: _paid_by(note, "comptes@example.org"))
    browser.sign_in(world.user("office"))
    url = f"/admin/credit_notes/{note}/send"
    assert url in links(browser.get(f"/admin/credit_notes/details/?id={note}")).values()
    form = main_form(browser.get(url))
    assert form.data["subject"] == "Note de crédit NC-000001"
    assert "F-000001" in form.data["body"]
    assert form.data["to"] == "comptes@example.org"
    assert send(browser, form, url, send="1", confirm="1").status_code == 302
    message, token = world.read(_message)
    assert message == ("credit_note", "comptes@example.org", note)
    page = text(browser.app.test_client().get(f"/l/{token}"))
    for told in ("Note de crédit", "NC-000001", "F-000001", "34,49 $", "Essai"):
        assert told in page, told
    for other in ("Solde à payer", "est payée", "Comment payer"):
        assert other not in page, other
    assert browser.app.test_client().get(f"/l/{token}/pdf").mimetype == "application/pdf"


def _paid_by(note: int, email: str) -> Any:
    client = db.session.get_one(models.CreditNote, note).client
    client.billing_email = email
    return client


def _message() -> Any:
    message = db.session.scalars(select(models.Message)).one()
    return (message.kind.value, message.to_email, message.document_id), message.link.token


def test_what_its_paper_lacks_stops_it(world: World, browser: Browser):
    note = credited(world, issued(world), amount=Decimal(30))
    browser.sign_in(world.user("office"))
    page = text(browser.get(f"/admin/credit_notes/{note}/send"))
    for missing in ("adresse de l’entreprise", "TPS", "TVQ"):
        assert missing in page, missing
