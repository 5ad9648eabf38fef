"""Every command in every state and by every role, from literal tables that fail on what they do not list."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, inspect, select

from sercom import models
from sercom.core.access import Actor
from sercom.core.base import db
from sercom.core.clock import today, utcnow
from sercom.core.errors import ConflictError, DomainError, ForbiddenError
from sercom.core.journal import JournalEntry
from sercom.entities.company.model import get_company
from sercom.models import ClientMessage, Invoice, Job, Message, Quote, ServiceRequest, Visit, VisitSeries
from sercom.workflow import inbox
from sercom.workflow.recurring import Repeat, Unit
from sercom.workflow.transitions import TRANSITIONS, available, find, run
from tests.ledger import backdated, receive
from tests.support import give, make_message, make_user, start

#: Where a command leads from each stored state; a dash: refused.
STATES: dict[type[Any], str] = {
    ServiceRequest: """
                         new        to_assess  assessed   closed
        plan_assessment  to_assess  to_assess  to_assess  -
        mark_assessed    assessed   assessed   -          -
        close            closed     closed     closed     -
        reopen           -          -          -          new
    """,
    Quote: """
                           draft     sent               approved  changes_requested  declined  archived
        mark_sent          sent      -                  -         -                  -         -
        approve            -         approved           -         approved           approved  -
        extend             -         sent               -         changes_requested  declined  -
        request_changes    -         changes_requested  -         -                  -         -
        decline            -         declined           -         declined           -         -
        revise             -         draft              draft     draft              draft     -
        withdraw_approval  -         -                  sent      -                  -         -
        archive            archived  archived           -         archived           archived  -
        restore            -         -                  -         -                  -         draft
        record_deposit     -         sent               approved  changes_requested  -         -
        stop_reminders     draft     sent               -         -                  -         -
        remind_again       draft     sent               -         -                  -         -
    """,
    Job: """
                  open       on_hold    done    closed  cancelled
        complete  done       done       -       -       -
        hold      on_hold    -          -       -       -
        resume    -          open       -       -       -
        reopen    -          -          open    open    -
        close     -          -          closed  -       -
        cancel    cancelled  cancelled  -       -       -
        record_deposit  open  on_hold   done    -       -
        repeat_visits   open  -         -       -       -
    """,
    Visit: """
                 unscheduled scheduled     on_the_way    in_progress   paused        done incomplete cancelled client_absent
schedule         scheduled   scheduled     -             -             -             -    -          -         -
unschedule       -           unscheduled   -             -             -             -    -          -         -
leave            -           on_the_way    -             -             -             -    -          -         -
start            -           in_progress   in_progress   -             in_progress   -    -          -         -
pause            -           -             -             paused        -             -    -          -         -
finish           -           done          done          done          done          -    -          -         -
leave_incomplete -           -             -             incomplete    incomplete    -    -          -         -
client_absent    -           client_absent client_absent client_absent client_absent -    -          -         -
cancel           cancelled   cancelled     cancelled     -             -             -    -          -         -
end_series       -           cancelled     -             -             -             -    -          -         -
    """,  # noqa: E501  # a table reads by columns
    ClientMessage: """
                    new       handled
        handle      handled   -
        reopen      -         new
    """,
    Message: """
                queued  sending  sent  dead    kept    withdrawn
        resend  -       -        -     queued  queued  -
    """,
    Invoice: """
                        draft   issued  void
        issue            issued  -       -
        record_payment   -       issued  -
        use_credit       -       issued  -
        charge_interest  -       issued  -
        write_off        -       issued  -
        recover          -       issued  -
        void             -       void    -
        stop_reminders   draft   issued  -
        remind_again     draft   issued  -
    """,
}
#: Who may give a command; ``own``, ``team``, ``other``: a technician, by whose visit it is; ``client``: no role.
ROLES = """
                                 owner  office  accountant  own  team  other  client
    request.plan_assessment      yes    yes     -           -    -     -      -
    request.mark_assessed        yes    yes     -           -    -     -      -
    request.close                yes    yes     -           -    -     -      -
    request.reopen               yes    yes     -           -    -     -      -
    quote.mark_sent              yes    yes     -           -    -     -      -
    quote.approve                yes    yes     -           -    -     -      -
    quote.extend                 yes    yes     -           -    -     -      -
    quote.request_changes        yes    yes     -           -    -     -      -
    quote.decline                yes    yes     -           -    -     -      -
    quote.revise                 yes    yes     -           -    -     -      -
    quote.withdraw_approval      yes    yes     -           -    -     -      -
    quote.archive                yes    yes     -           -    -     -      -
    quote.restore                yes    yes     -           -    -     -      -
    job.complete                 yes    yes     -           -    -     -      -
    job.hold                     yes    yes     -           -    -     -      -
    job.resume                   yes    yes     -           -    -     -      -
    job.reopen                   yes    yes     -           -    -     -      -
    job.close                    yes    yes     -           -    -     -      -
    job.repeat_visits            yes    yes     -           -    -     -      -
    visit.end_series             yes    yes     -           -    -     -      -
    job.cancel                   yes    yes     -           -    -     -      -
    visit.schedule               yes    yes     -           -    -     -      -
    visit.unschedule             yes    yes     -           -    -     -      -
    visit.leave                  yes    yes     -           yes  yes   -      -
    visit.start                  yes    yes     -           yes  yes   -      -
    visit.pause                  yes    yes     -           yes  yes   -      -
    visit.finish                 yes    yes     -           yes  yes   -      -
    visit.leave_incomplete       yes    yes     -           yes  yes   -      -
    visit.client_absent          yes    yes     -           yes  yes   -      -
    visit.cancel                 yes    yes     -           -    -     -      -
    message.resend               yes    yes     -           -    -     -      -
    client_message.handle        yes    yes     -           -    -     -      -
    client_message.reopen        yes    yes     -           -    -     -      -
    invoice.issue                yes    yes     -           -    -     -      -
    invoice.record_payment       yes    yes     yes         -    -     -      -
    invoice.use_credit           yes    yes     yes         -    -     -      -
    invoice.charge_interest      yes    yes     yes         -    -     -      -
    invoice.write_off            yes    yes     yes         -    -     -      -
    invoice.recover              yes    yes     yes         -    -     -      -
    quote.record_deposit         yes    yes     yes         -    -     -      -
    quote.stop_reminders         yes    yes     -           -    -     -      -
    quote.remind_again           yes    yes     -           -    -     -      -
    invoice.stop_reminders       yes    yes     -           -    -     -      -
    invoice.remind_again         yes    yes     -           -    -     -      -
    job.record_deposit           yes    yes     yes         -    -     -      -
    invoice.void                 yes    yes     -           -    -     -      -
