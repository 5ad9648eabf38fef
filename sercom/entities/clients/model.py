"""Who is billed."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from sercom.core.base import AnySession, CreatedAt, LongText, Model, Phone, PrimaryKey, UpdatedAt, one_of
from sercom.core.errors import ConflictError, DomainError
from sercom.core.formats import unbroken
from sercom.core.journal import DRAWN
from sercom.core.labels import Labelled, LabelledType
from sercom.entities.sites.model import Province, Site
from sercom.entities.users.model import Language
from sercom.search.words import fold

DEFAULT_TERMS_DAYS = 30


class ClientKind(Labelled):
    """A consumer or a company: consumer law asks which."""

    PERSON = "person", _l("Individual")
    COMPANY = "company", _l("Company")


class TaxExemption(Labelled):
    """Which taxes a client does not pay, on the strength of a certificate."""

    ALL = "all", _l("All taxes")
    PROVINCIAL = "provincial", _l("Provincial taxes (QST, PST, RST)")


SORT_LENGTH = 200
#: By code points on PostgreSQL too, whatever the server's language.
SORTED = String(SORT_LENGTH).with_variant(String(SORT_LENGTH, collation="C"), "postgresql")


def _sort_name(context: Any) -> str:
    """Of rows that are inserted past the objects."""
    return fold(context.get_current_parameters()["name"])[:SORT_LENGTH]


class Client(Model):
    """A person or a company that is billed; a prospect until somebody of the office says otherwise."""

    __tablename__ = "client"
    __table_args__ = (
        one_of("kind", ClientKind),
        one_of("language", Language),
        one_of("province", Province),
        CheckConstraint("terms_days BETWEEN 0 AND 365", name="terms_days_range"),
        CheckConstraint("name <> ''", name="name_given"),
        one_of("tax_exemption", TaxExemption),
        CheckConstraint("merged_into_id <> id", name="merged_into_another"),
        Index(None, "sort_name"),
        Index(None, "email"),
        Index(None, "phone"),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[ClientKind] = mapped_column(LabelledType(ClientKind), default=ClientKind.PERSON)
    name: Mapped[str] = mapped_column(String(160))
    #: The name as lists are in order of: É beside E, on either database.
    sort_name: Mapped[str] = mapped_column(SORTED, default=_sort_name, info=DRAWN)
    contact_name: Mapped[str | None] = mapped_column(String(160))
    is_prospect: Mapped[bool] = mapped_column(default=False)
    phone: Mapped[Phone | None]
    other_phone: Mapped[Phone | None]
    email: Mapped[str | None] = mapped_column(String(254))
    billing_email: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[Language] = mapped_column(LabelledType(Language), default=Language.FRENCH)
    street: Mapped[str | None] = mapped_column(String(160))
    city: Mapped[str | None] = mapped_column(String(80))
    province: Mapped[Province | None] = mapped_column(LabelledType(Province))
    postal_code: Mapped[str | None] = mapped_column(String(7))
    terms_days: Mapped[int] = mapped_column(default=DEFAULT_TERMS_DAYS)
    tax_exemption: Mapped[TaxExemption | None] = mapped_column(LabelledType(TaxExemption))
    exemption_number: Mapped[str | None] = mapped_column(String(40))
    notes: Mapped[LongText | None]
    #: The client that this one turned out to be: it is kept, and shown nowhere.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("client.id"), index=True)
    #: The person was taken out of it: a number is left, and tax papers until their years are over.
    anonymised_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    sites: Mapped[list[Site]] = relationship(back_populates="client", order_by=Site.id, passive_deletes="all")
    merged_into: Mapped["Client | None"] = relationship(remote_side="Client.id")

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name

    @validates("name")
    def _follow(self, _key: str, name: str) -> str:
        """Keep the order in step with the name."""
        self.sort_name = fold(name or "")[:SORT_LENGTH]
        return name

    def first_site(self) -> Site | None:
        """A client with a whole address gets it as the first service address."""
        if not (self.street and self.city and self.province and self.postal_code):
            return None
        place = {"street": self.street, "city": self.city, "province": self.province, "postal_code": self.postal_code}
        return Site(client=self, **place)

    @property
    def only_site(self) -> Site | None:
        """The service address, where there is no other to choose from."""
        return self.sites[0] if len(self.sites) == 1 else None

    def require_certificate(self) -> None:
        """An exemption rests on a certificate: refuse one without its number; a number alone says nothing."""
        self.exemption_number = (self.exemption_number or "").strip() or None
        if self.tax_exemption is not None and self.exemption_number is None:
            raise DomainError(_l("Enter the number of the exemption certificate."), "exemption_number")
        if self.tax_exemption is None and self.exemption_number is not None:
            raise DomainError(_l("Choose which taxes the client does not pay."), "tax_exemption")

    @property
    def present(self) -> "Client":
        """Itself, or the client that it was merged into at last."""
        client = self
        while client.merged_into is not None:
            client = client.merged_into
        return client

    def require_present(self, session: AnySession) -> None:
        """Refuse new work for a client that was merged; one that is being merged is waited for."""
        row = select(Client.merged_into_id, Client.anonymised_at).where(Client.id == self.id)
        merged, anonymised = session.execute(row.with_for_update(read=True, key_share=True)).one()
        if anonymised is not None:
            raise ConflictError(_l("%(client)s was anonymised: nothing new is done for it.", client=self), "client")
        if merged is not None:
            raise ConflictError(
                _l("%(client)s was merged into another client: choose that one.", client=self), "client"
            )

    @property
    def address(self) -> str:
        """The billing address on one line, or nothing."""
        return one_line(self.street, self.city, self.province, self.postal_code)


def one_line(street: str | None, city: str | None, province: Province | None, postal_code: str | None) -> str:
    """An address as it is read aloud: ``12, rue Principale, Laval (QC) H7A 1A1``."""
    place = f"{city} ({province.value})" if city and province else city or ""
    return ", ".join(part for part in (street, f"{place} {unbroken(postal_code or '')}".strip()) if part)
