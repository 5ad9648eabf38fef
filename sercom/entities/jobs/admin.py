"""Jobs in the back-office."""

from typing import Any

from flask import flash, redirect
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from sercom.backoffice import filters
from sercom.backoffice.access import current_actor, may, require
from sercom.backoffice.listing import Indexed
from sercom.core import journal
from sercom.core.access import MONEY
from sercom.core.base import db
from sercom.core.clock import day_bounds
from sercom.entities.delivery.admin import PAPER_VIEWS, PaperMixin
from sercom.entities.documents.admin import DocumentView
from sercom.entities.jobs.model import Job, JobStage
from sercom.entities.visits.model import Visit


class JobView(PaperMixin, DocumentView):
    """Jobs."""

    entity = "jobs"
    add_label = _l("New job")
    tab_enum = JobStage
    search_in = (Indexed(Job.id, Job),)
    waits = {
        JobStage.LATE: _l("Jobs with a late visit"),
        JobStage.TO_SCHEDULE: _l("Jobs to schedule"),
        JobStage.NEEDS_ACTION: _l("Jobs to finish or to plan again"),
        JobStage.TO_INVOICE: _l("Jobs to invoice"),
    }
    column_labels = DocumentView.column_labels | {"instructions": _l("Instructions")}
    form_columns = ("title", "description", "instructions", "discount", "tax_province")
    column_filters = (
        filters.Since(Job.created_at, _l("Created from"), "from", lambda day: day_bounds(day)[0]),
        filters.Until(Job.created_at, _l("Created until"), "until", lambda day: day_bounds(day)[1]),
    )
    empty_hint = _l("A job comes from a request or a quote. For a price given by phone, start one with “Add”.")

    def _handle_view(self, name: str, **kwargs: Any) -> Any:
        """A job's paper has its own row of the matrix: technicians read it, and nothing else of a job."""
        if name in PAPER_VIEWS:
            return None if may("read", "work_orders") else self.inaccessible_callback(name, **kwargs)
        return super()._handle_view(name, **kwargs)

    def narrow(self, query: Any) -> Any:
        """A technician reads the work orders of own visits' jobs."""
        actor = current_actor()
        if actor.has(MONEY):
            return query
        return query.filter(Job.id.in_(select(Visit.document_id).where(Visit.assigned_to(actor.user_id))))

    @expose("/<int:row_id>/visits", methods=("POST",))
    def add_visit_view(self, row_id: int) -> Any:
        """One more visit to plan."""
        require("update", self.entity)
        job = self.get_for_update(row_id)
        job.require_editable()
        visit = job.add_visit(current_actor())
        db.session.flush()
        journal.record(db.session, current_actor(), "created", visit)
        db.session.commit()
        flash(_("A visit was added: plan it."), "success")
        return redirect(self.page_url(job))
