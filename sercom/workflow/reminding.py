"""Reminders: planned, written once, looked at again before they leave.

Never twice: a row is unique by what it reminds of and its stage. Never after the answer: what is due is read
under the lock of what would be answered, and once more when the message leaves. Never at night: nothing is
written or sent in quiet hours, on the company's clock.
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from sercom.core import clock, journal
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import Text
from sercom.entities.delivery import outbox
from sercom.entities.delivery.link import make_link
from sercom.entities.delivery.message import Message, MessageKind, is_mail_set
from sercom.entities.reminders.model import Reminder, ReminderKind, get_rules, get_settings, reminders_in
from sercom.workflow.consent import footings
from sercom.workflow.due import Due
from sercom.workflow.due_kinds import PROVIDERS
from sercom.workflow.due_words import words_of
from sercom.workflow.reminded import Name, latest_marketing, sent_of, told_on, too_soon

#: Seconds between two rounds of the worker.
EVERY = 600.0
#: Two stages about one thing are so many days apart at least, also where one came late.
APART = 2
#: So many are written in one round: the rest follows in the next.
LIMIT = 200
#: Who acts, as the journal names it.
ACTOR = Actor("Sercom")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Planned:
    """What is due, and why it does not go out, where it does not."""

    due: Due
    held_back: Text | None = None


def plan(session: AnySession, today: date, only: Collection[Name] | None = None) -> list[Planned]:
    """Everything that is due on a day and was not sent yet, as things stand now; reads only."""
    found = [due for due in _all_due(session, today, only) if due.on <= today <= due.until]
    sent = sent_of(session, found)
    fresh = [due for due in found if _is_new(due, *sent.get((due.kind, due.key), (0, date.min)))]
    ids = {due.client.id for due in fresh}
    rest, latest = footings(session, ids), latest_marketing(session, ids)
    today_told = told_on(session, ids, today)
    planned: list[Planned] = []
    for due in fresh:
        footing = rest[due.client.id][due.kind.category]
        before = sent.get((due.kind, due.key), (0, date.min))[1]
        reason: Text | None = None
        if not due.email:
            reason = _l("No e-mail address is known.")
        elif not footing.holds:
            reason = footing.label
        elif before != date.min and today - before < timedelta(days=APART):
            reason = _l("The one before went out a moment ago.")
        elif due.together and (due.client.id, due.kind) in today_told:
            reason = _l("The client was reminded of another one today.")
        elif due.kind.category.is_marketing:
            if too_soon(due, latest, today):
                reason = _l("The client was written to not long ago.")
            else:
                latest[due.client.id, due.kind] = today  # of several in one round the first
        planned.append(Planned(due, reason))
    return planned


def _is_new(due: Due, stage: int, told: date) -> bool:
    """Whether neither this stage was written, nor anything on its day or since: adding a day moves the stages up."""
    return due.stage > stage and due.on > told


def ahead(session: AnySession, days: int) -> list[tuple[date, Planned]]:
    """What is due from today on for so many days, as if nobody answered until then."""
    told: set[tuple[ReminderKind, str, int]] = set()
    found = []
    for after in range(days):
        day = clock.today() + timedelta(days=after)
        for planned in plan(session, day):
            name = (planned.due.kind, planned.due.key, planned.due.stage)
            if name not in told:
                told.add(name)
                found.append((day, planned))
    return found


def run(session: AnySession, limit: int = LIMIT) -> list[Message]:
    """Write what is due now, each in a transaction of its own; nothing in quiet hours or without a mail server."""
    if not is_mail_set() or closed_until(session) is not None:
        session.rollback()
        return []
    due = [planned.due for planned in plan(session, clock.today()) if planned.held_back is None]
    names = [[(one.kind, one.key) for one in batch] for batch in batches(due)[:limit]]
    session.rollback()
    written = []
    for batch in names:
        try:
            message = _remind(session, batch)
            session.commit()
        except IntegrityError:  # another process was quicker
            session.rollback()
        except Exception:  # one that cannot be written keeps no other from leaving
            session.rollback()
            log.exception("reminder %s", batch)
        else:
            written += [message] if message is not None else []
    return written


def batches(due: Iterable[Due]) -> list[list[Due]]:
    """What goes in one message each: a client hears of several invoices once, at the stage that is furthest."""
    found: dict[tuple[ReminderKind, object], list[Due]] = {}
    for one in due:
        found.setdefault((one.kind, one.client.id if one.together else one.key), []).append(one)
    return [sorted(batch, key=lambda one: (-one.stage, one.on)) for batch in found.values()]


def closed_until(session: AnySession) -> datetime | None:
    """When quiet hours end, while they last."""
    now = utcnow()
    opens = get_settings(session).opens_at(now)
    return opens if opens != now else None


def _remind(session: AnySession, names: Sequence[Name]) -> Message | None:
    """Write one message, of what was neither answered nor written meanwhile."""
    found = [due for name in names if (due := find_due(session, *name)) is not None]
    if not found:
        return None
    row = type(found[0].subject)
    ids = {due.subject.id for due in found}
    session.execute(select(row.id).where(row.id.in_(ids)).order_by(row.id).with_for_update())
    session.expire_all()  # what was answered while we waited
    planned = plan(session, clock.today(), names)
    ready = batches(one.due for one in planned if one.held_back is None)
    return write(session, ready[0]) if ready else None


def write(session: AnySession, batch: Sequence[Due]) -> Message:
    """Write the message of what is due, and that it was written, in the open transaction."""
    due, *others = batch
    link = make_link(session, due.document) if due.linked and due.document else None
    words = words_of(session, due, others)
    message = outbox.post(session, due.mail, words, to=due.email or "", document=due.document, link=link)
    for one in batch:
        row = Reminder(kind=one.kind, key=one.key, stage=one.stage, client_id=one.client.id, message_id=message.id)
        session.add(row)
    session.flush()
    for one in batch:
        journal.record(session, ACTOR, "reminded", one.subject, {"message": [message.id, message.to_email]})
    return message


def find_due(session: AnySession, kind: ReminderKind, key: str) -> Due | None:
    """What is due today about ``key``, as things stand."""
    return next(_all_due(session, clock.today(), [(kind, key)]), None)


def when_to_send(session: AnySession, message: Message) -> datetime | None:
    """From which moment a message may leave; ``None`` for a reminder that nobody needs any more, or not there."""
    reminders = reminders_in(session, message.id)
    needed = {reminder: due for reminder in reminders if (due := _still_due(session, reminder)) is not None}
    there = all(due.email == message.to_email for due in needed.values())
    if there and len(needed) == len(reminders):
        return get_settings(session).opens_at(utcnow()) if reminders else utcnow()
    if message.attempts <= 1:  # it never left: the next round tells of what is left, at the client's present address
        for reminder in needed:
            session.delete(reminder)
    return None


def _still_due(session: AnySession, reminder: Reminder) -> Due | None:
    due = find_due(session, reminder.kind, reminder.key)
    if due is None or due.stage != reminder.stage or due.email is None:
        return None
    return due if footings(session, [due.client.id])[due.client.id][due.kind.category].holds else None


def attach() -> None:
    """Let the outbox ask before a reminder leaves."""
    outbox.GATES.update(dict.fromkeys(REMINDING, when_to_send))


#: The kinds of e-mail that remind.
REMINDING = frozenset(
    {
        *(MessageKind.QUOTE_REMINDER, MessageKind.QUOTE_REMINDER_AGAIN, MessageKind.VISIT_REMINDER),
        *(
            MessageKind.DUE_SOON,
            MessageKind.OVERDUE,
            MessageKind.OVERDUE_AGAIN,
            MessageKind.REVIEW,
            MessageKind.MAINTENANCE,
        ),
    }
)


def _all_due(session: AnySession, today: date, only: Collection[Name] | None = None) -> Iterator[Due]:
    for rule in get_rules(session).values():
        keys = None if only is None else {key for kind, key in only if kind is rule.kind}
        if rule.active and (keys is None or keys):
            for provider in PROVIDERS[rule.kind]:
                found = provider(session, rule, today, keys)
                yield from (due for due in found if only is None or (due.kind, due.key) in only)
