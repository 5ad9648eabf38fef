"""The tax summary: equal to plain SQL and to the documents themselves, on the demo company and on what is rare."""

from __future__ import annotations

import secrets
from collections import defaultdict
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import select, text

from sercom.core import clock
from sercom.core.base import db
from sercom.core.money import CENT, ZERO, TaxStatus
from sercom.entities.company.model import get_company
from sercom.entities.documents.line import DocumentTax, Line, LineDraft
from sercom.entities.invoices.model import InvoiceStatus
from sercom.entities.ledger.model import Allocation, EntryKind, Payment
from sercom.entities.sites.model import Province
from sercom.models import CreditNote, Invoice
from sercom.reports import sales, taxes
from sercom.reports.period import Period, Shortcut, first_of_month, of_shortcut
from sercom.reports.taxes import Sort
from tests.integration.conftest import Demo
from tests.properties import examples, undone
from tests.rows import plan
from tests.support import HUNDRED, ago, convert, give, make_client, make_user, start


def months_of(now: Any) -> list[Period]:
    """The demo's months, and all of them together."""
    today = now.date()
    firsts = [first_of_month(today, -back) for back in range(9)]
    found = [Period(first, first_of_month(first, 1) - timedelta(days=1)) for first in firsts]
    return [*found, Period(firsts[-1], found[0].last)]


def of_documents(period: Period) -> tuple[dict[tuple[str, Decimal], Decimal], dict[str, Decimal], Decimal]:
    """Bases and taxes by code, and the net, added up in Python from the documents as they were loaded."""
    counted: list[tuple[int, Any]] = []
    for invoice in db.session.scalars(select(Invoice).where(Invoice.status != InvoiceStatus.DRAFT)):
        issued = invoice.issue_date
        voided = clock.to_company(invoice.voided_at).date() if invoice.voided_at else None
        if voided and (voided.year, voided.month) == (issued.year, issued.month) and issued >= period.first:
            continue
        if period.first <= issued <= period.last:
            counted.append((1, invoice))
        if voided and period.first <= voided <= period.last:
            counted.append((-1, invoice))
    counted += [
        (-1, note) for note in db.session.scalars(select(CreditNote)) if period.first <= note.issue_date <= period.last
    ]
    bases: dict[Any, Decimal] = defaultdict(lambda: ZERO)
    amounts: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for sign, document in counted:
        for tax in document.taxes:
            bases[tax.code, tax.percent] += sign * tax.base
            amounts[tax.code] += sign * tax.amount
    return bases, amounts, sum((sign * document.net for sign, document in counted), ZERO)


PLAIN = text("""
    SELECT t.code, SUM(t.base) AS base, SUM(t.amount) AS amount
    FROM invoice i JOIN document_tax t ON t.document_id = i.id
    WHERE i.status = 'issued' AND i.issue_date BETWEEN :first AND :last GROUP BY t.code
""")
PLAIN_NOTES = text("""
    SELECT t.code, SUM(t.base) AS base, SUM(t.amount) AS amount
    FROM credit_note n JOIN document_tax t ON t.document_id = n.id
    WHERE n.issue_date BETWEEN :first AND :last GROUP BY t.code
""")


