"""Counts beside the menu and on the tabs of lists.

A list's own tabs are counted afresh, as long as that is quick. The counts of the menu stand on
every page, so they are asked in one query and kept a moment; a commit of this process forgets them.
Where counting takes long it is done seldom: counts may then be a little late, and pages are not.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from flask import Flask, current_app
from flask_babel import LazyString
from sqlalchemy import String, event, func, literal, select, type_coerce, union_all

from sercom.backoffice.access import current_actor
from sercom.core.access import MONEY
from sercom.core.base import db

#: Seconds that the menu's counts live, and those that took long to count.
MENU_LIFE, SLOW_LIFE = 15.0, 30.0
#: Seconds from which counting the tabs of a list, or those of the whole menu, is slow.
SLOW, SLOW_MENU = 0.05, 0.5
#: Nothing is counted again before this many times as long as it took.
REST = 30.0
MENU = "menu"

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Kept:
    """What was counted, until when it holds, and how many seconds it took."""

    counts: Any
    expires: float
    took: float


class Waits:
    """A view of the menu with rows that wait for somebody."""

    #: The tabs that wait, with what the dashboard calls them.
    waits: Mapping[Any, LazyString] = {}
    admin: Any
    endpoint: Any

    def waiting(self) -> int:
        """How many rows wait: the figure beside the menu's entry."""
        if not self.waits:
            return 0
        tabs = self.counted()
        return sum(tabs.get(tab.value, 0) for tab in self.waits)

    def counted(self) -> dict[str, int]:
        """How many rows each tab holds, as the menu counted them."""
        views = [view for view in self.admin._views if getattr(view, "waits", None) and view.is_accessible()]  # noqa: SLF001  # Flask-Admin has no public list of views
        return in_menu(views)[self.endpoint]


def init_app(app: Flask) -> None:
    """Start with nothing remembered."""
    app.extensions["sercom_counts"] = {}
    if not event.contains(db.session, "after_commit", _forget_menu):
        event.listen(db.session, "after_commit", _forget_menu)


def _forget_menu(_session: Any) -> None:
    """Something was written: the menu's counts are asked again, where that is quick."""
    kept = current_app.extensions["sercom_counts"]
    for key in [key for key, known in kept.items() if key[0] == MENU and known.took < SLOW_MENU]:
        kept.pop(key, None)


def in_menu(views: Iterable[Any]) -> Counts:
    """How many rows each tab of each view holds: ``{endpoint: {tab: count}}``."""
    found: Counts = _counted(MENU, lambda: _ask(list(views)), MENU_LIFE, slow=0.0)
    return found


def unless_slow(name: str, ask: Callable[[], dict[Any, Any]]) -> dict[Any, Any]:
    """What ``ask`` gives; remembered under ``name`` where it took long."""
    found: dict[Any, Any] = _counted(name, ask, SLOW_LIFE, slow=SLOW)
    return found


def _counted(name: str, ask: Callable[[], Any], life: float, *, slow: float) -> Any:
    kept: dict[Any, Kept] = current_app.extensions["sercom_counts"]
    key, start = (name, _scope()), monotonic()
    known = kept.get(key)
    if known and known.expires > start:
        return known.counts
    if known:  # one counts; the others are shown these meanwhile
        kept[key] = replace(known, expires=start + life)
    counts = ask()
    took = monotonic() - start
    if took >= slow:
        kept[key] = Kept(counts, monotonic() + max(life, REST * took), took)
    else:
        kept.pop(key, None)
    return counts


def _scope() -> int | None:
    """Whose rows are counted: a technician's own, or everybody's."""
    actor = current_actor()
    return None if actor.has(MONEY) else actor.user_id


def _ask(views: list[Any]) -> Counts:
    counts: Counts = {view.endpoint: {} for view in views}
    if not views:
        return counts
    parts = []
    for view in views:
        tab = type_coerce(getattr(view.model, view.tab_column), String).label("tab")
        rows = db.session.query(literal(view.endpoint).label("view"), tab, func.count().label("count"))
        parts.append(view.narrow(rows.select_from(view.model)).group_by("tab").statement)
    for endpoint, tab, count in db.session.execute(select(union_all(*parts).subquery())):
        counts[endpoint][tab] = count
    return counts
