"""Receipts by e-mail over HTTP: what is said where money is recorded, the payment's page, the company's setting."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.entities.company.model import get_company
from sercom.entities.delivery.message import Message, MessageKind, MessageStatus
from sercom.models import Client, Invoice, JournalEntry, Payment
from tests.integration.test_interac import bank
from tests.ledger import issued, receive
from tests.pages import form_to, main_form, notices, send
from tests.support import Browser, World, day, give, make_client, make_user, name_company, start

JULIE = "julie@example.org"
#: What is said where a receipt leaves, by how the company and the client are set.
SAID = {
    "leaves": f"Le reçu part par courriel à {JULIE}.",
    "kept": f"Le reçu pour {JULIE} est écrit. Aucun serveur de courriel n’est réglé : lisez-le sous Courriels.",
    "off": "Aucun reçu ne part par courriel : les réglages de l’entreprise le veulent ainsi.",
    "unknown": "Aucun reçu ne part par courriel : aucune adresse du client n’est connue.",
}


@pytest.fixture
def office(world: World, browser: Browser) -> Browser:
    """Somebody of the office, in a company with a name."""
    world.make(name_company)
    return browser.sign_in(world.user("office"))


def owing(world: World, **columns: Any) -> tuple[int, int]:
    """A client who owes 114.98 on an invoice; both ids."""
    ids: list[int] = []

    def build() -> Client:
        client = make_client(**({"email": JULIE} | columns))
        ids.append(issued(make_user("office").actor, client=client).id)
        return client

    return world.make(build), ids[0]


def receipts(world: World) -> list[tuple[str, int | None, str]]:
    rows = select(Message).where(Message.kind == MessageKind.RECEIPT).order_by(Message.id)
    return world.read(lambda: [(m.to_email, m.payment_id, m.status.value) for m in db.session.scalars(rows)])


def said(browser: Browser, answer: Any) -> list[str]:
    """What the page says after a POST."""
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return [text.replace("\u00a0", " ") for text in notices(browser.get(answer.location))]


def _on_invoice(browser: Browser, world: World, client: int, invoice: int) -> Any:
    url = f"/admin/invoices/{invoice}/do/record_payment"
    return send(browser, main_form(browser.get(url)), url, method="cheque")


def _of_client(browser: Browser, world: World, client: int, invoice: int) -> Any:
    url = f"/admin/clients/{client}/payment"
    return send(browser, main_form(browser.get(url)), url, method="cheque")


def _interac(browser: Browser, world: World, client: int, invoice: int) -> Any:
    data = {"file": (BytesIO(bank((day(-1), "JULIE TREMBLAY", "114.98"))), "a.csv")}
    page = browser.post("/admin/accounts/interac", data, follow_redirects=True).get_data(as_text=True)
    action = re.search(r'action="(/admin/accounts/interac/\d+/confirm)"', page)
    assert action
    return browser.post(action[1], {"number": world.get(Invoice, invoice, "number")})


def _deposit(browser: Browser, world: World, client: int, invoice: int) -> Any:
    quote = world.make(
        lambda: start("job", make_user("office").actor, db.session.get_one(Client, client)),
    )
    url = f"/admin/jobs/{quote}/do/record_deposit"
    return send(browser, main_form(browser.get(url)), url, amount="50", method="card")


def _refund(browser: Browser, world: World, client: int, invoice: int) -> Any:
    def pay() -> Payment:
        company = get_company(db.session)
        wanted, company.receipts_mailed = company.receipts_mailed, False
        row = receive(db.session.get_one(Client, client), make_user("office").actor, "200.00", confirm=True)
        company.receipts_mailed = wanted
        return row

    url = f"/admin/payments/{world.make(pay)}/refund"
    return send(browser, main_form(browser.get(url)), url)


WAYS: dict[str, Callable[..., Any]] = {
    "invoice": _on_invoice,
    "client": _of_client,
    "interac": _interac,
    "deposit": _deposit,
    "refund": _refund,
}


@pytest.mark.parametrize("how", SAID)
@pytest.mark.parametrize("way", WAYS)
def test_where_money_is_recorded_it_is_said_whether_a_receipt_goes(
    world: World, office: Browser, monkeypatch: pytest.MonkeyPatch, way: str, how: str
):
    client, invoice = owing(world, email=None if how == "unknown" else JULIE)
    if how == "kept":
        monkeypatch.setitem(world.app.config, "SMTP_URL", "")
    if how == "off":
        world.make(lambda: name_company(receipts_mailed=False))
    assert SAID[how] in said(office, WAYS[way](office, world, client, invoice))
    expected = {"leaves": [(JULIE, "queued")], "kept": [(JULIE, "kept")]}.get(how, [])
    assert [(to, status) for to, _payment, status in receipts(world)] == expected


@pytest.mark.parametrize("how", SAID)
def test_before_money_is_entered_it_is_said_where_the_receipt_will_go(
    world: World, office: Browser, monkeypatch: pytest.MonkeyPatch, how: str
):
    client, invoice = owing(world, email=None if how == "unknown" else JULIE)
    if how == "kept":
        monkeypatch.setitem(world.app.config, "SMTP_URL", "")
    if how == "off":
        world.make(lambda: name_company(receipts_mailed=False))
    for page in (f"/admin/invoices/{invoice}/do/record_payment", f"/admin/clients/{client}/payment"):
        assert (f"le reçu part par courriel à {JULIE}" in office.get(page).text) is (how == "leaves"), page


def test_a_double_press_records_and_mails_once(world: World, office: Browser):
    client, _invoice = owing(world)
    url = f"/admin/clients/{client}/payment"
    form = main_form(office.get(url))
    assert send(office, form, url, method="cheque").status_code == 302
    assert send(office, form, url, method="cheque").status_code == 409
    assert len(receipts(world)) == 1


def test_another_command_says_nothing_of_receipts(world: World, office: Browser):
    _client, invoice = owing(world)
    url = f"/admin/invoices/{invoice}/do/record_payment"
    assert SAID["leaves"] in said(office, send(office, main_form(office.get(url)), url, amount="10", method="cheque"))
    version = world.get(Invoice, invoice, "version")
    answer = office.post(f"/admin/invoices/{invoice}/do/stop_reminders", {"version": version})
    assert not [text for text in said(office, answer) if "reçu" in text]


# --- the payment's page ---------------------------------------------------------------------------


def paid(world: World, **columns: Any) -> int:
    """A payment's id."""

    def build() -> Payment:
        actor, client = make_user("office").actor, make_client(**({"email": JULIE} | columns))
        issued(actor, client=client)
        return receive(client, actor, "114.98")

    return world.make(build)


