"""The journal: one entry for each act, with who, what before and what after."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from sercom.core.access import Actor
from sercom.core.base import db
from sercom.core.clock import today, utcnow
from sercom.core.errors import ConflictError, DomainError
from sercom.core.journal import JournalEntry
from sercom.entities.company.model import get_company
from sercom.entities.delivery.message import MessageStatus
from sercom.models import Case
from sercom.workflow import content, edges, payments
from sercom.workflow.transitions import TRANSITIONS, run
from tests.ledger import backdated, receive
from tests.support import HUNDRED, convert, day, give, make_client, make_message, make_user, start

APPROVAL = {"channel": "phone", "name": "Julie Tremblay"}


@pytest.fixture
def office(context):
    return make_user("office").actor


def entries(after: int = 0) -> list[JournalEntry]:
    db.session.flush()
    return list(db.session.scalars(select(JournalEntry).where(JournalEntry.id > after).order_by(JournalEntry.id)))


def told(act: Any) -> list[JournalEntry]:
    """What ``act`` adds to the journal, everything loaded anew as a request would."""
    db.session.flush()
    last = max((entry.id for entry in entries()), default=0)
    db.session.expire_all()
    act()
    return entries(last)


def plan() -> dict[str, Any]:
    begins = utcnow() + timedelta(hours=1)
    return {"starts_at": begins, "ends_at": begins + timedelta(hours=1), "person": make_user("technician")}


#: Commands in an order in which they can be given: kind, command, what it needs, the status before and after.
LIVES: dict[str, tuple[tuple[str, Any, str, str], ...]] = {
    "request": (
        ("plan_assessment", plan, "new", "to_assess"),
        ("mark_assessed", dict, "to_assess", "assessed"),
        ("close", lambda: {"reason": "lost"}, "assessed", "closed"),
        ("reopen", dict, "closed", "new"),
    ),
    "quote": (
        ("mark_sent", dict, "draft", "sent"),
        ("request_changes", lambda: {"change_request": "Moins cher"}, "sent", "changes_requested"),
        ("decline", lambda: {"reason": "price"}, "changes_requested", "declined"),
        ("approve", lambda: APPROVAL, "declined", "approved"),
        ("withdraw_approval", dict, "approved", "sent"),
        ("archive", dict, "sent", "archived"),
        ("restore", dict, "archived", "draft"),
        ("mark_sent", dict, "draft", "sent"),
        ("revise", dict, "sent", "draft"),
    ),
    "job": (
        ("hold", lambda: {"reason": "parts"}, "open", "on_hold"),
        ("resume", dict, "on_hold", "open"),
        ("complete", dict, "open", "done"),
        ("close", dict, "done", "closed"),
        ("reopen", dict, "closed", "open"),
        ("cancel", dict, "open", "cancelled"),
    ),
    "visit": (
        ("schedule", plan, "unscheduled", "scheduled"),
        ("unschedule", dict, "scheduled", "unscheduled"),
        ("schedule", plan, "unscheduled", "scheduled"),
        ("leave", dict, "scheduled", "on_the_way"),
        ("start", dict, "on_the_way", "in_progress"),
        ("pause", dict, "in_progress", "paused"),
    ),
    "invoice": (
        ("issue", dict, "draft", "issued"),
        ("void", lambda: {"reason": "Essai"}, "issued", "void"),
    ),
}
#: How a visit ends, each from a visit in progress or planned.
ENDINGS = {
    "finish": ("start", {"minutes": 30}, "done"),
    "leave_incomplete": ("start", {"reason": "parts"}, "incomplete"),
    "client_absent": (None, {}, "client_absent"),
    "cancel": (None, {}, "cancelled"),
}
#: Commands of the ledger, which change no status: what they need, and what of it the journal tells.
MONEY: dict[tuple[str, str], tuple[dict[str, Any], str]] = {
    ("invoice", "record_payment"): (
        {"amount": Decimal(10), "method": "cash", "received_on": date(2026, 1, 5)},
        "10.00",
    ),
    ("invoice", "write_off"): ({"received_on": day(), "reason": "Faillite"}, "104.98"),
    ("invoice", "recover"): ({}, "104.98"),
    ("invoice", "use_credit"): ({}, "5.00"),
    ("invoice", "charge_interest"): ({"confirm": True}, "0.69"),
    ("quote", "record_deposit"): ({"amount": Decimal(10), "method": "cash", "received_on": date(2026, 1, 5)}, "10.00"),
    ("job", "record_deposit"): ({"amount": Decimal(10), "method": "cash", "received_on": date(2026, 1, 5)}, "10.00"),
}


def test_every_command_is_told_here():
    listed = {(kind, command) for kind, steps in LIVES.items() for command, *_ in steps}
    listed |= {("visit", command) for command in ENDINGS} | {("message", "resend"), *MONEY}
    listed |= {("client_message", "handle"), ("client_message", "reopen")}  # test_http_thread.py
    listed |= {(kind, verb) for kind in ("quote", "invoice") for verb in ("stop_reminders", "remind_again")}
    listed |= {("quote", "extend")}  # test_quote_options.py; those before, test_reminders.py
    listed |= {("job", "repeat_visits"), ("visit", "end_series")}  # test_recurring.py
    assert listed == {(t.model.__tablename__, t.name) for t in TRANSITIONS}


@pytest.mark.parametrize("kind", LIVES)
def test_each_command_writes_its_entry(office, kind):
    subject = start("job", office).visits[0] if kind == "visit" else start(kind, office)
    for command, needs, before, after in LIVES[kind]:
        data = needs()
        entry = told(lambda command=command, data=data: give(command, subject, office, **data))[0]
        assert (entry.event, entry.subject_type, entry.subject_id) == (command, kind, subject.id)
        assert (entry.user_id, entry.actor_name, entry.case_id) == (office.user_id, office.name, subject.case_id)
        assert entry.changes["status"] == [before, after]
        assert abs(utcnow() - entry.at) < timedelta(minutes=1)


def test_each_command_of_the_ledger_writes_its_entry(office):
    get_company(db.session).interest_percent = Decimal(2)
    invoice = backdated(start("invoice", office), office, 40)
    receive(invoice.client, office, "5.00", (invoice, "0.00"), confirm=True)
    subjects = {"invoice": invoice, "quote": start("quote", office), "job": start("job", office)}
    give("mark_sent", subjects["quote"], office)
    for (kind, command), (needs, amount) in MONEY.items():
        (entry,) = told(lambda kind=kind, command=command, needs=needs: give(command, subjects[kind], office, **needs))
        assert (entry.event, entry.subject_id) == (command, subjects[kind].id)
        assert entry.changes["amount"] == [None, amount], command


@pytest.mark.parametrize("command", ENDINGS)
def test_each_end_of_a_visit_writes_its_entry(office, command):
    first, data, status = ENDINGS[command]
    visit = start("job", office).visits[0]
    give("schedule", visit, office, **plan())
    if first:
        give(first, visit, office)
    entry = told(lambda: give(command, visit, office, **data))[0]
    assert (entry.event, entry.subject_type, entry.changes["status"][1]) == (command, "visit", status)


def test_what_a_command_brings_along_is_told_too(office):
    """Visits that are added, planned or cancelled with a document, and the request that a visit assesses."""
    request = start("request", office)
    data = plan()
    told_of_plan = told(lambda: give("plan_assessment", request, office, **data))
    assert {(entry.event, entry.subject_type) for entry in told_of_plan} == {
        ("plan_assessment", "request"),
        ("created", "visit"),
    }
    assessment = request.assessments[0]
    told_of_end = told(lambda: give("finish", assessment, office))
    assert [(entry.subject_type, entry.changes["status"]) for entry in told_of_end] == [
        ("visit", ["scheduled", "done"]),
        ("request", ["to_assess", "assessed"]),
    ]
    job = start("job", office)
    give("schedule", job.visits[0], office, **plan())
    told_of_cancel = told(lambda: give("cancel", job, office))
    assert [(entry.subject_type, entry.changes["status"]) for entry in told_of_cancel] == [
        ("job", ["open", "cancelled"]),
        ("visit", ["scheduled", "cancelled"]),
    ]


def test_what_is_refused_is_not_told(office):
    job = start("job", office)

    def refused() -> None:
        with pytest.raises(ConflictError):
            give("resume", job, office)
        with pytest.raises(ConflictError):
            run(db.session, "hold", job, office, {"reason": "parts"}, version=job.version - 1)
        with pytest.raises(DomainError):
            convert(job, "invoice", office, quantities={})

    assert told(refused) == []


def test_starting_tells_the_case_and_the_document(office):
    client = make_client()
    made = told(lambda: start("quote", office, client))
    assert [(entry.event, entry.subject_type, entry.case_id == made[0].subject_id) for entry in made] == [
        ("created", "case", True),
        ("created", "quote", True),
    ]
    assert made[1].subject_label == db.session.get_one(Case, made[0].subject_id).documents[0].number


def test_a_conversion_and_its_undoing_tell_both_ends(office):
    request = start("request", office)
    converted = told(lambda: convert(request, "quote", office))
    quote = request.conversions[0].target
    assert [(entry.event, entry.subject_label) for entry in converted] == [
        ("created", quote.number),
        ("converted", request.number),
    ]
    assert converted[1].changes == {"quote": [None, quote.number]}
    number = quote.number
    (undone,) = told(lambda: edges.undo(db.session, quote, office))
    assert (undone.event, undone.subject_label) == ("conversion_undone", number)
    assert undone.changes == {"source": [request.number, None]}


def test_converting_an_unapproved_quote_tells_each_step(office):
    quote = start("quote", office)
    steps = told(lambda: convert(quote, "job", office, approval=APPROVAL))
    assert [entry.event for entry in steps] == ["mark_sent", "approve", "created", "converted"]


def test_a_change_tells_columns_and_lines(office):
    job = start("job", office, title="Thermopompe")

    def change() -> None:
        first = replace(HUNDRED, id=job.lines[0].id, quantity=Decimal(2))
        job.title, job.discount = "Chauffe-eau", Decimal(10)
        content.change(db.session, job, office, [first, replace(HUNDRED, description="Pompe", cost=Decimal(7))])

    (entry,) = told(change)
    assert (entry.event, entry.changes["title"]) == ("changed", ["Thermopompe", "Chauffe-eau"])
    assert entry.changes["total"] == ["114.98", "333.43"]
    assert entry.changes["lines"] == [
        [["Main-d’œuvre", "1.000", "h", "100.00", "0.00", "taxable", None]],
        [
            ["Main-d’œuvre", "2.000", "h", "100.00", "0.00", "taxable", None],
            ["Pompe", "1.000", "h", "100.00", "0.00", "taxable", "7.00"],
        ],
    ]
    assert "version" not in entry.changes


def test_saving_without_a_change_tells_nothing(office):
    job = start("job", office)
    assert told(lambda: content.change(db.session, job, office, [replace(HUNDRED, id=job.lines[0].id)])) == []


def test_a_payment_and_its_correction_are_told(office):
    invoice, accountant = start("invoice", office), make_user("accountant").actor
    give("issue", invoice, office)
    money = {"amount": Decimal("10.00"), "method": "cheque", "received_on": today()}
    (paid,) = told(lambda: give("record_payment", invoice, accountant, **money))
    assert (paid.event, paid.actor_name, paid.subject_label) == ("record_payment", accountant.name, "F-000001")
    (back,) = told(lambda: payments.correct(db.session, invoice, invoice.allocations[0].payment, accountant))
    assert (back.event, back.changes) == ("payment_corrected", {"amount": ["10.00", None]})


def test_somebody_without_an_account_acts_under_a_name(context):
    client = make_client()
    made = told(lambda: start("request", Actor("Julie Tremblay"), client))
    assert {(entry.user_id, entry.actor_name) for entry in made} == {(None, "Julie Tremblay")}


def test_sending_again_writes_its_entry(office):
    message = make_message(MessageStatus.DEAD)
    entry = told(lambda: give("resend", message, office))[0]
    assert (entry.event, entry.subject_type, entry.subject_label) == ("resend", "message", "julie@example.org")
    assert entry.changes["status"] == ["dead", "queued"]
