"""The steps of a visit as a technician takes them; each is a command of ``workflow.transitions``."""

from collections.abc import Callable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import AnyOf, InputRequired

from sercom.core import clock
from sercom.core.access import Actor
from sercom.core.errors import ConflictError
from sercom.core.fields import ProductForm
from sercom.entities.delivery.message import is_mail_set
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.field.sent import Action, Sent
from sercom.workflow import arriving, transitions
from sercom.workflow.needs import FinishForm, IncompleteForm

#: Minutes on the way that are offered; with none, nobody is told.
TRAVEL = (15, 30, 45, 60)

S = VisitStatus
BEFORE = frozenset({S.SCHEDULED, S.ON_THE_WAY})
AT_WORK = frozenset({S.IN_PROGRESS, S.PAUSED})
#: What the field asks for in its order; the office may do otherwise on the visit's own page.
STATES = {
    "leave": frozenset({S.SCHEDULED}),
    "start": BEFORE | {S.PAUSED},
    "pause": frozenset({S.IN_PROGRESS}),
    "finish": AT_WORK,
    "leave_incomplete": AT_WORK,
    "client_absent": BEFORE | AT_WORK,
}


class LeaveForm(ProductForm):
    """How long the way takes."""

    minutes = IntegerField(_l("Minutes on the way"), [InputRequired(), AnyOf((0, *TRAVEL))])


def _leave(sent: Sent) -> None:
    """On the way; the client is told when to expect somebody, while that still lies ahead."""
    _require_order("leave", sent.visit)
    transitions.run(sent.session, "leave", sent.visit, sent.actor)
    minutes = sent.form.minutes.data
    if not minutes:
        return
    window = arriving.window_after(sent.happened_at, minutes)
    sent.more["arrives"] = window.starts_at.isoformat()
    if window.ends_at <= sent.received_at:
        sent.told.append(_("On the way. The client was not written to: this was sent after the time given."))
        return
    with clock.at(sent.received_at):
        message = arriving.tell(sent.session, sent.visit, sent.actor, window)
        sent.session.flush()
    if message is None:
        sent.told.append(_("On the way. No e-mail is known for this client: send a text message instead."))
    elif is_mail_set():
        sent.told.append(_("On the way. An e-mail goes to %(email)s.", email=message.to_email))
    else:
        sent.told.append(_("On the way. No mail server is set: the client was not written to."))


def _command(name: str) -> Callable[[Sent], None]:
    """Give the command with what the form says."""

    def run(sent: Sent) -> None:
        _require_order(name, sent.visit)
        data = sent.form.arguments()
        if data.get("findings"):
            data["findings"] = _added(sent.visit.findings, data["findings"])
        transitions.run(sent.session, name, sent.visit, sent.actor, data)

    return run


def _added(before: str | None, findings: str) -> str:
    """What was found is added to: the page that was typed on may be older than what is known."""
    return "\n".join(dict.fromkeys(text for text in (before, findings.strip()) if text))


def _require_order(command: str, visit: Visit) -> None:
    """What cannot be, said to whoever stands at the client's: what came first, and what to do now."""
    if visit.status in STATES[command]:
        return
    if visit.status in BEFORE:
        raise ConflictError(_l("This visit is not started yet. Press “Start”, then send this again."))
    if visit.status is S.UNSCHEDULED:
        raise ConflictError(_l("The office took this visit off the calendar. Call the office before going on."))
    if visit.status is S.CANCELLED:
        raise ConflictError(_l("The office cancelled this visit. Call the office before going on."))
    state = visit.status.label
    raise ConflictError(_l("This visit stands at “%(state)s” already: nothing was changed.", state=state))


def _step(name: str, command: str, form: type[ProductForm], run: Callable[[Sent], None] | None = None) -> Action:
    return Action(name, form, run or _command(command), _may_give(command), STATES[command])


def _may_give(command: str) -> Callable[[Visit, Actor], bool]:
    """Whether the person may give the command, in whatever state."""

    def may_give(visit: Visit, actor: Actor) -> bool:
        transition = transitions.find(Visit, command)
        return transition is not None and actor.has(transition.roles) and transitions.may_touch(visit, actor)

    return may_give


ACTIONS = (
    _step("leave", "leave", LeaveForm, _leave),
    _step("start", "start", ProductForm),
    _step("pause", "pause", ProductForm),
    _step("finish", "finish", FinishForm),
    _step("incomplete", "leave_incomplete", IncompleteForm),
    _step("absent", "client_absent", ProductForm),
)
#: Where each step leads: the page follows it while it waits for the network.
LEADS_TO = {
    "leave": S.ON_THE_WAY,
    "start": S.IN_PROGRESS,
    "pause": S.PAUSED,
    "finish": S.DONE,
    "incomplete": S.INCOMPLETE,
    "absent": S.CLIENT_ABSENT,
}
