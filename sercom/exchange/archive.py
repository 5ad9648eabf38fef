"""The whole company as one ZIP file, sent while it is made: every table as CSV, every file as it is."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import Enum
from io import StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from flask_babel import gettext as _
from sqlalchemy import LargeBinary, Table, func, select

from sercom.backoffice import csvfile, formatters
from sercom.core import clock
from sercom.core.base import AnySession, db
from sercom.core.database import one_moment
from sercom.models import Approval, Case, Document, File, FileContent, Logo, Payment, RenderedFile

#: Rows and files read at a time.
CHUNK, FILES = 500, 4
#: What opens an account or a client's link, whatever table it stands in.
SECRET = re.compile(r"password|secret|token|nonce|ticket|uniquifier|handle|recovery|credential|public_key|last_counter")
#: Tables that tell nothing of the company: the search's words, what is only passing through.
LEFT_OUT = frozenset({"search_posting", "search_variant", "passkey", "intake_count", "intake_upload", "slow_page"})
#: What a file's name may not hold on one computer or another.
FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


class Sink:
    """Where the ZIP file is written: kept until it is sent, a few kilobytes at a time."""

    def __init__(self) -> None:
        self.held = bytearray()

    def write(self, data: bytes) -> int:
        """Keep it."""
        self.held += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def drain(self) -> Iterator[bytes]:
        """What was written since."""
        if self.held:
            yield bytes(self.held)
            self.held.clear()


def tables() -> list[Table]:
    """The tables that are taken away."""
    return [table for table in db.metadata.sorted_tables if table.name not in LEFT_OUT]


def columns_of(table: Table) -> list[Any]:
    """The columns that are taken away: no secret, and no bytes, which are files of their own."""
    return [c for c in table.columns if not SECRET.search(c.name) and not isinstance(c.type, LargeBinary)]


def company(session: AnySession) -> Iterator[bytes]:
    """The ZIP file, in pieces, all of one moment."""
    sink = Sink()
    with one_moment(session) as own, ZipFile(sink, "w", ZIP_DEFLATED) as archive:  # type: ignore[call-overload]  # write and flush are enough
        told = {}
        for table in tables():
            counted = Counted(_texts(own, table))
            with archive.open(f"tables/{table.name}.csv", "w", force_zip64=True) as member:
                for text in csvfile.chunks(counted):
                    member.write(text.encode())
                    yield from sink.drain()
            told[table.name] = counted.count - 1
        files = 0
        for name, data in _files(own):
            archive.writestr(stored(name), data)
            files += 1
            yield from sink.drain()
        archive.writestr(_("READ ME") + ".txt", "\ufeff" + _read_me(told, files))
        archive.writestr("manifest.csv", "\ufeff" + _manifest(told))
    yield from sink.drain()


class Counted:
    """Rows, counted as they go by."""

    def __init__(self, rows: Iterable[list[str]]) -> None:
        self.rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[list[str]]:
        for row in self.rows:
            self.count += 1
            yield row


def _texts(session: AnySession, table: Table) -> Iterator[list[str]]:
    columns = columns_of(table)
    yield [column.name for column in columns]
    statement = select(*columns).order_by(*table.primary_key).execution_options(yield_per=CHUNK)
    for row in session.execute(statement):
        yield [formatters.harmless(_text(value)) for value in row]


def _text(value: Any) -> str:
    """A value as programs read it; times are in UTC."""
    if value is None:
        return ""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _files(session: AnySession) -> Iterator[tuple[str, bytes]]:
    """Photos by case, documents as they were drawn, logos: their names in the archive and their bytes."""
    chunked = {"yield_per": FILES}
    photos = select(Case.number, File.id, File.name, FileContent.data).join_from(File, FileContent)
    for case, file_id, name, data in session.execute(photos.join(Case), execution_options=chunked):
        yield f"photos/{safe(case)}/{file_id}-{safe(name)}", data
    drawn = select(RenderedFile, Document.number, Payment.id).select_from(RenderedFile)
    drawn = drawn.outerjoin(Approval).outerjoin(Payment)
    document = func.coalesce(RenderedFile.document_id, Approval.quote_id)
    drawn = drawn.outerjoin(Document.__table__, Document.__table__.c.id == document)
    for row, number, payment in session.execute(drawn, execution_options=chunked):
        about = number or (f"R-{payment:06d}" if payment else f"{row.document_id}")
        yield f"documents/{row.kind.value}/{safe(about)}-{row.revision}-{row.language.value}-{row.id}.pdf", row.data
        session.expunge(row)
    for logo_id, data in session.execute(select(Logo.id, Logo.data), execution_options=chunked):
        yield f"logo/{logo_id}.png", data


def safe(name: str) -> str:
    """A part of a path that every computer takes, and that leads nowhere else."""
    return FORBIDDEN.sub("_", name).strip(". ") or "_"


def stored(name: str) -> Any:
    """A member of the archive that is kept as it is."""
    from zipfile import ZipInfo

    local = clock.to_company(clock.utcnow())
    info = ZipInfo(name, local.timetuple()[:6])
    info.compress_type = ZIP_STORED  # photos and PDFs are compressed already
    return info


def _manifest(told: dict[str, int]) -> str:
    buffer = StringIO()
    csv.writer(buffer).writerows([("table", "rows"), *sorted(told.items())])
    return buffer.getvalue()


def _read_me(told: dict[str, int], files: int) -> str:
    lines = (
        _("Everything that Sercom holds of this company, on %(day)s.", day=clock.today().isoformat()),
        _(
            "tables/: one CSV file (UTF-8, commas) a table, %(rows)s rows in all; amounts in dollars, times in UTC.",
            rows=sum(told.values()),
        ),
        _("photos/, documents/, logo/: %(count)s files, as they are.", count=files),
        _("manifest.csv tells how many rows each table has."),
        _("Left out: what opens an account or a link, the words of the search, photos of unsent forms."),
        _("A text that a spreadsheet would take for a formula has an apostrophe before it."),
    )
    return "\r\n".join(lines) + "\r\n"
