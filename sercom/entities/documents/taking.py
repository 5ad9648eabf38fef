"""How much of a document's lines its conversions have taken, and the rule that it is never more.

It binds quotes and jobs. A request's lines are only a start: its quotes are alternatives, and each
carries them whole.
"""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased, object_session

from sercom.core import formats
from sercom.core.errors import DomainError
from sercom.core.money import ZERO, round_money
from sercom.entities.documents.line import Line
from sercom.entities.documents.model import Conversion, Document, DocumentKind


def links(source: Document) -> list[Conversion]:
    """The conversions of ``source`` whose targets are live."""
    return [conversion for conversion in source.conversions if conversion.target.is_live]


def takers(source: Document) -> list[Document]:
    """The live documents made from ``source``."""
    return [link.target for link in links(source)]


def discounts_taken(source: Document) -> tuple[Decimal, dict[int | None, Decimal]]:
    """What live documents took of the discounts, in dollars: the document's own, and each line's by its id."""
    live, by_line = links(source), dict[int | None, Decimal]()
    for link in live:
        for line in link.target.lines:
            by_line[line.source_line_id] = by_line.get(line.source_line_id, ZERO) + line.discount
        for back, line in credited(link):
            by_line[line.source_line_id] -= back.discount
    return sum((link.discount - discount_back(link) for link in live), ZERO), by_line


def credited(link: Conversion) -> list[tuple[Line, Line]]:
    """The lines of credit notes by which something of ``link`` was given back, each with the line it credits."""
    if not (link.net_back or link.held_back):
        return []
    own = {line.id: line for line in link.lines}
    notes = [line for note in getattr(link.target, "credit_notes", ()) for line in note.lines]
    return [(line, own[line.source_line_id]) for line in notes if line.source_line_id in own]


def discount_back(link: Conversion) -> Decimal:
    """What credit notes took back of the discount of ``link``, in dollars."""
    return sum((back.amount for back, _line in credited(link)), ZERO) - link.net_back


def give_back(link: Conversion, note: Document) -> None:
    """Count what the lines of a credit note (flushed) give back of ``link``; an amount without lines gives nothing."""
    own = {line.id: line for line in link.lines}
    lines = [line for line in note.lines if line.source_line_id in own]
    if not lines:
        return
    gone = dict.fromkeys(own, ZERO)
    for line in (line for each in getattr(link.target, "credit_notes", ()) for line in each.lines):
        if line.source_line_id in own:
            gone[line.source_line_id] += line.quantity
    if all(gone[key] == line.quantity for key, line in own.items()):
        link.net_back, link.held_back = link.net, link.held
        return
    held = -sum((line.amount for line in lines if own[line.source_line_id or 0].holdback), ZERO)
    work = sum((line.amount for line in lines), held)
    whole = sum((line.amount for line in own.values() if not line.holdback), ZERO)
    share = round_money(link.discount * work / whole) if whole else ZERO
    link.net_back += work - held - share
    link.held_back += held


def taken(source: Document) -> dict[int, Decimal]:
    """What live documents have taken of the lines of ``source`` and no credit note gave back, by line id."""
    session = object_session(source)
    assert session is not None
    if not (live := [target.id for target in takers(source)]):
        return {}
    rows = session.execute(
        select(Line.source_line_id, func.sum(Line.quantity))
        .where(Line.document_id.in_(live), Line.source_line_id.is_not(None))
        .group_by(Line.source_line_id)
    )
    gone = {line_id: quantity for line_id, quantity in rows if line_id is not None}
    back = aliased(Line)
    given_back = session.execute(
        select(Line.source_line_id, func.sum(back.quantity))
        .join(back, back.source_line_id == Line.id)
        .join(Document, and_(Document.id == back.document_id, Document.kind == DocumentKind.CREDIT_NOTE))
        .where(Line.document_id.in_(live), Line.source_line_id.is_not(None))
        .group_by(Line.source_line_id)
    )
    for line_id, quantity in given_back:
        gone[line_id] -= quantity
    return gone


def remaining(source: Document) -> dict[int, Decimal]:
    """What no live document has taken of each accepted item of ``source``, by line id."""
    gone = taken(source)
    items = [line for line in source.lines if line.is_item and line.accepted]
    return {line.id: line.quantity - gone.get(line.id, Decimal(0)) for line in items}


def require_within_source(document: Document) -> None:
    """Refuse a document that takes more of its source's lines than they hold (flushed lines)."""
    if not document.is_bound:
        return
    left = {key: rest for link in document.sources for key, rest in remaining(link.source).items()}
    for position, line in enumerate(document.lines):
        if not line.is_item:
            continue
        over = left.get(line.source_line_id or 0, Decimal(0))
        if over * line.quantity < 0:
            limit = formats.number(line.quantity + over)
            raise DomainError(
                _l("At most %(quantity)s: the rest is on other documents.", quantity=limit),
                f"lines-{position}-quantity",
            )


def require_within_price(document: Document) -> None:
    """Refuse an invoice with which a job's live invoices come to more than the job (flushed amounts).

    A job without a price sets none: its work is invoiced as it was.
    """
    session = object_session(document)
    assert session is not None
    for link in document.sources:
        job = link.source
        if job.kind is not DocumentKind.JOB or job.net <= ZERO:
            continue
        rows = select(Conversion).where(Conversion.source_id == job.id).execution_options(populate_existing=True)
        live = [row for row in session.scalars(rows) if row.target.is_live]
        others = [row for row in live if row is not link]
        left = job.net - sum((row.work for row in others), ZERO)
        position = next((i for i, line in reversed([*enumerate(document.lines)]) if line in link.lines), 0)
        if link.work > max(left, ZERO):
            refusal = _l(
                "At most %(amount)s of job %(job)s is left, before tax: put the rest on a line of its own.",
                amount=formats.money(max(left, ZERO)),
                job=job,
            )
            raise DomainError(refusal, f"lines-{position}-unit_price")
        if -link.held > max(sum((row.still_held for row in others), ZERO), ZERO):
            raise DomainError(_l("This is more than was held back."), f"lines-{position}-unit_price")


def require_covers_price(document: Document, before: Decimal) -> None:
    """Refuse that a job's net, ``before`` this change another, falls below what its invoices took."""
    if document.kind is not DocumentKind.JOB or document.net == before:
        return
    gone = sum((link.work for link in links(document)), ZERO)
    if document.net < gone:
        raise DomainError(
            _l("%(amount)s of this job is invoiced, before tax: it cannot come to less.", amount=formats.money(gone))
        )


def require_covers_taken(document: Document) -> None:
    """Refuse lines that no longer hold what other documents took of them (lines not flushed yet)."""
    session = object_session(document)
    assert session is not None
    if document.kind is DocumentKind.REQUEST:
        return
    with session.no_autoflush:
        gone = taken(document)
    kept = {line.id: (position, line.quantity) for position, line in enumerate(document.lines)}
    for line_id, quantity in gone.items():
        position, now = kept.get(line_id, (None, None))
        if not now or not 0 <= quantity / now <= 1:
            raise DomainError(
                _l("%(quantity)s of this line is on other documents.", quantity=formats.number(quantity)),
                None if position is None else f"lines-{position}-quantity",
            )
