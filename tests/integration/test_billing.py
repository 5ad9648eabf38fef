"""Invoicing a job in parts: whatever the mixture, its live invoices come to its net, and never to more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, DomainError, NeedsConfirmationError
from sercom.core.money import CENT, ZERO, TaxStatus, round_money, spread
from sercom.entities.catalog.model import ItemKind
from sercom.entities.documents.line import LineDraft
from sercom.entities.documents.taking import remaining
from sercom.entities.jobs import billing
from sercom.entities.jobs.model import JobStage
from sercom.entities.sites.model import Province
from sercom.entities.users.model import Language
from sercom.models import CatalogItem, Job, PartUsed, Site
from sercom.workflow import content, edges, merging, unmerging
from sercom.workflow.billing import Mode, Part
from tests.properties import examples, undone
from tests.support import convert, give, make_client, make_user, start

TAXED = LineDraft("Main-d’œuvre", Decimal(10), "h", Decimal("95.00"))
EXEMPT = LineDraft("Permis", Decimal(1), "", Decimal("50.00"), tax_status=TaxStatus.EXEMPT)
THOUSAND = (TAXED, EXEMPT)


@pytest.fixture
def office(context):
    return make_user("office").actor


def bill(job: Any, office: Any, mode: str, value: Any = None, **options: Any) -> Any:
    """Invoice a part of ``job``; ``value`` is its percent, amount, quantities or visits."""
    name = {"lines": "quantities"}.get(mode, mode)
    value = Decimal(value) if mode in {"percent", "amount"} and value else value
    part = Part(Mode(mode), **({} if value is None else {name: value}))
    return convert(job, "invoice", office, part=part, **options)


def told(invoice: Any) -> list[tuple[str, Decimal]]:
    return [(line.description.replace("\u00a0", " "), line.amount) for line in invoice.lines]


def sums(job: Any) -> tuple[Decimal, Decimal]:
    """What the database and the model say that is invoiced of the job."""
    db.session.flush()
    asked = db.session.scalars(select(Job.invoiced_net).where(Job.id == job.id)).one()
    assert asked == billing.billing_of(job).invoiced
    return asked, billing.work_left(job)


def stage_of(job: Any) -> JobStage:
    return db.session.scalars(select(Job.stage).where(Job.id == job.id)).one()


def test_progress_invoices_in_the_client_s_language(office):
    job = start("job", office, make_client(language=Language.ENGLISH), drafts=THOUSAND)
    first = bill(job, office, "percent", "30")
    assert told(first) == [
        (f"Progress invoice 1: 30% of job {job.number} (taxable)", Decimal("285.00")),
        (f"Progress invoice 1: 30% of job {job.number} (exempt)", Decimal("15.00")),
    ]
    assert [tax.base for tax in first.taxes] == [Decimal("285.00")] * 2
    assert sums(job) == (Decimal("300.00"), Decimal("700.00"))
    assert stage_of(job) is JobStage.PARTLY_INVOICED
    second = bill(job, office, "amount", "100.00")
    assert told(second)[0] == (f"Progress invoice 2: 10% of job {job.number} (taxable)", Decimal("95.00"))
    last = bill(job, office, "percent", "60")
    assert (last.net, sums(job)) == (Decimal("600.00"), (Decimal("1000.00"), ZERO))
    assert stage_of(job) is JobStage.INVOICED
    french = start("job", office, drafts=(TAXED,))
    assert told(bill(french, office, "percent", "12.5"))[0][1] == Decimal("118.75")


@pytest.mark.parametrize(
    ("net", "percents", "nets"),
    [
        ("100.00", ("33.333", "33.333", "33.334"), ("33.33", "33.33", "33.34")),
        ("100.01", ("50", "50"), ("50.01", "50.00")),
        ("0.05", ("50", "50"), ("0.03", "0.02")),
        ("333.33", ("33.33", "33.33", "33.34"), ("111.10", "111.10", "111.13")),
        ("1000.00", ("100",), ("1000.00",)),
        ("0.03", ("40", "60"), ("0.01", "0.02")),
    ],
)
def test_percents_of_a_hundred_come_to_the_job(office, net, percents, nets):
    job = start("job", office, drafts=(LineDraft("Forfait", unit_price=Decimal(net)),))
    assert [bill(job, office, "percent", percent).net for percent in percents] == [Decimal(each) for each in nets]
    assert sums(job) == (Decimal(net), ZERO)


@pytest.mark.parametrize(
    ("mode", "value", "field"),
    [
        ("percent", "70.001", "percent"),
        ("percent", "0", "percent"),
        ("percent", "-10", "percent"),
        ("percent", "100.001", "percent"),
        ("percent", None, "percent"),
        ("amount", "700.01", "amount"),
        ("amount", "-0.01", "amount"),
        ("amount", None, "amount"),
        ("visits", None, "visits"),
        ("release", None, None),
    ],
)
def test_what_is_refused_after_thirty_percent(office, mode, value, field):
    job = start("job", office, drafts=THOUSAND)
    bill(job, office, "percent", "30")
    before = len(job.conversions)
    with pytest.raises(DomainError) as refused, db.session.begin_nested():
        bill(job, office, mode, value)
    assert refused.value.field == field
    db.session.expire_all()
    assert len(job.conversions) == before


def test_the_rest_is_the_lines_less_what_was_invoiced(office):
    job = start("job", office, drafts=THOUSAND, discount=Decimal("100.00"))
    bill(job, office, "percent", "50")
    bill(job, office, "lines", {job.lines[0].id: Decimal(4)})
    rest = bill(job, office, "all")
    assert [amount for _label, amount in told(rest)] == [
        *(Decimal("570.00"), Decimal("50.00")),
        *(Decimal("-427.50"), Decimal("-22.50")),
    ]
    assert (rest.discount, rest.net) == (Decimal("62.00"), Decimal("108.00"))
    assert sums(job) == (Decimal("900.00"), ZERO)
    with pytest.raises(DomainError):
        bill(job, office, "all")
    for mode, value in (("percent", "0.001"), ("amount", "0.01")):
        with pytest.raises(DomainError):
            bill(job, office, mode, value)


def test_chosen_lines_take_no_more_than_is_left(office):
    job = start("job", office, drafts=THOUSAND)
    bill(job, office, "percent", "60")
    with pytest.raises(DomainError, match="400"), db.session.begin_nested():
        bill(job, office, "lines", {job.lines[0].id: Decimal(9)})


def test_a_void_invoice_gives_back(office):
    job = start("job", office, drafts=THOUSAND)
    first = bill(job, office, "percent", "80")
    give("issue", first, office)
    with pytest.raises(DomainError):
        bill(job, office, "percent", "21")
    give("void", first, office, reason="Erreur")
    again = bill(job, office, "percent", "100")
    assert again.net == job.net
    assert sums(job) == (Decimal("1000.00"), ZERO)


def test_extras_do_not_count_and_a_progress_line_does_not_grow(office):
    job = start("job", office, drafts=THOUSAND)
    invoice = bill(job, office, "percent", "100")
    kept = [LineDraft(line.description, unit_price=line.unit_price, tax_status=line.tax_status, id=line.id)
            for line in invoice.lines]  # fmt: skip
    content.change(db.session, invoice, office, [*kept, LineDraft("Déplacement", unit_price=Decimal("80.00"))])
    assert [line.is_extra for line in invoice.lines] == [False, False, True]
    assert (invoice.net, sums(job)) == (Decimal("1080.00"), (Decimal("1000.00"), ZERO))
    more = LineDraft("Plus", unit_price=Decimal("950.01"), id=invoice.lines[0].id)
    with pytest.raises(DomainError) as refused, db.session.begin_nested():
        content.change(db.session, invoice, office, [more, *kept[1:]])
    assert refused.value.field in {"lines-0-unit_price", "lines-1-unit_price"}


def test_a_job_does_not_fall_below_what_is_invoiced(office):
    job = start("job", office, drafts=THOUSAND)
    bill(job, office, "percent", "50")
    half = LineDraft("Main-d’œuvre", Decimal(5), "h", Decimal("95.00"), id=job.lines[0].id)
    with pytest.raises(DomainError, match="500"), db.session.begin_nested():
        content.change(db.session, job, office, [half])
    db.session.expire_all()
    content.change(db.session, job, office, [half, LineDraft("Plus", unit_price=Decimal("25.00"))])
    assert sums(job)[1] == ZERO


# --- holdback -----------------------------------------------------------------------------------


def test_a_holdback_is_a_line_and_is_released_at_the_end(office):
    job = start("job", office, drafts=THOUSAND, holdback_percent=Decimal(10))
    first = bill(job, office, "percent", "30")
    assert [amount for _label, amount in told(first)] == [Decimal(n) for n in ("285.00", "15.00", "-28.50", "-1.50")]
    assert (first.net, sums(job)) == (Decimal("270.00"), (Decimal("270.00"), Decimal("700.00")))
    with pytest.raises(DomainError):
        bill(job, office, "release")
    bill(job, office, "all")
    assert sums(job) == (Decimal("900.00"), ZERO)
    assert stage_of(job) is JobStage.PARTLY_INVOICED
    last = bill(job, office, "release")
    assert (last.net, sums(job), stage_of(job)) == (Decimal("100.00"), (Decimal("1000.00"), ZERO), JobStage.INVOICED)
    more = LineDraft("Retenue", unit_price=Decimal("95.01"), id=last.lines[0].id)
    with pytest.raises(DomainError), db.session.begin_nested():
        content.change(db.session, last, office, [more, LineDraft("R", unit_price=Decimal(5), id=last.lines[1].id)])
    db.session.expire_all()
    with pytest.raises(DomainError):
        bill(job, office, "release")


# --- visits -------------------------------------------------------------------------------------


def visited(job: Any, office: Any, minutes: int = 60) -> Any:
    """A finished visit of the job, with a part of ten dollars."""
    visit = next((each for each in job.visits if not each.starts_at), None) or job.add_visit(office)
    plan = {"starts_at": utcnow(), "ends_at": utcnow() + timedelta(hours=1), "person": make_user("technician")}
    db.session.flush()
    give("schedule", visit, office, **plan)
    give("finish", visit, office, minutes=minutes)
    visit.parts.append(PartUsed(description="Joint", quantity=Decimal(1), unit_price=Decimal("10.00")))
    db.session.flush()
    return visit


@pytest.fixture
def hour(office):
    names = {"name_en": "Hour", "name_fr": "Heure", "unit": "h"}
    db.session.add(CatalogItem(code="HOUR", kind=ItemKind.LABOUR, **names, price=Decimal("90.00")))
    db.session.flush()


def test_each_visit_is_invoiced_once(office, hour):
    job = start("job", office, drafts=THOUSAND)
    first, second = visited(job, office), visited(job, office)
    invoice = bill(job, office, "visits", {second.id})
    assert told(invoice) == [("Heure", Decimal("90.00")), ("Joint", Decimal("10.00"))]
    assert {line.visit_id for line in invoice.lines} == {second.id}
    assert not any(line.is_extra for line in invoice.lines)
    assert billing.visits_to_invoice(job) == [first]
    assert bill(job, office, "visits").net == Decimal("100.00")
    with pytest.raises(DomainError):
        bill(job, office, "visits")
    edges.undo(db.session, invoice, office)
    db.session.expire_all()
    assert billing.visits_to_invoice(job) == [second]
    assert sums(job) == (Decimal("100.00"), Decimal("900.00"))
    assert bill(job, office, "all").net == Decimal("900.00")


def test_visits_beyond_the_job_are_extras_once_somebody_says_so(office, hour):
    job = start("job", office, drafts=(LineDraft("Forfait", unit_price=Decimal("95.00")),))
    visited(job, office)
    with pytest.raises(NeedsConfirmationError):
        bill(job, office, "visits", confirm=False)
    invoice = bill(job, office, "visits")
    assert [line.is_extra for line in invoice.lines] == [False, True]
    assert (invoice.net, sums(job)) == (Decimal("100.00"), (Decimal("90.00"), Decimal("5.00")))


def test_a_job_without_a_price_is_invoiced_as_it_was_worked(office, hour):
    job = start("job", office, drafts=())
    visited(job, office)
    invoice = bill(job, office, "visits")
    assert (invoice.net, [line.is_extra for line in invoice.lines]) == (Decimal("100.00"), [False, False])
    assert stage_of(job) is JobStage.INVOICED
    with pytest.raises(DomainError) as refused:
        bill(job, office, "percent", "10")
    assert refused.value.field == "percent"


# --- several jobs ---------------------------------------------------------------------------------


def test_several_jobs_on_one_invoice(office):
    client = make_client()
    job, other = (start("job", office, client, drafts=THOUSAND, discount=Decimal(50 * n)) for n in (0, 1))
    bill(other, office, "percent", "50")
    invoice = bill(job, office, "percent", "20", others=(other,))
    assert invoice.net == Decimal("200.00") + Decimal("475.00")
    assert (sums(job), sums(other)) == ((Decimal("200.00"), Decimal("800.00")), (Decimal("950.00"), ZERO))
    assert invoice.discount == ZERO
    assert (invoice.case_id, invoice.made_from.source) == (job.case_id, job)
    assert [link.source for link in invoice.sources] == [job, other]
    assert [line.description for line in invoice.lines if not line.is_item] == [
        f"Job {number} · Thermopompe" for number in (job.number, other.number)
    ]
    assert not any(line.is_extra for line in invoice.lines)
    assert edges.can_undo(invoice, office)
    assert edges.undo(db.session, invoice, office) is job
    db.session.expire_all()
    assert (job.conversions, sums(other)[1], len(remaining(other))) == ([], Decimal("475.00"), 2)


def test_jobs_that_do_not_go_together(office):
    client = make_client()
    place = {"street": "1, rue King", "city": "Ottawa", "postal_code": "K1A 0A9", "province": Province.ON}
    client.sites.append(Site(**place))
    job, far = start("job", office, client), start("job", office, client)
    far.case.site = client.sites[1]
    cancelled = start("job", office, client)
    give("cancel", cancelled, office)
    for other, error in ((far, DomainError), (start("job", office), DomainError), (cancelled, ConflictError)):
        with pytest.raises(error):
            bill(job, office, "all", others=(other,))
    for others in ((job,), (far, far)):
        with pytest.raises(DomainError):
            bill(job, office, "all", others=others)
    assert job.conversions == []


# --- properties -----------------------------------------------------------------------------------

CENTS = st.integers(1, 500_000).map(lambda n: Decimal(n) * CENT)
JOB_LINES = st.lists(
    st.tuples(st.integers(1, 9_000), st.integers(0, 30_000), st.sampled_from([*TaxStatus])), min_size=1, max_size=3
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("percent"), st.integers(1, 100_000)),
        st.tuples(st.just("amount"), st.integers(1, 50_000)),
        st.tuples(st.just("lines"), st.integers(1, 99)),
        st.tuples(st.just("void"), st.integers(0, 5)),
    ),
    max_size=6,
)


def step(job: Any, office: Any, mode: str, value: int, invoices: list[Any]) -> None:
    if mode == "void":
        if invoices:
            edges.undo(db.session, invoices.pop(value % len(invoices)), office)
            db.session.expire_all()
        return
    left = billing.work_left(job)
    try:
        with db.session.begin_nested():
            if mode == "lines":
                share = {key: (rest * value / 100).quantize(Decimal("0.001")) for key, rest in remaining(job).items()}
                made = bill(job, office, "lines", share)
            else:
                amount = Decimal(value) / (1000 if mode == "percent" else 100)
                made = bill(job, office, mode, amount)
                work = sum((link.work for link in made.sources), ZERO)
                exact = round_money(job.net * amount / 100) if mode == "percent" else amount
                assert work in {exact, left}
        invoices.append(made)
    except DomainError:
        db.session.expire_all()
        assert billing.work_left(job) == left


@examples(25)
@given(lines=JOB_LINES, discount=st.integers(0, 30), steps=STEPS, holdback=st.sampled_from([None, 5, 10, 33]))
@undone()
def test_any_mixture_comes_to_the_job_and_never_to_more(office, lines, discount, steps, holdback):
    drafts = [
        LineDraft("Ligne", Decimal(quantity) / 1000, "", Decimal(price) * CENT, tax_status=status)
        for quantity, price, status in lines
    ]
    job = start("job", office, drafts=drafts, holdback_percent=holdback and Decimal(holdback))
    whole = sum((line.amount for line in job.lines), ZERO)
    job.discount = round_money(whole * discount / 100)
    kept = [replace(draft, id=line.id) for draft, line in zip(drafts, job.lines, strict=True)]
    content.change(db.session, job, office, kept)
    invoices: list[Any] = []
    for mode, value in steps:
        step(job, office, mode, value, invoices)
        invoiced, left = sums(job)
        assert left >= ZERO
        assert invoiced <= job.net
        assert invoiced == sum((invoice.net for invoice in invoices), ZERO)
    if sums(job)[1] > ZERO:
        invoices.append(bill(job, office, "all"))
    if billing.held(job):
        invoices.append(bill(job, office, "release"))
    if job.net:
        assert sum((invoice.net for invoice in invoices), ZERO) == job.net
        assert sums(job) == (job.net, ZERO)


@given(total=st.integers(-(10**7), 10**7), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=4))
def test_a_spread_adds_up_and_keeps_the_proportion(total, weights):
    amount, shares = Decimal(total) * CENT, {n: Decimal(weight) * CENT for n, weight in enumerate(weights)}
    parts = spread(amount, shares)
    assert sum(parts.values(), ZERO) == amount
    if whole := sum(shares.values(), ZERO):
        assert all(abs(parts[n] - amount * shares[n] / whole) <= CENT for n in shares)


def test_what_an_issued_invoice_took_is_frozen(office):
    job = start("job", office, drafts=THOUSAND)
    invoice = bill(job, office, "percent", "30")
    give("issue", invoice, office)
    for change in ("net = 1", "held = 1", "source_id = target_id"):
        with pytest.raises(DBAPIError, match="frozen"), db.session.begin_nested():
            db.session.execute(text(f"UPDATE conversion SET {change} WHERE target_id = {invoice.id}"))


def test_clients_whose_jobs_share_an_invoice_are_not_parted(office):
    stayer, other = make_client("Reste"), make_client("Part")
    job, moved = start("job", office, stayer), start("job", office, other)
    made = merging.merge(db.session, stayer.id, other.id, office)
    db.session.expire_all()
    assert unmerging.hindrance(db.session, made) is None
    bill(job, office, "all", others=(moved,))
    assert moved.number in str(unmerging.hindrance(db.session, made))
