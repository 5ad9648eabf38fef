"""The first path as the seed of the product tells it: from a client's form to the paid invoice."""

import re
from pathlib import Path

from tests.browser.conftest import PHONE, Opener
from tests.browser.person import TEAM, TECHNICIAN, Person, tomorrow

MEASURES = "Salon 8,2 × 5,4 m; panneau 200 A, deux espaces libres."


def test_from_the_clients_form_to_the_paid_invoice(someone: Opener, photos: list[Path]) -> None:
    request = ask(someone(width=PHONE), photos[:2])
    case = request.removesuffix("-D")
    office, technician = someone(), someone("tech", width=PHONE)
    office.sign_in("office")
    request_page = plan_the_assessment(office, request)
    assess(technician, case, photos[2])
    office.go(request_page)
    assert MEASURES in office.find("main").inner_text()
    office.convert("quote")
    quote, sums = price(office, case)
    office.convert("job")
    assert office.sums() == sums
    job, job_page = office.number, office.path
    plan_the_work(office, job)
    work(technician, case, photos[3])
    office.go(job_page)
    office.command("complete")
    assert office.is_in("jobs", "to_invoice", job)
    office.go(job_page)
    office.convert("invoice")
    assert office.sums() == sums
    invoice = be_paid(office)
    case_shows_all(office, case, (request, quote, job, invoice))


def ask(client: Person, photos: list[Path]) -> str:
    """The client fills the form on a phone; gives the request's number."""
    client.go("/")
    client.find("[name=service]").select_option(index=1)
    client.fill(
        urgency="soon",
        description="Thermopompe pour le rez-de-chaussée.\nMaison de 1978, plinthes électriques.",
        street="31, rue des Lilas",
        city="Laval",
        postal_code="h7l1m3",
        name="Geneviève Lachance",
        phone="450.555.0199",
        email="genevieve@example.org",
        availability=["tue_am", "thu_pm"],
        consent=True,
    )
    client.find("[name=photos]").set_input_files(photos)
    client.send()
    assert re.fullmatch(r"\d{4}-\d{4}-D", client.number)
    assert client.find("dl.facts dd").filter(has_text=re.compile(f"^{len(photos)}$")).count() == 1
    return client.number


def plan_the_assessment(office: Person, request: str) -> str:
    """The office finds the request in the list and plans a person and a time; gives the request's page."""
    assert office.is_in("requests", "new", request)
    office.press(office.page.get_by_role("link", name=request, exact=True))
    page = office.path
    assert office.sees_photos() == 2
    office.command("plan_assessment", day=tomorrow(), starts="13:30", ends="15:00", person=TECHNICIAN)
    assert office.is_in("requests", "scheduled", request)
    return page


def assess(technician: Person, case: str, photo: Path) -> None:
    """The technician measures and takes a photo."""
    technician.open_row("visits", case)
    assert "31, rue des Lilas" in technician.find("main").inner_text()
    technician.command("start")
    technician.edit()
    technician.fill(findings=MEASURES, minutes=50)
    technician.send()
    technician.add_photo(photo, "before", "Mur extérieur")
    assert technician.sees_photos() == 3
    technician.command("finish")
    assert MEASURES in technician.find("main").inner_text()
    assert technician.find('form[action*="/do/"], a[href*="/do/"]').count() == 0


def price(office: Person, case: str) -> tuple[str, list[str]]:
    """Lines from the catalogue, sent, approved by phone; gives the quote's number and its sums."""
    quote, page = office.number, office.path
    assert quote == f"{case}-S"
    office.edit()
    office.choose_item(0, "TP-18")
    office.choose_item(office.add_line(), "MO", "6")
    office.choose_item(office.add_line(), "DEP")
    live = office.sums()
    assert [re.sub(r"\D", "", text) for text in live] == ["425000", "21250", "42394", "488644"]
    office.send()
    assert office.sums() == live
    assert office.find("table.lines tbody tr").count() == 3
    office.command("mark_sent")
    assert office.is_in("quotes", "sent", quote)
    office.go(page)
    office.command("approve", channel="phone")
    assert office.is_in("quotes", "approved", quote)
    office.go(page)
    return quote, live


def plan_the_work(office: Person, job: str) -> None:
    """The job's visit is planned with a team."""
    office.press('main a[href*="/visits/details/"]')
    office.command("schedule", day=tomorrow(), starts="08:00", ends="16:00", team=TEAM)
    assert office.is_in("jobs", "upcoming", job)


def work(technician: Person, case: str, photo: Path) -> None:
    """The team's technician works, takes a photo meanwhile, finishes."""
    technician.go(f"/admin/visits/?tab=scheduled&search={case}")
    technician.press("table.list tbody td a")
    assert TEAM in technician.find("main").inner_text()
    technician.command("leave")
    technician.command("start")
    technician.add_photo(photo, "during", "Pendant la pose")
    technician.command("finish", minutes=420, unanswered_reason="Fiche papier")


def be_paid(office: Person) -> str:
    """The invoice is issued and paid; gives its number."""
    office.command("issue")
    invoice = office.number
    assert re.fullmatch(r"F-\d{6}", invoice)
    office.command("record_payment", method="interac", reference="CA1b2c3")
    assert office.is_in("invoices", "paid", invoice)
    return invoice


def case_shows_all(office: Person, case: str, documents: tuple[str, ...]) -> None:
    """The case's page holds every document, in order, and every photo."""
    office.open_row("cases", case)
    thread = office.find("ol.steps li strong").all_inner_texts()
    assert thread == list(documents)
    assert office.sees_photos() == 4
