"""The client's answer to a quote: what may be answered when, at which price, and what becomes of it."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from sercom.core.access import Actor
from sercom.core.base import db
from sercom.core.clock import today
from sercom.core.errors import ConflictError, DomainError, ForbiddenError
from sercom.entities.clients.model import ClientKind
from sercom.entities.company.model import get_company
from sercom.entities.delivery.link import find_link
from sercom.entities.quotes.evidence import Channel
from sercom.entities.quotes.model import DeclineReason, QuoteStatus
from sercom.entities.quotes.snapshot import as_it_stands, snapshot_of
from sercom.models import Job, Message
from sercom.workflow import answering, edges, hub, inbox, merging
from sercom.workflow.answering import Standing, answers_to, standing_of
from sercom.workflow.transitions import run
from tests.answering import named, waiting, word
from tests.rows import plan
from tests.support import give, make_client, make_user

CLOSED = "Le dossier est fermé."
#: What becomes of the quote after it was sent, and what the client may answer then.
STANDINGS: dict[str, tuple[tuple[Any, ...], Standing, set[str]]] = {
    "sent": ((), Standing.OPEN, {"approve", "request_changes", "decline"}),
    "asked": ((("request_changes", {"change_request": "x"}),), Standing.ASKED, {"approve", "decline"}),
    "declined": ((("decline", {"reason": "price"}),), Standing.DECLINED, set()),
    "approved": ((("approve", {"channel": "phone", "name": "Julie"}),), Standing.APPROVED, set()),
    "withdrawn": (
        (("approve", {"channel": "phone", "name": "Julie"}), ("withdraw_approval", {})),
        Standing.OPEN,
        {"approve", "request_changes", "decline"},
    ),
    "archived": ((("archive", {}),), Standing.CLOSED, set()),
    "revised": ((("revise", {}),), Standing.REVISED, set()),
    "sent again": ((("revise", {}), ("mark_sent", {})), Standing.REVISED, set()),
}


def messages(kind: str) -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)))


@pytest.mark.parametrize("case", STANDINGS)
def test_what_may_be_answered_follows_from_where_the_quote_stands(context, case):
    commands, standing, answers = STANDINGS[case]
    quote, link, office = waiting()
    for command, data in commands:
        give(command, quote, office, **data)
    assert (standing_of(quote, link.revision), answers_to(quote, link.revision)) == (standing, answers)
    before = (quote.status, quote.revision, len(quote.approvals))
    for answer, act in {
        "approve": lambda: answering.approve(db.session, quote, link, word(quote)),
        "request_changes": lambda: answering.request_changes(db.session, quote, link, "Plus petit"),
        "decline": lambda: answering.decline(db.session, quote, link, DeclineReason.PRICE, ""),
    }.items():
        if answer not in answers:
            with pytest.raises(ConflictError):
                act()
    assert (quote.status, quote.revision, len(quote.approvals)) == before


def test_an_offer_that_is_over_is_renewed_or_declined_and_not_approved(context):
    quote, link, _office = waiting()
    quote.valid_until = today() - timedelta(days=1)
    assert standing_of(quote, link.revision) is Standing.EXPIRED
    assert answers_to(quote, link.revision) == {"request_changes", "decline"}
    with pytest.raises(ConflictError):
        answering.approve(db.session, quote, link, word(quote))
    answering.request_changes(db.session, quote, link, "Renouvelez-la, s’il vous plaît")
    assert answers_to(quote, link.revision) == {"decline"}, "nor is it approved once that was asked"


@pytest.mark.parametrize("discount", [{}, {"discount": Decimal("50.00")}, {"discount_percent": Decimal("7.5")}])
def test_a_choice_costs_what_it_was_said_to(context, discount):
    quote, _link, office = waiting(**discount, deposit_percent=Decimal(30), kind=ClientKind.COMPANY)
    sent = json.loads(quote.sent_content(1))
    free = [line.description for line in quote.offer.options]
    for model in ("Petit modèle", "Grand modèle"):
        for count in range(len(free) + 1):
            for names in combinations(free, count):
                taken = named(quote, model, *names)
                before = quote.total
                shown = as_it_stands(db.session, sent, quote, taken)
                assert quote.total == before, "looking changes nothing"
                give("approve", quote, office, channel="phone", name="Julie", accepted=taken)
                told = as_it_stands(db.session, sent, quote)
                differ = {key for key in told if told[key] != shown[key]} - {"taken"}
                assert (differ, set(shown["taken"])) == (set(), set(told["taken"]))
                give("withdraw_approval", quote, office)


@pytest.mark.parametrize("taken", [(), ("Petit modèle", "Grand modèle"), ("Thermostat",)])
def test_what_is_no_choice_has_no_price(context, taken):
    quote, _link, _office = waiting()
    with pytest.raises(DomainError):
        quote.price_of(named(quote, *taken))
    with pytest.raises(DomainError):
        quote.price_of({0})


def test_a_client_answers_for_documents_of_their_own_alone(context):
    quote, _link, _office = waiting()
    data = {"channel": "portal", "name": "Julie"}
    for actor in (Actor("Personne"), Actor("Autre", client_id=make_client().id)):
        with pytest.raises(ForbiddenError):
            run(db.session, "approve", quote, actor, data)
    for command in ("extend", "revise", "archive"):
        with pytest.raises(ForbiddenError):
            run(db.session, command, quote, answering.client_of(quote), {})


def test_an_approval_keeps_what_was_taken_by_whom_and_how(context):
    quote, link, _office = waiting()
    approval = answering.approve(db.session, quote, link, word(quote, "Grand modèle", "Thermostat"))
    db.session.expire_all()
    assert (quote.status, approval.channel.value, approval.typed) == (QuoteStatus.APPROVED, "portal", "Julie Tremblay")
    assert json.loads(approval.content)["total"] == "1667.14"  # (100 + 1200 + 150) × 1.14975
    with pytest.raises(DBAPIError), db.session.begin_nested():
        db.session.execute(text("UPDATE approval SET name = 'Autre'"))


def test_another_total_than_was_shown_is_not_approved(context):
    quote, link, _office = waiting()
    with pytest.raises(ConflictError) as refused:
        answering.approve(db.session, quote, link, word(quote, "Grand modèle", total=f"{quote.total:.2f}"))
    assert "1 494,68" in str(refused.value).replace("\u00a0", " ")
    assert quote.approval is None


@pytest.mark.parametrize(
    ("kind", "asked"), [(ClientKind.PERSON, Decimal("0.00")), (ClientKind.COMPANY, Decimal("310.43"))]
)
def test_no_deposit_is_asked_from_a_consumer_who_approves_on_the_page(context, kind, asked):
    quote, link, office = waiting(kind=kind, deposit_percent=Decimal(30))
    get_company(db.session).approval_starts_job = True
    approval = answering.approve(db.session, quote, link, word(quote))
    db.session.expire_all()
    job = db.session.scalars(select(Job)).one()
    assert (quote.deposit_asked, job.deposit_asked, json.loads(approval.content)["deposit"]) == (
        asked,
        asked,
        str(asked),
    )
    give("cancel", job, office)
    together = {"on_site": Decimal("310.43"), "paper": Decimal("310.43")}
    for channel in Channel:
        give("withdraw_approval", quote, office)
        printed = snapshot_of(db.session, quote)["deposit"]
        assert (printed["amount"], printed["face_to_face"]) == ("310.43", kind is ClientKind.PERSON)
        give("approve", quote, office, channel=channel.value, name="Julie")
        assert quote.deposit_asked == together.get(channel.value, asked), "a contract made otherwise is recorded so"


@pytest.mark.parametrize("starts", [True, False])
def test_an_approval_starts_the_job_where_the_company_says_so(context, starts):
    quote, link, _office = waiting()
    get_company(db.session).approval_starts_job = starts
    answering.approve(db.session, quote, link, word(quote, "Grand modèle"))
    jobs = db.session.scalars(select(Job)).all()
    assert [[line.description for line in job.lines] for job in jobs] == [["Main-d’œuvre", "Grand modèle"]] * starts
    assert [str(jobs[0]) in message.body for message in messages("quote_answered")] == [True] if starts else True


def test_what_hinders_the_job_does_not_hinder_the_approval(context, monkeypatch):
    quote, link, _office = waiting()
    get_company(db.session).approval_starts_job = True

    def refuse(*_args: Any, **_more: Any) -> None:
        quote.title = "Changé en chemin"
        db.session.flush()
        raise DomainError(CLOSED)

    monkeypatch.setattr(edges, "convert", refuse)
    answering.approve(db.session, quote, link, word(quote))
    assert (quote.status, quote.title, quote.approval.name) == (QuoteStatus.APPROVED, "Thermopompe", "Julie Tremblay")
    assert CLOSED in messages("quote_answered")[0].body


def test_a_change_and_a_refusal_reach_the_office_in_the_clients_words(context):
    quote, link, _office = waiting()
    answering.request_changes(db.session, quote, link, "Plus silencieux.\nEt blanc. {link}")
    answering.decline(db.session, quote, link, DeclineReason.DELAY, "Trop tard pour nous")
    assert (quote.status, quote.decline_note) == (QuoteStatus.DECLINED, "Trop tard pour nous")
    asked, declined = messages("quote_answered")
    assert "Plus silencieux.\nEt blanc." in asked.text
    assert "Trop tard pour nous" in declined.text
    assert link.token not in asked.text
    assert not messages("quote_approved")


@pytest.mark.parametrize("name", ["Julie\x07Tremblay", "Julie\u2028Tremblay", "Julie\r\nBcc: x@example.org"])
def test_whatever_a_clients_name_holds_their_answer_reaches_the_office(context, name):
    quote, link, _actor = waiting()
    quote.client.name, get_company(db.session).email = name, "bureau@example.org"
    inbox.receive(db.session, quote, inbox.Written("Bonjour"), "a ticket")
    answering.approve(db.session, quote, link, word(quote))
    subjects = db.session.scalars(select(Message.subject).where(Message.to_email == "bureau@example.org")).all()
    assert len(subjects) == 2
    assert all("Julie " in subject for subject in subjects)


def test_who_is_merged_meanwhile_answers_as_the_one_that_stays(context):
    quote, link, office = waiting()
    stayer = make_client("Julie T.", email="stays@example.org")
    merging.merge(db.session, stayer.id, quote.client_id, office)
    db.session.expire_all()
    found = find_link(db.session, link.token)
    assert found is not None
    answering.approve(db.session, quote, found, word(quote))
    assert (quote.client_id, messages("quote_approved")[0].to_email) == (stayer.id, "stays@example.org")


def test_from_the_clients_page_what_was_approved_is_mailed_with_a_link_that_stays(context):
    quote, _link, _office = waiting()
    person = make_user("office")
    page = hub.send(db.session, quote.client, person.actor, to="julie@example.org").hub_link
    answering.approve(db.session, quote, hub.open_document(db.session, page, quote), word(quote))
    (thanks,) = messages("quote_approved")
    assert thanks.link.hub_link is None, "the page ends within a month; what stands in a mailbox does not"
    assert thanks.link.revision == quote.revision
    assert answering.is_to_plan(quote)
    job = edges.convert(db.session, edges.find_edge(type(quote), "job"), quote, person.actor, edges.Choice(), token="x")
    plan(job.visits[0], person, person=make_user("technician"))
    assert not answering.is_to_plan(quote), "the page says no more that we will call"
