"""The thread that empties the outbox: one a process, started after the fork (a thread does not survive one)."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Flask

from sercom.core.base import AnySession, db
from sercom.entities.delivery import outbox
from sercom.upkeep import slow

#: Seconds between rounds when nothing wakes it: retries, and messages of other processes.
ROUND = 15.0
#: How long the end of a process waits for the message that is on its way.
PATIENCE = 15.0
#: Where the application keeps what else is to be done each round: functions of the session.
CHORES = "chores"
HOUR = 3600.0

log = logging.getLogger(__name__)


class Every:
    """A chore that is done every so many seconds: at the first round, or (``later``) when they have passed."""

    def __init__(self, seconds: float, work: Callable[[AnySession], Any], *, later: bool = False) -> None:
        self.seconds, self.work = seconds, work
        self.next = time.monotonic() + seconds if later else 0.0

    def __call__(self, session: AnySession) -> None:
        """Do it, where it is time."""
        if time.monotonic() >= self.next:
            self.next = time.monotonic() + self.seconds
            self.work(session)


class Worker:
    """Sends what is due, until it is told to stop."""

    def __init__(self, app: Flask, every: float = ROUND) -> None:
        self.app, self.every = app, every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)

    def start(self) -> None:
        """Begin, in this process."""
        self._thread.start()

    def stop(self) -> None:
        """End after the message that is on its way."""
        self._stopping.set()
        outbox.wake.set()
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        while not self._stopping.is_set():
            outbox.wake.clear()
            try:
                with self.app.app_context():
                    while not self._stopping.is_set() and outbox.drain(db.session, limit=1):
                        pass
                    slow.flush(db.session)
                    for chore in self.app.extensions.get(CHORES, ()):
                        self._do(chore)
            except Exception:  # the database may be away: the next round tries again
                log.exception("the outbox could not be drained")
            outbox.wake.wait(self.every)

    def _do(self, chore: Callable[[AnySession], Any]) -> None:
        """One that fails keeps no other from being done."""
        try:
            chore(db.session)
        except Exception:
            db.session.rollback()
            log.exception("a chore could not be done: %r", chore)
