"""What stands behind a document on paper: told once, drawn once, kept; the same on both databases."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from sercom.core.base import db
from sercom.core.clock import today, utcnow
from sercom.core.errors import ConflictError, DomainError
from sercom.entities.catalog.model import CatalogItem, ItemKind
from sercom.entities.company.model import get_company
from sercom.entities.delivery import papers as service
from sercom.entities.documents.line import LineDraft
from sercom.entities.ledger.snapshot import receipt_number
from sercom.entities.users.model import Language
from sercom.models import Invoice, Quote, RenderedFile
from sercom.output import paper
from sercom.workflow import payments
from tests import papers
from tests.papers import pages_of
from tests.support import HUNDRED, give, make_client, make_user, start

FRENCH, ENGLISH = Language.FRENCH, Language.ENGLISH


@pytest.fixture
def office(context):
    company = get_company(db.session)
    company.name, company.rbq_licence = "Plomberie Untel", "1234-5678-90"
    company.gst_number, company.qst_number = "123456782 RT0001", "1234567892 TQ0001"
    return make_user("office").actor


@pytest.fixture
def draws(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The HTML of each document that is drawn meanwhile."""
    drawn: list[str] = []
    to_pdf = paper.to_pdf
    monkeypatch.setattr(paper, "to_pdf", lambda html: drawn.append(html) or to_pdf(html, max_seconds=300))
    return drawn


def issued(office: Any, **options: Any) -> Invoice:
    invoice = start("invoice", office, **options)
    give("issue", invoice, office)
    db.session.commit()
    return invoice


def sent(office: Any, **options: Any) -> Quote:
    quote = start("quote", office, **options)
    give("mark_sent", quote, office)
    db.session.commit()
    return quote


def pdf(row: Any, language: Language = FRENCH, revision: int | None = None) -> service.PdfFile:
    return service.pdf(db.session, row, language, revision)


def files() -> list[RenderedFile]:
    return list(db.session.scalars(select(RenderedFile).order_by(RenderedFile.id)))


def test_builders_tell_what_the_templates_ask(office):
    """The samples of the unit tests have the keys that the builders give: neither knows of the other."""
    client = make_client(language=ENGLISH)
    made = {
        "invoice": issued(office, client=client),
        "quote": sent(office, client=client),
        "work_order": start("job", office, client=client),
    }
    give("record_payment", made["invoice"], office, amount=Decimal(20), method="cash", received_on=today())
    made["receipt"] = made["invoice"].allocations[0].payment
    for kind, row in made.items():
        told, sample = service.BUILDERS[type(row)](db.session, row), getattr(papers, kind)()
        assert told.keys() == sample.keys(), kind
        for part in ("supplier", "client", "dates", "texts", "payment"):
            assert set(told.get(part, ())) == set(sample.get(part, ())), (kind, part)
        for part in ("lines", "taxes", "visits", "applied"):
            assert {key for one in told.get(part, ()) for key in one} == {
                k for one in sample.get(part, ()) for k in one
            }
        json.dumps(told, default=str)


def test_a_name_of_the_catalogue_is_told_in_the_papers_language(office):
    item = CatalogItem(code="MO", kind=ItemKind.LABOUR, name_fr="Main-d’œuvre", name_en="Labour", price=Decimal(100))
    db.session.add(item)
    db.session.flush()
    drafts = [replace(HUNDRED, item_id=item.id, description=text) for text in ("Main-d’œuvre", "Labour", "Labour, 2 h")]
    quote = sent(office, client=make_client(language=ENGLISH), drafts=drafts)
    french, english = (pages_of(pdf(quote, language).data)[0] for language in (FRENCH, ENGLISH))
    assert (french.count("Main-d’œuvre"), french.count("Labour")) == (2, 1), "what was typed stays as it was typed"
    assert (english.count("Main-d’œuvre"), english.count("Labour")) == (0, 3)


def test_an_issue_draws_nothing_and_the_first_reader_draws_once(office, draws):
    invoice = issued(office)
    assert not draws
    assert not files()
    first, second = pdf(invoice), pdf(invoice)
    assert first == second
    assert len(draws) == 1
    (kept,) = files()
    assert (kept.document_id, kept.language, kept.kind.value, kept.revision) == (invoice.id, FRENCH, "invoice", 1)
    assert kept.sha256 == hashlib.sha256(second.data).hexdigest()
    assert kept.template_version == paper.TEMPLATE_VERSION
    assert kept.made_at <= utcnow()


