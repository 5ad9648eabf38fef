"""Documents on paper over HTTP: who reads what, in which language, under which name; and the logo."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import pytest
from PIL import Image

from sercom import models
from sercom.core.base import db
from sercom.entities.users.model import Language
from tests.pages import main_form, parse
from tests.papers import pages_of
from tests.rows import make_rows, picture, plan
from tests.support import Browser, World, give, make_client, make_user, start


@pytest.fixture
def rows(world: World):
    return make_rows(world)


@pytest.fixture
def english_invoice(world: World) -> int:
    def build() -> Any:
        actor = make_user("office").actor
        invoice = start("invoice", actor, client=make_client(language=Language.ENGLISH))
        give("issue", invoice, actor)
        return invoice

    return world.make(build)


def name_of(answer: Any) -> str:
    """The file name that a browser would save under."""
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("inline")
    return unquote(disposition.partition("filename*=UTF-8''")[2] or disposition.partition("filename=")[2]).strip('"')


def test_a_pdf_has_its_number_as_a_name_and_is_the_same_twice(world: World, browser: Browser, rows):
    browser.sign_in(rows.people["office"])
    number = world.get(models.Invoice, rows.extra["issued"], "number")
    first, second = (browser.get(f"/admin/invoices/{rows.extra['issued']}/pdf") for _time in range(2))
    assert first.mimetype == "application/pdf"
    assert first.data == second.data
    assert name_of(first) == f"Facture {number}.pdf"
    assert number in pages_of(first.data)[0]
    assert first.headers["X-Content-Type-Options"] == "nosniff"


def test_each_kind_has_its_name(world: World, browser: Browser, rows):
    browser.sign_in(rows.people["owner"])
    quote, job, payment = rows.extra["sent"], rows.ids["jobs"], rows.ids["payments"]
    number = world.get(models.Quote, quote, "number")
    assert name_of(browser.get(f"/admin/quotes/{quote}/pdf")) == f"Soumission {number}.pdf"
    assert world.get(models.Job, job, "number") in name_of(browser.get(f"/admin/jobs/{job}/pdf"))
    assert f"R-{payment:06d}" in name_of(browser.get(f"/admin/payments/{payment}/receipt"))


def test_english_is_for_clients_who_chose_it(browser: Browser, rows, english_invoice: int):
    browser.sign_in(rows.people["office"])
    english = browser.get(f"/admin/invoices/{english_invoice}/pdf?language=en_CA")
    assert name_of(english).startswith("Invoice F-")
    assert "$114.98" in pages_of(english.data)[0]
    assert browser.get(f"/admin/invoices/{english_invoice}/paper?language=en_CA").status_code == 200
    for path in ("pdf", "paper"):
        assert browser.get(f"/admin/invoices/{rows.extra['issued']}/{path}?language=en_CA").status_code == 404
    assert browser.get(f"/admin/jobs/{rows.ids['jobs']}/paper?language=en_CA").status_code == 200


def test_an_unknown_language_is_nothing(browser: Browser, rows):
    browser.sign_in(rows.people["office"])
    for asked in ("fr", "de_DE", "", "fr_CA%00", "../fr_CA"):
        answer = browser.get(f"/admin/invoices/{rows.extra['issued']}/pdf?language={asked}")
        assert answer.status_code in {400, 404}, asked


def test_a_revision_that_was_never_sent_has_no_pdf(browser: Browser, rows):
    browser.sign_in(rows.people["office"])
    for asked in ("0", "2", "-1", "x", "99999999999999999999", ""):
        answer = browser.get(f"/admin/quotes/{rows.extra['sent']}/pdf?revision={asked}")
        assert answer.status_code == 404, asked


def test_a_draft_has_a_preview_and_a_refusal_in_words(browser: Browser, rows):
    browser.sign_in(rows.people["office"])
    for entity in ("quotes", "invoices"):
        base = f"/admin/{entity}/{rows.ids[entity]}"
        refused, page = browser.get(f"{base}/pdf"), browser.get(f"{base}/paper")
        assert refused.status_code == 409
        assert page.status_code == 200
        text = page.get_data(as_text=True)
        assert "114,98" in text
        assert f"{base}/pdf" not in text
        assert "<style" not in text
        assert "style-src 'self';" in page.headers["Content-Security-Policy"]


def test_the_preview_leads_to_the_pdf_and_back(browser: Browser, rows, english_invoice: int):
    browser.sign_in(rows.people["accountant"])
    base = f"/admin/invoices/{english_invoice}"
    page = parse(browser.get(f"{base}/paper?language=en_CA"))
    found = [link.get("href", "") for link in page.iter("a")]
    assert found == [
        f"/admin/invoices/details/?id={english_invoice}",
        f"{base}/paper?language=fr_CA",
        f"{base}/paper?language=en_CA",
        f"{base}/pdf?language=en_CA",
    ]


def test_a_technician_reads_the_work_orders_of_own_visits_and_no_amount(world: World, browser: Browser, rows):
    def others() -> Any:
        office, other = make_user("office"), make_user("technician")
        job = start("job", office.actor)
        plan(job.case.visits[0], office, person=other)
        return job

    strangers = world.make(others)
    browser.sign_in(rows.people["technician"])
    own = rows.ids["jobs"]
    page, file = browser.get(f"/admin/jobs/{own}/paper"), browser.get(f"/admin/jobs/{own}/pdf")
    assert (page.status_code, file.status_code) == (200, 200)
    assert "$" not in pages_of(file.data)[0]
    assert "$" not in page.get_data(as_text=True)
    assert "/admin/jobs/details/" not in page.get_data(as_text=True)
    for path in ("paper", "pdf"):
        assert browser.get(f"/admin/jobs/{strangers}/{path}").status_code == 404
    assert browser.get(f"/admin/jobs/details/?id={own}").status_code == 403
    assert browser.get("/admin/jobs/").status_code == 403


def test_an_unknown_id_is_nothing(browser: Browser, rows):
    browser.sign_in(rows.people["owner"])
    for path in ("quotes/{}/paper", "invoices/{}/pdf", "jobs/{}/pdf", "payments/{}/receipt"):
        for row_id in ("0", "999999", "99999999999999999999", "abc", "-1"):
            assert browser.get(f"/admin/{path.format(row_id)}").status_code == 404, (path, row_id)


def test_a_payment_that_was_taken_back_has_no_receipt(world: World, browser: Browser, rows):
    browser.sign_in(rows.people["accountant"])
    issued, payment = rows.extra["issued"], rows.ids["payments"]
    assert browser.get(f"/admin/payments/{payment}/receipt").status_code == 200
    browser.post(f"/admin/invoices/{issued}/payments/{payment}/correct", {"version": rows.extra["issued_version"]})
    assert browser.get(f"/admin/payments/{payment}/receipt").status_code == 409


def send_logo(browser: Browser, raw: bytes, name: str = "logo.png") -> Any:
    """The company's form as it was shown, with a picture."""
    url = "/admin/company/edit/?id=1"
    form = main_form(browser.get(url))
    form.data.pop("csrf_token")
    typed = {"name": "Untel", "street": "1, rue A", "city": "Laval", "postal_code": "H7L 1M3"}
    data = form.data | typed | {"logo": (BytesIO(raw), name)}
    return browser.post(url, data, content_type="multipart/form-data")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_made_small_and_kept_as_png(world: World, browser: Browser, rows, kind: str):
    browser.sign_in(rows.people["owner"])
    assert send_logo(browser, picture(size=(1800, 900), kind=kind)).status_code == 302
    logo_id = world.get(models.Company, 1, "logo_id")
    data = world.get(models.Logo, logo_id, "data")
    with Image.open(BytesIO(data)) as image:
        assert (image.format, image.size) == ("PNG", (600, 300))
    page = browser.get(f"/admin/invoices/{rows.ids['invoices']}/paper").get_data(as_text=True)
    assert "data:image/png;base64," in page
    before = browser.get(f"/admin/invoices/{rows.extra['issued']}/paper").get_data(as_text=True)
    assert "data:image/png;base64," not in before  # it was issued without


