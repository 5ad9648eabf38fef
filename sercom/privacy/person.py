"""Which rows are about a person: found by the schema's own foreign keys, from the client down.

A table that comes later is found by itself. What no key leads to (the journal, e-mails without a case, files that
were imported) is told here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, false, func, not_, or_, select

from sercom.core.base import AnySession, db
from sercom.entities.clients.model import Client
from sercom.entities.delivery.message import Message, MessageKind
from sercom.models import JournalEntry, Payment, Reminder

BATCH = 500
#: What tells of the person's data without being any: how it was treated.
ABOUT_TREATMENT = frozenset({"erasure"})
#: Columns of a client and of an address by which a person is known.
NAMES = ("name", "contact_name")
ADDRESSES = ("email", "billing_email")
_client: Any = Client.__table__
_journal: Any = JournalEntry.__table__
_message: Any = Message.__table__


@dataclass
class Person:
    """A client with those merged into it: the ids of each table's rows, and the e-mail addresses."""

    clients: list[int]
    emails: set[str]
    ids: dict[str, list[int]] = field(default_factory=dict)
    #: E-mails of no case that are theirs, and those to an address of theirs that are somebody else's.
    mail: list[int] = field(default_factory=list)
    others_mail: list[int] = field(default_factory=list)

    def where(self, table: Table) -> ColumnElement[bool]:
        """Which of a table's rows are theirs."""
        if table.name == "client":
            return among(_client.c.id, self.clients)
        parts = [among(column, self.ids[parent]) for column, parent in links(table, self.ids)]
        if table.name == "journal_entry":
            about = ((name, ids) for name, ids in self.ids.items() if name != "journal_entry")
            parts += [and_(_journal.c.subject_type == kind, among(_journal.c.subject_id, ids)) for kind, ids in about]
        if table.name == "message":
            to_them = func.lower(_message.c.to_email).in_(sorted(self.emails))
            of_nobody = and_(_message.c.case_id.is_(None), _message.c.kind != MessageKind.ACCOUNT)
            parts.append(and_(to_them, of_nobody, not_(among(_message.c.id, self.others_mail))))
            parts.append(among(_message.c.id, self.mail))
        return or_(false(), *parts)


def among(column: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    """``column IN ids``, however many: a statement names a few thousand at most."""
    return or_(false(), *(column.in_(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH)))


def links(table: Table, known: Iterable[str]) -> Iterator[tuple[Any, str]]:
    """Columns by which a row hangs on one of the ``known`` tables, and which."""
    for column in table.columns:
        for key in column.foreign_keys:
            if key.column.name == "id" and key.column.table.name in set(known) - {table.name}:
                yield column, key.column.table.name


def tables_of() -> list[Table]:
    """The tables that may hold rows about a person, parents first."""
    found, tables = {"client"}, db.metadata.sorted_tables
    while more := {table.name for table in tables if table.name not in found and any(links(table, found))}:
        found |= more
    return [table for table in tables if table.name in found - ABOUT_TREATMENT]


def find(session: AnySession, client: Client) -> Person:
    """Everything about a client and those merged into it."""
    ids = select(_client.c.id).where(_client.c.id == client.id).cte(recursive=True)
    ids = ids.union(select(_client.c.id).where(_client.c.merged_into_id == ids.c.id))
    clients = sorted(session.scalars(select(ids.c.id)))
    rows = session.execute(select(*(_client.c[name] for name in ADDRESSES)).where(_client.c.id.in_(clients)))
    person = Person(clients, {address.lower() for row in rows for address in row if address})
    for client_id, message_id in _mail_of_no_case(session):
        (person.mail if client_id in set(clients) else person.others_mail).append(message_id)
    for table in tables_of():
        key = table.primary_key.columns.keys()
        if key == ["id"] and table.name != "journal_entry":
            found = session.scalars(select(table.c.id).where(person.where(table)).order_by(table.c.id))
            person.ids[table.name] = list(found)
    return person


def _mail_of_no_case(session: AnySession) -> Iterator[tuple[int, int]]:
    """Whose the e-mails of no case are (client, message), to whatever address: two may share one, or have changed it.

    A reminder names its client, a receipt its payment. The link to a client's page is swept; the journal keeps what was
    sent with it.
    """
    reminded = select(Reminder.client_id, Reminder.message_id).join(Message, Message.id == Reminder.message_id)
    yield from session.execute(reminded.where(Message.case_id.is_(None)).distinct()).tuples()
    paid = select(Payment.client_id, Message.id).join(Message, Message.payment_id == Payment.id)
    yield from session.execute(paid.where(Message.case_id.is_(None))).tuples()
    sent = (_journal.c.event == "hub_link_sent", _journal.c.subject_type == Client.__tablename__)
    for client_id, changes in session.execute(select(_journal.c.subject_id, _journal.c.changes).where(*sent)).tuples():
        if told := changes.get("message"):  # of somebody who was anonymised it is told no more
            yield client_id, told[0]
