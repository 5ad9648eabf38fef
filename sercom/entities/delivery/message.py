"""The outbox: an e-mail as it leaves, written in the transaction of what it tells of."""

import uuid
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core.access import Actor
from sercom.core.base import CreatedAt, LongText, Model, PrimaryKey, one_of
from sercom.core.clock import utcnow
from sercom.core.guards import Guard, but_erasing, changed
from sercom.core.labels import Labelled, LabelledType, Status, Tone
from sercom.entities.cases.model import Case
from sercom.entities.delivery.hub_link import HubLink
from sercom.entities.delivery.link import Link
from sercom.entities.documents.model import Document
from sercom.entities.ledger.model import Payment
from sercom.entities.quotes.evidence import Approval
from sercom.entities.users.model import Language

#: Stands in a stored text for the client's link, which is filled in while sending.
LINK = "{link}"


class MessageKind(Labelled):
    """What an e-mail is about."""

    REQUEST_RECEIVED = "request_received", _l("Request received")
    QUOTE = "quote", _l("Quote")
    INVOICE = "invoice", _l("Invoice")
    CREDIT_NOTE = "credit_note", _l("Credit note")
    RECEIPT = "receipt", _l("Receipt")
    QUOTE_APPROVED = "quote_approved", _l("Quote approved")
    QUOTE_ANSWERED = "quote_answered", _l("Client’s answer to a quote, to the office")
    ON_THE_WAY = "on_the_way", _l("On the way")
    CLIENT_PAGE = "client_page", _l("Client page")
    QUOTE_REMINDER = "quote_reminder", _l("Reminder of a quote")
    QUOTE_REMINDER_AGAIN = "quote_reminder_again", _l("Reminder of a quote, again")
    VISIT_REMINDER = "visit_reminder", _l("Reminder of a visit")
    DUE_SOON = "due_soon", _l("Invoice due soon")
    OVERDUE = "overdue", _l("Invoice overdue")
    OVERDUE_AGAIN = "overdue_again", _l("Invoice overdue, again")
    REVIEW = "review", _l("Request for a review")
    MAINTENANCE = "maintenance", _l("Suggestion of maintenance")
    NEW_REQUEST = "new_request", _l("New request, to the office")
    REPLY = "reply", _l("Message to the client")
    CLIENT_MESSAGE = "client_message", _l("Message of a client, to the office")
    ACCOUNT = "account", _l("Account")

    @property
    def is_to_office(self) -> bool:
        """Whether the company writes to itself: no client reads it."""
        return self in {MessageKind.NEW_REQUEST, MessageKind.CLIENT_MESSAGE, MessageKind.QUOTE_ANSWERED}


class MessageStatus(Status):
    """Where an e-mail stands.

    ``KEPT`` ones were written while no mail server was set; a ``WITHDRAWN`` one had nothing to say any more
    when its turn came: what it reminds of was answered.
    """

    QUEUED = "queued", _l("Waiting"), Tone.INFO
    SENDING = "sending", _l("Being sent"), Tone.INFO
    SENT = "sent", _l("Sent out"), Tone.GOOD
    DEAD = "dead", _l("Failed"), Tone.BAD
    KEPT = "kept", _l("Not sent: no mail server"), Tone.WARN
    WITHDRAWN = "withdrawn", _l("Withdrawn"), Tone.NEUTRAL


class Failure(Labelled):
    """Why an attempt to send failed; what the mail server answered stands beside it."""

    UNREACHABLE = "unreachable", _l("The mail server could not be reached.")
    SIGN_IN = "sign_in", _l("The mail server refused the user name, the password or the sender.")
    LATER = "later", _l("The mail server asked to try later.")
    REFUSED = "refused", _l("The mail server refused this address or this message.")
    CUT = "cut", _l("The connection ended before the mail server had answered.")
    FAULT = "fault", _l("The message could not be put together: the server's log says why.")
    NOT_DRAWN = "not_drawn", _l("The attached document could not be drawn.")


