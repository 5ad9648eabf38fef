"""Visits: an assessment belongs to a request, a work visit to a job. One table, one calendar.

Over 250 lines: every verb of a visit stands beside the states it leads to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session, relationship

from sercom.core.access import Actor
from sercom.core.base import CreatedAt, LongText, Model, PrimaryKey, UpdatedAt, one_of
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, DomainError
from sercom.core.labels import Labelled, LabelledType, Status, Tone
from sercom.core.money import ZERO, Money, Quantity
from sercom.entities.cases.model import Case
from sercom.entities.catalog.model import CatalogItem
from sercom.entities.checklists.model import Answer
from sercom.entities.documents.model import Document, DocumentKind
from sercom.entities.planning.model import Skill, VisitSeries
from sercom.entities.users.model import Team, User, team_member
from sercom.entities.visits.checks import require_answers
from sercom.entities.visits.proof import Signature, TimeSpan

MAX_MINUTES = 24 * 60


class VisitStatus(Status):
    """Stored states of a visit."""

    UNSCHEDULED = "unscheduled", _l("To schedule"), Tone.WARN
    SCHEDULED = "scheduled", _l("Scheduled"), Tone.INFO
    ON_THE_WAY = "on_the_way", _l("On the way"), Tone.INFO
    IN_PROGRESS = "in_progress", _l("In progress"), Tone.INFO
    PAUSED = "paused", _l("Paused"), Tone.WARN
    DONE = "done", _l("Done"), Tone.GOOD
    INCOMPLETE = "incomplete", _l("Incomplete"), Tone.WARN
    CANCELLED = "cancelled", _l("Cancelled"), Tone.NEUTRAL
    CLIENT_ABSENT = "client_absent", _l("Client absent"), Tone.BAD


PLANNED = (VisitStatus.SCHEDULED, VisitStatus.ON_THE_WAY, VisitStatus.IN_PROGRESS, VisitStatus.PAUSED)
STARTED = (
    VisitStatus.ON_THE_WAY,
    VisitStatus.IN_PROGRESS,
    VisitStatus.PAUSED,
    VisitStatus.DONE,
    VisitStatus.INCOMPLETE,
    VisitStatus.CLIENT_ABSENT,
)
ENDED = (VisitStatus.DONE, VisitStatus.INCOMPLETE, VisitStatus.CANCELLED, VisitStatus.CLIENT_ABSENT)


class IncompleteReason(Labelled):
    """Why a visit did not finish the work."""

    PARTS = "parts", _l("Parts missing")
    TIME = "time", _l("Not enough time")
    ACCESS = "access", _l("No access")
    OTHER = "other", _l("Other")


@dataclass(frozen=True)
class PartDraft:
    """A part as a form hands it over; without a price, the one known for it."""

    description: str
    quantity: Decimal
    unit_price: Decimal | None = None


class Visit(Model):
    """Somebody at the client's: planned time, actual time, what was found and used."""

    __tablename__ = "visit"
    __table_args__ = (
        one_of("status", VisitStatus),
        one_of("incomplete_reason", IncompleteReason),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("ended_at >= started_at", name="ended_after_started"),
        CheckConstraint("minutes BETWEEN 0 AND 1440", name="minutes_range"),
        CheckConstraint("expected_minutes BETWEEN 1 AND 1440", name="expected_minutes_range"),
        CheckConstraint(
            "status = 'unscheduled' OR status = 'cancelled' OR starts_at IS NOT NULL", name="planned_has_time"
        ),
        Index(None, "starts_at"),
        Index(None, "status", "starts_at"),
        Index(None, "person_id", "starts_at"),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    follow_up_of_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id", ondelete="SET NULL"))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("visit_series.id", ondelete="SET NULL"), index=True)
    skill_id: Mapped[int | None] = mapped_column(ForeignKey("skill.id"), index=True)
    #: How long it is expected to take, before anybody planned it.
    expected_minutes: Mapped[int | None]
    status: Mapped[VisitStatus] = mapped_column(LabelledType(VisitStatus), default=VisitStatus.UNSCHEDULED)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    any_time: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    minutes: Mapped[int | None]
    instructions: Mapped[LongText | None]
    findings: Mapped[LongText | None]
    incomplete_reason: Mapped[IncompleteReason | None] = mapped_column(LabelledType(IncompleteReason))
    #: Why it was finished with required items unanswered, in the technician's words.
    unanswered_reason: Mapped[str | None] = mapped_column(String(200))
    version: Mapped[int] = mapped_column()
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    case: Mapped[Case] = relationship(back_populates="visits")
    document: Mapped[Document] = relationship(foreign_keys=[document_id])
    person: Mapped[User | None] = relationship(foreign_keys=[person_id])
    team: Mapped[Team | None] = relationship()
    skill: Mapped[Skill | None] = relationship()
    series: Mapped[VisitSeries | None] = relationship()
    spans: Mapped[list[TimeSpan]] = relationship(cascade="all, delete-orphan", order_by=TimeSpan.id)
    signatures: Mapped[list[Signature]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=Signature.id
    )
    answers: Mapped[list[Answer]] = relationship(cascade="all, delete-orphan", order_by=Answer.position)
    parts: Mapped[list["PartUsed"]] = relationship(cascade="all, delete-orphan", order_by="PartUsed.id")

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{_l('Assessment') if self.is_assessment else _l('Visit')} {self.case.number}"

    @property
    def known_as(self) -> str:
        """What the journal calls it."""
        return self.case.number

    @property
    def is_assessment(self) -> bool:
        """A visit that belongs to a request."""
        return self.document.kind is DocumentKind.REQUEST

    def involves(self, user_id: int | None) -> bool:
        """Whether it is that person's visit, or their team's."""
        members = [user.id for user in self.team.members] if self.team else []
        return user_id is not None and user_id in {self.person_id, *members}

    @property
    def is_under_way(self) -> bool:
        """Somebody is on the way or at work."""
        return self.status in {VisitStatus.ON_THE_WAY, VisitStatus.IN_PROGRESS, VisitStatus.PAUSED}

    @property
    def has_ended(self) -> bool:
        """Whether nothing more happens in it."""
        return self.status in ENDED

    @property
    def has_started(self) -> bool:
        """Whether somebody left for it, so that it tells of something."""
        return self.status in STARTED

    @property
    def was_worked_at(self) -> bool:
        """Whether somebody was let in, so that it has something to find."""
        return self.status in STARTED and self.status is not VisitStatus.CLIENT_ABSENT

    @classmethod
    def open(cls, document: Document, instructions: str | None = None) -> "Visit":
        """One more visit of ``document`` to plan."""
        minutes, skill = document.expected
        visit = cls(document=document, instructions=instructions, status=VisitStatus.UNSCHEDULED)
        visit.expected_minutes, visit.skill = minutes, skill
        document.case.visits.append(visit)
        return visit

    @classmethod
    def assigned_to(cls, user_id: int | None) -> ColumnElement[bool]:
        """Visits of a person, or of a team the person is in."""
        teams = select(team_member.c.team_id).where(team_member.c.user_id == user_id)
        return or_(cls.person_id == user_id, cls.team_id.in_(teams))

    @staticmethod
    def require_plan(starts_at: datetime, ends_at: datetime, person: User | None, team: Team | None) -> None:
        """Raise where nobody could go then: it ends first, lasts more than a day, or nobody is there to go."""
        if ends_at <= starts_at:
            raise DomainError(_l("The visit ends before it starts."), "ends")
        if ends_at - starts_at > timedelta(minutes=MAX_MINUTES):
            raise DomainError(_l("A visit lasts 24 hours at most: plan several."), "ends")
        if person is None and team is None:
            raise DomainError(_l("Choose a person or a team."), "person")
        if person is not None and not person.active:
            raise DomainError(_l("This person has left the company."), "person")
        if team is not None and not team.active:
            raise DomainError(_l("This team no longer exists."), "team")
        if team is not None and not any(member.active for member in team.members):
            raise DomainError(_l("Nobody is in this team."), "team")

    def schedule(
        self,
        actor: Actor,
        *,
        starts_at: datetime,
        ends_at: datetime,
        any_time: bool = False,
        person: User | None = None,
        team: Team | None = None,
        instructions: str | None = None,
    ) -> None:
        """Plan it with a person, a team or both, between two moments (UTC)."""
        self.require_plan(starts_at, ends_at, person, team)
        self.starts_at, self.ends_at, self.any_time = starts_at, ends_at, any_time
        self.person, self.team = person, team
        self.instructions = instructions or self.instructions
        self.status = VisitStatus.SCHEDULED

    def unschedule(self, actor: Actor, *, person: User | None = None, team: Team | None = None) -> None:
        """Put it back among what is to be planned, for whoever was meant to go, if anybody was."""
        self.starts_at = self.ends_at = None
        self.person, self.team, self.any_time = person, team, False
        self.status = VisitStatus.UNSCHEDULED

    def leave(self, actor: Actor) -> None:
        """The technician is on the way."""
        self.status = VisitStatus.ON_THE_WAY

    def start(self, actor: Actor) -> None:
        """Work begins now, or goes on after a pause."""
        now = utcnow()
        self.started_at = self.started_at or now
        self.spans.append(TimeSpan(user_id=actor.user_id, started_at=now))
        self.status = VisitStatus.IN_PROGRESS

    def pause(self, actor: Actor) -> None:
        """Work stops for a while: its time stands still."""
        self._stop()
        self.status = VisitStatus.PAUSED

    def _stop(self) -> None:
        """End the span that runs."""
        for span in self.spans:
            if span.ended_at is None:
                span.ended_at = max(utcnow(), span.started_at)

    @property
    def worked_minutes(self) -> int | None:
        """What the clock measured, pauses left out; ``None`` where nobody pressed start."""
        if not self.spans:
            return None
        seconds = sum(((span.ended_at or utcnow()) - span.started_at).total_seconds() for span in self.spans)
        return min(int(seconds // 60), MAX_MINUTES)

    def finish(
        self,
        actor: Actor,
        *,
        minutes: int | None = None,
        findings: str | None = None,
        unanswered_reason: str | None = None,
    ) -> None:
        """Work is done; ``minutes`` is what is charged, the clock's reading by default.

        Required items of its checklists must be answered, or the reason why they are not given.
        """
        self.unanswered_reason = require_answers(self, unanswered_reason)
        self._end(minutes, findings)
        self.status = VisitStatus.DONE
        self.document.visit_done(self)

    def leave_incomplete(
        self, actor: Actor, *, reason: IncompleteReason, minutes: int | None = None, findings: str | None = None
    ) -> "Visit":
        """Work must go on another day: makes the follow-up visit."""
        self._end(minutes, findings)
        self.incomplete_reason = IncompleteReason(reason)
        self.status = VisitStatus.INCOMPLETE
        return self._follow_up()

    def client_absent(self, actor: Actor) -> "Visit":
        """Nobody opened: makes the follow-up visit."""
        self.ended_at = utcnow()
        self._stop()
        self.started_at = self.started_at or self.ended_at
        self.status = VisitStatus.CLIENT_ABSENT
        return self._follow_up()

    def cancel(self, actor: Actor) -> None:
        """It will not take place."""
        self.status = VisitStatus.CANCELLED

    def take_parts(self, drafts: Sequence[PartDraft]) -> None:
        """Make the parts used equal to ``drafts``; a part named like a catalogue item is that item."""
        known = {part.description: part.unit_price for part in self.parts}
        items = _items_named(object_session(self), {draft.description for draft in drafts})
        parts = []
        for draft in drafts:
            item = items.get(draft.description)
            catalogued = item.price if item else ZERO
            price = known.get(draft.description, catalogued) if draft.unit_price is None else draft.unit_price
            parts.append((draft.description, draft.quantity, price, item.id if item else None))
        if parts != [(part.description, part.quantity, part.unit_price, part.item_id) for part in self.parts]:
            names = ("description", "quantity", "unit_price", "item_id")
            self.parts = [PartUsed(**dict(zip(names, part, strict=True))) for part in parts]

    def use_part(self, draft: PartDraft, part_id: int | None = None) -> None:
        """One part more; with ``part_id``, that one's quantity as it is told: none takes it off."""
        same = next((part for part in self.parts if part.id == part_id), None) if part_id else None
        if part_id and same is None:
            raise ConflictError(_l("This part was taken off already."))
        if same is not None:
            if draft.quantity:
                same.quantity = draft.quantity
            else:
                self.parts.remove(same)
            return
        item = _items_named(object_session(self), {draft.description}).get(draft.description)
        price = (item.price if item else ZERO) if draft.unit_price is None else draft.unit_price
        again = next(
            (part for part in self.parts if (part.description, part.unit_price) == (draft.description, price)), None
        )
        if again is not None:
            again.quantity += draft.quantity
        else:
            told = {"description": draft.description, "quantity": draft.quantity, "unit_price": price}
            self.parts.append(PartUsed(**told, item_id=item.id if item else None))

    def _end(self, minutes: int | None, findings: str | None) -> None:
        if minutes is not None and not 0 <= minutes <= MAX_MINUTES:
            raise DomainError(_l("Between 0 and 1440 minutes."), "minutes")
        self.ended_at = utcnow()
        self._stop()
        minutes = self.worked_minutes if minutes is None else minutes
        self.started_at = self.started_at or self.ended_at
        self.minutes = minutes  # unknown where nobody pressed "start" nor said: not nothing
        self.findings = findings or self.findings

    def _follow_up(self) -> "Visit":
        visit = Visit.open(self.document, self.findings or self.instructions)
        visit.follow_up_of_id, visit.skill, visit.expected_minutes = self.id, self.skill, self.expected_minutes
        return visit


def _items_named(session: Session | None, names: set[str]) -> dict[str, CatalogItem]:
    """Catalogue items by the French name, English name or code that was typed."""
    if session is None or not names:
        return {}
    keys = (CatalogItem.name_fr, CatalogItem.name_en, CatalogItem.code)
    found = session.scalars(select(CatalogItem).where(or_(*(key.in_(names) for key in keys)))).all()
    return {key: item for item in found for key in (item.name_fr, item.name_en, item.code)}


class PartUsed(Model):
    """A part used during a visit; it becomes a line when the work is invoiced."""

    __tablename__ = "part_used"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    id: Mapped[PrimaryKey]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("catalog_item.id"))
    description: Mapped[str] = mapped_column(String(200))
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    unit_price: Mapped[Decimal] = mapped_column(Money, default=ZERO)

    item: Mapped[CatalogItem | None] = relationship()

    def __str__(self) -> str:
        return self.description
