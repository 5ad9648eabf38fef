"""Commands: from, to, label, who may, what they need. ``run`` is the only way to change a status."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from sercom.core import journal
from sercom.core.access import FIELD, MONEY, OFFICE, Actor, Role
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, DomainError, ForbiddenError
from sercom.core.labels import Status, Tone
from sercom.entities.delivery.message import Message, MessageStatus
from sercom.entities.documents.line import Line
from sercom.entities.documents.model import Document
from sercom.entities.inbox.model import ClientMessage, InboxStatus
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.jobs.model import Job, JobStatus
from sercom.entities.ledger.model import Allocation, Payment
from sercom.entities.quotes.model import Quote, QuoteStatus
from sercom.entities.requests.model import RequestStatus, ServiceRequest
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.workflow import charges, credit, needs, payments, planning, quiet, receipting, recurring

Subject = ServiceRequest | Quote | Job | Invoice | Visit | Message | ClientMessage
States = frozenset[Status]


@dataclass(frozen=True)
class Transition:
    """A command of ``model``: ``verb`` leads from one of ``sources`` to one of ``targets``.

    ``needs`` is the form that asks for the verb's arguments; ``refuses`` says why this subject, in
    the right state, still cannot (``None``: it can); ``main`` says when it is the one next
    step; ``tone`` colours what is hard to take back, and ``asks`` is what a person says yes to first; ``by_client``:
    the client gives it too, on a page of theirs.
    """

    model: type[Any]
    verb: Callable[..., Any]
    sources: States
    targets: States
    label: LazyString
    roles: frozenset[Role] = OFFICE
    needs: type[Any] | None = None
    refuses: Callable[[Any], LazyString | None] = lambda _subject: None
    main: Callable[[Any], bool] = lambda _subject: False
    tone: Tone = Tone.NEUTRAL
    asks: LazyString | None = None
    by_client: bool = False

    @property
    def name(self) -> str:
        """The command's name, as in a URL and in the journal."""
        return self.verb.__name__

    def is_next(self, subject: Subject) -> bool:
        """Whether it is the step to take now; once something was made of the subject, that goes on."""
        return self.main(subject) and not getattr(subject, "conversions", ())

    def may(self, subject: Subject, actor: Actor) -> bool:
        """Whether the actor's roles allow it; a client's, on a document of theirs, are what a client gives."""
        own = self.by_client and isinstance(subject, Document) and subject.client_id == actor.client_id
        return own or (actor.has(self.roles) and may_touch(subject, actor))

    def allowed_for(self, subject: Subject, actor: Actor) -> bool:
        """Whether the subject's state and the actor's roles allow it. A technician acts on own visits only."""
        return subject.status in self.sources and self.may(subject, actor) and self.refuses(subject) is None


def may_touch(subject: Any, actor: Actor) -> bool:
    """A technician without another role acts on visits that are theirs or their team's."""
    if actor.has(OFFICE) or not isinstance(subject, Visit):
        return True
    return subject.involves(actor.user_id)


def _states(*states: Status) -> States:
    return frozenset(states)


def _in(*states: Status) -> Callable[[Any], bool]:
    return lambda subject: subject.status in states


R, Q, J, I, V, M = RequestStatus, QuoteStatus, JobStatus, InvoiceStatus, VisitStatus, MessageStatus  # noqa: E741  # a table reads by columns
W = InboxStatus
BAD = Tone.BAD

