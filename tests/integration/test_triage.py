"""Triage: which rule matches, what it proposes, what that makes of the next step; and that what was proposed stays."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, event, select

from sercom.core.base import db
from sercom.entities.requests.model import RequestStatus
from sercom.entities.requests.triage import Path, TriageRule, Urgency, facts, plain_words
from sercom.models import JournalEntry, Service, ServiceRequest
from sercom.workflow import content, edges, triage
from sercom.workflow.transitions import available
from tests.support import give, make_client, make_user, start

WHY = {"reason_fr": "parce que", "reason_en": "just because"}
ANSWERS = [
    {"question": 7, "fr": "Étage", "en": "Floor", "value": "Sous-sol"},
    {"question": 8, "fr": "Locataire", "en": "Tenant", "value": True},
    {"question": 9, "fr": "Appareils", "en": "Devices", "value": {"fr": "Échangeur", "en": "Exchanger"}},
    {"question": 10, "fr": "Combien", "en": "How many", "value": 3},
]
#: A rule's conditions, and whether they hold of the request below.
MATCHES = [
    ({}, True),
    ({"keywords": "fuite"}, True),
    ({"keywords": "FUÎTE"}, True),
    ({"keywords": "Dégât d'eau"}, True),
    ({"keywords": "degat d’eau"}, True),
    ({"keywords": "robinet"}, True),
    ({"keywords": "robin"}, False),
    ({"keywords": "gaz, électricité, robinet"}, True),
    ({"keywords": "gaz; tuyau"}, False),
    ({"keywords": " , ;"}, True),
    ({"keywords": "chauffe-eau"}, True),
    ({"keywords": "chauffe eau"}, True),
    ({"urgency": Urgency.SOON}, True),
    ({"urgency": Urgency.EMERGENCY}, False),
    ({"service_id": 3}, True),
    ({"service_id": 4}, False),
    ({"service_id": 3, "urgency": Urgency.SOON, "keywords": "fuite"}, True),
    ({"service_id": 3, "urgency": Urgency.SOON, "keywords": "gaz"}, False),
    ({"question_id": 7, "answer": "sous sol"}, True),
    ({"question_id": 7, "answer": "Grenier"}, False),
    ({"question_id": 6, "answer": "Sous-sol"}, False),
    ({"question_id": 8, "answer": "Oui"}, True),
    ({"question_id": 8, "answer": "no"}, False),
    ({"question_id": 9, "answer": "echangeur"}, True),
    ({"question_id": 9, "answer": "exchanger"}, True),
    ({"question_id": 10, "answer": "3"}, True),
]


@pytest.mark.parametrize(("conditions", "holds"), MATCHES)
def test_when_a_rule_matches(conditions: dict[str, Any], *, holds: bool):
    text = ("Fuites sous l’évier", "Le robinet et le CHAUFFE-EAU : dégât d’eau !")
    asked = facts(*text, service_id=3, urgency=Urgency.SOON, answers=ANSWERS)
    assert TriageRule(**WHY, **conditions).matches(asked) is holds


def test_words_are_told_plainly():
    assert plain_words("  Œuvre d’ÉTÉ,\n\n2e étage ") == " oeuvre d ete 2e etage "


def add(*rules: TriageRule) -> None:
    db.session.add_all(rules)
    db.session.flush()


@pytest.fixture
def only(context):
    """No rule but the test's."""
    db.session.execute(delete(TriageRule))
    return add


def new_request(text: str = "Un robinet", **columns: Any) -> ServiceRequest:
    return start("request", make_user("office").actor, drafts=(), description=text, **columns)


def test_the_first_rule_by_position_wins_and_an_idle_one_never(only):
    one, two = (TriageRule(position=place, skill=str(place), **WHY) for place in (1, 2))
    idle = TriageRule(position=0, active=False, **WHY)
    only(two, one, idle)
    assert new_request().triage_skill == "1"
    one.position = 3
    db.session.flush()
    assert new_request().triage_skill == "2"


