"""The calendar's page, what it shows (JSON) and what is planned on it. Forms come in, JSON goes out."""

from collections.abc import Callable
from datetime import date, timedelta
from http import HTTPStatus
from itertools import groupby
from typing import Any

from flask import abort, jsonify, make_response, request, url_for
from flask_admin import BaseView, expose
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from sercom.backoffice.access import current_actor, may
from sercom.backoffice.counts import Waits
from sercom.backoffice.posted import read_version
from sercom.backoffice.seam import attempt
from sercom.core import clock
from sercom.core.access import MONEY, OFFICE
from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.entities.cases.model import Case
from sercom.entities.users.model import active_people, active_teams
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.planning import asked, events, moves
from sercom.planning.asked import Kind, View
from sercom.planning.suggested import what_fills, who_could_go
from sercom.planning.unplanned import unplanned
from sercom.workflow import transitions
from sercom.workflow.availability import next_start
from sercom.workflow.suggesting import DEFAULT_MINUTES

#: The longest that is shown at once, in days: a month with the weeks around it.
LONGEST = 62


class CalendarView(Waits, BaseView):
    """Assessments and work visits by day, week, month, person."""

    #: What it counts in the menu: visits that nobody planned yet.
    model, tab_column = Visit, "status"
    waits = {VisitStatus.UNSCHEDULED: _l("Visits to schedule")}

    def is_accessible(self) -> bool:
        """Whoever may see visits; a technician sees own ones."""
        return may("read", "visits")

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:
        """Signed in, but not allowed."""
        abort(403)

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        return fn(self, *args, **kwargs)

    def narrow(self, query: Any) -> Any:
        """What the menu counts: nothing else is asked of the table."""
        actor = current_actor()
        query = query.filter(Visit.status == VisitStatus.UNSCHEDULED)
        return query if actor.has(MONEY) else query.filter(Visit.assigned_to(actor.user_id))

    # --- the page -----------------------------------------------------------------------------

    @expose("/")
    def index(self) -> Any:
        """The frame, which the script fills; the list stands in it as it is."""
        actor, error = current_actor(), None
        try:
            looking = asked.read(request.args)
        except DomainError as refusal:
            looking, error = asked.read({**request.args, "date": ""}), refusal
        waiting, count = unplanned(db.session, looking, actor) if actor.has(OFFICE) else ([], 0)
        html = self.render(
            "admin/calendar.html",
            asked=looking,
            error=error,
            today=clock.today(),
            views=list(View),
            kinds=Kind.choices(),
            people=[(row.id, row.name) for row in active_people()] if actor.has(MONEY) else [],
            teams=[(row.id, row.name) for row in active_teams()] if actor.has(MONEY) else [],
            unplanned=waiting,
            unplanned_count=count,
            days=self._days(looking) if looking.view is View.LIST else [],
            rows=events.rows(db.session, looking, actor),
            zone=_zone(),
            may_plan=actor.has(OFFICE),
            soonest=next_start(DEFAULT_MINUTES).isoformat(timespec="minutes"),
            when=events.when,
            is_late=events.is_late,
        )
        return make_response(html, error.status if error else HTTPStatus.OK)

    def _days(self, looking: asked.Asked) -> list[tuple[date, list[Any], list[Any]]]:
        """The days of the list: what takes place, and who is not there."""
        actor, found = current_actor(), {}
        span = (looking.first, looking.after)
        visits = events.between(db.session, looking, *span, actor)
        away = events.absences(db.session, looking, *span, actor)
        of_day = groupby(visits, key=lambda row: max(clock.to_company(row.starts_at).date(), looking.first))
        found = {day: list(rows) for day, rows in of_day}
        days = [looking.first + timedelta(days=after) for after in range((looking.after - looking.first).days)]
        return [(day, found.get(day, []), [row for row in away if _touches(row, day)]) for day in days]

    @expose("/events")
    def events_view(self) -> Any:
        """What takes place between two days (``start``, and ``end`` which is left out), and who is not there."""
        actor = current_actor()
        try:
            looking = asked.read(request.args)
            first, after = (asked.read_day(request.args.get(name, "")[:10]) for name in ("start", "end"))
        except DomainError as refusal:
            return jsonify(message=str(refusal)), HTTPStatus.BAD_REQUEST
        if not timedelta() < after - first <= timedelta(days=LONGEST):
            return jsonify(message=""), HTTPStatus.BAD_REQUEST
        visits = events.between(db.session, looking, first, after, actor)
        away = events.absences(db.session, looking, first, after, actor)
        everybody = request.args.getlist("row")
        found = [events.as_event(row, actor) for row in visits]
        return jsonify([*found, *(events.as_background(row, looking, everybody) for row in away)])

    @expose("/visits/<int:visit_id>/suggestions")
    def suggestions_view(self, visit_id: int) -> Any:
        """Who could take the visit on ``day``, or in the days from it on."""
        if not current_actor().has(OFFICE):
            abort(403)
        try:
            day = asked.read_day(request.args.get("day", ""))
        except DomainError as refusal:
            return jsonify(message=str(refusal)), HTTPStatus.BAD_REQUEST
        whole = joinedload(Visit.case).joinedload(Case.site)
        visit = db.session.get(Visit, visit_id, options=[whole, joinedload(Visit.skill)])
        return jsonify(who_could_go(db.session, visit if visit is not None else abort(404), day))

    # --- planning -----------------------------------------------------------------------------

    @expose("/visits/<int:visit_id>/plan", methods=("POST",))
    def plan_view(self, visit_id: int) -> Any:
        """Plan a visit, or move it; the answer tells what speaks against it and how to undo it."""
        version, visit, form = read_version(), _locked(visit_id), moves.MoveForm(request.form)
        if not form.validate():
            return _refused(visit, DomainError(*_first_error(form)))
        plan, back, actor = form.plan(visit), moves.undo_of(visit), current_actor()
        return self._done(visit, version, back, lambda: moves.move(db.session, visit, plan, actor, version))

    @expose("/visits/<int:visit_id>/unplan", methods=("POST",))
    def unplan_view(self, visit_id: int) -> Any:
        """Put a visit back among what is to be planned."""
        version, visit, form = read_version(), _locked(visit_id), moves.WhoForm(request.form)
        if not form.validate():
            return _refused(visit, DomainError(*_first_error(form)))
        back, actor = moves.undo_of(visit), current_actor()

        def unplan() -> list[str]:
            transitions.run(db.session, "unschedule", visit, actor, dict(form.data), version=version)
            return []

        return self._done(visit, version, back, unplan)

    def _done(self, visit: Visit, version: int, back: dict[str, Any], act: Callable[[], list[str]]) -> Any:
        """Act, and answer: what became of it, or why not with the visit as it stands."""
        warnings: list[str] = []
        stale = version != visit.version
        refused = attempt(db.session, lambda: warnings.extend(act()))
        if refused is not None:
            return _refused(visit, refused, stale=stale)
        left = visit.status is VisitStatus.UNSCHEDULED
        way = "plan_view" if "starts_at" in back else "unplan_view"
        return jsonify(
            message=moves.sentence(visit),
            warnings=warnings,
            fillers=what_fills(db.session, visit) if left else [],
            event=events.as_event(events.one(db.session, visit.id), current_actor()),
            undo={"url": url_for(f".{way}", visit_id=visit.id), "fields": back | {"version": visit.version}},
        )


