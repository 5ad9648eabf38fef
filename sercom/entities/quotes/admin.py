"""Quotes in the back-office."""

from typing import Any

from flask import abort, request
from flask_admin import expose
from flask_babel import lazy_gettext as _l

from sercom.backoffice import filters
from sercom.backoffice.listing import Indexed
from sercom.backoffice.posted import read_id
from sercom.core.base import db, read_whole
from sercom.core.clock import day_bounds
from sercom.entities.delivery.admin import PaperMixin, answer_pdf
from sercom.entities.delivery.send import SendMixin
from sercom.entities.documents.admin import DocumentView
from sercom.entities.quotes.model import Quote, QuoteStage
from sercom.workflow.needs import ExtendForm
from sercom.workflow.presend import default_validity


class QuoteView(SendMixin, PaperMixin, DocumentView):
    """Quotes (soumissions)."""

    entity = "quotes"
    add_label = _l("New quote")
    tab_enum = QuoteStage
    shows_margin = True
    search_in = (Indexed(Quote.id, Quote),)
    waits = {
        QuoteStage.CHANGES_REQUESTED: _l("Quotes to revise"),
        QuoteStage.EXPIRED: _l("Expired quotes to follow up"),
        QuoteStage.SENT: _l("Quotes to follow up"),
        QuoteStage.APPROVED: _l("Approved quotes without a job"),
    }
    column_list = ("number", "client", "title", "stage", "valid_until", "total", "created_at")
    column_labels = DocumentView.column_labels | {
        "valid_until": _l("Valid until"),
        "deposit_percent": _l("Deposit asked (%)"),
        "deposit_amount": _l("Deposit asked ($)"),
        "options": _l("Options taken"),
    }
    form_columns = (
        *("title", "description", "valid_until", "discount"),
        *("deposit_percent", "deposit_amount", "tax_province"),
    )
    column_filters = (
        filters.Since(Quote.created_at, _l("Created from"), "from", lambda day: day_bounds(day)[0]),
        filters.Until(Quote.created_at, _l("Created until"), "until", lambda day: day_bounds(day)[1]),
    )
    empty_hint = _l("Convert a request to a quote, or start one with “New quote”.")

    @expose("/<int:row_id>/approval")
    def approval_view(self, row_id: int) -> Any:
        """The PDF of what the client approved; ``approval`` names one that is no longer in force."""
        row = self.get_one(read_id(str(row_id)))
        wanted = read_whole(request.args.get("approval", ""))
        named = next((approval for approval in row.approvals if approval.id == wanted), None)
        approval = row.approval if "approval" not in request.args else named
        return answer_pdf(row, of=approval) if approval is not None else abort(404)

    def prefill(self, form: Any, row: Any) -> None:
        """An offer is extended for as long as a new one holds."""
        super().prefill(form, row)
        if isinstance(form, ExtendForm):
            form.valid_until.data = default_validity(db.session)
