"""The rows behind a figure: invoices that leave something open on a day, and credit that no invoice took."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, case, func, select, type_coerce

from sercom.accounts.ageing import Bucket, balances, counts_on, within
from sercom.core.base import AnySession
from sercom.core.money import Money
from sercom.entities.clients.model import Client
from sercom.entities.invoices.model import Invoice
from sercom.entities.ledger.model import Allocation, Payment

_invoice: Any = Invoice.__table__.c


def open_invoices(
    session: AnySession,
    on: date,
    *,
    bucket: Bucket | None = None,
    client_id: int | None = None,
    limit: int,
    offset: int = 0,
) -> Sequence[Row[Any]]:
    """The invoices that leave something open on ``on``, of one bucket or of all, the longest due first.

    Each row tells besides what all of them leave (``everything``, dollars) and how many they are (``count_all``).
    """
    owed = balances(on, client_id)
    rows = (
        select(owed.c.id, owed.c.number, owed.c.client_id, Client.name.label("client"), owed.c.issue_date)
        .add_columns(owed.c.due, owed.c.total, type_coerce(owed.c.balance, Money()).label("balance"))
        .add_columns(type_coerce(func.sum(owed.c.balance).over(), Money()).label("everything"))
        .add_columns(func.count().over().label("count_all"))
        .join_from(owed, Client, Client.id == owed.c.client_id)
        .where(owed.c.balance != 0)
    )
    if bucket is not None:
        rows = rows.where(within(bucket, on, owed.c.due))
    return session.execute(rows.order_by(owed.c.due, owed.c.id).limit(limit).offset(offset)).all()


def unapplied(
    session: AnySession, on: date, *, client_id: int | None = None, limit: int, offset: int = 0
) -> Sequence[Row[Any]]:
    """The rows of the ledger of which something is on no invoice on ``on``, with what goes against them taken in.

    Rests of opposite signs may stand in it (interest that no invoice took): together they are the credit.
    """
    root = func.coalesce(Payment.against_id, Payment.id)
    put = (
        select(Allocation.payment_id, func.sum(Allocation.amount).label("amount"))
        .join(Invoice.__table__, _invoice.id == Allocation.invoice_id)
        .where(Allocation.dated <= on, counts_on(on))
        .group_by(Allocation.payment_id)
        .subquery()
    )
    rest = func.sum(case((Payment.received_on <= on, Payment.amount), else_=0) - func.coalesce(put.c.amount, 0))
    rests = select(root.label("id"), rest.label("rest")).outerjoin(put, put.c.payment_id == Payment.id)
    if client_id is not None:
        rests = rests.where(Payment.client_id == client_id)
    left = rests.group_by(root).having(rest != 0).subquery("left_over")
    rows = (
        select(Payment.id, Payment.kind, Payment.received_on, Payment.reference, Payment.client_id)
        .add_columns(Client.name.label("client"), type_coerce(left.c.rest, Money()).label("rest"))
        .add_columns(type_coerce(func.sum(left.c.rest).over(), Money()).label("everything"))
        .add_columns(func.count().over().label("count_all"))
        .join_from(left, Payment, Payment.id == left.c.id)
        .join(Client, Client.id == Payment.client_id)
    )
    return session.execute(rows.order_by(Payment.received_on, Payment.id).limit(limit).offset(offset)).all()
