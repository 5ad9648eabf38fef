"""The lines of a document as one form field: read, checked cell by cell, nothing typed lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from wtforms import Field, Form
from wtforms.validators import ValidationError

from sercom.core import discounts, formats
from sercom.core.base import db, read_whole
from sercom.core.errors import DomainError
from sercom.core.money import MAX_QUANTITY, ZERO, Amount, Discount, TaxStatus, Totals, compute_totals, round_money
from sercom.entities.catalog.model import CatalogItem
from sercom.entities.documents.line import Line, LineDraft, LineKind

CELLS = (
    "id",
    "item_id",
    "source_line_id",
    "description",
    "quantity",
    "unit",
    "unit_price",
    "discount",
    "cost",
    "tax_status",
    "kind",
)
MAX_LINES = 500
UNIT_LENGTH = 20
TEXT_LENGTH = 5000


@dataclass
class Row:
    """A line as typed: the text of each cell, the errors beside them, the draft when all is well."""

    cells: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    draft: LineDraft | None = None

    @property
    def is_blank(self) -> bool:
        """Nothing typed that a person would miss."""
        return not (self.cells.get("description") or self.cells.get("unit_price"))

    @property
    def is_wrong(self) -> bool:
        """Something was typed that cannot be read."""
        return bool(self.errors) and not self.is_blank

    @property
    def amount(self) -> Decimal | None:
        """In dollars, where the cells can be read."""
        if self.draft is None or self.draft.kind is not LineKind.ITEM:
            return None
        whole = self.draft.quantity * self.draft.unit_price
        return round_money(whole - Discount(self.draft.discount, self.draft.discount_percent).of(whole))

    def read(self) -> None:
        """Fill ``draft``, or ``errors``."""
        kind = next((kind for kind in LineKind if kind.value == self.cells["kind"]), LineKind.ITEM)
        description = self.cells["description"].strip()
        if not description:
            self.errors["description"] = _("Describe the line.")
        elif len(description) > TEXT_LENGTH:
            self.errors["description"] = _("This text is too long.")
        if kind is not LineKind.ITEM:
            self.draft = LineDraft(description, kind=kind, id=_key(self.cells["id"])) if description else None
            return
        quantity = self._number("quantity", lambda text: formats.read_decimal(text, 3, MAX_QUANTITY), Decimal(1))
        if quantity == 0:
            self.errors["quantity"] = _("Enter a quantity.")
        price = self._number("unit_price", formats.read_money, ZERO)
        discount = self._number("discount", discounts.read, Discount())
        if discount and discount.percent and quantity is not None and price is not None and quantity * price < 0:
            self.errors["discount"] = _("This line gives money back: write its discount as an amount.")
        cost = self._number("cost", formats.read_money, None)
        try:
            tax_status = TaxStatus(self.cells["tax_status"] or TaxStatus.TAXABLE.value)
        except ValueError:
            self.errors["tax_status"] = _("Choose from the list.")
        if len(self.cells["unit"]) > UNIT_LENGTH:
            self.errors["unit"] = _("This text is too long.")
        if self.errors:
            return
        assert quantity is not None
        assert price is not None
        assert discount is not None
        self.draft = LineDraft(
            description=description,
            quantity=quantity,
            unit=self.cells["unit"].strip(),
            unit_price=price,
            discount=discount.amount,
            discount_percent=discount.percent,
            cost=cost,
            tax_status=tax_status,
            item_id=_key(self.cells["item_id"]),
            id=_key(self.cells["id"]),
        )

    def _number(self, cell: str, read: Any, default: Any) -> Any:
        text = self.cells[cell].strip()
        if not text:
            return default
        try:
            return read(text)
        except DomainError as error:
            self.errors[cell] = str(error)
            return None


class LinesField(Field):
    """``lines-0-description``, ``lines-0-quantity`` …; its widget is the ``lines`` macro."""

    widget = None
    data: Any = None  # the rows stand for it
    rows: list[Row]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Rows from what was posted, else from the document's lines."""
        self.process_errors: Any = []
        if formdata and f"{self.name}-present" in formdata:
            self.rows = [row for row in read_rows(formdata, self.name) if not row.is_blank]
        else:
            self.rows = [_shown(line) for line in (data or ())]

    def pre_validate(self, form: Form) -> None:
        """Read every row; one bad cell is enough."""
        if len(self.rows) > MAX_LINES:
            raise ValidationError(_("At most %(count)s lines.", count=MAX_LINES))
        for row in self.rows:
            row.read()
        self._forget_unknown_items()
        if any(row.errors for row in self.rows):
            raise ValidationError(_("Some lines need a correction."))

    def _forget_unknown_items(self) -> None:
        """An item deleted meanwhile leaves its line a line without item."""
        named = {draft.item_id for draft in self.drafts if draft.item_id}
        known = set(db.session.scalars(select(CatalogItem.id).where(CatalogItem.id.in_(named)))) if named else set()
        for row in self.rows:
            if row.draft and row.draft.item_id not in known:
                row.draft = replace(row.draft, item_id=None)

    @property
    def drafts(self) -> list[LineDraft]:
        """The validated lines."""
        return [row.draft for row in self.rows if row.draft]

    def add_error(self, field_name: str, message: str) -> None:
        """Put a refusal of the domain (``lines-3-quantity``) into its cell."""
        _name, position, cell = field_name.split("-", 2)
        self.rows[int(position)].errors[cell] = message

    def populate_obj(self, obj: Any, name: str) -> None:
        """The workflow takes the drafts; nothing is set here."""


def read_rows(formdata: Mapping[str, Any], prefix: str) -> list[Row]:
    """The rows that were posted, in the order of their numbers."""
    found: dict[int, dict[str, str]] = {}
    for key in formdata:
        parts = key.split("-", 2)
        if len(parts) == 3 and parts[0] == prefix and parts[1].isdecimal() and parts[2] in CELLS:  # noqa: PLR2004
            found.setdefault(int(parts[1][:6]), {})[parts[2]] = str(formdata[key])
    return [Row(dict.fromkeys(CELLS, "") | found[number]) for number in sorted(found)]


def totals_of(rows: list[Row], rates: Any, discount: Discount) -> Totals:
    """What the rows that can be read add up to: the server's answer to a live editor."""
    amounts = []
    for row in rows:
        row.read()
        if row.draft is not None and row.amount is not None:
            amounts.append(Amount(row.amount, row.draft.tax_status is TaxStatus.TAXABLE))
    subtotal = sum((amount.value for amount in amounts), ZERO)
    return compute_totals(amounts, rates, discount.of(max(subtotal, ZERO)))


def _shown(line: Line) -> Row:
    return Row(
        {
            "id": str(line.id or ""),
            "item_id": str(line.item_id or ""),
            "source_line_id": str(line.source_line_id or ""),
            "description": line.description,
            "quantity": formats.plain_quantity(line.quantity),
            "unit": line.unit,
            "unit_price": formats.plain_number(line.unit_price),
            "discount": discounts.plain(line.said_discount),
            "cost": formats.plain_number(line.cost),
            "tax_status": line.tax_status.value,
            "kind": line.kind.value,
        },
        draft=LineDraft(
            line.description,
            line.quantity,
            unit_price=line.unit_price,
            discount=line.discount,
            discount_percent=line.discount_percent,
            kind=line.kind,
        ),
    )


def _key(text: str) -> int | None:
    return read_whole(text) or None


def blank_row() -> Row:
    """A line to type into."""
    return Row(dict.fromkeys(CELLS, "") | {"kind": LineKind.ITEM.value})
