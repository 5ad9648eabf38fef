"""What a client's page shows: requests and where they stand, visits, quotes, invoices, receipts, the balance.

Nothing internal: no draft, no archived quote, no debt that was given up by its name, no remark.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload, undefer

from sercom.accounts import ageing
from sercom.core import clock
from sercom.core.base import AnySession
from sercom.core.money import ZERO
from sercom.entities.cases.model import Case
from sercom.entities.clients.model import Client
from sercom.entities.credits.model import CreditNote
from sercom.entities.documents.model import Document, DocumentKind
from sercom.entities.documents.thread import EVERY_KIND
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.ledger.model import Payment
from sercom.entities.quotes.evidence import SentQuote
from sercom.entities.quotes.model import Quote
from sercom.entities.requests.model import ServiceRequest
from sercom.entities.visits.model import PLANNED, Visit, VisitStatus
from sercom.workflow import followup
from sercom.workflow.inbox import cancelled_among
from sercom.workflow.receipts import receipts_of_clients
from sercom.workflow.standing import OF_INVOICE, OF_QUOTE, Account, Row, Standing

#: More documents than that nobody scrolls through.
LATEST, RECEIPTS, PAST = 200, 50, 20
SHOWN = (DocumentKind.REQUEST, DocumentKind.QUOTE, DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)


@dataclass
class ClientPage:
    """All of it; each list has what waits first, then the newest."""

    clients: Sequence[Client]
    accounts: list[Account] = field(default_factory=list)
    requests: list[Row] = field(default_factory=list)
    quotes: list[Row] = field(default_factory=list)
    invoices: list[Row] = field(default_factory=list)
    coming: list[Visit] = field(default_factory=list)
    past: list[Visit] = field(default_factory=list)
    receipts: Sequence[Payment] = ()
    #: By case, the document whose page tells of it, and where the client can write about a visit.
    pages: dict[int, Document] = field(default_factory=dict)

    @property
    def owed(self) -> Decimal:
        """What is left to pay on all invoices, in dollars."""
        return sum((account.owed for account in self.accounts), ZERO)

    @property
    def overdue(self) -> Decimal:
        """What of it is past due, in dollars."""
        return sum((account.overdue for account in self.accounts), ZERO)

    @property
    def credit(self) -> Decimal:
        """What was paid and is on no invoice, in dollars."""
        return sum((account.credit for account in self.accounts), ZERO)

    @property
    def sections(self) -> list[tuple[LazyString, list[Row]]]:
        """The lists by name, those first in which something waits for the client."""
        named = [(_l("Requests"), self.requests), (_l("Quotes"), self.quotes), (_l("Invoices"), self.invoices)]
        return sorted(named, key=lambda section: not any(row.waits for row in section[1]))

    @property
    def billed(self) -> list[Account]:
        """The accounts of those to whom something was billed, or who paid: who have a statement."""
        ids = {row.document.client_id for row in self.invoices} | {payment.client_id for payment in self.receipts}
        return [account for account in self.accounts if account.client.id in ids]

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to show yet."""
        return not (self.requests or self.quotes or self.invoices or self.coming or self.past or self.receipts)


def page_of(session: AnySession, clients: Sequence[Client]) -> ClientPage:
    """The page of these clients, who are one reader."""
    ids = [client.id for client in clients]
    page = ClientPage(clients, receipts=receipts_of_clients(session, ids, RECEIPTS))
    page.accounts = [account_of(session, client) for client in clients]
    documents = _documents(session, ids)
    sent = _sent_revisions(session, documents)
    _load_steps(session, documents)
    cancelled = cancelled_among(session, [d for d in documents if isinstance(d, ServiceRequest)])
    for document in documents:
        if isinstance(document, ServiceRequest):
            ended = _l("Cancelled") if document.id in cancelled else _l("Closed")
            page.requests.append(_request(document, ended))
            page.pages[document.case_id] = document
        elif isinstance(document, Quote) and (document.id, document.revision) in sent:
            standing = _of_quote(document)
            if standing is not None:
                page.quotes.append(_priced(document, standing, document.sent_at))
                page.pages.setdefault(document.case_id, document)
        elif isinstance(document, Invoice) and document.status is not InvoiceStatus.DRAFT:
            page.invoices.append(_invoice(document))
        elif isinstance(document, CreditNote):
            page.invoices.append(_credit(document))
    for rows in (page.quotes, page.invoices):
        rows.sort(key=lambda row: not row.waits)
    page.requests.sort(key=lambda row: not row.going)
    _visits(session, ids, page)
    return page


