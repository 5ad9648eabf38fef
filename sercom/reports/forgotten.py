"""Forgotten money: what was done, promised or received and waits for somebody to go on. As of now.

Four lists. Each row is one thing to do, with what it is worth and since when it waits. Nothing is in
two lists: a part stands in its own only where no line of its job or of an invoice tells of it.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, Select, and_, exists, func, literal, or_, select, type_coerce, union_all
from sqlalchemy.orm import aliased

from sercom.core import clock
from sercom.core.base import AnySession
from sercom.core.labels import Labelled
from sercom.entities.clients.model import Client
from sercom.entities.documents.line import Line
from sercom.entities.documents.model import Document
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.jobs.model import Job, JobStage, JobStatus
from sercom.entities.ledger.model import TAKES_BACK, Allocation, EntryKind, Payment
from sercom.entities.quotes.evidence import Approval
from sercom.entities.quotes.model import Quote, QuoteStage, QuoteStatus
from sercom.entities.requests.model import RequestStatus, ServiceRequest
from sercom.entities.visits.model import PartUsed, Visit, VisitStatus
from sercom.reports.exact import THOUSAND, cents, divided, dollars, whole_sum
from sercom.reports.listing import Column, Listing

#: Days after which a deposit that nothing came of is idle.
IDLE_DAYS = 60
WORKED = (VisitStatus.DONE, VisitStatus.INCOMPLETE)


class Kind(Labelled):
    """A list of forgotten money."""

    JOBS = "jobs", _l("Work done and not invoiced")
    QUOTES = "quotes", _l("Approved quotes without a job")
    DEPOSITS = "deposits", _l("Idle deposits")
    PARTS = "parts", _l("Parts on no invoice")


HINTS: dict[Kind, LazyString] = {
    Kind.JOBS: _l("Jobs that are done and not fully invoiced, and open ones with a finished visit and no invoice."),
    Kind.QUOTES: _l("The client said yes; no job was made, or it was cancelled."),
    Kind.DEPOSITS: _l("Money held for a case in which nothing is left to do, or for more than 60 days."),
    Kind.PARTS: _l("Used on a finished visit; no line of the job or of an invoice of the case names them."),
}
#: The one next step: the edge of the document that it is about, or its page.
STEPS: dict[Kind, tuple[str | None, LazyString]] = {
    Kind.JOBS: ("invoice", _l("Invoice it")),
    Kind.QUOTES: ("job", _l("Make the job")),
    Kind.DEPOSITS: (None, _l("Apply or refund")),
    Kind.PARTS: (None, _l("Add to an invoice")),
}


def select_rows(kind: Kind) -> Select[Any]:
    """The rows of a list: ``kind`` and ``id`` of the document, number, client, what, amount, since."""
    return {Kind.JOBS: _jobs, Kind.QUOTES: _quotes, Kind.DEPOSITS: _deposits, Kind.PARTS: _parts}[kind]()


def _jobs() -> Select[Any]:
    job, visit = Job.__table__.c, Visit.__table__.c
    derived: Any = Job  # its derived columns are attached below the class
    finished = visit.document_id == job.id, visit.status.in_(WORKED)
    last = select(func.max(visit.ended_at)).where(*finished).correlate(Job.__table__).scalar_subquery()
    visited = exists().where(visit.document_id == job.id, visit.status == VisitStatus.DONE)
    waits = and_(Job.status == JobStatus.DONE, Job.stage.in_((JobStage.TO_INVOICE, JobStage.PARTLY_INVOICED)))
    under_way = and_(
        Job.status.in_((JobStatus.OPEN, JobStatus.ON_HOLD)),
        visited,
        Job.stage.not_in((JobStage.INVOICED, JobStage.PARTLY_INVOICED)),
    )
    return (
        select(
            Job.kind.label("kind"),
            Job.id.label("id"),
            Job.number.label("number"),
            Client.name.label("client"),
            Job.title.label("what"),
            dollars(cents(Job.net) - cents(derived.invoiced_net)).label("amount"),
            func.coalesce(last, Job.done_at, type_=Job.done_at.type).label("since"),
        )
        .join(Client, Client.id == Job.client_id)
        .where(or_(waits, under_way))
    )


def _quotes() -> Select[Any]:
    said = select(func.max(Approval.at)).where(Approval.quote_id == Quote.id, Approval.withdrawn_at.is_(None))
    return (
        select(
            Quote.kind.label("kind"),
            Quote.id.label("id"),
            Quote.number.label("number"),
            Client.name.label("client"),
            Quote.title.label("what"),
            Quote.net.label("amount"),
            func.coalesce(said.correlate(Quote).scalar_subquery(), Quote.sent_at).label("since"),
        )
        .join(Client, Client.id == Quote.client_id)
        .where(Quote.status == QuoteStatus.APPROVED, Quote.stage == QuoteStage.APPROVED)
    )


def _deposits() -> Select[Any]:
    row, answer = Payment.__table__.c, Payment.__table__.alias("answer")
    own, others = Allocation.__table__.alias("own_part"), Allocation.__table__.alias("answer_part")
    document = Document.__table__.alias("held_for")
    back = _sum(answer.c.amount, answer.c.against_id == row.id, answer.c.kind.in_(TAKES_BACK))
    put = _sum(own.c.amount, own.c.payment_id == row.id)
    put_back = _sum(others.c.amount, others.c.payment_id == answer.c.id, answer.c.against_id == row.id)
    rest = cents(row.amount) + back - put - put_back
    return (
        select(
            literal("payment").label("kind"),
            row.id,
            func.coalesce(document.c.number, row.reference).label("number"),
            Client.name.label("client"),
            document.c.title.label("what"),
            dollars(rest).label("amount"),
            row.received_on.label("since"),
        )
        .join_from(Payment.__table__, Client, Client.id == row.client_id)
        .outerjoin(document, document.c.id == row.document_id)
        .where(row.kind == EntryKind.DEPOSIT, rest > 0)
        .where(or_(row.received_on <= clock.today() - timedelta(days=IDLE_DAYS), _finished(document.c.case_id)))
    )


def _sum(amount: Any, *conditions: Any) -> Any:
    found = select(func.coalesce(func.sum(cents(amount)), 0)).where(*conditions)
    return found.correlate(Payment.__table__).scalar_subquery()


def _finished(case_id: Any) -> Any:
    """Whether nothing is left to do in a case: no job to do or to invoice, no quote to answer or to start."""
    job, quote = aliased(Job, flat=True), aliased(Quote, flat=True)
    jobs = exists(select(job.id).where(job.case_id == case_id, job.stage.not_in(Job.settled)))
    quotes = exists(select(quote.id).where(quote.case_id == case_id, quote.stage.not_in(Quote.settled)))
    return and_(case_id.is_not(None), ~jobs, ~quotes)


def _parts() -> Select[Any]:
    part, visit, line = PartUsed.__table__.c, Visit.__table__.c, Line.__table__.c
    job, request = Job.__table__.c, ServiceRequest.__table__.c
    document, other = Document.__table__.c, Document.__table__.alias("other")
    invoice = Invoice.__table__.alias("other_invoice")
    told = (
        select(line.id)
        .join_from(other, line.id.table, line.document_id == other.c.id)
        .outerjoin(invoice, invoice.c.id == other.c.id)
        .where(
            other.c.case_id == visit.case_id,
            or_(other.c.id == visit.document_id, invoice.c.status != InvoiceStatus.VOID),
            or_(line.item_id == part.item_id, func.lower(line.description) == func.lower(part.description)),
        )
        .correlate(PartUsed.__table__, Visit.__table__)
    )
    return (
        select(
            document.kind,
            document.id,
            document.number,
            Client.name.label("client"),
            part.description.label("what"),
            dollars(divided(type_coerce(part.quantity, BigInteger) * cents(part.unit_price), THOUSAND)).label("amount"),
            visit.ended_at.label("since"),
        )
        .join_from(PartUsed.__table__, Visit.__table__, visit.id == part.visit_id)
        .join(Document.__table__, document.id == visit.document_id)
        .join(Client, Client.id == document.client_id)
        .outerjoin(Job.__table__, job.id == document.id)
        .outerjoin(ServiceRequest.__table__, request.id == document.id)
        .where(visit.status.in_(WORKED), ~told.exists())
        .where(or_(job.id.is_(None), job.status.not_in((JobStatus.CLOSED, JobStatus.CANCELLED))))
        .where(or_(request.id.is_(None), request.status != RequestStatus.CLOSED))
    )


def add_up(session: AnySession) -> dict[Kind, tuple[int, Decimal]]:
    """How many rows each list holds and what they come to, in dollars: one query."""
    parts = []
    for kind in Kind:
        rows = select_rows(kind).subquery()
        parts.append(select(literal(kind.value), func.count(), whole_sum(cents(rows.c.amount))).select_from(rows))
    found = session.execute(union_all(*parts))
    return {Kind(kind): (count, Decimal(amount).scaleb(-2)) for kind, count, amount in found}


COLUMNS = (
    Column("number", _l("Number")),
    Column("client", _l("Client")),
    Column("what", _l("What")),
    Column("since", _l("Since")),
    Column("amount", _l("Amount"), sums=True),
)


def listing(kind: Kind) -> Listing:
    """A whole list, the oldest first."""
    rows = select_rows(kind).subquery("forgotten")
    return Listing(kind.label, COLUMNS, select(rows), (rows.c.since, rows.c.id, rows.c.what))


def age(since: date | datetime | None) -> int:
    """Days from then to today, on the company's calendar."""
    if since is None:
        return 0
    day = clock.to_company(since).date() if isinstance(since, datetime) else since
    return (clock.today() - day).days
