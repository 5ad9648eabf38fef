"""What is owed on a day, by how long it is past due. Always told from the ledger, for any day.

An invoice counts from the day it was issued until the day it was voided; of an allocation, what is
dated on or before. What a client paid and no invoice took is credit, in a column of its own: the
balance is what the invoices leave open, less that credit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from sercom.core import clock
from sercom.core.base import AnySession
from sercom.core.labels import Labelled
from sercom.core.money import ZERO, Money
from sercom.entities.clients.model import Client
from sercom.entities.documents.model import Document
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.ledger.model import Allocation, Payment


class Bucket(Labelled):
    """How long an amount is past due."""

    NOT_DUE = "not_due", _l("Not yet due")
    TO_30 = "1-30", _l("1–30 days")
    TO_60 = "31-60", _l("31–60 days")
    TO_90 = "61-90", _l("61–90 days")
    BEYOND = "91", _l("91 days and more")


#: The fewest and the most days past due of each; ``None``: no bound.
DAYS: dict[Bucket, tuple[int | None, int | None]] = {
    Bucket.NOT_DUE: (None, 0),
    Bucket.TO_30: (1, 30),
    Bucket.TO_60: (31, 60),
    Bucket.TO_90: (61, 90),
    Bucket.BEYOND: (91, None),
}


@dataclass(frozen=True)
class Aged:
    """What one client owes, or all of them together, in dollars."""

    amounts: tuple[Decimal, ...]
    #: Paid and on no invoice: positive where the company owes it to the client.
    credit: Decimal
    client_id: int | None = None
    name: str = ""

    @property
    def balance(self) -> Decimal:
        """All that is owed, less the credit."""
        return sum(self.amounts, ZERO) - self.credit

    @property
    def overdue(self) -> Decimal:
        """What is past due, whatever the credit."""
        return sum(self.amounts[1:], ZERO)

    @property
    def by_bucket(self) -> list[tuple[Bucket, Decimal]]:
        """Each bucket with its amount."""
        return list(zip(Bucket, self.amounts, strict=True))


NOTHING = Aged((ZERO,) * len(Bucket), ZERO)

_invoice: Any = Invoice.__table__.c
_document: Any = Document.__table__.c
_allocation: Any = Allocation.__table__.c
_payment: Any = Payment.__table__.c


def counts_on(on: date) -> ColumnElement[bool]:
    """That an invoice was issued by the end of ``on``, and not void by then."""
    _start, end = clock.day_bounds(on)
    live = or_(_invoice.status != InvoiceStatus.VOID, _invoice.voided_at >= end)
    return and_(_invoice.issue_date <= on, _invoice.status != InvoiceStatus.DRAFT, live)


def within(bucket: Bucket, on: date, due: ColumnElement[date]) -> ColumnElement[bool]:
    """That ``due`` is as many days before ``on`` as the bucket says."""
    fewest, most = DAYS[bucket]
    conditions = []
    if fewest is not None:
        conditions.append(due <= on - timedelta(days=fewest))
    if most is not None:
        conditions.append(due >= on - timedelta(days=most))
    return and_(*conditions)


def _sum(cents: Any) -> ColumnElement[int]:
    """A sum that stays an integer: PostgreSQL's own would go on in its slower decimals."""
    return cast(func.sum(cents), BigInteger)


def balances(on: date, client_id: int | None = None) -> Any:
    """The invoices that count on ``on``, what was put on them, what is left: a subquery."""
    placed = select(_allocation.invoice_id, _sum(_allocation.amount).label("amount"))
    placed = placed.where(_allocation.dated <= on).group_by(_allocation.invoice_id)
    if client_id is not None:
        own = select(_document.id).where(_document.client_id == client_id)
        placed = placed.where(_allocation.invoice_id.in_(own))
    put = placed.subquery("put")
    amount = func.coalesce(put.c.amount, 0)
    rows = (
        select(
            _invoice.id,
            *(_document.client_id, _document.number, _document.total, _invoice.issue_date),
            func.coalesce(_invoice.due_date, _invoice.issue_date).label("due"),
            amount.label("placed"),
            (_document.total - amount).label("balance"),
        )
        .join_from(Invoice.__table__, Document.__table__, _document.id == _invoice.id)
        .outerjoin(put, put.c.invoice_id == _invoice.id)
        .where(counts_on(on))
    )
    if client_id is not None:
        rows = rows.where(_document.client_id == client_id)
    return rows.subquery("owed")


def by_client(on: date, client_id: int | None = None, *, totals: bool = False) -> Select[Any]:
    """One row a client who owes or is owed something on ``on``: id, name, buckets, credit; ``totals``: of all too."""
    owed = balances(on, client_id)
    names = [bucket.name.lower() for bucket in Bucket]
    invoiced = select(
        owed.c.client_id,
        *(
            _sum(case((within(bucket, on, owed.c.due), owed.c.balance), else_=0)).label(name)
            for bucket, name in zip(Bucket, names, strict=True)
        ),
        _sum(-owed.c.placed).label("credit"),
    ).group_by(owed.c.client_id)
    received = select(
        _payment.client_id, *(literal(0).label(name) for name in names), _sum(_payment.amount).label("credit")
    )
    received = received.where(_payment.received_on <= on).group_by(_payment.client_id)
    if client_id is not None:
        received = received.where(_payment.client_id == client_id)
    both = union_all(invoiced, received).subquery("both")
    columns = (*names, "credit")
    sums = [_sum(both.c[name]).label(name) for name in columns]
    grouped = select(both.c.client_id, *sums).group_by(both.c.client_id)
    grouped = grouped.having(or_(*(func.sum(both.c[name]) != 0 for name in columns)))
    each = grouped.subquery("each")
    rows = select(
        each.c.client_id, Client.name, *(type_coerce(each.c[name], Money()).label(name) for name in columns)
    ).join_from(each, Client, Client.id == each.c.client_id)
    if totals:
        whole = (type_coerce(func.sum(each.c[name]).over(), Money()).label(f"all_{name}") for name in columns)
        rows = rows.add_columns(*whole, func.count().over().label("clients"))
    return rows.order_by(Client.sort_name, each.c.client_id)


def _aged(row: Any) -> Aged:
    return Aged(tuple(row[2:7]), row[7], row[0], row[1])


@dataclass(frozen=True)
class Ageing:
    """A page of clients, with what all of them come to."""

    rows: Sequence[Aged]
    total: Aged
    clients: int


def ageing(session: AnySession, on: date, *, limit: int | None = None, offset: int = 0) -> Ageing:
    """What every client owes on ``on``: one statement, whatever the size."""
    found = session.execute(by_client(on, totals=True).limit(limit).offset(offset)).all()
    if not found:
        return Ageing((), NOTHING, 0)
    total = Aged(tuple(found[0][8:13]), found[0][13])
    return Ageing([_aged(row) for row in found], total, found[0][14])


def all_clients(session: AnySession, on: date) -> Iterator[Aged]:
    """Every client's row, as it is read."""
    return (_aged(row) for row in session.execute(by_client(on)))


def of_client(session: AnySession, client_id: int, on: date) -> Aged:
    """What one client owes on ``on``."""
    row = session.execute(by_client(on, client_id)).one_or_none()
    return NOTHING if row is None else _aged(row)
