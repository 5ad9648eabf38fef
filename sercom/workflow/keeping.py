"""A deposit that is kept: the client withdrew, and what was held becomes a sale, its taxes within it."""

from decimal import Decimal

from flask_babel import LazyString, force_locale, gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from sercom.core import clock, journal
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, DomainError
from sercom.core.money import ZERO, totals_within
from sercom.entities.cases.model import Case
from sercom.entities.documents.line import LineDraft
from sercom.entities.documents.model import Document
from sercom.entities.documents.pricing import basis_of
from sercom.entities.invoices.model import Invoice
from sercom.entities.ledger import book
from sercom.entities.ledger.model import EntryKind, Payment
from sercom.entities.users.model import Language
from sercom.workflow import content
from sercom.workflow.payments import require_money


def refuse_keep(row: Payment) -> LazyString | None:
    """Why a row of the ledger cannot be kept, if it cannot."""
    if row.kind is not EntryKind.DEPOSIT or row.document is None:
        return _l("Only a deposit is kept.")
    return None if row.rest > ZERO else _l("Nothing is left of it.")


def keep(session: AnySession, row: Payment, actor: Actor, *, seen: str | None = None) -> Invoice:
    """Issue an invoice that comes to what is left of a deposit, taxes in, and pay it with the deposit.

    ``seen`` is the rest as the page showed it. Nothing new is owed: the deposit is no longer held, and the sale
    stands in every report on the day on which it was kept.
    """
    require_money(actor)
    case_id = row.document.case_id if row.document is not None else None
    session.execute(select(Case.id).where(Case.id == case_id).with_for_update()).all()
    book.hold(session, row.client_id)
    session.refresh(row)
    if seen is not None and seen != str(row.rest):
        raise ConflictError(_l("Somebody changed this since you opened it. Look at it again, then decide."))
    refused = refuse_keep(row)
    if refused is not None:
        raise DomainError(refused)
    assert row.document is not None
    book.check_day(session, clock.today(), None)
    return _issue(session, row, row.document, row.rest, actor)


def _issue(session: AnySession, row: Payment, document: Document, amount: Decimal, actor: Actor) -> Invoice:
    totals = totals_within(amount, basis_of(session, document).rates)
    invoice = Invoice(title=_words(document), tax_province=document.tax_province)
    invoice.kept = (row, amount)
    content.join(session, invoice, document.case, actor, [LineDraft(_words(document), unit_price=totals.net)])
    with session.no_autoflush:
        invoice.issue(actor)
    invoice.updated_at = utcnow()
    changes = journal.changes_of(invoice)
    session.flush()
    journal.record(session, actor, "issue", invoice, changes)
    journal.record(session, actor, "deposit_kept", row.client, {"amount": [None, str(amount)]})
    return invoice


def _words(document: Document) -> str:
    """What the client reads, in the client's language."""
    language = Language.ENGLISH if document.client.language is Language.ENGLISH else Language.FRENCH
    with force_locale(language.value):
        return gettext("Deposit kept, %(document)s", document=document)
