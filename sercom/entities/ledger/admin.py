"""The ledger in the back-office: to read and to export. Payments are recorded on an invoice's page."""

from typing import Any

from flask import Response
from flask_admin import expose
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload, selectinload

from sercom.backoffice import filters
from sercom.backoffice.listing import Indexed, contains
from sercom.backoffice.posted import read_id
from sercom.backoffice.view import EntityView
from sercom.entities.clients.model import Client
from sercom.entities.delivery.admin import answer_pdf
from sercom.entities.ledger.model import Allocation, EntryKind, Method, Payment


class PaymentView(EntityView):
    """Payments and corrections."""

    entity = "payments"
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
    column_formatters = column_formatters_export = column_formatters_detail = {
        "invoices": lambda _view, _context, payment, _name: ", ".join(str(a.invoice) for a in payment.allocations)
    }
    column_filters = (
        filters.Choice(Payment.method, _l("Method"), Method, "method"),
        filters.Choice(Payment.kind, _l("Kind"), EntryKind, "kind"),
        filters.Since(Payment.received_on, _l("Received from"), "from"),
    )
    search_in = (contains(Payment.reference), Indexed(Payment.client_id, Client))
    empty_hint = _l("Record a payment on the page of an issued invoice.")

    def load_options(self) -> tuple[Any, ...]:
        """The list shows who paid what."""
        return (joinedload(Payment.client), selectinload(Payment.allocations).joinedload(Allocation.invoice))

    @expose("/<int:row_id>/receipt")
    def receipt_view(self, row_id: int) -> Response:
        """The receipt of a payment, as a PDF."""
        return answer_pdf(self.get_one(read_id(str(row_id))))
