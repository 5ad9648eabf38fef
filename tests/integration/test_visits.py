"""The rules of a visit's own: its plan, its time, what follows it, what it does to its request."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sercom.core import clock
from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.core.errors import DomainError, NeedsConfirmationError
from sercom.entities.jobs.model import JobStatus
from sercom.entities.requests.model import CloseReason, RequestStatus
from sercom.entities.visits.model import VisitStatus
from sercom.models import Job, PartUsed, ServiceRequest, Team, Visit
from tests.support import convert, give, make_user, start

EIGHT = utcnow().replace(hour=13, minute=0, second=0, microsecond=0) + timedelta(days=1)
TEN = EIGHT + timedelta(hours=2)


@pytest.fixture
def office(context):
    return make_user("office").actor


@pytest.fixture
def technician(context):
    return make_user("technician")


def job_visit(office: Any) -> Visit:
    return start("job", office).visits[0]


def planned(visit: Visit, office: Any, technician: Any) -> Visit:
    give("schedule", visit, office, starts_at=EIGHT, ends_at=TEN, person=technician)
    return visit


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        ({"ends_at": EIGHT - timedelta(hours=1)}, "ends"),
        ({"ends_at": EIGHT}, "ends"),
        ({"person": None}, "person"),
        ({"person": "left"}, "person"),
        ({"ends_at": EIGHT + timedelta(hours=24, minutes=1)}, "ends"),
        ({"team": "empty"}, "team"),
    ],
)
@pytest.mark.parametrize("command", ["schedule", "plan_assessment"])
def test_a_plan_that_cannot_be(office, technician, command, plan, field):
    if plan.get("person") == "left":
        plan = {"person": make_user("technician", active=False)}
    if plan.get("team"):
        plan = {"team": Team(name="Équipe 1", members=[make_user("technician", active=False)])}
        db.session.add(plan["team"])
    subject = job_visit(office) if command == "schedule" else start("request", office)
    plan = {"starts_at": EIGHT, "ends_at": TEN, "person": technician} | plan
    point = db.session.begin_nested()
    with pytest.raises(DomainError) as refusal:
        give(command, subject, office, **plan)
    point.rollback()
    assert refusal.value.field == field
    assert subject.status.value in {"unscheduled", "new"}


def test_a_plan_keeps_who_when_and_what(office, technician):
    visit, team = job_visit(office), Team(name="Équipe 1", members=[technician])
    give(
        "schedule",
        visit,
        office,
        starts_at=EIGHT,
        ends_at=TEN,
        person=technician,
        team=team,
        any_time=True,
        instructions="Sonner à la porte arrière",
    )
    db.session.expire_all()
    assert (visit.starts_at, visit.ends_at, visit.any_time) == (EIGHT, TEN, True)
    assert (visit.person, visit.team.name) == (technician, "Équipe 1")
    assert visit.instructions == "Sonner à la porte arrière"


def test_planning_again_without_instructions_keeps_them(office, technician):
    visit = planned(start("job", office, instructions="Monter par le garage").visits[0], office, technician)
    team = Team(name="Équipe 1", members=[technician])
    give("schedule", visit, office, starts_at=EIGHT, ends_at=TEN, team=team, instructions=None)
    assert (visit.instructions, visit.person) == ("Monter par le garage", None)


def test_off_the_calendar(office, technician):
    visit = planned(job_visit(office), office, technician)
    give("unschedule", visit, office)
    assert (visit.starts_at, visit.ends_at) == (None, None)


def test_work_is_timed_by_the_clock_or_by_hand(office, technician):
    first, second = (planned(job_visit(office), office, technician) for _ in range(2))
    for visit in (first, second):
        give("start", visit, technician.actor)
        visit.started_at = visit.spans[0].started_at = utcnow() - timedelta(minutes=95, seconds=30)
    give("finish", first, technician.actor, findings="62 °C au collecteur")
    give("finish", second, technician.actor, minutes=60)
    assert (first.minutes, first.findings) == (95, "62 °C au collecteur")
    assert (second.minutes, second.findings) == (60, None)
    assert first.ended_at >= first.started_at


def test_a_clock_left_running_stops_at_a_day(office, technician):
    visit = planned(job_visit(office), office, technician)
    give("start", visit, technician.actor)
    visit.started_at = visit.spans[0].started_at = utcnow() - timedelta(days=3)
    give("finish", visit, technician.actor)
    assert visit.minutes == 1440


def test_a_pause_is_not_work(office, technician):
    visit, begin = planned(job_visit(office), office, technician), utcnow()
    for command, minutes in (("start", 0), ("pause", 30), ("start", 90), ("finish", 105)):
        with clock.at(begin + timedelta(minutes=minutes)):
            give(command, visit, technician.actor)
    assert (visit.minutes, visit.started_at, visit.ended_at) == (45, begin, begin + timedelta(minutes=105))
    assert [(span.ended_at - span.started_at).seconds // 60 for span in visit.spans] == [30, 15]


@pytest.mark.parametrize("minutes", [-1, 1441])
def test_minutes_are_within_a_day(office, technician, minutes):
    visit = planned(job_visit(office), office, technician)
    with pytest.raises(DomainError) as refusal:
        give("finish", visit, technician.actor, minutes=minutes)
    assert refusal.value.field == "minutes"


@pytest.mark.parametrize(
    ("command", "data"),
    [("leave_incomplete", {"reason": "parts", "findings": "Pompe à commander"}), ("client_absent", {})],
)
def test_what_did_not_finish_makes_a_follow_up(office, technician, command, data):
    job = start("job", office, instructions="Remplacer la pompe")
    visit = planned(job.visits[0], office, technician)
    give("start", visit, technician.actor)
    give(command, visit, technician.actor, **data)
    db.session.expire_all()
    _, follow_up = job.visits
    assert (follow_up.status, follow_up.follow_up_of_id) == (VisitStatus.UNSCHEDULED, visit.id)
    assert follow_up.instructions == data.get("findings", "Remplacer la pompe")
    assert (follow_up.person, follow_up.starts_at) == (None, None)
    assert visit.ended_at is not None


def test_finishing_the_assessment_assesses_the_request(office, technician):
    request = start("request", office, description="Bruit au démarrage")
    give("plan_assessment", request, office, starts_at=EIGHT, ends_at=TEN, person=technician)
    assessment = request.assessments[0]
    assert (assessment.instructions, assessment.is_assessment) == ("Bruit au démarrage", True)
    give("start", assessment, technician.actor)
    give("leave_incomplete", assessment, technician.actor, reason="access")
    assert request.status is RequestStatus.TO_ASSESS
    give("plan_assessment", request, office, starts_at=EIGHT, ends_at=TEN, person=technician)
    assert len(request.assessments) == 2, "the follow-up is planned, no third visit is made"
    give("finish", request.assessments[1], technician.actor)
    assert request.status is RequestStatus.ASSESSED


def test_finishing_a_visit_leaves_the_job_open(office, technician):
    job = start("job", office)
    give("finish", planned(job.visits[0], office, technician), technician.actor)
    assert job.status is JobStatus.OPEN


def test_closing_a_request_cancels_its_visits_and_reopening_finds_where_it_stood(office, technician):
    request = start("request", office)
    give("plan_assessment", request, office, starts_at=EIGHT, ends_at=TEN, person=technician)
    give("close", request, office, reason="lost")
    assert (request.assessments[0].status, request.close_reason) == (VisitStatus.CANCELLED, CloseReason.LOST)
    give("reopen", request, office)
    assert (request.status, request.close_reason) == (RequestStatus.NEW, None)
    give("plan_assessment", request, office, starts_at=EIGHT, ends_at=TEN, person=technician)
    give("finish", request.assessments[1], technician.actor)
    give("close", request, office, reason="spam")
    give("reopen", request, office)
    assert request.status is RequestStatus.ASSESSED


def test_completing_with_a_planned_visit_asks_first(office, technician):
    job = start("job", office)
    visit = planned(job.visits[0], office, technician)
    with pytest.raises(NeedsConfirmationError):
        give("complete", job, office)
    assert (job.status, visit.status) == (JobStatus.OPEN, VisitStatus.SCHEDULED)
    give("complete", job, office, confirm=True)
    assert (job.status, visit.status) == (JobStatus.DONE, VisitStatus.CANCELLED)
    assert job.done_at is not None
    give("reopen", job, office)
    assert job.done_at is None


def test_completing_with_nothing_planned_does_not_ask(office):
    job = start("job", office)
    give("complete", job, office)
    assert job.visits[0].status is VisitStatus.CANCELLED


def test_a_job_waits_for_a_reason(office):
    job = start("job", office)
    give("hold", job, office, reason="client")
    assert job.hold_reason.value == "client"
    give("resume", job, office)
    assert job.hold_reason is None
    give("hold", job, office, reason="parts")
    give("complete", job, office)
    assert job.hold_reason is None, "work that is done waits for nothing"


def test_cancelling_a_job_cancels_its_visits_unless_it_was_invoiced(office, technician):
    job = start("job", office)
    planned(job.visits[0], office, technician)
    invoice = convert(job, "invoice", office)
    with pytest.raises(DomainError):
        give("cancel", job, office)
    assert job.status is JobStatus.OPEN
    give("issue", invoice, office)
    give("void", invoice, office, reason="Essai")
    give("cancel", job, office)
    assert (job.status, job.visits[0].status) == (JobStatus.CANCELLED, VisitStatus.CANCELLED)


def test_a_part_goes_with_its_visit(office):
    visit = job_visit(office)
    visit.parts.append(PartUsed(description="Pompe", quantity=Decimal("1.5"), unit_price=Decimal("80.00")))
    db.session.flush()
    visit.parts.clear()
    db.session.flush()
    assert db.session.query(PartUsed).count() == 0
    assert db.session.query(Job).count() == 1
    assert db.session.query(ServiceRequest).count() == 0