def _locked(visit_id: int) -> Visit:
    """The visit, locked until the transaction ends; 404 where the person may not see it."""
    visit = db.session.get(
        Visit, visit_id, with_for_update={"of": Visit}, populate_existing=True, options=[joinedload(Visit.case)]
    )
    actor = current_actor()
    if visit is None or not (actor.has(MONEY) or visit.involves(actor.user_id)):
        abort(404)
    return visit


def _refused(visit: Visit, refusal: DomainError, *, stale: bool = False) -> Any:
    """Why nothing was moved, and the visit as it stands."""
    message = moves.moved_by(db.session, visit) if stale else str(refusal)
    event = events.as_event(events.one(db.session, visit.id), current_actor())
    return jsonify(message=message, field=refusal.field, event=event), refusal.status


def _first_error(form: Any) -> tuple[str, str]:
    """The first thing that is wrong, and where."""
    return next((str(errors[0]), str(name)) for name, errors in form.errors.items())


def _touches(row: Any, day: date) -> bool:
    start, end = clock.day_bounds(day)
    return bool(row.starts_at < end and row.ends_at > start)


def _zone() -> str:
    """How far the company's clock is from UTC now, as ``-05:00``: the line of the present moment stands by it."""
    text = clock.to_company(clock.utcnow()).strftime("%z")
    return f"{text[:3]}:{text[3:]}"
