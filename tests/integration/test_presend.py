"""The pre-send check: documents prepared illegal, each in one way, and each caught by name."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask_babel import force_locale

from sercom.core.base import db
from sercom.core.money import TaxStatus
from sercom.entities.clients.model import ClientKind, TaxExemption
from sercom.entities.company.model import get_company
from sercom.entities.documents.line import LineDraft
from sercom.entities.invoices.snapshot import snapshot_of
from sercom.entities.sites.model import Province
from sercom.entities.users.model import Language
from sercom.output.paper import to_html
from sercom.workflow import presend
from tests.support import convert, give, make_client, make_user, name_company, start

WORK = LineDraft("Pose d’un thermostat", Decimal(6), "h", Decimal("100.00"))
BC = {"province": Province.BC}
NOT_CHARGED = "{} is not charged: the company has no number there, where selling may need a registration."
PST = {"pst_bc_number": "PST-1234-5678"}


@pytest.fixture
def office(context):
    return make_user("office").actor


def said(document: Any) -> list[tuple[str, bool]]:
    """What is found, in English, and whether it stops."""
    with force_locale("en_CA"):
        return [(str(found.text), found.stops) for found in presend.check(db.session, document, Language.FRENCH)]


def invoice_of(
    actor: Any, company: dict[str, Any], client: dict[str, Any], drafts: Any = (WORK,), *, issue: bool = True
) -> Any:
    """An invoice of $600 before tax, legal but for what is named."""
    name_company(**company)
    document = start("invoice", actor, make_client(**client), drafts=drafts, title="Chauffage")
    if issue:
        give("issue", document, actor, confirm=True)
    return document


def test_a_legal_invoice_passes(office):
    assert said(invoice_of(office, {}, {})) == []
    assert said(invoice_of(office, {}, {}, issue=False)) == []


#: What is wrong: of the company, of the client, of the lines; what is said, and whether it stops.
ILLEGAL: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[LineDraft, ...], str, bool]] = {
    "no supplier's name": ({"name": ""}, {}, (WORK,), "The company's name and address are missing.", True),
    "no supplier's address": ({"street": ""}, {}, (WORK,), "The company's name and address are missing.", True),
    "no GST number": ({"gst_number": None}, {}, (WORK,), "The GST number is missing.", True),
    "no GST number for HST": (
        {"gst_number": None},
        {"province": Province.ON},
        (WORK,),
        "The GST number is missing.",
        True,
    ),
    "no QST number": ({"qst_number": None}, {}, (WORK,), "The QST number is missing.", True),
    "a wrong check digit of the GST number": (
        {"gst_number": "123456789 RT0001"},
        {},
        (WORK,),
        "The check digit of the GST number does not match.",
        False,
    ),
    "a wrong check digit of the QST number": (
        {"qst_number": "1234567890 TQ0001"},
        {},
        (WORK,),
        "The check digit of the QST number does not match.",
        False,
    ),
    "no client's address from $500": (
        {},
        {"street": None},
        (WORK,),
        "The client's name or address is missing: from $500, taxes in, an invoice carries both.",
        True,
    ),
    "no client's address below": (
        {},
        {"street": None},
        (replace(WORK, quantity=Decimal(1)),),
        "The client's address is missing.",
        False,
    ),
    "no description": ({}, {}, (replace(WORK, description=" "),), "A line has no description.", True),
    "no price": ({}, {}, (WORK, replace(WORK, unit_price=Decimal(0))), "A line has no price.", False),
    "no licence": (
        {"rbq_licence": None},
        {},
        (WORK,),
        "The RBQ licence number is missing: a contractor's quotes and invoices carry it.",
        False,
    ),
    "no way to pay": ({"cheques_accepted": False}, {}, (WORK,), "Nothing says how to pay.", False),
    "sold in British Columbia without a number": (
        {},
        BC,
        (WORK,),
        NOT_CHARGED.format("PST of British Columbia"),
        False,
    ),
    "sold in Manitoba without a number": (
        {},
        {"province": Province.MB},
        (WORK,),
        NOT_CHARGED.format("RST of Manitoba"),
        False,
    ),
    "an exemption without its certificate": (
        {},
        {"tax_exemption": TaxExemption.ALL},
        (WORK,),
        "The client is exempt from taxes, and the number of the certificate is missing.",
        True,
    ),
    "an appliance repaired without an estimate": (
        {},
        {},
        (replace(WORK, description="Réparation de la laveuse"),),
        str(presend.NO_ESTIMATE),
        False,
    ),
}


@pytest.mark.parametrize("name", ILLEGAL)
def test_an_illegal_invoice_is_caught_by_name(office, name: str):
    company, client, drafts, sentence, stops = ILLEGAL[name]
    assert said(invoice_of(office, company, client, drafts)) == [(sentence, stops)]
    assert (sentence, stops) in said(invoice_of(office, company, client, drafts, issue=False)), "before it is issued"


def test_an_invoice_without_a_line(office):
    assert said(invoice_of(office, {}, {}, (), issue=False)) == [("There is no line yet.", True)]


def test_a_tax_charged_under_a_number_that_is_gone(office):
    name_company(**PST)
    quote = start("quote", office, make_client(**BC), drafts=(WORK,))
    give("mark_sent", quote, office)
    assert [tax.code for tax in quote.taxes] == ["GST", "PST"]
    assert said(quote) == []
    get_company(db.session).pst_bc_number = None
    assert said(quote) == [("PST is charged without a number of British Columbia.", True)]


def test_more_than_the_estimate(office):
    name_company()
    quote = start("quote", office, make_client(kind=ClientKind.PERSON), drafts=(WORK,))
    for command, data in (("mark_sent", {}), ("approve", {"channel": "phone", "name": "Julie"})):
        give(command, quote, office, **data)
    invoice = convert(convert(quote, "job", office), "invoice", office)
    assert said(invoice) == []
    invoice.net, invoice.total = invoice.net + 1, invoice.total + 1
    sentence = "More than the approved quote, before tax: extra work needs the client's word, with day and time."
    assert said(invoice) == [(sentence, False)]


def test_what_was_issued_is_judged_by_what_it_says(office):
    """Numbers that went missing later are on the paper; those added later are not."""
    invoice = invoice_of(office, {}, {})
    get_company(db.session).gst_number = None
    assert said(invoice) == []
    invoice = invoice_of(office, {"gst_number": None}, {})
    name_company()
    assert said(invoice) == [("The GST number is missing.", True)]


#: Tax statuses of two lines, price of each; whether the paper shows how each stands.
MARKS: tuple[tuple[tuple[TaxStatus, TaxStatus], str, bool], ...] = (
    ((TaxStatus.TAXABLE, TaxStatus.TAXABLE), "100.00", False),
    ((TaxStatus.TAXABLE, TaxStatus.EXEMPT), "100.00", True),
    ((TaxStatus.TAXABLE, TaxStatus.ZERO_RATED), "100.00", True),
    ((TaxStatus.ZERO_RATED, TaxStatus.EXEMPT), "50.00", True),
    ((TaxStatus.ZERO_RATED, TaxStatus.EXEMPT), "49.99", False),
)


@pytest.mark.parametrize(("statuses", "price", "marked"), MARKS)
def test_mixed_lines_are_marked_on_paper(office, statuses: tuple[TaxStatus, TaxStatus], price: str, marked):
    drafts = tuple(LineDraft("Ligne", Decimal(1), "", Decimal(price), tax_status=status) for status in statuses)
    invoice = invoice_of(office, {}, {}, drafts)
    html = to_html(snapshot_of(db.session, invoice), "fr_CA")
    with force_locale("fr_CA"):
        assert [f"<td>{status.label}</td>" in html for status in statuses] == [marked, marked]
