"""Photos of a form that is still being filled in: made safe at once, kept for a day, at most six a ticket."""

import re
import threading
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import PurePath

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import undefer
from werkzeug.datastructures import FileStorage

from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, DomainError
from sercom.entities.files.photos import MAX_BYTES, Photo, make_safe
from sercom.entities.files.store import NAME_LENGTH
from sercom.entities.intake.model import MAX_PHOTOS, IntakeCount, IntakeUpload
from sercom.portal import guards

KEPT = timedelta(hours=24)
#: How many photos of strangers are in memory at a time, in one process.
_few = threading.Semaphore(3)
#: So many at a time: nobody who sends a photo waits for a thousand deletions.
SWEPT = 60
#: Times a day's requests: most clients send none, and a removed one was kept as well.
PHOTOS_A_REQUEST = 3
POSITIONS = {str(position) for position in range(MAX_PHOTOS)}
PHOTOS_A_BURST = 4
TOO_MANY = _l("At most 6 photos at a time.")
#: Fields that take photos: the form's own, and questions of the company's.
FIELDS = re.compile(r"photos|question-[1-9]\d{0,8}", re.ASCII)


def kept(session: AnySession, nonce: str) -> Sequence[IntakeUpload]:
    """The photos that wait for a ticket's form, without their bytes."""
    return session.scalars(
        select(IntakeUpload).where(IntakeUpload.nonce == nonce).order_by(IntakeUpload.position)
    ).all()


def take(session: AnySession, nonce: str, field: str, file: FileStorage) -> IntakeUpload:
    """Keep a photo; commits. Raises ``DomainError`` for what is no photo, is the seventh, or is too much.

    Decoding takes seconds: no transaction may be open.
    """
    waiting = session.scalar(select(func.count()).where(IntakeUpload.nonce == nonce)) or 0
    session.rollback()
    if waiting >= MAX_PHOTOS:
        raise DomainError(TOO_MANY, field)
    _count(session)
    with _few:  # what waits to be decoded is in memory
        photo = make_safe(file.read(MAX_BYTES + 1), field)
    try:
        upload = _keep(session, nonce, field, file.filename or "", photo)
        session.commit()
    except DomainError:
        session.rollback()
        raise
    except IntegrityError:
        session.rollback()
        raise ConflictError(_l("Two photos came at the same moment. Please send this one again."), field) from None
    return upload


def _count(session: AnySession) -> None:
    """Count a photo before anything is done with it; commits. Raises ``TooManyError``."""
    try:
        guards.count(session, "photo", None, PHOTOS_A_REQUEST)
        session.commit()
    except DomainError:
        session.rollback()
        raise


def take_all(session: AnySession, nonce: str, sent: Iterable[tuple[str, FileStorage]]) -> dict[str, str]:
    """Keep the photos that came with a form; gives what is wrong with others, by field."""
    wrong: dict[str, str] = {}
    chosen = [(field, file) for field, file in sent if file.filename and FIELDS.fullmatch(field)]
    for field, file in chosen[: MAX_PHOTOS + 1]:
        try:
            take(session, nonce, field, file)
        except DomainError as error:
            wrong[field] = str(error)
    return wrong


def positions(texts: Iterable[str]) -> list[int]:
    """Positions of photos as a form names them."""
    return [int(text) for text in texts if text in POSITIONS]


def _keep(session: AnySession, nonce: str, field: str, name: str, photo: Photo) -> IntakeUpload:
    # Photos that come together are kept one after the other: each finds its place.
    session.execute(select(IntakeCount.key).where(IntakeCount.key == f"{guards.TOTAL} photo").with_for_update())
    sweep(session)
    taken = set(session.scalars(select(IntakeUpload.position).where(IntakeUpload.nonce == nonce)))
    free = next((position for position in range(MAX_PHOTOS) if position not in taken), None)
    if free is None:
        raise DomainError(TOO_MANY, field)
    upload = IntakeUpload(
        nonce=nonce,
        position=free,
        field=field,
        name=PurePath(name.replace("\\", "/")).name[-NAME_LENGTH:] or "photo.jpg",
        data=photo.data,
        thumbnail=photo.thumbnail,
        width=photo.width,
        height=photo.height,
    )
    session.add(upload)
    session.flush()
    return upload


def thumbnail(session: AnySession, nonce: str, position: int) -> bytes | None:
    """A photo that waits, small."""
    one = select(IntakeUpload.thumbnail).where(IntakeUpload.nonce == nonce, IntakeUpload.position == position)
    return session.scalar(one)


def remove(session: AnySession, nonce: str, positions: Iterable[int]) -> None:
    """Forget photos; commits."""
    chosen = list(positions)
    if chosen:
        session.execute(delete(IntakeUpload).where(IntakeUpload.nonce == nonce, IntakeUpload.position.in_(chosen)))
        session.commit()


def collect(session: AnySession, nonce: str) -> list[tuple[IntakeUpload, Photo]]:
    """Take a ticket's photos out, in the open transaction that keeps the request."""
    whole = select(IntakeUpload).options(undefer(IntakeUpload.data), undefer(IntakeUpload.thumbnail))
    rows = session.scalars(whole.where(IntakeUpload.nonce == nonce).order_by(IntakeUpload.position)).all()
    for row in rows:
        session.delete(row)
    return [(row, Photo(row.data, row.thumbnail, row.width, row.height)) for row in rows]


def sweep(session: AnySession, limit: int | None = SWEPT) -> None:
    """Delete photos whose form never came, in the open transaction."""
    old = select(IntakeUpload.id).where(IntakeUpload.created_at < utcnow() - KEPT).limit(limit)
    session.execute(delete(IntakeUpload).where(IntakeUpload.id.in_(old)))
