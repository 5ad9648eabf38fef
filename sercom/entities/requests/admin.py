"""Requests in the back-office."""

from typing import Any

from flask import request as flask_request
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import joinedload
from wtforms.validators import Optional

from sercom.backoffice import filters, formatters
from sercom.backoffice.listing import Indexed
from sercom.core.choices import RowField
from sercom.core.clock import day_bounds
from sercom.entities.catalog.model import services_offered
from sercom.entities.clients.merging import matches_for
from sercom.entities.delivery.ending import LinkMixin
from sercom.entities.documents.admin import DocumentView
from sercom.entities.requests.model import Origin, RequestStage, ServiceRequest
from sercom.entities.requests.triage import Path, Urgency
from sercom.entities.visits.plan_page import PlanMixin
from sercom.workflow.needs import PlanForm
from sercom.workflow.suggesting import Need


def triaged(request: ServiceRequest) -> Markup:
    """How urgent the client says it is, what is proposed where that differs, and the proposed path in short.

    What is not urgent is not said on every row.
    """
    said = [request.urgency, request.triage_urgency]
    pills = [formatters.pill(urgency) for urgency in dict.fromkeys(said) if urgency not in {None, Urgency.FLEXIBLE}]
    if request.triage_path is not None:
        short = Markup('<span class="pill pill-neutral" title="{}">{}</span>')
        pills.append(short.format(request.triage_path.label, request.triage_path.short))
    return Markup("<span>{}</span>").format(Markup(" ").join(pills)) if pills else Markup("")


class RequestView(LinkMixin, PlanMixin, DocumentView):
    """Requests (demandes)."""

    entity = "requests"
    add_label = _l("New request")
    tab_enum = RequestStage
    search_in = (Indexed(ServiceRequest.id, ServiceRequest),)
    waits = {
        RequestStage.NEW: _l("Requests to answer"),
        RequestStage.TO_SCHEDULE: _l("Assessments to schedule"),
        RequestStage.LATE: _l("Assessments late"),
        RequestStage.ASSESSED: _l("Assessed: to quote or to plan"),
    }
    column_formatters = DocumentView.column_formatters | {
        "triage_path": lambda _view, _context, row, _name: triaged(row)
    }
    column_list = ("number", "client", "title", "triage_path", "stage", "created_at")
    column_sortable_list = ("number", "created_at")
    column_export_list = ("number", "client", "title", "service", "urgency", "origin", "stage", "created_at")
    column_labels = DocumentView.column_labels | {
        "service": _l("Service"),
        "urgency": _l("Urgency"),
        "origin": _l("Received by"),
        "triage_path": _l("Triage"),
        "answers": _l("Answers"),
    }
    form_columns = ("title", "service", "urgency", "origin", "description")
    form_overrides = {"service": RowField}
    form_args = {"service": {"rows": services_offered, "validators": [Optional()]}}
    column_filters = (
        filters.Choice(ServiceRequest.urgency, _l("Urgency"), Urgency, "urgency"),
        filters.Choice(ServiceRequest.origin, _l("Received by"), Origin, "origin"),
        filters.Row(ServiceRequest.service_id, _l("Service"), "service", services_offered),
        filters.Since(ServiceRequest.created_at, _l("Created from"), "from", lambda day: day_bounds(day)[0]),
        filters.Until(ServiceRequest.created_at, _l("Created until"), "until", lambda day: day_bounds(day)[1]),
        filters.Choice(ServiceRequest.triage_path, _l("Proposed path"), Path, "path"),
        filters.Choice(ServiceRequest.triage_urgency, _l("Proposed urgency"), Urgency, "proposed"),
    )
    empty_hint = _l("Requests from the online form arrive here. Enter the ones that come by phone with “New request”.")

    def load_options(self) -> tuple[Any, ...]:
        """The page and the file show the service too."""
        return (*super().load_options(), joinedload(ServiceRequest.service))

    def details_context(self, row: Any) -> dict[str, Any]:
        """Who the client may be already."""
        return {**super().details_context(row), "matches": matches_for(row.client)}

    def prefill(self, form: Any, row: Any) -> None:
        """An assessment starts from what the client wrote."""
        super().prefill(form, row)
        if isinstance(form, PlanForm):
            form.instructions.data = row.description
            form.last(row.triage_minutes)
            form.start_from(flask_request.args)

    def need_of(self, row: Any) -> Need:
        """What the assessment needs."""
        return Need.of_request(row)
