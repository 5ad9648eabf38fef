"""What stands as evidence of a quote: what was sent, revision by revision, and the client's word on it."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from sercom.core.base import CreatedAt, Model, PrimaryKey, one_of
from sercom.core.guards import append_only
from sercom.core.labels import Labelled, LabelledType


class Channel(Labelled):
    """How the client gave their word."""

    PHONE = "phone", _l("By phone")
    ON_SITE = "on_site", _l("On site")
    EMAIL = "email", _l("By e-mail")
    PAPER = "paper", _l("Signed on paper")
    PORTAL = "portal", _l("On the client's page")


class Approval(Model):
    """The client's word on one revision: who, how, when, and a hash of exactly what."""

    __tablename__ = "approval"
    __table_args__ = (
        one_of("channel", Channel),
        CheckConstraint("name <> ''", name="name_given"),
    )

    id: Mapped[PrimaryKey]
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id", ondelete="CASCADE"), index=True)
    revision: Mapped[int]
    channel: Mapped[Channel] = mapped_column(LabelledType(Channel))
    name: Mapped[str] = mapped_column(String(160))
    address: Mapped[str] = mapped_column(String(300), default="")
    content: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[CreatedAt]
    withdrawn_at: Mapped[datetime | None]

    def __str__(self) -> str:
        return self.name


class SentQuote(Model):
    """What a client was sent: one revision, as it was then. Kept also when the next one is drawn up."""

    __tablename__ = "sent_quote"
    __table_args__ = (CheckConstraint("revision >= 1", name="revision_positive"),)

    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[str] = mapped_column(Text)
    at: Mapped[CreatedAt]


SENT_GUARDS = append_only("sent_quote", "a sent quote")
