"""Anonymised while something about the person is being made: nothing of them is left behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from sercom.core.base import db
from sercom.core.errors import ConflictError
from sercom.entities.delivery import papers
from sercom.entities.quotes.model import DeclineReason
from sercom.entities.users.model import Language
from sercom.models import Client, Quote, RenderedFile
from sercom.output import paper
from sercom.privacy import erasing
from tests.answering import waiting
from tests.support import give, make_user


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
