"""The job: the work itself, planned with the team, done, invoiced."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, func, select, type_coerce
from sqlalchemy.orm import Mapped, column_property, mapped_column

from sercom.core.access import Actor
from sercom.core.base import LongText, one_of
from sercom.core.clock import utcnow
from sercom.core.errors import NeedsConfirmationError
from sercom.core.labels import Labelled, LabelledType, Status, Tone
from sercom.core.money import ZERO, Money, Percent
from sercom.entities.documents.model import Conversion, Document, DocumentKind
from sercom.entities.documents.stage import DERIVED, Stage, stage_column
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.visits import when
from sercom.entities.visits.model import ENDED, PLANNED, Visit, VisitStatus


class JobStatus(Status):
    """Stored states of a job."""

    OPEN = "open", _l("Open"), Tone.INFO
    ON_HOLD = "on_hold", _l("On hold"), Tone.WARN
    DONE = "done", _l("Done"), Tone.GOOD
    CLOSED = "closed", _l("Closed"), Tone.NEUTRAL
    CANCELLED = "cancelled", _l("Cancelled"), Tone.NEUTRAL


class HoldReason(Labelled):
    """What a job waits for."""

    PARTS = "parts", _l("Waiting for parts")
    CLIENT = "client", _l("Waiting for the client")


class Job(Document):
    """A job, planned in one or more visits."""

    __tablename__ = "job"
    __table_args__ = (
        one_of("status", JobStatus),
        one_of("hold_reason", HoldReason),
        CheckConstraint("holdback_percent BETWEEN 1 AND 99999", name="holdback_percent_range"),
    )
    __mapper_args__ = {"polymorphic_identity": DocumentKind.JOB}
    letter = "J"

    id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[JobStatus] = mapped_column(LabelledType(JobStatus), default=JobStatus.OPEN, index=True)
    instructions: Mapped[LongText | None]
    hold_reason: Mapped[HoldReason | None] = mapped_column(LabelledType(HoldReason))
    done_at: Mapped[datetime | None]
    #: What is held back of each invoice until the end, in percent of its net.
    holdback_percent: Mapped[Decimal | None] = mapped_column(Percent)

    if TYPE_CHECKING:
        invoiced_net: Mapped[Decimal]
        invoiced_work: Mapped[Decimal]

    @property
    def is_editable(self) -> bool:
        """Until it is closed or cancelled."""
        return self.status not in {JobStatus.CLOSED, JobStatus.CANCELLED}

    @property
    def is_live(self) -> bool:
        """Whether it still stands for work to do or done."""
        return self.status is not JobStatus.CANCELLED

    @property
    def deposit_asked(self) -> Decimal:
        """The deposit that its quote asks, in dollars; nothing for a job without one."""
        return self.made_from.source.deposit_asked if self.made_from else ZERO

    @property
    def visits(self) -> list[Visit]:
        """Its visits."""
        return [visit for visit in self.case.visits if visit.document_id == self.id]

    @property
    def visit_to_plan(self) -> Visit | None:
        """The first visit of an open job that nobody planned yet."""
        if self.status is not JobStatus.OPEN:
            return None
        return next((visit for visit in self.visits if visit.status is VisitStatus.UNSCHEDULED), None)

    def is_worked(self) -> bool:
        """Somebody has been there and nothing is left to visit."""
        return bool(self.visits) and all(visit.status in ENDED for visit in self.visits)

    def add_visit(self, actor: Actor, instructions: str | None = None) -> Visit:
        """One more visit, to be planned."""
        return Visit.open(self, instructions or self.instructions)

    def begin(self, actor: Actor) -> None:
        """A job starts with a visit to plan."""
        self.add_visit(actor)

    def hold(self, actor: Actor, *, reason: HoldReason) -> None:
        """Wait for parts or for the client."""
        self.hold_reason = HoldReason(reason)
        self.status = JobStatus.ON_HOLD

    def resume(self, actor: Actor) -> None:
        """Go on."""
        self.hold_reason = None
        self.status = JobStatus.OPEN

    def complete(self, actor: Actor, *, confirm: bool = False) -> None:
        """The work is done. A visit still planned asks for a confirmation, then is cancelled."""
        open_visits = [visit for visit in self.visits if visit.status not in ENDED]
        if any(visit.status in PLANNED for visit in open_visits) and not confirm:
            raise NeedsConfirmationError(_l("A visit is still planned. It will be cancelled."))
        for visit in open_visits:
            visit.cancel(actor)
        self.hold_reason = None
        self.done_at = utcnow()
        self.status = JobStatus.DONE

    def reopen(self, actor: Actor) -> None:
        """There is more to do after all."""
        self.done_at = None
        self.status = JobStatus.OPEN

    def close(self, actor: Actor) -> None:
        """Nothing more to do or to invoice."""
        self.status = JobStatus.CLOSED

    def refuse_cancel(self) -> LazyString | None:
        """Why it cannot be cancelled, if it cannot."""
        if any(conversion.target.is_live for conversion in self.conversions):
            return _l("This job was invoiced: void the invoice first.")
        return self.refuse_under_way()

    def cancel(self, actor: Actor) -> None:
        """It will not be done."""
        for visit in self.visits:
            if visit.status not in ENDED:
                visit.cancel(actor)
        self.status = JobStatus.CANCELLED


class JobStage(Stage):
    """Where a job stands."""

    CANCELLED = "cancelled", _l("Cancelled"), Tone.NEUTRAL
    CLOSED = "closed", _l("Closed"), Tone.NEUTRAL
    INVOICED = "invoiced", _l("Invoiced"), Tone.GOOD
    PARTLY_INVOICED = "partly_invoiced", _l("Partly invoiced"), Tone.WARN
    TO_INVOICE = "to_invoice", _l("To invoice"), Tone.WARN
    ON_HOLD = "on_hold", _l("On hold"), Tone.WARN
    LATE = "late", _l("Late"), Tone.BAD
    TODAY = "today", _l("Today"), Tone.INFO
    UPCOMING = "upcoming", _l("Upcoming"), Tone.INFO
    TO_SCHEDULE = "to_schedule", _l("To schedule"), Tone.WARN
    NEEDS_ACTION = "needs_action", _l("Action needed"), Tone.WARN


_table = Job.__table__.c
# An alias: the same table may stand in the query around it, and would be taken for this one.
_invoices = Invoice.__table__.alias("own_invoice")
_job_document = Document.__table__.alias("job_document")
_live_invoices = (
    select(func.coalesce(func.sum(Conversion.net), 0))
    .select_from(Conversion.__table__)
    .join(_invoices, _invoices.c.id == Conversion.target_id)
    .where(Conversion.source_id == _table.id, _invoices.c.status != InvoiceStatus.VOID)
)
_count_invoices = _live_invoices.with_only_columns(func.count())
# What is added up has no type of its own any more: without one it would come as cents.
_work = _live_invoices.with_only_columns(
    type_coerce(func.coalesce(func.sum(Conversion.net + Conversion.held), 0), Money())
)
_own_net = select(_job_document.c.net).where(_job_document.c.id == _table.id).scalar_subquery()

#: What of the job's net was invoiced, void invoices and extras aside, in dollars.
Job.invoiced_net = column_property(_live_invoices.scalar_subquery(), deferred=True, group=DERIVED)
#: The same with what is held back of it.
Job.invoiced_work = column_property(_work.scalar_subquery(), deferred=True, group=DERIVED)
Job.settled = frozenset({JobStage.CANCELLED, JobStage.CLOSED, JobStage.INVOICED})
Job.stage = stage_column(
    {
        JobStage.CANCELLED: _table.status == JobStatus.CANCELLED,
        JobStage.CLOSED: _table.status == JobStatus.CLOSED,
        JobStage.INVOICED: (_count_invoices.scalar_subquery() > 0) & (_live_invoices.scalar_subquery() >= _own_net),
        JobStage.PARTLY_INVOICED: _count_invoices.scalar_subquery() > 0,
        JobStage.TO_INVOICE: _table.status == JobStatus.DONE,
        JobStage.ON_HOLD: _table.status == JobStatus.ON_HOLD,
        JobStage.LATE: when.late(_table.id),
        JobStage.TODAY: when.today(_table.id),
        JobStage.UPCOMING: when.planned(_table.id),
        JobStage.TO_SCHEDULE: when.unplanned(_table.id),
        JobStage.NEEDS_ACTION: _table.status == JobStatus.OPEN,
    }
)
