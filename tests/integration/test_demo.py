"""The demo company: believable to the cent and to the minute, never in production, and gone without a trace."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import func, select

from sercom import models
from sercom.accounts import matching
from sercom.core import clock
from sercom.core.access import Role
from sercom.core.base import db
from sercom.core.clock import UtcDateTime
from sercom.core.money import ZERO, line_amount
from sercom.demo import company
from sercom.demo.clients import CLIENTS
from sercom.entities.credits.model import CreditNoteStage
from sercom.entities.delivery.message import MessageKind, MessageStatus
from sercom.entities.documents.line import LineKind
from sercom.entities.invoices.model import InvoiceStage, InvoiceStatus
from sercom.entities.jobs.billing import billing_of
from sercom.entities.jobs.model import JobStage
from sercom.entities.ledger.model import EntryKind, Method
from sercom.entities.quotes.model import QuoteStage
from sercom.entities.requests.model import CloseReason, RequestStage
from sercom.entities.requests.triage import Urgency
from sercom.entities.sites.model import Province
from sercom.entities.users.model import Colour
from sercom.entities.visits.model import VisitStatus
from sercom.models import Client, Document, Invoice, Job, JournalEntry, Quote, ServiceRequest, User, Visit
from sercom.workflow.suggesting import Need, fill_gap, suggest
from tests.integration.conftest import Demo
from tests.ledger import check_books
from tests.support import Browser

PATHS = {"request>quote>job>invoice", "request>job>invoice", "request>invoice", "quote>job>invoice", "job>invoice"}
#: Planned, promised or due: what may lie ahead.
AHEAD = {*((table, column) for table in ("visit", "absence") for column in ("starts_at", "ends_at"))}
AHEAD |= {("link", "expires_at")}


def count(model: type[Any], *conditions: Any) -> int:
    """How many rows there are."""
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


# --- what there is -------------------------------------------------------------------------------


def test_the_company_is_complete(demo: Demo):
    settings = db.session.scalars(select(models.Company)).one()
    assert settings.normalise_numbers() == []
    told = "name street city postal_code phone email gst_number qst_number neq rbq_licence invoice_note "
    told += "logo_id interac_email interest_percent quote_terms quote_terms_en warranty warranty_en invoice_note_en"
    assert [name for name in told.split() if not getattr(settings, name)] == []
    people = db.session.scalars(select(User).order_by(User.id)).all()
    assert [user.email.split("@")[0] for user in people] == ["owner", "office", "tech", "tech2", "accountant"]
    assert {role.name for user in people for role in user.roles} == {role.value for role in Role}
    assert [len(team.members) for team in db.session.scalars(select(models.Team))] == [2, 2]
    assert count(models.CatalogItem) >= 25


def test_there_are_forty_clients_of_every_sort(demo: Demo):
    clients = db.session.scalars(select(Client)).all()
    assert len(clients) == len(CLIENTS) == 41  # one of the forty asks again through the form
    assert Counter(client.kind.value for client in clients).keys() == {"person", "company"}
    assert sum(client.language.value == "en_CA" for client in clients) >= 4
    assert sum(client.is_prospect for client in clients) >= 3
    assert sum(len(client.sites) > 1 for client in clients) >= 5
    assert all(client.sites for client in clients)
    assert count(Client, Client.id.not_in(select(Document.client_id))) == 0


def test_addresses_lead_to_nobody(demo: Demo):
    phones = [
        *db.session.scalars(select(Client.phone)),
        *db.session.scalars(select(Client.other_phone)),
        *db.session.scalars(select(models.Site.contact_phone)),
        *db.session.scalars(select(User.phone)),
        *db.session.scalars(select(models.Company.phone)),
    ]
    assert [phone for phone in phones if phone and phone[5:10] != "55501"] == []
    given = [phone for phone in db.session.scalars(select(Client.phone)) if phone]
    assert len(set(given)) == len(given)
    emails = [*db.session.scalars(select(Client.email)), *db.session.scalars(select(Client.billing_email))]
    safe = ("example.org", "example.com", "example.net")
    assert [email for email in emails if email and not email.endswith(safe)] == []


@pytest.mark.parametrize(
    ("model", "column", "stages"),
    [
        (ServiceRequest, "stage", RequestStage),
        (Quote, "stage", QuoteStage),
        (Job, "stage", JobStage),
        (Invoice, "stage", InvoiceStage),
        (models.CreditNote, "stage", CreditNoteStage),
        (Visit, "status", VisitStatus),
        (ServiceRequest, "close_reason", CloseReason),
    ],
)
def test_every_tab_holds_something(demo: Demo, model: type[Any], column: str, stages: type[Any]):
    found = set(db.session.scalars(select(getattr(model, column)).distinct())) - {None}
    assert found == set(stages)


def test_there_is_much_work_along_all_five_paths(demo: Demo):
    assert count(Document) >= 150
    made_from = {row.target_id: row.source for row in db.session.scalars(select(models.Conversion))}

    def path(document: Document) -> str:
        source = made_from.get(document.id)
        return (f"{path(source)}>" if source else "") + document.kind.value

    assert {path(invoice) for invoice in db.session.scalars(select(Invoice))} == PATHS


def test_no_two_documents_of_a_kind_say_the_same(demo: Demo):
    titles = Counter(
        (case.title, document.kind)
        for case in db.session.scalars(select(models.Case))
        for document in case.documents
        if document.made_from is None
    )
    assert [title for title, times in titles.items() if times > 2] == []
    texts = Counter(db.session.scalars(select(Visit.findings).where(Visit.findings.is_not(None))))
    assert [text for text, times in texts.items() if times > 1] == []


def test_this_week_is_full(demo: Demo):
    first, last = clock.day_bounds(clock.today())
    today = db.session.scalars(select(Visit).where(Visit.starts_at >= first, Visit.starts_at < last)).all()
    assert len(today) >= 3
    assert count(Visit, Visit.starts_at >= last) >= 12
    assert count(ServiceRequest, ServiceRequest.urgency == Urgency.EMERGENCY, ServiceRequest.stage == "new") >= 2
    assert count(models.Note, models.Note.shown_to_client) >= 1
    assert count(models.Note, ~models.Note.shown_to_client) >= 5
    assert count(models.PartUsed) >= 5
    assert count(models.File) == 2


# --- money ---------------------------------------------------------------------------------------


def test_totals_add_up_and_nothing_is_paid_twice(demo: Demo):
    for document in db.session.scalars(select(Document)):
        lines = [line for line in document.lines if line.kind is LineKind.ITEM and line.accepted]
        amount = sum((line_amount(line.quantity, line.unit_price, line.discount) for line in lines), ZERO)
        assert document.net == amount - document.discount
        assert document.tax == sum((tax.amount for tax in document.taxes), ZERO)
        assert document.total == document.net + document.tax
    for invoice in db.session.scalars(select(Invoice)):
        assert ZERO <= invoice.paid <= invoice.total
    rests = {payment.kind: payment.rest for payment in db.session.scalars(select(models.Payment)) if payment.rest}
    held = {EntryKind.PAYMENT, EntryKind.DEPOSIT, EntryKind.CREDIT}
    assert set(rests) == held, "somebody paid too much, a deposit is held, a credit note is left"
    check_books()


def test_invoice_numbers_have_no_gap_and_rise_with_the_dates(demo: Demo):
    invoices = db.session.scalars(
        select(Invoice).where(Invoice.status != InvoiceStatus.DRAFT).order_by(Invoice.number)
    ).all()
    assert [invoice.number for invoice in invoices] == [f"F-{place + 1:06d}" for place in range(len(invoices))]
    dates = [invoice.issued_at for invoice in invoices]
    assert dates == sorted(dates)
    assert {clock.to_company(invoice.issued_at).date() == invoice.issue_date for invoice in invoices} == {True}


def test_money_is_owed_at_every_age(demo: Demo):
    overdue = db.session.scalars(select(Invoice.due_date).where(Invoice.stage == InvoiceStage.OVERDUE))
    ages = Counter(min(((clock.today() - due).days - 1) // 30, 3) for due in overdue)
    assert ages.keys() == {0, 1, 2, 3}
    assert {*db.session.scalars(select(models.Payment.method))} == {*Method, None}


def test_every_way_of_pricing_and_invoicing_is_there_once(demo: Demo):
    assert count(models.Line, models.Line.discount_percent.is_not(None), models.Line.discount > 0) >= 1
    assert count(Document, Document.discount_percent.is_not(None), Document.discount > 0) >= 1
    assert count(models.Line, models.Line.optional) >= 1
    taxes = select(models.DocumentTax.code).join(Invoice, Invoice.id == models.DocumentTax.document_id)
    taxes = taxes.join(Invoice.case).join(models.Site, models.Site.id == models.Case.site_id)
    assert db.session.scalars(taxes.where(models.Site.province == Province.ON)).all() == ["HST"]
    held = db.session.scalars(select(Job).where(Job.holdback_percent.is_not(None))).one()
    billing = billing_of(held)
    assert billing.held > ZERO
    assert ZERO < billing.left < billing.net
    waiting = db.session.scalars(select(models.BankTransfer)).all()
    proposed = matching.propose(db.session, waiting).values()
    assert [bool(found and found[0].is_likely) for found in proposed] == [True, True, False]


# --- time ----------------------------------------------------------------------------------------


def test_nothing_is_left_to_send(demo: Demo):
    """Clients of the demo live at addresses that may be somebody's: receipts too left long ago."""
    left = select(models.Message.kind, models.Message.status).where(models.Message.status != MessageStatus.SENT)
    assert db.session.execute(left).all() == []
    assert count(models.Message, models.Message.kind == MessageKind.RECEIPT) > 0