class Message(Model):
    """One e-mail to one address. Its text never changes; where it stands does."""

    __tablename__ = "message"
    __table_args__ = (
        one_of("kind", MessageKind),
        one_of("status", MessageStatus),
        one_of("language", Language),
        one_of("failure", Failure),
        CheckConstraint("attempts >= 0", name="attempts_positive"),
        CheckConstraint("to_email <> ''", name="recipient_given"),
        UniqueConstraint("message_id"),
        UniqueConstraint("token"),
        Index(None, "status", "next_attempt_at"),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[MessageKind] = mapped_column(LabelledType(MessageKind))
    status: Mapped[MessageStatus] = mapped_column(LabelledType(MessageStatus), default=MessageStatus.QUEUED)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id", ondelete="SET NULL"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id", ondelete="SET NULL"), index=True)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("link.id", ondelete="SET NULL"))
    #: The approval whose PDF is attached, in place of the document's own.
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id", ondelete="SET NULL"))
    #: The payment, deposit or refund whose receipt is attached.
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id", ondelete="SET NULL"), index=True)
    #: The link to all that is the client's, in an e-mail that is about no document.
    hub_link_id: Mapped[int | None] = mapped_column(ForeignKey("hub_link.id", ondelete="SET NULL"))
    #: The revision whose PDF is attached, French always and English beside it; ``None``: nothing is.
    revision: Mapped[int | None]
    to_email: Mapped[str] = mapped_column(String(254))
    language: Mapped[Language] = mapped_column(LabelledType(Language))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[LongText]
    #: The site's own address when it was written: the sender knows no request.
    base_url: Mapped[str] = mapped_column(String(200))
    message_id: Mapped[str] = mapped_column(String(120), default=lambda: f"{uuid.uuid4()}")
    #: Sending the same form twice writes one message.
    token: Mapped[str | None] = mapped_column(String(80))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(default=utcnow)
    claimed_at: Mapped[datetime | None]
    failure: Mapped[Failure | None] = mapped_column(LabelledType(Failure))
    #: The mail server's own words.
    reply: Mapped[str | None] = mapped_column(String(300))
    sent_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[CreatedAt]
    version: Mapped[int] = mapped_column()

    case: Mapped[Case | None] = relationship()
    document: Mapped[Document | None] = relationship()
    link: Mapped[Link | None] = relationship()
    approval: Mapped[Approval | None] = relationship()
    payment: Mapped[Payment | None] = relationship()
    hub_link: Mapped[HubLink | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.subject

    @property
    def known_as(self) -> str:
        """What the journal calls it: to whom it goes."""
        return self.to_email

    @property
    def link_url(self) -> str:
        """The client's page, as an address; blank where there is none."""
        if self.hub_link is not None:
            return f"{self.base_url}/c/{self.hub_link.token}"
        return f"{self.base_url}/l/{self.link.token}" if self.link is not None else ""

    @property
    def page(self) -> Link | HubLink | None:
        """The link that it carries, of either kind."""
        return self.link or self.hub_link

    @property
    def text(self) -> str:
        """The body with its link: what the reader gets. Never stored."""
        return self.body.replace(LINK, self.link_url)

    def refuse_resend(self) -> LazyString | None:
        """Without a mail server nothing leaves."""
        return None if is_mail_set() else _l("No mail server is set: see SMTP_URL and MAIL_FROM.")

    def resend(self, actor: Actor) -> None:
        """Put it back in the queue, with all its attempts before it."""
        self.status = MessageStatus.QUEUED
        self.attempts = 0
        self.next_attempt_at = utcnow()
        self.failure = self.reply = None


def is_mail_set() -> bool:
    """Whether a mail server is configured."""
    config: dict[str, Any] = current_app.config
    return bool(config.get("SMTP_URL") and config.get("MAIL_FROM"))


_written = ("kind", "to_email", "language", "subject", "body", "base_url", "message_id", "created_at")
MESSAGE_GUARDS = (
    Guard("message", "UPDATE", changed(*_written), "a message is append-only"),
    Guard("message", "DELETE", but_erasing("1 = 1"), "a message is append-only"),
)