def test_an_issued_invoice_is_drawn_from_its_snapshot_alone(office):
    client = make_client()
    invoice = issued(office, client=client)
    company = get_company(db.session)
    client.name, client.street, company.name, company.gst_number = "Autre", "1, rue Neuve", "Autre inc.", None
    company.taxes_registered = False
    invoice.case.number = "1900-0001"
    db.session.commit()
    text = " ".join(pages_of(pdf(invoice).data))
    for told in (
        "Plomberie Untel",
        "Julie Tremblay",
        "84, rue Sainte-Rose",
        "123456782 RT0001",
        invoice.number,
        "114,98 $",
    ):
        assert told in text, told
    assert "Autre" not in text
    assert "1900-0001" not in text


def test_a_voided_invoice_keeps_its_paper(office):
    invoice = issued(office)
    before = pdf(invoice).data
    give("void", invoice, office, reason="Mauvais client")
    db.session.commit()
    assert pdf(invoice).data == before


def test_each_revision_of_a_quote_keeps_what_the_client_saw(office, draws):
    quote = sent(office)
    give("revise", quote, office)
    draft = LineDraft("Autre travail", Decimal(1), "", Decimal("250.00"), id=quote.lines[0].id)
    quote.set_lines([draft])
    with pytest.raises(ConflictError):
        pdf(quote)
    give("mark_sent", quote, office)
    db.session.commit()
    first, second = pdf(quote, revision=1), pdf(quote)
    assert "114,98 $" in pages_of(first.data)[0]
    assert "287,44 $" in pages_of(second.data)[0]
    assert pdf(quote, revision=2) == second
    assert [file.revision for file in files()] == [1, 2]
    assert len(draws) == 2
    assert "2" in second.name.partition("(")[2]
    with pytest.raises(ConflictError):
        pdf(quote, revision=3)


def test_a_quote_that_was_sent_is_not_deleted(office):
    quote = sent(office)
    give("revise", quote, office)
    assert quote.refuse_delete() is not None
    assert start("quote", office).refuse_delete() is None


def test_reading_the_english_version_keeps_the_french_one_too(office, draws):
    invoice = issued(office, client=make_client(language=ENGLISH))
    english = pdf(invoice, ENGLISH)
    assert "Invoice F-" in english.name
    assert "$114.98" in pages_of(english.data)[0]
    assert [file.language for file in files()] == [FRENCH, ENGLISH]
    assert len(draws) == 2
    assert "114,98 $" in pages_of(pdf(invoice).data)[0]
    assert len(draws) == 2


@pytest.mark.parametrize("kind", ["quote", "invoice"])
def test_a_draft_has_a_preview_and_nothing_is_kept(office, kind: str, draws):
    draft = start(kind, office)
    db.session.commit()
    with pytest.raises(ConflictError):
        pdf(draft)
    page = service.preview(db.session, draft, FRENCH, paper.Screen((), "", ()))
    assert "114,98" in page
    assert not draws
    assert not files()


def test_a_work_order_is_told_anew_each_time_and_never_kept(office):
    part = CatalogItem(code="P9", name_fr="Pompe", name_en="Pump", kind=ItemKind.PART, price=Decimal(80))
    db.session.add(part)
    db.session.flush()
    lines = (LineDraft("Pompe de puisard", Decimal(2), "", Decimal("80.00"), item_id=part.id), HUNDRED)
    job = start("job", office, drafts=lines, instructions="Couper l’eau d’abord.")
    job.case.site.access_notes, job.case.site.contact_name = "Porte de côté", "M. Gagné"
    plan = {"starts_at": datetime(2026, 9, 1, 12, tzinfo=UTC), "ends_at": datetime(2026, 9, 1, 14, tzinfo=UTC)}
    give("schedule", job.visits[0], office, person=make_user("technician", name="Marc Roy"), **plan)
    db.session.commit()
    text = " ".join(pages_of(pdf(job).data))
    for told in (job.number, "Couper l’eau", "Porte de côté", "M. Gagné", "Marc Roy", "1er septembre 2026", "8 h 00"):
        assert told in text, told
    assert "$" not in text
    assert text.index("Pompe de puisard") < text.index("Main-d’œuvre")
    job.instructions = "Apporter la pompe."
    db.session.commit()
    assert "Apporter la pompe." in pages_of(pdf(job).data)[0]
    assert not files()


def test_a_receipt_tells_what_was_left_to_pay_at_the_time(office):
    invoice = issued(office)
    for amount in ("14.98", "60.00"):
        give(
            "record_payment",
            invoice,
            office,
            amount=Decimal(amount),
            method="interac",
            received_on=today(),
            reference="CA1",
        )
    first, second = (allocation.payment for allocation in invoice.allocations)
    db.session.commit()
    file = pdf(first)
    text = pages_of(file.data)[0]
    for told in (receipt_number(first), invoice.number, "14,98 $", "100,00 $", "CA1", "Plomberie Untel"):
        assert told in text, told
    assert "40,00 $" not in text
    assert "40,00 $" in pages_of(pdf(second).data)[0]
    payments.correct(db.session, invoice, second, office)
    db.session.commit()
    correction = invoice.allocations[-1].payment
    for refused in (second, correction):
        with pytest.raises(ConflictError):
            pdf(refused)
    assert pdf(first) == file