def test_the_journal_tells_the_story_in_order(demo: Demo):
    moments = db.session.scalars(select(JournalEntry.at).order_by(JournalEntry.id)).all()
    assert [pair for pair in pairwise(moments) if pair[0] > pair[1]] == []
    numbers = db.session.execute(select(models.Case.number, models.Case.created_at).order_by(models.Case.number)).all()
    assert [pair for pair in pairwise(numbers) if pair[0][1] > pair[1][1]] == []


def test_nothing_has_happened_yet_that_lies_ahead(demo: Demo):
    late = []
    for table in db.metadata.tables.values():
        for column in table.c:
            if isinstance(column.type, UtcDateTime) and (table.name, column.name) not in AHEAD:
                latest = db.session.scalar(select(func.max(column)))
                late += [(table.name, column.name, latest)] if latest and latest > demo.now else []
    assert late == []
    for day in (models.Payment.received_on, Invoice.issue_date, Invoice.service_date):
        assert db.session.scalar(select(func.max(day))) <= clock.today()
    assert count(Visit, Visit.started_at.is_not(None), Visit.starts_at > demo.now) == 0


def test_each_document_comes_after_what_it_was_made_from(demo: Demo):
    for conversion in db.session.scalars(select(models.Conversion)):
        assert conversion.source.created_at <= conversion.target.created_at <= conversion.at
    for quote in db.session.scalars(select(Quote).where(Quote.sent_at.is_not(None))):
        assert quote.created_at < quote.sent_at
        assert all(approval.at > quote.sent_at for approval in quote.approvals if not approval.withdrawn_at)
    for visit in db.session.scalars(select(Visit).where(Visit.started_at.is_not(None))):
        assert visit.created_at < visit.started_at
    for client in db.session.scalars(select(Client)):
        assert all(case.created_at >= client.created_at for case in _cases(client))


