"""The client's answer to a quote, on the page behind a link: approve, ask for a change, decline.

The commands are those of ``TRANSITIONS``, given by the client. Here stand what a client may answer when,
what is refused besides, and who is told.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import Enum

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from sercom.core import formats
from sercom.core.access import OFFICE, Actor
from sercom.core.base import AnySession
from sercom.core.clock import to_company
from sercom.core.errors import ConflictError, DomainError
from sercom.entities.company.model import get_company
from sercom.entities.delivery import outbox
from sercom.entities.delivery.link import Link, make_link
from sercom.entities.delivery.mail_template import fill, find_template
from sercom.entities.delivery.message import MessageKind
from sercom.entities.delivery.outbox import Words
from sercom.entities.documents.model import Document
from sercom.entities.quotes.evidence import Approval, Channel, Signed
from sercom.entities.quotes.model import DeclineReason, Quote, QuoteStatus
from sercom.entities.users.model import Language
from sercom.entities.visits.model import VisitStatus
from sercom.workflow import edges
from sercom.workflow.edges import Choice
from sercom.workflow.transitions import available, run


class Standing(Enum):
    """Where a quote stands for whoever holds the link to one of its revisions."""

    OPEN = "open"
    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"
    REVISED = "revised"
    CLOSED = "closed"


#: What a client may answer; the table of commands has the last word.
ANSWERS: dict[Standing, tuple[str, ...]] = {
    Standing.OPEN: ("approve", "request_changes", "decline"),
    Standing.ASKED: ("approve", "decline"),
    Standing.EXPIRED: ("request_changes", "decline"),
    Standing.APPROVED: (),
    Standing.DECLINED: (),
    Standing.REVISED: (),
    Standing.CLOSED: (),
}
STANDINGS = {
    QuoteStatus.APPROVED: Standing.APPROVED,
    QuoteStatus.DECLINED: Standing.DECLINED,
    QuoteStatus.CHANGES_REQUESTED: Standing.ASKED,
    QuoteStatus.SENT: Standing.OPEN,
}
#: What is said to an answer that comes too late.
TOO_LATE = {
    Standing.APPROVED: _l("This quote has already been approved. See below what was approved."),
    Standing.DECLINED: _l("This quote has already been declined. Call us if you change your mind."),
    Standing.ASKED: _l("A change has already been requested: we are looking into it."),
    Standing.REVISED: _l(
        "We have changed this quote: nothing was recorded. The new version is sent to you separately."
    ),
    Standing.EXPIRED: _l("This quote is no longer valid: nothing was recorded. Ask us to renew it."),
    Standing.CLOSED: _l("This quote is closed: nothing was recorded. Call us if you would like to go ahead after all."),
}


@dataclass(frozen=True)
class Word:
    """The client's word: who signs and how, the options taken (``None``: as offered), and the total that was shown.

    ``language`` is the one in which the page was read.
    """

    name: str
    signed: Signed
    accepted: Collection[int] | None
    total: str
    language: Language = Language.FRENCH


def client_of(document: Document) -> Actor:
    """Whoever holds a link to the document."""
    return Actor(document.client.name, client_id=document.client_id)


def standing_of(quote: Quote, revision: int) -> Standing:
    """Where it stands for the holder of a link to ``revision``."""
    if quote.revision != revision:
        return Standing.REVISED
    standing = STANDINGS.get(quote.status, Standing.CLOSED)
    return Standing.EXPIRED if standing is Standing.OPEN and quote.is_expired else standing


def is_to_plan(quote: Quote) -> bool:
    """Whether a day for the work is still to be agreed on with the client."""
    work = (visit for visit in quote.case.visits if not visit.is_assessment)
    return not any(visit.starts_at for visit in work if visit.status is not VisitStatus.CANCELLED)


def answers_to(quote: Quote, revision: int) -> set[str]:
    """The commands that the client may give now."""
    possible = {transition.name for transition in available(quote, client_of(quote))}
    return possible & set(ANSWERS[standing_of(quote, revision)])


def require_open(quote: Quote, link: Link, answer: str) -> None:
    """Refuse an answer that the quote does not wait for, and say where it stands."""
    if answer not in answers_to(quote, link.revision):
        standing = standing_of(quote, link.revision)
        raise ConflictError(TOO_LATE.get(standing, TOO_LATE[Standing.CLOSED]))


def approve(session: AnySession, quote: Quote, link: Link, word: Word) -> Approval:
    """Record the client's approval of the link's revision (``quote`` is locked), start the job, tell both.

    Raises ``ConflictError`` where it comes too late, or where the choice comes to another total than was
    shown; ``DomainError`` beside what is wrong.
    """
    require_open(quote, link, "approve")
    if word.accepted is not None:
        total = quote.price_of(word.accepted).total
        if f"{total:.2f}" != word.total:
            raise ConflictError(
                _l("Your choice comes to %(total)s. Look at it, then approve.", total=formats.money(total))
            )
    data = {"channel": Channel.PORTAL, "name": word.name, "accepted": word.accepted, "signed": word.signed}
    if word.language is quote.client.language is Language.ENGLISH:
        data["french_since"] = to_company(link.created_at).date()  # the page and its e-mail offer the French paper
    run(session, "approve", quote, client_of(quote), data)
    approval = quote.approval
    assert approval is not None
    job, hindrance = _start_job(session, quote, approval)
    _thank(session, quote, link, approval)
    _tell_office(session, quote, approval=approval, more=_approved_words(approval, job, hindrance))
    return approval


def request_changes(session: AnySession, quote: Quote, link: Link, words: str) -> None:
    """The client wants something else, in these words. ``quote`` is locked."""
    require_open(quote, link, "request_changes")
    run(session, "request_changes", quote, client_of(quote), {"change_request": words})
    _tell_office(session, quote, more=[words])


def decline(session: AnySession, quote: Quote, link: Link, reason: DeclineReason, note: str) -> None:
    """The client says no. ``quote`` is locked."""
    require_open(quote, link, "decline")
    run(session, "decline", quote, client_of(quote), {"reason": reason, "note": note})
    with force_locale(Language.FRENCH.value):
        more = [str(reason.label), note]
    _tell_office(session, quote, more=more)


def is_same(approval: Approval, quote: Quote, word: Word) -> bool:
    """Whether an approval that comes again says what is approved already: a second click, another tab."""
    taken = {line.id for line in quote.offer.optional if line.accepted}
    same_choice = word.accepted is None or set(word.accepted) == taken
    return approval.channel is Channel.PORTAL and approval.name == word.name and same_choice


def _start_job(session: AnySession, quote: Quote, approval: Approval) -> tuple[Document | None, DomainError | None]:
    """The job, where the company lets an approval start it; what hinders it does not hinder the approval."""
    edge = edges.find_edge(Quote, "job")
    if edge is None or not get_company(session).approval_starts_job:
        return None, None
    # For the office, in this one thing, which it chose beforehand.
    actor = Actor(approval.name, OFFICE)
    point = session.begin_nested()
    try:
        job = edges.convert(session, edge, quote, actor, Choice(), token=f"approval-{approval.id}")
    except DomainError as error:
        point.rollback()
        return None, error
    point.commit()
    return job, None


def _thank(session: AnySession, quote: Quote, link: Link, approval: Approval) -> None:
    """What was approved goes to the client, signed, with the link that opened the page."""
    client, company = quote.client, get_company(session)
    if not client.email:
        return
    language = client.language
    template = find_template(session, MessageKind.QUOTE_APPROVED, language)
    with force_locale(language.value):
        values = {
            "client": client.contact_name or client.name,
            "number": quote.number or "",
            "total": formats.money(quote.total),
            "company": company.name,
            "phone": formats.phone(company.phone) if company.phone else "",
        }
    values = {name: formats.single_line(text) for name, text in values.items()}
    words = Words(language, fill(template.subject, values), fill(template.body, values))
    outbox.post(
        session,
        MessageKind.QUOTE_APPROVED,
        words,
        to=client.email,
        document=quote,
        # A page opened from the client's own page ends with it; what stands in a mailbox stays.
        link=link if link.hub_link_id is None else make_link(session, quote),
        attached=approval,
    )


def _approved_words(approval: Approval, job: Document | None, hindrance: DomainError | None) -> list[str]:
    """What the office reads of an approval besides its first line."""
    with force_locale(Language.FRENCH.value):
        at = to_company(approval.at)
        day, time = formats.long_day(date(at.year, at.month, at.day)), formats.clock(at.time())
        told = [_("Signed by %(name)s on %(day)s at %(time)s.", name=approval.name, day=day, time=time)]
        if job is not None:
            told.append(_("Job %(number)s is started: its visit is to plan.", number=job.number))
        if hindrance is not None:
            told.append(_("The job could not start by itself: %(why)s", why=hindrance))
    return told


def _tell_office(session: AnySession, quote: Quote, *, more: list[str], approval: Approval | None = None) -> None:
    """What the client answered, in the company's language, and where to go on."""
    company = get_company(session)
    if not company.email:
        return
    with force_locale(Language.FRENCH.value):
        subject = f"{quote.status.label} · {quote.number} · {quote.client.name}"
        head = f"{quote.number} · {quote.client.name} · {formats.money(quote.total)}\n{quote.status.label}"
    url = f"{outbox.base_url()}/admin/quotes/details/?id={quote.id}"
    body = "\n\n".join(part for part in (head, *more, url) if part)
    words = Words(Language.FRENCH, formats.single_line(subject), body)
    outbox.post(
        session, MessageKind.QUOTE_ANSWERED, words, to=company.email, document=quote, attached=approval or False
    )
