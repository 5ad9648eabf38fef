"""The demo's clients and documents: each is taken to its stage by the workflow's own commands."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from sercom.core import clock
from sercom.core.access import Actor
from sercom.core.base import db
from sercom.demo.pictures import picture
from sercom.entities.clients.model import ClientKind
from sercom.entities.documents.line import LineDraft
from sercom.entities.documents.model import Document
from sercom.entities.files.model import Moment
from sercom.entities.files.photos import make_safe
from sercom.entities.files.store import add_photo
from sercom.entities.ledger.model import Method
from sercom.entities.quotes.model import Channel
from sercom.entities.requests.model import Origin, Urgency
from sercom.entities.sites.model import Province
from sercom.entities.users.model import Language
from sercom.models import (
    CatalogItem,
    Client,
    Invoice,
    Job,
    Note,
    PartUsed,
    Quote,
    Service,
    ServiceRequest,
    Site,
    User,
    Visit,
)
from sercom.workflow import content, edges
from sercom.workflow.edges import Choice
from sercom.workflow.transitions import run

#: Name, kind, phone, e-mail, street, city, postal code.
CLIENTS = (
    ("Julie Tremblay", "450 555-0110", "julie.tremblay@example.org", "84, rue Sainte-Rose", "Laval", "H7L 1M3"),
    (
        "Résidence Les Tilleuls inc.",
        "514 555-0121",
        "admin@tilleuls.example.org",
        "3300, boul. Saint-Joseph Est",
        "Montréal",
        "H1Y 2B4",
    ),
    ("Michel Côté", "450 555-0132", "m.cote@example.org", "17, avenue des Pins", "Terrebonne", "J6W 3K2"),
    ("Boulangerie Chez Antoine", "514 555-0143", "antoine@example.org", "5122, rue Masson", "Montréal", "H1X 1S2"),
    ("Susan Walker", "514 555-0154", "susan.walker@example.org", "412 Lakeshore Road", "Beaconsfield", "H9W 4J1"),
    ("Nathalie Bergeron", "450 555-0165", "nbergeron@example.org", "905, montée Masson", "Mascouche", "J7K 2L6"),
    ("Coop d’habitation du Parc", "514 555-0176", "coop@example.org", "2250, avenue du Parc", "Montréal", "H2W 1N5"),
    ("Ahmed Benali", "438 555-0187", "a.benali@example.org", "68, rue Fleury Ouest", "Montréal", "H3L 1T4"),
)
COMPANIES = {"Résidence Les Tilleuls inc.", "Boulangerie Chez Antoine", "Coop d’habitation du Parc"}


class Story:
    """Tells what happened to one client's case, by the hand of the office or of a technician."""

    def __init__(self, people: dict[str, User], client: Client) -> None:
        self.office, self.tech = people["office"].actor, people["tech"].actor
        self.technician, self.client, self.site = people["tech"], client, client.sites[0]

    def start(self, document: Any, drafts: tuple[LineDraft, ...] = ()) -> Any:
        """Open a case with ``document``."""
        content.start(db.session, document, self.office, client=self.client, site=self.site, drafts=drafts)
        return document

    def give(self, command: str, subject: Any, actor: Actor | None = None, **data: Any) -> None:
        """Give a command."""
        run(db.session, command, subject, actor or self.office, data)

    def convert(self, source: Document, edge: str, **choice: Any) -> Any:
        """Convert with the default choices."""
        found = edges.find_edge(type(source), edge)
        assert found is not None
        token = f"demo-{source.id}-{edge}-{len(source.conversions)}"
        target = edges.convert(db.session, found, source, self.office, Choice(confirm=True, **choice), token=token)
        db.session.expire(source.case, ["visits", "documents"])
        return target

    def plan(self, days: int, hour: int = 9) -> dict[str, Any]:
        """A two-hour visit by the technician, ``days`` from today."""
        starts = clock.from_company(clock.today() + timedelta(days=days), time(hour))
        return {"starts_at": starts, "ends_at": starts + timedelta(hours=2), "person": self.technician}

    def work_visit(self, visit: Visit, minutes: int, findings: str) -> None:
        """Start and finish a planned visit."""
        self.give("start", visit, self.tech)
        self.give("finish", visit, self.tech, minutes=minutes, findings=findings)

    def photo(self, document: Document, caption: str, moment: Moment, number: int) -> None:
        """A drawn photo of the site."""
        safe = make_safe(picture(number))
        add_photo(
            db.session,
            document.case,
            safe,
            self.tech,
            name=f"photo-{number}.jpg",
            caption=caption,
            moment=moment,
            document_id=document.id,
        )

    def note(self, document: Document, body: str, *, shown: bool = False) -> None:
        """A note on the case."""
        db.session.add(Note(case=document.case, body=body, shown_to_client=shown, author_id=self.office.user_id))


def make(people: dict[str, User]) -> None:
    """Clients, then one story each."""
    stories = [Story(people, client) for client in _clients()]
    _new_requests(stories)
    _quotes(stories)
    _jobs(stories)
    _repair_at_first_visit(stories[7])
    _unclogging(stories[3])


