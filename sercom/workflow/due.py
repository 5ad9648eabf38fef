"""One reminder that is due: of what, at which stage, from which day to which, to whom.

Who knows such things is a provider. It is asked about a day and reads what stands now: what was answered is
not told. It knows nothing of what was sent already, of consents or of the hour: that is the same for all of
them (``reminding``).
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, true

from sercom.core import clock, formats
from sercom.core.base import AnySession
from sercom.entities.clients.model import Client
from sercom.entities.delivery.message import MessageKind
from sercom.entities.documents.model import Document
from sercom.entities.equipment.model import Equipment
from sercom.entities.reminders.model import ReminderKind, ReminderRule

#: A stage that nobody sent is let go after so many days: who switches reminders on wakes nothing old.
GRACE = 7


@dataclass(frozen=True)
class Due:
    """One reminder that is due from ``on`` to ``until`` (days, both included), unless it was sent.

    ``key`` names what it is about: one thing is reminded of once at each stage. ``subject`` is the row whose
    change is the answer, locked before it is written; ``document`` is what the message belongs to, if anything.
    ``values`` are the fields of its text, as the reader's language writes them, asked for inside that language.
    """

    kind: ReminderKind
    mail: MessageKind
    key: str
    stage: int
    on: date
    until: date
    subject: Any
    client: Client
    document: Document | None
    email: str | None
    values: Callable[[], dict[str, str]] = field(compare=False)
    #: Whether the text leads to the client's page of the document.
    linked: bool = False
    #: Whether what else is due of this kind to the client that day goes in the same message.
    together: bool = False

    @property
    def device(self) -> Equipment | None:
        """The device that it is about first, where it is about devices."""
        return self.subject if isinstance(self.subject, Equipment) else None


#: Names of what is asked about; ``None`` for everything.
Keys = Collection[str] | None
Provider = Callable[[AnySession, ReminderRule, date, Keys], Iterable[Due]]


def among(column: Any, keys: Keys, prefix: str) -> ColumnElement[bool]:
    """That the id is one of those which ``keys`` name after ``prefix``: who looks at one again reads no other."""
    if keys is None:
        return true()
    named = (key.split("/") for key in keys)
    return column.in_([int(rest[0]) for first, *rest in named if first == prefix])


def stage_on(rule: ReminderRule, counted: date, today: date, last: date) -> tuple[int, date, date] | None:
    """The stage that ``today`` stands at, its first and its last day; ``last`` is the last one that makes sense.

    Of several that were missed the latest counts: what comes late comes once.
    """
    for stage, offset in reversed(list(enumerate(rule.offsets, start=1))):
        first = counted + timedelta(days=offset)
        if first <= today:
            until = min(first + timedelta(days=GRACE - 1), last)
            return (stage, first, until) if today <= until else None
    return None


def days_around(rule: ReminderRule, today: date) -> tuple[date, date]:
    """The earliest and the latest day that may count today."""
    return today - timedelta(days=max(rule.offsets) + GRACE), today - timedelta(days=min(rule.offsets))


def moments_around(rule: ReminderRule, today: date) -> tuple[datetime, datetime]:
    """The same as moments: from the first on, before the second."""
    first, last = days_around(rule, today)
    return clock.from_company(first, time.min), clock.day_bounds(last)[1]


def told(tell: Callable[..., dict[str, str]], *about: Any) -> Callable[[], dict[str, str]]:
    """The fields, asked for when they are written."""
    return lambda: tell(*about)


def within(text: str) -> str:
    """A day or a month inside a sentence: French writes it small."""
    return text[0].lower() + text[1:] if formats.in_french() else text
