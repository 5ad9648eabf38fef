"""What a visit asks: the active checklists of its case's services and of every service, and its answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l
from sqlalchemy import column, or_, select, table
from sqlalchemy.orm import object_session, selectinload

from sercom.core import formats
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, DomainError
from sercom.entities.checklists.answering import Asked, answer_shown, answer_told, asked_told, read_answer, values_of
from sercom.entities.checklists.model import Answer, Checklist
from sercom.entities.documents.model import Document

if TYPE_CHECKING:
    from sercom.entities.visits.model import Visit

#: Named here: the request's model imports the visit's.
_request = table("request", column("id"), column("service_id"))


@dataclass(frozen=True)
class Check:
    """One thing asked during a visit: the item, under which heading, and what was answered."""

    heading: str
    asked: Asked
    item_id: int | None
    position: int
    answer: Answer | None = None

    @property
    def name(self) -> str:
        """Its field in a form."""
        return f"answer-{self.item_id}"

    @property
    def text(self) -> str:
        """What is asked, in the reader's language."""
        return asked_told(self.asked)

    @property
    def told(self) -> str:
        """The answer as it reads; nothing where there is none."""
        return answer_told(self.answer.asked, self.answer.value) if self.answer else ""

    @property
    def shown(self) -> str:
        """The answer as a form shows it."""
        return answer_shown(self.asked, self.answer.value) if self.answer else ""

    @property
    def options(self) -> list[tuple[str, str]]:
        """What may be chosen, each with its words; nothing where the answer is written."""
        return [(value, answer_told(self.asked, value)) for value in values_of(self.asked)]

    @property
    def is_missing(self) -> bool:
        """Whether it must be answered and is not."""
        return bool(self.asked["required"]) and self.answer is None


def checklists_of(visit: "Visit") -> list[Checklist]:
    """The templates in force: of every service first, then of those its case was asked for."""
    session = object_session(visit)
    assert session is not None
    services = (
        select(_request.c.service_id)
        .join(Document.__table__, Document.__table__.c.id == _request.c.id)
        .where(Document.__table__.c.case_id == visit.case_id, _request.c.service_id.is_not(None))
    )
    asked = select(Checklist).where(
        Checklist.active,
        Checklist.for_assessments == visit.is_assessment,
        or_(Checklist.service_id.is_(None), Checklist.service_id.in_(services)),
    )
    order = (Checklist.service_id.is_not(None), Checklist.id)
    return list(session.scalars(asked.options(selectinload(Checklist.items)).order_by(*order)))


def checks_of(visit: "Visit", *, whole: bool = False) -> list[Check]:
    """What is asked and answered: while it goes on what the templates ask, then what was answered alone.

    ``whole`` gives, of one that has ended, what stayed open too: the office may still be told. An answer reads as it
    was asked where its visit has ended, or its item changed or went.
    """
    answers = {answer.item_id: answer for answer in visit.answers if answer.item_id is not None}
    checks: list[Check] = []
    for checklist in checklists_of(visit) if whole or not visit.has_ended else ():
        for item in checklist.items:
            answer = answers.pop(item.id, None)
            asked = answer.asked if answer and visit.has_ended else item.as_asked
            checks.append(Check(str(checklist), asked, item.id, len(checks), answer))
    told = [answer for answer in visit.answers if answer.item_id is None or answer.item_id in answers]
    return checks + [Check("", answer.asked, answer.item_id, answer.position, answer) for answer in told]


def unanswered(visit: "Visit") -> list[Check]:
    """What must be answered before the work is done."""
    return [check for check in checks_of(visit) if check.is_missing]


def require_answers(visit: "Visit", reason: str | None) -> str | None:
    """Refuse a visit with required items left open, unless it is said why; gives what is kept of the reason."""
    missing = unanswered(visit)
    if missing and not (reason or "").strip():
        names = ", ".join(check.text for check in missing)
        refusal = _l("Left to answer: %(items)s. Answer, or say why it is left open.", items=names)
        raise DomainError(refusal, "unanswered_reason")
    return (reason or "").strip() if missing else None


def take_answers(
    visit: "Visit",
    typed: Mapping[int, str],
    user_id: int | None,
    at: datetime | None = None,
    *,
    after_end: bool = False,
) -> dict[str, list[str | None]]:
    """Keep what was typed, by item id; blank takes an answer away. Returns what changed, for the journal.

    Raises ``DomainError`` beside the field ``answer-<item id>``; then nothing is kept. Once the visit is over it is
    closed to the phone; the office corrects what was written there (``after_end``).
    """
    if visit.has_ended and not after_end:
        raise ConflictError(_l("This visit is over: its checklist is closed."))
    known = {check.item_id: check for check in checks_of(visit, whole=after_end) if check.item_id is not None}
    read: list[tuple[Check, str]] = []
    for item_id, text in typed.items():
        check = known.get(item_id)
        if check is None:
            raise DomainError(_l("This item is not asked any more: open the visit again."), f"answer-{item_id}")
        try:
            read.append((check, read_answer(check.asked, text)))
        except DomainError as error:
            raise DomainError(formats.named(check.text, error), check.name) from error
    changes: dict[str, list[str | None]] = {}
    for check, value in read:
        before = check.answer.value if check.answer else ""
        if value == before:
            continue
        changes[str(check.asked["fr"])] = [before or None, value or None]
        if not value and check.answer:
            visit.answers.remove(check.answer)
            continue
        answer = check.answer or Answer(item_id=check.item_id)
        answer.position, answer.asked, answer.value = check.position, dict(check.asked), value
        answer.answered_by_id, answer.answered_at = user_id, at or utcnow()
        if check.answer is None:
            visit.answers.append(answer)
    return changes
