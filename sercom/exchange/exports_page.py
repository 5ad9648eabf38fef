"""The page of exports: what there is for a period, how much of it, and its files."""

from datetime import date, timedelta
from typing import Any

from flask import Response, abort, make_response, request, stream_with_context
from flask_admin import BaseView, expose
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from sercom.backoffice.access import current_actor
from sercom.core import clock
from sercom.core.access import OWNER
from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.core.fields import DayField, Needed, ProductForm
from sercom.exchange import archive, files
from sercom.exchange.listing import Period
from sercom.exchange.sheets import SHEETS
from sercom.permissions import EXPORT


class PeriodForm(ProductForm):
    """Two days, both included."""

    start = DayField(_l("From"), [Needed()], name="from")
    end = DayField(_l("To"), [Needed()], name="to")

    def validate(self, extra_validators: Any = None) -> bool:
        """The first day is not after the last."""
        valid = super().validate(extra_validators)
        if valid and self.start.data > self.end.data:
            self.end.errors = (str(_l("This is before the first day.")),)
            return False
        return bool(valid)

    @property
    def period(self) -> Period:
        """What was chosen."""
        return Period(self.start.data, self.end.data)


def usual_periods() -> dict[str, tuple[Any, Period]]:
    """The periods that are asked for: their labels and days."""
    today = clock.today()
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
    return {
        "month": (_l("This month"), Period(month, today)),
        "last_month": (_l("Last month"), _before(month, 1)),
        "quarter": (_l("This quarter"), Period(quarter, today)),
        "last_quarter": (_l("Last quarter"), _before(quarter, 3)),
        "year": (_l("This year"), Period(year, today)),
        "last_year": (_l("Last year"), _before(year, 12)),
    }


def _before(start: date, months: int) -> Period:
    """As many months before ``start``, to the day before it."""
    count = start.year * 12 + start.month - 1 - months
    return Period(date(count // 12, count % 12 + 1, 1), start - timedelta(days=1))


class ExportsView(BaseView):
    """For the owner and the accountant; the whole company for the owner alone."""

    def is_accessible(self) -> bool:
        """Who may take lists away."""
        return current_actor().has(EXPORT)

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:
        """Signed in, but not allowed."""
        abort(403)

    @expose("/")
    def index(self) -> Any:
        """What there is for the period, counted before anything is fetched."""
        form = _asked()
        valid = form.validate()
        told = [(sheet, sheet.over(form.period).counted(db.session)) for sheet in SHEETS.values()] if valid else []
        html = self.render(
            "admin/exports.html", form=form, told=told, period=form.period, usual=usual_periods().values(),
            whole=current_actor().has(OWNER),
        )  # fmt: skip
        return html if valid else make_response(html, form.status)

    @expose("/<what>.<kind>")
    def download(self, what: str, kind: str) -> Any:
        """A sheet as a file."""
        if what not in SHEETS or kind not in files.KINDS:
            abort(404)
        form = _asked()
        if not form.validate():
            raise DomainError(_l("Choose the period anew: one of its days cannot be read."))
        sheet, period = SHEETS[what], form.period
        listing = sheet.over(period)
        filename = f"{sheet.title}-{period.start}-{period.end}"
        if kind == files.CSV:
            return files.answer_csv(filename, listing.titles, listing.rows(db.session))
        count, _amount = listing.counted(db.session)
        return files.answer_xlsx(filename, str(sheet.title), listing.titles, listing.rows(db.session), count)

    @expose("/company.zip")
    def company(self) -> Any:
        """Every table and every file."""
        if not current_actor().has(OWNER):
            abort(403)
        return Response(
            stream_with_context(archive.company(db.session)),
            mimetype="application/zip",
            headers={"Content-Disposition": f'attachment; filename="sercom-{clock.today()}.zip"'},
        )


def _asked() -> PeriodForm:
    """The period of the address; this year where it names none."""
    asked = request.args
    if "from" not in asked and "to" not in asked:
        _label, year = usual_periods()["year"]
        asked = MultiDict({"from": year.start.isoformat(), "to": year.end.isoformat()})
    return PeriodForm(asked)
