"""The accounts in the back-office: ageing, the rows behind its figures, statements, closing a period."""

from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from flask import Response, abort, flash, make_response, redirect, request, send_file
from flask_admin import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from wtforms import StringField
from wtforms.validators import Length, Optional

from sercom.accounts import ageing, items, periods, statement, statement_paper
from sercom.accounts.ageing import Bucket
from sercom.accounts.interac_views import InteracMixin
from sercom.backoffice import csvfile
from sercom.backoffice.access import current_actor, may, require
from sercom.backoffice.formatters import harmless
from sercom.backoffice.posted import read_version
from sercom.backoffice.seam import attempt
from sercom.core import clock
from sercom.core.base import MAX_ID, db, read_whole
from sercom.core.choices import LabelledField
from sercom.core.errors import DomainError, ForbiddenError
from sercom.core.fields import DayField, Needed, ProductForm
from sercom.entities.clients.model import Client
from sercom.entities.company.model import get_company
from sercom.entities.delivery import papers
from sercom.entities.delivery.admin import languages_of, read_language
from sercom.entities.journal.words import change_lines
from sercom.output.kinds import PaperKind, file_name

CLIENTS_A_PAGE, ITEMS_A_PAGE = 50, 100
#: The figure beside the buckets: what was paid and is on no invoice.
CREDIT = "credit"


class DayForm(ProductForm):
    """The day that ageing looks from."""

    on = DayField(_l("As of"), [Needed()])


class StatementForm(ProductForm):
    """What a statement shows, and from which day to which."""

    view = LabelledField(_l("Shows"), enum=statement.View)
    since = DayField(_l("From"), [Optional()])
    until = DayField(_l("To"), [Needed()])


class ClosingForm(ProductForm):
    """The day up to which the books are closed."""

    until = DayField(_l("Closed up to"), [Optional()], description=_l("That day included. Blank opens everything."))
    reason = StringField(
        _l("Reason"),
        [Optional(), Length(max=200)],
        description=_l("Needed to open a period again."),
    )


