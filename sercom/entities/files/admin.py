"""Photos in the back-office: shown on their case, served with the case's permissions."""

from typing import Any

from flask import Response, abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sercom.backoffice import filters
from sercom.backoffice.access import current_actor, require
from sercom.backoffice.listing import contains
from sercom.backoffice.posted import read_back, read_id
from sercom.backoffice.view import EntityView
from sercom.core import journal
from sercom.core.access import MONEY
from sercom.core.base import db
from sercom.entities.files.model import File, FileContent, Moment
from sercom.entities.visits.model import Visit

YEAR = 365 * 24 * 3600


class FileView(EntityView):
    """Photos: captions, who sees them. Added on the page of a case or of a visit."""

    entity = "files"
    versioned = False
    column_list = ("name", "case", "caption", "moment", "shown_to_client", "created_at")
    column_details_list = ("name", "case", "caption", "moment", "shown_to_client", "size", "created_at")
    column_sortable_list = ("created_at",)
    column_labels = {
        "name": _l("Name"),
        "case": _l("Case"),
        "caption": _l("Caption"),
        "moment": _l("Taken"),
        "shown_to_client": _l("Shown to the client"),
        "size": _l("Size, in bytes"),
        "created_at": _l("Added"),
    }
    form_columns = ("caption", "moment", "shown_to_client")
    column_filters = (filters.Choice(File.moment, _l("Taken"), Moment, "moment"),)
    search_in = (contains(File.name), contains(File.caption))
    details_template = "admin/file.html"
    empty_hint = _l("Add photos on the page of a case or of a visit.")

    @property
    def can_create(self) -> bool:
        """Not here: on the case's page."""
        return False

    def create_view(self) -> Any:
        """A photo is added where it belongs."""
        abort(404)

    def narrow(self, query: Any) -> Any:
        """A technician sees the photos of own visits' cases."""
        actor = current_actor()
        if actor.has(MONEY):
            return query
        return query.filter(File.case_id.in_(select(Visit.case_id).where(Visit.assigned_to(actor.user_id))))

    def load_options(self) -> tuple[Any, ...]:
        """The list shows the case."""
        return (joinedload(File.case),)

    @expose("/<int:row_id>/show", methods=("POST",))
    def show_view(self, row_id: int) -> Any:
        """Show a photo to the client, or keep it internal from now on."""
        require("update", self.entity)
        file = self.get_one(read_id(str(row_id)))
        file.shown_to_client = request.form.get("shown") == "1"
        changes = journal.changes_of(file)
        if changes:
            journal.record(db.session, current_actor(), "changed", file, changes)
        db.session.commit()
        flash(_("The client sees this photo.") if file.shown_to_client else _("This photo is internal."), "success")
        return redirect(read_back(self.page_url(file)))

    @expose("/<int:row_id>/content")
    def content_view(self, row_id: int) -> Any:
        """The photo's bytes, or its thumbnail's with ``?small=1``."""
        file = self.get_one(read_id(str(row_id)))
        column = FileContent.thumbnail if request.args.get("small") else FileContent.data
        data = db.session.scalars(select(column).where(FileContent.file_id == file.id)).one()
        answer = Response(data, mimetype=file.mime)
        answer.headers["Cache-Control"] = f"private, max-age={YEAR}, immutable"
        return answer
