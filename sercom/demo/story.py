"""One case being told: its work, its moment, its newest document."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from sercom.core.access import Actor
from sercom.core.base import db
from sercom.demo import machines
from sercom.demo.catalogue import PriceList
from sercom.demo.clients import CLIENTS, create
from sercom.demo.hands import Hands
from sercom.demo.timeline import Diary, Slot
from sercom.demo.works.work import Work
from sercom.models import Client, Company, Service
from sercom.workflow import content


@dataclass
class Stage:
    """What every story shares: who acts, what is sold, the diary, and the present moment."""

    hands: Hands
    prices: PriceList
    services: list[Service]
    diary: Diary
    now: datetime
    #: Held, so that the session does not ask for it at each event.
    company: Company
    clients: dict[str, Client] = field(default_factory=dict)


class Story:
    """Where the telling of one work stands. Each step names a moment, then lets something happen."""

    def __init__(self, number: int, work: Work, stage: Stage) -> None:
        self.work, self.stage, self.hands = work, stage, stage.hands
        self.random = Random(number)  # noqa: S311  # a story, not a secret
        self.number, self.day = number, work.day
        self.moment: datetime | None = None
        self.document: Any = None
        self.over = False

    def wait(self, days: int = 0) -> datetime:
        """Some time later the same day, or an hour of the office ``days`` working days later."""
        if self.moment is None and self.work.ago is not None:
            return self.stage.now - timedelta(minutes=self.work.ago)
        if self.moment is not None and not days:
            return self.moment + timedelta(minutes=self.random.randint(9, 34), seconds=self.random.randint(0, 59))
        self.day += days
        morning = self.stage.diary.at(self.day, time(8, 10))
        moment = morning + timedelta(minutes=self.random.randint(0, 420), seconds=self.random.randint(0, 59))
        return max(moment, self.moment + timedelta(minutes=7)) if self.moment else moment

    def slot(self, days: int | None, gap: int, hours: float) -> Slot:
        """The crew's next free time: on the working day ``days``, else ``gap`` days from now."""
        return self.stage.diary.book(self.hands.person(self.work.crew), self.day + gap if days is None else days, hours)

    def start(self, document: Any, actor: Actor | None = None) -> Any:
        """Open the case with its first document."""
        client = self.client()
        content.start(
            db.session, document, actor or self.hands.office, client=client, site=client.sites[self.work.site]
        )
        db.session.expire(document.case, ["visits", "documents"])
        machines.name_in(document.case, self.work.client, self.work.day, self.hands.office)
        return document

    def client(self) -> Client:
        """Who asks; entered now where nobody knew them."""
        if self.work.client not in self.stage.clients:
            made = create(CLIENTS[self.work.client], self.hands.office)
            self.stage.clients[self.work.client] = made
            today = self.stage.diary.today
            machines.write_down(self.work.client, made, self.stage.services, today, self.hands.office)
        return self.stage.clients[self.work.client]

    def next(self, edge: str, fresh: Any) -> Any:
        """The case's next document; ``fresh`` where it is the first."""
        if self.document is None:
            self.document = self.start(fresh)
            self.write_notes()
        else:
            self.document = self.hands.convert(self.document, edge)
        return self.document

    def price(self, document: Any, lines: str) -> None:
        """Give a document its lines."""
        drafts = self.stage.prices.lines(lines, document.client.language)
        content.change(db.session, document, self.hands.office, drafts)

    def write_notes(self) -> None:
        """What the office remembers of the call, what it wrote to the client, and what the client wrote."""
        for note in self.work.notes:
            if note.startswith("@"):
                self.hands.write(self.document, note[1:])
            elif note.startswith("<"):
                self.hands.hear(self.document, note[1:])
            else:
                self.hands.note(self.document.case, note)
