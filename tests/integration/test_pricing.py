"""Which taxes a document bears, and how quantities and discounts are shared among its conversions."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.core.money import ZERO, TaxStatus
from sercom.entities.company.model import company_and_rates, get_company
from sercom.entities.documents.line import LineDraft
from sercom.entities.documents.pricing import basis_of
from sercom.entities.documents.taking import remaining
from sercom.entities.jobs.billing import work_left
from sercom.entities.sites.model import Province
from sercom.models import TaxRate
from sercom.workflow import content
from tests.properties import examples, undone
from tests.support import HUNDRED, convert, give, make_client, make_user, start

#: Province, day, what a sale bears.
RATES = (
    (Province.QC, date(2026, 1, 1), {"GST": "5", "QST": "9.975"}),
    (Province.QC, date(2012, 12, 31), {"GST": "5"}),
    (Province.ON, date(2026, 1, 1), {"HST": "13"}),
    (Province.NB, date(2026, 1, 1), {"HST": "15"}),
    (Province.NL, date(2026, 1, 1), {"HST": "15"}),
    (Province.PE, date(2026, 1, 1), {"HST": "15"}),
    (Province.NS, date(2025, 3, 31), {"HST": "15"}),
    (Province.NS, date(2025, 4, 1), {"HST": "14"}),
    (Province.MB, date(2026, 1, 1), {"GST": "5", "RST": "7"}),
    (Province.MB, date(2019, 6, 30), {"GST": "5"}),
    (Province.SK, date(2026, 1, 1), {"GST": "5", "PST": "6"}),
    (Province.AB, date(2026, 1, 1), {"GST": "5"}),
    (Province.BC, date(2026, 1, 1), {"GST": "5", "PST": "7"}),
    (Province.YT, date(2026, 1, 1), {"GST": "5"}),
    (Province.NT, date(2026, 1, 1), {"GST": "5"}),
    (Province.NU, date(2026, 1, 1), {"GST": "5"}),
)
TEN = LineDraft("Main-d’œuvre", Decimal(10), "h", Decimal("95.00"), Decimal("10.00"))
CREDIT = LineDraft("Reprise", Decimal(-2), "", Decimal("10.00"))


@pytest.fixture
def office(context):
    return make_user("office").actor


def drafts_of(document: Any, **changes: Any) -> list[LineDraft]:
    """The lines as the editor posts them back, ``changes`` made to the first."""
    names = ("id", "description", "quantity", "unit", "unit_price", "discount", "cost", "tax_status")
    drafts = [LineDraft(**{name: getattr(line, name) for name in names}) for line in document.lines]
    return [replace(drafts[0], **changes), *drafts[1:]]


def test_every_province_has_its_rates(context):
    assert {province for province, _, _ in RATES} == set(Province)


@pytest.mark.parametrize(("province", "day", "expected"), RATES)
def test_rates_by_province_and_day(context, province, day, expected):
    _company, found = company_and_rates(db.session, province, day)
    assert {rate.code: str(rate.percent.normalize()) for rate in found} == expected
    assert [rate.code for rate in found] == sorted(expected)


def test_a_company_that_is_not_registered_charges_no_tax(office):
    get_company(db.session).taxes_registered = False
    job = start("job", office)
    assert (job.total, job.taxes) == (Decimal("100.00"), [])
    assert (basis_of(db.session, job).registered, basis_of(db.session, job).rates) == (False, ())


@pytest.mark.parametrize(
    ("place", "client", "total"),
    [(Province.ON, Province.QC, "113.00"), (None, Province.ON, "113.00"), (None, None, "114.98")],
)
def test_the_place_of_supply(office, place, client, total):
    """The site's province, else the client's, else Québec."""
    payer = make_client(province=client)
    job = start("job", office, payer)
    if place:
        payer.sites[0].province = place
    content.relocate(db.session, job.case, payer.sites[0] if place else None)
    assert job.total == Decimal(total)


def test_issuing_computes_the_taxes_of_the_day(office):
    invoice = start("invoice", office)
    assert invoice.total == Decimal("114.98")
    db.session.add(TaxRate(province=Province.QC, code="GST", percent=Decimal(7), valid_from=date(2020, 1, 1)))
    db.session.flush()
    give("issue", invoice, office)
    assert [(tax.code, tax.percent, tax.amount) for tax in invoice.taxes] == [
        ("GST", Decimal("7.000"), Decimal("7.00")),
        ("QST", Decimal("9.975"), Decimal("9.98")),
    ]
    assert (invoice.total, invoice.tax) == (Decimal("116.98"), Decimal("16.98"))


def test_discount_and_untaxed_lines(office):
    """Half of the document is taxable: the discount lowers its base by half."""
    lines = (HUNDRED, replace(HUNDRED, tax_status=TaxStatus.EXEMPT))
    job = start("job", office, drafts=lines, discount=Decimal("20.00"))
    assert [(tax.base, tax.amount) for tax in job.taxes] == [
        (Decimal("90.00"), Decimal("4.50")),
        (Decimal("90.00"), Decimal("8.98")),
    ]
    assert (job.net, job.total) == (Decimal("180.00"), Decimal("193.48"))
    job.discount = Decimal("200.01")
    with pytest.raises(DomainError) as refusal:
        content.change(db.session, job, office, drafts_of(job))
    assert refusal.value.field == "discount"


@pytest.mark.parametrize("wanted", ["10.001", "-1", "-0.001"])
def test_no_more_than_the_line_holds(office, wanted):
    job = start("job", office, drafts=(TEN, CREDIT))
    labour, credit = job.lines
    with pytest.raises(DomainError) as refusal:
        convert(job, "invoice", office, quantities={labour.id: Decimal(wanted)})
    assert refusal.value.field == f"quantity-{labour.id}"
    with pytest.raises(DomainError):
        convert(job, "invoice", office, quantities={credit.id: Decimal("-2.001")})
    for nothing in ({}, {labour.id: Decimal(0)}, {0: Decimal(1)}):
        with pytest.raises(DomainError):
            convert(job, "invoice", office, quantities=nothing)


def test_no_more_by_editing_the_invoice_or_the_job(office):
    job = start("job", office, drafts=(TEN, CREDIT))
    first = convert(job, "invoice", office, quantities={line.id: line.quantity / 2 for line in job.lines})
    second = convert(job, "invoice", office)
    assert [line.quantity for line in second.lines] == [Decimal(5), Decimal(-1)]
    for document, position, quantity in (
        (first, 0, "5.001"),
        (second, 0, "6"),
        (first, 1, "-1.5"),
        (job, 0, "9.999"),
        (job, 1, "-1"),
        (job, 1, "2"),
    ):
        drafts = drafts_of(document)
        drafts[position] = replace(drafts[position], quantity=Decimal(quantity))
        point = db.session.begin_nested()
        with pytest.raises(DomainError) as refusal:
            content.change(db.session, document, office, drafts)
        point.rollback()
        assert refusal.value.field == f"lines-{position}-quantity"
    point = db.session.begin_nested()
    with pytest.raises(DomainError):
        content.change(db.session, job, office, drafts_of(job)[1:])
    point.rollback()
    content.change(db.session, first, office, drafts_of(first, quantity=Decimal(4)))
    content.change(db.session, second, office, [*drafts_of(second, quantity=Decimal(6)), HUNDRED])
    content.change(db.session, job, office, drafts_of(job, quantity=Decimal(11)))
    assert list(remaining(job).values()) == [Decimal(1), Decimal(0)]


@pytest.mark.parametrize("kind", ["quote", "job"])
def test_the_parts_share_the_discounts(office, kind):
    """Thirds of a line and of a discount add up to the whole: 10.00 is 3.33, 3.33 and 3.34."""
    line = LineDraft("Pose", Decimal(3), "", Decimal("40.00"), Decimal("10.00"))
    source = start(kind, office, drafts=(line,), discount=Decimal("5.00"))
    name = "job" if kind == "quote" else "invoice"
    options = {"approval": {"channel": "phone", "name": "Julie"}, "quantities": {source.lines[0].id: Decimal(1)}}
    parts = [convert(source, name, office, **options) for _ in range(3)]
    assert [(part.lines[0].discount, part.discount) for part in parts] == [
        (Decimal("3.33"), Decimal("1.67")),
        (Decimal("3.33"), Decimal("1.67")),
        (Decimal("3.34"), Decimal("1.66")),
    ]
    assert sum(part.net for part in parts) == source.net == Decimal("105.00")


def test_a_void_invoice_gives_back_lines_and_discounts(office):
    job = start("job", office, drafts=(TEN,), discount=Decimal("40.00"))
    for _ in range(2):
        invoice = convert(job, "invoice", office)
        assert (invoice.net, invoice.discount, invoice.lines[0].discount) == (
            Decimal("900.00"),
            Decimal("40.00"),
            Decimal("10.00"),
        )
        with pytest.raises(DomainError):
            convert(job, "invoice", office)
        give("issue", invoice, office)
        give("void", invoice, office, reason="Essai")


STEPS = st.lists(st.tuples(st.integers(1, 12_000), st.integers(0, 4)), min_size=1, max_size=6)


@examples(15)
@given(quantity=st.integers(1, 9_000), discount=st.integers(0, 5_000), steps=STEPS)
@undone()
def test_partial_invoices_never_take_more_than_the_job_has(office, quantity, discount, steps):
    """Whatever is asked for, and voided in between (2), what is left adds up."""
    thousandth = Decimal("0.001")
    draft = LineDraft("Main-d’œuvre", quantity * thousandth, "h", Decimal("95.00"))
    whole = draft.quantity * draft.unit_price
    job = start("job", office, drafts=(draft,), discount=min(discount * Decimal("0.01"), round(whole, 2)))
    line, live = job.lines[0], []
    for asked, what in steps:
        left = line.quantity - sum((invoice.lines[0].quantity for invoice in live), Decimal(0))
        assert remaining(job) == {line.id: left}
        if live and what == 2:
            give("issue", live[0], office)
            give("void", live.pop(0), office, reason="Essai")
        elif 0 < asked * thousandth <= left:
            live.append(convert(job, "invoice", office, quantities={line.id: asked * thousandth}))
        else:
            with pytest.raises(DomainError):
                convert(job, "invoice", office, quantities={line.id: asked * thousandth})
        assert sum((invoice.discount for invoice in live), ZERO) <= job.discount
    if remaining(job)[line.id] and job.net > ZERO and work_left(job) <= ZERO:  # its discount makes the rest free
        with pytest.raises(DomainError):
            convert(job, "invoice", office)
    else:
        if remaining(job)[line.id]:
            live.append(convert(job, "invoice", office))
        assert sum((invoice.lines[0].quantity for invoice in live), Decimal(0)) == line.quantity
        assert sum((invoice.discount for invoice in live), ZERO) == job.discount
