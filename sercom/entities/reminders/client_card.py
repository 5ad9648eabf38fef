"""What a client receives, on the client's page: the office notes what the client said."""

from typing import Any

from flask import flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from sercom.backoffice.access import current_actor, may, require
from sercom.backoffice.seam import attempt
from sercom.backoffice.view import EntityView
from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.entities.privacy.consent import CATEGORIES, HEARD, ConsentSource, Purpose, latest
from sercom.workflow import consent


def read_heard() -> ConsentSource:
    """How the client told the office, as it was chosen; raises ``DomainError``."""
    source = next((one for one in HEARD if one.value == request.form.get("source")), None)
    if source is None:
        raise DomainError(_l("Say how the client told you."), "source")
    return source


class ContactMixin(EntityView):
    """A client's choices of e-mails."""

    def details_context(self, row: Any) -> dict[str, Any]:
        """On what each category rests, and when it was said."""
        footings = consent.footings_of(db.session, row.id)
        return {
            "footings": footings,
            "advised": footings[Purpose.MARKETING] is consent.Footing.CONSENT,
            "categories": CATEGORIES,
            "choices": latest(db.session, [row.id]).get(row.id, {}),
            "heard": HEARD,
            "may_choose": may("update", "clients"),
            **super().details_context(row),
        }

    @expose("/<int:row_id>/contact", methods=("POST",))
    def contact_view(self, row_id: int) -> Any:
        """Keep the boxes as they were ticked."""
        require("update", self.entity)
        client = self.get_one(str(row_id))
        ticked = set(request.form.getlist("wanted"))
        wanted = {category: category.value in ticked for category in CATEGORIES}
        source = read_heard()
        refused = attempt(db.session, lambda: consent.say(db.session, client, wanted, source, current_actor()))
        if refused is not None:
            raise refused
        flash(_("Saved."), "success")
        return redirect(self.page_url(client))
