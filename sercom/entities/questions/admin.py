"""The form's questions in the back-office."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import selectinload
from wtforms.validators import Length, NumberRange

from sercom.backoffice import filters
from sercom.backoffice.listing import contains
from sercom.backoffice.view import EntityView
from sercom.core.base import MAX_ID
from sercom.core.choices import RowsField
from sercom.entities.catalog.model import services_offered
from sercom.entities.questions.model import Question, QuestionKind

ACTIVE = (_l("Active"), _l("Retired"))


class QuestionView(EntityView):
    """What the intake form asks besides."""

    entity = "questions"
    add_label = _l("New question")
    column_list = ("label", "kind", "services", "required", "position", "active")
    column_sortable_list = ("position",)
    column_labels = {
        "label": _l("Question"),
        "kind": _l("Answer"),
        "label_fr": _l("Question in French"),
        "label_en": _l("Question in English"),
        "help_fr": _l("Help in French"),
        "help_en": _l("Help in English"),
        "choices_fr": _l("Choices in French"),
        "choices_en": _l("Choices in English"),
        "services": _l("Asked for these services"),
        "required": _l("An answer is required"),
        "position": _l("Order"),
        "active": _l("Active"),
    }
    column_descriptions = {
        "choices_fr": _l("For a choice: one a line."),
        "choices_en": _l("In the same order as in French."),
        "services": _l("Tick none to ask everybody."),
        "help_fr": _l("A short sentence below the question."),
    }
    form_columns = (
        "label_fr",
        "label_en",
        "kind",
        "position",
        "choices_fr",
        "choices_en",
        "help_fr",
        "help_en",
        "services",
        "required",
        "active",
    )
    column_details_list = form_columns
    form_overrides = {"services": RowsField}
    form_args = {
        "services": {"rows": services_offered},
        "position": {"validators": [NumberRange(0, MAX_ID)]},
        "choices_fr": {"validators": [Length(max=5000)]},
        "choices_en": {"validators": [Length(max=5000)]},
    }
    column_formatters = {
        "services": lambda _view, _context, row, _name: ", ".join(map(str, row.services)) or _l("All services"),
    }
    column_formatters_detail = column_formatters
    search_in = (contains(Question.label_fr), contains(Question.label_en))
    column_filters = (
        filters.Choice(Question.kind, _l("Answer"), QuestionKind, "kind"),
        filters.YesNo(Question.active, _l("Active"), "active", ACTIVE),
    )
    empty_hint = _l("Ask what you need to know before you call back: the age of the device, a photo of its plate.")

    def load_options(self) -> tuple[Any, ...]:
        """The list shows the services."""
        return (selectinload(Question.services),)

    def insert(self, form: Any, row: Any) -> None:
        """With choices that match in both languages."""
        super().insert(form, row)
        row.tidy()

    def change(self, form: Any, row: Any) -> None:
        """With choices that match in both languages."""
        super().change(form, row)
        row.tidy()
