"""The catalogue in the back-office."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload
from wtforms.validators import NumberRange, Optional

from sercom.backoffice import filters
from sercom.backoffice.listing import contains
from sercom.backoffice.view import EntityView
from sercom.core.choices import RowField
from sercom.entities.catalog.model import CatalogItem, ItemKind, Service
from sercom.entities.planning.model import active_skills

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
    column_list = ("name_fr", "name_en", "skill", "maintenance_months", "position", "active")
    column_sortable_list = ("position",)
    column_labels = {
        "name_fr": _l("Name in French"),
        "name_en": _l("Name in English"),
        "skill": _l("Skill"),
        "maintenance_months": _l("Maintenance after, in months"),
        "position": _l("Order"),
        "active": _l("Active"),
    }
    column_descriptions = {"maintenance_months": _l("Suggested again after so many months. Blank: never.")}
    form_columns = ("name_fr", "name_en", "skill", "maintenance_months", "position", "active")
    form_overrides = {"skill": RowField}
    form_args = {
        "skill": {"rows": active_skills},
        "maintenance_months": {"validators": [Optional(), NumberRange(1, 120)]},
    }
    search_in = (contains(Service.name_fr), contains(Service.name_en))
    versioned = False
    empty_hint = _l("The intake form offers these kinds of work.")

    def load_options(self) -> tuple[Any, ...]:
        """The list shows the skill that the work needs."""
        return (joinedload(Service.skill),)
