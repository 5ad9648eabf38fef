"""Questions of the company's own on the public form, for all services or for chosen ones."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from sercom.core import formats
from sercom.core.base import CreatedAt, LongText, Model, PrimaryKey, UpdatedAt, db, one_of
from sercom.core.errors import DomainError
from sercom.core.labels import Labelled, LabelledType
from sercom.entities.catalog.model import Service

MIN_CHOICES, MAX_CHOICES, CHOICE_LENGTH = 2, 20, 120


class QuestionKind(Labelled):
    """How a question is answered."""

    TEXT = "text", _l("A text")
    CHOICE = "choice", _l("A choice")
    YES_NO = "yes_no", _l("Yes or no")
    NUMBER = "number", _l("A number")
    PHOTO = "photo", _l("A photo")


#: A service that a question names is not deleted: the question would be asked of everybody.
question_service = Table(
    "question_service",
    db.metadata,
    Column("question_id", ForeignKey("question.id", ondelete="CASCADE"), primary_key=True),
    Column("service_id", ForeignKey("service.id"), primary_key=True, index=True),
)


class Question(Model):
    """A question in both languages; without services it is asked of everybody."""

    __tablename__ = "question"
    __table_args__ = (
        one_of("kind", QuestionKind),
        CheckConstraint("label_fr <> '' AND label_en <> ''", name="label_given"),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[QuestionKind] = mapped_column(LabelledType(QuestionKind), default=QuestionKind.TEXT)
    label_fr: Mapped[str] = mapped_column(String(200))
    label_en: Mapped[str] = mapped_column(String(200))
    help_fr: Mapped[str] = mapped_column(String(300), default="")
    help_en: Mapped[str] = mapped_column(String(300), default="")
    #: One a line, in one order in both languages.
    choices_fr: Mapped[LongText | None]
    choices_en: Mapped[LongText | None]
    required: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column()
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    services: Mapped[list[Service]] = relationship(secondary=question_service, order_by=Service.position)

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The question in the reader's language."""
        return self.label_fr if formats.in_french() else self.label_en

    @property
    def help(self) -> str:
        """What stands below it, in the reader's language."""
        return self.help_fr if formats.in_french() else self.help_en

    @property
    def choices(self) -> list[dict[str, str]]:
        """What may be chosen, in both languages."""
        pairs = zip(_lines(self.choices_fr), _lines(self.choices_en), strict=False)
        return [{"fr": fr, "en": en} for fr, en in pairs]

    def tidy(self) -> None:
        """Keep choices where there is something to choose; raises ``DomainError`` where they do not match."""
        if self.kind is not QuestionKind.CHOICE:
            self.choices_fr = self.choices_en = None
            return
        french, english = _lines(self.choices_fr), _lines(self.choices_en)
        for field, lines in (("choices_fr", french), ("choices_en", english)):
            if not MIN_CHOICES <= len(set(lines)) == len(lines) <= MAX_CHOICES:
                raise DomainError(_l("Write 2 to 20 different choices, one a line."), field)
            if max(map(len, lines)) > CHOICE_LENGTH:
                raise DomainError(_l("A choice has at most 120 characters."), field)
        if len(french) != len(english):
            raise DomainError(_l("Write as many choices as in French, in the same order."), "choices_en")
        self.choices_fr, self.choices_en = "\n".join(french), "\n".join(english)

    def is_asked_for(self, service: Service | None) -> bool:
        """Whether somebody who wants ``service`` is asked."""
        return not self.services or service in self.services

    def answered(self, value: Any) -> dict[str, Any]:
        """The answer as a request keeps it: the question may change or go."""
        return {"question": self.id, "fr": self.label_fr, "en": self.label_en, "value": value}


def questions_asked() -> Sequence[Question]:
    """The active questions in the order of the form, with their services: one query."""
    asked = select(Question).where(Question.active).order_by(Question.position, Question.id)
    return db.session.scalars(asked.options(joinedload(Question.services))).unique().all()


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
