"""Conversions: which document becomes which, what it carries, who may, and how it is undone.

Over 250 lines: the table of edges, converting and undoing share every guard.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import object_session

from sercom.core import journal
from sercom.core.access import OFFICE, Actor, Role
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, DomainError, ForbiddenError, NeedsConfirmationError
from sercom.core.labels import Status
from sercom.entities.cases.model import Case
from sercom.entities.documents.line import LineDraft
from sercom.entities.documents.model import Conversion, Document
from sercom.entities.documents.taking import require_within_price
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.jobs.model import Job, JobStatus
from sercom.entities.ledger.model import Payment
from sercom.entities.quotes.model import Quote, QuoteStatus
from sercom.entities.requests.model import RequestStatus, ServiceRequest
from sercom.entities.visits.model import STARTED
from sercom.workflow import billing, carry, content
from sercom.workflow.billing import Mode, Part
from sercom.workflow.transitions import require_version, run


@dataclass(frozen=True)
class Choice:
    """What a person chose on the convert page.

    ``quantities`` maps the ids of the source's lines to what is taken of each (``None``: all that
    is left); ``part`` is what of a job is invoiced where that is not said by lines; ``others`` are
    jobs whose rest goes on the same invoice (locked by the caller); ``confirm`` says that the
    questions asked were answered yes; ``approval`` records the client's word on a quote that has none.
    """

    quantities: Mapping[int, Decimal] | None = None
    part: Part | None = None
    others: Sequence[Job] = ()
    confirm: bool = False
    approval: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Edge:
    """From ``source`` to ``target``; ``build`` makes the target and says which lines it carries.

    ``states`` are those it starts from, ``main`` those in which it is the one next step; ``notes``
    tell what comes along besides lines; ``by_line`` lets a person choose lines and quantities;
    ``asks`` is a question to answer yes to first.
    """

    source: type[Any]
    target: type[Any]
    build: Callable[[Any], tuple[Document, list[LineDraft]]]
    label: LazyString
    states: frozenset[Status]
    main: frozenset[Status] = frozenset()
    notes: tuple[LazyString, ...] = ()
    by_line: bool = False
    asks: Callable[[Any], LazyString | None] = lambda _source: None
    roles: frozenset[Role] = OFFICE

    @cached_property
    def name(self) -> str:
        """The edge's name in URLs, after its target: ``quote``, ``job``, ``invoice``."""
        return str(self.target.__mapper__.polymorphic_identity.value)

    def is_next(self, source: Document) -> bool:
        """Whether it is the step to take now; once something was made of the source, that goes on.

        Where a path was proposed, it says which.
        """
        proposed = getattr(source, "triage_path", None)
        due = source.status in self.main if proposed is None else source.next_edge == self.name  # type: ignore[attr-defined]
        return due and not source.conversions

    def allowed_for(self, source: Document, actor: Actor) -> bool:
        """Whether the state and the actor's roles allow it."""
        return source.status in self.states and actor.has(self.roles)


def _unassessed(request: ServiceRequest) -> LazyString | None:
    if request.status is RequestStatus.ASSESSED:
        return None
    return _l("The assessment is not done: invoice all the same?")


OPEN_REQUEST = frozenset({RequestStatus.NEW, RequestStatus.TO_ASSESS, RequestStatus.ASSESSED})
PRICED_QUOTE = frozenset({QuoteStatus.DRAFT, QuoteStatus.SENT, QuoteStatus.CHANGES_REQUESTED, QuoteStatus.APPROVED})
LIVE_JOB = frozenset({JobStatus.OPEN, JobStatus.ON_HOLD, JobStatus.DONE, JobStatus.CLOSED})

ASSESSED = frozenset({RequestStatus.ASSESSED})
APPROVED = frozenset({QuoteStatus.APPROVED})
DONE = frozenset({JobStatus.DONE})

FOUND = _l("What was found becomes the job’s instructions.")
WORKED = _l("The finished assessment’s travel, time and parts become lines.")
TO_PLAN = _l("A visit to schedule is added.")

