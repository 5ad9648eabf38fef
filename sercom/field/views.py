"""The technician's pages: the day, a visit, and where the phone sends what was done."""

import uuid
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy import select
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import HTTPException

from sercom.backoffice.access import current_actor
from sercom.backoffice.seam import attempt
from sercom.core.access import FIELD, MONEY, OFFICE
from sercom.core.base import db, read_whole
from sercom.core.clock import utcnow
from sercom.entities.equipment.history import found_on, of_case
from sercom.entities.files.model import File, FileContent
from sercom.entities.users.model import active_people
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.field import actions, day, sent, steps
from sercom.field.sent import Action, FormError, Sent
from sercom.workflow import arriving

field = Blueprint("field", __name__, url_prefix="/field")
YEAR = 365 * 24 * 3600


@field.before_request
def _guard() -> Any:
    """Those who work in the field; a stranger signs in first."""
    if not current_user.is_authenticated:
        if request.method != "GET" or _wants_json():
            return _json({"state": "signed_out", "message": _("Sign in first."), "field": ""}, HTTPStatus.UNAUTHORIZED)
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
    if not current_actor().has(FIELD):
        abort(HTTPStatus.FORBIDDEN)
    return None


@field.after_request
def _private(response: Response) -> Response:
    """Nobody's proxy keeps it; the phone does, under the name of the person."""
    response.headers.setdefault("Cache-Control", "no-store")
    if current_user.is_authenticated:
        response.headers["X-Field-User"] = str(current_actor().user_id)
    return response


@field.errorhandler(HTTPException)
def _failed(error: HTTPException) -> Any:
    """To the script an answer like the others; to a person the usual page, in the words of the field."""
    if error.response is not None or error.code is None:
        return error.response or error
    sentences = {
        HTTPStatus.NOT_FOUND: _("This visit is no longer yours, or it is gone. Call the office."),
        HTTPStatus.FORBIDDEN: _("Your role does not allow this."),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("What was sent is too large."),
    }
    message = sentences.get(HTTPStatus(error.code), _("This request could not be read."))
    if isinstance(error, CSRFError):
        message = _("This form was open too long or came from elsewhere. Load the page again.")
    if not _wants_json():
        return render_template("error.html", code=error.code, message=message), error.code
    state = "token" if isinstance(error, CSRFError) else "conflict"
    return _json({"state": state, "message": message, "field": ""}, error.code)


@field.get("/")
def index() -> Any:
    """Today's visits, those left over, the next days'; the office looks at anybody's."""
    actor, whose = current_actor(), current_actor().user_id
    people = active_people() if actor.has(OFFICE) else []
    asked = read_whole(request.args.get("person", ""))
    if asked is not None and any(person.id == asked for person in people):
        whose = asked
    page = day.of_person(db.session, whose)
    return render_template(
        "field/day.html", day=page, people=people, whose=whose, now=utcnow(), own=whose == actor.user_id
    )


@field.get("/token")
def token() -> Any:
    """What a form needs to be taken, fresh, and who is signed in."""
    return _json({"token": generate_csrf(), "user": current_actor().user_id}, HTTPStatus.OK)


@field.get("/visits/<int:visit_id>")
def visit(visit_id: int) -> Any:
    """Everything about one visit, and its next step."""
    return _visit_page(_visit_of(visit_id))


@field.get("/visits/<int:visit_id>/photos/<int:file_id>")
def photo(visit_id: int, file_id: int) -> Any:
    """A photo of the visit's case; ``?small=1``: as the page shows it."""
    row = _visit_of(visit_id, alone=True)
    column = FileContent.thumbnail if request.args.get("small") else FileContent.data
    asked = select(column).join(File, File.id == FileContent.file_id)
    data = db.session.scalars(asked.where(File.id == file_id, File.case_id == row.case_id)).one_or_none()
    answer = Response(data if data is not None else abort(HTTPStatus.NOT_FOUND), mimetype="image/jpeg")
    answer.headers["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    return answer


@field.post("/visits/<int:visit_id>/<name>")
def act(visit_id: int, name: str) -> Any:
    """Do what the phone sent, once."""
    action = actions.find(name) or abort(HTTPStatus.NOT_FOUND)
    form = action.blank(_visit_of(visit_id), CombinedMultiDict([request.files, request.form]))
    answers: list[dict[str, str]] = []
    problem = attempt(db.session, lambda: answers.append(_once(action, visit_id, form)))
    if problem is not None:
        if not isinstance(problem, FormError):
            form.add_error(problem)
        return _refuse(visit_id, action, form, sent.refused(problem), problem.status)
    if _wants_json():
        return _json(answers[0], HTTPStatus.OK)
    flash(answers[0]["message"], "success")
    return redirect(url_for("field.visit", visit_id=visit_id), HTTPStatus.SEE_OTHER)


def _once(action: Action, visit_id: int, form: Any) -> dict[str, str]:
    db.session.rollback()
    action.before(form)  # takes its time: nothing is locked meanwhile
    row = _visit_of(visit_id, lock=True)
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


def _visit_of(visit_id: int, *, lock: bool = False, alone: bool = False) -> Visit:
    found = day.find(db.session, visit_id, current_actor(), lock=lock, alone=alone)
    return found or abort(HTTPStatus.NOT_FOUND)


def _visit_page(row: Visit, sent_forms: dict[str, Any] | None = None, answer: dict[str, str] | None = None) -> str:
    """``sheets`` holds the form of each action by name, ``states`` where each shows (``shown`` says: now)."""
    actor = current_actor()
    offered = [action for action in actions.ACTIONS if action.offered(row, actor)]
    typed = sent_forms or {}
    contact, phone = day.contact_of(row)
    standing = of_case(db.session, row.case)
    expected = day.expected_at(row, sent.last_answer(db.session, row, "leave").get("arrives"))
    return render_template(
        "field/visit.html",
        visit=row,
        case=row.case,
        sheets={action.name: action.blank(row) for action in offered} | typed,
        states={action.name: sorted(state.value for state in action.states) for action in offered},
        shown={action.name for action in offered if row.status in action.states} | set(typed),
        sent_name=next(iter(typed), None),
        answer=answer,
        leads_to={name: state.value for name, state in steps.LEADS_TO.items()},
        pills={state.value: [str(state.label), state.tone.value] for state in VisitStatus},
        travel=steps.TRAVEL,
        contact=contact,
        phone=phone,
        text_message=arriving.text_message(db.session, row, actor, expected),
        sees_prices=current_user.sees_prices or actor.has(MONEY),
        work=[] if row.is_assessment else row.document.lines,
        found=day.found_earlier(row),
        standing=standing,
        device_findings=found_on(db.session, [one.device for one in standing if one.work], row.case),
        new_key=_new_key,
        now=utcnow(),
    )


def _new_key() -> str:
    return str(uuid.uuid4())


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _json(answer: dict[str, Any], status: int) -> Response:
    return make_response(jsonify(answer), status)
