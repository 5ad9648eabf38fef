"""The quote: a price, sent, and the client's answer.

Over 250 lines: a quote, what was sent of it and its approvals are one story, and read as one.
"""

import hashlib
import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import BindParameter, CheckConstraint, ForeignKey, String, Text, bindparam
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from sercom.core import clock
from sercom.core.access import Actor
from sercom.core.base import CreatedAt, LongText, Model, PrimaryKey, one_of
from sercom.core.clock import utcnow
from sercom.core.errors import IN_USE, DomainError
from sercom.core.guards import append_only
from sercom.core.labels import Labelled, LabelledType, Status, Tone
from sercom.core.money import Money, Percent
from sercom.entities.company.model import get_company
from sercom.entities.documents.model import Document, DocumentKind
from sercom.entities.documents.pricing import reprice_aloud
from sercom.entities.documents.stage import Stage, converted, stage_column
from sercom.entities.quotes.snapshot import snapshot_of


class QuoteStatus(Status):
    """Stored states of a quote."""

    DRAFT = "draft", _l("Draft"), Tone.NEUTRAL
    SENT = "sent", _l("Sent"), Tone.INFO
    APPROVED = "approved", _l("Approved"), Tone.GOOD
    CHANGES_REQUESTED = "changes_requested", _l("Changes requested"), Tone.WARN
    DECLINED = "declined", _l("Declined"), Tone.BAD
    ARCHIVED = "archived", _l("Archived"), Tone.NEUTRAL


class Channel(Labelled):
    """How the client gave their word."""

    PHONE = "phone", _l("By phone")
    ON_SITE = "on_site", _l("On site")
    EMAIL = "email", _l("By e-mail")
    PAPER = "paper", _l("Signed on paper")
    PORTAL = "portal", _l("On the client's page")


class DeclineReason(Labelled):
    """Why a client said no."""

    PRICE = "price", _l("Price")
    COMPETITOR = "competitor", _l("Chose somebody else")
    DELAY = "delay", _l("Delay too long")
    ABANDONED = "abandoned", _l("Project abandoned")
    OTHER = "other", _l("Other")


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


