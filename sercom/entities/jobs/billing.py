"""Where the invoicing of a job stands: what is invoiced, held back, paid and left, in dollars before tax."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import and_, func, select, type_coerce
from sqlalchemy.orm import aliased, joinedload, object_session, selectinload, undefer

from sercom.core.money import HUNDRED, ZERO, Money, TaxStatus, line_amount, round_money, spread
from sercom.entities.cases.model import Case
from sercom.entities.documents.line import Line, LineDraft
from sercom.entities.documents.model import Conversion, Document, DocumentKind
from sercom.entities.documents.taking import credited, discount_back, links
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.invoices.settling import credited_by_lines, money_on
from sercom.entities.jobs.model import Job, JobStatus
from sercom.entities.ledger.model import EntryKind, Payment
from sercom.entities.visits.model import Visit, VisitStatus

#: A percent is written with at most so many places.
STEP = Decimal("0.001")
#: How many other jobs are offered beside one.
MANY = 20
Shares = dict[TaxStatus, Decimal]


@dataclass(frozen=True)
class Billing:
    """The sums of a job over its live invoices, in dollars before tax.

    ``paid`` is what of ``invoiced`` was paid; ``deposit`` what is held for the job or its quote, as
    it was received.
    """

    net: Decimal
    invoiced: Decimal
    held: Decimal
    paid: Decimal
    deposit: Decimal

    @property
    def left(self) -> Decimal:
        """What no invoice took yet."""
        return self.net - self.invoiced - self.held

    def percent(self, amount: Decimal) -> Decimal:
        """``amount`` in percent of the job."""
        return (amount * HUNDRED / self.net).quantize(STEP) if self.net else ZERO


def billing_of(job: Job) -> Billing:
    """Where the job stands now."""
    session = object_session(job)
    assert session is not None
    billed = type_coerce(Conversion.net - Conversion.net_back, Money())
    held = type_coerce(Conversion.held - Conversion.held_back, Money())
    rows = select(billed, held, Invoice.total, money_on(), credited_by_lines())
    rows = rows.join(Invoice, Invoice.id == Conversion.target_id)
    live = session.execute(rows.where(Conversion.source_id == job.id, Invoice.status != InvoiceStatus.VOID)).all()
    return Billing(
        net=job.net,
        invoiced=sum((net for net, *_rest in live), ZERO),
        held=sum((held for _net, held, *_rest in live), ZERO),
        paid=sum((_paid(net, received, total - back) for net, _held, total, received, back in live), ZERO),
        deposit=_deposit(job),
    )


def _paid(net: Decimal, received: Decimal, total: Decimal) -> Decimal:
    """What of ``net`` was paid, where ``received`` came in on ``total``; neither interest nor a bad debt is money."""
    return round_money(net * min(received, total) / total) if total > ZERO else ZERO


def _deposit(job: Job) -> Decimal:
    session = object_session(job)
    assert session is not None
    quotes = [link.source_id for link in job.sources if link.source.kind is DocumentKind.QUOTE]
    rows = select(Payment).where(Payment.kind == EntryKind.DEPOSIT, Payment.document_id.in_([job.id, *quotes]))
    put = (selectinload(Payment.allocations), selectinload(Payment.answers).selectinload(Payment.allocations))
    return sum((row.rest for row in session.scalars(rows.options(*put))), ZERO)


def work_left(job: Job) -> Decimal:
    """What of its net no live invoice took, held back or not."""
    return job.net - sum((link.work for link in links(job)), ZERO)


def held(job: Job) -> Decimal:
    """What is held back of it until its end."""
    return sum((link.still_held for link in links(job)), ZERO)


def shares(lines: Iterable[Line | LineDraft], discount: Decimal = ZERO) -> Shares:
    """What lines come to by tax status, a discount taken off in proportion."""
    sums: Shares = {}
    for line in lines:
        amount = line_amount(line.quantity, line.unit_price, line.discount)
        sums[line.tax_status] = sums.get(line.tax_status, ZERO) + amount
    less = spread(discount, sums)
    return {status: amount - less[status] for status, amount in sums.items()}


def left_shares(job: Job) -> Shares:
    """What is left of it by tax status."""
    left = shares((line for line in job.lines if line.is_item), job.discount)
    for link in links(job):
        billed = shares((line for line in link.lines if not line.holdback), link.discount)
        back = shares((line for line, own in credited(link) if not own.holdback), discount_back(link))
        for status, amount in _less(billed, back).items():
            left[status] = left.get(status, ZERO) - amount
    return left


def _less(one: Shares, other: Shares) -> Shares:
    """Each status of the one less that of the other."""
    return {status: one.get(status, ZERO) - other.get(status, ZERO) for status in one | other}


def held_shares(job: Job) -> Shares:
    """What is held back by tax status."""
    back = shares(line for link in links(job) for line in link.lines if line.holdback)
    given = shares(line for link in links(job) for line, own in credited(link) if own.holdback)
    return _less(given, back)


def beside_lines(job: Job) -> Shares:
    """What was invoiced of it by tax status without being on its lines: progress, visits, what was set off."""
    apart = (line for link in links(job) for line in link.lines if not line.holdback and line.source_line_id is None)
    back = (
        line for link in links(job) for line, own in credited(link) if not own.holdback and own.source_line_id is None
    )
    return _less(shares(apart), shares(back))


def of_percent(job: Job, percent: Decimal) -> Decimal:
    """``percent`` of its net; exactly what is left where it is the last one.

    The last one makes the percents one hundred, or is all that the page says is left.
    """
    amount, left = round_money(job.net * percent / HUNDRED), work_left(job)
    said = [link.percent for link in links(job) if link.percent is not None and not link.net_back]
    # Each of them was rounded by half a cent at most; a draft whose amount was changed is off by more.
    to_the_end = sum(said, percent) == HUNDRED and abs(amount - left) <= STEP * 10 * (len(said) + 1)
    shown = (left * HUNDRED / job.net).quantize(STEP)
    return left if to_the_end or percent == shown else amount


def open_jobs_beside(job: Job) -> Sequence[Job]:
    """Other jobs of its client that have something left to invoice, each with ``invoiced_work``; the newest first."""
    session = object_session(job)
    assert session is not None
    rows = select(Job).where(
        *(Job.client_id == job.client_id, Job.id != job.id),
        *(Job.status != JobStatus.CANCELLED, Job.net > Job.invoiced_work),
    )
    options = (undefer(Job.invoiced_work), joinedload(Job.case).joinedload(Case.site))
    return session.scalars(rows.options(*options).order_by(Job.id.desc()).limit(MANY)).all()


def visits_to_invoice(job: Job) -> list[Visit]:
    """Its finished visits that no live invoice bills, in order; one whose lines were all credited is free again."""
    session = object_session(job)
    assert session is not None
    done = [visit for visit in job.visits if visit.status in {VisitStatus.DONE, VisitStatus.INCOMPLETE}]
    back = aliased(Line)
    note = and_(Document.id == back.document_id, Document.kind == DocumentKind.CREDIT_NOTE)
    given = select(func.coalesce(func.sum(back.quantity), 0)).join(Document, note).where(back.source_line_id == Line.id)
    rows = select(Line.visit_id).join(Invoice, Invoice.id == Line.document_id)
    rows = rows.where(Line.visit_id.in_([visit.id for visit in done]), Invoice.status != InvoiceStatus.VOID)
    rows = rows.where(Line.quantity != given.correlate(Line).scalar_subquery())
    billed = set(session.scalars(rows))
    return [visit for visit in done if visit.id not in billed]
