"""What became of the quotes, by the month in which each was first sent; how long approval takes; why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, String, Subquery, case, cast, func, literal, select

from sercom.core.base import AnySession
from sercom.core.labels import Labelled, Tone
from sercom.core.money import HUNDRED, ZERO
from sercom.entities.clients.model import Client
from sercom.entities.documents.model import Document
from sercom.entities.quotes.evidence import Approval, SentQuote
from sercom.entities.quotes.model import DeclineReason, Quote, QuoteStatus
from sercom.reports.exact import cents, dollars, whole_sum
from sercom.reports.listing import Column, Listing
from sercom.reports.period import Period
from sercom.reports.sold import DOCUMENT, NUMBERED

QUOTE, SENT = Quote.__table__.c, SentQuote.__table__.c
DAY_SECONDS = 86_400
TENTH = Decimal("0.1")


class Outcome(Labelled):
    """What became of a quote that was sent."""

    APPROVED = "approved", _l("Approved"), Tone.GOOD
    DECLINED = "declined", _l("Declined or put away"), Tone.BAD
    OPEN = "open", _l("No answer yet"), Tone.INFO


@dataclass
class Cohort:
    """The quotes first sent in a month, or in the whole period: number and dollars before tax of each outcome."""

    key: str
    name: str
    outcomes: dict[Outcome, tuple[int, Decimal]] = field(default_factory=dict)
    #: Days between sending and approval, of those approved.
    days: list[Decimal] = field(default_factory=list)

    def count(self, outcome: Outcome | None = None) -> int:
        """How many."""
        return sum(count for each, (count, _amount) in self.outcomes.items() if outcome in {None, each})

    def amount(self, outcome: Outcome | None = None) -> Decimal:
        """What they come to."""
        return sum((amount for each, (_n, amount) in self.outcomes.items() if outcome in {None, each}), ZERO)

    @property
    def rate(self) -> Decimal | None:
        """Approved of those answered, by number, in percent."""
        return _percent(self.count(Outcome.APPROVED), self.count(Outcome.DECLINED))

    @property
    def rate_of_amount(self) -> Decimal | None:
        """Approved of those answered, by dollars, in percent."""
        return _percent(self.amount(Outcome.APPROVED), self.amount(Outcome.DECLINED))

    @property
    def median_days(self) -> Decimal | None:
        """Half of the approvals took no longer."""
        return median(self.days).quantize(TENTH) if self.days else None


def _percent(won: Decimal | int, lost: Decimal | int) -> Decimal | None:
    answered = Decimal(won) + Decimal(lost)
    return (HUNDRED * Decimal(won) / answered).quantize(TENTH) if answered else None


@dataclass(frozen=True)
class WinRate:
    """The months, all of them together, and the reasons of refusals with number and dollars."""

    months: list[Cohort]
    whole: Cohort
    reasons: list[tuple[DeclineReason, int, Decimal]]


def add_up(session: AnySession, period: Period) -> WinRate:
    """Three queries, whatever there is."""
    months = {month.key: Cohort(month.key, month.name) for month in period.months}
    whole = Cohort("all", str(_l("All")))
    sent = _sent(period)
    net = dollars(whole_sum(sent.c.net))
    rows = select(sent.c.month, sent.c.outcome, func.count(), net).group_by(sent.c.month, sent.c.outcome)
    for key, value, count, amount in session.execute(rows):
        outcome = Outcome(value)
        months[key].outcomes[outcome] = (count, amount)
        known = whole.outcomes.get(outcome, (0, ZERO))
        whole.outcomes[outcome] = (known[0] + count, known[1] + amount)
    for key, days in _times(session, sent):
        months[key].days.append(days)
        whole.days.append(days)
    refused = select(sent.c.reason, func.count(), net).where(sent.c.reason.is_not(None)).group_by(sent.c.reason)
    reasons = [(DeclineReason(reason), count, amount) for reason, count, amount in session.execute(refused)]
    return WinRate(list(months.values()), whole, sorted(reasons, key=lambda found: -found[1]))


def _sent(period: Period) -> Subquery:
    """A row a quote first sent within the period; ``reason`` where it was declined."""
    first = (
        select(SENT.quote_id, func.min(SENT.at).label("at"))
        .group_by(SENT.quote_id)
        .having(period.holds(func.min(SENT.at)))
        .subquery("first_sent")
    )
    outcome = case(
        (QUOTE.status == QuoteStatus.APPROVED, literal(Outcome.APPROVED.value)),
        (QUOTE.status.in_((QuoteStatus.DECLINED, QuoteStatus.ARCHIVED)), literal(Outcome.DECLINED.value)),
        else_=literal(Outcome.OPEN.value),
    )
    return (
        select(
            QUOTE.id,
            first.c["at"],
            cast(period.month_of(first.c["at"]), String).label("month"),
            cast(outcome, String).label("outcome"),
            case((QUOTE.status == QuoteStatus.DECLINED, cast(QUOTE.decline_reason, String))).label("reason"),
            cents(DOCUMENT.net).label("net"),
        )
        .join_from(first, QUOTE.id.table, QUOTE.id == first.c.quote_id)
        .join(Document.__table__, DOCUMENT.id == QUOTE.id)
        .subquery("sent")
    )


def _times(session: AnySession, sent: Subquery) -> Sequence[tuple[str, Decimal]]:
    rows = (
        select(sent.c.month, sent.c["at"], func.max(Approval.at))
        .join(Approval, Approval.quote_id == sent.c.id)
        .where(Approval.withdrawn_at.is_(None), sent.c.outcome == Outcome.APPROVED.value)
        .group_by(sent.c.id, sent.c.month, sent.c["at"])
    )
    found = session.execute(rows)
    return [(key, Decimal(max(0, int((end - start).total_seconds()))) / DAY_SECONDS) for key, start, end in found]


# --- the rows behind a figure ---------------------------------------------------------------------


def listing(period: Period, args: Mapping[str, str]) -> Listing | None:
    """What a URL names: ``month`` (or ``all``) and perhaps ``outcome``, or ``reason``."""
    sent = _sent(period)
    month, outcome, reason = args.get("month"), args.get("outcome"), args.get("reason")
    if month is None and reason is None:
        return None
    query: Select[Any] = (
        select(
            *NUMBERED,
            sent.c["at"],
            sent.c.outcome,
            sent.c.reason,
            dollars(sent.c.net).label("amount"),
        )
        .join_from(sent, Document.__table__, DOCUMENT.id == sent.c.id)
        .join(Client, Client.id == DOCUMENT.client_id)
    )
    if month not in {None, "all"}:
        query = query.where(sent.c.month == month)
    if outcome:
        query = query.where(sent.c.outcome == outcome)
    if reason:
        query = query.where(sent.c.reason == reason)
    columns = (
        Column("number", _l("Number")),
        Column("client", _l("Client")),
        Column("at", _l("First sent")),
        Column("outcome", _l("Outcome"), labels=Outcome),
        Column("reason", _l("Reason"), labels=DeclineReason),
        Column("amount", _l("Before tax"), sums=True),
    )
    return Listing(_l("Quotes sent"), columns, query, (sent.c["at"], DOCUMENT.id))
