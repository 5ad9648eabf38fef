"""What an invoice takes of a job: all that is left, lines, visits, a part; and what it holds back.

Whatever the mixture, the job's live invoices come to its net before tax, and never to more. What is
left in dollars has the last word: whoever takes all of it takes it to the cent.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from flask_babel import LazyString, force_locale
from flask_babel import lazy_gettext as _l

from sercom.core import formats
from sercom.core.errors import DomainError, NeedsConfirmationError
from sercom.core.labels import Labelled
from sercom.core.money import CENT, HUNDRED, ZERO, TaxStatus, line_amount, round_money, spread
from sercom.entities.documents.line import LineDraft, LineKind
from sercom.entities.documents.taking import links, remaining
from sercom.entities.invoices.model import Invoice
from sercom.entities.jobs import billing
from sercom.entities.jobs.extras import extras_of
from sercom.entities.jobs.model import Job
from sercom.workflow import carry

# What stands on the client's invoice.
JOB = _l("Job %(job)s")
PROGRESS = _l("Progress invoice %(number)s: %(percent)s of job %(job)s")
REST = _l("Rest of job %(job)s")
ALREADY = _l("Already invoiced of job %(job)s")
ADJUSTED = _l("Adjustment to what is left of job %(job)s")
DISCOUNT = _l("Discount, job %(job)s")
HOLDBACK = _l("Holdback of %(percent)s, job %(job)s")
RELEASED = _l("Holdback released, job %(job)s")


class Mode(Labelled):
    """What of a job goes on an invoice."""

    ALL = "all", _l("All that is left")
    VISITS = "visits", _l("Completed visits")
    LINES = "lines", _l("Lines and quantities")
    PERCENT = "percent", _l("A percentage of the job")
    AMOUNT = "amount", _l("An amount")
    RELEASE = "release", _l("The holdback")


@dataclass(frozen=True)
class Part:
    """What of a job is invoiced.

    ``quantities`` by line id; ``percent`` of the job's net; ``amount`` in dollars before tax;
    ``visits`` by id (``None``: all that are finished; beside all that is left, those whose parts that the job
    does not have are added); ``extras`` says that what is beyond the job
    goes on top of it.
    """

    mode: Mode = Mode.ALL
    quantities: Mapping[int, Decimal] | None = None
    percent: Decimal | None = None
    amount: Decimal | None = None
    visits: Collection[int] | None = None
    extras: bool = False


def bill_together(invoice: Invoice, jobs: Sequence[tuple[Job, list[LineDraft], Part]]) -> list[LineDraft]:
    """The lines of several jobs, each under its title.

    A discount of the document would be everybody's: each job's own becomes lines.
    """
    drafts = []
    for job, copies, part in jobs:
        lines = bill(invoice, job, copies, part)
        off, invoice.discount, invoice.discount_percent = invoice.discount, ZERO, None
        weights = billing.shares(line for line in lines if line.source_document_id and not line.holdback)
        drafts.append(LineDraft(_heading(job), kind=LineKind.SECTION))
        drafts += lines + _portions(job, _said(job, DISCOUNT), spread(-off, weights))
    return drafts


def bill(invoice: Invoice, job: Job, copies: list[LineDraft], part: Part) -> list[LineDraft]:
    """The lines of one job: what ``part`` takes of it, then what is held back.

    Raises ``DomainError`` where it is more than what is left, or nothing.
    """
    if part.mode is Mode.RELEASE:
        return _release(job)
    if part.mode in {Mode.PERCENT, Mode.AMOUNT}:
        lines = _progress(job, part)
    elif part.mode is Mode.VISITS:
        lines = _visits(job, part)
    else:
        lines = _lines(invoice, job, copies, part.quantities if part.mode is Mode.LINES else None)
        lines += _beside(invoice, job, part.visits or ())
    lines += _holdback(job, lines, invoice.discount)
    if any(line.source_document_id and not line.source_line_id for line in lines):
        invoice.discount_percent = None  # a percentage would be taken of these lines too
    return lines


def _lines(
    invoice: Invoice, job: Job, copies: list[LineDraft], quantities: Mapping[int, Decimal] | None
) -> list[LineDraft]:
    """The job's lines, less what was already invoiced of it beside them where they are the last."""
    open_lines = {line_id: quantity for line_id, quantity in remaining(job).items() if quantity}
    is_all = quantities is None or {key: wanted for key, wanted in quantities.items() if wanted} == open_lines
    left = billing.work_left(job)
    if is_all and job.net > ZERO:
        if left <= ZERO:
            raise DomainError(_l("Nothing is left to invoice of this job."))
        if not open_lines:
            return _portions(job, _said(job, REST), spread(left, billing.left_shares(job)))
    drafts = carry.chosen(job, copies, quantities)
    share = carry.share_of_discount(job, drafts)
    invoice.discount, invoice.discount_percent = share.amount, share.percent
    if not is_all or job.net <= ZERO:
        return drafts
    apart = {status: -amount for status, amount in billing.beside_lines(job).items()}
    drafts += _portions(job, _said(job, ALREADY), apart)
    off = left - sum((_amount(draft) for draft in drafts), -invoice.discount)
    if off:
        shares = billing.left_shares(job)
        drafts += _portions(
            job,
            _said(job, ADJUSTED),
            {max(shares, key=lambda status: shares[status]): off},
        )
    return drafts


