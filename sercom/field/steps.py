"""The steps of a visit as a technician takes them; each is a command of ``workflow.transitions``."""

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import AnyOf, InputRequired

from sercom.core.access import Actor
from sercom.core.errors import ConflictError
from sercom.core.fields import ProductForm
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.field.sent import Action, Sent
from sercom.workflow import transitions
from sercom.workflow.needs import FinishForm, IncompleteForm

#: Minutes to the client's that are offered; nothing: nobody is told.
TRAVEL = (15, 30, 45, 60)


class LeaveForm(ProductForm):
    """How long the way takes."""

    minutes = IntegerField(_l("Minutes on the way"), [InputRequired(), AnyOf((0, *TRAVEL))])


def _run(command: str) -> Callable[[Sent], None]:
    """Give the command with what the form says."""

    def run(sent: Sent) -> None:
        _require_order(command, sent.visit)
        transitions.run(sent.session, command, sent.visit, sent.actor, sent.form.arguments())

    return run


def _require_order(command: str, visit: Visit) -> None:
    """What cannot be, said to whoever stands at the client's: what came first, and what to do now."""
    if visit.status in {VisitStatus.SCHEDULED, VisitStatus.ON_THE_WAY} and command in {
        "pause",
        "finish",
        "leave_incomplete",
    }:
        raise ConflictError(_l("This visit is not started yet. Press “Start” first, then send this again."))
    if visit.status is VisitStatus.UNSCHEDULED:
        raise ConflictError(_l("This visit was taken off the calendar. Call the office."))
    if visit.status is VisitStatus.CANCELLED:
        raise ConflictError(_l("The office cancelled this visit. Call the office before going on."))
    transition = transitions.find(Visit, command)
    if transition is not None and visit.status not in transition.sources:
        raise ConflictError(
            _l("This visit stands at “%(state)s” already: nothing was changed.", state=visit.status.label)
        )


def _leave(sent: Sent) -> None:
    _require_order("leave", sent.visit)
    transitions.run(sent.session, "leave", sent.visit, sent.actor)


def _can(command: str) -> Callable[[Visit, Actor], bool]:
    """Whether the visit and the person allow the command, in the order of a working day."""

    def can(visit: Visit, actor: Actor) -> bool:
        transition: Any = transitions.find(Visit, command)
        started = visit.status in {VisitStatus.IN_PROGRESS, VisitStatus.PAUSED}
        in_order = started or command not in {"finish", "leave_incomplete"}
        return in_order and transition.allowed_for(visit, actor)

    return can


ACTIONS = (
    Action("leave", LeaveForm, _leave, _can("leave")),
    Action("start", ProductForm, _run("start"), _can("start")),
    Action("pause", ProductForm, _run("pause"), _can("pause")),
    Action("finish", FinishForm, _run("finish"), _can("finish")),
    Action("incomplete", IncompleteForm, _run("leave_incomplete"), _can("leave_incomplete")),
    Action("absent", ProductForm, _run("client_absent"), _can("client_absent")),
)
