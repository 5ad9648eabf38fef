"""Which taxes a document bears, and its totals brought up to date."""

from collections.abc import Sequence
from datetime import date

from sercom.core import clock
from sercom.core.base import AnySession
from sercom.core.money import Rate, Totals
from sercom.entities.company.model import get_company, rates_in_force
from sercom.entities.documents.model import Document
from sercom.entities.sites.model import Province


def rates_for(session: AnySession, province: Province, on: date | None = None) -> Sequence[Rate]:
    """The rates a sale in ``province`` bears on a day (today by default); none where not registered."""
    if not get_company(session).taxes_registered:
        return ()
    return rates_in_force(session, province, on or clock.today())


def reprice(session: AnySession, document: Document, on: date | None = None) -> Totals:
    """Compute ``document``'s totals at the rates of its place of supply."""
    return document.reprice(rates_for(session, document.place_of_supply, on))
