"""What each conversion carries. Never carried: number, status, due date, balance, stamps, signatures."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import object_session

from sercom.core import clock, formats
from sercom.core.errors import DomainError
from sercom.core.money import ZERO, Discount, line_amount, round_money
from sercom.entities.catalog.model import CatalogItem, ItemKind
from sercom.entities.documents.line import Line, LineDraft, LineKind
from sercom.entities.documents.model import Document
from sercom.entities.documents.options import accepted_of
from sercom.entities.documents.taking import discounts_taken, remaining
from sercom.entities.invoices.model import Invoice
from sercom.entities.jobs.model import Job
from sercom.entities.quotes.model import Quote
from sercom.entities.requests.model import ServiceRequest
from sercom.entities.visits.model import PartUsed, Visit, VisitStatus

HOUR = Decimal(60)
THOUSANDTH = Decimal("0.001")
Built = tuple[Document, list[LineDraft]]


def request_to_quote(request: ServiceRequest) -> Built:
    """Title, description and lines; findings stand beside the quote, on the case."""
    return Quote(description=request.description), _copies(request)


def request_to_job(request: ServiceRequest) -> Built:
    """The same; what was found becomes the job's instructions."""
    job = Job(description=request.description, instructions=_findings(request) or request.description)
    return job, _copies(request)


def request_to_invoice(request: ServiceRequest) -> Built:
    """The request's lines, then each finished assessment's travel, time and parts."""
    invoice = Invoice(description=request.description)
    visits = [visit for visit in request.assessments if visit.status in {VisitStatus.DONE, VisitStatus.INCOMPLETE}]
    ended = [visit.ended_at for visit in visits if visit.ended_at]
    invoice.service_date = clock.to_company(max(ended)).date() if ended else None
    return invoice, _copies(request) + [line for visit in visits for line in worked(visit)]


def quote_to_job(quote: Quote) -> Built:
    """Price, cost, tax status and discount as approved."""
    return Job(description=quote.description, instructions=quote.description), _copies(quote)


def job_to_invoice(job: Job) -> Built:
    """The lines not yet invoiced; dated by the last visit that was done."""
    done = [visit.ended_at for visit in job.visits if visit.status is VisitStatus.DONE and visit.ended_at]
    invoice = Invoice(description=job.description)
    invoice.service_date = clock.to_company(max(done)).date() if done else clock.today()
    return invoice, _copies(job)


def chosen(source: Document, drafts: list[LineDraft], quantities: Mapping[int, Decimal] | None) -> list[LineDraft]:
    """``drafts`` cut down to what was chosen and is left of the source's lines.

    A line's own discount follows in proportion to the quantity taken; the last of the line takes
    what is left of it, so that the parts add up to the whole. A title goes where its items go.
    """
    lines = {line.id: line for line in source.lines}
    left = remaining(source)
    _, gone = discounts_taken(source)
    kept: list[LineDraft] = []
    section: list[LineDraft] = []
    had_items = False
    for draft in drafts:
        if draft.kind is LineKind.SECTION:
            kept += _worth_keeping(section, had_items=had_items)
            section, had_items = [], False
        if draft.kind is not LineKind.ITEM:
            section.append(draft)
            continue
        had_items = True
        line = lines[draft.source_line_id or 0]
        wanted = _quantity(line, left[line.id], quantities)
        if wanted:
            section.append(_part(draft, line, wanted, left[line.id], gone.get(line.id, ZERO)))
    kept += _worth_keeping(section, had_items=had_items)
    if any(line.is_item for line in source.lines) and not any(draft.kind is LineKind.ITEM for draft in kept):
        raise DomainError(_l("Nothing is left to carry: choose at least one line."))
    return kept


def _quantity(line: Line, available: Decimal, quantities: Mapping[int, Decimal] | None) -> Decimal:
    """How much of the line is taken; refused where that is more than is left."""
    wanted = available if quantities is None else quantities.get(line.id, Decimal(0))
    if wanted and not _within(wanted, available):
        raise DomainError(
            _l("“%(line)s”: %(left)s left to take.", line=line.description[:60], left=formats.number(available)),
            f"quantity-{line.id}",
        )
    return wanted


