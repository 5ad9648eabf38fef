"""The catalogue in the back-office."""

from flask_babel import lazy_gettext as _l

from sercom.backoffice import filters
from sercom.backoffice.listing import contains
from sercom.backoffice.view import EntityView
from sercom.entities.catalog.model import CatalogItem, ItemKind, Service

ACTIVE = (_l("Active"), _l("Retired"))


class CatalogView(EntityView):
    """Parts, labour, travel, fixed prices."""

    entity = "catalog"
    column_list = ("code", "name", "kind", "unit", "price", "active")
    column_sortable_list = ("code", "price")
    column_labels = {
        "code": _l("Code"),
        "kind": _l("Kind"),
        "name": _l("Name"),
        "name_fr": _l("Name in French"),
        "name_en": _l("Name in English"),
        "unit": _l("Unit"),
        "price": _l("Price"),
        "cost": _l("Cost"),
        "tax_status": _l("Taxes"),
        "active": _l("Active"),
    }
    form_columns = ("code", "kind", "name_fr", "name_en", "unit", "price", "cost", "tax_status", "active")
    column_details_list = column_export_list = form_columns
    search_in = (contains(CatalogItem.code), contains(CatalogItem.name_fr), contains(CatalogItem.name_en))
    column_filters = (
        filters.Choice(CatalogItem.kind, _l("Kind"), ItemKind, "kind"),
        filters.YesNo(CatalogItem.active, _l("Active"), "active", ACTIVE),
    )
    empty_hint = _l("Start with travel and hourly labour: conversions use them.")


class ServiceView(EntityView):
    """What the intake form offers."""

    entity = "services"
    column_list = ("name_fr", "name_en", "position", "active")
    column_sortable_list = ("position",)
    column_labels = {
        "name_fr": _l("Name in French"),
        "name_en": _l("Name in English"),
        "position": _l("Order"),
        "active": _l("Active"),
    }
    form_columns = ("name_fr", "name_en", "position", "active")
    search_in = (contains(Service.name_fr), contains(Service.name_en))
    versioned = False
    empty_hint = _l("The intake form offers these kinds of work.")
