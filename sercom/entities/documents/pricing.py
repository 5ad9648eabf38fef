"""Which taxes a document bears and why, and its totals brought up to date: one way for every kind."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sercom.core import clock
from sercom.core.base import AnySession
from sercom.core.journal import plain
from sercom.core.money import Rate, Totals
from sercom.entities.clients.model import Client, TaxExemption
from sercom.entities.company.model import Company, company_and_rates
from sercom.entities.documents.model import Document
from sercom.entities.documents.place import Place, PlaceSource
from sercom.entities.sites.model import Province

#: Taxes of a province alone; HST is one federal tax, its provincial part included.
PROVINCIAL = frozenset({"QST", "PST", "RST"})


@dataclass(frozen=True)
class Basis:
    """What the taxes of a document rest on.

    ``rates`` are those it bears; ``spared`` those that the client's exemption takes off, and
    ``unnumbered`` those that the company may not charge, having no number of that province.
    """

    place: Place
    on: date
    registered: bool
    rates: tuple[Rate, ...] = ()
    spared: tuple[Rate, ...] = ()
    unnumbered: tuple[Rate, ...] = ()
    exemption: TaxExemption | None = None
    exemption_number: str | None = None
    #: Whose taxes these are, where they were computed now; kept from being loaded again.
    company: Company | None = field(default=None, compare=False, repr=False)

    def as_plain(self) -> dict[str, Any]:
        """As a snapshot keeps it: rates in percent, as text."""
        return {
            "province": self.place.province.value,
            "because": self.place.source.value,
            "on": self.on.isoformat(),
            "registered": self.registered,
            **{
                name: [[rate.code, str(rate.percent)] for rate in getattr(self, name)]
                for name in ("rates", "spared", "unnumbered")
            },
            "exemption": plain(self.exemption),
            "exemption_number": self.exemption_number,
        }


def kept_basis(told: dict[str, Any]) -> Basis:
    """What ``Basis.as_plain`` kept."""

    def rates(name: str) -> tuple[Rate, ...]:
        return tuple(Rate(code, Decimal(percent)) for code, percent in told[name])

    return Basis(
        Place(Province(told["province"]), PlaceSource(told["because"])),
        date.fromisoformat(told["on"]),
        told["registered"],
        rates("rates"),
        rates("spared"),
        rates("unnumbered"),
        TaxExemption(told["exemption"]) if told["exemption"] else None,
        told["exemption_number"],
    )


def basis_for(session: AnySession, place: Place, client: Client | None = None, on: date | None = None) -> Basis:
    """What a sale at ``place`` to ``client`` bears on a day (today by default)."""
    on = on or clock.today()
    company, rates = company_and_rates(session, place.province, on)
    if not company.taxes_registered:
        return Basis(place, on, registered=False, company=company)
    exemption = client.tax_exemption if client is not None else None
    bears: list[Rate] = []
    spared: list[Rate] = []
    unnumbered: list[Rate] = []
    for rate in rates:
        if exemption is TaxExemption.ALL or (exemption is TaxExemption.PROVINCIAL and rate.code in PROVINCIAL):
            spared.append(rate)
        elif company.may_charge(rate.code, place.province):
            bears.append(rate)
        else:
            unnumbered.append(rate)
    number = client.exemption_number if client is not None and exemption is not None else None
    return Basis(place, on, True, tuple(bears), tuple(spared), tuple(unnumbered), exemption, number, company)


def basis_of(session: AnySession, document: Document, on: date | None = None) -> Basis:
    """What ``document`` bears, were it computed on that day (today by default)."""
    return basis_for(session, document.place, document.client, on)


def basis_told(session: AnySession, document: Document) -> Basis:
    """What the taxes that stand on ``document`` rest on: as it left, or as it is computed today."""
    kept = document.kept_taxing
    return kept_basis(kept) if kept else basis_of(session, document)


def reprice(session: AnySession, document: Document, on: date | None = None) -> Totals:
    """Compute ``document``'s totals at the rates of its place of supply."""
    return document.reprice(basis_of(session, document, on).rates)


def reprice_aloud(session: AnySession, document: Document) -> None:
    """The same as it leaves; where that changes taxes that somebody has seen, ``document.repriced`` tells it."""
    before = {tax.code: tax.amount for tax in document.taxes}, document.tax, document.total
    reprice(session, document)
    after = {tax.code: tax.amount for tax in document.taxes}, document.tax, document.total
    if before != after:
        document.repriced = {"tax": [str(before[1]), str(after[1])], "total": [str(before[2]), str(after[2])]}
