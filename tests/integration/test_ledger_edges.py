"""Money from nowhere, a day on which nothing was owed, tax that was never charged: what the ledger does not say."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask_babel import force_locale

from sercom.core.base import db
from sercom.core.clock import today
from sercom.core.errors import DomainError
from sercom.entities.company.model import get_company
from sercom.entities.ledger import book
from sercom.reports import taxes
from sercom.reports.period import Period
from sercom.workflow import edges, merging, payments
from sercom.workflow.splitting import early_discount
from tests.ledger import backdated, check_books, deposit, issued, pay, receive, received
from tests.support import convert, credit, give, make_client, make_user, start

D = Decimal


@pytest.fixture
def office(context):
    company = get_company(db.session)
    company.interest_percent, company.early_percent, company.early_days = D(2), D(2), 10
    return make_user("office").actor


def credit_of(invoice: Any) -> Decimal:
    """What the client has on no invoice."""
    return sum((row.rest for row in book.open_credits(db.session, invoice.client_id)), D(0))


def refund_before_the_money(office):
    invoice = issued(office)
    row = receive(invoice.client, office, "200.00", (invoice, "114.98"), confirm=True)
    payments.refund(db.session, row, office, received("50.00", on=today() - timedelta(days=1)))


def write_off_before_the_invoice(office):
    give("write_off", issued(office), office, received_on=today() - timedelta(days=1), reason="Faillite")


def write_off_before_what_made_the_debt(office):
    invoice = backdated(start("invoice", office), office, 60)
    payments.take_back(db.session, pay(invoice, office, "114.98", received_on=today() - timedelta(days=40)), office)
    give("write_off", invoice, office, received_on=today() - timedelta(days=20), reason="Faillite")


def pay_a_merged_client(office):
    stays, goes = make_client(), make_client("Part")
    merging.merge(db.session, stays.id, goes.id, office)
    payments.receive(db.session, goes, office, received("50.00"), [], confirm=True)


def undo_a_job_with_a_deposit(office):
    job = convert(start("request", office), "job", office)
    deposit(job, office, "50.00")
    edges.undo(db.session, job, office)


def void_with_interest(office):
    invoice = backdated(start("invoice", office), office, 90)
    give("charge_interest", invoice, office, confirm=True)
    give("void", invoice, office, reason="Essai")


REFUSED: dict[Callable[[Any], None], tuple[str, str | None]] = {
    refund_before_the_money: ("before the money came in", "received_on"),
    write_off_before_the_invoice: ("choose that day or a later one", "received_on"),
    write_off_before_what_made_the_debt: ("choose that day or a later one", "received_on"),
    pay_a_merged_client: ("was merged", None),
    undo_a_job_with_a_deposit: ("a deposit was recorded", None),
    void_with_interest: ("Interest was charged", None),
}


@pytest.mark.parametrize("act", REFUSED)
def test_what_is_refused(office, act):
    with pytest.raises(DomainError) as refused, force_locale("en_CA"):
        act(office)
    words, field = REFUSED[act]
    with force_locale("en_CA"):
        assert words in str(refused.value)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("notes", "stays"),
    [
        ([{}], ["112.68"]),
        ([{"amount": D(50)}, {}], ["57.49", "112.68"]),
        ([{"amount": D("99.99")}, {}], ["112.66", "112.68"]),
        ([{"amount": D(10)}], ["11.50"]),
    ],
)
def test_a_credit_note_gives_back_what_was_paid_and_no_early_discount(office, notes, stays):
    """Paid 112.68 of 114.98: no series of credit notes leaves the client more."""
    invoice = issued(office)
    row = pay(invoice, office, "112.68")
    assert invoice.balance == 0
    for wanted, left in zip(notes, stays, strict=True):
        credit(invoice, office, **wanted)
        assert credit_of(invoice) == D(left)
    check_books()
    payments.take_back(db.session, row, office)  # the cheque comes back: nobody paid anything
    check_books()
    assert invoice.balance - credit_of(invoice) == invoice.total - sum((n.total for n in invoice.credit_notes), D(0))


def test_an_early_discount_is_of_what_is_not_credited(office):
    invoice = issued(office, "1000.00")
    assert early_discount(invoice, today()) == D("23.00")
    credit(invoice, office, amount=D("900.00"))
    assert early_discount(invoice, today()) == D("2.30")


@pytest.mark.parametrize(
    ("paid", "gst", "qst"),
    [(None, "5.00", "9.98"), ("57.49", "2.50", "4.99"), ("115.00", "0.00", "0.00")],
)
def test_interest_written_off_holds_no_tax(office, paid, gst, qst):
    invoice = backdated(start("invoice", office), office, 365)
    give("charge_interest", invoice, office, confirm=True)
    if paid:
        pay(invoice, office, paid)
    give("write_off", invoice, office, received_on=today(), reason="Faillite")
    give("recover", invoice, office)
    summary = taxes.summarise(db.session, Period(today(), today()))
    assert summary.bad_debts == summary.recovered == {"GST": D(gst), "QST": D(qst)}
