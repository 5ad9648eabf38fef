"""Uploaded tables as rows of texts: CSV of any usual kind, and Excel. Nothing is trusted, least of all sizes."""

import csv
import re
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import openpyxl
from flask_babel import lazy_gettext as _l

from sercom.core.errors import DomainError

MAX_ROWS, MAX_COLUMNS = 5000, 60
#: What an Excel file may unfold to, in bytes, and of how many parts.
MAX_UNPACKED, MAX_PARTS = 30 * 1024 * 1024, 500
ZIP_MARK, UTF16_MARKS = b"PK\x03\x04", (b"\xff\xfe", b"\xfe\xff")
SEPARATORS = ";,\t"
#: What no text has, except for the ends of lines and tabs.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
UNREADABLE = _l("This file cannot be read. Save it as CSV (UTF-8) or as an Excel file (.xlsx).")

Rows = list[list[str]]


def read(data: bytes) -> Rows:
    """The rows of a file, its titles first; blank ones only between others, so that numbers stay.

    Raises ``DomainError`` (field ``file``) for what is no table, has no rows, or too many.
    """
    read_as = _excel if data.startswith(ZIP_MARK) else _text
    rows = [[UNPRINTABLE.sub("", cell).strip() for cell in row] for row in read_as(data)]
    while rows and not any(rows[-1]):
        rows.pop()
    while rows and not any(rows[0]):
        rows.pop(0)
    if len(rows) < 2:  # noqa: PLR2004  # titles and a row
        raise DomainError(_l("There are no rows below the titles in this file."), "file")
    if len(rows) > MAX_ROWS + 1:
        raise DomainError(_l("At most %(count)s rows at a time: share the file out.", count=MAX_ROWS), "file")
    if max(map(len, rows)) > MAX_COLUMNS:
        raise DomainError(_l("At most %(count)s columns.", count=MAX_COLUMNS), "file")
    width = max(len(row) for row in rows)
    return [row + [""] * (width - len(row)) for row in rows]


def _text(data: bytes) -> Rows:
    text = _decoded(data)
    if "\x00" in text:
        raise DomainError(UNREADABLE, "file")
    first = text.lstrip().partition("\n")[0]
    separator = max(SEPARATORS, key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))
    found: Rows = []
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            found.append(row)
            if len(found) > 2 * MAX_ROWS:
                break
    except csv.Error:
        message = _l("Line %(number)s cannot be read: a quotation mark may be missing.", number=reader.line_num)
        raise DomainError(message, "file") from None
    return found


def _decoded(data: bytes) -> str:
    """UTF-8 with its mark or without, UTF-16 as Excel's own, Windows-1252 otherwise."""
    guesses = ("utf-16",) if data.startswith(UTF16_MARKS) else ("utf-8-sig", "cp1252")
    for encoding in guesses:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DomainError(UNREADABLE, "file")


def _excel(data: bytes) -> Rows:
    try:
        _require_small(data)
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(max_row=2 * MAX_ROWS, max_col=MAX_COLUMNS + 1, values_only=True)
        found = [[_cell(value) for value in row] for row in rows]
        book.close()
    except DomainError:
        raise
    except Exception:  # noqa: BLE001  # a reader given hostile bytes raises what it likes
        raise DomainError(UNREADABLE, "file") from None
    while found and not any(found[-1]):
        found.pop()
    width = max((place for row in found for place, cell in enumerate(row, start=1) if cell), default=0)
    return [row[:width] for row in found]


def _require_small(data: bytes) -> None:
    """Refuse what would unfold into gigabytes (no more is ever unpacked than is declared), and own entities."""
    with ZipFile(BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise DomainError(_l("This Excel file is too large once it is unpacked."), "file")
        if any(b"<!DOCTYPE" in archive.read(part)[:4096] for part in parts if part.filename.endswith(".xml")):
            raise DomainError(UNREADABLE, "file")


def _cell(value: Any) -> str:
    """A cell as a person would have typed it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
