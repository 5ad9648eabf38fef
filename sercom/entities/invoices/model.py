"""The invoice: a draft until it is issued, frozen from then on."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import BindParameter, CheckConstraint, ForeignKey, Index, String, Text, bindparam, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, object_session, relationship

from sercom.core import clock
from sercom.core.access import Actor
from sercom.core.base import one_of
from sercom.core.clock import utcnow
from sercom.core.errors import DomainError, NeedsConfirmationError
from sercom.core.labels import LabelledType, Status, Tone
from sercom.core.money import ZERO
from sercom.core.numbering import invoice_number
from sercom.entities.documents.model import Document, DocumentKind
from sercom.entities.documents.pricing import reprice
from sercom.entities.documents.stage import DERIVED, Stage, stage_column
from sercom.entities.invoices.snapshot import snapshot_of
from sercom.entities.ledger.model import Allocation, EntryKind, Method, Payment

if TYPE_CHECKING:
    from sercom.entities.credits.model import CreditNote


class InvoiceStatus(Status):
    """Stored states of an invoice. Paid and overdue are derived."""

    DRAFT = "draft", _l("Draft"), Tone.NEUTRAL
    ISSUED = "issued", _l("Issued"), Tone.INFO
    VOID = "void", _l("Void"), Tone.NEUTRAL


class Invoice(Document):
    """An invoice (facture). Numbered, dated and frozen when it is issued."""

    __tablename__ = "invoice"
    __table_args__ = (
        one_of("status", InvoiceStatus),
        CheckConstraint(
            "status = 'draft' OR (issue_date IS NOT NULL AND snapshot IS NOT NULL)", name="issued_is_whole"
        ),
        CheckConstraint("due_date >= issue_date", name="due_after_issue"),
        CheckConstraint("terms_days BETWEEN 0 AND 365", name="terms_days_range"),
        Index(None, "issue_date", "status", "due_date", "voided_at"),  # all that ageing asks of an invoice
    )
    __mapper_args__ = {"polymorphic_identity": DocumentKind.INVOICE}
    letter = "F"
    numbered_by_case = False

    id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[InvoiceStatus] = mapped_column(LabelledType(InvoiceStatus), default=InvoiceStatus.DRAFT, index=True)
    terms_days: Mapped[int] = mapped_column(default=30)
    service_date: Mapped[date | None]
    issue_date: Mapped[date | None]
    due_date: Mapped[date | None] = mapped_column(index=True)
    issued_at: Mapped[datetime | None]
    snapshot: Mapped[str | None] = mapped_column(Text)
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None] = mapped_column(String(200))

    if TYPE_CHECKING:
        paid_amount: Mapped[Decimal]

    allocations: Mapped[list[Allocation]] = relationship(back_populates="invoice", order_by=Allocation.id)
    credit_notes: Mapped[list["CreditNote"]] = relationship(
        back_populates="invoice", foreign_keys="CreditNote.invoice_id", order_by="CreditNote.id"
    )

    def __str__(self) -> str:
        return self.number or str(_l("Draft invoice %(case)s", case=self.case.number))

    @property
    def known_as(self) -> str:
        """What the journal calls it: its number, or its case's while it has none."""
        return self.number or self.case.number

    @property
    def is_editable(self) -> bool:
        """While it is a draft."""
        return self.status is InvoiceStatus.DRAFT

    @property
    def is_live(self) -> bool:
        """Whether it counts: a void invoice keeps its number and nothing else."""
        return self.status is not InvoiceStatus.VOID

    @property
    def paid(self) -> Decimal:
        """What was paid on it, in dollars."""
        return sum((allocation.amount for allocation in self.allocations), ZERO)

    @property
    def balance(self) -> Decimal:
        """What is still owed, in dollars; nothing on a draft or a void invoice."""
        return self.total - self.paid if self.status is InvoiceStatus.ISSUED else ZERO

    def begin(self, actor: Actor) -> None:
        """The client's terms; the number comes at issue."""
        self.terms_days = self.client.terms_days

    def refuse_issue(self) -> LazyString | None:
        """An invoice without a line bills nothing."""
        return None if self.has_items else _l("Add at least one line first.")

    def issue(self, actor: Actor, *, confirm: bool = False) -> None:
        """Give the number, date it, compute its taxes at today's rates, keep the snapshot.

        A line without a price is asked about first: ``confirm`` says that it is meant.
        """
        if not confirm and any(line.is_item and not line.unit_price for line in self.lines):
            raise NeedsConfirmationError(_l("A line has no price. Issue the invoice all the same?"))
        session = object_session(self)
        assert session is not None
        reprice(session, self)
        if self.total < ZERO:
            raise DomainError(_l("The total of an invoice is not negative."))
        self.number = invoice_number(session)
        self.issue_date = clock.today()
        self.due_date = self.issue_date + timedelta(days=self.terms_days)
        self.service_date = self.service_date or self.issue_date
        session.flush()  # lines and taxes are written while the guards still let them
        self.issued_at = utcnow()
        self.snapshot = json.dumps(snapshot_of(session, self), ensure_ascii=False, sort_keys=True)
        self.status = InvoiceStatus.ISSUED

    def refuse_void(self) -> LazyString | None:
        """Why it cannot be voided, if it cannot."""
        return _l("Something was paid on this invoice: it can no longer be voided.") if self.paid else None

    def void(self, actor: Actor, *, reason: str) -> None:
        """Cancel it, while nothing is paid. The number stays used."""
        if not reason.strip():
            raise DomainError(_l("Say why: the journal keeps it."), "reason")
        self.void_reason = reason.strip()
        self.voided_at = utcnow()
        self.status = InvoiceStatus.VOID

    def refuse_payment(self) -> LazyString | None:
        """Why no payment can be recorded, if none can."""
        return None if self.balance > ZERO else _l("Nothing is owed on this invoice.")

    def record_payment(
        self,
        actor: Actor,
        *,
        amount: Decimal,
        method: Method,
        received_on: date,
        reference: str | None = None,
    ) -> None:
        """Enter money received, in dollars; never more than the balance."""
        if amount <= ZERO:
            raise DomainError(_l("Enter an amount above zero."), "amount")
        if amount > self.balance:
            raise DomainError(_l("This is more than the balance."), "amount")
        if received_on > clock.today():
            raise DomainError(_l("This date is in the future."), "received_on")
        payment = Payment(
            client=self.client,
            amount=amount,
            method=Method(method),
            received_on=received_on,
            reference=reference,
            user_id=actor.user_id,
        )
        self.allocations.append(Allocation(payment=payment, amount=amount, dated=received_on))

    def correct_payment(self, actor: Actor, payment: Payment) -> None:
        """Take a payment back (a cheque without funds): a correction of the same amount."""
        correction = Payment(
            kind=EntryKind.CORRECTION,
            client=self.client,
            against=payment,
            amount=-payment.amount,
            method=payment.method,
            received_on=clock.today(),
            reference=payment.reference,
            user_id=actor.user_id,
        )
        self.allocations.append(Allocation(payment=correction, amount=-payment.amount, dated=clock.today()))


