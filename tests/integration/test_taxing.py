"""What a document bears and why: place, numbers, exemptions, percentages, rates that change; stored and read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.core.journal import JournalEntry
from sercom.core.money import ZERO, TaxStatus, round_money
from sercom.entities.clients.model import TaxExemption
from sercom.entities.company.model import get_company
from sercom.entities.documents.line import LineDraft
from sercom.entities.documents.pricing import basis_of, kept_basis
from sercom.entities.documents.working import working_of
from sercom.entities.sites.model import Province
from sercom.models import Client, Document, Invoice, Job, TaxRate
from sercom.workflow import content
from tests.integration.test_pricing import drafts_of
from tests.properties import examples, undone
from tests.support import HUNDRED, Browser, World, convert, give, make_client, make_user, name_company, start

NUMBERS = {
    "pst_bc_number": "PST-1234-5678",
    "pst_sk_number": "1234567",
    "rst_mb_number": "123456789 MT0001",
}


@pytest.fixture
def office(context):
    return make_user("office").actor


#: Site's province, numbers of the company, the client's exemption; what is borne, spared, left out without a number.
BASES = (
    (Province.BC, {}, None, ["GST"], [], ["PST"]),
    (Province.BC, {"pst_bc_number": "PST-1234-5678"}, None, ["GST", "PST"], [], []),
    (Province.BC, {"pst_sk_number": "1234567"}, None, ["GST"], [], ["PST"]),
    (Province.SK, {"pst_sk_number": "1234567"}, None, ["GST", "PST"], [], []),
    (Province.MB, {"rst_mb_number": "123456789 MT0001"}, None, ["GST", "RST"], [], []),
    (Province.MB, {}, "provincial", ["GST"], ["RST"], []),
    (Province.QC, {}, "provincial", ["GST"], ["QST"], []),
    (Province.ON, {}, "provincial", ["HST"], [], []),
    (Province.ON, {}, "all", [], ["HST"], []),
    (Province.QC, {}, "all", [], ["GST", "QST"], []),
)


@pytest.mark.parametrize(("place", "numbers", "exemption", "rates", "spared", "unnumbered"), BASES)
def test_numbers_and_exemptions_decide_what_is_charged(office, place, numbers, exemption, rates, spared, unnumbered):
    name_company(**numbers)
    client = make_client(
        province=place,
        tax_exemption=TaxExemption(exemption) if exemption else None,
        exemption_number="X-1" if exemption else None,
    )
    job = start("job", office, client)
    basis = basis_of(db.session, job)
    assert [[rate.code for rate in group] for group in (basis.rates, basis.spared, basis.unnumbered)] == [
        rates,
        spared,
        unnumbered,
    ]
    assert [tax.code for tax in job.taxes] == rates
    assert kept_basis(basis.as_plain()) == basis


def test_the_office_may_choose_the_province_and_conversions_keep_it(office):
    quote = start("quote", office, tax_province=Province.ON)
    assert quote.total == Decimal("113.00")
    job = convert(quote, "job", office, approval={"channel": "phone", "name": "Julie"})
    invoice = convert(job, "invoice", office)
    assert (invoice.tax_province, invoice.total) == (Province.ON, Decimal("113.00"))


def test_a_discount_in_percent_follows_the_lines(office):
    """10 % of each, then 5 % of the whole: 100.00 is 90.00, then 85.50."""
    line = replace(HUNDRED, discount_percent=Decimal(10))
    job = start("job", office, drafts=(line,), discount_percent=Decimal(5))
    assert (job.lines[0].discount, job.discount, job.net) == (Decimal("10.00"), Decimal("4.50"), Decimal("85.50"))
    drafts = drafts_of(job, quantity=Decimal(2), discount_percent=Decimal(10))
    content.change(db.session, job, office, drafts)
    assert (job.lines[0].discount, job.discount, job.net) == (Decimal("20.00"), Decimal("9.00"), Decimal("171.00"))


def test_the_parts_of_a_percentage_add_up_to_the_whole(office):
    """10 % of 100.05 is 10.01, of each third 3.34: the last part takes what is left, as an amount."""
    line = LineDraft("Pose", Decimal(3), "", Decimal("33.35"), discount_percent=Decimal(10))
    job = start("job", office, drafts=(line,), discount_percent=Decimal(10))
    parts = [convert(job, "invoice", office, quantities={job.lines[0].id: Decimal(1)}) for _ in range(3)]
    assert [(part.lines[0].discount, part.lines[0].discount_percent) for part in parts] == [
        (Decimal("3.34"), Decimal(10)),
        (Decimal("3.34"), Decimal(10)),
        (Decimal("3.33"), None),
    ]
    assert sum(part.net for part in parts) == job.net
    whole = convert(start("job", office, drafts=(line,), discount_percent=Decimal(10)), "invoice", office)
    assert (whole.discount_percent, whole.lines[0].discount_percent) == (Decimal(10), Decimal(10))


@pytest.mark.parametrize(("kind", "command"), [("invoice", "issue"), ("quote", "mark_sent")])
def test_a_rate_that_changed_meanwhile_is_said(office, kind, command):
    document = start(kind, office)
    give(command, document, office)
    assert document.repriced is None
    document = start(kind, office)
    db.session.add(TaxRate(province=Province.QC, code="GST", percent=Decimal(7), valid_from=date(2020, 1, 1)))
    db.session.flush()
    give(command, document, office)
    assert document.repriced == {"tax": ["14.98", "16.98"], "total": ["114.98", "116.98"]}
    told = db.session.scalars(select(JournalEntry).where(JournalEntry.event == command)).all()[-1]
    assert told.changes["tax"] == ["14.98", "16.98"]


# --- the working ------------------------------------------------------------------------------


def test_the_working_tells_every_step(office):
    lines = (
        replace(HUNDRED, quantity=Decimal(2)),
        replace(HUNDRED, description="Livre", tax_status=TaxStatus.ZERO_RATED),
        replace(HUNDRED, description="Cours", tax_status=TaxStatus.EXEMPT),
    )
    name_company()
    invoice = start("invoice", office, drafts=lines, discount_percent=Decimal(10))
    for working in (working_of(db.session, invoice), issued_working(invoice, office)):
        assert working is not None
        assert (working.basis.place.province, working.basis.place.source.value) == (Province.QC, "site")
        assert (working.subtotal, working.discount, working.net) == (Decimal(400), Decimal(40), Decimal(360))
        assert (working.taxed, working.base, working.base_is_whole) == (Decimal(200), Decimal(180), True)
        assert [(step.rate.code, step.amount, step.number) for step in working.steps] == [
            ("GST", Decimal("9.00"), "123456782 RT0001"),
            ("QST", Decimal("17.96"), "1234567892 TQ0001"),
        ]
        assert [line.description for line in (*working.zero_rated, *working.exempt)] == ["Livre", "Cours"]
        assert working.renewed is None


def issued_working(invoice: Any, actor: Any) -> Any:
    """The working once it was issued, and everything that it rested on changed."""
    give("issue", invoice, actor)
    invoice.client.tax_exemption, invoice.client.exemption_number = TaxExemption.ALL, "X-1"
    invoice.case.site.province = Province.ON
    db.session.add(TaxRate(province=Province.QC, code="GST", percent=Decimal(7), valid_from=date(2020, 1, 1)))
    db.session.flush()
    return working_of(db.session, invoice)


def test_the_working_of_a_draft_says_what_changed_since(office):
    job = start("job", office)
    job.client.tax_exemption, job.client.exemption_number = TaxExemption.PROVINCIAL, "X-1"
    working = working_of(db.session, job)
    assert working is not None
    assert [str(name) for name in working.spared] == ["TVQ"]
    assert working.renewed is not None
    assert (working.renewed.tax, working.renewed.total) == (Decimal("5.00"), Decimal("105.00"))
    assert working_of(db.session, start("request", office, drafts=())) is None


def english_office(world: World, browser: Browser) -> None:
    """Somebody of the office who reads English: the source's own words."""
    browser.sign_in(world.user("office"))
    browser.post("/language", {"language": "en_CA"})


