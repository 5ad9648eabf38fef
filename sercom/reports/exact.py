"""Arithmetic of whole cents within a query: the same integers on SQLite and on PostgreSQL."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, cast, func, type_coerce

from sercom.core.money import Money

THOUSAND = 1000


def cents(amount: Any) -> ColumnElement[int]:
    """An amount as the integer that the database holds."""
    return type_coerce(amount, BigInteger)


def dollars(whole: Any) -> Any:
    """Cents as an amount again."""
    return type_coerce(whole, Money())


def whole_sum(term: Any) -> ColumnElement[int]:
    """The sum of integers as an integer: PostgreSQL's own is a numeric, whose division is another."""
    return cast(func.coalesce(func.sum(term), 0), BigInteger)


def divided(over: Any, under: Any) -> ColumnElement[int]:
    """``over / under`` rounded half away from zero, as ``round_money`` does; ``under`` is positive."""
    up = (2 * over + under) // (2 * under)
    down = -((under - 2 * over) // (2 * under))
    return case((over >= 0, up), else_=down)


def line_cents(line: Any) -> ColumnElement[int]:
    """What a line comes to, as ``money.line_amount`` has it."""
    thousandths = type_coerce(line.quantity, BigInteger) * cents(line.unit_price)
    return divided(thousandths - THOUSAND * cents(line.discount), THOUSAND)