def of_plain_sql(period: Period) -> dict[str, tuple[Decimal, Decimal]]:
    """What a person at the database's prompt would find, where nothing was voided later."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for sign, statement in ((1, PLAIN), (-1, PLAIN_NOTES)):
        days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
        if db.engine.dialect.name == "postgresql":
            days = {"first": period.first, "last": period.last}  # type: ignore[dict-item]
        for code, base, amount in db.session.execute(statement, days):
            known = found.get(code, (ZERO, ZERO))
            found[code] = (known[0] + sign * int(base) * CENT, known[1] + sign * int(amount) * CENT)
    return found


def test_each_month_of_the_demo_agrees_to_the_cent_three_ways(demo: Demo):
    seen = 0
    for period in months_of(demo.now):
        summary = taxes.summarise(db.session, period)
        bases, amounts, net = of_documents(period)
        assert {(line.code, line.percent): line.base for line in summary.taxes} == dict(bases)
        assert {code: summary.of(code) for code in amounts} == dict(amounts)
        assert summary.net == net == sales.add_up(db.session, period).total
        voided = db.session.scalars(select(Invoice.id).where(Invoice.status == InvoiceStatus.VOID)).all()
        if not voided:
            plain = of_plain_sql(period)
            assert {code: amount for code, (_base, amount) in plain.items()} == dict(amounts)
        seen += len(summary.taxes)
    assert seen


# --- what is rare ---------------------------------------------------------------------------------


def this_year() -> Period:
    """The year that holds today."""
    return of_shortcut(Shortcut.THIS_YEAR, clock.today())


def line(price: str, status: TaxStatus = TaxStatus.TAXABLE) -> LineDraft:
    """One thing at a price."""
    return LineDraft("x", unit_price=Decimal(price), tax_status=status)


def issued(actor: Any, *drafts: LineDraft, client: Any = None, days_ago: int = 0, **columns: Any) -> Invoice:
    """An issued invoice."""
    with clock.at(ago(days_ago)):
        invoice: Invoice = start("invoice", actor, client, drafts=drafts or (HUNDRED,), **columns)
        give("issue", invoice, actor)
        db.session.flush()
    return invoice


def credited(invoice: Invoice, on: date) -> CreditNote:
    """A credit note of the whole invoice, as its database rows."""
    note = CreditNote(
        case=invoice.case,
        client=invoice.client,
        number=f"NC-{invoice.id}",
        title="x",
        invoice=invoice,
        issue_date=on,
        issued_at=clock.utcnow(),
        reason="x",
        token=secrets.token_hex(8),
        **{name: getattr(invoice, name) for name in ("net", "tax", "total", "discount")},
    )
    note.lines = [
        Line(
            description=each.description,
            quantity=each.quantity,
            unit_price=each.unit_price,
            tax_status=each.tax_status,
            position=each.position,
        )
        for each in invoice.lines
    ]
    note.taxes = [
        DocumentTax(code=tax.code, position=tax.position, percent=tax.percent, base=tax.base, amount=tax.amount)
        for tax in invoice.taxes
    ]
    db.session.add(note)
    db.session.flush()
    return note


def by_sort() -> dict[str, str]:
    """Sales of the year that are not nothing."""
    sales_of = taxes.summarise(db.session, this_year()).sales
    return {sort.value: str(amount) for sort, amount in sales_of.items() if amount}


ZERO_RATED, EXEMPT = TaxStatus.ZERO_RATED, TaxStatus.EXEMPT
#: Lines and the document's discount → net sales by sort.
SORTS = [
    ([line("100")], "0", {"taxed": "100.00"}),
    ([line("100"), line("50", ZERO_RATED)], "0", {"taxed": "100.00", "zero_rated": "50.00"}),
    ([line("100"), line("50", EXEMPT)], "15", {"taxed": "90.00", "exempt": "45.00"}),
    (
        [line("33.33"), line("33.33", ZERO_RATED), line("33.34", EXEMPT)],
        "10",
        {"taxed": "30.00", "zero_rated": "30.00", "exempt": "30.00"},
    ),
    ([line("0.05"), line("0.05", EXEMPT)], "0.01", {"taxed": "0.05", "exempt": "0.04"}),
    ([line("50", EXEMPT)], "0", {"exempt": "50.00"}),
    (
        [line("100"), line("10", ZERO_RATED), line("-10", EXEMPT)],
        "0",
        {"taxed": "100.00", "zero_rated": "10.00", "exempt": "-10.00"},
    ),
]


@pytest.mark.parametrize(("drafts", "discount", "told"), SORTS)
def test_sales_by_sort(context: Flask, drafts: list[LineDraft], discount: str, told: dict[str, str]):
    issued(make_user("office").actor, *drafts, discount=Decimal(discount))
    assert by_sort() == told


def test_a_company_that_is_not_registered_sells_without_tax(context: Flask):
    get_company(db.session).taxes_registered = False
    issued(make_user("office").actor, line("100"), line("50", EXEMPT))
    assert by_sort() == {"untaxed": "100.00", "exempt": "50.00"}
    assert taxes.summarise(db.session, this_year()).taxes == []


def test_rates_of_provinces_stand_apart(context: Flask):
    actor = make_user("office").actor
    issued(actor)
    for province in (Province.ON, Province.NB):
        issued(actor, client=make_client(province=province))
    summary = taxes.summarise(db.session, this_year())
    assert [(each.code, str(each.percent), str(each.amount)) for each in summary.taxes] == [
        *(("GST", "5.000", "5.00"), ("QST", "9.975", "9.98"), ("HST", "15.000", "15.00"), ("HST", "13.000", "13.00"))
    ]
    assert summary.of("GST", "HST") == Decimal("33.00")


def test_a_credit_note_is_deducted_on_its_own_day(context: Flask):
    actor = make_user("office").actor
    invoice = issued(actor, line("100"), line("50", EXEMPT), days_ago=70)
    credited(invoice, clock.today())
    then = Period(invoice.issue_date, invoice.issue_date)  # type: ignore[arg-type]
    now = Period(clock.today(), clock.today())
    assert taxes.summarise(db.session, then).of("QST") == Decimal("9.98")
    after = taxes.summarise(db.session, now)
    assert (after.of("GST"), after.of("QST"), after.net) == (Decimal("-5.00"), Decimal("-9.98"), Decimal("-150.00"))
    assert (after.sales[Sort.TAXED], after.sales[Sort.EXEMPT]) == (Decimal("-100.00"), Decimal("-50.00"))
    both = taxes.summarise(db.session, Period(then.first, now.last))
    assert (both.net, both.of("GST")) == (ZERO, ZERO)


def test_a_void_of_the_same_month_is_not_counted_and_a_later_one_is_deducted(context: Flask):
    actor = make_user("office").actor
    with clock.at(clock.from_company(date(2026, 3, 31), time(12))):
        same, later = issued(actor), issued(actor, line("200"))
    for moment, invoice in ((time(23, 30), same), (None, later)):
        day = date(2026, 3, 31) if moment else date(2026, 4, 1)
        with clock.at(clock.from_company(day, moment or time(0, 30))):
            give("void", invoice, actor, reason="x")
            db.session.flush()
    march, april = (
        Period(date(2026, 3, 1), date(2026, 3, 31)),
        Period(date(2026, 4, 1), date(2026, 4, 30)),
    )
    whole = Period(march.first, april.last)
    nets = [taxes.summarise(db.session, period).net for period in (march, april, whole)]
    assert nets == [Decimal("200.00"), Decimal("-200.00"), ZERO]
    assert [share.amount for share in sales.add_up(db.session, whole).months] == nets[:2]


@pytest.mark.parametrize(("paid", "gst", "qst"), [("114.98", "5.00", "9.98"), ("50.00", "2.17", "4.34")])
def test_bad_debts_hold_their_part_of_the_taxes(context: Flask, paid: str, gst: str, qst: str):
    """Of a total of $114.98: 50 × 5.00 / 114.98 = 2.174, 50 × 9.98 / 114.98 = 4.340."""
    invoice = issued(make_user("office").actor)
    common = {"client": invoice.client, "received_on": clock.today()}
    lost = Payment(kind=EntryKind.WRITE_OFF, amount=Decimal(paid), **common)
    back = Payment(kind=EntryKind.RECOVERY, amount=-Decimal(paid), against=lost, **common)
    for row in (lost, back):
        db.session.add(Allocation(payment=row, invoice=invoice, amount=row.amount, dated=clock.today()))
    db.session.flush()
    summary = taxes.summarise(db.session, this_year())
    told = {"GST": Decimal(gst), "QST": Decimal(qst)}
    assert summary.bad_debts == summary.recovered == told
    for which in ("lost", "recovered"):
        listing = taxes.listing(this_year(), {"debts": which, "tax": "QST"})
        assert listing is not None
        assert listing.totals(db.session) == (1, {"tax": Decimal(qst)})


@examples(20)
@given(
    st.lists(
        st.tuples(st.integers(-5000, 90000), st.sampled_from(list(TaxStatus))),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 100),
)
@undone()
def test_sorts_add_up_to_the_net_and_the_base(context: Flask, cents: list[tuple[int, TaxStatus]], share: int):
    whole = sum(amount for amount, _status in cents)
    assume(whole > 0)
    assume(sum(amount for amount, status in cents if status is TaxStatus.TAXABLE) >= 0)  # taxes of less than nothing
    before = taxes.summarise(db.session, this_year())
    drafts = [line(str(Decimal(amount) * CENT), status) for amount, status in cents]
    invoice = start("invoice", make_user("office").actor, drafts=drafts, discount=Decimal(whole * share // 100) * CENT)
    invoice.issue(make_user("office").actor, confirm=True)
    db.session.flush()
    after = taxes.summarise(db.session, this_year())
    base = invoice.taxes[0].base
    assert after.net - before.net == invoice.net
    assert after.sales[Sort.TAXED] - before.sales[Sort.TAXED] == base
    assert after.sales[Sort.UNTAXED] == before.sales[Sort.UNTAXED]


def test_shares_of_technicians_lose_no_cent(context: Flask):
    office = make_user("office")
    people = [make_user("technician", name=name) for name in ("Ana", "Bob", "Cid")]
    job = start("job", office.actor, drafts=(line("100"),))
    for person in people:
        visit = plan(job.add_visit(office.actor), office, person=person)
        give("start", visit, person.actor)
        give("finish", visit, person.actor)
    give("cancel", job.case.visits[0], office.actor)
    give("issue", convert(job, "invoice", office.actor), office.actor)
    issued(office.actor, line("7"))
    db.session.flush()
    found = sales.add_up(db.session, this_year()).technicians
    assert [(share.name, str(share.amount)) for share in found] == [
        *(("Ana", "33.34"), ("Bob", "33.33"), ("Cid", "33.33"), ("", "7.00"))
    ]