# fmt: off
TRANSITIONS: tuple[Transition, ...] = (
    Transition(ServiceRequest, planning.plan_assessment, _states(R.NEW, R.TO_ASSESS, R.ASSESSED), _states(R.TO_ASSESS), _l("Plan the assessment"), needs=needs.PlanForm, main=ServiceRequest.is_to_assess),
    Transition(ServiceRequest, ServiceRequest.mark_assessed, _states(R.NEW, R.TO_ASSESS), _states(R.ASSESSED), _l("Mark as assessed")),
    Transition(ServiceRequest, ServiceRequest.close, _states(R.NEW, R.TO_ASSESS, R.ASSESSED), _states(R.CLOSED), _l("Close"), needs=needs.CloseForm, refuses=ServiceRequest.refuse_under_way, tone=BAD, by_client=True),
    Transition(ServiceRequest, ServiceRequest.reopen, _states(R.CLOSED), _states(R.NEW, R.ASSESSED), _l("Reopen"), main=_in(R.CLOSED)),
    Transition(Quote, Quote.mark_sent, _states(Q.DRAFT), _states(Q.SENT), _l("Mark as sent"), refuses=Quote.refuse_send, main=_in(Q.DRAFT)),
    Transition(Quote, Quote.approve, _states(Q.SENT, Q.CHANGES_REQUESTED, Q.DECLINED), _states(Q.APPROVED), _l("Record the approval"), needs=needs.ApprovalForm, refuses=Quote.refuse_approval, main=_in(Q.SENT), by_client=True),
    Transition(Quote, Quote.extend, _states(Q.SENT, Q.CHANGES_REQUESTED, Q.DECLINED), _states(Q.SENT, Q.CHANGES_REQUESTED, Q.DECLINED), _l("Extend the offer"), needs=needs.ExtendForm, main=Quote.is_to_extend),
    Transition(Quote, Quote.request_changes, _states(Q.SENT), _states(Q.CHANGES_REQUESTED), _l("Record the changes requested"), needs=needs.ChangesForm, by_client=True),
    Transition(Quote, Quote.decline, _states(Q.SENT, Q.CHANGES_REQUESTED), _states(Q.DECLINED), _l("Record the refusal"), needs=needs.DeclineForm, by_client=True),
    Transition(Quote, Quote.revise, _states(Q.SENT, Q.CHANGES_REQUESTED, Q.DECLINED, Q.APPROVED), _states(Q.DRAFT), _l("Revise"), refuses=Quote.refuse_withdrawal, main=_in(Q.CHANGES_REQUESTED)),
    Transition(Quote, Quote.withdraw_approval, _states(Q.APPROVED), _states(Q.SENT), _l("Withdraw the approval"), refuses=Quote.refuse_withdrawal, tone=BAD),
    Transition(Quote, Quote.archive, _states(Q.DRAFT, Q.SENT, Q.CHANGES_REQUESTED, Q.DECLINED), _states(Q.ARCHIVED), _l("Archive")),
    Transition(Quote, Quote.restore, _states(Q.ARCHIVED), _states(Q.DRAFT), _l("Restore"), main=_in(Q.ARCHIVED)),
    Transition(Job, Job.complete, _states(J.OPEN, J.ON_HOLD), _states(J.DONE), _l("Mark as done"), refuses=Job.refuse_under_way, main=Job.is_worked),
    Transition(Job, Job.hold, _states(J.OPEN), _states(J.ON_HOLD), _l("Put on hold"), needs=needs.HoldForm),
    Transition(Job, Job.resume, _states(J.ON_HOLD), _states(J.OPEN), _l("Resume")),
    Transition(Job, Job.reopen, _states(J.DONE, J.CLOSED), _states(J.OPEN), _l("Reopen")),
    Transition(Job, Job.close, _states(J.DONE), _states(J.CLOSED), _l("Close")),
    Transition(Job, Job.cancel, _states(J.OPEN, J.ON_HOLD), _states(J.CANCELLED), _l("Cancel the job"), refuses=Job.refuse_cancel, tone=BAD),
    Transition(Job, recurring.repeat_visits, _states(J.OPEN), _states(J.OPEN), _l("Repeat the visit"), needs=needs.RepeatForm),
    Transition(Visit, planning.schedule, _states(V.UNSCHEDULED, V.SCHEDULED), _states(V.SCHEDULED), _l("Plan"), needs=needs.PlanForm, main=_in(V.UNSCHEDULED)),
    Transition(Visit, Visit.unschedule, _states(V.SCHEDULED), _states(V.UNSCHEDULED), _l("Take off the calendar")),
    Transition(Visit, Visit.leave, _states(V.SCHEDULED), _states(V.ON_THE_WAY), _l("On my way"), roles=FIELD),
    Transition(Visit, Visit.start, _states(V.SCHEDULED, V.ON_THE_WAY, V.PAUSED), _states(V.IN_PROGRESS), _l("Start"), roles=FIELD, main=_in(V.SCHEDULED, V.ON_THE_WAY, V.PAUSED)),
    Transition(Visit, Visit.pause, _states(V.IN_PROGRESS), _states(V.PAUSED), _l("Pause"), roles=FIELD),
    Transition(Visit, Visit.finish, _states(V.SCHEDULED, V.ON_THE_WAY, V.IN_PROGRESS, V.PAUSED), _states(V.DONE), _l("Finish"), roles=FIELD, needs=needs.FinishForm, main=_in(V.IN_PROGRESS)),
    Transition(Visit, Visit.leave_incomplete, _states(V.IN_PROGRESS, V.PAUSED), _states(V.INCOMPLETE), _l("Mark as incomplete"), roles=FIELD, needs=needs.IncompleteForm),
    Transition(Visit, Visit.client_absent, _states(V.SCHEDULED, V.ON_THE_WAY, V.IN_PROGRESS, V.PAUSED), _states(V.CLIENT_ABSENT), _l("Client absent"), roles=FIELD, tone=BAD),
    Transition(Visit, Visit.cancel, _states(V.UNSCHEDULED, V.SCHEDULED, V.ON_THE_WAY), _states(V.CANCELLED), _l("Cancel the visit"), tone=BAD),
    Transition(Visit, recurring.end_series, _states(V.SCHEDULED), _states(V.CANCELLED), _l("Cancel this visit and the next ones"), refuses=recurring.refuse_end, tone=BAD),
    Transition(Invoice, Invoice.issue, _states(I.DRAFT), _states(I.ISSUED), _l("Issue"), refuses=Invoice.refuse_issue, main=_in(I.DRAFT), asks=_l("Issue the invoice? It gets its number, and does not change any more.")),
    Transition(Invoice, payments.record_payment, _states(I.ISSUED), _states(I.ISSUED), _l("Record a payment"), roles=MONEY, needs=needs.PaymentForm, refuses=payments.refuse_payment, main=_in(I.ISSUED)),
    Transition(Invoice, credit.use_credit, _states(I.ISSUED), _states(I.ISSUED), _l("Use the credit"), roles=MONEY, refuses=credit.refuse_credit),
    Transition(Invoice, charges.charge_interest, _states(I.ISSUED), _states(I.ISSUED), _l("Charge interest"), roles=MONEY, refuses=charges.refuse_interest),
    Transition(Invoice, charges.write_off, _states(I.ISSUED), _states(I.ISSUED), _l("Write off"), roles=MONEY, needs=needs.WriteOffForm, refuses=payments.refuse_payment, tone=BAD),
    Transition(Invoice, charges.recover, _states(I.ISSUED), _states(I.ISSUED), _l("Take the bad debt back"), roles=MONEY, refuses=charges.refuse_recovery, asks=_l("Take the bad debt back? The balance is owed again.")),
    Transition(Quote, credit.record_deposit, _states(Q.SENT, Q.CHANGES_REQUESTED, Q.APPROVED), _states(Q.SENT, Q.CHANGES_REQUESTED, Q.APPROVED), _l("Record a deposit"), roles=MONEY, needs=needs.PaymentForm),
    Transition(Job, credit.record_deposit, _states(J.OPEN, J.ON_HOLD, J.DONE), _states(J.OPEN, J.ON_HOLD, J.DONE), _l("Record a deposit"), roles=MONEY, needs=needs.PaymentForm),
    Transition(Quote, quiet.stop_reminders, _states(Q.DRAFT, Q.SENT), _states(Q.DRAFT, Q.SENT), _l("Remind no more"), refuses=quiet.refuse_stop),
    Transition(Quote, quiet.remind_again, _states(Q.DRAFT, Q.SENT), _states(Q.DRAFT, Q.SENT), _l("Remind again"), refuses=quiet.refuse_again),
    Transition(Invoice, quiet.stop_reminders, _states(I.DRAFT, I.ISSUED), _states(I.DRAFT, I.ISSUED), _l("Remind no more"), refuses=quiet.refuse_stop),
    Transition(Invoice, quiet.remind_again, _states(I.DRAFT, I.ISSUED), _states(I.DRAFT, I.ISSUED), _l("Remind again"), refuses=quiet.refuse_again),
    Transition(Message, Message.resend, _states(M.DEAD, M.KEPT), _states(M.QUEUED), _l("Send again"), refuses=Message.refuse_resend, main=_in(M.DEAD, M.KEPT)),
    Transition(ClientMessage, ClientMessage.handle, _states(W.NEW), _states(W.HANDLED), _l("Mark as handled"), main=_in(W.NEW)),
    Transition(ClientMessage, ClientMessage.reopen, _states(W.HANDLED), _states(W.NEW), _l("To handle again")),
    Transition(Invoice, Invoice.void, _states(I.ISSUED), _states(I.VOID), _l("Void the invoice"), needs=needs.VoidForm, refuses=Invoice.refuse_void, tone=BAD),
)
# fmt: on


