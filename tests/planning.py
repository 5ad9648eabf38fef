"""People, teams and visits for the tests of the calendar, and how they ask and move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sercom import models
from sercom.core import clock
from sercom.core.base import db
from sercom.entities.users.model import Colour, Language
from tests.support import Browser, World, give, make_client, make_user, start

EVENTS, VISITS = "/admin/calendar/events", "/admin/calendar/visits"
TORONTO = ZoneInfo("America/Toronto")
#: A Sunday evening: the week that follows holds neither a holiday nor a change of clocks.
SUNDAY = datetime(2026, 11, 15, 20, tzinfo=TORONTO)
MONDAY = date(2026, 11, 16)
#: Tuesday, spring forward, fall back: on a clock that the tests choose.
DAY, SPRING, FALL = "2026-11-24", "2026-03-08", "2026-11-01"


@dataclass
class Field:
    """Ids of people, teams and visits."""

    office: int
    technician: int
    other: int
    team: int
    planned: int
    teams: int
    others: int
    waiting: int


def at(text: str) -> datetime:
    """A moment on the company's clock."""
    moment = datetime.fromisoformat(text)
    return clock.from_company(moment.date(), moment.time())


def a_visit(office: Any, name: str, begins: str = "", ends: str = "", **who: Any) -> models.Visit:
    """A job's visit, planned where it has a time, in the open session."""
    visit = start("job", office.actor, client=make_client(name)).visits[0]
    if begins:
        give("schedule", visit, office.actor, starts_at=at(begins), ends_at=at(ends), **who)
    return visit


def make_field(world: World) -> Field:
    """Two technicians, one in a team; a visit of each, and one that nobody planned."""
    with world.app.app_context():
        office = make_user("office", language=Language.ENGLISH, name="Karine Bouchard")
        technician = make_user("technician", name="Marc", colour=Colour.TEAL, language=Language.ENGLISH)
        other = make_user("technician", name="Yannick", language=Language.ENGLISH)
        team = models.Team(name="Équipe Nord", members=[technician])
        db.session.add(team)
        visits = (
            a_visit(office, "Ma cliente", f"{DAY}T08:30", f"{DAY}T10:00", person=technician),
            a_visit(office, "Cliente de l’équipe", f"{DAY}T13:00", f"{DAY}T15:00", team=team),
            a_visit(office, "Cliente d’un autre", f"{DAY}T08:00", f"{DAY}T09:00", person=other),
            a_visit(office, "À planifier"),
        )
        db.session.commit()
        return Field(office.id, technician.id, other.id, team.id, *(visit.id for visit in visits))


def shown(browser: Browser, first: str = "2026-11-23", after: str = "2026-11-30", **asked: Any) -> list[dict[str, Any]]:
    """The events of some days."""
    answer = browser.get(EVENTS, query_string={"start": first, "end": after, **asked})
    assert answer.status_code == 200
    return list(answer.get_json())


def titles(events: list[dict[str, Any]]) -> list[str]:
    """For whom the visits are, and who is away."""
    return [event["title"] for event in events]


def move(browser: Browser, world: World, visit: int, what: str = "plan", **fields: Any) -> Any:
    """POST a move with the present version unless ``fields`` has another."""
    version = {"version": world.get(models.Visit, visit, "version")}
    return browser.post(f"{VISITS}/{visit}/{what}", version | fields)


def times(world: World, visit: int) -> tuple[str, str]:
    """From when to when it is planned, in UTC."""
    found = world.get(models.Visit, visit, "starts_at", "ends_at")
    return tuple(f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}" if moment else "" for moment in found)  # type: ignore[return-value]
