"""Credit notes in the back-office: to read, print, send and export. They are made on an invoice's page."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload, selectinload

from sercom.backoffice import filters
from sercom.backoffice.listing import Indexed
from sercom.core.base import db
from sercom.entities.credits.model import CreditNote, CreditNoteStage
from sercom.entities.delivery.admin import PaperMixin
from sercom.entities.delivery.send import SendMixin
from sercom.entities.documents.admin import DocumentView
from sercom.entities.invoices.model import Invoice
from sercom.entities.ledger.model import Payment


class CreditNoteView(SendMixin, PaperMixin, DocumentView):
    """Credit notes (notes de crédit)."""

    entity = "credit_notes"
    tab_enum = CreditNoteStage
    search_in = (Indexed(CreditNote.id, CreditNote),)
    column_list = ("number", "client", "invoice", "reason", "stage", "issue_date", "total")
    column_sortable_list = ("number", "issue_date", "total")
    column_export_list = (
        *("number", "client", "invoice", "reason", "stage", "issue_date"),
        *("net", "gst", "qst", "hst", "total"),
    )
    column_labels = DocumentView.column_labels | {
        "invoice": _l("Invoice"),
        "reason": _l("Reason"),
        "issue_date": _l("Issued"),
    }
    form_columns = ("title",)
    column_filters = (
        filters.Since(CreditNote.issue_date, _l("Issued from"), "from"),
        filters.Until(CreditNote.issue_date, _l("Issued before"), "until"),
    )
    empty_hint = _l("A credit note is made on the page of an issued invoice.")

    def load_options(self) -> tuple[Any, ...]:
        """The list names the invoice."""
        return (*super().load_options(), joinedload(CreditNote.invoice).load_only(Invoice.number))

    def list_options(self) -> tuple[Any, ...]:
        """No snapshot."""
        return (*super().list_options(), defer(CreditNote.snapshot))

    def details_context(self, row: Any) -> dict[str, Any]:
        """What the ledger made of it: on which invoices it counts, and what is left."""
        entry = select(Payment).where(Payment.document_id == row.id)
        whole = entry.options(selectinload(Payment.allocations), selectinload(Payment.answers))
        return {**super().details_context(row), "entry": db.session.scalars(whole).first()}
