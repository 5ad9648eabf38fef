"""The pages of imports: upload, look and match the columns, confirm, undo."""

from typing import Any

from flask import abort, flash, make_response, redirect, request, url_for
from flask_admin import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sercom.backoffice.access import current_actor
from sercom.backoffice.posted import read_version
from sercom.backoffice.seam import attempt
from sercom.core.access import OFFICE
from sercom.core.base import db, read_whole
from sercom.core.errors import DomainError
from sercom.entities.catalog.model import CatalogItem
from sercom.entities.clients.model import Client
from sercom.exchange import importing, undoing
from sercom.exchange.fields import FIELDS
from sercom.exchange.run import ImportKind, ImportRun, ImportState
from sercom.exchange.targets import Row

#: How many imports the page tells of; how many rows of each sort a preview shows.
TOLD, SHOWN, SHOWN_WRONG = 20, 10, 100
MODELS: dict[ImportKind, type[Any]] = {ImportKind.CLIENTS: Client, ImportKind.CATALOG: CatalogItem}


class ImportsView(BaseView):
    """For the office: clients and catalogue from a file."""

    def is_accessible(self) -> bool:
        """Who may make clients and items."""
        return current_actor().has(OFFICE)

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:
        """Signed in, but not allowed."""
        abort(403)

    @expose("/", methods=("GET", "POST"))
    def index(self) -> Any:
        """What was imported lately, and a form that takes a file; nothing is written from it yet."""
        refused = self._upload() if request.method == "POST" else None
        if refused is not None and not isinstance(refused, DomainError):
            return refused
        runs = select(ImportRun).options(joinedload(ImportRun.user)).order_by(ImportRun.id.desc()).limit(TOLD)
        html = self.render(
            "admin/imports.html",
            runs=db.session.scalars(runs).all(),
            kinds=ImportKind,
            fields=FIELDS,
            kind=request.form.get("kind", ImportKind.CLIENTS.value),
            refused=refused,
        )
        return html if refused is None else make_response(html, refused.status)

    def _upload(self) -> Any:
        """Keep the file and go to its page; the refusal where there is one."""
        file, kind = request.files.get("file"), request.form.get("kind")
        if kind not in {one.value for one in ImportKind}:
            abort(400)
        if file is None or not file.filename:
            return DomainError(_l("Choose a file."), "file")
        with file.stream:
            data, name = file.read(), file.filename
        kept: list[ImportRun] = []
        refused = attempt(
            db.session,
            lambda: kept.append(importing.open_run(db.session, ImportKind(kind), name, data, current_actor())),
        )
        return refused or redirect(url_for(".run", run_id=kept[0].id))

    @expose("/<int:run_id>")
    def run(self, run_id: int) -> Any:
        """The preview of a file, or what came of it."""
        return self._page(_get(run_id))

    def _page(self, run: ImportRun, refused: DomainError | None = None) -> Any:
        told: dict[str, Any] = {}
        if run.state is ImportState.OPEN:
            rows = importing.check(db.session, run)
            told = {
                "good": [row for row in rows if row.is_good],
                "wrong": [row for row in rows if row.errors],
                "same": [row for row in rows if row.same is not None],
            }
            told["shown"] = _shown(told)
        else:
            told["made"] = undoing.rows_of(db.session, run, MODELS[run.kind], SHOWN_WRONG)
        html = self.render(
            "admin/import.html",
            run=run,
            refused=refused,
            fields=FIELDS[run.kind],
            titles=run.cells[0],
            unmatched=importing.unmatched(run),
            details=run.kind.value,
            **told,
        )
        return html if refused is None else make_response(html, refused.status)

    @expose("/<int:run_id>/columns", methods=("POST",))
    def columns(self, run_id: int) -> Any:
        """Match the columns anew."""
        run, version = _get(run_id), read_version()
        names = (one.name for one in FIELDS[run.kind])
        chosen = {name: read_whole(request.form.get(f"column-{name}", "")) for name in names}
        return self._done(run, lambda: importing.match(run, chosen, current_actor(), version))

    @expose("/<int:run_id>/confirm", methods=("POST",))
    def confirm(self, run_id: int) -> Any:
        """Write the good rows."""
        run, version = _get(run_id), read_version()
        everything = range(2, len(run.cells) + 1) if request.form.get("take_all") else ()
        take = {*everything} | {
            number for text in request.form.getlist("take") if (number := read_whole(text)) is not None
        }

        def write() -> None:
            importing.confirm(db.session, run, current_actor(), take=take, version=version)
            flash(ngettext("%(num)s row imported.", "%(num)s rows imported.", run.count), "success")

        return self._done(run, write)

    @expose("/<int:run_id>/undo", methods=("POST",))
    def undo(self, run_id: int) -> Any:
        """Take away what it made and nothing uses yet."""
        run, version = _get(run_id), read_version()

        def take_back() -> None:
            undoing.undo(db.session, run, current_actor(), version=version)
            flash(_("The import was undone."), "success")

        return self._done(run, take_back)

    @expose("/<int:run_id>/discard", methods=("POST",))
    def discard(self, run_id: int) -> Any:
        """Forget a file that was not imported."""
        run, version = _get(run_id), read_version()
        refused = attempt(db.session, lambda: importing.discard(db.session, run, current_actor(), version))
        if refused is not None:
            raise refused
        flash(_("The file is forgotten. Nothing was imported."), "success")
        return redirect(url_for(".index"))

    def _done(self, run: ImportRun, action: Any) -> Any:
        run_id = run.id
        refused = attempt(db.session, action)
        return redirect(url_for(".run", run_id=run_id)) if refused is None else self._page(_get(run_id), refused)


def _get(run_id: int) -> ImportRun:
    if read_whole(str(run_id)) is None:
        abort(404)
    return db.session.get(ImportRun, run_id) or abort(404)


def _shown(told: dict[str, list[Row]]) -> list[Row]:
    """The first good rows, and more of those that a person must look at; in the file's order."""
    rows = [*told["good"][:SHOWN], *told["wrong"][:SHOWN_WRONG], *told["same"][:SHOWN_WRONG]]
    return sorted(rows, key=lambda row: row.number)
