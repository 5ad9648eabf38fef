"""Reading banks' files: their shapes, their languages, and what is refused with what to do about it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sercom.accounts import bankfile
from sercom.core import clock
from sercom.core.errors import DomainError
from tests.properties import examples

TORONTO = ZoneInfo("America/Toronto")
DESJARDINS = """\
"Laval","12345","EOP","2026/11/20","00001","Virement Interac de /JULIE TREMBLAY/","","","100.00","","","","","5100.00"
"Laval","12345","EOP","2026/11/21","00002","Achat / QUINCAILLERIE","","85.10","","","","","","5014.90"
"Laval","12345","EOP","2026/11/22","00003","Virement Interac à /FOURNISSEUR/","","50.00","","","","","","4964.90"
"""
NATIONAL = """\
Date;Description;Catégorie;Débit;Crédit;Solde
2026-11-20;VIREMENT INTERAC JULIE TREMBLAY;Dépôt;0;1 234,56;5 100,00
2026-11-21;ÉPICERIE;Alimentation;85,10;0;5 014,90
"""
ROYAL = """\
"Account Type","Account Number","Transaction Date","Cheque Number","Description 1","Description 2","CAD$","USD$"
Chequing,0123-4567,11/20/2026,,"e-Transfer - Autodeposit","JULIE TREMBLAY F-000012",1234.56,
Chequing,0123-4567,11/21/2026,,"e-Transfer sent","SUPPLIER",-50.00,
Chequing,0123-4567,11/22/2026,,"Deposit","",200.00,
"""


@pytest.fixture(autouse=True)
def november(alone):
    with clock.at(datetime(2026, 11, 28, 12, tzinfo=TORONTO)):
        yield


def read(text: str, encoding: str = "utf-8") -> list[tuple[date, str]]:
    return [(found.received_on, str(found.amount)) for found in bankfile.read(text.encode(encoding))]


def refusal(data: str | bytes) -> str:
    with pytest.raises(DomainError) as refused:
        bankfile.read(data if isinstance(data, bytes) else data.encode())
    assert refused.value.field == "file"
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "amount"), [(DESJARDINS, "100.00"), (NATIONAL, "1234.56"), (ROYAL, "1234.56")], ids=["D", "N", "R"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_shapes_of_banks(text, amount, encoding):
    assert read(text, encoding) == [(date(2026, 11, 20), amount)]


def test_all_words_of_a_line_are_kept_together():
    found = bankfile.read(ROYAL.encode())
    assert [transfer.description for transfer in found] == ["e-Transfer - Autodeposit JULIE TREMBLAY F-000012"]


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("12.34", "12.34"),
        ("12,34", "12.34"),
        ("$1,234.50", "1234.50"),
        ("1 234,50 $", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234,567.00", "1234567.00"),
        ("+5.00", "5.00"),
        ("100", "100.00"),
    ],
)
def test_an_amount_is_read_as_it_is_written(written, amount):
    assert read(f'Date;Description;Montant\n2026-11-20;Interac X;"{written}"\n') == [(date(2026, 11, 20), amount)]


@pytest.mark.parametrize("written", ["-12.34", "(12.34)", "12.34-", "0", ""])
def test_what_went_out_is_left_out(written):
    assert read(f"Date;Description;Montant\n2026-11-20;Interac X;{written}\n") == []


@pytest.mark.parametrize("written", ["1,234", "1.234", "12,345"])
def test_what_can_be_read_two_ways_is_refused_with_its_line(written):
    text = refusal(f"Date;Description;Montant\n2026-11-20;Interac X;5,00\n2026-11-20;Interac Y;{written}\n")
    assert "3" in text
    assert written in text
    assert "1234" in text


@pytest.mark.parametrize(
    ("days", "first"),
    [
        (("11/20/2026", "11/05/2026"), date(2026, 11, 20)),
        (("20/11/2026", "05/11/2026"), date(2026, 11, 20)),
        (("20-11-2026", "05-11-2026"), date(2026, 11, 20)),
        (("2026/11/20", "2026/11/05"), date(2026, 11, 20)),
        (("20261120", "20261105"), date(2026, 11, 20)),
        (("05/12/2026", "05/12/2026"), date(2026, 5, 12)),  # the fifth of December is to come
        (("11/11/2026", "10/10/2026"), date(2026, 11, 11)),
    ],
)
def test_days_are_read_as_the_whole_file_writes_them(days, first):
    body = "".join(f"{day},Interac {at},5.00\n" for at, day in enumerate(days))
    assert read(f"Date,Description,Amount\n{body}")[0][0] == first


def test_days_that_can_be_read_two_ways_are_refused():
    assert "03/04/2026" in refusal("Date,Description,Amount\n03/04/2026,Interac X,5.00\n")


def test_two_equal_transfers_of_a_day_are_two_and_keep_their_prints():
    line = "2026-11-20,Interac JULIE,5.00\n"
    one, both = (bankfile.read(f"Date,Description,Amount\n{line * times}".encode()) for times in (1, 2))
    assert len({transfer.fingerprint for transfer in both}) == 2
    assert one[0].fingerprint == both[0].fingerprint


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"\n\n  \n", b"PK\x03\x04 a workbook", b"%PDF-1.4", b"a\x00b", b"x" * (bankfile.MAX_BYTES + 1)),
        *("Bonjour,\nvoici mon fichier.\n", "Nom;Ville\nJulie;Laval\n", "Date;Description\n2026-11-20;Interac\n"),
        *("Date,Description,Amount\nhier,Interac X,5.00\n", "Date,Description,Amount\n2026-11-20,Interac X,abc\n"),
    ],
)
def test_what_is_no_bank_file_is_refused_in_words(data):
    assert refusal(data)


def test_too_many_lines_are_refused():
    assert "20" in refusal("Date,Description,Amount\n" + "2026-11-20,Achat,1.00\n" * (bankfile.MAX_ROWS + 5))


def test_the_account_may_stand_above_the_titles():
    assert len(read("Compte;123\n\nDate;Libellé;Dépôt;Retrait\n2026-11-20;Virement Interac;5,00;\n")) == 1


@examples(200)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(data):
    with clock.at(datetime(2026, 11, 28, 12, tzinfo=TORONTO)), suppress(DomainError):
        bankfile.read(data)


@examples(100)
@given(st.lists(st.tuples(st.dates(date(2024, 1, 1), date(2026, 11, 27)), st.integers(1, 10**8)), max_size=8))
def test_amounts_and_days_survive_every_shape(rows):
    with clock.at(datetime(2026, 11, 28, 12, tzinfo=TORONTO)):
        expected = [(day, str(Decimal(cents).scaleb(-2))) for day, cents in rows]
        french = [f"{day};Virement Interac {n};{_french(cents)};\n" for n, (day, cents) in enumerate(rows)]
        english = [f'{day},e-Transfer {n},"{cents / 100:,.2f}"\n' for n, (day, cents) in enumerate(rows)]
        assert read("Date;Description;Crédit;Débit\n" + "".join(french)) == expected
        assert read("Date,Details,Amount\n" + "".join(english)) == expected


def _french(cents: int) -> str:
    return f"{Decimal(cents).scaleb(-2):,.2f}".replace(",", "\u00a0").replace(".", ",")
