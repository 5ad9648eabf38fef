"""Options over HTTP: typed in the editor, chosen at the approval, on paper and on the client's page; no cost leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sercom.core.base import db
from sercom.core.clock import today
from sercom.entities.clients.model import ClientKind
from sercom.entities.delivery import papers as service
from sercom.entities.delivery.link import Link, make_link
from sercom.entities.documents.line import LineDraft
from sercom.entities.users.model import Language
from sercom.models import Job, Message, Quote
from sercom.workflow import presend, sending
from tests.pages import main_form, notices, parse, send, submit, words
from tests.papers import pages_of
from tests.support import HUNDRED, Browser, World, convert, give, make_client, make_user, name_company, start

#: Costs that nothing else would be.
COSTS = ("7431.19", "5208.37", "911.53")
SIMPLE = LineDraft(
    "Modèle simple", unit_price=Decimal("8000.00"), cost=Decimal(COSTS[0]), optional=True, option_group="A"
)
LARGE = replace(SIMPLE, description="Modèle grand", unit_price=Decimal("9000.00"), accepted=False)
THERMOSTAT = LineDraft(
    "Thermostat", unit_price=Decimal("1000.00"), cost=Decimal(COSTS[2]), optional=True, accepted=False
)
OFFER = (replace(HUNDRED, unit_price=Decimal("6000.00"), cost=Decimal(COSTS[1])), SIMPLE, LARGE, THERMOSTAT)


@pytest.fixture
def office(world: World, browser: Browser) -> Browser:
    """Somebody of the office, in a company that may send."""
    world.make(name_company)
    return browser.sign_in(world.user("office"))


def sent(world: World, **columns: Any) -> int:
    """A quote with options that was sent, with a link."""

    def build() -> Quote:
        name_company()
        actor = make_user("office").actor
        client = make_client(kind=ClientKind.PERSON, language=Language.ENGLISH, email="julie@example.org")
        quote = start("quote", actor, client=client, drafts=OFFER, **columns)
        words = sending.proposed_words(db.session, quote, Language.FRENCH)
        sending.send(db.session, quote, actor, words, to=["julie@example.org"], token="a", confirm=True)
        return quote

    return world.make(build)


def link_of(world: World, quote: int) -> str:
    return str(world.read(lambda: db.session.query(Link).filter_by(document_id=quote).first().token))


def ids(world: World, document: int) -> dict[str, str]:
    """Ids of the lines by their text."""
    return world.read(lambda: {row.description: str(row.id) for row in db.session.get_one(Quote, document).lines})


def taken(world: World, document: int, model: Any = Quote) -> list[str]:
    return world.read(lambda: [row.description for row in db.session.get_one(model, document).lines if row.accepted])


def typed(*rows: tuple[str, str, str, str]) -> dict[str, str]:
    """Lines of the editor: text, option, group, counted."""
    cells = {}
    for place, (text, option, group, counted) in enumerate(rows):
        start = f"lines-{place}-"
        cells |= {f"{start}description": text, f"{start}unit_price": "100", f"{start}option": option}
        cells |= {f"{start}option_group": group} | ({f"{start}accepted": "1"} if counted else {})
    return cells


def test_the_editor_keeps_options_and_shows_them_again(world: World, office: Browser):
    client = world.make(make_client)
    rows = (
        ("Base", "", "", ""),
        ("a", "choice", "Modèle", ""),
        ("b", "choice", "modèle", "+"),
        ("c", "optional", "x", ""),
    )
    answer = submit(office, f"/admin/quotes/new/?client={client}", title="Pompe", deposit_percent="30", **typed(*rows))
    quote = int(answer.location.rpartition("=")[2])
    assert taken(world, quote) == ["Base", "b"]
    assert world.get(Quote, quote, "net", "deposit_asked") == (Decimal("200.00"), Decimal("68.99"))
    form = main_form(office.get(f"/admin/quotes/edit/?id={quote}"))
    kept = [
        [form.data.get(f"lines-{place}-{cell}") for cell in ("option", "option_group", "accepted")]
        for place in range(4)
    ]
    assert kept == [["", "", None], ["choice", "Modèle", None], ["choice", "Modèle", "1"], ["optional", "", None]]


@pytest.mark.parametrize(
    ("rows", "cell"),
    [
        ([("a", "choice", "", "")], "lines-0-option_group"),
        ([("a", "choice", "A", "")], "lines-0-option_group"),
        ([("a", "choice", "x" * 41, "")], "lines-0-option_group"),
        ([("a", "choice", "A", "+"), ("b", "choice", "A", "+")], "lines-1-accepted"),
        ([("a", "nothing", "", "")], "lines-0-option"),
    ],
)
def test_what_is_no_choice_is_refused_beside_its_line_and_stays_typed(world: World, office: Browser, rows, cell):
    client = world.make(make_client)
    answer = submit(office, f"/admin/quotes/new/?client={client}", title="Pompe", **typed(*rows))
    form, place = main_form(answer), cell.split("-")[1]
    assert answer.status_code == 422
    assert any(name.startswith(f"lines-{place}-") for name in form.errors)
    assert form.data["lines-0-description"] == "a"
    assert not world.read(lambda: db.session.query(Quote).count())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"deposit_percent": "30", "deposit_amount": "10"}, "deposit_amount"),
        ({"deposit_percent": "101"}, "deposit_percent"),
        ({"deposit_percent": "0"}, "deposit_percent"),
        ({"deposit_amount": "0"}, "deposit_amount"),
        ({"deposit_amount": "-5"}, "deposit_amount"),
        ({"deposit_amount": "114,99"}, "deposit_amount"),
        ({"deposit_amount": "1,234"}, "deposit_amount"),
    ],
)
def test_a_deposit_that_cannot_be_is_refused_beside_its_field(world: World, office: Browser, changes, field):
    client = world.make(make_client)
    answer = submit(office, f"/admin/quotes/new/?client={client}", **typed(("a", "", "", "")), **changes)
    form = main_form(answer)
    assert (answer.status_code, form.data[field]) == (422, changes[field])
    assert field in form.errors


def test_live_totals_count_one_of_each_choice(world: World, office: Browser):
    rows = (("a", "choice", "A", ""), ("b", "choice", "a", "+"), ("c", "choice", "B", ""), ("d", "choice", "B", ""))
    data = typed(*rows, ("e", "optional", "", "")) | {"lines-1-unit_price": "250"}
    assert "350,00" in office.post("/admin/quotes/totals", data).get_json()["net"]


def test_a_job_knows_no_options(world: World, office: Browser):
    job = world.document("job")
    url = f"/admin/jobs/edit/?id={job}"
    page = office.get(url)
    assert "lines-0-option" not in page.text
    answer = send(office, main_form(page), url, **{"lines-0-option": "optional"})
    assert answer.status_code == 422


def test_an_approval_says_which_options_and_the_job_has_those(world: World, office: Browser):
    quote = sent(world, deposit_percent=Decimal(10))
    url, line = f"/admin/quotes/{quote}/do/approve", ids(world, quote)
    form = main_form(office.get(url))
    assert form.data["accepted-0"] == line["Modèle simple"]
    assert "accepted" not in form.data
    wrong = send(office, form, url, **{"accepted-0": None, "accepted": line["Thermostat"], "name": "Léa"})
    again = main_form(wrong)
    assert wrong.status_code == 422
    assert (again.data["accepted"], again.data["name"]) == (line["Thermostat"], "Léa")
    assert "A" in "".join(again.errors.values())
    answer = send(office, again, url, **{"accepted-0": line["Modèle grand"], "channel": "paper"})
    assert answer.status_code == 302
    assert taken(world, quote) == ["Main-d’œuvre", "Modèle grand", "Thermostat"]
    page = words(parse(office.get(answer.location)))
    assert "18 396,00 $" in page.replace("\u00a0", " ")
    job = convert_by_page(office, quote)
    assert taken(world, job, Job) == ["Main-d’œuvre", "Modèle grand", "Thermostat"]
    assert world.get(Job, job, "deposit_asked") == Decimal("1839.60")


def convert_by_page(office: Browser, quote: int, **changes: Any) -> int:
    answer = submit(office, f"/admin/quotes/{quote}/convert/job", **changes)
    assert answer.status_code == 302, notices(answer)
    return int(answer.location.rpartition("=")[2])


def test_converting_records_the_choice_with_the_approval(world: World, office: Browser):
    quote = sent(world)
    line = ids(world, quote)
    shown = main_form(office.get(f"/admin/quotes/{quote}/convert/job"))
    assert [name for name in shown.data if name.startswith("quantity-")] == [f"quantity-{line['Main-d’œuvre']}"]
    refused = send(office, shown, f"/admin/quotes/{quote}/convert/job", **{"accepted-0": "999999"})
    assert refused.status_code == 422
    assert main_form(refused).errors
    job = convert_by_page(office, quote, **{"accepted-0": line["Modèle grand"]})
    assert taken(world, job, Job) == ["Main-d’œuvre", "Modèle grand"]


def test_an_expired_offer_is_refused_with_the_way_out(world: World, office: Browser):
    quote = sent(world)
    with world.app.app_context():
        day = today()
        db.session.get_one(Quote, quote).valid_until = day - timedelta(1)
        db.session.commit()
    page = office.get(f"/admin/quotes/details/?id={quote}")
    assert f"/admin/quotes/{quote}/do/extend" in page.text
    assert "prolonge" in words(parse(page)).lower() or "extend" in words(parse(page)).lower()
    assert office.get(f"/admin/quotes/{quote}/do/approve").status_code == 422
    assert submit(office, f"/admin/quotes/{quote}/do/extend").status_code == 302
    assert world.get(Quote, quote, "valid_until", "revision") == (day + timedelta(30), 1)
    browser = Browser(world.app)
    assert "warn" not in browser.get(f"/l/{link_of(world, quote)}").text
    assert submit(office, f"/admin/quotes/{quote}/do/approve").status_code == 302


def test_the_clients_page_shows_the_offer_then_what_was_taken(world: World, office: Browser):
    quote = sent(world, deposit_percent=Decimal(30))
    page = f"/l/{link_of(world, quote)}?language=en_CA"
    browser = Browser(world.app)
    shown = words(parse(browser.get(page)))
    for text in ("Choice A: one of 2", "Options", "$16,096.50"):
        assert text in shown, text
    assert "Deposit asked" not in shown, "nothing is asked online from a consumer"
    with world.app.app_context():
        row, actor = db.session.get_one(Quote, quote), make_user("office").actor
        choice = {line.id for line in row.lines if line.description in ("Modèle grand", "Thermostat")}
        give("approve", row, actor, channel="on_site", name="Julie", accepted=choice)
        db.session.commit()
    shown = words(parse(browser.get(page)))
    for text in ("You approved this quote", "Chosen", "$18,396.00", "$5,518.80"):
        assert text in shown, text


def test_each_revision_keeps_its_own_offer_on_paper(world: World):
    quote = sent(world, deposit_percent=Decimal(30))
    with world.app.app_context():
        row, actor = db.session.get_one(Quote, quote), make_user("office").actor
        choice = {line.id for line in row.lines if line.description in ("Modèle grand", "Thermostat")}
        give("approve", row, actor, channel="phone", name="Julie", accepted=choice)
        give("revise", row, actor)
        row.deposit_percent = Decimal(10)
        give("mark_sent", row, actor)
        db.session.commit()
        first, second = (
            "\n".join(pages_of(service.pdf(db.session, row, Language.ENGLISH, revision).data)) for revision in (1, 2)
        )
    assert ("$16,096.50" in first, "$4,828.95" in first, first.count("✓")) == (True, True, 1)
    assert ("$18,396.00" in second, "$1,839.60" in second, second.count("✓")) == (True, True, 2)
    for text in ("Choice A: one of 2", "Modèle simple", "Modèle grand", "Thermostat"):
        assert text in first, text
        assert text in second, text


@pytest.mark.parametrize(
    ("kind", "deposit", "said"),
    [
        (ClientKind.PERSON, {"deposit_percent": Decimal(30)}, True),
        (ClientKind.PERSON, {"deposit_amount": Decimal(50)}, True),
        (ClientKind.PERSON, {}, False),
        (ClientKind.COMPANY, {"deposit_percent": Decimal(30)}, False),
    ],
)
def test_a_deposit_from_a_consumer_is_warned_of(context, kind, deposit, said):
    name_company()
    quote = start("quote", make_user("office").actor, client=make_client(kind=kind), **deposit)
    found = [str(finding.text) for finding in presend.check(db.session, quote, Language.FRENCH) if not finding.stops]
    assert any("que si vous signez en personne" in text for text in found) is said


@pytest.mark.parametrize(
    ("person", "shown"), [("owner", True), ("office", True), ("accountant", True), ("technician", None)]
)
def test_the_margin_is_for_who_may_read_prices(world: World, browser: Browser, person: str, shown):
    quote = sent(world)
    browser.sign_in(world.user(person))
    answer = browser.get(f"/admin/quotes/details/?id={quote}")
    assert (answer.status_code == 403) is (shown is None)
    if shown:
        text = words(parse(answer)).replace("\u00a0", " ")
        assert "12 639,56 $" in text  # 7431.19 + 5208.37
        assert "1 360,44 $" in text
        assert "9,7 %" in text


def forms_of(cost: str) -> set[str]:
    """A cost as somebody would read it, in either language and without any mark."""
    whole, cents = cost.split(".")
    thousands = f"{whole[:-3]}\u00a0{whole[-3:]}".strip("\u00a0")
    return {cost, f"{whole},{cents}", f"{thousands},{cents}", f"{int(whole):,}.{cents}"}


def test_no_cost_is_on_anything_that_a_client_or_a_technician_reads(world: World):
    quote = sent(world, deposit_percent=Decimal(30))
    margin, leaks = ("12639.56", "1360.44"), []
    with world.app.app_context():
        row, actor = db.session.get_one(Quote, quote), make_user("office").actor
        give("approve", row, actor, channel="phone", name="Julie")
        job = convert(row, "job", actor)
        invoice = convert(job, "invoice", actor)
        give("issue", invoice, actor)
        tokens = [make_link(db.session, row).token, make_link(db.session, invoice).token]
        db.session.commit()
        told = {
            "approval": row.approval.content,
            "sent": row.sent[0].content,
            "letter": db.session.query(Message).first().body,
        }
        for document in (row, job, invoice):
            told |= {f"{document} snapshot": str(service.BUILDERS[type(document)](db.session, document))}
            for language in Language:
                pages = pages_of(service.pdf(db.session, document, language).data)
                told |= {f"{document} {language.value}": "\n".join(pages)}
    for token in tokens:
        for language in Language:
            told |= {f"{token} {language.value}": Browser(world.app).get(f"/l/{token}?language={language.value}").text}
    leaks = [
        (name, cost)
        for name, text in told.items()
        for cost in (*COSTS, *margin)
        for form in forms_of(cost)
        if form in text
    ]
    assert len(told) == 16
    assert not leaks
