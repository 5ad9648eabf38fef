"""What a client's page may show of a case: the one way from photos, notes and e-mails to a page behind a link.

It gives plain values, never rows: a template cannot walk from them to what is internal. A page of the
portal asks nothing else for them, and a test reads the portal's code for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from sercom.core.base import AnySession
from sercom.entities.cases.model import Note
from sercom.entities.delivery.message import Message, MessageKind, MessageStatus
from sercom.entities.documents.model import Document, DocumentKind
from sercom.entities.files.model import File, FileContent
from sercom.entities.inbox.model import ClientMessage, InboxKind, InboxStatus
from sercom.entities.requests.model import HalfDay

#: E-mails that were for the client. What went to the office, or to an account, is not among them, nor is
#: what is new and not yet said here.
TO_CLIENT = frozenset(
    {
        MessageKind.REQUEST_RECEIVED,
        MessageKind.QUOTE,
        MessageKind.INVOICE,
        MessageKind.CREDIT_NOTE,
        MessageKind.RECEIPT,
        MessageKind.ON_THE_WAY,
        MessageKind.QUOTE_APPROVED,
        *(MessageKind.QUOTE_REMINDER, MessageKind.QUOTE_REMINDER_AGAIN, MessageKind.VISIT_REMINDER),
        *(MessageKind.DUE_SOON, MessageKind.OVERDUE, MessageKind.OVERDUE_AGAIN),
        *(MessageKind.REVIEW, MessageKind.MAINTENANCE),
    }
)
LEFT = (MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.SENT)
LATEST = 100
#: Of one moment: the receipt, then what the client wrote, then the answer.
MAILED, WROTE, TOLD = range(3)


@dataclass(frozen=True)
class ShownPhoto:
    """A photo by its id, and what it shows in words; the visit it was taken on."""

    id: int
    words: str
    visit_id: int | None


@dataclass(frozen=True)
class ShownEntry:
    """One entry of the conversation. ``who`` is blank for what the client wrote."""

    at: datetime
    #: Its place among entries of one moment.
    place: int
    mine: bool
    who: str
    text: str
    photos: tuple[ShownPhoto, ...] = ()
    half_days: tuple[HalfDay, ...] = ()
    kind: InboxKind | None = None
    handled: bool = False
    #: An e-mail's subject stands for it.
    is_email: bool = False


@dataclass(frozen=True)
class Shown:
    """The photos that hang on the case itself, and the conversation, the oldest first."""

    photos: tuple[ShownPhoto, ...]
    entries: tuple[ShownEntry, ...]


def shown_on(session: AnySession, document: Document, company: str) -> Shown:
    """What the page of ``document`` may show; ``company`` is what the company is called.

    The page of a request follows the whole case. The page of a quote or an invoice may be passed on, to
    whoever pays: it tells only what was said on it.
    """
    photos = {photo_id: (shown, message) for photo_id, shown, message in _photos(session, document.case_id)}
    entries = [
        *_written(session, document, photos.values()),
        *_notes(session, document, company),
        *_emails(session, document, company),
    ]
    entries.sort(key=lambda entry: (entry.at, entry.place))
    return Shown(
        tuple(shown for shown, message in photos.values() if message is None),
        tuple(entries[-LATEST:]),
    )


def photo_data(session: AnySession, document: Document, file_id: int, *, small: bool) -> bytes | None:
    """The bytes of a photo that the client is shown, or ``None``."""
    column = FileContent.thumbnail if small else FileContent.data
    rows = select(column).join(File, File.id == FileContent.file_id)
    return session.scalar(rows.where(File.id == file_id, *_visible(document.case_id), *_on_page(document)))


def _visible(case_id: int) -> tuple[Any, ...]:
    """The condition, said once."""
    return File.case_id == case_id, File.shown_to_client


def _on_page(document: Document) -> tuple[Any, ...]:
    """A page that may be passed on opens no photo that it does not show."""
    if document.kind is DocumentKind.REQUEST:
        return ()
    said = File.client_message_id.in_(select(ClientMessage.id).where(ClientMessage.document_id == document.id))
    return (or_(said, File.client_message_id.is_(None)) if document.kind is DocumentKind.QUOTE else said,)


def _photos(session: AnySession, case_id: int) -> list[tuple[int, ShownPhoto, int | None]]:
    columns = select(File.id, File.caption, File.moment, File.visit_id, File.client_message_id)
    rows = session.execute(columns.where(*_visible(case_id)).order_by(File.id))
    return [
        (file_id, ShownPhoto(file_id, " · ".join(str(part) for part in (moment, caption) if part), visit_id), message)
        for file_id, caption, moment, visit_id, message in rows
    ]


def _about(column: Any, document: Document) -> tuple[Any, ...]:
    return () if document.kind is DocumentKind.REQUEST else (column == document.id,)


def _written(
    session: AnySession, document: Document, photos: Iterable[tuple[ShownPhoto, int | None]]
) -> list[ShownEntry]:
    """What the client wrote, with the photos that came with it."""
    rows = select(ClientMessage).where(
        ClientMessage.case_id == document.case_id, *_about(ClientMessage.document_id, document)
    )
    known = list(photos)
    return [
        ShownEntry(
            row.created_at,
            WROTE,
            mine=True,
            who="",
            text=row.body,
            photos=tuple(shown for shown, message in known if message == row.id),
            half_days=tuple(row.half_days),
            kind=row.kind,
            handled=row.status is InboxStatus.HANDLED,
        )
        for row in session.scalars(rows.order_by(ClientMessage.id.desc()).limit(LATEST))
    ]


def _notes(session: AnySession, document: Document, company: str) -> list[ShownEntry]:
    """What was written to the client: never an internal note."""
    rows = select(Note).where(
        Note.case_id == document.case_id, Note.shown_to_client, *_about(Note.document_id, document)
    )
    rows = rows.options(joinedload(Note.author)).order_by(Note.id.desc()).limit(LATEST)
    return [
        ShownEntry(
            row.created_at,
            TOLD,
            mine=False,
            who=" · ".join(str(part) for part in (row.author, company) if part),
            text=row.body,
        )
        for row in session.scalars(rows)
    ]


def _emails(session: AnySession, document: Document, company: str) -> list[ShownEntry]:
    """E-mails to the client by their subject."""
    rows = select(Message.created_at, Message.subject).where(
        Message.case_id == document.case_id,
        Message.kind.in_(TO_CLIENT),
        Message.status.in_(LEFT),
        *_about(Message.document_id, document),
    )
    return [
        ShownEntry(at, MAILED, mine=False, who=company, text=subject, is_email=True)
        for at, subject in session.execute(rows.order_by(Message.id.desc()).limit(LATEST))
    ]
