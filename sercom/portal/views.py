"""The intake form in French at ``/`` and in English at ``/en/``; its photos."""

import secrets
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.core.journal import JournalEntry
from sercom.entities.company.model import get_company
from sercom.entities.equipment.model import Equipment, find_by_sticker
from sercom.portal import guards, staging, ticket
from sercom.portal import intake as inbox
from sercom.portal.forms import IntakeForm, details_of, prefilled
from sercom.portal.hub import of_token
from sercom.portal.opening import no_link
from sercom.web import content_security_policy

portal = Blueprint("portal", __name__)
portal.register_error_handler(HTTPStatus.NOT_FOUND, no_link)
#: Where the ticket stands in a page that was drawn: nobody else writes that.
TICKET = secrets.token_hex(16)


class Drawn(NamedTuple):
    """A blank form: the journal's last entry when it was drawn, its page, who may frame it."""

    changed: int | None
    page: str
    policy: str


_drawn: dict[str, Drawn] = {}


@portal.route("/", methods=["GET", "POST"])
def intake() -> Any:
    """The form in French."""
    return _intake()


@portal.route("/en/", methods=["GET", "POST"])
def intake_en() -> Any:
    """The form in English."""
    return _intake()


@portal.route("/a/<sticker>", methods=["GET", "POST"])
def device(sticker: str) -> Any:
    """The form about the device that bears the sticker, in French."""
    return _intake(_device_of(sticker))


@portal.route("/en/a/<sticker>", methods=["GET", "POST"])
def device_en(sticker: str) -> Any:
    """The form about the device that bears the sticker, in English."""
    return _intake(_device_of(sticker))


def _intake(device: Equipment | None = None) -> Any:
    g.device = device
    if request.method == "POST":
        return _sent()
    if not request.args and device is None:
        return _blank_page()
    form = IntakeForm()
    client = of_token(request.args.get("client", ""))
    known = {"service": str(device.service_id)} if device is not None and device.service_id else {}
    form.prefill(known | (details_of(client) if client else {}) | prefilled(request.args))
    return _form_page(form, ticket.issue())


def _device_of(sticker: str) -> Equipment:
    """The device; one and the same 404 for a sticker that is none, or was replaced."""
    return find_by_sticker(db.session, sticker) or abort(HTTPStatus.NOT_FOUND)


def _blank_page() -> Response:
    """The form as it is before anybody fills it in: drawn again when something was changed, which the journal tells.

    Drawing is nine tenths of the work, and the ticket is all that differs from one visitor to the next.
    """
    where = f"{request.script_root}{request.path}"
    changed = db.session.scalar(select(func.max(JournalEntry.id)))
    known = _drawn.get(where)
    if known is None or known.changed != changed or current_app.testing:
        page = _form_page(IntakeForm(), TICKET)
        known = _drawn[where] = Drawn(changed, page, _policy())
    answer = make_response(known.page.replace(TICKET, ticket.issue()))
    answer.headers["Content-Security-Policy"] = known.policy
    return answer


def _sent() -> Any:
    """What was sent becomes a request, or comes back as it was typed with what is wrong."""
    issued = request.form.get("ticket", "")
    known = ticket.read(issued)
    if "look" in request.form:  # in the other language, as it was typed
        waiting = staging.kept(db.session, known.nonce) if known else ()
        return _form_page(IntakeForm(request.form), issued if known else ticket.issue(), waiting)
    if known is None:  # forged, or of another installation: what was typed is kept all the same
        fresh = ticket.issue()
        error = DomainError(_("The form could not be read. Please send it again."))
        return _again(error, fresh, "")
    if guards.is_burst("request"):
        error = guards.TooManyError(_("Several requests came at once. Wait a minute, then send the form again."))
        return _again(error, issued, known.nonce)
    made = inbox.find_by_ticket(db.session, known.nonce)
    return _for_the_first_time(known, issued) if made is None else _once_more(made, issued)


