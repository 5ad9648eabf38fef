"""How a value looks in a cell, by its type; and in an exported file."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from sercom.core import formats, unbroken
from sercom.core.clock import to_company
from sercom.core.labels import Labelled

#: A cell that begins like this is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")

FIGURE = Markup('<span class="figure">%s</span>')


def pill(value: Labelled) -> Markup:
    """A state as a coloured pill."""
    return _pill(value, formats.locale_name())


@lru_cache(maxsize=512)
def _pill(value: Labelled, _locale: str) -> Markup:
    """The same few pills stand on every row: each is written once a language."""
    return Markup('<span class="pill pill-{}">{}</span>').format(value.tone.value, value.label)


def _labelled(_view: Any, value: Labelled, _name: str) -> Any:
    return pill(value)


def _yes_no(_view: Any, value: bool, _name: str) -> str:  # noqa: FBT001  # Flask-Admin's signature
    return _("Yes") if value else _("No")


def _decimal(_view: Any, value: Decimal, _name: str) -> Markup:
    text = formats.money(value) if value.as_tuple().exponent == -2 else formats.number(value)  # noqa: PLR2004  # cents
    return FIGURE % text


def _moment(_view: Any, value: datetime, _name: str) -> str:
    return formats.moment(value)


def _day(_view: Any, value: date, _name: str) -> str:
    return formats.day(value)


def _list(_view: Any, value: list[Any], _name: str) -> Markup:
    return Markup(", ").join(escape(str(item)) for item in value)


def _nothing(_view: Any, _value: None, _name: str) -> str:
    return ""


#: The first type that matches wins: an enum before what it may derive from, bool before int.
ON_SCREEN: dict[type, Any] = {
    type(None): _nothing,
    Labelled: _labelled,
    bool: _yes_no,
    Decimal: _decimal,
    datetime: _moment,
    date: _day,
    list: _list,
}


@lru_cache(maxsize=256)
def on_screen(kind: type) -> Any:
    """How values of ``kind`` are shown; what is no type of ours, as it is."""
    return next((shown for known, shown in ON_SCREEN.items() if issubclass(kind, known)), _as_it_is)


def _as_it_is(_view: Any, value: Any, _name: str) -> Any:
    return value


def _phone(_view: Any, _context: Any, row: Any, name: str) -> str:
    return formats.phone(getattr(row, name))


def in_words(_view: Any, _context: Any, row: Any, name: str) -> str:
    """What is no state is no pill, and breaks over lines where the column is narrow."""
    value = getattr(row, name)
    return "" if value is None else str(value)


def mailbox(_view: Any, _context: Any, row: Any, name: str) -> Markup:
    """An e-mail address, which may break at its sign: a long one is wider than its column."""
    before, sign, after = (getattr(row, name) or "").rpartition("@")
    return Markup("<span>{}<wbr>{}</span>").format(before, sign + after)


def numbered(_view: Any, _context: Any, row: Any, name: str) -> Markup:
    """Words that name documents by their number, which breaks over no line."""
    return unbroken.on_page(getattr(row, name) or "")


#: Columns that hold a phone number, in E.164.
PHONES = dict.fromkeys(("phone", "other_phone", "contact_phone"), _phone)


def _export_labelled(_view: Any, value: Enum, _name: str) -> str:
    return str(value)


def _export_moment(_view: Any, value: datetime, _name: str) -> str:
    return to_company(value).strftime("%Y-%m-%d %H:%M")


def _export_plain(_view: Any, value: Any, _name: str) -> str:
    return f"{value}"


IN_FILE: dict[type, Any] = {
    type(None): _nothing,
    Labelled: _export_labelled,
    bool: _yes_no,
    Decimal: _export_plain,
    datetime: _export_moment,
    date: _export_plain,
}


def harmless(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    text = str(value)
    if text.startswith(FORMULA) and not _is_number(text):
        return "'" + text
    return text


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-").replace(".", "", 1)
    return digits.isascii() and digits.isdigit()  # "¹" is a digit too, and no number
