"""Many at once: one token makes one document, one ticket one request, and nobody sees an error."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from sercom.backoffice.seam import attempt
from sercom.core.base import db
from sercom.entities.ledger import book
from sercom.models import Allocation, Case, Client, Conversion, Document, Invoice, Job, Message, Payment, ServiceRequest
from sercom.workflow import payments
from tests.ledger import check_books, receive
from tests.rows import intake_answers
from tests.support import Browser, World, convert, give, make_client, make_user, start

#: A sample; the full figure where ``make soak`` asks for it.
AT_ONCE = 50 if os.environ.get("SERCOM_SOAK") else 16


def all_at_once(send: Callable[[int], Any], count: int = AT_ONCE) -> list[tuple[int, str | None]]:
    """Status and address of ``count`` answers that were asked for in the same moment."""
    gate = Barrier(count)

    def go(number: int) -> tuple[int, str | None]:
        gate.wait()
        answer = send(number)
        return answer.status_code, answer.location

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(go, range(count)))


def count(app: Flask, model: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def browsers(app: Flask) -> list[Browser]:
    """Two people of the office, each with many windows."""
    people = [World(app).user("office") for _ in range(2)]
    return [Browser(app).sign_in(people[number % 2]) for number in range(AT_ONCE)]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "target"), [("job", "invoice"), ("quote", "job")])
def test_one_convert_token_makes_one_document(own_app, kind, target):
    source, windows = World(own_app).document(kind), browsers(own_app)
    url = f"/admin/{kind}s/{source}/convert/{target}"
    form = windows[0].form(url) | {"channel": "phone", "name": "Julie Tremblay"}
    form.pop("csrf_token", None)
    answers = all_at_once(lambda number: windows[number].post(url, form))
    assert {status for status, _ in answers} == {302}
    assert len({location for _, location in answers}) == 1
    assert (count(own_app, Conversion), count(own_app, Document)) == (1, 2)


def test_a_payment_taken_back_while_its_rest_is_used_comes_off_every_invoice(own_app, monkeypatch):
    """Whoever waited for the client's ledger looks again at where the money is."""

    def paid() -> Payment:
        actor, client = make_user("office").actor, make_client()
        invoices = [start("invoice", actor, client) for _ in range(2)]
        for invoice in invoices:
            give("issue", invoice, actor)
        return receive(client, actor, "200.00", (invoices[0], "114.98"), confirm=True)

    row_id, hold = World(own_app).make(paid), book.hold

    def late(*args: Any) -> None:
        monkeypatch.setattr(book, "hold", hold)
        if db.engine.dialect.name == "postgresql":  # SQLite has one writer at a time: nothing comes between
            with ThreadPoolExecutor(1) as other:
                other.submit(use_it).result()
        hold(*args)

    def use_it() -> None:
        with own_app.app_context():
            second = db.session.scalars(select(Invoice).order_by(Invoice.id.desc())).first()
            give("use_credit", second, make_user("office").actor)
            db.session.commit()

    monkeypatch.setattr(book, "hold", late)
    with own_app.app_context():
        row, actor = db.session.get_one(Payment, row_id), make_user("office").actor
        refused = attempt(db.session, lambda: payments.take_back(db.session, row, actor))
        assert (refused is not None) == (db.engine.dialect.name == "postgresql")
        check_books()


@pytest.mark.slow
def test_one_ticket_makes_one_request(own_app):
    visitor = Browser(own_app)
    ticket = visitor.form("/")["ticket"]
    windows = [Browser(own_app) for _ in range(AT_ONCE)]
    answers = all_at_once(lambda number: windows[number].post("/", intake_answers(ticket), csrf=False))
    assert {status for status, _ in answers} == {303}
    assert len({location for _, location in answers}) == 1
    assert [count(own_app, model) for model in (ServiceRequest, Case, Client)] == [1, 1, 1]
    assert visitor.get(str(answers[0][1])).status_code == 200


