"""The list as a file: exact amounts, taxes in their own columns, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import StringIO

import pytest
from werkzeug.test import TestResponse

from sercom import menu, models
from sercom.core.base import db
from sercom.core.money import TaxStatus
from sercom.entities.documents.line import LineDraft
from sercom.permissions import ACTIONS, MATRIX
from tests.pages import list_rows, parse, words
from tests.rows import make_rows
from tests.support import HUNDRED, Browser, World, give, make_client, make_user, start

BOM = b"\xef\xbb\xbf"


@pytest.fixture
def owner(world: World, browser: Browser) -> Browser:
    """The owner is signed in."""
    return browser.sign_in(world.user("owner"))


def table(answer: TestResponse) -> list[dict[str, str]]:
    """The rows of a file by their column's title."""
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(BOM)
    assert not answer.data.startswith(BOM * 2)
    return list(csv.DictReader(StringIO(answer.data.decode("utf-8-sig"))))


def issued(world: World, **options: object) -> int:
    """An issued invoice of $100.00 of taxable work."""
    invoice = world.document("invoice", **options)
    with world.app.app_context():
        give("issue", db.session.get_one(models.Invoice, invoice), make_user("office").actor)
        db.session.commit()
    return invoice


def test_a_hundred_dollars_on_the_page_and_in_the_file(world: World, owner: Browser):
    invoice = issued(world)
    page = words(parse(owner.get(f"/admin/invoices/details/?id={invoice}")))
    for shown in ("100,00 $", "TPS 5 %5,00 $", "TVQ 9,975 %9,98 $", "Total114,98 $"):
        assert shown in page, shown
    (row,) = table(owner.get("/admin/invoices/export/csv/"))
    assert [row[title] for title in ("Avant taxes", "TPS", "TVQ", "TVH", "Total", "Solde")] == [
        *("100.00", "5.00", "9.98", "0.00", "114.98", "114.98")
    ]
    owner.post("/language", {"language": "en_CA"})
    (row,) = table(owner.get("/admin/invoices/export/csv/"))
    assert (row["GST"], row["QST"], row["Total"]) == ("5.00", "9.98", "114.98")


@pytest.mark.parametrize("kind", ["quotes", "jobs"])
def test_quotes_and_jobs_show_their_taxes_too(world: World, owner: Browser, kind: str):
    world.document(
        kind[:-1], drafts=[HUNDRED, LineDraft("Permis", Decimal(1), "", Decimal(50), tax_status=TaxStatus.EXEMPT)]
    )
    (row,) = table(owner.get(f"/admin/{kind}/export/csv/"))
    assert [row[title] for title in ("Avant taxes", "TPS", "TVQ", "Total")] == ["150.00", "5.00", "9.98", "164.98"]


def test_every_entity_that_may_be_exported_is(world: World, owner: Browser):
    owner.sign_in(make_rows(world).people["owner"])
    for entity in (entry.view.entity for entry in menu.VIEWS):
        if MATRIX[entity][ACTIONS.index("export")]:
            answer = owner.get(f"/admin/{entity}/export/csv/")
            assert table(answer), entity
            assert 'attachment; filename="' in answer.headers["Content-Disposition"], entity


FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "-", "+", "=")


def test_no_cell_is_a_formula(world: World, owner: Browser):
    with world.app.app_context():
        office = make_user("office").actor
        for formula in FORMULAS:
            client = make_client(f"{formula}")
            client.contact_name = formula
            start("quote", office, client, title=formula)
        db.session.commit()
    for url in ("/admin/clients/export/csv/", "/admin/quotes/export/csv/", "/admin/sites/export/csv/"):
        for row in table(owner.get(url)):
            for title, cell in row.items():
                harmless = not cell.startswith(("=", "+", "-", "@", "\t", "\r")) or cell.replace(".", "").isdigit()
                assert harmless, f"{url} {title}: {cell!r}"


def test_negative_amounts_stay_numbers(world: World, owner: Browser):
    credit = LineDraft("Crédit", Decimal(-1), "", Decimal("30.00"))
    world.document("job", drafts=[credit])
    (row,) = table(owner.get("/admin/jobs/export/csv/"))
    assert (row["Avant taxes"], row["Total"]) == ("-30.00", "-34.49")


def test_accents_quotes_commas_and_lines_survive(world: World, owner: Browser):
    name = 'Hélène « Côté », dite "l’Œil" 🔧; fils\nDeuxième ligne'
    with world.app.app_context():
        make_client(name)
        db.session.commit()
    assert [row["Nom"] for row in table(owner.get("/admin/clients/export/csv/"))] == [name]


def test_the_file_holds_what_the_list_shows(world: World, owner: Browser):
    with world.app.app_context():
        office = make_user("office").actor
        for number in range(60):
            start("quote", office, make_client(f"Client {number:02d}"), title="Pompe" if number % 2 else "Chauffe-eau")
        sent = db.session.query(models.Quote).filter_by(title="Pompe").limit(5).all()
        for quote in sent:
            give("mark_sent", quote, office)
        db.session.commit()
    for query, expected in (
        ("", 60),
        ("?search=pompe", 30),
        ("?tab=sent", 5),
        ("?tab=draft&search=pompe", 25),
        ("?tab=sent&search=chauffe", 0),
        ("?flt0_from=2000-01-01", 60),
        ("?flt0_from=2199-01-01", 0),
        ("?page=1&page_size=20", 60),
        ("?search=Client+chauffe", 30),
    ):
        assert len(table(owner.get(f"/admin/quotes/export/csv/{query}"))) == expected, query
    shown = list_rows(owner.get("/admin/quotes/?sort=0&page_size=100"))
    exported = table(owner.get("/admin/quotes/export/csv/?sort=0"))
    assert [row["Numéro"] for row in exported] == [cells[0] for cells in shown]
    link = next(
        link.get("href", "")
        for link in parse(owner.get("/admin/quotes/?tab=sent&search=pompe")).iter("a")
        if "/export/csv/" in str(link.get("href"))
    )
    assert len(table(owner.get(link))) == 5


def test_phones_are_written_as_they_are_read(world: World, owner: Browser):
    with world.app.app_context():
        make_client()
        db.session.commit()
    (row,) = table(owner.get("/admin/clients/export/csv/"))
    assert row["Téléphone"] == "450 555-0110"
    (row,) = table(owner.get("/admin/sites/export/csv/"))
    assert "Téléphone sur place" in row


def test_only_csv(owner: Browser):
    for other in ("xlsx", "json", "CSV", "csv%00"):
        assert owner.get(f"/admin/clients/export/{other}/").status_code in {400, 404}, other
