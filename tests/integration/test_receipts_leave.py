"""Receipts against a real mail server: what arrives, attached and linked, and what is withdrawn instead."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select

from sercom.core.base import db
from sercom.entities.delivery.message import Message, MessageKind, MessageStatus
from sercom.entities.delivery.outbox import drain
from sercom.entities.users.model import Language
from sercom.models import Payment
from sercom.workflow import payments
from tests.ledger import deposit, issued, receive
from tests.mailserver import MailServer, mail_server
from tests.papers import pages_of
from tests.support import make_client, make_user, name_company, start

JULIE = "julie@example.org"


@pytest.fixture
def server(own_app: Flask) -> Iterator[MailServer]:
    """A mail server that the application sends to, and a company with a name."""
    with mail_server() as server, own_app.app_context():
        own_app.config |= {"SMTP_URL": server.url, "MAIL_FROM": "facturation@boreale.example"}
        name_company()
        db.session.commit()
        yield server


def paid(amount: str = "114.98", invoices: int = 1, language: Language = Language.FRENCH) -> int:
    """A payment on so many invoices; its id."""
    actor, client = make_user("office").actor, make_client(email=JULIE, language=language)
    for _number in range(invoices):
        issued(actor, client=client)
    payment = receive(client, actor, amount, confirm=True).id
    db.session.commit()
    return payment


def statuses() -> list[MessageStatus]:
    rows = select(Message).where(Message.kind == MessageKind.RECEIPT).order_by(Message.id)
    found = [message.status for message in db.session.scalars(rows)]
    db.session.rollback()
    return found


def papers_in(mail: EmailMessage) -> dict[str, str]:
    """The first page of each file."""
    return {str(part.get_filename()): pages_of(part.get_content())[0] for part in mail.iter_attachments()}


def texts_of(mail: EmailMessage) -> tuple[str, str]:
    """As words, and as a page."""
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return parts[0].replace("\r\n", "\n").replace("\u00a0", " "), parts[1]


def test_it_arrives_in_french_with_its_paper_and_the_invoices_page(server: MailServer):
    payment = paid("100.00")
    assert drain(db.session) == 1
    (mail,) = server.received
    text, page = texts_of(mail)
    assert (mail["To"], mail["Content-Language"], mail["Auto-Submitted"]) == (JULIE, "fr-CA", "auto-generated")
    assert str(mail["Subject"]).replace("\u00a0", " ") == f"Reçu R-{payment:06d} : 100,00 $"
    assert all(
        told in text
        for told in (
            "Montant : 100,00 $",
            "Mode de paiement : Chèque",
            "Facture F-000001 : il reste 14,98 $ à payer",
            "/l/",
        )
    )
    assert "Voir la facture" in page
    ((name, paper),) = papers_in(mail).items()
    assert name == f"Reçu R-{payment:06d}.pdf"
    assert "F-000001" in paper


def test_it_arrives_in_english_with_both_papers_and_the_clients_page(server: MailServer):
    payment = paid("200.00", invoices=2, language=Language.ENGLISH)
    assert drain(db.session) == 1
    (mail,) = server.received
    text, page = texts_of(mail)
    assert mail["Content-Language"] == "en-CA"
    assert "Invoice F-000001, $114.98: paid in full\nInvoice F-000002, $85.02: $29.96 left to pay" in text
    assert "/c/" in text
    assert "Open my page" in page
    assert set(papers_in(mail)) == {f"Reçu R-{payment:06d}.pdf", f"Receipt R-{payment:06d}.pdf"}


def test_the_receipts_of_a_deposit_and_of_its_refund_arrive(server: MailServer):
    actor = make_user("office").actor
    held = deposit(start("job", actor, make_client(email=JULIE)), actor, "50.00")
    db.session.commit()
    payments.refund(db.session, held, actor, payments.Received(held.amount, held.method, held.received_on))  # type: ignore[arg-type]  # it has one
    db.session.commit()
    assert drain(db.session) == 2
    for mail, told in zip(server.received, ("votre dépôt", "remboursé"), strict=True):
        assert told in texts_of(mail)[0]
        assert len(papers_in(mail)) == 1


def test_what_was_taken_back_before_is_withdrawn(server: MailServer):
    payment = paid()
    payments.take_back(db.session, db.session.get_one(Payment, payment), make_user("office").actor)
    db.session.commit()
    drain(db.session)
    assert server.received == []
    assert statuses() == [MessageStatus.WITHDRAWN]


def test_what_is_tried_again_is_asked_again(server: MailServer):
    server.replies["DATA"] = "451 4.7.1 Later"
    payment = paid()
    drain(db.session)
    assert statuses() == [MessageStatus.QUEUED]
    payments.take_back(db.session, db.session.get_one(Payment, payment), make_user("office").actor)
    for message in db.session.scalars(select(Message)):
        message.next_attempt_at = message.created_at
    db.session.commit()
    server.replies.clear()
    drain(db.session)
    assert (server.received, statuses()) == ([], [MessageStatus.WITHDRAWN])


def test_what_is_rolled_back_mails_nothing(server: MailServer):
    actor, client = make_user("office").actor, make_client(email=JULIE)
    issued(actor, client=client)
    receive(client, actor, "114.98")
    db.session.rollback()
    assert drain(db.session) == 0
    assert statuses() == []
