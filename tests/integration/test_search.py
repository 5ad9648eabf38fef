"""Ctrl-K: whatever of a client, a number, a phone or an address somebody types, and who finds what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sercom import models
from sercom.core.base import db
from tests.rows import plan
from tests.support import Browser, World, convert, give, make_client, make_user, start

URL = "/admin/search"


@pytest.fixture
def company(world: World) -> dict[str, str]:
    """Three clients; gives the numbers of one's documents."""
    with world.app.app_context():
        actor = make_user("office").actor
        helene = make_client("Hélène Tremblay", contact_name="Œdipe Lœuf")
        helene.phone, helene.other_phone = "+15145550123", "+14385550177;ext=22"
        helene.email = "helene.tremblay@example.org"
        confort = make_client("Résidence Confort inc.", street="1200, boul. Curé-Labelle", postal_code="J7Y 2K4")
        confort.sites[0].street, confort.sites[0].postal_code = confort.street, confort.postal_code
        confort.phone = "+33612345678"
        confort.sites[0].contact_name, confort.sites[0].contact_phone = "Zoé Brûlé", "+18195550199"
        make_client("Roy Plomberie", street="7, rue du Roi", postal_code="H2X 1Y4").phone = "+14505550111"
        quote = start("quote", actor, helene, title="Thermopompe murale")
        job = convert(quote, "job", actor, approval={"channel": "phone", "name": "Hélène"})
        invoice = convert(job, "invoice", actor)
        draft = start("invoice", actor, confort, title="Échangeur d’air")
        give("issue", invoice, actor)
        numbers = {"case": quote.case.number, "quote": quote.number, "job": job.number, "invoice": invoice.number}
        numbers["draft"] = draft.case.number
        db.session.commit()
        return numbers


@pytest.fixture
def office(world: World, browser: Browser) -> Browser:
    """Somebody of the office is signed in."""
    return browser.sign_in(world.user("office"))


def groups(browser: Browser, query: str) -> list[dict[str, Any]]:
    """What the palette is told."""
    answer = browser.get(URL, query_string={"q": query})
    assert answer.status_code == 200, query
    assert answer.headers["Cache-Control"] == "no-store"
    return list(answer.get_json())


def results(browser: Browser, query: str) -> Iterator[dict[str, Any]]:
    return (result for group in groups(browser, query) for result in group["results"])


def titles(browser: Browser, query: str) -> list[str]:
    return [result["title"] for result in results(browser, query)]