def page_of(payment: int) -> str:
    return f"/admin/payments/details/?id={payment}"


def test_the_page_sends_it_once_a_press_and_shows_when(world: World, office: Browser):
    payment = paid(world)
    page = office.get(page_of(payment))
    form = form_to(page, f"{payment}/receipt/send?seen=1")
    assert JULIE in page.text
    url = f"/admin/payments/{payment}/receipt/send?seen=1"
    assert SAID["leaves"] in said(office, send(office, form, url))
    again = send(office, form, url)
    assert again.status_code == 409
    assert "Ceci a déjà été envoyé." in again.text
    assert [row[:2] for row in receipts(world)] == [(JULIE, payment)] * 2
    mail = world.read(lambda: db.session.scalar(select(Message.id).order_by(Message.id.desc())))
    assert f"/admin/messages/details/?id={mail}" in office.get(page_of(payment)).text
    assert f"/admin/payments/{payment}/receipt?language=fr_CA" in office.get(f"/admin/messages/details/?id={mail}").text
    events = select(JournalEntry.changes).where(JournalEntry.event == "receipt_sent").order_by(JournalEntry.id)
    told = world.read(lambda: [changes["message"][1] for changes in db.session.scalars(events)])
    assert told == [JULIE, JULIE]
    assert "Reçu par courriel" in office.get("/admin/journal/").text


def test_who_has_no_address_is_said_in_place_of_the_button(world: World, office: Browser):
    payment = paid(world, email=None)
    page = office.get(page_of(payment)).text
    assert "receipt/send" not in page
    assert "Ce client n’a pas d’adresse de courriel." in page
    assert office.post(f"/admin/payments/{payment}/receipt/send?seen=0").status_code == 422


