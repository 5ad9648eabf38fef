"""What requests, quotes, jobs and invoices share: one table of documents, one table of lines.

Over 250 lines: a document and the link between two draw their sums from one another.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core.access import Actor
from sercom.core.base import CreatedAt, LongText, Model, PrimaryKey, UpdatedAt, one_of
from sercom.core.errors import IN_USE, DomainError
from sercom.core.labels import Labelled, LabelledType
from sercom.core.money import (
    HUNDRED,
    ZERO,
    Amount,
    Discount,
    Money,
    Percent,
    Rate,
    TaxStatus,
    Totals,
    compute_totals,
    round_money,
    totals_within,
)
from sercom.entities.cases.model import Case
from sercom.entities.clients.model import Client
from sercom.entities.documents.line import BORN, DocumentTax, Line, LineDraft
from sercom.entities.documents.options import Offer, offer_of
from sercom.entities.documents.place import Place, place_for
from sercom.entities.sites.model import Province

if TYPE_CHECKING:
    from sercom.core.journal import Changes
    from sercom.entities.planning.model import Skill
    from sercom.entities.visits.model import Visit


class DocumentKind(Labelled):
    """What a document is."""

    REQUEST = "request", _l("Request")
    QUOTE = "quote", _l("Quote")
    JOB = "job", _l("Job")
    INVOICE = "invoice", _l("Invoice")
    CREDIT_NOTE = "credit_note", _l("Credit note")


class Document(Model):
    """A stage of a case. Its subclasses hold what only they have; amounts are in dollars."""

    __tablename__ = "document"
    __table_args__: Any = (
        one_of("kind", DocumentKind),
        UniqueConstraint("number"),
        CheckConstraint("total = net + tax", name="total_adds_up"),
        CheckConstraint("discount >= 0", name="discount_positive"),
        CheckConstraint("discount_percent BETWEEN 0 AND 100000", name="discount_percent_range"),
        one_of("tax_province", Province),
        ForeignKeyConstraint(
            ["case_id", "client_id"],
            ["case.id", "case.client_id"],
            name="fk_document_case_client",
            onupdate="CASCADE",
        ),
        Index(None, "case_id", "id"),
        Index(None, "client_id", "kind"),
    )
    #: The letter in its number, and whether it gets one from its case at birth.
    letter: ClassVar[str]
    numbered_by_case: ClassVar[bool] = True
    #: Whether its lines may be options: a quote's, and no other's.
    offers_options: ClassVar[bool] = False
    #: The stages in which nothing is left to do.
    settled: ClassVar[frozenset[Any]]

    id: Mapped[PrimaryKey]
    kind: Mapped[DocumentKind] = mapped_column(LabelledType(DocumentKind))
    case_id: Mapped[int] = mapped_column()
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    number: Mapped[str | None] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(String(200), default="")
    description: Mapped[LongText | None]
    discount: Mapped[Decimal] = mapped_column(Money, default=ZERO)
    #: How the discount was said, where it was said in percent; ``discount`` is what it comes to.
    discount_percent: Mapped[Decimal | None] = mapped_column(Percent)
    #: Where the supply takes place, where somebody of the office says so against the address.
    tax_province: Mapped[Province | None] = mapped_column(LabelledType(Province))
    net: Mapped[Decimal] = mapped_column(Money, default=ZERO)
    tax: Mapped[Decimal] = mapped_column(Money, default=ZERO)
    total: Mapped[Decimal] = mapped_column(Money, default=ZERO)
    version: Mapped[int] = mapped_column()
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    case: Mapped[Case] = relationship(
        back_populates="documents", primaryjoin=lambda: Document.case_id == Case.id, foreign_keys=[case_id]
    )
    client: Mapped[Client] = relationship(foreign_keys=[client_id])
    lines: Mapped[list["Line"]] = relationship(
        back_populates="document",
        cascade="all, delete-orphan",
        order_by="Line.position",
        foreign_keys="Line.document_id",
    )
    taxes: Mapped[list["DocumentTax"]] = relationship(
        cascade="all, delete-orphan", order_by="DocumentTax.position", passive_deletes=True
    )

    conversions: Mapped[list["Conversion"]] = relationship(
        back_populates="source", foreign_keys="Conversion.source_id", order_by="Conversion.id"
    )
    #: What it was made from: one document; several jobs that are invoiced together.
    sources: Mapped[list["Conversion"]] = relationship(
        back_populates="target", foreign_keys="Conversion.target_id", order_by="Conversion.id", passive_deletes="all"
    )

    if TYPE_CHECKING:
        # Each subclass has its own.
        status: Mapped[Any]
        stage: Mapped[Any]
        repriced: Changes | None
        kept: tuple[Any, Decimal] | None
    #: Taxes and total before and after, where a command computed them anew and they changed; never stored.
    repriced = None
    #: The deposit that it is made of, and how much of it in dollars, while it is made; never stored.
    kept = None

    __mapper_args__ = {"polymorphic_on": kind, "version_id_col": version}

    def __str__(self) -> str:
        return self.number or f"{self.case.number}-{self.letter}"

    @property
    def place(self) -> Place:
        """Where the supply takes place, and what says so."""
        return place_for(self.tax_province, self.case.site, self.client)

    @property
    def place_of_supply(self) -> Province:
        """The province whose taxes apply."""
        return self.place.province

    @property
    def kept_taxing(self) -> dict[str, Any] | None:
        """What its taxes rested on when it was issued or sent; ``None`` while it may change."""
        return None

    @property
    def is_editable(self) -> bool:
        """Whether its content may still change."""
        return True

    @property
    def is_live(self) -> bool:
        """Whether it still counts as made from its source."""
        return True

    @property
    def made_from(self) -> "Conversion | None":
        """What it was made from, in whose case it stands; of several sources the first."""
        return self.sources[0] if self.sources else None

    @property
    def is_bound(self) -> bool:
        """Whether what it was made from set a price: a request is only a start."""
        return self.made_from is not None and self.made_from.source.kind is not DocumentKind.REQUEST

    @property
    def has_items(self) -> bool:
        """Whether anything is sold on it."""
        return any(line.is_item for line in self.lines)

    @property
    def deposit_asked(self) -> Decimal:
        """What is asked before the work, in dollars: by a quote, and by what was made from it."""
        return ZERO

    @property
    def offer(self) -> Offer:
        """Its lines: what it holds in any case, groups to choose from, single options."""
        return offer_of(self.lines)

    def require_editable(self) -> None:
        """Raise where the content may not change any more."""
        if not self.is_editable:
            raise DomainError(_l("This document can no longer be changed."))

    def visit_done(self, visit: "Visit") -> None:
        """A visit of this document was finished."""

    @property
    def visit_to_plan(self) -> "Visit | None":
        """The visit whose planning is the next step, where there is one."""
        return None

    @property
    def expected(self) -> "tuple[int | None, Skill | None]":
        """What a visit needs, before anybody planned it: minutes and a skill; the case's newest request knows."""
        asked = [document for document in self.case.documents if document.kind is DocumentKind.REQUEST]
        return asked[-1].expected if asked else (None, None)

    def begin(self, actor: Actor) -> None:
        """What a kind of document starts with, once it stands in its case."""

    def content_changed(self) -> None:
        """What a kind of document draws from its content, drawn anew."""

    def refuse_delete(self) -> LazyString | None:
        """Why it cannot be deleted, if it cannot: it is no draft, or other records tell of it."""
        if not self.is_editable:
            return _l("This document can no longer be changed.")
        started = any(visit.has_started for visit in self.case.visits if visit.document_id == self.id)
        return IN_USE if self.conversions or started else None

    def refuse_under_way(self) -> LazyString | None:
        """Nothing ends while somebody is on the way or at work for it."""
        under_way = any(visit.is_under_way for visit in self.case.visits if visit.document_id == self.id)
        return _l("A visit is under way: finish it first.") if under_way else None

    def set_lines(self, drafts: Iterable[LineDraft]) -> None:
        """Make the lines equal to ``drafts``: known ids are changed, the others added or removed."""
        self.require_editable()
        known = {line.id: line for line in self.lines}
        kept = []
        for position, draft in enumerate(drafts, start=1):
            if draft.optional and not self.offers_options:
                raise DomainError(_l("Only a quote has options."), f"lines-{position - 1}-option")
            line = known.pop(draft.id, None) if draft.id else None
            if line is None:
                line = Line(**{name: getattr(draft, name) for name in BORN})
            line.change(draft, position)
            kept.append(line)
        self.lines = kept

    def reprice(self, rates: Sequence[Rate]) -> Totals:
        """Compute net, taxes and total from the lines at ``rates``, and keep them."""
        totals = self.totals_of([line for line in self.lines if line.accepted], rates)
        self.discount = totals.discount
        if self.kept is not None:
            totals = totals_within(self.kept[1], rates)
        self.net, self.tax, self.total = totals.net, totals.tax, totals.total
        known = {row.code: row for row in self.taxes}
        self.taxes = [
            (known.get(tax.rate.code) or DocumentTax(code=tax.rate.code)).hold(position, tax.rate, tax.base, tax.amount)
            for position, tax in enumerate(totals.taxes)
        ]
        for conversion in self.sources:
            conversion.count()
        return totals

    def totals_of(self, lines: Iterable[Line], rates: Sequence[Rate]) -> Totals:
        """What these ``lines`` come to at ``rates``, less the document's discount. Nothing is changed."""
        amounts = [Amount(line.amount, line.tax_status is TaxStatus.TAXABLE) for line in lines]
        subtotal = max(sum((amount.value for amount in amounts), ZERO), ZERO)
        discount = Discount(self.discount or ZERO, self.discount_percent).of(subtotal)
        if discount > subtotal:
            raise DomainError(_l("The discount is larger than the document."), "discount")
        return compute_totals(amounts, rates, discount)

    def lines_state(self) -> list[list[Any]]:
        """The lines as the journal keeps them: written one way, whether typed or read from the database."""
        return [
            [line.kind.value, line.description, None]
            if not line.is_item
            else [
                *(line.description, f"{line.quantity:.3f}", line.unit),
                *(f"{line.unit_price:.2f}", f"{line.discount:.2f}", line.tax_status.value),
                *line.option_state,
                None if line.cost is None else f"{line.cost:.2f}",
            ]
            for line in self.lines
        ]


