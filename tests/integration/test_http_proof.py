"""Findings and proof over HTTP: each action of a phone, once, with bad input; the invoice on site."""

from __future__ import annotations

import uuid
from decimal import Decimal
from io import BytesIO
from random import Random
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from sercom import models
from sercom.core.base import db
from sercom.demo.checking import scribble
from sercom.entities.catalog.model import ItemKind
from sercom.entities.checklists.model import CheckKind, ItemDraft
from sercom.entities.documents.line import LineDraft
from sercom.entities.users.model import Language
from sercom.entities.visits.model import Visit
from tests.pages import main_form, send
from tests.rows import picture, plan
from tests.support import Browser, World, convert, make_client, make_user, name_company, start

JSON = {"Accept": "application/json"}
PUMP = LineDraft("Circulateur", Decimal(1), "", Decimal("400.00"))


class Phone:
    """A technician at a visit."""

    def __init__(self, world: World, browser: Browser, user: int, visit: int) -> None:
        self.world, self.browser, self.user, self.visit = world, browser, user, visit
        browser.sign_in(user)

    def send(self, action: str, status: int = 200, /, *, key: str = "", **data: Any) -> dict[str, Any]:
        form = {"key": key or str(uuid.uuid4())} | data
        answer = self.browser.post(f"/field/visits/{self.visit}/{action}", form, headers=JSON)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return dict(answer.json or {})

    def page(self) -> str:
        answer = self.browser.get(f"/field/visits/{self.visit}")
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    def count(self, model: type[Any], **of: Any) -> int:
        return int(self.world.read(lambda: db.session.scalar(select(func.count()).select_from(model).filter_by(**of))))

    def of(self, *names: str) -> Any:
        return self.world.get(Visit, self.visit, *names)

    def finish(self, **data: Any) -> None:
        self.send("start")
        self.send("finish", **({"minutes": "90"} | data))


def phone_at(world: World, browser: Browser, kind: str, *, drafts: Any = (), **user: Any) -> Phone:
    """A technician planned for the first visit of a new document, at a company that may invoice."""
    person = world.user("technician", **user)

    def build() -> Visit:
        office = make_user("office")
        name_company(interac_email="paiements@boreale.example")
        technician = db.session.get_one(models.User, person)
        if not db.session.scalar(select(models.CatalogItem.id).where(models.CatalogItem.code == "MO")):
            labour = {"kind": ItemKind.LABOUR, "unit": "h", "price": Decimal("100.00")}
            db.session.add(models.CatalogItem(code="MO", name_fr="Main-d’œuvre", name_en="Labour", **labour))
            db.session.add(models.CatalogItem(code="FIL", name_fr="Filtre", name_en="Filter", price=Decimal("20.00")))
        client = make_client(email="julie@example.org")
        document = start(kind, office.actor, client=client, drafts=drafts)
        visit = document.case.visits[0] if document.case.visits else Visit.open(document)
        db.session.flush()
        return plan(visit, office, person=technician)

    return Phone(world, browser, person, world.make(build))


@pytest.fixture
def job(world: World, browser: Browser) -> Phone:
    return phone_at(world, browser, "job", invoices_on_site=True)


@pytest.fixture
def assessment(world: World, browser: Browser) -> Phone:
    return phone_at(world, browser, "request", invoices_on_site=True)


def gps_photo() -> bytes:
    """A JPEG that says where it was taken."""
    image, exif = Image.new("RGB", (800, 600), "teal"), Image.Exif()
    exif[0x010F], exif[0x8825] = "Phone", {1: "N", 2: (45.0, 30.0, 0.0), 3: "W", 4: (73.0, 40.0, 0.0)}
    buffer = BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    assert b"Exif" in buffer.getvalue()
    return buffer.getvalue()


# --- notes and parts ------------------------------------------------------------------------------


def test_findings_are_added_to(job: Phone):
    job.send("start")
    job.send("note", body="62 °C au robinet.")
    job.send("note", body="Anode usée.")
    job.send("note", body="Client pressé.", internal="y")
    assert job.of("findings") == "62 °C au robinet.\nAnode usée."
    assert job.count(models.Note) == 1
    assert job.send("note", 422, body=" ")["field"] == "body"
    assert job.send("note", 422, body="x" * 5001)["state"] == "refused"
    assert job.send("note", 422, body="x" * 5000)["field"] == "body", "with what is there already it is too long"


