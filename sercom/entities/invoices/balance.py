"""What a client owes."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select, type_coerce

from sercom.core.base import db
from sercom.core.money import ZERO, Money
from sercom.entities.invoices.model import Invoice, InvoiceStage

OWED = (InvoiceStage.NOT_DUE, InvoiceStage.PARTLY_PAID, InvoiceStage.OVERDUE)


@dataclass(frozen=True)
class Owed:
    """In dollars: all that is owed, and what of it is past due."""

    balance: Decimal
    overdue: Decimal


def balance_column() -> ColumnElement[Decimal]:
    """What is still owed on an invoice, in dollars, by the database."""
    return type_coerce(Invoice.total - Invoice.paid_amount, Money())


def owed_by(client_id: int) -> Owed:
    """The balance of the client's issued invoices."""
    rest = type_coerce(func.sum(balance_column()), Money())
    rows = select(Invoice.stage, rest).where(Invoice.client_id == client_id, Invoice.stage.in_(OWED))
    found = dict(db.session.execute(rows.group_by(Invoice.stage)).tuples().all())
    return Owed(sum(found.values(), ZERO), found.get(InvoiceStage.OVERDUE) or ZERO)
