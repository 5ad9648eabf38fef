"""The dashboard: today's visits, what waits, how much work stands at each stage; and the guide."""

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import abort, current_app, redirect, request, url_for
from flask_admin import AdminIndexView, expose
from flask_babel import LazyString
from flask_babel import gettext as _

from sercom.backoffice import counts
from sercom.backoffice.access import current_actor, may
from sercom.core import clock
from sercom.core.access import MONEY, OWNER
from sercom.core.base import db
from sercom.core.labels import Labelled, Tone
from sercom.core.money import ZERO
from sercom.entities.documents.model import DocumentKind
from sercom.entities.visits.model import ENDED, Visit
from sercom.reports import forgotten
from sercom.upkeep.model import is_stale, last_backup
from sercom.workflow.needs import PlanForm

#: How many visits after today's are told.
NEXT_VISITS = 5
HUNDRED = 100.0
#: What the browsers of phones say of themselves.
PHONE = re.compile(r"Mobi|Android|iPhone")
TONES = (Tone.BAD, Tone.WARN, Tone.NEUTRAL, Tone.INFO, Tone.GOOD)


@dataclass(frozen=True)
class Part:
    """What stands under one tab: its count, and its place in the bar, in percent."""

    tab: Labelled
    count: int
    start: float
    share: float


@dataclass(frozen=True)
class Stop:
    """A kind of document on the way from request to invoice: what is under way, in number and dollars."""

    view: Any
    count: int
    amount: Decimal
    parts: list[Part]


@dataclass(frozen=True)
class Task:
    """Rows of a tab that wait for somebody."""

    view: Any
    tab: Labelled
    label: LazyString
    count: int
    amount: Decimal


class HomeView(AdminIndexView):
    """What everybody sees first; a technician sees own visits alone."""

    def is_accessible(self) -> bool:
        """Everybody who is signed in."""
        return current_actor().user_id is not None

    @expose("/")
    def index(self) -> Any:
        """Today, and what each number of it leads to; on a phone, a technician's own pages."""
        if not current_actor().has(MONEY) and PHONE.search(request.user_agent.string):
            return redirect(url_for("field.index"))
        views = {view.entity: view for view in self.admin._views if hasattr(view, "entity")}  # noqa: SLF001  # Flask-Admin has no public list of views
        stages = [view for view in views.values() if view.waits and view.is_accessible()]
        amounts = {view.entity: view.tab_amounts() for view in stages}
        today, end = clock.day_bounds(clock.today())
        visits = views["visits"].get_query().order_by(Visit.starts_at, Visit.id)
        return self.render(
            "admin/home.html",
            today=clock.today(),
            backup=_backup_to_tell(),
            flow=[_stop(view, amounts[view.entity]) for view in stages if hasattr(view.model, "settled")],
            todo=[task for view in stages for task in _tasks(view, amounts[view.entity])],
            visits=visits.filter(Visit.starts_at >= today, Visit.starts_at < end).all(),
            forgotten=_forgotten_money(),
            later=visits.filter(Visit.starts_at >= end, Visit.status.not_in(ENDED)).limit(NEXT_VISITS).all(),
        )

    @expose("/guide")
    def guide(self) -> Any:
        """The five paths and each kind of document, in a page."""
        return self.render("admin/guide.html", kinds={kind.value: kind for kind in DocumentKind})

    @expose("/components")
    def components(self) -> Any:
        """Every component in every tone: for whoever changes a page, never in production."""
        if current_app.config["PRODUCTION"]:
            abort(404)
        sprite = (Path(current_app.static_folder or "") / "vendor" / "icons.svg").read_text()
        form = PlanForm()
        form.person.errors = (_("Choose from the list."),)
        return self.render(
            "admin/components.html",
            tones=list(Tone),
            icon_names=re.findall(r'symbol id="([\w-]+)"', sprite),
            form=form,
            amount=Decimal("2895.00"),
        )


def _backup_to_tell() -> str | None:
    """What the owner is told of the last backup, once it is time for another."""
    if not current_actor().has(OWNER):
        return None
    last = last_backup(db.session)
    if not is_stale(last):
        return None
    if last is None:
        return _("Nothing has been backed up yet.")
    return _("The last backup was made %(days)s days ago.", days=(clock.utcnow() - last.made_at).days)


def _forgotten_money() -> tuple[int, Decimal] | None:
    """How much work, promises and money waits unseen, in number and dollars; for who may read reports."""
    if not may("read", "reports"):
        return None
    found = counts.unless_slow("forgotten money", lambda: forgotten.add_up(db.session))
    return sum(count for count, _amount in found.values()), sum((amount for _n, amount in found.values()), ZERO)


def _stop(view: Any, amounts: dict[Labelled, tuple[int, Decimal]]) -> Stop:
    under_way = {tab: found for tab, found in amounts.items() if tab not in view.model.settled}
    total = sum(count for count, _amount in under_way.values())
    parts: list[Part] = []
    start = 0.0
    for tab in sorted(under_way, key=lambda tab: TONES.index(tab.tone)):
        count = under_way[tab][0]
        share = HUNDRED * count / total
        parts.append(Part(tab, count, start, share))
        start += share
    return Stop(view, total, sum((amount or ZERO for _count, amount in under_way.values()), ZERO), parts)


def _tasks(view: Any, amounts: dict[Labelled, tuple[int, Decimal]]) -> list[Task]:
    waiting = [(tab, label, amounts[tab]) for tab, label in view.waits.items() if tab in amounts]
    return [Task(view, tab, label, count, amount or ZERO) for tab, label, (count, amount) in waiting]
