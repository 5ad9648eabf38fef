"""The demo company: believable to the cent and to the minute, never in production, and gone without a trace."""

from __future__ import annotations

import fcntl
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select

from sercom import models
from sercom.core import clock
from sercom.core.access import Role
from sercom.core.base import db
from sercom.core.clock import UtcDateTime
from sercom.core.errors import DomainError
from sercom.core.money import ZERO, line_amount
from sercom.demo import company, pictures, removal
from sercom.demo.clients import CLIENTS
from sercom.demo.timeline import Diary, tell, working_day
from sercom.demo.works import WORKS
from sercom.entities.documents.line import LineKind
from sercom.entities.files.photos import make_safe
from sercom.entities.invoices.model import InvoiceStage, InvoiceStatus
from sercom.entities.jobs.model import JobStage
from sercom.entities.quotes.model import QuoteStage
from sercom.entities.requests.model import CloseReason, RequestStage, Urgency
from sercom.entities.visits.model import VisitStatus
from sercom.models import Client, Document, Invoice, Job, JournalEntry, Quote, ServiceRequest, User, Visit
from tests.conftest import WORKER, build_app, new_database
from tests.support import Browser, make_client, make_user

TORONTO = ZoneInfo("America/Toronto")
#: A morning of work, and the last minutes of a Sunday on which the clocks change.
MOMENTS = {
    "sqlite": datetime(2026, 11, 24, 10, 40, tzinfo=TORONTO),
    "postgresql": datetime(2027, 3, 14, 23, 58, tzinfo=TORONTO),
}
PATHS = {"request>quote>job>invoice", "request>job>invoice", "request>invoice", "quote>job>invoice", "job>invoice"}
#: Planned, promised or due: what may lie ahead.
AHEAD = {("visit", "starts_at"), ("visit", "ends_at"), ("invoice", "due_date"), ("quote", "valid_until")}


@dataclass(frozen=True)
class Demo:
    """The application on a seeded database, and the moment at which it was seeded."""

    app: Flask
    now: datetime


