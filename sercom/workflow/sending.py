"""A quote, an invoice or a credit note leaves by e-mail: words from the template, the link, the PDF, the journal."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import object_session

from sercom.core import formats, journal
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, DomainError, NeedsConfirmationError
from sercom.entities.company.model import get_company
from sercom.entities.credits.model import CreditNote
from sercom.entities.delivery import outbox
from sercom.entities.delivery.link import Link, make_link
from sercom.entities.delivery.mail_template import check_text, escaped, fill, find_template
from sercom.entities.delivery.message import Message, MessageKind
from sercom.entities.delivery.outbox import Words
from sercom.entities.documents.model import Document
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.quotes.model import Quote, QuoteStatus
from sercom.entities.users.model import Language
from sercom.workflow import presend, presend_credit
from sercom.workflow.transitions import run

Sendable = Quote | Invoice | CreditNote
KINDS = {Quote: MessageKind.QUOTE, Invoice: MessageKind.INVOICE, CreditNote: MessageKind.CREDIT_NOTE}
MAX_RECIPIENTS = 5


def kind_of(document: Sendable) -> MessageKind:
    """The kind of e-mail it leaves with."""
    return KINDS[type(document)]


def can_send(document: Document) -> bool:
    """Whether it can leave: a quote that is no archive, what was issued; to somebody who was not anonymised."""
    if document.client.anonymised_at is not None:
        return False
    if isinstance(document, Quote):
        return document.status is not QuoteStatus.ARCHIVED and document.has_items
    return isinstance(document, CreditNote) or (
        isinstance(document, Invoice) and document.status is InvoiceStatus.ISSUED
    )


def called(quote: Quote) -> str:
    """A quote's number, and its revision from the second on: or its e-mail reads as the one before."""
    revision = f" ({_('Revision %(number)s', number=quote.revision).lower()})" if quote.revision > 1 else ""
    return (quote.number or "") + revision


def values_of(session: AnySession, document: Sendable, language: Language) -> dict[str, str]:
    """What the fields of a text stand for, as ``language`` writes it."""
    company = get_company(session)
    with force_locale(language.value):
        values = {
            "client": document.client.contact_name or document.client.name,
            "number": document.number or "",
            "total": formats.money(document.total),
            "company": company.name,
            "phone": formats.phone(company.phone) if company.phone else "",
        }
        if isinstance(document, Invoice):
            values["balance"] = formats.money(document.balance)
            values["due_date"] = formats.long_day(document.due_date) if document.due_date else ""
        elif isinstance(document, CreditNote):
            values["invoice"] = document.invoice.number or ""
        else:
            until = document.valid_until or presend.default_validity(session)
            values["valid_until"] = formats.long_day(until)
            values["number"] = called(document)
    return values


def proposed_words(session: AnySession, document: Sendable, language: Language) -> Words:
    """Subject and message as the template has them, filled in; ``{link}`` stays."""
    template = find_template(session, kind_of(document), language)
    # It is filled in again when it is sent: what a value says of braces is no field.
    values = {name: escaped(text) for name, text in values_of(session, document, language).items()}
    return Words(language, fill(template.subject, values), fill(template.body, values))


def filled_words(session: AnySession, document: Sendable, words: Words) -> Words:
    """What a person wrote, checked and filled in; raises ``DomainError`` beside what names no field."""
    kind, values = kind_of(document), values_of(session, document, words.language)
    check_text(kind, words.subject, "subject")
    check_text(kind, words.body, "body")
    return Words(words.language, fill(words.subject, values), fill(words.body, values))


def recipients_of(document: Document) -> list[str]:
    """The addresses known for the client, the usual one first: an invoice and its credit note go to who pays."""
    client = document.client
    sent = [message.to_email for message in messages_of(document) if message.kind in KINDS.values()]
    usual = [client.billing_email, client.email] if isinstance(document, Invoice | CreditNote) else [client.email]
    return list(dict.fromkeys(email for email in (*usual, *sent) if email))


def open_links(session: AnySession, document: Document) -> list[Link]:
    """The client's links to the document that still open."""
    links = select(Link).where(Link.document_id == document.id, Link.revoked_at.is_(None), Link.expires_at > utcnow())
    return list(session.scalars(links))


def end_links(session: AnySession, document: Document, actor: Actor) -> None:
    """End all of them, and write it in the journal."""
    ended = open_links(session, document)
    for link in ended:
        link.revoked_at = utcnow()
    if ended:
        journal.record(session, actor, "link_revoked", document)


def was_sent(document: Sendable, messages: Sequence[Message]) -> bool:
    """Whether one of the ``messages`` about it carries its present revision."""
    revision = getattr(document, "revision", 1)
    return any(message.revision == revision for message in messages if message.kind is not MessageKind.RECEIPT)


def read_at(document: Sendable, messages: Sequence[Message]) -> datetime | None:
    """When the client first opened the present revision from one of the ``messages`` (UTC)."""
    revision = getattr(document, "revision", 1)
    links = (message.link for message in messages if message.revision == revision)
    return min((link.viewed_at for link in links if link and link.viewed_at), default=None)


def messages_of(document: Document) -> Sequence[Message]:
    """What was written about the document, the latest first."""
    session = object_session(document)
    assert session is not None
    about = select(Message).where(Message.document_id == document.id).order_by(Message.id.desc())
    return session.scalars(about).all()


def send(
    session: AnySession,
    document: Sendable,
    actor: Actor,
    words: Words,
    *,
    to: Sequence[str],
    token: str,
    confirm: bool = False,
    version: int | None = None,
) -> list[Message]:
    """Write one message for each address; a draft of a quote becomes a sent one. ``document`` is locked.

    Raises ``DomainError`` beside its field, or where the pre-send check found an error;
    ``NeedsConfirmationError`` where it found something to ask about.
    """
    if session.scalar(select(Message.id).where(Message.token == f"{token}-0")) is not None:
        raise ConflictError(_l("This was sent already."))
    if not to:
        raise DomainError(_l("Choose at least one address."), "to")
    if len(to) > MAX_RECIPIENTS:
        raise DomainError(_l("Five addresses at most."), "to")
    filled = filled_words(session, document, words)
    if not can_send(document):
        raise DomainError(_l("This document cannot be sent as it stands."))
    require_ready(session, document, words.language, confirm=confirm)
    if isinstance(document, Quote) and document.status is QuoteStatus.DRAFT:
        run(session, "mark_sent", document, actor, version=version)
    written = []
    for position, address in enumerate(to):
        message = outbox.post(
            session,
            kind_of(document),
            filled,
            to=address,
            document=document,
            link=make_link(session, document),
            attached=True,
            token=f"{token}-{position}",
        )
        journal.record(session, actor, "emailed", document, {"message": [message.id, message.to_email]})
        written.append(message)
    return written


def findings_of(session: AnySession, document: Sendable, language: Language) -> list[presend.Finding]:
    """What the pre-send check finds."""
    if isinstance(document, CreditNote):
        return presend_credit.check(document, language)
    return presend.check(session, document, language)


def require_ready(session: AnySession, document: Sendable, language: Language, *, confirm: bool) -> None:
    """The pre-send check: errors stop, warnings ask."""
    found = findings_of(session, document, language)
    errors = [finding.text for finding in found if finding.stops]
    if errors:
        raise DomainError(" ".join(str(text) for text in errors))
    if found and not confirm:
        raise NeedsConfirmationError(_l("Read the points below, then confirm."))
