"""Visits as a calendar file (RFC 5545), for telephones and other programs. Plain values in, bytes out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

PRODUCT = "-//Sercom//Visits//FR"
#: How often a program may look again.
REFRESH = timedelta(minutes=15)


@dataclass(frozen=True)
class Entry:
    """An event. ``begins`` and ``ends`` are moments in UTC, or days of which ``ends`` is the one after the last."""

    uid: str
    sequence: int
    changed_at: datetime
    begins: datetime | date
    ends: datetime | date
    title: str
    place: str
    text: str
    url: str
    cancelled: bool


def calendar_file(name: str, entries: Iterable[Entry]) -> bytes:
    """A whole calendar; a program that reads it again moves and strikes out what it knows by its UID."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for entry in entries:
        calendar.add_component(_event(entry))
    return calendar.to_ical()


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.begins)
    event.add("dtend", entry.ends)
    event.add("summary", entry.title)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    event.add("class", "PRIVATE")
    for name, value in (("location", entry.place), ("description", entry.text), ("url", entry.url)):
        if value:
            event.add(name, value)
    return event
