"""What stands behind a document on paper: its kind, its snapshot, and its PDF, drawn once and kept."""

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from sercom.core.base import AnySession
from sercom.core.database import writing
from sercom.core.errors import ConflictError
from sercom.entities.cases.model import Case
from sercom.entities.clients.model import Client
from sercom.entities.company.model import Logo
from sercom.entities.credits import snapshot as notes
from sercom.entities.credits.model import CreditNote
from sercom.entities.delivery.model import RenderedFile
from sercom.entities.documents.model import Document
from sercom.entities.files.model import FileContent
from sercom.entities.invoices import snapshot as invoices
from sercom.entities.invoices.model import Invoice
from sercom.entities.jobs import snapshot as jobs
from sercom.entities.jobs.model import Job
from sercom.entities.ledger import snapshot as ledger
from sercom.entities.ledger.model import EntryKind, Payment
from sercom.entities.quotes import snapshot as quotes
from sercom.entities.quotes.evidence import Approval
from sercom.entities.quotes.model import Quote
from sercom.entities.users.model import Language
from sercom.entities.visits import snapshot as visits
from sercom.entities.visits.model import Visit
from sercom.entities.visits.proof import Signature
from sercom.output import paper
from sercom.output.kinds import PaperKind, file_name

Snapshot = dict[str, Any]
Printable = Quote | Job | Invoice | CreditNote | Payment | Visit | Approval

BUILDERS: dict[type[Any], Callable[[AnySession, Any], Snapshot]] = {
    Quote: quotes.snapshot_of,
    Job: jobs.snapshot_of,
    Invoice: invoices.snapshot_of,
    CreditNote: notes.snapshot_of,
    Payment: ledger.snapshot_of,
    Visit: visits.snapshot_of,
}

#: What a file is of, where that is no document.
SUBJECTS: dict[type[Any], str] = {Payment: "payment_id", Visit: "visit_id", Approval: "approval_id"}

#: Whose paper it is: the client, and when that one was anonymised.
Owner = tuple[int, datetime | None]

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
    if isinstance(row, Invoice | CreditNote):
        return json.loads(row.snapshot) if row.snapshot else None
    if isinstance(row, Quote):
        content = row.sent_content(revision or row.revision)
        return json.loads(content) if content else None
    if isinstance(row, Payment):
        return _receipt(session, row)
    return json.loads(row.paper) if isinstance(row, Approval) and row.paper else None


#: What has a receipt: money that moved.
RECEIPTED = (EntryKind.PAYMENT, EntryKind.DEPOSIT, EntryKind.REFUND)


def _receipt(session: AnySession, payment: Payment) -> Snapshot:
    if payment.kind not in RECEIPTED or payment.is_corrected:
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

    Raises ``ConflictError`` for a draft, or where the client was anonymised or merged while it was drawn;
    ``paper.PaperError`` where it cannot be drawn. Ends the session's transaction.
    """
    if isinstance(row, Job):
        snapshot = jobs.snapshot_of(session, row)
        return PdfFile(_name(snapshot, language), draw(session, snapshot, language))
    subject: dict[str, Any] = {SUBJECTS.get(type(row), "document_id"): row.id}
    session.flush()
    session.expire_all()  # the owner is read before what is told, never after
    owner = _owner(session, subject)
    if isinstance(row, Visit):
        snapshot = _report(session, row)
        subject["told_sha256"] = _told(snapshot)
    else:
        snapshot = frozen(session, row, revision) or {}
    if not snapshot:
        raise ConflictError(_l("This is still a draft: it has no PDF, only a preview."))
    kept = _kept_or_drawn(session, snapshot, Language.FRENCH, subject, owner)
    if language is not Language.FRENCH:
        kept = _kept_or_drawn(session, snapshot, language, subject, owner)
    return PdfFile(_name(snapshot, language), kept)


def report_for_client(session: AnySession, visit: Visit, language: Language) -> PdfFile:
    """A visit's report as its client reads it: without the photos that are internal. Drawn anew, kept nowhere.

    Ends the session's transaction.
    """
    snapshot = visits.snapshot_of(session, visit, shown_only=True)
    return PdfFile(_name(snapshot, language), draw(session, snapshot, language))


def _report(session: AnySession, visit: Visit) -> Snapshot:
    """A visit's report: kept as it was read first, and anew as a revision once the work is told otherwise."""
    if visit.status not in visits.REPORTED:
        raise ConflictError(_l("The work is not finished: it has no report yet."))
    snapshot = visits.snapshot_of(session, visit)
    own = RenderedFile.visit_id == visit.id
    known = session.scalar(select(RenderedFile.revision).where(own, RenderedFile.told_sha256 == _told(snapshot)))
    last = session.scalar(select(func.max(RenderedFile.revision)).where(own))
    return snapshot | {"revision": known or (last or 0) + 1}


