"""What a client wrote to the company on a page of theirs: words, photos, another time, a cancellation."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core.access import Actor
from sercom.core.base import CreatedAt, LongText, Model, PrimaryKey, UpdatedAt, one_of
from sercom.core.clock import utcnow
from sercom.core.journal import DRAWN
from sercom.core.labels import Labelled, LabelledType, Status, Tone
from sercom.entities.cases.model import Case
from sercom.entities.documents.model import Document
from sercom.entities.files.model import File
from sercom.entities.requests.model import HalfDay
from sercom.entities.users.model import User

MAX_BODY = 5000


class InboxKind(Labelled):
    """What the client wants of the company."""

    WORDS = "words", _l("Message"), Tone.INFO
    OTHER_TIME = "other_time", _l("Another time"), Tone.WARN
    CANCELLATION = "cancellation", _l("Cancellation"), Tone.BAD


class InboxStatus(Status):
    """Whether somebody of the office took care of it."""

    NEW = "new", _l("To handle"), Tone.WARN
    HANDLED = "handled", _l("Handled"), Tone.GOOD


class ClientMessage(Model):
    """One message of a client, about the document whose page it was written on."""

    __tablename__ = "client_message"
    __table_args__ = (
        one_of("kind", InboxKind),
        one_of("status", InboxStatus),
        CheckConstraint("(status = 'handled') = (handled_at IS NOT NULL)", name="handled_has_moment"),
        UniqueConstraint("ticket"),
        Index(None, "case_id", "id"),
        Index(None, "status", "id"),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id", ondelete="SET NULL"), index=True)
    kind: Mapped[InboxKind] = mapped_column(LabelledType(InboxKind), default=InboxKind.WORDS)
    status: Mapped[InboxStatus] = mapped_column(LabelledType(InboxStatus), default=InboxStatus.NEW)
    #: Who wrote, as the client was called then.
    author: Mapped[str] = mapped_column(String(160))
    body: Mapped[LongText] = mapped_column(default="")
    #: The half-days that were proposed instead, as a request keeps them.
    availability: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: The form's own key: sent twice, it is one message.
    ticket: Mapped[str | None] = mapped_column(String(64))
    handled_at: Mapped[datetime | None] = mapped_column(info=DRAWN)
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), info=DRAWN)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]
    version: Mapped[int] = mapped_column()

    case: Mapped[Case] = relationship()
    document: Mapped[Document | None] = relationship()
    handled_by: Mapped[User | None] = relationship()
    photos: Mapped[list[File]] = relationship(order_by=File.id)

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.kind.label} · {self.known_as}"

    @property
    def known_as(self) -> str:
        """What the journal calls it: who wrote about what; never the words, which may have to be forgotten."""
        return str(self.document or self.case)

    @property
    def half_days(self) -> list[HalfDay]:
        """The half-days that were proposed instead."""
        return [HalfDay(value) for value in self.availability]

    def handle(self, actor: Actor) -> None:
        """Somebody took care of it."""
        self.status = InboxStatus.HANDLED
        self.handled_at, self.handled_by_id = utcnow(), actor.user_id

    def reopen(self, actor: Actor) -> None:
        """It still wants something."""
        self.status = InboxStatus.NEW
        self.handled_at = self.handled_by_id = None
