"""Where a document stands, by its status, its links, the calendar and the ledger; told by the database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import inspect, select

from sercom.core import clock
from sercom.core.base import db
from sercom.entities.credits.model import CreditNoteStage
from sercom.entities.documents.thread import thread_of_case
from sercom.entities.invoices.model import InvoiceStage
from sercom.entities.jobs.model import JobStage
from sercom.entities.ledger.model import Method
from sercom.entities.quotes.model import QuoteStage
from sercom.entities.requests.model import RequestStage
from sercom.workflow import edges, payments
from tests.support import HUNDRED, convert, credit, give, make_user, start

TORONTO = ZoneInfo("America/Toronto")
#: A quarter past eleven in the evening of July 1 in Québec: July 2 already in UTC.
NOW = datetime(2026, 7, 1, 23, 15, tzinfo=TORONTO)
APPROVAL = {"channel": "phone", "name": "Julie Tremblay"}


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the present moment."""

    def set_clock(moment: datetime) -> None:
        class Frozen(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:
                return moment.astimezone(tz)

        monkeypatch.setattr(clock, "datetime", Frozen)

    return set_clock


@pytest.fixture
def office(context, at):
    at(NOW)
    return make_user("office").actor


def plan(day: int, hour: int, minute: int = 0, *, minutes: int = 60) -> dict[str, Any]:
    """A plan that begins in July 2026, on the company's clock."""
    begins = datetime(2026, 7, day, hour, minute, tzinfo=TORONTO)
    person = make_user("technician")
    return {"starts_at": begins, "ends_at": begins + timedelta(minutes=minutes), "person": person}


EARLIER, TONIGHT, AT_MIDNIGHT = (1, 8), (1, 23, 30), (2, 0)


def planned(kind: str, when: tuple[int, ...], *commands: str) -> Callable[[Any], Any]:
    """A request or a job whose visit is planned, then went through ``commands``."""

    def build(office: Any) -> Any:
        document = start(kind, office)
        if kind == "request":
            give("plan_assessment", document, office, **plan(*when))
        else:
            give("schedule", document.visits[0], office, **plan(*when))
        for command in commands:
            give(command, document.case.visits[0], office)
        return document

    return build


def after(kind: str, *commands: str, **options: Any) -> Callable[[Any], Any]:
    """A document that went through ``commands``."""

    def build(office: Any) -> Any:
        document = start(kind, office, **options)
        for command in commands:
            give(command, document, office, **NEEDS.get(f"{kind}.{command}", {}))
        return document

    return build


NEEDS: dict[str, dict[str, Any]] = {
    "request.close": {"reason": "lost"},
    "quote.approve": APPROVAL,
    "quote.request_changes": {"change_request": "Moins cher"},
    "quote.decline": {"reason": "price"},
    "job.hold": {"reason": "parts"},
    "invoice.void": {"reason": "Essai"},
}


def valid_until(day: date) -> Callable[[Any], Any]:
    def build(office: Any) -> Any:
        quote = after("quote", "mark_sent")(office)
        quote.valid_until = day
        return quote

    return build


def converted(kind: str, target: str, *commands: str, undone: bool = False) -> Callable[[Any], Any]:
    """A document that was converted; ``commands`` or undoing may take that back."""

    def build(office: Any) -> Any:
        document = start(kind, office)
        made = convert(document, target, office, approval=APPROVAL)
        for command in commands:
            give(command, made, office, **NEEDS.get(f"{target}.{command}", {}))
        if undone:
            edges.undo(db.session, made, office)
        return document

    return build


def invoiced(*parts: int) -> Callable[[Any], Any]:
    """A job of 2 hours, invoiced in parts."""

    def build(office: Any) -> Any:
        job = start("job", office, drafts=(replace(HUNDRED, quantity=Decimal(2)),))
        for part in parts:
            convert(job, "invoice", office, quantities={job.lines[0].id: Decimal(part)})
        return job

    return build


def invoice(
    *, terms: int = 30, paid: str = "", taken_back: bool = False, lost: bool = False, found: bool = False
) -> Callable[[Any], Any]:
    """An issued invoice, due in ``terms`` days."""

    def build(office: Any) -> Any:
        made = start("invoice", office)
        made.terms_days = terms
        give("issue", made, office)
        if paid:
            amount, today = Decimal(paid), clock.today()
            give("record_payment", made, office, amount=amount, method=Method.CHEQUE, received_on=today)
        if taken_back:
            payments.correct(db.session, made, made.allocations[0].payment, office)
        if lost:
            give("write_off", made, office, received_on=clock.today(), reason="Faillite")
        if found:
            give("recover", made, office)
        return made

    return build


def credited(*, paid: str = "") -> Callable[[Any], Any]:
    """A credit note of a whole invoice."""
    return lambda office: credit(invoice(paid=paid)(office), office)


def whole_credited(*, paid: str = "") -> Callable[[Any], Any]:
    """An invoice that a credit note took back whole, paid or not."""
    return lambda office: credited(paid=paid)(office).invoice


#: A scenario, the stage it reaches, and the stage a month later where that is another one.
SCENARIOS: tuple[tuple[Callable[[Any], Any], Any, Any], ...] = (
    (after("request", "close"), RequestStage.CLOSED, None),
    (converted("request", "quote"), RequestStage.CONVERTED, None),
    (converted("request", "quote", undone=True), RequestStage.NEW, None),
    (converted("request", "job", "cancel"), RequestStage.NEW, None),
    (converted("request", "invoice", "issue", "void"), RequestStage.NEW, None),
    (after("request"), RequestStage.NEW, None),
    (after("request", "mark_assessed"), RequestStage.ASSESSED, None),
    (planned("request", EARLIER), RequestStage.LATE, None),
    (planned("request", EARLIER, "start"), RequestStage.TODAY, None),
    (planned("request", TONIGHT), RequestStage.TODAY, RequestStage.LATE),
    (planned("request", AT_MIDNIGHT), RequestStage.SCHEDULED, RequestStage.LATE),
    (planned("request", TONIGHT, "unschedule"), RequestStage.TO_SCHEDULE, None),
    (after("quote"), QuoteStage.DRAFT, None),
    (after("quote", "mark_sent"), QuoteStage.SENT, QuoteStage.EXPIRED),
    (valid_until(date(2026, 7, 1)), QuoteStage.SENT, QuoteStage.EXPIRED),
    (valid_until(date(2026, 6, 30)), QuoteStage.EXPIRED, None),
    (after("quote", "mark_sent", "request_changes"), QuoteStage.CHANGES_REQUESTED, None),
    (after("quote", "mark_sent", "approve"), QuoteStage.APPROVED, None),
    (converted("quote", "job"), QuoteStage.CONVERTED, None),
    (converted("quote", "job", undone=True), QuoteStage.APPROVED, None),
    (converted("quote", "job", "cancel"), QuoteStage.APPROVED, None),
    (after("quote", "mark_sent", "decline"), QuoteStage.DECLINED, None),
    (after("quote", "archive"), QuoteStage.ARCHIVED, None),
    (after("job", "cancel"), JobStage.CANCELLED, None),
    (after("job", "complete", "close"), JobStage.CLOSED, None),
    (invoiced(1), JobStage.PARTLY_INVOICED, None),
    (invoiced(1, 1), JobStage.INVOICED, None),
    (converted("job", "invoice", "issue", "void"), JobStage.TO_SCHEDULE, None),
    (after("job", "complete"), JobStage.TO_INVOICE, None),
    (after("job", "hold"), JobStage.ON_HOLD, None),
    (planned("job", EARLIER), JobStage.LATE, None),
    (planned("job", TONIGHT), JobStage.TODAY, JobStage.LATE),
    (planned("job", EARLIER, "start"), JobStage.TODAY, None),
    (planned("job", AT_MIDNIGHT), JobStage.UPCOMING, JobStage.LATE),
    (planned("job", EARLIER, "finish"), JobStage.NEEDS_ACTION, None),
    (after("job"), JobStage.TO_SCHEDULE, None),
    (after("invoice"), InvoiceStage.DRAFT, None),
    (after("invoice", "issue", "void"), InvoiceStage.VOID, None),
    (invoice(paid="114.98"), InvoiceStage.PAID, None),
    (whole_credited(), InvoiceStage.CREDITED, None),
    (whole_credited(paid="114.98"), InvoiceStage.CREDITED, None),
    (invoice(paid="14.98", lost=True), InvoiceStage.WRITTEN_OFF, None),
    (invoice(lost=True, found=True), InvoiceStage.NOT_DUE, InvoiceStage.OVERDUE),
    (invoice(), InvoiceStage.NOT_DUE, InvoiceStage.OVERDUE),
    (invoice(terms=0), InvoiceStage.NOT_DUE, InvoiceStage.OVERDUE),
    (invoice(paid="114.97"), InvoiceStage.PARTLY_PAID, InvoiceStage.OVERDUE),
    (invoice(paid="114.98", taken_back=True), InvoiceStage.NOT_DUE, InvoiceStage.OVERDUE),
    (credited(), CreditNoteStage.USED, None),
    (credited(paid="0.01"), CreditNoteStage.OPEN, None),
)


def test_every_stage_has_a_scenario():
    listed = {stage for _, now, later in SCENARIOS for stage in (now, later) if stage}
    assert listed == {*RequestStage, *QuoteStage, *JobStage, *InvoiceStage, *CreditNoteStage}


def stage_of(document: Any) -> Any:
    """The stage as a list reads it, and as its tab finds it."""
    db.session.flush()
    model = type(document)
    stage = db.session.scalar(select(model.stage).where(model.id == document.id))
    assert db.session.scalars(select(model.id).where(model.stage == stage)).all() == [document.id]
    return stage


@pytest.mark.parametrize(("build", "now", "later"), SCENARIOS)
def test_stage(office, at, build, now, later):
    document = build(office)
    assert stage_of(document) is now
    at(NOW + timedelta(days=31))
    assert stage_of(document) is (later or now)
    db.session.expire_all()
    db.session.refresh(document, ["title"])
    assert "stage" in inspect(document).unloaded, "no page pays for a stage it does not show"
    assert document.stage is (later or now)


def test_the_day_turns_at_the_companys_midnight(office, at):
    job, late = planned("job", AT_MIDNIGHT)(office), planned("job", (1, 22, 15))(office)
    due = invoice(terms=0)(office)
    midnight = datetime(2026, 7, 2, tzinfo=TORONTO)
    second = timedelta(seconds=1)
    at(NOW)
    assert stage_of_each(late) == [JobStage.TODAY], "it ends at this very moment"
    at(NOW + second)
    assert stage_of_each(late) == [JobStage.LATE]
    at(midnight - second)
    assert stage_of_each(job, due) == [JobStage.UPCOMING, InvoiceStage.NOT_DUE]
    at(midnight)
    assert stage_of_each(job, due) == [JobStage.TODAY, InvoiceStage.OVERDUE]


def test_a_day_of_25_hours(office, at):
    """On November 1, 2026 the clocks go back: the day ends 25 hours after it began."""
    at(datetime(2026, 11, 1, 0, 30, tzinfo=TORONTO))
    tonight, tomorrow = (start("job", office) for _ in range(2))
    for job, begins in (
        (tonight, datetime(2026, 11, 1, 23, 59, tzinfo=TORONTO)),
        (tomorrow, datetime(2026, 11, 2, tzinfo=TORONTO)),
    ):
        give(
            "schedule",
            job.visits[0],
            office,
            **plan(1, 8) | {"starts_at": begins, "ends_at": begins + timedelta(hours=1)},
        )
    assert stage_of_each(tonight, tomorrow) == [JobStage.TODAY, JobStage.UPCOMING]


def stage_of_each(*documents: Any) -> list[Any]:
    db.session.flush()
    return [db.session.scalar(select(type(each).stage).where(type(each).id == each.id)) for each in documents]


def test_a_cases_thread_tells_each_stage_as_the_lists_do(office: Any):
    job = start("job", office)
    give("complete", job, office)
    invoice = convert(job, "invoice", office)
    give("issue", invoice, office)
    db.session.flush()
    case_id = job.case_id
    db.session.expire_all()
    told = {type(document): document.stage for document in thread_of_case(case_id)}
    db.session.expire_all()
    alone = {
        model: db.session.scalars(select(model.stage).where(model.id == document.id)).one()
        for model, document in ((type(job), job), (type(invoice), invoice))
    }
    assert told == alone == {type(job): JobStage.INVOICED, type(invoice): InvoiceStage.NOT_DUE}
