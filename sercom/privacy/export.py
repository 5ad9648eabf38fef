"""A person's data as one ZIP file, sent while it is made: ``data.json``, the files as they are, words to read first.

What is in it is found as in ``person.py``: the same rows that an anonymisation treats.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Integer, LargeBinary, Table, select

from sercom.core import clock
from sercom.core.base import AnySession
from sercom.core.database import one_moment
from sercom.entities.clients.model import Client
from sercom.exchange.archive import SECRET, Sink, safe, stored
from sercom.models import Approval, File, FileContent, RenderedFile, Signature
from sercom.privacy import person as people
from sercom.privacy.person import Person, among

#: The company's own bookkeeping about its people and its program: nothing that the person gave or that tells of them.
LEFT_OUT = frozenset(
    {"journal_entry", "client_merge", "conversion", "sent_action", "link", "file_content", "time_span", "visit_series"}
)
#: Columns of that sort; what a line costs the company is its own.
OWN = frozenset({"cost", "sort_name", "uploaded_by_id", "taken_by_id", "recorded_by_id", "user_id"}) | {
    *("author_id", "answered_by_id", "attempts", "next_attempt_at", "claimed_at", "base_url", "message_id", "link_id"),
    *("triage_rule_id", "skill_id", "fingerprint"),
}
CHUNK, FILES = 200, 4


def tables() -> list[Table]:
    """The tables that are handed over."""
    return [table for table in people.tables_of() if table.name not in LEFT_OUT]


def columns_of(table: Table) -> list[Any]:
    """The columns that are handed over; bytes are files of their own."""
    own = (c for c in table.columns if not SECRET.search(c.name) and c.name not in OWN)
    return [c for c in own if not isinstance(c.type, LargeBinary) and not _is_row_version(c)]


def _is_row_version(column: Any) -> bool:
    """How often a row was changed; a consent's version is of its text."""
    return column.name == "version" and isinstance(column.type, Integer)


def archive(session: AnySession, client: Client) -> Iterator[bytes]:
    """The ZIP file, in pieces, all of one moment; its words are in the client's language, and chosen at once."""
    with force_locale(client.language.value):
        return _archive(session, client.id, _("READ ME") + ".txt", _read_me())


def _archive(session: AnySession, client_id: int, title: str, words: str) -> Iterator[bytes]:
    sink = Sink()
    with one_moment(session) as own, ZipFile(sink, "w", ZIP_DEFLATED) as made:  # type: ignore[call-overload]  # write and flush are enough
        person = people.find(own, own.get_one(Client, client_id))
        with made.open("data.json", "w", force_zip64=True) as member:
            for text in _data(own, person):
                member.write(text.encode())
                yield from sink.drain()
        for name, data in _files(own, person):
            made.writestr(stored(name), data)
            yield from sink.drain()
        made.writestr(title, "\ufeff" + words)
    yield from sink.drain()


def _data(session: AnySession, person: Person) -> Iterator[str]:
    """One object: a list of rows for each table that has any."""
    head = {"generated_at": clock.utcnow(), "clients": person.clients, "amounts": "CAD", "times": "UTC"}
    yield "{\n" + f'"about": {_json(head)}'
    for table in tables():
        columns = columns_of(table)
        rows = select(*columns).where(person.where(table)).order_by(*table.primary_key)
        first = True
        for row in session.execute(rows.execution_options(yield_per=CHUNK)).mappings():
            yield (f',\n"{table.name}": [\n' if first else ",\n") + _json(dict(row))
            first = False
        if not first:
            yield "\n]"
    yield "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    """Amounts are exact texts, times ISO 8601."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    msg = f"{type(value)} has no place in a file"
    raise TypeError(msg)


def _files(session: AnySession, person: Person) -> Iterator[tuple[str, bytes]]:
    """Photos, papers as they were drawn, signatures."""
    chunked = {"yield_per": FILES}
    photos = select(File.id, File.name, FileContent.data).join_from(File, FileContent)
    photos = photos.where(among(File.id, person.ids["file"]))
    for file_id, name, data in session.execute(photos, execution_options=chunked):
        yield f"photos/{file_id}-{safe(name)}", data
    table: Any = RenderedFile.__table__
    drawn = select(RenderedFile).where(person.where(table)).order_by(RenderedFile.id)
    for row in session.scalars(drawn, execution_options=chunked):
        about = row.document_id or row.payment_id or row.visit_id or row.approval_id
        yield f"documents/{row.kind.value}-{about}-{row.revision}-{row.language.value}.pdf", row.data
        session.expunge(row)
    signed = select(Signature.id, Signature.data).where(among(Signature.id, person.ids["signature"]))
    for signature_id, data in session.execute(signed, execution_options=chunked):
        yield f"signatures/{signature_id}.png", data
    given = select(Approval.id, Approval.drawing).where(among(Approval.id, person.ids["approval"]))
    for approval_id, data in session.execute(given.where(Approval.drawing.is_not(None)), execution_options=chunked):
        yield f"signatures/approval-{approval_id}.png", data


def _read_me() -> str:
    lines = (
        _("What we hold about you, on %(day)s.", day=clock.today().isoformat()),
        _("data.json: every row about you, table by table (UTF-8, JSON); amounts in dollars, times in UTC."),
        _("photos/, documents/, signatures/: the files, as they are; their numbers are those of data.json."),
        _("Left out: the company’s own bookkeeping about its staff and its program, and what opens a page."),
        _("To have something corrected, write to the person in charge whom our privacy policy names."),
    )
    return "\r\n".join(lines) + "\r\n"
