"""A client's link to one document: a token that opens one page, without a password, until it ends."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core import signed
from sercom.core.base import AnySession, CreatedAt, Model, PrimaryKey
from sercom.core.clock import utcnow
from sercom.entities.documents.model import Document

#: A client looks up an invoice at tax time of the year after.
LIFETIME = timedelta(days=500)
PURPOSE = "client-link"


class Link(Model):
    """What a token opens: a document, in one revision."""

    __tablename__ = "link"
    __table_args__ = (CheckConstraint("revision >= 1", name="revision_positive"),)

    id: Mapped[PrimaryKey]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    revision: Mapped[int] = mapped_column(default=1)
    nonce: Mapped[str] = mapped_column(String(24), default=signed.new_nonce)
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
        return signed.token_of(PURPOSE, self.id, self.nonce)


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
    link_id, tag = signed.read_token(token)
    link = session.get(Link, link_id) if link_id else None
    genuine = link is not None and signed.is_genuine(tag, PURPOSE, link.id, link.nonce)
    return link if genuine and link is not None and link.is_open else None
