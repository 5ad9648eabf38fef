"""Lists: tabs with counts, search, filters, pages; no query more as the table grows."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, g, request
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, func, or_
from sqlalchemy.orm import undefer

from sercom.core.labels import Labelled

MAX_TERMS = 6
MAX_PAGE = 1_000_000
PHONE = re.compile(r"(?<!\d)(\+?1[\s.-]*)?\(?\d{3}\)?[\s.-]*\d{3}[\s.-]*\d{4}(?!\d)", re.ASCII)

#: From a word of the search box to a condition, or ``None`` where the word cannot be meant for it.
SearchCondition = Callable[[str], ColumnElement[bool] | None]


def contains(column: Any) -> SearchCondition:
    """The word stands anywhere in ``column``, in capitals or not."""
    return lambda word: column.ilike(like(word), escape="\\")


def words_of(search: str | None) -> list[str]:
    """The words of a search; a whole phone number is one word, however it is spaced."""
    return PHONE.sub(lambda found: f" {re.sub(r'[^0-9]', '', found.group())[-10:]} ", search or "").split()


def like(word: str) -> str:
    """``word`` as a pattern: what a person types is no wildcard."""
    return "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


class ListingMixin:
    """How a list is asked of the database and what its page shows."""

    model: Any
    session: Any
    page_size: int
    _filters: Any
    #: The column (stored or derived) whose values are the list's tabs, and its enum.
    tab_column: str | None = None
    tab_enum: type[Labelled] | None = None
    #: Where a word of the search box may be found.
    search_in: Sequence[SearchCondition] = ()
    #: The order of a list nobody sorted; the newest first where there is none.
    default_order: tuple[Any, ...] = ()
    export_max_rows = 100_000

    # --- what the person may see --------------------------------------------------------------

    def narrow(self, query: Any) -> Any:
        """``query`` limited to what the person may see."""
        return query

    def load_options(self) -> tuple[Any, ...]:
        """What a row of the list needs loaded with it."""
        return (undefer(getattr(self.model, self.tab_column)),) if self.tab_column else ()

    def get_query(self) -> Any:
        """Rows the person may see, with what a page of them shows."""
        return self.narrow(self.session.session.query(self.model)).options(*self.load_options())

    def get_count_query(self) -> Any:
        """How many rows the person may see."""
        return self.narrow(self.session.session.query(func.count(self.model.id)))

    # --- tabs ---------------------------------------------------------------------------------

    @property
    def tab(self) -> Labelled | None:
        """The tab that the URL names, if it is one."""
        value = request.args.get("tab")
        return next((member for member in self.tab_enum or () if member.value == value), None)

    def tab_counts(self) -> dict[Any, int]:
        """How many rows each tab holds: one query for the page."""
        if self.tab_column is None:
            return {}
        known: dict[Any, dict[Any, int]] = g.setdefault("tab_counts", {})
        if self.model not in known:
            column = getattr(self.model, self.tab_column).label("tab")
            rows = self.narrow(self.session.session.query(column, func.count()).select_from(self.model))
            known[self.model] = dict(rows.group_by("tab").all())
        return known[self.model]

    # --- the query ----------------------------------------------------------------------------

    def get_list(
        self,
        page: int | None,
        sort_column: Any,
        sort_desc: Any,
        search: str | None,
        filters: Any,
        execute: bool = True,  # noqa: FBT001, FBT002  # Flask-Admin's signature
        page_size: int | None = None,
    ) -> Any:
        """The number of rows that match, and a page of them."""
        page = max(0, min(page or 0, MAX_PAGE))
        size = self.page_size if page_size is None else page_size
        query = self._matching(self.get_query(), search, filters)
        query, _joins = self._apply_sorting(query, {}, sort_column, sort_desc)
        if size:
            query = query.limit(size).offset(page * size)
        return self._count(search, filters), query.all() if execute else query

    def _count(self, search: str | None, filters: Any) -> int:
        if self.tab_column and not search and not filters:
            counts = self.tab_counts()
            return counts.get(self.tab, 0) if self.tab else sum(counts.values())
        return int(self._matching(self.get_count_query(), search, filters).scalar())

    def _matching(self, query: Any, search: str | None, filters: Any) -> Any:
        if self.tab is not None and self.tab_column:
            query = query.filter(getattr(self.model, self.tab_column) == self.tab)
        for word in words_of(search)[:MAX_TERMS] if self.search_in else ():
            found = [condition for place in self.search_in if (condition := place(word)) is not None]
            query = query.filter(or_(false(), *found))
        for index, _name, value in filters or ():
            chosen = self._filters[index]
            query = chosen.apply(query, chosen.clean(value))
        return query

    def _apply_sorting(self, query: Any, joins: Any, sort_column: Any, sort_desc: Any) -> Any:
        """The newest first, also among equals: a page never shows a row twice."""
        if sort_column is not None:
            query, joins = super()._apply_sorting(query, joins, sort_column, sort_desc)  # type: ignore[misc]
        else:
            query = query.order_by(*self.default_order)
        return query.order_by(self.model.id.desc()), joins

    # --- the page -----------------------------------------------------------------------------

    def _get_list_extra_args(self) -> Any:
        """What the URL of a list may hold besides Flask-Admin's own: the tab. The rest is dropped."""
        found = super()._get_list_extra_args()  # type: ignore[misc]
        found.extra_args = {"tab": self.tab.value} if self.tab else {}
        return found

    def init_search(self) -> bool:
        """Whether there is a search box."""
        return bool(self.search_in)

    def get_filter_arg(self, index: int, flt: Any) -> str:
        """A filter's name in the URL."""
        return str(flt.key_name)

    def _get_list_filter_args(self) -> list[tuple[int, str, str]]:
        """The filters of the URL; a blank one is none, a wrong one is said."""
        found = []
        for index, known in enumerate(self._filters or ()):
            value = request.args.get(f"flt{index}_{known.key_name}", "").strip()
            if value and known.validate(value):
                found.append((index, str(known.name), value))
            elif value:
                flash(
                    _("“%(value)s” is no value for the filter “%(name)s”.", value=value[:40], name=known.name), "error"
                )
        return found

    def _get_filters(self, filters: Any) -> dict[str, str]:
        return {f"flt{index}_{self._filters[index].key_name}": value for index, _name, value in filters or ()}