def test_a_company_that_is_not_registered_prints_no_tax_number(office):
    company = get_company(db.session)
    company.taxes_registered = False
    db.session.flush()
    text = pages_of(pdf(issued(office)).data)[0]
    assert "RT0001" not in text
    assert "100,00 $" in text
    assert "1234-5678-90" in text


def test_the_companys_words_are_printed_where_they_belong(office):
    company = get_company(db.session)
    company.warranty, company.warranty_en = "Un an sur la main-d’œuvre.", "One year on labour."
    company.quote_terms, company.invoice_note = "Permis en sus.", "Merci de votre confiance."
    company.interac_email, company.interac_autodeposit = "paiement@untel.example", True
    company.interest_percent = Decimal("1.500")
    db.session.flush()
    client = make_client(language=ENGLISH)
    invoice, quote = issued(office, client=client), sent(office, client=client)
    on_invoice, on_quote = (pages_of(pdf(row).data)[0] for row in (invoice, quote))
    english = pages_of(pdf(invoice, ENGLISH).data)[0]
    for text in (on_invoice, on_quote):
        assert "Un an sur la main-d’œuvre." in text
        assert "1,5 %" in text
        assert "18 %" in text
    assert "Permis en sus." in on_quote
    assert "Permis en sus." not in on_invoice
    assert "Merci" in on_invoice
    assert "paiement@untel.example" in on_invoice
    assert "paiement@untel.example" not in on_quote
    assert "One year on labour." in english
    assert "Merci de votre confiance." in english  # where a text has no English, the French one is printed


def test_a_document_that_cannot_be_drawn_leaves_nothing_behind(office, monkeypatch: pytest.MonkeyPatch):
    invoice = issued(office)
    to_pdf = paper.to_pdf
    monkeypatch.setattr(paper, "to_pdf", lambda html: to_pdf(html, max_seconds=0.001))
    with pytest.raises(DomainError) as refused:
        pdf(invoice)
    assert refused.value.status == 503
    assert not files()
    monkeypatch.setattr(paper, "to_pdf", to_pdf)
    assert pdf(invoice).data.startswith(b"%PDF")


def test_where_another_process_was_first_its_file_is_served(office, monkeypatch: pytest.MonkeyPatch):
    invoice = issued(office)

    def drawn_elsewhere_meanwhile(_html: str) -> bytes:
        key = {"document_id": invoice_id, "kind": "invoice", "language": FRENCH, "revision": 1}
        with service.writing(db.session) as other:
            other.add(RenderedFile(data=b"%PDF first", sha256="", template_version=1, **key))
        return b"%PDF second"

    invoice_id = invoice.id
    monkeypatch.setattr(paper, "to_pdf", drawn_elsewhere_meanwhile)
    assert pdf(invoice).data == b"%PDF first"
    assert len(files()) == 1


@pytest.mark.slow
def test_readers_at_once_get_the_same_bytes_and_one_drawing(own_app, draws):
    """Over HTTP with real commits: a GET keeps what it drew, also where GETs may not write."""
    with own_app.app_context():
        user = make_user("office")
        invoice = start("invoice", user.actor)
        give("issue", invoice, user.actor)
        db.session.commit()
        key, address = user.fs_uniquifier, f"/admin/invoices/{invoice.id}/pdf"
    answers: list[tuple[int, bytes]] = []

    def read() -> None:
        client = own_app.test_client()
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = key, True
        answer = client.get(address)
        answers.append((answer.status_code, answer.data))

    readers = [threading.Thread(target=read) for _reader in range(6)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert {status for status, _data in answers} == {200}
    assert len({data for _status, data in answers}) == 1
    assert len(draws) == 1
    with own_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(RenderedFile)) == 1


def test_sent_quotes_and_drawn_files_are_never_changed(office):
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    quote = sent(office)
    pdf(quote)
    statements = [
        "UPDATE sent_quote SET content = '{}'",
        "DELETE FROM sent_quote",
        "UPDATE rendered_file SET sha256 = ''",
        "DELETE FROM rendered_file",
    ]
    for statement in statements:
        point = db.session.begin_nested()
        with pytest.raises(DBAPIError, match="append-only"):
            db.session.execute(text(statement))
        point.rollback()


def test_the_sent_date_is_the_companys_day(office):
    quote = sent(office)
    content = json.loads(quote.sent_content(1) or "")
    assert content["dates"] == {"sent": str(today()), "valid_until": str(today() + timedelta(days=30))}
