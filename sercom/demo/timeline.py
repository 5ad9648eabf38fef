"""Many stories told at once, in the order in which things happened; and a diary of who is where."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from heapq import heapify, heappop, heappush

from sercom.core import clock
from sercom.core.base import AnySession

#: Names the moment (UTC) of its next event, then lets it happen when it is resumed.
Events = Iterator[datetime]

SATURDAY = 5
NOON, AFTERNOON = time(12), time(13)
#: When a visit of so many hours at most may begin.
BEGINNINGS = (
    (2.0, (time(8), time(10), time(13), time(15))),
    (4.0, (time(8), time(13))),
    (9.0, (time(8),)),
)


def tell(session: AnySession, stories: Iterable[Events], until: datetime) -> None:
    """Let every story act, each event at its moment; what lies after ``until`` has not happened yet.

    Numbers, the journal and times come out in one order, as if people had worked side by side.
    """
    waiting = [(next(story), number, story) for number, story in enumerate(stories)]
    heapify(waiting)
    while waiting and waiting[0][0] <= until:
        moment, number, story = heappop(waiting)
        with clock.at(moment):
            upcoming = next(story, None)
            session.flush()  # rows take the time at which they are flushed
        if upcoming is None:
            continue
        if upcoming < moment:
            msg = f"story {number} goes back in time: {moment} to {upcoming}"
            raise ValueError(msg)
        heappush(waiting, (upcoming, number, story))


def working_day(number: int, today: date) -> date:
    """The working day ``number`` days before (negative) or after ``today``; 0 is today, whatever day it is."""
    day, step = today, timedelta(days=1 if number > 0 else -1)
    for _day in range(abs(number)):
        day += step
        while day.weekday() >= SATURDAY:
            day += step
    return day


@dataclass(frozen=True)
class Slot:
    """A time in the diary: which working day, from when to when (UTC), and the hours of work in it."""

    day: int
    starts_at: datetime
    ends_at: datetime
    hours: float


class Diary:
    """Who is where: nobody is in two places at once."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._taken: dict[tuple[str, int], list[tuple[time, time]]] = {}

    def at(self, number: int, hour: time) -> datetime:
        """The moment of ``hour`` o'clock on a working day, in UTC."""
        return clock.from_company(working_day(number, self.today), hour)

    def block(self, crew: str, begins: time, ends: time, number: int = 0) -> None:
        """Keep a time of today, or of the working day ``number``, free of other visits."""
        self._taken.setdefault((crew, number), []).append((begins, ends))

    def number_of(self, day: date) -> int:
        """Which working day ``day`` (after today, and one) is."""
        return next(number for number in range(1, 60) if working_day(number, self.today) == day)

    def book(self, crew: str, number: int, hours: float) -> Slot:
        """The crew's first free time from the working day ``number`` on."""
        while True:
            for begins in next(times for limit, times in BEGINNINGS if hours <= limit):
                ends = _later(begins, hours)
                taken = self._taken.setdefault((crew, number), [])
                if all(ends <= other[0] or begins >= other[1] for other in taken):
                    taken.append((begins, ends))
                    return Slot(number, self.at(number, begins), self.at(number, ends), hours)
            number += 1


def _later(begins: time, hours: float) -> time:
    """``hours`` of work later, lunch not counted."""
    start = datetime.combine(date.min, begins)
    end = start + timedelta(hours=hours)
    if begins < NOON < end.time():
        end += timedelta(hours=1)
    return end.time()