def read_page() -> int:
    """The page of the URL, from 0."""
    return min(read_whole(request.args.get("page", "")) or 0, MAX_ID // ITEMS_A_PAGE)


def asked(**defaults: str) -> MultiDict[str, str]:
    """What the URL asks for, over what is shown without a question."""
    return MultiDict(defaults | {name: text for name, text in request.args.items() if text})


class AccountsView(InteracMixin, BaseView):
    """Who owes what since when, and what was paid."""

    def is_accessible(self) -> bool:
        """Whoever reads accounts."""
        return may("read", "accounts")

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:
        """Signed in, but not allowed."""
        abort(403)

    @expose("/")
    def index(self) -> Any:
        """Ageing comes first."""
        return redirect(self.get_url(".ageing_view"))

    # --- ageing -------------------------------------------------------------------------------

    @expose("/ageing")
    def ageing_view(self) -> Any:
        """Clients by how long what they owe is past due, on any day."""
        form = DayForm(asked(on=clock.today().isoformat()))
        on = form.on.data if form.validate() else clock.today()
        page = read_page()
        found = ageing.ageing(db.session, on, limit=CLIENTS_A_PAGE, offset=page * CLIENTS_A_PAGE)
        if page and not found.rows:
            return redirect(self.get_url(".ageing_view", on=on))
        pages = -(-found.clients // CLIENTS_A_PAGE)
        html = self.render(
            "admin/accounts.html", form=form, on=on, found=found, buckets=list(Bucket), page=page, pages=pages
        )
        return make_response(html, form.status if form.errors else 200)

    @expose("/ageing/csv")
    def ageing_csv(self) -> Response:
        """The whole of it as a file."""
        require("export", "accounts")
        form = DayForm(asked(on=clock.today().isoformat()))
        if not form.validate():
            abort(400)
        return csvfile.answer(f"{_('Ageing')}-{form.on.data}", _ageing_rows(form.on.data))

    @expose("/items")
    def items_view(self) -> Any:
        """The rows behind a figure: open invoices of a bucket, or credit."""
        form = DayForm(asked(on=clock.today().isoformat()))
        if not form.validate():
            abort(404)
        on, wanted, page = form.on.data, request.args.get("bucket", ""), read_page()
        bucket = next((bucket for bucket in Bucket if bucket.value == wanted), None)
        if wanted and wanted != CREDIT and bucket is None:
            abort(404)
        client = self._client(request.args["client"]) if "client" in request.args else None
        place: dict[str, Any] = {"limit": ITEMS_A_PAGE, "offset": page * ITEMS_A_PAGE}
        place["client_id"] = client.id if client else None
        if wanted == CREDIT:
            rows = items.unapplied(db.session, on, **place)
        else:
            rows = items.open_invoices(db.session, on, bucket=bucket, **place)
        count = rows[0].count_all if rows else 0
        pages = -(-count // ITEMS_A_PAGE)
        shown = {"rows": rows, "on": on, "bucket": bucket, "credit": wanted == CREDIT, "client": client}
        return self.render("admin/accounts_items.html", **shown, wanted=wanted, page=page, pages=pages, count=count)

    # --- statement ----------------------------------------------------------------------------

    @expose("/statement/<int:client_id>")
    def statement_view(self, client_id: int) -> Any:
        """A client's account, period or open items."""
        client = self._client(str(client_id))
        form = self._statement_form()
        told = None
        if form.validate():
            told = self._statement(client, form)
        html = self.render(
            "admin/accounts_statement.html", client=client, form=form, told=told, languages=languages_of(_Of(client))
        )
        return make_response(html, form.status if form.errors else 200)

    @expose("/statement/<int:client_id>/pdf")
    def statement_pdf(self, client_id: int) -> Any:
        """The same on paper, drawn anew each time."""
        client = self._client(str(client_id))
        form = self._statement_form()
        told = self._statement(client, form) if form.validate() else None
        if told is None:
            return self.statement_view(client_id)
        language = read_language(_Of(client))
        name = file_name(PaperKind.STATEMENT, f"{client.name} {told.until}", 1, language.value)
        drawn = papers.draw(db.session, statement_paper.snapshot_of(db.session, told), language)
        return send_file(BytesIO(drawn), mimetype="application/pdf", download_name=name)

    def _statement_form(self) -> StatementForm:
        today = clock.today()
        defaults = {"since": date(today.year, 1, 1).isoformat(), "until": today.isoformat()}
        return StatementForm(asked(view=statement.View.PERIOD.value, **defaults))

    def _statement(self, client: Client, form: StatementForm) -> statement.Statement | None:
        """The statement, or ``None`` with the refusal beside its field."""
        until = form.until.data
        since = form.since.data or date(until.year, 1, 1)
        try:
            return statement.make(db.session, client, form.view.data, since, until)
        except DomainError as error:
            form.add_error(error)
        return None

    def _client(self, text: str) -> Client:
        row_id = read_whole(text)
        client = db.session.get(Client, row_id) if row_id else None
        return client if client is not None else abort(404)

    # --- closing a period ---------------------------------------------------------------------

    @expose("/closing", methods=("GET", "POST"))
    def closing_view(self) -> Any:
        """The day up to which the books are closed, and what was closed before."""
        company = get_company(db.session)
        posted: ImmutableMultiDict[str, str] | None = None
        if request.method == "POST":
            require("update", "accounts")
            posted = request.form
        form = ClosingForm(posted, until=company.locked_until)
        if posted is not None and form.validate():
            version, told = read_version(), form.arguments()
            refused = attempt(
                db.session,
                lambda: periods.close(
                    db.session, current_actor(), told["until"], reason=told["reason"], version=version
                ),
            )
            if refused is None:
                flash(_("Saved."), "success")
                return redirect(self.get_url(".closing_view"))
            if isinstance(refused, ForbiddenError):
                raise refused
            form.add_error(refused)
        company = get_company(db.session)
        entries = [(entry, change_lines(entry)) for entry in periods.history(db.session)]
        suggested = clock.today().replace(day=1) - timedelta(days=1)
        html = self.render(
            "admin/accounts_closing.html", form=form, company=company, entries=entries, suggested=suggested
        )
        return make_response(html, form.status if form.errors else 200)


class _Of:
    """What a paper's languages are asked of: something that has a client."""

    def __init__(self, client: Client) -> None:
        self.client = client


def _ageing_rows(on: date) -> Iterator[list[str]]:
    yield [_("Client"), *(str(bucket.label) for bucket in Bucket), _("Credit"), _("Balance")]
    for row in ageing.all_clients(db.session, on):
        yield [harmless(row.name), *map(str, row.amounts), str(row.credit), str(row.balance)]
