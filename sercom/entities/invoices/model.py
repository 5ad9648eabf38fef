"""The invoice: a draft until it is issued, frozen from then on."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    and_,
    bindparam,
    column,
    func,
    select,
    table,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, object_session, relationship

from sercom.core import clock
from sercom.core.access import Actor
from sercom.core.base import one_of
from sercom.core.clock import utcnow
from sercom.core.errors import DomainError, NeedsConfirmationError
from sercom.core.labels import LabelledType, Status, Tone
from sercom.core.money import ZERO
from sercom.core.numbering import invoice_number
from sercom.entities.company.model import get_company
from sercom.entities.documents.model import Document, DocumentKind
from sercom.entities.documents.pricing import reprice_aloud
from sercom.entities.documents.stage import DERIVED, Stage, stage_column
from sercom.entities.invoices.snapshot import snapshot_of
from sercom.entities.ledger.book import apply_deposits, hold
from sercom.entities.ledger.model import MEETS, Allocation, EntryKind, Payment

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
    #: Whether its client is reminded of it no more.
    no_reminders: Mapped[bool] = mapped_column(default=False)
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
    def kept_taxing(self) -> dict[str, Any] | None:
        """As its snapshot tells it."""
        return json.loads(self.snapshot).get("taxing") if self.snapshot else None

    @property
    def is_live(self) -> bool:
        """Whether it counts: a void invoice keeps its number and nothing else."""
        return self.status is not InvoiceStatus.VOID

    @property
    def paid(self) -> Decimal:
        """What counts on it, in dollars: money, credits and bad debts, less the interest charged."""
        return sum((allocation.amount for allocation in self.allocations), ZERO)

    @property
    def interest(self) -> Decimal:
        """The interest charged on it, in dollars."""
        return -sum((a.amount for a in self.allocations if a.counts_as is EntryKind.INTEREST), ZERO)

    @property
    def is_credited(self) -> bool:
        """Whether credit notes took it back whole: nothing is owed, paid or not."""
        credited = sum((note.total for note in self.credit_notes), ZERO)
        return bool(self.credit_notes) and credited >= self.total and self.balance <= ZERO

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
        reprice_aloud(session, self)
        if self.total < ZERO:
            raise DomainError(_l("The total of an invoice is not negative."))
        self.number = invoice_number(session)
        self.issue_date = clock.today()
        self.due_date = self.issue_date + timedelta(days=self.terms_days)
        self.service_date = self.service_date or self.issue_date
        session.flush()  # lines and taxes are written while the guards still let them
        apply_deposits(session, self)
        self.issued_at = utcnow()
        self.snapshot = json.dumps(snapshot_of(session, self), ensure_ascii=False, sort_keys=True)
        self.status = InvoiceStatus.ISSUED

    def refuse_void(self) -> LazyString | None:
        """Why it cannot be voided, if it cannot."""
        session = object_session(self)
        assert session is not None
        if self.credit_notes:
            return _l("This invoice has a credit note: it can no longer be voided.")
        locked = get_company(session).locked_until
        if locked and self.issue_date and self.issue_date <= locked:
            return _l("The books are closed for the day of this invoice: make a credit note.")
        counting = {a.payment.kind for a in self.allocations if a.payment.kind not in MEETS and a.payment.on(self)}
        if counting == {EntryKind.INTEREST}:
            return _l("Interest was charged on this invoice: take it back first.")
        return _l("Something was paid on this invoice: it can no longer be voided.") if counting else None

    def void(self, actor: Actor, *, reason: str) -> None:
        """Cancel it, while nothing is paid. The number stays used."""
        session = object_session(self)
        assert session is not None
        hold(session, self.client_id, [self])
        refused = self.refuse_void()
        if refused is not None:
            raise DomainError(refused)
        if not reason.strip():
            raise DomainError(_l("Say why: the journal keeps it."), "reason")
        self.void_reason = reason.strip()
        self.voided_at = utcnow()
        self.status = InvoiceStatus.VOID


class InvoiceStage(Stage):
    """Where an invoice stands."""

    DRAFT = "draft", _l("Draft"), Tone.NEUTRAL
    VOID = "void", _l("Void"), Tone.NEUTRAL
    CREDITED = "credited", _l("Credited"), Tone.NEUTRAL
    WRITTEN_OFF = "written_off", _l("Written off"), Tone.NEUTRAL
    PAID = "paid", _l("Paid"), Tone.GOOD
    OVERDUE = "overdue", _l("Overdue"), Tone.BAD
    PARTLY_PAID = "partly_paid", _l("Partly paid"), Tone.WARN
    NOT_DUE = "not_due", _l("Not due"), Tone.INFO


_table = Invoice.__table__.c
_document = Document.__table__.alias("own_document")
_today: BindParameter[date] = bindparam("today", callable_=clock.today, unique=True)
# Aliases: the same tables may stand in the query around it, and would be taken for these.
_put, _row = Allocation.__table__.alias("invoice_put"), Payment.__table__.alias("invoice_row")
_paid = select(func.coalesce(func.sum(_put.c.amount), 0)).where(_put.c.invoice_id == _table.id).scalar_subquery()
#: What was written off and not taken back, in dollars.
_lost = (
    select(func.coalesce(func.sum(_put.c.amount), 0))
    .select_from(_put.join(_row, _row.c.id == _put.c.payment_id))
    .where(_put.c.invoice_id == _table.id, _row.c.kind.in_((EntryKind.WRITE_OFF, EntryKind.RECOVERY)))
    .scalar_subquery()
)
#: What credit notes took back, in dollars. The table is named here: its model imports this module.
_note, _note_document = table("credit_note", column("id"), column("invoice_id")), Document.__table__.alias("note_of_it")
_credited = (
    select(func.coalesce(func.sum(_note_document.c.total), 0))
    .select_from(_note.join(_note_document, _note_document.c.id == _note.c.id))
    .where(_note.c.invoice_id == _table.id)
    .scalar_subquery()
)
_total = select(_document.c.total).where(_document.c.id == _table.id).scalar_subquery()

#: What was paid, in dollars, by the database.
Invoice.paid_amount = column_property(_paid, deferred=True, group=DERIVED)
Invoice.settled = frozenset({InvoiceStage.VOID, InvoiceStage.CREDITED, InvoiceStage.WRITTEN_OFF, InvoiceStage.PAID})
Invoice.stage = stage_column(
    {
        InvoiceStage.DRAFT: _table.status == InvoiceStatus.DRAFT,
        InvoiceStage.VOID: _table.status == InvoiceStatus.VOID,
        InvoiceStage.CREDITED: and_(_paid >= _total, _credited >= _total, _credited > 0),
        InvoiceStage.WRITTEN_OFF: and_(_paid >= _total, _lost > 0),
        InvoiceStage.PAID: _paid >= _total,
        InvoiceStage.OVERDUE: _table.due_date < _today,
        InvoiceStage.PARTLY_PAID: _paid > 0,
        InvoiceStage.NOT_DUE: _table.status == InvoiceStatus.ISSUED,
    }
)
