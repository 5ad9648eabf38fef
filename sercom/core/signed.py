"""Addresses that open one thing without a password: a row's id and its signature.

The full HMAC of the id and of a chance text in the row: nothing in the database or a backup opens a
page, and an address of before a restored backup opens none that came after.
"""

import base64
import hashlib
import hmac
import secrets

from flask import current_app

from sercom.core.base import read_whole


def new_nonce() -> str:
    """An id comes again after a backup was restored; this does not."""
    return secrets.token_urlsafe(12)


def token_of(purpose: str, row_id: int, nonce: str) -> str:
    """What the address holds."""
    return f"{row_id}-{_tag(current_app.config['SECRET_KEY'], purpose, row_id, nonce)}"


def read_token(token: str) -> tuple[int | None, str]:
    """The row's id, and the signature still to be looked at."""
    number, _dash, tag = token.partition("-")
    return read_whole(number), tag


def is_genuine(tag: str, purpose: str, row_id: int, nonce: str) -> bool:
    """Whether ``tag`` was made for the row, by the present secret or a former one."""
    keys = (current_app.config["SECRET_KEY"], *(current_app.config.get("SECRET_KEY_FALLBACKS") or ()))
    return any(hmac.compare_digest(_tag(key, purpose, row_id, nonce).encode(), tag.encode()) for key in keys)


def _tag(secret: str, purpose: str, row_id: int, nonce: str) -> str:
    digest = hmac.new(secret.encode(), f"{purpose}:{row_id}:{nonce}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
