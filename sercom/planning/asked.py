"""What the address of the calendar asks for: a view, a day, whose visits, of which kind."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select

from sercom.core import clock, formats
from sercom.core.access import MONEY, Actor
from sercom.core.base import read_whole
from sercom.core.errors import DomainError
from sercom.core.labels import Labelled
from sercom.entities.documents.model import DocumentKind
from sercom.entities.users.model import team_member
from sercom.entities.visits.model import Visit

WEEK = 7


class View(Labelled):
    """A way of looking at the calendar."""

    DAY = "day", _l("Day")
    WEEK = "week", _l("Week")
    MONTH = "month", _l("Month")
    DISPATCH = "dispatch", _l("Dispatch")
    DISPATCH_WEEK = "dispatch-week", _l("Dispatch, week")
    LIST = "list", _l("List")


class Kind(Labelled):
    """What a visit is for."""

    ASSESSMENT = "assessment", _l("Assessments")
    JOB = "job", _l("Jobs")


#: Views of one day; the month has its own length, the others show a week from Monday on.
ONE_DAY = (View.DAY, View.DISPATCH)


@dataclass(frozen=True)
class Asked:
    """A view of a day, a week or a month, and the filters."""

    view: View
    day: date
    person_id: int | None = None
    team_id: int | None = None
    kind: Kind | None = None

    @property
    def first(self) -> date:
        """The first day that is shown."""
        if self.view in ONE_DAY:
            return self.day
        if self.view is View.MONTH:
            return self.day.replace(day=1)
        return self.day - timedelta(days=self.day.weekday())

    @property
    def after(self) -> date:
        """The day after the last that is shown."""
        if self.view in ONE_DAY:
            return self.first + timedelta(days=1)
        if self.view is View.MONTH:
            return (self.first + timedelta(days=31)).replace(day=1)
        return self.first + timedelta(days=WEEK)

    @property
    def title(self) -> str:
        """What is shown, in words."""
        if self.view in ONE_DAY:
            return formats.weekday(self.day)
        if self.view is View.MONTH:
            return formats.month(self.day)
        return formats.days(self.first, self.after - timedelta(days=1))

    @property
    def before(self) -> date:
        """A day of what comes before."""
        return self.first - timedelta(days=1 if self.view in ONE_DAY or self.view is View.MONTH else WEEK)

    @property
    def filtered(self) -> bool:
        """Whether some visits are left out."""
        return bool(self.person_id or self.team_id or self.kind)

    def address(self, **changes: Any) -> dict[str, str]:
        """The arguments of the calendar's address, changed."""
        other = replace(self, **changes)
        told = {"view": other.view.value, "date": other.day.isoformat(), "person": other.person_id}
        told |= {"team": other.team_id, "kind": other.kind and other.kind.value}
        return {name: str(value) for name, value in told.items() if value is not None}

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        """Which visits it shows to ``actor``: a technician sees own ones and the team's."""
        found = [] if actor.has(MONEY) else [Visit.assigned_to(actor.user_id)]
        if self.person_id is not None:
            found.append(Visit.assigned_to(self.person_id))
        if self.team_id is not None:
            found.append(Visit.team_id == self.team_id)
        if self.kind is not None:
            of_request = Visit.document.has(kind=DocumentKind.REQUEST)
            found.append(of_request if self.kind is Kind.ASSESSMENT else ~of_request)
        return found


def own_teams(user_id: int | None) -> Any:
    """The ids of a person's teams, as a query."""
    return select(team_member.c.team_id).where(team_member.c.user_id == user_id)


def read(args: Mapping[str, str]) -> Asked:
    """What an address asks for; raises ``DomainError`` for a date that is none.

    A view, a person or a kind that does not exist is as good as none: old links go on working.
    """
    view = next((view for view in View if view.value == args.get("view")), View.WEEK)
    kind = next((kind for kind in Kind if kind.value == args.get("kind")), None)
    person_id, team_id = (read_whole(args.get(name, "")) for name in ("person", "team"))
    asked = Asked(view, clock.today(), person_id, team_id, kind)
    return replace(asked, day=read_day(args["date"])) if args.get("date") else asked


def read_day(text: str) -> date:
    """A day of the calendar, or a sentence that says how one is written."""
    try:
        return clock.read_day(text)
    except ValueError:
        raise DomainError(_("This is not a date. Example: 2026-09-01"), "date") from None