def test_what_was_issued_keeps_its_logo(world: World, browser: Browser, rows):
    browser.sign_in(rows.people["owner"])
    send_logo(browser, picture("navy"))
    first = world.get(models.Company, 1, "logo_id")
    invoice = world.document("invoice")

    def issue() -> Any:
        give("issue", db.session.get_one(models.Invoice, invoice), make_user("office").actor)
        return db.session.get_one(models.Invoice, invoice)

    world.make(issue)
    send_logo(browser, picture("red"))
    assert world.get(models.Company, 1, "logo_id") != first
    send_logo(browser, picture("navy"))
    assert world.get(models.Company, 1, "logo_id") == first  # the same picture is the same row
    assert f'"logo": {first}' in world.get(models.Invoice, invoice, "snapshot")


def test_what_is_no_picture_is_refused_beside_its_field(world: World, browser: Browser, rows):
    browser.sign_in(rows.people["owner"])
    for raw in (b"<svg onload=alert(1)></svg>", b"GIF89a" + b"\0" * 40, b"", b"%PDF-1.4"):
        answer = send_logo(browser, raw)
        assert answer.status_code == 422, raw
        assert world.get(models.Company, 1, "logo_id") is None, raw
        assert parse(answer).find(".//*[@id='logo-error']") is not None, raw