def _told(report: Snapshot) -> str:
    return hashlib.sha256(json.dumps(report["work"], sort_keys=True).encode()).hexdigest()


def _name(snapshot: Snapshot, language: Language) -> str:
    return file_name(PaperKind(snapshot["kind"]), snapshot["number"], snapshot["revision"], language.value)


def _kept_or_drawn(
    session: AnySession, snapshot: Snapshot, language: Language, subject: dict[str, Any], owner: Owner
) -> bytes:
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
        return known if known is not None else _keep(session, key, draw(session, snapshot, language), owner)


def _owner(session: AnySession, subject: dict[str, Any]) -> Owner:
    """Of what a file is of (``SUBJECTS``), as the database has it now."""
    name, row_id = next(iter(subject.items()))
    rows = {
        "document_id": select(Document.client_id).where(Document.id == row_id),
        "payment_id": select(Payment.client_id).where(Payment.id == row_id),
        "visit_id": select(Case.client_id).join(Visit, Visit.case_id == Case.id).where(Visit.id == row_id),
        "approval_id": select(Document.client_id)
        .join(Approval, Approval.quote_id == Document.id)
        .where(Approval.id == row_id),
    }
    whose = select(Client.id, Client.anonymised_at).where(Client.id == rows[name].scalar_subquery())
    return session.execute(whose).tuples().one()


def _find(session: AnySession, key: dict[str, Any]) -> bytes | None:
    return session.scalar(select(RenderedFile.data).filter_by(**key))


def draw(session: AnySession, snapshot: Snapshot, language: Language) -> bytes:
    """The PDF of a snapshot, kept nowhere. Ends the session's transaction."""
    logo, pictures = _logo(session, snapshot), _pictures(session, snapshot)
    session.rollback()  # gives the connection back: drawing takes its time
    return paper.to_pdf(paper.to_html(snapshot, language.value, logo=logo, pictures=pictures))


def _pictures(session: AnySession, snapshot: Snapshot) -> dict[str, bytes]:
    """What a report or an approval shows, by the sha256 that it tells: small photos, and signatures."""
    strokes = snapshot.get("approval", {}).get("drawing")
    if strokes:
        drawn = session.scalars(select(Approval.drawing).where(Approval.drawing_sha256 == strokes).limit(1)).first()
        return {strokes: drawn} if drawn else {}
    work = snapshot.get("work")
    if not work:
        return {}
    photos = {photo["id"]: photo["sha256"] for photo in work["photos"]}
    rows = session.execute(select(FileContent.file_id, FileContent.thumbnail).where(FileContent.file_id.in_(photos)))
    pictures = {photos[key]: data for key, data in rows}
    ids = [signature["id"] for signature in work["signatures"]]
    signed = session.execute(select(Signature.sha256, Signature.data).where(Signature.id.in_(ids)))
    return pictures | dict(signed.tuples().all())


def _logo(session: AnySession, snapshot: Snapshot) -> bytes | None:
    return session.scalar(select(Logo.data).where(Logo.id == snapshot["logo"])) if snapshot["logo"] else None


def _keep(session: AnySession, key: dict[str, Any], drawn: bytes, owner: Owner) -> bytes:
    """Keep what was drawn; where another process was first, its file is the one.

    Whoever was anonymised meanwhile stays so: the client is held, and what names them is let go.
    """
    sha256 = hashlib.sha256(drawn).hexdigest()
    file = RenderedFile(data=drawn, sha256=sha256, template_version=paper.TEMPLATE_VERSION, **key)
    hold = select(Client.id).where(Client.id == owner[0]).with_for_update(read=True, key_share=True)
    try:
        with writing(session) as own:
            own.execute(hold)
            if _owner(own, key) != owner:
                raise ConflictError(_l("Somebody else is writing at this very moment. Try again."))
            own.add(file)
    except IntegrityError:
        session.rollback()
    kept = _find(session, key)
    assert kept is not None
    return kept