@pytest.mark.parametrize("when", ["before the page", "behind it"])
def test_what_was_taken_back_is_not_sent(world: World, office: Browser, when: str):
    payment = paid(world)
    if when == "before the page":
        office.post(f"/admin/payments/{payment}/correct")
        assert "receipt/send" not in office.get(page_of(payment)).text
    else:
        form = form_to(office.get(page_of(payment)), f"{payment}/receipt/send?seen=1")
        office.post(f"/admin/payments/{payment}/correct")
        answer = send(office, form, f"/admin/payments/{payment}/receipt/send?seen=1")
        assert answer.status_code == 409
        assert "Ce paiement a été annulé : il n’a pas de reçu." in answer.text.replace("\u00a0", " ")
    assert len(receipts(world)) == 1


@pytest.mark.parametrize("status", MessageStatus)
@pytest.mark.parametrize("page", ["payment", "invoice"])
def test_who_takes_back_what_a_client_holds_a_receipt_of_is_told(
    world: World, office: Browser, page: str, status: MessageStatus
):
    payment = paid(world)

    def stands() -> Message:
        message = db.session.scalars(select(Message)).one()
        message.status = status
        return message

    world.make(stands)
    invoice = world.read(lambda: db.session.get_one(Payment, payment).allocations[0].invoice_id)
    urls = {"payment": f"/admin/payments/{payment}", "invoice": f"/admin/invoices/{invoice}/payments/{payment}"}
    version = world.get(Invoice, invoice, "version")
    told = said(office, office.post(f"{urls[page]}/correct", {"version": version}))
    out = status in {MessageStatus.SENDING, MessageStatus.SENT}
    assert (f"Son reçu est parti à {JULIE} : avisez le client." in told) is out


def test_an_accountant_sees_it_and_sends_none(world: World, office: Browser):
    payment = paid(world)
    office.sign_in(world.user("accountant"))
    page = office.get(page_of(payment)).text
    assert JULIE in page
    assert "receipt/send" not in page
    assert office.post(f"/admin/payments/{payment}/receipt/send?seen=1").status_code == 403


def test_a_row_without_receipt_is_not_sent(world: World, office: Browser):
    def interest() -> Payment:
        actor = make_user("office").actor
        invoice = issued(actor, client=make_client(email=JULIE))
        give("write_off", invoice, actor, received_on=day(), reason="Essai")
        return invoice.allocations[0].payment

    row = world.make(interest)
    assert "receipt/send" not in office.get(page_of(row)).text
    assert office.post(f"/admin/payments/{row}/receipt/send?seen=0").status_code == 409


# --- the setting, and the words -------------------------------------------------------------------


def test_the_company_turns_it_off(world: World, browser: Browser):
    browser.sign_in(world.user("owner"))
    url = "/admin/company/edit/?id=1"
    form = main_form(browser.get(url))
    assert form.data["receipts_mailed"] == "y"
    assert send(browser, form, url, name="Boréale", receipts_mailed=None).status_code == 302
    assert world.read(lambda: get_company(db.session).receipts_mailed) is False


def test_the_words_are_the_companys_and_keep_the_link(world: World, office: Browser):
    find = "SELECT id FROM mail_template WHERE kind = 'receipt' AND language = 'fr_CA'"
    template = world.read(lambda: db.session.connection().exec_driver_sql(find).scalar_one())
    url = f"/admin/mail_templates/edit/?id={template}"
    form = main_form(office.get(url))
    assert send(office, form, url, body="{what} {details}").status_code == 422
    assert send(office, form, url, body="Reçu {amount}, {number}.\n\n{link}").status_code == 302
    paid(world)
    (body,) = world.read(lambda: db.session.scalars(select(Message.body)).all())
    assert body.replace("\u00a0", " ").startswith("Reçu 114,98 $, R-")


def test_sent_again_by_hand_what_was_kept_goes(world: World, office: Browser, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as unset:
        unset.setitem(world.app.config, "SMTP_URL", "")
        payment = paid(world)
    assert receipts(world) == [(JULIE, payment, MessageStatus.KEPT.value)]
    mail = world.read(lambda: db.session.scalar(select(Message.id)))
    version = world.get(Message, mail, "version")
    assert office.post(f"/admin/messages/{mail}/do/resend", {"version": version}).status_code == 302
    assert receipts(world) == [(JULIE, payment, MessageStatus.QUEUED.value)]


def test_an_address_that_is_none_does_not_keep_money_out(world: World, office: Browser):
    client, invoice = owing(world, email="julie chez example")
    assert SAID["unknown"] in said(office, _on_invoice(office, world, client, invoice))
    with pytest.raises(DomainError):
        world.make(lambda: receive(db.session.get_one(Client, client), make_user("technician").actor, "1.00"))
