"""Exports: each figure is the ledger's own, each file opens, nothing in it runs or opens a door."""

from __future__ import annotations

import csv
import time
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from sercom import models
from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.core.money import TAX_LABELS, TaxStatus
from sercom.entities.documents.line import LineDraft
from sercom.entities.ledger.model import EntryKind
from sercom.exchange import archive
from sercom.exchange.listing import Period
from sercom.exchange.sheets import SHEETS
from tests.pages import parse, words
from tests.support import HUNDRED, Browser, World, day, give, make_client, make_user, start

FORMULA = '=HYPERLINK("http://x")'
YEARS = Period(date(2000, 1, 1), date(2100, 1, 1))
EVER = "from=2000-01-01&to=2100-01-01"
#: The same figures by plain SQL, in cents.
LIVE = "FROM document JOIN invoice ON invoice.id = document.id WHERE invoice.status = 'issued'"
LESS = "(SELECT coalesce(sum({}), 0) FROM document JOIN credit_note ON credit_note.id = document.id)"
PLAIN = {
    "invoices": f"SELECT sum(total) - {LESS.format('total')} {LIVE}",
    "lines": f"SELECT sum(net) - {LESS.format('net')} {LIVE}",
    "quickbooks": f"SELECT sum(net) {LIVE}",
    "taxes": f"SELECT sum(tax) - {LESS.format('tax')} {LIVE}",
    "payments": "SELECT sum(amount) FROM payment",
    "clients": f"SELECT (SELECT sum(total) {LIVE}) - (SELECT coalesce(sum(amount), 0) FROM payment)",
}


def cents(statement: str) -> Decimal:
    return Decimal(int(db.session.scalar(text(statement)) or 0)).scaleb(-2)


def column(name: str, *titles: str) -> Decimal:
    """The sum of a sheet's columns, row by row."""
    listing = SHEETS[name].over(YEARS)
    places = [[str(title) for title in listing.titles].index(title) for title in titles]
    return sum((row[place] for row in listing.rows(db.session) for place in places), Decimal(0))


def agree() -> None:
    """Each sheet's figure, its rows and its columns are the sums by plain SQL."""
    for name, sheet in SHEETS.items():
        listing = sheet.over(YEARS)
        count, amount = listing.counted(db.session)
        rows = list(listing.rows(db.session))
        assert amount == cents(PLAIN[name]), name
        assert count == len(rows) > 0, name
        assert {len(row) for row in rows} == {len(listing.titles)}, name
    assert column("invoices", "Total") == column("lines", "Total") == cents(PLAIN["invoices"])
    assert column("lines", "Before tax") == cents(PLAIN["lines"])
    assert column("quickbooks", "*Item Amount") == cents(PLAIN["quickbooks"])
    assert column("taxes", "Amount") == cents(PLAIN["taxes"])
    assert column("payments", "Amount") == cents(PLAIN["payments"])
    assert column("clients", "Balance at the end") == cents(PLAIN["clients"])


def test_every_total_of_the_demo_is_the_sum_by_plain_sql(demo):
    with demo.app.test_request_context("/en/"):
        agree()
        for code, title in TAX_LABELS.items():
            one = cents(
                f"SELECT sum(document_tax.amount) {LIVE}".replace(
                    "document JOIN", "document JOIN document_tax ON document_tax.document_id = document.id JOIN"
                )
                + f" AND code = '{code}'"
            ) - cents(
                "SELECT sum(document_tax.amount) FROM credit_note JOIN document_tax "
                f"ON document_tax.document_id = credit_note.id WHERE code = '{code}'"
            )
            assert column("invoices", str(title)) == column("lines", str(title)) == one, code


@pytest.fixture
def owner(world: World, browser: Browser) -> Browser:
    return browser.sign_in(world.user("owner"))


def make_invoices(world: World) -> None:
    """An issued one with a discount, an exempt line and a formula; a void one; a draft."""
    with world.app.app_context():
        office = make_user("office").actor
        drafts = [
            LineDraft(FORMULA, Decimal("1.5"), "h", Decimal("33.33"), discount=Decimal("0.01")),
            LineDraft("Permis", Decimal(1), "", Decimal(50), tax_status=TaxStatus.EXEMPT),
            LineDraft("Filtre", Decimal(3), "un.", Decimal("9.99")),
        ]
        for title in ("Kept", "Void", "Draft"):
            invoice = start("invoice", office, make_client("@Tremblay"), drafts, title=title)
            if title == "Kept":
                invoice.discount = Decimal("10.01")
            if title != "Draft":
                give("issue", invoice, office)
            if title == "Void":
                give("void", invoice, office, reason="Erreur")
            if title == "Kept":
                give("record_payment", invoice, office, amount=Decimal(20), method="cash", received_on=day())
        db.session.commit()