def test_parts_are_counted_by_name(job: Phone):
    assert job.send("part", 409, description="Filtre", quantity="1")["state"] == "conflict", "not started"
    job.send("start")
    job.send("part", description="Filtre", quantity="2")
    job.send("part", description="Filtre")
    job.send("part", description="Ruban", quantity="0,5")
    parts = job.world.read(
        lambda: [
            (part.description, part.quantity, part.unit_price)
            for part in db.session.scalars(select(models.PartUsed).order_by(models.PartUsed.id))
        ]
    )
    assert parts == [("Filtre", Decimal(3), Decimal("20.00")), ("Ruban", Decimal("0.5"), Decimal("0.00"))]
    assert "20,00" not in job.page(), "no price for whoever was not given them"
    for data, field in (
        ({"description": ""}, "description"),
        ({"description": "x" * 201}, "description"),
        ({"description": "Filtre", "quantity": "0"}, "quantity"),
        ({"description": "Filtre", "quantity": "-1"}, "quantity"),
        ({"description": "Filtre", "quantity": "deux"}, "quantity"),
    ):
        assert job.send("part", 422, **data)["field"] == field
    first = job.world.read(lambda: db.session.scalar(select(func.min(models.PartUsed.id))))
    job.send("part", description="Filtre", quantity="0", part=str(first))
    assert job.count(models.PartUsed) == 1
    assert job.send("part", 409, description="Filtre", quantity="0", part=str(first))["state"] == "conflict"


def test_prices_are_for_those_who_see_them(world, browser):
    phone = phone_at(world, browser, "job", sees_prices=True)
    phone.send("start")
    phone.send("part", description="Ruban", unit_price="4,25")
    assert "4,25" in phone.page()
    assert phone.send("part", 422, description="Ruban", unit_price="-1")["field"] == "unit_price"


# --- checklist ------------------------------------------------------------------------------------


@pytest.fixture
def items(world: World, job: Phone) -> list[int]:
    def build() -> models.Checklist:
        checklist = models.Checklist(name_fr="Entretien", name_en="Maintenance")
        checklist.take_items(
            [
                ItemDraft("Pression", "Pressure", CheckKind.NUMBER, "psi", required=True),
                ItemDraft("Filtres", "Filters", CheckKind.TICK, required=True),
                ItemDraft("Remarque", "Remark", CheckKind.TEXT),
            ]
        )
        other = models.Checklist(name_fr="Évaluation", name_en="Assessment", for_assessments=True)
        other.take_items([ItemDraft("Superficie", "Area", CheckKind.NUMBER, required=True)])
        gone = models.Checklist(name_fr="Ancienne", name_en="Old", active=False)
        gone.take_items([ItemDraft("Vieux", "Old", required=True)])
        db.session.add_all([checklist, other, gone])
        return checklist

    checklist = world.make(build)
    return world.read(lambda: [item.id for item in db.session.get_one(models.Checklist, checklist).items])


def answers(**values: str) -> dict[str, Any]:
    ids = [name.removeprefix("i") for name in values]
    return {"asked": ids} | {f"answer-{key.removeprefix('i')}": value for key, value in values.items()}


def test_required_answers_hold_the_finish_up_unless_it_is_said_why(job: Phone, items: list[int]):
    pressure, _filters, remark = items
    job.send("start")
    refused = job.send("finish", 422, minutes="60", findings="Tout va.")
    assert refused["field"] == "unanswered_reason"
    assert "Pression, Filtres" in refused["message"]
    told = job.send("answers", **answers(**{f"i{pressure}": "118,5 psi", f"i{remark}": "Neuf"}))
    assert "1" in told["message"]
    assert "Filtres" in job.send("finish", 422, minutes="60")["message"]
    job.send("finish", minutes="60", unanswered_reason="Porte du panneau soudée.")
    assert job.of("unanswered_reason") == "Porte du panneau soudée."
    entry = job.world.read(
        lambda: (
            db.session.scalars(
                select(models.JournalEntry)
                .where(models.JournalEntry.event == "finish")
                .order_by(models.JournalEntry.id)
            )
            .all()[-1]
            .changes
        )
    )
    assert entry["unanswered_reason"] == [None, "Porte du panneau soudée."]


