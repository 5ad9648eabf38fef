"""The back-office as one Flask-Admin, behind its guards."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Flask, abort, redirect, request, session, url_for
from flask_admin import Admin, AdminIndexView
from flask_admin.theme import Bootstrap4Theme
from flask_security import current_user

from sercom.backoffice import access, counts
from sercom.backoffice.access import current_actor
from sercom.backoffice.palette import blueprint
from sercom.backoffice.posted import read_back
from sercom.core.base import db
from sercom.core.formats import ENGLISH, FRENCH


def init_app(app: Flask, entries: Iterable[Any], home: type[AdminIndexView], pages: Iterable[Any]) -> None:
    """Register every view of the menu, behind the guard."""
    admin = Admin(
        app,
        name="Sercom",
        theme=Bootstrap4Theme(base_template="admin/layout.html"),
        index_view=home(endpoint="home", url="/admin"),
    )
    pages = list(pages)
    _add_pages(admin, [page for page in pages if page.leads])
    for entry in entries:
        admin.add_view(entry.view(entry.model, db, endpoint=entry.view.entity, **_place(entry)))
    _add_pages(admin, [page for page in pages if not page.leads])
    counts.init_app(app)
    app.before_request(access.guard)
    app.register_blueprint(_switch())
    app.register_blueprint(blueprint(admin))
    app.jinja_env.globals["actor"] = current_actor
    app.jinja_env.globals["may"] = access.may
    app.jinja_env.globals["waiting"] = _waiting


def _add_pages(admin: Admin, pages: Iterable[Any]) -> None:
    for page in pages:
        admin.add_view(page.view(endpoint=page.address, url=f"/admin/{page.address}", **_place(page)))


def _place(entry: Any) -> dict[str, Any]:
    """Where the menu lists a view."""
    icon = {"menu_icon_type": "sprite", "menu_icon_value": entry.icon}
    return {"name": entry.name, "category": entry.group, **icon}


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
