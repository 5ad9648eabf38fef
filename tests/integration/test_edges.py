"""The five conversions: from which states, by whom, what they carry and what they never carry."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sercom.core.access import Actor
from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, ForbiddenError, NeedsConfirmationError
from sercom.core.money import TaxStatus
from sercom.entities.catalog.model import ItemKind
from sercom.entities.documents.line import LineDraft
from sercom.entities.users.model import Language
from sercom.entities.visits.model import VisitStatus
from sercom.models import CatalogItem, Invoice, Job, PartUsed, Quote, ServiceRequest
from sercom.workflow import content, edges
from sercom.workflow.edges import EDGES, Choice
from tests.support import HUNDRED, KINDS, convert, give, make_client, make_user, start

#: Which edge leaves from which stored state.
STATES: dict[str, str] = {
    "request": "        new  to_assess  assessed  closed \n quote   yes  yes        yes       - \n"
    " job     yes  yes        yes       - \n invoice yes  yes        yes       - ",
    "quote": " draft  sent  approved  changes_requested  declined  archived \n job  yes  yes  yes  yes  -  - ",
    "job": " open  on_hold  done  closed  cancelled \n invoice  yes  yes  yes  yes  - ",
    "invoice": " draft  issued  void ",
}
APPROVAL = {"channel": "phone", "name": "Julie Tremblay"}
LINES = (
    LineDraft("Main-d’œuvre", Decimal(10), "h", Decimal("95.00"), Decimal("50.00"), Decimal("40.00")),
    LineDraft("Pompe", Decimal("1.5"), "", Decimal("33.33"), tax_status=TaxStatus.EXEMPT),
    LineDraft("Crédit", Decimal(-2), "", Decimal("10.00")),
)
CARRIED = ("description", "quantity", "unit", "unit_price", "discount", "cost", "tax_status", "item_id")
NEVER = ("number", "sent_at", "valid_until", "issue_date", "due_date", "issued_at", "snapshot", "done_at", "ticket")


@pytest.fixture
def office(context):
    return make_user("office").actor


def cells(table: str) -> list[tuple[str, str, str]]:
    header, *rows = [line.split() for line in table.strip().splitlines()]
    return [(row[0], state, cell) for row in rows for state, cell in zip(header, row[1:], strict=True)]


def statuses(model: type[Any]) -> Any:
    """The enum of a model's stored states."""
    return model.__table__.c.status.type.enum


def content_of(line: Any) -> tuple[Any, ...]:
    return tuple(getattr(line, name) for name in CARRIED)


def test_the_table_lists_every_edge_and_every_state():
    listed = {(kind, edge, state) for kind, table in STATES.items() for edge, state, _ in cells(table)}
    assert listed == {(e.source.__tablename__, e.name, status.value) for e in EDGES for status in statuses(e.source)}
    assert {kind: {*table.strip().splitlines()[0].split()} for kind, table in STATES.items()} == {
        kind: {status.value for status in statuses(model)} for kind, model in KINDS.items()
    }
    assert [(e.source, e.target) for e in EDGES] == [
        (ServiceRequest, Quote),
        (ServiceRequest, Job),
        (ServiceRequest, Invoice),
        (Quote, Job),
        (Job, Invoice),
    ]


@pytest.mark.parametrize(("kind", "name", "state", "allowed"), [(k, *c) for k, t in STATES.items() for c in cells(t)])
def test_edge_from_state(office, kind, name, state, allowed):
    source = start(kind, office)
    source.status = statuses(type(source))(state)
    db.session.flush()
    offered = name in {edge.name for edge in edges.edges_from(source, office)}
    assert offered is (allowed == "yes")
    if allowed == "yes":
        target = convert(source, name, office, approval=APPROVAL)
        assert (target.kind.value, target.status.value) == (name, "open" if name == "job" else "draft")
        assert (target.case_id, target.client_id, target.title) == (source.case_id, source.client_id, "Thermopompe")
        assert (target.made_from.source, source.conversions[0].target) == (source, target)
    else:
        with pytest.raises(ConflictError):
            convert(source, name, office, approval=APPROVAL)
        assert source.case.documents == [source]


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.source.__tablename__}-{edge.name}")
def test_who_may_convert_and_with_which_version(office, edge):
    source = start(edge.source.__tablename__, office)
    for actor in (make_user("technician").actor, make_user("accountant").actor, Actor("Julie Tremblay")):
        assert edges.edges_from(source, actor) == []
        with pytest.raises(ForbiddenError):
            convert(source, edge.name, actor, approval=APPROVAL)
    choice = Choice(confirm=True, approval=APPROVAL)
    with pytest.raises(ConflictError):
        edges.convert(db.session, edge, source, office, choice, token="t", version=source.version - 1)
    assert source.conversions == []
    owner = make_user("owner").actor
    made = edges.convert(db.session, edge, source, owner, choice, token="t", version=source.version)
    assert made.made_from.user_id == owner.user_id


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.source.__tablename__}-{edge.name}")
def test_the_same_token_gives_the_same_document(office, edge):
    source = start(edge.source.__tablename__, office)

    def send(token: str, *, confirm: bool) -> Any:
        choice = Choice(confirm=confirm, approval=APPROVAL, quantities={source.lines[0].id: Decimal("0.5")})
        return edges.convert(db.session, edge, source, office, choice, token=token, version=shown)

    shown = source.version
    first = send("one", confirm=True)
    db.session.expire_all()
    assert send("one", confirm=False) is first, "a retry needs neither the version nor the answers any more"
    shown = source.version
    if edge.source is not Job:  # its invoices never come to more than the job
        with pytest.raises(NeedsConfirmationError):
            send("two", confirm=False)
    assert send("two", confirm=True) is not first
    assert len(source.conversions) == 2


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.source.__tablename__}-{edge.name}")
def test_lines_are_carried_whole_and_stamps_are_not(office, edge):
    source = start(edge.source.__tablename__, office, drafts=LINES, description="Sous-sol")
    if edge.source is Quote:
        give("mark_sent", source, office)
        give("approve", source, office, **APPROVAL)
    if edge.source is Job:
        give("complete", source, office)
    target = convert(source, edge.name, office)
    assert [content_of(line) for line in target.lines] == [content_of(line) for line in source.lines]
    assert [line.source_line_id for line in target.lines] == [line.id for line in source.lines]
    assert (target.net, target.tax, target.total) == (source.net, source.tax, source.total)
    assert target.description == "Sous-sol"
    assert target.number != source.number
    carried = [name for name in NEVER if name != "number" and getattr(target, name, None) is not None]
    assert carried == []