def _cases(client: Client) -> list[models.Case]:
    return list(db.session.scalars(select(models.Case).where(models.Case.client_id == client.id)))


def test_nobody_is_in_two_places_at_once(demo: Demo):
    planned = db.session.scalars(
        select(Visit).where(Visit.starts_at.is_not(None), Visit.status != VisitStatus.CANCELLED)
    ).all()
    for technician in db.session.scalars(select(User).where(User.email.startswith("tech"))):
        own = [visit for visit in planned if visit.person is technician or (visit.team in technician.teams)]
        own.sort(key=lambda visit: visit.starts_at)
        clashes = [(a.starts_at, b.starts_at) for a, b in pairwise(own) if a.ends_at > b.starts_at]
        assert clashes == []
        assert len(own) > 20


def test_planning_has_something_to_go_by(demo: Demo):
    assert count(models.Skill) >= 4
    assert count(models.Absence, models.Absence.user_id.is_(None)) == count(models.Absence) - 1 == 1
    assert {user.colour for user in db.session.scalars(select(User))} > {Colour.BLUE, Colour.GREEN}
    left = db.session.scalars(select(Visit).where(Visit.status == VisitStatus.CANCELLED, Visit.starts_at > demo.now))
    fillers = [filler for visit in left for filler in fill_gap(db.session, visit)]
    assert len(fillers) >= 2
    waiting = db.session.scalars(select(Visit).where(Visit.status == VisitStatus.UNSCHEDULED)).all()
    assert [visit for visit in waiting if visit.skill and visit.expected_minutes and visit.case.zone]
    assert all(suggest(db.session, Need.of(visit), clock.today(), 7) for visit in waiting)


def test_a_technician_sees_todays_visits(demo: Demo):
    browser = Browser(demo.app)
    technician = db.session.scalars(select(User).where(User.email == f"tech@{company.DOMAIN}")).one()
    first, last = clock.day_bounds(clock.today())
    own = select(Visit).where(Visit.assigned_to(technician.id), Visit.starts_at >= first, Visit.starts_at < last)
    cases = [visit.case.title for visit in db.session.scalars(own)]
    assert cases
    user_id = technician.id
    db.session.remove()
    page = browser.sign_in(user_id).get("/admin/").get_data(as_text=True)
    assert [title for title in cases if title not in page] == []
