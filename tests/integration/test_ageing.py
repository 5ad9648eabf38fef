"""Ageing: what is owed on any day agrees with the ledger, invoice by invoice, on both databases."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from sercom.accounts import ageing
from sercom.accounts.ageing import Bucket
from sercom.core import clock
from sercom.core.base import db
from sercom.core.money import ZERO
from sercom.entities.documents.line import LineDraft
from sercom.models import Allocation, Client, Invoice, Payment
from tests.properties import examples, undone
from tests.support import give, make_client, make_user, start

NOON = time(12)
TORONTO = ZoneInfo("America/Toronto")
FIRST = date(2026, 3, 1)


def on(day: date) -> Any:
    """The middle of that day."""
    return clock.at(datetime.combine(day, NOON, TORONTO))


def issue(client: Client, actor: Any, day: date, price: str = "100.00", terms: int = 30) -> Invoice:
    """An invoice issued on ``day``, in the open session."""
    with on(day):
        draft = LineDraft("Travaux", Decimal(1), "h", Decimal(price))
        invoice = start("invoice", actor, client, (draft,))
        invoice.terms_days = terms
        give("issue", invoice, actor, confirm=True)
        db.session.flush()
    return invoice


def put(invoice: Invoice, amount: Decimal, day: date, *, kept: Decimal = ZERO) -> Payment:
    """A payment of ``amount`` on the invoice, and ``kept`` beside as credit, in the open session."""
    payment = Payment(client=invoice.client, amount=amount + kept, method="cash", received_on=day)
    db.session.add(payment)
    if amount:
        invoice.allocations.append(Allocation(payment=payment, amount=amount, dated=day))
    db.session.flush()
    return payment


@pytest.mark.parametrize(
    ("late", "bucket"),
    [
        (-5, Bucket.NOT_DUE),
        (0, Bucket.NOT_DUE),
        (1, Bucket.TO_30),
        (30, Bucket.TO_30),
        (31, Bucket.TO_60),
        (60, Bucket.TO_60),
        (61, Bucket.TO_90),
        (90, Bucket.TO_90),
        (91, Bucket.BEYOND),
        (400, Bucket.BEYOND),
    ],
)
def test_an_invoice_stands_in_the_bucket_of_its_days_past_due(context, late, bucket):
    actor, client = make_user("office").actor, make_client()
    issue(client, actor, FIRST, terms=10)
    found = ageing.of_client(db.session, client.id, FIRST + timedelta(days=10 + late))
    assert dict(found.by_bucket) == dict.fromkeys(Bucket, ZERO) | {bucket: Decimal("114.98")}
    assert found.balance == Decimal("114.98")


def test_a_day_knows_nothing_of_what_came_after(context):
    actor, client = make_user("office").actor, make_client()
    invoice = issue(client, actor, FIRST)
    put(invoice, Decimal("14.98"), FIRST + timedelta(days=5))
    assert ageing.of_client(db.session, client.id, FIRST - timedelta(days=1)) == ageing.NOTHING
    assert ageing.of_client(db.session, client.id, FIRST + timedelta(days=4)).balance == Decimal("114.98")
    assert ageing.of_client(db.session, client.id, FIRST + timedelta(days=5)).balance == Decimal("100.00")


def test_a_void_invoice_counts_until_the_day_it_was_voided(context):
    actor, client = make_user("office").actor, make_client()
    invoice = issue(client, actor, FIRST)
    with clock.at(datetime(2026, 3, 3, 23, 30, tzinfo=TORONTO)):  # the fourth already in UTC
        give("void", invoice, actor, reason="Deux fois.")
        db.session.flush()
    assert ageing.of_client(db.session, client.id, date(2026, 3, 2)).balance == Decimal("114.98")
    assert ageing.of_client(db.session, client.id, date(2026, 3, 3)) == ageing.NOTHING


def test_credit_stands_beside_what_is_open(context):
    actor, client = make_user("office").actor, make_client()
    first, _second = issue(client, actor, FIRST), issue(client, actor, FIRST, "200.00")
    put(first, Decimal("114.98"), FIRST, kept=Decimal("50.00"))
    found = ageing.of_client(db.session, client.id, FIRST)
    assert (found.amounts[0], found.credit, found.balance) == (
        Decimal("229.95"),
        Decimal("50.00"),
        Decimal("179.95"),
    )


def test_a_draft_is_owed_by_nobody(context):
    client = make_client()
    start("invoice", make_user("office").actor, client)
    db.session.flush()
    assert ageing.of_client(db.session, client.id, FIRST + timedelta(days=3650)) == ageing.NOTHING


def test_pages_hold_every_client_once_and_the_same_totals(context):
    actor = make_user("office").actor
    for number in range(7):
        issue(make_client(f"Client {number}"), actor, FIRST, f"{number + 1}.00")
    pages = [ageing.ageing(db.session, FIRST, limit=3, offset=offset) for offset in (0, 3, 6)]
    names = [row.name for page in pages for row in page.rows]
    assert names == [f"Client {number}" for number in range(7)]
    assert {(page.clients, page.total) for page in pages} == {(7, pages[0].total)}
    assert pages[0].total.balance == sum((row.balance for page in pages for row in page.rows), ZERO)


def test_it_is_one_statement_whatever_the_size(world):
    with world.app.app_context():
        actor = make_user("office").actor
        for number in range(5):
            issue(make_client(f"Client {number}"), actor, FIRST)
        with world.counting() as statements:
            ageing.ageing(db.session, FIRST)
        assert len([text for text in statements if text.startswith(("SELECT", "WITH"))]) == 1
        db.session.rollback()


def by_hand(client_id: int, day: date) -> ageing.Aged:
    """The same from the rows themselves, one by one."""
    amounts, placed = dict.fromkeys(Bucket, ZERO), ZERO
    for invoice in db.session.scalars(select(Invoice).where(Invoice.client_id == client_id)):
        void = invoice.voided_at is not None and clock.to_company(invoice.voided_at).date() <= day
        if invoice.issue_date is None or invoice.issue_date > day or void:
            continue
        put_on = sum((part.amount for part in invoice.allocations if part.dated <= day), ZERO)
        late = (day - invoice.due_date).days
        steps = zip(Bucket, (0, 30, 60, 90, 10**6), strict=True)
        amounts[next(bucket for bucket, most in steps if late <= most)] += invoice.total - put_on
        placed += put_on
    rows = db.session.scalars(select(Payment).where(Payment.client_id == client_id, Payment.received_on <= day))
    return ageing.Aged(tuple(amounts.values()), sum((row.amount for row in rows), ZERO) - placed)


cents = st.integers(1, 40_000).map(lambda number: Decimal(number).scaleb(-2))
events = st.lists(
    st.tuples(st.sampled_from(["issue", "issue", "pay", "void"]), st.integers(0, 200), cents, st.integers(0, 60)),
    min_size=1,
    max_size=10,
)


@examples(25)
@given(events, st.lists(st.integers(0, 400), min_size=1, max_size=4))
@undone()
def test_any_history_agrees_with_the_rows_one_by_one(context, history, days):
    actor, client = make_user("office").actor, make_client()
    invoices: list[Invoice] = []
    for what, after, amount, terms in sorted(history, key=lambda row: row[1]):
        day = FIRST + timedelta(days=after)
        if what == "issue" or not invoices:
            invoices.append(issue(client, actor, day, str(amount), terms))
        elif what == "pay":
            part = min(amount, invoices[-1].balance)
            if amount:
                put(invoices[-1], part, day, kept=amount - part)
        elif not invoices[-1].paid and invoices[-1].status.value == "issued":
            with on(day):
                give("void", invoices[-1], actor, reason="Essai.")
                db.session.flush()
    for after in days:
        day = FIRST + timedelta(days=after)
        found, expected = ageing.of_client(db.session, client.id, day), by_hand(client.id, day)
        assert (found.amounts, found.credit) == (expected.amounts, expected.credit)
        owed = sum((row.balance for row in ageing.all_clients(db.session, day) if row.client_id == client.id), ZERO)
        assert owed == expected.balance
