"""The register of confidentiality incidents in the back-office: nothing in it is deleted."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import NumberRange, Optional

from sercom.backoffice import filters
from sercom.backoffice.view import EntityView
from sercom.core import clock
from sercom.core.base import db
from sercom.entities.privacy.incident import Incident, Risk


class IncidentView(EntityView):
    """What the law asks to be written down of each incident."""

    entity = "incidents"
    details_template = "admin/incident.html"
    column_list = ("discovered_on", "circumstances", "risk", "people_count", "commission_on")
    column_sortable_list = ("discovered_on",)
    column_default_sort = ("discovered_on", True)
    column_labels = {
        "information": _l("Which personal information"),
        "circumstances": _l("What happened"),
        "happened_on": _l("When it happened"),
        "happened_until": _l("Until, if it lasted or the day is not known"),
        "discovered_on": _l("Discovered on"),
        "people_count": _l("How many people, about"),
        "risk": _l("Risk of serious injury"),
        "risk_reason": _l("What the risk rests on"),
        "commission_on": _l("The Commission was told on"),
        "people_on": _l("The people were told on"),
        "notices": _l("Who else was told, and what"),
        "measures": _l("What is done to lessen the harm"),
    }
    column_descriptions = {
        "information": _l("Kinds, never names: “e-mail and address of clients”."),
        "risk_reason": _l("How sensitive it is, how it could be misused, how likely that is."),
        "commission_on": _l("A risk of serious injury is told to the Commission d’accès à l’information at once."),
    }
    form_columns = tuple(column_labels)
    column_export_list = column_details_list = form_columns
    form_args = {"people_count": {"validators": [Optional(), NumberRange(0, 10**8)]}}
    column_filters = (filters.Choice(Incident.risk, _l("Risk of serious injury"), Risk, "risk"),)
    add_label = _l("Write down an incident")
    empty_hint = _l("A lost phone, an e-mail to the wrong person, a password that leaked: write it down here.")

    def create_form(self, obj: Any = None) -> Any:
        """Discovered today, unless somebody says otherwise."""
        form = super().create_form(obj)
        form.discovered_on.data = form.discovered_on.data or (None if form.discovered_on.raw_data else clock.today())
        return form

    def insert(self, form: Any, row: Any) -> None:
        """Days in their order."""
        form.populate_obj(row)
        row.check()
        super().insert(form, row)

    def change(self, form: Any, row: Any) -> None:
        """Days in their order, before the database looks at them."""
        with db.session.no_autoflush:
            form.populate_obj(row)
            row.check()
        super().change(form, row)
