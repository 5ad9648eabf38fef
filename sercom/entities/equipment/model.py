"""What stands at an address and is looked after: a heat pump, a furnace, a water heater; and the cases about it."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core import clock, signed
from sercom.core.base import AnySession, CreatedAt, LongText, Model, PrimaryKey, UpdatedAt, one_of
from sercom.core.labels import Labelled, LabelledType
from sercom.entities.cases.model import Case
from sercom.entities.catalog.model import Service
from sercom.entities.sites.model import Site

PURPOSE = "equipment-sticker"
#: Begins the number that a sticker shows.
SERIES = "E"


class EquipmentKind(Labelled):
    """What the trades look after."""

    HEAT_PUMP = "heat_pump", _l("Heat pump")
    AIR_CONDITIONER = "air_conditioner", _l("Air conditioner")
    FURNACE = "furnace", _l("Furnace")
    BOILER = "boiler", _l("Boiler")
    WATER_HEATER = "water_heater", _l("Water heater")
    EXCHANGER = "exchanger", _l("Air exchanger")
    DEHUMIDIFIER = "dehumidifier", _l("Dehumidifier")
    PUMP = "pump", _l("Pump")
    BACKWATER_VALVE = "backwater_valve", _l("Backwater valve")
    OTHER = "other", _l("Other device")


class Upkeep(Labelled):
    """How often it is maintained; the value is the number of months."""

    QUARTERLY = "3", _l("Every 3 months")
    TWICE_A_YEAR = "6", _l("Every 6 months")
    YEARLY = "12", _l("Every year")
    EVERY_TWO_YEARS = "24", _l("Every 2 years")

    @property
    def months(self) -> int:
        """From one maintenance to the next."""
        return int(self.value)

    def after(self, day: date) -> date:
        """The day on which it is due again."""
        return day + relativedelta(months=self.months)

    def before(self, due: date) -> date:
        """The last day after which it is due on ``due`` or sooner: months have not all as many days."""
        day = due - relativedelta(months=self.months)
        while self.after(day + relativedelta(days=1)) <= due:
            day += relativedelta(days=1)
        return day


class Equipment(Model):
    """A device at an address. It is never thrown away: what was taken out keeps its history."""

    __tablename__ = "equipment"
    __table_args__ = (
        one_of("kind", EquipmentKind),
        one_of("upkeep", Upkeep),
        CheckConstraint("warranty_until >= installed_on", name="warranty_after_installed"),
        CheckConstraint("removed_on >= installed_on", name="removed_after_installed"),
    )

    id: Mapped[PrimaryKey]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    kind: Mapped[EquipmentKind] = mapped_column(LabelledType(EquipmentKind), default=EquipmentKind.HEAT_PUMP)
    make: Mapped[str | None] = mapped_column(String(80))
    model: Mapped[str | None] = mapped_column(String(80))
    serial: Mapped[str | None] = mapped_column(String(80))
    #: Where it stands in the place, or which of several it is.
    place: Mapped[str | None] = mapped_column(String(80))
    installed_on: Mapped[date | None]
    warranty_until: Mapped[date | None]
    removed_on: Mapped[date | None]
    upkeep: Mapped[Upkeep | None] = mapped_column(LabelledType(Upkeep))
    #: The last maintenance that nobody wrote down here, where it is known.
    upkeep_from: Mapped[date | None]
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"), index=True)
    notes: Mapped[LongText | None]
    #: What its sticker is signed with; a new one ends the stickers printed before.
    nonce: Mapped[str] = mapped_column(String(24), default=signed.new_nonce)
    version: Mapped[int] = mapped_column()
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    if TYPE_CHECKING:  # derived: see stage.py
        stage: Mapped[Any]
        done_at: Mapped[datetime | None]

    site: Mapped[Site] = relationship()
    service: Mapped[Service | None] = relationship()
    works: Mapped[list["EquipmentWork"]] = relationship(back_populates="equipment", order_by="EquipmentWork.id.desc()")

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.named} ({self.place})" if self.place else self.named

    @property
    def named(self) -> str:
        """What it is, in the reader's language: what its sticker may tell anybody, since its plate tells it too."""
        plate = self.make or self.model
        kind = "" if plate and self.kind is EquipmentKind.OTHER else str(self.kind.label)
        return " ".join(part for part in (kind, self.make, self.model) if part)

    @property
    def known_as(self) -> str:
        """Make and model, which read the same in both languages; its number where nobody knows them."""
        return " ".join(part for part in (self.make, self.model) if part) or self.number

    @property
    def number(self) -> str:
        """What the sticker is called, in a call to the office."""
        return f"{SERIES}-{self.id:04d}"

    @property
    def under_warranty(self) -> bool:
        """Whether the warranty holds today."""
        return self.warranty_until is not None and self.warranty_until >= clock.today()

    @property
    def token(self) -> str:
        """What the sticker's address holds."""
        return signed.token_of(PURPOSE, self.id, self.nonce)

    @property
    def counted_from(self) -> date:
        """The day from which the next maintenance is counted: the last one, or what comes nearest to it."""
        done = clock.to_company(self.done_at).date() if self.done_at is not None else None
        known = [day for day in (done, self.upkeep_from or self.installed_on) if day is not None]
        return max(known) if known else clock.to_company(self.created_at).date()

    @property
    def due_on(self) -> date | None:
        """The day of the next maintenance; nothing for what is not maintained, or is gone."""
        if self.upkeep is None or self.removed_on is not None:
            return None
        return self.upkeep.after(self.counted_from)


class EquipmentWork(Model):
    """That a case is about a device; ``is_upkeep``: its visits, once done, are the device's maintenance."""

    __tablename__ = "equipment_work"
    __table_args__ = (UniqueConstraint("equipment_id", "case_id"),)

    id: Mapped[PrimaryKey]
    equipment_id: Mapped[int] = mapped_column(ForeignKey("equipment.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    is_upkeep: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[CreatedAt]

    equipment: Mapped[Equipment] = relationship(back_populates="works")
    case: Mapped[Case] = relationship(back_populates="works")

    def __str__(self) -> str:
        return str(self.equipment)


def find_by_sticker(session: AnySession, token: str) -> Equipment | None:
    """The device whose sticker holds ``token``; ``None`` alike for a forged one and one that was replaced."""
    row_id, tag = signed.read_token(token)
    row = session.get(Equipment, row_id) if row_id else None
    return row if row is not None and signed.is_genuine(tag, PURPOSE, row.id, row.nonce) else None
