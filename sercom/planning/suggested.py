"""Who could take a visit, and what could take a time that became free, as the calendar's script shows them."""

from datetime import date
from typing import Any

from flask_babel import gettext as _

from sercom.core import clock, formats
from sercom.core.base import AnySession
from sercom.entities.visits.model import Visit
from sercom.planning.moves import plan_fields
from sercom.workflow.suggesting import Candidate, Filler, Need, fill_gap, suggest_from


def who_could_go(session: AnySession, visit: Visit, day: date) -> list[dict[str, Any]]:
    """On that day, or in the coming ones: what fills the panel's form in, and why them."""
    return [_offer(one) for one in suggest_from(session, Need.of(visit), day)]


def _offer(one: Candidate) -> dict[str, Any]:
    starts, ends = clock.to_company(one.starts_at), clock.to_company(one.ends_at)
    return {
        "person": one.person.id,
        "name": one.person.name,
        "day": starts.date().isoformat(),
        "from": f"{starts:%H:%M}",
        "to": f"{ends:%H:%M}",
        "when": f"{formats.short_day(starts.date())} · {formats.clock(starts.time())}",
        "reason": one.reason,
    }


def what_fills(session: AnySession, visit: Visit) -> list[dict[str, Any]]:
    """Visits for the time that this one left free: what is posted to plan each, and why it."""
    return [_filler(one) for one in fill_gap(session, visit)]


def _filler(one: Filler) -> dict[str, Any]:
    visit, plan = one.visit, one.plan
    at = formats.clock(clock.to_company(plan.starts_at).time())
    return {
        "id": visit.id,
        "title": str(visit.case.client),
        "what": visit.case.title or visit.case.number,
        "label": _("Plan at %(time)s", time=at),
        "reason": one.reason,
        "fields": {"version": visit.version, **plan_fields(plan)},
    }