class Quote(Document):
    """A quote (soumission). Changing one that was sent makes its next revision."""

    __tablename__ = "quote"
    __table_args__ = (
        one_of("status", QuoteStatus),
        one_of("decline_reason", DeclineReason),
        CheckConstraint("revision >= 1", name="revision_positive"),
        CheckConstraint("deposit_percent BETWEEN 1 AND 100000", name="deposit_percent_range"),
        CheckConstraint("deposit_amount > 0", name="deposit_positive"),
        CheckConstraint("deposit_percent IS NULL OR deposit_amount IS NULL", name="one_deposit"),
    )
    __mapper_args__ = {"polymorphic_identity": DocumentKind.QUOTE}
    letter = "S"

    id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[QuoteStatus] = mapped_column(LabelledType(QuoteStatus), default=QuoteStatus.DRAFT, index=True)
    revision: Mapped[int] = mapped_column(default=1)
    valid_until: Mapped[date | None]
    #: The deposit asked: of the total in percent, or in dollars.
    deposit_percent: Mapped[Decimal | None] = mapped_column(Percent)
    deposit_amount: Mapped[Decimal | None] = mapped_column(Money)
    sent_at: Mapped[datetime | None]
    change_request: Mapped[LongText | None]
    decline_reason: Mapped[DeclineReason | None] = mapped_column(LabelledType(DeclineReason))

    approvals: Mapped[list[Approval]] = relationship(cascade="all, delete-orphan", order_by=Approval.id)
    sent: Mapped[list[SentQuote]] = relationship(order_by=SentQuote.revision, passive_deletes="all")

    @property
    def is_editable(self) -> bool:
        """While it is a draft: afterwards, revise it first."""
        return self.status is QuoteStatus.DRAFT

    def refuse_delete(self) -> LazyString | None:
        """What was sent and what was approved is evidence, also where it is no longer in force."""
        return super().refuse_delete() or (IN_USE if self.approvals or self.sent else None)

    @property
    def approval(self) -> Approval | None:
        """The approval in force."""
        return next((a for a in reversed(self.approvals) if a.withdrawn_at is None), None)

    @property
    def content(self) -> str:
        """What a client approves, as canonical JSON."""
        what = {
            "number": self.number,
            "revision": self.revision,
            "title": self.title,
            "lines": [told for *told, _cost in self.lines_state()],
            "discount": f"{self.discount:.2f}",
            "total": f"{self.total:.2f}",
        }
        return json.dumps(what, ensure_ascii=False, sort_keys=True)

    def sent_content(self, revision: int) -> str | None:
        """What the client was sent as ``revision``, as JSON; ``None`` where that was never sent."""
        return next((sent.content for sent in self.sent if sent.revision == revision), None)

    @property
    def kept_taxing(self) -> dict[str, Any] | None:
        """As the client was sent it."""
        sent = None if self.is_editable else self.sent_content(self.revision)
        return json.loads(sent).get("taxing") if sent else None

    def refuse_empty(self) -> LazyString | None:
        """A quote without a line says nothing."""
        return None if self.has_items else _l("Add at least one line first.")

    def refuse_send(self) -> LazyString | None:
        """An offer that is over when it leaves is none."""
        if self.valid_until is not None and self.valid_until < clock.today():
            return _l("It was valid until %(day)s: give it a later date first.", day=self.valid_until)
        return self.refuse_empty()

    def mark_sent(self, actor: Actor) -> None:
        """It left for the client; valid for the company's number of days, unless a date was set."""
        session = object_session(self)
        assert session is not None
        self.valid_until = self.valid_until or clock.today() + timedelta(days=get_company(session).quote_validity_days)
        reprice_aloud(session, self)  # at the taxes of the place and of today
        self.sent_at = utcnow()
        content = json.dumps(snapshot_of(session, self), ensure_ascii=False, sort_keys=True)
        self.sent.append(SentQuote(revision=self.revision, content=content))
        self.status = QuoteStatus.SENT

    def approve(self, actor: Actor, *, channel: Channel, name: str, address: str = "") -> None:
        """Record the client's word on this revision."""
        if not name.strip():
            raise DomainError(_l("Who approved?"), "name")
        self.approvals.append(
            Approval(
                revision=self.revision,
                channel=Channel(channel),
                name=name.strip(),
                address=address or self.client.address,
                content=self.content,
                sha256=hashlib.sha256(self.content.encode()).hexdigest(),
                recorded_by_id=actor.user_id,
            )
        )
        self.status = QuoteStatus.APPROVED

    def refuse_withdrawal(self) -> LazyString | None:
        """An approval stands while a job came of it."""
        live = any(conversion.target.is_live for conversion in self.conversions)
        return _l("A job was made from this quote: undo or cancel it first.") if live else None

    def withdraw_approval(self, actor: Actor) -> None:
        """Take the approval back."""
        self._withdraw()
        self.status = QuoteStatus.SENT

    def request_changes(self, actor: Actor, *, change_request: str) -> None:
        """The client wants something else."""
        self.change_request = change_request
        self.status = QuoteStatus.CHANGES_REQUESTED

    def decline(self, actor: Actor, *, reason: DeclineReason) -> None:
        """The client said no."""
        self.decline_reason = DeclineReason(reason)
        self.status = QuoteStatus.DECLINED

    def revise(self, actor: Actor) -> None:
        """Open revision n+1: what was approved stays on record, and is no longer in force."""
        self._withdraw()
        self.revision += 1
        self.valid_until = self.sent_at = None
        self.status = QuoteStatus.DRAFT

    def archive(self, actor: Actor) -> None:
        """Put it away."""
        self.status = QuoteStatus.ARCHIVED

    def restore(self, actor: Actor) -> None:
        """Take it out again, as a draft of its next revision."""
        self.revise(actor)

    def _withdraw(self) -> None:
        if self.approval is not None:
            self.approval.withdrawn_at = utcnow()


class QuoteStage(Stage):
    """Where a quote stands."""

    CONVERTED = "converted", _l("Converted"), Tone.GOOD
    EXPIRED = "expired", _l("Expired"), Tone.WARN
    DRAFT = "draft", _l("Draft"), Tone.NEUTRAL
    SENT = "sent", _l("Sent"), Tone.INFO
    CHANGES_REQUESTED = "changes_requested", _l("Changes requested"), Tone.WARN
    APPROVED = "approved", _l("Approved"), Tone.GOOD
    DECLINED = "declined", _l("Declined"), Tone.BAD
    ARCHIVED = "archived", _l("Archived"), Tone.NEUTRAL


_table = Quote.__table__.c
_today: BindParameter[date] = bindparam("today", callable_=clock.today, unique=True)
Quote.settled = frozenset({QuoteStage.CONVERTED, QuoteStage.DECLINED, QuoteStage.ARCHIVED})
Quote.stage = stage_column(
    {
        QuoteStage.CONVERTED: (_table.status == QuoteStatus.APPROVED) & converted(_table.id),
        QuoteStage.EXPIRED: (_table.status == QuoteStatus.SENT) & (_table.valid_until < _today),
        QuoteStage.DRAFT: _table.status == QuoteStatus.DRAFT,
        QuoteStage.SENT: _table.status == QuoteStatus.SENT,
        QuoteStage.CHANGES_REQUESTED: _table.status == QuoteStatus.CHANGES_REQUESTED,
        QuoteStage.APPROVED: _table.status == QuoteStatus.APPROVED,
        QuoteStage.DECLINED: _table.status == QuoteStatus.DECLINED,
        QuoteStage.ARCHIVED: _table.status == QuoteStatus.ARCHIVED,
    }
)
