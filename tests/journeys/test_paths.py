"""The five paths over HTTP, each from its own start to the paid invoice, as a person without a script takes them."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest

from sercom import models
from sercom.core.base import db
from sercom.entities.catalog.model import ItemKind
from tests.journeys.reader import TOMORROW, Reader, line
from tests.pages import form_to, main_form, parse, words
from tests.rows import intake_answers, picture
from tests.support import Browser, World, make_user


@pytest.fixture
def office(world: World) -> Reader:
    """Somebody of the office, on the home page."""
    return Reader(Browser(world.app).sign_in(world.user("office"))).go("/admin/")


@pytest.fixture
def technician(world: World) -> Reader:
    """A technician of a team, in a company whose catalogue knows travel and labour."""
    with world.app.app_context():
        user = make_user("technician", name="Luc Roy")
        db.session.add(models.Team(name="Équipe Nord", members=[user]))
        for code, kind, price in (("DEP", ItemKind.TRAVEL, 65), ("MO", ItemKind.LABOUR, 95), ("V1", ItemKind.PART, 40)):
            item = models.CatalogItem(code=code, kind=kind, name_fr=f"{code} fr", name_en=code, price=Decimal(price))
            db.session.add(item)
        db.session.commit()
        user_id = user.id
    return Reader(Browser(world.app).sign_in(user_id)).go("/admin/")


def plan(office: Reader, command: str = "schedule", **who: str) -> Reader:
    """Plan a visit tomorrow with a person or a team, chosen by name on the page."""
    office.follow(f"/do/{command}")
    keys = {name: key_of(office, name, label) for name, label in who.items()}
    return office.fill(day=TOMORROW, starts="09:00", ends="11:00", **keys)


def key_of(reader: Reader, field: str, label: str) -> str:
    """The value of a choice by what a person reads."""
    select = next(part for part in parse(reader.page).iter("select") if part.get("name") == field)
    return next(option.get("value", "") for option in select.iter("option") if words(option) == label)


def work(technician: Reader, case: str, **findings: str) -> None:
    """The technician finds the visit in the list, starts, notes, takes a photo, finishes."""
    technician.find("visits", case, tab="scheduled").command("start")
    technician.edit(**findings)
    upload = form_to(technician.page, "/photos")
    technician.send(upload, photos=(BytesIO(picture()), "pendant.jpg"), moment="during")
    technician.command("finish", minutes="90")
    assert "/do/" not in technician.page.get_data(as_text=True)


def be_paid(office: Reader, total: str) -> str:
    """Issue the draft, record the whole payment; gives the number."""
    office.command("issue")
    number = office.title
    office.says(f"Total{total}", f"Solde : {total}")
    office.command("record_payment", method="interac", reference="Interac 12")
    office.says("Payée", "Solde : 0,00 $")
    listed = office.go(f"/admin/invoices/?tab=paid&search={number}")
    listed.follow("/admin/invoices/details/")
    return number


def case_shows(office: Reader, *numbers: str) -> None:
    """The case's page lists every document in order."""
    office.follow("/admin/cases/details/")
    text = office.text
    places = [text.index(number) for number in numbers]
    assert places == sorted(places)


def new_client(office: Reader) -> Reader:
    """Enter a client with an address; stands on the client's page."""
    office.go("/admin/clients/").follow("/admin/clients/new/")
    address = {"street": "5, rue Neuve", "city": "Laval", "province": "QC", "postal_code": "h7l 1m3"}
    return office.fill(name="Nadia Haddad", phone="514.555.0133", email="nadia@example.org", **address)


