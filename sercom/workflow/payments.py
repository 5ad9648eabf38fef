"""Money received, given back, taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import object_session, selectinload

from sercom.core import clock, formats, journal
from sercom.core.access import MONEY, Actor
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, DomainError, ForbiddenError, NeedsConfirmationError
from sercom.core.money import ZERO
from sercom.entities.clients.model import Client
from sercom.entities.documents.model import Document
from sercom.entities.invoices.model import Invoice, InvoiceStage
from sercom.entities.ledger import book
from sercom.entities.ledger.model import ALONG, CREDITS, Allocation, EntryKind, Method, Payment
from sercom.workflow import receipting
from sercom.workflow.splitting import Wanted, split

#: What may be taken back whole. A bad debt is recovered; a credit note stays; a rounding goes with its payment.
CORRECTABLE = (EntryKind.PAYMENT, EntryKind.DEPOSIT, EntryKind.REFUND, EntryKind.DISCOUNT, EntryKind.INTEREST)
OWED = (InvoiceStage.NOT_DUE, InvoiceStage.PARTLY_PAID, InvoiceStage.OVERDUE)


@dataclass(frozen=True)
class Received:
    """Money that came in, in dollars, and how."""

    amount: Decimal
    method: Method
    received_on: date
    reference: str | None = None


def session_of(row: Document) -> AnySession:
    """The session that ``row`` is in."""
    session = object_session(row)
    assert session is not None
    return session


def require_money(actor: Actor) -> None:
    """Refuse who does not keep the accounts."""
    if not actor.has(MONEY):
        raise ForbiddenError(_l("Your role does not allow this."))


# --- received -------------------------------------------------------------------------------------


def open_invoices(session: AnySession, client_id: int, *, lock: bool = False) -> list[Invoice]:
    """The client's invoices of which something is owed, the oldest first."""
    rows = select(Invoice).where(Invoice.client_id == client_id, Invoice.stage.in_(OWED))
    if lock:
        held = rows.order_by(Invoice.id).with_for_update()
        session.scalars(held.execution_options(populate_existing=True)).all()
    put = selectinload(Invoice.allocations).joinedload(Allocation.payment).joinedload(Payment.against)
    return list(session.scalars(rows.order_by(Invoice.issue_date, Invoice.id).options(put)))


def refuse_payment(invoice: Invoice) -> LazyString | None:
    """Why no payment can be recorded, if none can."""
    return None if invoice.balance > ZERO else _l("Nothing is owed on this invoice.")


def record_payment(
    invoice: Invoice,
    actor: Actor,
    *,
    amount: Decimal,
    method: Method,
    received_on: date,
    reference: str | None = None,
    confirm: bool = False,
) -> None:
    """Enter money received on an invoice, in dollars; what is over stays as the client's credit, asked first."""
    session = session_of(invoice)
    book.hold(session, invoice.client_id, [invoice])
    refused = refuse_payment(invoice)
    if refused is not None:
        raise DomainError(refused)
    received = Received(amount, Method(method), received_on, reference)
    _enter(session, invoice.client, actor, received, [(invoice, None)], confirm=confirm)


def receive(
    session: AnySession, client: Client, actor: Actor, received: Received, wanted: Wanted, *, confirm: bool = False
) -> Payment:
    """Enter a payment over several invoices of a client (locked by the caller), and tell the journal."""
    require_money(actor)
    book.hold(session, client.id, [invoice for invoice, _share in wanted])
    if any(invoice.client_id != client.id for invoice, _share in wanted):
        raise ConflictError(_l("This invoice is another client's."))
    with session.no_autoflush:
        payment = _enter(session, client, actor, received, wanted, confirm=confirm)
    session.flush()
    _tell(session, actor, "record_payment", payment, client)
    receipting.announce(session, actor, [payment])
    return payment


def _enter(
    session: AnySession, client: Client, actor: Actor, received: Received, wanted: Wanted, *, confirm: bool
) -> Payment:
    day = received.received_on
    book.check_amount(received.amount)
    book.check_day(session, day)
    parts = split(received.amount, wanted, day, cash=received.method is Method.CASH)
    rest = received.amount - sum((part.put for part in parts), ZERO)
    if rest and not confirm:
        stays = formats.money(rest)
        raise NeedsConfirmationError(_l("%(amount)s stays as the client's credit. Record the payment?", amount=stays))
    told = {"method": received.method, "reference": received.reference}
    payment = book.enter(session, client, EntryKind.PAYMENT, received.amount, actor, day, **told)
    for part in parts:
        book.put(payment, part.invoice, part.put, day)
        for kind, amount in zip(ALONG, (part.discount, part.rounding), strict=True):
            if amount:
                along = book.enter(session, client, kind, amount, actor, day, against=payment)
                book.put(along, part.invoice, amount, day)
    return payment


# --- given back, taken back -----------------------------------------------------------------------


