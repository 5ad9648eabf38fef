"""Equipment in the back-office: the list, a device's page with its history and its sticker."""

from io import BytesIO
from typing import Any

from flask import Response, abort, flash, redirect, request, send_file
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists
from sqlalchemy.orm import joinedload, undefer
from wtforms.validators import Optional

from sercom.backoffice import filters, formatters
from sercom.backoffice.access import current_actor, require
from sercom.backoffice.listing import Indexed
from sercom.backoffice.lookup import LookupField
from sercom.core import journal, signed
from sercom.core.base import db, read_whole
from sercom.core.choices import RowField
from sercom.core.fields import Needed
from sercom.core.labels import Labelled
from sercom.core.money import ZERO
from sercom.entities.cases.model import Case
from sercom.entities.catalog.model import services_offered
from sercom.entities.equipment import stickers
from sercom.entities.equipment.due_page import DueMixin
from sercom.entities.equipment.history import at_site, works_on
from sercom.entities.equipment.model import Equipment, EquipmentKind, Upkeep
from sercom.entities.equipment.stage import EquipmentStage
from sercom.entities.sites.lookup import GONE, site_lookup
from sercom.entities.sites.model import Site
from sercom.output.sticker import PER_SHEET, svg_path
from sercom.workflow import upkeep


