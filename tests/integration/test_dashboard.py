"""The dashboard and the menu's counts: what waits, in number and dollars, each leading to its rows."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from sercom.backoffice import counts
from sercom.core import clock
from sercom.core.base import db
from sercom.entities.documents.line import LineDraft
from sercom.entities.ledger.model import Method
from sercom.models import Invoice
from tests.pages import links, of_class, parse, words
from tests.support import Browser, World, ago, give, make_client, make_user, start


def money(text: str) -> str:
    """Only the digits and the mark."""
    return re.sub(r"[^\d,]", "", text)


def invoice(world: World, *, paid: str = "0.00", days_ago: int = 0) -> int:
    """An issued invoice of $114.98, partly paid, issued some days ago."""

    def build() -> Any:
        actor = make_user("office").actor
        made: Invoice = start("invoice", actor, make_client(), drafts=(LineDraft("x", unit_price=Decimal(100)),))
        with clock.at(ago(days_ago)):
            give("issue", made, actor)
        if Decimal(paid):
            give("record_payment", made, actor, amount=Decimal(paid), method=Method.CASH, received_on=clock.today())
        return made

    return world.make(build)


def flow(page: Any) -> dict[str, str]:
    """The cards of the flow: what each holds."""
    cards = [card for row in of_class(parse(page), "flow") for card in of_class(row, "card")]
    return {words(next(card.iter("h2"))): words(of_class(card, "money")[0]) for card in cards}


def test_invoices_count_for_what_is_still_owed(world: World, browser: Browser):
    invoice(world, paid="14.98")
    invoice(world, days_ago=60)
    browser.sign_in(world.user("office"))
    page = browser.get("/admin/")
    assert money(flow(page)["Factures"]) == "214,98"
    todo = next(element for element in parse(page).iter() if element.get("class") == "todo")
    assert words(todo).startswith("1 Factures en souffrance")
    assert money(words(todo).split("souffrance")[1]) == "114,98"


def test_a_clients_page_tells_what_is_owed_and_overdue(world: World, browser: Browser):
    overdue = invoice(world, days_ago=60)
    browser.sign_in(world.user("office"))
    client = world.read(lambda: db.session.get_one(Invoice, overdue).client_id)
    cards = flow(browser.get(f"/admin/clients/details/?id={client}"))
    assert money(cards["Solde"]) == "114,98"


def test_the_menu_shows_what_was_just_done(world: World, browser: Browser):
    browser.sign_in(world.user("office"))
    assert waiting(browser, "requests") == 0
    world.document("request")
    assert waiting(browser, "requests") == 1


def waiting(browser: Browser, entity: str) -> int:
    """The figure beside an entry of the menu."""
    entry = next(
        link for link in parse(browser.get("/admin/teams/")).iter("a") if link.get("href") == f"/admin/{entity}/"
    )
    return int((re.findall(r"\d+", words(entry)) or ["0"])[0])


def test_each_number_of_the_dashboard_leads_to_as_many_rows(world: World, browser: Browser):
    for kind in ("request", "quote", "job", "invoice"):
        for _copy in range(2):
            world.document(kind)
    browser.sign_in(world.user("office"))
    told = {url: text for text, url in links(browser.get("/admin/")).items() if "?tab=" in url}
    assert told
    for url, text in told.items():
        current = [link for link in parse(browser.get(url)).iter("a") if link.get("aria-current") == "page"]
        counted = words(next(link for link in current if "tab=" in link.get("href", ""))).rsplit(" ", 1)[1]
        assert counted in re.findall(r"\d+", text), url


def test_a_technician_is_told_no_amount(world: World, browser: Browser):
    world.document("job")
    browser.sign_in(world.user("technician"))
    page = browser.get("/admin/").get_data(as_text=True)
    assert "$" not in page
    assert "Visites d’aujourd’hui" in page


def test_a_slow_count_is_not_asked_again_at_once(world: World, browser: Browser, monkeypatch: Any):
    browser.sign_in(world.user("office"))
    asked = []

    def ask() -> dict[Any, Any]:
        asked.append(1)
        return {}

    with world.app.test_request_context("/admin/"):
        counts.unless_slow("x", ask)
        counts.unless_slow("x", ask)
        assert len(asked) == 2
        monkeypatch.setattr(counts, "SLOW", -1.0)
        counts.unless_slow("x", ask)
        counts.unless_slow("x", ask)
        assert len(asked) == 3


@pytest.mark.parametrize(("took", "asked_again"), [("no time", True), ("long", False)])
def test_a_commit_forgets_the_counts_of_the_menu_where_counting_is_quick(
    world: World, browser: Browser, monkeypatch: Any, took: str, *, asked_again: bool
):
    browser.sign_in(world.user("office"))
    monkeypatch.setattr(counts, "SLOW_MENU", 9.0 if took == "no time" else -1.0)
    browser.get("/admin/teams/")
    world.user("office")  # commits
    with world.counting() as statements:
        browser.get("/admin/teams/")
    assert any("UNION ALL" in statement for statement in statements) is asked_again


def test_while_slow_counts_are_asked_again_others_are_shown_the_last(world: World, browser: Browser, monkeypatch: Any):
    browser.sign_in(world.user("office"))
    monkeypatch.setattr(counts, "SLOW", -1.0)
    monkeypatch.setattr(counts, "REST", 0.0)
    shown = []

    def ask() -> dict[Any, Any]:
        shown.append(counts.unless_slow("y", lambda: {"asked": "twice"}))
        return {"asked": "again"}

    with world.app.test_request_context("/admin/"):
        monkeypatch.setattr(counts, "SLOW_LIFE", 0.0)
        counts.unless_slow("y", lambda: {"asked": "first"})
        monkeypatch.setattr(counts, "SLOW_LIFE", 60.0)
        assert counts.unless_slow("y", ask) == {"asked": "again"}
        assert shown == [{"asked": "first"}]
