"""Quotes in the back-office."""

from flask_babel import lazy_gettext as _l

from sercom.backoffice import filters
from sercom.backoffice.listing import Indexed
from sercom.core.clock import day_bounds
from sercom.entities.delivery.admin import PaperMixin
from sercom.entities.delivery.send import SendMixin
from sercom.entities.documents.admin import DocumentView
from sercom.entities.quotes.model import Quote, QuoteStage


class QuoteView(SendMixin, PaperMixin, DocumentView):
    """Quotes (soumissions)."""

    entity = "quotes"
    add_label = _l("New quote")
    tab_enum = QuoteStage
    search_in = (Indexed(Quote.id, Quote),)
    waits = {
        QuoteStage.CHANGES_REQUESTED: _l("Quotes to revise"),
        QuoteStage.EXPIRED: _l("Expired quotes to follow up"),
        QuoteStage.SENT: _l("Quotes to follow up"),
        QuoteStage.APPROVED: _l("Approved quotes without a job"),
    }
    column_list = ("number", "client", "title", "stage", "valid_until", "total", "created_at")
    column_labels = DocumentView.column_labels | {"valid_until": _l("Valid until")}
    form_columns = ("title", "description", "valid_until", "discount", "tax_province")
    column_filters = (
        filters.Since(Quote.created_at, _l("Created from"), "from", lambda day: day_bounds(day)[0]),
        filters.Until(Quote.created_at, _l("Created until"), "until", lambda day: day_bounds(day)[1]),
    )
    empty_hint = _l("Convert a request to a quote, or start one with “Add”.")
