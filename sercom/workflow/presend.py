"""The pre-send check: what a quote or an invoice lacks before it leaves. Errors stop, warnings ask.

What an invoice must carry: General regulation respecting the Québec sales tax (r. 201) and Input Tax
Credit Information Regulations; licence number on quotes, contracts and invoices: Building Act, s. 57.1;
estimate before the repair of an appliance: Consumer Protection Act, s. 167 to 183.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from sercom.core import clock
from sercom.core.base import AnySession
from sercom.core.money import TAX_LABELS, ZERO
from sercom.entities.clients.model import ClientKind
from sercom.entities.company.model import Company, get_company
from sercom.entities.company.numbers import luhn, qst_check
from sercom.entities.documents.model import Document
from sercom.entities.documents.pricing import Basis, basis_told
from sercom.entities.documents.snapshot import CLIENT, SUPPLIER, columns
from sercom.entities.invoices.model import Invoice
from sercom.entities.quotes.model import Quote, QuoteStatus
from sercom.entities.users.model import Language
from sercom.search.words import fold

#: Repairs of these, over this price, need a written estimate first (Consumer Protection Act, s. 167 and 168).
APPLIANCES = (
    *("thermopompe", "heat pump", "climatiseur", "air conditioner", "climatisation", "deshumidificateur"),
    *("dehumidifier", "lave-vaisselle", "dishwasher", "laveuse", "washing machine", "secheuse", "dryer"),
    *("cuisiniere", "stove", "refrigerateur", "refrigerator", "congelateur", "freezer"),
)
#: Their legal warranty of good working order is in force since 5 October 2026.
WARRANTED = ("thermopompe", "heat pump", "climatiseur", "air conditioner", "climatisation")
ESTIMATE_FROM = Decimal(50)
#: From this total on, taxes in, an invoice names the client.
NAMED_FROM = Decimal(500)
NOT_CHOSEN = _l("The client's language is French. English is for who chose it; the French version goes along.")
NO_ESTIMATE = _l(
    "No approved quote: over $50, the repair of an appliance needs a written estimate first, "
    "or the consumer's own waiver."
)
#: A deposit may be asked in words too, against the field that is there for it.
ASKS_DEPOSIT = ("depot", "acompte", "deposit", "versement initial", "down payment")


@dataclass(frozen=True)
class Finding:
    """Something to put right, or to think about; ``where`` names the entity whose page mends it."""

    text: LazyString
    stops: bool
    where: str = "document"


@dataclass(frozen=True)
class Told:
    """What the paper says of supplier and client, and the number under which it charges each tax."""

    supplier: dict[str, Any]
    client: dict[str, Any]
    numbers: dict[str, str | None]


def default_validity(session: AnySession) -> date:
    """Until when a quote is valid that names no day."""
    return clock.today() + timedelta(days=get_company(session).quote_validity_days)


def check(
    session: AnySession,
    document: Quote | Invoice,
    language: Language,
    *,
    of_case: Sequence[Document] | None = None,
    basis: Basis | None = None,
) -> list[Finding]:
    """What is missing, errors first.

    ``of_case`` are the documents of its case, ``basis`` what its taxes rest on, where they are known already.
    """
    basis = basis or basis_told(session, document)
    company = basis.company or get_company(session)
    told = _as_told(session, document, basis)
    agreed = _agreed(document.case.documents if of_case is None else of_case) if isinstance(document, Invoice) else ZERO
    found = [
        *_company(company, told.supplier, document),
        *_taxes(told, basis),
        *_document(told.client, document, agreed),
        *_consumer(company, document, agreed),
    ]
    if language is Language.ENGLISH and document.client.language is not Language.ENGLISH:
        found.append(Finding(NOT_CHOSEN, stops=False, where="client"))
    return sorted(found, key=lambda finding: not finding.stops)


def _as_told(session: AnySession, document: Quote | Invoice, basis: Basis) -> Told:
    """What the paper says: kept of an issued invoice, what is known now of the others."""
    if isinstance(document, Invoice) and document.snapshot:
        kept = json.loads(document.snapshot)
        return Told(kept["supplier"], kept["client"], {tax["code"]: tax.get("number") for tax in kept["taxes"]})
    company, province = get_company(session), basis.place.province
    taxes = [rate.code for rate in basis.rates] if document.is_editable else [tax.code for tax in document.taxes]
    return Told(
        columns(company, SUPPLIER),
        columns(document.client, CLIENT),
        {code: company.tax_number(code, province) for code in taxes},
    )


def _company(company: Company, supplier: dict[str, Any], document: Document) -> Iterator[Finding]:
    if not (supplier["name"] and supplier["street"] and supplier["city"]):
        yield Finding(_l("The company's name and address are missing."), stops=True, where="company")
    if not supplier["rbq_licence"]:
        yield Finding(
            _l("The RBQ licence number is missing: a contractor's quotes and invoices carry it."),
            stops=False,
            where="company",
        )
    if isinstance(document, Quote) and not company.quote_terms:
        yield Finding(_l("The company has no conditions for its quotes."), stops=False, where="company")
    if isinstance(document, Invoice) and not company.says_how_to_pay:
        yield Finding(_l("Nothing says how to pay."), stops=False, where="company")


def _taxes(told: Told, basis: Basis) -> Iterator[Finding]:
    """Each tax under its number, by who may charge it, and from whom it is due."""
    gst, qst = told.numbers.get("GST") or told.numbers.get("HST"), told.numbers.get("QST")
    if {"GST", "HST"} & told.numbers.keys() and not gst:
        yield Finding(_l("The GST number is missing."), stops=True, where="company")
    elif gst and not luhn(gst[:9]):
        yield Finding(_l("The check digit of the GST number does not match."), stops=False, where="company")
    if "QST" in told.numbers and not qst:
        yield Finding(_l("The QST number is missing."), stops=True, where="company")
    elif qst and not qst_check(qst[:10]):
        yield Finding(_l("The check digit of the QST number does not match."), stops=False, where="company")
    province = basis.place.province.label
    for code in ("PST", "RST"):
        if code in told.numbers and not told.numbers[code]:
            charged = _l(
                "%(tax)s is charged without a number of %(province)s.", tax=TAX_LABELS[code], province=province
            )
            yield Finding(charged, stops=True, where="company")
    for rate in basis.unnumbered:
        yield Finding(
            _l(
                "%(tax)s of %(province)s is not charged: the company has no number there, "
                "where selling may need a registration.",
                tax=rate.label,
                province=province,
            ),
            stops=False,
            where="company",
        )
    if basis.exemption is not None and not basis.exemption_number:
        yield Finding(
            _l("The client is exempt from taxes, and the number of the certificate is missing."),
            stops=True,
            where="client",
        )


def _document(client: dict[str, Any], document: Quote | Invoice, agreed: Decimal) -> Iterator[Finding]:
    if not document.has_items:
        yield Finding(_l("There is no line yet."), stops=True)
    if any(line.is_item and not line.description.strip() for line in document.lines):
        yield Finding(_l("A line has no description."), stops=True)
    if any(line.is_item and not line.unit_price for line in document.lines):
        yield Finding(_l("A line has no price."), stops=False)
    if not (client["name"].strip() and client["street"] and client["city"]):
        told = _l("The client's name or address is missing: from $500, taxes in, an invoice carries both.")
        must = isinstance(document, Invoice) and document.total >= NAMED_FROM
        yield Finding(told if must else _l("The client's address is missing."), stops=must, where="client")
    if isinstance(document, Quote):
        until = document.valid_until
        if until is not None and until < clock.today():
            over = document.status is not QuoteStatus.APPROVED
            yield Finding(_l("The quote is no longer valid: give it a later date, or revise it."), stops=over)
    elif agreed and document.net > agreed:
        yield Finding(
            _l("More than the approved quote, before tax: extra work needs the client's word, with day and time."),
            stops=False,
        )


def _consumer(company: Company, document: Quote | Invoice, agreed: Decimal) -> Iterator[Finding]:
    if document.client.kind is not ClientKind.PERSON:
        return
    told = fold(" ".join([document.title or "", *(line.description for line in document.lines)]))
    repaired = any(name in told for name in APPLIANCES)
    if isinstance(document, Invoice) and repaired and document.net > ESTIMATE_FROM and not agreed:
        yield Finding(NO_ESTIMATE, stops=False)
    if any(name in told for name in WARRANTED) and not company.warranty:
        yield Finding(
            _l("The legal warranty of heat pumps and air conditioners is not told: the company has no warranty text."),
            stops=False,
            where="company",
        )
    if isinstance(document, Quote) and document.deposit_asked:
        yield Finding(
            _l(
                "A consumer is asked this deposit only if you sign face to face, as the quote says; none at a distance."
            ),
            stops=False,
        )
    terms = any(word in fold(company.quote_terms or "") for word in ASKS_DEPOSIT)
    if isinstance(document, Quote) and (terms or any(word in told for word in ASKS_DEPOSIT)):
        yield Finding(
            _l("The words speak of a deposit: from a consumer who accepts at a distance it is by credit card only."),
            stops=False,
            where="company" if terms else "document",
        )


def _agreed(documents: Sequence[Document]) -> Decimal:
    """What the client approved in a case, before tax, in dollars."""
    quotes = [other for other in documents if isinstance(other, Quote)]
    return sum((quote.net for quote in quotes if quote.approval is not None), ZERO)
