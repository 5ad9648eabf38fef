"""The lines of a document as rows of a sheet, what belongs to the whole document shared out among them."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any

from sercom.core.money import TAX_LABELS, ZERO, TaxStatus, line_amount, round_money

#: What QuickBooks Online calls the taxes of a place; others are matched by hand during its import.
QUICKBOOKS_CODES = {(): "Out of scope", ("GST",): "GST", ("GST", "QST"): "GST/QST QC - 9.975"}
QUICKBOOKS_FREE = {TaxStatus.EXEMPT: "Exempt", TaxStatus.ZERO_RATED: "Zero-rated"}


def shares(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """``total`` (dollars) in parts proportional to ``weights``, to the cent; they add up to it exactly.

    Each part is what is due so far less what was given before. Without any weight all goes last.
    """
    whole, parts, so_far, given = sum(weights, ZERO), [], ZERO, ZERO
    for position, weight in enumerate(weights, start=1):
        so_far += weight
        due = round_money(total * so_far / whole) if whole else total if position == len(weights) else ZERO
        parts.append(due - given)
        given = due
    return parts


def _documents(rows: Iterable[Any]) -> Iterator[tuple[list[Any], list[Decimal], list[Decimal]]]:
    """Each document's lines, their amounts, and their shares of the document's discount; in dollars."""
    for _id, found in groupby(rows, attrgetter("document_id")):
        group = list(found)
        amounts = [line_amount(row.quantity, row.unit_price, row.discount) for row in group]
        yield group, amounts, shares(sum(amounts, ZERO) - group[0].net, amounts)


def spread(rows: Iterable[Any]) -> Iterator[Sequence[Any]]:
    """A row a line: nets add up to the document's net, each tax to the document's."""
    for group, amounts, taken in _documents(rows):
        head, codes = group[0], list(TAX_LABELS)
        taxed = [
            amount if row.tax_status is TaxStatus.TAXABLE else ZERO for row, amount in zip(group, amounts, strict=True)
        ]
        taxes = zip(*(shares(getattr(head, code) or ZERO, taxed) for code in codes), strict=True)
        for row, amount, part, tax in zip(group, amounts, taken, taxes, strict=True):
            net = amount - part
            figures = [figure * head.sign for figure in (amount, -part, net, *tax, net + sum(tax, ZERO))]
            yield (
                *(row.number, row.issue_date, row.client, row.code, row.description, row.quantity, row.unit),
                *(row.unit_price, row.discount, *figures[:3], row.tax_status, *figures[3:]),
            )


def quickbooks(rows: Iterable[Any]) -> Iterator[Sequence[Any]]:
    """A row a line. Its import knows no discount: amounts are net, told by quantity and rate where these give them."""
    for group, amounts, taken in _documents(rows):
        codes = tuple(code for code in TAX_LABELS if getattr(group[0], code) is not None)
        taxed = QUICKBOOKS_CODES.get(codes, "/".join(codes))
        for row, amount, part in zip(group, amounts, taken, strict=True):
            net = amount - part
            told = line_amount(row.quantity, row.unit_price) == net
            yield (
                *(row.number, row.client, row.issue_date, row.due_date, net),
                *(QUICKBOOKS_FREE.get(row.tax_status, taxed), f"Net {row.terms_days}", row.code, row.description),
                *((row.quantity, row.unit_price) if told else (1, net)),
                row.title,
            )
