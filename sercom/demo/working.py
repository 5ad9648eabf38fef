"""The work is planned, done, and said to be done."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from sercom.core.base import db
from sercom.demo.story import Story
from sercom.demo.timeline import Slot
from sercom.demo.visiting import visit_made
from sercom.models import Job, Visit


def do(story: Story) -> Iterator[datetime]:
    """The work is planned, done, and said to be done."""
    work = story.work
    yield story.wait()
    job = story.next("job", Job(title=work.title, instructions=work.text))
    if "Q" not in work.path:
        story.price(job, work.lines)
    job.holdback_percent = Decimal(work.holdback) if work.holdback else None
    job.visits[0].expected_minutes = int(work.hours * 60)
    how, _, why = work.end.partition(":")
    if how in {"unplanned", "hold", "under_way", "paused"}:
        if how == "hold":
            yield story.wait()
            story.hands.give("hold", job, reason=why)
        elif how == "under_way":
            yield from _under_way(story, job)
        elif how == "paused":
            yield from _paused(story, job)
        story.over = True
        return
    yield story.wait()
    slot = story.slot(-1 if how == "late_job" else work.visit, story.random.randint(2, 5), work.hours)
    story.hands.give("schedule", job.visits[0], **story.hands.plan(slot, work.crew))
    if how in {"cancelled", "freed"}:
        yield story.wait()
        story.hands.give("cancel", job if how == "cancelled" else job.visits[0])
    story.over = how in {"late_job", "cancelled", "freed"}
    if not story.over:
        yield from _work(story, job, slot)


def _work(story: Story, job: Job, slot: Slot) -> Iterator[datetime]:
    if story.work.detour in {"absent", "parts", "time"}:
        yield from _in_vain(story, job.visits[0], slot)
        yield story.wait(1)
        slot = story.slot(None, story.random.randint(1, 4), story.work.hours)
        story.hands.give("schedule", job.visits[-1], **story.hands.plan(slot, story.work.crew))
    yield from visit_made(story, job.visits[-1], slot, story.work.done, "", story.work.work_photos)
    story.over = story.work.end == "worked"
    if not story.over:
        yield story.wait()
        story.hands.give("complete", job)
        story.over = story.work.end == "done"


def _in_vain(story: Story, visit: Visit, slot: Slot) -> Iterator[datetime]:
    """Nobody opens, or the work must go on another day."""
    technician = story.hands.of(story.work.crew)
    yield slot.starts_at + timedelta(minutes=3)
    if story.work.detour == "absent":
        yield slot.starts_at + timedelta(minutes=18)
        story.hands.give("client_absent", visit, technician)
    else:
        story.hands.give("start", visit, technician)
        yield slot.ends_at - timedelta(minutes=6)
        story.hands.give("leave_incomplete", visit, technician, reason=story.work.detour)
    story.day = slot.day
    db.session.expire(visit.case, ["visits"])


def _under_way(story: Story, job: Job) -> Iterator[datetime]:
    slot = story.hands.slot_near(story.stage.now - timedelta(minutes=50), 2)
    yield story.stage.now - timedelta(minutes=70)
    story.hands.give("schedule", job.visits[0], **story.hands.plan(slot, "tech2"))
    yield story.stage.now - timedelta(minutes=46)
    story.hands.give("start", job.visits[0], story.hands.of("tech2"))
    story.hands.take_photos(job, story.work.work_photos, story.hands.of("tech2"), job.visits[0])


def _paused(story: Story, job: Job) -> Iterator[datetime]:
    """The owner lends a hand, and waits for a part."""
    now, owner = story.stage.now, story.hands.of("owner")
    slot = story.hands.slot_near(now - timedelta(minutes=150), 4)
    yield now - timedelta(minutes=172)
    story.hands.give("schedule", job.visits[0], **story.hands.plan(slot, "owner"))
    yield now - timedelta(minutes=147)
    story.hands.give("start", job.visits[0], owner)
    yield now - timedelta(minutes=25)
    story.hands.give("pause", job.visits[0], owner)
