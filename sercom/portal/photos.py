"""Photos sent while the form is still being filled in: each as soon as it is chosen, each removable.

The form's ticket is their key. Without a script they come with the form instead (``views.py``).
"""

from http import HTTPStatus
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request, send_file, url_for
from flask_babel import gettext as _

from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.portal import guards, staging, ticket
from sercom.portal.intake import find_by_ticket

photos = Blueprint("portal_photos", __name__)


@photos.post("/photos")
def add() -> Any:
    """Keep a photo, from the French form."""
    return _add()


@photos.post("/en/photos")
def add_en() -> Any:
    """Keep a photo, from the English form."""
    return _add()


@photos.post("/photos/remove")
def remove() -> Any:
    """Forget a photo."""
    nonce = _nonce(request.form.get("ticket", ""))
    staging.remove(db.session, nonce, staging.positions(request.form.getlist("remove_photo")))
    return "", HTTPStatus.NO_CONTENT


@photos.get("/photos/<issued>/<position>")
def small(issued: str, position: str) -> Any:
    """A photo that waits, small; for whoever holds its ticket."""
    found = staging.positions([position])
    data = staging.thumbnail(db.session, _nonce(issued), found[0]) if found else None
    if data is None:
        abort(HTTPStatus.NOT_FOUND)
    answer = send_file(BytesIO(data), "image/jpeg")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _add() -> Any:
    issued = request.form.get("ticket", "")
    nonce = _nonce(issued)
    if guards.is_burst("photo", staging.PHOTOS_A_BURST):
        return _refused(_("Several photos came at once. Wait a minute, then try again."), HTTPStatus.TOO_MANY_REQUESTS)
    field, file = request.form.get("field", ""), request.files.get("photo")
    if file is None or not staging.FIELDS.fullmatch(field):
        abort(HTTPStatus.BAD_REQUEST)
    if find_by_ticket(db.session, nonce) is not None:
        return _refused(_("This request was sent already."), HTTPStatus.CONFLICT)
    db.session.rollback()
    try:
        upload = staging.take(db.session, nonce, field, file)
    except DomainError as error:
        return _refused(str(error), error.status)
    address = url_for(".small", issued=issued, position=upload.position)
    return jsonify(position=upload.position, thumbnail=address)


def _refused(message: str, status: int) -> tuple[Response, int]:
    return jsonify(error=message), status


def _nonce(issued: str) -> str:
    """The ticket's nonce, also of an expired one: its form can still be sent; 404 for a forged one."""
    known = ticket.read(issued)
    if known is None:
        abort(HTTPStatus.NOT_FOUND)
    return known.nonce
