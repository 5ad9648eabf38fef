"""What a credit note took back of an invoice is free to be invoiced on the job again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sercom.core.base import db
from sercom.core.clock import today
from sercom.core.errors import DomainError
from sercom.core.money import ZERO
from sercom.entities.company.model import get_company
from sercom.entities.credits.left import left_of
from sercom.entities.documents.line import LineDraft
from sercom.entities.documents.taking import remaining
from sercom.entities.jobs import billing
from sercom.entities.jobs.model import JobStage
from tests.integration.test_billing import EXEMPT, TAXED, THOUSAND, bill, stage_of, sums
from tests.ledger import backdated, pay
from tests.support import convert, credit, give, make_client, make_user, start

D = Decimal


@pytest.fixture
def office(context):
    return make_user("office").actor


def invoiced(job: Any, office: Any, mode: str = "all", value: Any = None, **options: Any) -> Any:
    """An issued invoice of a part of the job."""
    invoice = bill(job, office, mode, value, **options)
    give("issue", invoice, office)
    return invoice


def credited(invoice: Any, office: Any, *quantities: str | None, **wanted: Any) -> Any:
    """Credit so much of its lines, in their order."""
    if quantities:
        wanted["quantities"] = {
            line.id: D(q) for line, q in zip([x for x in invoice.lines if x.is_item], quantities, strict=False) if q
        }
    note = credit(invoice, office, **wanted)
    db.session.expire_all()
    return note


@pytest.mark.parametrize(
    ("quantities", "wanted", "left", "open_lines"),
    [
        (("4",), {}, "380.00", ["4", "0"]),
        ((None, "1"), {}, "50.00", ["0", "1"]),
        ((), {}, "1000.00", ["10", "1"]),
        ((), {"amount": D(200)}, "0.00", ["0", "0"]),
    ],
)
def test_what_was_credited_by_lines_is_invoiced_again(office, quantities, wanted, left, open_lines):
    job = start("job", office, drafts=THOUSAND)
    invoice = invoiced(job, office)
    credited(invoice, office, *quantities, **wanted)
    assert sums(job) == (D(1000) - D(left), D(left))
    assert list(remaining(job).values()) == [D(q) for q in open_lines]
    assert (stage_of(job) is JobStage.INVOICED) == (D(left) == 0)
    if D(left):
        assert bill(job, office, "all").net == D(left)
        assert sums(job) == (D(1000), ZERO)
    with pytest.raises(DomainError):
        bill(job, office, "all")


def test_a_job_whose_invoice_was_credited_whole_is_to_invoice_or_cancelled(office):
    job = start("job", office, drafts=THOUSAND)
    invoice = invoiced(job, office)
    with pytest.raises(DomainError):
        give("cancel", job, office)
    credited(invoice, office)
    assert stage_of(job) not in {JobStage.INVOICED, JobStage.PARTLY_INVOICED}
    give("cancel", job, office)


@pytest.mark.parametrize(("mode", "value"), [("percent", "30"), ("amount", "300")])
def test_a_progress_invoice_credited_is_free(office, mode, value):
    job = start("job", office, drafts=THOUSAND)
    invoice = invoiced(job, office, mode, value)
    credited(invoice, office)
    assert sums(job) == (ZERO, D(1000))
    assert billing.beside_lines(job) == dict.fromkeys(billing.beside_lines(job), ZERO)
    again = bill(job, office, "percent", "100")
    assert (again.net, sums(job)) == (D(1000), (D(1000), ZERO))


def test_discount_and_holdback_come_back_too(office):
    job = start("job", office, drafts=THOUSAND, holdback_percent=D(10), discount=D(100))
    invoice = invoiced(job, office)
    assert (invoice.net, billing.held(job)) == (D(810), D(90))
    credited(invoice, office)
    assert (sums(job), billing.held(job)) == ((ZERO, D(900)), ZERO)
    again = invoiced(job, office)
    assert (again.net, again.discount) == (D(810), D(100))
    credited(again, office, "5")  # 475 of 1000: 47.50 of the discount
    assert billing.work_left(job) == D("427.50")
    assert bill(job, office, "all").discount == D("47.50")
    assert billing.work_left(job) == ZERO


def test_of_two_jobs_only_the_credited_one_is_free(office):
    client = make_client()
    one, other = (start("job", office, client, drafts=THOUSAND) for _ in range(2))
    invoice = convert(one, "invoice", office, others=[other])
    give("issue", invoice, office)
    lines = [line for line in invoice.lines if line.source_document_id == other.id]
    credit(invoice, office, quantities={line.id: line.quantity for line in lines})
    pay(invoice, office, str(invoice.balance))
    db.session.expire_all()
    assert (billing.work_left(one), billing.work_left(other)) == (ZERO, D(1000))
    assert (billing.billing_of(one).paid, billing.billing_of(other).paid) == (D(1000), ZERO)


@pytest.mark.parametrize(
    ("paid", "wanted", "bar"),
    [
        ("574.90", {}, ("1000.00", "500.00")),  # half of 1142.26 + 7.54
        ("574.90", {"amount": D(500)}, ("1000.00", "500.00")),
    ],
)
def test_the_bar_counts_money_and_no_credit(office, paid, wanted, bar):
    job = start("job", office, drafts=(TAXED, LineDraft("Autre", D(1), "", D(50))))
    invoice = invoiced(job, office)
    pay(invoice, office, paid)
    if wanted:
        credited(invoice, office, **wanted)
    told = billing.billing_of(job)
    assert (told.invoiced, told.paid.quantize(D(1))) == (D(bar[0]), D(bar[1]).quantize(D(1)))


@pytest.mark.parametrize("what", ["interest", "bad debt"])
def test_neither_interest_nor_a_bad_debt_is_money(office, what):
    get_company(db.session).interest_percent = D(2)
    job = start("job", office, drafts=THOUSAND)
    invoice = backdated(bill(job, office, "all"), office, 365)
    if what == "interest":
        give("charge_interest", invoice, office, confirm=True)
    else:
        give("write_off", invoice, office, received_on=today(), reason="Faillite")
    assert billing.billing_of(job).paid == ZERO


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["all", "percent", "amount", "credit"]), st.integers(1, 99)), min_size=2, max_size=6
    ),
    discount=st.sampled_from(["0", "0.07", "33.33"]),
    holdback=st.sampled_from([None, D(10)]),
)
def test_billed_and_credited_in_any_order_a_job_comes_to_its_net(office, steps, discount, holdback):
    drafts = (LineDraft("Heures", D("3.333"), "h", D("33.33")), EXEMPT, LineDraft("Tuyau", D(7), "m", D("1.11")))
    job = start("job", office, drafts=drafts, holdback_percent=holdback, discount=D(discount))
    invoices: list[Any] = []
    for mode, value in steps:
        try:
            with db.session.begin_nested():
                if mode == "credit":
                    target = invoices[value % len(invoices)] if invoices else None
                    left = left_of(target).quantities if target else {}
                    some = {key: (q * value / 100).quantize(D("0.001")) for key, q in left.items()}
                    if target:
                        credit(target, office, quantities=some if value % 3 else None)
                else:
                    invoices.append(invoiced(job, office, mode, {"percent": value, "amount": value}.get(mode)))
        except DomainError:
            pass
        db.session.expire_all()
        invoiced_now, left_now = sums(job)
        assert ZERO <= left_now <= job.net
        assert invoiced_now + billing.held(job) + left_now == job.net
    if billing.work_left(job):
        bill(job, office, "all")
    if billing.held(job):
        bill(job, office, "release")
    assert sums(job) == (job.net, ZERO)