def test_the_page_tells_it_in_words(world: World, browser: Browser):
    english_office(world, browser)
    site = world.make(lambda: make_client(province=Province.BC))
    with world.app.app_context():
        actor, client = make_user("office").actor, db.session.get_one(Client, site)
        job = start("job", actor, client, discount=Decimal("10.00")).id
        db.session.commit()
    page = browser.get(f"/admin/jobs/details/?id={job}").text
    for words in ("British Columbia", "PST", "has no number of that province", "$90.00 × 5%"):
        assert words in page


# --- forms ------------------------------------------------------------------------------------


def test_a_percentage_and_a_province_are_typed_kept_and_shown(world: World, browser: Browser):
    english_office(world, browser)
    job = world.document("job")
    url = f"/admin/jobs/edit/?id={job}"
    assert "Automatic: Quebec" in browser.get(url).text
    line = {
        "lines-0-description": "Pose",
        "lines-0-unit_price": "100",
        "lines-0-discount": "10 %",
        "lines-present": "1",
    }
    form = {"title": "Pompe", "discount": "5%", "tax_province": "ON"} | line
    assert browser.post(url, browser.form(url) | form).status_code == 302
    assert world.get(Job, job, "net", "total") == (Decimal("85.50"), Decimal("96.62"))
    page = browser.get(url).text
    assert 'value="10%"' in page
    assert 'value="5%"' in page
    shown = browser.get(f"/admin/jobs/details/?id={job}").text
    assert "10% (−$10.00)" in shown
    assert "Ontario" in shown


