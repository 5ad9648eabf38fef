"""Interest on what is overdue, bad debts and their recovery."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from sercom.core.base import db
from sercom.core.clock import today
from sercom.core.errors import DomainError, NeedsConfirmationError
from sercom.entities.company.model import get_company
from sercom.entities.invoices.model import InvoiceStage
from sercom.models import Invoice
from sercom.workflow import charges, payments
from sercom.workflow.charges import Span, interest_on, overdue_spans
from tests.ledger import backdated, check_books, close, issued, pay, rows_of
from tests.support import give, make_user, start

D = Decimal


@pytest.fixture
def office(context):
    get_company(db.session).interest_percent = D("2.000")
    return make_user("office").actor


def overdue(office, days: int, price: str = "100.00") -> Invoice:
    """An invoice that is overdue for ``days`` days."""
    invoice = start("invoice", office)
    invoice.terms_days = 30
    return backdated(invoice, office, days + 30)


def charge(invoice, office) -> None:
    give("charge_interest", invoice, office, confirm=True)


@pytest.mark.parametrize(
    ("spans", "monthly", "amount"),
    [
        ([Span(365, D("1000.00"))], "2", "240.00"),
        ([Span(30, D("1000.00"))], "2", "19.73"),
        ([Span(1, D("0.01"))], "2", "0.00"),
        ([Span(10, D("1000.00")), Span(20, D("400.00"))], "1.5", "8.88"),
        ([], "2", "0.00"),
    ],
)
def test_simple_interest(spans, monthly, amount):
    assert interest_on(spans, D(monthly)) == D(amount)


def test_interest_is_asked_about_with_its_working(office):
    invoice = overdue(office, 30)
    with pytest.raises(NeedsConfirmationError) as asked:
        give("charge_interest", invoice, office)
    assert all(part in str(asked.value) for part in ("× 30", "24", "2.27")) or "2,27" in str(asked.value)
    assert invoice.balance == D("114.98")
    charge(invoice, office)
    assert (rows_of(invoice), invoice.balance, invoice.total) == ([("interest", D("-2.27"))], D("117.25"), D("114.98"))
    check_books()


def test_never_twice_for_the_same_days(office):
    invoice = overdue(office, 30)
    charge(invoice, office)
    with pytest.raises(DomainError):
        charge(invoice, office)
    later = today() + timedelta(days=10)
    assert overdue_spans(invoice, later) == [Span(10, D("114.98"))], "interest bears none"
    payments.take_back(db.session, invoice.allocations[0].payment, office)
    assert overdue_spans(invoice, today()) == [Span(30, D("114.98"))]
    check_books()


def test_what_was_paid_meanwhile_bears_less(office):
    invoice = overdue(office, 30)
    pay(invoice, office, "100.00", received_on=today() - timedelta(days=9))
    assert overdue_spans(invoice, today()) == [Span(20, D("114.98")), Span(10, D("14.98"))]
    pay(invoice, office, "14.98", received_on=today() - timedelta(days=4))
    assert overdue_spans(invoice, today()) == [Span(20, D("114.98")), Span(5, D("14.98"))]


@pytest.mark.parametrize("days", [-1, 0])
def test_what_is_not_overdue_bears_none(office, days):
    with pytest.raises(DomainError):
        charge(overdue(office, days), office)


def test_a_rate_that_was_not_printed_does_not_bind(office):
    get_company(db.session).interest_percent = None
    invoice = overdue(office, 30)
    get_company(db.session).interest_percent = D("2.000")
    with pytest.raises(DomainError):
        charge(invoice, office)


def test_the_whole_balance_with_its_interest_is_paid(office):
    invoice = overdue(office, 30)
    charge(invoice, office)
    pay(invoice, office, "117.25")
    assert (invoice.balance, stage(invoice)) == (D(0), InvoiceStage.PAID)
    check_books()


def stage(invoice) -> InvoiceStage:
    db.session.flush()
    return db.session.scalar(select(Invoice.stage).where(Invoice.id == invoice.id))


def test_a_bad_debt_and_its_recovery(office):
    invoice = issued(office)
    pay(invoice, office, "14.98")
    with pytest.raises(DomainError) as refused:
        give("write_off", invoice, office, received_on=today(), reason=" ")
    assert refused.value.field == "reason"
    give("write_off", invoice, office, received_on=today(), reason="Faillite")
    assert (invoice.balance, stage(invoice)) == (D(0), InvoiceStage.WRITTEN_OFF)
    assert rows_of(invoice)[-1] == ("write_off", D("100.00"))
    check_books()
    with pytest.raises(DomainError):
        pay(invoice, office, "1.00")
    give("recover", invoice, office)
    assert (invoice.balance, stage(invoice)) == (D("100.00"), InvoiceStage.PARTLY_PAID)
    with pytest.raises(DomainError):
        give("recover", invoice, office)
    pay(invoice, office, "100.00")
    assert stage(invoice) is InvoiceStage.PAID
    check_books()


@pytest.mark.parametrize("kind", ["write_off", "recover", "charge_interest"])
def test_a_closed_day_takes_none(office, kind):
    invoice = overdue(office, 30)
    if kind == "recover":
        give("write_off", invoice, office, received_on=today(), reason="Faillite")
    before = rows_of(invoice)
    close(today())
    needs = {"write_off": {"received_on": today(), "reason": "x"}, "charge_interest": {"confirm": True}}
    with pytest.raises(DomainError) as refused:
        give(kind, invoice, office, **needs.get(kind, {}))
    assert refused.value.field == ("received_on" if kind == "write_off" else None)
    assert rows_of(invoice) == before


def test_a_bad_debt_is_recovered_not_corrected(office):
    invoice = issued(office)
    give("write_off", invoice, office, received_on=today(), reason="Faillite")
    assert payments.refuse_correction(charges.bad_debts(invoice)[0]) is not None


def test_interest_taken_back_after_it_was_paid_is_the_clients_credit(office):
    invoice = overdue(office, 30)
    charge(invoice, office)
    first, second = pay(invoice, office, "116.25"), pay(invoice, office, "1.00")
    payments.take_back(db.session, invoice.allocations[0].payment, office)
    assert (invoice.balance, first.rest, second.rest) == (D("0.00"), D("1.27"), D("1.00")), "the last payments first"
    check_books()


def test_interest_that_a_bad_debt_covers_stays_until_the_debt_is_taken_back(office):
    invoice = overdue(office, 30)
    charge(invoice, office)
    give("write_off", invoice, office, received_on=today(), reason="Faillite")
    with pytest.raises(DomainError), db.session.begin_nested():
        payments.take_back(db.session, invoice.allocations[0].payment, office)
    check_books()
    give("recover", invoice, office)
    payments.take_back(db.session, invoice.allocations[0].payment, office)
    assert invoice.balance == D("114.98")
    check_books()


def test_an_invoice_whose_interest_was_paid_is_not_voided(office):
    invoice = overdue(office, 30)
    charge(invoice, office)
    row = pay(invoice, office, "2.27")
    with pytest.raises(DomainError):
        give("void", invoice, office, reason="Essai")
    payments.take_back(db.session, row, office)
    payments.take_back(db.session, invoice.allocations[0].payment, office)
    give("void", invoice, office, reason="Essai")
    check_books()
