"""A client's link to one document: a token that opens one page, without a password, until it ends."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core import signed
from sercom.core.base import AnySession, CreatedAt, Model, PrimaryKey
from sercom.core.clock import utcnow
from sercom.entities.delivery.hub_link import HubLink
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
    #: The client's page that it was opened from: it ends with that one.
    hub_link_id: Mapped[int | None] = mapped_column(ForeignKey("hub_link.id", ondelete="CASCADE"), index=True)
    nonce: Mapped[str] = mapped_column(String(24), default=signed.new_nonce)
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    #: When the visible page first said that it was read; a mail scanner runs no script.
    viewed_at: Mapped[datetime | None]

    document: Mapped[Document] = relationship()
    hub_link: Mapped[HubLink | None] = relationship()

    @property
    def is_open(self) -> bool:
        """Whether it still opens its page."""
        whole = self.hub_link is None or self.hub_link.is_open
        return whole and self.revoked_at is None and self.expires_at > utcnow()

    @property
    def token(self) -> str:
        """What the address holds."""
        return signed.token_of(PURPOSE, self.id, self.nonce)


def make_link(session: AnySession, document: Document, opened_from: HubLink | None = None) -> Link:
    """A new link to ``document`` (flushed) as it is now; one that a client's page opens ends with that page."""
    link = Link(
        document=document,
        revision=getattr(document, "revision", 1),
        hub_link=opened_from,
        expires_at=opened_from.expires_at if opened_from is not None else utcnow() + LIFETIME,
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