def _part(draft: LineDraft, line: Line, wanted: Decimal, available: Decimal, discount_gone: Decimal) -> LineDraft:
    """``wanted`` of the line, with its share of the line's discount.

    A percentage goes along where it comes to that very share; the part that takes the last cent has an amount.
    """
    discount = line.discount - discount_gone
    if wanted != available:
        discount = min(discount, round_money(line.discount * wanted / line.quantity))
    discount = max(discount, ZERO)
    same = line.said_discount.of(wanted * line.unit_price) == discount
    return replace(draft, quantity=wanted, discount=discount, discount_percent=line.discount_percent if same else None)


def _worth_keeping(section: list[LineDraft], *, had_items: bool) -> list[LineDraft]:
    """A section whose items were all left behind says nothing."""
    emptied = had_items and all(draft.kind is not LineKind.ITEM for draft in section)
    return [] if emptied else section


def share_of_discount(source: Document, drafts: list[LineDraft]) -> Discount:
    """What of the source's discount goes with ``drafts``: in proportion; the rest with the last lines.

    Said in percent where the source's percentage comes to that very share.
    """
    amount = sum((line_amount(draft.quantity, draft.unit_price, draft.discount) for draft in drafts), ZERO)
    share = _share_in_dollars(source, drafts, amount)
    said = Discount(share, source.discount_percent)
    return said if said.of(max(amount, ZERO)) == share else Discount(share)


def _share_in_dollars(source: Document, drafts: list[LineDraft], amount: Decimal) -> Decimal:
    gone, _ = discounts_taken(source)
    left = source.discount - gone
    whole = sum((line.amount for line in source.lines if line.accepted), ZERO)
    items = {draft.source_line_id: draft.quantity for draft in drafts if draft.kind is LineKind.ITEM}
    if items != {k: v for k, v in remaining(source).items() if v}:
        left = min(left, round_money(source.discount * amount / whole)) if whole else ZERO
    return max(min(left, amount), ZERO)


def _within(wanted: Decimal, available: Decimal) -> bool:
    """Between nothing and what is left, on the same side of zero."""
    return 0 < wanted <= available if available > 0 else available <= wanted < 0


def _copies(source: Document) -> list[LineDraft]:
    """The lines as they go on: of options what was accepted, each a line like any other from then on."""
    return [
        LineDraft(
            description=line.description,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            discount=line.discount,
            discount_percent=line.discount_percent,
            cost=line.cost,
            tax_status=line.tax_status,
            item_id=line.item_id,
            # Words are carried each time, and never used up.
            source_line_id=line.id if line.is_item else None,
            source_document_id=source.id if line.is_item else None,
            kind=line.kind,
        )
        for line in accepted_of(source.lines)
    ]


def _findings(request: ServiceRequest) -> str:
    return "\n\n".join(visit.findings for visit in request.assessments if visit.findings)


def worked(visit: Visit) -> list[LineDraft]:
    """Travel, hours and parts of a visit, at the catalogue's prices."""
    lines = []
    travel, labour = _first(visit, ItemKind.TRAVEL), _first(visit, ItemKind.LABOUR)
    if travel is not None:
        lines.append(_item_line(visit, travel, Decimal(1)))
    if labour is not None and visit.minutes:
        lines.append(_item_line(visit, labour, (Decimal(visit.minutes) / HOUR).quantize(THOUSANDTH)))
    lines += [part_line(visit, part) for part in visit.parts]
    return [replace(line, visit_id=visit.id) for line in lines]


def part_line(visit: Visit, part: PartUsed) -> LineDraft:
    """A part at its price, as a line."""
    if part.item is None:
        return LineDraft(part.description, part.quantity, unit_price=part.unit_price)
    return replace(_item_line(visit, part.item, part.quantity), unit_price=part.unit_price)


def _first(visit: Visit, kind: ItemKind) -> CatalogItem | None:
    session = object_session(visit)
    assert session is not None
    return session.scalars(
        select(CatalogItem).where(CatalogItem.kind == kind, CatalogItem.active).order_by(CatalogItem.id)
    ).first()


def _item_line(visit: Visit, item: CatalogItem, quantity: Decimal) -> LineDraft:
    return LineDraft(
        item.name_in(visit.case.client.language),
        quantity,
        item.unit,
        item.price,
        cost=item.cost,
        tax_status=item.tax_status,
        item_id=item.id,
    )
