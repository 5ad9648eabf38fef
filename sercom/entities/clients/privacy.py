"""A client's personal data over HTTP: what was agreed to, the file to hand over, anonymising."""

from typing import Any

from flask import Response, abort, flash, make_response, redirect, request, stream_with_context
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from sercom.backoffice.access import current_actor, may, require
from sercom.backoffice.posted import read_id, read_version
from sercom.backoffice.seam import attempt
from sercom.backoffice.view import EntityView
from sercom.core import clock, journal
from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.entities.clients.model import Client
from sercom.entities.documents.thread import latest_of_client
from sercom.entities.privacy import consent
from sercom.entities.privacy.consent import HEARD, Purpose
from sercom.entities.privacy.erasure import Erasure
from sercom.entities.reminders.client_card import read_heard
from sercom.privacy import erasing, export
from sercom.workflow.consent import Footing, footings_of, say


class PrivacyMixin(EntityView):
    """A client that was anonymised is in no list; its page says what is left and until when."""

    def narrow(self, query: Any) -> Any:
        """Not those who were anonymised."""
        return super().narrow(query).filter(Client.anonymised_at.is_(None))

    @expose("/details/")
    def details_view(self) -> Any:
        """The client; of one who was anonymised, what is left."""
        client = db.session.get(Client, read_id(request.args.get("id")))
        if client is None or client.anonymised_at is None:
            return super().details_view()
        rows = select(Erasure).where(Erasure.client_id == client.present.id).order_by(Erasure.id)
        erasures = db.session.scalars(rows).all()
        return self.render(
            "admin/client_anonymised.html", row=client, erasures=erasures, documents=latest_of_client(client.id)
        )

    @expose("/<int:row_id>/privacy")
    def privacy_view(self, row_id: int) -> Any:
        """Consents, the file to hand over, what anonymising would take and leave."""
        client = db.session.get(Client, row_id)
        if client is not None and client.merged_into_id:
            return redirect(self.get_url(".privacy_view", row_id=client.present.id))
        return self._page(self.get_one(row_id))

    def _page(self, row: Client, refused: DomainError | None = None) -> Any:
        footings = footings_of(db.session, row.id)
        html = self.render(
            "admin/client_privacy.html",
            row=row,
            refused=refused,
            said=consent.history(db.session, row.id),
            footings=footings,
            advised=footings[Purpose.MARKETING] is Footing.CONSENT,
            heard=HEARD,
            plan=erasing.plan(db.session, row) if may("delete", self.entity) else None,
        )
        return html if refused is None else make_response(html, refused.status)

    @expose("/<int:row_id>/privacy/consent", methods=("POST",))
    def consent_view(self, row_id: int) -> Any:
        """Write down that the client agreed to offers, or took it back."""
        require("update", self.entity)
        row = self.get_one(row_id)
        try:
            source = read_heard()
        except DomainError as refused:
            return self._page(row, refused)
        wanted = {Purpose.MARKETING: request.form.get("given") == "1"}
        failed = attempt(db.session, lambda: say(db.session, row, wanted, source, current_actor()))
        if failed is not None:
            raise failed
        flash(_("Noted."), "success")
        return redirect(self.get_url(".privacy_view", row_id=row_id))

    @expose("/<int:row_id>/privacy/export", methods=("POST",))
    def export_data_view(self, row_id: int) -> Any:
        """Everything about the client as a ZIP file; the journal keeps that it was handed over."""
        require("export", self.entity)
        row = self.get_one(row_id)
        pieces = export.archive(db.session, row)
        journal.record(db.session, current_actor(), "data_exported", row)
        db.session.commit()
        return Response(
            stream_with_context(pieces),
            mimetype="application/zip",
            headers={"Content-Disposition": f'attachment; filename="client-{row_id}-{clock.today()}.zip"'},
        )

    @expose("/<int:row_id>/privacy/anonymise", methods=("POST",))
    def anonymise_view(self, row_id: int) -> Any:
        """Take the person out, once it was confirmed."""
        require("delete", self.entity)
        row = db.session.get(Client, read_id(str(row_id))) or abort(404)
        version = read_version()
        if not request.form.get("confirm"):
            return self._page(self.get_one(row_id), DomainError(_l("Tick the box: this cannot be undone."), "confirm"))
        refused = attempt(db.session, lambda: erasing.anonymise(db.session, row, current_actor(), version=version))
        if refused is not None:
            return self._page(self.get_one(row_id), refused)
        flash(_("The person was taken out of everything that no law keeps."), "success")
        return redirect(self.get_url(".details_view", id=row_id))
