"""The ledger: money received, and the invoices it pays. Rows are added, never changed.

A payment that turns out wrong (a cheque without funds) is met by a correction of the same amount
with the sign turned, so that sums need no exception.
"""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core.base import CreatedAt, Model, PrimaryKey, one_of
from sercom.core.labels import Labelled, LabelledType
from sercom.core.money import Money
from sercom.entities.clients.model import Client

if TYPE_CHECKING:
    from sercom.entities.invoices.model import Invoice


class EntryKind(Labelled):
    """What a row of the ledger is."""

    PAYMENT = "payment", _l("Payment")
    CORRECTION = "correction", _l("Correction")


class Method(Labelled):
    """How money moved."""

    INTERAC = "interac", _l("Interac transfer")
    CHEQUE = "cheque", _l("Cheque")
    CARD = "card", _l("Card")
    CASH = "cash", _l("Cash")
    TRANSFER = "transfer", _l("Bank transfer")


class Payment(Model):
    """A row of the ledger, in dollars: positive for money received."""

    __tablename__ = "payment"
    __table_args__ = (
        one_of("kind", EntryKind),
        one_of("method", Method),
        CheckConstraint("(kind = 'payment') = (amount > 0)", name="sign_by_kind"),
        CheckConstraint("amount <> 0", name="amount_given"),
        CheckConstraint("(kind = 'correction') = (corrects_id IS NOT NULL)", name="correction_names_payment"),
        UniqueConstraint("corrects_id"),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[EntryKind] = mapped_column(LabelledType(EntryKind), default=EntryKind.PAYMENT)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"))
    amount: Mapped[Decimal] = mapped_column(Money)
    method: Mapped[Method] = mapped_column(LabelledType(Method))
    received_on: Mapped[date] = mapped_column(index=True)
    reference: Mapped[str | None] = mapped_column(String(80))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[CreatedAt]

    client: Mapped[Client] = relationship()
    allocations: Mapped[list["Allocation"]] = relationship(back_populates="payment")

    def __str__(self) -> str:
        return f"{self.kind.label} {self.received_on}"

    @property
    def known_as(self) -> str:
        """What the journal calls it."""
        return str(self.received_on)


class Allocation(Model):
    """The part of a payment that pays an invoice, in dollars."""

    __tablename__ = "allocation"
    __table_args__ = (UniqueConstraint("payment_id", "invoice_id"), CheckConstraint("amount <> 0", name="amount_given"))

    id: Mapped[PrimaryKey]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Money)

    payment: Mapped[Payment] = relationship(back_populates="allocations")
    invoice: Mapped["Invoice"] = relationship(back_populates="allocations")
