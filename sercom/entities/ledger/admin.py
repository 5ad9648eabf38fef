"""The ledger in the back-office: to read and to export. Payments are recorded on the page of an invoice or a client."""

from typing import Any

from flask import Response, flash, redirect, request
from flask_admin import expose
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import joinedload, selectinload

from sercom.backoffice import filters
from sercom.backoffice.access import current_actor
from sercom.backoffice.listing import Indexed, contains
from sercom.backoffice.posted import read_id
from sercom.backoffice.seam import attempt
from sercom.core import unbroken
from sercom.core.access import MONEY, OFFICE
from sercom.core.base import db
from sercom.core.money import ZERO
from sercom.entities.clients.model import Client
from sercom.entities.delivery.admin import answer_pdf
from sercom.entities.delivery.papers import RECEIPTED
from sercom.entities.ledger.model import CREDITS, Allocation, EntryKind, Method, Payment
from sercom.entities.ledger.receiving import GiveBackMixin
from sercom.workflow import keeping, payments, receipting


def _on(_view: Any, _context: Any, payment: Payment, _name: str) -> list[str]:
    """The invoices that a row is on, each once."""
    return list(dict.fromkeys(str(allocation.invoice) for allocation in payment.allocations))


def _whole(*args: Any) -> Markup:
    """The same, no number broken by a line."""
    return Markup("<span>{}</span>").format(unbroken.on_page(", ".join(_on(*args))))


class PaymentView(GiveBackMixin):
    """Payments, and whatever else changes what a client owes."""

    entity = "payments"
    details_template = "admin/payment.html"
    column_list = ("received_on", "client", "kind", "method", "reference", "invoices", "amount")
    column_sortable_list = ("received_on", "amount")
    column_details_list = column_list
    column_labels = {
        "received_on": _l("Received on"),
        "client": _l("Client"),
        "kind": _l("Kind"),
        "method": _l("Method"),
        "reference": _l("Reference"),
        "invoices": _l("Invoices"),
        "amount": _l("Amount"),
    }
    form_columns = ("reference",)
    column_formatters = column_formatters_detail = {"invoices": _whole}
    column_formatters_export = {"invoices": lambda *args: ", ".join(_on(*args))}
    column_filters = (
        filters.Choice(Payment.method, _l("Method"), Method, "method"),
        filters.Choice(Payment.kind, _l("Kind"), EntryKind, "kind"),
        filters.Since(Payment.received_on, _l("Received from"), "from"),
    )
    search_in = (contains(Payment.reference), Indexed(Payment.client_id, Client))
    empty_hint = _l("Record a payment on the page of an issued invoice, or of a client.")

    def load_options(self) -> tuple[Any, ...]:
        """The list shows who paid what."""
        return (joinedload(Payment.client), selectinload(Payment.allocations).joinedload(Allocation.invoice))

    def details_context(self, row: Any) -> dict[str, Any]:
        """What may be done with it."""
        keeps = current_actor().has(MONEY)
        return super().details_context(row) | {
            "rest": row.rest if row.kind in CREDITS else ZERO,
            "may_keep": keeps,
            "keepable": keeps and keeping.refuse_keep(row) is None,
            "correctable": keeps and payments.refuse_correction(row) is None,
            "receipted": row.kind in RECEIPTED and not row.is_corrected,
            **self._mailed(row),
        }

    def _mailed(self, row: Payment) -> dict[str, Any]:
        """The e-mails with its receipt, and whether another can leave."""
        sends = row.kind in RECEIPTED and current_actor().has(OFFICE) and receipting.refuse_send(row) is None
        return {
            "receipt_mails": receipting.messages_of(db.session, row),
            "sends_receipt": sends,
            "receipt_to": receipting.address_of(row.client),
        }

    @expose("/<int:row_id>/receipt")
    def receipt_view(self, row_id: int) -> Response:
        """The receipt of a payment, as a PDF."""
        return answer_pdf(self.get_one(read_id(str(row_id))))

    @expose("/<int:row_id>/receipt/send", methods=("POST",))
    def send_receipt_view(self, row_id: int) -> Any:
        """E-mail the receipt."""
        row, seen = self.get_one(read_id(str(row_id))), request.args.get("seen", "")
        refused = attempt(db.session, lambda: receipting.send(db.session, row, current_actor(), seen=seen))
        if refused is not None:
            raise refused
        flash(receipting.word_of(db.session, row), "success")
        return redirect(self.page_url(row))
