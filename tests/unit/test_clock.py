"""The company's clock, also on the days when clocks change."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from sercom.core import clock

SQLITE = sqlite.dialect()
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
moments = st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2025, 3, 8), 24),
        (date(2025, 3, 9), 23),
        (date(2025, 3, 10), 24),
        (date(2025, 11, 1), 24),
        (date(2025, 11, 2), 25),
        (date(2025, 11, 3), 24),
        (date(2026, 3, 8), 23),
        (date(2026, 11, 1), 25),
    ],
)
def test_a_day_is_as_long_as_it_is_in_toronto(day: date, hours: int):
    first, last = clock.day_bounds(day)
    assert last - first == timedelta(hours=hours)
    assert clock.to_company(first).timetz() == time(0, tzinfo=ZoneInfo("America/Toronto"))


def test_day_bounds_are_utc_moments():
    assert clock.day_bounds(date(2025, 11, 2)) == (
        datetime(2025, 11, 2, 4, tzinfo=UTC),
        datetime(2025, 11, 3, 5, tzinfo=UTC),
    )


def test_a_company_elsewhere_has_its_own_days(light_app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(light_app.config, "COMPANY_TIMEZONE", "America/Vancouver")
    assert clock.from_company(date(2025, 7, 1), time(8)) == datetime(2025, 7, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "at", "moment"),
    [
        (date(2025, 7, 1), time(8, 30), datetime(2025, 7, 1, 12, 30, tzinfo=UTC)),
        (date(2025, 1, 15), time(8, 30), datetime(2025, 1, 15, 13, 30, tzinfo=UTC)),
        (date(2025, 1, 15), time(23, 0), datetime(2025, 1, 16, 4, 0, tzinfo=UTC)),
        # 2:30 does not exist on that day: what the old offset makes of it.
        (date(2025, 3, 9), time(2, 30), datetime(2025, 3, 9, 7, 30, tzinfo=UTC)),
        # 1:30 comes twice: the first one.
        (date(2025, 11, 2), time(1, 30), datetime(2025, 11, 2, 5, 30, tzinfo=UTC)),
    ],
)
def test_oclock_at_the_company(day: date, at: time, moment: datetime):
    found = clock.from_company(day, at)
    assert found == moment
    assert found.tzinfo is UTC


@given(days)
def test_days_follow_each_other_without_a_gap(day: date):
    first, last = clock.day_bounds(day)
    assert last == clock.day_bounds(day + timedelta(days=1))[0]
    assert clock.to_company(first).date() == day
    assert clock.to_company(last - timedelta(microseconds=1)).date() == day


@example(datetime(2032, 11, 7, 5, tzinfo=UTC))  # the hour that comes twice
@given(moments)
def test_a_moment_is_the_same_on_either_clock(moment: datetime):
    local = clock.to_company(moment)
    # Compared in UTC: Python calls a time of the hour that comes twice unequal to any other zone's (PEP 495).
    assert local.astimezone(UTC) == moment
    first, last = clock.day_bounds(local.date())
    assert first <= moment < last


def test_now_is_in_utc_and_today_is_the_companys():
    assert clock.utcnow().tzinfo is UTC
    with clock.at(datetime(2025, 9, 1, 3, 59, tzinfo=UTC)):
        assert clock.today() == date(2025, 8, 31)
        with clock.at(datetime(2025, 9, 1, 0, 0, tzinfo=ZoneInfo("America/Toronto"))):
            assert clock.utcnow() == datetime(2025, 9, 1, 4, tzinfo=UTC)
            assert clock.today() == date(2025, 9, 1)
        assert clock.today() == date(2025, 8, 31)
    assert clock.utcnow() > datetime(2025, 9, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "day"),
    [("2025-09-01", date(2025, 9, 1)), (" 2024-02-29 ", date(2024, 2, 29)), ("2199-12-31", date(2199, 12, 31))],
)
def test_a_day_is_read(typed: str, day: date):
    assert clock.read_day(typed) == day
    assert clock.day_bounds(day)


@pytest.mark.parametrize(
    "typed",
    ["", "x", "2025-13-01", "2025-02-29", "01/09/2025", "9999-12-31", "0001-01-01", "2200-01-01", "٢٠٢٥-٠٩-٠١"],
)
def test_a_day_is_refused(typed: str):
    with pytest.raises(ValueError, match=r".*"):
        clock.read_day(typed)


@given(moments, st.integers(-14 * 60, 14 * 60))
def test_a_moment_of_any_zone_is_stored_in_utc(moment: datetime, minutes: int):
    kind = clock.UtcDateTime()
    elsewhere = moment.astimezone(timezone(timedelta(minutes=minutes)))
    stored = kind.process_bind_param(elsewhere, SQLITE)
    assert stored == moment.replace(tzinfo=None)
    back = kind.process_result_value(stored, SQLITE)
    assert back == moment
    assert back.tzinfo is UTC


def test_nothing_stays_nothing_and_a_naive_moment_is_refused():
    kind = clock.UtcDateTime()
    assert kind.process_bind_param(None, SQLITE) is None
    assert kind.process_result_value(None, SQLITE) is None
    with pytest.raises(ValueError, match="naive"):
        kind.process_bind_param(datetime(2025, 9, 1), SQLITE)  # noqa: DTZ001  # the point
