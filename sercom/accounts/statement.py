"""The statement of account of a client: what was billed and paid, in order, and what it leaves.

Two forms: a *period*, from its opening balance through every entry to its closing balance; and the
*open items*, the invoices that are not paid on a day. Both are drawn anew each time from the ledger.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, and_, func, or_, select, type_coerce
from sqlalchemy.orm import aliased

from sercom.accounts import items
from sercom.accounts.ageing import Aged, counts_on, of_client
from sercom.core import clock
from sercom.core.base import AnySession
from sercom.core.errors import DomainError
from sercom.core.labels import Labelled
from sercom.core.money import ZERO, Money
from sercom.entities.clients.model import Client
from sercom.entities.documents.model import Document
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.ledger.model import RECEIVED, Allocation, EntryKind, Payment

#: More than that nobody reads, and no renderer draws in time.
MAX_ENTRIES = 1000
INVOICE, VOIDED = _l("Invoice"), _l("Invoice voided")
#: What the entries of a period come to, told apart.
GROUPS = {
    "billed": _l("Billed"),
    "paid": _l("Payments"),
    "credited": _l("Credit notes"),
    "other": _l("Interest and adjustments"),
}
PAID = (*RECEIVED, EntryKind.REFUND)


class View(Labelled):
    """What a statement shows."""

    PERIOD = "period", _l("All entries of a period")
    OPEN = "open", _l("Open invoices")


@dataclass(frozen=True)
class Entry:
    """One line: positive where it raises what the client owes, in dollars."""

    day: date
    label: LazyString | str
    number: str
    amount: Decimal
    balance: Decimal
    method: LazyString | str = ""
    reference: str = ""
    #: What the invoice came to, where ``amount`` is what is left of it.
    total: Decimal | None = None
    due: date | None = None
    #: Days past due, where the line is an open invoice.
    late: int = 0
    invoice_id: int | None = None
    payment_id: int | None = None
    group: str = "billed"


@dataclass(frozen=True)
class Statement:
    """A client's account between two days (both included), or what is open on the second."""

    client: Client
    view: View
    since: date
    until: date
    opening: Decimal
    closing: Decimal
    aged: Aged
    entries: Sequence[Entry]

    @property
    def sums(self) -> list[tuple[LazyString, Decimal]]:
        """What the entries come to by their group: opening and these are the closing balance."""
        return [
            (label, sum((entry.amount for entry in self.entries if entry.group == group), ZERO))
            for group, label in GROUPS.items()
        ]


_invoice: Any = Invoice.__table__.c
_document: Any = Document.__table__.c
_payment: Any = Payment.__table__.c


def balance_on(session: AnySession, client_id: int, on: date) -> Decimal:
    """Issued invoices less every row of the ledger, by the end of ``on``."""
    billed = select(func.sum(_document.total)).join_from(
        Invoice.__table__, Document.__table__, _document.id == _invoice.id
    )
    billed = billed.where(_document.client_id == client_id, counts_on(on))
    paid = select(func.sum(_payment.amount)).where(_payment.client_id == client_id, _payment.received_on <= on)
    both = func.coalesce(billed.scalar_subquery(), 0) - func.coalesce(paid.scalar_subquery(), 0)
    return session.execute(select(type_coerce(both, Money()))).scalar_one()


def make(session: AnySession, client: Client, view: View, since: date, until: date) -> Statement:
    """The statement; raises ``DomainError`` beside ``since`` where the period is no period or holds too much."""
    aged = of_client(session, client.id, until)
    if view is View.OPEN:
        return Statement(client, view, until, until, aged.balance, aged.balance, aged, _open(session, client, until))
    if since > until:
        raise DomainError(_l("The period ends before it begins."), "since")
    opening = balance_on(session, client.id, since - timedelta(days=1))
    entries = _running(opening, [*_invoices(session, client, since, until), *_ledger(session, client, since, until)])
    closing = entries[-1].balance if entries else opening
    return Statement(client, view, since, until, opening, closing, aged, entries)


def _running(opening: Decimal, entries: Iterable[Entry]) -> list[Entry]:
    """In order of their days, invoices first, each with the balance after it."""
    balance, told = opening, []
    for entry in sorted(entries, key=lambda entry: (entry.day, entry.payment_id or 0, entry.invoice_id or 0)):
        balance += entry.amount
        told.append(replace(entry, balance=balance))
    return told


