"""Clients in the back-office."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import NumberRange

from sercom.backoffice import filters
from sercom.backoffice.access import current_actor
from sercom.backoffice.listing import Indexed
from sercom.core import formats, journal
from sercom.core.base import db
from sercom.entities.clients.merging import MergeMixin
from sercom.entities.clients.model import Client, ClientKind
from sercom.entities.clients.page import PageMixin
from sercom.entities.clients.privacy import PrivacyMixin
from sercom.entities.documents.thread import journal_of_client, latest_of_client
from sercom.entities.equipment.history import at_sites
from sercom.entities.invoices.balance import owed_by
from sercom.entities.ledger.receiving import ReceiveMixin
from sercom.entities.reminders.client_card import ContactMixin


# The mixins first: Flask-Admin gives every view class its own copy of what it inherits.
class ClientView(PrivacyMixin, MergeMixin, PageMixin, ContactMixin, ReceiveMixin):
    """Clients and prospects."""

    entity = "clients"
    details_template = "admin/client.html"
    column_list = ("name", "kind", "phone", "email", "city", "is_prospect")
    column_sortable_list = ("name", "city")
    column_export_list = (
        *("name", "kind", "contact_name", "phone", "other_phone", "email", "billing_email", "language"),
        *("street", "city", "province", "postal_code", "terms_days", "is_prospect"),
    )
    column_labels = {
        "name": _l("Name"),
        "kind": _l("Kind"),
        "contact_name": _l("Contact"),
        "is_prospect": _l("Prospect"),
        "phone": _l("Phone"),
        "other_phone": _l("Other phone"),
        "email": _l("E-mail"),
        "billing_email": _l("E-mail for invoices"),
        "language": _l("Language"),
        "street": _l("Street"),
        "city": _l("City"),
        "province": _l("Province"),
        "postal_code": _l("Postal code"),
        "terms_days": _l("Terms, in days"),
        "tax_exemption": _l("Tax exemption"),
        "exemption_number": _l("Number of the exemption certificate"),
        "notes": _l("Notes"),
        "client": _l("Client"),
    }
    column_descriptions = {
        "street": _l("Billing address; it becomes the first service address too."),
        "tax_exemption": _l(
            "Leave blank where the client pays taxes as everybody does. HST is a federal tax: "
            "an exemption from provincial taxes leaves it."
        ),
    }
    form_columns = (
        *("kind", "name", "contact_name", "is_prospect", "phone", "other_phone"),
        *("email", "billing_email", "language", "street", "city", "province", "postal_code", "terms_days"),
        *("tax_exemption", "exemption_number", "notes"),
    )
    form_args = {"terms_days": {"validators": [NumberRange(0, 365)]}}
    search_in = (Indexed(Client.id, Client),)
    palette = 1
    column_filters = (
        filters.Choice(Client.kind, _l("Kind"), ClientKind, "kind"),
        filters.YesNo(Client.is_prospect, _l("Prospect"), "prospect", (_l("Prospects"), _l("Clients"))),
    )
    empty_hint = _l("Clients come from the online form, or with “Add”.")

    def get_sortable_columns(self) -> dict[Any, Any]:
        """By name: É beside E."""
        return super().get_sortable_columns() | {"name": Client.sort_name}

    def insert(self, form: Any, row: Any) -> None:
        """A client with a whole address gets it as the first service address."""
        super().insert(form, row)
        row.require_certificate()
        site = row.first_site()
        if site is not None:
            db.session.add(site)
            db.session.flush()
            journal.record(db.session, current_actor(), "created", site)

    def change(self, form: Any, row: Any) -> None:
        """An exemption comes with its certificate."""
        super().change(form, row)
        row.require_certificate()

    def palette_detail(self, row: Any) -> str:
        """Phone and city."""
        return " · ".join(part for part in (formats.phone(row.phone), row.city) if part)

    def details_context(self, row: Any) -> dict[str, Any]:
        """What is open, what is owed, addresses, and every document of the client, the newest first."""
        documents = latest_of_client(row.id)
        owed = owed_by(row.id)
        return {
            "documents": documents,
            "open_documents": [document for document in documents if document.stage not in document.settled],
            "balance": owed.balance,
            "overdue": owed.overdue,
            "sites": row.sites,
            "devices": at_sites(db.session, [site.id for site in row.sites]),
            "journal": journal_of_client(row),
            **super().details_context(row),
        }
