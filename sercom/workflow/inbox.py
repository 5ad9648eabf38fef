"""What a client sends from a page of theirs: words, photos, another time, a cancellation; the office is told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from sercom.core import formats, journal
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, DomainError
from sercom.entities.cases.model import Case
from sercom.entities.company.model import get_company
from sercom.entities.delivery import outbox
from sercom.entities.delivery.message import LINK, Message, MessageKind
from sercom.entities.delivery.outbox import Words
from sercom.entities.documents.model import Document
from sercom.entities.files.photos import Photo
from sercom.entities.files.store import add_photo
from sercom.entities.inbox.model import MAX_BODY, ClientMessage, InboxKind, InboxStatus
from sercom.entities.requests.model import WITHDRAWN, CloseReason, HalfDay, ServiceRequest
from sercom.entities.users.model import Language
from sercom.workflow import transitions

#: The office is told once of what one client sends within this time.
QUIET = timedelta(minutes=15)
#: What the office's e-mail holds of the client's words, in characters.
EXCERPT = 1500


@dataclass(frozen=True)
class Written:
    """What a client sends: words, half-days that suit better, photos by name."""

    body: str = ""
    half_days: Sequence[HalfDay] = ()
    photos: Sequence[tuple[str, Photo]] = ()


def client_of(document: Document) -> Actor:
    """Whoever holds a link to ``document``: its client."""
    client = document.client
    return Actor(client.contact_name or client.name, client_id=client.id)


def find_by_ticket(session: AnySession, ticket: str) -> ClientMessage | None:
    """The message that a form with this key already made."""
    return session.scalars(select(ClientMessage).where(ClientMessage.ticket == ticket)).one_or_none()


def receive(session: AnySession, document: Document, written: Written, ticket: str) -> ClientMessage:
    """Keep what the client wrote, and tell the office. The ticket's constraint is the last guard.

    Half-days proposed for a request that goes on become those of the request.
    """
    if not (written.body or written.half_days or written.photos):
        raise DomainError(_l("Write something, or add a photo."), "body")
    actor, chosen = client_of(document), [day.value for day in HalfDay if day in written.half_days]
    kind = InboxKind.OTHER_TIME if chosen else InboxKind.WORDS
    message = _keep(session, document, actor, kind, written, ticket)
    message.availability = chosen
    if chosen and isinstance(document, ServiceRequest) and document.is_editable:
        _prefer(session, document, actor, chosen)
    _tell_office(session, message)
    return message


def can_cancel(request: ServiceRequest) -> bool:
    """Whether the client may still cancel alone: nothing came of it, and nobody is on the way."""
    close = transitions.find(ServiceRequest, "close")
    return close is not None and close.allowed_for(request, client_of(request)) and not _went_on(request)


def cancel(
    session: AnySession, request: ServiceRequest, reason: CloseReason, body: str, ticket: str
) -> ClientMessage | None:
    """The client gives the request up; planned visits are cancelled. ``request`` is locked.

    ``None`` where it was closed already. Raises ``DomainError`` where it went too far for that.
    """
    if not request.is_editable:
        return None
    if reason not in WITHDRAWN:
        raise DomainError(_l("Choose a reason."), "reason")
    if _went_on(request):
        raise ConflictError(_l("Your request has gone further since. Write to us or call us: we will see to it."))
    actor = client_of(request)
    transitions.run(session, "close", request, actor, {"reason": reason})
    message = _keep(session, request, actor, InboxKind.CANCELLATION, Written(body), ticket)
    _tell_office(session, message)
    return message


def cancelled_among(session: AnySession, requests: Iterable[ServiceRequest]) -> set[int]:
    """Ids of the requests that their client gave up; the others that are closed, the office closed."""
    ids = [request.id for request in requests if not request.is_editable]
    rows = select(Document.id).join(ClientMessage, ClientMessage.document_id == Document.id)
    return set(session.scalars(rows.where(Document.id.in_(ids), ClientMessage.kind == InboxKind.CANCELLATION)))


def _went_on(request: ServiceRequest) -> bool:
    return any(made.target.is_live for made in request.conversions)


def _keep(
    session: AnySession, document: Document, actor: Actor, kind: InboxKind, written: Written, ticket: str
) -> ClientMessage:
    message = ClientMessage(
        case=document.case,
        document=document,
        kind=kind,
        author=actor.name,
        body=written.body[:MAX_BODY],
        ticket=ticket,
    )
    session.add(message)
    session.flush()
    journal.record(session, actor, "client_wrote", message)
    for name, photo in written.photos:
        file = add_photo(session, document.case, photo, actor, name=name, document_id=document.id, shown_to_client=True)
        file.client_message_id = message.id
    session.flush()
    return message


def _prefer(session: AnySession, request: ServiceRequest, actor: Actor, chosen: list[str]) -> None:
    request.availability = chosen
    changes = journal.changes_of(request)
    session.flush()
    if changes:
        journal.record(session, actor, "changed", request, changes)


def _tell_office(session: AnySession, message: ClientMessage) -> None:
    """An e-mail to the office, unless one about the same case left a moment ago and nobody looked yet."""
    company = get_company(session)
    told = select(Message.id).where(
        Message.case_id == message.case_id,
        Message.kind == MessageKind.CLIENT_MESSAGE,
        Message.created_at > utcnow() - QUIET,
    )
    if company.email and (message.kind is InboxKind.CANCELLATION or session.scalar(told.limit(1)) is None):
        words = _notice(message)
        outbox.post(session, MessageKind.CLIENT_MESSAGE, words, to=company.email, document=message.document)


def _notice(message: ClientMessage) -> Words:
    """What the office reads: who, about what, the words, and where to look."""
    with force_locale(Language.FRENCH.value):
        told = {"kind": message.kind.label, "client": formats.single_line(message.author)}
        subject = _("%(kind)s of %(client)s, %(number)s", number=message.document or message.case, **told)
        count = len(message.photos)
        photos = _("With photos: %(count)s", count=count) if count else ""
        days = f"{_('Suits better:')} {formats.days_told(message.half_days)}" if message.half_days else ""
        url = f"{outbox.base_url()}/admin/inbox/details/?id={message.id}"
        parts = [subject, message.body[:EXCERPT].replace(LINK, ""), days, photos, url]
        return Words(Language.FRENCH, subject, "\n\n".join(part for part in parts if part))


def unhandled_of(session: AnySession, case: Case) -> Sequence[ClientMessage]:
    """What the client wrote and nobody handled, the oldest first."""
    rows = select(ClientMessage).where(ClientMessage.case_id == case.id, ClientMessage.status == InboxStatus.NEW)
    return session.scalars(rows.order_by(ClientMessage.id).with_for_update()).all()
