"""The demo company, for the tests that look at it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from sercom.core import clock
from sercom.core.base import db
from sercom.demo import company
from tests.conftest import WORKER, build_app, new_database
from tests.planning import SUNDAY, TORONTO
from tests.support import make_user

#: A morning of work, and the last minutes of a Sunday on which the clocks change.
MOMENTS = {
    "sqlite": datetime(2026, 11, 24, 10, 40, tzinfo=TORONTO),
    "postgresql": datetime(2027, 3, 14, 23, 58, tzinfo=TORONTO),
}


@dataclass(frozen=True)
class Demo:
    """The application on a seeded database, and the moment at which it was seeded."""

    app: Flask
    now: datetime


@pytest.fixture(scope="session", params=MOMENTS)
def seeded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The whole company, made once for each kind of database, also where several test processes want it."""
    kind, now = request.param, MOMENTS[request.param]
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if WORKER else base
    made = folder / f"demo-{kind}.url"
    with (folder / f"demo-{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if made.exists():
            app = build_app(made.read_text())
        else:
            url = new_database(kind, folder, request, "demo")
            app = build_app(url)
            with app.app_context(), clock.at(now):
                company.seed(photos=2)
            made.write_text(url)
    yield Demo(app, now)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def demo(seeded: Demo) -> Iterator[Demo]:
    """The company at its moment, in a context."""
    with seeded.app.app_context(), clock.at(seeded.now):
        yield seeded
        db.session.rollback()


# --- a week to plan ---------------------------------------------------------------------------------


@pytest.fixture
def sunday(context: Flask) -> Iterator[None]:
    """The evening before a week to plan."""
    with clock.at(SUNDAY):
        yield


@pytest.fixture
def office(context: Flask) -> Any:
    """Somebody of the office."""
    return make_user("office").actor


@pytest.fixture
def luc(context: Flask) -> Any:
    """A technician with a name that the sentences tell."""
    return make_user("technician", name="Luc Roy")
