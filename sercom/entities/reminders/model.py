"""What clients are reminded of, when, and what was sent: never twice about one thing at one stage."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core import clock, signed
from sercom.core.base import AnySession, CreatedAt, Model, PrimaryKey, UpdatedAt, one_of
from sercom.core.errors import DomainError
from sercom.core.labels import Labelled, LabelledType
from sercom.entities.clients.model import Client
from sercom.entities.privacy.consent import Purpose

#: What its links are signed for.
SIGNED_FOR = "reminder"
#: How many stages a reminder has at most, and how far from its day, in days.
MAX_STAGES, MAX_DAYS = 5, 365
#: Whatever is chosen, the night is quiet.
EARLIEST, NOON, LATEST = time(7), time(12), time(21)
WEB_ADDRESS = re.compile(r"https://[a-z0-9.-]+(:\d{1,5})?(/[!-~]*)?", re.ASCII | re.IGNORECASE)


class ReminderKind(Labelled):
    """What a reminder is about."""

    QUOTE = "quote", _l("Quote without an answer")
    VISIT = "visit", _l("Visit to come")
    DUE_SOON = "due_soon", _l("Invoice due soon")
    OVERDUE = "overdue", _l("Invoice overdue")
    REVIEW = "review", _l("Review after the job")
    MAINTENANCE = "maintenance", _l("Yearly maintenance")

    @property
    def category(self) -> Purpose:
        """What the client says yes or no to."""
        return CATEGORIES[self]

    @property
    def is_before(self) -> bool:
        """Whether its days are counted back from a day to come."""
        return self in {ReminderKind.VISIT, ReminderKind.DUE_SOON, ReminderKind.MAINTENANCE}


CATEGORIES = {
    ReminderKind.QUOTE: Purpose.QUOTES,
    ReminderKind.VISIT: Purpose.VISITS,
    ReminderKind.DUE_SOON: Purpose.INVOICES,
    ReminderKind.OVERDUE: Purpose.INVOICES,
    ReminderKind.REVIEW: Purpose.REVIEWS,
    ReminderKind.MAINTENANCE: Purpose.MAINTENANCE,
}


class ReminderRule(Model):
    """Whether a kind is sent, and how many days before or after its day: one stage for each number."""

    __tablename__ = "reminder_rule"
    __table_args__ = (
        one_of("kind", ReminderKind),
        UniqueConstraint("kind"),
        CheckConstraint("days <> ''", name="days_given"),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[ReminderKind] = mapped_column(LabelledType(ReminderKind))
    active: Mapped[bool] = mapped_column(default=False)
    #: ``3, 10, 21``.
    days: Mapped[str] = mapped_column(String(40))

    def __str__(self) -> str:
        return str(self.kind.label)

    @property
    def offsets(self) -> list[int]:
        """Days from the day that counts, one for each stage, in the order in which they come."""
        numbers = [int(part) for part in self.days.split(", ")]
        return sorted(-number for number in numbers) if self.kind.is_before else sorted(numbers)


class ReminderSettings(Model):
    """The one row of what holds for every reminder."""

    __tablename__ = "reminder_settings"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        # Whatever is chosen, nobody is written to at night; the strings are what SQLite keeps of a time.
        CheckConstraint("quiet_from BETWEEN '12:00:00.000000' AND '21:00:00.000000'", name="quiet_from_evening"),
        CheckConstraint("quiet_until BETWEEN '07:00:00.000000' AND '11:59:59.000000'", name="quiet_until_morning"),
    )

    id: Mapped[PrimaryKey]
    #: On the company's clock: nothing leaves from the one on, until the other.
    quiet_from: Mapped[time] = mapped_column(default=time(20))
    quiet_until: Mapped[time] = mapped_column(default=time(8))
    #: Where a client leaves a review.
    review_url: Mapped[str | None] = mapped_column(String(300))
    #: Whether dealings of the last two years stand for a consent to what is marketing (CASL, section 10).
    implied_consent: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column()
    updated_at: Mapped[UpdatedAt]

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return str(_l("Reminders"))

    @property
    def known_as(self) -> str:
        """What the journal calls it: nothing, there is one."""
        return ""

    def faults(self) -> Iterator[DomainError]:
        """What cannot be, each beside its field: quiet hours that let the night in, an address that is none."""
        if not NOON <= self.quiet_from <= LATEST:
            yield DomainError(_l("Between noon and 9 p.m.: nobody is written to at night."), "quiet_from")
        if not EARLIEST <= self.quiet_until < NOON:
            yield DomainError(_l("From 7 a.m. to before noon: nobody is written to at night."), "quiet_until")
        if self.review_url and not WEB_ADDRESS.fullmatch(self.review_url):
            yield DomainError(_l("A web address begins with https://."), "review_url")

    def check(self) -> None:
        """Raise the first of its ``faults``."""
        for fault in self.faults():
            raise fault

    def opens_at(self, moment: datetime) -> datetime:
        """``moment`` itself, or the next one (UTC) at which quiet hours are over."""
        local = clock.to_company(moment)
        if self.quiet_until <= local.time() < self.quiet_from:
            return moment
        later = local.time() >= self.quiet_from
        return clock.from_company(date.fromordinal(local.date().toordinal() + later), self.quiet_until)


class Reminder(Model):
    """One reminder that was written: of what (``key``), at which stage, to whom. A message may hold several."""

    __tablename__ = "reminder"
    __table_args__ = (
        one_of("kind", ReminderKind),
        CheckConstraint("stage >= 1", name="stage_positive"),
        CheckConstraint("key <> ''", name="key_given"),
        UniqueConstraint("kind", "key", "stage"),
        Index(None, "message_id"),
        Index(None, "client_id", "kind"),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[ReminderKind] = mapped_column(LabelledType(ReminderKind))
    key: Mapped[str] = mapped_column(String(80))
    stage: Mapped[int]
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    nonce: Mapped[str] = mapped_column(String(24), default=signed.new_nonce)
    created_at: Mapped[CreatedAt]

    client: Mapped[Client] = relationship()

    def __str__(self) -> str:
        return str(self.kind.label)

    @property
    def token(self) -> str:
        """What the address holds by which the client says what they want to receive."""
        return signed.token_of(SIGNED_FOR, self.id, self.nonce)


def reminders_in(session: AnySession, message_id: int) -> Sequence[Reminder]:
    """What a message reminds of; nothing of one that is no reminder."""
    return session.scalars(select(Reminder).where(Reminder.message_id == message_id).order_by(Reminder.id)).all()


def find_reminder(session: AnySession, token: str) -> Reminder | None:
    """The reminder of ``token``; it never expires, since nobody may be kept from unsubscribing."""
    row_id, tag = signed.read_token(token)
    found = session.get(Reminder, row_id) if row_id else None
    genuine = found is not None and signed.is_genuine(tag, SIGNED_FOR, found.id, found.nonce)
    return found if genuine else None


def get_settings(session: AnySession) -> ReminderSettings:
    """What holds for every reminder (the first migration inserts the row)."""
    return session.get_one(ReminderSettings, 1)


def get_rules(session: AnySession) -> dict[ReminderKind, ReminderRule]:
    """The rules by kind, in the kinds' order (the first migration inserts them)."""
    found = {rule.kind: rule for rule in session.scalars(select(ReminderRule))}
    return {kind: found[kind] for kind in ReminderKind}


def read_days(text: str, field: str = "days") -> str:
    """``3, 10, 21`` as typed in any way; raises ``DomainError`` beside ``field``."""
    parts = [part for part in re.split(r"[\s,;]+", text.strip()) if part]
    numbers = sorted({int(part) for part in parts if part.isascii() and part.isdigit() and len(part) <= len("365")})
    if not parts or len(numbers) != len(parts) or not all(1 <= number <= MAX_DAYS for number in numbers):
        raise DomainError(_l("Different numbers of days from 1 to 365. Example: 3, 10, 21"), field)
    if len(numbers) > MAX_STAGES:
        raise DomainError(_l("Five reminders at most."), field)
    return ", ".join(str(number) for number in numbers)
