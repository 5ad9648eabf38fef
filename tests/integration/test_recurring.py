"""Visits that come again: the days of a rule, the clock of each day, one end for all."""

from datetime import UTC, date, datetime, time
from itertools import islice

import pytest

from sercom.core import clock
from sercom.core.base import db
from sercom.core.errors import DomainError, NeedsConfirmationError
from sercom.entities.visits.model import VisitStatus
from sercom.models import JournalEntry, VisitSeries
from sercom.workflow.recurring import MAX_VISITS, Repeat, Unit, days_of, moments
from sercom.workflow.transitions import available
from tests.support import counting, give, make_user, start

NINE = time(9)


@pytest.fixture
def office(context):
    return make_user("office").actor


@pytest.fixture
def technician(context):
    return make_user("technician")


def every(number: int, unit: Unit, first: date, **ends) -> Repeat:
    return Repeat(first, NINE, 120, number, unit, **ends)


@pytest.mark.parametrize(
    ("repeat", "days"),
    [
        (every(1, Unit.WEEK, date(2027, 3, 1), times=3), ["2027-03-01", "2027-03-08", "2027-03-15"]),
        (every(2, Unit.WEEK, date(2026, 12, 28), until=date(2027, 1, 25)), ["2026-12-28", "2027-01-11", "2027-01-25"]),
        (every(1, Unit.MONTH, date(2027, 1, 31), times=4), ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        (every(6, Unit.MONTH, date(2027, 8, 31), times=3), ["2027-08-31", "2028-02-29", "2028-08-31"]),
        (every(1, Unit.MONTH, date(2027, 1, 28), times=3), ["2027-01-28", "2027-02-28", "2027-03-28"]),
        (every(1, Unit.YEAR, date(2028, 2, 29), times=3), ["2028-02-29", "2029-02-28", "2030-02-28"]),
        (every(1, Unit.YEAR, date(2027, 5, 31), times=2), ["2027-05-31", "2028-05-31"]),
        (every(1, Unit.YEAR, date(2027, 5, 3), until=date(2029, 5, 3)), ["2027-05-03", "2028-05-03", "2029-05-03"]),
        (every(1, Unit.YEAR, date(2027, 5, 3), until=date(2027, 1, 1)), []),
    ],
)
def test_days(repeat, days):
    assert [day.isoformat() for day in days_of(repeat.rule, repeat.first_day)] == days


def test_a_rule_without_an_end_stops_at_the_horizon():
    days = list(islice(days_of("FREQ=YEARLY;INTERVAL=1", date(2027, 5, 3)), 100))
    assert (days[0], days[-1]) == (date(2027, 5, 3), date(2037, 5, 3))


@pytest.mark.parametrize(
    ("day", "starts", "utc"),
    [
        (date(2026, 3, 7), time(8), "2026-03-07 13:00"),
        (date(2026, 3, 8), time(8), "2026-03-08 12:00"),
        (date(2026, 3, 8), time(2, 30), "2026-03-08 07:30"),  # an hour that is skipped: half past three
        (date(2026, 11, 1), time(1, 30), "2026-11-01 05:30"),  # an hour that comes twice: the first
        (date(2026, 11, 1), time(8), "2026-11-01 13:00"),
        (date(2026, 7, 1), time(23, 30), "2026-07-02 03:30"),  # over midnight
    ],
)
def test_the_hour_is_the_companys(context, day, starts, utc):
    begins, ends = moments(day, starts, 90)
    assert f"{begins:%Y-%m-%d %H:%M}" == utc
    assert (ends - begins).total_seconds() == 90 * 60


def test_a_series_keeps_its_hour_across_the_change_of_clocks(office, technician):
    job = start("job", office)
    repeat = Repeat(date(2027, 3, 10), NINE, 60, 1, Unit.WEEK, times=2)
    with clock.at(datetime(2027, 1, 4, 15, tzinfo=UTC)):
        give("repeat_visits", job, office, repeat=repeat, person=technician, confirm=True)
    assert [clock.to_company(visit.starts_at).time() for visit in job.visits] == [NINE, NINE]
    assert [visit.starts_at.hour for visit in job.visits] == [14, 13]


def test_the_visit_that_waits_is_the_first(office, technician):
    job = start("job", office)
    (waiting,) = job.visits
    repeat = every(1, Unit.YEAR, date(2027, 5, 3), times=5)
    give("repeat_visits", job, office, repeat=repeat, person=technician, instructions="Filtres", confirm=True)
    visits = job.visits
    assert (len(visits), visits[0]) == (5, waiting)
    assert {(visit.status, visit.person, visit.instructions, visit.series) for visit in visits} == {
        (VisitStatus.SCHEDULED, technician, "Filtres", db.session.query(VisitSeries).one())
    }
    assert visits[0].series.rule == "FREQ=YEARLY;INTERVAL=1;COUNT=5"


def test_the_journal_tells_the_rule_and_each_visit(office, technician):
    job = start("job", office)
    give("repeat_visits", job, office, repeat=every(1, Unit.YEAR, date(2027, 5, 3), times=3), person=technician)
    give("end_series", job.visits[1], office)
    entries = db.session.query(JournalEntry).filter(JournalEntry.event.in_(("repeat_visits", "end_series"))).all()
    told = sorted((entry.event, (entry.subject_type, entry.subject_id) == ("job", job.id)) for entry in entries)
    assert told[:2] == [("end_series", False), ("end_series", False)]
    assert ("repeat_visits", True) in told


@pytest.mark.parametrize(
    ("ends", "field"),
    [({"times": 1}, "times"), ({"until": date(2027, 5, 10)}, "until"), ({"times": MAX_VISITS + 1}, "until")],
)
def test_what_is_no_series(office, technician, ends, field):
    job = start("job", office)
    with pytest.raises(DomainError) as refused:
        give("repeat_visits", job, office, repeat=every(2, Unit.WEEK, date(2027, 5, 3), **ends), person=technician)
    assert refused.value.field == field


def test_what_speaks_against_a_day_is_asked_with_the_day(office, technician):
    other = start("job", office).visits[0]
    other.person, (other.starts_at, other.ends_at) = technician, moments(date(2027, 5, 10), time(10), 60)
    other.status = VisitStatus.SCHEDULED
    db.session.flush()
    job = start("job", office)
    repeat = every(1, Unit.WEEK, date(2027, 5, 3), times=3)
    with pytest.raises(NeedsConfirmationError) as asked, db.session.begin_nested():
        give("repeat_visits", job, office, repeat=repeat, person=technician)
    assert other.case.number in str(asked.value)
    assert "2027-05-10" in str(asked.value)


def test_sixty_visits_ask_no_more_than_two(context, office, technician):
    def asked(times: int) -> int:
        job = start("job", office)
        db.session.flush()
        repeat = every(1, Unit.WEEK, date(2027, 5, 3), times=times)
        with counting(db.engine) as statements:
            give("repeat_visits", job, office, repeat=repeat, person=technician, confirm=True)
        return sum(statement.startswith("SELECT") for statement in statements)

    asked(2)
    assert asked(2) == asked(MAX_VISITS) <= 25


def test_the_rest_of_a_series_is_cancelled_at_once(office, technician):
    job = start("job", office)
    repeat = every(1, Unit.WEEK, date(2027, 5, 3), times=4)
    give("repeat_visits", job, office, repeat=repeat, person=technician, confirm=True)
    give("start", job.visits[3], technician.actor)
    give("end_series", job.visits[1], office)
    assert [visit.status.value for visit in job.visits] == ["scheduled", "cancelled", "cancelled", "in_progress"]
    assert job.visits[0].series.ended_at is not None
    assert "end_series" not in {command.name for command in available(job.visits[0], office)}
