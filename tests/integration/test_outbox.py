"""The outbox against a real mail server: what arrives, what is tried again, what is given up; nothing twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sercom.core import clock
from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.entities.company.model import get_company
from sercom.entities.delivery import outbox, smtp
from sercom.entities.delivery.link import make_link
from sercom.entities.delivery.message import Failure, Message, MessageKind, MessageStatus
from sercom.entities.delivery.outbox import WAITS, Words, drain, post
from sercom.entities.delivery.worker import CHORES, Worker
from sercom.entities.users.model import Language
from tests.mailserver import MailServer, mail_server
from tests.support import give, make_user, name_company, start

WORDS = Words(Language.FRENCH, "Votre facture", "Bonjour,\n\n{link}\n\nMerci")


@pytest.fixture
def server(own_app: Flask) -> Iterator[MailServer]:
    """A mail server that the application sends to, and a company with a name."""
    with mail_server() as server, own_app.app_context():
        own_app.config |= {"SMTP_URL": server.url, "MAIL_FROM": "facturation@boreale.example"}
        name_company(name="Boréale", email="info@boreale.example", street="1, rue A")
        db.session.commit()
        yield server


def write(*, to: str = "julie@example.org", words: Words = WORDS) -> int:
    """A message without a document; its id."""
    message = post(db.session, MessageKind.QUOTE, words, to=to)
    message_id = message.id
    db.session.commit()  # nothing is read after it: on SQLite that would hold the lock
    return message_id


def state(message_id: int) -> tuple[MessageStatus, Failure | None, int]:
    message = db.session.get_one(Message, message_id)
    found = message.status, message.failure, message.attempts
    db.session.rollback()
    return found


def test_an_invoice_arrives_with_its_papers_and_its_link(server: MailServer):
    office = make_user("office").actor
    invoice = start("invoice", office)
    give("issue", invoice, office)
    words = Words(Language.ENGLISH, "Your invoice F-000001", "Hello Zoë,\n\n{link}\n\nThanks")
    link = make_link(db.session, invoice)
    message = post(
        db.session, MessageKind.INVOICE, words, to="zoe@example.org", document=invoice, link=link, attached=True
    )
    url, key = message.link_url, message.message_id
    db.session.commit()
    assert "{link}" in message.body
    assert link.token not in message.body
    assert drain(db.session) == 1
    got = server.received[0]
    assert (got["To"], got["Subject"], got["Reply-To"]) == ("zoe@example.org", words.subject, "info@boreale.example")
    assert got["From"].addresses[0].display_name == "Boréale"
    assert got["Message-ID"] == f"<{key}@boreale.example>"
    parts = list(got.walk())
    text, page = (part.get_content() for part in parts if part.get_content_maintype() == "text")
    assert url in text
    assert f'href="{url}"' in page
    assert all(line in text for line in ("Boréale", "1, rue A, Laval (QC)", "info@boreale.example"))
    papers = {part.get_filename(): part.get_content() for part in parts if part.get_content_type() == "application/pdf"}
    assert len(papers) == 2
    assert all(content.startswith(b"%PDF") for content in papers.values())
    assert state(message.id) == (MessageStatus.SENT, None, 1)
    assert drain(db.session) == 0


def test_what_is_rolled_back_was_never_written(server: MailServer):
    post(db.session, MessageKind.QUOTE, WORDS, to="julie@example.org")
    db.session.rollback()
    assert drain(db.session) == 0
    assert server.received == []


@pytest.mark.parametrize(
    ("fault", "failure", "status"),
    [
        ({"replies": {"RCPT": "550 5.1.1 No such person"}}, Failure.REFUSED, MessageStatus.DEAD),
        ({"replies": {"DATA": "554 5.7.1 Spam"}}, Failure.REFUSED, MessageStatus.DEAD),
        ({"replies": {"RCPT": "451 4.7.1 Greylisted"}}, Failure.LATER, MessageStatus.QUEUED),
        ({"replies": {"DATA": "452 4.2.2 Full"}}, Failure.LATER, MessageStatus.QUEUED),
        ({"slow": 2}, Failure.CUT, MessageStatus.QUEUED),
        ({"dies": True}, Failure.CUT, MessageStatus.QUEUED),
    ],
    ids=["no such person", "refused", "later", "full", "hangs", "dies after DATA"],
)
def test_a_fault_is_tried_again_or_given_up(server: MailServer, monkeypatch, fault, failure, status):
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 0.5)
    vars(server).update(fault)
    message_id = write()
    drain(db.session)
    assert state(message_id) == (status, failure, 1)
    assert drain(db.session) == 0, "it waits, or is dead"
    vars(server).update({"replies": {}, "slow": 0, "dies": False})
    with clock.at(clock.utcnow() + timedelta(minutes=WAITS[0], seconds=1)):
        drain(db.session)
    sent = [message["Message-ID"] for message in server.received]
    if status is MessageStatus.DEAD:
        assert sent == []
        give("resend", db.session.get_one(Message, message_id), make_user("office").actor)
        db.session.commit()
        drain(db.session)
        assert len(server.received) == 1
    else:
        # Only where nobody can know whether it arrived does it go twice, and then under one Message-ID.
        assert len(sent) == (2 if "dies" in fault else 1)
        assert len(set(sent)) == 1
    assert state(message_id)[:2] == (MessageStatus.SENT, None)


def test_a_server_that_is_away_is_tried_for_days_and_then_no_more(server: MailServer, own_app: Flask):
    own_app.config["SMTP_URL"] = "smtp://127.0.0.1:1"
    message_id, now = write(), clock.utcnow()
    for attempt, wait in enumerate(WAITS, start=1):
        with clock.at(now):
            assert drain(db.session) == 1
            assert state(message_id) == (MessageStatus.QUEUED, Failure.UNREACHABLE, attempt)
        now += timedelta(minutes=wait)
    with clock.at(now):
        drain(db.session)
    assert state(message_id)[0] is MessageStatus.DEAD
    assert sum(WAITS) > timedelta(days=2) / timedelta(minutes=1)


def test_two_workers_send_each_message_once(server: MailServer, own_app: Flask):
    ids = [write(to=f"client{number}@example.org") for number in range(20)]

    def work() -> int:
        with own_app.app_context():
            return drain(db.session)

    with ThreadPoolExecutor(2) as pool:
        counts = [future.result() for future in [pool.submit(work) for _worker in range(2)]]
    assert sum(counts) == len(ids)
    assert sorted(str(message["To"]) for message in server.received) == sorted(
        f"client{n}@example.org" for n in range(20)
    )


def test_what_a_dead_worker_had_claimed_goes_after_a_while(server: MailServer):
    message_id = write()
    assert outbox.claim(db.session) == message_id
    assert drain(db.session) == 0
    with clock.at(clock.utcnow() + outbox.LEASE + timedelta(seconds=1)):
        assert drain(db.session) == 1
    assert state(message_id) == (MessageStatus.SENT, None, 2)


def test_the_worker_wakes_by_itself(server: MailServer, own_app: Flask):
    worker = Worker(own_app, every=600)
    worker.start()
    try:
        message_id = write()
        server.wait(1)
    finally:
        worker.stop()
    assert state(message_id)[0] is MessageStatus.SENT


def test_a_chore_that_fails_keeps_no_other_from_being_done(server: MailServer, own_app: Flask):
    done = threading.Event()

    def fail(_session: Any) -> None:
        raise RuntimeError

    own_app.extensions[CHORES] = (fail, lambda _session: done.set())
    worker = Worker(own_app, every=600)
    worker.start()
    try:
        assert done.wait(10)
    finally:
        worker.stop()


def test_without_a_mail_server_messages_are_kept(server: MailServer, own_app: Flask):
    own_app.config["SMTP_URL"] = ""
    message_id = write()
    assert state(message_id)[0] is MessageStatus.KEPT
    assert drain(db.session) == 0
    own_app.config["SMTP_URL"] = server.url
    assert drain(db.session) == 0, "what was kept leaves when somebody says so"


INJECTED = ("\r\nBcc: everybody@example.org", "\nX-Spam: no", "\r")


@pytest.mark.parametrize("injected", INJECTED)
@pytest.mark.parametrize("field", ["to", "subject"])
def test_a_header_cannot_be_written_into(server: MailServer, field: str, injected: str):
    words = WORDS._replace(subject=f"Facture{injected}") if field == "subject" else WORDS
    to = f"julie@example.org{injected}" if field == "to" else "julie@example.org"
    if field == "to" and injected == "\r":
        to = f"julie@exam{injected}ple.org"
    with pytest.raises(DomainError) as refused:
        post(db.session, MessageKind.QUOTE, words, to=to)
    assert refused.value.field == field
    assert db.session.scalar(select(Message.id)) is None


ENCODED = "=?utf-8?q?=0D=0ABcc:_x?="


def test_what_looks_like_an_encoded_header_arrives_as_it_is_read(server: MailServer):
    """Python reads such a word in what it is given, and writes the line's end that it names."""
    get_company(db.session).name = f"Boréale {ENCODED}"
    post(db.session, MessageKind.REPLY, WORDS._replace(subject=f"De Zoé {ENCODED}"), to="julie@example.org")
    db.session.commit()
    drain(db.session)
    [mail] = server.received
    assert mail["Bcc"] is None
    read = ENCODED.replace("=?", "= ?")
    assert (mail["Subject"], mail["From"].addresses[0].display_name) == (f"De Zoé {read}", f"Boréale {read}")


def test_a_company_name_that_is_no_header_sends_nothing(server: MailServer):
    get_company(db.session).name = "Boréale\r\nBcc: everybody@example.org"
    message_id = write()
    drain(db.session)
    assert state(message_id)[:2] == (MessageStatus.DEAD, Failure.REFUSED)
    assert server.received == []


def test_a_password_does_not_travel_in_the_clear():
    server = smtp.Server.read("smtp://user:p%40ss@mail.example.org:25")
    assert (server.user, server.password, server.port, server.is_local) == ("user", "p@ss", 25, False)
    assert smtp.Server.read("smtps://mail.example.org").port == 465
    for wrong in ("mail.example.org", "http://mail.example.org", "smtp://"):
        with pytest.raises(ValueError, match="SMTP_URL"):
            smtp.Server.read(wrong)
