"""Anonymised while something about the person is being made: nothing of them is left behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from sercom.core.base import db
from sercom.core.errors import ConflictError
from sercom.entities.delivery import outbox, papers
from sercom.entities.delivery.message import MessageKind, MessageStatus
from sercom.entities.delivery.outbox import Words
from sercom.entities.quotes.model import DeclineReason
from sercom.entities.users.model import Language
from sercom.models import Client, ClientMessage, JournalEntry, Link, Message, Quote, RenderedFile
from sercom.output import paper
from sercom.portal import ticket
from sercom.privacy import erasing
from tests.answering import waiting
from tests.support import Browser, give, make_user


def declined(app: Flask) -> tuple[int, int]:
    """The ids of a client with nothing under way, and of the quote they did not want."""
    with app.app_context():
        quote, _link, actor = waiting()
        give("decline", quote, actor, reason=DeclineReason.PRICE)
        db.session.commit()
        return quote.client_id, quote.id


def anonymise(app: Flask, client_id: int) -> None:
    """In a thread of its own: another request."""

    def go() -> None:
        with app.app_context():
            owner = make_user("owner").actor
            erasing.anonymise(db.session, db.session.get_one(Client, client_id), owner)
            db.session.commit()

    with ThreadPoolExecutor(1) as other:
        other.submit(go).result()


@pytest.mark.parametrize("language", list(Language))
def test_a_paper_that_was_being_drawn_is_not_kept(own_app: Flask, monkeypatch: Any, language: Language) -> None:
    client_id, quote_id = declined(own_app)
    to_pdf = paper.to_pdf

    def slowly(html: str) -> bytes:
        monkeypatch.setattr(paper, "to_pdf", to_pdf)
        anonymise(own_app, client_id)
        return b"%PDF Julie Tremblay"

    monkeypatch.setattr(paper, "to_pdf", slowly)
    with own_app.app_context():
        with pytest.raises(ConflictError):
            papers.pdf(db.session, db.session.get_one(Quote, quote_id), language)
        assert db.session.scalar(select(func.count()).select_from(RenderedFile)) == 0
        told = papers.frozen(db.session, db.session.get_one(Quote, quote_id))
        assert told is not None
        assert told["client"]["name"] == "—"


@pytest.mark.parametrize("own_app", ["postgresql"], indirect=True)  # SQLite has one writer: nothing comes between
@pytest.mark.parametrize("step", ["plan", "_forget_beside"])
def test_an_email_leaves_or_goes_and_never_both(own_app: Flask, monkeypatch: Any, step: str) -> None:
    """A worker takes the message up while its client is looked at, or while rows go."""
    own_app.config |= {"SMTP_URL": "smtp://127.0.0.1:1", "MAIL_FROM": "bureau@example.org"}
    client_id, quote_id = declined(own_app)
    with own_app.app_context():
        quote = db.session.get_one(Quote, quote_id)
        words = Words(Language.FRENCH, "Bonjour", "Bonjour")
        outbox.post(db.session, MessageKind.REPLY, words, to="julie@example.org", document=quote)
        db.session.commit()
    taken: list[int | None] = []
    usual = getattr(erasing, step)

    def take() -> None:
        with own_app.app_context():
            taken.append(outbox.claim(db.session))

    def meanwhile(*args: Any) -> Any:
        found = usual(*args)
        with ThreadPoolExecutor(1) as other:
            other.submit(take).result()
        return found

    monkeypatch.setattr(erasing, step, meanwhile)
    if step == "plan":
        with pytest.raises(ConflictError):
            anonymise(own_app, client_id)
    else:
        anonymise(own_app, client_id)
    with own_app.app_context():
        left = db.session.scalars(select(Message.status)).all()
    assert (taken == [None]) == (left == [])
    assert left in ([], [MessageStatus.SENDING])


@pytest.mark.parametrize("sent", ["write", "seen"])
def test_what_a_client_sends_meanwhile_finds_no_page(own_app: Flask, monkeypatch: Any, sent: str) -> None:
    client_id, quote_id = declined(own_app)
    with own_app.app_context():
        link = db.session.scalars(select(Link).where(Link.document_id == quote_id)).one()
        url, issued = f"/l/{link.token}/{sent}", ticket.issue()
    treat, answers, pool = erasing._treat, [], ThreadPoolExecutor(1)

    def send() -> int:
        form = {"body": "Rappelez-moi", "ticket": issued}
        return int(Browser(own_app).post(url, form, csrf=False).status_code)

    def meanwhile(session: Any, table: Any, where: Any) -> None:
        treat(session, table, where)
        if table.name == "link":
            answers.append(pool.submit(send))
            wait(answers, timeout=1)  # it comes through, or waits for us

    monkeypatch.setattr(erasing, "_treat", meanwhile)
    anonymise(own_app, client_id)
    assert [answer.result() for answer in answers] == [404]
    with own_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ClientMessage)) == 0
        named = JournalEntry.actor_name.contains("Julie")
        assert db.session.scalar(select(func.count()).select_from(JournalEntry).where(named)) == 0
