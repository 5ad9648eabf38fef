"""The periods that reports are asked for."""

from __future__ import annotations

from datetime import date

import pytest

from sercom.reports.period import Period, Shortcut, first_of_month, of_shortcut

CASES = [
    (Shortcut.THIS_MONTH, "2026-02-28", "2026-02-01", "2026-02-28"),
    (Shortcut.THIS_MONTH, "2028-02-01", "2028-02-01", "2028-02-29"),
    (Shortcut.LAST_MONTH, "2026-03-31", "2026-02-01", "2026-02-28"),
    (Shortcut.LAST_MONTH, "2026-01-01", "2025-12-01", "2025-12-31"),
    (Shortcut.THIS_QUARTER, "2026-11-28", "2026-10-01", "2026-12-31"),
    (Shortcut.THIS_QUARTER, "2026-03-31", "2026-01-01", "2026-03-31"),
    (Shortcut.LAST_QUARTER, "2026-02-15", "2025-10-01", "2025-12-31"),
    (Shortcut.LAST_QUARTER, "2026-12-31", "2026-07-01", "2026-09-30"),
    (Shortcut.THIS_YEAR, "2026-06-15", "2026-01-01", "2026-12-31"),
]


@pytest.mark.parametrize(("shortcut", "today", "first", "last"), CASES)
def test_shortcuts(shortcut: Shortcut, today: str, first: str, last: str):
    asked = of_shortcut(shortcut, date.fromisoformat(today))
    assert asked == Period(date.fromisoformat(first), date.fromisoformat(last))


def test_months_of_a_period_that_begins_and_ends_within_them():
    months = Period(date(2025, 11, 30), date(2026, 2, 1)).months
    assert [month.key for month in months] == ["2025-11", "2025-12", "2026-01", "2026-02"]


@pytest.mark.parametrize(
    ("after", "first"), [(-12, "2025-01-01"), (-1, "2025-12-01"), (0, "2026-01-01"), (12, "2027-01-01")]
)
def test_months_before_and_after(after: int, first: str):
    assert first_of_month(date(2026, 1, 31), after) == date.fromisoformat(first)
