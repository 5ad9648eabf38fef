"""Visits that nobody planned yet: the list beside the calendar."""

from typing import Any

from sqlalchemy import Select, case, func, select

from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.entities.documents.model import DocumentKind
from sercom.entities.planning.model import Skill
from sercom.entities.requests.model import ServiceRequest
from sercom.entities.requests.triage import Urgency
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.planning import events
from sercom.planning.asked import Asked

#: How many stand beside the calendar; the rest are in the list of visits.
SHOWN = 60
ORDER = {Urgency.EMERGENCY: 0, Urgency.SOON: 1, Urgency.FLEXIBLE: 2}


def _urgency() -> Any:
    """How soon the client of the case wanted somebody, by the last request."""
    last = (
        select(ServiceRequest.urgency)
        .where(ServiceRequest.case_id == Visit.case_id)
        .order_by(ServiceRequest.id.desc())
        .limit(1)
    )
    return last.correlate(Visit).scalar_subquery()


def _wanted(asked: Asked, actor: Actor) -> Select[Any]:
    """The kind filter holds; a person's does not: nobody is to go yet."""
    whose = Asked(asked.view, asked.day, kind=asked.kind)
    return events.told().where(Visit.status == VisitStatus.UNSCHEDULED, *whose.conditions(actor))


def unplanned(session: AnySession, asked: Asked, actor: Actor) -> tuple[list[dict[str, Any]], int]:
    """The most urgent ones, the oldest of them first; and how many there are."""
    urgency = _urgency().label("urgency")
    rank = case({member.value: place for member, place in ORDER.items()}, value=urgency, else_=len(ORDER))
    found = _wanted(asked, actor).add_columns(urgency, Skill, func.count().over().label("count_all"))
    found = found.outerjoin(Skill, Visit.skill_id == Skill.id).order_by(rank, Visit.id).limit(SHOWN)
    rows = session.execute(found).all()
    told = [
        {
            "row": row,
            "assessment": row.kind is DocumentKind.REQUEST,
            "urgency": Urgency(row.urgency) if row.urgency else None,
            "skill": row.Skill,
        }
        for row in rows
    ]
    return told, rows[0].count_all if rows else 0
