"""Who can be planned, and when: skills, working hours, absences; and visits that come again."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core import formats
from sercom.core.base import CreatedAt, Model, PrimaryKey, UpdatedAt, db, one_of
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
        who = self.user.name if self.user else _l("Everybody")
        return f"{self.reason.label}, {who}"


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