def table(answer: TestResponse) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.get_data(as_text=True)[:300]
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(answer.data.decode("utf-8-sig"))))


def workbook(answer: TestResponse) -> Any:
    """The one sheet of an Excel file."""
    assert answer.status_code == 200
    data = answer.data
    answer.close()
    return openpyxl.load_workbook(BytesIO(data)).worksheets[0]


def english(browser: Browser) -> None:
    browser.post("/language", {"language": "en_CA"})


def test_lines_add_up_to_their_invoice_and_no_cell_is_a_formula(world: World, owner: Browser):
    make_invoices(world)
    english(owner)
    kept, void = table(owner.get(f"/admin/exports/invoices.csv?{EVER}"))
    assert (void["Status"], void["Total"], void["Balance"]) == ("Void", "0.00", "0.00")
    lines = table(owner.get(f"/admin/exports/lines.csv?{EVER}"))
    assert [line["Number"] for line in lines] == [kept["Number"]] * 3
    for title in ("Before tax", "GST", "QST", "Total"):
        assert sum(Decimal(line[title]) for line in lines) == Decimal(kept[title]), title
    assert (lines[1]["GST"], lines[1]["Taxes"]) == ("0.00", "Exempt")
    assert lines[0]["Description"] == "'" + FORMULA
    assert lines[0]["Client"] == "'@Tremblay"
    assert lines[0]["Quantity"] == "1.5"
    assert Decimal(kept["Balance"]) == Decimal(kept["Total"]) - 20


def test_quickbooks_gets_its_own_titles_and_amounts_without_discounts(world: World, owner: Browser):
    make_invoices(world)
    rows = table(owner.get(f"/admin/exports/quickbooks.csv?{EVER}"))
    assert list(rows[0])[:6] == [
        *("*Invoice number", "*Customer", "*Invoice date", "*Due date", "*Item Amount", "Item tax code")
    ]
    assert {row["Item tax code"] for row in rows} == {"GST/QST QC - 9.975", "Exempt"}
    for row in rows:
        product = Decimal(row["Item Quantity"]) * Decimal(row["Item Rate"])
        assert product.quantize(Decimal("0.01")) == Decimal(row["*Item Amount"])
    assert rows[0]["Terms"] == "Net 30"


def test_excel_holds_the_same_rows_as_numbers_days_and_texts(world: World, owner: Browser):
    make_invoices(world)
    english(owner)
    for name in SHEETS:
        plain = owner.get(f"/admin/exports/{name}.csv?{EVER}")
        sheet = workbook(owner.get(f"/admin/exports/{name}.xlsx?{EVER}"))
        titles, *rows = list(sheet.values)
        assert list(titles) == list(table(plain)[0])
        assert len(rows) == len(table(plain))
        assert all(cell.data_type != "f" for row in sheet.rows for cell in row), name
    sheet = workbook(owner.get(f"/admin/exports/lines.xlsx?{EVER}"))
    row = dict(zip(*list(sheet.values)[:2], strict=True))
    assert row["Description"] == FORMULA
    assert row["Issued"].date() == day()
    assert isinstance(row["Before tax"], float)


def test_the_page_says_how_many_rows_before_anything_is_fetched(world: World, owner: Browser):
    make_invoices(world)
    english(owner)
    rows = [[words(cell) for cell in row.iter("td")] for row in parse(owner.get("/admin/exports/")).iter("tr")]
    shown = {cells[0].split("One row")[0]: cells[1:3] for cells in rows if cells}
    assert shown["Invoices"] == ["2", "$131.00"]
    assert shown["Lines"][0] == "3"
    empty = parse(owner.get("/admin/exports/?from=2001-01-01&to=2001-12-31"))
    assert "$0.00" in words(empty)
    name = owner.get("/admin/exports/lines.csv?from=2001-01-01&to=2001-12-31").headers["Content-Disposition"]
    assert "Lines-2001-01-01-2001-12-31.csv" in name


@pytest.mark.parametrize(
    "asked", ["from=x&to=2026-01-01", "from=2026-02-01&to=2026-01-01", "from=2026-01-01", "to=9999-99-99"]
)
def test_a_period_that_is_none_is_said(owner: Browser, asked: str):
    assert owner.get(f"/admin/exports/?{asked}").status_code == 422
    assert owner.get(f"/admin/exports/lines.csv?{asked}").status_code == 422


def test_what_is_no_sheet_is_not_found(owner: Browser):
    for name in ("nothing.csv", "lines.pdf", "lines.", "company.csv"):
        assert owner.get(f"/admin/exports/{name}").status_code == 404, name


