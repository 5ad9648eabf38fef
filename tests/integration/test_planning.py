"""What speaks against a plan, and what cannot be planned at all: on the company's clock, the changing days included."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from sercom.core import clock
from sercom.core.base import db
from sercom.core.errors import DomainError, NeedsConfirmationError
from sercom.entities.planning.model import Absence, AbsenceReason, Skill
from sercom.entities.requests.model import RequestStatus
from sercom.entities.visits.model import VisitStatus
from sercom.models import Service, ServiceRequest, Team, Visit
from sercom.workflow.availability import days_of, holiday, hours_on, next_start, without
from sercom.workflow.planning import Plan, concerns, overlaps
from sercom.workflow.transitions import run
from tests.planning import MONDAY, TORONTO
from tests.support import convert, give, make_user, start

pytestmark = pytest.mark.usefixtures("sunday")


def moment(day: date, hour: str) -> datetime:
    return clock.from_company(day, time.fromisoformat(hour))


def plan(day: date = MONDAY, starts: str = "09:00", ends: str = "11:00", after: int = 0, **who: Any) -> Plan:
    """A plan on ``day``; it ends ``after`` days later."""
    return Plan(moment(day, starts), moment(day + timedelta(days=after), ends), **who)


def away(user: Any, first: date, last: date | None = None, starts: str = "", ends: str = "", **columns: Any) -> Absence:
    absence = Absence(user=user, **columns)
    absence.take_time(
        first, last, time.fromisoformat(starts) if starts else None, time.fromisoformat(ends) if ends else None
    )
    db.session.add(absence)
    db.session.flush()
    return absence


def told(visit: Visit, planned: Plan) -> str:
    return " ".join(str(sentence) for sentence in concerns(db.session, visit, planned)).replace("\u00a0", " ")


# --- one thing at a time ----------------------------------------------------------------------------

USUAL, OFF = "Luc Roy travaille de 8 h 00 à 17 h 00", "Luc Roy ne travaille pas"
CASES: list[tuple[str, dict[str, Any], str]] = [
    ("a working morning", {}, ""),
    ("all of the usual day", {"starts": "08:00", "ends": "17:00"}, ""),
    ("before the day begins", {"starts": "07:45"}, f"{USUAL} le lundi 16 novembre 2026."),
    ("after the day ended", {"starts": "16:30", "ends": "17:15"}, f"{USUAL} le lundi 16 novembre 2026."),
    ("a Saturday", {"day": date(2026, 11, 21)}, f"{OFF} le samedi 21 novembre 2026."),
    ("any time of a Sunday", {"day": date(2026, 11, 22), "any_time": True}, f"{OFF} le dimanche 22 novembre 2026."),
    ("any time of a working day", {"starts": "00:00", "ends": "23:00", "any_time": True}, "La visite dure plus"),
    ("over midnight", {"starts": "16:00", "ends": "01:00", "after": 1}, f"{USUAL} le lundi 16 novembre 2026."),
    ("to midnight and no further", {"starts": "16:00", "ends": "00:00", "after": 1}, USUAL),
    ("Christmas", {"day": date(2026, 12, 25)}, "Vendredi 25 décembre 2026 est férié : Jour de Noël."),
    ("the national holiday", {"day": date(2027, 6, 24)}, "Fête nationale du Québec"),
    ("Patriots' day", {"day": date(2027, 5, 24)}, "Journée nationale des patriotes"),
    ("Canada Day", {"day": date(2027, 7, 1)}, "Fête du Canada"),
    ("Easter Monday is none", {"day": date(2027, 3, 29)}, ""),
    ("an ordinary June day", {"day": date(2027, 6, 25)}, ""),
    ("last week", {"day": date(2026, 11, 13)}, "Ce moment est déjà passé."),
    ("more than twelve hours", {"starts": "08:00", "ends": "20:15"}, "La visite dure plus de 12 heures."),
]


@pytest.mark.parametrize(("what", "changes", "sentence"), CASES, ids=[case[0] for case in CASES])
def test_what_speaks_against_a_time(office, luc, what, changes, sentence):
    found = told(start("job", office).visits[0], plan(**changes, person=luc))
    assert (sentence in found) if sentence else found == ""


@pytest.mark.parametrize(
    ("day", "starts", "ends", "hours"),
    [
        (date(2027, 3, 14), "00:30", "12:30", 11),  # clocks go forward: an hour less than it seems
        (date(2026, 11, 1), "00:30", "12:30", 13),  # and back: an hour more
        (date(2026, 11, 2), "00:30", "12:30", 12),
    ],
)
def test_length_is_time_that_passes(office, luc, day, starts, ends, hours):
    with clock.at(datetime(2026, 10, 1, tzinfo=TORONTO)):
        planned = plan(day, starts, ends, person=luc)
        assert (planned.ends_at - planned.starts_at) == timedelta(hours=hours)
        assert ("plus de 12 heures" in told(start("job", office).visits[0], planned)) is (hours > 12)


@pytest.mark.parametrize("day", [date(2027, 3, 14), date(2026, 11, 1)])
def test_hours_stand_on_the_wall_when_clocks_change(office, luc, day):
    luc.take_hours({day.weekday(): (time(8), time(17))})
    starts, ends = hours_on(luc, day) or (None, None)
    assert [clock.to_company(moment).time() for moment in (starts, ends)] == [time(8), time(17)]
    with clock.at(datetime(2026, 10, 1, tzinfo=TORONTO)):
        assert told(start("job", office).visits[0], plan(day, "08:00", "17:00", person=luc)) == ""


def test_own_hours_stand_instead_of_the_usual_ones(office, luc):
    luc.take_hours({0: (time(6), time(14)), 5: (time(9), time(12))})
    visit = start("job", office).visits[0]
    assert told(visit, plan(starts="06:00", ends="14:00", person=luc)) == ""
    assert told(visit, plan(date(2026, 11, 21), "09:00", "12:00", person=luc)) == ""
    assert "de 6 h 00 à 14 h 00" in told(visit, plan(starts="13:00", ends="15:00", person=luc))
    assert "ne travaille pas" in told(visit, plan(date(2026, 11, 17), person=luc))


ABSENCES: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"first": MONDAY}, {}, True),
    ({"first": date(2026, 11, 17)}, {}, False),
    ({"first": date(2026, 11, 10), "last": MONDAY}, {}, True),
    ({"first": date(2026, 11, 10), "last": date(2026, 11, 15)}, {}, False),
    ({"first": MONDAY, "starts": "10:00", "ends": "12:00"}, {}, True),
    ({"first": MONDAY, "starts": "11:00", "ends": "12:00"}, {}, False),
    ({"first": MONDAY, "starts": "07:00", "ends": "09:00"}, {}, False),
    ({"first": MONDAY, "starts": "13:00"}, {"starts": "16:00", "ends": "17:00"}, True),
    ({"first": MONDAY}, {"any_time": True}, True),
    ({"first": MONDAY, "starts": "08:00", "ends": "12:00"}, {"any_time": True}, False),  # the afternoon is left
]


@pytest.mark.parametrize("everybody", [False, True])
@pytest.mark.parametrize(("absence", "changes", "concerned"), ABSENCES)
def test_absences_speak_against_it(office, luc, absence, changes, concerned, everybody):
    away(None if everybody else luc, **absence, reason=AbsenceReason.SICK)
    away(make_user("technician"), MONDAY)
    found = told(start("job", office).visits[0], plan(**changes, person=luc))
    sentence = "L’entreprise est fermée à ce moment." if everybody else "Luc Roy est absent à ce moment : maladie."
    assert (found == sentence) if concerned else found == ""


def test_a_closing_is_told_once_for_a_team(office, luc):
    team = Team(name="Équipe 1", members=[luc, make_user("technician")])
    db.session.add(team)
    away(None, MONDAY, reason=AbsenceReason.CLOSED)
    assert told(start("job", office).visits[0], plan(team=team)) == "L’entreprise est fermée à ce moment."


# --- overlaps ---------------------------------------------------------------------------------------

OVERLAPS = [
    ("person", "person", {}, True),
    ("team", "person", {}, True),  # a member of the team that is there
    ("person", "team", {}, True),  # a team one of whose members is there
    ("team", "team", {}, True),
    ("person", "other", {}, False),
    ("person", "person", {"starts": "11:00", "ends": "12:00"}, False),
    ("person", "person", {"starts": "07:00", "ends": "09:00"}, False),
    ("person", "person", {"starts": "10:59", "ends": "12:00"}, True),
    ("person", "person", {"any_time": True}, False),
]


@pytest.mark.parametrize(("there", "planned", "changes", "concerned"), OVERLAPS)
def test_two_places_at_once(office, luc, there, planned, changes, concerned):
    team = Team(name="Équipe 1", members=[luc, make_user("technician")])
    db.session.add(team)
    who = {"person": {"person": luc}, "team": {"team": team}, "other": {"person": make_user("technician")}}
    first, second = (start("job", office).visits[0] for _count in range(2))
    at = plan()
    give("schedule", first, office, starts_at=at.starts_at, ends_at=at.ends_at, **who[there])
    wanted = plan(**changes, **who[planned])
    assert (overlaps(db.session, second, wanted) == [first]) is concerned
    assert (f"En même temps : {first.case.number}." in told(second, wanted)) is concerned
    assert first.case.number not in told(first, wanted), "a visit does not stand in its own way"
    first.any_time = True
    assert overlaps(db.session, second, wanted) == []
    first.any_time = False
    give("cancel", first, office)
    assert overlaps(db.session, second, wanted) == []


# --- where, and what it takes -----------------------------------------------------------------------


def test_a_case_without_an_address(office, luc):
    visit = start("job", office).visits[0]
    visit.case.site = None
    assert told(visit, plan(person=luc)) == "Le dossier n’a pas d’adresse de service."


def test_a_skill_that_one_of_them_has_is_enough(office, luc):
    gas, other = Skill(name_fr="Gaz", name_en="Gas"), make_user("technician", name="Ana Cruz")
    team = Team(name="Équipe 1", members=[luc, other])
    db.session.add(team)
    visit = start("job", office).visits[0]
    visit.skill = gas
    db.session.flush()
    assert told(visit, plan(person=luc)) == "La compétence « Gaz » manque : Luc Roy."
    assert told(visit, plan(team=team)) == "La compétence « Gaz » manque : Luc Roy, Ana Cruz."
    other.skills.append(gas)
    assert told(visit, plan(team=team)) == ""
    assert told(visit, plan(person=luc, team=team)) == ""


def test_somebody_who_left_a_team_does_not_count(office, luc):
    team = Team(name="Équipe 1", members=[luc, make_user("technician", active=False)])
    assert plan(team=team).people == [luc]


# --- the commands ask -------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["schedule", "plan_assessment"])
def test_a_plan_is_asked_about_and_goes_through(office, luc, command):
    subject = start("job", office).visits[0] if command == "schedule" else start("request", office)
    saturday = plan(date(2026, 11, 21), person=luc)
    data = {"starts_at": saturday.starts_at, "ends_at": saturday.ends_at, "person": luc}
    point = db.session.begin_nested()
    with pytest.raises(NeedsConfirmationError) as asked:
        run(db.session, command, subject, office, data)
    point.rollback()
    assert [str(each) for each in asked.value.points] == [
        "Luc Roy ne travaille pas le samedi\u00a021\u00a0novembre\u00a02026.".replace("\u00a0", " ")
    ]
    assert subject.status in {VisitStatus.UNSCHEDULED, RequestStatus.NEW}
    run(db.session, command, subject, office, data | {"confirm": True})
    assert subject.status in {VisitStatus.SCHEDULED, RequestStatus.TO_ASSESS}
    if command == "plan_assessment":
        db.session.expire(subject.case, ["visits"])
        assert len(subject.assessments) == 1


def test_nothing_is_asked_where_nothing_speaks_against_it(office, luc):
    visit, good = start("job", office).visits[0], plan(person=luc)
    data = {"starts_at": good.starts_at, "ends_at": good.ends_at, "person": luc}
    run(db.session, "schedule", visit, office, data)
    assert visit.status is VisitStatus.SCHEDULED


def test_what_cannot_be_is_refused_before_anything_is_asked(office, luc):
    visit, saturday = start("job", office).visits[0], plan(date(2026, 11, 21), ends="09:00", person=luc)
    data = {"starts_at": saturday.starts_at, "ends_at": saturday.ends_at, "person": luc}
    with pytest.raises(DomainError) as refused:
        run(db.session, "schedule", visit, office, data)
    assert refused.value.field == "ends"


# --- what planning starts from ----------------------------------------------------------------------


def asked(office: Any, **columns: Any) -> ServiceRequest:
    request = start("request", office)
    for name, value in columns.items():
        setattr(request, name, value)
    db.session.flush()
    return request


@pytest.mark.parametrize(("minutes", "expected"), [(None, None), (45, 45), (480, 480), (2880, 480)])
def test_a_visit_starts_from_triage_and_the_service(office, minutes, expected):
    gas = Skill(name_fr="Gaz", name_en="Gas")
    request = asked(office, service=Service(name_fr="Chauffage", name_en="Heating", skill=gas), triage_minutes=minutes)
    job = convert(request, "job", office)
    assert [(visit.expected_minutes, visit.skill) for visit in (Visit.open(request), job.visits[0])] == [
        (expected, gas),
        (expected, gas),
    ]


@pytest.mark.parametrize(("name", "found"), [("Gas", True), ("Gaz", True), ("Frigoriste", False)])
def test_the_skill_that_triage_names_goes_first(office, name, found):
    gas, pipes = Skill(name_fr="Gaz", name_en="Gas"), Skill(name_fr="Tuyaux", name_en="Pipes")
    db.session.add(gas)
    service = Service(name_fr="Chauffage", name_en="Heating", skill=pipes)
    request = asked(office, service=service, triage_skill=name)
    assert Visit.open(request).skill is (gas if found else pipes)


def test_a_job_without_a_request_expects_nothing(office):
    visit = start("job", office).visits[0]
    assert (visit.expected_minutes, visit.skill) == (None, None)


def test_a_follow_up_needs_what_the_visit_needed(office, luc):
    visit = start("job", office).visits[0]
    visit.skill, visit.expected_minutes = Skill(name_fr="Gaz", name_en="Gas"), 90
    at = plan(person=luc)
    give("schedule", visit, office, starts_at=at.starts_at, ends_at=at.ends_at, person=luc)
    follow_up = visit.client_absent(luc.actor)
    assert (follow_up.skill, follow_up.expected_minutes) == (visit.skill, 90)


# --- reckoning --------------------------------------------------------------------------------------


def test_days_end_at_the_companys_midnight(context):
    assert list(days_of(moment(MONDAY, "23:00"), moment(date(2026, 11, 17), "00:00"))) == [MONDAY]
    assert list(days_of(moment(MONDAY, "23:00"), moment(date(2026, 11, 17), "00:01"))) == [MONDAY, date(2026, 11, 17)]


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ([], [(8, 17)]),
        ([(8, 17)], []),
        ([(7, 18)], []),
        ([(10, 11), (9, 12)], [(8, 9), (12, 17)]),
        ([(17, 18), (7, 8)], [(8, 17)]),
        ([(16, 20), (8, 9)], [(9, 16)]),
    ],
)
def test_what_is_left_of_a_time(context, taken, left):
    def at(hours: tuple[int, int]) -> Any:
        return tuple(datetime(2026, 11, 16, hour, tzinfo=TORONTO) for hour in hours)

    assert without(at((8, 17)), [at(hours) for hours in taken]) == [at(hours) for hours in left]


def test_holidays_speak_the_readers_language(context):
    assert holiday(date(2026, 12, 25)) == "Jour de Noël"
    assert holiday(date(2026, 12, 28)) is None


@pytest.mark.parametrize(
    ("first", "last", "starts", "ends", "field"),
    [
        (MONDAY, date(2026, 11, 15), None, None, "last"),
        (MONDAY, None, time(12), time(12), "ends"),
        (MONDAY, MONDAY, time(12), time(9), "ends"),
    ],
)
def test_an_absence_ends_after_it_starts(context, first, last, starts, ends, field):
    with pytest.raises(DomainError) as refused:
        Absence().take_time(first, last, starts, ends)
    assert refused.value.field == field


@pytest.mark.parametrize("day", [MONDAY, date(2026, 11, 1), date(2027, 3, 14)])
def test_an_absence_of_whole_days_reads_back(context, day):
    absence = away(None, day, day + timedelta(days=1))
    assert (absence.first, absence.last, absence.starts, absence.ends) == (day, day + timedelta(days=1), None, None)
    half = away(None, day, None, "08:00", "12:00")
    assert (half.first, half.last, half.starts, half.ends) == (day, day, time(8), time(12))


@pytest.mark.parametrize(
    ("now", "minutes", "begins"),
    [
        ("2026-11-16T06:10", 60, "2026-11-16T08:00"),
        ("2026-11-16T10:30", 60, "2026-11-16T10:30"),
        ("2026-11-16T10:31", 60, "2026-11-16T11:00"),
        ("2026-11-16T15:40", 60, "2026-11-16T16:00"),
        ("2026-11-16T15:40", 90, "2026-11-17T08:00"),  # not before they go home
        ("2026-11-20T17:00", 60, "2026-11-23T08:00"),  # a Friday evening
        ("2026-11-21T10:00", 60, "2026-11-23T08:00"),
        ("2026-12-24T16:30", 60, "2026-12-28T08:00"),  # Christmas is a Friday
        ("2026-11-01T00:40", 60, "2026-11-02T08:00"),  # the clocks change
    ],
)
def test_a_form_begins_with_the_next_sensible_time(context, now, minutes, begins):
    with clock.at(datetime.fromisoformat(now).replace(tzinfo=TORONTO)):
        assert f"{next_start(minutes):%Y-%m-%dT%H:%M}" == begins
