"""The rows behind a figure: columns, a query, their sums; paged on the screen, whole in a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from sqlalchemy import Select, func, select

from sercom.core.base import AnySession
from sercom.reports.exact import dollars

PAGE_SIZE = 50


@dataclass(frozen=True)
class Column:
    """A column of the query by its key. ``sums``: in dollars, added up below; ``part``: a ``Labelled`` by value."""

    key: str
    label: LazyString | str
    sums: bool = False
    labels: Any = None

    def shown(self, row: Any) -> Any:
        """The value of a row, ready for a formatter."""
        value = getattr(row, self.key)
        return value if self.labels is None or value is None else self.labels(value).label


@dataclass(frozen=True)
class Listing:
    """A query whose rows have ``kind`` and ``id`` (what the first column leads to) and the columns' keys."""

    title: LazyString | str
    columns: Sequence[Column]
    query: Select[Any]
    order: Sequence[Any]

    @property
    def summed(self) -> list[Column]:
        """The columns with a sum."""
        return [column for column in self.columns if column.sums]

    def totals(self, session: AnySession) -> tuple[int, dict[str, Any]]:
        """How many rows, and the sum in dollars of each column that has one."""
        rows = self.query.subquery()
        sums = [dollars(func.coalesce(func.sum(rows.c[column.key]), 0)) for column in self.summed]
        count, *found = session.execute(select(func.count(), *sums).select_from(rows)).one()
        return count, dict(zip([column.key for column in self.summed], found, strict=True))

    def page(self, session: AnySession, page: int) -> Sequence[Any]:
        """The rows of a page, the first being 0."""
        rows = self.query.order_by(*self.order).limit(PAGE_SIZE).offset(page * PAGE_SIZE)
        return session.execute(rows).all()

    def every(self, session: AnySession) -> Iterator[Any]:
        """All rows, as they are read."""
        yield from session.execute(self.query.order_by(*self.order), execution_options={"yield_per": 1000})