def find(model: type[Any], name: str) -> Transition | None:
    """The command ``name`` of ``model``."""
    return next((t for t in TRANSITIONS if t.model is model and t.name == name), None)


def available(subject: Subject, actor: Actor) -> list[Transition]:
    """The commands that ``actor`` may give to ``subject`` now: the next step, then the table's order."""
    allowed = [t for t in TRANSITIONS if t.model is type(subject) and t.allowed_for(subject, actor)]
    return sorted(allowed, key=lambda transition: not transition.is_next(subject))


def hindered(subject: Subject, actor: Actor) -> list[tuple[LazyString, LazyString]]:
    """The next step that cannot be taken yet: its label, and why."""
    wanted = [t for t in TRANSITIONS if t.model is type(subject) and subject.status in t.sources and actor.has(t.roles)]
    return [(t.label, reason) for t in wanted if t.is_next(subject) and (reason := t.refuses(subject)) is not None]


def run(
    session: AnySession,
    name: str,
    subject: Subject,
    actor: Actor,
    data: Mapping[str, Any] | None = None,
    *,
    version: int | None = None,
) -> None:
    """Give the command ``name`` to ``subject`` (locked by the caller) and write it in the journal.

    Raises ``ForbiddenError`` where the roles do not allow it, ``ConflictError`` where the state
    does not or the row is no longer the ``version`` that was shown, ``DomainError`` where the verb
    refuses.
    """
    transition = find(type(subject), name)
    if transition is None:
        raise ConflictError(_l("There is no such command."))
    require_role(transition, subject, actor)
    require_version(subject, version)
    require_possible(transition, subject)
    if isinstance(subject, Document):
        subject.repriced = None
    with session.no_autoflush:  # what is flushed has no "before" left to tell
        transition.verb(subject, actor, **(data or {}))
    if subject.status not in transition.targets:
        msg = f"{name} led to {subject.status}"
        raise AssertionError(msg)
    subject.updated_at = utcnow()
    more = (getattr(subject, "repriced", None) or {}) | _chosen(session, subject) | _money_of(session, subject)
    told = [(subject, name, journal.changes_of(subject) | more), *_brought_along(session, subject, name)]
    entered = [row for row in session.new if isinstance(row, Payment)]
    session.flush()
    for row, event, changes in told:
        journal.record(session, actor, event, row, changes)
    receipting.announce(session, actor, entered)


