"""What holds for every request: size, characters, headers, language, error pages."""

from http import HTTPStatus
from typing import Any

from flask import Flask, Response, abort, current_app, has_request_context, redirect, render_template, request, session
from flask_babel import gettext as _
from flask_security import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.routing import IntegerConverter, Map

from sercom.backoffice.seam import as_domain_error
from sercom.config import MEGABYTE
from sercom.core.base import MAX_ID, db
from sercom.core.errors import DomainError
from sercom.core.formats import ENGLISH, FRENCH
from sercom.entities.company.model import get_company
from sercom.serving import STRICT_TRANSPORT

#: Where files are sent, and how large the whole request may be there.
UPLOADS = {
    "portal.intake": 30 * MEGABYTE,
    "portal.intake_en": 30 * MEGABYTE,
    "portal.device": 30 * MEGABYTE,
    "portal.device_en": 30 * MEGABYTE,
    "links.write": 30 * MEGABYTE,
    "portal_photos.add": 13 * MEGABYTE,
    "portal_photos.add_en": 13 * MEGABYTE,
    "cases.add_photos_view": 80 * MEGABYTE,
    "field.act": 80 * MEGABYTE,
    "company.edit_view": 4 * MEGABYTE,
    "accounts.interac_view": 5 * MEGABYTE,
    "imports.index": 6 * MEGABYTE,
}

#: What clients see: its language is that of the address, not of whoever is signed in.
PORTAL = {"portal", "portal_photos", "links", "answers", "hub", "choices", "feeds"}
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; form-action 'self'; base-uri 'none'; manifest-src 'self'; frame-ancestors "
)


class IdConverter(IntegerConverter):
    """An id in an address: what no column can hold names nothing."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=MAX_ID)


def content_security_policy(*ancestors: str) -> str:
    """The policy of a page that these may show in a frame; nobody, where none is named."""
    return CONTENT_SECURITY_POLICY + (" ".join(ancestors) or "'none'")


def init_app(app: Flask) -> None:
    """Attach it all; before CSRF protection, which reads the form."""
    app.url_map.converters["int"] = IdConverter
    app.before_request(_require_our_host)
    app.before_request(_require_tls)
    app.before_request(_limit_size)
    app.before_request(_refuse_unreadable)
    app.after_request(_headers)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DomainError, _refused)
    for fault in (DataError, OperationalError, Exception):
        app.register_error_handler(fault, _fault)


def locale() -> str:
    """The form's own language, the person's setting, the visitor's switch; French otherwise."""
    if not has_request_context():
        return FRENCH
    if request.path.startswith("/en/"):
        return ENGLISH
    if request.blueprint in PORTAL:
        return FRENCH
    switched = session.get("language")
    if switched in {FRENCH, ENGLISH}:
        return str(switched)
    if current_user and current_user.is_authenticated:
        return str(current_user.language.value)
    return FRENCH


def _require_our_host() -> Any:
    """Answer a request for a host that is not ours without a page: no address can be built for it."""
    if isinstance(request.routing_exception, SecurityError):
        text = "This host name is not served here. Its administrator sets APP_BASE_URL.\n"
        return Response(text, HTTPStatus.BAD_REQUEST, mimetype="text/plain")
    return None


def _require_tls() -> Any:
    """Behind a proxy that speaks both, plain HTTP leads to TLS: without it no cookie of ours is kept."""
    config = current_app.config
    if config["PRODUCTION"] and config["BEHIND_PROXY"] and not request.is_secure:
        return redirect(request.url.replace("http://", "https://", 1), HTTPStatus.PERMANENT_REDIRECT)
    return None


def _limit_size() -> None:
    if request.endpoint in UPLOADS and request.mimetype == "multipart/form-data":
        request.max_content_length = UPLOADS[request.endpoint]


def _refuse_unreadable() -> None:
    """No text of ours holds a NUL, and PostgreSQL takes none; nobody sends JSON here."""
    texts = [request.path, *(text for name, values in request.values.lists() for text in (name, *values))]
    texts += [file.filename or "" for _name, file in request.files.items(multi=True)]
    if request.is_json or any("\x00" in text for text in texts):
        abort(HTTPStatus.BAD_REQUEST)


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", content_security_policy())
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    # Not "no-referrer": the CSRF check over HTTPS reads it.
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if current_app.config["PRODUCTION"]:
        response.headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
    if request.path.startswith("/admin"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _http_error(error: HTTPException) -> Any:
    if error.response is not None or error.code is None:
        return error.response or error
    if isinstance(error, CSRFError):
        return _page(error.code, _("This form was open too long or came from elsewhere. Load the page again."))
    return _page(error.code)


def _refused(error: DomainError) -> Any:
    db.session.rollback()
    return _page(error.status, str(error))


def _fault(error: Exception) -> Any:
    """A fault of ours: written in the log, told without detail; a late refusal of the database is said."""
    db.session.rollback()
    refusal = as_domain_error(error)
    if refusal is not None:
        return _refused(refusal)
    if current_app.testing or current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    current_app.logger.error("unhandled", exc_info=error)
    return _page(HTTPStatus.INTERNAL_SERVER_ERROR)


def _page(code: int, message: str | None = None) -> tuple[str, int]:
    told = {"code": int(code), "message": message or _sentence(int(code))}
    staff = request.path.startswith(("/admin", "/field"))
    public = request.blueprint in PORTAL or (request.endpoint is None and not staff)
    if public and code < HTTPStatus.INTERNAL_SERVER_ERROR:  # beyond it the database may be away
        return render_template("portal/error.html", company=get_company(db.session), **told), int(code)
    return render_template("error.html", **told), int(code)


def _sentence(code: int) -> str:
    """What an error means to the person who sees it."""
    sentences = {
        400: _("This request could not be read."),
        401: _("Sign in first."),
        403: _("Your role does not allow this."),
        404: _("There is nothing at this address. It may have been deleted."),
        405: _("This address is not used that way."),
        409: _("Somebody changed this since you opened it."),
        413: _("What was sent is too large."),
        422: _("This could not be done as entered."),
        429: _("Too many requests. Wait a moment, then try again."),
    }
    return sentences.get(code, _("Something went wrong on our side. Nothing was lost; try again in a moment."))
