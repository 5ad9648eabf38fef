"""The operations page, for the owner alone."""

from typing import Any

from flask import abort
from flask_admin import BaseView, expose

from sercom.backoffice.access import current_actor
from sercom.core.access import OWNER
from sercom.core.base import db
from sercom.entities.delivery.message import MessageStatus
from sercom.upkeep import state


class OperationsView(BaseView):
    """Version, database, mail, backup, storage, slow pages."""

    def is_accessible(self) -> bool:
        """The owner."""
        return current_actor().has(OWNER)

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:
        """Signed in, but not the owner."""
        abort(403)

    @expose("/")
    def index(self) -> Any:
        """How the installation is."""
        return self.render("admin/operations.html", state=state.look(db.session), statuses=list(MessageStatus))
