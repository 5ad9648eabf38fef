"""What a page shows around a document: its case's thread, its client's documents, the journal."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import with_polymorphic

from sercom.core.base import db
from sercom.core.journal import JournalEntry
from sercom.entities.documents.model import Document

#: Documents with everything their subclasses hold, in one query.
EVERY_KIND = with_polymorphic(Document, "*")
LATEST = 100


def thread_of_case(case_id: int) -> Sequence[Document]:
    """The case's documents, in order."""
    rows = select(EVERY_KIND).where(EVERY_KIND.case_id == case_id)
    return db.session.scalars(rows.order_by(EVERY_KIND.id)).all()


def latest_of_client(client_id: int) -> Sequence[Document]:
    """The client's documents, the newest first."""
    rows = select(EVERY_KIND).where(EVERY_KIND.client_id == client_id)
    return db.session.scalars(rows.order_by(EVERY_KIND.id.desc()).limit(LATEST)).all()


def journal_of_case(case_id: int) -> Sequence[JournalEntry]:
    """What happened to the case, the latest first."""
    rows = select(JournalEntry).where(JournalEntry.case_id == case_id)
    return db.session.scalars(rows.order_by(JournalEntry.id.desc()).limit(LATEST)).all()
