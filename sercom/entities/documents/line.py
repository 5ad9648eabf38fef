"""The lines of a document and its taxes: one table of lines for every kind."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core.base import LongText, Model, PrimaryKey, one_of
from sercom.core.labels import Labelled, LabelledType
from sercom.core.money import ZERO, Discount, Money, Percent, Quantity, Rate, TaxStatus, line_amount

if TYPE_CHECKING:
    from sercom.entities.documents.model import Document


class LineKind(Labelled):
    """What a line is: something sold, or words that order the others for the reader."""

    ITEM = "item", _l("Item")
    SECTION = "section", _l("Section")
    REMARK = "remark", _l("Text")


@dataclass(frozen=True)
class LineDraft:
    """A line as a form or a conversion hands it over; ``id`` names the line it changes."""

    description: str
    quantity: Decimal = Decimal(1)
    unit: str = ""
    unit_price: Decimal = ZERO
    discount: Decimal = ZERO
    cost: Decimal | None = None
    tax_status: TaxStatus = TaxStatus.TAXABLE
    item_id: int | None = None
    source_line_id: int | None = None
    id: int | None = None
    kind: LineKind = LineKind.ITEM
    optional: bool = False
    option_group: str | None = None
    accepted: bool = True
    discount_percent: Decimal | None = None


class Line(Model):
    """One line of a document: a quantity at a unit price, less a discount, in dollars; or words alone."""

    __tablename__ = "line"
    __table_args__ = (
        one_of("tax_status", TaxStatus),
        one_of("kind", LineKind),
        CheckConstraint("kind = 'item' OR (unit_price = 0 AND discount = 0)", name="words_are_free"),
        CheckConstraint("discount >= 0", name="discount_positive"),
        CheckConstraint("discount_percent BETWEEN 0 AND 100000", name="discount_percent_range"),
        CheckConstraint("optional OR (accepted AND option_group IS NULL)", name="fixed_is_accepted"),
        CheckConstraint("kind = 'item' OR NOT optional", name="words_are_no_option"),
        CheckConstraint("quantity <> 0", name="quantity_given"),
        Index(None, "document_id", "position"),
    )

    id: Mapped[PrimaryKey]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    source_line_id: Mapped[int | None] = mapped_column(ForeignKey("line.id", ondelete="SET NULL"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("catalog_item.id"), index=True)
    position: Mapped[int]
    kind: Mapped[LineKind] = mapped_column(LabelledType(LineKind), default=LineKind.ITEM)
    description: Mapped[LongText]
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    unit: Mapped[str] = mapped_column(String(20), default="")
    unit_price: Mapped[Decimal] = mapped_column(Money)
    discount: Mapped[Decimal] = mapped_column(Money, default=ZERO)
    #: How the discount was said, where it was said in percent; ``discount`` is what it comes to.
    discount_percent: Mapped[Decimal | None] = mapped_column(Percent)
    cost: Mapped[Decimal | None] = mapped_column(Money)
    tax_status: Mapped[TaxStatus] = mapped_column(LabelledType(TaxStatus), default=TaxStatus.TAXABLE)
    #: A quote's line that the client may leave; of one group's lines they take one at most.
    optional: Mapped[bool] = mapped_column(default=False)
    option_group: Mapped[str | None] = mapped_column(String(40))
    accepted: Mapped[bool] = mapped_column(default=True)

    document: Mapped["Document"] = relationship(back_populates="lines", foreign_keys=[document_id])

    def __str__(self) -> str:
        return self.description[:80]

    @property
    def is_item(self) -> bool:
        """Something sold, and no words alone."""
        return self.kind is LineKind.ITEM

    @property
    def amount(self) -> Decimal:
        """What it comes to, in dollars; of a line left out too."""
        return line_amount(self.quantity, self.unit_price, self.discount)

    @property
    def said_discount(self) -> Discount:
        """The discount as somebody said it."""
        return Discount(self.discount, self.discount_percent)

    @property
    def before_discount(self) -> Decimal:
        """Quantity × price, in dollars; not rounded."""
        return self.quantity * self.unit_price

    def change(self, draft: LineDraft, position: int) -> None:
        """Take everything but the identity from ``draft``."""
        values = asdict(draft)
        del values["id"], values["source_line_id"]
        for name, value in values.items():
            setattr(self, name, value)
        self.position = position
        self.discount = self.said_discount.of(self.before_discount)


class DocumentTax(Model):
    """One tax of a document: base and amount in dollars, rate in percent."""

    __tablename__ = "document_tax"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(String(3), primary_key=True)
    position: Mapped[int]
    percent: Mapped[Decimal] = mapped_column(Percent)
    base: Mapped[Decimal] = mapped_column(Money)
    amount: Mapped[Decimal] = mapped_column(Money)

    def hold(self, position: int, rate: Rate, base: Decimal, amount: Decimal) -> "DocumentTax":
        """Take what was computed."""
        self.position, self.percent, self.base, self.amount = position, rate.percent, base, amount
        return self

    @property
    def label(self) -> LazyString:
        """The tax's name in the reader's language."""
        return Rate(self.code, self.percent).label
