"""The pages of the ledger: a payment over invoices, credit, a refund, what is asked first and what is kept."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from sercom.core.base import db
from sercom.models import Client, Invoice, Payment
from tests.ledger import backdated, check_books, deposit, issued, receive, rows_of
from tests.pages import main_form, send
from tests.support import Browser, World, make_client, make_user, name_company, start

D = Decimal


@pytest.fixture
def office(world: World, browser: Browser) -> Browser:
    """Somebody of the office, signed in."""
    return browser.sign_in(world.user("office"))


@pytest.fixture
def made(world: World) -> dict[str, int]:
    """A client with two open invoices."""
    ids: dict[str, int] = {}

    def build() -> Client:
        actor, client = make_user("office").actor, make_client()
        ids["first"], ids["second"] = (issued(actor, client=client).id for _ in range(2))
        return client

    ids["client"] = world.make(build)
    return ids


def balances(world: World, made: dict[str, int]) -> list[Decimal]:
    return [world.get(Invoice, made[name], "balance") for name in ("first", "second")]


def entered(world: World) -> int:
    return int(world.read(lambda: db.session.scalar(select(func.count()).select_from(Payment))))


def test_the_oldest_are_paid_first_where_nothing_is_typed(world: World, office: Browser, made: dict[str, int]):
    url = f"/admin/clients/{made['client']}/payment"
    form = main_form(office.get(url))
    assert form.data["amount"] == "229,96", "usually all that is owed"
    answer = send(office, form, url, amount="150", method="cheque")
    assert answer.status_code == 302
    assert balances(world, made) == [D(0), D("79.96")]
    page = office.get(answer.location).get_data(as_text=True)
    assert "F-000001" in page
    assert "F-000002" in page


def test_what_was_done_is_told_not_what_was_asked(world: World, office: Browser, made: dict[str, int]):
    url = f"/admin/invoices/{made['first']}/do/record_payment"
    answer = send(office, main_form(office.get(url)), url, amount="10", method="cheque")
    assert "· Paiement reçu" in office.get(answer.location).get_data(as_text=True)


def test_filling_shows_and_writes_nothing(world: World, office: Browser, made: dict[str, int]):
    url = f"/admin/clients/{made['client']}/payment"
    answer = send(office, main_form(office.get(url)), url, amount="150", method="cheque", fill="1")
    shown = main_form(answer).data
    assert answer.status_code == 200
    assert [shown[f"share_{made[name]}"] for name in ("first", "second")] == ["114,98", "35,02"]
    assert entered(world) == 0
    assert send(office, main_form(answer), url).status_code == 302
    assert balances(world, made) == [D(0), D("79.96")]


def test_what_is_over_is_asked_and_nothing_typed_is_lost(world: World, office: Browser, made: dict[str, int]):
    url = f"/admin/clients/{made['client']}/payment"
    typed = {"amount": "100", "method": "card", "reference": "T-12", f"share_{made['second']}": "80"}
    asked = send(office, main_form(office.get(url)), url, **typed)
    assert asked.status_code == 409
    assert entered(world) == 0
    shown = main_form(asked)
    assert {key: shown.data[key] for key in typed} == typed
    assert send(office, shown, url).status_code == 302
    assert balances(world, made) == [D("114.98"), D("34.98")]
    page = office.get(f"/admin/clients/details/?id={made['client']}").get_data(as_text=True)
    assert "20,00" in page
    assert send(office, shown, url).status_code == 409, "sent twice: the page is old by now"
    assert entered(world) == 1


def test_credit_is_offered_and_used_on_the_invoices_page(world: World, office: Browser, made: dict[str, int]):
    def pay() -> Payment:
        client = db.session.get_one(Client, made["client"])
        invoice = db.session.get_one(Invoice, made["second"])
        return receive(client, make_user("office").actor, "50.00", (invoice, "0.00"), confirm=True)

    row = world.make(pay)
    url = f"/admin/invoices/details/?id={made['first']}"
    page = office.get(url).get_data(as_text=True)
    assert f"/admin/invoices/{made['first']}/do/use_credit" in page
    version = world.get(Invoice, made["first"], "version")
    office.post(f"/admin/invoices/{made['first']}/do/use_credit", {"version": version})
    assert balances(world, made) == [D("64.98"), D("114.98")]
    stale = office.post(f"/admin/invoices/{made['first']}/payments/{row}/release", {"version": version})
    assert stale.status_code == 409
    office.post(f"/admin/invoices/{made['first']}/payments/{row}/release", {"version": version + 1})
    assert balances(world, made) == [D("114.98"), D("114.98")]


def test_a_refund_is_recorded_once(world: World, office: Browser, made: dict[str, int]):
    row = world.make(
        lambda: receive(db.session.get_one(Client, made["client"]), make_user("office").actor, "250.00", confirm=True)
    )
    url = f"/admin/payments/{row}/refund"
    form = main_form(office.get(url))
    assert form.data["amount"] == "20,04"
    assert send(office, form, url, amount="20,05").status_code == 422
    assert send(office, form, url, amount="10").status_code == 302
    assert send(office, form, url, amount="10").status_code == 409
    assert world.get(Payment, row, "rest") == D("10.04")
    back = world.read(lambda: db.session.scalar(select(Payment.id).where(Payment.against_id == row)))
    assert office.get(f"/admin/payments/{back}/receipt").mimetype == "application/pdf"
    assert office.post(f"/admin/payments/{row}/correct").status_code == 409, "its refund first"
    assert office.post(f"/admin/payments/{back}/correct").status_code == 302
    assert office.post(f"/admin/payments/{row}/correct").status_code == 302
    assert balances(world, made) == [D("114.98")] * 2
    world.read(check_books)


def test_interest_shows_its_working_and_is_asked(world: World, office: Browser):
    def build() -> Invoice:
        actor = make_user("office").actor
        name_company(interest_percent=D(2))
        return backdated(start("invoice", actor), actor, 60)

    invoice = world.make(build)
    url = f"/admin/invoices/{invoice}/do/charge_interest"
    version = world.get(Invoice, invoice, "version")
    asked = office.post(url, {"version": version})
    text = asked.get_data(as_text=True)
    assert asked.status_code == 409
    assert all(part in text.replace("\xa0", " ") for part in ("114,98 $ × 30", "2 %", "24 %", "2,27 $"))
    assert send(office, main_form(asked), url).status_code == 302
    assert world.get(Invoice, invoice, "balance") == D("117.25")


def test_deposits_are_taken_off_on_paper(world: World, office: Browser):
    def build() -> Invoice:
        actor = make_user("office").actor
        invoice = start("invoice", actor)
        job = start("job", actor, invoice.client)
        job.case_id = invoice.case_id
        db.session.flush()
        deposit(job, actor, "40.00")
        return invoice

    invoice = world.make(build)
    paper = f"/admin/invoices/{invoice}/paper"
    assert "74,98" in office.get(paper).get_data(as_text=True), "the draft says so already"
    office.post(f"/admin/invoices/{invoice}/do/issue", {"version": world.get(Invoice, invoice, "version")})
    assert "74,98" in office.get(paper).get_data(as_text=True)
    assert world.read(lambda: rows_of(db.session.get_one(Invoice, invoice))) == [("deposit", D("40.00"))]


def test_no_page_asks_more_as_the_ledger_grows(world: World, office: Browser, made: dict[str, int]):
    def grow() -> Client:
        actor, client = make_user("office").actor, db.session.get_one(Client, made["client"])
        first = db.session.get_one(Invoice, made["first"])
        for _ in range(4):
            receive(client, actor, "7.00", (first, "1.00"), confirm=True)
            issued(actor, client=client)
        return client

    pages: tuple[Callable[[], Any], ...] = (
        lambda: office.get(f"/admin/clients/details/?id={made['client']}"),
        lambda: office.get(f"/admin/clients/{made['client']}/payment"),
        lambda: office.get(f"/admin/invoices/details/?id={made['first']}"),
        lambda: office.get("/admin/payments/"),
    )

    def asked() -> list[int]:
        counts = []
        for page in pages:
            page()
            with world.counting() as statements:
                assert page().status_code == 200
            counts.append(len(statements))
        return counts

    world.make(grow)
    few = asked()
    world.make(grow)
    assert asked() == few


def test_a_payment_says_where_it_went(world: World, office: Browser, made: dict[str, int]):
    row = world.make(
        lambda: receive(db.session.get_one(Client, made["client"]), make_user("office").actor, "250.00", confirm=True)
    )
    assert office.get(f"/admin/payments/{row}/receipt").mimetype == "application/pdf"
