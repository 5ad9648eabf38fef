"""The tax summary: of each tax its base and amount, less credit notes; and what the return asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CTE, Select, and_, case, func, select, text

from sercom.core.base import AnySession, read_whole
from sercom.core.labels import Labelled
from sercom.core.money import TAX_LABELS, ZERO, Rate, TaxStatus
from sercom.entities.clients.model import Client
from sercom.entities.documents.model import Document
from sercom.reports.debts import debts_listing, in_bad_debts
from sercom.reports.exact import cents, divided, dollars, line_cents, whole_sum
from sercom.reports.listing import Column, Listing
from sercom.reports.period import Period
from sercom.reports.sold import DOCUMENT, HEAD, LINE, NUMBERED, PART, TAX, Part, movements, signed

#: In the order of a return: federal first.
ORDER = tuple(TAX_LABELS)
#: One of the two on a document, and never both.
FEDERAL = ("GST", "HST")


class Sort(Labelled):
    """How sales stand to the taxes."""

    TAXED = "taxed", _l("Taxed sales")
    ZERO_RATED = "zero_rated", _l("Zero-rated sales")
    EXEMPT = "exempt", _l("Exempt sales")
    UNTAXED = "untaxed", _l("Without tax: the client is exempt, or the company was not registered")


@dataclass
class TaxLine:
    """One tax at one rate, in dollars: base and amount of each part, the deducted ones negative."""

    code: str
    percent: Decimal
    parts: dict[Part, tuple[Decimal, Decimal]] = field(default_factory=dict)

    @property
    def rate(self) -> int:
        """The rate in thousandths of a percent: as a URL names it."""
        return int(self.percent.scaleb(3))

    @property
    def label(self) -> Any:
        """The tax's name."""
        return Rate(self.code, self.percent).label

    @property
    def base(self) -> Decimal:
        """The net base."""
        return sum((base for base, _amount in self.parts.values()), ZERO)

    @property
    def amount(self) -> Decimal:
        """The net tax."""
        return sum((amount for _base, amount in self.parts.values()), ZERO)


@dataclass(frozen=True)
class Summary:
    """What was sold before tax by its sort, each tax, and the taxes within bad debts, in dollars."""

    sales: dict[Sort, Decimal]
    taxes: list[TaxLine]
    bad_debts: dict[str, Decimal]
    recovered: dict[str, Decimal]

    @property
    def net(self) -> Decimal:
        """All sales before tax."""
        return sum(self.sales.values(), ZERO)

    def of(self, *codes: str) -> Decimal:
        """The net tax of these together."""
        return sum((line.amount for line in self.taxes if line.code in codes), ZERO)

    def within(self, debts: dict[str, Decimal], *codes: str) -> Decimal:
        """These taxes within bad debts, or within those recovered."""
        return sum((debts.get(code, ZERO) for code in codes), ZERO)


def summarise(session: AnySession, period: Period) -> Summary:
    """Add it all up: three queries, whatever there is."""
    lines: dict[tuple[str, Decimal], TaxLine] = {}
    for code, percent, part, base, amount in session.execute(_by_tax(period)):
        line = lines.setdefault((code, percent), TaxLine(code, percent))
        line.parts[Part(part)] = (base, amount)
    debts: dict[bool, dict[str, Decimal]] = {True: {}, False: {}}
    for code, lowers, amount in session.execute(in_bad_debts(period)):
        debts[bool(lowers)][code] = abs(amount)
    sales = session.execute(_by_sort(period)).one()
    return Summary(
        {sort: getattr(sales, sort.value) for sort in Sort},
        sorted(lines.values(), key=lambda line: (ORDER.index(line.code), -line.percent)),
        debts[True],
        debts[False],
    )


def _by_tax(period: Period) -> Select[Any]:
    moved = movements(period)
    return (
        select(
            TAX.code,
            TAX.percent,
            moved.c.part,
            dollars(whole_sum(signed(moved, cents(TAX.base)))),
            dollars(whole_sum(signed(moved, cents(TAX.amount)))),
        )
        .join_from(moved, TAX.code.table, TAX.document_id == moved.c.document_id)
        .group_by(TAX.code, TAX.percent, moved.c.part)
        .order_by(moved.c.part.desc())  # invoiced, then credited
    )