def refund(session: AnySession, row: Payment, actor: Actor, given: Received, *, seen: str | None = None) -> Payment:
    """Give money of a row's rest back to the client; ``seen`` is the rest as the page showed it."""
    require_money(actor)
    book.hold(session, row.client_id)
    session.refresh(row)
    if seen is not None and seen != str(row.rest):
        raise ConflictError(_l("Somebody changed this since you opened it. Look at it again, then decide."))
    book.check_amount(given.amount)
    book.check_day(session, given.received_on)
    if given.received_on < row.received_on:
        raise DomainError(
            _l("This is before the money came in: %(day)s.", day=formats.day(row.received_on)), "received_on"
        )
    if row.kind not in CREDITS or given.amount > row.rest:
        raise DomainError(_l("This is more than what is left of it."), "amount")
    told = {"method": given.method, "reference": given.reference, "against": row}
    back = book.enter(session, row.client, EntryKind.REFUND, -given.amount, actor, given.received_on, **told)
    session.flush()
    journal.record(session, actor, "refunded", row.client, {"amount": [None, str(given.amount)]})
    receipting.announce(session, actor, [back])
    return back


def refuse_correction(row: Payment) -> LazyString | None:
    """Why a row cannot be taken back, if it cannot."""
    if row.kind not in CORRECTABLE:
        return _l("This cannot be taken back.")
    if row.is_corrected:
        return _l("This payment was already taken back.")
    if any(answer.kind is EntryKind.REFUND and not answer.is_corrected for answer in row.answers):
        return _l("Money of it was given back: take the refund back first.")
    return None


def correct(session: AnySession, invoice: Invoice, row: Payment, actor: Actor) -> None:
    """Take back a row that is on ``invoice``; see ``take_back``."""
    require_money(actor)
    if row not in [allocation.payment for allocation in invoice.allocations]:
        raise ConflictError(_l("This payment is on another invoice."))
    take_back(session, row, actor)


def take_back(session: AnySession, row: Payment, actor: Actor) -> None:
    """Meet a row with a correction of the same amount, once, off every invoice it is on (a cheque without funds).

    The discount and the rounding that came with a payment go with it.
    """
    require_money(actor)
    on = select(Allocation.invoice_id).where(Allocation.payment_id == row.id)
    locked = select(Invoice).where(Invoice.id.in_(on)).order_by(Invoice.id).with_for_update()
    invoices = session.scalars(locked).all()
    book.hold(session, row.client_id, invoices)
    session.expire(row, ["answers", "allocations"])
    if {allocation.invoice_id for allocation in row.allocations} != {invoice.id for invoice in invoices}:
        raise ConflictError(_l("Somebody changed this since you opened it. Look at it again, then decide."))
    refused = refuse_correction(row)
    if refused is not None:
        raise ConflictError(refused)
    book.check_day(session, clock.today(), None)
    with session.no_autoflush:
        came_along = [answer for answer in row.answers if answer.kind in ALONG and not answer.is_corrected]
        for each in (row, *came_along):
            meet(session, each, invoices, actor)
        for invoice in invoices:
            _free_what_is_over(invoice)
    session.flush()
    subject = row.against if row.kind is EntryKind.REFUND and row.against else row
    told: Sequence[Document | Client] = invoices or [subject.document or row.client]
    for told_of in told:
        told_of.updated_at = utcnow()
    session.flush()
    for told_of in told:
        journal.record(session, actor, "payment_corrected", told_of, {"amount": [str(abs(row.amount)), None]})


def meet(session: AnySession, row: Payment, invoices: Iterable[Invoice], actor: Actor) -> None:
    """Enter the correction of a row, off ``invoices``."""
    told = {"method": row.method, "reference": row.reference, "against": row}
    met = book.enter(session, row.client, EntryKind.CORRECTION, -row.amount, actor, clock.today(), **told)
    for invoice in invoices:
        if amount := row.on(invoice):
            book.put(met, invoice, -amount, clock.today())


def _free_what_is_over(invoice: Invoice) -> None:
    """Take off the invoice what it no longer asks, from the last payments first: interest that was already paid."""
    over = -invoice.balance
    if over <= ZERO:
        return
    rows = {a.payment_id: a.payment for a in reversed(invoice.allocations) if a.payment.kind in CREDITS}
    for row in rows.values():
        part = min(row.on(invoice), over)
        if part > ZERO:
            book.put(row, invoice, -part, clock.today())
            over -= part
    if over:
        raise ConflictError(_l("A bad debt covers this interest: take the bad debt back first."))


def _tell(session: AnySession, actor: Actor, event: str, row: Payment, client: Client) -> None:
    """One entry for each invoice, and one for the client."""
    for allocation in row.allocations:
        allocation.invoice.updated_at = utcnow()
    client.updated_at = utcnow()
    session.flush()
    for allocation in row.allocations:
        journal.record(session, actor, event, allocation.invoice, {"amount": [None, str(allocation.amount)]})
    journal.record(session, actor, event, client, {"amount": [None, str(row.amount)]})
