"""The reports by their name in a URL: what each shows, the rows behind it, and its figures as a table."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from sercom.core import formats
from sercom.core.base import AnySession
from sercom.reports import charts, forgotten, quotes, sales, taxes
from sercom.reports.charts import Piece
from sercom.reports.listing import Listing
from sercom.reports.period import Period, Shortcut
from sercom.reports.quotes import Outcome
from sercom.reports.taxes import Sort

#: Rows of a list of forgotten money on the page of all four.
FIRST_ROWS = 10
Table = Iterator[list[Any]]


@dataclass(frozen=True)
class Report:
    """``look`` gives what its template shows, ``table`` the same figures for a file, ``usual`` its period."""

    name: str
    title: LazyString
    hint: LazyString
    icon: str
    usual: Shortcut
    look: Callable[[AnySession, Period], dict[str, Any]]
    table: Callable[[AnySession, Period], Table]
    listing: Callable[[Period, Mapping[str, str]], Listing | None]


# --- taxes ----------------------------------------------------------------------------------------

QUEBEC = ("QST",)


def _taxes(session: AnySession, period: Period) -> dict[str, Any]:
    summary = taxes.summarise(session, period)
    return {"summary": summary, "sorts": list(Sort), "boxes": _boxes(summary)}


def _boxes(summary: taxes.Summary) -> list[tuple[str, LazyString, Any, dict[str, str] | None]]:
    """Of the return FPZ-500: box, what it holds, dollars, and what names the rows behind it."""
    lost, back = summary.bad_debts, summary.recovered
    boxes: list[tuple[str, LazyString, Any, dict[str, str] | None]] = [
        ("101", _l("Total supplies"), summary.net, {"sort": "all"})
    ]
    for series, codes in (("1", taxes.FEDERAL), ("2", QUEBEC)):
        names = ",".join(codes)
        due, added = summary.of(*codes), summary.within(back, *codes)
        federal = series == "1"
        boxes += [
            (
                f"{series}03",
                _l("GST/HST collectible") if federal else _l("QST collectible"),
                due,
                {"tax": names},
            ),
            (f"{series}04", _l("Adjustments: bad debts recovered"), added, {"tax": names, "debts": "recovered"}),
            (f"{series}05", _l("Collectible and adjustments"), due + added, None),
            (
                f"{series}07",
                _l("Deductible adjustments: bad debts"),
                summary.within(lost, *codes),
                {"tax": names, "debts": "lost"},
            ),
        ]
    return boxes


def _taxes_table(session: AnySession, period: Period) -> Table:
    summary = taxes.summarise(session, period)
    yield [_("Tax"), _("Rate"), _("Counts as"), _("Base"), _("Tax")]
    for line in summary.taxes:
        for part, (base, amount) in line.parts.items():
            yield [line.code, line.percent, part, base, amount]
        yield [line.code, line.percent, _("Net"), line.base, line.amount]
    for sort, amount in summary.sales.items():
        yield ["", "", sort, amount, ""]
    yield ["", "", _("All sales"), summary.net, ""]
    for box, label, amount, _args in _boxes(summary):
        yield ["", box, label, "", amount]


# --- sales ----------------------------------------------------------------------------------------


def _sales(session: AnySession, period: Period) -> dict[str, Any]:
    found = sales.add_up(session, period)
    months = [
        (month.short, [Piece(share.amount, "accent", f"{share.name}: {formats.money(share.amount)}")])
        for month, share in zip(period.months, found.months, strict=True)
    ]
    return {
        "sales": found,
        "chart": charts.columns(months, charts.in_dollars),
        "groups": (
            ("service", _l("By service"), _l("Service"), _l("No request of the case names a service"), found.services),
            ("technician", _l("By technician"), _l("Technician"), _l("No finished visit"), found.technicians),
        ),
    }


def _sales_table(session: AnySession, period: Period) -> Table:
    found = sales.add_up(session, period)
    yield [_("By"), _("Name"), _("Documents"), _("Before tax")]
    for title, shares in (
        (_("Month"), found.months),
        (_("Service"), found.services),
        (_("Technician"), found.technicians),
    ):
        for share in shares:
            yield [title, share.name or _("None"), share.documents, share.amount]


# --- quotes ---------------------------------------------------------------------------------------


def _quotes(session: AnySession, period: Period) -> dict[str, Any]:
    found = quotes.add_up(session, period)
    months = [
        (
            month.short,
            [
                Piece(
                    found_amount := cohort.amount(outcome),
                    outcome.tone.value,
                    f"{cohort.name}, {outcome.label}: {formats.money(found_amount)}",
                )
                for outcome in Outcome
                if cohort.amount(outcome)
            ],
        )
        for month, cohort in zip(period.months, found.months, strict=True)
    ]
    return {"found": found, "outcomes": list(Outcome), "chart": charts.columns(months, charts.in_dollars)}


def _quotes_table(session: AnySession, period: Period) -> Table:
    found = quotes.add_up(session, period)
    heads = [[_("%(what)s, number", what=outcome), _("%(what)s, dollars", what=outcome)] for outcome in Outcome]
    yield [
        *(_("Month"), _("Sent, number"), _("Sent, dollars")),
        *(head for pair in heads for head in pair),
        *(_("Win rate by number, in percent"), _("Win rate by dollars, in percent"), _("Median days to approve")),
    ]
    for cohort in (*found.months, found.whole):
        amounts = [figure for outcome in Outcome for figure in (cohort.count(outcome), cohort.amount(outcome))]
        ends = [cohort.rate, cohort.rate_of_amount, cohort.median_days]
        yield [cohort.key, cohort.count(), cohort.amount(), *amounts, *ends]
    for reason, count, amount in found.reasons:
        yield [_("Refused: %(reason)s", reason=reason), count, amount]


# --- forgotten money ------------------------------------------------------------------------------


def _forgotten(session: AnySession, _period: Period) -> dict[str, Any]:
    totals = forgotten.add_up(session)
    lists = []
    for kind in forgotten.Kind:
        edge, step = forgotten.STEPS[kind]
        rows = forgotten.listing(kind).page(session, 0)[:FIRST_ROWS] if totals[kind][0] else []
        lists.append((kind, forgotten.HINTS[kind], *totals[kind], rows, edge, step))
    return {"lists": lists, "age": forgotten.age}


def _forgotten_table(session: AnySession, _period: Period) -> Table:
    yield [_("List"), _("Number"), _("Client"), _("What"), _("Since"), _("Days"), _("Amount")]
    for kind in forgotten.Kind:
        for row in forgotten.listing(kind).every(session):
            yield [kind, row.number, row.client, row.what, row.since, forgotten.age(row.since), row.amount]


def _forgotten_listing(_period: Period, args: Mapping[str, str]) -> Listing | None:
    kind = next((kind for kind in forgotten.Kind if kind.value == args.get("list")), None)
    return forgotten.listing(kind) if kind else None


REPORTS = {
    report.name: report
    for report in (
        Report(
            "taxes",
            _l("Tax summary"),
            _l("GST, QST, HST and provincial taxes of a period, ready for the return."),
            "percent",
            Shortcut.LAST_QUARTER,
            _taxes,
            _taxes_table,
            taxes.listing,
        ),
        Report(
            "sales",
            _l("Sales"),
            _l("Sales before tax by month, by service and by technician."),
            "banknote",
            Shortcut.THIS_YEAR,
            _sales,
            _sales_table,
            sales.listing,
        ),
        Report(
            "quotes",
            _l("Win rate"),
            _l("What became of the quotes sent, how long approval takes, why clients say no."),
            "file-text",
            Shortcut.THIS_YEAR,
            _quotes,
            _quotes_table,
            quotes.listing,
        ),
        Report(
            "forgotten",
            _l("Forgotten money"),
            _l("Work not invoiced, approved quotes without a job, idle deposits, parts on no invoice."),
            "wallet",
            Shortcut.THIS_YEAR,
            _forgotten,
            _forgotten_table,
            _forgotten_listing,
        ),
    )
}
