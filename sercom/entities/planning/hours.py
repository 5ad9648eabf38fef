"""A person's working hours, as one form field: seven days, each from and to; blank is a day off."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from flask_babel import gettext as _
from wtforms import Field, Form
from wtforms.validators import ValidationError

from sercom.core import formats

#: Any Monday: the days' names follow from it.
MONDAY = date(2024, 1, 1)
CELLS = ("starts", "ends")
Hours = dict[int, tuple[time, time]]


@dataclass
class DayRow:
    """A weekday as typed."""

    weekday: int
    cells: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The day's name."""
        return formats.day_name(MONDAY + timedelta(days=self.weekday))

    def read(self) -> tuple[time, time] | None:
        """From and to; ``None`` where both are blank or one is wrong (``errors`` says which)."""
        if not any(self.cells.values()):
            return None
        found = [self._time(cell) for cell in CELLS]
        starts, ends = found
        if starts is not None and ends is not None and ends <= starts:
            self.errors["ends"] = _("The day ends before it starts.")
        return (starts, ends) if starts and ends and not self.errors else None

    def _time(self, cell: str) -> time | None:
        try:
            return time.fromisoformat(self.cells[cell].strip())
        except ValueError:
            self.errors[cell] = _("This is not a time. Example: 14:30")
            return None


class HoursField(Field):
    """``hours-0-starts``, ``hours-0-ends``: Monday, and so on."""

    widget = None
    data: Any = None  # the rows stand for it
    rows: list[DayRow]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Rows from what was posted, else from the person."""
        self.process_errors: Any = []
        if formdata and f"{self.name}-present" in formdata:
            typed = {day: {cell: formdata.get(f"{self.name}-{day}-{cell}", "") for cell in CELLS} for day in range(7)}
        else:
            kept = {row.weekday: row for row in data or ()}
            typed = {day: _shown(kept.get(day)) for day in range(7)}
        self.rows = [DayRow(day, cells) for day, cells in typed.items()]

    def pre_validate(self, form: Form) -> None:
        """Read every row."""
        self.read: Hours = {row.weekday: hours for row in self.rows if (hours := row.read())}
        if any(row.errors for row in self.rows):
            raise ValidationError(_("Some hours need a correction."))

    def populate_obj(self, obj: Any, name: str) -> None:
        """Hand the hours to the person."""
        obj.take_hours(self.read)


def told(hours: Iterable[Any]) -> list[str]:
    """Working hours in words; days that follow one another with the same hours are told together."""
    found: list[tuple[int, int, tuple[time, time]]] = []
    for row in sorted(hours, key=lambda row: row.weekday):
        if found and found[-1][1:] == (row.weekday - 1, (row.starts, row.ends)):
            found[-1] = (found[-1][0], row.weekday, found[-1][2])
        else:
            found.append((row.weekday, row.weekday, (row.starts, row.ends)))
    names = [formats.day_name(MONDAY + timedelta(days=day)) for day in range(7)]
    days = [names[first] if first == last else f"{names[first]} – {names[last]}" for first, last, _hours in found]
    times = [f"{formats.clock(starts)} – {formats.clock(ends)}" for *_days, (starts, ends) in found]
    return [f"{day}, {hours}" for day, hours in zip(days, times, strict=True)]


def _shown(row: Any) -> dict[str, str]:
    return {cell: f"{getattr(row, cell):%H:%M}" if row else "" for cell in CELLS}
