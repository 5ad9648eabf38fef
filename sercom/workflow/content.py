"""Starting a document at any stage, and changing its content: case, lines, totals, journal."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from sercom.core import journal
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import DomainError
from sercom.entities.cases.model import Case
from sercom.entities.clients.model import Client
from sercom.entities.documents.line import LineDraft
from sercom.entities.documents.model import Document, DocumentKind
from sercom.entities.documents.pricing import reprice
from sercom.entities.documents.taking import (
    require_covers_price,
    require_covers_taken,
    require_within_price,
    require_within_source,
)
from sercom.entities.sites.model import Site


def start(
    session: AnySession,
    document: Document,
    actor: Actor,
    *,
    client: Client,
    site: Site | None,
    drafts: Sequence[LineDraft] = (),
) -> None:
    """Make ``document`` the first of a new case."""
    case = Case.open(session, client, site, document.title)
    journal.record(session, actor, "created", case)
    join(session, document, case, actor, drafts)


def join(session: AnySession, document: Document, case: Case, actor: Actor, drafts: Sequence[LineDraft]) -> None:
    """Put ``document`` into ``case`` (new or locked): numbered, begun, priced, journalled."""
    if document.kind in {DocumentKind.JOB, DocumentKind.INVOICE}:
        _no_prospect_any_more(session, case.client, actor)
    with session.no_autoflush:
        document.case, document.client = case, case.client
        if document.numbered_by_case:
            document.number = case.next_document_number(document.letter)
        session.add(document)
        document.begin(actor)
        document.set_lines(drafts)
        reprice(session, document)
    session.flush()
    journal.record(session, actor, "created", document)


def _no_prospect_any_more(session: AnySession, client: Client, actor: Actor) -> None:
    """Whoever has work done or pays is a client."""
    if client.is_prospect:
        # Past the row's version: two cases of a new client may get there at once.
        session.execute(update(Client).where(Client.id == client.id).values(is_prospect=False))
        journal.record(session, actor, "changed", client, {"is_prospect": [True, False]})


def change(session: AnySession, document: Document, actor: Actor, drafts: Sequence[LineDraft]) -> None:
    """Take new content: its columns are already set, ``drafts`` are its lines from now on."""
    document.require_editable()
    _lock_family(session, document)
    with session.no_autoflush:  # what is flushed has no "before" left to tell
        before, net = document.lines_state(), document.net
        document.set_lines(drafts)
        require_covers_taken(document)
        document.content_changed()
        reprice(session, document)
        require_covers_price(document, net)
        changes = journal.changes_of(document)
        after = document.lines_state()
    if before != after:
        changes["lines"] = [before, after]
    document.updated_at = utcnow()
    session.flush()
    require_within_source(document)
    require_within_price(document)
    if changes:
        journal.record(session, actor, "changed", document, changes)


def _lock_family(session: AnySession, document: Document) -> None:
    """Lock the document and its sources: what is left of their lines must not change meanwhile."""
    with session.no_autoflush:
        family = [document.id, *(link.source_id for link in document.sources)]
        rows = select(Document.id).where(Document.id.in_(family)).order_by(Document.id).with_for_update()
        session.execute(rows).all()


def relocate(session: AnySession, case: Case, site: Site | None) -> None:
    """Move a case to another address of its client; documents that may still change get its taxes."""
    if site is not None and site.client_id != case.client_id:
        raise DomainError(_l("This address belongs to another client."), "site")
    case.site = site
    for document in case.documents:
        if document.is_editable:
            reprice(session, document)
            document.updated_at = utcnow()
