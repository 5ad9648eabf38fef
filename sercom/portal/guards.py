"""What keeps machines out of the public form, without a cookie and without asking a person anything.

In this order: a flood is refused before its body is read; a burst, a form filled faster than anybody
reads, and one whose hidden field is filled are given back as they were typed; the counts of a day are
kept in the database, for what comes slowly, from many processes or after a restart.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import Response, current_app, request
from flask_babel import gettext as _
from limits import RateLimitItem, RateLimitItemPerMinute
from sqlalchemy import delete

from sercom.core.address import client_address
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import DomainError
from sercom.core.formats import phone
from sercom.entities.company.model import get_company
from sercom.entities.intake.model import IntakeCount
from sercom.extensions import limiter
from sercom.portal.ticket import Ticket
from sercom.web import PORTAL

KEPT = timedelta(days=7)
#: Visually hidden: a person leaves it blank.
HONEYPOT = "website"
#: What is counted by day.
COUNTED = ("request", "photo", "hub", "message")
#: Sorts behind every key: the row that all want is locked last and shortest.
TOTAL = "total"


class TooManyError(DomainError):
    """Nobody sends that much by hand."""

    status = HTTPStatus.TOO_MANY_REQUESTS


def refuse_flood() -> Response | None:
    """Before anything else, in plain words: 429 for an address that sends more than anybody could."""
    allowed = RateLimitItemPerMinute(current_app.config["INTAKE_FLOOD"])
    if request.method == "POST" and request.blueprint in PORTAL and not _hit(allowed, "portal"):
        words = _("Too many requests. Wait a moment, then try again.")
        return Response(words, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": "60"}, mimetype="text/plain")
    return None


def _hit(allowed: RateLimitItem, what: str) -> bool:
    return limiter.limiter.hit(allowed, what, client_address())


def is_burst(what: str, factor: int = 1) -> bool:
    """Whether this address sent ``what`` too often within a minute; counts this time too."""
    allowed = RateLimitItemPerMinute(current_app.config["INTAKE_BURST"] * factor)
    return not _hit(allowed, what)


def check_by_hand(known: Ticket, trap: str) -> None:
    """Raise ``DomainError`` where the form is too old, or where no person typed it."""
    if known.expired:
        raise DomainError(_("The form was open for more than two hours. Please send it again."))
    if trap:
        raise DomainError(_("Leave the field “Website” blank, then send the form again."))
    if known.age < current_app.config["INTAKE_MIN_SECONDS"]:
        raise DomainError(_("The form was sent faster than it can be read. Please look it over and send it again."))


def count(session: AnySession, what: str, who: str | None, factor: int = 1) -> None:
    """Count one ``what`` of today in the open transaction; raises ``TooManyError`` beyond ``factor`` times the limits.

    ``who`` has limits of its own besides the address: an e-mail, or a case.

    One statement, its rows in one order: two visitors never wait for each other in a circle.
    """
    config = current_app.config
    limits = {
        _key(what, "address", client_address()): config["INTAKE_DAILY_PER_ADDRESS"],
        f"{TOTAL} {what}": config["INTAKE_DAILY_TOTAL"],
    }
    if who:
        limits[_key(what, "email", who.casefold())] = config["INTAKE_DAILY_PER_EMAIL"]
    today = utcnow().date()
    raised = session.execute(_raise_all(session, [(today, key, 1) for key in sorted(limits)]))
    counted = {key: number for key, number in raised}  # noqa: C416  # rows are no pairs to a type checker
    if any(counted[key] > limit * factor for key, limit in limits.items()):
        raise TooManyError(too_many(session))
    if counted[f"{TOTAL} {what}"] == 1:  # the day's first sweeps
        sweep(session)


def sweep(session: AnySession) -> None:
    """Delete the counts of past days, in the open transaction."""
    session.execute(delete(IntakeCount).where(IntakeCount.day < utcnow().date() - KEPT))


def forget(session: AnySession, emails: Iterable[str]) -> None:
    """Delete what was counted under these addresses, in the open transaction."""
    keys = [_key(what, "email", email.casefold()) for what in COUNTED for email in emails]
    session.execute(delete(IntakeCount).where(IntakeCount.key.in_(keys)))


def too_many(session: AnySession) -> str:
    """What is said to somebody who sent too much; the company's phone is the way out."""
    number = phone(get_company(session).phone)
    if number:
        return _("We received many requests from you today. Please call us: %(phone)s", phone=number)
    return _("We received many requests from you today. Please try again tomorrow.")


def _key(what: str, kind: str, value: str) -> str:
    """Who it is, so that nobody learns it from the table."""
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"{what} {kind} {value}".encode(), hashlib.sha256).hexdigest()[:40]


def _raise_all(session: AnySession, rows: list[tuple[Any, ...]]) -> Any:
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    one = insert(IntakeCount).values(rows)
    raised = one.on_conflict_do_update(index_elements=["day", "key"], set_={"count": IntakeCount.count + 1})
    return raised.returning(IntakeCount.key, IntakeCount.count)
