"""Unit tests have neither database nor network: a test that touches one fails.

Formats and messages need a locale, so each test runs in a small application that has Babel alone,
in French; ``english`` changes the reader. Messages stay in the source's language: no catalogue.
"""

from collections.abc import Iterator
from typing import NoReturn

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from sercom.core.base import db
from sercom.core.formats import ENGLISH, FRENCH


class NoSession:
    """Stands where the database session would be."""

    def __getattr__(self, name: str) -> NoReturn:
        pytest.fail(f"a unit test used db.session.{name}")

    def __call__(self) -> NoReturn:
        pytest.fail("a unit test opened a database session")


@pytest.fixture(scope="session")
def light_app() -> Flask:
    """Babel and a few settings, nothing else."""
    app = Flask("light")
    app.config.update(
        SECRET_KEY="unit",
        COMPANY_TIMEZONE="America/Toronto",
        BABEL_DEFAULT_LOCALE=FRENCH,
        BABEL_TRANSLATION_DIRECTORIES="nowhere",
    )
    Babel(app)
    return app


@pytest.fixture(autouse=True)
def alone(light_app: Flask, monkeypatch: pytest.MonkeyPatch, socket_disabled: None) -> Iterator[None]:
    """No session, no network, a French reader."""
    monkeypatch.setattr(db, "session", NoSession())
    with light_app.app_context():
        yield


@pytest.fixture
def english() -> Iterator[None]:
    """An English reader."""
    with force_locale(ENGLISH):
        yield
