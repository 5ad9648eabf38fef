"""Making the demo company and taking it away: once, never in production, and without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select

from sercom import models
from sercom.core import clock
from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.demo import company, pictures, removal
from sercom.demo.timeline import Diary, tell, working_day
from sercom.demo.works import WORKS
from sercom.entities.files.photos import make_safe
from sercom.models import Client, JournalEntry, ServiceRequest
from tests.integration.conftest import Demo
from tests.support import make_client, make_user

TORONTO = ZoneInfo("America/Toronto")


def count(model: type[Any], *conditions: Any) -> int:
    """How many rows there are."""
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


# --- once, never in production, and gone ---------------------------------------------------------


def test_a_second_seed_is_refused(demo: Demo):
    before = count(JournalEntry)
    result = demo.app.test_cli_runner().invoke(args=["seed"])
    assert result.exit_code == 1
    assert "empty database" in result.output
    quiet = demo.app.test_cli_runner().invoke(args=["seed", "--if-empty"])
    assert quiet.exit_code == 0
    assert f"owner@{company.DOMAIN}" in quiet.output
    assert count(JournalEntry) == before


@pytest.mark.parametrize("command", [["seed"], ["unseed", "--yes"]])
def test_production_is_refused(demo: Demo, monkeypatch: pytest.MonkeyPatch, command: list[str]):
    monkeypatch.setitem(demo.app.config, "PRODUCTION", True)
    result = demo.app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 1
    assert "production" in result.output
    assert count(Client) == 41


def somebody_real() -> None:
    make_user("office", email="marie@plomberie.example.com")


def a_real_form() -> None:
    client = make_client("Vrai client")
    document = ServiceRequest(title="Vraie demande", ticket="c0ffee", number="2026-9999-D", client=client)
    document.case = models.Case(number="2026-9999", client=client, site=client.sites[0], letters={})
    db.session.add(document)
    db.session.flush()


@pytest.mark.parametrize(
    ("make", "reason"), [(somebody_real, "marie@plomberie.example.com"), (a_real_form, "Vrai client")]
)
def test_real_work_is_never_removed(demo: Demo, make: Any, reason: str):
    removal.require_demo_only()
    make()
    with pytest.raises(DomainError, match=reason):
        removal.require_demo_only()


def rows(app: Flask) -> dict[str, list[Any]]:
    """Every row of every table, the ones that tell the time aside."""
    with app.app_context():
        inspector = inspect(db.engine)
        tables = sorted(set(inspector.get_table_names()) - {"alembic_version"})
        found = {name: sorted(map(repr, db.session.execute(select(db.metadata.tables[name])))) for name in tables}
        db.session.remove()
        return found


@pytest.mark.slow
def test_the_demo_goes_without_a_trace_and_comes_again(own_app: Flask):
    fresh, runner = rows(own_app), own_app.test_cli_runner()
    assert runner.invoke(args=["unseed", "--yes"]).exit_code == 1  # there is none
    for _time in range(2):
        with own_app.app_context():
            company.seed(works=WORKS[:3], photos=1)
            numbers = list(db.session.scalars(select(models.Case.number).order_by(models.Case.id)))
            assert numbers[0].endswith("-0001")
        kept = rows(own_app)
        declined = runner.invoke(args=["unseed"], input="n\n")
        assert declined.exit_code == 1
        assert rows(own_app) == kept
        removed = runner.invoke(args=["unseed"], input="y\n")
        assert removed.exit_code == 0, removed.output
        assert rows(own_app) == fresh


# --- the parts -----------------------------------------------------------------------------------


def test_stories_are_told_side_by_side(context: Flask):
    told: list[tuple[str, datetime]] = []
    noon = datetime(2026, 5, 4, 12, tzinfo=TORONTO)

    def story(name: str, hours: list[int]) -> Iterator[datetime]:
        for hour in hours:
            yield noon.replace(hour=hour)
            told.append((name, clock.utcnow()))

    tell(db.session, [story("a", [8, 11, 15]), story("b", [9, 10])], noon)
    assert [name for name, _moment in told] == ["a", "b", "b", "a"]
    assert [moment for _name, moment in told] == [noon.replace(hour=hour) for hour in (8, 9, 10, 11)]
    with pytest.raises(ValueError, match="back in time"):
        tell(db.session, [story("c", [9, 8])], noon)


@pytest.mark.parametrize(
    ("number", "day"),
    [(0, "2026-11-28"), (-1, "2026-11-27"), (1, "2026-11-30"), (-6, "2026-11-20"), (6, "2026-12-07")],
)
def test_a_weekend_is_no_working_day(number: int, day: str):
    assert working_day(number, datetime(2026, 11, 28).date()).isoformat() == day  # noqa: DTZ001  # a Saturday


def test_a_full_day_moves_a_visit_to_the_next(context: Flask):
    diary = Diary(datetime(2026, 11, 24).date())  # noqa: DTZ001
    slots = [diary.book("tech", 0, hours) for hours in (2, 4, 2, 2)]
    assert [(slot.day, clock.to_company(slot.starts_at).hour) for slot in slots] == [(0, 8), (0, 13), (0, 10), (1, 8)]


@pytest.mark.parametrize("motif", pictures.MOTIFS)
def test_a_picture_is_the_same_at_each_run_and_differs_from_the_next(motif: str):
    first, again, other = (pictures.draw(motif, number) for number in (1, 1, 2))
    assert first == again != other
    photo = make_safe(first)
    assert (photo.width, photo.height) == (1600, 1200)
