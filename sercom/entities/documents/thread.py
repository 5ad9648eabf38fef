"""What a page shows around a document: its case's thread, its client's documents, the journal."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, undefer, with_polymorphic

from sercom.core.base import db
from sercom.core.journal import JournalEntry
from sercom.entities.documents.model import Document

#: Documents with everything their subclasses hold, in one query.
EVERY_KIND = with_polymorphic(Document, "*")
LATEST = 100


def thread_of_case(case_id: int) -> Sequence[Document]:
    """The case's documents, in order."""
    rows = _with_stages().where(EVERY_KIND.case_id == case_id)
    return db.session.scalars(rows.order_by(EVERY_KIND.id)).all()


def latest_of_client(client_id: int) -> Sequence[Document]:
    """The client's documents, the newest first."""
    rows = _with_stages().where(EVERY_KIND.client_id == client_id)
    return db.session.scalars(rows.order_by(EVERY_KIND.id.desc()).limit(LATEST)).all()


def _with_stages() -> Select[Any]:
    """Documents of every kind, each with where it stands and, for a draft's name, its case."""
    kinds = [
        mapper.class_.__name__ for mapper in Document.__mapper__.self_and_descendants if mapper.polymorphic_identity
    ]
    stages = [undefer(getattr(EVERY_KIND, kind).stage) for kind in kinds]
    return select(EVERY_KIND).options(joinedload(EVERY_KIND.case), *stages)


def journal_of_case(case_id: int) -> Sequence[JournalEntry]:
    """What happened to the case, the latest first."""
    rows = select(JournalEntry).where(JournalEntry.case_id == case_id)
    return db.session.scalars(rows.order_by(JournalEntry.id.desc()).limit(LATEST)).all()
