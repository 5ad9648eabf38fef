"""What stands behind a document on paper: its kind, its snapshot, and its PDF, drawn once and kept."""

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from sercom.core.base import AnySession
from sercom.core.database import writing
from sercom.core.errors import ConflictError
from sercom.entities.company.model import Logo
from sercom.entities.delivery.model import RenderedFile
from sercom.entities.invoices import snapshot as invoices
from sercom.entities.invoices.model import Invoice
from sercom.entities.jobs import snapshot as jobs
from sercom.entities.jobs.model import Job
from sercom.entities.ledger import snapshot as ledger
from sercom.entities.ledger.model import EntryKind, Payment
from sercom.entities.quotes import snapshot as quotes
from sercom.entities.quotes.model import Quote
from sercom.entities.users.model import Language
from sercom.output import paper
from sercom.output.kinds import PaperKind, file_name

Snapshot = dict[str, Any]
Printable = Quote | Job | Invoice | Payment

BUILDERS: dict[type[Any], Callable[[AnySession, Any], Snapshot]] = {
    Quote: quotes.snapshot_of,
    Job: jobs.snapshot_of,
    Invoice: invoices.snapshot_of,
    Payment: ledger.snapshot_of,
}

#: Two readers of the same document: the second one waits, and finds what the first one kept.
_first_reader = threading.Lock()


@dataclass(frozen=True)
class PdfFile:
    """A PDF and what it is called."""

    name: str
    data: bytes


def frozen(session: AnySession, row: Printable, revision: int | None = None) -> Snapshot | None:
    """What was issued or sent, as it was then; ``None`` where nothing was.

    ``revision`` is a quote's; its present one by default. A work order is never final.
    """
    if isinstance(row, Invoice):
        return json.loads(row.snapshot) if row.snapshot else None
    if isinstance(row, Quote):
        content = row.sent_content(revision or row.revision)
        return json.loads(content) if content else None
    if isinstance(row, Payment):
        return _receipt(session, row)
    return None


def _receipt(session: AnySession, payment: Payment) -> Snapshot:
    if payment.kind is not EntryKind.PAYMENT or payment.is_corrected:
        raise ConflictError(_l("This payment was taken back: it has no receipt."))
    return ledger.snapshot_of(session, payment)


def preview(session: AnySession, row: Printable, language: Language, screen: paper.Screen) -> str:
    """The document as a page; what is not final is told as it stands now, and never kept."""
    final = frozen(session, row)
    snapshot = final or BUILDERS[type(row)](session, row)
    draft = final is None and not isinstance(row, Job)
    return paper.to_html(snapshot, language.value, logo=_logo(session, snapshot), draft=draft, screen=screen)


def pdf(session: AnySession, row: Printable, language: Language, revision: int | None = None) -> PdfFile:
    """The document's PDF. The French one of what is final is kept whatever language is read.

    Raises ``ConflictError`` for a draft, ``paper.PaperError`` where it cannot be drawn. Ends the
    session's transaction.
    """
    if isinstance(row, Job):
        snapshot = jobs.snapshot_of(session, row)
        return PdfFile(_name(snapshot, language), draw(session, snapshot, language))
    snapshot = frozen(session, row, revision) or {}
    if not snapshot:
        raise ConflictError(_l("This is still a draft: it has no PDF, only a preview."))
    subject = {"payment_id": row.id} if isinstance(row, Payment) else {"document_id": row.id}
    kept = _kept_or_drawn(session, snapshot, Language.FRENCH, subject)
    if language is not Language.FRENCH:
        kept = _kept_or_drawn(session, snapshot, language, subject)
    return PdfFile(_name(snapshot, language), kept)


def _name(snapshot: Snapshot, language: Language) -> str:
    return file_name(PaperKind(snapshot["kind"]), snapshot["number"], snapshot["revision"], language.value)


def _kept_or_drawn(session: AnySession, snapshot: Snapshot, language: Language, subject: dict[str, int]) -> bytes:
    key = subject | {
        "kind": PaperKind(snapshot["kind"]),
        "language": language,
        "revision": snapshot["revision"],
    }
    known = _find(session, key)
    if known is not None:
        return known
    session.rollback()  # who waits holds no connection, and looks again with fresh eyes
    with _first_reader:
        known = _find(session, key)
        return known if known is not None else _keep(session, key, draw(session, snapshot, language))


def _find(session: AnySession, key: dict[str, Any]) -> bytes | None:
    return session.scalar(select(RenderedFile.data).filter_by(**key))


def draw(session: AnySession, snapshot: Snapshot, language: Language) -> bytes:
    """The PDF of a snapshot, kept nowhere. Ends the session's transaction."""
    logo = _logo(session, snapshot)
    session.rollback()  # gives the connection back: drawing takes its time
    return paper.to_pdf(paper.to_html(snapshot, language.value, logo=logo))


def _logo(session: AnySession, snapshot: Snapshot) -> bytes | None:
    return session.scalar(select(Logo.data).where(Logo.id == snapshot["logo"])) if snapshot["logo"] else None


def _keep(session: AnySession, key: dict[str, Any], drawn: bytes) -> bytes:
    """Keep what was drawn; where another process was first, its file is the one."""
    sha256 = hashlib.sha256(drawn).hexdigest()
    file = RenderedFile(data=drawn, sha256=sha256, template_version=paper.TEMPLATE_VERSION, **key)
    try:
        with writing(session) as own:
            own.add(file)
    except IntegrityError:
        session.rollback()
    kept = _find(session, key)
    assert kept is not None
    return kept
