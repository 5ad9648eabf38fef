"""What the demo company reminds its clients of, and what it reminded them of during these months."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from sercom.core import clock
from sercom.core.base import db
from sercom.demo.hands import Hands
from sercom.demo.timeline import Diary
from sercom.demo.works.work import AIR, HEATING, PUMP
from sercom.entities.catalog.model import services_offered
from sercom.entities.reminders.model import get_rules, get_settings
from sercom.workflow import reminding

#: When the day's reminders were written; so many working days are told.
MORNING, TOLD = time(8, 5), 15


def make() -> None:
    """Everything is on; a page for reviews; work that comes again each year."""
    for rule in get_rules(db.session).values():
        rule.active = True
    settings = get_settings(db.session)
    settings.review_url = "https://example.org/boreale/avis"
    settings.implied_consent = True
    services = services_offered()
    for service in (PUMP, HEATING, AIR):
        services[service].maintenance_months = 12
    db.session.flush()


def remind(diary: Diary, hands: Hands, now: datetime) -> Iterator[datetime]:
    """Each morning of the last weeks; what was written left at once."""
    for number in range(-TOLD, 1):
        moment = diary.at(number, MORNING)
        if moment >= now - timedelta(minutes=1):
            return
        yield moment
        due = [planned.due for planned in reminding.plan(db.session, clock.today()) if planned.held_back is None]
        hands.arrived([reminding.write(db.session, batch) for batch in reminding.batches(due)])
