"""The request: what a client asks for, and what an assessment found."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core.access import Actor
from sercom.core.base import one_of
from sercom.core.labels import Labelled, LabelledType, Status, Tone
from sercom.entities.catalog.model import Service
from sercom.entities.documents.model import Document, DocumentKind
from sercom.entities.documents.stage import Stage, converted, stage_column
from sercom.entities.visits import when
from sercom.entities.visits.model import ENDED, Visit, VisitStatus


class RequestStatus(Status):
    """Stored states of a request."""

    NEW = "new", _l("New"), Tone.INFO
    TO_ASSESS = "to_assess", _l("To assess"), Tone.WARN
    ASSESSED = "assessed", _l("Assessed"), Tone.GOOD
    CLOSED = "closed", _l("Closed"), Tone.NEUTRAL


class Urgency(Labelled):
    """How soon the client needs somebody."""

    EMERGENCY = "emergency", _l("Emergency: today"), Tone.BAD
    SOON = "soon", _l("Within a week"), Tone.WARN
    FLEXIBLE = "flexible", _l("When convenient"), Tone.NEUTRAL


class Origin(Labelled):
    """How the request arrived."""

    FORM = "form", _l("Online form")
    PHONE = "phone", _l("Phone")
    EMAIL = "email", _l("E-mail")
    OTHER = "other", _l("Other")


class CloseReason(Labelled):
    """Why a request goes no further."""

    LOST = "lost", _l("Lost")
    DUPLICATE = "duplicate", _l("Duplicate")
    OUT_OF_AREA = "out_of_area", _l("Out of our area")
    SPAM = "spam", _l("Spam")


class HalfDay(Labelled):
    """When somebody will be home; Québec's weeks start on Sunday, its trades work from Monday."""

    MON_AM = "mon_am", _l("Monday morning")
    MON_PM = "mon_pm", _l("Monday afternoon")
    TUE_AM = "tue_am", _l("Tuesday morning")
    TUE_PM = "tue_pm", _l("Tuesday afternoon")
    WED_AM = "wed_am", _l("Wednesday morning")
    WED_PM = "wed_pm", _l("Wednesday afternoon")
    THU_AM = "thu_am", _l("Thursday morning")
    THU_PM = "thu_pm", _l("Thursday afternoon")
    FRI_AM = "fri_am", _l("Friday morning")
    FRI_PM = "fri_pm", _l("Friday afternoon")
    SAT_AM = "sat_am", _l("Saturday morning")
    SAT_PM = "sat_pm", _l("Saturday afternoon")


class ServiceRequest(Document):
    """A request (demande). Named so that nobody confuses it with ``flask.Request``."""

    __tablename__ = "request"
    __table_args__ = (
        one_of("status", RequestStatus),
        one_of("urgency", Urgency),
        one_of("origin", Origin),
        one_of("close_reason", CloseReason),
        UniqueConstraint("ticket"),
    )
    __mapper_args__ = {"polymorphic_identity": DocumentKind.REQUEST}
    letter = "D"

    id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[RequestStatus] = mapped_column(LabelledType(RequestStatus), default=RequestStatus.NEW, index=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"), index=True)
    urgency: Mapped[Urgency] = mapped_column(LabelledType(Urgency), default=Urgency.FLEXIBLE)
    origin: Mapped[Origin] = mapped_column(LabelledType(Origin), default=Origin.PHONE)
    availability: Mapped[list[str]] = mapped_column(JSON, default=list)
    close_reason: Mapped[CloseReason | None] = mapped_column(LabelledType(CloseReason))
    ticket: Mapped[str | None] = mapped_column(String(64))
    consent_at: Mapped[datetime | None]
    consent_version: Mapped[str | None] = mapped_column(String(20))

    service: Mapped[Service | None] = relationship()

    @property
    def available(self) -> list[HalfDay]:
        """The half-days the client proposed."""
        return [HalfDay(value) for value in self.availability]

    @property
    def is_editable(self) -> bool:
        """Until it is closed."""
        return self.status is not RequestStatus.CLOSED

    @property
    def assessments(self) -> list[Visit]:
        """Its visits."""
        return [visit for visit in self.case.visits if visit.document_id == self.id]

    def plan_assessment(self, actor: Actor, **plan: Any) -> None:
        """Plan a visit on site, with a person or a team and a time."""
        visit = next((v for v in self.assessments if v.status is VisitStatus.UNSCHEDULED), None)
        visit = visit or Visit.open(self)
        visit.instructions = visit.instructions or self.description
        visit.schedule(actor, **plan)
        self.status = RequestStatus.TO_ASSESS

    def mark_assessed(self, actor: Actor) -> None:
        """What had to be seen was seen, on site or otherwise."""
        self.status = RequestStatus.ASSESSED

    def visit_done(self, visit: Visit) -> None:
        """An assessment was finished: nothing more to assess."""
        if self.status in {RequestStatus.NEW, RequestStatus.TO_ASSESS}:
            self.status = RequestStatus.ASSESSED

    def close(self, actor: Actor, *, reason: CloseReason) -> None:
        """Nothing more will come of it; planned visits are cancelled."""
        for visit in self.assessments:
            if visit.status not in ENDED:
                visit.cancel(actor)
        self.close_reason = CloseReason(reason)
        self.status = RequestStatus.CLOSED

    def reopen(self, actor: Actor) -> None:
        """Take it up again, where it stood."""
        if any(visit.status is VisitStatus.DONE for visit in self.assessments):
            self.status = RequestStatus.ASSESSED
        else:
            self.status = RequestStatus.NEW
        self.close_reason = None


class RequestStage(Stage):
    """Where a request stands, in the order in which the conditions are asked."""

    CLOSED = "closed", _l("Closed"), Tone.NEUTRAL
    CONVERTED = "converted", _l("Converted"), Tone.GOOD
    NEW = "new", _l("New"), Tone.INFO
    ASSESSED = "assessed", _l("Assessed"), Tone.GOOD
    LATE = "late", _l("Late"), Tone.BAD
    TODAY = "today", _l("Today"), Tone.INFO
    SCHEDULED = "scheduled", _l("Scheduled"), Tone.INFO
    TO_SCHEDULE = "to_schedule", _l("To schedule"), Tone.WARN


_id, _status = ServiceRequest.__table__.c.id, ServiceRequest.__table__.c.status
ServiceRequest.settled = frozenset({RequestStage.CLOSED, RequestStage.CONVERTED})
ServiceRequest.stage = stage_column(
    {
        RequestStage.CLOSED: _status == RequestStatus.CLOSED,
        RequestStage.CONVERTED: converted(_id),
        RequestStage.NEW: _status == RequestStatus.NEW,
        RequestStage.ASSESSED: _status == RequestStatus.ASSESSED,
        RequestStage.LATE: when.late(_id),
        RequestStage.TODAY: when.today(_id),
        RequestStage.SCHEDULED: when.planned(_id),
        RequestStage.TO_SCHEDULE: _status == RequestStatus.TO_ASSESS,
    }
)
