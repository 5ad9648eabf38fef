"""What a database holds, in one figure a table: equal figures, equal content."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, inspect, literal_column, select
from sqlalchemy import table as sa_table

#: Rows fetched at a time: a photo is a few hundred kilobytes.
CHUNK = 50


def checksums(connection: Connection) -> dict[str, str]:
    """Each table's name → its number of rows and a checksum of them, whatever their order.

    Between databases of one kind alone: SQLite and PostgreSQL keep a date or an amount differently.
    """
    return {name: _checksum(connection, name) for name in sorted(inspect(connection).get_table_names())}


def differences(expected: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """The tables whose content differs, or that only one side has."""
    return sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))


def _checksum(connection: Connection, table: str) -> str:
    """The sum of the rows' digests: no sorting, which databases do in different orders."""
    count = total = 0
    row: Row[Any]
    streaming = connection.execution_options(stream_results=True, yield_per=CHUNK)
    # As the driver gives them: the product's own types may be another version's.
    for row in streaming.execute(select(literal_column("*")).select_from(sa_table(table))):
        count += 1
        total += int.from_bytes(_digest(row))
    return f"{count}:{total % 2**256:064x}"


def _digest(row: Any) -> bytes:
    digest = sha256()
    for value in row:
        text = bytes(value) if isinstance(value, bytes | memoryview) else repr(value).encode()
        digest.update(b"%d:" % len(text) + text)
    return digest.digest()