def test_live_totals_read_percentages_places_and_exemptions(world: World, browser: Browser):
    english_office(world, browser)
    job = world.document("job", client=None)
    line = {"lines-0-description": "x", "lines-0-unit_price": "100", "lines-0-discount": "10 %"}

    def total(**form: Any) -> str:
        return str(browser.post("/admin/jobs/totals", line | form).json["total"])

    assert total(document=str(job)) == "$103.48"
    assert total(document=str(job), discount="50 %") == "$51.74"
    assert total(document=str(job), tax_province="AB") == "$94.50"
    client = world.make(
        lambda: make_client(province=Province.ON, tax_exemption=TaxExemption.ALL, exemption_number="X-1")
    )
    assert total(client=str(client)) == "$90.00"
    assert total(client=str(world.make(lambda: make_client(province=Province.ON)))) == "$101.70"


def test_an_exemption_needs_its_certificate(world: World, browser: Browser):
    english_office(world, browser)
    client = world.make(make_client)
    url = f"/admin/clients/edit/?id={client}"
    whole = {"name": "Julie", "kind": "person", "language": "fr_CA", "terms_days": "30"}
    answer = browser.post(url, browser.form(url) | whole | {"tax_exemption": "provincial"})
    assert answer.status_code == 422
    assert "Enter the number of the exemption certificate." in answer.text
    answer = browser.post(url, browser.form(url) | whole | {"exemption_number": "X-1"})
    assert "Choose which taxes the client does not pay." in answer.text
    form = whole | {"tax_exemption": "provincial", "exemption_number": " X-1 "}
    assert browser.post(url, browser.form(url) | form).status_code == 302
    assert world.get(Client, client, "exemption_number") == "X-1"


def test_who_issues_is_told_that_the_taxes_changed(world: World, browser: Browser):
    english_office(world, browser)
    one, two = world.document("invoice"), world.document("invoice")
    with world.app.app_context():
        db.session.add(TaxRate(province=Province.QC, code="GST", percent=Decimal(7), valid_from=date(2020, 1, 1)))
        db.session.commit()
    url = f"/admin/invoices/details/?id={one}"
    assert "will give taxes of $16.98" in browser.get(url).text
    issued = browser.post(f"/admin/invoices/{one}/do/issue", browser.form(url))
    page = browser.get(issued.location).text
    assert "from $14.98 to $16.98" in page
    version = world.get(Invoice, two, "version")
    listed = browser.post(
        "/admin/invoices/bulk/", browser.form("/admin/invoices/") | {"action": "issue", "row": f"{two}:{version}"}
    )
    assert "from $14.98 to $16.98" in listed.text
    assert world.get(Invoice, two, "total") == Decimal("116.98")