def account_of(session: AnySession, client: Client) -> Account:
    """What a client owes today, and what the company owes to the client."""
    aged = ageing.of_client(session, client.id, clock.today())
    return Account(client, sum(aged.amounts, ZERO), aged.overdue, max(aged.credit, ZERO))


def may_open(session: AnySession, document: Document) -> bool:
    """Whether the client's page leads to it."""
    if isinstance(document, Quote):
        sent = _sent_revisions(session, [document])
        return (document.id, document.revision) in sent and _of_quote(document) is not None
    if isinstance(document, Invoice):
        return document.status is not InvoiceStatus.DRAFT
    return isinstance(document, ServiceRequest | CreditNote)


def _documents(session: AnySession, ids: Sequence[int]) -> Sequence[Document]:
    """The newest first, with where an invoice stands and what was paid on it."""
    rows = (
        select(EVERY_KIND)
        .where(EVERY_KIND.client_id.in_(ids), EVERY_KIND.kind.in_(SHOWN))
        .options(joinedload(EVERY_KIND.case).joinedload(Case.site))
        .options(undefer(EVERY_KIND.Invoice.stage), undefer(EVERY_KIND.Invoice.paid_amount))
    )
    return session.scalars(rows.order_by(EVERY_KIND.id.desc()).limit(LATEST)).all()


def may_read_report(visit: Visit) -> bool:
    """Whether the client's page offers the visit's report: of work that is finished, not of what was looked at."""
    return visit.status is VisitStatus.DONE and not visit.is_assessment


def _sent_revisions(session: AnySession, documents: Sequence[Document]) -> set[tuple[int, int]]:
    """Which revisions of the quotes were sent: nothing else of a quote is the client's."""
    quotes = [document.id for document in documents if isinstance(document, Quote)]
    rows = select(SentQuote.quote_id, SentQuote.revision).where(SentQuote.quote_id.in_(quotes))
    return {(quote, revision) for quote, revision in session.execute(rows)} if quotes else set()


def _load_steps(session: AnySession, documents: Sequence[Document]) -> None:
    """What the steps of open requests are read from, for all of them at once."""
    cases = {d.case_id for d in documents if isinstance(d, ServiceRequest) and not followup.is_closed(d)}
    if cases:
        rows = select(Case).where(Case.id.in_(cases))
        session.scalars(rows.options(selectinload(Case.documents), selectinload(Case.visits))).all()


def _request(request: ServiceRequest, ended: LazyString) -> Row:
    closed = followup.is_closed(request)
    steps = [] if closed else followup.steps_of(request)
    last = max((place for place, step in enumerate(steps) if step.reached), default=0)
    return Row(
        request,
        str(request.service or request.title),
        _day(request.created_at),
        step=ended if closed else steps[last].label,
        place=(last + 1, len(steps)),
        going=not closed and not steps[-1].reached,
    )


def _of_quote(quote: Quote) -> Standing | None:
    standing = OF_QUOTE.get(quote.status)
    if standing is Standing.TO_ANSWER and quote.valid_until is not None and quote.valid_until < clock.today():
        return Standing.EXPIRED
    return standing


def _priced(document: Document, standing: Standing, moment: datetime | None) -> Row:
    day = _day(moment or document.created_at)
    return Row(document, document.title or document.case.title, day, standing, amount=document.total)


def _invoice(invoice: Invoice) -> Row:
    standing, live = OF_INVOICE[invoice.stage], invoice.status is InvoiceStatus.ISSUED
    return Row(
        invoice,
        invoice.title or invoice.case.title,
        invoice.issue_date or _day(invoice.created_at),
        standing,
        amount=invoice.total,
        balance=max(invoice.total - invoice.paid_amount, ZERO) if live else ZERO,
        due=invoice.due_date,
    )


def _credit(note: CreditNote) -> Row:
    return Row(note, str(_l("Credit note")), note.issue_date, amount=-note.total)


def _visits(session: AnySession, ids: Sequence[int], page: ClientPage) -> None:
    """What is planned, the next first; what took place, the latest first."""
    rows = (
        select(Visit)
        .join(Case, Case.id == Visit.case_id)
        .where(Case.client_id.in_(ids), Visit.starts_at.is_not(None))
        .options(joinedload(Visit.case).joinedload(Case.site), joinedload(Visit.document))
    )
    page.coming = list(session.scalars(rows.where(Visit.status.in_(PLANNED)).order_by(Visit.starts_at)))
    past = rows.where(Visit.status.in_((VisitStatus.DONE, VisitStatus.INCOMPLETE)))
    page.past = list(session.scalars(past.order_by(Visit.starts_at.desc()).limit(PAST)))


def _day(moment: datetime) -> date:
    return clock.to_company(moment).date()
