"""Why these taxes: the working of a document's taxes, as plain data that the page tells in words."""

from dataclasses import dataclass
from decimal import Decimal

from flask_babel import LazyString

from sercom.core.base import AnySession
from sercom.core.money import CENT, ZERO, Amount, Rate, TaxStatus, Totals, compute_totals
from sercom.entities.clients.model import TaxExemption
from sercom.entities.company.model import get_company
from sercom.entities.documents.line import Line
from sercom.entities.documents.model import Document
from sercom.entities.documents.pricing import Basis, basis_told


@dataclass(frozen=True)
class Step:
    """One tax: rate in percent, rounded amount in dollars, the number it is charged under."""

    rate: Rate
    amount: Decimal
    number: str | None


@dataclass(frozen=True)
class Working:
    """From the lines to the taxes, in dollars.

    ``base`` is what is taxed, the document's share of the discount taken off; it is not rounded.
    ``renewed`` are the totals that saving, sending or issuing will give, where rates, place or
    client changed since these were computed.
    """

    basis: Basis
    subtotal: Decimal
    discount: Decimal
    discount_percent: Decimal | None
    taxed: Decimal
    base: Decimal
    steps: tuple[Step, ...]
    zero_rated: tuple[Line, ...]
    exempt: tuple[Line, ...]
    renewed: Totals | None

    @property
    def net(self) -> Decimal:
        """Before tax."""
        return self.subtotal - self.discount

    @property
    def base_is_whole(self) -> bool:
        """Whether the base is a number of cents."""
        return self.base == self.base.quantize(CENT)

    @property
    def spared(self) -> list[LazyString]:
        """The taxes that the client's exemption takes off, by name."""
        return [rate.label for rate in self.basis.spared]

    @property
    def unnumbered(self) -> list[LazyString]:
        """The taxes left out because the company has no number of that province, by name."""
        return [rate.label for rate in self.basis.unnumbered]

    @property
    def leaves_hst(self) -> bool:
        """An exemption from provincial taxes that finds a harmonised one, which is federal."""
        return self.basis.exemption is TaxExemption.PROVINCIAL and any(rate.code == "HST" for rate in self.basis.rates)


def working_of(session: AnySession, document: Document) -> Working | None:
    """The working of what stands on ``document``; ``None`` where nothing is sold on it.

    What was issued or sent is told from what was kept then, drafts from what is known now.
    """
    items = [line for line in document.lines if line.is_item and line.accepted]
    if not items:
        return None
    basis = basis_told(session, document)
    subtotal = sum((line.amount for line in items), ZERO)
    taxed = sum((line.amount for line in items if line.tax_status is TaxStatus.TAXABLE), ZERO)
    company, province = basis.company or get_company(session), basis.place.province
    return Working(
        basis=basis,
        subtotal=subtotal,
        discount=document.discount,
        discount_percent=document.discount_percent,
        taxed=taxed,
        base=taxed * (subtotal - document.discount) / subtotal if subtotal else ZERO,
        steps=tuple(
            Step(Rate(tax.code, tax.percent), tax.amount, company.tax_number(tax.code, province))
            for tax in document.taxes
        ),
        zero_rated=tuple(line for line in items if line.tax_status is TaxStatus.ZERO_RATED),
        exempt=tuple(line for line in items if line.tax_status is TaxStatus.EXEMPT),
        renewed=None if document.kept_taxing or not document.is_editable else _renewed(document, basis, items),
    )


def _renewed(document: Document, basis: Basis, items: list[Line]) -> Totals | None:
    """The totals at today's rates, where they are others than the document's."""
    if [(tax.code, tax.percent) for tax in document.taxes] == [(rate.code, rate.percent) for rate in basis.rates]:
        return None
    amounts = [Amount(line.amount, line.tax_status is TaxStatus.TAXABLE) for line in items]
    return compute_totals(amounts, basis.rates, document.discount)