@pytest.fixture(scope="module", params=MOMENTS)
def seeded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The whole company, made once for each kind of database, also where several test processes want it."""
    kind, now = request.param, MOMENTS[request.param]
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if WORKER else base
    made = folder / f"demo-{kind}.url"
    with (folder / f"demo-{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if made.exists():
            app = build_app(made.read_text())
        else:
            url = new_database(kind, folder, request, "demo")
            app = build_app(url)
            with app.app_context(), clock.at(now):
                company.seed(photos=2)
            made.write_text(url)
    yield Demo(app, now)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def demo(seeded: Demo) -> Iterator[Demo]:
    """The company at its moment, in a context."""
    with seeded.app.app_context(), clock.at(seeded.now):
        yield seeded
        db.session.rollback()


def count(model: type[Any], *conditions: Any) -> int:
    """How many rows there are."""
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


# --- what there is -------------------------------------------------------------------------------


def test_the_company_is_complete(demo: Demo):
    settings = db.session.scalars(select(models.Company)).one()
    assert settings.normalise_numbers() == []
    told = "name street city postal_code phone email gst_number qst_number neq rbq_licence invoice_note"
    assert [name for name in told.split() if not getattr(settings, name)] == []
    people = db.session.scalars(select(User)).all()
    assert [user.email.split("@")[0] for user in people] == ["owner", "office", "tech", "tech2", "accountant"]
    assert {role.name for user in people for role in user.roles} == {role.value for role in Role}
    assert [len(team.members) for team in db.session.scalars(select(models.Team))] == [2, 2]
    assert count(models.CatalogItem) >= 25


def test_there_are_forty_clients_of_every_sort(demo: Demo):
    clients = db.session.scalars(select(Client)).all()
    assert len(clients) == len(CLIENTS) == 40
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
        lines = [line for line in document.lines if line.kind is LineKind.ITEM]
        amount = sum((line_amount(line.quantity, line.unit_price, line.discount) for line in lines), ZERO)
        assert document.net == amount - document.discount
        assert document.tax == sum((tax.amount for tax in document.taxes), ZERO)
        assert document.total == document.net + document.tax
    for invoice in db.session.scalars(select(Invoice)):
        assert ZERO <= invoice.paid <= invoice.total
    for payment in db.session.scalars(select(models.Payment)):
        assert sum((allocation.amount for allocation in payment.allocations), ZERO) == payment.amount


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
    assert len({*db.session.scalars(select(models.Payment.method))}) == 5


# --- time ----------------------------------------------------------------------------------------


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


# --- once, never in production, and gone ---------------------------------------------------------


def test_a_second_seed_is_refused(demo: Demo):
    before = count(JournalEntry)
    result = demo.app.test_cli_runner().invoke(args=["seed"])
    assert result.exit_code == 1
    assert "empty database" in result.output
    quiet = demo.app.test_cli_runner().invoke(args=["seed", "--if-empty"])
    assert quiet.exit_code == 0
    assert f"owner@{company.DOMAIN}" in quiet.output
    assert count(JournalEntry) == before


@pytest.mark.parametrize("command", [["seed"], ["unseed", "--yes"]])
def test_production_is_refused(demo: Demo, monkeypatch: pytest.MonkeyPatch, command: list[str]):
    monkeypatch.setitem(demo.app.config, "PRODUCTION", True)
    result = demo.app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 1
    assert "production" in result.output
    assert count(Client) == 40


def somebody_real() -> None:
    make_user("office", email="marie@plomberie.example.com")


def a_real_form() -> None:
    client = make_client("Vrai client")
    document = ServiceRequest(title="Vraie demande", ticket="c0ffee", number="2026-9999-D", client=client)
    document.case = models.Case(number="2026-9999", client=client, site=client.sites[0], letters={})
    db.session.add(document)
    db.session.flush()


@pytest.mark.parametrize(
    ("make", "reason"), [(somebody_real, "marie@plomberie.example.com"), (a_real_form, "Vrai client")]
)
def test_real_work_is_never_removed(demo: Demo, make: Any, reason: str):
    removal.require_demo_only()
    make()
    with pytest.raises(DomainError, match=reason):
        removal.require_demo_only()


def rows(app: Flask) -> dict[str, list[Any]]:
    """Every row of every table, the ones that tell the time aside."""
    with app.app_context():
        inspector = inspect(db.engine)
        tables = sorted(set(inspector.get_table_names()) - {"alembic_version"})
        found = {name: sorted(map(repr, db.session.execute(select(db.metadata.tables[name])))) for name in tables}
        db.session.remove()
        return found


@pytest.mark.slow
def test_the_demo_goes_without_a_trace_and_comes_again(own_app: Flask):
    fresh, runner = rows(own_app), own_app.test_cli_runner()
    assert runner.invoke(args=["unseed", "--yes"]).exit_code == 1  # there is none
    for _time in range(2):
        with own_app.app_context():
            company.seed(works=WORKS[:3], photos=1)
            numbers = list(db.session.scalars(select(models.Case.number).order_by(models.Case.id)))
            assert numbers[0].endswith("-0001")
        kept = rows(own_app)
        declined = runner.invoke(args=["unseed"], input="n\n")
        assert declined.exit_code == 1
        assert rows(own_app) == kept
        removed = runner.invoke(args=["unseed"], input="y\n")
        assert removed.exit_code == 0, removed.output
        assert rows(own_app) == fresh


# --- the parts -----------------------------------------------------------------------------------


def test_stories_are_told_side_by_side(context: Flask):
    told: list[tuple[str, datetime]] = []
    noon = datetime(2026, 5, 4, 12, tzinfo=TORONTO)

    def story(name: str, hours: list[int]) -> Iterator[datetime]:
        for hour in hours:
            yield noon.replace(hour=hour)
            told.append((name, clock.utcnow()))

    tell(db.session, [story("a", [8, 11, 15]), story("b", [9, 10])], noon)
    assert [name for name, _moment in told] == ["a", "b", "b", "a"]
    assert [moment for _name, moment in told] == [noon.replace(hour=hour) for hour in (8, 9, 10, 11)]
    with pytest.raises(ValueError, match="back in time"):
        tell(db.session, [story("c", [9, 8])], noon)


@pytest.mark.parametrize(
    ("number", "day"),
    [(0, "2026-11-28"), (-1, "2026-11-27"), (1, "2026-11-30"), (-6, "2026-11-20"), (6, "2026-12-07")],
)
def test_a_weekend_is_no_working_day(number: int, day: str):
    assert working_day(number, datetime(2026, 11, 28).date()).isoformat() == day  # noqa: DTZ001  # a Saturday


def test_a_full_day_moves_a_visit_to_the_next(context: Flask):
    diary = Diary(datetime(2026, 11, 24).date())  # noqa: DTZ001
    slots = [diary.book("tech", 0, hours) for hours in (2, 4, 2, 2)]
    assert [(slot.day, clock.to_company(slot.starts_at).hour) for slot in slots] == [(0, 8), (0, 13), (0, 10), (1, 8)]


@pytest.mark.parametrize("motif", pictures.MOTIFS)
def test_a_picture_is_the_same_at_each_run_and_differs_from_the_next(motif: str):
    first, again, other = (pictures.draw(motif, number) for number in (1, 1, 2))
    assert first == again != other
    photo = make_safe(first)
    assert (photo.width, photo.height) == (1600, 1200)
