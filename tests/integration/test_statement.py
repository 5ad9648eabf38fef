"""The statement of account: opening, every entry, closing; the same as plain SQL over the ledger."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Date, DateTime, bindparam, select, text

from sercom.accounts import ageing, items, statement, statement_paper
from sercom.accounts.statement import View
from sercom.core import clock
from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.core.formats import ENGLISH, FRENCH
from sercom.core.money import ZERO
from sercom.entities.ledger.model import EntryKind
from sercom.models import Client, Payment
from sercom.output import paper
from tests.integration.test_ageing import FIRST, TORONTO, events, issue, put
from tests.papers import pages_of
from tests.properties import examples, undone
from tests.support import give, make_client, make_user, name_company

#: Of a client, by a day, in cents: what was billed and is not void, less every row of the ledger.
BALANCE = text(
    "SELECT COALESCE((SELECT SUM(d.total) FROM invoice i JOIN document d ON d.id = i.id WHERE d.client_id = :client "
    "AND i.status <> 'draft' AND i.issue_date <= :day AND (i.voided_at IS NULL OR i.voided_at >= :end)), 0) "
    "- COALESCE((SELECT SUM(amount) FROM payment WHERE client_id = :client AND received_on <= :day), 0)"
).bindparams(bindparam("day", type_=Date), bindparam("end", type_=DateTime))


def plain_balance(client_id: int, day: date) -> Decimal:
    """What plain SQL says is owed on ``day``, in dollars."""
    end = clock.day_bounds(day)[1].replace(tzinfo=None)
    cents = db.session.execute(BALANCE, {"client": client_id, "day": day, "end": end}).scalar_one()
    return Decimal(int(cents)).scaleb(-2)


def make(client: Client, since: date, until: date, view: View = View.PERIOD) -> statement.Statement:
    return statement.make(db.session, client, view, since, until)


def test_a_year_of_a_client_in_order(context):
    actor, client = make_user("office").actor, make_client()
    first = issue(client, actor, FIRST)
    put(first, Decimal("100.00"), FIRST + timedelta(days=10))
    issue(client, actor, FIRST + timedelta(days=20), "50.00")
    told = make(client, FIRST, FIRST + timedelta(days=30))
    assert [(entry.day.day, str(entry.amount), str(entry.balance)) for entry in told.entries] == [
        (1, "114.98", "114.98"),
        (11, "-100.00", "14.98"),
        (21, "57.49", "72.47"),
    ]
    assert (told.opening, told.closing) == (ZERO, Decimal("72.47"))
    assert told.entries[1].number == first.number
    later = make(client, FIRST + timedelta(days=11), FIRST + timedelta(days=30))
    assert (later.opening, later.closing, len(later.entries)) == (Decimal("14.98"), Decimal("72.47"), 1)


def test_a_period_without_entries_closes_as_it_opened(context):
    client = make_client()
    issue(client, make_user("office").actor, FIRST)
    told = make(client, FIRST + timedelta(days=50), FIRST + timedelta(days=60))
    assert (told.opening, told.closing, told.entries) == (Decimal("114.98"), Decimal("114.98"), [])


def test_open_items_leave_out_what_is_paid_and_end_in_the_balance(context):
    actor, client = make_user("office").actor, make_client()
    paid, part = issue(client, actor, FIRST), issue(client, actor, FIRST, "200.00", terms=0)
    put(paid, Decimal("114.98"), FIRST, kept=Decimal("5.00"))
    put(part, Decimal("29.95"), FIRST)
    told = make(client, FIRST, FIRST + timedelta(days=9), View.OPEN)
    assert [(entry.number, entry.amount, entry.late) for entry in told.entries] == [
        (part.number, Decimal("200.00"), 9),
        ("", Decimal("-5.00"), 0),
    ]
    assert told.entries[-1].balance == told.closing == Decimal("195.00")


def test_every_kind_of_the_ledger_stands_on_it(context):
    actor, client = make_user("office").actor, make_client()
    invoice = issue(client, actor, FIRST)
    paid = put(invoice, Decimal("14.98"), FIRST)
    day = FIRST + timedelta(days=40)
    interest = Payment(kind=EntryKind.INTEREST, client=client, amount=Decimal("-2.30"), received_on=day)
    back = {"method": "cash", "against": paid, "received_on": day}
    refund = Payment(kind=EntryKind.REFUND, client=client, amount=Decimal("-1.00"), **back)
    lost = Payment(kind=EntryKind.WRITE_OFF, client=client, amount=Decimal("3.00"), received_on=day)
    db.session.add_all([interest, refund, lost])
    db.session.flush()
    told = make(client, FIRST, day)
    kinds = [EntryKind.PAYMENT, EntryKind.INTEREST, EntryKind.REFUND, EntryKind.WRITE_OFF]
    labels = {str(entry.label) for entry in told.entries if entry.payment_id}
    assert labels == {str(kind.told) for kind in kinds}
    assert str(EntryKind.WRITE_OFF.label) not in labels, "a client's debt is not called bad"
    billed, money, credited, other = (amount for _label, amount in told.sums)
    assert (money, credited, other) == (Decimal("-13.98"), ZERO, Decimal("-0.70"))
    assert told.opening + billed + money + credited + other == told.closing
    assert told.closing == told.aged.balance == Decimal("100.30")


def test_a_period_that_ends_before_it_begins_is_refused_beside_its_field(context):
    with pytest.raises(DomainError) as refused:
        make(make_client(), FIRST, FIRST - timedelta(days=1))
    assert refused.value.field == "since"


def test_more_than_a_reader_takes_is_refused_with_a_way_out(context, monkeypatch):
    monkeypatch.setattr(statement, "MAX_ENTRIES", 2)
    actor, client = make_user("office").actor, make_client()
    for after in range(3):
        issue(client, actor, FIRST + timedelta(days=after))
    for view in View:
        with pytest.raises(DomainError, match="2"):
            make(client, FIRST, FIRST + timedelta(days=9), view)


@examples(25)
@given(events, st.integers(0, 300), st.integers(0, 300))
@undone()
def test_any_history_closes_where_plain_sql_says(context, history, one, other):
    actor, client = make_user("office").actor, make_client()
    last = None
    for what, after, amount, terms in sorted(history, key=lambda row: row[1]):
        day = FIRST + timedelta(days=after)
        if what == "issue" or last is None:
            last = issue(client, actor, day, str(amount), terms)
        elif what == "pay":
            part = min(amount, last.balance)
            put(last, part, day, kept=amount - part)
        elif not last.paid and last.status.value == "issued":
            with clock.at(datetime(day.year, day.month, day.day, 23, 59, tzinfo=TORONTO)):
                give("void", last, actor, reason="Essai.")
                db.session.flush()
    since, until = (FIRST + timedelta(days=days) for days in sorted((one, other)))
    told = make(client, since, until)
    assert told.opening == plain_balance(client.id, since - timedelta(days=1))
    assert told.closing == told.aged.balance == plain_balance(client.id, until)
    assert told.closing == told.opening + sum((entry.amount for entry in told.entries), ZERO)
    listed = make(client, since, until, View.OPEN)
    assert told.closing == (listed.entries[-1].balance if listed.entries else ZERO)


def test_the_demo_company_agrees_everywhere(demo):
    """Each client, on the last day of each of eight months: statement, ageing, lists and plain SQL, to the cent."""
    clients = db.session.scalars(select(Client)).all()
    first = demo.now.date().replace(day=1)
    for _month in range(8):
        day, first = first - timedelta(days=1), (first - timedelta(days=1)).replace(day=1)
        aged = {row.client_id: row for row in ageing.all_clients(db.session, day)}
        assert ageing.ageing(db.session, day).total.balance == sum((row.balance for row in aged.values()), ZERO)
        for client in clients:
            told = make(client, first, day)
            owed = aged[client.id].balance if client.id in aged else ZERO
            assert told.opening == plain_balance(client.id, first - timedelta(days=1))
            assert told.closing == owed == plain_balance(client.id, day)
        for bucket in ageing.Bucket:
            rows = items.open_invoices(db.session, day, bucket=bucket, limit=1000)
            total = sum((row.balance for row in rows), ZERO)
            assert total == sum((dict(row.by_bucket)[bucket] for row in aged.values()), ZERO)
        credit = sum((row.rest for row in items.unapplied(db.session, day, limit=1000)), ZERO)
        assert credit == sum((row.credit for row in aged.values()), ZERO)


@pytest.mark.parametrize("language", [FRENCH, ENGLISH])
@pytest.mark.parametrize("view", View)
def test_the_paper_shows_the_licence_how_to_pay_and_every_entry(context, view, language):
    name_company(interac_email="paiements@boreale.example", interest_percent=Decimal(2))
    actor, client = make_user("office").actor, make_client("Hélène <b>&</b> fils")
    invoices = [issue(client, actor, FIRST + timedelta(days=after), "1234.56") for after in range(40)]
    put(invoices[0], Decimal("100.00"), FIRST, kept=Decimal(7))
    told = make(client, FIRST, FIRST + timedelta(days=60), view)
    html = paper.to_html(statement_paper.snapshot_of(db.session, told), language)
    pages = pages_of(paper.to_pdf(html, max_seconds=300))
    written = " ".join(pages)
    assert len(pages) > 1
    for part in ("5678-1234-01", "paiements@boreale.example", "Hélène <b>&</b> fils", *(i.number for i in invoices)):
        assert part in written, part
    assert f"{len(pages)}" in pages[-1]
    for money in (told.closing, told.aged.overdue):
        figures = f"{money:,.2f}".replace(",", " ").replace(".", ",") if language == FRENCH else f"{money:,.2f}"
        assert figures in written.replace("\u00a0", " ")
