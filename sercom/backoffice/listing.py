"""Lists: tabs with counts, search, filters, pages; no query more as the table grows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, g, request
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, func, or_
from sqlalchemy.orm import undefer

from sercom.backoffice import counts
from sercom.core.base import db
from sercom.core.labels import Labelled
from sercom.search.find import Match, Wanted
from sercom.search.words import chunks, terms

MAX_TERMS = 6
MAX_PAGE = 1_000_000

#: From a word of the search box to a condition, or ``None`` where the word cannot be meant for it.
SearchCondition = Callable[[str, Match], ColumnElement[bool] | None]


def contains(column: Any) -> SearchCondition:
    """The word stands anywhere in ``column``, in capitals or not: for tables that stay small."""
    return lambda word, _match: column.ilike(like(word), escape="\\")


@dataclass(frozen=True)
class Indexed:
    """The search index knows the word of the record of ``model`` whose id ``column`` holds."""

    column: Any
    model: type[Any]

    def __call__(self, word: str, match: Match) -> ColumnElement[bool] | None:
        """The condition; a word of signs alone is meant for nothing."""
        asked = terms(word)
        return Wanted(db.session, asked, match).within(self.column, self.model) if asked else None


def like(word: str) -> str:
    """``word`` as a pattern: what a person types is no wildcard."""
    return "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


class ListingMixin(counts.Waits):
    """How a list is asked of the database and what its page shows."""

    entity: str
    admin: Any
    model: Any
    session: Any
    page_size: int
    _filters: Any
    #: The column (stored or derived) whose values are the list's tabs, and its enum.
    tab_column: str | None = None
    tab_enum: type[Labelled] | None = None
    #: Where a word of the search box may be found.
    search_in: Sequence[SearchCondition] = ()
    #: Its place among the groups of Ctrl-K; none where it is not among them.
    palette: int | None = None
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

    def list_options(self) -> tuple[Any, ...]:
        """What a row of the list can do without: it shows a few columns of many."""
        return ()

    def get_query(self) -> Any:
        """Rows the person may see, with what a page of them shows."""
        return self.narrow(self.session.session.query(self.model)).options(*self.load_options())

    def _of_rows(self, what: Any, *, whole: bool) -> Any:
        """``what`` of the rows the person may see.

        Of the kind's own table alone, unless the ``whole`` row is asked for: to count a hundred
        thousand invoices, or to pass over them, need not look at their documents.
        """
        query = self.session.session.query(what)
        return self.narrow(query if whole else query.select_from(self.model.__table__))

    # --- tabs ---------------------------------------------------------------------------------

    @property
    def tab(self) -> Labelled | None:
        """The tab that the URL names, if it is one."""
        value = request.args.get("tab")
        return next((member for member in self.tab_enum or () if member.value == value), None)

    def tabs(self) -> list[Labelled]:
        """The tabs in the order in which people look at them: what is settled comes last."""
        settled: frozenset[Any] = getattr(self.model, "settled", frozenset())
        return sorted(self.tab_enum or (), key=lambda tab: tab in settled)

    def tab_counts(self) -> dict[Any, int]:
        """How many rows each tab holds: one query for the page."""
        if self.tab_column is None:
            return {}
        known: dict[Any, dict[Any, int]] = g.setdefault("tab_counts", {})
        if self.model not in known:
            known[self.model] = counts.unless_slow(self.entity, self._count_tabs)
        return known[self.model]

    def _count_tabs(self) -> dict[Any, int]:
        column = getattr(self.model, str(self.tab_column)).label("tab")
        rows = self.narrow(self.session.session.query(column, func.count()).select_from(self.model))
        return dict(rows.group_by("tab").all())

    def tab_amounts(self) -> dict[Any, tuple[int, Any]]:
        """How many rows each tab holds, and what they come to in dollars."""
        return counts.unless_slow(f"{self.entity}, amounts", self._add_up_tabs)

    def _add_up_tabs(self) -> dict[Any, tuple[int, Any]]:
        column = getattr(self.model, str(self.tab_column)).label("tab")
        rows = self.session.session.query(column, func.count(), func.sum(self.amount())).select_from(self.model)
        return {tab: (count, amount) for tab, count, amount in self.narrow(rows).group_by("tab")}

    def amount(self) -> Any:
        """What a row comes to in dollars, as a column."""
        raise NotImplementedError

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
        count, match = self._count(search, filters), Match.BEGINNING
        if not count and search and any(isinstance(place, Indexed) for place in self.search_in):
            count, match = self._count(search, filters, Match.SLIP), Match.SLIP
            if count and execute and (request.endpoint or "").endswith(".index_view"):
                flash(_("Nothing matches exactly. These come close."), "info")
        query = self.get_query()
        if size:
            query = query.options(*self.list_options())
            # The ids of the page first: what a row shows is then computed for its rows, not for all those before them.
            ids = self._of_rows(self.model.id, whole=bool(sort_column or filters))
            ids, _joins = self._apply_sorting(self._matching(ids, search, filters, match), {}, sort_column, sort_desc)
            query = query.filter(self.model.id.in_(ids.limit(size).offset(page * size).statement.correlate(None)))
        else:
            query = self._matching(query, search, filters, match)
        query, _joins = self._apply_sorting(query, {}, sort_column, sort_desc)
        return count, query.all() if execute else query

    def _count(self, search: str | None, filters: Any, match: Match = Match.BEGINNING) -> int:
        if self.tab_column and not search and not filters:
            tabs = self.tab_counts()
            return tabs.get(self.tab, 0) if self.tab else sum(tabs.values())
        rows = self._of_rows(func.count(self.model.id), whole=bool(filters))
        return int(self._matching(rows, search, filters, match).scalar())

    def _matching(self, query: Any, search: str | None, filters: Any, match: Match) -> Any:
        if self.tab is not None and self.tab_column:
            query = query.filter(getattr(self.model, self.tab_column) == self.tab)
        for word in chunks(search)[:MAX_TERMS] if self.search_in else ():
            found = [condition for place in self.search_in if (condition := place(word, match)) is not None]
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

    def palette_detail(self, row: Any) -> str:
        """What tells a result of Ctrl-K apart from others of its name."""
        return ""

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
