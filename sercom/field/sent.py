"""What a phone sent: an action on a visit, entered at a moment, sent at the same moment or much later.

An action is done once for its key. The first answer is kept in the transaction of what was done, and
given again to whoever sends the key again. What was refused is not kept: it may be sent again, put right.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import Form

from sercom.core import clock, formats
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.core.errors import ConflictError, DomainError
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.entities.visits.proof import SentAction

#: A key as the page makes it: a UUID, or as good.
KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
#: No phone keeps an entry longer than that.
OLDEST = timedelta(days=14)
ANSWER_LENGTH = 600


@dataclass
class Sent:
    """An action as it reaches its verb: the visit is locked, the form is valid, files included.

    It runs while the clock says ``happened_at``; ``received_at`` is the server's real moment. What is put
    into ``told`` is the answer's sentence; without one it is the visit's state. ``more`` goes along with it.
    """

    session: AnySession
    visit: Visit
    actor: Actor
    form: Any
    happened_at: datetime
    received_at: datetime
    told: list[str] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Action:
    """Something a technician does at a visit: its name in the address, its form, what it does.

    ``offered`` says whether the visit's page has it for that person at all, and ``states`` in which states it shows:
    without a network the page itself follows what was pressed. ``run`` refuses by raising ``DomainError``.
    ``before`` does with the form what takes time, while no transaction is open.
    """

    name: str
    form: type[Form]
    run: Callable[[Sent], None]
    offered: Callable[[Visit, Actor], bool] = lambda _visit, _actor: True
    states: frozenset[VisitStatus] = frozenset(VisitStatus)
    before: Callable[[Any], None] = lambda _form: None

    def blank(self, visit: Visit, data: Any = None) -> Any:
        """The form about that visit, as it was sent or untouched."""
        form: Any = self.form(data)
        form.about(visit)
        return form


class FormError(DomainError):
    """A form that does not stand: its first error, with the name of the field."""

    def __init__(self, form: Any) -> None:
        name, messages = next(iter(form.errors.items()))
        label = str(form[name].label.text) if name else ""
        super().__init__(formats.named(label, messages[0]) if label else str(messages[0]), name)


def reckon(entered: str | None, sent: str | None, now: datetime) -> datetime:
    """When it happened on the server's clock (UTC): the phone's two readings tell how long ago, right or wrong.

    What cannot be read, or was sent before it was entered, happened now; what is older than a phone keeps, then.
    """
    try:
        ago = _read(sent) - _read(entered)
    except (ValueError, OverflowError):
        return now
    return now - min(ago, OLDEST) if ago > timedelta(0) else now


def _read(text: str | None) -> datetime:
    moment = datetime.fromisoformat((text or "").strip()[:40])
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def not_before(visit: Visit, moment: datetime) -> datetime:
    """``moment``, or the last that is known of the visit's work: time does not run backwards."""
    known = [visit.started_at, *(at for span in visit.spans for at in (span.started_at, span.ended_at))]
    return max([moment, *(at for at in known if at is not None)])


def earlier_answer(session: AnySession, key: str, visit: Visit, name: str, actor: Actor) -> dict[str, str] | None:
    """What was answered when the key came first (the visit is locked); ``None`` where it is new.

    Raises ``ConflictError`` for a key that stood for something else.
    """
    if not KEY.fullmatch(key):
        raise ConflictError(_l("Load the page again, then do this once more."))
    row = session.scalars(select(SentAction).where(SentAction.key == key)).one_or_none()
    if row is None:
        return None
    if (row.user_id, row.visit_id, row.name) != (actor.user_id, visit.id, name):
        raise ConflictError(_l("Load the page again, then do this once more."))
    answer: dict[str, str] = json.loads(row.answer)
    return answer


def do(action: Action, sent: Sent, key: str) -> dict[str, str]:
    """Run the action at its moment and keep the answer; the caller commits."""
    with clock.at(sent.happened_at):
        action.run(sent)
        sent.session.flush()
    answer = done(" ".join(sent.told)[:ANSWER_LENGTH] or str(sent.visit.status.label)) | sent.more
    sent.session.add(
        SentAction(
            key=key,
            user_id=sent.actor.user_id,
            visit_id=sent.visit.id,
            name=action.name,
            happened_at=sent.happened_at,
            answer=json.dumps(answer, ensure_ascii=False),
            created_at=sent.received_at,
        )
    )
    sent.session.flush()
    return answer


def last_answer(session: AnySession, visit: Visit, name: str) -> dict[str, str]:
    """What was answered to the visit's last action of that name; empty where there was none."""
    rows = select(SentAction.answer).where(SentAction.visit_id == visit.id, SentAction.name == name)
    kept = session.scalars(rows.order_by(SentAction.id.desc()).limit(1)).first()
    answer: dict[str, str] = json.loads(kept) if kept else {}
    return answer


def done(message: str) -> dict[str, str]:
    """The answer to what was done."""
    return {"state": "done", "message": message, "field": ""}


def refused(error: DomainError) -> dict[str, str]:
    """The answer to what was not: put right by the person (``refused``), or overtaken (``conflict``)."""
    state = "conflict" if isinstance(error, ConflictError) else "refused"
    return {"state": state, "message": str(error), "field": error.field or ""}
