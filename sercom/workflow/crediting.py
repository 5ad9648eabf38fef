"""Credit notes: what of an issued invoice is taken back, issued at once, entered in the ledger."""

import json

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from sercom.core import clock, journal
from sercom.core.access import MONEY, Actor
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, DomainError, ForbiddenError, NeedsConfirmationError
from sercom.core.numbering import credit_note_number
from sercom.entities.credits.model import CreditNote
from sercom.entities.credits.plan import Credit, Wanted, plan
from sercom.entities.credits.snapshot import snapshot_of
from sercom.entities.documents.line import DocumentTax
from sercom.entities.documents.taking import give_back
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.ledger import book
from sercom.entities.ledger.model import Allocation, EntryKind, Payment
from sercom.workflow.payments import meet
from sercom.workflow.transitions import require_version


def require_role(actor: Actor) -> None:
    """Refuse an actor who may not touch what clients owe."""
    if not actor.has(MONEY):
        raise ForbiddenError(_l("Your role does not allow this."))


def require_issued(invoice: Invoice) -> None:
    """Refuse a draft, which is changed instead, and a void invoice, on which nothing is owed."""
    if invoice.status is not InvoiceStatus.ISSUED:
        raise ConflictError(_l("Only an issued invoice is credited: %(state)s.", state=invoice.status.label))


def credit(
    session: AnySession,
    invoice: Invoice,
    actor: Actor,
    wanted: Wanted,
    *,
    reason: str,
    token: str,
    shown: str | None = None,
    version: int | None = None,
) -> CreditNote:
    """Issue a credit note on ``invoice`` (locked by the caller): number, lines, snapshot, ledger, journal.

    ``token`` names it: sent twice, it returns the same note. ``shown`` is the fingerprint of what the
    person saw, ``None`` where nobody looks. Raises ``ForbiddenError``, ``ConflictError`` (state, version),
    ``NeedsConfirmationError`` (something else was shown) or ``DomainError`` beside its field.
    """
    require_role(actor)
    made = session.scalar(select(CreditNote).where(CreditNote.token == token, CreditNote.invoice_id == invoice.id))
    if made is not None:
        return made
    require_version(invoice, version)
    require_issued(invoice)
    book.hold(session, invoice.client_id, [invoice])
    if not reason.strip():
        raise DomainError(_l("Say why: the credit note tells it."), "reason")
    planned = plan(invoice, wanted)
    if shown is not None and shown != planned.fingerprint:
        raise NeedsConfirmationError(_l("Look at the amounts, then issue the credit note."))
    note = _issue(session, invoice, planned, reason.strip(), token)
    for link in invoice.sources:
        give_back(link, note)
    _enter(session, note, planned, actor)
    invoice.updated_at = utcnow()  # a page shown before this one must ask again
    session.flush()
    session.expire(invoice, ["credit_notes", "allocations"])
    told = {"total": [None, str(note.total)], "reason": [None, note.reason]}
    journal.record(session, actor, "created", note, told)
    journal.record(session, actor, "credited", invoice, {"credit_note": [None, note.number]})
    return note


def _issue(session: AnySession, invoice: Invoice, planned: Credit, reason: str, token: str) -> CreditNote:
    totals = planned.totals
    with session.no_autoflush:
        note = CreditNote(
            case=invoice.case,
            client=invoice.client,
            invoice=invoice,
            number=credit_note_number(session),
            title=invoice.title,
            tax_province=invoice.tax_province,
            reason=reason,
            token=token,
            issue_date=clock.today(),
            issued_at=utcnow(),
            discount=totals.discount,
            net=totals.net,
            tax=totals.tax,
            total=totals.total,
        )
        note.set_lines(planned.drafts)
        note.taxes = [
            DocumentTax(code=tax.rate.code).hold(position, tax.rate, tax.base, tax.amount)
            for position, tax in enumerate(totals.taxes)
        ]
        session.add(note)
    session.flush()  # lines and taxes are written while the guards still let them
    note.snapshot = json.dumps(snapshot_of(session, note), ensure_ascii=False, sort_keys=True)
    session.flush()
    return note


def _enter(session: AnySession, note: CreditNote, planned: Credit, actor: Actor) -> None:
    """Into the ledger, up to the invoice's balance; what is over stays as the client's credit.

    Of an early-payment discount nothing is given back: nobody paid it.
    """
    for unearned in planned.unearned:
        meet(session, unearned, [note.invoice], actor)
    row = Payment(
        kind=EntryKind.CREDIT,
        client=note.client,
        document=note,
        amount=note.total,
        received_on=note.issue_date,
        reference=note.number,
        user_id=actor.user_id,
    )
    session.add(row)
    if planned.on_invoice:
        session.add(Allocation(payment=row, invoice=note.invoice, amount=planned.on_invoice, dated=note.issue_date))
