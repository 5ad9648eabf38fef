"""Cases in the back-office: the thread of documents, photos, notes, journal."""

from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms.validators import Optional

from sercom.backoffice.access import current_actor, require
from sercom.backoffice.listing import Indexed
from sercom.backoffice.posted import read_back, read_id
from sercom.backoffice.seam import attempt
from sercom.backoffice.view import EntityView
from sercom.core.access import MONEY, OFFICE
from sercom.core.base import db, read_whole
from sercom.core.choices import RowField
from sercom.core.errors import DomainError, ForbiddenError
from sercom.entities.cases.model import Case, Note
from sercom.entities.delivery.message import is_mail_set
from sercom.entities.documents.thread import journal_of_case, thread_of_case
from sercom.entities.equipment.history import of_case
from sercom.entities.files.model import Moment
from sercom.entities.files.sent import read_photos
from sercom.entities.files.store import add_photo
from sercom.entities.inbox.conversation import conversation_of
from sercom.entities.visits.model import Visit
from sercom.workflow import content, writing


class CaseView(EntityView):
    """Dossiers."""

    entity = "cases"
    details_template = "admin/case.html"
    column_list = ("number", "client", "title", "site", "created_at")
    column_sortable_list = ("number", "created_at")
    column_labels = {
        "number": _l("Number"),
        "client": _l("Client"),
        "title": _l("Title"),
        "site": _l("Service address"),
        "first_contact": _l("First contact"),
        "created_at": _l("Created"),
    }
    form_columns = ("title", "first_contact")
    search_in = (Indexed(Case.id, Case),)
    palette = 3
    empty_hint = _l("A case is made by its first document: a request, a quote, a job or an invoice.")

    def edit_form(self, obj: Any = None) -> Any:
        """The declared columns, and which of the client's addresses."""
        site = RowField(_l("Service address"), [Optional()], rows=lambda: obj.client.sites)
        form = type("EditForm", (self._edit_form_class,), {"site": site})
        return form(request.form if request.method == "POST" else None, obj=obj)

    def change(self, form: Any, row: Any) -> None:
        """Another address may mean other taxes."""
        super().change(form, row)
        content.relocate(db.session, row, form.site.data)

    def narrow(self, query: Any) -> Any:
        """A technician sees the cases of own visits."""
        actor = current_actor()
        if actor.has(MONEY):
            return query
        return query.filter(Case.id.in_(select(Visit.case_id).where(Visit.assigned_to(actor.user_id))))

    def load_options(self) -> tuple[Any, ...]:
        """The list shows the client and the place."""
        return (joinedload(Case.client), joinedload(Case.site))

    def palette_detail(self, row: Any) -> str:
        """For whom, what, where."""
        return " · ".join(str(part) for part in (row.client, row.title, row.site) if part)

    def details_context(self, row: Any) -> dict[str, Any]:
        """Every document of the case, what was said, and what happened."""
        thread = thread_of_case(row.id)
        entries = journal_of_case(row.id)
        told = {"thread": thread, "journal": entries, "conversation": conversation_of(row, thread)}
        told["standing"] = of_case(db.session, row)
        return {**told, **super().details_context(row)}

    def _back(self, case: Case) -> str:
        """Where the form stood: a page of the back-office, or the case's."""
        return read_back(self.page_url(case))

    def _refused(self, case: Case, refused: DomainError, body: str) -> Any:
        """What holds words is shown with them, to be taken from there; blanks are told where they were typed."""
        if body.strip():
            raise refused
        flash(str(refused), "error")
        return redirect(self._back(case))

    @expose("/<int:row_id>/notes", methods=("POST",))
    def add_note_view(self, row_id: int) -> Any:
        """Write an internal note."""
        require("create", "notes")
        case, body = self.get_one(read_id(str(row_id))), request.form.get("body", "")
        refused = attempt(db.session, lambda: writing.add_internal_note(db.session, case, current_actor(), body))
        if refused is not None:
            return self._refused(case, refused, body)
        flash(_("The note was added. The client does not see it."), "success")
        return redirect(self._back(case))

    @expose("/<int:row_id>/write", methods=("POST",))
    def write_view(self, row_id: int) -> Any:
        """Write to the client: on their page, and by e-mail."""
        if not current_actor().has(OFFICE):
            raise ForbiddenError(_l("Your role does not allow this."))
        case = self.get_one(read_id(str(row_id)))
        named = read_whole(request.form.get("about", ""))
        about = next((document for document in case.documents if document.id == named), None)
        token, body = request.form.get("token", "")[:40] or abort(400), request.form.get("body", "")
        written: list[Note] = []
        refused = attempt(
            db.session,
            lambda: written.append(
                writing.write_to_client(db.session, case, current_actor(), body, about=about, token=token)
            ),
        )
        if refused is not None:
            return self._refused(case, refused, body)
        if written[0].message_id is None:
            flash(_("It stands on the client’s page. No e-mail address is known."), "warning")
        elif is_mail_set():
            flash(_("Sent to the client."), "success")
        else:
            flash(_("Written. No mail server is set: read it under E-mails."), "warning")
        return redirect(self._back(case))

    @expose("/<int:row_id>/photos", methods=("POST",))
    def add_photos_view(self, row_id: int) -> Any:
        """Add photos; each is re-encoded, or the whole is refused."""
        require("create", "files")
        case = self.get_one(read_id(str(row_id)))
        db.session.rollback()  # photos take their time: nothing is locked meanwhile
        refused = attempt(db.session, lambda: self._keep_photos(row_id))
        flash(str(refused) if refused else _("Photos added."), "error" if refused else "success")
        return redirect(self._back(case))

    def _keep_photos(self, row_id: int) -> None:
        photos = read_photos(request.files.getlist("photos"))
        if not photos:
            raise DomainError(_l("Choose at least one photo."), "photos")
        case = self.get_one(row_id)
        case.client.require_present(db.session)
        visit_id = request.form.get("visit_id", type=int)
        visit = next((visit for visit in case.visits if visit.id == visit_id), None)
        moment = next((moment for moment in Moment if moment.value == request.form.get("moment")), None)
        for name, photo in photos:
            add_photo(
                db.session,
                case,
                photo,
                current_actor(),
                name=name,
                caption=request.form.get("caption", "")[:200],
                shown_to_client=bool(request.form.get("shown_to_client")),
                moment=moment,
                visit_id=visit.id if visit else None,
                document_id=visit.document_id if visit else None,
            )
