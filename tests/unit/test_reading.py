"""Files as people make them, and as attackers do: rows of texts, or a sentence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sercom.core.errors import DomainError
from sercom.core.money import ZERO
from sercom.exchange import reading
from sercom.exchange.lines import shares

ROWS = [["Nom", "Prix"], ["Hélène; « Côté »", "12,50"], ["Œil", "3"]]
CENTS = st.decimals(min_value=0, max_value=99999, places=2)


def csv_of(separator: str) -> str:
    return "".join(separator.join(f'"{cell}"' for cell in row) + "\r\n" for row in ROWS)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_usual_csv_is_read(separator: str, encoding: str):
    assert reading.read(csv_of(separator).encode(encoding)) == ROWS


def test_blank_rows_and_short_rows():
    assert reading.read(b"\r\na;b\r\n1\r\n\r\n2;3\r\n;;\r\n") == [["a", "b"], ["1", ""], ["", ""], ["2", "3"]]


def excel(rows: list[list[object]]) -> bytes:
    book, buffer = openpyxl.Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


def test_excel_is_read_as_a_person_would_have_typed_it():
    rows = excel([["Nom", "Prix", "Jour", ""], ["Côté", 12.5, date(2026, 1, 5), None], ["=1+1", 1200.0, True, None]])
    assert reading.read(rows) == [["Nom", "Prix", "Jour"], ["Côté", "12.5", "2026-01-05"], ["", "1200", "True"]]


def bomb(size: int, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive, archive.open(name, "w") as part:
        for _chunk in range(size // 2**20):
            part.write(b"0" * 2**20)
    return buffer.getvalue()


def with_entities() -> bytes:
    source, buffer = BytesIO(excel([["a"], ["b"]])), BytesIO()
    with ZipFile(source) as old, ZipFile(buffer, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                data = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + data
            new.writestr(part.filename, data)
    return buffer.getvalue()


HOSTILE = {
    "nothing": b"",
    "titles alone": b"Nom;Prix\r\n",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "no zip after all": b"PK\x03\x04" + b"x" * 500,
    "a zip that is no book": bomb(2**20),
    "a bomb": bomb(40 * 2**20),
    "entities": with_entities(),
    "half a book": excel([["a"], ["b"]])[:-300],
    "an open quotation mark": b'a,b\r\n"1,2\r\n3,4\r\n',
    "too many rows": b"a\r\n" + b"1\r\n" * 5001,
    "too many blank rows": b"a\r\n" + b"\r\n" * 50_000,
    "too many columns": (";".join("a" * 61) + "\r\n1\r\n").encode(),
    "too many rows of Excel": excel([["a"], *([number] for number in range(5001))]),
    "one enormous cell": b"a\r\n" + b"x" * 500_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_table_is_refused_with_a_sentence(name: str):
    with pytest.raises(DomainError) as refusal:
        reading.read(HOSTILE[name])
    assert refusal.value.field == "file"
    assert str(refusal.value)


def test_a_book_spoiled_anywhere_is_read_or_refused_with_a_sentence():
    data, refused = excel([["Nom", "Prix"], *([f"Client {number}", number * 1.5] for number in range(40))]), 0
    for place in range(0, len(data), len(data) // 250):
        try:
            assert reading.read(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        except DomainError:
            refused += 1
    assert refused > 100


# --- shares ----------------------------------------------------------------------------------


@given(CENTS, st.lists(CENTS, min_size=1, max_size=30))
def test_shares_add_up_to_the_cent_and_are_proportional(total: Decimal, weights: list[Decimal]):
    parts = shares(total, weights)
    assert sum(parts, ZERO) == total
    whole = sum(weights, ZERO)
    for part, weight in zip(parts, weights, strict=True):
        assert not whole or abs(part - total * weight / whole) <= Decimal("0.01")