"""


#: Two visits, a year apart.
YEARLY = Repeat(date(2027, 5, 3), time(9), 60, 1, Unit.YEAR, times=2)


def in_a_series(visit: Visit, actor: Actor) -> None:
    """Let another visit come after this one by the same rule."""
    rule = {"document_id": visit.document_id, "first_day": date(2027, 5, 3), "starts": time(9), "minutes": 60}
    series = VisitSeries(rule="FREQ=YEARLY", **rule)
    later = Visit.open(visit.document)
    later.status, later.starts_at, later.ends_at = visit.status, visit.starts_at, visit.ends_at
    visit.series = later.series = series
    db.session.flush()


def plan() -> dict[str, Any]:
    """A plan for tomorrow."""
    begins = utcnow() + timedelta(days=1)
    return {
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=2),
        "person": make_user("technician"),
        "confirm": True,
    }


#: What a command needs besides its subject.
NEEDS: dict[str, Callable[[], dict[str, Any]]] = {
    "plan_assessment": plan,
    "schedule": plan,
    "request.close": lambda: {"reason": "lost"},
    "approve": lambda: {"channel": "phone", "name": "Julie Tremblay"},
    "extend": lambda: {"valid_until": today() + timedelta(days=9)},
    "request_changes": lambda: {"change_request": "Un modèle plus silencieux"},
    "decline": lambda: {"reason": "price"},
    "hold": lambda: {"reason": "parts"},
    "leave_incomplete": lambda: {"reason": "parts"},
    "record_payment": lambda: {"amount": Decimal("14.98"), "method": "cheque", "received_on": today()},
    "record_deposit": lambda: {"amount": Decimal("14.98"), "method": "cheque", "received_on": today()},
    "write_off": lambda: {"received_on": today(), "reason": "Faillite"},
    "repeat_visits": lambda: {"repeat": YEARLY, "person": make_user("technician"), "confirm": True},
    "charge_interest": lambda: {"confirm": True},
    "void": lambda: {"reason": "Mauvais client"},
}
#: What must have happened for a command to be possible at all, besides the state.
BEFORE: dict[str, Callable[[Any, Actor], Any]] = {
    "end_series": in_a_series,
    "use_credit": lambda invoice, actor: receive(invoice.client, actor, "5.00", (invoice, "0.00"), confirm=True),
    "remind_again": lambda document, actor: give("stop_reminders", document, actor),
    "recover": lambda invoice, actor: give("write_off", invoice, actor, **NEEDS["write_off"]()),
}


def cells(table: str) -> list[tuple[str, str, str]]:
    """``(row, column, cell)`` of a table written as text."""
    header, *rows = [line.split() for line in table.strip().splitlines()]
    assert all(len(row) == len(header) + 1 for row in rows), "a row has another number of cells than the header"
    return [(row[0], column, cell) for row in rows for column, cell in zip(header, row[1:], strict=True)]


def statuses(model: type[Any]) -> Any:
    """The enum of a model's stored states."""
    return model.__table__.c.status.type.enum


def needs_of(model: type[Any], command: str) -> dict[str, Any]:
    build = NEEDS.get(f"{model.__tablename__}.{command}") or NEEDS.get(command)
    return build() if build else {}


