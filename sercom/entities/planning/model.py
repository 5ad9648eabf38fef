"""Who can be planned, and when: skills, working hours, absences; and visits that come again."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from sercom.core import clock, formats
from sercom.core.base import CreatedAt, Model, PrimaryKey, UpdatedAt, db, one_of
from sercom.core.errors import DomainError
from sercom.core.labels import Labelled, LabelledType

if TYPE_CHECKING:
    from sercom.entities.users.model import User

user_skill = Table(
    "user_skill",
    db.metadata,
    Column("user_id", ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
    Column("skill_id", ForeignKey("skill.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Skill(Model):
    """What a person can do and a visit may need: refrigerants, gas, drains."""

    __tablename__ = "skill"
    __table_args__ = (CheckConstraint("name_fr <> '' AND name_en <> ''", name="name_given"),)

    id: Mapped[PrimaryKey]
    name_fr: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    active: Mapped[bool] = mapped_column(default=True)

    def __str__(self) -> str:
        return self.name_fr if formats.in_french() else self.name_en


class WorkingHours(Model):
    """From when to when a person works on a weekday (0 is Monday), on the company's clock.

    A person without any row works the company's usual hours (``workflow.planning.USUAL``).
    """

    __tablename__ = "working_hours"
    __table_args__ = (
        UniqueConstraint("user_id", "weekday"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_range"),
        CheckConstraint("ends > starts", name="ends_after_start"),
    )

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]


class AbsenceReason(Labelled):
    """Why somebody is not there."""

    VACATION = "vacation", _l("Vacation")
    SICK = "sick", _l("Sick")
    TRAINING = "training", _l("Training")
    CLOSED = "closed", _l("Company closed")
    OTHER = "other", _l("Other")


class Absence(Model):
    """Time in which a person is not there; without a person, the whole company is closed."""

    __tablename__ = "absence"
    __table_args__ = (
        one_of("reason", AbsenceReason),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index(None, "starts_at", "ends_at"),
    )

    id: Mapped[PrimaryKey]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    reason: Mapped[AbsenceReason] = mapped_column(LabelledType(AbsenceReason), default=AbsenceReason.VACATION)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    note: Mapped[str | None] = mapped_column(String(200))
    version: Mapped[int] = mapped_column()
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    user: Mapped["User | None"] = relationship()

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.reason.label}, {self.who}"

    @property
    def known_as(self) -> str:
        """What the journal calls it."""
        return f"{clock.to_company(self.starts_at):%Y-%m-%d}{f' {self.user.name}' if self.user else ''}"

    @property
    def who(self) -> str:
        """The person's name, or everybody."""
        return self.user.name if self.user else str(_l("Everybody"))

    @property
    def first(self) -> date:
        """Its first day."""
        return clock.to_company(self.starts_at).date()

    @property
    def last(self) -> date:
        """Its last day; one that ends at midnight ends the day before."""
        return clock.to_company(self.ends_at - timedelta(microseconds=1)).date()

    @property
    def starts(self) -> time | None:
        """From what time on the first day; ``None`` where it begins with it."""
        return _unless_midnight(self.starts_at)

    @property
    def ends(self) -> time | None:
        """To what time on the last day; ``None`` where it ends with it."""
        return _unless_midnight(self.ends_at)

    @property
    def when(self) -> str:
        """From when to when: days alone where they are whole."""
        first, last = formats.day(self.first), formats.day(self.last)
        starts, ends = (formats.clock(at) if at else "" for at in (self.starts, self.ends))
        if first == last:
            hours = f"{starts or formats.clock(time.min)} – {ends or formats.clock(time.min)}"
            return f"{first} · {hours}" if starts or ends else first
        return f"{first} {starts}".rstrip() + " → " + f"{last} {ends}".rstrip()

    def take_time(self, first: date, last: date | None, starts: time | None, ends: time | None) -> None:
        """From the first day, or its hour, to the end of the last day, or its hour, on the company's clock."""
        final = last or first
        starts_at = clock.from_company(first, starts or time.min)
        to_midnight = ends is None or ends == time.min
        ends_at = clock.day_bounds(final)[1] if to_midnight else clock.from_company(final, ends or time.min)
        if ends_at <= starts_at:
            raise DomainError(_l("The absence ends before it starts."), "ends" if first == final else "last")
        self.starts_at, self.ends_at = starts_at, ends_at


def _unless_midnight(moment: datetime) -> time | None:
    at = clock.to_company(moment).time()
    return None if at == time.min else at


class VisitSeries(Model):
    """Visits of a job that come again by a rule (RFC 5545 RRULE) from a day on, at a time of the company's clock.

    Its visits are ordinary rows, made at once: each is moved, done and invoiced alone.
    """

    __tablename__ = "visit_series"
    __table_args__ = (
        CheckConstraint("rule <> ''", name="rule_given"),
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes_range"),
    )

    id: Mapped[PrimaryKey]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    rule: Mapped[str] = mapped_column(String(200))
    first_day: Mapped[date]
    starts: Mapped[time]
    minutes: Mapped[int]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]


def active_skills() -> list[Skill]:
    """Skills that are still asked for."""
    return list(db.session.scalars(select(Skill).where(Skill.active).order_by(Skill.name_fr, Skill.id)))


def skill_named(session: Session | None, name: str | None) -> Skill | None:
    """The skill of that name in either language, still asked for: triage names it by hand."""
    if session is None or not name:
        return None
    named = select(Skill).where(Skill.active, or_(Skill.name_fr == name, Skill.name_en == name))
    return session.scalars(named.order_by(Skill.id).limit(1)).first()
