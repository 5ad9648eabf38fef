"""Invoicing a job over HTTP: each way on the page, what it refuses and keeps, several jobs, the bar."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from sercom.core.base import db
from sercom.entities.documents.line import LineDraft
from sercom.entities.sites.model import Province
from sercom.models import Conversion, Document, Invoice, Job, Payment
from tests.pages import links, list_rows, main_form, notices, parse, send, words
from tests.support import Browser, World, convert, day, give, make_client, make_user, start

WORK = LineDraft("Installation", Decimal(10), "h", Decimal("100.00"))


@pytest.fixture
def office(world: World, browser: Browser) -> Browser:
    """Somebody of the office is signed in."""
    return browser.sign_in(world.user("office"))


def page_of(job: int) -> str:
    return f"/admin/jobs/{job}/convert/invoice"


def bill(office: Browser, row: int, mode: str, **fields: Any) -> Any:
    """Open the page, choose ``mode``, send it."""
    url = page_of(row)
    return send(office, main_form(office.get(url)), url, mode=mode, **fields)


def made_by(answer: Any) -> int:
    assert answer.status_code == 302, words(parse(answer))
    return int(answer.location.rpartition("=")[2])


def net(world: World, invoice: int) -> Decimal:
    return Decimal(world.get(Invoice, invoice, "net"))


def shown(page: Any) -> str:
    return words(parse(page)).replace("\u00a0", " ").replace("\u202f", " ")


def two_jobs(world: World, **second: Any) -> list[int]:
    """Two jobs of one client, each of a thousand dollars."""

    def build() -> Any:
        client, actor = make_client(), make_user("office").actor
        start("job", actor, client, drafts=[WORK])
        return start("job", actor, client, drafts=[WORK], **second)

    last = world.make(build)
    return [world.read(lambda: db.session.scalar(select(Job.id).where(Job.id < last).order_by(Job.id.desc()))), last]


def test_a_percent_then_an_amount_then_the_rest(world: World, office: Browser):
    job = world.document("job", drafts=[WORK])
    assert net(world, made_by(bill(office, job, "percent", percent="12,5 %"))) == Decimal("125.00")
    assert net(world, made_by(bill(office, job, "amount", amount="1,50"))) == Decimal("1.50")
    page = shown(office.get(page_of(job)))
    assert "au plus 87,35 %" in page or "at most 87,35 %" in page, page
    rest = made_by(bill(office, job, "lines"))
    assert net(world, rest) == Decimal("873.50")
    text = shown(office.get(f"/admin/jobs/details/?id={job}"))
    assert "1 000,00 $ 100 %" in text
    assert [row[5] for row in list_rows(office.get("/admin/jobs/"))] == ["100 %"]
    version = world.get(Invoice, rest, "version")
    assert office.post(f"/admin/invoices/{rest}/undo", {"version": version}).status_code == 302
    assert world.read(lambda: db.session.scalar(select(Job.invoiced_net))) == Decimal("126.50")


def test_another_job_says_what_is_left_of_it_in_dollars(world: World, office: Browser):
    first, second = two_jobs(world)
    made_by(bill(office, second, "percent", percent="25"))
    assert "750,00 $" in shown(office.get(page_of(first)))


@pytest.mark.parametrize(
    ("mode", "typed", "field"),
    [
        ("percent", "90,001", "percent"),
        ("percent", "beaucoup", "percent"),
        ("percent", "", "percent"),
        ("amount", "900,01", "amount"),
        ("amount", "1,234", "amount"),
        ("amount", "-5", "amount"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(world: World, office: Browser, mode, typed, field):
    job = world.document("job", drafts=[WORK])
    made_by(bill(office, job, "percent", percent="10"))
    answer = bill(office, job, mode, **{field: typed})
    form = main_form(answer)
    assert answer.status_code == 422
    assert field in str(form.errors) or form.errors, form.errors
    assert (form.data["mode"], form.data[field]) == (mode, typed)
    assert world.read(lambda: db.session.query(Invoice).count()) == 1


def test_visits_are_ticked_and_ask_before_extras(world: World, office: Browser):
    from tests.integration.test_billing import visited

    def build() -> Any:
        actor = make_user("office").actor
        job = start("job", actor, drafts=[LineDraft("Forfait", unit_price=Decimal("5.00"))])
        visited(job, actor)
        return job

    job = world.make(build)
    url = page_of(job)
    untouched = {name: text for name, text in main_form(office.get(url)).data.items() if name != "visit"}
    answer = office.post(url, untouched | {"mode": "visits"})
    assert answer.status_code == 422
    assert "Cochez au moins une visite." in shown(answer)
    answer = bill(office, job, "visits")
    assert answer.status_code == 409
    assert main_form(answer).data["mode"] == "visits"
    invoice = made_by(send(office, main_form(answer), url, confirm="1"))
    assert "Supplément" in shown(office.get(f"/admin/invoices/details/?id={invoice}"))
    assert 'name="visit"' not in office.get(url).get_data(as_text=True)


def test_a_holdback_is_typed_on_the_job_and_released(world: World, office: Browser):
    job = world.document("job", drafts=[WORK])
    edit = f"/admin/jobs/edit/?id={job}"
    wrong = send(office, main_form(office.get(edit)), edit, holdback_percent="100")
    assert wrong.status_code == 422
    assert send(office, main_form(office.get(edit)), edit, holdback_percent="10").status_code == 302
    first = made_by(bill(office, job, "lines"))
    assert net(world, first) == Decimal("900.00")
    assert "−" in shown(office.get(f"/admin/invoices/details/?id={first}")) or "-100,00 $" in shown(
        office.get(f"/admin/invoices/details/?id={first}")
    )
    page = office.get(page_of(job))
    assert main_form(page).data["mode"] == "release"
    last = made_by(bill(office, job, "release"))
    assert net(world, last) == Decimal("100.00")


def test_other_jobs_of_the_client_go_along(world: World, office: Browser):
    first, second = two_jobs(world)
    page = office.get(page_of(first))
    assert f'name="job" value="{second}"' in page.get_data(as_text=True)
    invoice = made_by(bill(office, first, "percent", percent="50", job=str(second)))
    assert net(world, invoice) == Decimal("1500.00")
    for job in (first, second):
        assert f"/admin/invoices/details/?id={invoice}" in str(links(office.get(f"/admin/jobs/details/?id={job}")))
    stranger = world.document("job", drafts=[WORK])
    refused = bill(office, first, "percent", percent="50", job=str(stranger))
    assert refused.status_code == 422
    assert "client" in str(notices(refused)) + str(main_form(refused).errors)
    version = world.get(Invoice, invoice, "version")
    assert office.post(f"/admin/invoices/{invoice}/undo", {"version": version}).status_code == 302
    assert not world.read(lambda: db.session.query(Conversion).count())


def together(world: World, office: Browser, jobs: list[int]) -> Any:
    rows = [f"{job}:{world.get(Job, job, 'version')}" for job in jobs]
    return office.client.post(
        "/admin/jobs/bulk/",
        data={"csrf_token": office.csrf(), "action": "invoice-together", "nonce": "n", "row": rows},
    )


def test_the_bulk_menu_invoices_jobs_together(world: World, office: Browser):
    jobs = two_jobs(world)
    assert "invoice-together" in office.get("/admin/jobs/").get_data(as_text=True)
    answer = together(world, office, jobs[::-1])
    assert [row[1].split()[0] for row in list_rows(answer)] == ["Fait", "Fait"] or len(list_rows(answer)) == 2
    assert world.read(lambda: [float(row.net) for row in db.session.query(Invoice)]) == [2000.0]
    assert world.read(lambda: [link.source_id for link in db.session.query(Conversion)]) == jobs
    assert together(world, office, jobs).status_code == 200
    assert world.read(lambda: db.session.query(Invoice).count()) == 1


def test_jobs_of_another_client_or_province_are_refused_with_the_reason(world: World, office: Browser):
    jobs = two_jobs(world, tax_province=Province.ON)
    for ids in (jobs, [jobs[0], world.document("job", drafts=[WORK])]):
        answer = together(world, office, ids)
        reasons = {row[1] for row in list_rows(answer)}
        assert len(reasons) == 1
        assert "province" in str(reasons) or "client" in str(reasons)
    assert not world.read(lambda: db.session.query(Conversion).count())


def test_the_bar_says_what_is_paid_and_what_is_held_as_deposit(world: World, office: Browser):
    def build() -> Any:
        actor = make_user("office").actor
        quote = start("quote", actor, drafts=[WORK])
        job = convert(quote, "job", actor, approval={"channel": "phone", "name": "Julie"})
        invoice = convert(job, "invoice", actor, quantities={job.lines[0].id: Decimal(4)})
        give("issue", invoice, actor)
        give("record_payment", invoice, actor, amount=Decimal("229.95"), method="cash", received_on=day())
        deposit = {"kind": "deposit", "amount": Decimal("75.00"), "method": "cash", "received_on": day()}
        db.session.add(Payment(client=quote.client, document=quote, **deposit))
        return job

    job = world.make(build)
    text = shown(office.get(f"/admin/jobs/details/?id={job}"))
    for told in ("400,00 $ 40 %", "200,00 $ 20 %", "600,00 $ 60 %", "75,00 $"):
        assert told in text, told


def test_the_page_asks_no_more_with_more_other_jobs(world: World, office: Browser):
    first, _second = two_jobs(world)
    office.get(page_of(first))  # the menu's counts are remembered
    with world.counting() as few:
        office.get(page_of(first))
    with world.app.app_context():
        client = db.session.get_one(Job, first).client
        for _ in range(5):
            start("job", make_user("office").actor, client, drafts=[WORK])
        db.session.commit()
    office.get(page_of(first))
    with world.counting() as many:
        office.get(page_of(first))
    assert [s for s in many if s not in few] == []
    assert len(many) == len(few)
    assert not [statement for statement in many if not statement.startswith("SELECT")]
    assert world.read(lambda: db.session.query(Document).count()) == 7
