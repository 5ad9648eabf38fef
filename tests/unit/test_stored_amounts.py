"""Exact amounts in the database: whole numbers there, ``Decimal`` here, nothing lost between."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Dialect, column, func, select
from sqlalchemy.dialects import postgresql, sqlite

from sercom.core.money import Money, Percent, Quantity, ScaledInteger

SQLITE, POSTGRESQL = sqlite.dialect(), postgresql.dialect()


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        (Money(), "114.98", 11498),
        (Money(), "-0.01", -1),
        (Money(), "0", 0),
        (Money(), "5", 500),
        (Money(), "1.500", 150),
        (Money(), "9999999.99", 999999999),
        (Quantity(), "1.5", 1500),
        (Quantity(), "0.001", 1),
        (Percent(), "9.975", 9975),
        (Percent(), "5", 5000),
    ],
)
def test_an_amount_is_stored_whole_and_comes_back(kind: ScaledInteger, value: str, stored: int):
    assert kind.process_bind_param(Decimal(value), SQLITE) == stored
    back = kind.process_result_value(stored, SQLITE)
    assert back == Decimal(value)
    assert back.as_tuple().exponent == -kind.places


@pytest.mark.parametrize(
    ("kind", "value"), [(Money(), "0.001"), (Money(), "1.005"), (Quantity(), "0.0001"), (Percent(), "9.9755")]
)
def test_a_digit_that_would_be_lost_is_refused(kind: ScaledInteger, value: str):
    with pytest.raises(ValueError, match=f"{value} has more than {kind.places} decimal places"):
        kind.process_bind_param(Decimal(value), SQLITE)


@pytest.mark.parametrize("value", [0.1, 114.98, Decimal("NaN")])
def test_what_is_not_exact_is_refused(value: float | Decimal):
    with pytest.raises(ValueError, match=r"decimal places|NaN"):
        Money().process_bind_param(value, SQLITE)


@pytest.mark.parametrize("kind", [Money(), Quantity(), Percent()])
def test_nothing_stays_nothing(kind: ScaledInteger):
    assert kind.process_bind_param(None, SQLITE) is None
    assert kind.process_result_value(None, SQLITE) is None


@given(st.integers(-(10**15), 10**15))
def test_every_stored_number_makes_the_round_trip(stored: int):
    for kind in (Money(), Quantity()):
        assert kind.process_bind_param(kind.process_result_value(stored, SQLITE), SQLITE) == stored


def test_a_sum_of_postgresql_comes_back_as_an_amount():
    assert str(Money().process_result_value(Decimal(11498), POSTGRESQL)) == "114.98"


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL], ids=["sqlite", "postgresql"])
def test_what_is_compared_with_an_amount_is_stored_alike(dialect: Dialect):
    amount = column("amount", Money())
    statement = select(func.sum(amount)).where(amount > Decimal("1.25")).having(func.sum(amount) < 2)
    compiled = statement.compile(dialect=dialect)
    bound = {compiled._bind_processors[name](value) for name, value in compiled.params.items()}
    assert bound == {125, 200}


@pytest.mark.parametrize("expression", [func.sum, func.max, lambda amount: func.coalesce(func.sum(amount), 0)])
def test_what_is_made_of_amounts_is_an_amount(expression: Callable[[Any], Any]):
    assert isinstance(expression(column("amount", Money())).type, Money)
