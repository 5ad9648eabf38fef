"""The technician's pages: the day, a visit, and where the phone sends what was done."""

import uuid
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from flask_wtf.csrf import CSRFError, generate_csrf
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import HTTPException

from sercom.backoffice.access import current_actor
from sercom.backoffice.seam import attempt
from sercom.core.access import FIELD
from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.entities.visits.model import Visit
from sercom.field import actions, day, sent
from sercom.field.sent import Action, FormError, Sent

field = Blueprint("field", __name__, url_prefix="/field")


@field.before_request
def _guard() -> Any:
    """Those who work in the field; a stranger signs in first."""
    if not current_user.is_authenticated:
        if request.method != "GET" or _wants_json() or request.endpoint == "field.token":
            return _json({"state": "signed_out", "message": _("Sign in first."), "field": ""}, HTTPStatus.UNAUTHORIZED)
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
    if not current_actor().has(FIELD):
        abort(HTTPStatus.FORBIDDEN)
    return None


@field.after_request
def _private(response: Response) -> Response:
    """Nobody's proxy keeps it; the page's own script does, for the person it names."""
    response.headers.setdefault("Cache-Control", "no-store")
    if current_user.is_authenticated:
        response.headers["X-Field-User"] = str(current_actor().user_id)
    return response


@field.errorhandler(HTTPException)
def _failed(error: HTTPException) -> Any:
    """To the script as an answer like the others; to a person as every error page."""
    if error.code is None or not _wants_json():
        return error
    message = str(error.description)
    if error.code == HTTPStatus.NOT_FOUND:
        message = _("This visit is no longer yours, or it is gone. Call the office.")
    state = "token" if isinstance(error, CSRFError) else "conflict"
    return _json({"state": state, "message": message, "field": ""}, error.code)


@field.get("/")
def index() -> Any:
    """Today's visits, those left over, the next days'."""
    return render_template("field/day.html", day=day.of_person(db.session, current_actor().user_id), now=utcnow())


@field.get("/token")
def token() -> Any:
    """What a form needs to be taken, fresh, and who is signed in."""
    return _json({"token": generate_csrf(), "user": current_actor().user_id}, HTTPStatus.OK)


@field.get("/visits/<int:visit_id>")
def visit(visit_id: int) -> Any:
    """Everything about one visit, and its next step."""
    return _visit_page(_visit_of(visit_id))


@field.post("/visits/<int:visit_id>/<name>")
def act(visit_id: int, name: str) -> Any:
    """Do what the phone sent, once."""
    action = actions.find(name) or abort(HTTPStatus.NOT_FOUND)
    row = _visit_of(visit_id, lock=True)
    form = action.blank(row, CombinedMultiDict([request.files, request.form]))
    answers: list[dict[str, str]] = []
    problem = attempt(db.session, lambda: answers.append(_once(action, row, form)))
    if problem is not None:
        if not isinstance(problem, FormError):
            form.add_error(problem)
        return _refuse(visit_id, action, form, sent.refused(problem), problem.status)
    if _wants_json():
        return _json(answers[0], HTTPStatus.OK)
    flash(answers[0]["message"], "success")
    return redirect(url_for("field.visit", visit_id=visit_id), HTTPStatus.SEE_OTHER)


def _once(action: Action, row: Visit, form: Any) -> dict[str, str]:
    key, now, actor = request.form.get("key", ""), utcnow(), current_actor()
    known = sent.earlier_answer(db.session, key, row, action.name, actor)
    if known is not None:
        return known
    if not form.validate():
        raise FormError(form)
    happened = sent.reckon(request.form.get("at"), request.form.get("sent_at"), now)
    happened = min(sent.not_before(row, happened), now)
    return sent.do(action, Sent(db.session, row, actor, form, happened, now), key)


def _refuse(visit_id: int, action: Action, form: Any, answer: dict[str, str], status: int) -> Any:
    """Say why not: to the script, or on the page with what was typed."""
    if _wants_json():
        return _json(answer, status)
    return make_response(_visit_page(_visit_of(visit_id), {action.name: form}, answer), status)


def _visit_of(visit_id: int, *, lock: bool = False) -> Visit:
    return day.find(db.session, visit_id, current_actor(), lock=lock) or abort(HTTPStatus.NOT_FOUND)


def _visit_page(row: Visit, sent_forms: dict[str, Any] | None = None, answer: dict[str, str] | None = None) -> str:
    """``sheets`` holds, by name, the form of each action that is offered now, and the one that was sent."""
    offered = [action for action in actions.ACTIONS if action.offered(row, current_actor())]
    sheets = {action.name: action.blank(row) for action in offered} | (sent_forms or {})
    return render_template(
        "field/visit.html",
        visit=row,
        case=row.case,
        sheets=sheets,
        answer=answer,
        new_key=lambda: str(uuid.uuid4()),
        **day.context_of(row),
    )


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _json(answer: dict[str, Any], status: int) -> Response:
    return make_response(jsonify(answer), status)
