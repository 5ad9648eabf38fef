"""Service addresses in the back-office."""

from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import joinedload

from sercom.backoffice import formatters
from sercom.backoffice.listing import Indexed
from sercom.backoffice.lookup import LookupField
from sercom.backoffice.view import EntityView
from sercom.core.base import db
from sercom.core.fields import Needed
from sercom.entities.clients.lookup import client_lookup
from sercom.entities.equipment.history import at_site
from sercom.entities.sites.lookup import NOT_MERGED
from sercom.entities.sites.model import Site


def _client_link(_view: Any, _context: Any, site: Site, _name: str) -> Markup:
    """The page of an address leads to whose it is."""
    return Markup('<a href="{}">{}</a>').format(url_for("clients.details_view", id=site.client_id), site.client)


class SiteView(EntityView):
    """Where the work is done."""

    entity = "sites"
    details_template = "admin/site.html"
    column_list = ("street", "city", "postal_code", "client", "contact_name")
    column_sortable_list = ("street", "city", "postal_code")
    column_details_list = (
        *("client", "label", "street", "city", "province", "postal_code"),
        *("access_notes", "contact_name", "contact_phone"),
    )
    column_formatters_detail = formatters.PHONES | {"client": _client_link}
    column_export_list = (
        "client",
        "label",
        "street",
        "city",
        "province",
        "postal_code",
        "contact_name",
        "contact_phone",
    )
    column_labels = {
        "client": _l("Client"),
        "label": _l("Name of the place"),
        "street": _l("Street"),
        "city": _l("City"),
        "province": _l("Province"),
        "postal_code": _l("Postal code"),
        "access_notes": _l("Access notes"),
        "contact_name": _l("Contact on the spot"),
        "contact_phone": _l("Phone on the spot"),
    }
    column_descriptions = {"access_notes": _l("Door code, dog, where the water heater is …")}
    form_columns = (
        *("label", "street", "city", "province", "postal_code"),
        *("access_notes", "contact_name", "contact_phone"),
    )
    search_in = (Indexed(Site.id, Site),)
    palette = 2
    form_ajax_refs = {"client": client_lookup}
    empty_hint = _l("Add a service address from its client’s page.")

    def narrow(self, query: Any) -> Any:
        """Those of clients that were merged are shown nowhere."""
        return query.filter(NOT_MERGED)

    def insert(self, form: Any, row: Any) -> None:
        """Not for a client that is merged meanwhile."""
        form.client.data.require_present(db.session)
        super().insert(form, row)

    def load_options(self) -> tuple[Any, ...]:
        """The list shows the client."""
        return (joinedload(Site.client),)

    def palette_detail(self, row: Any) -> str:
        """Whose it is, and who opens the door."""
        return " · ".join(str(part) for part in (row.client, row.contact_name) if part)

    def details_context(self, row: Any) -> dict[str, Any]:
        """What stands there."""
        return super().details_context(row) | {"devices": at_site(db.session, row.id)}

    def get_create_form(self) -> Any:
        """A new address also asks whose it is."""
        asked = {"client": LookupField(client_lookup, _l("Client"), [Needed()])}
        return type("CreateForm", (self.scaffold_form(),), asked)

    def create_form(self, obj: Any = None) -> Any:
        """Prefilled with the client that the link names."""
        form = super().create_form(obj)
        if request.method == "GET":
            form.client.data = client_lookup.get_one(request.args.get("client", ""))
        return form
