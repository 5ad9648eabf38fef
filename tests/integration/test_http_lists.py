"""Lists: sorted, paged, and asked of the database in as many queries at 10,000 rows as at 100."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import String, cast, insert, literal, select
from sqlalchemy import text as sql
from sqlalchemy.sql.elements import ClauseElement

from sercom import menu, models
from sercom.backoffice import counts
from sercom.core.base import db
from sercom.entities.documents.line import LineDraft
from sercom.permissions import ACTIONS, MATRIX
from tests.pages import links, list_rows, parse, words
from tests.rows import make_rows
from tests.support import Browser, World, make_client, make_user, start


@pytest.fixture
def office(world: World, browser: Browser) -> Browser:
    """Somebody of the office is signed in."""
    return browser.sign_in(world.user("office"))


def test_sorting_by_number_and_by_amount(world: World, office: Browser):
    for price in ("900.00", "1000.00", "85.50", "-20.00"):
        world.document("job", drafts=[LineDraft("x", Decimal(1), "", Decimal(price))])
    columns = {link.rstrip("↑↓ "): url for link, url in links(office.get("/admin/jobs/")).items() if "sort=" in url}
    by_total, by_number = columns["Total"], columns["Numéro"]
    totals = [cells[4] for cells in list_rows(office.get(by_total))]
    assert [text.replace("\u00a0", "").replace(" ", "") for text in totals] == [
        "-23,00$",
        "98,31$",
        "1034,78$",
        "1149,75$",
    ]
    assert [cells[4] for cells in list_rows(office.get(by_total + "&desc=1"))] == totals[::-1]
    ascending = [cells[0] for cells in list_rows(office.get(by_number))]
    assert ascending == sorted(ascending)


def test_paging_shows_each_row_once(world: World, office: Browser):
    with world.app.app_context():
        actor, client = make_user("office").actor, make_client()
        for _number in range(45):
            start("quote", actor, client, title="Même titre")
        db.session.commit()
    for query in ("", "&sort=5", "&sort=5&desc=1", "&search=titre", "&tab=draft"):
        seen: list[str] = []
        url, pages = f"/admin/quotes/?page_size=20{query}", 0
        while url:
            page = office.get(url)
            seen += [cells[0] for cells in list_rows(page)]
            pages += 1
            url = next((link.get("href", "") for link in parse(page).iter("a") if link.get("rel") == "next"), "")
        assert pages == 3, query
        assert len(seen) == len(set(seen)) == 45, query
    assert "45" in words(
        next(part for part in parse(office.get("/admin/quotes/")).iter() if part.get("class") == "pager")
    )


def grow(first: int, count: int) -> None:
    """``count`` rows of every entity that grows, in one statement each; ids from ``first`` on."""
    number = select(literal(first).label("i")).cte("numbers", recursive=True)
    number = number.union_all(select(number.c.i + 1).where(number.c.i < first + count - 1))
    i = number.c.i
    text = cast(i, String)
    own: dict[type[Any], dict[str, Any]] = {
        models.Client: {
            "name": literal("Client ") + text,
            "sort_name": literal("client ") + text,
            "phone": literal("+1450") + text,
        },
        models.Site: {"client_id": i, "street": literal("Rue ") + text, "city": "Laval", "postal_code": "H7L 1M3"},
        models.Case: {"number": literal("N") + text, "client_id": i, "site_id": i, "letters": {}},
        models.CatalogItem: {"code": literal("C") + text, "name_fr": text, "name_en": text},
        models.JournalEntry: {
            "actor_name": "x",
            "event": "created",
            "subject_type": "case",
            "subject_id": i,
            "subject_label": text,
            "case_id": i,
            "changes": {},
        },
        models.File: {
            "case_id": i,
            "name": text,
            "mime": "image/jpeg",
            "size": 1,
            "width": 1,
            "height": 1,
            "sha256": "",
        },
        models.Payment: {"client_id": i, "amount": 10, "method": "cash", "received_on": date(2026, 1, 1)},
    }
    for model, columns in own.items():
        insert_rows(model, number, {"id": i, **columns})
    for offset, model in enumerate((models.ServiceRequest, models.Quote, models.Job, models.Invoice)):
        kind = model.__mapper__.polymorphic_identity.value
        key = i + offset * 1_000_000
        common = {"kind": kind, "case_id": i, "client_id": i, "number": literal(kind[0]) + text, "title": "Pompe"}
        insert_rows(models.Document, number, {"id": key, **common})
        extra = {"status": "issued", "issue_date": date(2026, 1, 1), "due_date": date(2026, 2, 1), "snapshot": "{}"}
        insert_rows(model, number, {"id": key, **(extra if model is models.Invoice else {})})
    insert_rows(models.Visit, number, {"id": i, "case_id": i, "document_id": i + 2_000_000})
    put = {"id": i, "payment_id": i, "invoice_id": i + 3_000_000, "amount": 10, "dated": date(2026, 1, 1)}
    insert_rows(models.Allocation, number, put)
    db.session.execute(sql("ANALYZE"))  # or PostgreSQL plans for empty tables, and takes minutes
    db.session.commit()


def insert_rows(model: type[Any], number: Any, values: dict[str, Any]) -> None:
    """One row per number; a column that is needed and not named takes its default."""
    table = model.__table__
    columns = {}
    for column in table.columns:
        if column.name in values:
            value = values[column.name]
            columns[column.name] = value if isinstance(value, ClauseElement) else literal(value, column.type)
        elif not column.nullable:
            default = column.default.arg if column.default is not None else 1
            columns[column.name] = literal(default(None) if callable(default) else default, column.type)
    db.session.execute(insert(table).from_select(list(columns), select(*columns.values()).select_from(number)))


def statements_of(world: World, browser: Browser, url: str) -> list[str]:
    """What a page asks of the database; the counts beside the menu were asked for a moment ago."""
    browser.get("/admin/teams/")
    with world.counting() as statements:
        answer = browser.get(url)
    assert answer.status_code == 200, f"{url}: {answer.status}"
    return statements


#: Who is signed in; rows with what hangs on them; how many there are; how many in each tab.
LIST_LIMIT = 3 + 2
#: Two of its filters offer rows: people and teams.
VISITS_LIMIT = LIST_LIMIT + 1
SLIPS = 4
QUERIES = ("?page=1", "?search=Client", "?search=450+1000", "?sort=0", "?page_size=20")
LISTS = [entry.view.entity for entry in menu.VIEWS]
EXPORTED = [name for name in LISTS if MATRIX[name][ACTIONS.index("export")]]


@pytest.mark.slow
def test_lists_ask_as_much_of_a_hundred_rows_as_of_ten_thousand(own_app: Flask, monkeypatch: pytest.MonkeyPatch):
    world, browser = World(own_app), Browser(own_app)
    monkeypatch.setattr(counts, "SLOW", 3600.0)  # a count that took long would not be asked again
    monkeypatch.setattr(counts, "MENU_LIFE", 3600.0)  # the menu's counts are asked by the first page of each round
    browser.sign_in(world.user("owner"))
    lists = [entry.view.entity for entry in menu.VIEWS if entry.view.entity != "company"]
    urls = ["/admin/", *(f"/admin/{entity}/" for entity in lists), "/admin/invoices/?tab=draft"]
    urls += [f"/admin/{entity}/{query}" for entity in ("jobs", "visits", "clients") for query in QUERIES]
    with world.app.app_context():
        grow(1_000_000, 100)
    few = {url: len(statements_of(world, browser, url)) for url in urls}
    with world.app.app_context():
        grow(1_000_100, 9_900)
    many = {url: len(statements_of(world, browser, url)) for url in urls}
    assert many == few
    limits = {url: VISITS_LIMIT if "/visits/" in url else LIST_LIMIT for url in urls}
    # These rows are not indexed: what finds nothing also asks for words spelled nearly so.
    limits |= {url: limit + SLIPS for url, limit in limits.items() if "search=" in url}
    # The amounts of six lists, forgotten money, the last backup, and the visits of today and later.
    limits["/admin/"] = 1 + 6 + 1 + 2 + 1
    assert {url: count for url, count in many.items() if count > limits[url]} == {}
    assert list_rows(browser.get("/admin/jobs/?page=199&page_size=50"))
    assert not list_rows(browser.get("/admin/jobs/?page=200&page_size=50"))


def test_files_ask_as_much_of_ten_rows_as_of_fifty(world: World, browser: Browser):
    browser.sign_in(world.user("owner"))
    urls = [f"/admin/{entity}/export/csv/" for entity in EXPORTED]
    counts = []
    for first, count in ((1_000_000, 10), (1_000_010, 40)):
        with world.app.app_context():
            grow(first, count)
        counts.append({url: len(statements_of(world, browser, url)) for url in urls})
    assert counts[0] == counts[1]
    assert max(counts[0].values()) <= LIST_LIMIT


@pytest.mark.parametrize("kind", ["request", "quote", "job", "invoice"])
def test_pages_of_a_document_ask_as_much_whatever_else_there_is(world: World, office: Browser, kind: str):
    document = world.document(kind)
    pages = {
        f"/admin/{kind}s/details/?id={document}": 17,  # taxes' working, deposits, ledger, billing
        f"/admin/{kind}s/edit/?id={document}": 4,
        f"/admin/{kind}s/new/": 2,
    }
    alone = {url: len(statements_of(world, office, url)) for url in pages}
    for other in ("request", "quote", "job", "invoice"):
        for _copy in range(8):
            world.document(other)
    beside = {url: len(statements_of(world, office, url)) for url in pages}
    assert beside == alone
    assert {url: count for url, count in alone.items() if count > pages[url]} == {}


def test_a_page_asks_as_much_with_one_line_as_with_thirty(world: World, office: Browser):
    counts = []
    for lines in (1, 30):
        quote = world.document("quote", drafts=[LineDraft("x", Decimal(1), "", Decimal(5))] * lines)
        urls = [
            f"/admin/quotes/{path}" for path in (f"details/?id={quote}", f"edit/?id={quote}", f"{quote}/convert/job")
        ]
        counts.append([len(statements_of(world, office, url)) for url in urls])
    assert counts[0] == counts[1]


def test_forms_of_the_other_entities_ask_little(world: World, browser: Browser):
    rows = make_rows(world)
    browser.sign_in(rows.people["owner"])
    asked = {}
    for entity in (entry.view.entity for entry in menu.VIEWS):
        for path, limit in ((f"edit/?id={rows.ids[entity]}", 4), ("new/", 2)):
            with world.counting() as statements:
                answer = browser.get(f"/admin/{entity}/{path}")
            choices = len([statement for statement in statements if "ORDER BY" in statement])
            if answer.status_code == 200 and len(statements) > limit + choices:
                asked[entity, path] = statements
    assert asked == {}