# --- stored and read back ---------------------------------------------------------------------

CENTS = st.integers(0, 500_000).map(lambda cents: Decimal(cents) / 100)
PERCENTS = st.none() | st.integers(0, 100_000).map(lambda thousandths: Decimal(thousandths) / 1000)
DRAFTS = st.builds(
    LineDraft,
    description=st.just("x"),
    quantity=st.integers(1, 9_999).map(lambda thousandths: Decimal(thousandths) / 1000),
    unit_price=CENTS,
    tax_status=st.sampled_from(TaxStatus),
    discount_percent=PERCENTS,
)


@examples(40)
@given(drafts=st.lists(DRAFTS, min_size=1, max_size=6), percent=PERCENTS, province=st.sampled_from(Province))
@undone()
def test_what_is_stored_adds_up_whatever_the_order(office, drafts: list[LineDraft], percent, province: Province):
    name_company(**NUMBERS)
    kept = []
    for lines in (drafts, drafts[::-1]):
        job = start("job", office, drafts=lines, discount_percent=percent, tax_province=province)
        key = job.id
        db.session.flush()
        db.session.expunge_all()
        row = db.session.get_one(Document, key)
        amounts = [line.amount for line in row.lines]
        assert all(amount >= ZERO for amount in amounts)
        assert row.net == sum(amounts, ZERO) - row.discount
        assert row.tax == sum((tax.amount for tax in row.taxes), ZERO)
        assert row.total == row.net + row.tax
        if percent is not None:
            assert row.discount == round_money(sum(amounts, ZERO) * percent / 100)
        taxed = sum((line.amount for line in row.lines if line.tax_status is TaxStatus.TAXABLE), ZERO)
        for tax in row.taxes:
            share = taxed * row.net / (row.net + row.discount) if row.net + row.discount else ZERO
            assert abs(tax.base - share) <= Decimal("0.005")
            assert abs(tax.amount - share * tax.percent / 100) <= Decimal("0.005")
        kept.append([row.net, row.discount, row.total, [(tax.code, tax.amount) for tax in row.taxes]])
    assert kept[0] == kept[1]


def test_a_percentage_on_a_line_that_gives_back_is_refused_in_its_cell(world: World, browser: Browser):
    english_office(world, browser)
    job = world.document("job")
    url = f"/admin/jobs/edit/?id={job}"
    line = {"lines-0-description": "Reprise", "lines-0-quantity": "-1", "lines-0-unit_price": "100"}
    answer = browser.post(url, browser.form(url) | {"title": "x"} | line | {"lines-0-discount": "10 %"})
    assert answer.status_code == 422
    assert "write its discount as an amount" in answer.text


@pytest.mark.parametrize(
    ("field", "typed", "kept", "warns"),
    [
        ("pst_bc_number", "pst 1234 5678", "PST-1234-5678", False),
        ("pst_bc_number", "12345678", "PST-1234-5678", False),
        ("pst_sk_number", "123-4567", "1234567", False),
        ("rst_mb_number", "123456789mt0001", "123456789 MT0001", False),
        ("pst_bc_number", "R 12345", "R 12345", True),
        ("rst_mb_number", "1234567", "1234567", True),
        ("pst_sk_number", " ", None, False),
    ],
)
def test_numbers_of_other_provinces_are_written_one_way_and_never_refused(context, field, typed, kept, warns):
    company = get_company(db.session)
    setattr(company, field, typed)
    with force_locale("en_CA"):
        assert bool(company.normalise_numbers()) is warns
    assert getattr(company, field) == kept


def test_a_client_is_not_exempt_by_a_number_alone():
    client = Client(name="x", exemption_number="X-1")
    with pytest.raises(DomainError) as refusal:
        client.require_certificate()
    assert refusal.value.field == "tax_exemption"
