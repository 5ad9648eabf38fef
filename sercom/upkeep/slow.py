"""Pages that were slow: counted in the process, written by its worker, a row a day for each.

A request never waits for this: what is noted is written later, and lost with the process at worst.
"""

import threading
from datetime import date, timedelta
from time import perf_counter
from typing import Any

from flask import Flask, Response, g, request
from sqlalchemy import CheckConstraint, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from sercom.core import clock
from sercom.core.base import AnySession, Model

#: From how many milliseconds on a page is slow.
SLOW_MS = 1000
#: Days for which that is told.
KEPT_DAYS = 30


class SlowPage(Model):
    """How often a rule was slow on a day, and its worst, in milliseconds."""

    __tablename__ = "slow_page"
    __table_args__ = (CheckConstraint("count > 0", name="count_positive"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    endpoint: Mapped[str] = mapped_column(String(80), primary_key=True)
    count: Mapped[int]
    worst_ms: Mapped[int]


_lock = threading.Lock()
_noted: dict[tuple[date, str], list[int]] = {}


def init_app(app: Flask) -> None:
    """Time every request."""
    app.before_request_funcs.setdefault(None, []).insert(0, _start)
    app.after_request(_stop)


def _start() -> None:
    g.started = perf_counter()


def _stop(response: Response) -> Response:
    started: Any = g.get("started")
    took = (perf_counter() - started) * 1000 if started is not None else 0
    if took >= SLOW_MS:
        note(request.endpoint or "?", round(took))
    return response


def note(endpoint: str, took_ms: int) -> None:
    """Remember that ``endpoint`` took so many milliseconds."""
    with _lock:
        found = _noted.setdefault((clock.today(), endpoint[:80]), [0, 0])
        found[0] += 1
        found[1] = max(found[1], took_ms)


def flush(session: AnySession) -> None:
    """Write what was noted, and forget what is old. Commits where there is something to write."""
    with _lock:
        noted = dict(_noted)
        _noted.clear()
    if not noted:
        return
    for (day, endpoint), (count, worst) in noted.items():
        row = session.get(SlowPage, (day, endpoint), with_for_update=True)
        if row is None:
            row = SlowPage(day=day, endpoint=endpoint, count=0, worst_ms=0)
            session.add(row)
        row.count += count
        row.worst_ms = max(row.worst_ms, worst)
    session.execute(delete(SlowPage).where(SlowPage.day < clock.today() - timedelta(days=KEPT_DAYS)))
    session.commit()


def slowest(session: AnySession, limit: int = 10) -> list[SlowPage]:
    """The worst of the last days."""
    return list(session.scalars(select(SlowPage).order_by(SlowPage.worst_ms.desc()).limit(limit)))