def _require_readable(rows: Sequence[Row[Any]]) -> None:
    if len(rows) > MAX_ENTRIES:
        message = _l("More than %(count)s entries: choose a shorter period.", count=MAX_ENTRIES)
        raise DomainError(message, "since")


def _invoices(session: AnySession, client: Client, since: date, until: date) -> list[Entry]:
    """Invoices on the day they were issued, and once more on the day they were voided."""
    start, end = clock.day_bounds(since)[0], clock.day_bounds(until)[1]
    issued = _invoice.issue_date.between(since, until)
    voided = and_(_invoice.voided_at >= start, _invoice.voided_at < end)
    rows = session.execute(
        select(_invoice.id, _document.number, _document.total, _invoice.issue_date, _invoice.due_date)
        .add_columns(_invoice.voided_at)
        .join_from(Invoice.__table__, Document.__table__, _document.id == _invoice.id)
        .where(_document.client_id == client.id, _invoice.status != InvoiceStatus.DRAFT, or_(issued, voided))
        .limit(MAX_ENTRIES + 1)
    ).all()
    _require_readable(rows)
    entries = []
    for invoice_id, number, total, issue_date, due, voided_at in rows:
        if since <= issue_date <= until:
            entries.append(Entry(issue_date, INVOICE, number, total, ZERO, due=due, invoice_id=invoice_id))
        day = clock.to_company(voided_at).date() if voided_at else None
        if day is not None and since <= day <= until:
            entries.append(Entry(day, VOIDED, number, -total, ZERO, invoice_id=invoice_id))
    return entries


def _ledger(session: AnySession, client: Client, since: date, until: date) -> list[Entry]:
    """Every other row of the ledger, with the invoices it counts on."""
    against = aliased(Payment)
    rows = session.execute(
        select(Payment.id, Payment.kind, Payment.method, Payment.received_on, Payment.amount, Payment.reference)
        .add_columns(_document.number, func.coalesce(against.kind, Payment.kind).label("counts_as"))
        .join_from(Payment, Document.__table__, _document.id == Payment.document_id, isouter=True)
        .outerjoin(against, and_(against.id == Payment.against_id, Payment.kind == EntryKind.CORRECTION))
        .where(Payment.client_id == client.id, Payment.received_on.between(since, until))
        .limit(MAX_ENTRIES + 1)
    ).all()
    _require_readable(rows)
    put = (
        select(Allocation.payment_id, _document.number)
        .join_from(Allocation, Document.__table__, _document.id == Allocation.invoice_id)
        .join(Payment, Payment.id == Allocation.payment_id)
        .where(Payment.client_id == client.id, Payment.received_on.between(since, until), Allocation.dated <= until)
        .order_by(Allocation.id)
    )
    on: dict[int, dict[str, None]] = {}
    for payment_id, number in session.execute(put):
        on.setdefault(payment_id, {})[number] = None
    entries = []
    for row in rows:
        # A credit note is known by its own number, everything else by what it was put on.
        own = row.number if row.kind is EntryKind.CREDIT else None
        entries.append(
            Entry(
                row.received_on,
                row.kind.told,
                own or ", ".join(on.get(row.id, ())),
                -row.amount,
                ZERO,
                method=row.method.label if row.method else "",
                reference=row.reference if row.reference and row.reference != own else "",
                payment_id=row.id,
                group="paid" if row.counts_as in PAID else "credited" if row.counts_as is EntryKind.CREDIT else "other",
            )
        )
    return entries


def _open(session: AnySession, client: Client, on: date) -> list[Entry]:
    """The invoices that are not paid, with what is left of each, then the credit that no invoice took."""
    rows = items.open_invoices(session, on, client_id=client.id, limit=MAX_ENTRIES + 1)
    _require_readable(rows)
    balance, entries = ZERO, []
    for row in rows:
        balance += row.balance
        late = max(0, (on - row.due).days)
        entry = Entry(row.issue_date, INVOICE, row.number, row.balance, balance, due=row.due, late=late)
        entries.append(replace(entry, total=row.total, invoice_id=row.id))
    for rest in items.unapplied(session, on, client_id=client.id, limit=MAX_ENTRIES):
        balance -= rest.rest
        entries.append(Entry(rest.received_on, rest.kind.told, "", -rest.rest, balance, payment_id=rest.id))
    return entries
