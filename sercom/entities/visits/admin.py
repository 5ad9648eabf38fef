"""Visits in the back-office; a technician sees their own."""

from typing import Any

from flask import Response, abort, request
from flask_admin import expose
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload, selectinload
from wtforms.validators import NumberRange

from sercom.backoffice import filters
from sercom.backoffice.access import current_actor, may
from sercom.backoffice.listing import Indexed
from sercom.backoffice.posted import read_back, read_id
from sercom.core import journal
from sercom.core.access import MONEY, OFFICE
from sercom.core.base import db
from sercom.core.choices import RowField
from sercom.core.clock import day_bounds
from sercom.entities.cases.model import Case
from sercom.entities.delivery.admin import answer_pdf, languages_of
from sercom.entities.equipment.history import of_case
from sercom.entities.inbox.conversation import conversation_of
from sercom.entities.jobs.extras import NO_EXTRAS, extras_of
from sercom.entities.planning.model import active_skills
from sercom.entities.users.model import active_people, active_teams
from sercom.entities.visits.answers import AnswersField
from sercom.entities.visits.checks import checks_of, take_answers
from sercom.entities.visits.model import MAX_MINUTES, Visit, VisitStatus
from sercom.entities.visits.parts import PartsField
from sercom.entities.visits.plan_page import PlanMixin
from sercom.entities.visits.proof import TimeSpan
from sercom.entities.visits.snapshot import REPORTED
from sercom.workflow.needs import PlanForm, WorkedForm
from sercom.workflow.suggesting import Need, fill_gap
from sercom.workflow.transitions import available


