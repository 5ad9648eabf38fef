"""In which states of a visit something may be added to it."""

from flask_babel import lazy_gettext as _l

from sercom.core.access import FIELD, Actor
from sercom.core.errors import ConflictError
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.field.sent import Sent

S = VisitStatus
AT_WORK = frozenset({S.IN_PROGRESS, S.PAUSED})
WORKED = AT_WORK | {S.DONE, S.INCOMPLETE}
THERE = WORKED | {S.SCHEDULED, S.ON_THE_WAY, S.CLIENT_ABSENT}
DONE = frozenset({S.DONE})


def require(sent: Sent, states: frozenset[VisitStatus]) -> None:
    """Refuse what the visit's state has no place for, and say what to do."""
    status = sent.visit.status
    if status in states:
        return
    if status in {S.SCHEDULED, S.ON_THE_WAY}:
        raise ConflictError(_l("This visit is not started yet. Press “Start”, then send this again."))
    raise ConflictError(_l("This visit stands at “%(state)s”: nothing was added.", state=status.label))


def in_field(_visit: Visit, actor: Actor) -> bool:
    """Whoever works in the field, or may for others."""
    return actor.has(FIELD)
