"""Expressions over visits, for the states that the calendar knows: to schedule, today, late.

The present moment is a parameter read when the statement runs.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, exists

from sercom.core import clock
from sercom.core.clock import UtcDateTime, utcnow
from sercom.entities.visits.model import PLANNED, Visit, VisitStatus


def _now() -> ColumnElement[datetime]:
    return bindparam("now", callable_=utcnow, type_=UtcDateTime(), unique=True)


def _day_end() -> ColumnElement[datetime]:
    return bindparam("day_end", callable_=lambda: clock.day_bounds(clock.today())[1], type_=UtcDateTime(), unique=True)


def planned(document_id: ColumnElement[int]) -> ColumnElement[bool]:
    """The document has a visit that is planned or under way."""
    return exists().where(Visit.document_id == document_id, Visit.status.in_(PLANNED))


def late(document_id: ColumnElement[int]) -> ColumnElement[bool]:
    """A planned visit's time has passed and nobody started it."""
    return exists().where(Visit.document_id == document_id, is_late())


def today(document_id: ColumnElement[int]) -> ColumnElement[bool]:
    """A planned visit begins today or earlier."""
    return exists().where(Visit.document_id == document_id, Visit.status.in_(PLANNED), Visit.starts_at < _day_end())


def unplanned(document_id: ColumnElement[int]) -> ColumnElement[bool]:
    """The document has a visit that nobody planned yet."""
    return exists().where(Visit.document_id == document_id, Visit.status == VisitStatus.UNSCHEDULED)


def is_late() -> ColumnElement[bool]:
    """The visit's planned time has passed and nobody started it."""
    return (Visit.status == VisitStatus.SCHEDULED) & (Visit.ends_at < _now())
