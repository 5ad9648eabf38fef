"""Whatever is done with several clients, cases and periods, ledger, ageing, statement and tax summary agree."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from sercom.accounts import ageing, items, statement
from sercom.core.base import db
from sercom.core.clock import today
from sercom.core.errors import DomainError
from sercom.core.money import ZERO
from sercom.entities.company.model import get_company
from sercom.entities.credits.left import left_of
from sercom.entities.jobs import billing
from sercom.entities.ledger import book
from sercom.models import Client, CreditNote, Invoice, Job, Payment
from sercom.reports import taxes
from sercom.reports.period import Period
from sercom.workflow import credit as money_held
from sercom.workflow import keeping, merging, payments, unmerging
from tests.integration.test_billing import bill
from tests.integration.test_ledger_property import AMOUNTS, undone
from tests.ledger import backdated, check_books, close, receive, received
from tests.support import convert, credit, give, make_client, make_user, start

VERBS = (
    *("pay", "receive", "use", "deposit", "release", "refund", "back", "off", "recover", "interest", "void"),
    *("note", "part", "bill", "together", "issue", "keep", "merge", "unmerge", "close"),
)
STEPS = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 9), AMOUNTS), min_size=8, max_size=14)
LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def office(context):
    company = get_company(db.session)
    company.interest_percent, company.early_percent, company.early_days = Decimal(2), Decimal(2), 10
    return make_user("office").actor


def half(invoice: Invoice) -> dict[int, Decimal]:
    """Half of what is left of each line."""
    return {key: (left / 2).quantize(Decimal("0.001")) for key, left in left_of(invoice).quantities.items()}


class Company:
    """Two clients, each with an overdue invoice and one of today, and two jobs with a holdback."""

    def __init__(self, actor: Any) -> None:
        self.actor = actor
        self.clients = [make_client(), make_client("Paul", street="2, rue Deux")]
        self.clients[1].sites[0].street = "2, rue Deux"
        for client in self.clients:
            backdated(start("invoice", actor, client), actor, 45)
            give("issue", start("invoice", actor, client), actor)
            for _ in range(2):
                start("job", actor, client, holdback_percent=Decimal(10))

    def all(self, model: type[Any]) -> list[Any]:
        return list(db.session.scalars(select(model).order_by(model.id)))

    def step(self, verb: str, which: int, amount: str) -> None:
        """Try one verb; what is refused leaves everything as it was."""
        invoices, jobs, rows = self.all(Invoice), self.all(Job), self.all(Payment)
        invoice, job = invoices[which % len(invoices)], jobs[which % len(jobs)]
        row = rows[-1 - which % len(rows)] if rows else None
        client, other = self.clients[:: 1 if which % 2 else -1]
        actor, day = self.actor, today() - timedelta(days=which)
        money = {"amount": Decimal(amount), "method": "cheque", "received_on": day}
        drafts = [each for each in invoices if each.is_editable] or [invoice]
        beside = [each for each in jobs if each.client_id == job.client_id and each is not job]
        acts: dict[str, Callable[[], Any]] = {
            "pay": lambda: give("record_payment", invoice, actor, confirm=True, **money),
            "receive": lambda: receive(client, actor, amount, confirm=True),
            "use": lambda: give("use_credit", invoice, actor),
            "deposit": lambda: give("record_deposit", job, actor, **money),
            "issue": lambda: give("issue", drafts[which % len(drafts)], actor),
            "off": lambda: give("write_off", invoice, actor, received_on=day, reason="Faillite"),
            "recover": lambda: give("recover", invoice, actor),
            "interest": lambda: give("charge_interest", invoice, actor, confirm=True),
            "void": lambda: give("void", invoice, actor, reason="Essai"),
            "note": lambda: credit(invoice, actor),
            "part": lambda: credit(
                invoice, actor, quantities={k: q / 2 for k, q in left_of(invoice).quantities.items()}
            ),
            "bill": lambda: bill(job, actor, "percent", "40") if which % 2 else bill(job, actor, "all"),
            "together": lambda: convert(job, "invoice", actor, others=beside[:1]),
            "close": lambda: close(today() - timedelta(days=1 + which)),
            "merge": lambda: merging.merge(db.session, client.id, other.id, actor),
            "unmerge": lambda: [
                unmerging.undo(db.session, made, actor) for made in unmerging.merges_of(db.session, client)
            ],
        }
        if row is not None:
            back = min(Decimal(amount), row.rest or Decimal(amount))
            on = row.allocations[0].invoice if row.allocations else invoice
            acts |= {
                "release": lambda: money_held.release(db.session, on, row, actor),
                "refund": lambda: payments.refund(db.session, row, actor, received(str(back))),
                "back": lambda: payments.take_back(db.session, row, actor),
                "keep": lambda: keeping.keep(db.session, row, actor),
            }
        point = db.session.begin_nested()
        try:
            acts.get(verb, lambda: None)()
            db.session.flush()
            point.commit()
        except DomainError:
            point.rollback()
        db.session.expire_all()


def check_agreement(clients: list[Client]) -> None:
    """Each client's balance is the same wherever it is told, and so are all taxes."""
    told = ageing.ageing(db.session, today())
    whole = ZERO
    for client in clients:
        balance = statement.balance_on(db.session, client.id, today())
        aged = ageing.of_client(db.session, client.id, today())
        assert aged.balance == balance
        assert all(amount >= ZERO for amount in (*aged.amounts, aged.credit)), "no client is owed on an invoice"
        period = statement.make(db.session, client, statement.View.PERIOD, LONG_AGO, today())
        assert (period.opening, period.closing) == (ZERO, balance)
        assert sum((amount for _label, amount in period.sums), ZERO) == balance
        rests = items.unapplied(db.session, today(), client_id=client.id, limit=1000)
        credit_left = sum((row.rest for row in rests), ZERO)
        assert credit_left == aged.credit
        assert sum((row.rest for row in book.open_credits(db.session, client.id)), ZERO) == credit_left
        whole += balance
    assert told.total.balance == whole
    summary = taxes.summarise(db.session, Period(LONG_AGO, today()))
    invoices = [i for i in db.session.scalars(select(Invoice)) if i.status.value == "issued"]
    notes = list(db.session.scalars(select(CreditNote)))
    assert summary.net == sum((i.net for i in invoices), ZERO) - sum((n.net for n in notes), ZERO)
    owed = sum((i.tax for i in invoices), ZERO) - sum((n.tax for n in notes), ZERO)
    assert summary.of("GST", "QST") == owed
    lost = summary.within(summary.bad_debts, "GST", "QST") - summary.within(summary.recovered, "GST", "QST")
    assert ZERO <= lost <= sum((i.tax for i in invoices), ZERO) + Decimal("0.05"), "more tax lost than charged"
    for job in db.session.scalars(select(Job)):
        stands = billing.billing_of(job)
        assert ZERO <= stands.invoiced + stands.held <= job.net
        assert ZERO <= stands.paid <= max(stands.invoiced, ZERO)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_ledger_statement_ageing_and_taxes_agree(office, steps):
    with undone():
        company = Company(office)
        for step in steps:
            company.step(*step)
        check_books()
        check_agreement(company.clients)
