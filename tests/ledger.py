"""Invoices that are owed, money that comes in: what the tests of the ledger are told in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from sercom.core import clock
from sercom.core.access import Actor
from sercom.core.base import db
from sercom.core.clock import today
from sercom.core.money import ZERO
from sercom.entities.company.model import get_company
from sercom.entities.documents.line import LineDraft
from sercom.entities.ledger.model import Method
from sercom.models import Allocation, Client, Invoice, Payment
from sercom.workflow import payments
from sercom.workflow.payments import Received
from tests.support import ago, give, start


def issued(actor: Actor, price: str = "100.00", **options: Any) -> Invoice:
    """An issued invoice of ``price`` before tax: of 114.98 with it."""
    line = LineDraft("Main-d’œuvre", Decimal(1), "h", Decimal(price))
    invoice: Invoice = start("invoice", actor, **({"drafts": (line,)} | options))
    give("issue", invoice, actor)
    return invoice


def backdated(invoice: Invoice, actor: Actor, days: int) -> Invoice:
    """Issue a draft as if it had been ``days`` days ago."""
    with clock.at(ago(days)):
        give("issue", invoice, actor)
    return invoice


def pay(invoice: Invoice, actor: Actor, amount: str, **options: Any) -> Payment:
    """Record a payment on the invoice; gives its row."""
    defaults: dict[str, Any] = {"method": Method.CHEQUE, "received_on": today()}
    give("record_payment", invoice, actor, amount=Decimal(amount), **(defaults | options))
    return db.session.scalars(select(Payment).where(Payment.kind == "payment").order_by(Payment.id.desc())).first()  # type: ignore[return-value]


def received(amount: str, method: Method = Method.CHEQUE, on: date | None = None) -> Received:
    """Money that came in today."""
    return Received(Decimal(amount), method, on or today())


def receive(client: Client, actor: Actor, amount: str, *shares: tuple[Invoice, str | None], **options: Any) -> Payment:
    """A payment from the client's page; without shares the oldest invoices first."""
    confirm, method = options.pop("confirm", False), options.pop("method", Method.CHEQUE)
    wanted = [(invoice, None if share is None else Decimal(share)) for invoice, share in shares]
    wanted = wanted or [(invoice, None) for invoice in payments.open_invoices(db.session, client.id)]
    return payments.receive(db.session, client, actor, received(amount, method, **options), wanted, confirm=confirm)


def deposit(document: Any, actor: Actor, amount: str) -> Payment:
    """Record a deposit for a quote or a job."""
    give("record_deposit", document, actor, amount=Decimal(amount), method="card", received_on=today())
    return db.session.scalars(select(Payment).where(Payment.document_id == document.id)).all()[-1]


def close(until: date) -> None:
    """Close the books up to that day."""
    get_company(db.session).locked_until = until
    db.session.flush()


def rows_of(invoice: Invoice) -> list[tuple[str, Decimal]]:
    """Kind and amount of what counts on the invoice."""
    db.session.expire(invoice, ["allocations"])
    return [(a.payment.kind.value, a.amount) for a in invoice.allocations]


def check_books() -> None:
    """What holds whatever was done: see the assertions."""
    db.session.flush()
    db.session.expire_all()
    for row in db.session.scalars(select(Payment)):
        put = sum((a.amount for a in row.allocations), ZERO)
        assert abs(put) <= abs(row.amount), "more of a row counts than there is"
        assert put * row.amount >= ZERO, "it counts the other way round"
        for invoice in {a.invoice for a in row.allocations}:
            assert row.on(invoice) * row.amount >= ZERO, "more came off an invoice than was on it"
        if row.kind.value in {"payment", "deposit", "credit"}:
            assert ZERO <= row.rest <= (ZERO if row.is_corrected else row.amount), "money from nowhere"
        derived = db.session.scalar(select(Payment.rest_amount).where(Payment.id == row.id))
        assert derived == row.rest, (row.kind, derived, row.rest)
    for invoice in db.session.scalars(select(Invoice)):
        assert invoice.balance >= ZERO, "more counts on an invoice than it asks"
        counted = db.session.scalar(select(Invoice.paid_amount).where(Invoice.id == invoice.id))
        assert counted == invoice.paid
    for client in db.session.scalars(select(Client)):
        invoices = db.session.scalars(select(Invoice).where(Invoice.client_id == client.id, Invoice.status == "issued"))
        listed = list(invoices)
        owed = sum((invoice.total for invoice in listed), ZERO)
        entered = db.session.scalar(
            select(func.coalesce(func.sum(Payment.amount), 0)).where(Payment.client_id == client.id)
        )
        put = db.session.scalar(
            select(func.coalesce(func.sum(Allocation.amount), 0))
            .join(Payment, Payment.id == Allocation.payment_id)
            .where(Payment.client_id == client.id)
        )
        rests = sum(
            (
                row.rest
                for row in db.session.scalars(select(Payment).where(Payment.client_id == client.id))
                if row.kind.value in {"payment", "deposit", "credit"}
            ),
            ZERO,
        )
        assert rests == entered - put, "the credit is what is on no invoice"
        assert sum((invoice.balance for invoice in listed), ZERO) - rests == owed - entered
