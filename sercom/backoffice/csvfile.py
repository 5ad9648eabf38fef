"""A list as a CSV file that spreadsheets open without asking: UTF-8 with its mark, streamed."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from flask import Response, stream_with_context
from werkzeug.utils import secure_filename

from sercom.core import clock

BOM = "\ufeff"


def answer(name: str, rows: Iterable[list[str]]) -> Response:
    """The rows of a list as it is today, sent as they are read."""
    return stream(f"{name}-{clock.today()}", rows)


def stream(name: str, rows: Iterable[list[str]]) -> Response:
    """The rows as ``name`` with ``.csv`` behind it, sent as they are read."""
    filename = secure_filename(f"{name}.csv") or "export.csv"
    return Response(
        stream_with_context(chunks(rows)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


def chunks(rows: Iterable[list[str]]) -> Iterator[str]:
    """The text of the file, a hundred rows at a time."""
    buffer = StringIO(BOM)
    buffer.seek(0, 2)
    writer = csv.writer(buffer)
    for count, row in enumerate(rows):
        writer.writerow(row)
        if count % 100 == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
