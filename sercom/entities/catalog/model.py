"""What the company sells, and the kinds of work it is asked for."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core import formats
from sercom.core.base import CreatedAt, Model, PrimaryKey, UpdatedAt, db, one_of
from sercom.core.labels import Labelled, LabelledType
from sercom.core.money import ZERO, Money, TaxStatus
from sercom.entities.planning.model import Skill
from sercom.entities.users.model import Language


class ItemKind(Labelled):
    """What an item is: conversions look for the travel and the labour item."""

    PART = "part", _l("Part or equipment")
    LABOUR = "labour", _l("Labour, by the hour")
    TRAVEL = "travel", _l("Travel")
    FLAT = "flat", _l("Fixed-price work")


class CatalogItem(Model):
    """A line ready to use: description in both languages, price and cost in dollars."""

    __tablename__ = "catalog_item"
    __table_args__ = (
        one_of("kind", ItemKind),
        one_of("tax_status", TaxStatus),
        UniqueConstraint("code"),
        CheckConstraint("price >= 0", name="price_positive"),
        CheckConstraint("cost >= 0", name="cost_positive"),
        Index(None, "kind", "active"),
    )

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(String(40))
    kind: Mapped[ItemKind] = mapped_column(LabelledType(ItemKind), default=ItemKind.PART)
    name_fr: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(20), default="")
    price: Mapped[Decimal] = mapped_column(Money, default=ZERO)
    cost: Mapped[Decimal | None] = mapped_column(Money)
    tax_status: Mapped[TaxStatus] = mapped_column(LabelledType(TaxStatus), default=TaxStatus.TAXABLE)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column()
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_fr if formats.in_french() else self.name_en

    def name_in(self, language: Language) -> str:
        """The name in a client's language."""
        return self.name_fr if language is Language.FRENCH else self.name_en


class Service(Model):
    """A kind of work a client may ask for in the form."""

    __tablename__ = "service"
    __table_args__ = (CheckConstraint("maintenance_months BETWEEN 1 AND 120", name="maintenance_months_range"),)

    id: Mapped[PrimaryKey]
    name_fr: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    skill_id: Mapped[int | None] = mapped_column(ForeignKey("skill.id"), index=True)
    #: After how many months maintenance is suggested to who had such work done; ``None``: never.
    maintenance_months: Mapped[int | None]

    skill: Mapped[Skill | None] = relationship()

    def __str__(self) -> str:
        return self.name_fr if formats.in_french() else self.name_en


def services_offered() -> list[Service]:
    """What the company is asked for, in the order of the form."""
    offered = select(Service).where(Service.active).order_by(Service.position, Service.id)
    return list(db.session.scalars(offered))
