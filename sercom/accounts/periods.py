"""Days whose books are closed: nothing is entered on them any more."""

from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from sercom.core import clock, formats, journal
from sercom.core.access import OWNER, Actor, Role
from sercom.core.base import AnySession
from sercom.core.errors import ConflictError, DomainError, ForbiddenError
from sercom.core.journal import plain
from sercom.entities.company.model import get_company

#: Who closes a period.
BOOKS = frozenset({Role.OWNER, Role.ACCOUNTANT})
CLOSED, REOPENED = "period_closed", "period_reopened"
#: How many closings the page tells of.
SHOWN = 20


def close(
    session: AnySession, actor: Actor, until: date | None, *, reason: str | None = None, version: int | None = None
) -> None:
    """Close the books up to ``until``, that day included; ``None`` opens them all.

    Owner and accountant close, days that are over. Only the owner moves the day back, and says why. Raises
    ``ForbiddenError``, ``ConflictError``, ``DomainError``.
    """
    company = get_company(session)
    if not actor.has(BOOKS):
        raise ForbiddenError(_l("Your role does not allow this."))
    if version is not None and version != company.version:
        raise ConflictError(_l("Somebody changed this since you opened it. Look at it again, then decide."))
    before, why = company.locked_until, (reason or "").strip()
    if until == before:
        raise DomainError(_l("The books are closed up to that day already.") if until else _l("Choose a day."), "until")
    if until is not None and until >= clock.today():
        raise DomainError(_l("Choose a day that is over: the books of today are still being written."), "until")
    opens = before is not None and (until is None or until < before)
    if opens and not actor.has(OWNER):
        message = _l("The books are closed up to %(day)s: only the owner opens them again.", day=formats.day(before))
        raise DomainError(message, "until")
    if opens and not why:
        raise DomainError(_l("Say why: the journal keeps it."), "reason")
    company.locked_until = until
    changes = {"locked_until": [plain(before), plain(until)]} | ({"reason": [None, why]} if why else {})
    session.flush()
    journal.record(session, actor, REOPENED if opens else CLOSED, company, changes)


def history(session: AnySession) -> Sequence[journal.JournalEntry]:
    """When the books were closed and opened, the latest first."""
    entries = select(journal.JournalEntry).where(
        journal.JournalEntry.subject_type == "company",
        journal.JournalEntry.subject_id == 1,
        journal.JournalEntry.event.in_((CLOSED, REOPENED)),
    )
    return session.scalars(entries.order_by(journal.JournalEntry.id.desc()).limit(SHOWN)).all()
