"""Photos of a case, kept in the database: one transaction, one backup, no disk to lose."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core.base import CreatedAt, Model, PrimaryKey, one_of
from sercom.core.labels import Labelled, LabelledType
from sercom.entities.cases.model import Case


class Moment(Labelled):
    """When a photo was taken, seen from the work."""

    BEFORE = "before", _l("Before")
    DURING = "during", _l("During")
    AFTER = "after", _l("After")


class File(Model):
    """A photo: re-encoded, without the data a camera leaves in it."""

    __tablename__ = "file"
    __table_args__ = (one_of("moment", Moment), CheckConstraint("size > 0", name="size_positive"))

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id", ondelete="SET NULL"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    mime: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    caption: Mapped[str] = mapped_column(String(200), default="")
    moment: Mapped[Moment | None] = mapped_column(LabelledType(Moment))
    shown_to_client: Mapped[bool] = mapped_column(default=False)
    #: The message of the client's that it came with.
    client_message_id: Mapped[int | None] = mapped_column(
        ForeignKey("client_message.id", ondelete="SET NULL"), index=True
    )
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[CreatedAt]

    case: Mapped[Case] = relationship(back_populates="files")
    content: Mapped["FileContent"] = relationship(cascade="all, delete-orphan", passive_deletes=True)

    def __str__(self) -> str:
        return self.caption or self.name


class FileContent(Model):
    """The bytes, in a table of their own so that no list reads them."""

    __tablename__ = "file_content"

    file_id: Mapped[int] = mapped_column(ForeignKey("file.id", ondelete="CASCADE"), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    thumbnail: Mapped[bytes] = mapped_column(LargeBinary)
