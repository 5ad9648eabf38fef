"""The quote: sent, answered, approved word for word, revised; and the job that comes of it."""

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sercom.core.base import db
from sercom.core.clock import today
from sercom.core.errors import ConflictError, DomainError
from sercom.core.money import TaxStatus
from sercom.entities.company.model import get_company
from sercom.entities.documents.line import LineDraft
from sercom.entities.quotes.evidence import Channel
from sercom.entities.quotes.model import DeclineReason, QuoteStatus
from sercom.models import Quote
from sercom.workflow import content
from tests.support import HUNDRED, convert, give, make_client, make_user, start

APPROVAL = {"channel": Channel.PHONE, "name": "Julie Tremblay"}
PARTS = LineDraft("Pompe", Decimal(2), "", Decimal("40.00"), Decimal("5.00"), Decimal("20.00"), TaxStatus.EXEMPT)


@pytest.fixture
def office(context):
    return make_user("office").actor


def sent(office: Any, **options: Any) -> Quote:
    quote = start("quote", office, **options)
    give("mark_sent", quote, office)
    return quote


def approved(office: Any, **options: Any) -> Quote:
    quote = sent(office, **options)
    give("approve", quote, office, **APPROVAL)
    return quote


def test_an_empty_quote_is_neither_sent_nor_converted(office):
    quote = start("quote", office, drafts=())
    with pytest.raises(DomainError):
        give("mark_sent", quote, office)
    with pytest.raises(DomainError):
        convert(quote, "job", office, approval=APPROVAL)
    assert (quote.status, quote.approvals, quote.conversions) == (QuoteStatus.DRAFT, [], [])


def test_a_sent_quote_is_valid_for_the_companys_number_of_days(office):
    get_company(db.session).quote_validity_days = 45
    assert sent(office).valid_until == today() + timedelta(days=45)
    assert sent(office, valid_until=date(2030, 1, 1)).valid_until == date(2030, 1, 1)


@pytest.mark.parametrize("status", [status for status in QuoteStatus if status is not QuoteStatus.DRAFT])
def test_only_a_draft_is_edited(office, status):
    quote = start("quote", office)
    quote.status = status
    with pytest.raises(DomainError):
        content.change(db.session, quote, office, [HUNDRED])


def test_an_approval_keeps_who_how_and_exactly_what(office):
    quote = sent(office, drafts=(HUNDRED, PARTS), discount=Decimal("10.00"))
    give("approve", quote, office, channel="on_site", name=" Julie Tremblay ", address="84, rue Sainte-Rose")
    approval = quote.approval
    assert (approval.channel, approval.name, approval.address) == (
        Channel.ON_SITE,
        "Julie Tremblay",
        "84, rue Sainte-Rose",
    )
    assert (approval.revision, approval.recorded_by_id, approval.withdrawn_at) == (1, office.user_id, None)
    assert approval.sha256 == hashlib.sha256(approval.content.encode()).hexdigest()
    what = json.loads(approval.content)
    assert (what["number"], what["revision"], what["discount"]) == (quote.number, 1, "10.00")
    assert what["total"] == str(quote.total)
    assert [line[0] for line in what["lines"]] == ["Main-d’œuvre", "Pompe"]


def test_the_clients_address_stands_in_for_a_missing_one(office):
    quote = sent(office, client=make_client())
    give("approve", quote, office, **APPROVAL)
    assert quote.approval.address == "84, rue Sainte-Rose, Laval (QC) H7L\u00a01M3"


def test_somebody_approves(office):
    with pytest.raises(DomainError) as refusal:
        give("approve", sent(office), office, channel="phone", name="  ")
    assert refusal.value.field == "name"


@pytest.mark.parametrize(
    "change",
    [
        {"description": "Autre"},
        {"quantity": Decimal("1.001")},
        {"unit": "jour"},
        {"unit_price": Decimal("100.01")},
        {"discount": Decimal("0.01")},
        {"tax_status": TaxStatus.EXEMPT},
    ],
)
def test_the_hash_tells_every_change_that_a_client_sees(office, change):
    quote = start("quote", office)
    before = quote.content
    content.change(db.session, quote, office, [replace(HUNDRED, id=quote.lines[0].id, **change)])
    assert quote.content != before


