"""Tells every work, from its first document to where it stands."""

from collections.abc import Iterator
from datetime import datetime

from sercom.demo.asking import ask
from sercom.demo.billing import bill
from sercom.demo.quoting import quote
from sercom.demo.story import Stage, Story
from sercom.demo.working import do
from sercom.demo.works.work import Work

STEPS = {"R": ask, "Q": quote, "J": do, "I": bill}


def tell_work(number: int, work: Work, stage: Stage) -> Iterator[datetime]:
    """Each event's moment, in turn, until the end that the work names."""
    story = Story(number, work, stage)
    for letter in work.path:
        for moment in STEPS[letter](story):
            story.moment = moment
            yield moment
        if story.over:
            return
