"""Undoing a merge of clients: everything goes back, as long as nothing was added to it meanwhile."""

from collections.abc import Iterator
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from sercom.core import formats
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError
from sercom.core.journal import Changes, plain
from sercom.entities.cases.model import Case
from sercom.entities.clients.merge import ClientMerge
from sercom.entities.clients.model import Client
from sercom.entities.delivery.hub_link import HubLink
from sercom.entities.delivery.link import Link
from sercom.entities.documents.model import Conversion, Document
from sercom.entities.invoices.model import Invoice
from sercom.entities.ledger.model import Allocation, Payment
from sercom.entities.quotes.evidence import Approval, SentQuote
from sercom.entities.sites.model import Site
from sercom.workflow.merging import ALONG, batches, give, lock, require_office, tell
from sercom.workflow.transitions import require_version

#: What a row that was added is called, by its table.
ADDED: dict[str, LazyString] = {
    "document": _l("a document"),
    "visit": _l("a visit"),
    "note": _l("a note"),
    "file": _l("a photo"),
    "message": _l("an e-mail"),
    "equipment_work": _l("a device"),
    "client_message": _l("a message of the client"),
}


def merges_of(session: AnySession, stayer: Client) -> list[ClientMerge]:
    """The merges in force by which others became this client, the latest first."""
    rows = select(ClientMerge).where(ClientMerge.stayer_id == stayer.id, ClientMerge.undone_at.is_(None))
    return list(session.scalars(rows.order_by(ClientMerge.id.desc())))


def undo(session: AnySession, made: ClientMerge, actor: Actor, *, version: int | None = None) -> Client:
    """Give everything back to the client that was merged; the journal keeps both.

    Returns that client. Raises ``ForbiddenError``, and ``ConflictError`` where it was undone
    already or something was added meanwhile, which the message names.
    """
    require_office(actor)
    stayer, merged = lock(session, made.stayer_id, made.merged_id)
    session.refresh(made)
    require_version(stayer, version)
    for ids in batches(made.moved["case"]):  # nothing is added to them from here on
        session.execute(select(Case.id).where(Case.id.in_(ids)).order_by(Case.id).with_for_update()).all()
    refused = hindrance(session, made)
    if refused is not None:
        raise ConflictError(refused)
    changes = _empty(session, made)
    if made.changed["was_prospect"] and not stayer.is_prospect:
        changes["is_prospect"] = [False, True]
        stayer.is_prospect = True
    merged.merged_into_id = None
    stayer.updated_at = merged.updated_at = made.undone_at = utcnow()
    made.undone_by_id = actor.user_id
    session.flush()
    _end_pages(session, made)
    give(session, made, merged.id, back=True)
    _end_opened(session, made)
    tell(session, "merge_undone", actor, made, changes)
    return merged


def _end_pages(session: AnySession, made: ClientMerge) -> None:
    """Links that were sent meanwhile may be either's: they end, and another is an e-mail away."""
    since = update(HubLink).where(HubLink.client_id == made.stayer_id, HubLink.created_at > made.at)
    session.execute(since.where(HubLink.revoked_at.is_(None)).values(revoked_at=utcnow()))


def _end_opened(session: AnySession, made: ClientMerge) -> None:
    """What a page opened meanwhile is the other's now: that link ends, and who still may opens it anew."""
    whose = select(Link.id).join(HubLink).join(Document, Document.id == Link.document_id)
    others = whose.where(
        Document.client_id.in_((made.stayer_id, made.merged_id)), Document.client_id != HubLink.client_id
    )
    ended = update(Link).where(Link.id.in_(others.where(Link.created_at > made.at)), Link.revoked_at.is_(None))
    session.execute(ended.values(revoked_at=utcnow()))


def _empty(session: AnySession, made: ClientMerge) -> Changes:
    """Take out again what was filled in, where nobody changed it since; what the client loses by it."""
    lost: Changes = {}
    for table, row_id, values in made.changed["filled"]:
        row: Any = session.get(Client if table == "client" else Site, row_id)
        for name, value in values.items() if row is not None else ():
            if plain(getattr(row, name)) == value:
                setattr(row, name, None)
                lost |= {name: [value, None]} if table == "client" else {}
    return lost


def hindrance(session: AnySession, made: ClientMerge) -> LazyString | None:
    """Why a merge can no longer be undone, if it cannot."""
    if made.undone_at is not None:
        return _l("This merge was already undone.")
    if made.stayer.merged_into_id is not None:
        return _l("%(client)s was merged into another client since: undo that first.", client=made.stayer)
    return next(_hindrances(session, made), None)


def _hindrances(session: AnySession, made: ClientMerge) -> Iterator[LazyString]:
    for ids in batches(made.moved["case"]):
        yield from _added(session, made, ids)
        yield from _told(session, made, ids)
        yield from _paid(session, made, ids)
        yield from _held(session, made, ids)
        yield from _together(session, made, ids)
    for ids in batches(made.moved["payment"]):
        yield from _used(session, made, ids)
    yield from _moved_on(session, made)


