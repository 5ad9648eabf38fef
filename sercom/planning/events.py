"""What the calendar shows, as the browser draws it. Three queries, however many visits there are.

Times are told as the company's clock reads them, without a zone: the browser's own never matters.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import aliased

from sercom.core import clock, formats
from sercom.core.access import MONEY, OFFICE, Actor
from sercom.core.base import AnySession
from sercom.entities.cases.model import Case
from sercom.entities.clients.model import Client
from sercom.entities.documents.model import Document, DocumentKind
from sercom.entities.planning.model import Absence
from sercom.entities.sites.model import Site
from sercom.entities.users.model import Colour, Team, User
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.planning.asked import Asked, View, own_teams

#: What may be moved: nobody has left for it yet.
MOVABLE = VisitStatus.SCHEDULED
#: An event shorter than this could not be seen.
SHORTEST = timedelta(minutes=15)

#: Where everybody's visits stand in one column: one person's absence would look like everybody's.
SHARED = (View.DAY, View.WEEK, View.MONTH)
#: The icon of a state that is not plain.
ICONS = {
    VisitStatus.ON_THE_WAY: "navigation",
    VisitStatus.IN_PROGRESS: "play",
    VisitStatus.PAUSED: "pause",
    VisitStatus.DONE: "check",
    VisitStatus.INCOMPLETE: "hourglass",
    VisitStatus.CLIENT_ABSENT: "user-x",
    VisitStatus.CANCELLED: "ban",
}


def told() -> Select[Any]:
    """A visit with who, where and for whom, in plain columns."""
    person, team = aliased(User, name="person"), aliased(Team, name="team_of")
    columns = (
        *(Visit.id, Visit.version, Visit.status, Visit.starts_at, Visit.ends_at, Visit.any_time),
        *(Visit.person_id, Visit.team_id, Visit.expected_minutes, Case.number, Document.kind, Document.title),
        *(Client.name.label("client"), Site.street, Site.city, person.name.label("person"), team.name.label("team")),
        *(person.colour.label("person_colour"), team.colour.label("team_colour")),
    )
    return (
        select(*columns)
        .join(Case, Visit.case_id == Case.id)
        .join(Client, Case.client_id == Client.id)
        .outerjoin(Site, Case.site_id == Site.id)
        .join(Document, Visit.document_id == Document.id)
        .outerjoin(person, Visit.person_id == person.id)
        .outerjoin(team, Visit.team_id == team.id)
    )


def between(session: AnySession, asked: Asked, first: date, after: date, actor: Actor) -> list[Row[Any]]:
    """The visits that take place from ``first`` on and before ``after``, or reach into these days."""
    start, end = clock.day_bounds(first)[0], clock.day_bounds(after)[0]
    found = told().where(
        *asked.conditions(actor),
        Visit.status.not_in((VisitStatus.UNSCHEDULED, VisitStatus.CANCELLED)),
        # A visit takes a day at most: this bound is what the index is asked.
        Visit.starts_at >= start - timedelta(days=1),
        Visit.starts_at < end,
        Visit.ends_at > start,
    )
    return list(session.execute(found.order_by(Visit.starts_at, Visit.id)))


def one(session: AnySession, visit_id: int) -> Row[Any]:
    """One visit, told in the same way."""
    return session.execute(told().where(Visit.id == visit_id)).one()


def absences(session: AnySession, asked: Asked, first: date, after: date, actor: Actor) -> list[Row[Any]]:
    """When somebody is not there, or nobody is: of whoever is asked for, as far as ``actor`` may know."""
    start, end = clock.day_bounds(first)[0], clock.day_bounds(after)[0]
    found = (
        select(Absence.id, Absence.user_id, Absence.reason, Absence.starts_at, Absence.ends_at, User.name)
        .outerjoin(User, Absence.user_id == User.id)
        .where(Absence.starts_at < end, Absence.ends_at > start)
    )
    whose = asked.person_id if actor.has(MONEY) else actor.user_id
    if whose is not None:
        found = found.where(or_(Absence.user_id.is_(None), Absence.user_id == whose))
    elif asked.view in SHARED:
        found = found.where(Absence.user_id.is_(None))
    return list(session.execute(found.order_by(Absence.starts_at, Absence.id)))


def wall(moment: datetime) -> str:
    """A moment as the company's clock reads it: ``2026-11-24T08:30``."""
    return clock.to_company(moment).strftime("%Y-%m-%dT%H:%M")


def wall_end(starts_at: datetime, ends_at: datetime) -> str:
    """The end on the same clock; in the hour that comes twice, as far from the start as it lasts."""
    start, end = clock.to_company(starts_at).replace(tzinfo=None), clock.to_company(ends_at).replace(tzinfo=None)
    return max(end, start + min(ends_at - starts_at, SHORTEST)).strftime("%Y-%m-%dT%H:%M")


