"""Receipts by e-mail: for what one is written, to whom, in which words, and when it does not leave after all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select

from sercom.accounts import interac
from sercom.core.base import db
from sercom.core.clock import today
from sercom.core.errors import ConflictError, ForbiddenError, NeedsConfirmationError
from sercom.core.money import ZERO
from sercom.entities.company.model import get_company
from sercom.entities.delivery import outbox
from sercom.entities.delivery.message import Message, MessageKind, MessageStatus
from sercom.entities.ledger.model import Method, Payment
from sercom.entities.users.model import Language
from sercom.models import Client, JournalEntry
from sercom.privacy import erasing
from sercom.workflow import credit as credits_
from sercom.workflow import merging, payments, receipting, sending
from tests.integration.test_interac import transfer
from tests.ledger import deposit, issued, pay, receive, received
from tests.support import convert, credit, give, make_client, make_user, name_company, start

JULIE, BOOKS = "julie@example.org", "comptes@example.org"


@pytest.fixture
def office(context):
    """Somebody of the office, in a company with a name."""
    name_company()
    return make_user("office").actor


def payer(**columns: Any) -> Client:
    return make_client(**({"email": JULIE} | columns))


def mails() -> list[Message]:
    """The receipts that were written, the earliest first."""
    rows = select(Message).where(Message.kind == MessageKind.RECEIPT).order_by(Message.id)
    return list(db.session.scalars(rows))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def details(message: Message) -> list[str]:
    """The lines that tell of the money."""
    return plain(message.body).split("\n\n")[2].splitlines()


# --- for what, and to whom ------------------------------------------------------------------------


def _payment(client: Client, office: Any) -> Payment:
    return pay(issued(office, client=client), office, "114.98")


def _from_page(client: Client, office: Any) -> Payment:
    issued(office, client=client)
    return receive(client, office, "114.98")


def _interac(client: Client, office: Any) -> Payment:
    invoice, row = issued(office, client=client), transfer("JULIE", "114.98")
    interac.confirm(db.session, office, row, invoice.number or "")
    assert row.payment is not None
    return row.payment


def _deposit(client: Client, office: Any) -> Payment:
    return deposit(start("job", office, client), office, "50.00")


def _refund(client: Client, office: Any) -> Payment:
    get_company(db.session).receipts_mailed, wanted = False, get_company(db.session).receipts_mailed
    row = receive(client, office, "50.00", confirm=True)
    get_company(db.session).receipts_mailed = wanted
    return payments.refund(db.session, row, office, received("20.00"))


def _bad_debt(client: Client, office: Any) -> None:
    give("write_off", issued(office, client=client), office, received_on=today(), reason="x")


def _credit_note(client: Client, office: Any) -> None:
    credit(issued(office, client=client), office, amount=Decimal(10))


def _credit_used(client: Client, office: Any) -> None:
    get_company(db.session).receipts_mailed = False
    receive(client, office, "50.00", confirm=True)
    get_company(db.session).receipts_mailed = True
    credits_.use_credit(issued(office, client=client), office)


MONEY = {"payment": _payment, "page": _from_page, "interac": _interac, "deposit": _deposit, "refund": _refund}
NO_MONEY = {"bad debt": _bad_debt, "credit note": _credit_note, "credit used": _credit_used}
#: Columns of the client, whether the company wants receipts, and where one goes.
CASES = [
    ({"email": JULIE}, True, JULIE),
    ({"email": JULIE, "billing_email": BOOKS}, True, BOOKS),
    ({"email": None, "billing_email": BOOKS}, True, BOOKS),
    ({"email": JULIE, "billing_email": "aucune"}, True, JULIE),
    ({"email": "pas d’adresse"}, True, None),
    ({"email": None}, True, None),
    ({"email": JULIE, "billing_email": BOOKS}, False, None),
]


@pytest.mark.parametrize("what", MONEY)
@pytest.mark.parametrize(("columns", "wanted", "to"), CASES)
def test_a_receipt_goes_to_who_pays_or_says_why_not(office, what, columns, wanted, to):
    get_company(db.session).receipts_mailed = wanted
    row = MONEY[what](payer(**columns), office)
    assert [message.to_email for message in mails()] == ([to] if to else [])
    word = receipting.word_of(db.session, row)
    assert (to or ("aucune adresse" if wanted else "les réglages")) in word
    for message in mails():
        assert (message.payment_id, message.revision, message.status) == (row.id, 1, MessageStatus.QUEUED)
        assert message.link_url.startswith("http")


@pytest.mark.parametrize("what", NO_MONEY)
def test_what_is_no_money_has_no_receipt(office, what):
    NO_MONEY[what](payer(), office)
    assert mails() == []


@pytest.mark.parametrize(("days", "count"), [(30, 1), (31, 0)])
def test_money_of_long_ago_is_caught_up_with_in_silence(office, days, count):
    row = pay(issued(office, client=payer()), office, "10.00", received_on=today() - timedelta(days=days))
    assert len(mails()) == count
    assert ("30 jours" in receipting.word_of(db.session, row)) is not bool(count)
    if not count:
        assert receipting.send(db.session, row, office, seen="0").to_email == JULIE


def test_a_new_company_sends_receipts(context):
    assert get_company(db.session).receipts_mailed is True


def test_without_a_mail_server_it_is_kept_and_said(office, monkeypatch):
    monkeypatch.setitem(current_app.config, "SMTP_URL", "")
    row = _payment(payer(), office)
    assert [message.status for message in mails()] == [MessageStatus.KEPT]
    assert JULIE in receipting.word_of(db.session, row)
    assert "Aucun serveur de courriel" in receipting.word_of(db.session, row)


def test_who_records_needs_no_right_to_send(office):
    accountant = make_user("accountant").actor
    pay(issued(office, client=payer()), accountant, "10.00")
    assert len(mails()) == 1


# --- the words ------------------------------------------------------------------------------------


def test_paid_in_full_in_french_and_in_english(office):
    for language in (Language.FRENCH, Language.ENGLISH):
        invoice = issued(office, client=payer(language=language))
        pay(invoice, office, "114.98", method=Method.INTERAC)
    french, english = mails()
    assert plain(french.subject) == f"Reçu R-{french.payment_id:06d} : 114,98 $"
    assert english.subject == f"Receipt R-{english.payment_id:06d}: $114.98"
    assert "Nous avons bien reçu votre paiement." in french.body
    assert "We received your payment." in english.body
    assert details(french)[0] == "Montant : 114,98 $"
    assert details(french)[2:] == ["Mode de paiement : Virement Interac", "Facture F-000001 : payée au complet"]
    assert details(english)[0] == "Amount: $114.98"
    assert details(english)[2:] == ["Method: Interac transfer", "Invoice F-000002: paid in full"]
    assert "\n\n\n" not in french.body + english.body


def test_what_is_left_to_pay_is_told(office):
    pay(issued(office, client=payer()), office, "100.00")
    assert details(mails()[0])[3:] == ["Facture F-000001 : il reste 14,98 $ à payer"]


def test_several_invoices_lead_to_the_clients_page(office):
    client = payer(language=Language.ENGLISH)
    first, second = (issued(office, client=client) for _ in range(2))
    receive(client, office, "150.00", (first, "100.00"), (second, "30.00"), confirm=True)
    (message,) = mails()
    assert details(message)[3:] == [
        "Invoice F-000001, $100.00: $14.98 left to pay",
        "Invoice F-000002, $30.00: $84.98 left to pay",
        "Kept as your credit: $20.00",
    ]
    assert message.hub_link is not None
    assert (message.link, message.document, message.hub_link.email) == (None, None, JULIE)
    told = {entry.subject_label for entry in db.session.query(JournalEntry).filter_by(event="receipt_sent")}
    assert told == {"F-000001", "F-000002"}


def test_one_invoice_leads_to_its_page_and_is_not_sent_by_it(office):
    invoice = issued(office, client=payer())
    pay(invoice, office, "100.00")
    (message,) = mails()
    assert message.link is not None
    assert (message.document, message.link.document, message.hub_link) == (invoice, invoice, None)
    assert not sending.was_sent(invoice, sending.messages_of(invoice)), "its receipt is not the invoice"


def test_a_deposit_leads_to_the_quote_or_to_all_that_is_theirs(office):
    quote = start("quote", office, payer())
    give("mark_sent", quote, office)
    deposit(quote, office, "50.00")
    give("approve", quote, office, channel="phone", name="Julie")
    deposit(convert(quote, "job", office), office, "20.00")
    of_quote, of_job = mails()
    assert "votre dépôt" in of_quote.body
    assert details(of_quote)[3:] == [f"Pour : Soumission {quote.number}"]
    assert of_quote.link is not None
    assert of_quote.link.document is quote
    assert of_job.hub_link is not None
    assert of_job.case_id == quote.case_id, "it stands in the conversation"


def test_a_quote_that_is_being_rewritten_is_not_linked(office):
    quote = start("quote", office, payer(email=None))
    give("mark_sent", quote, office)
    row = deposit(quote, office, "50.00")
    give("revise", quote, office)
    quote.client.email = JULIE
    assert receipting.send(db.session, row, office, seen="0").hub_link is not None


def test_a_refund_of_a_credit_note_leads_to_it(office):
    invoice = issued(office, client=payer(email=None))
    pay(invoice, office, "114.98")
    note = credit(invoice, office)
    row = db.session.scalars(select(Payment).where(Payment.document_id == note.id)).one()
    invoice.client.email = JULIE
    payments.refund(db.session, row, office, received("114.98"))
    (message,) = mails()
    assert message.document is note
    assert details(message)[3:] == ["Pour : Note de crédit NC-000001"]


def test_a_refund_says_so(office):
    _refund(payer(), office)
    (message,) = mails()
    assert "Nous vous avons remboursé ce montant." in message.body
    assert details(message)[0] == "Montant : 20,00 $"
    assert len(details(message)) == 3


# --- what happens in between ----------------------------------------------------------------------


def anonymised(row: Payment, _office: Any) -> None:
    row.client.anonymised_at = row.created_at


def merged(row: Payment, office: Any) -> None:
    merging.merge(db.session, make_client("Reste", email="reste@example.org").id, row.client_id, office)
    db.session.expire_all()


MEANWHILE: dict[str, tuple[Callable[[Payment, Any], Any], bool]] = {
    "nothing": (lambda _row, _office: None, True),
    "taken back": (lambda row, office: payments.take_back(db.session, row, office), False),
    "anonymised": (anonymised, False),
    "merged": (merged, True),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_what_happened_meanwhile_is_looked_at_before_it_leaves(office, what):
    happens, leaves = MEANWHILE[what]
    row = _payment(payer(), office)
    (message,) = mails()
    happens(row, office)
    db.session.flush()
    gate = outbox.GATES[MessageKind.RECEIPT]
    assert (gate(db.session, message) is not None) is leaves


def test_it_is_sent_again_once_a_press(office):
    row = _payment(payer(), office)
    again = receipting.send(db.session, row, office, seen="1")
    assert again.to_email == JULIE
    for seen in ("1", "0", "", "x", "3"):
        with pytest.raises(ConflictError, match="Ceci a déjà été envoyé"):
            receipting.send(db.session, row, office, seen=seen)
    assert len(mails()) == 2


def test_once_merged_it_goes_to_who_stays(office):
    row = _payment(payer(), office)
    merged(row, office)
    assert receipting.send(db.session, row, office, seen="1").to_email == "reste@example.org"


@pytest.mark.parametrize("what", ["taken back", "anonymised"])
def test_what_has_no_receipt_any_more_is_not_sent(office, what):
    row = _payment(payer(), office)
    MEANWHILE[what][0](row, office)
    db.session.flush()
    with pytest.raises(ConflictError):
        receipting.send(db.session, row, office, seen="1")
    assert len(mails()) == 1


@pytest.mark.parametrize("role", ["technician", "accountant"])
def test_the_office_alone_sends_it(office, role):
    row = _payment(payer(email=None), office)
    with pytest.raises(ForbiddenError):
        receipting.send(db.session, row, make_user(role).actor, seen="0")


def test_what_is_refused_writes_no_receipt(office):
    invoice = issued(office, client=payer())
    with pytest.raises(NeedsConfirmationError):
        pay(invoice, office, "500.00")
    assert mails() == []


def test_the_receipt_of_several_goes_with_its_person_and_no_other(office):
    owner, shared = make_user("owner").actor, "maison@example.org"
    client, other = payer(email=shared), payer(name="Luc Roy", email=shared)
    for one in (client, other):
        invoices = [issued(office, client=one) for _ in range(2)]
        receive(one, office, "229.96")
        assert [invoice.balance for invoice in invoices] == [ZERO, ZERO]
    db.session.commit()
    gone, kept = (message.payment_id for message in mails())
    erasing.anonymise(db.session, client, owner)
    db.session.commit()
    assert [message.payment_id for message in mails()] == [kept]
    assert db.session.get_one(Payment, gone).client.email is None
