"""The intake form's ticket: signed, timed, without a cookie; and the key that makes sending it twice harmless."""

import secrets
from dataclasses import dataclass, field

from flask import current_app
from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer

LIFETIME = 2 * 3600


@dataclass(frozen=True)
class Ticket:
    """A ticket that was read: its nonce, whether its time is over, and its age in whole seconds."""

    nonce: str
    expired: bool = False
    age: int = field(default=0, compare=False)


def issue() -> str:
    """A new ticket."""
    return sign(secrets.token_urlsafe(16))


def sign(nonce: str) -> str:
    """A ticket of now for a nonce."""
    return _serializer().dumps(nonce)


def read(text: str) -> Ticket | None:
    """The ticket, or ``None`` for a forged one. One from the future is expired: a clock was put back."""
    serializer = _serializer()
    try:
        nonce, issued = serializer.loads(text, return_timestamp=True)
    except BadSignature:
        return None
    now = TimestampSigner(serializer.secret_keys).get_timestamp()
    age = now - int(issued.timestamp())
    return Ticket(nonce, expired=not 0 <= age <= LIFETIME, age=age)


def _serializer() -> URLSafeTimedSerializer:
    former = current_app.config.get("SECRET_KEY_FALLBACKS") or ()
    return URLSafeTimedSerializer([*former, current_app.config["SECRET_KEY"]], salt="intake-ticket")