def when(starts_at: datetime, ends_at: datetime, *, any_time: bool) -> str:
    """``8 h 30 – 10 h 00``, or that any time of the day will do."""
    if any_time:
        return _("Any time")
    start, end = clock.to_company(starts_at), clock.to_company(ends_at)
    until = formats.clock(end.time())
    if end.date() != start.date():
        until = f"{formats.short_day(end.date())} {until}"
    return f"{formats.clock(start.time())} – {until}"


def is_late(row: Any) -> bool:
    """Its time has passed and nobody started it."""
    return row.status is VisitStatus.SCHEDULED and row.ends_at is not None and row.ends_at < clock.utcnow()


def who(row: Any) -> str:
    """The names of whoever goes."""
    return ", ".join(name for name in (row.person, row.team) if name)


def as_event(row: Any, actor: Actor) -> dict[str, Any]:
    """A visit as the calendar draws it: where it stands, and what its panel says."""
    colour: Colour = row.person_colour or row.team_colour or Colour.GREY
    late, planned = is_late(row), row.starts_at is not None
    movable = row.status is MOVABLE and actor.has(OFFICE)
    event: dict[str, Any] = {
        "id": str(row.id),
        "title": row.client,
        "resourceIds": resources_of(row.person_id, row.team_id),
        "classNames": ["visit", f"c-{colour.value}", f"is-{row.status.value}", *(["is-late"] if late else [])],
        "editable": movable,
        "startEditable": movable,
        "durationEditable": movable and not row.any_time,
        "allDay": row.any_time,
    }
    if planned:
        local = clock.to_company(row.starts_at).date()
        event["start"] = local.isoformat() if row.any_time else wall(row.starts_at)
        after = (local + timedelta(days=1)).isoformat()
        event["end"] = after if row.any_time else wall_end(row.starts_at, row.ends_at)
    event["extendedProps"] = {
        "version": row.version,
        "number": row.number,
        "city": row.city,
        "address": f"{row.street}, {row.city}" if row.city else "",
        "what": f"{_('Assessment') if row.kind is DocumentKind.REQUEST else _('Job')} · {row.title}",
        "who": who(row),
        "when": when(row.starts_at, row.ends_at, any_time=row.any_time) if planned else "",
        "day": formats.weekday(clock.to_company(row.starts_at).date()) if planned else "",
        "status": str(row.status.label),
        "tone": row.status.tone.value,
        "icon": "clock" if late else ICONS.get(row.status),
        "late": late,
        "url": url_for("visits.details_view", id=row.id),
        "person": row.person_id,
        "team": row.team_id,
        "starts": wall(row.starts_at) if planned else None,
        "ends": wall(row.ends_at) if planned else None,
    }
    return event


def resources_of(person_id: int | None, team_id: int | None) -> list[str]:
    """The rows of the dispatch view that it stands on."""
    told = ((f"person-{person_id}", person_id), (f"team-{team_id}", team_id))
    return [name for name, row_id in told if row_id is not None]


def as_background(row: Any, asked: Asked, everybody: Iterable[str]) -> dict[str, Any]:
    """An absence behind the visits: on its person's row, on every row where the company is closed."""
    label = str(row.reason.label) if row.user_id is None or row.user_id == asked.person_id else ""
    return {
        "id": f"absence-{row.id}",
        "display": "background",
        "title": label or f"{row.name} · {row.reason.label}",
        "start": wall(row.starts_at),
        "end": wall(row.ends_at),
        "resourceIds": list(everybody) if row.user_id is None else [f"person-{row.user_id}"],
        "classNames": ["closed" if row.user_id is None else "absent"],
    }


def rows(session: AnySession, asked: Asked, actor: Actor) -> list[dict[str, str]]:
    """The rows of the dispatch view: who does visits, the teams, and whoever has one in these days."""
    start, end = clock.day_bounds(asked.first)[0], clock.day_bounds(asked.after)[0]
    busy = [Visit.starts_at >= start - timedelta(days=1), Visit.starts_at < end]
    in_the_field = User.active & (User.roles.any(name="technician") | User.teams.any(Team.active))
    people = select(User.id, User.name, User.colour).where(
        or_(in_the_field, User.id.in_(select(Visit.person_id).where(*busy)))
    )
    teams = select(Team.id, Team.name, Team.colour).where(
        or_(Team.active, Team.id.in_(select(Visit.team_id).where(*busy)))
    )
    whose = asked.person_id if actor.has(MONEY) else actor.user_id
    if whose is not None:
        people, teams = people.where(User.id == whose), teams.where(Team.id.in_(own_teams(whose)))
    if asked.team_id is not None:
        teams = teams.where(Team.id == asked.team_id)
        people = people.where(User.teams.any(Team.id == asked.team_id))
    found = [("person", row) for row in session.execute(people.order_by(User.name, User.id))]
    found += [("team", row) for row in session.execute(teams.order_by(Team.name, Team.id))]
    return [{"id": f"{kind}-{row.id}", "title": row.name, "colour": row.colour.value} for kind, row in found]
