"""Where the maintenance of a device stands: derived from its visits and the calendar, never stored.

The days are parameters read when the statement runs; months are reckoned in Python, where they
mean the same for both databases.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Date, and_, bindparam, case, exists, func, literal, or_, select
from sqlalchemy.orm import column_property

from sercom.core import clock
from sercom.core.clock import UtcDateTime
from sercom.core.labels import Tone
from sercom.entities.documents.model import Document
from sercom.entities.documents.stage import DERIVED, Stage, converted, stage_column
from sercom.entities.equipment.model import Equipment, EquipmentWork, Upkeep
from sercom.entities.requests.model import RequestStatus, ServiceRequest
from sercom.entities.visits.model import PLANNED, Visit, VisitStatus

#: How long before the day it is told.
SOON = timedelta(days=30)
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


class EquipmentStage(Stage):
    """Where the maintenance stands, in the order in which the conditions are asked."""

    REMOVED = "removed", _l("Removed"), Tone.NEUTRAL
    UNKEPT = "unkept", _l("No maintenance"), Tone.NEUTRAL
    PLANNED = "planned", _l("Maintenance under way"), Tone.INFO
    DUE = "due", _l("Maintenance due"), Tone.WARN
    SOON = "soon", _l("Due soon"), Tone.INFO
    KEPT = "kept", _l("Up to date"), Tone.GOOD


_own: Any = Equipment.__table__.c
# Aliases: the same tables may stand in the query around it, and would be taken for these.
_work: Any = EquipmentWork.__table__.alias("own_work").c
_visit: Any = Visit.__table__.alias("own_visit").c
_asked: Any = Document.__table__.alias("asked").c
_request: Any = ServiceRequest.__table__.alias("own_request").c

_is_upkeep = and_(_work.equipment_id == _own.id, _work.is_upkeep)
_done = (
    select(func.max(func.coalesce(_visit.ended_at, _visit.starts_at), type_=UtcDateTime()))
    .where(_is_upkeep, _visit.case_id == _work.case_id, _visit.status == VisitStatus.DONE)
    .correlate(Equipment.__table__)
    .scalar_subquery()
)


def _last_days(ahead: timedelta, *, moments: bool) -> ColumnElement[Any]:
    """What is counted from that day (or before the end of it) is due within ``ahead`` of today."""

    def limit(upkeep: Upkeep) -> date:
        day = upkeep.before(clock.today() + ahead)
        return clock.day_bounds(day)[1] if moments else day

    kind: Any = UtcDateTime() if moments else Date()
    limits = {
        upkeep: bindparam("due", callable_=lambda upkeep=upkeep: limit(upkeep), type_=kind, unique=True)  # type: ignore[misc]
        for upkeep in Upkeep
    }
    return case(*((_own.upkeep == upkeep, last) for upkeep, last in limits.items()))


def _due(ahead: timedelta) -> ColumnElement[bool]:
    """Neither done nor known to be done since; where nothing is known, counted from when it was written down."""
    known = func.coalesce(_own.upkeep_from, _own.installed_on)
    since = case((known.is_(None), _own.created_at), else_=literal(LONG_AGO, UtcDateTime()))
    return and_(
        func.coalesce(_done, since) < _last_days(ahead, moments=True),
        func.coalesce(known, LONG_AGO.date()) <= _last_days(ahead, moments=False),
    )


def _under_way() -> ColumnElement[bool]:
    """A visit is to be planned or made, or a request waits to become one."""
    still_open = _visit.status.in_((VisitStatus.UNSCHEDULED, *PLANNED))
    waits = and_(_request.status != RequestStatus.CLOSED, ~converted(_request.id))
    return or_(
        exists().where(_is_upkeep, _visit.case_id == _work.case_id, still_open).correlate(Equipment.__table__),
        exists()
        .where(_is_upkeep, _asked.case_id == _work.case_id, _asked.id == _request.id, waits)
        .correlate(Equipment.__table__),
    )


#: When its last maintenance was done (UTC).
Equipment.done_at = column_property(_done, deferred=True, group=DERIVED)
Equipment.stage = stage_column(
    {
        EquipmentStage.REMOVED: _own.removed_on.is_not(None),
        EquipmentStage.UNKEPT: _own.upkeep.is_(None),
        EquipmentStage.PLANNED: _under_way(),
        EquipmentStage.DUE: _due(timedelta(0)),
        EquipmentStage.SOON: _due(SOON),
        EquipmentStage.KEPT: literal(True),
    }
)
