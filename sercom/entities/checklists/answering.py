"""What may be answered to an item of a checklist, and how an answer reads: one rule for each kind."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from sercom.core import formats
from sercom.core.errors import DomainError
from sercom.entities.checklists.model import CheckKind

MAX_TEXT = 1000
PLACES, LARGEST = 3, Decimal(1_000_000)
YES, NO = "yes", "no"

#: An item as a form shows it or as an answer kept it: ``ChecklistItem.as_asked``.
Asked = Mapping[str, Any]


def read_answer(asked: Asked, typed: str) -> str:
    """What is kept of what was typed; nothing for nothing. Raises ``DomainError`` with an example."""
    text = typed.strip()
    kind = CheckKind(asked["kind"])
    if not text:
        return ""
    if kind is CheckKind.NUMBER:
        return _number(asked, text)
    if kind is CheckKind.TEXT:
        if len(text) > MAX_TEXT:
            raise DomainError(_l("Write at most 1000 characters."))
        return text
    if text not in values_of(asked):
        raise DomainError(_l("Choose from the list."))
    return text


def values_of(asked: Asked) -> list[str]:
    """What may be chosen; nothing where the answer is written."""
    kind = CheckKind(asked["kind"])
    if kind is CheckKind.CHOICE:
        return [str(place) for place in range(len(asked["choices"]))]
    return {CheckKind.TICK: [YES], CheckKind.YES_NO: [YES, NO]}.get(kind, [])


def _number(asked: Asked, text: str) -> str:
    """A measurement, with its unit behind it or not."""
    unit = str(asked["unit"])
    bare = text[: -len(unit)] if unit and text.casefold().endswith(unit.casefold()) else text
    value = formats.read_decimal(bare.replace("\N{MINUS SIGN}", "-"), PLACES, LARGEST)
    return f"{value.normalize() + 0:f}"  # no minus before a zero


def answer_shown(asked: Asked, value: str) -> str:
    """An answer as a form shows it: as a person would type it."""
    if value and CheckKind(asked["kind"]) is CheckKind.NUMBER:
        return formats.plain_quantity(Decimal(value))
    return value


def answer_told(asked: Asked, value: str) -> str:
    """An answer as a person reads it, its unit behind it."""
    kind = CheckKind(asked["kind"])
    if kind is CheckKind.NUMBER:
        return f"{formats.number(Decimal(value))}{formats.NBSP}{asked['unit']}".rstrip(formats.NBSP)
    if kind is CheckKind.CHOICE:
        french, english = asked["choices"][int(value)]
        return str(french if formats.in_french() else english)
    if kind is CheckKind.TEXT:
        return value
    return {YES: _("Yes"), NO: _("No")}[value] if kind is CheckKind.YES_NO else _("Checked")


def asked_told(asked: Asked) -> str:
    """The item as it read, in the reader's language."""
    return str(asked["fr" if formats.in_french() else "en"])
