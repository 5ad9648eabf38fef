"""What stands as evidence of a quote: what was sent, revision by revision, and the client's word on it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from sercom.core.base import CreatedAt, Model, PrimaryKey, one_of
from sercom.core.guards import Guard, append_only, but_erasing, changed
from sercom.core.labels import Labelled, LabelledType


class Channel(Labelled):
    """How the client gave their word."""

    PHONE = "phone", _l("By phone")
    ON_SITE = "on_site", _l("On site")
    EMAIL = "email", _l("By e-mail")
    PAPER = "paper", _l("Signed on paper, face to face")
    SENT_BACK = "sent_back", _l("Signed and sent back")
    PORTAL = "portal", _l("On the client's page")

    @property
    def is_face_to_face(self) -> bool:
        """Whether the two stood face to face: no contract made at a distance."""
        return self in {Channel.ON_SITE, Channel.PAPER}


@dataclass(frozen=True)
class Signed:
    """How somebody signed: strokes as a PNG, or a name that they typed; nothing where their word was recorded."""

    drawing: bytes | None = None
    typed: str = ""

    @property
    def columns(self) -> dict[str, Any]:
        """As an approval keeps it."""
        sha256 = hashlib.sha256(self.drawing).hexdigest() if self.drawing else None
        return {"drawing": self.drawing, "drawing_sha256": sha256, "typed": self.typed}


UNSIGNED = Signed()


class Approval(Model):
    """The client's word on one revision: who, how, when, and a hash of exactly what.

    On the client's page it is signed, with strokes (``drawing``, a PNG) or by typing a name (``typed``).
    ``paper`` is what was approved as it is printed, as JSON.
    """

    __tablename__ = "approval"
    __table_args__ = (
        one_of("channel", Channel),
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("typed = '' OR drawing IS NULL", name="signed_one_way"),
        CheckConstraint("(drawing IS NULL) = (drawing_sha256 IS NULL)", name="drawing_is_told"),
    )

    id: Mapped[PrimaryKey]
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id", ondelete="CASCADE"), index=True)
    revision: Mapped[int]
    channel: Mapped[Channel] = mapped_column(LabelledType(Channel))
    name: Mapped[str] = mapped_column(String(160))
    address: Mapped[str] = mapped_column(String(300), default="")
    content: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    typed: Mapped[str] = mapped_column(String(160), default="")
    drawing: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    drawing_sha256: Mapped[str | None] = mapped_column(String(64))
    paper: Mapped[str] = mapped_column(Text, deferred=True, default="")
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


_update, _delete = append_only("sent_quote", "a sent quote")
SENT_GUARDS = (
    Guard("sent_quote", "UPDATE", but_erasing("1 = 1", "quote_id", "revision", "at"), _update.message),
    _delete,
)
_given = ("name", "address", "content", "sha256", "typed", "drawing_sha256", "drawing", "paper")
_stay = ("quote_id", "revision", "channel", "recorded_by_id", "at")
#: The client's word stands as it was given; whether it is in force may change.
APPROVAL_GUARDS = (Guard("approval", "UPDATE", but_erasing(changed(*_given, *_stay), *_stay), "an approval is frozen"),)
