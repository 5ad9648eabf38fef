"""From a column to a form field: the product's own types, and the formats of Québec."""

from typing import Any

from flask_admin.contrib.sqla.form import AdminModelConverter
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from sercom.core.choices import LabelledField
from sercom.core.fields import (
    DayField,
    EmailField,
    MoneyField,
    Needed,
    PercentField,
    PhoneField,
    PostalCodeField,
    QuantityField,
    long,
)

#: Columns whose name says more than their type.
BY_NAME: dict[str, type[Field]] = {
    "phone": PhoneField,
    "other_phone": PhoneField,
    "contact_phone": PhoneField,
    "email": EmailField,
    "billing_email": EmailField,
    "privacy_email": EmailField,
    "postal_code": PostalCodeField,
}
MAX_INTEGER = 1_000_000


class Converter(AdminModelConverter):
    """Adds the types that Flask-Admin would drop without a word."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.converters |= {
            "String": self.conv_string,
            "Text": self.conv_text,
            "Integer": self.conv_integer,
            "Boolean": self.conv_boolean,
            "Date": self.conv_date,
            "sercom.core.labels.LabelledType": self.conv_labelled,
            "sercom.core.money.Money": self.conv_money,
            "sercom.core.money.Quantity": self.conv_quantity,
            "sercom.core.money.Percent": self.conv_percent,
        }

    def _args(self, column: Any, field_args: dict[str, Any]) -> dict[str, Any]:
        """Required or optional, as the column says."""
        validators = [v for v in field_args.get("validators", ()) if not isinstance(v, InputRequired | Optional)]
        optional = column.nullable or (column.default is not None and column.default.arg == "")
        field_args["validators"] = [Optional() if optional else Needed(), *validators]
        return field_args

    def conv_string(self, column: Any, field_args: dict[str, Any], **_extra: Any) -> Field:
        """Text of a limited length; blank is ``None`` where the column allows it."""
        args = self._args(column, field_args)
        args["validators"].append(Length(max=column.type.length))
        args["filters"] = [_on_one_line, _strip if not column.nullable else _strip_or_none]
        if column.name in BY_NAME:
            args["filters"] = [] if column.nullable else [lambda value: value or ""]
            return BY_NAME[column.name](**args)
        return StringField(**args)

    def conv_text(self, column: Any, field_args: dict[str, Any], **_extra: Any) -> Field:
        """Long text."""
        args = self._args(column, field_args)
        if not any(isinstance(validator, Length) for validator in args["validators"]):
            args["validators"].append(long)
        args["filters"] = [_strip_or_none]
        return TextAreaField(**args)

    def conv_integer(self, column: Any, field_args: dict[str, Any], **_extra: Any) -> Field:
        """A whole number."""
        args = self._args(column, field_args)
        if not any(isinstance(validator, NumberRange) for validator in args["validators"]):
            args["validators"].append(NumberRange(-MAX_INTEGER, MAX_INTEGER))
        return IntegerField(**args)

    def conv_boolean(self, field_args: dict[str, Any], **_extra: Any) -> Field:
        """A checkbox."""
        field_args["validators"] = []
        return BooleanField(**field_args)

    def conv_date(self, column: Any, field_args: dict[str, Any], **_extra: Any) -> Field:
        """A day."""
        return DayField(**self._args(column, field_args))

    def conv_labelled(self, column: Any, field_args: dict[str, Any], **_extra: Any) -> Field:
        """A choice."""
        return LabelledField(enum=column.type.enum, **self._args(column, field_args))

    def conv_money(self, column: Any, field_args: dict[str, Any], **_extra: Any) -> Field:
        """An amount in dollars, never negative; blank is the column's default, where it has one."""
        args = self._args(column, field_args)
        if column.default is not None:
            args["validators"][0] = Optional()
            args["filters"] = [lambda value: column.default.arg if value is None else value]
        args["validators"].append(NumberRange(min=0, message=_l("An amount is not negative.")))
        return MoneyField(**args)

    def conv_quantity(self, column: Any, field_args: dict[str, Any], **_extra: Any) -> Field:
        """A quantity."""
        return QuantityField(**self._args(column, field_args))

    def conv_percent(self, column: Any, field_args: dict[str, Any], **_extra: Any) -> Field:
        """A rate in percent."""
        return PercentField(**self._args(column, field_args))


def _on_one_line(value: str | None) -> str:
    """No line breaks: a name goes into the headers of an e-mail."""
    return " ".join((value or "").splitlines())


def _strip(value: str | None) -> str:
    return (value or "").strip()


def _strip_or_none(value: str | None) -> str | None:
    return (value or "").strip() or None