def test_the_hash_is_the_same_after_a_round_trip(office):
    quote = start("quote", office, drafts=(HUNDRED, PARTS), discount=Decimal(10))
    before = quote.content
    db.session.expire_all()
    assert quote.content == before


def test_a_revision_keeps_the_old_approval_withdrawn(office):
    quote = approved(office)
    first = quote.approval
    give("revise", quote, office)
    assert (quote.status, quote.revision, quote.approval) == (QuoteStatus.DRAFT, 2, None)
    assert (quote.sent_at, quote.valid_until) == (None, None)
    assert first.withdrawn_at is not None
    content.change(db.session, quote, office, [replace(HUNDRED, unit_price=Decimal("120.00"))])
    give("mark_sent", quote, office)
    give("approve", quote, office, **APPROVAL)
    db.session.expire_all()
    old, new = quote.approvals
    assert (old.revision, new.revision, quote.approval) == (1, 2, new)
    assert (json.loads(old.content)["total"], json.loads(new.content)["total"]) == ("114.98", "137.97")
    assert old.sha256 != new.sha256


def test_an_approval_is_withdrawn_while_no_live_job_came_of_it(office):
    quote = approved(office)
    give("withdraw_approval", quote, office)
    assert (quote.status, quote.approval, len(quote.approvals)) == (QuoteStatus.SENT, None, 1)
    give("approve", quote, office, **APPROVAL)
    job = convert(quote, "job", office)
    for command in ("withdraw_approval", "revise"):
        with pytest.raises(DomainError):
            give(command, quote, office)
    assert quote.approval is not None
    give("cancel", job, office)
    give("revise", quote, office)


def test_what_the_client_answers(office):
    quote = sent(office)
    give("request_changes", quote, office, change_request="Un modèle plus silencieux")
    assert quote.change_request == "Un modèle plus silencieux"
    give("decline", quote, office, reason="price")
    assert quote.decline_reason is DeclineReason.PRICE
    give("approve", quote, office, **APPROVAL)
    assert quote.status is QuoteStatus.APPROVED


def test_what_was_asked_for_is_there_while_the_next_revision_is_written(office):
    quote = sent(office)
    give("request_changes", quote, office, change_request="Un modèle plus silencieux")
    give("revise", quote, office)
    assert quote.change_request == "Un modèle plus silencieux"
    give("mark_sent", quote, office)
    assert quote.change_request is None, "the revision that left answers it"


def test_a_restored_quote_is_a_draft_of_its_next_revision(office):
    quote = sent(office)
    give("archive", quote, office)
    give("restore", quote, office)
    assert (quote.status, quote.revision, quote.sent_at) == (QuoteStatus.DRAFT, 2, None)


@pytest.mark.parametrize("status", ["draft", "sent", "changes_requested"])
def test_converting_records_the_approval_on_the_way(office, status):
    quote = start("quote", office, drafts=(HUNDRED, PARTS), discount=Decimal("10.00"), description="Sous-sol")
    if status != "draft":
        give("mark_sent", quote, office)
    if status == "changes_requested":
        give("request_changes", quote, office, change_request="Rien")
    with pytest.raises(DomainError) as refusal:
        convert(quote, "job", office)
    assert (refusal.value.field, quote.approvals) == ("name", [])
    job = convert(quote, "job", office, approval=APPROVAL)
    assert (quote.status, quote.approval.name) == (QuoteStatus.APPROVED, "Julie Tremblay")
    assert quote.sent_at is not None
    assert (job.discount, job.total, job.instructions) == (Decimal("10.00"), quote.total, "Sous-sol")
    assert [(line.cost, line.tax_status, line.discount) for line in job.lines] == [
        (None, TaxStatus.TAXABLE, Decimal("0.00")),
        (Decimal("20.00"), TaxStatus.EXEMPT, Decimal("5.00")),
    ]


@pytest.mark.parametrize("command", ["decline", "archive"])
def test_what_was_refused_makes_no_job(office, command):
    quote = sent(office)
    give(command, quote, office, **({"reason": "price"} if command == "decline" else {}))
    with pytest.raises(ConflictError):
        convert(quote, "job", office, approval=APPROVAL)


def test_a_cancelled_job_gives_its_lines_back(office):
    quote = approved(office)
    job = convert(quote, "job", office)
    with pytest.raises(DomainError):
        convert(quote, "job", office)
    give("cancel", job, office)
    assert convert(quote, "job", office, confirm=False).total == quote.total
