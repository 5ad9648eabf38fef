"""Form fields that read and write as people do here: amounts, phones, postal codes, dates, choices.

A field that cannot be read keeps what was typed and says why, with an example.
"""

from collections.abc import Callable, Iterable
from datetime import date, time
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_wtf.i18n import translations
from wtforms import DateField, Form, SelectField, SelectMultipleField, StringField, TimeField
from wtforms.fields.choices import Choice, SelectChoice
from wtforms.validators import Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from sercom.core import formats
from sercom.core.errors import DomainError
from sercom.core.labels import Labelled
from sercom.core.money import MAX_QUANTITY


class ProductForm(Form):
    """A form in the reader's language. Its CSRF token is the whole application's business."""

    class Meta:
        """WTForms' messages through Flask-Babel."""

        def get_translations(self, form: Form) -> Any:
            """The catalogue of the request's locale."""
            return translations

    def arguments(self) -> dict[str, Any]:
        """The validated data, as keyword arguments of a domain verb."""
        return dict(self.data)

    def add_error(self, error: DomainError) -> None:
        """Put a refusal beside its field, or over the form."""
        if error.field and error.field in self:
            field = self[error.field]
            field.errors = [*field.errors, str(error)]
        else:
            self.form_errors.append(str(error))


class ReadField(StringField):
    """A text field whose data goes through a reader; blank is ``None``."""

    read: Callable[[str], Any]
    input_mode = "text"

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)

    def write(self, value: Any) -> str:
        """The value as the field shows it."""
        return str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed."""
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if text:
            try:
                self.data = type(self).read(text)
            except DomainError as error:
                raise ValueError(str(error)) from None


class MoneyField(ReadField):
    """An amount in dollars."""

    read = staticmethod(formats.read_money)
    input_mode = "decimal"

    def write(self, value: Decimal) -> str:
        """Two decimals, with the reader's decimal mark."""
        return formats.plain_number(value)


class QuantityField(ReadField):
    """A quantity, to the thousandth."""

    read = staticmethod(lambda text: formats.read_decimal(text, 3, MAX_QUANTITY))
    input_mode = "decimal"

    def write(self, value: Decimal) -> str:
        """Without trailing zeros."""
        return formats.plain_quantity(value)


class PercentField(QuantityField):
    """A rate in percent, to the thousandth."""


class PhoneField(ReadField):
    """A phone number, kept as E.164."""

    read = staticmethod(formats.read_phone)
    input_mode = "tel"

    def write(self, value: str) -> str:
        """As it is read here."""
        return formats.phone(value)


class PostalCodeField(ReadField):
    """A Canadian postal code, kept as ``A1A 1A1``."""

    read = staticmethod(formats.read_postal_code)


class EmailField(ReadField):
    """An e-mail address."""

    read = staticmethod(formats.read_email)
    input_mode = "email"


class DayField(DateField):
    """A day, as the browser's own picker gives it (``2025-09-01``)."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read it, or say how it is written."""
        if not valuelist or not valuelist[0]:
            self.data = None
            return
        try:
            self.data = date.fromisoformat(str(valuelist[0]).strip())
        except ValueError:
            self.data = None
            raise ValueError(_("This is not a date. Example: 2026-09-01")) from None


class ClockField(TimeField):
    """A time of day, as the browser's own picker gives it (``14:05``)."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read it, or say how it is written."""
        if not valuelist or not valuelist[0]:
            self.data = None
            return
        try:
            self.data = time.fromisoformat(str(valuelist[0]).strip())
        except ValueError:
            self.data = None
            raise ValueError(_("This is not a time. Example: 14:30")) from None


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


class RowField(SelectField):
    """A choice among a few rows (people, teams, services); its data is the row or ``None``."""

    def __init__(
        self, label: Any = None, validators: Any = None, *, rows: Callable[[], Iterable[Any]], **kwargs: Any
    ) -> None:
        kwargs.pop("allow_blank", None)
        self.rows = rows
        super().__init__(label, validators, choices=[], coerce=str, **kwargs)

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Load the rows, then find the one that is named."""
        self.by_id = {str(row.id): row for row in self.rows()}
        super().process(formdata, data, extra_filters)

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
            raise ValueError(self.gettext("Not a valid choice."))

    def iter_choices(self) -> Iterable[Choice]:
        """A blank one, then the rows."""
        yield Choice("", "—", self.data is None, {})
        for key, row in self.by_id.items():
            yield Choice(key, str(row), row is self.data, {})

    def pre_validate(self, form: Form) -> None:
        """Whether a row is required is the validators' business."""


class RowsField(SelectMultipleField):
    """Several among a few rows (roles, members), each a checkbox; its data is the list of rows."""

    widget: Any = ListWidget(prefix_label=False)
    option_widget: Any = CheckboxInput()

    def __init__(
        self, label: Any = None, validators: Any = None, *, rows: Callable[[], Iterable[Any]], **kwargs: Any
    ) -> None:
        kwargs.pop("allow_blank", None)
        self.rows = rows
        super().__init__(label, validators, choices=[], coerce=str, **kwargs)

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Load the rows, then find the ones that are named."""
        self.by_id = {str(row.id): row for row in self.rows()}
        self.choices = [SelectChoice(key, str(row)) for key, row in self.by_id.items()]
        super().process(formdata, data, extra_filters)

    def process_data(self, value: Any) -> None:
        """The rows themselves, also ones that are no longer offered."""
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Find the rows, or refuse."""
        if any(text not in self.by_id for text in valuelist):
            raise ValueError(self.gettext("Not a valid choice."))
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


#: Limits of free text, so that no database refuses what a form accepted.
short = Length(max=160)
long = Length(max=5000)