def test_a_request_shares_its_findings_with_the_job(office):
    request = start("request", office, drafts=(), description="Bruit au démarrage")
    assert convert(request, "job", office).instructions == "Bruit au démarrage"
    plan = {"starts_at": utcnow(), "ends_at": utcnow() + timedelta(hours=1), "person": make_user("technician")}
    for found in ("62 °C au collecteur", "Filtre encrassé"):
        give("plan_assessment", request, office, **plan)
        give("finish", request.assessments[-1], office, findings=found)
    job = convert(request, "job", office)
    assert job.instructions == "62 °C au collecteur\n\nFiltre encrassé"
    assert [(visit.status, visit.instructions) for visit in job.visits] == [(VisitStatus.UNSCHEDULED, job.instructions)]


def test_a_request_invoices_what_its_assessments_took(office):
    names = {"name_en": "Travel", "name_fr": "Déplacement"}
    price = {"price": Decimal("60.00"), "cost": Decimal("20.00")}
    db.session.add_all(
        [
            CatalogItem(code="OLD", kind=ItemKind.TRAVEL, active=False, **names, price=Decimal("1.00")),
            CatalogItem(code="TRAVEL", kind=ItemKind.TRAVEL, **names, **price),
            CatalogItem(
                code="HOUR", kind=ItemKind.LABOUR, name_en="Hour", name_fr="Heure", unit="h", price=Decimal("95.00")
            ),
        ]
    )
    client = make_client(language=Language.ENGLISH)
    request = start("request", office, client, drafts=())
    plan = {"starts_at": utcnow(), "ends_at": utcnow() + timedelta(hours=1), "person": make_user("technician")}
    for minutes in (100, None):
        give("plan_assessment", request, office, **plan)
        give("finish", request.assessments[-1], office, minutes=minutes)
    first, second = request.assessments
    # Half past eleven in the evening of March 1 in Québec is March 2 in UTC.
    first.started_at = first.ended_at = datetime(2026, 3, 1, 23, 30, tzinfo=ZoneInfo("America/Toronto"))
    second.started_at = second.ended_at = first.ended_at - timedelta(days=3)
    second.minutes = 0
    first.parts.append(PartUsed(description="Joint", quantity=Decimal("2.5"), unit_price=Decimal("4.00")))
    db.session.flush()
    invoice = convert(request, "invoice", office)
    assert [(line.description, line.quantity, line.unit, line.unit_price) for line in invoice.lines] == [
        ("Travel", Decimal(1), "", Decimal("60.00")),
        ("Hour", Decimal("1.667"), "h", Decimal("95.00")),
        ("Joint", Decimal("2.5"), "", Decimal("4.00")),
        ("Travel", Decimal(1), "", Decimal("60.00")),
    ]
    assert invoice.service_date == date(2026, 3, 1)
    assert invoice.lines[0].cost == Decimal("20.00")


def test_invoicing_before_the_assessment_asks_first(office):
    request = start("request", office)
    with pytest.raises(NeedsConfirmationError):
        convert(request, "invoice", office, confirm=False)
    give("mark_assessed", request, office)
    convert(request, "invoice", office, confirm=False)


def test_the_alternatives_of_a_request_are_free(office):
    request = start("request", office)
    quotes = [convert(request, "quote", office) for _ in range(2)]
    more = LineDraft(**{**HUNDRED.__dict__, "quantity": Decimal(7), "id": quotes[0].lines[0].id})
    content.change(db.session, quotes[0], office, [more])
    assert [quote.total for quote in quotes] == [Decimal("804.83"), Decimal("114.98")]
    content.change(db.session, request, office, [])
    assert (request.lines, quotes[1].lines[0].quantity) == ([], Decimal(1))
