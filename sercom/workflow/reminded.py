"""What clients were reminded of already: the last stage of each thing, and how long ago each was written to."""

from datetime import date, timedelta

from sqlalchemy import func, select

from sercom.core import clock
from sercom.core.base import AnySession
from sercom.entities.delivery.message import Message, MessageStatus
from sercom.entities.reminders.model import Reminder, ReminderKind
from sercom.workflow.due import Due

#: A client is written to for marketing once in so many days; asked for a review once in so many.
MARKETING_APART, REVIEW_APART = 30, 365

#: What a reminder is about: its kind, and the key of the thing.
Name = tuple[ReminderKind, str]
Sent = dict[Name, tuple[int, date]]


def sent_of(session: AnySession, found: list[Due]) -> Sent:
    """The last stage of each that was written, and on which day."""
    rows = select(Reminder.kind, Reminder.key, func.max(Reminder.stage), func.max(Reminder.created_at))
    rows = rows.where(Reminder.key.in_({due.key for due in found})).group_by(Reminder.kind, Reminder.key)
    return {(kind, key): (stage, clock.to_company(at).date()) for kind, key, stage, at in session.execute(rows)}


def told_on(session: AnySession, ids: set[int], today: date) -> set[tuple[int, ReminderKind]]:
    """Who was written to on a day, of which kind; what was withdrawn never left."""
    since, until = clock.day_bounds(today)
    rows = select(Reminder.client_id, Reminder.kind).join(Message, Message.id == Reminder.message_id)
    rows = rows.where(Reminder.client_id.in_(ids), Message.status != MessageStatus.WITHDRAWN)
    rows = rows.where(Reminder.created_at >= since, Reminder.created_at < until)
    return set(session.execute(rows.distinct()).tuples())


Latest = dict[tuple[int, ReminderKind], date]


def latest_marketing(session: AnySession, ids: set[int]) -> Latest:
    """When each client was last written to, by kind of marketing."""
    kinds = [kind for kind in ReminderKind if kind.category.is_marketing]
    rows = select(Reminder.client_id, Reminder.kind, func.max(Reminder.created_at))
    rows = rows.where(Reminder.client_id.in_(ids), Reminder.kind.in_(kinds))
    found = session.execute(rows.group_by(Reminder.client_id, Reminder.kind))
    return {(client_id, kind): clock.to_company(at).date() for client_id, kind, at in found}


def too_soon(due: Due, latest: Latest, today: date) -> bool:
    """Whether the client was written to for marketing a short while ago."""
    for (client_id, kind), day in latest.items():
        apart = REVIEW_APART if kind is due.kind is ReminderKind.REVIEW else MARKETING_APART
        if client_id == due.client.id and today - day < timedelta(days=apart):
            return True
    return False
