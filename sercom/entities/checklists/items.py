"""The items of a checklist as one form field: read, checked cell by cell, nothing typed lost."""

from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from wtforms import Field, Form
from wtforms.validators import ValidationError

from sercom.core.base import read_whole
from sercom.entities.checklists.model import CheckKind, ChecklistItem, ItemDraft

CELLS = ("id", "position", "text_fr", "text_en", "kind", "unit", "choices_fr", "choices_en", "required")
MAX_ITEMS = 100
SPARE_ROWS = 3
TEXT_LENGTH, UNIT_LENGTH = 200, 20
MIN_CHOICES, MAX_CHOICES, CHOICE_LENGTH = 2, 20, 120
BLANK = dict.fromkeys(CELLS, "")


@dataclass
class ItemRow:
    """An item as typed: the text of each cell, the errors beside them, the draft when all is well."""

    cells: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    draft: ItemDraft | None = None

    @property
    def is_blank(self) -> bool:
        """Nothing typed that a person would miss."""
        return not any(self.cells[name].strip() for name in ("text_fr", "text_en", "unit", "choices_fr", "choices_en"))

    @property
    def place(self) -> int:
        """Where it was put by number; the end where that is none."""
        return read_whole(self.cells["position"].strip()) or MAX_ITEMS

    def read(self) -> None:
        """Fill ``draft``, or ``errors``."""
        texts = {name: self._text(name) for name in ("text_fr", "text_en")}
        kind = next((kind for kind in CheckKind if kind.value == self.cells["kind"]), None)
        if kind is None:
            self.errors["kind"] = _("Choose from the list.")
        unit = self.cells["unit"].strip() if kind is CheckKind.NUMBER else ""
        if len(unit) > UNIT_LENGTH:
            self.errors["unit"] = _("This text is too long.")
        choices = self._choices() if kind is CheckKind.CHOICE else ()
        if not self.errors and kind is not None:
            required, key = bool(self.cells["required"]), read_whole(self.cells["id"])
            self.draft = ItemDraft(**texts, kind=kind, unit=unit, choices=choices, required=required, id=key)

    def _text(self, name: str) -> str:
        text = " ".join(self.cells[name].split())
        if not text:
            self.errors[name] = _("Say it in both languages.")
        elif len(text) > TEXT_LENGTH:
            self.errors[name] = _("This text is too long.")
        return text

    def _choices(self) -> tuple[tuple[str, str], ...]:
        """One a line in each language, in the same order."""
        both = []
        for name in ("choices_fr", "choices_en"):
            lines = [line.strip() for line in self.cells[name].splitlines() if line.strip()]
            if not MIN_CHOICES <= len(set(lines)) == len(lines) <= MAX_CHOICES:
                self.errors[name] = _("Write 2 to 20 different choices, one a line.")
            elif max(map(len, lines)) > CHOICE_LENGTH:
                self.errors[name] = _("A choice has at most 120 characters.")
            both.append(lines)
        french, english = both
        if len(french) != len(english):
            self.errors.setdefault("choices_en", _("Write as many choices as in French, in the same order."))
            return ()
        return tuple(zip(french, english, strict=True))


class ItemsField(Field):
    """``items-0-text_fr``, ``items-0-kind`` …; drawn by the ``items_editor`` macro."""

    widget = None
    data: Any = None  # the rows stand for it
    rows: list[ItemRow]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Rows from what was posted, else from the checklist."""
        self.process_errors: Any = []
        if formdata and f"{self.name}-present" in formdata:
            posted = [row for row in self._posted(formdata) if not row.is_blank]
            self.rows = sorted(posted, key=lambda row: row.place)
        else:
            self.rows = [_shown(item) for item in data or ()]

    def _posted(self, formdata: Any) -> list[ItemRow]:
        names = [name for name in formdata if name.startswith(f"{self.name}-") and name.endswith("-text_fr")]
        count = min(len(names), MAX_ITEMS + 1)
        return [
            ItemRow({cell: formdata.get(f"{self.name}-{number}-{cell}", "") for cell in CELLS})
            for number in range(count)
        ]

    @property
    def shown_rows(self) -> list[ItemRow]:
        """The rows, and a few blank ones."""
        return [*self.rows, *(ItemRow(BLANK | {"kind": CheckKind.TICK.value}) for _count in range(SPARE_ROWS))]

    @property
    def kinds(self) -> list[tuple[str, Any]]:
        """What an item may be."""
        return [(kind.value, kind.label) for kind in CheckKind]

    def pre_validate(self, form: Form) -> None:
        """Read every row."""
        for row in self.rows:
            row.read()
        if len(self.rows) > MAX_ITEMS:
            raise ValidationError(_("At most 100 items."))
        if not self.rows:
            raise ValidationError(_("Write at least one item."))
        if any(row.errors for row in self.rows):
            raise ValidationError(_("Some lines need a correction."))

    def populate_obj(self, obj: Any, name: str) -> None:
        """Hand the rows to the checklist."""
        obj.take_items([row.draft for row in self.rows if row.draft])


def _shown(item: ChecklistItem) -> ItemRow:
    columns = {"id": str(item.id), "text_fr": item.text_fr, "text_en": item.text_en, "kind": item.kind.value}
    french, english = ("\n".join(pair[at] for pair in item.choices or ()) for at in (0, 1))
    more = {"unit": item.unit, "choices_fr": french, "choices_en": english}
    return ItemRow(BLANK | columns | more | {"required": "1" if item.required else ""})
