"""The register of confidentiality incidents: what the law asks to be written down of each, kept for five years.

Québec, Regulation respecting confidentiality incidents, s. 7: eight things. No name belongs in it.
"""

from datetime import date

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sercom.core.base import CreatedAt, LongText, Model, PrimaryKey, UpdatedAt, one_of
from sercom.core.errors import DomainError
from sercom.core.labels import LabelledType, Status, Tone


class Risk(Status):
    """Whether somebody may be seriously harmed by it."""

    ASSESSING = "assessing", _l("Being assessed"), Tone.WARN
    NONE = "none", _l("Not serious"), Tone.GOOD
    SERIOUS = "serious", _l("Serious"), Tone.BAD


class Incident(Model):
    """Personal information that was seen, used, sent or lost without right."""

    __tablename__ = "incident"
    __table_args__ = (
        one_of("risk", Risk),
        CheckConstraint("information <> '' AND circumstances <> ''", name="told"),
        CheckConstraint("happened_until >= happened_on", name="period_in_order"),
        CheckConstraint("discovered_on >= happened_on", name="discovered_after"),
        CheckConstraint("people_count >= 0", name="people_counted"),
    )

    id: Mapped[PrimaryKey]
    #: 1. Which information; 2. what happened.
    information: Mapped[LongText]
    circumstances: Mapped[LongText]
    #: 3. When; a period where the day is not known, blank where neither is.
    happened_on: Mapped[date | None]
    happened_until: Mapped[date | None]
    #: 4. When the company learned of it.
    discovered_on: Mapped[date]
    #: 5. How many people, as far as is known.
    people_count: Mapped[int | None]
    #: 6. The risk, and why.
    risk: Mapped[Risk] = mapped_column(LabelledType(Risk), default=Risk.ASSESSING)
    risk_reason: Mapped[LongText | None]
    #: 7. Whom was told when.
    commission_on: Mapped[date | None]
    people_on: Mapped[date | None]
    notices: Mapped[LongText | None]
    #: 8. What was done about it.
    measures: Mapped[LongText | None]
    version: Mapped[int] = mapped_column()
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return _("Incident of %(day)s", day=self.discovered_on)

    @property
    def known_as(self) -> str:
        """For the journal, without words."""
        return f"{self.discovered_on}"

    def check(self) -> None:
        """Raise ``DomainError`` beside what cannot be: an end before the beginning, a discovery before the fact."""
        if self.happened_until and (self.happened_on is None or self.happened_until < self.happened_on):
            raise DomainError(_l("The period ends before it begins."), "happened_until")
        if self.happened_on and self.discovered_on < self.happened_on:
            raise DomainError(_l("It cannot be discovered before it happened."), "discovered_on")

    @property
    def missing(self) -> list[LazyString]:
        """What the law still asks for."""
        asked = (
            (_l("Say whether there is a risk of serious injury."), self.risk is Risk.ASSESSING),
            (
                _l("Say what the risk rests on: how sensitive it is, how it could be misused, how likely that is."),
                not self.risk_reason,
            ),
            (_l("Tell the Commission d’accès à l’information at once."), self._owed(self.commission_on)),
            (_l("Tell the people concerned."), self._owed(self.people_on)),
            (_l("Say what is done to lessen the harm."), not self.measures),
        )
        return [text for text, is_missing in asked if is_missing]

    def _owed(self, told: date | None) -> bool:
        return self.risk is Risk.SERIOUS and told is None