def test_answers_are_changed_taken_away_and_kept_as_they_read(job: Phone, items: list[int]):
    pressure, filters, remark = (f"i{item}" for item in items)
    job.send("start")
    job.send("answers", **answers(**{pressure: "100", filters: "yes", remark: "a"}))
    job.send("answers", **answers(**{pressure: "120", remark: ""}))

    def rename() -> models.Checklist:
        row = db.session.scalars(select(models.Checklist).where(models.Checklist.active)).first()
        assert row is not None
        for item in row.items:
            item.text_fr = item.text_en = "Autrement"
        return row

    job.world.make(rename)
    job.send("finish", minutes="30")
    kept = job.world.read(
        lambda: [(a.asked["fr"], a.asked["unit"], a.value) for a in db.session.get_one(Visit, job.visit).answers]
    )
    assert kept == [("Pression", "psi", "120"), ("Filtres", "", "yes")]
    assert job.send("answers", 409, **answers(**{pressure: "1"}))["state"] == "conflict"
    job.browser.sign_in(job.world.user("office", language=models.User.language.type.enum.FRENCH))
    page = job.browser.get(f"/admin/visits/details/?id={job.visit}").get_data(as_text=True)
    assert "120\u00a0psi" in page


def test_a_wrong_answer_is_told_beside_its_item_and_nothing_is_kept(job: Phone, items: list[int]):
    pressure, filters, _remark = items
    job.send("start")
    refused = job.send("answers", 422, **answers(**{f"i{filters}": "yes", f"i{pressure}": "douze"}))
    assert refused["field"] == f"answer-{pressure}"
    assert refused["message"].startswith("Pression")
    assert job.count(models.Answer) == 0
    form = {"key": str(uuid.uuid4())} | answers(**{f"i{pressure}": "douze"})
    page = job.browser.post(f"/field/visits/{job.visit}/answers", form)
    assert page.status_code == 422
    assert 'value="douze"' in page.get_data(as_text=True), "what was typed stands there"
    assert job.send("answers", 422, **answers(i999999="x"))["state"] == "refused"


def test_the_office_corrects_answers_during_the_visit_and_after_it(job: Phone, items: list[int]):
    pressure, filters, remark = items
    job.send("start")
    job.send("answers", **answers(**{f"i{pressure}": "100", f"i{filters}": "yes"}))
    job.browser.sign_in(job.world.user("office", language=Language.FRENCH))
    url = f"/admin/visits/edit/?id={job.visit}"
    opened = main_form(job.browser.get(url))

    def save(**typed: str) -> Any:
        now = {"csrf_token": job.browser.csrf(), "version": str(job.of("version"))}
        return send(job.browser, opened, url, **now, **typed)

    job.browser.sign_in(job.user)
    job.send("answers", **answers(**{f"i{remark}": "Neuf"}))
    job.send("finish", minutes="60")
    job.browser.sign_in(job.world.user("office", language=Language.FRENCH))
    assert save(**{f"answer-{pressure}": "douze"}).status_code == 422
    assert save(**{f"answer-{pressure}": "118,5"}).status_code == 302
    kept = job.world.read(
        lambda: {a.item_id: a.value for a in db.session.get_one(Visit, job.visit).answers},
    )
    assert kept == {pressure: "118.5", filters: "yes", remark: "Neuf"}, "what nobody touched here stays"
    told = job.world.read(
        lambda: db.session.scalars(
            select(models.JournalEntry.changes)
            .where(models.JournalEntry.event == "answered")
            .order_by(models.JournalEntry.id.desc())
        ).first()
    )
    assert told == {"Pression": ["100", "118.5"]}
    assert save(**{f"answer-{filters}": ""}).status_code == 302, "an answer given by mistake is taken away"
    assert f"answer-{filters}" in job.browser.get(url).get_data(as_text=True), "and may be given again"


