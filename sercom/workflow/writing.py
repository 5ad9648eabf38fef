"""What the office writes on a case: an internal note, or words to the client. Two functions, never one with a flag."""

from collections.abc import Sequence

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from sercom.core import formats, journal
from sercom.core.access import OFFICE, Actor
from sercom.core.base import AnySession
from sercom.core.errors import DomainError, ForbiddenError
from sercom.entities.cases.model import Case, Note
from sercom.entities.company.model import get_company
from sercom.entities.credits.model import CreditNote
from sercom.entities.delivery import outbox
from sercom.entities.delivery.link import Link, make_link
from sercom.entities.delivery.mail_template import fill, find_template
from sercom.entities.delivery.message import LINK, Message, MessageKind
from sercom.entities.delivery.outbox import Words
from sercom.entities.documents.model import Document
from sercom.entities.inbox.model import MAX_BODY
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.quotes.model import Quote, QuoteStatus
from sercom.entities.requests.model import ServiceRequest
from sercom.workflow import transitions
from sercom.workflow.inbox import unhandled_of
from sercom.workflow.sending import open_links

#: States in which a quote has a page that its client was sent.
ON_A_PAGE = frozenset({QuoteStatus.SENT, QuoteStatus.CHANGES_REQUESTED, QuoteStatus.APPROVED, QuoteStatus.DECLINED})


def add_internal_note(session: AnySession, case: Case, actor: Actor, body: str) -> Note:
    """A remark that the client never sees."""
    case.client.require_present(session)
    note = Note(case=case, body=_checked(body), shown_to_client=False, author_id=actor.user_id)
    session.add(note)
    session.flush()
    journal.record(session, actor, "note_added", note)
    return note


def write_to_client(
    session: AnySession, case: Case, actor: Actor, body: str, *, about: Document | None = None, token: str
) -> Note:
    """Write to the client: on the page of what it is about, and by e-mail where an address is known.

    What the client wrote before is handled by it. Written twice with one ``token``, it is written once.
    Raises ``DomainError`` where the client has neither a page nor an address.
    """
    if not actor.has(OFFICE):
        raise ForbiddenError(_l("Your role does not allow this."))
    text = _checked(body)
    done = session.scalars(select(Note).where(Note.token == token)).one_or_none()
    if done is not None:
        return done
    case.client.require_present(session)
    page = page_for(case, about)
    if page is None and not case.client.email:
        raise DomainError(_l("This client has no e-mail address and no page yet: call them."), "body")
    note = Note(case=case, body=text, shown_to_client=True, author_id=actor.user_id, document=page, token=token)
    session.add(note)
    session.flush()
    journal.record(session, actor, "client_told", note)
    if case.client.email:
        note.message = _post(session, note, page)
        session.flush()
        journal.record(session, actor, "emailed", page or case, {"message": [note.message.id, note.message.to_email]})
    for waiting in unhandled_of(session, case):
        transitions.run(session, "handle", waiting, actor)
    return note


def _checked(body: str) -> str:
    text = body.replace("\r\n", "\n").strip()
    if not text or len(text) > MAX_BODY:
        raise DomainError(_l("Write between 1 and 5000 characters."), "body")
    return text


def can_be_reached(case: Case, documents: Sequence[Document] | None = None) -> bool:
    """Whether the client has an address, or a page on which it would be read. ``documents``: where they are known."""
    known = case.documents if documents is None and not case.client.email else documents or ()
    return bool(case.client.email) or any(_has_page(document) for document in known)


def page_for(case: Case, about: Document | None) -> Document | None:
    """The document whose page shows it: what it is about, else the request, else the newest with a page."""
    found = [document for document in reversed(case.documents) if _has_page(document)]
    requests = [document for document in found if isinstance(document, ServiceRequest)]
    return about if about in found else next(iter([*requests, *found]), None)


def _has_page(document: Document) -> bool:
    if isinstance(document, Quote):
        return document.status in ON_A_PAGE
    issued = isinstance(document, Invoice) and document.status is InvoiceStatus.ISSUED
    return issued or isinstance(document, ServiceRequest | CreditNote)


def _post(session: AnySession, note: Note, page: Document | None) -> Message:
    client, company, language = note.case.client, get_company(session), note.case.client.language
    template = find_template(session, MessageKind.REPLY, language)
    with force_locale(language.value):
        phone = formats.phone(company.phone) if company.phone else ""
    values = {
        "client": client.contact_name or client.name,
        "number": str(page or note.case),
        "company": company.name,
        "phone": phone,
    }
    values = {name: formats.single_line(text) for name, text in values.items()}
    body = fill(template.body if page is not None else _without_page(template.body), values | {"text": note.body})
    words = Words(language, fill(template.subject, values | {"text": ""}), body)
    link = _link_to(session, page) if page is not None else None
    message = outbox.post(session, MessageKind.REPLY, words, to=client.email or "", document=page, link=link)
    message.case = note.case
    return message


def _link_to(session: AnySession, document: Document) -> Link:
    """A link of the present revision that still opens, or a new one; none that ends with the client's page."""
    revision = getattr(document, "revision", 1)
    own = (link for link in open_links(session, document) if link.revision == revision and link.hub_link_id is None)
    return next(own, None) or make_link(session, document)


def _without_page(body: str) -> str:
    """The template's words without the link, and without the sentence that leads to it."""
    parts = body.split("\n\n")
    kept = [
        part
        for part, after in zip(parts, [*parts[1:], ""], strict=True)
        if LINK not in part and not (after.strip() == LINK and part.rstrip().endswith(":"))
    ]
    return "\n\n".join(kept)