def sorted_sales(moved: CTE) -> Select[Any]:
    """A row a movement: its net by sort, signed, in cents.

    What the document's discount takes off is shared in proportion, as it is for the tax. The base is
    the one that the taxes were computed on, told by the federal tax: wherever any tax is due, one of
    the two federal ones is. What is left of the net is exempt or zero-rated.
    """
    federal = TAX.code.table.alias("federal")
    amount = line_cents(LINE)
    untaxed = (
        select(
            moved.c.document_id,
            moved.c.part,
            whole_sum(case((LINE.tax_status == TaxStatus.ZERO_RATED, amount), else_=0)).label("zero"),
            whole_sum(case((LINE.tax_status == TaxStatus.EXEMPT, amount), else_=0)).label("exempt"),
        )
        .join_from(moved, LINE.id.table, LINE.document_id == moved.c.document_id)
        .where(text("line.tax_status <> 'taxable'"), LINE.accepted)  # said as the index says it
        .group_by(moved.c.document_id, moved.c.part)
        .subquery("untaxed")
    )
    net, subtotal = cents(DOCUMENT.net), cents(DOCUMENT.net) + cents(DOCUMENT.discount)
    zero_lines, exempt_lines = func.coalesce(untaxed.c.zero, 0), func.coalesce(untaxed.c.exempt, 0)

    def share(lines: Any) -> Any:
        return case((subtotal > 0, divided(lines * net, func.nullif(subtotal, 0))), else_=0)

    bears = federal.c.code.is_not(None)
    rest = net - cents(federal.c.base)
    zero = case((and_(bears, exempt_lines == 0, zero_lines != 0), rest), else_=share(zero_lines))
    exempt = case((and_(bears, exempt_lines != 0), rest - zero), (bears, 0), else_=share(exempt_lines))
    columns = {
        Sort.TAXED: case((bears, net - zero - exempt), else_=0),
        Sort.ZERO_RATED: zero,
        Sort.EXEMPT: exempt,
        Sort.UNTAXED: case((bears, 0), else_=net - zero - exempt),
    }
    return (
        select(moved, *(signed(moved, whole).label(sort.value) for sort, whole in columns.items()))
        .join_from(moved, Document.__table__, DOCUMENT.id == moved.c.document_id)
        .outerjoin(federal, and_(federal.c.document_id == DOCUMENT.id, federal.c.code.in_(FEDERAL)))
        .outerjoin(untaxed, and_(untaxed.c.document_id == DOCUMENT.id, untaxed.c.part == moved.c.part))
    )


def _by_sort(period: Period) -> Select[Any]:
    rows = sorted_sales(movements(period)).subquery()
    return select(*(dollars(whole_sum(rows.c[sort.value])).label(sort.value) for sort in Sort))


# --- the rows behind a figure ---------------------------------------------------------------------


def listing(period: Period, args: Mapping[str, str]) -> Listing | None:
    """What a URL names: ``tax`` (codes, and with ``rate`` and ``part``), ``sort`` or ``debts``; else ``None``."""
    codes = [code for code in args.get("tax", "").split(",") if code in ORDER]
    if args.get("debts") in {"lost", "recovered"} and codes:
        return debts_listing(period, codes, lost=args["debts"] == "lost")
    if codes:
        return _tax_listing(period, codes, args)
    sort = next((sort for sort in Sort if sort.value == args.get("sort")), None)
    return _sales_listing(period, sort) if sort or args.get("sort") == "all" else None


def _tax_listing(period: Period, codes: list[str], args: Mapping[str, str]) -> Listing | None:
    moved = movements(period)
    query = (
        select(
            *NUMBERED,
            moved.c.day,
            moved.c.part,
            dollars(signed(moved, cents(TAX.base))).label("base"),
            dollars(signed(moved, cents(TAX.amount))).label("tax"),
        )
        .join_from(moved, Document.__table__, DOCUMENT.id == moved.c.document_id)
        .join(TAX.code.table, TAX.document_id == DOCUMENT.id)
        .join(Client, Client.id == DOCUMENT.client_id)
        .where(TAX.code.in_(codes))
    )
    if args.get("rate"):
        rate = read_whole(args["rate"])
        if rate is None:
            return None
        query = query.where(TAX.percent == Decimal(rate).scaleb(-3))
    if args.get("part") in {part.value for part in Part}:
        query = query.where(moved.c.part == args["part"])
    columns = (*HEAD, PART, Column("base", _l("Base"), sums=True), Column("tax", _l("Tax"), sums=True))
    names = " + ".join(str(TAX_LABELS[code]) for code in codes)
    return Listing(names, columns, query, (moved.c.day, DOCUMENT.id, TAX.code))


def _sales_listing(period: Period, sort: Sort | None) -> Listing:
    rows = sorted_sales(movements(period)).subquery("sorted")
    amount = rows.c[sort.value] if sort else sum((rows.c[each.value] for each in Sort), start=0)
    query = (
        select(*NUMBERED, rows.c.day, rows.c.part, dollars(amount).label("amount"))
        .join_from(rows, Document.__table__, DOCUMENT.id == rows.c.document_id)
        .join(Client, Client.id == DOCUMENT.client_id)
    )
    query = query.where(amount != 0) if sort else query
    columns = (*HEAD, PART, Column("amount", _l("Before tax"), sums=True))
    return Listing(sort.label if sort else _l("All sales"), columns, query, (rows.c.day, DOCUMENT.id))
