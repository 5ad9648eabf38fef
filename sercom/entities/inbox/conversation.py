"""The conversation of a case as the staff reads it: what is internal, what the client sees or wrote, e-mails."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sercom.backoffice.access import current_actor, may
from sercom.core.access import OFFICE
from sercom.core.base import db
from sercom.entities.cases.model import Case, Note
from sercom.entities.delivery.message import Message, MessageKind
from sercom.entities.documents.model import Document
from sercom.entities.files.model import File
from sercom.entities.inbox.model import ClientMessage
from sercom.workflow.writing import can_be_reached

#: Notices to the office tell what stands here anyway; a message to the client stands here as itself.
LEFT_OUT = frozenset({MessageKind.NEW_REQUEST, MessageKind.CLIENT_MESSAGE, MessageKind.REPLY})


class Voice(StrEnum):
    """Who speaks to whom: it decides colour, icon and word of an entry; of one moment, in this order."""

    EMAIL = "email"
    FROM_CLIENT = "from-client"
    INTERNAL = "internal"
    TO_CLIENT = "to-client"


@dataclass(frozen=True)
class Entry:
    """One entry: a note, a client's message, or an e-mail."""

    voice: Voice
    at: datetime
    row: Note | ClientMessage | Message
    photos: Sequence[File] = ()


@dataclass(frozen=True)
class Conversation:
    """What was said about a case, the latest first; whether the reader may write to the client, and whether one can."""

    entries: Sequence[Entry]
    may_write: bool
    reachable: bool
    emails: Sequence[Message] = field(default=(), repr=False)

    def emails_about(self, document: Document) -> list[Message]:
        """Every e-mail about ``document``, the latest first."""
        return [message for message in self.emails if message.document_id == document.id]

    @property
    def waiting(self) -> list[ClientMessage]:
        """What the client wrote and nobody handled."""
        rows = (entry.row for entry in self.entries if isinstance(entry.row, ClientMessage))
        return [row for row in rows if row.handled_at is None]

    def folds_away(self, shown: int, current: ClientMessage | None) -> bool:
        """Whether what is looked at, or waits, is not among the ``shown`` latest."""
        late = [entry.row for entry in self.entries[shown:]]
        return current in late or any(row in late for row in self.waiting)


def conversation_of(case: Case, documents: Sequence[Document] | None = None) -> Conversation:
    """Everything, for who may see the case; e-mails for who may read them. ``documents``: the case's, where known."""
    emails = _emails(case) if may("read", "messages") else ()
    notes = select(Note).where(Note.case_id == case.id).options(joinedload(Note.author))
    entries = [
        Entry(Voice.TO_CLIENT if note.shown_to_client else Voice.INTERNAL, note.created_at, note)
        for note in db.session.scalars(notes)
    ]
    if may("read", "inbox"):
        entries += _from_client(case)
    entries += [Entry(Voice.EMAIL, row.created_at, row) for row in emails if row.kind not in LEFT_OUT]
    order = list(Voice)
    entries.sort(key=lambda entry: (entry.at, order.index(entry.voice), entry.row.id), reverse=True)
    may_write = current_actor().has(OFFICE)
    return Conversation(entries, may_write, may_write and can_be_reached(case, documents), emails)


def _emails(case: Case) -> Sequence[Message]:
    rows = select(Message).where(Message.case_id == case.id).options(joinedload(Message.link))
    return db.session.scalars(rows.order_by(Message.id.desc())).all()


def _from_client(case: Case) -> list[Entry]:
    rows = select(ClientMessage).where(ClientMessage.case_id == case.id)
    found = db.session.scalars(rows.options(joinedload(ClientMessage.handled_by))).all()
    came = {row.id: [file for file in case.files if file.client_message_id == row.id] for row in found}
    return [Entry(Voice.FROM_CLIENT, row.created_at, row, came[row.id]) for row in found]