def test_a_technician_answers_in_the_field_alone(job: Phone, items: list[int]):
    job.send("start")
    page = job.browser.get(f"/admin/visits/edit/?id={job.visit}").get_data(as_text=True)
    assert f"answer-{items[0]}" not in page


# --- photos ---------------------------------------------------------------------------------------


def photo(data: bytes, name: str = "IMG_1.jpg", **more: Any) -> dict[str, Any]:
    return {"photos": (BytesIO(data), name)} | more


def test_a_photo_loses_its_position_and_is_kept_once(job: Phone):
    key, raw = str(uuid.uuid4()), gps_photo()
    for _time in range(5):
        told = job.send("photo", key=key, **photo(raw, moment="before", caption="Plaque"))
    job.send("photo", **photo(raw, "autre.jpg"))
    assert job.count(models.File, visit_id=job.visit) == 1
    assert told["state"] == "done"
    kept = job.world.read(lambda: db.session.scalars(select(models.FileContent.data)).one())
    with Image.open(BytesIO(kept)) as image:
        assert not image.getexif()
    assert b"Exif" not in kept
    moment, caption = job.world.read(lambda: db.session.execute(select(models.File.moment, models.File.caption)).one())
    assert (moment.value, caption) == ("before", "Plaque")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7 no photo", "photo"),
        (b"", "photo"),
        (picture(kind="PNG", size=(4100, 4100)), "pixels"),
    ],
)
def test_what_is_no_photo_is_refused_in_words(job: Phone, data: bytes, words: str):
    refused = job.send("photo", 422, **photo(data))
    assert (refused["state"], refused["field"]) == ("refused", "photos")
    assert words in refused["message"]
    assert job.count(models.File, visit_id=job.visit) == 0


def test_sixty_megapixels_of_a_phone_and_heic_are_taken(job: Phone):
    job.send("photo", **photo(picture("red", (8000, 7500))))
    job.send("photo", **photo(picture("blue", (640, 480), "HEIF"), "IMG_2.HEIC"))
    sizes = job.world.read(lambda: [max(f.width, f.height) for f in db.session.scalars(select(models.File))])
    assert sizes == [2048, 640]


def test_forty_photos_come_one_by_one_and_at_most_six_together(job: Phone):
    for shade in range(40):
        job.send("photo", **photo(picture("teal", (60 + shade, 40))))
    assert job.count(models.File, visit_id=job.visit) == 40
    many = [(BytesIO(picture(f"rgb(200, {shade}, 9)")), f"{shade}.jpg") for shade in range(7)]
    assert job.send("photo", 422, photos=many)["field"] == "photos"
    assert job.send("photo", 422)["field"] == "photos"


# --- signature ------------------------------------------------------------------------------------


def test_the_client_signs_once(job: Phone):
    drawing, key = scribble(Random(3)), str(uuid.uuid4())
    assert job.send("signature", 409, name="Julie", drawing=drawing)["state"] == "conflict", "nobody was there yet"
    job.send("start")
    for data, field in (
        ({"name": "", "drawing": drawing}, "name"),
        ({"name": "Julie", "drawing": ""}, "drawing"),
        ({"name": "Julie", "drawing": "data:image/png;base64,AAAA"}, "drawing"),
        ({"name": "x" * 161, "drawing": drawing}, "name"),
    ):
        assert job.send("signature", 422, **data)["field"] == field
    for _time in range(5):
        job.send("signature", key=key, name=" Julie  Tremblay ", drawing=drawing)
    job.send("signature", name="Julie Tremblay", drawing=drawing)
    assert job.world.read(lambda: db.session.scalars(select(models.Signature.name)).all()) == ["Julie Tremblay"]
    answer = job.browser.get(f"/admin/visits/{job.visit}/signatures/1")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")


