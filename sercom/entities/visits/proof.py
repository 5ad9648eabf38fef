"""What a visit leaves behind besides its findings: time as it ran, the client's signature, what a phone sent."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core.base import CreatedAt, Model, PrimaryKey
from sercom.core.guards import append_only
from sercom.entities.users.model import User


class TimeSpan(Model):
    """Work of one person, from start to pause or finish (UTC); open while it runs."""

    __tablename__ = "time_span"
    __table_args__ = (
        CheckConstraint("ended_at >= started_at", name="ended_after_started"),
        Index(None, "visit_id", "started_at"),
    )

    id: Mapped[PrimaryKey]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()


class Signature(Model):
    """What somebody at the client's drew on the glass, as a PNG, and what they signed for. Never changed.

    ``about`` says what besides the work, in the client's language: an invoice and its total.
    """

    __tablename__ = "signature"
    __table_args__ = (CheckConstraint("name <> ''", name="name_given"),)

    id: Mapped[PrimaryKey]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    about: Mapped[str] = mapped_column(String(200), default="")
    signed_at: Mapped[datetime]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[CreatedAt]


class SentAction(Model):
    """Something a technician did, as the phone sent it: the same key sent again changes nothing.

    ``happened_at`` is the moment on the server's clock, ``answer`` what was answered the first time.
    """

    __tablename__ = "sent_action"
    __table_args__ = (UniqueConstraint("key"), CheckConstraint("key <> ''", name="key_given"))

    id: Mapped[PrimaryKey]
    key: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    happened_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[CreatedAt]


PROOF_GUARDS = append_only("signature", "a signature")[:1]
