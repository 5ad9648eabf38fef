"""The stage of a document: what its status, its links, the calendar and the ledger say together.

A stage is derived, never stored, and stands in one place: an SQL expression, loaded with the row
where a page shows it (deferred otherwise), so that lists filter, count and colour by one rule.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, case, column, exists, literal, table
from sqlalchemy.orm import MappedSQLExpression, column_property

from sercom.core.labels import Labelled, LabelledType
from sercom.entities.documents.model import Conversion

#: Loader group of every derived column: ``undefer_group(DERIVED)``.
DERIVED = "derived"

#: Tables of models that import this module: named here, not imported.
JOB = table("job", column("id"), column("status"))
INVOICE = table("invoice", column("id"), column("status"))


class Stage(Labelled):
    """A derived state: its members in the order in which their conditions are asked."""


def stage_column(conditions: Mapping[Any, ColumnElement[bool]]) -> MappedSQLExpression[Any]:
    """The column that gives the first stage whose condition holds; the last stage is the rest."""
    *asked, (rest, _) = conditions.items()
    kind = LabelledType(type(rest))
    whens = [(condition, literal(stage, kind)) for stage, condition in asked]
    return column_property(case(*whens, else_=literal(rest, kind)), deferred=True, group=DERIVED)


def converted(document_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Something was made from the document that still counts: no cancelled job, no void invoice."""
    return exists().where(
        Conversion.source_id == document_id,
        ~exists().where(JOB.c.id == Conversion.target_id, JOB.c.status == "cancelled"),
        ~exists().where(INVOICE.c.id == Conversion.target_id, INVOICE.c.status == "void"),
    )
