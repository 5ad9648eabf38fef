"""Jobs in the back-office."""

from decimal import Decimal
from typing import Any

from flask import flash, redirect
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import undefer
from wtforms.validators import NumberRange

from sercom.backoffice import filters
from sercom.backoffice.access import current_actor, may, require
from sercom.backoffice.listing import Indexed
from sercom.backoffice.posted import read_version
from sercom.core import journal
from sercom.core.access import MONEY, OFFICE
from sercom.core.base import db
from sercom.core.clock import day_bounds
from sercom.entities.delivery.admin import PAPER_VIEWS, PaperMixin
from sercom.entities.documents.admin import DocumentView
from sercom.entities.documents.convert import document_url
from sercom.entities.jobs.bill_form import BillForm, other_ids, share_bar
from sercom.entities.jobs.billing import billing_of
from sercom.entities.jobs.extras import extras_of
from sercom.entities.jobs.model import Job, JobStage
from sercom.entities.visits.model import Visit
from sercom.workflow import edges

#: In the bulk menu: one invoice for every ticked job.
TOGETHER = "invoice-together"


def _share(_view: Any, _context: Any, job: Job, _name: str) -> Any:
    """How much of it is invoiced, in percent, beside a thin bar."""
    return share_bar(job.net, job.invoiced_net)


class JobView(PaperMixin, DocumentView):
    """Jobs."""

    entity = "jobs"
    add_label = _l("New job")
    tab_enum = JobStage
    shows_margin = True
    search_in = (Indexed(Job.id, Job),)
    waits = {
        JobStage.LATE: _l("Jobs with a late visit"),
        JobStage.TO_SCHEDULE: _l("Jobs to schedule"),
        JobStage.NEEDS_ACTION: _l("Jobs to finish or to plan again"),
        JobStage.TO_INVOICE: _l("Jobs to invoice"),
    }
    column_labels = DocumentView.column_labels | {
        "instructions": _l("Instructions"),
        "invoiced": _l("Invoiced so far"),
        "holdback_percent": _l("Holdback (%)"),
    }
    column_descriptions = {
        "holdback_percent": _l("Held back of each invoice before tax, and invoiced at the end. Blank: nothing is."),
    }
    column_list = ("number", "client", "title", "stage", "total", "invoiced", "created_at")
    column_formatters = DocumentView.column_formatters | {"invoiced": _share}
    form_columns = ("title", "description", "instructions", "discount", "holdback_percent", "tax_province")
    form_args = {"holdback_percent": {"validators": [NumberRange(Decimal("0.001"), 99)]}}
    column_filters = (
        filters.Since(Job.created_at, _l("Created from"), "from", lambda day: day_bounds(day)[0]),
        filters.Until(Job.created_at, _l("Created until"), "until", lambda day: day_bounds(day)[1]),
    )
    empty_hint = _l("A job comes from a request or a quote. For a price given by phone, start one with “New job”.")

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

    def load_options(self) -> tuple[Any, ...]:
        """The list shows how much is invoiced."""
        return (*super().load_options(), undefer(Job.invoiced_net))

    def details_context(self, row: Any) -> dict[str, Any]:
        """How much is invoiced and paid, and what was used beyond the job."""
        return super().details_context(row) | {"billing": billing_of(row), "extras": extras_of(row)}

    # --- invoicing ----------------------------------------------------------------------------

    def choice_form(self, source: Any, edge: Any) -> BillForm:
        """What of the job goes on the invoice."""
        return BillForm(source, edge)

    def beside(self) -> list[int]:
        """The other jobs of the same invoice."""
        return other_ids()

    def bulk_choices(self) -> list[tuple[str, Any]]:
        """Several jobs on one invoice, after the conversions."""
        choices = super().bulk_choices()
        if current_actor().has(OFFICE):
            choices.insert(1, (TOGETHER, _l("Invoice together")))
        return choices

    def act_on_each(self, action: str, wanted: dict[int, str], nonce: str) -> list[dict[str, Any]]:
        """One invoice for all of them, or one thing for each."""
        if action != TOGETHER:
            return super().act_on_each(action, wanted, nonce)
        rows = self.get_query().filter(Job.id.in_(wanted)).order_by(Job.id).all()
        told = [{"label": str(row), "url": self.page_url(row)} for row in rows]
        outcome = self.tried(lambda: self._together(rows, f"{nonce}-{rows[0].id}", wanted[rows[0].id]))
        return [row | outcome for row in told]

    def _together(self, jobs: list[Job], token: str, version: str) -> dict[str, Any]:
        """All that is left of the jobs on one invoice, in the case of the first."""
        edge, choice = edges.find_edge(Job, "invoice"), edges.Choice(others=jobs[1:])
        assert edge is not None
        made = edges.convert(
            db.session, edge, jobs[0], current_actor(), choice, token=token, version=read_version(version)
        )
        return {"label": str(made), "url": document_url(made)}

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
