"""A year of the demo company: none twice, none after an answer, none in quiet hours, none against a client's will."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from sercom.core import clock
from sercom.core.base import db
from sercom.core.money import ZERO
from sercom.entities.delivery import outbox, smtp
from sercom.entities.delivery.message import Failure, Message, MessageKind, MessageStatus
from sercom.entities.delivery.outbox import Words
from sercom.entities.invoices.balance import balance_column
from sercom.entities.invoices.model import InvoiceStatus
from sercom.entities.privacy.consent import CATEGORIES, ConsentSource, latest
from sercom.entities.quotes.model import QuoteStatus
from sercom.entities.reminders.model import Reminder, ReminderKind, get_rules, reminders_in
from sercom.entities.visits.model import VisitStatus
from sercom.models import Client, Invoice, Job, Quote, User, Visit
from sercom.workflow import reminding
from sercom.workflow.consent import say
from tests.conftest import SOAK, build_app
from tests.integration.conftest import Demo
from tests.support import give, start

DAYS = 365
#: A day in three, each at another hour; all of them, twice a day, with ``SERCOM_SOAK``.
STEP = 1 if SOAK else 3
#: By day and by night, at the edges of quiet hours too.
HOURS = ((8, 0), (9, 0), (12, 30), (16, 0), (19, 59), (20, 0), (3, 15), (7, 59))


@pytest.fixture
def year(seeded: Demo, tmp_path: Path) -> Iterator[Demo]:
    """The company in a file of its own: a year is long, and other processes wait for what they share."""
    copy = tmp_path / "year.sqlite3"
    with seeded.app.app_context():
        shared = str(db.engine.url.database)
    with closing(sqlite3.connect(shared)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    app = build_app(f"sqlite:///{copy}")
    with app.app_context():
        yield Demo(app, seeded.now)
        db.session.remove()
        db.engine.dispose()


class People:
    """What office and clients do meanwhile: new work every fourth week, answers by chance."""

    def __init__(self) -> None:
        self.random = Random(32)  # a year that is the same each time
        self.office = db.session.scalars(select(User).where(User.email.startswith("office@"))).one().actor
        self.technician = db.session.scalars(select(User).where(User.email.startswith("tech@"))).one()

    def work(self) -> None:
        """A quote is sent, an invoice leaves, a visit is planned for the week."""
        client = self.random.choice(self._clients())
        quote = start("quote", self.office, client)
        give("mark_sent", quote, self.office)
        invoice = start("invoice", self.office, client)
        give("issue", invoice, self.office)
        words = Words(client.language, "Facture", "Voici")
        outbox.post(db.session, MessageKind.INVOICE, words, to="a@example.org", document=invoice)
        visit = start("job", self.office, client).visits[0]
        begins = clock.utcnow() + timedelta(days=self.random.randint(2, 5))
        plan = {"starts_at": begins, "ends_at": begins + timedelta(hours=2), "person": self.technician}
        give("schedule", visit, self.office, **plan)

    def answer(self) -> None:
        """Some quotes are answered, some invoices paid, some visits moved, cancelled or done; somebody has enough."""
        for quote in db.session.scalars(select(Quote).where(Quote.status == QuoteStatus.SENT)):
            if not quote.is_expired and self._happens(0.1):
                give("approve", quote, self.office, channel="phone", name="Julie")
        open_ones = select(Invoice).where(Invoice.status == InvoiceStatus.ISSUED, balance_column() > ZERO)
        for invoice in db.session.scalars(open_ones.order_by(Invoice.id)):
            if self._happens(0.06):
                money = {"amount": invoice.balance, "method": "cheque", "received_on": clock.today()}
                give("record_payment", invoice, self.office, **money)
        for visit in db.session.scalars(select(Visit).where(Visit.status == VisitStatus.SCHEDULED)):
            self._visit(visit)
        if self._happens(0.1):
            chosen, wanted = self.random.choice(CATEGORIES), self._happens(0.3)
            say(db.session, self.random.choice(self._clients()), {chosen: wanted}, ConsentSource.PHONE, self.office)

    def _visit(self, visit: Visit) -> None:
        assert visit.starts_at is not None
        if visit.starts_at < clock.utcnow() - timedelta(hours=6):
            give("start", visit, self.office)
            give("finish", visit, self.office, unanswered_reason="Essai")
            if isinstance(visit.document, Job) and visit.document.status.value == "open":
                give("complete", visit.document, self.office, confirm=True)
        elif visit.starts_at > clock.utcnow() and self._happens(0.04):
            later = {"starts_at": visit.starts_at + timedelta(days=2, hours=1), "person": self.technician}
            give("schedule", visit, self.office, ends_at=later["starts_at"] + timedelta(hours=2), **later)
        elif visit.starts_at > clock.utcnow() and self._happens(0.04):
            give("cancel", visit, self.office)

    def _clients(self) -> list[Client]:
        known = select(Client).where(Client.email.is_not(None), Client.merged_into_id.is_(None))
        return [client for client in db.session.scalars(known.order_by(Client.id)) if client.sites]

    def _happens(self, chance: float) -> bool:
        return self.random.random() < chance


def look(reminder: Reminder) -> None:
    """What must hold when a reminder is written, and when it leaves: read from the rows, not as the product asks."""
    now = clock.to_company(clock.utcnow())
    assert time(8) <= now.time() < time(20), now
    _what, row_id, *_rest = reminder.key.split("/")
    if reminder.kind is ReminderKind.QUOTE:
        quote = db.session.get_one(Quote, row_id)
        assert quote.status is QuoteStatus.SENT
        assert not quote.is_expired
    elif reminder.kind in {ReminderKind.DUE_SOON, ReminderKind.OVERDUE}:
        invoice = db.session.get_one(Invoice, row_id)
        assert invoice.status is InvoiceStatus.ISSUED
        assert invoice.balance > ZERO
        assert invoice.due_date is not None
        assert (invoice.due_date < now.date()) is (reminder.kind is ReminderKind.OVERDUE)
    elif reminder.kind is ReminderKind.VISIT:
        visit = db.session.get_one(Visit, row_id)
        assert visit.status is VisitStatus.SCHEDULED
        assert visit.starts_at is not None
        assert clock.to_company(visit.starts_at).date() == now.date() + timedelta(days=1)
    elif reminder.key.startswith("devices/"):
        assert reminder.kind is ReminderKind.MAINTENANCE
    else:
        assert db.session.get_one(Job, row_id).status.value in {"done", "closed"}
    said = latest(db.session, [reminder.client_id]).get(reminder.client_id, {})
    choice = said.get(reminder.kind.category)
    assert choice is None or choice.given


class Post:
    """A mail server that is busy now and then; whatever it takes is looked at."""

    def __init__(self, random: Random) -> None:
        self.random, self.taken = random, 0

    def __call__(self, email: Any) -> None:
        key = email["Message-ID"].strip("<>").partition("@")[0]
        message = db.session.scalars(select(Message).where(Message.message_id == key)).one()
        reminders = reminders_in(db.session, message.id)
        for reminder in reminders:
            look(reminder)
        db.session.rollback()
        if self.random.random() < 0.2:
            raise smtp.SendError(Failure.LATER, "451")
        self.taken += bool(reminders)


@pytest.mark.parametrize("seeded", ["sqlite"], indirect=True, scope="session")
def test_a_year_of_reminders(year: Demo):
    with clock.at(year.now):
        people = People()
        past = set(db.session.scalars(select(Reminder.id)))
        asked = {rule.kind: len(rule.offsets) for rule in get_rules(db.session).values() if rule.active}
    assert set(asked) == set(ReminderKind)
    post = Post(people.random)
    for day in range(0, DAYS, STEP):
        for hour in people.random.sample(HOURS, 2 if SOAK else 1):
            moment = datetime.combine(year.now.date() + timedelta(days=day), time(*hour), year.now.tzinfo)
            with clock.at(moment):
                for message in reminding.run(db.session):
                    for reminder in reminders_in(db.session, message.id):
                        look(reminder)
                if day % 30 == 6:
                    people.work()
                if day % 6 == 0:  # before the messages leave: some are answered while they wait
                    people.answer()
                db.session.commit()
                outbox.drain(db.session, post)
    sent = db.session.scalars(select(Reminder).where(Reminder.id.not_in(past))).all()
    assert {reminder.kind for reminder in sent} == set(ReminderKind)
    assert len({(reminder.kind, reminder.key, reminder.stage) for reminder in sent}) == len(sent)
    assert all(reminder.stage <= asked[reminder.kind] for reminder in sent)
    ids = [reminder.message_id for reminder in sent]
    rows = db.session.scalars(select(Message).where(Message.id.in_(ids))).all()
    days = Counter((one.client_id, one.kind, clock.to_company(one.created_at).date(), one.message_id) for one in sent)
    each_day = Counter((client, day) for client, kind, day, _message in days if kind is ReminderKind.OVERDUE)
    assert set(each_day.values()) == {1}  # several invoices are one message
    told = Counter((message.to_email, message.subject, message.body, message.document_id) for message in rows)
    twice = [text for text, count in told.items() if count > 1]
    assert twice == []  # not one text came twice to anybody
    left = Counter(message.status for message in rows)
    assert left[MessageStatus.SENT] == post.taken > 30  # it was a year
    assert left[MessageStatus.WITHDRAWN] > 0  # answered while they waited
