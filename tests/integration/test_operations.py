"""The operations page: what the owner reads there is what is so; slow pages are told, and forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from sercom.core import clock, formats
from sercom.core.base import db
from sercom.entities.delivery.message import Failure, MessageStatus
from sercom.models import Backup
from sercom.upkeep import slow, state
from sercom.upkeep.slow import KEPT_DAYS, SLOW_MS, SlowPage
from tests.support import Browser, World, make_message


@pytest.fixture(autouse=True)
def nothing_was_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests' pages took is none of these tests' business."""
    monkeypatch.setattr(slow, "_noted", {})


def test_the_state_is_what_is_so(context):
    make_message(MessageStatus.QUEUED)
    failed = make_message(MessageStatus.DEAD)
    failed.failure, failed.reply = Failure.REFUSED, "550 No such person"
    db.session.add(Backup(made_at=clock.utcnow() - timedelta(days=8), size=1))
    db.session.flush()
    found = state.look(db.session)
    assert found.waiting == {MessageStatus.QUEUED: 1, MessageStatus.DEAD: 1}
    assert found.failed == [failed]
    assert found.backup is not None
    assert found.backup_is_stale
    assert found.revision == found.head
    assert found.database_size > 0
    assert found.database.split()[0].lower() == db.session.get_bind().dialect.name
    assert (found.photos.count, found.drawn.count) == (0, 0)


def test_the_owner_reads_it_in_both_languages(world: World, browser: Browser):
    world.make(lambda: make_message(MessageStatus.DEAD))
    owner = browser.sign_in(world.user("owner"))
    for language, words in (("fr_CA", "Pages lentes"), ("en_CA", "Slow pages")):
        owner.post("/language", {"language": language})
        page = owner.get("/admin/operations/")
        assert words in page.text
        assert "julie@example.org" in page.text


def test_slow_pages_are_counted_by_day_and_forgotten(context):
    slow.flush(db.session)
    db.session.query(SlowPage).delete()
    db.session.add(SlowPage(day=clock.today() - timedelta(days=KEPT_DAYS + 1), endpoint="x", count=1, worst_ms=9999))
    for took in (SLOW_MS, SLOW_MS + 500, SLOW_MS + 100):
        slow.note("quotes.index_view", took)
    slow.flush(db.session)
    slow.note("quotes.index_view", SLOW_MS + 50)
    slow.flush(db.session)
    rows = db.session.execute(select(SlowPage.endpoint, SlowPage.count, SlowPage.worst_ms)).all()
    assert [tuple(row) for row in rows] == [("quotes.index_view", 4, SLOW_MS + 500)]


def test_a_quick_page_is_not_told(world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(slow, "SLOW_MS", 60_000)  # quick enough on any machine
    browser.get("/")
    with world.app.app_context():
        slow.flush(db.session)
        assert slow.slowest(db.session) == []


def test_a_size_is_told_as_people_say_it(context):
    sizes = {
        0: "0\u00a0octets",
        999: "999\u00a0octets",
        12_340: "12,3\u00a0ko",
        250_000_000: "250\u00a0Mo",
        4_300_000_000: "4,3\u00a0Go",
    }
    assert {size: formats.file_size(size) for size in sizes} == sizes
