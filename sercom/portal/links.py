"""What a client's link opens: a request's follow-up, a quote, an invoice, a credit note. Reading writes nothing."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, send_file
from flask_babel import force_locale
from flask_security import current_user

from sercom.core import clock, journal
from sercom.core.access import Actor
from sercom.core.base import db
from sercom.core.errors import ConflictError
from sercom.entities.company.model import get_company
from sercom.entities.credits.model import CreditNote
from sercom.entities.delivery import papers
from sercom.entities.delivery.link import Link, find_link
from sercom.entities.invoices.model import Invoice
from sercom.entities.invoices.settling import settled
from sercom.entities.quotes.model import Quote
from sercom.entities.quotes.snapshot import as_it_stands
from sercom.entities.requests.model import ServiceRequest
from sercom.entities.users.model import Language
from sercom.workflow import followup

links = Blueprint("links", __name__, url_prefix="/l")

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


@links.get("/<token>")
def page(token: str) -> Any:
    """The page of the link's document, in the client's language or the one asked for."""
    link = _open(token)
    document = link.document
    language = _language(document.client.language)
    with force_locale(language.value):
        shared = {"token": token, "language": language, "company": get_company(db.session)}
        if isinstance(document, ServiceRequest):
            steps, closed = followup.steps_of(document), followup.is_closed(document)
            return render_template("portal/followup.html", row=document, steps=steps, closed=closed, **shared)
        if not isinstance(document, Quote | Invoice | CreditNote):
            abort(404)
        snapshot = papers.frozen(db.session, document, link.revision)
        if snapshot is None:
            abort(404)
        revised = isinstance(document, Quote) and document.revision != link.revision
        if isinstance(document, Quote) and not revised:
            snapshot = as_it_stands(db.session, snapshot, document)
        return render_template(
            "portal/document.html",
            row=document,
            paper=read(snapshot),
            revised=revised,
            settled=settled(document) if isinstance(document, Invoice) else None,
            today=clock.today(),
            **shared,
        )


@links.get("/<token>/pdf")
def pdf(token: str) -> Any:
    """The document as it was issued or sent."""
    link = _open(token)
    if not isinstance(link.document, Quote | Invoice | CreditNote):
        abort(404)
    try:
        file = papers.pdf(db.session, link.document, _language(Language.FRENCH), link.revision)
    except ConflictError:
        abort(404)
    return send_file(BytesIO(file.data), mimetype="application/pdf", download_name=file.name)


@links.post("/<token>/seen")
def seen(token: str) -> Any:
    """The page was on a screen: its own script says so, which no mail scanner runs. The first time counts."""
    link = _open(token)
    if current_user.is_authenticated:  # somebody of the office looked at it
        return "", 204
    locked = db.session.get_one(Link, link.id, with_for_update=True, populate_existing=True)
    if locked.viewed_at is None:
        locked.viewed_at = clock.utcnow()
        journal.record(db.session, Actor(locked.document.client.name), "viewed", locked.document)
        db.session.commit()
    return "", 204


@links.after_request
def _private(response: Response) -> Response:
    """Neither kept nor found by a search engine."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _open(token: str) -> Link:
    """The link; one and the same 404 for whatever is none."""
    link = find_link(db.session, token)
    return link if link is not None else abort(404)


def _language(default: Language) -> Language:
    asked = request.args.get("language")
    return next((language for language in Language if language.value == asked), default)


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
