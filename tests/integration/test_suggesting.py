"""Who is proposed for a visit, and which visits for a time left free: never somebody busy, away or unskilled."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sercom.core import clock
from sercom.core.base import db
from sercom.entities.planning.model import Absence, Skill
from sercom.models import Team, Visit
from sercom.workflow.planning import Plan, concerns
from sercom.workflow.suggesting import FAR, NEAR, SAME_ZONE, Need, fill_gap, freed, nearness, suggest
from tests.planning import MONDAY, TORONTO
from tests.support import counting, give, make_client, make_user, start

pytestmark = pytest.mark.usefixtures("sunday")
ZONES = ("H7L 1M3", "H7L 4M5", "H7W 2B9", "J7E 3H6")


def moment(hour: float, day: date = MONDAY) -> datetime:
    return clock.from_company(day, time(int(hour), int(hour % 1 * 60)))


def visit_at(office: Any, postal_code: str = "H7L 1M3", **columns: Any) -> Visit:
    """A visit to plan, of a job there."""
    client = make_client()
    client.sites[0].postal_code = postal_code
    visit = start("job", office, client).visits[0]
    for name, value in columns.items():
        setattr(visit, name, value)
    db.session.flush()
    return visit


def planned(office: Any, starts: float, ends: float, postal_code: str = "H7L 1M3", **who: Any) -> Visit:
    visit = visit_at(office, postal_code)
    give("schedule", visit, office, starts_at=moment(starts), ends_at=moment(ends), **who)
    return visit


def names(found: list[Any]) -> list[str]:
    return [candidate.person.name for candidate in found]


def words(text: str) -> str:
    return text.replace("\u00a0", " ")


# --- nearness ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "others", "near"),
    [
        ("H7L", {"J7E", "H7L"}, SAME_ZONE),
        ("H7L", {"H7W"}, NEAR),
        ("H7L", {"H2S", "J7L"}, FAR),
        ("H7L", set(), FAR),
        ("", {"H7L"}, FAR),
        ("", set(), FAR),
    ],
)
def test_near_is_told_by_postal_codes(zone, others, near):
    assert nearness(zone, others) == near


# --- who could go -----------------------------------------------------------------------------------


def test_the_nearest_comes_first_then_the_soonest(office, luc):
    near, far = make_user("technician", name="Ana Cruz"), make_user("technician", name="Bo Lam")
    planned(office, 8, 10, "H7L 4M5", person=luc)
    planned(office, 8, 9, "H7W 2B9", person=near)
    planned(office, 13, 14, "J7E 3H6", person=far)
    found = suggest(db.session, Need.of(visit_at(office, expected_minutes=90)), MONDAY)
    assert [(one.person.name, one.nearness) for one in found] == [("Luc Roy", 0), ("Ana Cruz", 1), ("Bo Lam", 2)]
    assert (found[0].starts_at, found[0].ends_at) == (moment(10), moment(11.5))
    assert [words(one.reason) for one in found] == [
        "libre de 10 h 00 à 17 h 00, déjà à H7L ce jour-là",
        "libre de 9 h 00 à 17 h 00, tout près ce jour-là, à H7W",
        "libre de 8 h 00 à 13 h 00",
    ]


def test_the_skill_is_said_and_asked_for(office, luc):
    gas = Skill(name_fr="Gaz", name_en="Gas")
    make_user("technician")
    visit = visit_at(office, skill=gas)
    assert suggest(db.session, Need.of(visit), MONDAY) == []
    luc.skills.append(gas)
    db.session.flush()
    (one,) = suggest(db.session, Need.of(visit), MONDAY)
    assert (one.person, words(one.reason)) == (luc, "libre de 8 h 00 à 17 h 00, a la compétence Gaz")


def test_only_who_goes_to_clients_is_proposed(office, luc):
    owner, _clerk = make_user("owner", name="Zoé Gil"), make_user("accountant")
    make_user("technician", active=False)
    need = Need.of(visit_at(office))
    assert names(suggest(db.session, need, MONDAY)) == ["Luc Roy"]
    db.session.add(Team(name="Équipe 1", members=[owner]))
    db.session.flush()
    assert names(suggest(db.session, need, MONDAY)) == ["Luc Roy", "Zoé Gil"]


def test_a_planned_visit_does_not_stand_in_its_own_way(office, luc):
    visit = planned(office, 8, 17, person=luc)
    (one,) = suggest(db.session, Need.of(visit), MONDAY)
    assert (one.starts_at, one.ends_at) == (moment(8), moment(17))


def test_nothing_is_proposed_in_the_past(office, luc):
    need = Need.of(visit_at(office))
    with clock.at(datetime(2026, 11, 16, 14, 7, tzinfo=TORONTO)):
        (one,) = suggest(db.session, need, MONDAY)
        assert one.starts_at == moment(14.25)
    with clock.at(datetime(2026, 11, 16, 16, 20, tzinfo=TORONTO)):
        assert suggest(db.session, need, MONDAY) == []


def test_six_at_most_over_several_days(office):
    for _count in range(4):
        make_user("technician")
    found = suggest(db.session, Need.of(visit_at(office)), MONDAY, 7)
    assert len(found) == 6
    assert {clock.to_company(one.starts_at).date() for one in found} == {MONDAY, MONDAY + timedelta(days=1)}


def test_an_assessment_is_suggested_before_it_is_there(office, luc):
    request = start("request", office, triage_minutes=120)
    request.triage_minutes = 120
    (one,) = suggest(db.session, Need.of_request(request), MONDAY)
    assert one.ends_at - one.starts_at == timedelta(minutes=120)
    visit = Visit.open(request)
    visit.expected_minutes = 45
    db.session.flush()
    db.session.expire(request.case, ["visits"])
    assert Need.of_request(request) == Need.of(visit)
    assert request.case.visits == [visit], "asking makes no visit"


hours = st.tuples(st.integers(28, 72), st.integers(1, 24)).map(lambda at: (at[0] / 4, (at[0] + at[1]) / 4))
DAY = st.fixed_dictionaries(
    {
        "visits": st.lists(st.tuples(st.integers(0, 3), hours, st.sampled_from(ZONES), st.booleans()), max_size=5),
        "absences": st.lists(st.tuples(st.sampled_from([None, 0, 1, 2]), hours), max_size=3),
        "hours": st.lists(st.tuples(st.integers(0, 2), hours), max_size=2),
        "minutes": st.integers(1, 480),
        "skilled": st.sets(st.integers(0, 2)),
        "asks": st.booleans(),
        "zone": st.sampled_from(ZONES),
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=DAY)
def test_nothing_speaks_against_what_is_proposed(office, day):
    """Whatever the day looks like: no overlap, no absence, no missing skill, within the hours; the nearest first."""
    point = db.session.begin_nested()
    gas = Skill(name_fr="Gaz", name_en="Gas")
    people = [make_user("technician", skills=[gas] if number in day["skilled"] else []) for number in range(3)]
    team = Team(name="Équipe", members=people[:2])
    db.session.add_all([gas, team])
    for who, (starts, ends), zone, any_time in day["visits"]:
        at = {"team": team} if who == 3 else {"person": people[who]}
        planned(office, starts, min(ends, 23.75), zone, **at).any_time = any_time
    for who, (starts, ends) in day["absences"]:
        user = None if who is None else people[who]
        db.session.add(Absence(user=user, starts_at=moment(starts), ends_at=moment(min(ends, 23.75))))
    for who, (starts, ends) in day["hours"]:
        people[who].take_hours({0: (time(int(starts), 0), time(min(int(ends) + 1, 23), 0))})
    visit = visit_at(office, day["zone"], skill=gas if day["asks"] else None, expected_minutes=day["minutes"])
    found = suggest(db.session, Need.of(visit), MONDAY)
    for one in found:
        assert one.ends_at - one.starts_at == timedelta(minutes=day["minutes"])
        assert concerns(db.session, visit, Plan(one.starts_at, one.ends_at, one.person)) == []
    assert len({one.person.id for one in found}) == len(found)
    assert [one.nearness for one in found] == sorted(one.nearness for one in found)
    point.rollback()


def test_the_number_of_queries_is_constant(office):
    def asked(people: int) -> int:
        for _count in range(people):
            planned(office, 9, 10, person=make_user("technician"))
        need = Need.of(visit_at(office))
        db.session.flush()
        db.session.expire_all()
        with counting(db.engine) as statements:
            suggest(db.session, need, MONDAY, 7)
        return len(statements)

    assert asked(2) == asked(9) <= 12


# --- what could take a time left free ---------------------------------------------------------------


def gap(office: Any, luc: Any, starts: float = 9, ends: float = 11, command: str = "cancel", **columns: Any) -> Visit:
    visit = planned(office, starts, ends, person=luc)
    for name, value in columns.items():
        setattr(visit, name, value)
    give(command, visit, office)
    return visit


@pytest.mark.parametrize("command", ["cancel", "unschedule"])
def test_a_time_left_free_is_known(office, luc, command):
    visit = gap(office, luc, command=command)
    assert freed(db.session, visit) == Plan(moment(9), moment(11), luc)
    with clock.at(moment(11)):
        assert freed(db.session, visit) is None


@pytest.mark.parametrize("status", ["never planned", "planned again", "cancelled before it was planned"])
def test_nothing_was_left_free(office, luc, status):
    visit = visit_at(office)
    if status == "planned again":
        visit = gap(office, luc, command="unschedule")
        give("schedule", visit, office, starts_at=moment(9), ends_at=moment(11), person=luc)
    elif status != "never planned":
        give("cancel", visit, office)
    assert freed(db.session, visit) is None
    assert fill_gap(db.session, visit) == []


@pytest.mark.parametrize("command", ["cancel", "unschedule"])
def test_visits_of_the_zone_that_fit_are_proposed(office, luc, command):
    gas = Skill(name_fr="Gaz", name_en="Gas")
    luc.skills.append(gas)
    wanted = [
        visit_at(office, "H7L 4M5", expected_minutes=120, skill=gas),
        visit_at(office, "H7L 1M3", expected_minutes=45),
        visit_at(office, "H7W 2B9", expected_minutes=60),
    ]
    visit_at(office, "H7L 4M5", expected_minutes=121)  # too long
    visit_at(office, "H7L 4M5", skill=Skill(name_fr="Drains", name_en="Drains"))  # not the skill
    visit_at(office, "J7E 3H6")  # too far
    on_hold = visit_at(office, "H7L 4M5")
    give("hold", on_hold.document, office, reason="parts")
    found = fill_gap(db.session, gap(office, luc, command=command))
    assert [one.visit for one in found] == wanted
    assert (found[0].plan.starts_at, found[0].plan.ends_at) == (moment(9), moment(11))
    assert [words(one.reason) for one in found] == [
        "à H7L, comme les visites de ce jour-là, prend 2 h sur 2 h, demande la compétence Gaz",
        "à H7L, comme les visites de ce jour-là, prend 45 min sur 2 h",
        "tout près, à H7W, prend 1 h sur 2 h",
    ]


def test_what_was_planned_into_the_gap_is_no_gap_any_more(office, luc):
    visit_at(office, expected_minutes=60)
    visit = gap(office, luc)
    planned(office, 9.5, 10.5, person=luc)
    assert fill_gap(db.session, visit) == []
    assert [one.plan.starts_at for one in fill_gap(db.session, gap(office, luc, 13, 17))] == [moment(13)]


def test_a_team_is_free_when_all_of_it_is(office, luc):
    team = Team(name="Équipe 1", members=[luc, make_user("technician", name="Ana Cruz")])
    db.session.add(team)
    db.session.flush()
    visit_at(office, expected_minutes=60)
    visit = planned(office, 9, 11, team=team)
    give("cancel", visit, office)
    planned(office, 9, 9.5, person=luc)
    assert [(one.plan.starts_at, one.plan.ends_at) for one in fill_gap(db.session, visit)] == [
        (moment(9.5), moment(10.5))
    ]
    planned(office, 10, 10.5, person=team.members[1])
    assert fill_gap(db.session, visit) == []


def test_an_address_that_nobody_gave_is_near_to_nothing(office, luc):
    visit = gap(office, luc)
    visit.case.site = None
    visit_at(office)
    assert fill_gap(db.session, visit) == []