HELENE, CONFORT, ROY = "Hélène Tremblay", "Résidence Confort inc.", "Roy Plomberie"
SEARCHES = {
    HELENE: (
        *("hélène", "HELENE", "he\u0301le\u0300ne", "tremblay hélène", "Hélène  Tremblay", "hel trem", "trembl"),
        *("oedipe", "œdipe", "Œdipe loeuf", "helene.tremblay@example.org", "helene.tremb", "helene.tremblay@ex"),
        # phones, in any format, and their ends
        *("514 555-0123", "(514) 555 0123", "514.555.0123", "5145550123", "15145550123", "+15145550123"),
        *("+1 514 555-0123", "1-514-555-0123", "555-0123", "5550123", "0123", "514555", "438 555 0177", "0177"),
        # typing errors
        *("helne", "helenne", "heelne", "halene", "tremblya", "trembaly", "tramblay", "tremlay"),
        *("tremmblay", "helene tramblay", "halene tremblay"),
    ),
    CONFORT: (
        *("residence", "RÉSIDENCE confort", "confort inc", "+33 6 12 34 56 78", "+33612345678", "5678"),
        *("curé labelle", "cure-labelle", "1200 boul", "boulevard 1200", "j7y 2k4", "J7Y2K4", "j7y", "J7Y-2K4"),
        *("residance", "conforrt", "cofnort", "confrt", "1200 curé lablele"),
    ),
    ROY: ("roy", "plomberie roy", "H2X 1Y4", "h2x1y4", "rue du roi 7", "7 rue du roi", "plombrie", "4505550111"),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_a_client_is_found_however_it_is_typed(company: dict[str, str], office: Browser, name: str):
    others = SEARCHES.keys() - {name}
    wrong = {}
    for query in SEARCHES[name]:
        found = titles(office, query)
        if name not in found or others & {*found}:
            wrong[query] = found
    assert not wrong


def test_an_address_and_who_opens_there_are_found(company: dict[str, str], office: Browser):
    for query in ("1200 curé-labelle", "zoé", "Zoe Brule", "819 555-0199", "0199", "cure labele", "bruel"):
        found = [result for result in results(office, query) if result["url"].startswith("/admin/sites/")]
        assert [result["title"].split(",")[0] for result in found] == ["1200"], query
        assert found[0]["detail"] == "Résidence Confort inc. · Zoé Brûlé"


def urls(browser: Browser, query: str) -> set[str]:
    """Which entities the results are of."""
    return {result["url"].split("/")[2] for result in results(browser, query)}


def test_numbers_are_found_whole_short_and_without_zeros(company: dict[str, str], office: Browser):
    case, year_and_count = company["case"], company["case"].split("-")
    count = year_and_count[1]
    of_case = {"cases", "quotes", "jobs", "invoices"}
    for query in (case, f"{year_and_count[0]}-{int(count)}", case.replace("-", "")):
        assert urls(office, query) == of_case, query
    assert of_case <= urls(office, count)
    for kind in ("quote", "job"):
        for query in (company[kind], company[kind].lower(), company[kind].replace("-", "")):
            assert titles(office, query) == [company[kind]], query
    short = int(company["invoice"].removeprefix("F-"))
    for query in (company["invoice"], f"f{short}", f"F-{short}", company["invoice"].lower()):
        assert titles(office, query) == [company["invoice"]], query
    assert company["invoice"] in titles(office, company["invoice"].removeprefix("F-"))


def test_a_draft_invoice_is_found_by_its_case(company: dict[str, str], office: Browser):
    found = [result for result in results(office, company["draft"]) if "/invoices/" in result["url"]]
    assert [result["detail"] for result in found] == ["Résidence Confort inc. · Échangeur d’air"]


def test_documents_are_found_by_title_client_and_address_together(company: dict[str, str], office: Browser):
    for query in ("thermopompe tremblay", "murale sainte-rose", "tremblay 0123 thermo", "thermopmpe hélène"):
        assert {company["quote"], company["job"], company["invoice"]} <= {*titles(office, query)}, query
    for query in ("thermopompe confort", "échangeur tremblay", "tremblay roy", "0123 0111"):
        assert titles(office, query) == [], query


def test_what_a_result_shows(company: dict[str, str], office: Browser):
    shown = groups(office, "helene")
    assert [group["label"] for group in shown] == ["Clients", "Adresses", "Dossiers", "Soumissions", "Jobs", "Factures"]
    client = shown[0]["results"][0]
    assert client == {
        "title": "Hélène Tremblay",
        "detail": "514 555-0123 · Laval",
        "url": client["url"],
    }
    assert office.get(client["url"]).status_code == 200
    quote = next(result for result in results(office, company["quote"]))
    assert quote["pill"] == {"label": "Convertie", "tone": "good"}
    assert quote["detail"] == "Hélène Tremblay · Thermopompe murale"
    office.post("/language", {"language": "en_CA"})
    assert [group["label"] for group in groups(office, company["quote"])] == ["Quotes"]


def test_the_nearest_come_first(world: World, office: Browser):
    with world.app.app_context():
        for name in ("Roya Morin", "Aline Roy", "Luc Royer", "Rol Marin", "Marin Lavoie"):
            make_client(name)
        db.session.commit()
    assert titles(office, "roy")[:3] == ["Aline Roy", "Luc Royer", "Roya Morin"]
    clients = [result["title"] for result in groups(office, "marin")[0]["results"]]
    assert clients == ["Marin Lavoie", "Rol Marin", "Roya Morin"]  # the slip last


def test_a_group_holds_eight_the_whole_words_before_the_newest(world: World, office: Browser):
    with world.app.app_context():
        make_client("Jean Gagne")
        for number in range(12):
            make_client(f"Gagnebin {number}")
        db.session.commit()
    clients = next(group["results"] for group in groups(office, "gagné") if group["label"] == "Clients")
    assert [client["title"] for client in clients] == ["Jean Gagne", *(f"Gagnebin {n}" for n in range(11, 4, -1))]


@pytest.mark.parametrize("query", ["", " ", "t", "é", "&", "%%", "_", "'", "\\", "🔧", "x" * 5000, "a " * 500, "- - -"])
def test_what_asks_nothing_finds_nothing(company: dict[str, str], office: Browser, query: str):
    assert groups(office, query) == []


def test_a_request_without_a_query_and_one_with_two(company: dict[str, str], office: Browser):
    assert office.get(URL).get_json() == []
    assert office.get(f"{URL}?q=roy&q=helene").get_json()
    assert office.get(f"{URL}?q=a%00b").status_code == 400


def test_only_six_words_are_asked(company: dict[str, str], office: Browser):
    assert HELENE in titles(office, "helene tremblay 0123 0177 oedipe laval zzz yyy")


# --- who finds what --------------------------------------------------------------------------


@pytest.fixture
def technician(world: World, browser: Browser, company: dict[str, str]) -> Browser:
    """Somebody who has one visit, at Hélène's."""

    def assign() -> models.User:
        person, office = make_user("technician"), make_user("office")
        job = db.session.query(models.Job).filter_by(number=company["job"]).one()
        plan(job.case.visits[0], office, person=person)
        return person

    return browser.sign_in(world.make(assign))


def test_a_technician_finds_the_cases_of_own_visits_alone(technician: Browser, company: dict[str, str]):
    for query in ("hélène", "tremblay", "0123", "sainte-rose", company["case"], "thermopompe", "tramblay"):
        found = groups(technician, query)
        assert [group["label"] for group in found] == ["Dossiers"], query
        assert [result["title"] for group in found for result in group["results"]] == [company["case"]], query
        assert all("$" not in str(result) for group in found for result in group["results"])
    for query in ("confort", "roy", company["invoice"], company["quote"], company["draft"], "curé-labelle"):
        assert groups(technician, query) == [], query


def test_the_accountant_finds_everything(world: World, browser: Browser, company: dict[str, str]):
    browser.sign_in(world.user("accountant"))
    assert urls(browser, "tremblay") == {"clients", "sites", "cases", "quotes", "jobs", "invoices"}


def test_nobody_else_finds_anything(browser: Browser, company: dict[str, str]):
    answer = browser.get(URL, query_string={"q": "tremblay"})
    assert answer.status_code == 302
    assert "/login" in answer.location


# --- lists and pickers -----------------------------------------------------------------------


def test_a_list_forgives_a_slip_where_nothing_matches_and_says_so(company: dict[str, str], office: Browser):
    office.post("/language", {"language": "en_CA"})
    said = "Nothing matches exactly"
    page = office.get("/admin/quotes/", query_string={"search": "tramblay"}).get_data(as_text=True)
    assert company["quote"] in page
    assert said in page
    page = office.get("/admin/quotes/", query_string={"search": "tremblay"}).get_data(as_text=True)
    assert company["quote"] in page
    assert said not in page


def test_a_list_does_not_mix_what_nearly_matches_with_what_does(world: World, office: Browser):
    with world.app.app_context():
        for name in ("Marin Lavoie", "Luc Morin"):
            make_client(name)
        db.session.commit()
    page = office.get("/admin/clients/", query_string={"search": "marin"}).get_data(as_text=True)
    assert "Marin Lavoie" in page
    assert "Luc Morin" not in page


def test_a_picker_forgives_a_slip(company: dict[str, str], office: Browser):
    for query in ("tramblay", "trembaly helene", "0123"):
        answer = office.get("/admin/jobs/ajax/lookup/", query_string={"name": "client", "query": query})
        assert [text.split(" · ")[0] for _key, text in answer.get_json()] == [HELENE], query


def test_visits_payments_and_addresses_are_found_by_the_client(company: dict[str, str], office: Browser):
    for entity in ("visits", "sites", "cases", "invoices"):
        page = office.get(f"/admin/{entity}/", query_string={"search": "tremblay"})
        assert "empty-list" not in page.get_data(as_text=True), entity
        page = office.get(f"/admin/{entity}/", query_string={"search": "plomberie zzz"})
        assert "empty-list" in page.get_data(as_text=True), entity
