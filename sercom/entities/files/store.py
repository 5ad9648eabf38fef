"""Photos into a case."""

from pathlib import PurePath
from typing import Any

from sercom.core import journal
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.entities.cases.model import Case
from sercom.entities.files.model import File, FileContent, Moment
from sercom.entities.files.photos import Photo

NAME_LENGTH = 160


def add_photo(
    session: AnySession,
    case: Case,
    photo: Photo,
    actor: Actor,
    *,
    name: str,
    caption: str = "",
    moment: Moment | None = None,
    **links: Any,
) -> File:
    """Keep ``photo`` in ``case``; ``links`` are ``document_id`` and ``visit_id``."""
    file = File(
        case=case,
        name=PurePath(name.replace("\\", "/")).name[-NAME_LENGTH:] or "photo.jpg",
        mime="image/jpeg",
        size=len(photo.data),
        width=photo.width,
        height=photo.height,
        sha256=photo.sha256,
        caption=caption,
        moment=moment,
        uploaded_by_id=actor.user_id,
        content=FileContent(data=photo.data, thumbnail=photo.thumbnail),
        **links,
    )
    session.add(file)
    session.flush()
    journal.record(session, actor, "photo_added", file)
    return file
