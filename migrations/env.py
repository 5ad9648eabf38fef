"""Runs the migrations on the application's database, in one transaction."""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from sercom.core.base import db
from sercom.core.clock import UtcDateTime
from sercom.core.labels import LabelledType
from sercom.core.money import ScaledInteger


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Write the product's own types as the plain ones they store."""
    if kind == "type" and isinstance(item, ScaledInteger):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime()"
    if kind == "type" and isinstance(item, LabelledType):
        return f"sa.String(length={item.impl.length})"
    return False


def foreign_keys(connection: Connection, state: str) -> None:
    """Switch SQLite's foreign keys; outside a transaction, or it is ignored without a word."""
    connection.connection.driver_connection.execute(f"PRAGMA foreign_keys = {state}")  # type: ignore[union-attr]


def run() -> None:
    """Upgrade or downgrade.

    A batch migration on SQLite drops and makes a table anew: with foreign keys on, that deletes
    the rows of every child. They are off on this connection, and checked afterwards.
    """
    arguments = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            foreign_keys(connection, "OFF")
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            transactional_ddl=True,
            render_item=render_item,
            **arguments,
        )
        with context.begin_transaction():
            context.run_migrations()
            if sqlite:
                orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if orphans:
                    msg = f"rows without parent after the migration: {orphans[:5]}"
                    raise RuntimeError(msg)
        connection.commit()
        if sqlite:
            foreign_keys(connection, "ON")


if context.is_offline_mode():
    msg = "migrations run on a database, not into a script"
    raise RuntimeError(msg)
run()
