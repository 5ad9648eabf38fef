"""The client's own page, from the back-office: who has a link to it, sending one, ending them."""

from typing import Any

from flask import flash, redirect
from flask_admin import expose
from flask_babel import gettext as _

from sercom.backoffice.access import current_actor, require
from sercom.backoffice.seam import attempt
from sercom.backoffice.view import EntityView
from sercom.core.base import db
from sercom.entities.delivery.message import is_mail_set
from sercom.workflow import hub


class PageMixin(EntityView):
    """Links to all that is a client's."""

    def change(self, form: Any, row: Any) -> None:
        """Who reads at an address that is no longer the client's sees the page no longer."""
        before = {row.email, row.billing_email}
        super().change(form, row)
        former = before - {row.email, row.billing_email, None}
        if former:
            hub.end_links(db.session, row, current_actor(), former)

    def details_context(self, row: Any) -> dict[str, Any]:
        """The links that still open."""
        return {"page_links": hub.open_links(db.session, row), **super().details_context(row)}

    @expose("/<int:row_id>/page/send", methods=("POST",))
    def send_page_view(self, row_id: int) -> Any:
        """Send the client a link to their page."""
        require("update", self.entity)
        client = self.get_one(row_id)
        refused = attempt(db.session, lambda: hub.send_by_office(db.session, client, current_actor()))
        if refused is not None:
            raise refused
        flash(_("Sent.") if is_mail_set() else _("Written. No mail server is set: read it under E-mails."), "success")
        return redirect(self.page_url(client))

    @expose("/<int:row_id>/page/end", methods=("POST",))
    def end_page_view(self, row_id: int) -> Any:
        """End the links that were sent."""
        require("update", self.entity)
        client = self.get_one(row_id)
        refused = attempt(db.session, lambda: hub.end_links(db.session, client, current_actor()))
        if refused is not None:
            raise refused
        flash(_("The links no longer open."), "success")
        return redirect(self.page_url(client))
