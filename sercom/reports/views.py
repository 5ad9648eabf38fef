"""The reports in the back-office: one page that lists them, a page each, the rows behind every figure, files."""

from collections.abc import Iterator
from typing import Any

from flask import abort, current_app, make_response, request, url_for
from flask_admin import BaseView, expose

from sercom.backoffice import csvfile, formatters
from sercom.backoffice.access import current_actor, may, require
from sercom.core import clock
from sercom.core.access import OFFICE
from sercom.core.base import db, read_whole
from sercom.core.errors import DomainError
from sercom.core.labels import Labelled
from sercom.reports import pages, period
from sercom.reports.listing import PAGE_SIZE, Listing
from sercom.reports.pages import Report
from sercom.reports.period import Period, Shortcut

ENTITY = "reports"


class ReportsView(BaseView):
    """Reports (rapports): for whoever sees amounts; files are for whoever may take lists away."""

    def is_accessible(self) -> bool:
        """As the matrix says."""
        return may("read", ENTITY)

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:
        """Signed in, but not allowed."""
        abort(403)

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        return fn(self, *args, **kwargs)

    @expose("/")
    def index(self) -> Any:
        """The reports, with a line each."""
        return self.render("admin/reports/index.html", all=pages.REPORTS.values())

    @expose("/<which>")
    def report(self, which: str) -> Any:
        """A report; a period that is none is said, and the usual one shown."""
        found, error = _report(which), None
        try:
            asked = period.read(request.args, found.usual)
        except DomainError as refusal:
            asked, error = period.of_shortcut(found.usual, clock.today()), refusal
        html = self.render(
            f"admin/reports/{which}.html",
            report=found,
            period=asked,
            error=error,
            shortcuts=[(shortcut, period.of_shortcut(shortcut, clock.today())) for shortcut in Shortcut],
            can_export=may("export", ENTITY),
            may_act=current_actor().has(OFFICE),
            row_url=row_url,
            **found.look(db.session, asked),
        )
        return make_response(html, error.status if error else 200)

    @expose("/<which>/csv")
    def report_file(self, which: str) -> Any:
        """The figures of a report as a file."""
        require("export", ENTITY)
        found = _report(which)
        asked = period.read(request.args, found.usual)
        return csvfile.answer(f"{found.title}-{asked.first}-{asked.last}", _written(found.table(db.session, asked)))

    @expose("/<which>/rows")
    def rows(self, which: str) -> Any:
        """The rows behind a figure, a page of them, with their sum."""
        found, asked, listing = _rows(which)
        page = min(read_whole(request.args.get("page", "")) or 0, 10**6)
        count, sums = listing.totals(db.session)
        return self.render(
            "admin/reports/rows.html",
            report=found,
            period=asked,
            listing=listing,
            rows=listing.page(db.session, page),
            count=count,
            sums=sums,
            page=page,
            pages=-(-count // PAGE_SIZE),
            args={key: value for key, value in request.args.items() if key != "page"},
            row_url=row_url,
            shown=shown,
            can_export=may("export", ENTITY),
        )

    @expose("/<which>/rows/csv")
    def rows_file(self, which: str) -> Any:
        """The rows behind a figure, all of them, as a file."""
        require("export", ENTITY)
        found, asked, listing = _rows(which)
        table = ([column.shown(row) for column in listing.columns] for row in listing.every(db.session))
        rows = _written(_headed([column.label for column in listing.columns], table))
        return csvfile.answer(f"{found.title}-{asked.first}-{asked.last}", rows)


def _report(name: str) -> Report:
    return pages.REPORTS.get(name) or abort(404)


def _rows(name: str) -> tuple[Report, Period, Listing]:
    found = _report(name)
    asked = period.read(request.args, found.usual)
    listing = found.listing(asked, request.args)
    return (found, asked, listing) if listing is not None else abort(404)


def _headed(head: list[Any], table: Iterator[list[Any]]) -> Iterator[list[Any]]:
    yield head
    yield from table


def _written(table: Iterator[list[Any]]) -> Iterator[list[str]]:
    """Cells as a spreadsheet takes them: exact figures, and nothing that it would run."""
    for row in table:
        yield [formatters.harmless(_in_file(value)) for value in row]


def row_url(row: Any) -> str | None:
    """The page of what a row is about; ``None`` where there is no such page."""
    kind = row.kind.value if isinstance(row.kind, Labelled) else row.kind
    endpoint = f"{kind}s.details_view"
    return url_for(endpoint, id=row.id) if endpoint in current_app.view_functions else None


def shown(value: Any) -> Any:
    """A cell on the screen, by its type."""
    return formatters.on_screen(type(value))(None, value, "")  # type: ignore[arg-type]  # a class is hashable


def _in_file(value: Any) -> Any:
    """A cell of a file, by its type."""
    written = next((written for kind, written in formatters.IN_FILE.items() if isinstance(value, kind)), None)
    return written(None, value, "") if written else value
