"""Photos as a form sends them."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage

from sercom.core.errors import DomainError
from sercom.entities.files.photos import Photo, make_safe

MAX_PHOTOS = 6


def read_photos(sent: Iterable[FileStorage]) -> list[tuple[str, Photo]]:
    """Name and safe photo of each file; raises ``DomainError`` for more than six, or for what is none.

    Decoding takes seconds: call it while no transaction is open.
    """
    chosen = [file for file in sent if file.filename]
    if len(chosen) > MAX_PHOTOS:
        raise DomainError(_l("At most 6 photos at a time."), "photos")
    return [(file.filename or "photo.jpg", make_safe(file.read())) for file in chosen]
