"""What every page behind a client's link begins with: the link, the language, and nobody keeping it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from flask import Response, abort, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy import select

from sercom.core.base import db
from sercom.core.errors import ForbiddenError
from sercom.entities.clients.model import Client
from sercom.entities.company.model import get_company
from sercom.entities.delivery.link import Link, find_link
from sercom.entities.users.model import Language

AMOUNTS = frozenset(
    {
        "quantity",
        "unit_price",
        "discount",
        "discount_percent",
        "amount",
        "percent",
        "base",
        "subtotal",
        "net",
        "tax",
        "total",
    }
)


def open_link(token: str) -> Link:
    """The link; one and the same 404 for whatever is none."""
    link = find_link(db.session, token)
    return link if link is not None else abort(404)


def hold_link(token: str) -> Link:
    """The link, for what is written from its page: its client stays who they are until the transaction ends.

    Who is being anonymised is waited for, and has no link then.
    """
    client_id = open_link(token).document.client_id
    held = select(Client.id).where(Client.id == client_id).with_for_update(read=True, key_share=True)
    db.session.execute(held)
    db.session.expire_all()
    return open_link(token)


def require_client() -> None:
    """Refuse somebody of the office who is signed in: what is sent from here is the client's word."""
    if current_user.is_authenticated:
        raise ForbiddenError(_("You are signed in: this page speaks for the client. Write from the case."))


def language_of(link: Link, default: Language | None = None) -> Language:
    """The language asked for, else ``default``, else the client's own."""
    return language_asked(default or link.document.client.language)


def language_asked(default: Language) -> Language:
    """The language that the address names, else ``default``."""
    asked = request.args.get("language")
    return next((language for language in Language if language.value == asked), default)


def private(response: Response) -> Response:
    """Neither kept nor found by a search engine."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def no_link(_error: Exception) -> tuple[str, int]:
    """One and the same page for whatever opens nothing; it leads to where a new link is asked for."""
    told = {}
    for language in Language:
        with force_locale(language.value):
            told[language.value[:2]] = {
                "lang": language.value.replace("_", "-"),
                "title": _("This link does not work"),
                "text": _("It may have expired or be incomplete. Ask for a new one, and we will e-mail it to you."),
                "button": _("Ask for a new link"),
                "form": _("Request a service"),
            }
    company = get_company(db.session)
    return render_template("portal/no_link.html", company=company, **told), HTTPStatus.NOT_FOUND


def read(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """A snapshot with amounts as ``Decimal`` and days as ``date``: what the page's filters take."""
    return {key: _read(key, value) for key, value in snapshot.items()}


def _read(key: str, value: Any) -> Any:
    if key == "dates":
        return {name: date.fromisoformat(day) if day else None for name, day in value.items()}
    if isinstance(value, Mapping):
        return read(value)
    if isinstance(value, list):
        return [_read(key, item) for item in value]
    return Decimal(value) if key in AMOUNTS and value is not None else value
