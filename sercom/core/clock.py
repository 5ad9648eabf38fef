"""Time: stored in UTC, shown and reckoned in the company's time zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator

YEARS = range(1900, 2200)

#: The moment it is said to be; ``None``: what the machine's clock reads.
_said: ContextVar[datetime | None] = ContextVar("said", default=None)


def utcnow() -> datetime:
    """The present moment, aware, in UTC."""
    return _said.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let it be ``moment`` (aware) meanwhile, in this thread: the demo works in the past, tests on a chosen day.

    Rows take their times when they are flushed: flush before it ends.
    """
    reset = _said.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _said.reset(reset)


def company_zone() -> ZoneInfo:
    """The company's time zone (setting ``COMPANY_TIMEZONE``)."""
    return ZoneInfo(current_app.config["COMPANY_TIMEZONE"])


def today() -> date:
    """The company's calendar day."""
    return to_company(utcnow()).date()


def to_company(moment: datetime) -> datetime:
    """``moment`` (aware) on the company's clock."""
    return moment.astimezone(company_zone())


def from_company(day: date, at: time) -> datetime:
    """The UTC moment of ``at`` o'clock on ``day`` in the company's time zone."""
    return datetime.combine(day, at, company_zone()).astimezone(UTC)


def read_day(text: str) -> date:
    """A day as ``2025-09-01``; ``ValueError`` for anything else, or a year nobody works in.

    At the ends of the calendar the day's bounds in UTC do not exist.
    """
    day = date.fromisoformat(text.strip())
    if day.year not in YEARS:
        raise ValueError(text)
    return day


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """First moment of ``day`` and of the day after, in UTC; 23 or 25 hours apart when clocks change."""
    return from_company(day, time.min), from_company(day + timedelta(days=1), time.min)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in Python, naive UTC in the database: the same on SQLite and PostgreSQL."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive datetime: nobody can know which clock it was read from."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a naive datetime has no place in the database"
            raise ValueError(msg)
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give the UTC back to what was stored."""
        return None if value is None else value.replace(tzinfo=UTC)
