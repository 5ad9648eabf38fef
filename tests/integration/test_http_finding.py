"""Finding rows of a list: tabs, search in every way people write, filters."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from sercom import models
from sercom.core import clock
from sercom.core.base import db
from sercom.entities.quotes.model import QuoteStage
from tests.pages import links, list_rows, parse, tab_counts, words
from tests.rows import plan
from tests.support import Browser, World, convert, give, make_client, make_user, start


@pytest.fixture
def office(world: World, browser: Browser) -> Browser:
    """Somebody of the office is signed in."""
    return browser.sign_in(world.user("office"))


def numbers(office: Browser, url: str) -> list[str]:
    """The first cells of a list's rows."""
    page = office.get(url)
    assert page.status_code == 200, url
    return [cells[0] for cells in list_rows(page)]


APPROVED = {"channel": "phone", "name": "Julie"}
QUOTES: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "draft": (),
    "sent": (("mark_sent", {}),),
    "approved": (("mark_sent", {}), ("approve", APPROVED)),
    "changes_requested": (("mark_sent", {}), ("request_changes", {"change_request": "Moins cher"})),
    "declined": (("mark_sent", {}), ("decline", {"reason": "price"})),
    "archived": (("archive", {}),),
}


def test_tabs_count_and_hold_each_stage(world: World, office: Browser):
    with world.app.app_context():
        actor = make_user("office").actor
        for copies, (_stage, commands) in enumerate(QUOTES.items(), start=1):
            for _copy in range(copies):
                quote = start("quote", actor)
                for command, data in commands:
                    give(command, quote, actor, **data)
        expired = start("quote", actor)
        give("mark_sent", expired, actor)
        expired.valid_until = clock.today() - timedelta(days=1)
        convert(start("quote", actor), "job", actor, approval=APPROVED)
        db.session.commit()
    counts = {stage: number for number, stage in enumerate(QUOTES, start=1)} | {"expired": 1, "converted": 1}
    with world.app.test_request_context():
        expected = {str(QuoteStage(stage).label): count for stage, count in counts.items()}
    shown = tab_counts(office.get("/admin/quotes/"))
    assert shown == {"Tout": sum(counts.values()), **expected}
    for stage, count in counts.items():
        page = office.get(f"/admin/quotes/?tab={stage}")
        assert len(list_rows(page)) == count, stage
        with world.app.test_request_context():
            label = str(QuoteStage(stage).label)
        assert all(label in cells for cells in list_rows(page)), stage
    assert tab_counts(office.get("/admin/quotes/?tab=sent")) == shown


def test_home_shows_the_same_counts_and_leads_to_the_tabs(world: World, office: Browser):
    for _number in range(3):
        world.document("request")
    page = office.get("/admin/")
    waiting = [link for link in links(page).items() if link[1].endswith("/admin/requests/?tab=new")]
    assert [re.findall(r"\d+", text)[0] for text, _url in waiting] == ["3", "3"]  # in the flow, and in what waits
    assert len(numbers(office, waiting[0][1])) == 3


@pytest.fixture
def people(world: World) -> dict[str, int]:
    """Three quotes of three clients."""
    found = {}
    clients = (
        ("Hélène Côté", "+15145550198", "helene.cote@example.org", "Pompe à chaleur"),
        ("Résidence 100 % Confort", "+14505550142", "info@confort.example.org", "Chauffe-eau_40"),
        ("O'Brien & fils", "+18195550177", "obrien@example.org", "Drain \\ regard"),
    )
    with world.app.app_context():
        actor = make_user("office").actor
        for name, phone, email, title in clients:
            client = make_client(name)
            client.phone, client.email = phone, email
            found[name[:2]] = start("quote", actor, client, title=title).id
        db.session.commit()
    return found


SEARCHES = {
    "Hé": (
        *(
            "hélène",
            "HÉLÈNE",
            "Côté",
            "CÔTÉ",
            "côté hélène",
            "Hélène  Côté",
            "helene.cote@example.org",
            "pompe à chaleur",
        ),
        *(
            "514 555-0198",
            "514-555-0198",
            "(514) 555-0198",
            "514.555.0198",
            "5145550198",
            "+1 514 555-0198",
            "555 0198",
        ),
        *("1-514-555-0198", "+15145550198", "1 (514) 555-0198", "{number}"),
    ),
    "Ré": ("100 %", "% confort", "confort", "40", "chauffe-eau_40", "_40", "info@confort"),
    "O'": ("O'Brien", "o'brien &", "obrien", "\\ regard", "819 555"),
}


