"""Invoices in the back-office."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import defer, joinedload, undefer
from wtforms.validators import NumberRange

from sercom.backoffice import filters
from sercom.backoffice.listing import Indexed
from sercom.core import clock, formats
from sercom.core.base import db
from sercom.core.money import ZERO, round_to_nickel
from sercom.entities.cases.model import Case
from sercom.entities.credits.page import CreditMixin
from sercom.entities.delivery.admin import PaperMixin
from sercom.entities.delivery.send import SendMixin
from sercom.entities.documents.admin import DocumentView
from sercom.entities.invoices.balance import balance_column
from sercom.entities.invoices.model import Invoice, InvoiceStage, InvoiceStatus
from sercom.entities.ledger import book
from sercom.entities.ledger.receiving import AllocationMixin
from sercom.workflow import credit, presend
from sercom.workflow.needs import PaymentForm
from sercom.workflow.splitting import early_discount


def _balance(_view: Any, _context: Any, row: Invoice, _name: str) -> Decimal:
    """What is still owed, where the database summed what was paid."""
    return row.total - row.paid_amount if row.status is InvoiceStatus.ISSUED else ZERO


class InvoiceView(AllocationMixin, SendMixin, CreditMixin, PaperMixin, DocumentView):
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

    def prefill(self, form: Any, row: Any) -> None:
        """A payment is usually the whole balance; what settles it otherwise is said."""
        super().prefill(form, row)
        if isinstance(form, PaymentForm):
            form.amount.data = row.balance
            form.amount.description = " ".join(settling_hints(row))

    def details_context(self, row: Any) -> dict[str, Any]:
        """What counts on it and what of the client's money could; what a draft lacks, while it can be put right."""
        rows = book.rows_on(db.session, row)
        usable = sum((part for _row, part in credit.usable_credit(row)), ZERO)
        context = super().details_context(row) | {"usable_credit": usable, "rows_on": rows}
        working = context["working"]
        if row.is_editable and working is not None:
            language, thread = row.client.language, context["thread"]
            context["findings"] = presend.check(db.session, row, language, of_case=thread, basis=working.basis)
        return context


def settling_hints(invoice: Invoice) -> list[str]:
    """What settles the invoice besides its balance: an early payment, cash."""
    off, due = early_discount(invoice, clock.today()), invoice.balance
    hints = []
    if ZERO < off < due:
        hints.append(_("%(amount)s settles it today: early-payment discount.", amount=formats.money(due - off)))
    if round_to_nickel(due) != due:
        hints.append(_("In cash: %(amount)s.", amount=formats.money(round_to_nickel(due))))
    return hints
