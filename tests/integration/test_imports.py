"""Imports over HTTP: looked at, matched, confirmed, undone; nothing is written before somebody says so."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from sercom.config import MEGABYTE
from sercom.core.base import db
from sercom.exchange.run import ImportRun, ImportState
from sercom.models import CatalogItem, Client, JournalEntry, Site
from tests.pages import form_to, of_class, parse, words
from tests.support import Browser, World, make_client, make_user, start

CLIENTS = """Nom;Type;Téléphone;Courriel;Adresse;Ville;Province;Code postal
Hélène Côté;Particulier;514 555-0142;helene@example.org;12, rue des Érables;Laval;QC;h7l1m3
Toitures Lavoie inc.;Entreprise;450 555 0199;info@lavoie.example;;;;
Luc Roy;;abc;luc@;;;;ZZZ
;;514 555-0177;;;;;
Julie Tremblay;;(450) 555-0110;;;;;
Hélène C.;;514 555-0142;;;;;
"""
ITEMS = """Code,Nom,Nom anglais,Prix,Coût,Taxes
F-1,Filtre,Filter,"12,50",5,Taxable
F-2,Pompe,,"1,234",,
F-1,Filtre encore,,10,,
V-9,Valve,,9.99,,Exonéré
"""


def counts() -> dict[str, int]:
    models = (Client, Site, CatalogItem, JournalEntry)
    return {model.__tablename__: db.session.scalar(select(func.count()).select_from(model)) for model in models}


@pytest.fixture
def office(world: World, browser: Browser) -> Browser:
    browser.sign_in(world.user("office"))
    browser.post("/language", {"language": "en_CA"})
    return browser


def upload(
    browser: Browser, text: str | bytes, kind: str = "clients", name: str = "liste.csv", **options: Any
) -> TestResponse:
    data = text.encode() if isinstance(text, str) else text
    return browser.post("/admin/imports/", {"kind": kind, "file": (BytesIO(data), name)}, **options)


def opened(browser: Browser, text: str | bytes, kind: str = "clients") -> str:
    answer = upload(browser, text, kind)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return str(answer.location)


def preview(browser: Browser, url: str) -> dict[str, list[str]]:
    """The rows of the preview by their number."""
    (table,) = of_class(parse(browser.get(url)), "preview")
    rows = ([words(cell) for cell in row.iter("td")] for row in table.iter("tr"))
    return {cells[0]: cells[1:] for cells in rows if cells}


def send(browser: Browser, url: str, what: str, **changes: Any) -> TestResponse:
    form = form_to(browser.get(url), f"/{what}")
    return browser.client.post(form.action, data=form.data | changes)


def test_nothing_is_written_before_it_is_confirmed(world: World, office: Browser):
    before = world.read(counts)
    url = opened(office, CLIENTS)
    rows = preview(office, url)
    assert rows["2"][0] == rows["3"][0] == "Good"
    assert rows["4"][0] == "Error"
    assert "514 555-0123" in rows["4"][3]
    assert "name@example.com" in rows["4"][4]
    assert "This is missing." in rows["5"][1]
    assert rows["7"][0].startswith("Repeated same as row 2")
    assert world.read(counts) == before
    assert send(office, url, "discard").status_code == 302
    assert office.get(url).status_code == 404
    assert world.read(counts) == before


def test_good_rows_are_written_at_once_with_their_address_and_journal(world: World, office: Browser):
    url = opened(office, CLIENTS)
    assert send(office, url, "confirm").status_code == 302
    with world.app.app_context():
        made = {client.name: client for client in db.session.scalars(select(Client))}
        assert set(made) == {"Hélène Côté", "Toitures Lavoie inc.", "Julie Tremblay"}
        helene = made["Hélène Côté"]
        assert (helene.phone, helene.postal_code, helene.is_prospect) == ("+15145550142", "H7L 1M3", False)
        assert [site.street for site in helene.sites] == ["12, rue des Érables"]
        assert made["Toitures Lavoie inc."].kind.value == "company"
        told = db.session.scalars(select(JournalEntry).where(JournalEntry.event == "imported")).all()
        assert sorted(entry.subject_type for entry in told) == ["client"] * 3 + ["import_run", "site"]
        run = db.session.scalars(select(ImportRun)).one()
        assert (run.state, run.count, run.skipped) == (ImportState.DONE, 3, 3)
    assert "Toitures Lavoie inc." in office.get(url).get_data(as_text=True)
    assert "Toitures" in office.get("/admin/search?q=toitures").get_data(as_text=True)


def test_what_repeats_an_existing_client_is_skipped_unless_chosen(world: World, office: Browser):
    world.make(make_client)
    url = opened(office, CLIENTS)
    assert preview(office, url)["6"][0].startswith("Repeated already there: Julie Tremblay")
    send(office, url, "confirm")
    names = world.read(lambda: sorted(db.session.scalars(select(Client.name))))
    assert names.count("Julie Tremblay") == 1
    other = opened(office, CLIENTS + "\n")
    assert send(office, other, "confirm").status_code == 422  # nothing is left to write
    assert send(office, other, "confirm", take=["6", "4", "999", "x"]).status_code == 302
    names = world.read(lambda: sorted(db.session.scalars(select(Client.name))))
    assert names.count("Julie Tremblay") == 2
    assert "Luc Roy" not in names  # a row with an error is never taken


def test_the_same_file_twice_says_when_it_came(world: World, office: Browser):
    url = opened(office, CLIENTS)
    assert opened(office, CLIENTS) == url
    version = form_to(office.get(url), "/confirm").data
    send(office, url, "confirm")
    again = upload(office, CLIENTS, name="autre.csv")
    assert again.status_code == 409
    assert re.search(r"already imported on \d{4}-\d\d-\d\d", again.get_data(as_text=True))
    twice = office.client.post(f"{url}/confirm", data=version)
    assert twice.status_code == 409
    assert world.read(lambda: db.session.scalar(select(func.count(Client.id)))) == 3


def test_two_runs_of_one_file_are_written_once(world: World, office: Browser):
    url = opened(office, CLIENTS)
    with world.app.app_context():
        run = db.session.scalars(select(ImportRun)).one()
        columns = {c.name: getattr(run, c.name) for c in ImportRun.__table__.columns if c.name not in {"id", "version"}}
        db.session.add(ImportRun(**columns))
        db.session.commit()
        other = db.session.scalar(select(func.max(ImportRun.id)))
    send(office, url, "confirm")
    late = send(office, f"/admin/imports/{other}", "confirm", take=["2"])
    assert late.status_code == 422
    assert "This file was imported already." in late.get_data(as_text=True)


def test_undoing_takes_away_what_nothing_uses_and_says_what_stays(world: World, office: Browser):
    before = world.read(counts)
    url = opened(office, CLIENTS)
    send(office, url, "confirm")
    with world.app.app_context():
        helene = db.session.scalars(select(Client).where(Client.name == "Hélène Côté")).one()
        start("quote", make_user("office").actor, helene)
        db.session.commit()
    answer = send(office, url, "undo")
    assert answer.status_code == 302
    page = words(parse(office.get(url)))
    assert "Hélène Côté" in page
    assert "1 stays" in page
    after = world.read(counts)
    assert (after["client"], after["site"]) == (before["client"] + 1, before["site"] + 1)
    assert send_again(office, url).status_code == 409
    url = opened(office, CLIENTS)  # undone, it may come again
    assert preview(office, url)["2"][0].startswith("Repeated already there")


def send_again(browser: Browser, url: str) -> TestResponse:
    return browser.post(f"{url}/undo", {"version": "99"})


def test_what_somebody_changed_since_stays(world: World, office: Browser):
    url = opened(office, CLIENTS)
    send(office, url, "confirm")
    with world.app.app_context():
        lavoie = db.session.scalars(select(Client).where(Client.name.like("Toitures%"))).one()
        lavoie.notes = "Appeler avant."
        db.session.commit()
    send(office, url, "undo")
    assert world.read(lambda: list(db.session.scalars(select(Client.name)))) == ["Toitures Lavoie inc."]


def test_catalogue_items_and_an_amount_that_can_be_read_two_ways(world: World, office: Browser):
    url = opened(office, ITEMS, "catalog")
    rows = preview(office, url)
    assert "1234 or 1.23" in " ".join(rows["3"])
    assert rows["4"][0] == "Repeated same as row 2"
    send(office, url, "confirm", take=["4"])  # a code stands for one item
    with world.app.app_context():
        made = {item.code: item for item in db.session.scalars(select(CatalogItem))}
        assert set(made) == {"F-1", "V-9"}
        assert (made["F-1"].price, made["F-1"].cost, made["F-1"].name_en) == (
            Decimal("12.50"),
            Decimal("5.00"),
            "Filter",
        )
        assert (made["V-9"].name_en, made["V-9"].tax_status.value) == ("Valve", "exempt")
    other = opened(office, ITEMS + "\n", "catalog")
    assert preview(office, other)["2"][0] == "Repeated already there: Filtre"
    send(office, url, "undo")
    assert world.read(lambda: db.session.scalar(select(func.count(CatalogItem.id)))) == 0


def test_columns_are_matched_by_hand(world: World, office: Browser):
    url = opened(office, "A,B\nLéa Roy,514 555-0142\n")
    page = office.get(url).get_data(as_text=True)
    assert "Say which columns hold: Name." in page
    assert send(office, url, "confirm").status_code == 422
    assert send(office, url, "columns", **{"column-name": "7"}).status_code == 422
    assert send(office, url, "columns", **{"column-name": "0", "column-phone": "1"}).status_code == 302
    assert send(office, url, "columns", version="1").status_code == 409
    assert preview(office, url)["2"] == ["Good", "Léa Roy", "514 555-0142"]
    send(office, url, "confirm")
    assert world.read(lambda: db.session.scalars(select(Client.phone)).one()) == "+15145550142"


def test_first_and_last_names_become_one(world: World, office: Browser):
    send(office, opened(office, "Prénom,Nom de famille\nLéa,Roy\n"), "confirm")
    assert world.read(lambda: db.session.scalars(select(Client.name)).one()) == "Léa Roy"


def test_excel_comes_in_too(world: World, office: Browser):
    book, buffer = openpyxl.Workbook(), BytesIO()
    for row in (["Code", "Nom", "Prix"], ["F-1", "=1+1", 12.5], ["F-2", "Filtre", 1200]):
        book.active.append(row)
    book["Sheet"]["B2"].data_type = "s"
    book.save(buffer)
    send(office, opened(office, buffer.getvalue(), "catalog"), "confirm")
    rows = world.read(lambda: db.session.execute(select(CatalogItem.name_fr, CatalogItem.price)).all())
    assert sorted((name, price) for name, price in rows) == [("=1+1", Decimal("12.50")), ("Filtre", Decimal("1200.00"))]


@pytest.mark.parametrize(
    "data", [b"", b"x", b"PK\x03\x04nothing", b"\x89PNG\r\n" + bytes(99), b'a\n"b\n', b"a\n" + b"1\n" * 5001]
)
def test_a_file_that_is_no_table_is_refused_beside_the_field(world: World, office: Browser, data: bytes):
    answer = upload(office, data)
    assert answer.status_code == 422
    assert of_class(parse(answer), "error")
    assert world.read(lambda: db.session.scalar(select(func.count(ImportRun.id)))) == 0


def test_no_file_and_a_kind_that_is_none(office: Browser):
    assert office.post("/admin/imports/", {"kind": "clients"}).status_code == 422
    assert upload(office, CLIENTS, "users").status_code == 400


def test_a_huge_file_is_refused_before_it_is_read(world: World, office: Browser):
    for size in (7 * MEGABYTE, 2048 * MEGABYTE):
        answer = upload(office, CLIENTS, environ_overrides={"CONTENT_LENGTH": str(size)})
        assert answer.status_code == 413
        assert "What was sent is too large." in answer.get_data(as_text=True)
    assert world.read(lambda: db.session.scalar(select(func.count(ImportRun.id)))) == 0


def test_what_is_there_no_more_is_not_found(office: Browser):
    for url in ("/admin/imports/999999", f"/admin/imports/{10**12}"):
        assert office.get(url).status_code == 404


def test_a_large_file_asks_no_more_than_a_small_one(world: World, office: Browser):
    def asked(count: int) -> int:
        rows = "".join(f"Client {number},client{number}@example.org\n" for number in range(count))
        url = opened(office, "Nom,Courriel\n" + rows)
        with world.counting() as statements:
            assert office.get(url).status_code == 200
        return len(statements)

    assert asked(5) == asked(400)
