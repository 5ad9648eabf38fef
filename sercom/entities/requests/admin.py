"""Requests in the back-office."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload
from wtforms.validators import Optional

from sercom.backoffice import filters, formatters
from sercom.backoffice.listing import Indexed
from sercom.core.choices import RowField
from sercom.core.clock import day_bounds
from sercom.entities.catalog.model import services_offered
from sercom.entities.documents.admin import DocumentView
from sercom.entities.requests.model import Origin, RequestStage, ServiceRequest, Urgency
from sercom.workflow.needs import PlanForm


class RequestView(DocumentView):
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
    # What is not urgent is not said on every row.
    column_formatters = DocumentView.column_formatters | {
        "urgency": lambda _view, _context, row, _name: (
            "" if row.urgency is Urgency.FLEXIBLE else formatters.pill(row.urgency)
        )
    }
    column_list = ("number", "client", "title", "urgency", "stage", "created_at")
    column_sortable_list = ("number", "created_at")
    column_export_list = ("number", "client", "title", "service", "urgency", "origin", "stage", "created_at")
    column_labels = DocumentView.column_labels | {
        "service": _l("Service"),
        "urgency": _l("Urgency"),
        "origin": _l("Received by"),
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
    )
    empty_hint = _l("Requests from the online form arrive here. Enter the ones that come by phone with “Add”.")

    def load_options(self) -> tuple[Any, ...]:
        """The page and the file show the service too."""
        return (*super().load_options(), joinedload(ServiceRequest.service))

    def prefill(self, form: Any, row: Any) -> None:
        """An assessment starts from what the client wrote."""
        super().prefill(form, row)
        if isinstance(form, PlanForm):
            form.instructions.data = row.description
