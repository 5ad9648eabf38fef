"""The request: what a client asks for, and what an assessment found.

Over 250 lines: its states, what was asked and what triage proposed are one row.
"""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, select
from sqlalchemy import inspect as sa_inspect
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from sercom.core import formats
from sercom.core.access import Actor
from sercom.core.base import AnySession, one_of
from sercom.core.formats import in_french
from sercom.core.journal import DRAWN
from sercom.core.labels import Labelled, LabelledType, Status, Tone
from sercom.entities.catalog.model import Service
from sercom.entities.documents.model import Document, DocumentKind
from sercom.entities.documents.stage import Stage, converted, stage_column
from sercom.entities.planning.model import Skill, skill_named
from sercom.entities.requests.triage import Path, TriageRule, Urgency, facts, propose
from sercom.entities.visits import when
from sercom.entities.visits.model import ENDED, Visit, VisitStatus

#: Minutes of work that one visit holds; longer work takes several.
WORKING_DAY = 8 * 60


class RequestStatus(Status):
    """Stored states of a request."""

    NEW = "new", _l("New"), Tone.INFO
    TO_ASSESS = "to_assess", _l("To assess"), Tone.WARN
    ASSESSED = "assessed", _l("Assessed"), Tone.GOOD
    CLOSED = "closed", _l("Closed"), Tone.NEUTRAL


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
    NOT_NEEDED = "not_needed", _l("No longer needed")
    ELSEWHERE = "elsewhere", _l("Another company was chosen")
    TOO_LATE = "too_late", _l("The wait was too long")
    OTHER = "other", _l("Another reason")


#: Why a client cancels, in the order of the form.
WITHDRAWN = (CloseReason.NOT_NEEDED, CloseReason.ELSEWHERE, CloseReason.TOO_LATE, CloseReason.OTHER)


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
        one_of("triage_path", Path),
        one_of("triage_urgency", Urgency),
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
    #: What the company's own questions were answered, as they read then: ``{"question": id, "fr": …,
    #: "en": …, "value": …}`` each.
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    close_reason: Mapped[CloseReason | None] = mapped_column(LabelledType(CloseReason))
    ticket: Mapped[str | None] = mapped_column(String(64))
    consent_at: Mapped[datetime | None]
    consent_version: Mapped[str | None] = mapped_column(String(20))
    #: What a rule proposed, as it read then: the rule may change or go.
    triage_rule_id: Mapped[int | None] = mapped_column(
        ForeignKey("triage_rule.id", ondelete="SET NULL"), index=True, info=DRAWN
    )
    triage_path: Mapped[Path | None] = mapped_column(LabelledType(Path), index=True, info=DRAWN)
    triage_urgency: Mapped[Urgency | None] = mapped_column(LabelledType(Urgency), info=DRAWN)
    triage_minutes: Mapped[int | None] = mapped_column(info=DRAWN)
    triage_skill: Mapped[str | None] = mapped_column(String(80), info=DRAWN)
    triage_reason_fr: Mapped[str | None] = mapped_column(String(200), info=DRAWN)
    triage_reason_en: Mapped[str | None] = mapped_column(String(200), info=DRAWN)

    service: Mapped[Service | None] = relationship()

    @property
    def available(self) -> list[HalfDay]:
        """The half-days the client proposed, in the order of the week."""
        return [day for day in HalfDay if day.value in self.availability]

    @property
    def answered(self) -> list[tuple[str, str]]:
        """The company's own questions and their answers, in the reader's language."""
        language = "fr" if in_french() else "en"
        return [(answer[language], _in_words(answer["value"], language)) for answer in self.answers]

    @property
    def is_editable(self) -> bool:
        """Until it is closed."""
        return self.status is not RequestStatus.CLOSED

    @property
    def triage_reason(self) -> str | None:
        """Why it was proposed, in the reader's language."""
        return self.triage_reason_fr if formats.in_french() else self.triage_reason_en

    @property
    def next_edge(self) -> str | None:
        """The conversion that the proposed path takes now; ``None`` where it is none, or nothing was proposed.

        A path that begins with a visit waits for it.
        """
        path = self.triage_path
        if path is None:
            return None
        due = self.status is RequestStatus.ASSESSED or (self.status is RequestStatus.NEW and not path.visits_first)
        return path.makes if due else None

    def is_to_assess(self) -> bool:
        """Whether a visit is what comes next."""
        return self.status is RequestStatus.NEW and self.next_edge is None

    def begin(self, actor: Actor) -> None:
        """The company's rules look at it at once."""
        self.content_changed()

    def content_changed(self) -> None:
        """Ask the rules again."""
        session = object_session(self)
        assert session is not None
        chosen = sa_inspect(self).attrs.service.history.has_changes()  # not in its column before it is flushed
        service_id = (self.service.id if self.service else None) if chosen else self.service_id
        asked = facts(self.title, self.description, service_id, Urgency(self.urgency), self.answers)
        for name, value in propose(rules_in_force(session), asked).items():
            setattr(self, name, value)

    @property
    def assessments(self) -> list[Visit]:
        """Its visits."""
        return [visit for visit in self.case.visits if visit.document_id == self.id]

    @property
    def expected(self) -> tuple[int | None, Skill | None]:
        """What triage proposed, a working day at most, and the skill it named; else the service's."""
        minutes = min(self.triage_minutes, WORKING_DAY) if self.triage_minutes else None
        named = skill_named(object_session(self), self.triage_skill)
        return minutes, named or (self.service.skill if self.service else None)

    def assessment_to_plan(self) -> Visit:
        """The visit that waits for a time, or one more."""
        waiting = (visit for visit in self.assessments if visit.status is VisitStatus.UNSCHEDULED)
        return next(waiting, None) or Visit.open(self)

    def plan_assessment(self, actor: Actor, visit: Visit, **plan: Any) -> None:
        """Plan a visit on site, with a person or a team and a time."""
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


def rules_in_force(session: AnySession) -> list[TriageRule]:
    """The rules, in the order in which they are asked."""
    rows = select(TriageRule).where(TriageRule.active).order_by(TriageRule.position, TriageRule.id)
    return list(session.scalars(rows))


def _in_words(value: Any, language: str) -> str:
    """An answer as a person reads it; see ``portal/questions.py`` for what may be kept."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dict):
        return str(value[language])
    if isinstance(value, int):
        return ngettext("%(num)s photo", "%(num)s photos", value)
    return str(value)


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
