"""Taking a conversion back: while its target is fresh, and never later."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from sercom.core.access import Actor
from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, ForbiddenError
from sercom.core.journal import JournalEntry
from sercom.entities.files.photos import Photo
from sercom.entities.files.store import add_photo
from sercom.entities.quotes.model import QuoteStatus
from sercom.entities.visits.model import VisitStatus
from sercom.models import Conversion, Document, DocumentTax, Line, Visit
from sercom.workflow import edges
from sercom.workflow.edges import EDGES
from tests.support import convert, give, make_user, start

APPROVAL = {"channel": "phone", "name": "Julie Tremblay"}
EACH_EDGE = pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.source.__tablename__}-{edge.name}")


@pytest.fixture
def office(context):
    return make_user("office").actor


def made(source: str, target: str, office: Any) -> Any:
    return convert(start(source, office), target, office, approval=APPROVAL)


def undo(target: Any, actor: Any, **options: Any) -> Any:
    """Undo in the open session, and forget what it had loaded of the case."""
    source = edges.undo(db.session, target, actor, **options)
    db.session.expire_all()
    return source


def planned(visit: Any, office: Any) -> Any:
    begins = utcnow() + timedelta(hours=1)
    plan = {"starts_at": begins, "ends_at": begins + timedelta(hours=1), "person": make_user("technician")}
    give("schedule", visit, office, **plan)
    return visit


@EACH_EDGE
def test_a_fresh_target_goes_and_the_source_stands_as_before(office, edge):
    source = start(edge.source.__tablename__, office)
    before = (source.number, source.total, source.title, len(source.lines))
    target = convert(source, edge.name, office, approval=APPROVAL)
    status, case, target_id = source.status, source.case, target.id
    assert edges.can_undo(target, office)
    assert undo(target, office) is source
    assert (source.status, source.conversions, case.documents) == (status, [], [source])
    assert (source.number, source.total, source.title, len(source.lines)) == before
    for model, column in (
        (Document, Document.id),
        (Line, Line.document_id),
        (DocumentTax, DocumentTax.document_id),
        (Visit, Visit.document_id),
        (Conversion, Conversion.target_id),
    ):
        assert db.session.scalars(select(model).where(column == target_id)).all() == []


@EACH_EDGE
def test_the_source_converts_again_without_a_question_and_under_a_new_number(office, edge):
    source = start(edge.source.__tablename__, office)
    first = convert(source, edge.name, office, approval=APPROVAL)
    numbers = [first.number]
    undo(first, office)
    again = convert(source, edge.name, office, confirm=edge.name == "invoice" and source.kind.value == "request")
    numbers.append(again.number)
    letter = {"quote": "S", "job": "J"}.get(edge.name)
    case = source.case.number
    assert numbers == ([f"{case}-{letter}", f"{case}-{letter}2"] if letter else [None, None])


def test_the_approval_recorded_on_the_way_stays(office):
    job = made("quote", "job", office)
    quote = undo(job, office)
    assert (quote.status, quote.approval.name) == (QuoteStatus.APPROVED, "Julie Tremblay")


def test_photos_and_the_journal_stay_with_the_case(office):
    job = made("request", "job", office)
    photo = Photo(data=b"jpeg", thumbnail=b"small", width=4, height=3)
    file = add_photo(
        db.session, job.case, photo, office, name="pompe.jpg", document_id=job.id, visit_id=job.visits[0].id
    )
    label = str(job)
    source = undo(job, office)
    assert [(kept.name, kept.document_id, kept.visit_id) for kept in source.case.files] == [("pompe.jpg", None, None)]
    assert file.content.data == b"jpeg"
    entries = db.session.scalars(
        select(JournalEntry).where(JournalEntry.case_id == source.case_id).order_by(JournalEntry.id)
    ).all()
    assert [(entry.event, entry.subject_label) for entry in entries if "conver" in entry.event] == [
        ("converted", str(source)),
        ("conversion_undone", label),
    ]
    assert entries[-1].changes == {"source": [str(source), None]}


#: Why a conversion can no longer be undone; each makes the target of one.
TOO_LATE: dict[str, Callable[[Any], Any]] = {}


def too_late(build: Callable[[Any], Any]) -> Callable[[Any], Any]:
    TOO_LATE[build.__name__] = build
    return build


@too_late
def not_made_by_a_conversion(office: Any) -> Any:
    return start("job", office)


@too_late
def sent(office: Any) -> Any:
    quote = made("request", "quote", office)
    give("mark_sent", quote, office)
    return quote


@too_late
def sent_then_revised(office: Any) -> Any:
    quote = sent(office)
    give("revise", quote, office)
    return quote


@too_late
def archived(office: Any) -> Any:
    quote = made("request", "quote", office)
    give("archive", quote, office)
    return quote


@too_late
def on_hold(office: Any) -> Any:
    job = made("quote", "job", office)
    give("hold", job, office, reason="parts")
    return job


@too_late
def done(office: Any) -> Any:
    job = made("quote", "job", office)
    give("complete", job, office)
    return job


@too_late
def invoiced(office: Any) -> Any:
    job = made("quote", "job", office)
    convert(job, "invoice", office)
    return job


@too_late
def issued(office: Any) -> Any:
    invoice = made("job", "invoice", office)
    give("issue", invoice, office)
    return invoice


@too_late
def void(office: Any) -> Any:
    invoice = issued(office)
    give("void", invoice, office, reason="Essai")
    return invoice


def visited(*commands: str) -> Callable[[Any], Any]:
    """A job whose visit went through ``commands``."""

    def build(office: Any) -> Any:
        job = made("request", "job", office)
        visit = planned(job.visits[0], office)
        for command in commands:
            give(command, visit, office, **({"reason": "parts"} if command == "leave_incomplete" else {}))
        return job

    return build


TOO_LATE |= {
    "somebody on the way": visited("leave"),
    "work in progress": visited("start"),
    "a visit done": visited("finish"),
    "a visit incomplete": visited("start", "leave_incomplete"),
    "the client absent": visited("client_absent"),
}


@pytest.mark.parametrize("case", TOO_LATE)
def test_too_late(office, case):
    target = TOO_LATE[case](office)
    documents = len(target.case.documents)
    assert not edges.can_undo(target, office)
    with pytest.raises(ConflictError) as refusal:
        undo(target, office)
    assert str(refusal.value)
    db.session.expire_all()
    assert len(target.case.documents) == documents


@pytest.mark.parametrize("commands", [(), ("unschedule",), ("cancel",)])
def test_a_visit_that_never_started_is_no_hindrance(office, commands):
    job = visited(*commands)(office)
    assert job.visits[0].status in {VisitStatus.SCHEDULED, VisitStatus.UNSCHEDULED, VisitStatus.CANCELLED}
    undo(job, office)


def test_who_and_which_version(office):
    target = made("job", "invoice", office)
    for actor in (make_user("technician").actor, make_user("accountant").actor, Actor("Julie Tremblay")):
        assert not edges.can_undo(target, actor)
        with pytest.raises(ForbiddenError):
            undo(target, actor)
    with pytest.raises(ConflictError):
        undo(target, office, version=target.version - 1)
    undo(target, make_user("owner").actor, version=target.version)
