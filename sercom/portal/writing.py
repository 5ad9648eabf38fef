"""What a client sends from a page behind a link: a message with photos, another time, a cancellation; photos shown.

The link is the key, so there is no trap for machines; what comes too often is refused as at the form
(``guards.py``), by address, and by case in the database. Photos take the form's way (``staging.py``).
"""

from http import HTTPStatus
from io import BytesIO
from typing import Any

from flask import abort, g, make_response, redirect, request, send_file, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.entities.delivery.link import Link
from sercom.entities.documents.model import Document
from sercom.entities.requests.model import HalfDay, ServiceRequest
from sercom.portal import guards, staging, ticket
from sercom.portal.links import links, page
from sercom.portal.opening import hold_link, language_of, open_link, require_client
from sercom.portal.thread import CancelForm, write_form
from sercom.workflow import inbox, shown

__all__ = ["links"]


@links.get("/<token>/photos/<int:file_id>")
def photo(token: str, file_id: int) -> Any:
    """A photo that the client is shown; ``?small=1``: as the page has it."""
    link = open_link(token)
    data = shown.photo_data(db.session, link.document, file_id, small=bool(request.args.get("small")))
    if data is None:
        abort(HTTPStatus.NOT_FOUND)
    return send_file(BytesIO(data), "image/jpeg")


@links.post("/<token>/write")
def write(token: str) -> Any:
    """Keep what the client wrote, once; or the page again, as it was typed, with what is wrong."""
    link = open_link(token)
    with force_locale(language_of(link).value):
        issued, nonce = _ticket()
        if inbox.find_by_ticket(db.session, nonce) is not None:
            return _done(token)
        wrong = _take_photos(link, nonce)
        link = open_link(token)  # photos took their time, and no transaction was held
        form = write_form(link.document, request.form)
        waiting = staging.kept(db.session, nonce)
        if wrong and "photos" in form:
            form["photos"].errors = list(wrong.values())
        try:
            if wrong or not form.validate():
                return _again(token, form.status, write=form, ticket=issued, waiting=waiting)
            require_client()
            if guards.is_burst("message"):
                raise guards.TooManyError(_("Several messages came at once. Wait a minute, then send it again."))
            _keep(hold_link(token), form, nonce)
        except DomainError as error:
            db.session.rollback()
            form.add_error(error)
            return _again(token, error.status, write=form, ticket=issued, waiting=staging.kept(db.session, nonce))
    return _done(token)


@links.post("/<token>/cancel")
def cancel(token: str) -> Any:
    """The client gives the request up: asked why, done once."""
    link = open_link(token)
    if not isinstance(link.document, ServiceRequest):
        abort(HTTPStatus.NOT_FOUND)
    with force_locale(language_of(link).value):
        issued, nonce = _ticket()
        form = CancelForm(request.form)
        if not form.validate():
            return _again(token, form.status, cancel=form, ticket=issued)
        try:
            require_client()
            if guards.is_burst("message"):
                raise guards.TooManyError(_("Several messages came at once. Wait a minute, then send it again."))
            link = hold_link(token)
            _count(link.document)
            row = db.session.get_one(ServiceRequest, link.document_id, with_for_update=True, populate_existing=True)
            inbox.cancel(db.session, row, form.reason.data, form.body.data or "", nonce)
            db.session.commit()
        except DomainError as error:
            db.session.rollback()
            form.add_error(error)
            return _again(token, error.status, cancel=form, ticket=issued)
    return _to_page(token)  # where it says how the request ended, not that a message waits for an answer


@links.get("/<token>/<any(write, cancel):_form>")
def again(token: str, _form: str) -> Any:
    """The address of a form that was refused, opened anew: back to the page."""
    open_link(token)
    return _to_page(token)


def _ticket() -> tuple[str, str]:
    """The form's ticket and its nonce; a forged one is replaced. An old one still tells what was sent twice."""
    issued = request.form.get("ticket", "")
    known = ticket.read(issued)
    if known is None:
        issued = ticket.issue()
        known = ticket.read(issued)
        assert known is not None
    elif known.expired:
        issued = ticket.sign(known.nonce)
    return issued, known.nonce


def _take_photos(link: Link, nonce: str) -> dict[str, str]:
    """Keep the photos that came with the form, where it takes any; what is wrong with others."""
    takes = "photos" in write_form(link.document)
    db.session.rollback()
    staging.remove(db.session, nonce, staging.positions(request.form.getlist("remove_photo")))
    files = request.files.items(multi=True) if takes else ()
    return staging.take_all(db.session, nonce, files)


def _count(document: Document) -> None:
    """Count one message of today for the address, the case and in all."""
    guards.count(db.session, "message", f"case {document.case_id}")


def _keep(link: Link, form: Any, nonce: str) -> None:
    try:
        _count(link.document)
        photos = [(upload.name, photo) for upload, photo in staging.collect(db.session, nonce)]
        half_days = [HalfDay(value) for value in form.data.get("availability") or ()]
        document = db.session.get_one(Document, link.document_id, with_for_update=True, populate_existing=True)
        inbox.receive(db.session, document, inbox.Written(form.body.data or "", half_days, photos), nonce)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        if inbox.find_by_ticket(db.session, nonce) is None:
            raise


def _again(token: str, status: int, **refused: Any) -> Any:
    """The page with its form as it was typed."""
    g.refused = refused
    answer = make_response(page(token))  # a quote's page comes with a status of its own
    answer.status_code = status
    return answer


def _done(token: str) -> Any:
    """To the page, which says that it came; loading it again sends nothing."""
    return _to_page(token, sent=1, _anchor="conversation")


def _to_page(token: str, **said: Any) -> Any:
    there = url_for("links.page", token=token, **said, language=request.args.get("language"))
    return redirect(there, HTTPStatus.SEE_OTHER)
