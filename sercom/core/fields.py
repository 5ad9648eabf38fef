"""Form fields that read and write as people do here: amounts, phones, postal codes, dates.

A field that cannot be read keeps what was typed and says why, with an example.
"""

from collections.abc import Callable
from datetime import time
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from flask_babel import gettext as _
from flask_wtf.i18n import translations
from wtforms import DateField, Field, Form, StringField, TimeField
from wtforms.validators import InputRequired, Length, StopValidation

from sercom.core import discounts, formats
from sercom.core.clock import read_day
from sercom.core.errors import ConflictError, DomainError
from sercom.core.money import MAX_QUANTITY, Discount


class Needed(InputRequired):
    """Something must be typed, and spaces are nothing."""

    def __call__(self, form: Form, field: Field) -> None:
        """Stop at a blank, also where a filter left nothing."""
        if not field.raw_data or not str(field.raw_data[0]).strip() or field.data == "":
            field.errors = []  # type: ignore[assignment]  # a list while it validates
            raise StopValidation(str(self.message or field.gettext("This field is required.")))


class ProductForm(Form):
    """A form in the reader's language. Its CSRF token is the whole application's business."""

    class Meta:
        """WTForms' messages through Flask-Babel."""

        def get_translations(self, form: Form) -> Any:
            """The catalogue of the request's locale."""
            return translations

    #: Somebody else saved the record meanwhile.
    conflict = False

    @property
    def status(self) -> int:
        """The HTTP status of a page that shows this form's errors."""
        return int(HTTPStatus.CONFLICT if self.conflict else HTTPStatus.UNPROCESSABLE_ENTITY)

    def show_saved(self, saved: Form) -> None:
        """Put what was saved meanwhile beside each field that differs."""
        for field in self:
            kept = _shown(saved[field.short_name]) if field.short_name in saved else _shown(field)
            if kept != _shown(field):
                field.errors = [*field.errors, _("Saved meanwhile: %(value)s", value=kept or "—")]

    def about(self, row: Any) -> None:
        """Take from its subject what the form asks about, whether typed or shown."""

    def arguments(self) -> dict[str, Any]:
        """The validated data, as keyword arguments of a domain verb."""
        return dict(self.data)

    def add_error(self, error: DomainError) -> None:
        """Put a refusal beside its field, or over the form."""
        self.conflict = self.conflict or isinstance(error, ConflictError)
        if error.field and error.field in self:
            field = self[error.field]
            field.errors = [*field.errors, str(error)]
        else:
            self.form_errors.append(str(error))


def _shown(field: Field) -> str:
    """A field's value as a person reads it."""
    if hasattr(field, "_value"):
        return str(field._value())  # noqa: SLF001  # WTForms' own name for it
    return str("" if field.data is None else field.data)


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


class DiscountField(ReadField):
    """A discount, as an amount or in percent; what a percentage comes to is computed with the lines."""

    read = staticmethod(discounts.read)
    input_mode = "text"
    #: How the row's dollars were said; the form tells, since the column holds the dollars alone.
    percent: Decimal | None = None

    def write(self, value: Any) -> str:
        """As it was typed."""
        said = value if isinstance(value, Discount) else Discount(value, self.percent)
        return discounts.plain(said)

    def populate_obj(self, obj: Any, name: str) -> None:
        """The amount, or the percentage alone: the document computes what that comes to."""
        said = self.data if isinstance(self.data, Discount) else Discount()
        obj.discount_percent = said.percent
        if said.percent is None:
            obj.discount = said.amount


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
            self.data = read_day(str(valuelist[0]))
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


#: Limits of free text, so that no database refuses what a form accepted.
short = Length(max=160)
long = Length(max=5000)
