"""What a client's link opens: a request's follow-up, a quote, an invoice, a credit note. Reading writes nothing."""

from http import HTTPStatus
from io import BytesIO
from typing import Any

from flask import Blueprint, abort, render_template, send_file
from flask_babel import force_locale
from flask_security import current_user

from sercom.core import clock, journal
from sercom.core.access import Actor
from sercom.core.base import db
from sercom.core.errors import ConflictError
from sercom.entities.company.model import get_company
from sercom.entities.credits.model import CreditNote
from sercom.entities.delivery import papers
from sercom.entities.delivery.link import Link
from sercom.entities.invoices.model import Invoice
from sercom.entities.invoices.settling import settled
from sercom.entities.quotes.model import Quote
from sercom.entities.requests.model import ServiceRequest
from sercom.entities.users.model import Language
from sercom.portal import quotes, thread
from sercom.portal.opening import hold_link, language_asked, language_of, no_link, open_link, private, read
from sercom.workflow import shown
from sercom.workflow.receipts import receipts_of_invoice

links = Blueprint("links", __name__, url_prefix="/l")
links.after_request(private)
links.register_error_handler(HTTPStatus.NOT_FOUND, no_link)


@links.get("/<token>")
def page(token: str) -> Any:
    """The page of the link's document, in the client's language or the one asked for."""
    link = open_link(token)
    document = link.document
    language = language_of(link)
    with force_locale(language.value):
        if isinstance(document, Quote):
            return quotes.show(link, document, language)
        company = get_company(db.session)
        told = shown.shown_on(db.session, document, company.name)
        shared = {
            "token": token,
            "link": link,
            "language": language,
            "company": company,
            "told": told,
            **thread.context(document),
        }
        if isinstance(document, ServiceRequest):
            return render_template("portal/followup.html", **thread.follow_up(document, told), **shared)
        if not isinstance(document, Invoice | CreditNote):
            abort(404)
        snapshot = papers.frozen(db.session, document, link.revision)
        if snapshot is None:
            abort(404)
        return render_template(
            "portal/document.html",
            row=document,
            paper=read(snapshot),
            settled=settled(document) if isinstance(document, Invoice) else None,
            receipts=receipts_of_invoice(db.session, document) if isinstance(document, Invoice) else (),
            today=clock.today(),
            **shared,
        )


@links.get("/<token>/pdf")
def pdf(token: str) -> Any:
    """The document as it was issued or sent."""
    link = open_link(token)
    if not isinstance(link.document, Quote | Invoice | CreditNote):
        abort(404)
    return _file(link.document, _asked(link), link.revision)


@links.get("/<token>/approved")
def approved(token: str) -> Any:
    """What was approved, as a PDF that names who, when and how."""
    link = open_link(token)
    quote = link.document
    if not isinstance(quote, Quote) or quote.revision != link.revision or quote.approval is None:
        abort(404)
    return _file(quote.approval, _asked(link), link.revision)


@links.get("/<token>/receipts/<int:payment_id>")
def receipt(token: str, payment_id: int) -> Any:
    """The receipt of money that came for the invoice, and for no other."""
    document = open_link(token).document
    paid = receipts_of_invoice(db.session, document) if isinstance(document, Invoice) else ()
    payment = next((payment for payment in paid if payment.id == payment_id), None)
    if payment is None:
        abort(404)
    return _file(payment, language_asked(Language.FRENCH))


@links.post("/<token>/seen")
def seen(token: str) -> Any:
    """The page was on a screen: its own script says so, which no mail scanner runs. The first time counts."""
    link = open_link(token)
    if current_user.is_authenticated:  # somebody of the office looked at it
        return "", 204
    link = hold_link(token)
    locked = db.session.get_one(Link, link.id, with_for_update=True, populate_existing=True)
    if locked.viewed_at is None:
        locked.viewed_at = clock.utcnow()
        journal.record(db.session, Actor(locked.document.client.name), "viewed", locked.document)
        db.session.commit()
    return "", 204


def _asked(link: Link) -> Language:
    """The language of a file: French, unless another is asked for."""
    return language_of(link, Language.FRENCH)


def _file(row: papers.Printable, language: Language, revision: int | None = None) -> Any:
    try:
        file = papers.pdf(db.session, row, language, revision)
    except ConflictError:
        abort(404)
    return send_file(BytesIO(file.data), mimetype="application/pdf", download_name=file.name)
