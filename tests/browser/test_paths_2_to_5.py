"""The four shorter paths, each from its own start to the paid invoice."""

import re

from tests.browser.conftest import Opener
from tests.browser.person import TECHNICIAN, Person, tomorrow


def cents(text: str) -> int:
    """The figure of an amount, however it is written."""
    return int(re.sub(r"\D", "", text))


def new_request(office: Person, title: str) -> None:
    """A request that comes by phone, for a client found with the picker."""
    office.go("/admin/requests/new/")
    office.pick("client", "Ahmed Benali")
    office.pick("site", "68, rue Fleury")
    office.fill(title=title, origin="phone", urgency="soon")
    office.send()


def assess(office: Person, findings: str, minutes: int, parts: tuple[tuple[str, str, str], ...] = ()) -> None:
    """Plan the assessment, and enter what the technician says on the phone; ends on the request's page."""
    page = office.path
    office.command("plan_assessment", day=tomorrow(), starts="09:00", ends="10:00", person=TECHNICIAN)
    visit_done(office, findings, minutes, parts)
    office.go(page)


def visit_done(
    office: Person, findings: str, minutes: int, parts: tuple[tuple[str, str, str], ...] = (), **more: str
) -> None:
    """The first visit of the document shown is done; ends on the visit's page."""
    office.press(office.find('main a[href*="/visits/details/"]').first)
    if parts:
        office.edit()
        for number, cells in enumerate(parts):
            for name, text in zip(("description", "quantity", "unit_price"), cells, strict=True):
                office.fill(**{f"parts-{number}-{name}": text})
        office.send()
    office.command("finish", minutes=minutes, findings=findings, **more)


def type_line(office: Person, number: int, description: str, quantity: str, price: str) -> None:
    """A line that is in no catalogue."""
    office.line(number, "description").fill(description)
    office.line(number, "quantity").fill(quantity)
    office.line(number, "unit_price").fill(price)


def issue_and_be_paid(office: Person) -> None:
    """The invoice shown gets its number and is paid."""
    office.command("issue")
    invoice = office.number
    assert re.fullmatch(r"F-\d{6}", invoice)
    office.command("record_payment", method="cheque")
    assert office.is_in("invoices", "paid", invoice)


def test_the_assessment_that_becomes_a_job(someone: Opener) -> None:
    office = someone("office")
    new_request(office, "Chauffe-eau qui coule")
    assess(office, "Réservoir percé, 60 gallons, 240 V.", 30)
    office.convert("job")
    assert office.find("dd.text").filter(has_text="Réservoir percé").count() == 1
    page = office.path
    office.edit()
    office.choose_item(0, "CE-60")
    office.choose_item(office.add_line(), "MO", "2,5")
    live = office.sums()
    office.send()
    assert office.sums() == live
    office.press('main a[href*="/visits/details/"]')
    office.command("schedule", day=tomorrow(), starts="13:00", ends="16:00", person=TECHNICIAN)
    office.go(page)
    visit_done(office, "Chauffe-eau remplacé.", 150)
    office.go(page)
    office.command("complete")
    office.convert("invoice")
    assert office.sums() == live
    assert cents(live[0]) == 78500 + 28750
    issue_and_be_paid(office)


def test_the_repair_made_during_the_assessment(someone: Opener) -> None:
    office = someone("office")
    new_request(office, "Climatiseur qui ne démarre pas")
    assess(office, "Condensateurs gonflés, remplacés.", 45, (("Condensateur 35/5 µF", "2", "48,50"),))
    office.convert("invoice")
    amounts = [cents(text) for text in office.find("table.lines tbody td:last-child").all_inner_texts()]
    assert amounts == [6500, 8625, 9700]
    # 248.25 + GST 12.41 + QST 24.76
    assert [cents(text) for text in office.sums()] == [24825, 1241, 2476, 28542]
    issue_and_be_paid(office)


def test_the_quote_without_a_request(someone: Opener) -> None:
    office = someone("office")
    office.open_row("clients", "Nathalie Bergeron")
    office.press('main a[href*="/quotes/new/"]')
    office.fill(title="Nettoyage de deux thermopompes")
    office.choose_item(0, "NET-TP", "2")
    live = office.sums()
    office.send()
    assert office.sums() == live
    assert cents(live[0]) == 37800
    # Converting a draft records the approval on the same page.
    office.convert("job", channel="email")
    assert office.sums() == live
    office.convert("invoice")
    issue_and_be_paid(office)


def test_the_job_priced_by_phone(someone: Opener) -> None:
    office = someone("office")
    office.go("/admin/jobs/new/")
    office.pick("client", "Julie Tremblay")
    office.fill(title="Purge du système")
    type_line(office, 0, "Purge, prix convenu au téléphone", "1", "100")
    hundred = [10000, 500, 998, 11498]
    assert [cents(text) for text in office.sums()] == hundred
    office.send()
    office.convert("invoice")
    assert [cents(text) for text in office.sums()] == hundred
    issue_and_be_paid(office)
