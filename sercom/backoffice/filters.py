"""Filters of a list: each is one control, read strictly, and a condition on an indexed column."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from flask_admin.contrib.sqla.filters import BaseSQLAFilter

from sercom.core.base import read_whole
from sercom.core.clock import read_day
from sercom.core.labels import Labelled


class Choice(BaseSQLAFilter):
    """One of the members of an enum."""

    control = "select"

    def __init__(self, column: Any, name: Any, enum: type[Labelled], key: str) -> None:
        super().__init__(column, name)
        self.key_name = key
        self.enum = enum

    def choices(self) -> Iterable[tuple[str, Any]]:
        """``(value, label)`` pairs."""
        return self.enum.choices()

    def clean(self, value: str) -> Any:
        """The member; ``ValueError`` where it is none."""
        return self.enum(value)

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        """Rows with that value."""
        return query.filter(self.column == value)

    def operation(self) -> str:
        """Flask-Admin asks for a word; the control says it all."""
        return ""


class YesNo(Choice):
    """A flag."""

    def __init__(self, column: Any, name: Any, key: str, labels: tuple[Any, Any]) -> None:
        BaseSQLAFilter.__init__(self, column, name)
        self.key_name = key
        self.labels = labels

    def choices(self) -> Iterable[tuple[str, Any]]:
        """Yes and no, in the list's words."""
        return [("1", self.labels[0]), ("0", self.labels[1])]

    def clean(self, value: str) -> bool:
        """1 or 0."""
        return {"1": True, "0": False}[value] if value in {"0", "1"} else _refuse(value)


class Row(Choice):
    """One of a few rows (people, teams, services) of a foreign key."""

    def __init__(self, column: Any, name: Any, key: str, rows: Callable[[], Iterable[Any]]) -> None:
        BaseSQLAFilter.__init__(self, column, name)
        self.key_name = key
        self.rows = rows

    def choices(self) -> Iterable[tuple[str, Any]]:
        """The rows by id."""
        return [(str(row.id), str(row)) for row in self.rows()]

    def clean(self, value: str) -> int:
        """An id."""
        number = read_whole(value)
        return _refuse(value) if number is None else number


class Since(BaseSQLAFilter):
    """From a day on, that day included."""

    control = "date"

    def __init__(self, column: Any, name: Any, key: str, convert: Callable[[date], Any] = lambda day: day) -> None:
        super().__init__(column, name)
        self.key_name = key
        self.convert = convert

    def clean(self, value: str) -> Any:
        """A day, as the column holds it."""
        return self.convert(read_day(value))

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        """Rows from then on."""
        return query.filter(self.column >= value)

    def operation(self) -> str:
        """Flask-Admin asks for a word; the control says it all."""
        return ""


class Until(Since):
    """Up to a day, that day included."""

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        """Rows before the value: ``convert`` gives the first moment after."""
        return query.filter(self.column < value)


def _refuse(value: str) -> Any:
    raise ValueError(value)
