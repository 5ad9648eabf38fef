"""Reading a bank's CSV: which columns hold what, which rows are e-transfers that came in. Pure.

Columns are known by their titles, in French or in English; a file without titles (Desjardins) by what
stands in them. Whatever could be read two ways is refused with an example: money is not guessed.
"""

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _

from sercom.core import clock, formats
from sercom.core.errors import DomainError
from sercom.core.money import ZERO
from sercom.search.words import fold

#: Larger is no month of a bank.
MAX_BYTES, MAX_ROWS, MAX_CELL = 2 * 1024 * 1024, 20_000, 2_000
TITLES = {
    "date": {"date", "transaction date", "date de transaction", "date transaction", "posted date", "posting date"}
    | {"date de l'operation", "date operation", "date d'operation"},
    "words": {"description", "description 1", "description 2", "libelle", "details", "detail", "memo", "message"}
    | {"transaction", "name", "nom", "note", "payee", "reference", "transaction details", "transaction description"},
    "credit": {"credit", "credits", "depot", "depots", "deposit", "deposits", "credit amount", "montant credit"}
    | {"depot ($)", "credit ($)", "amount in", "money in", "montant du depot"},
    "debit": {"debit", "debits", "retrait", "retraits", "withdrawal", "withdrawals", "debit amount", "montant debit"}
    | {"retrait ($)", "debit ($)", "amount out", "money out", "montant du retrait"},
    "amount": {"amount", "montant", "cad$", "cad", "amount (cad)", "montant (cad)", "montant ($)", "amount ($)"},
}
#: How banks call an e-transfer.
E_TRANSFER = re.compile(r"interac|e-?\s?trans?fe?r|e-?\s?t(rf|fr)\b|\bemt\b|virement electronique")
#: 1,234.56 and 1 234,56: thousands that a cent follows can be read one way only.
GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+\.\d{2}|\d{1,3}(?:\.\d{3})+,\d{2}", re.ASCII)
AMOUNT = re.compile(r"[-(]?\$?\s?\d[\d\s\u00a0\u202f,.]*[.,]\d{2}\s?\$?\)?-?", re.ASCII)
BY_SLASH = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", re.ASCII)
BY_YEAR = re.compile(r"((?:19|20|21)\d{2})[/.-]?(0[1-9]|1[0-2])[/.-]?([0-3]\d)", re.ASCII)


@dataclass(frozen=True)
class Transfer:
    """An e-transfer that came in, in dollars."""

    received_on: date
    amount: Decimal
    description: str
    #: The how-manieth of its like in the file: two equal transfers of one day are two.
    nth: int

    @property
    def fingerprint(self) -> str:
        """The same for the same line of any file."""
        told = (self.received_on.isoformat(), str(self.amount), fold(self.description), str(self.nth))
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


@dataclass(frozen=True)
class Columns:
    """Where what stands; ``credit`` and ``debit`` apart, or one signed ``amount``."""

    date: int
    words: tuple[int, ...]
    credit: int | None = None
    amount: int | None = None


def read(data: bytes) -> list[Transfer]:
    """The e-transfers that came in; raises ``DomainError`` with what to do about a file that cannot be read."""
    rows = _rows(_text(data))
    columns, body = _columns(rows)
    read_day = _reader_of_days([_cell(row, columns.date) for _number, row in body])
    found: list[Transfer] = []
    seen: Counter[tuple[date, Decimal, str]] = Counter()
    for number, row in body:
        words = " ".join(part for index in columns.words if (part := _cell(row, index)))
        if not E_TRANSFER.search(fold(words)):
            continue
        place = columns.credit if columns.credit is not None else columns.amount
        amount = _amount(_cell(row, place or 0), number)
        if amount <= ZERO:
            continue
        day = read_day(_cell(row, columns.date))
        if day is None:
            raise DomainError(_("Line %(number)s has no date that can be read.", number=number), "file")
        words = " ".join(words.split())[:400]
        key = (day, amount, fold(words))
        seen[key] += 1
        found.append(Transfer(day, amount, words, seen[key]))
    return found


