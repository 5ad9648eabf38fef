"""The parts used during a visit, as one form field."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from wtforms import Field, Form
from wtforms.validators import ValidationError

from sercom.core import formats
from sercom.core.errors import DomainError
from sercom.core.money import MAX_QUANTITY
from sercom.entities.visits.model import PartDraft, PartUsed

CELLS = ("description", "quantity", "unit_price")
SPARE_ROWS = 3
MAX_PARTS = 100
TEXT_LENGTH = 200


@dataclass
class PartRow:
    """A part as typed."""

    cells: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    part: PartDraft | None = None

    def read(self) -> None:
        """Fill ``part``, or ``errors``; a price not typed is left to the catalogue."""
        if not self.cells["description"].strip():
            self.errors["description"] = _("Describe the part.")
        elif len(self.cells["description"]) > TEXT_LENGTH:
            self.errors["description"] = _("This text is too long.")
        quantity = self._number("quantity", Decimal(1), places=3)
        if quantity is not None and quantity <= 0:
            self.errors["quantity"] = _("Enter a quantity.")
        price = self._number("unit_price", None, places=2)
        if price is not None and price < 0:
            self.errors["unit_price"] = _("A price is not negative.")
        if not self.errors and quantity is not None:
            self.part = PartDraft(self.cells["description"].strip(), quantity, price)

    def _number(self, cell: str, default: Decimal | None, places: int) -> Decimal | None:
        text = self.cells[cell].strip()
        try:
            return formats.read_decimal(text, places, MAX_QUANTITY) if text else default
        except DomainError as error:
            self.errors[cell] = str(error)
            return None


class PartsField(Field):
    """``parts-0-description``, ``parts-0-quantity``, ``parts-0-unit_price``.

    ``priced`` says whether the person sees and sets prices; what another posts for them is not read.
    """

    widget = None
    data: Any = None  # the rows stand for it
    rows: list[PartRow]

    def __init__(self, label: Any = None, *, priced: Callable[[], bool], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.priced = priced()
        self.cells = CELLS if self.priced else CELLS[:2]

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
            PartRow(
                dict.fromkeys(CELLS, "")
                | {cell: formdata.get(f"{self.name}-{number}-{cell}", "") for cell in self.cells}
            )
            for number in range(count)
        ]

    @staticmethod
    def _shown(part: PartUsed) -> PartRow:
        price = formats.plain_number(part.unit_price) if part.unit_price else ""
        cells = (part.description, formats.plain_quantity(part.quantity), price)
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
        """Hand the rows to the visit."""
        obj.take_parts([row.part for row in self.rows if row.part])