def test_without_a_picture_the_logo_stays(world: World, browser: Browser, rows):
    browser.sign_in(rows.people["owner"])
    send_logo(browser, picture())
    before = world.get(models.Company, 1, "logo_id")
    form = main_form(browser.get("/admin/company/edit/?id=1"))
    form.data.pop("csrf_token")
    assert browser.post("/admin/company/edit/?id=1", form.data | {"interest_percent": "1,5"}).status_code == 302
    assert world.get(models.Company, 1, "logo_id", "interest_percent") == (before, Decimal("1.500"))


def test_a_name_stays_on_one_line(world: World, browser: Browser, rows):
    """It goes into the headers of each e-mail."""
    browser.sign_in(rows.people["owner"])
    form = main_form(browser.get("/admin/company/edit/?id=1"))
    form.data.pop("csrf_token")
    forged = {"name": "Plomberie\r\nBcc: moi@example.com"}
    assert browser.post("/admin/company/edit/?id=1", form.data | forged).status_code == 302
    assert world.get(models.Company, 1, "name") == "Plomberie Bcc: moi@example.com"


def test_a_logo_is_shown_and_taken_off(world: World, browser: Browser, rows):
    browser.sign_in(rows.people["owner"])
    send_logo(browser, picture("navy"))
    kept = world.get(models.Company, 1, "logo_id")
    page = parse(browser.get("/admin/company/details/?id=1"))
    [shown] = [img.get("src") for img in page.findall(".//img") if "/admin/company/logo" in (img.get("src") or "")]
    assert browser.get(shown).data == world.get(models.Logo, kept, "data")
    form = main_form(browser.get("/admin/company/edit/?id=1"))
    form.data.pop("csrf_token")
    assert browser.post("/admin/company/edit/?id=1", form.data | {"logo-off": "1"}).status_code == 302
    assert world.get(models.Company, 1, "logo_id") is None
    assert browser.get(shown).status_code == 404
    assert world.get(models.Logo, kept, "id") == kept  # what was issued with it keeps it


def test_the_demo_of_today_is_no_surprise(world: World, browser: Browser, rows):
    """A receipt's day is the day it was received, whatever the day it is read."""
    browser.sign_in(rows.people["office"])
    text = pages_of(browser.get(f"/admin/payments/{rows.ids['payments']}/receipt").data)[0]
    assert str(date(2026, 1, 5).year) in text
    assert "5 janvier 2026" in text
