"""Sercom: from a client's request to the paid invoice."""

from typing import Any

from flask import Flask

from sercom import cli, config, extensions, home, menu, portal, templating, web
from sercom.backoffice import admin
from sercom.core import database
from sercom.core.base import db
from sercom.search import index


def create_app(settings: dict[str, Any] | None = None) -> Flask:
    """Build the application: settings, extensions, back-office, portal, commands."""
    app = Flask(__name__, template_folder=config.ROOT / "templates", static_folder=config.ROOT / "static")
    app.config.from_mapping({**config.from_environment(), **(settings or {})})
    extensions.db.init_app(app)
    with app.app_context():
        database.prepare(db.engine)
    index.attach(db.session)
    extensions.migrate.init_app(app, db, directory=str(config.ROOT / "migrations"))
    extensions.babel.init_app(app, locale_selector=web.locale)
    web.init_app(app)
    extensions.csrf.init_app(app)
    extensions.security.init_app(app, extensions.users)
    templating.init_app(app)
    admin.init_app(app, menu.VIEWS, home.HomeView)
    portal.init_app(app)
    cli.init_app(app)
    return app
