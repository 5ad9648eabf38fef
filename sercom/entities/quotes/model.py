"""The quote: a price, sent, and the client's answer.

Over 250 lines: the offer, its options and deposit, and what becomes of it are one story, and read as one.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import BindParameter, CheckConstraint, ForeignKey, bindparam
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from sercom.core import clock
from sercom.core.access import Actor
from sercom.core.base import LongText, one_of
from sercom.core.clock import utcnow
from sercom.core.errors import IN_USE, DomainError
from sercom.core.labels import Labelled, LabelledType, Status, Tone
from sercom.core.money import HUNDRED, ZERO, Money, Percent, Rate, Totals, round_money
from sercom.entities.clients.model import ClientKind
from sercom.entities.company.model import get_company
from sercom.entities.documents.line import LineDraft
from sercom.entities.documents.model import Document, DocumentKind
from sercom.entities.documents.options import settled
from sercom.entities.documents.pricing import reprice_aloud
from sercom.entities.documents.stage import Stage, converted, stage_column
from sercom.entities.quotes.evidence import UNSIGNED, Approval, Channel, SentQuote, Signed
from sercom.entities.quotes.snapshot import approved_paper, snapshot_of


class QuoteStatus(Status):
    """Stored states of a quote."""

    DRAFT = "draft", _l("Draft"), Tone.NEUTRAL
    SENT = "sent", _l("Sent"), Tone.INFO
    APPROVED = "approved", _l("Approved"), Tone.GOOD
    CHANGES_REQUESTED = "changes_requested", _l("Changes requested"), Tone.WARN
    DECLINED = "declined", _l("Declined"), Tone.BAD
    ARCHIVED = "archived", _l("Archived"), Tone.NEUTRAL


class DeclineReason(Labelled):
    """Why a client said no."""

    PRICE = "price", _l("Price")
    COMPETITOR = "competitor", _l("Chose somebody else")
    DELAY = "delay", _l("Delay too long")
    ABANDONED = "abandoned", _l("Project abandoned")
    OTHER = "other", _l("Other")


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
    offers_options = True

    id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[QuoteStatus] = mapped_column(LabelledType(QuoteStatus), default=QuoteStatus.DRAFT, index=True)
    revision: Mapped[int] = mapped_column(default=1)
    valid_until: Mapped[date | None]
    #: The deposit asked: of the total in percent, or in dollars.
    deposit_percent: Mapped[Decimal | None] = mapped_column(Percent)
    deposit_amount: Mapped[Decimal | None] = mapped_column(Money)
    sent_at: Mapped[datetime | None]
    #: Whether its client is reminded of it no more.
    no_reminders: Mapped[bool] = mapped_column(default=False)
    change_request: Mapped[LongText | None]
    decline_reason: Mapped[DeclineReason | None] = mapped_column(LabelledType(DeclineReason))
    decline_note: Mapped[LongText | None]

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
    def deposit_asked(self) -> Decimal:
        """What is asked before the work, in dollars: of the total with taxes, rounded once; never more than it."""
        return self.deposit_of(self.total)

    @property
    def waives_deposit(self) -> bool:
        """From a consumer who accepts at a distance, payment in advance is taken by credit card alone: none is asked.

        So the Office de la protection du consommateur, 2020. A contract made otherwise is recorded as such.
        """
        given = self.approval
        return given is not None and not given.channel.is_face_to_face and self.client.kind is ClientKind.PERSON

    @property
    def deposit_face_to_face(self) -> bool:
        """Whether a deposit is asked only if the contract is signed face to face: of a consumer, until it is made."""
        return self.approval is None and self.client.kind is ClientKind.PERSON

    def deposit_of(self, total: Decimal) -> Decimal:
        """What would be asked where the quote came to ``total``, in dollars."""
        asked = self.deposit_amount or ZERO
        if self.deposit_percent is not None:
            asked = round_money(total * self.deposit_percent / HUNDRED)
        return ZERO if self.waives_deposit else max(min(asked, total), ZERO)

    def price_of(self, taken: Collection[int]) -> Totals:
        """What it comes to with these options and no other, at the taxes of the offer. Nothing is changed."""
        self.offer.require(taken)
        lines = [line for line in self.lines if not line.optional or line.id in taken]
        return self.totals_of(lines, self._offered_rates)

    @property
    def _offered_rates(self) -> list[Rate]:
        return [Rate(tax.code, tax.percent) for tax in self.taxes]

    def set_lines(self, drafts: Iterable[LineDraft]) -> None:
        """Of each group of options one line is accepted; single options as they were said."""
        super().set_lines(settled(drafts))

    def reprice(self, rates: Sequence[Rate]) -> Totals:
        """What is accepted counts; a draft asks no deposit beyond its total."""
        totals = super().reprice(rates)
        if self.is_editable and (self.deposit_amount or ZERO) > max(totals.total, ZERO):
            raise DomainError(_l("The deposit is larger than the total."), "deposit_amount")
        return totals

    @property
    def content(self) -> str:
        """What a client approves, as canonical JSON: the options taken and left among it."""
        what = {
            "number": self.number,
            "revision": self.revision,
            "title": self.title,
            "lines": [told for *told, _cost in self.lines_state()],
            "discount": f"{self.discount:.2f}",
            "total": f"{self.total:.2f}",
            "deposit": f"{self.deposit_asked:.2f}",
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
        self.change_request = None  # this revision answers it; the journal keeps it
        content = json.dumps(snapshot_of(session, self), ensure_ascii=False, sort_keys=True)
        self.sent.append(SentQuote(revision=self.revision, content=content))
        self.status = QuoteStatus.SENT

    @property
    def is_expired(self) -> bool:
        """Its last day is over."""
        return self.valid_until is not None and self.valid_until < clock.today()

    def is_to_extend(self) -> bool:
        """It waits for an answer that may no longer be given."""
        return self.status is QuoteStatus.SENT and self.is_expired

    def extend(self, actor: Actor, *, valid_until: date) -> None:
        """The same offer holds until a later day: its price and its revision stay."""
        if valid_until < clock.today():
            raise DomainError(_l("Choose today or a later day."), "valid_until")
        self.valid_until = valid_until

    def refuse_approval(self) -> LazyString | None:
        """What is over can no longer be accepted, until it is extended or drawn up anew."""
        if self.is_expired:
            return _l("This offer was valid until %(day)s: extend it, or revise it.", day=self.valid_until)
        return self.refuse_empty()

    def approve(
        self,
        actor: Actor,
        *,
        channel: Channel,
        name: str,
        address: str = "",
        accepted: Collection[int] | None = None,
        signed: Signed = UNSIGNED,
        french_since: date | None = None,
    ) -> None:
        """Record the client's word on this revision; ``accepted``: ids of the options taken, ``None`` as offered.

        ``french_since``: given in English by choice, the day from which the client had the French version.
        """
        session = object_session(self)
        assert session is not None
        if not name.strip():
            raise DomainError(_l("Who approved?"), "name")
        self._choose(accepted)
        if not any(line.is_item and line.accepted for line in self.lines):
            raise DomainError(_l("Nothing is taken: tick at least one option."), "accepted")
        approval = Approval(
            revision=self.revision,
            channel=Channel(channel),
            name=name.strip(),
            address=address or self.client.address,
            recorded_by_id=actor.user_id,
            at=utcnow(),
            **signed.columns,
        )
        self.approvals.append(approval)  # it decides on the deposit, which is part of the content
        approval.content = self.content
        approval.sha256 = hashlib.sha256(approval.content.encode()).hexdigest()
        told = approved_paper(session, self, approval, french_since)
        approval.paper = json.dumps(told, ensure_ascii=False, sort_keys=True)
        self.status = QuoteStatus.APPROVED

    def refuse_withdrawal(self) -> LazyString | None:
        """An approval stands while a job came of it."""
        live = any(conversion.target.is_live for conversion in self.conversions)
        return _l("A job was made from this quote: undo or cancel it first.") if live else None

    def withdraw_approval(self, actor: Actor) -> None:
        """Take the approval back: the choice is again as it was sent."""
        self._withdraw()
        self._choose(self._offered())
        self.status = QuoteStatus.SENT

    def request_changes(self, actor: Actor, *, change_request: str) -> None:
        """The client wants something else."""
        self.change_request = change_request
        self.status = QuoteStatus.CHANGES_REQUESTED

    def decline(self, actor: Actor, *, reason: DeclineReason, note: str | None = None) -> None:
        """The client said no; ``note`` in which words."""
        self.decline_reason, self.decline_note = DeclineReason(reason), note or None
        self.status = QuoteStatus.DECLINED

    def revise(self, actor: Actor) -> None:
        """Open revision n+1: what was approved stays on record, and is no longer in force.

        The client's choice of options stays, and may be changed like any line. What was asked for stays too, to be read
        while it is put in, until this revision leaves.
        """
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

    def _choose(self, accepted: Collection[int] | None) -> None:
        """Accept these options and no other, at the taxes of the offer."""
        offer = self.offer
        if offer.optional and accepted is not None:
            offer.take(accepted)
            self.reprice(self._offered_rates)

    def _offered(self) -> Collection[int] | None:
        """The options that counted when this revision was sent."""
        content = self.sent_content(self.revision)
        return None if content is None else set(json.loads(content)["taken"])


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