# --- what comes next ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["quote", "job"])
def test_an_assessment_becomes_the_next_document_once(assessment: Phone, kind: str):
    assert assessment.send("next", 409, next=kind)["state"] == "conflict", "it goes on"
    assessment.finish(findings="Panneau plein.")
    assert assessment.send("next", 422, next="invoice")["field"] == "next"
    key = str(uuid.uuid4())
    told = [assessment.send("next", key=key, next=kind) for _time in range(5)]
    again = assessment.send("next", next=kind)
    assert {answer["message"] for answer in [*told, again]} == {told[0]["message"]}
    model = {"quote": models.Quote, "job": models.Job}[kind]
    assert assessment.count(model) == 1
    other = {"quote": "job", "job": "quote"}[kind]
    assert assessment.send("next", 409, next=other)["state"] == "conflict"
    if kind == "job":
        found = assessment.world.read(lambda: db.session.scalars(select(models.Job)).one().instructions)
        assert found == "Panneau plein."


def consent(phone: Phone, total: str, **more: Any) -> dict[str, Any]:
    return {"name": "Julie Tremblay", "drawing": scribble(Random(1)), "total": total} | more


def invoices(phone: Phone) -> list[tuple[str | None, str, str]]:
    return phone.world.read(
        lambda: [(row.number, row.status.value, str(row.total)) for row in db.session.scalars(select(models.Invoice))]
    )


def test_an_invoice_is_issued_signed_and_sent_on_site_once(assessment: Phone):
    phone = assessment
    phone.send("start")
    phone.send("part", description="Filtre", quantity="2")
    phone.send("finish", minutes="90", findings="Réparé.")
    page = phone.page()
    assert "218,45" in page, "150 of labour and 40 of parts, taxes in"
    assert phone.send("invoice", 422, **consent(phone, "218.45", drawing=""))["field"] == "drawing"
    assert phone.send("invoice", 422, **consent(phone, "218.45", email="nowhere"))["field"] == "email"
    assert "218,45" in phone.send("invoice", 409, **consent(phone, "1.00"))["message"]
    assert invoices(phone) == []
    key = str(uuid.uuid4())
    told = [phone.send("invoice", key=key, **consent(phone, "218.45", email="julie@example.org")) for _ in range(5)]
    again = phone.send("invoice", **consent(phone, "218.45", email="julie@example.org"))
    ((number, status, total),) = invoices(phone)
    assert (status, total) == ("issued", "218.45")
    assert number in told[0]["message"]
    assert number in again["message"]
    assert told == [told[0]] * 5
    assert phone.count(models.Message, to_email="julie@example.org") == 1
    about = phone.world.read(lambda: db.session.scalars(select(models.Signature.about)).all())
    assert about == [f"Facture {number}, 218,45\u00a0$"]
    page = phone.page()
    assert "paiements@boreale.example" in page
    assert phone.send("part", 409, description="Filtre")["state"] == "conflict"
    assert "Le reçu part par courriel à julie@example.org." in phone.send("paid", method="card")["message"]
    assert phone.send("paid", 422, method="card")["state"] == "refused"
    assert phone.count(models.Payment) == 1
    person = phone.world.read(
        lambda: {
            (entry.event, entry.user_id)
            for entry in db.session.scalars(select(models.JournalEntry))
            if entry.event in {"issue", "emailed", "record_payment", "signed"}
        }
    )
    assert person == {(event, phone.user) for event in ("issue", "emailed", "record_payment", "signed")}


def test_a_job_without_a_price_bills_its_visit(job: Phone):
    job.send("start")
    job.send("part", description="Filtre", quantity="1")
    job.send("finish", minutes="60")
    job.send("invoice", **consent(job, "137.97"))
    assert [row[1:] for row in invoices(job)] == [("issued", "137.97")]
    assert job.count(models.Message) == 0
    note = job.world.read(lambda: db.session.scalars(select(models.Note.body)).one())
    assert note.startswith("À terminer pour le technicien")


