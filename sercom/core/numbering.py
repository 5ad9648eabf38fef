"""Series of numbers without gaps: a counter row, raised in the transaction that uses the number."""

from sqlalchemy import Insert, String, update
from sqlalchemy.orm import Mapped, mapped_column

from sercom.core.base import AnySession, Model

INVOICES = "invoice"
CREDIT_NOTES = "credit_note"


class Counter(Model):
    """The last number given in a series."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int]


def next_number(session: AnySession, series: str) -> int:
    """Raise ``series`` and return its new value.

    The row stays locked until the transaction ends, so that a number whose transaction is rolled
    back is given again: no gap, no double.
    """
    raised = update(Counter).where(Counter.name == series).values(value=Counter.value + 1).returning(Counter.value)
    value = session.execute(raised).scalar_one_or_none()
    if value is None:
        session.execute(_insert_if_missing(session, series))
        value = session.execute(raised).scalar_one()
    return value


def _insert_if_missing(session: AnySession, series: str) -> Insert:
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    return insert(Counter).values(name=series, value=0).on_conflict_do_nothing()


def case_number(session: AnySession, year: int) -> str:
    """The next case of ``year``: ``2026-0142``. Gaps are allowed here, and do not happen."""
    return f"{year}-{next_number(session, f'case-{year}'):04d}"


def invoice_number(session: AnySession) -> str:
    """The next invoice of the gap-free series: ``F-000123``."""
    return f"F-{next_number(session, INVOICES):06d}"


def credit_note_number(session: AnySession) -> str:
    """The next credit note of the gap-free series: ``NC-000004``."""
    return f"NC-{next_number(session, CREDIT_NOTES):06d}"