def test_a_request_is_asked_about_when_it_is_born_and_when_it_changes(only):
    service = db.session.scalars(select(Service)).first()
    only(TriageRule(keywords="fuite", position=1, minutes=90, **WHY), TriageRule(service=service, position=2, **WHY))
    request, actor = new_request(), make_user("office").actor
    assert (request.triage_rule_id, request.triage_path, request.triage_reason) == (None, None, None)
    request.description = "Une fuite"
    content.change(db.session, request, actor, ())
    assert (request.triage_minutes, request.triage_reason_fr) == (90, "parce que")
    entry = db.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
    assert set(entry.changes) == {"description"}, "what follows from it is not told apart"
    request.description, request.service = "Un robinet", service
    content.change(db.session, request, actor, ())
    assert (request.triage_minutes, request.triage_rule_id is not None) == (None, True)
    request.service = None
    content.change(db.session, request, actor, ())
    assert request.triage_rule_id is None


def test_what_was_proposed_outlives_its_rule_and_new_requests_follow_the_rules(only):
    rule = TriageRule(keywords="fuite", path=Path.CALLED, **WHY)
    only(rule)
    taken_up, fresh, other = new_request("Une fuite"), new_request("Une fuite"), new_request("Rien")
    give("mark_assessed", taken_up, make_user("office").actor)
    versions = [request.version for request in (taken_up, fresh, other)]
    rule.reason_fr, rule.keywords, rule.path = "autrement", "rien", Path.SHOPPED
    db.session.flush()
    assert triage.ask_again(db.session) == 2
    db.session.expire_all()
    assert (taken_up.triage_path, taken_up.triage_reason_fr) == (Path.CALLED, "parce que")
    assert (fresh.triage_path, other.triage_path, other.triage_reason_fr) == (None, Path.SHOPPED, "autrement")
    assert triage.ask_again(db.session) == 0
    db.session.delete(rule)
    db.session.flush()
    triage.ask_again(db.session)
    db.session.expire_all()
    assert (taken_up.triage_rule_id, taken_up.triage_path) == (None, Path.CALLED)
    assert other.triage_path is None
    assert versions == [request.version for request in (taken_up, fresh, other)], "nobody's page grows old by it"


def test_asking_again_takes_as_many_statements_for_many(only, monkeypatch):
    monkeypatch.setattr(triage, "BATCH", 3)
    monkeypatch.setattr(triage, "AT_MOST", 6)
    client, actor = make_client(), make_user("office").actor
    for _ in range(8):
        start("request", actor, client, drafts=(), description="Une fuite")
    only(TriageRule(keywords="fuite", **WHY))
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert triage.ask_again(db.session) == 6, "the newest, in batches"
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(statements) == 1 + 2 * 2


#: A path, and the one next step of a request in each state.
STEPS = {
    None: ("plan_assessment", None, "quote"),
    Path.QUOTED: ("plan_assessment", None, "quote"),
    Path.ASSESSED: ("plan_assessment", None, "job"),
    Path.AT_ONCE: ("plan_assessment", None, "invoice"),
    Path.SHOPPED: ("quote", None, "quote"),
    Path.CALLED: ("job", None, "job"),
}


@pytest.mark.parametrize("path", STEPS)
def test_the_next_step_is_the_first_of_the_path(context, path):
    request, actor = new_request(), make_user("office").actor
    request.triage_path = path
    states = (RequestStatus.NEW, RequestStatus.TO_ASSESS, RequestStatus.ASSESSED)
    for status, expected in zip(states, STEPS[path], strict=True):
        request.status = status
        steps = [command.name for command in available(request, actor) if command.is_next(request)]
        steps += [edge.name for edge in edges.edges_from(request, actor) if edge.is_next(request)]
        assert steps == ([expected] if expected else []), status


#: What the rules that come with the product propose.
FIRST_RULES = {
    "Fuite sous l’évier": "Plomberie",
    "The basement is flooded": "Plomberie",
    "Plus de chauffage depuis hier": "Chauffage",
    "No heat upstairs": "Chauffage",
    "Entretien annuel de la thermopompe": "Entretien",
    "Repeindre le mur d’une autre couleur": None,
}


@pytest.mark.parametrize("text", FIRST_RULES)
def test_the_rules_to_begin_with(context, text):
    assert new_request(text).triage_skill == FIRST_RULES[text]