def _beside(invoice: Invoice, job: Job, visits: Collection[int]) -> list[LineDraft]:
    """What these visits used beyond the job's lines: on top of its price, as lines that bill none of it."""
    beyond = extras_of(job).parts if visits else {}
    worked = [visit for visit in billing.visits_to_invoice(job) if visit.id in visits] if beyond else []
    drafts = [
        replace(carry.part_line(visit, part), quantity=beyond[part.id], visit_id=visit.id)
        for visit in worked
        for part in visit.parts
        if part.id in beyond
    ]
    if drafts:
        invoice.discount_percent = None  # a percentage would be taken of these lines too
    return drafts


def _progress(job: Job, part: Part) -> list[LineDraft]:
    """A part of the whole, its tax statuses in proportion."""
    left, name = billing.work_left(job), part.mode.value
    if job.net <= ZERO:
        raise DomainError(_l("This job has no price yet: give its lines their prices first."), name)
    asked = part.percent if part.mode is Mode.PERCENT else part.amount
    if asked is None or asked <= ZERO:
        raise DomainError(_l("Enter a number above zero."), name)
    amount = billing.of_percent(job, asked) if part.mode is Mode.PERCENT else asked
    if amount > left or (asked > HUNDRED and part.mode is Mode.PERCENT):
        share = (max(left, ZERO) * HUNDRED / job.net).quantize(billing.STEP)
        told = {"amount": formats.money(max(left, ZERO)), "percent": formats.percent(share)}
        raise DomainError(_l("At most %(amount)s before tax is left of this job: %(percent)s.", **told), name)
    if amount <= ZERO:
        raise DomainError(_l("This comes to nothing."), name)
    percent = part.percent or (amount * HUNDRED / job.net).quantize(CENT)
    label = _said(job, PROGRESS, number=len(links(job)) + 1, percent=percent)
    return _portions(job, label, spread(amount, billing.left_shares(job)))


def _visits(job: Job, part: Part) -> list[LineDraft]:
    """Time, travel and parts of finished visits. What goes beyond the job's price is an extra."""
    visits = billing.visits_to_invoice(job)
    worked = [
        line for visit in visits if part.visits is None or visit.id in part.visits for line in carry.worked(visit)
    ]
    if not worked:
        raise DomainError(_l("No finished visit has time, travel or parts left to invoice."), "visits")
    if job.net <= ZERO:
        return [replace(line, source_document_id=job.id) for line in worked]
    left, whole = billing.work_left(job), sum((_amount(line) for line in worked), ZERO)
    if whole > left and not part.extras:
        told = {"amount": formats.money(whole), "left": formats.money(max(left, ZERO))}
        question = _l("The visits come to %(amount)s, and %(left)s of the job is left. Add the rest as extras?", **told)
        raise NeedsConfirmationError(question)
    lines = []
    for line in worked:
        fits = _amount(line) <= left
        left -= _amount(line) if fits else ZERO
        lines.append(replace(line, source_document_id=job.id if fits else None))
    return lines


def _holdback(job: Job, lines: list[LineDraft], discount: Decimal) -> list[LineDraft]:
    """Work to date, less what was invoiced, less the holdback: a line that takes the holdback off."""
    own = billing.shares((line for line in lines if line.source_document_id == job.id), discount)
    own_work, held = sum(own.values(), ZERO), billing.held(job)
    to_date = sum((link.work for link in links(job)), own_work)
    percent = job.holdback_percent or ZERO
    back = min(round_money(to_date * percent / HUNDRED) - held, max(own_work, ZERO))
    if not back:
        return []
    if back < ZERO:  # the percent was lowered meanwhile
        return _portions(job, _said(job, RELEASED), spread(-back, billing.held_shares(job)), holdback=True)
    label = _said(job, HOLDBACK, percent=percent)
    return _portions(job, label, spread(-back, own), holdback=True)


def _release(job: Job) -> list[LineDraft]:
    """What was held back, once all the work is invoiced."""
    if billing.held(job) <= ZERO:
        raise DomainError(_l("Nothing is held back on this job."))
    if billing.work_left(job) > ZERO:
        raise DomainError(_l("The holdback is released at the end: invoice the rest of the job first."))
    return _portions(job, _said(job, RELEASED), billing.held_shares(job), holdback=True)


def _portions(job: Job, label: str, shares: Mapping[TaxStatus, Decimal], *, holdback: bool = False) -> list[LineDraft]:
    """A line for each tax status that has an amount; it is named where there are several."""
    worth = {status: amount for status, amount in shares.items() if amount}
    return [
        LineDraft(
            label if len(worth) == 1 else f"{label} ({_said(job, status.label).lower()})",
            unit_price=amount,
            tax_status=status,
            source_document_id=job.id,
            holdback=holdback,
        )
        for status, amount in worth.items()
    ]


def _heading(job: Job) -> str:
    return " · ".join(part for part in (_said(job, JOB), job.title) if part)


def _amount(draft: LineDraft) -> Decimal:
    return line_amount(draft.quantity, draft.unit_price, draft.discount) if draft.kind is LineKind.ITEM else ZERO


def _said(job: Job, text: LazyString | str, percent: Decimal | None = None, **values: Any) -> str:
    """What the client reads on a line, in the client's language."""
    with force_locale(job.client.language.value):
        if percent is not None:
            values["percent"] = formats.percent(percent)
        return str(text) % ({"job": job} | values)
