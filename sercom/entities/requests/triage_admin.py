"""The rules of triage in the back-office; each change asks them again about the new requests."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload
from wtforms.validators import NumberRange, Optional

from sercom.backoffice import filters
from sercom.backoffice.listing import contains
from sercom.backoffice.view import EntityView
from sercom.core import formats
from sercom.core.base import db
from sercom.core.choices import RowField
from sercom.entities.catalog.model import services_offered
from sercom.entities.questions.model import questions_asked
from sercom.entities.requests.triage import MAX_MINUTES, Path, TriageRule
from sercom.workflow import triage


class TriageView(EntityView):
    """Rules of triage, in the order in which they are asked."""

    entity = "triage"
    add_label = _l("New rule")
    column_list = ("position", "conditions", "path", "proposed_urgency", "minutes", "skill", "active")
    column_details_list = (
        *("position", "active", "conditions", "path", "proposed_urgency", "minutes", "skill"),
        *("reason_fr", "reason_en"),
    )
    column_sortable_list = ("position",)
    column_labels = {
        "position": _l("Order"),
        "active": _l("Active"),
        "conditions": _l("When"),
        "service": _l("Service"),
        "urgency": _l("Urgency said by the client"),
        "keywords": _l("Words in the request"),
        "question": _l("Question"),
        "answer": _l("Answer"),
        "path": _l("Path"),
        "proposed_urgency": _l("Proposed urgency"),
        "minutes": _l("Expected minutes"),
        "skill": _l("Skill"),
        "reason_fr": _l("Reason in French"),
        "reason_en": _l("Reason in English"),
    }
    column_descriptions = {
        "position": _l("The first rule that matches is the one."),
        "keywords": _l("Separated by commas; one is enough. Accents, capitals and plurals do not matter."),
        "answer": _l("As the client gives it: a choice in either language, yes or no, a number."),
        "reason_en": _l("Shown with the proposal, after “because”."),
    }
    column_formatters = {
        "path": lambda _view, context, rule, _name: rule.path.short if context is not None else rule.path.label,
        "minutes": lambda _view, _context, rule, _name: formats.duration(rule.minutes) if rule.minutes else "",
    }
    column_formatters_detail = {
        "path": lambda _view, _context, rule, _name: rule.path.label,
        "minutes": column_formatters["minutes"],
    }
    form_columns = (
        *("position", "active", "service", "urgency", "keywords", "question", "answer"),
        *("path", "proposed_urgency", "minutes", "skill", "reason_fr", "reason_en"),
    )
    form_overrides = {"service": RowField, "question": RowField}
    form_args = {
        "service": {"rows": services_offered, "validators": [Optional()]},
        "question": {"rows": questions_asked, "validators": [Optional()]},
        "minutes": {"validators": [NumberRange(1, MAX_MINUTES)]},
    }
    column_filters = (
        filters.Choice(TriageRule.path, _l("Path"), Path, "path"),
        filters.Row(TriageRule.service_id, _l("Service"), "service", services_offered),
    )
    search_in = (contains(TriageRule.keywords), contains(TriageRule.reason_fr), contains(TriageRule.reason_en))
    default_order = (TriageRule.position, TriageRule.id)
    empty_hint = _l("A rule proposes how a request goes on, by its service, its urgency and its words.")

    def load_options(self) -> tuple[Any, ...]:
        """The list shows the service."""
        return (joinedload(TriageRule.service), joinedload(TriageRule.question))

    def insert(self, form: Any, row: Any) -> None:
        """A new rule is asked at once."""
        super().insert(form, row)
        triage.ask_again(db.session)

    def change(self, form: Any, row: Any) -> None:
        """So is one that changed."""
        super().change(form, row)
        triage.ask_again(db.session)

    def delete_row(self, row: Any) -> None:
        """Without it another one may match."""
        super().delete_row(row)
        triage.ask_again(db.session)
