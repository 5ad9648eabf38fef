"""A client's link to all that is theirs, and the asking for one: a row that the worker answers."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core import signed
from sercom.core.base import AnySession, CreatedAt, Model, PrimaryKey
from sercom.core.clock import utcnow
from sercom.entities.clients.model import Client

#: It shows everything, and another one is an e-mail away.
LIFETIME = timedelta(days=30)
PURPOSE = "hub-link"


class HubLink(Model):
    """What a token opens: a client's page, and those of whoever else is known under the same address."""

    __tablename__ = "hub_link"
    __table_args__ = (CheckConstraint("email <> ''", name="email_given"),)

    id: Mapped[PrimaryKey]
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    #: Where it was sent: whoever reads there has shown no more than that.
    email: Mapped[str] = mapped_column(String(254))
    nonce: Mapped[str] = mapped_column(String(24), default=signed.new_nonce)
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    client: Mapped[Client] = relationship()

    @property
    def is_open(self) -> bool:
        """Whether it still opens its page."""
        return self.revoked_at is None and self.expires_at > utcnow()

    @property
    def token(self) -> str:
        """What the address holds."""
        return signed.token_of(PURPOSE, self.id, self.nonce)


class HubAsk(Model):
    """Somebody asked for a link to be sent to an address: kept until it is answered, known or not."""

    __tablename__ = "hub_ask"
    __table_args__ = (CheckConstraint("email <> ''", name="email_given"),)

    id: Mapped[PrimaryKey]
    email: Mapped[str] = mapped_column(String(254))
    #: The site's own address when it was asked: who answers knows no request.
    base_url: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[CreatedAt]


def find_hub_link(session: AnySession, token: str) -> HubLink | None:
    """The open link of ``token``; ``None`` alike for a forged, expired or revoked one."""
    link_id, tag = signed.read_token(token)
    link = session.get(HubLink, link_id) if link_id else None
    genuine = link is not None and signed.is_genuine(tag, PURPOSE, link.id, link.nonce)
    return link if genuine and link is not None and link.is_open else None