def _chosen(session: AnySession, subject: Subject) -> journal.Changes:
    """The options of a quote that were taken before, and those taken now."""
    changed = [row for row in session.dirty if isinstance(row, Line) and row.document is subject]
    pairs = [(row, journal.changes_of(row).get("accepted")) for row in sorted(changed, key=lambda row: row.position)]
    before = [str(row) for row, pair in pairs if pair and pair[0]]
    after = [str(row) for row, pair in pairs if pair and pair[1]]
    return {"options": [before, after]} if before or after else {}


def _money_of(session: AnySession, subject: Subject) -> journal.Changes:
    """What a verb put on an invoice, or held for a document, in dollars."""
    new = [row for row in session.new if isinstance(row, Allocation | Payment)]
    put = [row.amount for row in new if isinstance(row, Allocation) and row.invoice is subject]
    held = [row.amount for row in new if isinstance(row, Payment) and row.document is subject]
    return {"amount": [None, f"{abs(sum(put or held)):.2f}"]} if put or held else {}


def _brought_along(session: AnySession, subject: Subject, name: str) -> list[tuple[Any, str, journal.Changes]]:
    """What a verb changed besides its subject: visits cancelled or added, a request assessed."""
    added: list[tuple[Any, str, journal.Changes]] = [
        (row, "created", {}) for row in session.new if isinstance(row, Visit)
    ]
    states = [
        (row, name, changes)
        for row in session.dirty
        if row is not subject and isinstance(row, Subject) and "status" in (changes := journal.changes_of(row))
    ]
    return [*states, *added]


def require_version(subject: Any, version: int | None) -> None:
    """Refuse to act on a row that changed since the page was shown."""
    if version is not None and version != subject.version:
        raise ConflictError(_l("Somebody changed this since you opened it. Look at it again, then decide."))


def require_role(transition: Transition, subject: Subject, actor: Actor) -> None:
    """Refuse an actor whose roles, or whose visits, do not include this."""
    if not transition.may(subject, actor):
        raise ForbiddenError(_l("Your role does not allow this."))


def require_possible(transition: Transition, subject: Subject) -> None:
    """Refuse a command in a state it does not start from, or that this subject cannot take."""
    if subject.status not in transition.sources:
        raise ConflictError(
            _l("“%(command)s” is not possible: %(state)s.", command=transition.label, state=subject.status.label)
        )
    refusal = transition.refuses(subject)
    if refusal is not None:
        raise DomainError(refusal)
