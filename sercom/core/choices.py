"""Form fields that choose: a member of an enum, a row, several rows, several boxes."""

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext as _
from wtforms import Form, SelectField, SelectMultipleField
from wtforms.fields.choices import Choice, SelectChoice, SelectFieldBase
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from sercom.core.labels import Labelled


def choices_of(enum: type[Labelled]) -> list[SelectChoice]:
    """An enum's members, for a field to choose from."""
    return [SelectChoice(value, label) for value, label in enum.choices()]  # type: ignore[arg-type]  # lazy labels


class LabelledField(SelectField):
    """A choice among the members of a ``Labelled`` enum; its data is the member."""

    def __init__(self, label: Any = None, validators: Any = None, *, enum: type[Labelled], **kwargs: Any) -> None:
        self.enum = enum
        self.optional = any(isinstance(validator, Optional) for validator in validators or ())
        blank = [SelectChoice("", "—")] if self.optional else []
        super().__init__(label, validators, choices=[*blank, *choices_of(enum)], coerce=self._member, **kwargs)

    def _member(self, value: Any) -> Labelled | None:
        return value if isinstance(value, self.enum) else self.enum(value) if value else None

    def iter_choices(self) -> Iterable[Choice]:
        """Mark the member that is chosen."""
        chosen = self.data.value if isinstance(self.data, Labelled) else self.data or ""
        for value, text, *_rest in self.choices or ():
            yield Choice(value, text, value == chosen, {})

    def pre_validate(self, form: Form) -> None:
        """The coercion refused what is no member; blank is for optional ones."""
        if self.data is None and not self.optional and not self.process_errors:
            raise ValidationError(self.gettext("Not a valid choice."))

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read a member by its value."""
        if not valuelist:
            return
        try:
            self.data = self._member(valuelist[0])
        except ValueError:
            self.data = None
            raise ValueError(self.gettext("Not a valid choice.")) from None


class FewRows(SelectFieldBase):
    """Offers the rows that ``rows`` gives when the form is made: a few, never a table."""

    def __init__(
        self, label: Any = None, validators: Any = None, *, rows: Callable[[], Iterable[Any]], **kwargs: Any
    ) -> None:
        kwargs.pop("allow_blank", None)
        self.rows = rows
        super().__init__(label, validators, choices=[], coerce=str, **kwargs)

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Load the rows, then find what is named."""
        self.by_id = {str(row.id): row for row in self.rows()}
        self.choices = [SelectChoice(key, str(row)) for key, row in self.by_id.items()]
        super().process(formdata, data, extra_filters)


class RowField(FewRows, SelectField):
    """A choice among a few rows (people, teams, services); its data is the row or ``None``."""

    def process_data(self, value: Any) -> None:
        """The row itself."""
        self.data = value
        if value is not None:
            self.by_id.setdefault(str(value.id), value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Find the row, or refuse."""
        text = valuelist[0] if valuelist else ""
        self.data = self.by_id.get(text)
        if text and self.data is None:
            raise ValueError(_("This is no longer offered. Choose again."))

    def iter_choices(self) -> Iterable[Choice]:
        """A blank one, then the rows."""
        yield Choice("", _("Choose…") if self.flags.required else "—", self.data is None, {})
        for key, row in self.by_id.items():
            yield Choice(key, str(row), row is self.data, {})

    def pre_validate(self, form: Form) -> None:
        """Whether a row is required is the validators' business."""


class RowsField(FewRows, SelectMultipleField):
    """Several among a few rows (roles, members), each a checkbox; its data is the list of rows."""

    widget: Any = ListWidget(prefix_label=False)
    option_widget: Any = CheckboxInput()

    def process_data(self, value: Any) -> None:
        """The rows themselves, also ones that are no longer offered."""
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Find the rows, or refuse."""
        if any(text not in self.by_id for text in valuelist):
            raise ValueError(_("This is no longer offered. Choose again."))
        self.data = [self.by_id[text] for text in valuelist]

    def iter_choices(self) -> Iterable[Choice]:
        """Tick the rows that are chosen."""
        for key, row in self.by_id.items():
            yield Choice(key, str(row), row in (self.data or ()), {})

    def pre_validate(self, form: Form) -> None:
        """Reading refused what is no row."""


class CheckboxesField(SelectMultipleField):
    """Several choices, each a checkbox."""

    widget: Any = ListWidget(prefix_label=False)
    option_widget: Any = CheckboxInput()
