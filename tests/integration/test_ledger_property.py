"""Whatever is done in whatever order, the books add up."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from sercom.core.base import db
from sercom.core.clock import today
from sercom.core.errors import DomainError
from sercom.core.money import ZERO
from sercom.entities.company.model import get_company
from sercom.entities.ledger.model import CREDITS, Method
from sercom.models import Invoice, Payment
from sercom.workflow import credit, payments
from sercom.workflow.splitting import split
from tests.ledger import backdated, check_books, receive, received
from tests.properties import examples, undone
from tests.support import convert, give, make_client, make_user, start

CENT = Decimal("0.01")
AMOUNTS = st.sampled_from(("0.01", "14.98", "112.68", "112.70", "114.95", "114.98", "115.00", "229.96", "300.00"))
VERBS = (
    "pay",
    "receive",
    "credit",
    "deposit",
    "issue",
    "release",
    "refund",
    "back",
    "off",
    "recover",
    "interest",
    "void",
)
STEPS = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 9), AMOUNTS, st.sampled_from(("cash", "cheque"))),
    min_size=10,
    max_size=16,
)


@pytest.fixture
def office(context):
    company = get_company(db.session)
    company.interest_percent, company.early_percent, company.early_days = Decimal(2), Decimal(2), 10
    return make_user("office").actor


class Books:
    """A client with two overdue invoices, one of today and a job whose invoice is a draft."""

    def __init__(self, actor: Any) -> None:
        self.actor, self.client = actor, make_client()
        old = [start("invoice", actor, self.client) for _ in range(2)]
        self.invoices = [backdated(invoice, actor, 45) for invoice in old]
        self.job = start("job", actor, self.client)
        self.invoices += [start("invoice", actor, self.client), convert(self.job, "invoice", actor)]
        give("issue", self.invoices[2], actor)

    def step(self, verb: str, which: int, amount: str, method: str) -> None:
        """Try one verb; what is refused leaves the books as they were."""
        invoice = self.invoices[which % len(self.invoices)]
        rows = db.session.scalars(select(Payment).where(Payment.client_id == self.client.id)).all()
        able: dict[str, Callable[[Payment], Any]] = {
            "refund": lambda row: row.kind in CREDITS and row.rest,
            "back": lambda row: payments.refuse_correction(row) is None,
            "release": lambda row: row.on(invoice) > ZERO,
        }
        # Mostly what may be done, so that a story goes on; now and then what may not.
        fit = [row for row in rows if which and verb in able and able[verb](row)] or rows
        row = fit[-1 - which % len(fit)] if fit else None
        back = min(Decimal(amount), row.rest or Decimal(amount)) if row else ZERO
        money = {"amount": Decimal(amount), "method": Method(method), "received_on": today() - timedelta(days=which)}
        acts: dict[str, Callable[[], Any]] = {
            "pay": lambda: give("record_payment", invoice, self.actor, confirm=True, **money),
            "receive": lambda: receive(self.client, self.actor, amount, method=Method(method), confirm=True),
            "credit": lambda: give("use_credit", invoice, self.actor),
            "deposit": lambda: give("record_deposit", self.job, self.actor, **money),
            "issue": lambda: give("issue", self.invoices[3], self.actor),
            "off": lambda: give("write_off", invoice, self.actor, received_on=today(), reason="Faillite"),
            "recover": lambda: give("recover", invoice, self.actor),
            "interest": lambda: give("charge_interest", invoice, self.actor, confirm=True),
            "void": lambda: give("void", invoice, self.actor, reason="Essai"),
            "release": lambda: row and credit.release(db.session, invoice, row, self.actor),
            "refund": lambda: row and payments.refund(db.session, row, self.actor, received(str(back), Method(method))),
            "back": lambda: row and payments.take_back(db.session, row, self.actor),
        }
        point = db.session.begin_nested()
        try:
            acts[verb]()
            point.commit()
        except DomainError:
            point.rollback()


@examples(20)
@given(steps=STEPS)
def test_the_books_add_up(office, steps):
    with undone():
        books = Books(office)
        for step in steps:
            books.step(*step)
            check_books()


@examples(60)
@given(amount=st.integers(1, 60_000), cash=st.booleans(), typed=st.lists(st.integers(0, 11_498), max_size=3))
def test_a_split_never_gives_more_than_there_is(office, amount, cash, typed):
    with undone():
        client = make_client()
        invoices = [start("invoice", office, client) for _ in range(3)]
        for invoice in invoices:
            give("issue", invoice, office)
        wanted: list[tuple[Invoice, Decimal | None]] = [(invoice, None) for invoice in invoices]
        if typed:
            wanted = [(invoice, cents * CENT) for invoice, cents in zip(invoices, typed, strict=False)]
        total = amount * CENT
        try:
            parts = split(total, wanted, today(), cash=cash)
        except DomainError:
            assert sum((share or ZERO for _invoice, share in wanted), ZERO) > total
        else:
            assert sum((part.put for part in parts), ZERO) <= total
            for part in parts:
                assert ZERO < part.put + part.discount + part.rounding <= part.invoice.balance
                assert abs(part.rounding) <= 2 * CENT
            assert sum(1 for part in parts if part.rounding) <= 1
