"""The case: what does not change from stage to stage. Documents, photos, notes hang on it."""

from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core import clock, numbering
from sercom.core.base import AnySession, CreatedAt, LongText, Model, PrimaryKey, UpdatedAt, one_of
from sercom.core.errors import DomainError
from sercom.core.guards import Guard, changed
from sercom.core.labels import Labelled, LabelledType
from sercom.entities.clients.model import Client
from sercom.entities.sites.model import Site
from sercom.entities.users.model import User

if TYPE_CHECKING:
    from sercom.entities.delivery.message import Message
    from sercom.entities.documents.model import Document
    from sercom.entities.equipment.model import EquipmentWork
    from sercom.entities.files.model import File
    from sercom.entities.visits.model import Visit


class FirstContact(Labelled):
    """Who contacted whom first: since 2024-11-07 heating and cooling may not be sold door to door."""

    CLIENT = "client", _l("The client contacted us")
    COMPANY = "company", _l("We contacted the client")


class Case(Model):
    """A dossier: one client, one place, and every document from request to invoice."""

    __tablename__ = "case"
    __table_args__ = (
        one_of("first_contact", FirstContact),
        UniqueConstraint("number"),
        # The target of the documents' composite key: a document's client is its case's.
        UniqueConstraint("id", "client_id", name="uq_case_id_client_id"),
    )

    id: Mapped[PrimaryKey]
    number: Mapped[str] = mapped_column(String(20))
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    title: Mapped[str] = mapped_column(String(200), default="")
    first_contact: Mapped[FirstContact] = mapped_column(LabelledType(FirstContact), default=FirstContact.CLIENT)
    letters: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column()
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    client: Mapped[Client] = relationship()
    site: Mapped[Site | None] = relationship()
    documents: Mapped[list["Document"]] = relationship(
        back_populates="case",
        primaryjoin="Case.id == Document.case_id",
        foreign_keys="Document.case_id",
        order_by="Document.id",
    )
    visits: Mapped[list["Visit"]] = relationship(back_populates="case", order_by="Visit.id")
    files: Mapped[list["File"]] = relationship(back_populates="case", order_by="File.id")
    works: Mapped[list["EquipmentWork"]] = relationship(back_populates="case", order_by="EquipmentWork.id")
    notes: Mapped[list["Note"]] = relationship(back_populates="case", order_by="Note.id.desc()")

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.number

    @property
    def zone(self) -> str:
        """Where it is: the first three characters of the postal code; nothing where nobody said."""
        return self.site.postal_code[:3] if self.site else ""

    @property
    def case_id(self) -> int:
        """Itself: so that whatever belongs to a case can be asked for it."""
        return self.id

    @classmethod
    def open(cls, session: AnySession, client: Client, site: Site | None, title: str = "") -> "Case":
        """Start a case. ``site``, where given, is one of the client's."""
        if site is not None and site.client_id != client.id:
            raise DomainError(_l("This address belongs to another client."), "site")
        client.require_present(session)
        number = numbering.case_number(session, clock.today().year)
        case = cls(number=number, client=client, site=site, title=title, letters={})
        session.add(case)
        session.flush()
        return case

    def next_document_number(self, letter: str) -> str:
        """``2026-0142-S``, then ``-S2``. A letter's count only rises: no number is given twice."""
        count = self.letters.get(letter, 0) + 1
        self.letters = {**self.letters, letter: count}
        return f"{self.number}-{letter}{count if count > 1 else ''}"


class Note(Model):
    """A remark on a case: internal, or written to the client. It is the one or the other for ever (``NOTE_GUARDS``)."""

    __tablename__ = "note"
    __table_args__ = (UniqueConstraint("token"),)

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    body: Mapped[LongText]
    shown_to_client: Mapped[bool] = mapped_column(default=False)
    #: Of what was written to the client: the document whose page shows it besides the request's, and the e-mail.
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id", ondelete="SET NULL"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"), index=True)
    #: Sending the same form twice writes to the client once.
    token: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[CreatedAt]

    case: Mapped[Case] = relationship(back_populates="notes")
    author: Mapped[User | None] = relationship()
    document: Mapped["Document | None"] = relationship()
    message: Mapped["Message | None"] = relationship()

    def __str__(self) -> str:
        return self.body[:80]

    @property
    def known_as(self) -> str:
        """What the journal calls it: where it stands; never the words, which may have to be forgotten."""
        return str(self.case)


NOTE_GUARDS = (
    Guard("note", "UPDATE", changed("shown_to_client"), "a note is internal or shown to the client for ever"),
)
