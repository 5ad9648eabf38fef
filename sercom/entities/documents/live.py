"""What the line editor asks while somebody types, and what is said of taxes computed anew."""

from decimal import Decimal
from http import HTTPStatus
from typing import Any

from flask import jsonify, request
from flask_admin import expose
from flask_babel import gettext as _

from sercom.backoffice.access import require
from sercom.backoffice.commands import CommandMixin
from sercom.core import discounts, formats
from sercom.core.base import db, read_whole
from sercom.core.errors import DomainError
from sercom.entities.catalog.lookup import item_cells, item_lookup
from sercom.entities.clients.lookup import client_lookup
from sercom.entities.clients.model import Client
from sercom.entities.documents.lines import read_rows, totals_of
from sercom.entities.documents.place import place_for
from sercom.entities.documents.pricing import basis_for
from sercom.entities.sites.lookup import site_lookup
from sercom.entities.sites.model import Province, Site


class LiveMixin(CommandMixin):
    """Totals and catalogue items for the editor of lines."""

    @expose("/totals", methods=("POST",))
    def totals_view(self) -> Any:
        """The totals of lines as typed: what the editor shows is what the server computed."""
        require("read", self.entity)
        rows = read_rows(request.form, "lines")
        try:
            said = request.form.get("tax_province")
            chosen = Province(said) if said else None
            discount = discounts.read(request.form.get("discount") or "0")
        except (ValueError, DomainError):
            return jsonify(error=_("This cannot be computed yet.")), HTTPStatus.UNPROCESSABLE_ENTITY
        client, site = self._parties()
        basis = basis_for(db.session, place_for(chosen, site, client), client)
        totals = totals_of(rows, basis.rates, discount)
        return jsonify(
            amounts=["?" if row.is_wrong else formats.money(row.amount) for row in rows],
            note=_("Some lines cannot be computed yet.") if any(row.is_wrong for row in rows) else "",
            net=formats.money(totals.net),
            taxes=[[str(tax.rate.label), formats.money(tax.amount)] for tax in totals.taxes],
            total=formats.money(totals.total),
            labels={"net": _("Before tax"), "total": _("Total")},
        )

    def _parties(self) -> tuple[Client | None, Site | None]:
        """Client and service address of the document being edited, or those chosen for a new one."""
        key = read_whole(request.form.get("document", ""))
        document = self.get_query().filter(self.model.id == key).one_or_none() if key else None
        if document is not None:
            return document.client, document.case.site
        client = client_lookup.get_one(request.form.get("client", ""))
        site = site_lookup.get_one(request.form.get("site", "")) or (client.only_site if client else None)
        return client, site

    @expose("/items")
    def items_view(self) -> Any:
        """Catalogue items for a line: id, text, and the cells they fill."""
        require("update", self.entity)
        found = item_lookup.get_list(request.args.get("query"))
        return jsonify([(*(item_lookup.format(item) or ()), item_cells(item)) for item in found])

    def notes_of(self, row: Any) -> list[str]:
        """Taxes that changed between the draft and the moment it left."""
        if not row.repriced:
            return []
        before, after = (formats.money(Decimal(amount)) for amount in row.repriced["tax"])
        return [
            _(
                "The taxes were computed anew, from %(before)s to %(after)s: read the total again.",
                before=before,
                after=after,
            )
        ]
