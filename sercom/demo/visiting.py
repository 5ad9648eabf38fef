"""A visit made: on the way, at work, done."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sercom.demo import checking
from sercom.demo.story import Story
from sercom.demo.timeline import Slot
from sercom.models import Visit


def visit_made(
    story: Story, visit: Visit, slot: Slot, found: str, parts: str, photos: tuple[str, ...]
) -> Iterator[datetime]:
    """The technician leaves, works, takes photos, and says what was found."""
    technician, random = story.hands.of(story.work.crew), story.random
    yield slot.starts_at - timedelta(minutes=random.randint(14, 28))
    story.hands.give("leave", visit, technician)
    yield slot.starts_at + timedelta(minutes=random.randint(-4, 7))
    story.hands.give("start", visit, technician)
    yield slot.ends_at - timedelta(minutes=random.randint(6, 24))
    if parts:
        visit.take_parts(story.stage.prices.parts(parts, visit.case.client.language))
    story.hands.take_photos(story.document, photos, technician, visit)
    checking.answer(visit, technician, story.random)
    if not visit.is_assessment:
        checking.signed(visit, technician, story.random)
    charged = int(slot.hours * 60) - 15 * random.randint(0, 1)
    story.hands.give("finish", visit, technician, minutes=charged, findings=found)
    story.day = slot.day