def test_a_job_with_a_price_bills_it_and_what_was_not_quoted(world, browser):
    phone = phone_at(world, browser, "job", drafts=[PUMP], invoices_on_site=True)
    phone.send("start")
    phone.send("part", description="circulateur", quantity="1")
    phone.send("part", description="Filtre", quantity="2")
    phone.send("finish", minutes="240")
    page = phone.page()
    assert "505,89" in page
    assert "Non soumissionné" in page
    phone.send("invoice", **consent(phone, "505.89", email="julie@example.org"))
    lines = world.read(
        lambda: [
            (line.description, str(line.quantity.normalize()), line.source_document_id is None, line.visit_id)
            for line in db.session.scalars(select(models.Invoice)).one().lines
        ]
    )
    assert lines == [("Circulateur", "1", False, None), ("Filtre", "2", True, phone.visit)]
    browser.sign_in(world.user("office"))
    job = phone.of("document_id")
    assert "Filtre" in browser.get(f"/admin/jobs/details/?id={job}").get_data(as_text=True)
    assert "Non soumissionné" in browser.get(f"/admin/visits/details/?id={phone.visit}").get_data(as_text=True)


def test_what_is_missing_is_left_to_the_office_and_is_no_dead_end(assessment: Phone):
    phone = assessment
    phone.world.make(lambda: name_company(gst_number=None))
    phone.finish()
    told = phone.send("invoice", **consent(phone, "172.46", email="julie@example.org"))
    assert [row[:2] for row in invoices(phone)] == [(None, "draft")]
    assert "TPS" in told["message"]
    note = phone.world.read(lambda: db.session.scalars(select(models.Note.body)).one())
    assert "TPS" in note
    assert phone.count(models.Signature) == 1
    assert phone.count(models.Message) == 0
    assert "bureau" in phone.page()


def test_who_may_not_invoice_does_not_see_it_and_is_refused(world, browser):
    phone = phone_at(world, browser, "request")
    phone.finish()
    page = phone.page()
    assert "action-invoice" not in page
    assert "172,46" not in page
    assert phone.send("invoice", 403, **consent(phone, "172.46"))["state"] == "refused"
    assert phone.send("paid", 403, method="card")["state"] == "refused"
    phone.send("next", next="quote")


def test_others_visits_are_nobodys_business(world, browser, job):
    browser.sign_in(world.user("technician"))
    for name in ("note", "part", "photo", "answers", "signature", "next", "invoice", "paid"):
        answer = browser.post(f"/field/visits/{job.visit}/{name}", {"key": str(uuid.uuid4())}, headers=JSON)
        assert answer.status_code == 404, name
    assert browser.get(f"/admin/visits/{job.visit}/report").status_code == 404


# --- the report -----------------------------------------------------------------------------------


def test_the_report_is_kept_and_a_correction_is_another_revision(world, browser, job):
    job.finish(findings="Réparé.")
    url = f"/admin/visits/{job.visit}/report"
    first, second = browser.get(url), browser.get(url)
    assert first.mimetype == "application/pdf"
    assert first.data == second.data
    world.make(lambda: name_company(phone="+14505550999"))
    assert browser.get(url).data == first.data, "the head of the paper is as it was"
    job.send("photo", **photo(picture()))
    assert browser.get(url).data != first.data
    revisions = world.read(lambda: db.session.scalars(select(models.RenderedFile.revision)).all())
    assert sorted(revisions) == [1, 2]
    assert browser.get(f"{url}?language=en_CA").status_code == 404, "the client did not choose English"


def test_there_is_no_report_of_work_that_goes_on(browser, job):
    job.send("start")
    assert browser.get(f"/admin/visits/{job.visit}/report").status_code == 409


def test_checks_of_the_case_service_are_asked(world, browser, job):
    def build() -> models.Checklist:
        service = db.session.scalars(select(models.Service)).first()
        other = models.Checklist(name_fr="Autre", name_en="Other", service=service)
        other.take_items([ItemDraft("Drain", "Drain", required=True)])
        db.session.add(other)
        return other

    world.make(build)
    job.finish()

    def planned() -> Visit:
        office = make_user("office")
        service = db.session.scalars(select(models.Service)).first()
        request = start("request", office.actor, service=service)
        made = convert(request, "job", office.actor)
        return plan(made.visits[0], office, person=db.session.get_one(models.User, job.user))

    second = Phone(world, browser, job.user, world.make(planned))
    second.send("start")
    assert "Drain" in second.send("finish", 422)["message"]
