"""E-transfers read from the bank's files, until a person says which invoice each one pays."""

from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, case, literal, select, type_coerce
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from sercom.core.base import CreatedAt, Model, PrimaryKey, one_of
from sercom.core.labels import LabelledType, Status, Tone
from sercom.core.money import Money
from sercom.entities.ledger.model import MEETS, Payment

MAX_DESCRIPTION = 400


class TransferStatus(Status):
    """What became of an e-transfer."""

    WAITING = "waiting", _l("To match"), Tone.WARN
    MATCHED = "matched", _l("Matched"), Tone.GOOD
    SET_ASIDE = "set_aside", _l("Put aside"), Tone.NEUTRAL


class BankTransfer(Model):
    """An e-transfer that the bank says came in, in dollars; known by its fingerprint, so that it is read once."""

    __tablename__ = "bank_transfer"
    __table_args__ = (
        one_of("status", TransferStatus),
        CheckConstraint("amount > 0", name="amount_received"),
        CheckConstraint("(status = 'matched') = (payment_id IS NOT NULL)", name="matched_has_payment"),
        UniqueConstraint("fingerprint"),
        UniqueConstraint("payment_id"),
    )

    id: Mapped[PrimaryKey]
    fingerprint: Mapped[str] = mapped_column(String(64))
    received_on: Mapped[date] = mapped_column(index=True)
    amount: Mapped[Decimal] = mapped_column(Money)
    #: What the bank wrote, its columns of words in one.
    description: Mapped[str] = mapped_column(String(MAX_DESCRIPTION))
    status: Mapped[TransferStatus] = mapped_column(
        LabelledType(TransferStatus), default=TransferStatus.WAITING, index=True
    )
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    version: Mapped[int] = mapped_column()
    created_at: Mapped[CreatedAt]

    payment: Mapped[Payment | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @hybrid_property
    def stage(self) -> TransferStatus:
        """Where it stands: once its payment was taken back, it waits again."""
        taken_back = self.payment is not None and self.payment.is_corrected
        return TransferStatus.WAITING if taken_back else self.status

    @stage.inplace.expression
    @classmethod
    def _stage(cls) -> Any:
        met = aliased(Payment)
        taken_back = select(met.id).where(met.against_id == cls.payment_id, met.kind.in_(MEETS)).exists()
        kind = LabelledType(TransferStatus)
        return type_coerce(case((taken_back, literal(TransferStatus.WAITING, kind)), else_=cls.status), kind)

    def __str__(self) -> str:
        return self.description

    @property
    def known_as(self) -> str:
        """What the journal calls it."""
        return f"{self.received_on} · {self.amount} · {self.description}"[:200]
