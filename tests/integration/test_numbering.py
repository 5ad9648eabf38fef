"""Numbers: gap-free for invoices and credit notes whoever issues them at once, by case and letter for the rest."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from sercom import create_app
from sercom.core import clock
from sercom.core.access import OFFICE, Actor
from sercom.core.base import db
from sercom.core.database import engine_options
from sercom.core.journal import JournalEntry
from sercom.core.numbering import case_number, invoice_number, next_number
from sercom.entities.credits.plan import Wanted
from sercom.entities.documents.model import DocumentKind
from sercom.models import Counter, Document, Invoice, Line
from sercom.workflow import crediting
from sercom.workflow.transitions import run
from tests.support import convert, give, make_client, make_user, start

#: A sample; the full figure where ``make soak`` asks for it.
PROCESSES, EACH = (8, 100) if os.environ.get("SERCOM_SOAK") else (3, 12)


@pytest.fixture
def office(context):
    return make_user("office").actor


def issued(invoice_id: int, *, keep: bool) -> bool:
    """Issue one, credit it, and keep both or take them back; ``False`` where the writers outlasted SQLite's wait."""
    try:
        invoice = db.session.get_one(Invoice, invoice_id, with_for_update=True)
    except OperationalError as refusal:
        if "database is locked" not in str(refusal):
            raise
        return False
    actor = Actor("Bureau", OFFICE)
    run(db.session, "issue", invoice, actor)
    crediting.credit(db.session, invoice, actor, Wanted(), reason="Essai", token=str(invoice_id))
    if keep:
        db.session.commit()
    else:
        db.session.rollback()
    return True


def issue_share(url: str, invoices: list[int]) -> None:
    """Issue ``invoices`` one by one, in a process of its own; every tenth is taken back first."""
    app = create_app(
        {
            "SECRET_KEY": "tests",
            "SQLALCHEMY_DATABASE_URI": url,
            "SQLALCHEMY_ENGINE_OPTIONS": engine_options(url),
        }
    )
    for position, invoice_id in enumerate(invoices):
        for attempt in ("rolled back", "kept") if position % 10 == 0 else ("kept",):
            with app.app_context():
                while not issued(invoice_id, keep=attempt == "kept"):
                    db.session.rollback()


def prepare_drafts(count: int) -> list[int]:
    """Many drafts in one case, without the cost of making each."""
    first = start("invoice", make_user("office").actor)
    document = {"kind": "invoice", "case_id": first.case_id, "client_id": first.client_id, "title": "", "version": 1}
    db.session.execute(insert(Document.__table__), [document for _ in range(count - 1)])
    ids = list(db.session.scalars(select(Document.__table__.c.id)))
    others = [key for key in ids if key != first.id]
    db.session.execute(insert(Invoice.__table__), [{"id": key, "terms_days": 30} for key in others])
    line = {"position": 1, "description": "x", "quantity": Decimal(1), "unit_price": Decimal(100)}
    db.session.execute(insert(Line.__table__), [line | {"document_id": key} for key in others])
    db.session.commit()
    return ids


@pytest.mark.slow
def test_many_processes_issue_without_a_gap(own_app: Flask):
    url = own_app.config["SQLALCHEMY_DATABASE_URI"]
    with own_app.app_context():
        drafts = prepare_drafts(PROCESSES * EACH)
    shares = [drafts[number::PROCESSES] for number in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        for done in [pool.submit(issue_share, url, share) for share in shares]:
            done.result()
    with own_app.app_context():
        for kind, series, letters in (
            (DocumentKind.INVOICE, "invoice", "F"),
            (DocumentKind.CREDIT_NOTE, "credit_note", "NC"),
        ):
            numbers = sorted(db.session.scalars(select(Document.number).where(Document.kind == kind)))
            assert numbers == [f"{letters}-{number:06d}" for number in range(1, PROCESSES * EACH + 1)]
            assert db.session.get_one(Counter, series).value == PROCESSES * EACH
        told = select(func.count()).select_from(JournalEntry).where(JournalEntry.event == "issue")
        assert db.session.scalar(told) == PROCESSES * EACH


def test_a_rolled_back_issue_leaves_no_gap(office):
    numbers = []
    for attempt in ("kept", "rolled back", "kept"):
        point = db.session.begin_nested()
        invoice = start("invoice", office)
        give("issue", invoice, office)
        if attempt == "kept":
            numbers.append(invoice.number)
            point.commit()
        else:
            assert invoice.number == "F-000002"
            point.rollback()
    assert numbers == ["F-000001", "F-000002"]


def test_a_draft_has_no_number_and_a_refused_issue_uses_none(office):
    empty, draft = start("invoice", office, drafts=()), start("invoice", office)
    assert (draft.number, empty.number) == (None, None)
    with pytest.raises(Exception, match=r"ligne|line"):
        give("issue", empty, office)
    give("issue", draft, office)
    assert draft.number == "F-000001"


def test_a_case_and_its_letters(office, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 12, 31))
    request = start("request", office)
    quotes = [convert(request, "quote", office) for _ in range(2)]
    job = convert(quotes[0], "job", office, approval={"channel": "phone", "name": "Julie"})
    assert [document.number for document in (request, *quotes, job)] == [
        "2026-0001-D",
        "2026-0001-S",
        "2026-0001-S2",
        "2026-0001-J",
    ]
    monkeypatch.setattr(clock, "today", lambda: date(2027, 1, 1))
    assert start("job", office, make_client()).number == "2027-0001-J"


def test_series_are_apart_and_grow(context):
    assert [next_number(db.session, series) for series in ("a", "b", "a", "a")] == [1, 1, 2, 3]
    db.session.add_all([Counter(name="case-2030", value=9_999)])
    db.session.get_one(Counter, "invoice").value = 999_999
    db.session.flush()
    assert case_number(db.session, 2030) == "2030-10000"
    assert invoice_number(db.session) == "F-1000000"
