"""What a client wants to receive, behind the link of every reminder. Reading writes nothing; one click stops."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import force_locale

from sercom.core.base import db
from sercom.entities.clients.model import one_line
from sercom.entities.company.model import get_company
from sercom.entities.delivery.message import Message
from sercom.entities.privacy.consent import CATEGORIES, WORDINGS, ConsentSource, Purpose
from sercom.entities.reminders.model import Reminder, find_reminder
from sercom.entities.users.model import Language
from sercom.portal.opening import no_link, private
from sercom.workflow.consent import footings_of, say_at

choices = Blueprint("choices", __name__, url_prefix="/r")
choices.after_request(private)
choices.register_error_handler(HTTPStatus.NOT_FOUND, no_link)


@choices.get("/<token>")
def page(token: str) -> Any:
    """Every category, as things stand."""
    return _page(_open(token), token)


@choices.post("/<token>")
def save(token: str) -> Any:
    """Keep the boxes as they were ticked."""
    return _said(_open(token), token, ticked(), ConsentSource.LINK)


@choices.get("/<token>/stop")
def again(token: str) -> Any:
    """The same address in a mail program that opens it as a page: to the page, which has the button."""
    _open(token)
    return redirect(url_for(".page", token=token), HTTPStatus.SEE_OTHER)


@choices.post("/<token>/stop")
def stop(token: str) -> Any:
    """No more of this category: the button of the page, and that of mail programs (RFC 8058)."""
    found = _open(token)
    own = request.form.get("List-Unsubscribe") == "One-Click"
    source = ConsentSource.ONE_CLICK if own else ConsentSource.LINK
    return _said(found, token, {found.kind.category: False}, source)


def ticked() -> dict[Purpose, bool]:
    """Every category, as its box was sent."""
    wanted = set(request.form.getlist("wanted"))
    return {category: category.value in wanted for category in CATEGORIES}


def held(client_id: int) -> dict[Purpose, bool]:
    """Every category, as things stand."""
    rest = footings_of(db.session, client_id)
    return {category: rest[category].holds for category in CATEGORIES}


def _open(token: str) -> Reminder:
    """The reminder; one and the same 404 for whatever is none."""
    return find_reminder(db.session, token) or abort(404)


def _said(found: Reminder, token: str, wanted: dict[Purpose, bool], source: ConsentSource) -> str:
    address = db.session.get_one(Message, found.message_id).to_email
    say_at(db.session, address, found.client, wanted, source, _language(found))
    db.session.commit()
    return _page(found, token, saved=True)


def _page(found: Reminder, token: str, *, saved: bool = False) -> str:
    language, company = _language(found), get_company(db.session)
    with force_locale(language.value):
        return render_template(
            "portal/choices.html",
            token=token,
            language=language,
            company=company,
            category=found.kind.category,
            wanted=held(found.client_id),
            words=WORDINGS,
            saved=saved,
            address=one_line(company.street, company.city, company.province, company.postal_code),
        )


def _language(found: Reminder) -> Language:
    asked = request.args.get("language")
    return next((language for language in Language if language.value == asked), found.client.language)