def subject_in(model: type[Any], status: Any, actor: Actor) -> Any:
    """A row of ``model`` in ``status``."""
    if model is Invoice:
        invoice = start("invoice", actor)
        if status.value != "draft":
            get_company(db.session).interest_percent = Decimal(2)
            backdated(invoice, actor, 40)
        if status.value == "void":
            give("void", invoice, actor, reason="Essai")
        return invoice
    if model is Message:
        return make_message(status)
    if model is ClientMessage:
        heard = inbox.receive(db.session, start("request", actor), inbox.Written("Chien"), "a")
        if status.value == "handled":
            heard.handle(actor)
        db.session.flush()
        return heard
    document = start("job" if model is Visit else model.__tablename__, actor)
    subject = document.visits[0] if model is Visit else document
    if model is Visit and status.value != "unscheduled":
        subject.starts_at, subject.ends_at = utcnow() - timedelta(hours=1), utcnow() + timedelta(hours=1)
    subject.status = status
    db.session.flush()
    return subject


def frozen_state(subject: Any) -> dict[str, Any]:
    """Every column of the row as the database has it, and how much the journal holds."""
    db.session.flush()
    db.session.expire_all()
    columns = {attribute.key: getattr(subject, attribute.key) for attribute in inspect(type(subject)).column_attrs}
    return columns | {"journal": db.session.scalar(select(func.count()).select_from(JournalEntry))}


@contextmanager
def taken_back() -> Iterator[None]:
    """A savepoint: what happens inside is rolled back, so that one subject serves every command."""
    point = db.session.begin_nested()
    try:
        yield
    finally:
        point.rollback()


def refused(error: type[DomainError], command: str, subject: Any, actor: Actor, **options: Any) -> None:
    """The command is refused and nothing of it stays."""
    before = frozen_state(subject)
    with pytest.raises(error):
        run(db.session, command, subject, actor, needs_of(type(subject), command), **options)
    assert frozen_state(subject) == before


def test_the_tables_list_every_state_and_every_command():
    expected = [(t.model.__tablename__, t.name, s.value) for t in TRANSITIONS for s in statuses(t.model)]
    listed = [(model.__tablename__, *cell[:2]) for model, table in STATES.items() for cell in cells(table)]
    assert sorted(listed) == sorted(expected)
    assert sorted({row for row, _, _ in cells(ROLES)}) == sorted(
        f"{t.model.__tablename__}.{t.name}" for t in TRANSITIONS
    )
    assert len(cells(ROLES)) == 7 * len(TRANSITIONS)


@pytest.mark.parametrize(("model", "value"), [(model, status.value) for model in STATES for status in statuses(model)])
def test_every_command_in_a_state(context, model, value):
    status = statuses(model)(value)
    actor = make_user("office").actor
    subject = subject_in(model, status, actor)
    for command, column, leads_to in cells(STATES[model]):
        if column != value:
            continue
        with taken_back():
            if leads_to != "-" and command in BEFORE:
                BEFORE[command](subject, actor)
            offered = command in {transition.name for transition in available(subject, actor)}
            assert offered is (leads_to != "-"), command
            if leads_to == "-":
                refused(ConflictError, command, subject, actor)
                continue
            refused(ConflictError, command, subject, actor, version=subject.version - 1)
            shown = subject.version
            run(db.session, command, subject, actor, needs_of(model, command), version=shown)
            db.session.expire_all()
            assert subject.status is statuses(model)(leads_to), command
            assert subject.version > shown, command


@pytest.mark.parametrize("transition", TRANSITIONS, ids=lambda t: f"{t.model.__tablename__}.{t.name}")
def test_command_by_role(context, transition):
    technician, colleague = make_user("technician"), make_user("technician")
    team = models.Team(name="Équipe 1", members=[technician])
    db.session.add(team)
    people = {
        **{role: make_user(role).actor for role in ("owner", "office", "accountant")},
        **dict.fromkeys(("own", "team", "other"), technician.actor),
        "client": Actor("Julie Tremblay"),
    }
    subject = subject_in(transition.model, min(transition.sources, key=str), people["office"])
    for row, who, allowed in cells(ROLES):
        if row != f"{transition.model.__tablename__}.{transition.name}":
            continue
        with taken_back():
            if transition.model is Visit:
                subject.person = {"own": technician, "other": colleague}.get(who)
                subject.team = team if who == "team" else None
            if transition.name in BEFORE:
                BEFORE[transition.name](subject, people["office"])
            db.session.flush()
            assert (transition in available(subject, people[who])) is (allowed == "yes"), who
            if allowed == "yes":
                run(db.session, transition.name, subject, people[who], needs_of(transition.model, transition.name))
                assert subject.status in transition.targets
            else:
                refused(ForbiddenError, transition.name, subject, people[who])


def test_an_unknown_command_is_refused(context):
    with pytest.raises(ConflictError):
        run(db.session, "paint", start("job", make_user("office").actor), make_user("owner").actor)
    assert find(Job, "issue") is None
