"""What a page shows around a document: its case's thread, its client's documents, the journal."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload, undefer, with_polymorphic

from sercom.core.base import db
from sercom.core.journal import JournalEntry
from sercom.entities.clients.model import Client
from sercom.entities.documents.model import Conversion, Document
from sercom.entities.sites.model import Site

#: Documents with everything their subclasses hold, in one query.
EVERY_KIND = with_polymorphic(Document, "*")
LATEST = 100


def thread_of_case(case_id: int) -> Sequence[Document]:
    """The case's documents, in order, and what was made from them in another case: jobs invoiced together."""
    own = select(Document.__table__.c.id).where(Document.__table__.c.case_id == case_id)
    beside = select(Conversion.target_id).where(Conversion.source_id.in_(own))
    rows = _with_stages().where(or_(EVERY_KIND.case_id == case_id, EVERY_KIND.id.in_(beside)))
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


def journal_of_client(client: Client) -> Sequence[JournalEntry]:
    """What happened to the client and to those merged into it, and to their addresses, the latest first."""
    ids = select(Client.id).where(Client.id == client.id).cte(recursive=True)
    ids = ids.union(select(Client.id).where(Client.merged_into_id == ids.c.id))
    sites = select(Site.id).where(Site.client_id.in_(select(ids.c.id)))
    about = ((Client, select(ids.c.id)), (Site, sites))
    rows = select(JournalEntry).where(
        or_(
            *(
                and_(JournalEntry.subject_type == model.__tablename__, JournalEntry.subject_id.in_(known))
                for model, known in about
            )
        )
    )
    return db.session.scalars(rows.order_by(JournalEntry.id.desc()).limit(LATEST)).all()
