"""The back-office as one Flask-Admin, its home page and its guards."""

from typing import Any

from flask import Blueprint, Flask, abort, redirect, request, session, url_for
from flask_admin import Admin, AdminIndexView, expose
from flask_admin.theme import Bootstrap4Theme

from sercom.backoffice import access
from sercom.backoffice.access import current_actor
from sercom.backoffice.posted import read_back
from sercom.core.base import db
from sercom.core.formats import ENGLISH, FRENCH


class HomeView(AdminIndexView):
    """What waits for somebody, each number opening its list."""

    def is_accessible(self) -> bool:
        """Everybody who is signed in."""
        return current_actor().user_id is not None

    @expose("/")
    def index(self) -> Any:
        """A technician starts with own visits, the others with what waits."""
        waiting = [
            {"view": view, "tabs": [(tab, view.tab_counts().get(tab, 0)) for tab in view.tab_enum]}
            for view in self.admin._views  # noqa: SLF001  # Flask-Admin has no public list of views
            if getattr(view, "tab_enum", None) is not None and view.is_accessible()
        ]
        return self.render("admin/home.html", waiting=waiting)


def init_app(app: Flask, entries: Any) -> None:
    """Register every view of the menu, behind the guard."""
    admin = Admin(
        app,
        name="Sercom",
        theme=Bootstrap4Theme(base_template="admin/layout.html"),
        index_view=HomeView(endpoint="home", url="/admin"),
    )
    for entry in entries:
        view = entry.view(entry.model, db, name=entry.name, category=entry.group, endpoint=entry.view.entity)
        admin.add_view(view)
    app.before_request(access.guard)
    app.register_blueprint(_switch())
    app.jinja_env.globals["actor"] = current_actor
    app.jinja_env.globals["may"] = access.may


def _switch() -> Blueprint:
    """The language switch of the header."""
    blueprint = Blueprint("language", __name__)

    @blueprint.post("/language")
    def switch() -> Any:
        language = request.form.get("language")
        if language not in {FRENCH, ENGLISH}:
            abort(400)
        session["language"] = language
        return redirect(read_back(url_for("home.index")))

    return blueprint
