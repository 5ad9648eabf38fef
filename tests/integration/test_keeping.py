"""A deposit that is kept: an invoice that comes to it, its taxes drawn out of it, paid with it."""

from decimal import Decimal

import pytest

from sercom.accounts import ageing
from sercom.core.base import db
from sercom.core.clock import today
from sercom.core.errors import DomainError
from sercom.core.money import Rate, totals_within
from sercom.entities.company.model import get_company
from sercom.entities.invoices.model import InvoiceStage
from sercom.entities.sites.model import Province
from sercom.reports import taxes
from sercom.reports.period import Period
from sercom.reports.taxes import Sort
from sercom.workflow import keeping, payments
from tests.ledger import check_books, deposit, issued, received, rows_of
from tests.support import convert, credit, give, make_client, make_user, start

D = Decimal


@pytest.fixture
def office(context):
    return make_user("office").actor


@pytest.mark.parametrize(
    ("total", "rates", "net", "drawn"),
    [
        ("50.00", {"GST": "5", "QST": "9.975"}, "43.08", ["2.38", "4.54"]),
        ("114.98", {"GST": "5", "QST": "9.975"}, "99.07", ["5.48", "10.43"]),
        ("113.00", {"HST": "13"}, "100.00", ["13.00"]),
        ("105.00", {"GST": "5", "PST": "7"}, "100.00", ["5.00"]),
        ("50.00", {}, "50.00", []),
        ("0.01", {"GST": "5", "QST": "9.975"}, "0.01", ["0.00", "0.00"]),
    ],
)
def test_taxes_are_drawn_out_of_the_whole(total, rates, net, drawn):
    """$50 × 5/105 = 2.38 and × 9.975/109.975 = 4.54; $113 × 13/113 = 13."""
    totals = totals_within(D(total), [Rate(code, D(percent)) for code, percent in rates.items()])
    assert (totals.net, [tax.amount for tax in totals.taxes], totals.total) == (D(net), [D(d) for d in drawn], D(total))


def test_a_kept_deposit_is_an_invoice_that_is_paid(office):
    job = start("job", office)
    other, row = deposit(job, office, "20.00"), deposit(job, office, "60.00")
    payments.refund(db.session, row, office, received("10.00"))
    give("cancel", job, office)
    invoice = keeping.keep(db.session, row, office, seen="50.00")
    assert (invoice.case, invoice.total, invoice.net, invoice.tax) == (job.case, D(50), D("43.08"), D("6.92"))
    assert (rows_of(invoice), row.rest, other.rest) == ([("deposit", D(50))], 0, D(20))
    db.session.refresh(invoice)
    assert (invoice.stage, invoice.balance) == (InvoiceStage.PAID, 0)
    summary = taxes.summarise(db.session, Period(today(), today()))
    assert (summary.of("GST"), summary.of("QST"), summary.sales[Sort.TAXED]) == (D("2.38"), D("4.54"), D("43.08"))
    assert ageing.of_client(db.session, job.client_id, today()).balance == D(-20)
    check_books()
    credit(invoice, office)  # the client was right after all: every figure goes back to nothing
    summary = taxes.summarise(db.session, Period(today(), today()))
    assert (summary.of("GST"), summary.of("QST"), summary.net) == (0, 0, 0)
    check_books()


@pytest.mark.parametrize("what", ["a payment", "used up", "another rest"])
def test_what_cannot_be_kept(office, what):
    job = start("job", office)
    row = deposit(job, office, "50.00")
    if what == "used up":
        give("issue", convert(job, "invoice", office), office)
    if what == "a payment":
        row = payments.receive(db.session, job.client, office, received("5.00"), [], confirm=True)
    with pytest.raises(DomainError):
        keeping.keep(db.session, row, office, seen="49.00" if what == "another rest" else None)


@pytest.mark.parametrize("province", [Province.ON, Province.QC])
def test_an_unregistered_company_keeps_no_tax(office, province):
    get_company(db.session).taxes_registered = False
    row = deposit(start("job", office, make_client(province=province)), office, "50.00")
    assert keeping.keep(db.session, row, office).net == D(50)
    assert issued(office).tax == 0
