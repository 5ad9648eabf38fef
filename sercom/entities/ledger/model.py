"""The one ledger: what changes what a client owes besides invoices. Rows are added, never changed.

A row's amount is positive where it lowers what the client owes (money received, a credit note, a bad
debt) and negative where it raises it (a refund, interest). A row that turns out wrong is met by a
correction of the same amount with the sign turned, so that sums need no exception.
"""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, select, text, type_coerce
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from sercom.core.base import CreatedAt, Model, PrimaryKey, one_of
from sercom.core.guards import Guard, append_only, but_erasing, changed
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

    @property
    def told(self) -> LazyString | str:
        """What a client reads: never that a debt is called bad."""
        return TO_CLIENTS.get(self, self.label)


TO_CLIENTS = {EntryKind.WRITE_OFF: _l("Adjustment"), EntryKind.RECOVERY: _l("Adjustment taken back")}


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
#: What takes from the rest of the row it goes against.
TAKES_BACK = (EntryKind.REFUND, EntryKind.CORRECTION)
#: What meets a row whole.
MEETS = (EntryKind.CORRECTION, EntryKind.RECOVERY)
#: What comes with a payment, and goes with it.
ALONG = (EntryKind.DISCOUNT, EntryKind.ROUNDING)


class Payment(Model):
    """A row of the ledger, in dollars: positive where it lowers what the client owes.

    ``against`` is the row that a refund, a correction or a recovery goes against, and the payment with
    which a discount or a rounding came; ``document`` the quote or the job that a deposit is for, or the
    credit note of a credit.
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
            "(kind IN ('refund', 'correction', 'recovery', 'discount', 'rounding')) = (against_id IS NOT NULL)",
            name="names_what_it_is_against",
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

    if TYPE_CHECKING:
        rest_amount: Mapped[Decimal]

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
        """Whether it was taken back: by a correction, a bad debt by its recovery."""
        return any(answer.kind in MEETS for answer in self.answers)

    @property
    def rest(self) -> Decimal:
        """What of it is on no invoice and was not given back, in dollars: the client's credit."""
        back = [answer for answer in self.answers if answer.kind in TAKES_BACK]
        taken = (row.amount for answer in back for row in (answer, *answer.answers))
        put = (a.amount for row in (self, *back) for a in row.allocations)
        return self.amount + sum(taken, ZERO) - sum(put, ZERO)

    def on(self, invoice: "Invoice") -> Decimal:
        """What of it counts on ``invoice``, in dollars: nothing any more once it was taken back."""
        met = [answer for answer in self.answers if answer.kind in MEETS]
        return sum((a.amount for row in (self, *met) for a in row.allocations if a.invoice_id == invoice.id), ZERO)


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

    @property
    def counts_as(self) -> EntryKind:
        """The kind of its row; a correction counts with what it corrects."""
        row = self.payment
        return row.against.kind if row.kind is EntryKind.CORRECTION and row.against else row.kind


# Aliases: the same tables may stand in the query around it, and would be taken for these.
_answer, _undone = Payment.__table__.alias("row_answer"), Payment.__table__.alias("row_undone")
_put, _unput = Allocation.__table__.alias("row_put"), Allocation.__table__.alias("row_unput")


def _sum(column: Any, source: Any, *where: Any) -> Any:
    return select(func.coalesce(func.sum(column), 0)).select_from(source).where(*where).scalar_subquery()


_row = Payment.__table__.c
_back = (_answer.c.against_id == _row.id, _answer.c.kind.in_(TAKES_BACK))
#: ``rest`` by the database, in dollars.
Payment.rest_amount = column_property(
    type_coerce(
        _row.amount
        + _sum(_answer.c.amount, _answer, *_back)
        + _sum(_undone.c.amount, _undone.join(_answer, _undone.c.against_id == _answer.c.id), *_back)
        - _sum(_put.c.amount, _put, _put.c.payment_id == _row.id)
        - _sum(_unput.c.amount, _unput.join(_answer, _unput.c.payment_id == _answer.c.id), *_back),
        Money(),
    ),
    deferred=True,
)

_closed = "the period is closed"
_on_or_before = "{} <= (SELECT locked_until FROM company WHERE id = 1)"
_payment_update, _payment_delete = append_only("payment", "the ledger")
LEDGER_GUARDS = (
    # The client may follow a merge of clients.
    Guard(
        "payment",
        "UPDATE",
        changed("kind", "against_id", "document_id", "amount", "method", "received_on"),
        _payment_update.message,
    ),
    Guard("payment", "UPDATE", but_erasing(changed("reference", "note")), _payment_update.message, "words"),
    _payment_delete,
    *append_only("allocation", "the ledger"),
    Guard("payment", "INSERT", _on_or_before.format("NEW.received_on"), _closed),
    Guard("allocation", "INSERT", _on_or_before.format("NEW.dated"), _closed),
)
