"""The intake form in French at ``/`` and in English at ``/en/``; the receipt behind it."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.entities.company.model import get_company
from sercom.entities.files.photos import Photo
from sercom.entities.files.sent import read_photos
from sercom.portal import intake as inbox
from sercom.portal import ticket
from sercom.portal.forms import IntakeForm

portal = Blueprint("portal", __name__)


@portal.route("/", methods=["GET", "POST"])
def intake() -> Any:
    """The form in French."""
    return _intake()


@portal.route("/en/", methods=["GET", "POST"])
def intake_en() -> Any:
    """The form in English."""
    return _intake()


@portal.get("/merci/<token>")
def receipt(token: str) -> Any:
    """The receipt in French."""
    return _receipt(token)


@portal.get("/en/thanks/<token>")
def receipt_en(token: str) -> Any:
    """The receipt in English."""
    return _receipt(token)


def _intake() -> Any:
    if request.method == "GET":
        return _form_page(IntakeForm(), ticket.issue())
    sent = request.form.get("ticket", "")
    known = ticket.read(sent)
    if known is None:
        abort(400)
    made = inbox.find_by_ticket(db.session, known.nonce)
    if made is not None:
        return _to_receipt(sent)
    if known.expired:
        form = IntakeForm(request.form)
        form.form_errors.append(_("The form was open for more than two hours. Please send it again."))
        return _form_page(form, ticket.issue()), HTTPStatus.UNPROCESSABLE_ENTITY
    db.session.rollback()  # photos take their time: nothing is locked meanwhile
    photos, problem = _photos()
    form = IntakeForm(request.form)
    if not form.validate() or problem:
        sent_photos = any(file.filename for file in request.files.getlist("photos"))
        # A browser gives no file back: it is said each time, until they are chosen again.
        form.photos_were_sent = sent_photos or bool(request.form.get("photos_were_sent"))
        if problem or form.photos_were_sent:
            form.photos.errors = (problem or _("Please choose your photos again."),)
        return _form_page(form, sent), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        inbox.receive(db.session, form.data, photos, known.nonce)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        if inbox.find_by_ticket(db.session, known.nonce) is None:
            raise
    return _to_receipt(sent)


def _photos() -> tuple[list[tuple[str, Photo]], str | None]:
    """The photos, made safe; or what is wrong with them."""
    try:
        return read_photos(request.files.getlist("photos")), None
    except DomainError as error:
        return [], str(error)


def _form_page(form: IntakeForm, issued: str) -> str:
    return render_template("portal/intake.html", form=form, ticket=issued, company=get_company(db.session))


def _to_receipt(sent: str) -> Any:
    english = request.path.startswith("/en/")
    return redirect(url_for("portal.receipt_en" if english else "portal.receipt", token=sent), 303)


def _receipt(token: str) -> Any:
    known = ticket.read(token)
    made = inbox.find_by_ticket(db.session, known.nonce) if known is not None else None
    if made is None:
        abort(404)
    return render_template("portal/receipt.html", made=made, company=get_company(db.session))
