"""What a document says on paper, as plain JSON: one shape for every kind.

Amounts in dollars, quantities and rates are text, days are in ISO 8601. Whatever is issued or sent
keeps its snapshot, and is drawn from it alone; drafts are told anew each time.
"""

from collections.abc import Sequence
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select

from sercom.core.base import AnySession
from sercom.core.journal import plain
from sercom.core.money import ZERO
from sercom.entities.catalog.model import CatalogItem
from sercom.entities.clients.model import Client
from sercom.entities.company.model import Company, get_company
from sercom.entities.documents.line import Line
from sercom.entities.documents.model import Document
from sercom.entities.documents.pricing import basis_told
from sercom.entities.sites.model import Site
from sercom.entities.users.model import Language
from sercom.output.kinds import PaperKind

#: Raised when the shape changes: a reader of old ones can tell.
SNAPSHOT_VERSION = 1

SUPPLIER = "name street city province postal_code phone email rbq_licence"
TAX_NUMBERS = ("gst_number", "qst_number", "neq")
CLIENT = "name contact_name street city province postal_code email phone language"
SITE = "label street city province postal_code"


def columns(row: Any, names: str) -> dict[str, Any]:
    """Some of a row's columns."""
    return {name: plain(getattr(row, name)) for name in names.split()}


def head(
    session: AnySession, kind: PaperKind, number: str | None, client: Client, site: Site | None = None
) -> dict[str, Any]:
    """What every kind has: its number and the parties. A company that is not registered prints no tax number."""
    company = get_company(session)
    numbers = {
        name: getattr(company, name) if company.taxes_registered or name == "neq" else None for name in TAX_NUMBERS
    }
    return {
        "version": SNAPSHOT_VERSION,
        "kind": kind.value,
        "number": number,
        "revision": 1,
        "supplier": columns(company, SUPPLIER) | numbers,
        "logo": company.logo_id,
        "client": columns(client, CLIENT),
        "site": columns(site, SITE) if site else None,
    }


def priced(session: AnySession, kind: PaperKind, document: Document) -> dict[str, Any]:
    """A document with amounts: parties, lines, taxes, totals, and how the company is paid."""
    basis = basis_told(session, document)
    company, names = basis.company or get_company(session), names_of(session, document.lines)
    return {
        **head(session, kind, document.number, document.client, document.case.site),
        "case": document.case.number,
        "title": document.title,
        "lines": [
            columns(line, "kind description quantity unit unit_price discount discount_percent tax_status amount")
            | names.get(line, {})
            for line in document.lines
        ],
        "subtotal": plain(sum((line.amount for line in document.lines if line.accepted), ZERO)),
        **columns(document, "discount discount_percent net tax total"),
        "taxes": [
            columns(tax, "code percent base amount")
            | {"number": company.tax_number(tax.code, basis.place.province) if company.taxes_registered else None}
            for tax in document.taxes
        ],
        "taxing": basis.as_plain(),
        "payment": {
            **columns(company, "interac_email interac_autodeposit bank_account"),
            **columns(company, "interest_percent early_percent early_days"),
            "cheque": company.cheques_accepted,
        },
    }


def names_of(session: AnySession, lines: Sequence[Line]) -> dict[Line, dict[str, Any]]:
    """The lines that say what the catalogue says, each with its ``names`` in both languages."""
    wanted = {line.item_id for line in lines if line.item_id is not None}
    rows = session.scalars(select(CatalogItem).where(CatalogItem.id.in_(wanted))) if wanted else ()
    named = {item.id: {language.value: item.name_in(language) for language in Language} for item in rows}
    own = {line: named[line.item_id] for line in lines if line.item_id in named}
    return {line: {"names": names} for line, names in own.items() if line.description in names.values()}


def texts(company: Company, **names: str) -> dict[str, dict[str, str | None]]:
    """Texts of the company's in both languages: ``note="invoice_note"``."""
    return {
        key: {"fr_CA": getattr(company, name), "en_CA": getattr(company, f"{name}_en")} for key, name in names.items()
    }


def in_both(text: Any) -> dict[str, str]:
    """``text`` in each language of the product."""
    told = {}
    for language in Language:
        with force_locale(language.value):
            told[language.value] = str(text)
    return told
