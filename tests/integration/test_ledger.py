"""Issuing, money received, money taken back, voiding: what an invoice owes is derived, and exact."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from sercom.core.access import Actor
from sercom.core.base import db
from sercom.core.clock import today
from sercom.core.errors import ConflictError, DomainError, ForbiddenError
from sercom.entities.company.model import get_company
from sercom.entities.documents.line import LineDraft
from sercom.entities.invoices.model import InvoiceStatus
from sercom.entities.ledger.model import EntryKind, Method
from sercom.models import Allocation, Document, Invoice, Payment
from sercom.workflow import payments
from tests.ledger import issued, pay
from tests.support import HUNDRED, give, make_client, make_user, start


@pytest.fixture
def office(context):
    return make_user("office").actor


def derived(invoice: Invoice) -> Decimal:
    """What was paid, as the database adds it up."""
    return db.session.scalar(select(Invoice.paid_amount).where(Invoice.id == invoice.id))


def test_issuing_numbers_dates_and_keeps(office):
    company = get_company(db.session)
    company.name, company.gst_number = "Plomberie Untel", "123456782 RT0001"
    client = make_client(terms_days=15)
    invoice = issued(office, client=client)
    assert (invoice.number, invoice.issue_date, invoice.due_date) == ("F-000001", today(), today() + timedelta(days=15))
    assert (invoice.service_date, invoice.balance, invoice.paid) == (today(), Decimal("114.98"), Decimal("0.00"))
    kept = json.loads(invoice.snapshot)
    assert (kept["number"], kept["total"], kept["net"], kept["tax"]) == ("F-000001", "114.98", "100.00", "14.98")
    assert (kept["supplier"]["name"], kept["supplier"]["gst_number"]) == ("Plomberie Untel", "123456782 RT0001")
    assert [(tax["code"], tax["percent"], tax["amount"]) for tax in kept["taxes"]] == [
        ("GST", "5.000", "5.00"),
        ("QST", "9.975", "9.98"),
    ]
    client.name, company.name = "Autre nom", "Autre compagnie"
    db.session.flush()
    assert json.loads(invoice.snapshot)["client"]["name"] == "Julie Tremblay"


@pytest.mark.parametrize("drafts", [(), (LineDraft("Crédit", Decimal(-1), "", Decimal("10.00")),)])
def test_what_bills_nothing_is_not_issued(office, drafts):
    invoice = start("invoice", office, drafts=drafts)
    with pytest.raises(DomainError):
        give("issue", invoice, office)
    assert (invoice.number, invoice.status) == (None, InvoiceStatus.DRAFT)


def test_a_free_invoice_is_issued_and_takes_no_payment(office):
    invoice = issued(office, discount=Decimal("100.00"))
    assert (invoice.total, invoice.balance) == (Decimal("0.00"), Decimal("0.00"))
    with pytest.raises(DomainError):
        pay(invoice, office, "0.01")


@pytest.mark.parametrize(
    ("amount", "days", "field"),
    [("0.00", 0, "amount"), ("-5.00", 0, "amount"), ("114.99", 0, "confirm"), ("10.00", 1, "received_on")],
)
def test_a_payment_that_cannot_be(office, amount, days, field):
    invoice = issued(office)
    with pytest.raises(DomainError) as refusal:
        pay(invoice, office, amount, received_on=today() + timedelta(days=days))
    assert refusal.value.field == field
    assert db.session.scalar(select(func.count()).select_from(Payment)) == 0


def test_the_balance_follows_the_payments(office):
    invoice, accountant = issued(office), make_user("accountant").actor
    first = pay(invoice, accountant, "100.00", reference="No 1", received_on=today() - timedelta(days=3))
    assert (first.user_id, first.client, first.reference) == (accountant.user_id, invoice.client, "No 1")
    assert (invoice.paid, invoice.balance, derived(invoice)) == (Decimal(100), Decimal("14.98"), Decimal(100))
    with pytest.raises(DomainError):
        pay(invoice, office, "14.99")
    pay(invoice, office, "14.98")
    assert (invoice.balance, derived(invoice)) == (Decimal(0), Decimal("114.98"))
    with pytest.raises(DomainError):
        pay(invoice, office, "0.01")


def test_a_payment_is_taken_back_once(office):
    invoice = issued(office)
    kept, wrong = pay(invoice, office, "14.98"), pay(invoice, office, "100.00", reference="No 2")
    payments.correct(db.session, invoice, wrong, office)
    correction = invoice.allocations[-1].payment
    assert (correction.kind, correction.amount, correction.against_id) == (
        EntryKind.CORRECTION,
        Decimal("-100.00"),
        wrong.id,
    )
    assert (correction.method, correction.reference, correction.received_on) == (Method.CHEQUE, "No 2", today())
    assert (wrong.amount, kept.amount) == (Decimal("100.00"), Decimal("14.98")), "rows are added, never changed"
    assert (invoice.balance, derived(invoice)) == (Decimal("100.00"), Decimal("14.98"))
    for again in (wrong, correction):
        with pytest.raises(ConflictError):
            payments.correct(db.session, invoice, again, office)
    pay(invoice, office, "100.00")
    assert invoice.balance == Decimal("0.00")


def test_a_payment_of_another_invoice_is_not_taken_back_here(office):
    invoice, other = issued(office), issued(office)
    payment = pay(other, office, "10.00")
    with pytest.raises(ConflictError):
        payments.correct(db.session, invoice, payment, office)
    assert (invoice.balance, other.balance) == (Decimal("114.98"), Decimal("104.98"))


def test_who_takes_a_payment_back(office):
    invoice = issued(office)
    payment = pay(invoice, office, "10.00")
    for actor in (make_user("technician").actor, Actor("Julie Tremblay")):
        with pytest.raises(ForbiddenError):
            payments.correct(db.session, invoice, payment, actor)
    payments.correct(db.session, invoice, payment, make_user("accountant").actor)


def test_voiding_while_nothing_is_paid(office):
    invoice = issued(office)
    with pytest.raises(DomainError) as refusal:
        give("void", invoice, office, reason="  ")
    assert refusal.value.field == "reason"
    payment = pay(invoice, office, "10.00")
    with pytest.raises(DomainError):
        give("void", invoice, office, reason="Essai")
    payments.correct(db.session, invoice, payment, office)
    give("void", invoice, office, reason=" Mauvais client ")
    assert (invoice.status, invoice.void_reason) == (InvoiceStatus.VOID, "Mauvais client")
    assert (invoice.number, invoice.balance, invoice.is_live) == ("F-000001", Decimal(0), False)
    assert issued(office).number == "F-000002", "a void invoice keeps its number"


def test_sums_are_exact(office):
    """Ten times 0.10 is 1.00, and amounts that binary floats cannot hold add up in the database."""
    cents = LineDraft("Vis", Decimal(1), "", Decimal("0.10"))
    for _ in range(10):
        start("invoice", office, drafts=(cents,))
    big = start("invoice", office, drafts=(LineDraft("Chaudière", Decimal("99999.999"), "", Decimal("9999999.99")),))
    total = db.session.scalar(select(func.sum(Document.net)).where(Document.id != big.id))
    assert (total, type(total)) == (Decimal("1.00"), Decimal)
    db.session.expire_all()
    assert (big.net, big.lines[0].quantity) == (Decimal("999999989000.00"), Decimal("99999.999"))
    ordered = db.session.scalars(select(Document.id).order_by(Document.total.desc())).first()
    assert ordered == big.id


def test_the_ledger_adds_up_by_client(office):
    client = make_client()
    first, second = (issued(office, client=client, drafts=(HUNDRED,)) for _ in range(2))
    pay(first, office, "0.10")
    pay(second, office, "0.20")
    payments.correct(db.session, second, second.allocations[0].payment, office)
    received = select(func.sum(Payment.amount)).where(Payment.client_id == client.id)
    assert db.session.scalar(received) == db.session.scalar(select(func.sum(Allocation.amount))) == Decimal("0.10")