def _once_more(made: Any, issued: str) -> Any:
    """The receipt again; or the form, where somebody went back and asks for something else."""
    if inbox.is_same(made, request.form):
        return _to_receipt(issued)
    error = DomainError(_("Your first request was received. To send this one too, send the form again."))
    return _again(error, ticket.issue(), "")


def _for_the_first_time(known: ticket.Ticket, issued: str) -> Any:
    """Photos, then the answers."""
    db.session.rollback()  # photos take their time: nothing is locked meanwhile
    nonce = known.nonce
    if known.expired:
        issued = ticket.sign(nonce)  # its photos wait for the same nonce
    staging.remove(db.session, nonce, staging.positions(request.form.getlist("remove_photo")))
    wrong_photos = staging.take_all(db.session, nonce, request.files.items(multi=True))
    try:
        guards.check_by_hand(known, request.form.get(guards.HONEYPOT, ""))
        form = IntakeForm(request.form)
        waiting = staging.kept(db.session, nonce)
        company = get_company(db.session)  # held: whoever asks again finds it in the session
        valid = form.check(company, [upload.field for upload in waiting])
        if not valid or wrong_photos:
            return _form_page(form, issued, waiting, wrong_photos), HTTPStatus.UNPROCESSABLE_ENTITY
        _keep(form, nonce)
    except DomainError as error:
        db.session.rollback()
        return _again(error, issued, nonce)
    return _to_receipt(issued)


def _keep(form: IntakeForm, nonce: str) -> None:
    """Keep the request and its photos, once: the second of two that came together finds the first."""
    answers = form.data | {"questions": form.asked.answers(form.service.data)}
    try:
        guards.count(db.session, "request", form.email.data)
        waiting = staging.collect(db.session, nonce)
        photos = [(upload.name, form.asked.caption(upload.field), photo) for upload, photo in waiting]
        inbox.receive(db.session, answers, photos, nonce, g.device, of_token(request.form.get("client", "")))
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        if inbox.find_by_ticket(db.session, nonce) is None:
            raise


def _again(error: DomainError, issued: str, nonce: str) -> Any:
    """The form as it was typed, with what is wrong over it."""
    form = IntakeForm(request.form)
    form.form_errors.append(str(error))
    return _form_page(form, issued, staging.kept(db.session, nonce)), error.status


def _form_page(form: IntakeForm, issued: str, waiting: Any = (), wrong_photos: dict[str, str] | None = None) -> str:
    controls = {field.name: field for field in (*form.asked, form.photos)}
    for name, message in (wrong_photos or {}).items():
        controls.get(name, form.photos).errors = [message]
    g.form_is_shown = True
    asks = request.values.get("client", "")
    known = {"client": asks} if of_token(asks) else {}
    shown = {"company": get_company(db.session), "given": prefilled(request.args) | known, "device": g.device}
    return render_template("portal/intake.html", form=form, ticket=issued, waiting=waiting, **shown)


def _to_receipt(sent: str) -> Any:
    english = request.path.startswith("/en/")
    return redirect(url_for("portal.receipt_en" if english else "portal.receipt", token=sent), 303)


def _policy() -> str:
    """Who may show the page in a frame."""
    return content_security_policy("'self'", *(get_company(db.session).frame_origins or "").split())


@portal.after_request
def _may_be_framed(response: Response) -> Response:
    """Form and receipt may stand on the company's own sites; no other page of the product may."""
    shown = response.status_code == HTTPStatus.OK or "form_is_shown" in g  # no query for what is refused at the door
    if shown and response.mimetype == "text/html":
        if "Content-Security-Policy" not in response.headers:
            response.headers["Content-Security-Policy"] = _policy()
        response.headers["Cache-Control"] = "no-store"  # a ticket is one person's
    if "token" in (request.view_args or {}) or "sticker" in (request.view_args or {}):  # one person's, or one device's
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
