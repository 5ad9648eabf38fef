"""Entering rows in the ledger: the lock, the day, the rests. Every verb that moves money goes through here."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import selectinload, undefer

from sercom.core import clock
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.core.errors import ConflictError, DomainError
from sercom.core.money import ZERO
from sercom.entities.clients.model import Client
from sercom.entities.company.model import get_company
from sercom.entities.documents.model import Document
from sercom.entities.ledger.model import CREDITS, Allocation, EntryKind, Payment

if TYPE_CHECKING:
    from sercom.entities.invoices.model import Invoice


def whole() -> tuple[Any, ...]:
    """Loads of a row what its rest is drawn from."""
    answers = selectinload(Payment.answers).options(selectinload(Payment.allocations), selectinload(Payment.answers))
    return selectinload(Payment.allocations), answers


def hold(session: AnySession, client_id: int, invoices: Iterable["Invoice"] = ()) -> None:
    """Lock the client's ledger until the transaction ends, and read what is on ``invoices`` anew.

    Whoever comes second sees what the first one put. Invoices are locked before it, never after. Refused where the
    client was merged into another meanwhile: what it had is no longer its own.
    """
    row = select(Client.merged_into_id).where(Client.id == client_id)
    if session.scalar(row.with_for_update()) is not None:
        raise ConflictError(_l("This client was merged into another one meanwhile: open that one."))
    for invoice in invoices:
        session.expire(invoice, ["allocations"])


def check_day(session: AnySession, day: date, field: str | None = "received_on") -> None:
    """Refuse a day to come, and one of a closed period."""
    if day > clock.today():
        raise DomainError(_l("This date is in the future."), field)
    closed = get_company(session).locked_until
    if closed is not None and day <= closed:
        raise DomainError(_l("The books are closed up to %(day)s: choose a later date.", day=closed), field)


def check_amount(amount: Decimal, field: str = "amount") -> None:
    """Refuse nothing, and less."""
    if amount <= ZERO:
        raise DomainError(_l("Enter an amount above zero."), field)


def enter(
    session: AnySession, client: Client, kind: EntryKind, amount: Decimal, actor: Actor, on: date, **columns: Any
) -> Payment:
    """Add a row, in dollars with its sign."""
    row = Payment(kind=kind, client=client, amount=amount, received_on=on, user_id=actor.user_id, **columns)
    session.add(row)
    return row


def counts_from(invoice: "Invoice", day: date) -> date:
    """From which day on what came on ``day`` counts on the invoice: not before it was issued."""
    return max(day, invoice.issue_date or day)


def put(row: Payment, invoice: "Invoice", amount: Decimal, on: date) -> None:
    """Let ``amount`` of ``row`` count on ``invoice`` from a day on."""
    invoice.allocations.append(Allocation(payment=row, amount=amount, dated=counts_from(invoice, on)))


def open_credits(session: AnySession, client_id: int) -> Sequence[Payment]:
    """The client's rows of which something is left, the oldest first; a deposit's rest is held for its document."""
    rows = select(Payment).where(Payment.client_id == client_id, Payment.kind.in_(CREDITS), Payment.rest_amount > ZERO)
    ordered = rows.order_by(Payment.received_on, Payment.id).options(*whole(), selectinload(Payment.document))
    return session.scalars(ordered.execution_options(populate_existing=True)).all()


def rows_on(session: AnySession, invoice: "Invoice") -> Sequence[Payment]:
    """What counts on the invoice, loaded at once with what its rests are drawn from."""
    ids = select(Allocation.payment_id).where(Allocation.invoice_id == invoice.id)
    rows = select(Payment).where(Payment.id.in_(ids)).options(*whole(), selectinload(Payment.against))
    return session.scalars(rows).all()


def deposits_of_case(session: AnySession, case_id: int) -> Sequence[Payment]:
    """The deposits made for the documents of a case, and what is left of each."""
    rows = select(Payment).join(Payment.document).where(Document.case_id == case_id, Payment.kind == EntryKind.DEPOSIT)
    return session.scalars(rows.order_by(Payment.id).options(undefer(Payment.rest_amount), *whole())).all()


def cases_of(invoice: "Invoice") -> set[int]:
    """The cases whose work is on the invoice: of several jobs, each one's."""
    several = invoice.sources if len(invoice.sources) > 1 else []
    return {invoice.case_id, *(link.source.case_id for link in several)}


def is_held(row: Payment, cases: Collection[int] = ()) -> bool:
    """Whether it is a deposit for a document of another case."""
    return row.kind is EntryKind.DEPOSIT and row.document is not None and row.document.case_id not in cases


def shares(rows: Iterable[Payment], amount: Decimal) -> list[tuple[Payment, Decimal]]:
    """What each row gives until ``amount`` is reached."""
    found = []
    for row in rows:
        part = min(row.rest, amount)
        if part > ZERO:
            found.append((row, part))
            amount -= part
    return found


def deposits_for(session: AnySession, invoice: "Invoice") -> list[tuple[Payment, Decimal]]:
    """The deposits held for the invoice's cases, and what each gives of its total; the one that it is made of alone."""
    if invoice.kept is not None:
        return [invoice.kept]
    rows, cases = open_credits(session, invoice.client_id), cases_of(invoice)
    held = [row for row in rows if row.kind is EntryKind.DEPOSIT and not is_held(row, cases)]
    return shares(held, invoice.total)


def apply_deposits(session: AnySession, invoice: "Invoice") -> None:
    """Put the deposits held for its cases on an invoice that is being issued."""
    hold(session, invoice.client_id)
    for row, part in deposits_for(session, invoice):
        put(row, invoice, part, clock.today())