@pytest.mark.slow
def test_one_page_takes_one_payment(own_app):
    """A click sent many times: the version shown is current only once."""

    def issued() -> Invoice:
        actor = make_user("office").actor
        invoice = start("invoice", actor)
        give("issue", invoice, actor)
        return invoice

    invoice, windows = World(own_app).make(issued), browsers(own_app)
    url = f"/admin/invoices/{invoice}/do/record_payment"
    form = windows[0].form(url) | {"amount": "10", "method": "cash", "received_on": "2026-01-01"}
    form.pop("csrf_token", None)
    answers = all_at_once(lambda number: windows[number].post(url, form))
    assert sorted(status for status, _ in answers) == [302, *[409] * (AT_ONCE - 1)]
    assert count(own_app, Payment) == 1


@pytest.mark.slow
def test_the_whole_balance_is_paid_once(own_app):
    """From the invoice's page and from the client's in the same moment: one is applied, the others are told."""

    def issued() -> Invoice:
        actor = make_user("office").actor
        invoice = start("invoice", actor)
        give("issue", invoice, actor)
        return invoice

    few = 10
    invoice, windows = World(own_app).make(issued), browsers(own_app)[:few]
    client = World(own_app).get(Invoice, invoice, "client_id")
    urls = [f"/admin/invoices/{invoice}/do/record_payment", f"/admin/clients/{client}/payment"]
    money = {"amount": "114.98", "method": "cheque", "received_on": "2026-01-05", "confirm": "1"}
    forms = [windows[number].form(urls[number % 2]) | money for number in range(few)]
    for form in forms:
        form.pop("csrf_token", None)
    answers = all_at_once(lambda number: windows[number].post(urls[number % 2], forms[number]), few)
    assert {status for status, _ in answers} <= {302, 409, 422}
    with own_app.app_context():
        put = db.session.scalar(select(func.sum(Allocation.amount)))
        entered = db.session.scalar(select(func.sum(Payment.amount)))
        check_books()
    assert put == Decimal("114.98"), "what was applied"
    assert entered in {put, 2 * put}, "a second page's money is credit, and said so"


@pytest.mark.slow
def test_one_page_sends_one_receipt(own_app):
    """Pressed many times at once: the page tells how often the receipt was sent, and that is true only once."""

    def paid() -> Payment:
        actor, client = make_user("office").actor, make_client(email="julie@example.org")
        return receive(client, actor, "10.00", confirm=True)

    payment, windows = World(own_app).make(paid), browsers(own_app)
    url = f"/admin/payments/{payment}/receipt/send?seen=1"
    answers = all_at_once(lambda number: windows[number].post(url))
    statuses = sorted(status for status, _ in answers)
    assert statuses[0] == 302
    assert set(statuses[1:]) <= {409, 422}
    assert count(own_app, Message) == 2


@pytest.mark.slow
def test_many_tokens_never_take_more_than_there_is(own_app):
    """Each window asks for the one hour of the job under a token of its own: the page it saw is old by then."""
    job, windows = World(own_app).document("job"), browsers(own_app)
    url = f"/admin/jobs/{job}/convert/invoice"
    form = windows[0].form(url) | {"confirm": "1"}
    form.pop("csrf_token", None)
    answers = all_at_once(lambda number: windows[number].post(url, form | {"token": f"window-{number}"}))
    assert sorted(status for status, _ in answers) == [302, *[409] * (AT_ONCE - 1)]
    assert (count(own_app, Conversion), count(own_app, Invoice)) == (1, 1)


@pytest.mark.slow
def test_what_is_made_at_once_in_one_case_gets_numbers_of_its_own(own_app):
    """Alternatives of one request become jobs in the same moment: the case counts its letters under a lock."""
    few = 10
    with own_app.app_context():
        actor = make_user("office").actor
        request = start("request", actor)
        quotes = [convert(request, "quote", actor).id for _ in range(few)]
        case = request.case.number
        db.session.commit()
    windows = browsers(own_app)[:few]
    urls = [f"/admin/quotes/{quote}/convert/job" for quote in quotes]
    forms = [window.form(url) for window, url in zip(windows, urls, strict=True)]
    answer = {"channel": "phone", "name": "Julie Tremblay"}
    answers = all_at_once(lambda number: windows[number].post(urls[number], forms[number] | answer), few)
    assert {status for status, _ in answers} == {302}
    with own_app.app_context():
        numbers = set(db.session.scalars(select(Job.number)))
    assert numbers == {f"{case}-J", *(f"{case}-J{number}" for number in range(2, few + 1))}