def test_search_finds_what_people_type(world: World, office: Browser, people: dict[str, int]):
    wrong = {}
    for who, searches in SEARCHES.items():
        number = world.get(models.Quote, people[who], "number")
        for search in searches:
            for entity in ("quotes", "clients"):
                if entity == "clients" and search in {
                    "{number}",
                    "pompe à chaleur",
                    "40",
                    "_40",
                    "chauffe-eau_40",
                    "\\ regard",
                }:
                    continue
                words_typed = search.replace("{number}", number)
                page = office.get(f"/admin/{entity}/", query_string={"search": words_typed})
                found = len(list_rows(page))
                if found != 1:
                    wrong[entity, search] = found
                field = next(part for part in parse(page).iter("input") if part.get("name") == "search")
                assert field.get("value") == words_typed
    assert not wrong


@pytest.mark.parametrize(
    "search", ["zzz", "%%%", "__________", "&", "\\", "'", "hélène confort", "999 999-9999", "' UNION SELECT", "🔧"]
)
def test_search_finds_nothing_else(office: Browser, people: dict[str, int], search: str):
    page = office.get("/admin/quotes/", query_string={"search": search})
    assert not list_rows(page)
    assert "empty-list" in page.get_data(as_text=True)


def test_a_picker_finds_the_same_people(office: Browser, people: dict[str, int]):
    for search in ("côté", "514 555-0198", "+1 514 555-0198", "(514) 555-0198", "helene.cote@"):
        answer = office.get("/admin/jobs/ajax/lookup/", query_string={"name": "client", "query": search})
        assert [text.split(" · ")[0] for _key, text in json.loads(answer.data)] == ["Hélène Côté"], search


def test_filters_narrow_together_and_are_kept(world: World, office: Browser):
    with world.app.app_context():
        actor = make_user("office").actor
        service = db.session.query(models.Service).order_by(models.Service.id).first()
        for urgency in ("emergency", "soon", "flexible"):
            for origin in ("phone", "email"):
                start(
                    "request",
                    actor,
                    urgency=models.ServiceRequest.urgency.type.enum(urgency),
                    origin=models.ServiceRequest.origin.type.enum(origin),
                    service=service if origin == "email" else None,
                )
        service_id = service.id
        db.session.commit()
    today = clock_day(world)
    for query, expected in (
        ({"flt0_urgency": "emergency"}, 2),
        ({"flt0_urgency": "emergency", "flt1_origin": "phone"}, 1),
        ({"flt2_service": str(service_id)}, 3),
        ({"flt3_from": today}, 6),
        ({"flt4_until": today}, 6),
        ({"flt4_until": "2020-01-01"}, 0),
        ({"flt0_urgency": "emergency", "tab": "new"}, 2),
        ({"flt0_urgency": "emergency", "tab": "closed"}, 0),
    ):
        page = office.get("/admin/requests/", query_string=query)
        assert len(list_rows(page)) == expected, query
        for name, value in query.items():
            controls = [part for part in parse(page).iter() if part.get("name") == name]
            chosen = [
                option.get("value")
                for part in controls
                for option in part.iter("option")
                if "selected" in option.attrib
            ]
            assert value in (chosen or [part.get("value") for part in controls]), (query, name)


def clock_day(world: World) -> str:
    """The company's day."""
    with world.app.app_context():
        return clock.today().isoformat()


def test_a_wrong_filter_is_said_and_the_list_shown(world: World, office: Browser):
    world.document("request")
    page = office.get("/admin/requests/?flt0_urgency=garbage")
    assert len(list_rows(page)) == 1
    assert "garbage" in words(parse(page))


def test_visits_are_found_by_person_team_and_day(world: World, office: Browser):
    with world.app.app_context():
        user, technician = make_user("office"), make_user("technician")
        team = models.Team(name="Nord", members=[make_user("technician")])
        db.session.add(team)
        for who in ({"person": technician}, {"team": team}):
            plan(start("job", user.actor).visits[0], user, **who)
        start("job", user.actor)
        db.session.commit()
        ids = technician.id, team.id
    assert len(numbers(office, "/admin/visits/")) == 3
    assert len(numbers(office, f"/admin/visits/?flt0_person={ids[0]}")) == 1
    assert len(numbers(office, f"/admin/visits/?flt1_team={ids[1]}")) == 1
    assert len(numbers(office, "/admin/visits/?tab=scheduled")) == 2
    assert len(numbers(office, "/admin/visits/?tab=unscheduled")) == 1
