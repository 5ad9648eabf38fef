"""The period of a report: two days of the company's calendar, the shortcuts to them, and its months."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, String, case, cast, func, literal

from sercom.core import clock, formats
from sercom.core.clock import read_day
from sercom.core.errors import DomainError
from sercom.core.labels import Labelled

MONTHS_IN_YEAR, MONTHS_IN_QUARTER = 12, 3
#: Every month of a report is a row, and a condition of its query.
MAX_YEARS = 10


class Shortcut(Labelled):
    """A period that is often asked for, counted from today."""

    THIS_MONTH = "this_month", _l("This month")
    LAST_MONTH = "last_month", _l("Last month")
    THIS_QUARTER = "this_quarter", _l("This quarter")
    LAST_QUARTER = "last_quarter", _l("Last quarter")
    THIS_YEAR = "this_year", _l("This year")


def first_of_month(day: date, after: int = 0) -> date:
    """The first of ``day``'s month, ``after`` months later."""
    months = day.year * MONTHS_IN_YEAR + day.month - 1 + after
    return date(months // MONTHS_IN_YEAR, months % MONTHS_IN_YEAR + 1, 1)


@dataclass(frozen=True)
class Month:
    """A calendar month; ``key`` is ``2026-11``."""

    first: date

    @property
    def key(self) -> str:
        """As it is grouped by and as a URL names it."""
        return f"{self.first:%Y-%m}"

    @property
    def name(self) -> str:
        """``novembre 2026``, ``November 2026``."""
        return str(format_date(self.first, "MMMM y", locale=formats.locale_name()))

    @property
    def short(self) -> str:
        """``nov.``, ``Nov``: under a column of a chart."""
        return str(format_date(self.first, "MMM", locale=formats.locale_name()))


@dataclass(frozen=True)
class Period:
    """From ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def starts_at(self) -> datetime:
        """Its first moment (UTC)."""
        return clock.day_bounds(self.first)[0]

    @property
    def ends_at(self) -> datetime:
        """The first moment after it (UTC)."""
        return clock.day_bounds(self.last)[1]

    @property
    def months(self) -> list[Month]:
        """The months it touches, in order."""
        found, day = [], first_of_month(self.first)
        while day <= self.last:
            found.append(Month(day))
            day = first_of_month(day, 1)
        return found

    @property
    def args(self) -> dict[str, str]:
        """As a URL holds it."""
        return {"from": self.first.isoformat(), "until": self.last.isoformat()}

    def __str__(self) -> str:
        if self.first == self.last:
            return formats.long_day(self.first)
        return _("%(first)s to %(last)s", first=formats.long_day(self.first), last=formats.long_day(self.last))

    def holds(self, moment: Any) -> ColumnElement[bool]:
        """Whether a column of moments (UTC) lies within it."""
        return (moment >= self.starts_at) & (moment < self.ends_at)

    def month_of(self, moment: Any) -> ColumnElement[str]:
        """The month, on the company's clock, of a column of moments (UTC) within it."""
        *others, last = self.months
        whens = [(moment < clock.day_bounds(first_of_month(month.first, 1))[0], literal(month.key)) for month in others]
        return case(*whens, else_=literal(last.key)) if whens else literal(last.key)


def month_of_day(day: Any) -> ColumnElement[str]:
    """The month of a column of days."""
    return func.substr(cast(day, String), 1, 7)


def of_shortcut(shortcut: Shortcut, today: date) -> Period:
    """The whole month, quarter or year: what is still to come of it holds nothing yet."""
    quarter = -((today.month - 1) % MONTHS_IN_QUARTER)
    start, months = {
        Shortcut.THIS_MONTH: (0, 1),
        Shortcut.LAST_MONTH: (-1, 1),
        Shortcut.THIS_QUARTER: (quarter, MONTHS_IN_QUARTER),
        Shortcut.LAST_QUARTER: (quarter - MONTHS_IN_QUARTER, MONTHS_IN_QUARTER),
        Shortcut.THIS_YEAR: (1 - today.month, MONTHS_IN_YEAR),
    }[shortcut]
    first = first_of_month(today, start)
    return Period(first, first_of_month(first, months) - timedelta(days=1))


def read(args: Mapping[str, str], default: Shortcut) -> Period:
    """The period of a URL, ``default`` where it names none; ``DomainError`` for what is none."""
    texts = [args.get(name, "").strip() for name in ("from", "until")]
    if not any(texts):
        return of_shortcut(default, clock.today())
    try:
        first, last = (read_day(text) for text in texts)
    except ValueError:
        raise DomainError(_("Give two days, as 2025-09-01."), "from") from None
    if last < first:
        raise DomainError(_("The period ends before it starts."), "until")
    if last.year - first.year > MAX_YEARS:
        raise DomainError(_("A period of ten years at most."), "until")
    return Period(first, last)