# fmt: off
EDGES: tuple[Edge, ...] = (
    Edge(ServiceRequest, Quote, carry.request_to_quote, _l("Quote"), OPEN_REQUEST, ASSESSED),
    Edge(ServiceRequest, Job, carry.request_to_job, _l("Job"), OPEN_REQUEST, notes=(FOUND, TO_PLAN)),
    Edge(ServiceRequest, Invoice, carry.request_to_invoice, _l("Invoice"), OPEN_REQUEST, notes=(WORKED,), asks=_unassessed),
    Edge(Quote, Job, carry.quote_to_job, _l("Job"), PRICED_QUOTE, APPROVED, (TO_PLAN,), by_line=True),
    Edge(Job, Invoice, carry.job_to_invoice, _l("Invoice"), LIVE_JOB, DONE, by_line=True),
)
# fmt: on


def edges_from(source: Document, actor: Actor) -> list[Edge]:
    """The conversions that ``actor`` may make of ``source`` now."""
    return [edge for edge in EDGES if edge.source is type(source) and edge.allowed_for(source, actor)]


def find_edge(model: type[Any], name: str) -> Edge | None:
    """The edge ``name`` that leaves ``model``."""
    return next((edge for edge in EDGES if edge.source is model and edge.name == name), None)


def needs_approval(source: Document) -> bool:
    """A quote that the client did not approve: converting it records the approval."""
    return isinstance(source, Quote) and source.status is not QuoteStatus.APPROVED


def earlier(source: Document, edge: Edge) -> list[Document]:
    """What was already made of ``source``, cancelled and void ones aside.

    Of a request by any edge: what became a quote or a job would otherwise be billed twice. Of the
    others by this edge.
    """
    any_edge = isinstance(source, ServiceRequest)
    return [c.target for c in source.conversions if (any_edge or c.edge == edge.name) and c.target.is_live]


def questions(source: Document, edge: Edge) -> list[LazyString]:
    """What a person must say yes to before this conversion."""
    asked = [edge.asks(source)] if edge.asks(source) else []
    # A job's invoices never come to more than the job: nothing is asked.
    if edge.source is not Job and earlier(source, edge):
        asked.append(_l("This was already converted: make another one?"))
    return [question for question in asked if question]


def convert(
    session: AnySession,
    edge: Edge,
    source: Document,
    actor: Actor,
    choice: Choice,
    *,
    token: str,
    version: int | None = None,
) -> Document:
    """Make the next document of the case from ``source`` (locked by the caller).

    ``token`` names this conversion: sent twice, it returns the same target. Raises
    ``ForbiddenError``, ``ConflictError`` (state, version), ``NeedsConfirmationError`` or
    ``DomainError`` (nothing left to carry, a quantity beyond what is left).
    """
    require_role(edge, actor)
    made = next((c for c in source.conversions if c.edge == edge.name and c.token == token), None)
    if made is not None:
        return made.target
    require_version(source, version)
    require_state(edge, source)
    asked = questions(source, edge)
    if asked and not choice.confirm:
        raise NeedsConfirmationError(asked[0])
    sources = [source, *choice.others]
    _require_together(edge, sources)
    case = _lock_cases(session, sources)
    if needs_approval(source):
        _approve(session, source, actor, choice.approval)
    target, drafts = edge.build(source)
    if isinstance(target, Invoice) and isinstance(source, Job):
        drafts = _billed(target, source, drafts, choice)
    elif edge.by_line:
        drafts = carry.chosen(source, drafts, choice.quantities)
        share = carry.share_of_discount(source, drafts)
        target.discount, target.discount_percent = share.amount, share.percent
    target.title = target.title or source.title
    target.tax_province = source.tax_province
    content.join(session, target, case, actor, drafts)
    for each in sources:
        link = Conversion(source=each, target=target, edge=edge.name, token=token, user_id=actor.user_id)
        link.percent = choice.part.percent if choice.part and each is source else None
        session.add(link)
        each.updated_at = utcnow()  # a page shown before this conversion must ask again
    session.flush()
    for link in target.sources:
        link.count()
    session.flush()
    require_within_price(target)
    for each in sources:
        journal.record(session, actor, "converted", each, {edge.name: [None, str(target)]})
    return target


def _billed(invoice: Invoice, job: Job, copies: list[LineDraft], choice: Choice) -> list[LineDraft]:
    """What was chosen of a job, and all that is left of the others."""
    part = choice.part or Part(Mode.ALL if choice.quantities is None else Mode.LINES, choice.quantities)
    part = replace(part, extras=choice.confirm)
    if not choice.others:
        return billing.bill(invoice, job, copies, part)
    more = [(other, carry.job_to_invoice(other)[1], Part()) for other in choice.others]
    return billing.bill_together(invoice, [(job, copies, part), *more])


