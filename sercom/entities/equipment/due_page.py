"""The maintenance that waits, by address, made into a job in one click; and what a case is about."""

from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import select

from sercom.backoffice.access import current_actor, require
from sercom.backoffice.posted import read_back, read_id
from sercom.backoffice.seam import attempt
from sercom.backoffice.view import EntityView
from sercom.core.base import db, read_whole
from sercom.entities.cases.model import Case
from sercom.entities.documents.convert import document_url
from sercom.entities.equipment.history import of_case
from sercom.workflow import upkeep


class DueMixin(EntityView):
    """Commands on devices that are no edit of one of them."""

    @expose("/due")
    def due_view(self) -> Any:
        """Addresses with maintenance that is due or soon will be, the first in front."""
        return self.render("admin/equipment_due.html", found=upkeep.due(db.session))

    @expose("/plan", methods=("POST",))
    def plan_view(self) -> Any:
        """A job, or a request, of the maintenance of the ticked devices of one address."""
        require("create", "jobs")
        ids = [key for text in request.form.getlist("device") if (key := read_whole(text))]
        made: list[Any] = []
        refused = attempt(
            db.session,
            lambda: made.append(
                upkeep.plan(db.session, ids, current_actor(), as_request=request.form.get("as") == "request")
            ),
        )
        if refused is not None:
            flash(str(refused), "error")
            return redirect(read_back(self.get_url(".due_view")))
        flash(_("%(document)s was made: plan its visit.", document=made[0]), "success")
        return redirect(document_url(made[0]))

    @expose("/cases/<int:case_id>", methods=("POST",))
    def concerned_view(self, case_id: int) -> Any:
        """Which devices a case is about, and of which it is the maintenance."""
        require("update", "cases")
        case = db.session.scalars(select(Case).where(Case.id == read_id(str(case_id))).with_for_update()).one_or_none()
        if case is None:
            abort(404)
        ticked, kept = (set(map(read_whole, request.form.getlist(name))) for name in ("device", "upkeep"))
        devices = [standing.device for standing in of_case(db.session, case)]
        chosen = [device for device in devices if device.id in ticked | kept]
        upkept = [device for device in chosen if device.id in kept]
        refused = attempt(db.session, lambda: upkeep.set_concerned(db.session, case, current_actor(), chosen, upkept))
        flash(str(refused) if refused else _("Saved."), "error" if refused else "success")
        return redirect(read_back(self.get_url("cases.details_view", id=case_id)))
