"""What the domain refuses, said so that a person understands it."""

from collections.abc import Sequence
from http import HTTPStatus

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

Text = str | LazyString


class DomainError(Exception):
    """A rule of the domain refused something.

    ``field`` names the form field to put the message beside (``None``: the whole form);
    ``status`` is the HTTP status that the answer carries.
    """

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, message: Text, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


#: Said wherever a record that others tell of would be deleted.
IN_USE = _l("Other records hang on this one: it cannot be deleted.")


class ForbiddenError(DomainError):
    """The actor's roles do not allow it."""

    status = HTTPStatus.FORBIDDEN


class ConflictError(DomainError):
    """The record moved on since the page was shown: another version, another state."""

    status = HTTPStatus.CONFLICT


class NeedsConfirmationError(DomainError):
    """Allowed, but a person must say so first (field: ``confirm``), knowing the ``points`` that speak against it."""

    status = HTTPStatus.CONFLICT

    def __init__(self, message: Text, points: Sequence[Text] = ()) -> None:
        super().__init__(message, "confirm")
        self.points = points
