"""One client from the form to the receipt, in each language: every mail is read from a real mail server.

The page that is the client's own (its link asked for by e-mail) is looked at after each step.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.client import Client
from tests.browser.conftest import PHONE, Opener
from tests.browser.person import TEAM, TECHNICIAN, Person, tomorrow
from tests.browser.test_answer import send_by_mail
from tests.browser.test_intake import ANSWERS
from tests.browser.test_paths_2_to_5 import type_line, visit_done
from tests.browser.test_proof import draw
from tests.mailserver import MailServer, mail_server
from tests.support import day
from tools.demo_server import DATABASE, demo_server

#: What is offered besides the work, which is the catalogue's: one of two, and what may be added.
OFFER = {
    "fr": ("Modèle compact", "Modèle grand froid", "Thermostat intelligent"),
    "en": ("Compact model", "Cold-climate model", "Smart thermostat"),
}
PRICES = (("2000", "choice"), ("3000", "choice"), ("200", "optional"))
WORK = {"fr": "Main-d’œuvre", "en": "Labour"}
#: Work for 1,000, the dearer model and the thermostat: 4,200 × 1.14975.
TOTAL = {"fr": re.compile(r"^4\s828,95\s\$$"), "en": "$4,828.95"}
TITLE = {"fr": "Il fait froid à l’étage.", "en": "It is cold upstairs."}
#: What was drawn for a client and kept: kind and language.
KEPT = """
SELECT DISTINCT file.kind, file.language FROM rendered_file AS file
LEFT JOIN approval ON approval.id = file.approval_id
LEFT JOIN payment ON payment.id = file.payment_id
LEFT JOIN document ON document.id = coalesce(file.document_id, approval.quote_id)
JOIN client ON client.id = coalesce(document.client_id, payment.client_id)
WHERE client.email = ?
"""


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    """The mail server of this company, and everybody's mailbox."""
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def folder(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo company of this module's own: one whose mail leaves."""
    return Path(shutil.copytree(demo, tmp_path_factory.mktemp("journey") / "demo"))


@pytest.fixture(scope="module")
def server(folder: Path, post: MailServer) -> Iterator[str]:
    """Its server, in place of the one of the other tests."""
    with demo_server(folder, SMTP_URL=post.url, MAIL_FROM="info@demo.sercom.test") as address:
        yield address


@pytest.mark.parametrize("language", ["fr", "en"])
def test_from_the_form_to_the_receipt(
    someone: Opener, photos: list[Path], folder: Path, post: MailServer, language: str
) -> None:
    name = {"fr": "Noémie Roy", "en": "Wendy Hill"}[language]
    client, office = Client(someone(width=PHONE, touch=True), language, post, name), someone("office")
    let_approvals_start_jobs(someone("owner"))
    request = ask(client, photos[:2])
    ask_for_the_page(client)
    look_on_site(office, client, request)
    offer(office, client)
    approve(client)
    do_the_work(office, client, request)
    invoice = bill(office, client)
    be_paid(office, client, invoice)
    keeps_french(folder, client)


def let_approvals_start_jobs(owner: Person) -> None:
    owner.go("/admin/company/edit/?id=1")
    owner.fill(approval_starts_job=True)
    owner.send()


def ask(client: Client, photos: list[Path]) -> str:
    """The form with photos, its receipt, and the mail that leads to the follow-up; gives the request's number."""
    page = client.looks({"fr": "/", "en": "/en/"}[client.language])
    page.find("[name=service]").select_option(index=1)
    told = {"description": TITLE[client.language], "name": client.name, "email": client.email, "phone": "450 555-0133"}
    page.fill(**ANSWERS | told, availability=["tue_am"], consent=True)
    page.find("#photos").set_input_files(photos)
    expect(page.find(".shot img:visible")).to_have_count(len(photos))
    page.send()
    number = client.looks().number
    mail = client.reads_mail()
    assert number in mail.text
    client.follow = mail.link
    expect(client.looks(mail.link).find(".follow li:first-child img")).to_have_count(len(photos))
    expect(page.find("[aria-current=step]")).to_contain_text(client.say("Request received"))
    return number


def ask_for_the_page(client: Client) -> None:
    """The link is asked for by e-mail, and taken from the mail; a message to the office calls the worker sooner."""
    page = client.looks({"fr": "/espace-client", "en": "/en/client-page"}[client.language])
    page.fill(email=client.email)
    page.send()
    expect(client.looks().find("h1")).to_have_text(client.say("Check your inbox"))
    client.looks(client.follow).find("#body").fill(TITLE[client.language])
    page.press(".write-form .primary")
    expect(client.looks().find(".said .mine")).to_have_count(1)
    client.hub = client.reads_mail().link
    client.finds(client.name, "Request received")


def look_on_site(office: Person, client: Client, request: str) -> None:
    """The assessment is planned, seen on the client's page, and done."""
    assert office.is_in("requests", "new", request)
    office.press(office.page.get_by_role("link", name=request, exact=True))
    page = office.path
    hour = {"fr": "09", "en": "13"}[client.language]
    office.command("plan_assessment", day=tomorrow(), starts=f"{hour}:00", ends=f"{hour}:45", person=TECHNICIAN)
    client.finds(request, "Upcoming visits", "Assessment", "Visit planned")
    visit_done(office, "8,2 × 5,4 m", 45)
    office.go(page)


def offer(office: Person, client: Client) -> None:
    """A quote with one of two and one more to choose, sent by e-mail; the client's page says that it waits."""
    office.convert("quote")
    office.edit()
    office.choose_item(0, "MO")
    office.line(0, "unit_price").fill("1000")
    for text, (price, option) in zip(OFFER[client.language], PRICES, strict=True):
        number = office.add_line()
        type_line(office, number, text, "1", price)
        office.line(number, "option").select_option(option)
    office.send()
    send_by_mail(office)
    client.finds("Awaits your answer", "Quote")


def approve(client: Client) -> None:
    """The mail's link: another choice is ticked, the total follows, a finger signs; the mail has what was approved."""
    mail = client.reads_mail()
    client.has_papers(mail, "Quote")
    assert {name[:4] for name, text in mail.papers.items() if WORK["fr"] in text} == {"Soum"}, "in its own language"
    page = client.looks(mail.link)
    expect(page.find(".bill li").first).to_contain_text(WORK[client.language])
    page.find(".take").filter(has_text=OFFER[client.language][1]).click()
    page.find(".take").filter(has_text=OFFER[client.language][2]).click()
    expect(page.find(".following strong")).to_have_text(TOTAL[client.language])
    page.fill(name=client.name)
    draw(page, ".answer")
    page.press(".answer .primary")
    expect(client.looks().find(".notice.good")).to_contain_text(client.name)
    thanks = client.reads_mail()
    client.has_papers(thanks, "Approved quote")
    assert ("bound by the English" in " ".join(thanks.papers.values())) is (client.language == "en")
    client.finds("Approved by you", "Work")
    expect(client.looks(client.follow).find("[aria-current=step]")).to_contain_text(client.say("Date to be agreed"))


def do_the_work(office: Person, client: Client, request: str) -> None:
    """The approval started the job: its visit is planned, seen on the client's page, and done."""
    office.open_row("jobs", request.removesuffix("-D"))
    page = office.path
    office.press('main a[href*="/visits/details/"]')
    hour = {"fr": "10", "en": "14"}[client.language]
    office.command("schedule", day=tomorrow(), starts=f"{hour}:00", ends=f"{hour}:45", team=TEAM)
    client.finds("Upcoming visits", "Work", TITLE[client.language])
    office.go(page)
    visit_done(office, "Posé", 45, unanswered_reason="Fiche papier")
    office.go(page)
    office.command("complete")


def bill(office: Person, client: Client) -> str:
    """The invoice is issued and leaves; the mail leads to how it is paid. Gives its number."""
    office.convert("invoice")
    office.command("issue")
    number = office.number
    send_by_mail(office)
    mail = client.reads_mail()
    client.has_papers(mail, "Invoice")
    page = client.looks(mail.link)
    expect(page.find(".amount-due strong").first).to_have_text(TOTAL[client.language])
    expect(page.find("#pay-message")).to_have_value(number)
    client.finds("To pay", "Past visits")
    return number


def be_paid(office: Person, client: Client, invoice: str) -> None:
    """The bank's file names the invoice: one click records it. The client gets the receipt, and finds it."""
    told = f"Date;Description;Retrait;Dépôt\n{day()};Virement Interac reçu de {client.name} {invoice};;4828,95\n"
    office.go("/admin/accounts/interac")
    office.find("[name=file]").set_input_files({"name": "b.csv", "mimeType": "text/csv", "buffer": told.encode()})
    office.press("form.upload button.primary")
    office.press(office.find(f'form:has([name=number][value="{invoice}"]) button.primary'))
    expect(office.find(".toasts")).to_contain_text(client.email)
    mail = client.reads_mail()
    assert f"{client.say('Invoice')} {invoice}" in mail.text
    assert {"fr": "payée au complet", "en": "paid in full"}[client.language] in mail.text
    client.has_papers(mail, "Receipt")
    assert all(invoice in paper for paper in mail.papers.values())
    page = client.looks(mail.link)
    expect(page.find(".notice.good")).to_have_text(client.say("This invoice is paid. Thank you."))
    client.finds("Paid", "Payments", "Done")
    paid = client.person.find('a[href*="/receipts/"]')
    assert client.say("Receipt") in client.paper(paid.get_attribute("href") or "")
    assert client.person.troubles() == []
    client.person.press(client.person.find("button").filter(has_text=invoice))
    expect(client.looks().find(".notice.good")).to_have_text(client.say("This invoice is paid. Thank you."))
    expect(client.looks(client.follow).find("[aria-current=step] strong")).to_have_text(client.say("Done"))
    expect(client.person.find(".other-time")).to_have_count(0)


def keeps_french(folder: Path, client: Client) -> None:
    """Of each paper that the client got, the French one is kept, and the English one beside it."""
    with sqlite3.connect(folder / DATABASE) as database:
        kept = set(database.execute(KEPT, (client.email,)))
    languages = {"fr_CA", f"{client.language}_CA"}
    assert kept == {(kind, one) for kind in ("quote", "approval", "invoice", "receipt") for one in languages}