def test_a_credit_note_counts_against_its_invoice(context):
    with context.test_request_context("/en/"):
        office = make_user("office").actor
        invoice = start("invoice", office, drafts=[HUNDRED, HUNDRED])
        give("issue", invoice, office)
        note = models.CreditNote(
            case=invoice.case, client=invoice.client, invoice=invoice, number="NC-000001", reason="Retour", token="x",
            issue_date=day(), issued_at=utcnow(), net=Decimal(100), tax=Decimal("14.98"), total=Decimal("114.98"),
        )  # fmt: skip
        note.set_lines([HUNDRED])
        note.taxes = [
            models.DocumentTax(
                code=code, position=place, percent=Decimal(percent), base=Decimal(100), amount=Decimal(amount)
            )
            for place, (code, percent, amount) in enumerate((("GST", "5", "5.00"), ("QST", "9.975", "9.98")))
        ]
        db.session.add(note)
        db.session.flush()
        credit = {"client": invoice.client, "document": note, "received_on": day(), "amount": note.total}
        db.session.add(models.Payment(kind=EntryKind.CREDIT, **credit))
        db.session.flush()
        agree()
        rows = list(SHEETS["lines"].over(YEARS).rows(db.session))
        assert [row[0] for row in rows] == [invoice.number, invoice.number, note.number]
        assert rows[-1][-1] == Decimal("-114.98")
        (client,) = SHEETS["clients"].over(YEARS).rows(db.session)
        assert client[-3:] == (Decimal("114.97"), Decimal("0.00"), Decimal("114.97"))
        assert len(list(SHEETS["quickbooks"].over(YEARS).rows(db.session))) == 2


# --- the whole company -----------------------------------------------------------------------


def test_the_whole_company_is_every_table_and_every_file(demo):
    client = demo.app.test_client()
    with demo.app.app_context():
        owner = db.session.query(models.User).join(models.User.roles).filter(models.Role.name == "owner").first()
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"], session["fs_paa"] = owner.fs_uniquifier, True, time.time()
        counts = {
            table.name: db.session.scalar(text(f'SELECT count(*) FROM "{table.name}"')) for table in archive.tables()
        }
        photos = {bytes(data) for data in db.session.scalars(db.select(models.FileContent.data))}
        drawn = db.session.scalar(text("SELECT count(*) FROM rendered_file"))
        secrets = [
            value for user in db.session.query(models.User) for value in (user.password, user.fs_uniquifier) if value
        ]
        db.session.rollback()
    answer = client.get("/admin/exports/company.zip")
    with ZipFile(BytesIO(answer.data)) as whole:
        assert whole.testzip() is None
        names = whole.namelist()
        told = {
            row["table"]: int(row["rows"])
            for row in csv.DictReader(StringIO(whole.read("manifest.csv").decode("utf-8-sig")))
        }
        assert told == counts
        rows = list(csv.DictReader(StringIO(whole.read("tables/document.csv").decode("utf-8-sig"))))
        assert len(rows) == counts["document"]
        assert {whole.read(name) for name in names if name.startswith("photos/")} == photos
        assert len([name for name in names if name.startswith("documents/")]) == drawn
        everything = b"".join(whole.read(name) for name in names if name.startswith("tables/")).decode()
    assert secrets
    assert not [secret for secret in secrets if secret in everything]


def test_no_column_that_opens_a_door_is_taken_away():
    kept = {f"{table.name}.{column.name}" for table in archive.tables() for column in archive.columns_of(table)}
    assert not {name for name in kept if name.startswith("passkey.")}
    for name in ("user.password", "user.fs_uniquifier", "user.tf_totp_secret", "user.mf_recovery_codes", "link.nonce"):
        assert name not in kept
    assert {"user.email", "link.expires_at", "client.name", "line.quantity", "counter.value"} <= kept


def test_the_whole_company_is_for_the_owner_alone(world: World, browser: Browser):
    browser.sign_in(world.user("accountant"))
    page = browser.get("/admin/exports/")
    assert page.status_code == 200
    assert "company.zip" not in page.get_data(as_text=True)
    assert browser.get("/admin/exports/company.zip").status_code == 403


def test_the_pages_queries_do_not_grow(world: World, owner: Browser):
    def asked() -> int:
        with world.counting() as statements:
            owner.get(f"/admin/exports/?{EVER}")
        return len(statements)

    make_invoices(world)
    before: Any = asked()
    make_invoices(world)
    assert asked() == before


def test_half_a_file_leaves_nothing_open(world: World, owner: Browser):
    make_invoices(world)
    answer = owner.client.get(f"/admin/exports/lines.csv?{EVER}", buffered=False)
    next(answer.iter_encoded())
    answer.close()
    assert owner.get("/admin/exports/").status_code == 200
