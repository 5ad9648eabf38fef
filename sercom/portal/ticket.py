"""The intake form's ticket: signed, timed, without a cookie; and the key that makes sending it twice harmless."""

import secrets
from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

LIFETIME = 2 * 3600


@dataclass(frozen=True)
class Ticket:
    """A ticket that was read: its nonce, and whether its time is over."""

    nonce: str
    expired: bool = False


def issue() -> str:
    """A new ticket."""
    return _serializer().dumps(secrets.token_urlsafe(16))


def read(text: str) -> Ticket | None:
    """The ticket, or ``None`` for a forged one."""
    try:
        return Ticket(_serializer().loads(text, max_age=LIFETIME))
    except SignatureExpired:
        # The exception holds the payload still encoded: the nonce must be the same one as in time.
        return Ticket(_serializer().loads(text), expired=True)
    except BadSignature:
        return None


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="intake-ticket")
