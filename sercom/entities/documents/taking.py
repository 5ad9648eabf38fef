"""How much of a document's lines its conversions have taken, and the rule that it is never more."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import object_session

from sercom.core import formats
from sercom.core.errors import DomainError
from sercom.entities.documents.line import Line
from sercom.entities.documents.model import Document


def remaining(source: Document) -> dict[int, Decimal]:
    """What no live document has taken of each line of ``source``, by line id."""
    session = object_session(source)
    assert session is not None
    live = [conversion.target_id for conversion in source.conversions if conversion.target.is_live]
    taken: dict[int, Decimal] = {}
    if live:
        rows = session.execute(
            select(Line.source_line_id, func.sum(Line.quantity))
            .where(Line.document_id.in_(live), Line.source_line_id.is_not(None))
            .group_by(Line.source_line_id)
        )
        taken = {line_id: quantity for line_id, quantity in rows if line_id is not None}
    return {line.id: line.quantity - taken.get(line.id, Decimal(0)) for line in source.lines}


def require_within_source(document: Document) -> None:
    """Refuse a document that takes more of its source's lines than they hold (flushed lines)."""
    if document.made_from is None:
        return
    source = document.made_from.source
    left = remaining(source)
    for position, line in enumerate(document.lines):
        over = left.get(line.source_line_id or 0, Decimal(0))
        if over < 0 < line.quantity:
            limit = line.quantity + over
            raise DomainError(
                _l("At most %(quantity)s: the rest is on other documents.", quantity=formats.number(limit)),
                f"lines-{position}-quantity",
            )
