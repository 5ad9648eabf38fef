"""Sheets as files: CSV sent as it is read, Excel built on disk row by row, then sent."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter
from flask import Response, send_file
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.utils import secure_filename

from sercom.backoffice import csvfile, formatters
from sercom.core.errors import DomainError

CSV, XLSX = "csv", "xlsx"
KINDS = (CSV, XLSX)
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What a sheet of Excel holds, its titles included.
MAX_XLSX_ROWS = 1_048_576
#: What a cell of Excel holds, in characters.
LONGEST_TEXT = 32_767
#: How much of a file is kept in memory before it goes to disk, in bytes.
SPOOLED = 1024 * 1024


def answer_csv(filename: str, titles: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Response:
    """The rows, sent as they are read; no cell is a formula."""
    return csvfile.stream(filename, _texts(titles, rows))


def _texts(titles: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[list[str]]:
    yield [str(title) for title in titles]
    for row in rows:
        yield [formatters.harmless(text_of(value)) for value in row]


def text_of(value: Any) -> str:
    """A value as a cell of a CSV file: amounts and days as programs read them, choices in the reader's language."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal) and value.as_tuple().exponent != -2:  # noqa: PLR2004  # cents
        return f"{value.normalize():f}"
    return str(value)


def answer_xlsx(
    filename: str, title: str, titles: Sequence[Any], rows: Iterable[Sequence[Any]], count: int
) -> Response:
    """The rows as an Excel file; raises ``DomainError`` where there are more than a sheet holds.

    Texts are written as texts: none of them is a formula there.
    """
    if count >= MAX_XLSX_ROWS:
        raise DomainError(_l("A sheet of Excel holds 1,048,575 rows. Choose a shorter period, or CSV."))
    file = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115  # closed once it was sent
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True})
        money, plain = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "General"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(titles) - 1, 16)
        for column, name in enumerate(titles):
            sheet.write_string(0, column, str(name), bold)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, Decimal):
                    cents = value.as_tuple().exponent == -2  # noqa: PLR2004
                    sheet.write_number(number, column, value, money if cents else plain)
                elif isinstance(value, int) and not isinstance(value, bool):
                    sheet.write_number(number, column, value, plain)
                elif isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                elif value is not None:
                    sheet.write_string(number, column, text_of(value)[:LONGEST_TEXT])
    file.seek(0)
    return send_file(file, XLSX_TYPE, as_attachment=True, download_name=secure_filename(f"{filename}.xlsx"))
