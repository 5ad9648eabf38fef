"""The parts used during a visit, as one form field."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from wtforms import Field, Form
from wtforms.validators import ValidationError

from sercom.core import formats
from sercom.core.errors import DomainError
from sercom.core.money import MAX_QUANTITY, ZERO
from sercom.entities.visits.model import PartUsed

CELLS = ("description", "quantity", "unit_price")
SPARE_ROWS = 3
MAX_PARTS = 100
TEXT_LENGTH = 200


@dataclass
class PartRow:
    """A part as typed."""

    cells: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    part: PartUsed | None = None

    def read(self) -> None:
        """Fill ``part``, or ``errors``."""
        if not self.cells["description"].strip():
            self.errors["description"] = _("Describe the part.")
        elif len(self.cells["description"]) > TEXT_LENGTH:
            self.errors["description"] = _("This text is too long.")
        quantity = self._number("quantity", Decimal(1), places=3)
        if quantity is not None and quantity <= 0:
            self.errors["quantity"] = _("Enter a quantity.")
        price = self._number("unit_price", ZERO, places=2)
        if not self.errors:
            self.part = PartUsed(description=self.cells["description"].strip(), quantity=quantity, unit_price=price)

    def _number(self, cell: str, default: Decimal, places: int) -> Decimal | None:
        text = self.cells[cell].strip()
        try:
            return formats.read_decimal(text, places, MAX_QUANTITY) if text else default
        except DomainError as error:
            self.errors[cell] = str(error)
            return None


class PartsField(Field):
    """``parts-0-description``, ``parts-0-quantity``, ``parts-0-unit_price``; drawn by the ``parts`` macro."""

    widget = None
    rows: list[PartRow]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Rows from what was posted, else from the visit."""
        self.process_errors: Any = []
        if formdata and f"{self.name}-present" in formdata:
            self.rows = [row for row in self._posted(formdata) if any(row.cells.values())]
        else:
            self.rows = [self._shown(part) for part in data or ()]

    def _posted(self, formdata: Any) -> list[PartRow]:
        count = min(formdata.get(f"{self.name}-count", 0, type=int) or 0, MAX_PARTS)
        return [
            PartRow({cell: formdata.get(f"{self.name}-{number}-{cell}", "") for cell in CELLS})
            for number in range(count)
        ]

    @staticmethod
    def _shown(part: PartUsed) -> PartRow:
        cells = (part.description, formats.plain_quantity(part.quantity), formats.plain_number(part.unit_price))
        return PartRow(dict(zip(CELLS, cells, strict=True)))

    @property
    def shown_rows(self) -> list[PartRow]:
        """The rows, and a few blank ones."""
        return [*self.rows, *(PartRow(dict.fromkeys(CELLS, "")) for _count in range(SPARE_ROWS))]

    def pre_validate(self, form: Form) -> None:
        """Read every row."""
        for row in self.rows:
            row.read()
        if any(row.errors for row in self.rows):
            raise ValidationError(_("Some lines need a correction."))

    def populate_obj(self, obj: Any, name: str) -> None:
        """Make the visit's parts equal to the rows, where they changed."""
        parts = [row.part for row in self.rows if row.part]
        state = [(part.description, part.quantity, part.unit_price) for part in parts]
        if state != [(part.description, part.quantity, part.unit_price) for part in obj.parts]:
            obj.parts = parts
