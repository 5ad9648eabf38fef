"""The one ledger: what changes what a client owes besides invoices. Rows are added, never changed.

A row's amount is positive where it lowers what the client owes (money received, a credit note, a bad
debt) and negative where it raises it (a refund, interest). A row that turns out wrong is met by a
correction of the same amount with the sign turned, so that sums need no exception.
"""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core.base import CreatedAt, Model, PrimaryKey, one_of
from sercom.core.guards import Guard, append_only, changed
from sercom.core.labels import Labelled, LabelledType
from sercom.core.money import ZERO, Money
from sercom.entities.clients.model import Client

if TYPE_CHECKING:
    from sercom.entities.documents.model import Document
    from sercom.entities.invoices.model import Invoice


class EntryKind(Labelled):
    """What a row of the ledger is."""

    PAYMENT = "payment", _l("Payment")
    DEPOSIT = "deposit", _l("Deposit")
    REFUND = "refund", _l("Refund")
    CORRECTION = "correction", _l("Correction")
    CREDIT = "credit", _l("Credit note")
    DISCOUNT = "discount", _l("Early-payment discount")
    ROUNDING = "rounding", _l("Cash rounding")
    INTEREST = "interest", _l("Interest")
    WRITE_OFF = "write_off", _l("Bad debt")
    RECOVERY = "recovery", _l("Bad debt taken back")


class Method(Labelled):
    """How money moved."""

    INTERAC = "interac", _l("Interac transfer")
    CHEQUE = "cheque", _l("Cheque")
    CARD = "card", _l("Card")
    CASH = "cash", _l("Cash")
    TRANSFER = "transfer", _l("Bank transfer")


#: Kinds by which money comes in.
RECEIVED = (EntryKind.PAYMENT, EntryKind.DEPOSIT)
#: Kinds whose amount may be put on invoices.
CREDITS = (*RECEIVED, EntryKind.CREDIT)
#: What takes from the rest of the row it goes against, and is put on no invoice itself.
TAKES_BACK = (EntryKind.REFUND, EntryKind.CORRECTION)


class Payment(Model):
    """A row of the ledger, in dollars: positive where it lowers what the client owes.

    ``against`` is the row that a refund, a correction or a recovery goes against; ``document`` the
    quote or the job that a deposit is for, or the credit note of a credit.
    """

    __tablename__ = "payment"
    __table_args__ = (
        one_of("kind", EntryKind),
        one_of("method", Method),
        CheckConstraint(
            "amount > 0 OR kind NOT IN ('payment', 'deposit', 'credit', 'discount', 'write_off')", name="lowers"
        ),
        CheckConstraint("amount < 0 OR kind NOT IN ('refund', 'interest', 'recovery')", name="raises"),
        CheckConstraint("amount <> 0", name="amount_given"),
        CheckConstraint(
            "(kind IN ('refund', 'correction', 'recovery')) = (against_id IS NOT NULL)", name="names_what_it_is_against"
        ),
        CheckConstraint("kind NOT IN ('payment', 'deposit', 'refund') OR method IS NOT NULL", name="moves_somehow"),
        CheckConstraint("kind <> 'credit' OR document_id IS NOT NULL", name="credit_names_note"),
        Index(None, "client_id", "received_on", "amount"),
        Index(
            "uq_payment_corrected_once",
            "against_id",
            unique=True,
            sqlite_where=text("kind = 'correction'"),
            postgresql_where=text("kind = 'correction'"),
        ),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[EntryKind] = mapped_column(LabelledType(EntryKind), default=EntryKind.PAYMENT)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    against_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Money)
    method: Mapped[Method | None] = mapped_column(LabelledType(Method))
    received_on: Mapped[date] = mapped_column(index=True)
    reference: Mapped[str | None] = mapped_column(String(80))
    note: Mapped[str | None] = mapped_column(String(200))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[CreatedAt]

    client: Mapped[Client] = relationship()
    document: Mapped["Document | None"] = relationship()
    against: Mapped["Payment | None"] = relationship(remote_side="Payment.id", back_populates="answers")
    answers: Mapped[list["Payment"]] = relationship(back_populates="against", order_by="Payment.id")
    allocations: Mapped[list["Allocation"]] = relationship(back_populates="payment", order_by="Allocation.id")

    def __str__(self) -> str:
        return f"{self.kind.label} {self.received_on}"

    @property
    def known_as(self) -> str:
        """What the journal calls it."""
        return str(self.received_on)

    @property
    def is_corrected(self) -> bool:
        """Whether it was taken back."""
        return any(answer.kind is EntryKind.CORRECTION for answer in self.answers)

    @property
    def rest(self) -> Decimal:
        """What of it is on no invoice and was not given back, in dollars: the client's credit."""
        taken = (answer.amount for answer in self.answers if answer.kind in TAKES_BACK)
        put = (a.amount for row in (self, *self.answers) for a in row.allocations)
        return self.amount + sum(taken, ZERO) - sum(put, ZERO)


class Allocation(Model):
    """The part of a ledger row that counts on an invoice from a day on, in dollars."""

    __tablename__ = "allocation"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount_given"),
        Index(None, "invoice_id", "dated", "amount"),  # balances are summed from it alone
    )

    id: Mapped[PrimaryKey]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"))
    amount: Mapped[Decimal] = mapped_column(Money)
    dated: Mapped[date] = mapped_column(index=True)

    payment: Mapped[Payment] = relationship(back_populates="allocations")
    invoice: Mapped["Invoice"] = relationship(back_populates="allocations")


_closed = "the period is closed"
_on_or_before = "{} <= (SELECT locked_until FROM company WHERE id = 1)"
_payment_update, _payment_delete = append_only("payment", "the ledger")
LEDGER_GUARDS = (
    # The client may follow a merge of clients.
    Guard(
        "payment",
        "UPDATE",
        changed("kind", "against_id", "document_id", "amount", "method", "received_on", "reference", "note"),
        _payment_update.message,
    ),
    _payment_delete,
    *append_only("allocation", "the ledger"),
    Guard("payment", "INSERT", _on_or_before.format("NEW.received_on"), _closed),
    Guard("allocation", "INSERT", _on_or_before.format("NEW.dated"), _closed),
)
