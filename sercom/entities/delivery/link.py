"""A client's link to one document: a token that opens one page, without a password, until it ends.

The token is the link's id and the full HMAC of it and of a chance text in the row: nothing in the
database or a backup opens a page, and a link of before a restored backup opens none that came after.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core.base import AnySession, CreatedAt, Model, PrimaryKey, read_whole
from sercom.core.clock import utcnow
from sercom.entities.documents.model import Document

#: A client looks up an invoice at tax time of the year after.
LIFETIME = timedelta(days=500)


class Link(Model):
    """What a token opens: a document, in one revision."""

    __tablename__ = "link"
    __table_args__ = (CheckConstraint("revision >= 1", name="revision_positive"),)

    id: Mapped[PrimaryKey]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    revision: Mapped[int] = mapped_column(default=1)
    #: An id comes again after a backup was restored; this does not.
    nonce: Mapped[str] = mapped_column(String(24), default=lambda: secrets.token_urlsafe(12))
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    #: When the visible page first said that it was read; a mail scanner runs no script.
    viewed_at: Mapped[datetime | None]

    document: Mapped[Document] = relationship()

    @property
    def is_open(self) -> bool:
        """Whether it still opens its page."""
        return self.revoked_at is None and self.expires_at > utcnow()

    @property
    def token(self) -> str:
        """What the address holds."""
        return f"{self.id}-{self._tag(current_app.config['SECRET_KEY'])}"

    def is_opened_by(self, tag: str) -> bool:
        """Whether ``tag`` was made for it, by the present secret or a former one."""
        keys = (current_app.config["SECRET_KEY"], *(current_app.config.get("SECRET_KEY_FALLBACKS") or ()))
        return any(hmac.compare_digest(self._tag(key).encode(), tag.encode()) for key in keys)

    def _tag(self, secret: str) -> str:
        told = f"client-link:{self.id}:{self.nonce}"
        digest = hmac.new(secret.encode(), told.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def make_link(session: AnySession, document: Document) -> Link:
    """A new link to ``document`` (flushed) as it is now."""
    link = Link(
        document=document,
        revision=getattr(document, "revision", 1),
        expires_at=utcnow() + LIFETIME,
    )
    session.add(link)
    session.flush()
    return link


def find_link(session: AnySession, token: str) -> Link | None:
    """The open link of ``token``; ``None`` alike for a forged, expired or revoked one."""
    number, _dash, tag = token.partition("-")
    link_id = read_whole(number)
    link = session.get(Link, link_id) if link_id else None
    return link if link is not None and link.is_opened_by(tag) and link.is_open else None
