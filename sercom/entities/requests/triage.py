"""Triage: which path a request takes, how soon and for how long, as the company's own rules propose it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core import formats
from sercom.core.base import CreatedAt, LongText, Model, PrimaryKey, UpdatedAt, one_of
from sercom.core.labels import Labelled, LabelledType, Tone
from sercom.entities.catalog.model import Service
from sercom.entities.questions.model import Question
from sercom.search.words import PART, fold

MAX_MINUTES = 60 * 24 * 30
#: What may follow a keyword.
PLURALS = ("", "s", "x", "es")
#: What parts two keywords.
BETWEEN = re.compile(r"[,;\n]")


class Urgency(Labelled):
    """How soon the client needs somebody."""

    EMERGENCY = "emergency", _l("Emergency: today"), Tone.BAD
    SOON = "soon", _l("Within a week"), Tone.WARN
    FLEXIBLE = "flexible", _l("When convenient"), Tone.NEUTRAL


class Path(Labelled):
    """The five ways through a case, by what is made of the request."""

    QUOTED = "quoted", _l("Request → Quote → Job → Invoice: more than four hours"), Tone.INFO
    ASSESSED = "assessed", _l("Request → Job → Invoice: maintenance or repair"), Tone.INFO
    AT_ONCE = "at_once", _l("Request → Invoice: repaired at the first visit"), Tone.INFO
    SHOPPED = "shopped", _l("Quote → Job → Invoice: installation priced right away"), Tone.INFO
    CALLED = "called", _l("Job → Invoice: service call"), Tone.INFO

    @property
    def short(self) -> LazyString:
        """In a word or two, for a list."""
        return SHORT[self]

    @property
    def visits_first(self) -> bool:
        """Whether somebody looks before anything is made of the request."""
        return self in {Path.QUOTED, Path.ASSESSED, Path.AT_ONCE}

    @property
    def makes(self) -> str:
        """The conversion that the path takes from the request: an edge's name."""
        return {Path.ASSESSED: "job", Path.CALLED: "job", Path.AT_ONCE: "invoice"}.get(self, "quote")


SHORT: dict[Path, LazyString] = {
    Path.QUOTED: _l("Large job"),
    Path.ASSESSED: _l("Repair"),
    Path.AT_ONCE: _l("First visit"),
    Path.SHOPPED: _l("Quote right away"),
    Path.CALLED: _l("Service call"),
}


def plain_words(text: str) -> str:
    """``text`` without accents, capitals and signs, between spaces: ``Pas d’eau !`` is `` pas d eau ``."""
    return f" {' '.join(PART.findall(fold(text)))} "


class TriageRule(Model):
    """If a request is like this, then propose that; the first rule by position that matches is the one.

    Conditions that are blank hold always. ``keywords`` are parted by commas: one of them is enough,
    as whole words, in the singular or the plural. ``question_id`` names one of the company's own questions, and
    ``answer`` what was answered.
    """

    __tablename__ = "triage_rule"
    __table_args__ = (
        one_of("urgency", Urgency),
        one_of("proposed_urgency", Urgency),
        one_of("path", Path),
        CheckConstraint(f"minutes BETWEEN 1 AND {MAX_MINUTES}", name="minutes_range"),
        CheckConstraint("reason_fr <> '' AND reason_en <> ''", name="reason_given"),
        Index(None, "active", "position"),
    )

    id: Mapped[PrimaryKey]
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"), index=True)
    urgency: Mapped[Urgency | None] = mapped_column(LabelledType(Urgency))
    keywords: Mapped[LongText | None]
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"), index=True)
    answer: Mapped[str | None] = mapped_column(String(200))
    path: Mapped[Path] = mapped_column(LabelledType(Path), default=Path.QUOTED)
    proposed_urgency: Mapped[Urgency | None] = mapped_column(LabelledType(Urgency))
    minutes: Mapped[int | None]
    skill: Mapped[str | None] = mapped_column(String(80))
    reason_fr: Mapped[str] = mapped_column(String(200))
    reason_en: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column()
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    service: Mapped[Service | None] = relationship()
    question: Mapped[Question | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        reason = self.reason_fr if formats.in_french() else self.reason_en
        return _("Rule %(position)s: %(reason)s", position=self.position, reason=reason)

    @property
    def known_as(self) -> str:
        """What the journal calls it."""
        return self.reason_fr

    @property
    def words(self) -> list[str]:
        """The keywords as they are looked for."""
        return [found for text in BETWEEN.split(self.keywords or "") if (found := plain_words(text).rstrip())]

    @property
    def conditions(self) -> str:
        """When it matches, in words."""
        told = (
            str(self.service) if self.service else "",
            str(self.urgency.label) if self.urgency else "",
            _("one of: %(words)s", words=self.keywords) if self.words else "",
            f"{self.question} {self.answer or ''}".strip() if self.question else "",
        )
        return " · ".join(part for part in told if part) or _("Any request")

    def matches(self, asked: Mapping[str, Any]) -> bool:
        """Whether a request is as it says; ``asked`` as ``facts`` tells it."""
        return (
            self.service_id in {None, asked["service_id"]}
            and self.urgency in {None, asked["urgency"]}
            and (
                not self.words or any(f"{word}{plural} " in asked["text"] for word in self.words for plural in PLURALS)
            )
            and (self.question_id is None or self._is_answered(asked["answers"]))
        )

    def _is_answered(self, answers: Iterable[Mapping[str, Any]]) -> bool:
        given = (answer["value"] for answer in answers if answer.get("question") == self.question_id)
        wanted = plain_words(self.answer or "")
        return any(wanted == plain_words(text) for value in given for text in _as_texts(value))

    def proposal(self) -> dict[str, Any]:
        """What it proposes, as the columns of a request keep it."""
        return {
            "triage_rule_id": self.id,
            "triage_path": self.path,
            "triage_urgency": self.proposed_urgency,
            "triage_minutes": self.minutes,
            "triage_skill": self.skill,
            "triage_reason_fr": self.reason_fr,
            "triage_reason_en": self.reason_en,
        }


#: The columns of a request that keep a proposal, where no rule matches.
NO_PROPOSAL: dict[str, Any] = {
    f"triage_{name}": None for name in ("rule_id", "path", "urgency", "minutes", "skill", "reason_fr", "reason_en")
}


def _as_texts(value: Any) -> Sequence[str]:
    """An answer as a person would type it, in either language."""
    if isinstance(value, bool):
        return ("oui", "yes") if value else ("non", "no")
    return [str(part) for part in value.values()] if isinstance(value, dict) else [str(value)]


def propose(rules: Iterable[TriageRule], asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the first rule that matches proposes; ``rules`` in their order."""
    return next((rule.proposal() for rule in rules if rule.matches(asked)), NO_PROPOSAL)


def facts(
    title: str, description: str | None, service_id: int | None, urgency: Urgency, answers: Any
) -> dict[str, Any]:
    """What rules look at: of the text the title and the description."""
    return {
        "text": plain_words(f"{title} {description or ''}"),
        "service_id": service_id,
        "urgency": urgency,
        "answers": answers or (),
    }
