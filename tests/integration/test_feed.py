"""The calendar feed, read back by a library that did not write it."""

from datetime import UTC, date, datetime, timedelta

import pytest
import vobject

from sercom.core import clock
from sercom.core.base import db
from sercom.entities.planning.feed import find_feed, live_feed, renew, revoke
from sercom.models import Team
from sercom.workflow.recurring import Repeat, Unit
from tests.support import convert, give, make_client, make_user, start

NOON = datetime(2026, 10, 30, 16, tzinfo=UTC)


@pytest.fixture
def office(context):
    return make_user("office").actor


@pytest.fixture
def technician(context):
    return make_user("technician")


def plan(visit, office, begins: datetime, minutes: int = 90, **who) -> None:
    give("schedule", visit, office, starts_at=begins, ends_at=begins + timedelta(minutes=minutes), **who)


def read(app, owner, now: datetime = NOON) -> dict:
    """The events by UID, as a calendar program sees them."""
    feed = live_feed(db.session, owner) or renew(db.session, owner)
    with clock.at(now):
        answer = app.test_client().get(f"/calendar/{feed.token}.ics")
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert max(map(len, answer.data.split(b"\r\n"))) <= 75, "lines are folded"
    calendar = vobject.readOne(answer.text)
    return {event.uid.value: event for event in calendar.contents.get("vevent", [])}


@pytest.mark.parametrize(
    ("day", "hour", "minutes", "utc"),
    [
        ("2026-10-31", 8, 120, "12:00"),
        ("2026-11-01", 8, 120, "13:00"),  # the clocks went back in the night
        ("2027-03-14", 8, 60, "12:00"),  # and forward
        ("2026-11-02", 23, 120, "04:00"),  # over midnight
    ],
)
def test_an_event_is_where_the_visit_is(context, office, technician, day, hour, minutes, utc):
    visit = start("job", office).visits[0]
    begins = clock.from_company(date.fromisoformat(day), datetime.min.time().replace(hour=hour))
    plan(visit, office, begins, minutes, person=technician, instructions="Filtres; 2, « longs »\nSonner")
    (event,) = read(context, technician).values()
    assert (event.dtstart.value, event.dtend.value) == (begins, begins + timedelta(minutes=minutes))
    assert f"{event.dtstart.value.astimezone(UTC):%H:%M}" == utc
    assert event.summary.value.startswith(str(visit.case.client))
    assert visit.case.site.city in event.location.value
    assert "Filtres; 2, « longs »\nSonner" in event.description.value


@pytest.mark.parametrize("role", ["office", "owner", "technician", "team"])
def test_an_event_leads_to_the_page_of_whoever_reads_it(context, office, technician, role):
    visit, field = start("job", office).visits[0], role in {"technician", "team"}
    owner = Team(name="Équipe", members=[technician]) if role == "team" else make_user(role)
    db.session.add(owner)
    plan(visit, office, NOON, **{"team" if role == "team" else "person": owner})
    (event,) = read(context, owner).values()
    assert event.url.value.endswith(f"/field/visits/{visit.id}" if field else f"/admin/visits/details/?id={visit.id}")


def test_a_day_without_an_hour_is_a_whole_day(context, office, technician):
    visit = start("job", office).visits[0]
    day = date(2026, 11, 1)
    begins, ends = (clock.from_company(day, datetime.min.time().replace(hour=hour)) for hour in (8, 17))
    give("schedule", visit, office, starts_at=begins, ends_at=ends, any_time=True, person=technician)
    (event,) = read(context, technician).values()
    assert (event.dtstart.value, event.dtend.value) == (day, day + timedelta(days=1))


def test_what_moves_and_what_is_cancelled_is_told_to_whoever_knew_it(context, office, technician):
    visit, other = start("job", office).visits[0], start("job", office).visits[0]
    for each in (visit, other):
        plan(each, office, NOON, person=technician)
    before = read(context, technician)
    plan(visit, office, NOON + timedelta(days=1), person=technician)
    give("cancel", other, office)
    after = read(context, technician)
    assert before.keys() == after.keys()
    moved, gone = (next(u for u in after if u.startswith(f"visit-{each.id}-")) for each in (visit, other))
    assert after[moved].dtstart.value == NOON + timedelta(days=1)
    assert (after[moved].status.value, after[gone].status.value) == ("CONFIRMED", "CANCELLED")
    assert all(int(after[uid].sequence.value) > int(before[uid].sequence.value) for uid in after)


def test_a_series_is_as_many_events(context, office, technician):
    job = start("job", office)
    repeat = Repeat(date(2026, 11, 2), datetime.min.time().replace(hour=8), 60, 1, Unit.WEEK, times=3)
    give("repeat_visits", job, office, repeat=repeat, person=technician, confirm=True)
    events = read(context, technician).values()
    assert sorted(event.dtstart.value for event in events) == [visit.starts_at for visit in job.visits]


def test_a_team_and_its_members_see_the_teams_visits(context, office, technician):
    team = Team(name="Équipe Nord", members=[technician])
    db.session.add(team)
    plan(start("job", office).visits[0], office, NOON, team=team)
    assert len(read(context, team)) == len(read(context, technician)) == 1
    assert read(context, make_user("technician")) == {}


def test_what_lies_far_away_or_is_not_planned_is_left_out(context, office, technician):
    start("job", office)
    for days in (-40, 400):
        plan(start("job", office).visits[0], office, NOON + timedelta(days=days), person=technician)
    assert read(context, technician) == {}


def test_no_amount_is_told(context, office, technician):
    job = convert(start("request", office, make_client()), "job", office)
    plan(job.visits[0], office, NOON, person=technician)
    (event,) = read(context, technician).values()
    assert "$" not in event.serialize()


def test_an_unchanged_calendar_is_not_sent_again(context, office, technician):
    feed = renew(db.session, technician)
    client = context.test_client()
    first = client.get(f"/calendar/{feed.token}.ics")
    again = client.get(f"/calendar/{feed.token}.ics", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("spoil", ["revoked", "renewed", "left", "forged", "another", "junk"])
def test_an_address_that_is_none_any_more(context, technician, spoil):
    feed = renew(db.session, technician)
    token, client = feed.token, context.test_client()
    if spoil == "revoked":
        revoke(db.session, technician)
    elif spoil == "renewed":
        assert renew(db.session, technician).token != token
    elif spoil == "left":
        technician.active = False
    elif spoil == "forged":
        token = token[:10] + ("A" if token[10] != "A" else "B") + token[11:]
    elif spoil == "another":
        token = f"{feed.id + 1}-{token.partition('-')[2]}"
    else:
        token = "²-x"
    db.session.flush()
    assert find_feed(db.session, token) is None
    answers = [client.get(f"/calendar/{each}.ics") for each in (token, "0-nothing")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
