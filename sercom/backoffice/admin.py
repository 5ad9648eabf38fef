"""The back-office as one Flask-Admin, behind its guards."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Flask, abort, redirect, request, session, url_for
from flask_admin import Admin, AdminIndexView, BaseView
from flask_admin.theme import Bootstrap4Theme
from flask_security import current_user

from sercom.backoffice import access, counts
from sercom.backoffice.access import current_actor
from sercom.backoffice.palette import blueprint
from sercom.backoffice.posted import read_back
from sercom.core.base import db
from sercom.core.formats import ENGLISH, FRENCH


def init_app(app: Flask, entries: Any, home: type[AdminIndexView], pages: Iterable[tuple[type[BaseView], str]]) -> None:
    """Register every view of the menu, behind the guard."""
    admin = Admin(
        app,
        name="Sercom",
        theme=Bootstrap4Theme(base_template="admin/layout.html"),
        index_view=home(endpoint="home", url="/admin"),
    )
    before, after = ([page for page in pages if getattr(page[0], "leads", False) is leads] for leads in (True, False))
    for view, endpoint in before:
        admin.add_view(view(endpoint=endpoint, url=f"/admin/{endpoint}"))
    for entry in entries:
        view = entry.view(
            entry.model,
            db,
            name=entry.name,
            category=entry.group,
            endpoint=entry.view.entity,
            menu_icon_type="sprite",
            menu_icon_value=entry.icon,
        )
        admin.add_view(view)
    for view, endpoint in after:
        admin.add_view(view(endpoint=endpoint, url=f"/admin/{endpoint}"))
    counts.init_app(app)
    app.before_request(access.guard)
    app.register_blueprint(_switch())
    app.register_blueprint(blueprint(admin))
    app.jinja_env.globals["actor"] = current_actor
    app.jinja_env.globals["may"] = access.may
    app.jinja_env.globals["waiting"] = _waiting


def _waiting(item: Any) -> int:
    """The figure beside an entry of the menu."""
    view = item._view  # noqa: SLF001  # Flask-Admin's menu has no public way to its view
    return int(view.waiting()) if isinstance(view, counts.Waits) else 0


def _switch() -> Blueprint:
    """The language switch of the header; whoever is signed in keeps the choice."""
    blueprint = Blueprint("language", __name__)

    @blueprint.post("/language")
    def switch() -> Any:
        language = request.form.get("language")
        if language not in {FRENCH, ENGLISH}:
            abort(400)
        session["language"] = language
        if current_user.is_authenticated:
            current_user.language = type(current_user.language)(language)
            db.session.commit()
        return redirect(read_back(url_for("home.index")))

    return blueprint