def test_path_1_request_quote_job_invoice(office: Reader, technician: Reader, browser: Browser):
    client = Reader(browser).go("/")
    photos = [(BytesIO(picture("red")), "avant.jpg"), (BytesIO(picture("blue")), "mur.png")]
    client.fill(**intake_answers(main_form(client.page).data["ticket"]), photos=photos, availability=["tue_am"])
    request = client.title
    assert request.endswith("-D")
    case = request.removesuffix("-D")
    office.find("requests", request, tab="new").says("Aïcha Benoît", "514 555-0198", "Mardi matin")
    plan(office, "plan_assessment", person="Luc Roy")
    work(technician, case, findings="Panneau 200 A", minutes="50")
    office.find("requests", request, tab="assessed").says("Panneau 200 A")
    office.convert("quote").edit(**line(0, "Thermopompe 18 000 BTU", "4 000,00"), **line(1, "Pose", "95", "2,5", "h"))
    office.says("4 237,50 $", "211,88 $", "422,69 $", "4 872,07 $").command("mark_sent")
    office.command("approve", channel="phone", name="Aïcha Benoît").says("Approuvée")
    office.convert("job").follow("/visits/details/")
    plan(office, team="Équipe Nord")
    work(technician, case, findings="Installée et mise en marche")
    office.find("jobs", f"{case}-J").command("complete").says("À facturer")
    office.convert("invoice").says("Thermopompe 18 000 BTU", "4 872,07 $")
    assert "Supplément" not in office.text
    number = be_paid(office, "4 872,07 $")
    assert number == "F-000001"
    case_shows(office, request, f"{case}-S", f"{case}-J", number)


def test_path_2_request_job_invoice(office: Reader, technician: Reader):
    new_client(office).follow("/admin/requests/new/").fill(title="Drain bouché", description="Sous-sol inondé")
    request = office.title
    case = request.removesuffix("-D")
    plan(office, "plan_assessment", person="Luc Roy")
    work(technician, case, findings="Racines à 12 m")
    office.find("requests", request).convert("job").says("Racines à 12 m")
    office.edit(**line(0, "Débouchage", "350")).follow("/visits/details/")
    plan(office, person="Luc Roy")
    work(technician, case, findings="Débouché")
    office.find("jobs", f"{case}-J").command("complete").convert("invoice")
    number = be_paid(office, "402,41 $")
    case_shows(office, request, f"{case}-J", number)


def test_path_3_request_invoice(office: Reader, technician: Reader):
    new_client(office).follow("/admin/requests/new/").fill(title="Fuite", description="Sous l’évier")
    request = office.title
    case = request.removesuffix("-D")
    plan(office, "plan_assessment", person="Luc Roy")
    work(technician, case, **{"findings": "Réparée", "parts-0-description": "V1 fr", "parts-0-quantity": "2"})
    office.find("requests", request, tab="assessed").convert("invoice")
    office.says("DEP fr", "MO fr", "V1 fr", "65,00 $", "142,50 $", "80,00 $")
    assert "Supplément" not in office.text
    number = be_paid(office, "330,56 $")
    case_shows(office, request, number)


def test_path_4_quote_job_invoice(office: Reader, technician: Reader):
    new_client(office).follow("/admin/quotes/new/").fill(title="Chauffe-eau", **line(0, "Chauffe-eau 60 gal", "1250"))
    quote = office.title
    case = quote.removesuffix("-S")
    office.convert("job", channel="on_site", name="Nadia Haddad").follow("/visits/details/")
    plan(office, team="Équipe Nord")
    work(technician, case, findings="Remplacé")
    office.find("quotes", quote, tab="converted")
    office.find("jobs", f"{case}-J").command("complete").convert("invoice")
    number = be_paid(office, "1 437,19 $")
    case_shows(office, quote, f"{case}-J", number)


def test_path_5_job_invoice(office: Reader, technician: Reader):
    new_client(office).follow("/admin/jobs/new/").fill(title="Entretien", **line(0, "Entretien annuel", "100,00"))
    job = office.title
    case = job.removesuffix("-J")
    office.follow("/visits/details/")
    plan(office, person="Luc Roy")
    work(technician, case, findings="Filtre changé")
    office.find("jobs", job).command("complete").convert("invoice")
    number = be_paid(office, "114,98 $")
    case_shows(office, job, number)
