"""Skills and absences in the back-office."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload
from wtforms.validators import Optional

from sercom.backoffice import filters
from sercom.backoffice.listing import contains
from sercom.backoffice.view import EntityView
from sercom.core import clock
from sercom.core.choices import RowField
from sercom.core.clock import day_bounds
from sercom.core.fields import ClockField, DayField, Needed, ProductForm
from sercom.entities.planning.model import Absence, AbsenceReason, Skill
from sercom.entities.users.model import active_people

ACTIVE = (_l("In use"), _l("Retired"))


class SkillView(EntityView):
    """What people can do, and visits need."""

    entity = "skills"
    versioned = False
    column_list = column_details_list = form_columns = ("name_fr", "name_en", "active")
    column_sortable_list = ("name_fr", "name_en")
    column_labels = {"name_fr": _l("Name in French"), "name_en": _l("Name in English"), "active": _l("In use")}
    default_order = (Skill.name_fr, Skill.id)
    column_filters = (filters.YesNo(Skill.active, _l("In use"), "active", ACTIVE),)
    search_in = (contains(Skill.name_fr), contains(Skill.name_en))
    empty_hint = _l("People have skills, services ask for them: planning brings the two together.")


class AbsenceForm(ProductForm):
    """Who, which days, and the hours where it is not whole days."""

    user = RowField(
        _l("Person"), [Optional()], rows=active_people, description=_l("Nobody chosen: the whole company is closed.")
    )
    first = DayField(_l("From"), [Needed()], default=clock.today)
    last = DayField(_l("To"), [Optional()], description=_l("Included. Blank: one day."))
    starts = ClockField(_l("From what time"), [Optional()], description=_l("Blank: whole days."))
    ends = ClockField(_l("To what time"), [Optional()])

    def populate_obj(self, obj: Any) -> None:
        """Days and hours together make the two moments."""
        for name in ("user", "reason", "note"):
            self[name].populate_obj(obj, name)
        obj.take_time(self.first.data, self.last.data, self.starts.data, self.ends.data)


class AbsenceView(EntityView):
    """When somebody, or everybody, is not there."""

    entity = "absences"
    column_list = ("who", "when", "reason", "note")
    column_details_list = column_list
    column_sortable_list = ()
    default_order = (Absence.starts_at.desc(), Absence.id)
    column_labels = {
        "who": _l("Who"),
        "when": _l("When"),
        "user": _l("Person"),
        "reason": _l("Reason"),
        "note": _l("Note"),
        "starts_at": _l("When"),
        "ends_at": _l("Until"),
    }
    form_base_class = AbsenceForm
    form_columns = ("reason", "note")
    column_filters = (
        filters.Row(Absence.user_id, _l("Person"), "person", active_people),
        filters.Choice(Absence.reason, _l("Reason"), AbsenceReason, "reason"),
        filters.Since(Absence.ends_at, _l("From"), "from", lambda day: day_bounds(day)[0]),
        filters.Until(Absence.starts_at, _l("Until"), "until", lambda day: day_bounds(day)[1]),
    )
    search_in = (contains(Absence.note),)
    empty_hint = _l("Vacations, training, closings: planning says so before somebody is sent out.")

    def load_options(self) -> tuple[Any, ...]:
        """The list shows who."""
        return (joinedload(Absence.user),)
