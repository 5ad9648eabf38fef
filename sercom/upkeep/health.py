"""Is the process alive (``/healthz``), and may it be given requests (``/readyz``)?

Answered before the application: a platform's prober calls by an address of its own, over plain HTTP,
with no session, and must not be told that it is not among the trusted hosts.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from sercom.core.base import db
from sercom.core.database import WRITES

#: The answers to a prober: status and the text of the body.
ALIVE = ("200 OK", "ok")
READY = ("200 OK", "ready")
NO_DATABASE = ("503 Service Unavailable", "the database does not answer")
OTHER_SCHEMA = ("503 Service Unavailable", "the database is not at the last migration")
NOT_SO = ("405 Method Not Allowed", "GET or HEAD")


class Health:
    """WSGI middleware that answers the two addresses and passes on everything else."""

    def __init__(self, app: Flask, inner: Any) -> None:
        self.app = app
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        path = environ.get("PATH_INFO")
        if path not in {"/healthz", "/readyz"}:
            answered: Iterable[bytes] = self.inner(environ, start_response)
            return answered
        method = environ["REQUEST_METHOD"]
        if method not in {"GET", "HEAD"}:
            status, text = NOT_SO
        else:
            status, text = ALIVE if path == "/healthz" else readiness(self.app)
        body = f"{text}\n".encode()
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
        start_response(status, [*headers, ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")])
        return [] if method == "HEAD" else [body]


def readiness(app: Flask) -> tuple[str, str]:
    """Whether the database answers and stands at the migration that this code was written for."""
    try:
        with app.app_context():
            current = database_revision()
    except SQLAlchemyError:
        app.logger.warning("not ready", exc_info=True)
        return NO_DATABASE
    return READY if current == code_revision(app.extensions["migrate"].directory) else OTHER_SCHEMA


def database_revision() -> str | None:
    """The migration at which the database stands; ``None`` for a new one. Waits for no writer.

    Raises ``SQLAlchemyError`` where the database does not answer.
    """
    with db.engine.connect().execution_options(**{WRITES: False}) as connection:
        return MigrationContext.configure(connection).get_current_revision()


@lru_cache
def code_revision(directory: str) -> str | None:
    """The last migration in ``directory``."""
    return ScriptDirectory(directory).get_current_head()
