"""The convert page: what it shows, what it asks, what it makes, and what it keeps when it refuses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sercom import models
from sercom.core.base import db
from sercom.entities.documents.line import LineDraft
from sercom.entities.sites.model import Province
from tests.pages import links, main_form, notices, parse, send, words
from tests.support import Browser, World, give, make_client, make_user, start

PUMP = LineDraft("Thermopompe murale", Decimal(1), "", Decimal("4200.00"), cost=Decimal("3100.00"))
PIPES = LineDraft("Conduite de cuivre", Decimal(30), "pi", Decimal("12.50"))
APPROVED = {"channel": "on_site", "name": "Julie Tremblay"}


@pytest.fixture
def office(world: World, browser: Browser) -> Browser:
    """Somebody of the office is signed in."""
    return browser.sign_in(world.user("office"))


def lines_of(world: World, document: int) -> list[tuple[str, Decimal]]:
    """Descriptions and quantities."""
    return world.read(
        lambda: [(row.description, row.quantity) for row in db.session.get(models.Document, document).lines]
    )


def count(world: World, model: Any) -> int:
    """How many there are."""
    return int(world.read(lambda: db.session.query(model).count()))


def made_by(answer: Any) -> int:
    """The id in the address that a conversion leads to."""
    assert answer.status_code == 302, main_form(answer)
    return int(answer.location.rpartition("=")[2])


def quantity_fields(form: Any) -> list[str]:
    """The names of the quantities, in the order of the lines."""
    return [name for name in form.data if name.startswith("quantity-")]


def test_the_page_shows_what_will_be_carried(world: World, office: Browser):
    quote = world.document("quote", drafts=[PUMP, PIPES])
    page = office.get(f"/admin/quotes/{quote}/convert/job")
    text, form = words(parse(page)), main_form(page)
    for shown in (
        "Thermopompe murale",
        "Conduite de cuivre",
        "4 200,00\u00a0$".replace("\u00a0", " "),
        "Julie Tremblay",
    ):
        assert shown in text.replace("\u00a0", " "), shown
    assert [form.data[name] for name in quantity_fields(form)] == ["1", "30"]
    assert form.data["token"]
    assert form.data["version"] == "1"
    assert 'name="confirm"' not in page.get_data(as_text=True)


def test_showing_the_page_writes_nothing(world: World, office: Browser):
    quote = world.document("quote")
    with world.counting() as statements:
        office.get(f"/admin/quotes/{quote}/convert/job")
    assert not [statement for statement in statements if not statement.startswith("SELECT")]


def test_the_approval_is_recorded_on_the_way(world: World, office: Browser):
    quote = world.document("quote")
    url = f"/admin/quotes/{quote}/convert/job"
    shown = main_form(office.get(url))
    blank = send(office, shown, url, name="", channel="phone")
    assert blank.status_code == 422
    assert "name" in main_form(blank).errors
    assert world.get(models.Quote, quote, "status").value == "draft"
    job = made_by(send(office, main_form(blank), url, **APPROVED))
    assert world.get(models.Quote, quote, "status").value == "approved"
    approval = world.read(lambda: db.session.get(models.Quote, quote).approval)
    assert (approval.name, approval.channel.value) == ("Julie Tremblay", "on_site")
    assert world.get(models.Job, job, "case_id") == world.get(models.Quote, quote, "case_id")


def test_an_approved_quote_asks_for_nothing(world: World, office: Browser):
    quote = world.document("quote")
    with world.app.app_context():
        row, actor = db.session.get_one(models.Quote, quote), make_user("office").actor
        give("mark_sent", row, actor)
        give("approve", row, actor, channel="phone", name="Julie")
        db.session.commit()
    form = main_form(office.get(f"/admin/quotes/{quote}/convert/job"))
    assert set(form.data) - {"csrf_token", "version", "token"} == set(quantity_fields(form))


def test_a_refusal_keeps_what_was_typed_and_records_nothing(world: World, office: Browser):
    quote = world.document("quote", drafts=[PUMP, PIPES])
    url = f"/admin/quotes/{quote}/convert/job"
    shown = main_form(office.get(url))
    pump, pipes = quantity_fields(shown)
    answer = send(office, shown, url, **APPROVED, **{pump: "1", pipes: "30,5"})
    form = main_form(answer)
    assert answer.status_code == 422
    assert "30" in form.errors[pipes]
    kept = {pump: "1", pipes: "30,5", "token": shown.data["token"], "version": "1", **APPROVED}
    assert {key: form.data[key] for key in kept} == kept
    assert world.get(models.Quote, quote, "status").value == "draft"
    assert not count(world, models.Conversion)


def test_lines_are_taken_by_quantity_until_none_is_left(world: World, office: Browser):
    job = world.document("job", drafts=[PUMP, PIPES])
    url = f"/admin/jobs/{job}/convert/invoice"
    shown = main_form(office.get(url))
    pump, pipes = quantity_fields(shown)
    first = made_by(send(office, shown, url, **{pump: "", pipes: "12,5"}))
    assert lines_of(world, first) == [("Conduite de cuivre", Decimal("12.5"))]
    again = office.get(url)
    form = main_form(again)
    assert [form.data[name] for name in (pump, pipes)] == ["1", "17,5"]
    assert len([link for link in links(again).values() if f"/admin/invoices/details/?id={first}" in link]) == 1
    second = made_by(send(office, form, url))
    assert lines_of(world, second) == [("Thermopompe murale", Decimal(1)), ("Conduite de cuivre", Decimal("17.5"))]
    spent = send(office, main_form(office.get(url)), url)
    assert spent.status_code == 422
    assert notices(spent)


def test_nothing_chosen_is_refused(world: World, office: Browser):
    job = world.document("job")
    url = f"/admin/jobs/{job}/convert/invoice"
    shown = main_form(office.get(url))
    answer = send(office, shown, url, **dict.fromkeys(quantity_fields(shown), "0"))
    assert answer.status_code == 422
    assert notices(answer)
    assert not count(world, models.Invoice)


def test_an_unassessed_request_asks_before_its_invoice(world: World, office: Browser):
    request = world.document("request")
    url = f"/admin/requests/{request}/convert/invoice"
    shown = main_form(office.get(url))
    assert send(office, shown, url).status_code == 409
    assert not count(world, models.Invoice)
    invoice = made_by(send(office, shown, url, confirm="1"))
    assert lines_of(world, invoice) == [("Main-d’œuvre", Decimal(1))]


def test_sent_twice_it_leads_to_the_same_document(world: World, office: Browser):
    for kind, edge in (("request", "quote"), ("request", "job"), ("job", "invoice")):
        source = world.document(kind)
        url = f"/admin/{kind}s/{source}/convert/{edge}"
        shown = main_form(office.get(url))
        assert made_by(send(office, shown, url)) == made_by(send(office, shown, url)), edge
    assert count(world, models.Conversion) == 3


def test_without_a_token_of_its_own_nothing_is_made(world: World, office: Browser):
    job = world.document("job")
    for missing in ({"version": "1"}, {"version": "1", "token": ""}, {"token": "x"}, {"token": "x", "version": "abc"}):
        assert office.post(f"/admin/jobs/{job}/convert/invoice", missing).status_code == 400
    assert not count(world, models.Invoice)


def test_a_closed_request_and_a_cancelled_job_are_not_converted(world: World, office: Browser):
    request, job = world.document("request"), world.document("job")
    with world.app.app_context():
        actor = make_user("office").actor
        give("close", db.session.get_one(models.ServiceRequest, request), actor, reason="lost")
        give("cancel", db.session.get_one(models.Job, job), actor)
        db.session.commit()
    for url in (f"/admin/requests/{request}/convert/quote", f"/admin/jobs/{job}/convert/invoice"):
        assert office.get(url).status_code == 409
        assert office.post(url, {"token": "x", "version": "2"}).status_code == 409


def test_undo_removes_the_target_and_gives_the_lines_back(world: World, office: Browser):
    job = world.document("job", drafts=[PIPES])
    url = f"/admin/jobs/{job}/convert/invoice"
    invoice = made_by(send(office, main_form(office.get(url)), url))
    page = office.get(f"/admin/invoices/details/?id={invoice}").get_data(as_text=True)
    assert f"/admin/invoices/{invoice}/undo" in page
    undone = office.post(f"/admin/invoices/{invoice}/undo", {"version": world.get(models.Invoice, invoice, "version")})
    assert undone.location.endswith(f"/admin/jobs/details/?id={job}")
    assert office.get(f"/admin/invoices/details/?id={invoice}").status_code == 404
    form = main_form(office.get(url))
    assert [form.data[name] for name in quantity_fields(form)] == ["30"]
    assert not notices(office.get(url))


def test_a_line_that_the_source_does_not_hold_is_flagged(world: World, office: Browser):
    for kind, edge, flagged in (("request", "quote", 0), ("job", "invoice", 1)):
        source = world.document(kind)
        url = f"/admin/{kind}s/{source}/convert/{edge}"
        target = made_by(send(office, main_form(office.get(url)), url))
        edited = f"/admin/{edge}s/edit/?id={target}"
        extra = {"lines-1-description": "Déplacement", "lines-1-unit_price": "65"}
        assert send(office, main_form(office.get(edited)), edited, **extra).status_code == 302
        page = office.get(f"/admin/{edge}s/details/?id={target}")
        assert words(parse(page)).count("Supplément") == flagged, edge


def test_the_five_edges_stand_where_a_document_shows_them(world: World, office: Browser):
    edges = {"request": ["quote", "job", "invoice"], "quote": ["job"], "job": ["invoice"], "invoice": []}
    for kind, targets in edges.items():
        document = world.document(kind)
        for page in (office.get(f"/admin/{kind}s/details/?id={document}"), office.get(f"/admin/{kind}s/")):
            found = [link.rpartition("/")[2] for link in links(page).values() if f"/{document}/convert/" in link]
            assert found == targets, kind


def test_a_site_in_another_province_bears_its_own_taxes(world: World, office: Browser):
    with world.app.app_context():
        job = start("job", make_user("office").actor, make_client(province=Province.ON))
        db.session.commit()
        source = job.id
    url = f"/admin/jobs/{source}/convert/invoice"
    invoice = made_by(send(office, main_form(office.get(url)), url))
    assert world.get(models.Invoice, invoice, "tax", "total") == (Decimal("13.00"), Decimal("113.00"))
