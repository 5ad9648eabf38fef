"""What comes next, chosen on site: a quote, a job, or the invoice now.

A technician acts for the office in this one thing, on an own visit that is done: the journal names the person.
What the office must finish stays as a draft, with a note that says why. Nothing here is a dead end.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import LazyString, force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from sercom.core import clock, formats
from sercom.core.access import OFFICE, Actor, Role
from sercom.core.base import AnySession
from sercom.core.errors import ConflictError, DomainError, ForbiddenError
from sercom.core.money import ZERO, Amount, Discount, TaxStatus, Totals, compute_totals, line_amount
from sercom.entities.documents.line import Line, LineDraft, LineKind
from sercom.entities.documents.model import Conversion, Document
from sercom.entities.documents.pricing import basis_of
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.jobs.model import Job
from sercom.entities.ledger.model import Method
from sercom.entities.requests.model import ServiceRequest
from sercom.entities.users.model import User
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.entities.visits.signing import sign
from sercom.workflow import billing, edges, sending
from sercom.workflow.billing import Mode, Part
from sercom.workflow.transitions import run
from sercom.workflow.writing import add_internal_note

#: What an assessment may become with one tap.
NEXT = ("quote", "job")


@dataclass(frozen=True)
class Preview:
    """The invoice as it would be now: lines, and what they come to with the taxes of the place."""

    lines: Sequence[LineDraft]
    totals: Totals

    @property
    def is_priced(self) -> bool:
        """Whether every item has its price."""
        return all(line.unit_price for line in self.lines if line.kind is LineKind.ITEM)


@dataclass(frozen=True)
class Consent:
    """What the client said yes to: who signed, the strokes as a PNG, and the total that was shown."""

    name: str
    png: bytes
    total: str


def may_invoice(session: AnySession, actor: Actor) -> bool:
    """The office, and whoever was given it."""
    user = session.get(User, actor.user_id) if actor.user_id else None
    return actor.has(OFFICE) or bool(user and user.active and user.invoices_on_site)


def is_open(visit: Visit) -> bool:
    """Whether something may come of it now: it is done."""
    return visit.status is VisitStatus.DONE


def made_of(visit: Visit) -> Document | None:
    """What was made of the assessment already."""
    found = [link.target for link in visit.document.conversions if link.target.is_live]
    return found[0] if visit.is_assessment and found else None


def invoice_of(session: AnySession, visit: Visit) -> Invoice | None:
    """The live invoice that was made on site, or that bills this visit; the latest one."""
    own = [link.target_id for link in visit.document.conversions if link.edge == "invoice" and _is_own(link, visit)]
    bills = select(Line.document_id).where(Line.visit_id == visit.id)
    rows = select(Invoice).where(Invoice.id.in_(bills) | Invoice.id.in_(own), Invoice.status != InvoiceStatus.VOID)
    return session.scalars(rows.order_by(Invoice.id.desc())).first()


def make_next(session: AnySession, visit: Visit, actor: Actor, kind: str) -> Document:
    """Make the quote or the job of an assessment; asked again, it is the same one. The visit is locked."""
    source = _source_of(session, visit)
    if not visit.is_assessment or kind not in NEXT:
        raise ConflictError(_l("What comes next is chosen after an assessment."))
    return _convert(session, visit, source, kind, actor, edges.Choice())


def preview(session: AnySession, visit: Visit) -> Preview:
    """What the invoice would be, by the same functions that make it; raises ``DomainError`` where there is none."""
    source = visit.document
    edge = edges.find_edge(type(source), "invoice")
    assert edge is not None
    edges.require_state(edge, source)
    invoice, drafts = edge.build(source)
    if isinstance(source, Job) and isinstance(invoice, Invoice):
        drafts = billing.bill(invoice, source, drafts, _part(source, visit))
    items = [draft for draft in drafts if draft.kind is LineKind.ITEM]
    if not items:
        raise DomainError(_l("No time, travel or part is there to invoice: the office makes the invoice."))
    values = [line_amount(draft.quantity, draft.unit_price, draft.discount) for draft in items]
    taxable = [draft.tax_status is TaxStatus.TAXABLE for draft in items]
    discount = Discount(invoice.discount or ZERO, invoice.discount_percent).of(max(sum(values, ZERO), ZERO))
    amounts = [Amount(value, taxed) for value, taxed in zip(values, taxable, strict=True)]
    return Preview(drafts, compute_totals(amounts, basis_of(session, source).rates, discount))


def invoice_now(
    session: AnySession, visit: Visit, actor: Actor, consent: Consent, *, email: str | None
) -> tuple[Invoice, list[LazyString]]:
    """Make, issue and send the invoice of a visit that is done; asked again, it is the same one. The visit is locked.

    Returns it with what the office has left to do: where that is something, it may be a draft still.
    Raises ``ForbiddenError``, ``ConflictError`` (state, another total than was shown) or ``DomainError``.
    """
    if not may_invoice(session, actor):
        raise ForbiddenError(_l("Your role does not allow this."))
    source = _source_of(session, visit)
    known = invoice_of(session, visit)
    if known is not None:
        return known, []
    choice = edges.Choice(part=_part(source, visit)) if isinstance(source, Job) else edges.Choice()
    invoice = _convert(session, visit, source, "invoice", actor, choice)
    assert isinstance(invoice, Invoice)
    if str(invoice.total) != consent.total:
        total = formats.money(invoice.total)
        raise ConflictError(_l("The total is %(total)s now. Show it to the client, and sign again.", total=total))
    lacks = _lacks(session, invoice)
    about = _about(invoice)
    if not lacks:
        run(session, "issue", invoice, _for_office(actor))
        about = _about(invoice)
    sign(session, visit, actor, name=consent.name, png=consent.png, about=about)
    left = lacks or _send(session, invoice, actor, email)
    if left:
        _tell_office(session, visit, invoice, actor, left)
    return invoice, left


def record_paid(session: AnySession, visit: Visit, actor: Actor, method: Method) -> Invoice:
    """Write down that the client paid the whole balance on site."""
    if not may_invoice(session, actor):
        raise ForbiddenError(_l("Your role does not allow this."))
    invoice = invoice_of(session, visit)
    if invoice is None or invoice.status is not InvoiceStatus.ISSUED:
        raise ConflictError(_l("There is no issued invoice to pay."))
    session.get(Invoice, invoice.id, with_for_update=True, populate_existing=True)
    paid = {"amount": invoice.balance, "method": method, "received_on": clock.today()}
    run(session, "record_payment", invoice, _for_office(actor), paid)
    return invoice


def _source_of(session: AnySession, visit: Visit) -> ServiceRequest | Job:
    """The visit's document, locked; refused while the work goes on."""
    if not is_open(visit):
        raise ConflictError(_l("Finish the visit first."))
    kind = type(visit.document)
    source = session.get(kind, visit.document_id, with_for_update=True, populate_existing=True)
    assert isinstance(source, ServiceRequest | Job)
    return source


