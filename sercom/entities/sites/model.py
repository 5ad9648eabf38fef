"""Where the work is done."""

from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core.base import CreatedAt, LongText, Model, Phone, PrimaryKey, UpdatedAt, one_of
from sercom.core.formats import unbroken
from sercom.core.labels import Labelled, LabelledType

if TYPE_CHECKING:
    from sercom.entities.clients.model import Client


class Province(Labelled):
    """Provinces and territories, by postal abbreviation."""

    QC = "QC", _l("Quebec")
    ON = "ON", _l("Ontario")
    NB = "NB", _l("New Brunswick")
    NS = "NS", _l("Nova Scotia")
    PE = "PE", _l("Prince Edward Island")
    NL = "NL", _l("Newfoundland and Labrador")
    MB = "MB", _l("Manitoba")
    SK = "SK", _l("Saskatchewan")
    AB = "AB", _l("Alberta")
    BC = "BC", _l("British Columbia")
    YT = "YT", _l("Yukon")
    NT = "NT", _l("Northwest Territories")
    NU = "NU", _l("Nunavut")


class Site(Model):
    """A service address, with who opens the door: the payer is often not the occupant."""

    __tablename__ = "site"
    __table_args__ = (one_of("province", Province),)

    id: Mapped[PrimaryKey]
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    label: Mapped[str | None] = mapped_column(String(80))
    street: Mapped[str] = mapped_column(String(160))
    city: Mapped[str] = mapped_column(String(80))
    province: Mapped[Province] = mapped_column(LabelledType(Province), default=Province.QC)
    postal_code: Mapped[str] = mapped_column(String(7), index=True)
    access_notes: Mapped[LongText | None]
    contact_name: Mapped[str | None] = mapped_column(String(160))
    contact_phone: Mapped[Phone | None]
    version: Mapped[int] = mapped_column()
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    client: Mapped["Client"] = relationship(back_populates="sites")

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.street}, {self.city} ({self.province.value}) {unbroken(self.postal_code)}"