class Conversion(Model):
    """That ``target`` was made from ``source``. *Converted* is derived from it, never stored.

    ``net`` is what of the source's price the target bills and ``held`` what it holds back of it, in
    dollars before tax: both follow the target's lines. ``net_back`` and ``held_back`` are what credit
    notes gave back of them: free to be billed again. ``percent`` is how a part was said.
    """

    __tablename__ = "conversion"
    __table_args__ = (
        UniqueConstraint("source_id", "edge", "token"),
        UniqueConstraint("source_id", "target_id"),
        CheckConstraint("percent BETWEEN 0 AND 100000", name="percent_range"),
        Index(None, "target_id"),
    )

    id: Mapped[PrimaryKey]
    source_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    edge: Mapped[str] = mapped_column(String(20))
    token: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[CreatedAt]
    net: Mapped[Decimal] = mapped_column(Money, default=ZERO)
    held: Mapped[Decimal] = mapped_column(Money, default=ZERO)
    net_back: Mapped[Decimal] = mapped_column(Money, default=ZERO)
    held_back: Mapped[Decimal] = mapped_column(Money, default=ZERO)
    percent: Mapped[Decimal | None] = mapped_column(Percent)

    source: Mapped[Document] = relationship(back_populates="conversions", foreign_keys=[source_id])
    target: Mapped[Document] = relationship(back_populates="sources", foreign_keys=[target_id])

    @property
    def lines(self) -> list[Line]:
        """The target's lines that bill the source."""
        source_id = self.source_id or self.source.id
        return [line for line in self.target.lines if line.is_item and line.source_document_id == source_id]

    @property
    def discount(self) -> Decimal:
        """What of the target's discount is the source's, in dollars.

        All of it where it is an amount, for extras are priced as they are meant; its lines' part where
        it is a percentage; nothing with several sources, whose discounts are lines.
        """
        if len(self.target.sources) > 1:
            return ZERO
        work = max(sum((line.amount for line in self.lines if not line.holdback), ZERO), ZERO)
        percent = self.target.discount_percent
        own = self.target.discount if percent is None else round_money(work * percent / HUNDRED)
        return min(own, self.target.discount, work)

    @property
    def work(self) -> Decimal:
        """What of the source's price it takes, in dollars before tax, held back or not."""
        return self.net - self.net_back + self.still_held

    @property
    def still_held(self) -> Decimal:
        """What it holds back and no credit note gave back, in dollars."""
        return self.held - self.held_back

    @property
    def is_given_back(self) -> bool:
        """Whether credit notes gave back all that it took."""
        return bool(self.net or self.held) and (self.net, self.held) == (self.net_back, self.held_back)

    def count(self) -> None:
        """Draw the amounts from the target's lines."""
        self.held = -sum((line.amount for line in self.lines if line.holdback), ZERO)
        self.net = sum((line.amount for line in self.lines), ZERO) - self.discount
