"""One payment over several invoices, what is over, credit used, deposits held, money given back."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from sercom.core.access import Actor
from sercom.core.base import db
from sercom.core.clock import today
from sercom.core.errors import ConflictError, DomainError, ForbiddenError, NeedsConfirmationError
from sercom.entities.company.model import get_company
from sercom.entities.ledger import book
from sercom.entities.ledger.model import EntryKind, Method
from sercom.models import JournalEntry, Payment
from sercom.workflow import credit, payments
from sercom.workflow.splitting import share_field
from tests.ledger import backdated, check_books, close, deposit, issued, pay, receive, received, rows_of
from tests.support import convert, give, make_client, make_user, start

D = Decimal


@pytest.fixture
def office(context):
    return make_user("office").actor


@pytest.fixture
def client(context):
    return make_client()


def entered() -> int:
    return db.session.scalar(select(func.count()).select_from(Payment)) or 0


def left(client) -> Decimal:
    return sum((row.rest for row in book.open_credits(db.session, client.id)), D(0))


def test_what_is_over_is_asked_about_and_stays(office, client):
    invoice = issued(office, client=client)
    with pytest.raises(NeedsConfirmationError) as asked:
        pay(invoice, office, "134.98")
    assert "20" in str(asked.value)
    assert entered() == 0
    row = pay(invoice, office, "134.98", confirm=True)
    assert (row.amount, row.rest, invoice.balance) == (D("134.98"), D("20.00"), D(0))
    assert left(client) == D("20.00")
    check_books()


def test_one_payment_over_several_invoices_the_oldest_first(office, client):
    first, second, third = (issued(office, client=client) for _ in range(3))
    row = receive(client, office, "150.00")
    assert [(a.invoice, a.amount) for a in row.allocations] == [(first, D("114.98")), (second, D("35.02"))]
    assert (second.balance, third.balance) == (D("79.96"), D("114.98"))
    events = select(JournalEntry.subject_type).where(JournalEntry.event == "record_payment")
    assert sorted(db.session.scalars(events)) == ["client", "invoice", "invoice"]
    check_books()


def test_shares_as_typed(office, client):
    first, second = (issued(office, client=client) for _ in range(2))
    receive(client, office, "100.00", (first, "0.00"), (second, "60.00"), confirm=True)
    assert (first.balance, second.balance, left(client)) == (D("114.98"), D("54.98"), D("40.00"))
    check_books()


@pytest.mark.parametrize(
    ("amount", "share", "field"),
    [
        ("200.00", "114.99", "share"),
        ("50.00", "50.01", "amount"),
        ("50.00", "-1.00", "share"),
        ("0.00", "0.00", "amount"),
    ],
)
def test_shares_that_cannot_be(office, client, amount, share, field):
    invoice = issued(office, client=client)
    with pytest.raises(DomainError) as refused:
        receive(client, office, amount, (invoice, share), confirm=True)
    assert refused.value.field == (share_field(invoice) if field == "share" else field)
    assert entered() == 0


def test_another_clients_invoice_takes_nothing(office, client):
    invoice = issued(office)
    with pytest.raises(ConflictError):
        receive(client, office, "10.00", (invoice, "10.00"))
    with pytest.raises(ForbiddenError):
        receive(invoice.client, make_user("technician").actor, "10.00", (invoice, "10.00"))


def test_money_before_any_invoice_is_credit(office, client):
    receive(client, office, "50.00", confirm=True)
    invoice = issued(office, client=client)
    assert (invoice.balance, left(client)) == (D("114.98"), D("50.00"))
    give("use_credit", invoice, office)
    assert (invoice.balance, left(client)) == (D("64.98"), D(0))
    with pytest.raises(DomainError):
        give("use_credit", invoice, office)
    check_books()


def test_credit_is_used_the_oldest_first_up_to_the_balance(office, client):
    old = receive(client, office, "100.00", confirm=True, on=today() - timedelta(days=9))
    new = receive(client, office, "100.00", confirm=True)
    invoice = issued(office, client=client)
    give("use_credit", invoice, office)
    assert (old.on(invoice), new.on(invoice), new.rest) == (D("100.00"), D("14.98"), D("85.02"))
    check_books()


def test_credit_taken_off_an_invoice_is_credit_again(office, client):
    receive(client, office, "50.00", confirm=True)
    invoice = issued(office, client=client)
    give("use_credit", invoice, office)
    row = invoice.allocations[0].payment
    credit.release(db.session, invoice, row, office)
    assert (invoice.balance, row.rest) == (D("114.98"), D("50.00"))
    with pytest.raises(ConflictError):
        credit.release(db.session, invoice, row, office)
    give("void", invoice, office, reason="Mauvais client")
    check_books()


def test_what_was_taken_back_is_not_freed_as_well(office, client):
    invoice = issued(office, client=client)
    row = pay(invoice, office, "50.00")
    payments.take_back(db.session, row, office)
    with pytest.raises(ConflictError):
        credit.release(db.session, invoice, row, office)
    check_books()


def test_a_deposit_is_held_and_applied_at_issue(office, client):
    quote = start("quote", office, client=client)
    give("mark_sent", quote, office)
    row = deposit(quote, office, "40.00")
    assert (row.kind, row.document, row.rest) == (EntryKind.DEPOSIT, quote, D("40.00"))
    elsewhere = issued(office, client=client)
    assert rows_of(elsewhere) == []
    with pytest.raises(DomainError):
        give("use_credit", elsewhere, office)
    job = convert(quote, "job", office, approval={"channel": "phone", "name": "Julie"})
    invoice = convert(job, "invoice", office)
    give("issue", invoice, office)
    assert (rows_of(invoice), invoice.balance, row.rest) == ([("deposit", D("40.00"))], D("74.98"), D(0))
    kept = json.loads(invoice.snapshot)
    assert (kept["deposits"][0]["amount"], kept["balance"], kept["tax"]) == ("40.00", "74.98", "14.98")
    check_books()


def test_a_deposit_larger_than_the_invoice_stays_held(office, client):
    job = start("job", office, client=client)
    row = deposit(job, office, "200.00")
    invoice = convert(job, "invoice", office)
    give("issue", invoice, office)
    assert (invoice.balance, row.rest) == (D(0), D("85.02"))
    back = payments.refund(db.session, row, office, received("85.02"))
    assert (back.amount, back.against, row.rest) == (D("-85.02"), row, D(0))
    check_books()


def test_a_refund_is_never_more_than_the_rest(office, client):
    row = receive(client, office, "50.00", confirm=True)
    for wrong in ("50.01", "0.00", "-1.00"):
        with pytest.raises(DomainError) as refused:
            payments.refund(db.session, row, office, received(wrong))
        assert refused.value.field == "amount"
    back = payments.refund(db.session, row, office, received("30.00"))
    assert row.rest == D("20.00")
    with pytest.raises(ConflictError):
        payments.take_back(db.session, row, office)
    payments.take_back(db.session, back, office)
    assert row.rest == D("50.00")
    payments.take_back(db.session, row, office)
    db.session.expire_all()
    assert (row.rest, row.is_corrected, left(client)) == (D(0), True, D(0))
    check_books()


def test_taking_back_frees_every_invoice(office, client):
    first, second = (issued(office, client=client) for _ in range(2))
    row = receive(client, office, "250.00", confirm=True)
    payments.take_back(db.session, row, office)
    assert (first.balance, second.balance, row.rest) == (D("114.98"), D("114.98"), D(0))
    with pytest.raises(ConflictError):
        payments.take_back(db.session, row, office)
    check_books()


@pytest.mark.parametrize(
    ("price", "cash", "rounding"),
    [("100.00", "115.00", "-0.02"), ("99.99", "114.95", "0.01"), ("100.02", "115.00", None)],
)
def test_cash_comes_to_five_cents(office, price, cash, rounding):
    invoice = issued(office, price)
    total = invoice.total
    pay(invoice, office, cash, method=Method.CASH)
    expected = [("payment", D(cash))] + ([("rounding", D(rounding))] if rounding else [])
    assert (rows_of(invoice), invoice.balance, invoice.total) == (expected, D(0), total)
    check_books()
    payments.take_back(db.session, invoice.allocations[0].payment, office)
    assert (invoice.balance, invoice.paid) == (total, D(0))
    check_books()


def test_cash_over_two_invoices_is_rounded_once(office, client):
    first, second = issued(office, client=client), issued(office, client=client)
    assert first.total + second.total == D("229.96")
    receive(client, office, "229.95", method=Method.CASH)
    assert (rows_of(first), first.balance) == ([("payment", D("114.98"))], D(0))
    assert (rows_of(second), second.balance) == ([("payment", D("114.97")), ("rounding", D("0.01"))], D(0))
    check_books()


def test_nothing_but_cash_is_rounded(office):
    invoice = issued(office)
    pay(invoice, office, "114.95")
    assert invoice.balance == D("0.03")


@pytest.mark.parametrize(("days", "left"), [(10, "0.00"), (11, "2.30")])
def test_an_early_payment_settles_for_less(office, days, left):
    company = get_company(db.session)
    company.early_percent, company.early_days = D("2.000"), 10
    invoice = backdated(start("invoice", office), office, days)
    company.early_percent = company.early_days = None  # what was printed holds
    net, tax = invoice.net, invoice.tax
    pay(invoice, office, "112.68")
    assert (invoice.balance, invoice.net, invoice.tax) == (D(left), net, tax)
    assert ("discount", D("2.30")) in rows_of(invoice) or left != "0.00"
    check_books()


def test_a_discount_goes_with_its_payment(office):
    company = get_company(db.session)
    company.early_percent, company.early_days = D("2.000"), 10
    invoice = issued(office)
    row = pay(invoice, office, "112.70", method=Method.CASH)
    assert rows_of(invoice) == [("payment", D("112.70")), ("discount", D("2.30")), ("rounding", D("-0.02"))]
    with pytest.raises(ConflictError):
        credit.release(db.session, invoice, row, office)
    payments.take_back(db.session, row, office)
    assert invoice.balance == D("114.98")
    pay(invoice, office, "112.68")
    assert invoice.balance == D(0)
    check_books()


def test_a_closed_day_takes_nothing(office, client):
    invoice, job = issued(office, client=client), start("job", office, client=client)
    row = pay(invoice, office, "10.00")
    extra = receive(client, office, "5.00", (invoice, "0.00"), confirm=True)
    close(today() - timedelta(days=1))
    closed = {"amount": D(1), "method": Method.CASH, "received_on": today() - timedelta(days=1)}
    for verb, subject in (("record_payment", invoice), ("record_deposit", job)):
        with pytest.raises(DomainError) as refused:
            give(verb, subject, office, **closed)
        assert refused.value.field == "received_on"
    with pytest.raises(DomainError) as refused:
        payments.refund(db.session, extra, office, received("5.00", on=today() - timedelta(days=1)))
    assert refused.value.field == "received_on"
    close(today())
    for act in (
        lambda: payments.take_back(db.session, row, office),
        lambda: give("use_credit", invoice, office),
        lambda: credit.release(db.session, invoice, row, office),
    ):
        with pytest.raises(DomainError):
            act()
    assert rows_of(invoice) == [("payment", D("10.00"))]


def test_who_keeps_the_accounts(office, client):
    invoice = issued(office, client=client)
    row = receive(client, office, "200.00", confirm=True)
    for actor in (make_user("technician").actor, Actor("Julie")):
        with pytest.raises(ForbiddenError):
            payments.take_back(db.session, row, actor)
        with pytest.raises(ForbiddenError):
            payments.refund(db.session, row, actor, received("1.00"))
        with pytest.raises(ForbiddenError):
            credit.release(db.session, invoice, row, actor)


@pytest.mark.parametrize("first", [0, 1])
def test_the_deposits_of_every_job_are_put_on_their_common_invoice(office, first):
    client = make_client()
    jobs = [start("job", office, client) for _ in range(3)]
    for job, amount in zip(jobs, ("10.00", "20.00", "40.00"), strict=True):
        deposit(job, office, amount)
    together = jobs[:2] if first == 0 else jobs[1::-1]
    invoice = convert(together[0], "invoice", office, others=together[1:])
    give("issue", invoice, office)
    assert rows_of(invoice) == [("deposit", D("10.00")), ("deposit", D("20.00"))]
    assert credit.usable_credit(invoice) == []  # the third is held for a job that is not on it
    later = deposit(jobs[1], office, "5.00")
    assert credit.usable_credit(invoice) == [(later, D("5.00"))]
