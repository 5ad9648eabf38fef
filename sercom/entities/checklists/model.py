"""Checklists: what is looked at, measured and ticked during a visit, by service."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core import formats
from sercom.core.base import CreatedAt, Model, PrimaryKey, UpdatedAt, one_of
from sercom.core.labels import Labelled, LabelledType
from sercom.entities.catalog.model import Service


class CheckKind(Labelled):
    """How an item is answered."""

    TICK = "tick", _l("To tick")
    YES_NO = "yes_no", _l("Yes or no")
    TEXT = "text", _l("Text")
    NUMBER = "number", _l("Measurement")
    CHOICE = "choice", _l("One of several")


@dataclass(frozen=True)
class ItemDraft:
    """An item as a form hands it over; ``id`` says which one it was."""

    text_fr: str
    text_en: str
    kind: CheckKind = CheckKind.TICK
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    id: int | None = None


class Checklist(Model):
    """A template for the visits of a service, or of every service; for assessments or for work."""

    __tablename__ = "checklist"
    __table_args__ = (CheckConstraint("name_fr <> '' AND name_en <> ''", name="name_given"),)

    id: Mapped[PrimaryKey]
    name_fr: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"), index=True)
    for_assessments: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column()
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    service: Mapped[Service | None] = relationship()
    items: Mapped[list["ChecklistItem"]] = relationship(
        cascade="all, delete-orphan", order_by="ChecklistItem.position, ChecklistItem.id"
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name_fr if formats.in_french() else self.name_en

    @property
    def told(self) -> list[str]:
        """Its items as the journal tells them."""
        return [item.told for item in self.items]

    def take_items(self, drafts: Sequence[ItemDraft]) -> None:
        """Make the items equal to ``drafts``, in their order; an item that goes on keeps its row."""
        known = {item.id: item for item in self.items}
        items = []
        for position, draft in enumerate(drafts):
            item = known.pop(draft.id, None) if draft.id else None
            item = item or ChecklistItem()
            told = asdict(draft) | {"choices": [list(pair) for pair in draft.choices], "position": position}
            for name, value in told.items():
                if name != "id" and getattr(item, name) != value:
                    setattr(item, name, value)
            items.append(item)
        self.items = items


class ChecklistItem(Model):
    """One thing to look at. ``choices`` are told one a line in both languages: ``[[fr, en], …]``."""

    __tablename__ = "checklist_item"
    __table_args__ = (
        one_of("kind", CheckKind),
        CheckConstraint("text_fr <> '' AND text_en <> ''", name="text_given"),
    )

    id: Mapped[PrimaryKey]
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[CheckKind] = mapped_column(LabelledType(CheckKind), default=CheckKind.TICK)
    text_fr: Mapped[str] = mapped_column(String(200))
    text_en: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(20), default="")
    choices: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    required: Mapped[bool] = mapped_column(default=False)

    def __str__(self) -> str:
        return self.text_fr if formats.in_french() else self.text_en

    @property
    def told(self) -> str:
        """As the journal tells it: in the company's language, a star where an answer is required."""
        return f"{self.text_fr}{f' ({self.unit})' if self.unit else ''}{' *' if self.required else ''}"

    @property
    def as_asked(self) -> dict[str, Any]:
        """As an answer keeps it."""
        names = {"fr": self.text_fr, "en": self.text_en, "kind": self.kind.value}
        return names | {"unit": self.unit, "required": self.required, "choices": self.choices or []}


class Answer(Model):
    """What was answered during a visit, with the item as it read then: a template may change or go.

    ``asked`` is ``{"fr", "en", "kind", "unit", "required", "choices"}``; an item nobody answered has no row.
    ``value`` is plain: ``yes``, ``no``, a number with a point, the place of a choice; ``answering.py`` reads it.
    """

    __tablename__ = "checklist_answer"
    __table_args__ = (
        UniqueConstraint("visit_id", "item_id"),
        CheckConstraint("value <> ''", name="value_given"),
        Index(None, "visit_id", "position"),
    )

    id: Mapped[PrimaryKey]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("checklist_item.id", ondelete="SET NULL"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    value: Mapped[str] = mapped_column(String(1000))
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    answered_at: Mapped[datetime]
