"""Reminders: when each is due, what ends it, and that none leaves twice, at night or against somebody's will."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sercom.core import clock
from sercom.core.access import Actor
from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.core.journal import JournalEntry
from sercom.entities.catalog.model import Service
from sercom.entities.delivery import outbox, smtp
from sercom.entities.delivery.message import Failure, Message, MessageKind, MessageStatus
from sercom.entities.delivery.outbox import Words
from sercom.entities.delivery.worker import Every
from sercom.entities.equipment.model import Equipment, Upkeep
from sercom.entities.privacy.consent import OFFERS, ConsentSource, Purpose
from sercom.entities.reminders.model import Reminder, ReminderKind, ReminderRule, get_rules, get_settings, read_days
from sercom.entities.users.model import Language
from sercom.workflow import inbox, merging, reminding, unmerging, upkeep
from sercom.workflow.consent import Footing, footings_of, say
from tests.support import convert, give, make_client, make_user, name_company, start

#: A Monday of winter; reminders run at ten.
MONDAY = date(2026, 11, 23)
TEN = time(10)
PLANS: dict[str, list[int]] = {
    "quote": [3, 10],
    "visit": [-1],
    "due_soon": [27],
    "overdue": [33, 40, 51],
    "review": [3],
    "maintenance": [351],
}


def moment(days: int, at: time = TEN) -> datetime:
    return clock.from_company(MONDAY + timedelta(days=days), at)


@pytest.fixture
def company(context: Any) -> Any:
    """A company that reminds of everything; somebody of its office."""
    name_company()
    for rule in get_rules(db.session).values():
        rule.active = True
    get_settings(db.session).review_url = "https://example.org/avis"
    db.session.flush()
    return make_user("office")


def tell(client: Any, *purposes: Purpose, wanted: bool = True) -> None:
    """The client says yes or no."""
    say(db.session, client, dict.fromkeys(purposes, wanted), ConsentSource.LINK, Actor("Julie"))


def asking() -> Any:
    """A client who wants everything."""
    client = make_client(email="julie@example.org")
    tell(client, Purpose.MARKETING)
    return client


def a_quote(office: Any) -> Any:
    quote = start("quote", office.actor, asking())
    give("mark_sent", quote, office.actor)
    return quote


def a_visit(office: Any, days: int = 0, **times: Any) -> Any:
    visit = start("job", office.actor, asking()).visits[0]
    give("schedule", visit, office.actor, person=office, **(at(days) | times))
    return visit


def at(days: int, starts: int = 8) -> dict[str, datetime]:
    return {"starts_at": moment(days, time(starts)), "ends_at": moment(days, time(starts + 2))}


def an_invoice(office: Any) -> Any:
    invoice = start("invoice", office.actor, asking())
    give("issue", invoice, office.actor)
    send(invoice)
    return invoice


def a_job(office: Any) -> Any:
    service = Service(name_fr="Thermopompe", name_en="Heat pump", maintenance_months=12)
    request = start("request", office.actor, asking(), service=service)
    job = convert(request, "job", office.actor)
    give("schedule", job.visits[0], office.actor, person=office, **at(0))
    give("start", job.visits[0], office.actor)
    give("finish", job.visits[0], office.actor)
    give("complete", job, office.actor)
    return job


def a_device(office: Any) -> Any:
    site = asking().sites[0]
    device = Equipment(site=site, make="Daikin", upkeep=Upkeep.YEARLY, upkeep_from=MONDAY)
    db.session.add(device)
    db.session.flush()
    return device


MAKERS: dict[str, Callable[[Any], Any]] = {
    "quote": a_quote,
    "visit": a_visit,
    "due_soon": an_invoice,
    "overdue": an_invoice,
    "review": a_job,
    "maintenance": a_job,
    "device": a_device,
}


def only(kind: str) -> None:
    """Switch the other kinds off."""
    for rule in get_rules(db.session).values():
        rule.active = rule.kind.value == kind
    db.session.flush()


def run(days: int, hour: time = TEN) -> list[Message]:
    with clock.at(moment(days, hour)):
        return reminding.run(db.session)


def made(kind: str, office: Any, days: int = 0) -> Any:
    only("maintenance" if kind == "device" else kind)
    with clock.at(moment(days, time(9))):
        row = MAKERS[kind](office)
        db.session.flush()
        db.session.commit()
    return row


@pytest.mark.parametrize("kind", PLANS)
def test_each_kind_leaves_on_its_days_and_once(company: Any, kind: str):
    made(kind, company, days=-8 if kind == "visit" else 0)
    if kind == "visit":
        db.session.rollback()
    around = {day + by for day in PLANS[kind] for by in (-2, -1, 0, 1, 8, 9)}
    assert [day for day in sorted(around) if run(day)] == PLANS[kind]
    sent = db.session.scalars(select(Reminder).order_by(Reminder.stage)).all()
    assert [(row.kind.value, row.stage) for row in sent] == [(kind, n) for n in range(1, len(PLANS[kind]) + 1)]


def _approve_another(quote: Any, office: Any) -> None:
    other = start("quote", office.actor, quote.client)
    other.case, other.case_id = quote.case, quote.case_id
    db.session.flush()
    give("mark_sent", other, office.actor)
    give("approve", other, office.actor, channel="phone", name="Julie")


def _pay(invoice: Any, office: Any) -> None:
    money = {"amount": invoice.balance, "method": "cheque", "received_on": clock.today()}
    give("record_payment", invoice, office.actor, **money)


#: What ends a reminder: the kind, what happens, and the day on which nothing leaves any more.
ENDS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "approved": ("quote", lambda q, o: give("approve", q, o.actor, channel="phone", name="Julie")),
    "declined": ("quote", lambda q, o: give("decline", q, o.actor, reason="price")),
    "changes asked": ("quote", lambda q, o: give("request_changes", q, o.actor, change_request="Plus petit")),
    "revised": ("quote", lambda q, o: give("revise", q, o.actor)),
    "archived": ("quote", lambda q, o: give("archive", q, o.actor)),
    "wrote": ("quote", lambda q, _o: inbox.receive(db.session, q, inbox.Written("Et les délais?"), "t")),
    "over": ("quote", lambda q, _o: setattr(q, "valid_until", MONDAY + timedelta(days=2))),
    "another approved": ("quote", _approve_another),
    "cancelled": ("visit", lambda v, o: give("cancel", v, o.actor)),
    "off the calendar": ("visit", lambda v, o: give("unschedule", v, o.actor)),
    "on the way": ("visit", lambda v, o: give("leave", v, o.actor)),
    "paid": ("due_soon", _pay),
    "void": ("overdue", lambda i, o: give("void", i, o.actor, reason="Erreur")),
    "paid late": ("overdue", _pay),
    "written off": (
        "overdue",
        lambda i, o: give("write_off", i, o.actor, reason="Faillite", received_on=clock.today()),
    ),
    "reopened": ("review", lambda j, o: give("reopen", j, o.actor)),
    "asked again": ("maintenance", lambda j, o: start("request", o.actor, j.client)),
    "quote silenced": ("quote", lambda q, o: give("stop_reminders", q, o.actor)),
    "invoice silenced": ("overdue", lambda i, o: give("stop_reminders", i, o.actor)),
    "no address": ("overdue", lambda i, _o: setattr(i.client, "email", None)),
    "switched off": ("quote", lambda _q, _o: only("")),
}


@pytest.mark.parametrize("how", ENDS)
def test_nothing_leaves_after_the_answer(company: Any, how: str):
    kind, happen = ENDS[how]
    first = PLANS[kind][0]
    row = made(kind, company, days=-8 if kind == "visit" else 0)
    with clock.at(moment(first, time(9))):
        assert len(reminding.plan(db.session, clock.today())) == 1
        happen(row, company)
        db.session.flush()
        db.session.commit()
    assert [days for days in (first, first + 7) if run(days)] == []


@pytest.mark.parametrize("how", ["approved", "paid late", "cancelled", "invoice silenced"])
def test_what_waits_to_leave_is_withdrawn_once_it_is_answered(company: Any, how: str):
    kind, happen = ENDS[how]
    first = PLANS[kind][0]
    row = made(kind, company, days=-8 if kind == "visit" else 0)
    (message,) = run(first)
    with clock.at(moment(first, time(11))):
        happen(row, company)
        db.session.commit()
        assert outbox.drain(db.session, _arrives) >= 1
        assert (message.status, message.attempts) == (MessageStatus.WITHDRAWN, 0)


def test_a_later_revision_of_a_quote_is_called_so(company: Any):
    row = made("quote", company)
    row.revision = 2
    db.session.commit()
    (message,) = run(3)
    assert f"{row.number} (révision 2)" in message.body


def test_what_waits_goes_to_the_address_that_the_client_has_by_then(company: Any):
    row = made("quote", company)
    (message,) = run(3)
    with clock.at(moment(3, time(11))):
        row.client.email = "nouvelle@example.org"
        db.session.commit()
        outbox.drain(db.session, _arrives)
        assert (message.status, message.attempts) == (MessageStatus.WITHDRAWN, 0)
    (again,) = run(3, time(12))
    with clock.at(moment(3, time(12, 5))):
        outbox.drain(db.session, _arrives)
    assert (again.to_email, again.status, again.kind) == ("nouvelle@example.org", MessageStatus.SENT, message.kind)


def _arrives(_email: Any) -> None:
    """A mail server that takes everything."""


def _fails(_email: Any) -> None:
    raise smtp.SendError(Failure.LATER, "451")


def test_what_failed_in_the_evening_waits_for_the_morning(company: Any):
    made("quote", company)
    (message,) = run(3, time(19, 58))
    with clock.at(moment(3, time(19, 59))):
        outbox.drain(db.session, _fails)
        assert (message.status, message.attempts) == (MessageStatus.QUEUED, 1)
    with clock.at(moment(3, time(20, 5))):
        outbox.drain(db.session, _arrives)
        assert (message.status, message.attempts) == (MessageStatus.QUEUED, 1)
        assert message.next_attempt_at == moment(4, time(8))
    with clock.at(moment(4, time(8))):
        outbox.drain(db.session, _arrives)
        assert message.status is MessageStatus.SENT


def test_what_may_leave_at_once_leaves_while_the_clock_runs(company: Any):
    message = outbox.post(db.session, MessageKind.REVIEW, Words(Language.FRENCH, "Avis", "Bonjour"), to="a@example.org")
    db.session.commit()
    assert outbox.drain(db.session, _arrives) == 1
    assert message.status is MessageStatus.SENT


def test_nothing_is_written_in_quiet_hours(company: Any):
    made("quote", company)
    hours = (time(3), time(7, 59), time(20), time(23, 30), time(19, 59))
    assert [len(run(3, hour)) for hour in hours] == [0, 0, 0, 0, 1]


@pytest.mark.parametrize("night", ["2026-03-08", "2026-11-01"])
def test_quiet_hours_follow_the_clock_where_it_changes(company: Any, night: str):
    day = date.fromisoformat(night)
    opens = get_settings(db.session).opens_at(clock.from_company(day - timedelta(days=1), time(20)))
    assert clock.to_company(opens).strftime("%Y-%m-%d %H:%M") == f"{night} 08:00"


def test_without_a_mail_server_nothing_piles_up(company: Any):
    from flask import current_app

    made("quote", company)
    current_app.config["SMTP_URL"] = ""
    try:
        assert run(3) == []
    finally:
        current_app.config["SMTP_URL"] = "smtp://127.0.0.1:1"


def test_what_was_missed_comes_once_and_what_is_old_does_not_come(company: Any):
    made("overdue", company)
    assert [day for day in (42, 43, 46, 51, 58) if run(day)] == [42, 51]  # the second stage, not the first beside it
    made("quote", company)
    assert [day for day in (17, 18, 30) if run(day)] == []


def test_a_day_that_is_added_to_a_rule_repeats_nothing(company: Any):
    made("quote", company)
    rule = get_rules(db.session)[ReminderKind.QUOTE]
    rule.days = "5, 12"
    db.session.commit()
    assert run(5)
    rule.days = "3, 5, 12"
    db.session.commit()
    assert [day for day in (7, 8, 11, 12) if run(day)] == [12]


def test_a_visit_that_is_moved_is_another_appointment(company: Any):
    visit = made("visit", company, days=-8)
    assert len(run(-1)) == 1
    with clock.at(moment(-1, time(11))):
        give("schedule", visit, company.actor, person=company, **at(0, 13))
        db.session.commit()
    (message,) = run(-1, time(12))
    assert "entre 13\u00a0h\u00a000 et 15\u00a0h\u00a000" in message.body
    assert run(-1, time(13)) == []


def test_a_visit_that_is_moved_back_is_told_again(company: Any):
    visit = made("visit", company, days=-8)
    (first,) = run(-1)
    for hour, then in ((13, 12), (8, 14)):
        with clock.at(moment(-1, time(then - 1))):
            give("schedule", visit, company.actor, person=company, **at(0, hour))
            db.session.commit()
        (message,) = run(-1, time(then))
    assert message.body == first.body
    assert run(-1, time(15)) == []
    message.status = MessageStatus.WITHDRAWN  # it never left: of 13:00 the client heard last
    db.session.commit()
    (again,) = run(-1, time(16))
    assert again.body == first.body


@pytest.mark.parametrize("kind", ["visit", "overdue", "maintenance"])
def test_an_opt_out_stops_its_category_alone(company: Any, kind: str):
    row = made(kind, company, days=-8 if kind == "visit" else 0)
    client = row.case.client
    category = ReminderKind(kind).category
    tell(client, category, wanted=False)
    db.session.commit()
    assert run(PLANS[kind][0]) == []
    planned = reminding.plan(db.session, MONDAY + timedelta(days=PLANS[kind][0]))
    assert [one.held_back for one in planned] == [Footing.REFUSED.label]
    assert {c for c, f in footings_of(db.session, client.id).items() if not f.holds} == {category}


def test_marketing_needs_a_yes_or_dealings_within_two_years(company: Any):
    client = make_client(email="a@example.org")

    def found() -> set[Footing]:
        rest = footings_of(db.session, client.id)
        return {rest[category] for category in (*OFFERS, Purpose.MARKETING)}

    assert found() == {Footing.UNASKED}
    get_settings(db.session).implied_consent = True
    assert found() == {Footing.UNASKED}
    with clock.at(moment(0)):
        give("issue", start("invoice", company.actor, client), company.actor)
    with clock.at(moment(729)):
        assert found() == {Footing.DEALINGS}
    with clock.at(moment(731)):
        assert found() == {Footing.UNASKED}
    tell(client, Purpose.MARKETING)
    with clock.at(moment(731)):
        assert found() == {Footing.CONSENT}
        client = make_client(email="b@example.org")
        tell(client, *OFFERS, wanted=False)
        assert found() == {Footing.REFUSED}  # who refuses each has refused offers, also where nobody had asked


def test_a_client_is_not_asked_for_reviews_all_the_time(company: Any):
    job = made("review", company)
    with clock.at(moment(40, time(9))):
        again = start("job", company.actor, job.client)
        give("schedule", again.visits[0], company.actor, person=company, **at(40))
        give("start", again.visits[0], company.actor)
        give("finish", again.visits[0], company.actor)
        give("complete", again, company.actor)
        db.session.commit()
    assert [day for day in (2, 3, 4, 43, 44, 50) if run(day)] == [3]


def test_two_clients_who_are_one_keep_what_was_said_and_what_was_sent(company: Any):
    quote = made("quote", company)
    assert len(run(3)) == 1
    stayer, goes = make_client(email="b@example.org"), quote.client
    tell(goes, Purpose.VISITS, wanted=False)
    merge = merging.merge(db.session, stayer.id, goes.id, company.actor)
    assert footings_of(db.session, stayer.id)[Purpose.VISITS] is Footing.REFUSED
    assert db.session.scalars(select(Reminder)).one().client_id == stayer.id
    unmerging.undo(db.session, merge, company.actor)
    assert footings_of(db.session, stayer.id)[Purpose.VISITS] is Footing.USUAL
    assert footings_of(db.session, goes.id)[Purpose.VISITS] is Footing.REFUSED


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        *(("3", "3"), (" 21,3 ; 10", "3, 10, 21"), ("1 2 3 4 5 6", None), ("9" * 5000, None)),
        *((text, None) for text in ("", "0", "366", "3, 3", "x", "-1", "²", "1.5")),
    ],
)
def test_days_are_read_or_refused(typed: str, kept: str | None):
    if kept is None:
        with pytest.raises(DomainError):
            read_days(typed)
    else:
        assert read_days(typed) == kept


def test_the_words_name_what_they_are_about(company: Any):
    invoice = made("overdue", company)
    (first,) = run(33)
    assert (first.kind, first.to_email, first.document_id) == (MessageKind.OVERDUE, "julie@example.org", invoice.id)
    assert invoice.number in first.subject
    (again,) = run(40)
    assert again.kind is MessageKind.OVERDUE_AGAIN
    assert "10 jours" in again.subject
    with clock.at(moment(40)):
        balance = invoice.balance
    assert balance == Decimal("114.98")
    assert "114,98\u00a0$" in again.body
    assert again.link is not None
    assert db.session.scalars(select(ReminderRule).where(ReminderRule.kind == ReminderKind.OVERDUE)).one().active


def test_a_document_that_was_silenced_is_reminded_of_again_and_the_journal_tells_both(company: Any):
    quote = made("quote", company)
    with clock.at(moment(3, time(9))):
        give("stop_reminders", quote, company.actor)
        with pytest.raises(DomainError):
            give("stop_reminders", quote, company.actor)
        assert reminding.plan(db.session, clock.today()) == []
        give("remind_again", quote, company.actor)
        db.session.commit()
    assert len(run(3)) == 1
    entries = db.session.scalars(select(JournalEntry).where(JournalEntry.subject_type == "quote"))
    told = {entry.event: entry.changes.get("no_reminders") for entry in entries}
    assert (told["stop_reminders"], told["remind_again"]) == ([False, True], [True, False])


def several(company: Any, sent: int = 3) -> list[Any]:
    """Three invoices of one client, the first due a week before the others; so many were sent."""
    only("overdue")
    invoices = []
    for days in (0, 7, 7):
        with clock.at(moment(days, time(9))):
            client = invoices[0].client if invoices else asking()
            invoices.append(start("invoice", company.actor, client))
            give("issue", invoices[-1], company.actor)
            if len(invoices) <= sent:
                send(invoices[-1])
            db.session.commit()
    return invoices


def send(invoice: Any) -> None:
    words = Words(Language.FRENCH, "F", "{link}")
    outbox.post(db.session, MessageKind.INVOICE, words, to="a@b.ca", document=invoice)


def test_several_invoices_of_a_client_are_one_message_and_none_comes_twice(company: Any):
    first, *others = several(company)
    (message,) = run(33)
    assert (message.document_id, "Aussi à payer" in message.body) == (first.id, False)
    (message,) = run(40)
    assert (message.kind, message.document_id) == (MessageKind.OVERDUE_AGAIN, first.id)
    assert all(invoice.number in message.body for invoice in others)
    assert "344,94\u00a0$" in message.body.partition("{link}")[2]  # below the link, all three
    assert [run(day) for day in (40, 41)] == [[], []]
    with clock.at(moment(40, time(11))):
        _pay(first, company)
        db.session.commit()
        assert outbox.drain(db.session, _arrives) >= 1
        assert message.status is MessageStatus.WITHDRAWN  # it said what is no longer so
    (again,) = run(40, time(12))
    assert (again.kind, again.document_id) == (MessageKind.OVERDUE, others[0].id)
    assert first.number not in again.body
    with clock.at(moment(40, time(12))):
        outbox.drain(db.session, _fails)
    with clock.at(moment(40, time(13))):
        _pay(others[0], company)
        db.session.commit()
        outbox.drain(db.session, _arrives)
    assert again.status is MessageStatus.WITHDRAWN
    assert run(41) == []  # it may have arrived: what is left waits for its next stage


def test_who_was_reminded_of_one_invoice_today_hears_of_the_next_tomorrow(company: Any):
    *_others, third = several(company, sent=2)
    assert len(run(40)) == 1
    send(third)
    db.session.commit()
    assert run(40, time(12)) == []
    assert [message.document_id for message in run(41)] == [third.id]


def test_two_workers_at_once_write_one(own_app: Flask):
    with own_app.app_context(), clock.at(moment(0)):
        name_company()
        get_rules(db.session)[ReminderKind.QUOTE].active = True
        office = make_user("office").actor
        give("mark_sent", start("quote", office, make_client(email="a@example.org")), office)
        db.session.commit()
        db.session.remove()

    def work(_number: int) -> int:
        with own_app.app_context(), clock.at(moment(3)):
            written = len(reminding.run(db.session))
            db.session.remove()
            return written

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(work, range(4))) == [0, 0, 0, 1]


def test_the_worker_runs_a_chore_every_so_often():
    ran: list[Any] = []
    now, later = Every(600, ran.append), Every(600, ran.append, later=True)
    for _time in range(3):
        now(db.session)
        later(db.session)
    assert len(ran) == 1


def test_a_device_is_reminded_of_once_and_in_the_place_of_its_service(company: Any):
    job = made("maintenance", company)
    device = Equipment(site=job.case.site, make="Daikin", upkeep=Upkeep.YEARLY, upkeep_from=MONDAY)
    db.session.add(device)
    db.session.commit()
    told = [message for day in (349, 350, 351, 352, 358, 366) for message in run(day)]
    assert ["Thermopompe Daikin" in message.body for message in told] == [True]


def test_a_device_whose_maintenance_is_under_way_is_not_reminded_of(company: Any):
    device = made("device", company)
    with clock.at(moment(340)):
        upkeep.plan(db.session, [device.id], company.actor)
        db.session.commit()
    assert [day for day in (341, 351, 352) if run(day)] == []


@pytest.mark.parametrize("days", [31, 45, 100])
def test_a_device_is_told_of_as_early_as_the_rule_says(company: Any, days: int):
    device = made("device", company)
    later = Equipment(site=device.site, make="Lennox", upkeep=Upkeep.YEARLY, upkeep_from=MONDAY + timedelta(200))
    rule = get_rules(db.session)[ReminderKind.MAINTENANCE]
    rule.days = str(days)
    db.session.add(later)
    db.session.commit()
    told = [(day, message.body) for day in range(365 - days - 1, 366) for message in run(day)]
    assert [day for day, _body in told] == [365 - days]
    assert not any("Lennox" in body for _day, body in told)


@pytest.mark.parametrize("day", range(28, 32))
def test_months_of_any_length_are_told_of_the_day_before(company: Any, day: int):
    """Six months after the last days of August is the end of February: told of on the 27th."""
    job = made("maintenance", company)
    service = db.session.scalars(select(Service).where(Service.maintenance_months.is_not(None))).one()
    rule = get_rules(db.session)[ReminderKind.MAINTENANCE]
    service.maintenance_months, rule.days = 6, "1"
    job.done_at = clock.from_company(date(2027, 8, day), time(16))
    db.session.commit()
    told = []
    for number in range(1, 29):
        with clock.at(clock.from_company(date(2028, 2, number), TEN)):
            told += [number for _message in reminding.run(db.session)]
    assert told == [27 if day == 28 else 28]


@pytest.mark.parametrize("status", [MessageStatus.DEAD, MessageStatus.KEPT])
def test_an_invoice_that_never_left_is_not_overdue_to_its_client(company: Any, status: MessageStatus):
    invoice = made("overdue", company)
    for message in db.session.scalars(select(Message).where(Message.document_id == invoice.id)):
        message.status = status
    db.session.commit()
    assert run(33) == []
