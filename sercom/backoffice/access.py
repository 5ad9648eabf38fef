"""Who is asking, and whether a view is theirs. Everything is denied until the matrix names a role."""

from typing import Any

from flask import abort, g, redirect, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from sercom import permissions
from sercom.core.access import Actor

NOBODY_SIGNED_IN = Actor("")


def current_actor() -> Actor:
    """The person who is signed in, as the workflow and the journal know them."""
    if "actor" not in g:
        g.actor = current_user.actor if current_user.is_authenticated else NOBODY_SIGNED_IN
    return g.actor


def may(action: str, entity: str) -> bool:
    """Whether the person signed in may ``action`` on ``entity``."""
    return permissions.may(current_actor(), action, entity)


def require(action: str, entity: str) -> None:
    """Answer 403 where the matrix does not name one of the person's roles."""
    if not may(action, entity):
        abort(403)


def guard() -> Response | None:
    """Before every request below ``/admin``: anonymous visitors go to the sign-in."""
    if request.path.startswith("/admin") and not current_user.is_authenticated:
        if request.method != "GET":
            abort(401)
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
    return None


class AccessMixin:
    """A Flask-Admin view that answers for one row of the matrix."""

    entity: str

    def is_accessible(self) -> bool:
        """Whether the person may see the view at all."""
        return may("read", self.entity)

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:
        """Signed in, but not allowed."""
        abort(403)

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        """Call the view once: Flask-Admin's own catches ``TypeError`` and calls it again."""
        return fn(self, *args, **kwargs)
