"""The credit note: what is taken back of an issued invoice. Made and issued at once, frozen."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, and_, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core.base import one_of
from sercom.core.guards import Guard, but_erasing, changed
from sercom.core.labels import LabelledType, Status, Tone
from sercom.entities.documents.model import Document, DocumentKind
from sercom.entities.documents.stage import Stage, stage_column
from sercom.entities.invoices.frozen import FIGURES, FROZEN, NUMBERS
from sercom.entities.ledger.model import Allocation, Payment

if TYPE_CHECKING:
    from sercom.entities.invoices.model import Invoice


class CreditNoteStatus(Status):
    """A credit note has no draft: what is wrong with it takes an invoice."""

    ISSUED = "issued", _l("Issued"), Tone.INFO


class CreditNote(Document):
    """A credit note (note de crédit). Amounts are positive: what the client owes less."""

    __tablename__ = "credit_note"
    __table_args__ = (
        one_of("status", CreditNoteStatus),
        CheckConstraint("reason <> ''", name="reason_given"),
        UniqueConstraint("token"),
    )
    __mapper_args__ = {"polymorphic_identity": DocumentKind.CREDIT_NOTE}
    letter = "NC"
    numbered_by_case = False

    id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[CreditNoteStatus] = mapped_column(LabelledType(CreditNoteStatus), default=CreditNoteStatus.ISSUED)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)
    issue_date: Mapped[date] = mapped_column(index=True)
    issued_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(200))
    #: Names the making of it: sent twice, the same note comes back.
    token: Mapped[str] = mapped_column(String(64))
    #: ``None`` for the moment in which its lines are written; no longer changed once it is there.
    snapshot: Mapped[str | None] = mapped_column(Text)

    invoice: Mapped["Invoice"] = relationship(foreign_keys=[invoice_id], back_populates="credit_notes")

    @property
    def kept_taxing(self) -> dict[str, Any] | None:
        """As the invoice was taxed."""
        return self.invoice.kept_taxing

    @property
    def is_editable(self) -> bool:
        """Never once it has its snapshot."""
        return self.snapshot is None


class CreditNoteStage(Stage):
    """Where a credit note stands."""

    USED = "used", _l("Used"), Tone.GOOD
    OPEN = "open", _l("Credit left"), Tone.INFO


_table = CreditNote.__table__.c
_document = Document.__table__.alias("own_note")
# Aliases: the same tables may stand in the query around it, and would be taken for these.
_put = Allocation.__table__.alias("note_put")
_row = Payment.__table__.alias("note_row")
_answer, _undone = Payment.__table__.alias("note_answer"), Payment.__table__.alias("note_undone")
_total = select(_document.c.total).where(_document.c.id == _table.id).scalar_subquery()
#: What of it counts on invoices, and what was given back, in dollars.
_placed = (
    select(func.coalesce(func.sum(_put.c.amount), 0))
    .select_from(_put.join(_row, _row.c.id == _put.c.payment_id))
    .where(_row.c.document_id == _table.id)
    .scalar_subquery()
)
_given_back = (
    select(func.coalesce(func.sum(_answer.c.amount), 0))
    .select_from(_answer.join(_row, _row.c.id == _answer.c.against_id))
    .where(_row.c.document_id == _table.id)
    .scalar_subquery()
)
#: Refunds that were taken back, in dollars: the money is the client's again.
_kept_after_all = (
    select(func.coalesce(func.sum(_undone.c.amount), 0))
    .select_from(_undone.join(_answer, _answer.c.id == _undone.c.against_id))
    .join(_row, _row.c.id == _answer.c.against_id)
    .where(_row.c.document_id == _table.id)
    .scalar_subquery()
)
CreditNote.settled = frozenset({CreditNoteStage.USED})
CreditNote.stage = stage_column(
    {
        # The status names the table, also where nothing else of the row is asked for.
        CreditNoteStage.USED: and_(
            _table.status == CreditNoteStatus.ISSUED, _placed - _given_back - _kept_after_all >= _total
        ),
        CreditNoteStage.OPEN: _table.status == CreditNoteStatus.ISSUED,
    }
)

_frozen = "an issued document is frozen"
_noted = "EXISTS (SELECT 1 FROM credit_note WHERE credit_note.id = {} AND credit_note.snapshot IS NOT NULL)"
_from_or_to = f"({_noted.format('OLD.document_id')} OR {_noted.format('NEW.document_id')})"
#: The reason and what was printed may go with the person, after the tax papers' years.
_KEPT = ("id", "status", "invoice_id", "issue_date", "issued_at", "token")
CREDIT_GUARDS = (
    Guard("line", "INSERT", _noted.format("NEW.document_id"), _frozen, "credited"),
    Guard("line", "UPDATE", but_erasing(_from_or_to, *FIGURES), _frozen, "credited"),
    Guard("line", "DELETE", _noted.format("OLD.document_id"), _frozen, "credited"),
    Guard("document_tax", "INSERT", _noted.format("NEW.document_id"), _frozen, "credited"),
    Guard("document_tax", "UPDATE", _from_or_to, _frozen, "credited"),
    Guard("document_tax", "DELETE", _noted.format("OLD.document_id"), _frozen, "credited"),
    # Client and case may follow a merge of clients, as those of invoices do.
    Guard(
        "document",
        "UPDATE",
        but_erasing(f"{changed(*FROZEN)} AND {_noted.format('OLD.id')}", *NUMBERS),
        _frozen,
        "credited",
    ),
    Guard("credit_note", "UPDATE", but_erasing("OLD.snapshot IS NOT NULL", *_KEPT), _frozen),
    Guard("credit_note", "DELETE", "OLD.snapshot IS NOT NULL", _frozen),
    Guard(
        "credit_note",
        "INSERT",
        "NEW.issue_date <= (SELECT locked_until FROM company WHERE id = 1)",
        "the period is closed",
        "period",
    ),
)