def _clients() -> list[Client]:
    clients = []
    for name, phone, email, street, city, postal_code in CLIENTS:
        client = Client(name=name, phone="+1" + "".join(filter(str.isdigit, phone)), email=email)
        client.kind = ClientKind.COMPANY if name in COMPANIES else ClientKind.PERSON
        client.language = Language.ENGLISH if name == "Susan Walker" else Language.FRENCH
        client.street, client.city, client.postal_code, client.province = street, city, postal_code, Province.QC
        client.terms_days = 30 if name in COMPANIES else 15
        client.sites.append(Site(street=street, city=city, province=Province.QC, postal_code=postal_code))
        clients.append(client)
    db.session.add_all(clients)
    db.session.flush()
    return clients


def _request(
    title: str, description: str, urgency: Urgency, service: int, origin: Origin = Origin.FORM
) -> ServiceRequest:
    rows = db.session.scalars(select(Service).order_by(Service.position)).all()
    return ServiceRequest(
        title=title,
        description=description,
        urgency=urgency,
        service=rows[service],
        origin=origin,
        availability=["tue_am", "thu_pm"],
    )


def _line(code: str, quantity: str = "1") -> LineDraft:
    item = db.session.scalars(select(CatalogItem).where(CatalogItem.code == code)).one()
    return LineDraft(
        item.name_fr,
        Decimal(quantity),
        item.unit,
        item.price,
        cost=item.cost,
        tax_status=item.tax_status,
        item_id=item.id,
    )


def _new_requests(stories: list[Story]) -> None:
    stories[0].start(
        _request(
            "Thermopompe qui ne chauffe plus",
            "La thermopompe souffle de l’air froid depuis hier soir.",
            Urgency.EMERGENCY,
            0,
        )
    )
    story = stories[5]
    story.start(
        _request(
            "Installer une thermopompe au rez-de-chaussée",
            "Maison de 1978, 110 m², plinthes électriques.",
            Urgency.FLEXIBLE,
            0,
        )
    )
    story = stories[6]
    request = story.start(
        _request(
            "Remplacement de deux chauffe-eau", "Logements 4 et 7, réservoirs de 2011.", Urgency.SOON, 4, Origin.PHONE
        )
    )
    story.give("plan_assessment", request, **story.plan(0, 13))
    story.note(request, "Sonner au 102 : le concierge a les clés.")


def _quotes(stories: list[Story]) -> None:
    story = stories[4]
    request = story.start(
        _request("Heat pump for the main floor", "Open plan, about 90 square metres.", Urgency.FLEXIBLE, 0)
    )
    story.give("plan_assessment", request, **story.plan(-6))
    story.work_visit(
        request.assessments[0], 50, "Living room 8.2 × 5.4 m; panel 200 A, two free spaces; wall facing north."
    )
    story.photo(request, "Outdoor wall", Moment.BEFORE, 1)
    quote = story.convert(request, "quote")
    content.change(db.session, quote, story.office, [_line("TP-18"), _line("MO", "6"), _line("DEP")])
    story.give("mark_sent", quote)
    stories[2].start(Quote(title="Remplacement du chauffe-eau"), (_line("CE-60"), _line("MO", "2.5")))


def _jobs(stories: list[Story]) -> None:
    story = stories[1]
    quote = story.start(Quote(title="Entretien annuel de six thermopompes"), (_line("NET-TP", "6"),))
    approval = {"channel": Channel.EMAIL, "name": "Diane Fortin"}
    job = story.convert(quote, "job", approval=approval)
    story.give("schedule", job.visits[0], **story.plan(2))
    story = stories[2]
    job = story.start(
        Job(title="Débouchage du drain de plancher", instructions="Regard au sous-sol, derrière la sécheuse."),
        (_line("DEB"),),
    )
    db.session.expire(job.case, ["visits"])
    story.give("schedule", job.visits[0], **story.plan(0, 10))
    story = stories[0]
    job = story.start(Job(title="Nettoyage de la thermopompe"), (_line("NET-TP"),))
    db.session.expire(job.case, ["visits"])
    story.give("schedule", job.visits[0], **story.plan(-2))
    story.work_visit(job.visits[0], 75, "Filtres et ailettes nettoyés, pression normale.")
    story.photo(job, "Unité après nettoyage", Moment.AFTER, 2)
    story.give("complete", job)


def _repair_at_first_visit(story: Story) -> None:
    request = story.start(_request("Climatiseur en panne", "L’unité extérieure ne démarre pas.", Urgency.SOON, 0))
    story.give("plan_assessment", request, **story.plan(-40))
    visit = request.assessments[0]
    visit.parts.append(PartUsed(description="Condensateur 35/5 µF", quantity=Decimal(1), unit_price=Decimal("48.50")))
    story.work_visit(visit, 45, "Condensateur de démarrage gonflé : remplacé, essai concluant.")
    story.photo(request, "Condensateur remplacé", Moment.DURING, 3)
    invoice = story.convert(request, "invoice")
    story.give("issue", invoice)


def _unclogging(story: Story) -> None:
    job = story.start(Job(title="Inspection du drain par caméra"), (_line("CAM"), _line("DEP")))
    db.session.expire(job.case, ["visits"])
    story.give("schedule", job.visits[0], **story.plan(-9))
    story.work_visit(job.visits[0], 60, "Racines à 11 m du regard.")
    story.give("complete", job)
    invoice: Invoice = story.convert(job, "invoice")
    story.give("issue", invoice)
    story.give("record_payment", invoice, amount=invoice.total, method=Method.INTERAC, received_on=clock.today())