class VisitView(PlanMixin):
    """Assessments and work visits."""

    entity = "visits"
    details_template = "admin/visit.html"
    edit_template = "admin/visit_form.html"
    tab_column = "status"
    default_order = (Visit.starts_at.desc(),)
    tab_enum = VisitStatus
    column_list = ("starts_at", "case", "case.client", "status", "person", "team", "minutes")
    column_sortable_list = ("starts_at",)
    column_export_list = (
        "starts_at",
        "ends_at",
        "case",
        "case.client",
        "status",
        "person",
        "team",
        "minutes",
        "findings",
    )
    column_labels = {
        "starts_at": _l("When"),
        "ends_at": _l("Until"),
        "any_time": _l("Any time that day"),
        "case": _l("Case"),
        "case.client": _l("Client"),
        "status": _l("Status"),
        "person": _l("Person"),
        "team": _l("Team"),
        "minutes": _l("Minutes"),
        "instructions": _l("Instructions"),
        "skill": _l("Skill"),
        "expected_minutes": _l("Expected minutes"),
        "findings": _l("Measurements and findings"),
        "unanswered_reason": _l("Why items are left open"),
    }
    form_columns = ("instructions", "skill", "expected_minutes", "findings", "minutes")
    form_overrides = {"skill": RowField}
    form_args = {"skill": {"rows": active_skills}, "expected_minutes": {"validators": [NumberRange(1, MAX_MINUTES)]}}
    column_filters = (
        filters.Row(Visit.person_id, _l("Person"), "person", active_people),
        filters.Row(Visit.team_id, _l("Team"), "team", active_teams),
        filters.Since(Visit.starts_at, _l("From"), "from", lambda day: day_bounds(day)[0]),
        filters.Until(Visit.starts_at, _l("Until"), "until", lambda day: day_bounds(day)[1]),
    )
    search_in = (Indexed(Visit.case_id, Case),)
    empty_hint = _l("Visits are planned from a request or a job.")

    def narrow(self, query: Any) -> Any:
        """A technician sees own visits and the team's."""
        actor = current_actor()
        return query if actor.has(MONEY) else query.filter(Visit.assigned_to(actor.user_id))

    def load_options(self) -> tuple[Any, ...]:
        """The list shows who, where and for whom."""
        return (
            joinedload(Visit.case).joinedload(Case.client),
            joinedload(Visit.document),
            joinedload(Visit.person),
            joinedload(Visit.team),
        )

    def get_one(self, id: Any) -> Any:  # noqa: A002  # Flask-Admin's name
        """A visit with what its page shows."""
        options = (
            *(joinedload(Visit.case).joinedload(Case.site), joinedload(Visit.document), selectinload(Visit.parts)),
            selectinload(Visit.spans).joinedload(TimeSpan.user),
        )
        row = self.get_query().options(*options).filter(Visit.id == read_id(str(id))).one_or_none()
        return row if row is not None else abort(404)

    def scaffold_form(self) -> Any:
        """The declared columns, and the parts used."""
        form = super().scaffold_form()
        form.answers = AnswersField(_l("Checklist"))
        form.parts = PartsField(_l("Parts used"), priced=lambda: may("read", "catalog"))
        return form

    def edit_form(self, obj: Any = None) -> Any:
        """What the planning starts from is the office's, and so is a checklist outside the field."""
        form = super().edit_form(obj)
        if not current_actor().has(OFFICE):
            del form.skill, form.expected_minutes, form.answers
        elif obj is not None and obj.was_worked_at:
            form.answers.checks = checks_of(obj, whole=True)
        return form

    def change(self, form: Any, row: Any) -> None:
        """The columns, and what of the checklists was typed."""
        super().change(form, row)
        typed = form.answers.typed if "answers" in form and row.was_worked_at else {}
        actor = current_actor()
        with db.session.no_autoflush:
            changes = take_answers(row, typed, actor.user_id, after_end=True) if typed else {}
        db.session.flush()
        if changes:
            journal.record(db.session, actor, "answered", row, dict(changes))

    def details_context(self, row: Any) -> dict[str, Any]:
        """What can be done next, what is to be done, what earlier visits found, what could take a time left free."""
        found = [visit for visit in row.case.visits if visit.findings and visit is not row]
        work = [] if row.is_assessment else row.document.lines
        return {
            "commands": available(row, current_actor()),
            "work": work,
            "found": found,
            "fillers": fill_gap(db.session, row) if current_actor().has(OFFICE) else [],
            "standing": of_case(db.session, row.case),
            "checks": checks_of(row),
            "extras": NO_EXTRAS if row.is_assessment else extras_of(row.document),
            "conversation": conversation_of(row.case),
            "report_languages": languages_of(row) if row.status in REPORTED else [],
            **super().details_context(row),
        }

    @expose("/<int:row_id>/report")
    def report_view(self, row_id: int) -> Any:
        """The work report as a PDF, without a price: for the office, and for whoever was there."""
        return answer_pdf(self.get_one(row_id))

    @expose("/<int:row_id>/signatures/<int:number>")
    def signature_view(self, row_id: int, number: int) -> Any:
        """A signature's picture, by its place among the visit's."""
        signatures = self.get_one(row_id).signatures
        if not 1 <= number <= len(signatures):
            abort(404)
        answer = Response(signatures[number - 1].data, mimetype="image/png")
        answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
        return answer

    def prefill(self, form: Any, row: Any) -> None:
        """Start from the plan that exists, or from what was found."""
        if isinstance(form, PlanForm):
            form.last(row.expected_minutes)
            form.show(row.starts_at, row.ends_at)
            form.any_time.data = row.any_time
            form.person.process_data(row.person)
            form.team.process_data(row.team)
            form.instructions.data = row.instructions
            form.start_from(request.args)
        elif isinstance(form, WorkedForm):
            form.minutes.data, form.findings.data = row.minutes, row.findings

    def need_of(self, row: Any) -> Need:
        """What the visit needs."""
        return Need.of(row)

    def after_command(self, row: Any) -> str:
        """Back to the page it was given from; what could take a time left free is shown at once."""
        left = (request.view_args or {}).get("command") in {"cancel", "unschedule"}
        if left and fill_gap(db.session, row):
            return f"{self.page_url(row)}#gap"
        return read_back(self.page_url(row))