def _require_together(edge: Edge, sources: Sequence[Document]) -> None:
    """One invoice has one client and the taxes of one province."""
    first, *others = sources
    for other in others:
        require_state(edge, other)
        if other is first or sources.count(other) > 1:
            raise DomainError(_l("A job is chosen once."), "others")
        if other.client_id != first.client_id:
            raise DomainError(_l("%(job)s is for another client: one invoice has one client.", job=other), "others")
        if other.place_of_supply is not first.place_of_supply:
            raise DomainError(
                _l("%(job)s bears the taxes of another province: it needs an invoice of its own.", job=other), "others"
            )


def _lock_cases(session: AnySession, sources: Sequence[Document]) -> Case:
    """The first one's case as it is once others have let go of it: they may have taken numbers meanwhile.

    Before anything is written that refers to it: two who share it could not both lock it any more.
    """
    ids = [source.case_id for source in sources]
    session.execute(select(Case.id).where(Case.id.in_(ids)).order_by(Case.id).with_for_update()).all()
    session.refresh(sources[0].case)
    return sources[0].case


def require_role(edge: Edge, actor: Actor) -> None:
    """Refuse an actor whose roles do not include this conversion."""
    if not actor.has(edge.roles):
        raise ForbiddenError(_l("Your role does not allow this."))


def require_state(edge: Edge, source: Document) -> None:
    """Refuse a source whose state this conversion does not start from."""
    if source.status not in edge.states:
        raise ConflictError(_l("This cannot be converted: %(state)s.", state=source.status.label))


def _approve(session: AnySession, quote: Document, actor: Actor, approval: Mapping[str, Any] | None) -> None:
    if not approval:
        raise DomainError(_l("The client has not approved this quote: record the approval."), "name")
    assert isinstance(quote, Quote)
    if quote.status is QuoteStatus.DRAFT:
        run(session, "mark_sent", quote, actor)
    run(session, "approve", quote, actor, approval)


def can_undo(target: Document, actor: Actor) -> bool:
    """Whether ``undo`` would do it."""
    return _undo_refusal(target) is None and actor.has(OFFICE)


def _has_money(target: Document) -> bool:
    session = object_session(target)
    assert session is not None
    return session.scalar(select(Payment.id).where(Payment.document_id == target.id).limit(1)) is not None


def _undo_refusal(target: Document) -> LazyString | None:
    """Why a conversion cannot be undone, if it cannot."""
    if target.made_from is None:
        return _l("This was not made by a conversion.")
    fresh = {Quote: QuoteStatus.DRAFT, Job: JobStatus.OPEN, Invoice: InvoiceStatus.DRAFT}
    if target.status is not fresh[type(target)] or (isinstance(target, Quote) and target.revision > 1):
        return _l("Too late to undo: %(state)s.", state=target.status.label)
    if target.conversions:
        return _l("Too late to undo: something was made from it.")
    if any(visit.document_id == target.id and visit.status in STARTED for visit in target.case.visits):
        return _l("Too late to undo: a visit has started.")
    return _l("Too late to undo: a deposit was recorded for it.") if _has_money(target) else None


def undo(session: AnySession, target: Document, actor: Actor, *, version: int | None = None) -> Document:
    """Take a conversion back: ``target`` goes, its sources stand as before; the journal keeps both.

    Returns the first source. Photos and notes stay on the case.
    """
    if not actor.has(OFFICE):
        raise ForbiddenError(_l("Your role does not allow this."))
    require_version(target, version)
    refusal = _undo_refusal(target)
    if refusal is not None:
        raise ConflictError(refusal)
    assert target.made_from is not None
    sources = [link.source for link in target.sources]
    source = sources[0]
    journal.record(session, actor, "conversion_undone", target, {"source": [", ".join(map(str, sources)), None]})
    for visit in [visit for visit in target.case.visits if visit.document_id == target.id]:
        session.delete(visit)
    session.flush()
    session.delete(target)
    session.flush()
    for each in sources:
        session.expire(each, ["conversions"])
    return source