class EquipmentView(DueMixin):
    """Devices at clients' addresses."""

    entity = "equipment"
    add_label = _l("New equipment")
    details_template = "admin/equipment.html"
    tab_column = "stage"
    tab_enum = EquipmentStage
    waits = {EquipmentStage.DUE: _l("Devices due for maintenance")}
    list_template = "admin/equipment_list.html"
    column_list = ("known_as", "kind", "place", "site.client", "site.city", "stage", "due_on")
    column_sortable_list = ("kind",)
    column_formatters = dict.fromkeys(("kind", "upkeep"), formatters.in_words)
    column_formatters_detail = column_formatters
    column_details_list = (
        *("kind", "make", "model", "serial", "place", "installed_on", "warranty_until"),
        *("upkeep", "due_on", "service", "removed_on", "notes"),
    )
    column_export_list = (
        *("number", "kind", "make", "model", "serial", "place", "site.client", "site", "installed_on"),
        *("warranty_until", "upkeep", "due_on", "removed_on", "stage"),
    )
    column_labels = {
        "number": _l("Number"),
        "kind": _l("Kind"),
        "known_as": _l("Make and model"),
        "make": _l("Make"),
        "model": _l("Model"),
        "serial": _l("Serial number"),
        "place": _l("Location"),
        "site": _l("Service address"),
        "site.client": _l("Client"),
        "site.city": _l("City"),
        "installed_on": _l("Installed"),
        "warranty_until": _l("Warranty until"),
        "upkeep": _l("Maintenance"),
        "upkeep_from": _l("Last maintenance known"),
        "due_on": _l("Next maintenance"),
        "service": _l("Service"),
        "removed_on": _l("Removed on"),
        "notes": _l("Notes"),
        "stage": _l("Status"),
    }
    column_descriptions = {
        "place": _l("Basement, 2nd floor, apartment 4: to tell it apart."),
        "upkeep": _l("Blank: none. Then it appears under “Maintenance due” when its time comes."),
        "upkeep_from": _l("If it is not in the history here: the next is counted from there."),
        "service": _l("What its sticker and its maintenance ask for: the skill comes from there."),
        "removed_on": _l("It keeps its history, and nobody is reminded of it."),
    }
    form_columns = (
        *("kind", "make", "model", "serial", "place", "installed_on", "warranty_until"),
        *("upkeep", "upkeep_from", "service", "removed_on", "notes"),
    )
    form_overrides = {"service": RowField}
    form_args = {"service": {"rows": services_offered, "validators": [Optional()]}}
    form_ajax_refs = {"site": site_lookup}
    search_in = (Indexed(Equipment.id, Equipment),)
    palette = 5
    column_filters = (
        filters.Choice(Equipment.kind, _l("Kind"), EquipmentKind, "kind"),
        filters.Choice(Equipment.upkeep, _l("Maintenance"), Upkeep, "upkeep"),
        filters.Until(Equipment.warranty_until, _l("Warranty ends before"), "warranty"),
    )
    empty_hint = _l("Add a device from its address or its case, or let the technician add it on site.")

    # --- loading ------------------------------------------------------------------------------

    def narrow(self, query: Any) -> Any:
        """Those of clients that were merged are shown nowhere."""
        # Asked of each device: a list of the sites that stay would be all of them.
        return query.filter(~exists().where(Site.id == Equipment.site_id, GONE).correlate(Equipment))

    def load_options(self) -> tuple[Any, ...]:
        """The list shows whose it is, where its maintenance stands and when it is due."""
        site = joinedload(Equipment.site).joinedload(Site.client)
        return (site, joinedload(Equipment.service), undefer(Equipment.stage), undefer(Equipment.done_at))

    def tabs(self) -> list[Labelled]:
        """What waits first, what nobody looks after last."""
        first = (EquipmentStage.DUE, EquipmentStage.SOON, EquipmentStage.PLANNED, EquipmentStage.KEPT)
        return [*first, EquipmentStage.UNKEPT, EquipmentStage.REMOVED]

    def tab_amounts(self) -> dict[Any, tuple[int, Any]]:
        """As the menu counts them: a device comes to nothing in dollars."""
        found = self.counted()
        return {tab: (found[tab.value], ZERO) for tab in EquipmentStage if tab.value in found}

    def palette_detail(self, row: Any) -> str:
        """Whose it is, and its serial number."""
        return " · ".join(str(part) for part in (row.site.client, row.site, row.serial) if part)

    # --- forms --------------------------------------------------------------------------------

    def get_create_form(self) -> Any:
        """A new device also asks where it stands."""
        asked = {"site": LookupField(site_lookup, _l("Service address"), [Needed()])}
        return type("CreateForm", (self.scaffold_form(),), asked)

    def create_form(self, obj: Any = None) -> Any:
        """At the address that the link names."""
        form = super().create_form(obj)
        if request.method == "GET":
            form.site.data = site_lookup.get_one(request.args.get("site", ""))
        return form

    def insert(self, form: Any, row: Any) -> None:
        """Added from a case, the case is about it."""
        form.site.data.client.require_present(db.session)
        super().insert(form, row)
        case = db.session.get(Case, read_whole(request.args.get("case", "")) or 0)
        if case is not None and case.site_id == row.site_id:
            upkeep.concern(db.session, case, row, current_actor())

    # --- the page -----------------------------------------------------------------------------

    def details_context(self, row: Any) -> dict[str, Any]:
        """Its history, and its code."""
        size, path = svg_path(stickers.address_of(row))
        works = works_on(db.session, row)
        waits = row.stage in {EquipmentStage.DUE, EquipmentStage.SOON}
        more = {"works": works, "code": {"size": size, "path": path}, "address": stickers.address_of(row)}
        return super().details_context(row) | more | {"plannable": row.stage in upkeep.PLANNABLE, "next_step": waits}

    @expose("/<int:row_id>/sticker")
    def sticker_view(self, row_id: int) -> Response:
        """The sticker, as a page of its own size."""
        row = self.get_one(row_id)
        name = row.number
        return _answer(stickers.pdf(db.session, [row]), name)

    @expose("/stickers")
    def stickers_view(self) -> Response:
        """The stickers of an address on a sheet, from the first label that is free (``first``) on."""
        site = db.session.get(Site, read_whole(request.args.get("site", "")) or 0)
        devices = [device for device in at_site(db.session, site.id) if device.removed_on is None] if site else []
        if not devices:
            abort(404)
        first = read_whole(request.args.get("first", "1")) or 1
        name = devices[0].site.street
        return _answer(stickers.pdf(db.session, devices, on_sheets=True, first=min(first, PER_SHEET)), name)

    @expose("/<int:row_id>/sticker/renew", methods=("POST",))
    def renew_view(self, row_id: int) -> Any:
        """A new sticker: those that were printed open nothing any more."""
        require("update", self.entity)
        row = self.get_one(row_id)
        row.nonce = signed.new_nonce()
        journal.record(db.session, current_actor(), "sticker_renewed", row)
        db.session.commit()
        flash(_("The stickers printed before open nothing any more: print a new one."), "success")
        return redirect(self.page_url(row))


def _answer(data: bytes, name: str) -> Response:
    return send_file(BytesIO(data), mimetype="application/pdf", download_name=f"{name}.pdf")