class InvoiceStage(Stage):
    """Where an invoice stands."""

    DRAFT = "draft", _l("Draft"), Tone.NEUTRAL
    VOID = "void", _l("Void"), Tone.NEUTRAL
    PAID = "paid", _l("Paid"), Tone.GOOD
    OVERDUE = "overdue", _l("Overdue"), Tone.BAD
    PARTLY_PAID = "partly_paid", _l("Partly paid"), Tone.WARN
    NOT_DUE = "not_due", _l("Not due"), Tone.INFO


_table = Invoice.__table__.c
_document = Document.__table__.alias("own_document")
_today: BindParameter[date] = bindparam("today", callable_=clock.today, unique=True)
_paid = (
    select(func.coalesce(func.sum(Allocation.amount), 0)).where(Allocation.invoice_id == _table.id).scalar_subquery()
)
_total = select(_document.c.total).where(_document.c.id == _table.id).scalar_subquery()

#: What was paid, in dollars, by the database.
Invoice.paid_amount = column_property(_paid, deferred=True, group=DERIVED)
Invoice.settled = frozenset({InvoiceStage.VOID, InvoiceStage.PAID})
Invoice.stage = stage_column(
    {
        InvoiceStage.DRAFT: _table.status == InvoiceStatus.DRAFT,
        InvoiceStage.VOID: _table.status == InvoiceStatus.VOID,
        InvoiceStage.PAID: _paid >= _total,
        InvoiceStage.OVERDUE: _table.due_date < _today,
        InvoiceStage.PARTLY_PAID: _paid > 0,
        InvoiceStage.NOT_DUE: _table.status == InvoiceStatus.ISSUED,
    }
)
