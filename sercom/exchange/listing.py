"""A sheet over a period: its titles, the statement that gives its rows, and the figure it adds up to."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import LazyString
from sqlalchemy import Select, func, type_coerce

from sercom.core.base import AnySession
from sercom.core.money import ZERO, Money

#: Rows read at a time.
CHUNK = 500
Title = LazyString | str


@dataclass(frozen=True)
class Period:
    """From a day to a day, both included."""

    start: date
    end: date


def within(column: Any, period: Period) -> Any:
    """That a day lies in the period."""
    return column.between(period.start, period.end)


@dataclass(frozen=True)
class Listing:
    """A sheet over a period: titles, the statement that gives its rows, and what is added up."""

    titles: Sequence[Title]
    statement: Select[Any]
    amount: Any
    #: Makes the sheet's rows of the statement's, where they are not the same.
    made: Callable[[Iterable[Any]], Iterator[Sequence[Any]]] | None = None
    #: Where the figure is summed, if it is no column of the statement's own rows.
    summed: Select[Any] | None = None

    def counted(self, session: AnySession) -> tuple[int, Decimal]:
        """How many rows there are, and the sum of the sheet's figure, in dollars."""
        total = type_coerce(func.coalesce(func.sum(self.amount), 0), Money())
        asked = self.statement.order_by(None)
        if self.summed is None:
            one = asked.with_only_columns(func.count(), total, maintain_column_froms=True)
            count, amount = session.execute(one).one()
            return count, amount
        count = session.scalar(asked.with_only_columns(func.count(), maintain_column_froms=True))
        return count or 0, session.scalar(self.summed.with_only_columns(total, maintain_column_froms=True)) or ZERO

    def rows(self, session: AnySession) -> Iterator[Sequence[Any]]:
        """Every row, read as it is asked for: nothing is before the first, when a view's own session is gone."""
        found = session.execute(self.statement.execution_options(yield_per=CHUNK))
        yield from self.made(found) if self.made else found


@dataclass(frozen=True)
class Sheet:
    """Something that can be taken away, under a name that addresses and files carry."""

    name: str
    title: LazyString
    tells: LazyString
    over: Callable[[Period], Listing]
