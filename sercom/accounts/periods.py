"""Days whose books are closed: nothing is entered on them any more."""

from datetime import date

from flask_babel import lazy_gettext as _l

from sercom.core import formats
from sercom.core.base import AnySession
from sercom.core.errors import DomainError
from sercom.entities.company.model import get_company


def require_open(session: AnySession, day: date, field: str | None = None) -> None:
    """Refuse to enter anything on ``day`` where the books are closed; the refusal stands beside ``field``.

    A trigger refuses it in any case: this says it in words, and where.
    """
    closed = get_company(session).locked_until
    if closed is not None and day <= closed:
        message = _l("The books are closed up to %(day)s. Choose a later day.", day=formats.day(closed))
        raise DomainError(message, field)