def _part(job: Job, visit: Visit) -> Part:
    """All that was agreed, and what this visit used besides; without a price, what this visit took."""
    return Part(Mode.ALL if job.net > ZERO else Mode.VISITS, visits={visit.id})


def _convert(
    session: AnySession,
    visit: Visit,
    source: ServiceRequest | Job,
    kind: str,
    actor: Actor,
    choice: edges.Choice,
) -> Document:
    edge = edges.find_edge(type(source), kind)
    assert edge is not None
    own = [link for link in source.conversions if link.edge == kind and _is_own(link, visit)]
    live = [link for link in own if link.target.is_live]
    earlier = made_of(visit)
    if earlier is not None and not live:
        raise ConflictError(_l("This was done already: %(document)s.", document=earlier))
    token = live[-1].token if live else f"{_prefix(visit)}{len(own) + 1}"
    return edges.convert(session, edge, source, _for_office(actor), choice, token=token)


def _prefix(visit: Visit) -> str:
    """How the tokens of what was made of a visit on site begin: asked twice, it is the same document."""
    return f"onsite-{visit.id}-"


def _is_own(link: Conversion, visit: Visit) -> bool:
    return link.token.startswith(_prefix(visit))


def _for_office(actor: Actor) -> Actor:
    """The same person, for what the office lets them do on site."""
    return Actor(actor.name, actor.roles | {Role.OFFICE}, actor.user_id)


def _lacks(session: AnySession, invoice: Invoice) -> list[LazyString]:
    """What stops the invoice from leaving as it stands."""
    found = [each.text for each in sending.findings_of(session, invoice, invoice.client.language) if each.stops]
    if any(line.is_item and not line.unit_price for line in invoice.lines):
        found.append(_l("A line has no price."))
    return found


def _send(session: AnySession, invoice: Invoice, actor: Actor, email: str | None) -> list[LazyString]:
    """Hand it to the outbox; what is left to the office, where it cannot leave."""
    if not email:
        return [_l("No e-mail address: print it, or ask the client for one.")]
    words = sending.proposed_words(session, invoice, invoice.client.language)
    sending.send(session, invoice, _for_office(actor), words, to=[email], token=f"onsite-{invoice.id}", confirm=True)
    return []


def _about(invoice: Invoice) -> str:
    """What was signed, in the client's language."""
    with force_locale(invoice.client.language.value):
        told = {"number": invoice.number or invoice.case.number, "total": formats.money(invoice.total)}
        return _("Invoice %(number)s, %(total)s", **told)


def _tell_office(session: AnySession, visit: Visit, invoice: Invoice, actor: Actor, left: Sequence[LazyString]) -> None:
    """A note on the case, so that somebody finishes it; in the company's language."""
    with force_locale(formats.FRENCH):
        why = " ".join(str(text) for text in left)
        body = _("To finish for the technician: %(document)s. %(why)s", document=invoice, why=why)
    add_internal_note(session, visit.case, actor, body)
