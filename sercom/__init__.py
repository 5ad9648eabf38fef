"""Sercom: from a client's request to the paid invoice."""

from typing import Any

from flask import Flask
from sqlalchemy import event

from sercom import cli, config, extensions, field, home, menu, portal, serving, templating, web
from sercom.backoffice import admin
from sercom.core import database
from sercom.core.base import db
from sercom.entities.delivery import outbox
from sercom.entities.delivery.worker import CHORES, HOUR, Every
from sercom.privacy import erasing
from sercom.search import index
from sercom.signin import door
from sercom.upkeep import slow
from sercom.workflow import hub, receipting, reminding


def create_app(settings: dict[str, Any] | None = None) -> Flask:
    """Build the application: settings, extensions, back-office, portal, commands."""
    app = Flask(__name__, template_folder=config.ROOT / "templates", static_folder=config.ROOT / "static")
    app.config.from_mapping({**config.from_environment(), **(settings or {})})
    extensions.db.init_app(app)
    with app.app_context():
        database.prepare(db.engine)
    index.attach(db.session)
    event.listen(db.session, "after_commit", outbox.wake_after)
    reminding.attach()
    receipting.attach()
    app.extensions[CHORES] = (
        hub.answer_all,
        Every(reminding.EVERY, reminding.run),
        Every(HOUR, erasing.sweep, later=True),
        Every(HOUR, hub.sweep, later=True),
    )
    extensions.migrate.init_app(app, db, directory=str(config.ROOT / "migrations"))
    extensions.babel.init_app(app, locale_selector=web.locale)
    extensions.limiter.init_app(app)
    slow.init_app(app)
    web.init_app(app)
    extensions.csrf.init_app(app)
    extensions.limiter.init_app(app)
    door.init_app(app)
    templating.init_app(app)
    admin.init_app(app, menu.VIEWS, home.HomeView, menu.PAGES)
    field.init_app(app)
    portal.init_app(app)
    cli.init_app(app)
    serving.init_app(app)
    return app
