"""Invoices in the back-office."""

from decimal import Decimal
from typing import Any

from flask import abort, flash, redirect
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import defer, joinedload, undefer
from wtforms.validators import NumberRange

from sercom.backoffice import filters
from sercom.backoffice.access import current_actor
from sercom.backoffice.listing import Indexed
from sercom.backoffice.seam import attempt
from sercom.core.base import db
from sercom.core.money import ZERO
from sercom.entities.cases.model import Case
from sercom.entities.delivery.admin import PaperMixin
from sercom.entities.delivery.send import SendMixin
from sercom.entities.documents.admin import DocumentView
from sercom.entities.invoices.balance import balance_column
from sercom.entities.invoices.model import Invoice, InvoiceStage, InvoiceStatus
from sercom.entities.ledger.model import Payment
from sercom.workflow import payments, presend
from sercom.workflow.needs import PaymentForm


def _balance(_view: Any, _context: Any, row: Invoice, _name: str) -> Decimal:
    """What is still owed, where the database summed what was paid."""
    return row.total - row.paid_amount if row.status is InvoiceStatus.ISSUED else ZERO


class InvoiceView(SendMixin, PaperMixin, DocumentView):
    """Invoices (factures)."""

    entity = "invoices"
    add_label = _l("New invoice")
    tab_enum = InvoiceStage
    search_in = (Indexed(Invoice.id, Invoice),)
    waits = {InvoiceStage.OVERDUE: _l("Overdue invoices"), InvoiceStage.DRAFT: _l("Invoices to issue")}
    column_formatters = DocumentView.column_formatters | {
        "number": lambda _view, _context, row, _name: row.number or _("Draft %(case)s", case=row.case.number),
        "balance": _balance,
    }
    column_list = ("number", "client", "title", "stage", "issue_date", "due_date", "total", "balance")
    column_sortable_list = ("number", "issue_date", "due_date", "total")
    column_formatters_export = DocumentView.column_formatters_export | {"balance": _balance}
    column_export_list = (
        *("number", "client", "title", "stage", "issue_date", "due_date"),
        *("net", "gst", "qst", "hst", "total", "balance"),
    )
    column_labels = DocumentView.column_labels | {
        "issue_date": _l("Issued"),
        "due_date": _l("Due"),
        "balance": _l("Balance"),
        "terms_days": _l("Terms, in days"),
        "service_date": _l("Date of the work"),
    }
    form_columns = ("title", "description", "service_date", "terms_days", "discount", "tax_province")
    form_args = {"terms_days": {"validators": [NumberRange(0, 365)]}}
    column_filters = (
        filters.Since(Invoice.issue_date, _l("Issued from"), "from"),
        filters.Until(Invoice.issue_date, _l("Issued before"), "until"),
    )
    empty_hint = _l("An invoice comes from a job, or from a request settled at the first visit.")

    def load_options(self) -> tuple[Any, ...]:
        """The list shows the balance too; a draft is called after its case."""
        return (*super().load_options(), joinedload(Invoice.case), undefer(Invoice.paid_amount))

    def list_options(self) -> tuple[Any, ...]:
        """Of the case its number; no snapshot."""
        return (*super().list_options(), joinedload(Invoice.case).load_only(Case.number), defer(Invoice.snapshot))

    def amount(self) -> Any:
        """What is still owed."""
        return balance_column()

    def details_context(self, row: Any) -> dict[str, Any]:
        """What a draft lacks, while it can still be put right."""
        context = super().details_context(row)
        working = context["working"]
        if row.is_editable and working is not None:
            language = row.client.language
            context["findings"] = presend.check(
                db.session, row, language, of_case=context["thread"], basis=working.basis
            )
        return context

    def prefill(self, form: Any, row: Any) -> None:
        """A payment is usually the whole balance."""
        super().prefill(form, row)
        if isinstance(form, PaymentForm):
            form.amount.data = row.balance

    @expose("/<int:row_id>/payments/<int:payment_id>/correct", methods=("POST",))
    def correct_payment_view(self, row_id: int, payment_id: int) -> Any:
        """Take a payment back: a cheque without funds, a slip."""
        invoice = self.get_for_update(row_id)
        payment = next((a.payment for a in invoice.allocations if a.payment_id == payment_id), None)
        if not isinstance(payment, Payment):
            abort(404)
        refused = attempt(db.session, lambda: payments.correct(db.session, invoice, payment, current_actor()))
        if refused is not None:
            raise refused
        flash(_("The payment was taken back."), "success")
        return redirect(self.page_url(invoice))
