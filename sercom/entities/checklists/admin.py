"""Checklists in the back-office: what is looked at and measured during a visit, by service."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload, selectinload

from sercom.backoffice import filters
from sercom.backoffice.access import current_actor
from sercom.backoffice.listing import contains
from sercom.backoffice.view import EntityView
from sercom.core import journal
from sercom.core.base import db
from sercom.core.choices import RowField
from sercom.entities.catalog.model import services_offered
from sercom.entities.checklists.items import ItemsField
from sercom.entities.checklists.model import Checklist

ACTIVE = (_l("Active"), _l("Retired"))
KINDS = (_l("Assessments"), _l("Work"))


class ChecklistView(EntityView):
    """Templates: the visits of a service, or of every service, begin with them."""

    entity = "checklists"
    add_label = _l("New checklist")
    details_template = "admin/checklist.html"
    create_template = edit_template = "admin/checklist_form.html"
    column_list = ("name_fr", "service", "for_assessments", "items", "active")
    column_sortable_list = ("name_fr",)
    column_labels = {
        "name_fr": _l("Name in French"),
        "name_en": _l("Name in English"),
        "service": _l("Service"),
        "for_assessments": _l("For assessments"),
        "items": _l("Items"),
        "active": _l("Active"),
    }
    column_descriptions = {
        "service": _l("Without one, for every service."),
        "for_assessments": _l("Not ticked, it is for the work itself."),
    }
    form_columns = ("name_fr", "name_en", "service", "for_assessments", "active")
    column_details_list = form_columns
    form_overrides = {"service": RowField}
    form_args = {"service": {"rows": services_offered}}
    column_formatters = {
        "name_fr": lambda _view, _context, row, _name: str(row),
        "service": lambda _view, _context, row, _name: row.service or _l("Every service"),
        "items": lambda _view, _context, row, _name: len(row.items),
    }
    column_formatters_detail = {"service": column_formatters["service"]}
    search_in = (contains(Checklist.name_fr), contains(Checklist.name_en))
    column_filters = (
        filters.YesNo(Checklist.for_assessments, _l("For"), "for", KINDS),
        filters.YesNo(Checklist.active, _l("Active"), "active", ACTIVE),
    )
    empty_hint = _l("Say what is checked and measured during a visit: pressures, temperatures, the state of the drain.")

    def load_options(self) -> tuple[Any, ...]:
        """The list shows the service, and how many items there are."""
        return (joinedload(Checklist.service), selectinload(Checklist.items))

    def scaffold_form(self) -> Any:
        """The declared columns, and the items."""
        form = super().scaffold_form()
        form.items = ItemsField(_l("Items"))
        return form

    def change(self, form: Any, row: Any) -> None:
        """What became of the items is told apart: their rows stay where they only read otherwise."""
        before = row.told
        super().change(form, row)
        if row.told != before:
            gone = [item for item in before if item not in row.told]
            come = [item for item in row.told if item not in before]
            changes = {"items": [gone, come] if gone or come else [before, row.told]}
            journal.record(db.session, current_actor(), "changed", row, changes)
