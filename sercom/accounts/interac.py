"""E-transfers: taken in from a bank's file once, then recorded on an invoice or set aside by a person."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from sercom.accounts import bankfile
from sercom.accounts.matching import invoice_numbers
from sercom.accounts.model import BankTransfer, TransferStatus
from sercom.core import journal
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.core.errors import ConflictError, DomainError
from sercom.core.money import ZERO
from sercom.entities.company.model import get_company
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.ledger import book
from sercom.entities.ledger.model import Method
from sercom.workflow.payments import Received, receive, require_money

#: How many fingerprints one statement asks about.
CHUNK = 500


@dataclass(frozen=True)
class TakenIn:
    """What a file brought: transfers that are new, and those that were known."""

    added: int
    known: int


def take_in(session: AnySession, actor: Actor, name: str, data: bytes) -> TakenIn:
    """Keep the e-transfers of a bank's CSV that are not there yet; raises ``DomainError`` beside ``file``."""
    require_money(actor)
    found = {transfer.fingerprint: transfer for transfer in bankfile.read(data)}
    if not found:
        raise DomainError(_l("There is no e-transfer that came in in this file."), "file")
    known = _known(session, list(found))
    for fingerprint, transfer in found.items():
        if fingerprint not in known:
            told = {"received_on": transfer.received_on, "amount": transfer.amount, "user_id": actor.user_id}
            session.add(BankTransfer(fingerprint=fingerprint, description=transfer.description, **told))
    added = len(found) - len(known)
    session.flush()
    if added:
        changes: journal.Changes = {"file": [None, name[:120]], "added": [None, added]}
        journal.record(session, actor, "transfers_read", get_company(session), changes)
    return TakenIn(added, len(known))


def _known(session: AnySession, fingerprints: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(fingerprints), CHUNK):
        part = fingerprints[start : start + CHUNK]
        known |= set(session.scalars(select(BankTransfer.fingerprint).where(BankTransfer.fingerprint.in_(part))))
    return known


def confirm(session: AnySession, actor: Actor, transfer: BankTransfer, number: str) -> bool:
    """Record the transfer (locked by the caller) as a payment of the invoice ``number``.

    What the invoice does not take stays as the client's credit. Once only: to confirm it again on the
    same invoice changes nothing and answers ``False``. Raises ``DomainError`` beside ``number``.
    """
    require_money(actor)
    invoice = _invoice(session, number)
    if transfer.stage is TransferStatus.MATCHED:
        on = [allocation.invoice_id for allocation in transfer.payment.allocations] if transfer.payment else []
        if invoice.id in on:
            return False
        raise ConflictError(_l("This transfer was matched already."))
    if invoice.balance <= ZERO:
        raise DomainError(_l("Nothing is owed on this invoice."), "number")
    book.check_day(session, transfer.received_on, "number")
    given = Received(transfer.amount, Method.INTERAC, transfer.received_on, transfer.description[:80])
    transfer.payment = receive(session, invoice.client, actor, given, [(invoice, None)], confirm=True)
    transfer.status = TransferStatus.MATCHED
    changes = journal.changes_of(transfer)
    session.flush()
    journal.record(session, actor, "transfer_matched", transfer, changes | {"invoice": [None, invoice.known_as]})
    return True


def _invoice(session: AnySession, number: str) -> Invoice:
    """The issued invoice of that number, locked; written as people write it."""
    named = invoice_numbers(number) or invoice_numbers(f"F{number.strip()}")
    wanted = select(Invoice).where(Invoice.number.in_(named), Invoice.status == InvoiceStatus.ISSUED)
    invoice = session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).first()
    if invoice is None:
        raise DomainError(_l("There is no issued invoice of this number. Example: F-000123"), "number")
    return invoice


def set_aside(session: AnySession, actor: Actor, transfer: BankTransfer) -> None:
    """It pays no invoice of ours: leave it out of what waits."""
    _move(session, actor, transfer, TransferStatus.WAITING, TransferStatus.SET_ASIDE)


def restore(session: AnySession, actor: Actor, transfer: BankTransfer) -> None:
    """Let it wait again."""
    _move(session, actor, transfer, TransferStatus.SET_ASIDE, TransferStatus.WAITING)


def _move(
    session: AnySession, actor: Actor, transfer: BankTransfer, source: TransferStatus, target: TransferStatus
) -> None:
    require_money(actor)
    if transfer.stage is target:
        return
    if transfer.stage is not source:
        raise ConflictError(_l("This transfer was matched already."))
    transfer.status, transfer.payment = target, None
    changes = journal.changes_of(transfer)
    session.flush()
    event = "transfer_set_aside" if target is TransferStatus.SET_ASIDE else "transfer_restored"
    journal.record(session, actor, event, transfer, changes)