def _added(session: AnySession, made: ClientMerge, ids: Any) -> Iterator[LazyString]:
    """Rows that came into the cases."""
    for model in ALONG:
        known = set(made.moved[model.__tablename__])
        rows = select(model.id, Case.number).join(Case, Case.id == model.case_id).where(Case.id.in_(ids))
        for row_id, number in session.execute(rows.order_by(model.id)):
            if row_id not in known:
                yield _l("Added since, in case %(case)s: %(what)s.", case=number, what=ADDED[model.__tablename__])


def _told(session: AnySession, made: ClientMerge, ids: Any) -> Iterator[LazyString]:
    """What left in the other's name: an invoice, a quote; the client's word on one."""
    moments = (
        (Invoice.id, Invoice.issued_at),
        (SentQuote.quote_id, SentQuote.at),
        (Approval.quote_id, Approval.at),
    )
    for column, moment in moments:
        rows = select(Document.__table__.c.number).where(
            Document.__table__.c.id == column, Document.__table__.c.case_id.in_(ids), moment > made.at
        )
        for number in session.scalars(rows.limit(1)):
            yield _l("%(document)s was issued, sent or approved since.", document=number)


def _paid(session: AnySession, made: ClientMerge, ids: Any) -> Iterator[LazyString]:
    """Money that came in on the invoices."""
    document = Document.__table__.c
    rows = select(Allocation.payment_id, document.number).where(
        Allocation.invoice_id == document.id, document.case_id.in_(ids)
    )
    known = set(made.moved["payment"])
    for payment_id, number in session.execute(rows):
        if payment_id not in known:
            yield _l("A payment of %(invoice)s was recorded since.", invoice=number)


def _held(session: AnySession, made: ClientMerge, ids: Any) -> Iterator[LazyString]:
    """Deposits for a document of the cases."""
    document = Document.__table__.c
    known = set(made.moved["payment"])
    rows = select(Payment.id, document.number).join(Document.__table__, document.id == Payment.document_id)
    for payment_id, number in session.execute(rows.where(document.case_id.in_(ids)).order_by(Payment.id)):
        if payment_id not in known:
            yield _l("A deposit for %(document)s was recorded since.", document=number)


def _used(session: AnySession, made: ClientMerge, ids: Any) -> Iterator[LazyString]:
    """What became of money that came: given back, taken back, put on an invoice of another case."""
    cases, known, document = set(made.moved["case"]), set(made.moved["payment"]), Document.__table__.c
    answers = select(Payment.id, Payment.against_id).where(Payment.against_id.in_(ids)).order_by(Payment.id)
    for answer_id, payment_id in session.execute(answers):
        if answer_id not in known:
            yield _l(
                "Something of the payment of %(day)s was given or taken back since.", day=_day(session, payment_id)
            )
    put = select(Allocation.payment_id, document.case_id, document.number)
    put = put.join(Document.__table__, document.id == Allocation.invoice_id).where(Allocation.payment_id.in_(ids))
    for payment_id, case_id, number in session.execute(put.order_by(Allocation.id)):
        if case_id not in cases:
            day = _day(session, payment_id)
            yield _l("Something of the payment of %(day)s was put on %(invoice)s since.", day=day, invoice=number)


def _day(session: AnySession, payment_id: int | None) -> str:
    return formats.day(session.get_one(Payment, payment_id).received_on)


def _together(session: AnySession, made: ClientMerge, ids: Any) -> Iterator[LazyString]:
    """Jobs on one invoice with jobs of other cases."""
    job, invoice = (Document.__table__.alias(name).c for name in ("job_document", "invoice_document"))
    rows = select(job.number).where(
        *(Conversion.source_id == job.id, Conversion.target_id == invoice.id, Conversion.at > made.at),
        *(job.case_id.in_(ids), invoice.case_id != job.case_id),
    )
    for number in session.scalars(rows):
        yield _l("%(job)s was invoiced together with a job of another case since.", job=number)


def _moved_on(session: AnySession, made: ClientMerge) -> Iterator[LazyString]:
    """Cases and addresses that became mixed: the other's case at an address that came, and the reverse."""
    cases, sites = set(made.moved["case"]), set(made.moved["site"])
    shared = {kept for _case, _old, kept in made.changed["repointed"]}
    rows = select(Case.id, Case.number, Case.site_id, Case.created_at).where(Case.client_id == made.stayer_id)
    for case_id, number, site_id, created_at in session.execute(rows.order_by(Case.id)):
        ours = site_id is None or site_id in sites or site_id in shared
        since = created_at > made.at
        if case_id in cases and not ours:
            yield _l("Case %(case)s was given another address since.", case=number)
        if case_id not in cases and (site_id in sites or (since and ours)):
            yield _l("Case %(case)s was opened since, and may belong to either.", case=number)
    there = {
        site_id
        for ids in batches(made.moved["site"])
        for site_id in session.scalars(select(Site.id).where(Site.id.in_(ids)))
    }
    if sites - there:
        yield _l("An address was deleted since.")
