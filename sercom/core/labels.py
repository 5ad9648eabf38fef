"""Enums whose members own their label and their colour: no template maps a value to a word."""

from enum import Enum, StrEnum
from typing import Any, Self, TypeVar

from flask_babel import LazyString
from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator


class Tone(StrEnum):
    """The colour of a pill."""

    NEUTRAL = "neutral"
    INFO = "info"
    WARN = "warn"
    GOOD = "good"
    BAD = "bad"


class Labelled(Enum):
    """A choice: its stored value, its label in the reader's language, its tone."""

    label: LazyString | str
    tone: Tone

    def __new__(cls, value: Any, label: LazyString | str = "", tone: Tone = Tone.NEUTRAL) -> Self:
        """Take ``value`` as the stored value, the rest as what is shown."""
        member = object.__new__(cls)
        member._value_ = value
        member.label = label
        member.tone = tone
        return member

    def __str__(self) -> str:
        return str(self.label)

    @classmethod
    def choices(cls) -> list[tuple[str, LazyString | str]]:
        """``(value, label)`` pairs for a form's select."""
        return [(member.value, member.label) for member in cls]


E = TypeVar("E", bound=Labelled)


class Status(Labelled):
    """A stored state of a document or a visit. Only a command of the workflow changes it."""


class LabelledType(TypeDecorator[E]):
    """A ``Labelled`` member, stored as its value."""

    impl = String
    cache_ok = True

    def __init__(self, enum: type[E]) -> None:
        super().__init__(max(20, *(len(member.value) for member in enum)))
        self.enum = enum

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Take a member or its stored value."""
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> E | None:
        """Give the member back."""
        return None if value is None else self.enum(value)