def _text(data: bytes) -> str:
    """UTF-8, or what banks' older programs write."""
    if len(data) > MAX_BYTES:
        size = formats.file_size(MAX_BYTES)
        raise DomainError(_("This file is larger than %(size)s: export a shorter period.", size=size), "file")
    if data.startswith((b"PK", b"\xd0\xcf", b"%PDF")) or b"\x00" in data:
        raise DomainError(_("This is no CSV file. In your bank's site, export the transactions as CSV."), "file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Lines with something in them, each with its number in the file."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    mark = ";" if first.count(";") > first.count(",") else "\t" if "\t" in first and "," not in first else ","
    rows: list[tuple[int, list[str]]] = []
    try:
        for number, row in enumerate(csv.reader(text.splitlines(), delimiter=mark), start=1):
            if len(rows) >= MAX_ROWS:
                message = _("More than %(count)s lines: export a shorter period.", count=formats.number(MAX_ROWS))
                raise DomainError(message, "file")
            if any(cell.strip() for cell in row):
                rows.append((number, [cell[:MAX_CELL] for cell in row]))
    except csv.Error:
        raise DomainError(
            _("This is no CSV file. In your bank's site, export the transactions as CSV."), "file"
        ) from None
    if not rows:
        raise DomainError(_("This file is empty."), "file")
    return rows


def _cell(row: Sequence[str], index: int) -> str:
    return row[index].strip() if index < len(row) else ""


def _columns(rows: list[tuple[int, list[str]]]) -> tuple[Columns, list[tuple[int, list[str]]]]:
    """Where what stands, and the lines below the titles."""
    for at, (_number, row) in enumerate(rows[:20]):  # a bank may put the account above its titles
        titled = _by_title(row)
        if titled is not None:
            return titled, rows[at + 1 :]
    known = _by_content([row for _number, row in rows])
    if known is None:
        message = _(
            "The columns of this file are not known: its first line must name them, such as Date, Description, Amount."
        )
        raise DomainError(message, "file")
    return known, rows


def _by_title(row: Sequence[str]) -> Columns | None:
    places: dict[str, list[int]] = {name: [] for name in TITLES}
    for index, cell in enumerate(row):
        title = fold(cell.strip().replace("’", "'"))
        for name, titles in TITLES.items():
            if title in titles:
                places[name].append(index)
    if not places["date"] or not places["words"] or not (places["credit"] or places["amount"]):
        return None
    if places["credit"]:
        return Columns(places["date"][0], tuple(places["words"]), credit=places["credit"][0])
    return Columns(places["date"][0], tuple(places["words"]), amount=places["amount"][0])


def _by_content(rows: list[list[str]]) -> Columns | None:
    """A column of days, one of words, and amounts: signed, or withdrawals and deposits, then a balance."""
    width = max(len(row) for row in rows)

    def share(fits: Callable[[str], bool], index: int) -> tuple[int, int]:
        cells = [cell for row in rows if (cell := _cell(row, index))]
        return sum(map(fits, cells)), len(cells)

    def whole(fits: Callable[[str], bool]) -> list[int]:
        shares = {index: share(fits, index) for index in range(width)}
        return [index for index, (fitting, filled) in shares.items() if filled and fitting == filled]

    days = whole(lambda cell: bool(BY_YEAR.fullmatch(cell) or BY_SLASH.fullmatch(cell)))
    days = [i for i in days if share(bool, i)[1] == len(rows)]
    words = [i for i in range(width) if share(lambda cell: bool(E_TRANSFER.search(fold(cell))), i)[0]]
    amounts = whole(lambda cell: bool(AMOUNT.fullmatch(cell)))
    if not days or not words or not amounts:
        return None
    if len(amounts) > 1 and share(bool, amounts[-1])[1] == len(rows):
        amounts.pop()  # the balance after each line
    if len(amounts) == 1:
        # Only deposits, or money with its sign: either way what is positive came in.
        return Columns(days[0], tuple(words), amount=amounts[0])
    out, in_ = amounts[:2]
    apart = all(bool(_cell(row, out)) != bool(_cell(row, in_)) for row in rows)
    return Columns(days[0], tuple(words), credit=in_) if apart and len(amounts) == 2 else None  # noqa: PLR2004  # two


def _amount(text: str, number: int) -> Decimal:
    """An amount of a bank's line; nothing is zero. Raises ``DomainError`` with the line for what is read two ways."""
    bare = formats.SPACES.sub("", text)
    negative = bare.startswith(("-", "(", "−")) or bare.endswith("-")
    bare = bare.strip("-−()+")
    if not bare:
        return ZERO
    if GROUPED.fullmatch(bare):
        bare = re.sub(r"[.,](?=\d{3})", "", bare)
    try:
        value = formats.read_money(bare)
    except DomainError as error:
        message = _("Line %(number)s, “%(text)s”. %(reason)s", number=number, text=text[:40], reason=str(error))
        raise DomainError(message, "file") from None
    return -value if negative else value


def _reader_of_days(cells: Iterable[str]) -> Callable[[str], date | None]:
    """How the file writes its days; ``03/04/2026`` alone could be March or April."""
    parts = [match.groups() for cell in cells if (match := BY_SLASH.fullmatch(cell))]
    orders: dict[str, Callable[[str, str, str], date | None]] = {
        "day": lambda one, two, year: _day(year, two, one),
        "month": lambda one, two, year: _day(year, one, two),
    }
    today = clock.today()
    fitting = [
        order
        for order, make in orders.items()
        if all((day := make(*part)) is not None and day <= today for part in parts)
    ]
    differ = any(one != two for one, two, _year in parts)
    if parts and (not fitting or (len(fitting) > 1 and differ)):
        example = "/".join(next(part for part in parts if part[0] != part[1] or not fitting))
        message = _(
            "The days of this file, such as %(example)s, can be read two ways. Export it with days like %(good)s.",
            example=example,
            good=today.isoformat(),
        )
        raise DomainError(message, "file")

    def read_one(cell: str) -> date | None:
        if (match := BY_YEAR.fullmatch(cell)) is not None:
            return _day(*match.groups())
        slashed = BY_SLASH.fullmatch(cell)
        return orders[fitting[0]](*slashed.groups()) if slashed else None

    return read_one


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return clock.read_day(f"{year}-{int(month):02d}-{int(day):02d}")
    except ValueError:
        return None
