"""The client's page of a document, as the office sees it: opened, and ended where its address is in wrong hands."""

from typing import Any

from flask import flash, redirect
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from sercom.backoffice.access import current_actor
from sercom.backoffice.seam import attempt
from sercom.backoffice.view import EntityView
from sercom.core.access import OFFICE
from sercom.core.base import db
from sercom.core.errors import ForbiddenError
from sercom.workflow import sending


class LinkMixin(EntityView):
    """A kind of document that the client reads behind a link."""

    def details_context(self, row: Any) -> dict[str, Any]:
        """The link of the latest e-mail about it that still opens."""
        context = super().details_context(row)
        links = (message.link for message in context["messages"])
        best = next((link for link in links if link is not None and link.is_open), None)
        ends = best is not None and current_actor().has(OFFICE)
        return {**context, "client_link": best, "ends_link": ends}

    @expose("/<int:row_id>/links/end", methods=("POST",))
    def end_links_view(self, row_id: int) -> Any:
        """The client's page no longer opens."""
        if not current_actor().has(OFFICE):
            raise ForbiddenError(_l("Your role does not allow this."))
        row = self.get_for_update(row_id)
        refused = attempt(db.session, lambda: sending.end_links(db.session, row, current_actor()))
        if refused is not None:
            raise refused
        flash(_("The link no longer opens."), "success")
        return redirect(self.page_url(row))
