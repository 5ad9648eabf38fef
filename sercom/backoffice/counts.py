"""Counts beside the menu and on the tabs of lists.

A list's own tabs are counted afresh, as long as that is quick. The counts of the menu stand on
every page, so they are asked in one query and kept a moment; a commit of this process forgets them.
"""

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any

from flask import Flask, current_app
from sqlalchemy import String, event, func, literal, select, type_coerce, union_all

from sercom.backoffice.access import current_actor
from sercom.core.access import MONEY
from sercom.core.base import db

#: Seconds that the menu's counts live, and those that took long to count.
MENU_LIFE, SLOW_LIFE = 15.0, 30.0
#: What takes longer is not asked again at once.
SLOW = 0.05
MENU = "menu"

Counts = dict[str, dict[str, int]]


def init_app(app: Flask) -> None:
    """Start with nothing remembered."""
    app.extensions["sercom_counts"] = {}
    if not event.contains(db.session, "after_commit", _forget_menu):
        event.listen(db.session, "after_commit", _forget_menu)


def _forget_menu(_session: Any) -> None:
    """Something was written: the menu's counts are asked again."""
    kept = current_app.extensions["sercom_counts"]
    for key in [key for key in kept if key[0] == MENU]:
        del kept[key]


def in_menu(views: Iterable[Any]) -> Counts:
    """How many rows each tab of each view holds: ``{entity: {tab: count}}``."""
    kept = current_app.extensions["sercom_counts"]
    key = (MENU, _scope())
    expires, counts = kept.get(key, (0.0, {}))
    if expires < monotonic():
        counts = _ask(list(views))
        kept[key] = (monotonic() + MENU_LIFE, counts)
    return counts


def unless_slow(name: str, ask: Callable[[], dict[Any, Any]]) -> dict[Any, Any]:
    """What ``ask`` gives; remembered under ``name`` where it took long."""
    kept = current_app.extensions["sercom_counts"]
    key = (name, _scope())
    expires, counts = kept.get(key, (0.0, {}))
    if expires > monotonic():
        return counts
    start = monotonic()
    counts = ask()
    if monotonic() - start > SLOW:
        kept[key] = (monotonic() + SLOW_LIFE, counts)
    return counts


def _scope() -> int | None:
    """Whose rows are counted: a technician's own, or everybody's."""
    actor = current_actor()
    return None if actor.has(MONEY) else actor.user_id


def _ask(views: list[Any]) -> Counts:
    counts: Counts = {view.entity: {} for view in views}
    if not views:
        return counts
    parts = []
    for view in views:
        tab = type_coerce(getattr(view.model, view.tab_column), String).label("tab")
        rows = db.session.query(literal(view.entity).label("entity"), tab, func.count().label("count"))
        parts.append(view.narrow(rows.select_from(view.model)).group_by("tab").statement)
    for entity, tab, count in db.session.execute(select(union_all(*parts).subquery())):
        counts[entity][tab] = count
    return counts
