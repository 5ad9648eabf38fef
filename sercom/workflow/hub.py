"""The client's page and its links: asked for by e-mail, sent by the office, ended.

Who asks learns nothing: asking writes one row whatever the address is. The worker looks the address
up afterwards, and sends the link to whoever is known under it.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, or_, select

from sercom.core import clock, formats, journal
from sercom.core.access import OFFICE, Actor
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import DomainError, ForbiddenError
from sercom.entities.clients.model import Client
from sercom.entities.company.model import get_company
from sercom.entities.delivery import link as links
from sercom.entities.delivery import outbox
from sercom.entities.delivery.hub_link import LIFETIME, HubAsk, HubLink
from sercom.entities.delivery.link import Link
from sercom.entities.delivery.mail_template import fill, find_template
from sercom.entities.delivery.message import Message, MessageKind
from sercom.entities.delivery.outbox import Words
from sercom.entities.documents.model import Document

#: How long an ended link is kept: the office may be asked why it does not open.
KEPT = timedelta(days=30)
#: So many at a time, each hour.
SWEPT = 200


def ask(session: AnySession, email: str) -> None:
    """Write down that a link is asked for. The same work for every address: it is not even looked up.

    The worker is not woken: what it does for a known address would slow down whoever asks right after.
    """
    session.add(HubAsk(email=email, base_url=outbox.base_url()))
    session.flush()


def answer_all(session: AnySession, limit: int = 100) -> int:
    """Answer what was asked, at most ``limit`` addresses; how many were. Commits after each."""
    for count in range(limit):
        if not _answer(session):
            return count
    return limit


def _answer(session: AnySession) -> bool:
    """One address, however often it asked: one e-mail where it is known, nothing where it is not."""
    waiting = select(HubAsk).order_by(HubAsk.id).with_for_update(skip_locked=True)
    first = session.scalars(waiting.limit(1)).first()
    if first is None:
        session.rollback()
        return False
    email, site = first.email, first.base_url
    for asked in session.scalars(waiting.where(func.lower(HubAsk.email) == func.lower(email))).all():
        session.delete(asked)
    client = next(iter(known_under(session, email)), None)
    if client is not None:
        send(session, client, Actor(client.name), to=_own_address(client, email), site=site)
    session.commit()
    return True


def _own_address(client: Client, asked: str) -> str:
    """The address as we know it, never as it was typed: a letter that only looks alike leads elsewhere."""
    known = [address for address in (client.email, client.billing_email) if address]
    return next((address for address in known if address.lower() == asked.lower()), known[0])


def known_under(session: AnySession, email: str) -> Sequence[Client]:
    """The clients with that address, for work or for invoices; clients before prospects, the oldest first."""
    same = or_(*(func.lower(column) == func.lower(email) for column in (Client.email, Client.billing_email)))
    rows = select(Client).where(same, Client.merged_into_id.is_(None))
    return session.scalars(rows.order_by(Client.is_prospect, Client.id)).all()


def people_of(session: AnySession, link: HubLink) -> list[Client]:
    """Whom the link shows: its client, or whom that one was merged into, and who else has the address now."""
    own = link.client.present
    return [own, *(client for client in known_under(session, link.email) if client is not own)]


def send(session: AnySession, client: Client, actor: Actor, *, to: str, site: str = "") -> Message:
    """Make a link to the client's page and write the e-mail that carries it."""
    link = make_link(session, client, to)
    company, language = get_company(session), client.language
    template = find_template(session, MessageKind.CLIENT_PAGE, language)
    with force_locale(language.value):
        values = {
            "client": client.contact_name or client.name,
            "until": formats.long_day(clock.to_company(link.expires_at).date()),
            "company": company.name,
            "phone": formats.phone(company.phone) if company.phone else "",
        }
    values = {name: formats.single_line(text) for name, text in values.items()}
    words = Words(language, fill(template.subject, values), fill(template.body, values), site)
    message = outbox.post(session, MessageKind.CLIENT_PAGE, words, to=to, link=link)
    journal.record(session, actor, "hub_link_sent", client, {"message": [message.id, message.to_email]})
    return message


def make_link(session: AnySession, client: Client, to: str) -> HubLink:
    """A new link to the client's page, for an e-mail to that address."""
    link = HubLink(client=client, email=to, expires_at=utcnow() + LIFETIME)
    session.add(link)
    return link


def send_by_office(session: AnySession, client: Client, actor: Actor) -> Message:
    """The office sends the link to the client's own address; refused where there is none."""
    _require_office(actor)
    to = client.email or client.billing_email
    if not to:
        raise DomainError(_l("This client has no e-mail address."), "email")
    return send(session, client, actor, to=to)


def open_links(session: AnySession, client: Client) -> Sequence[HubLink]:
    """The client's links that still open, the latest first."""
    own = (HubLink.client_id == client.id, HubLink.revoked_at.is_(None), HubLink.expires_at > utcnow())
    return session.scalars(select(HubLink).where(*own).order_by(HubLink.id.desc())).all()


def end_links(session: AnySession, client: Client, actor: Actor, to: Collection[str] | None = None) -> None:
    """End all of them, or those that were sent to these addresses, with what they opened; the journal keeps it.

    Who else had such an address may have opened a document of this client's: that link ends too.
    """
    _require_office(actor)
    ended: list[HubLink | Link] = [link for link in open_links(session, client) if to is None or link.email in to]
    beside = select(Link).join(HubLink).join(Document, Document.id == Link.document_id)
    beside = beside.where(Document.client_id == client.id, HubLink.client_id != client.id, Link.revoked_at.is_(None))
    shared = {address.lower() for address in to or ()}
    ended += session.scalars(beside.where(func.lower(HubLink.email).in_(shared))).all() if shared else []
    for link in ended:
        link.revoked_at = utcnow()
    if ended:
        journal.record(session, actor, "hub_link_ended", client)


def sweep(session: AnySession) -> None:
    """The worker's own: delete links that ended long ago, with those to documents that they opened, and commit."""
    over = utcnow() - KEPT
    ended = select(HubLink.id).where(or_(HubLink.expires_at < over, HubLink.revoked_at < over))
    session.execute(delete(HubLink).where(HubLink.id.in_(ended.limit(SWEPT))))
    session.commit()


def open_document(session: AnySession, link: HubLink, document: Document) -> Link:
    """The link to the document that this page opens: made once for each revision, and no older than the page."""
    revision = getattr(document, "revision", 1)
    own = select(Link).where(Link.hub_link_id == link.id, Link.document_id == document.id, Link.revision == revision)
    known = session.scalars(own.where(Link.revoked_at.is_(None)).order_by(Link.id)).first()
    return known or links.make_link(session, document, link)


def _require_office(actor: Actor) -> None:
    if not actor.has(OFFICE):
        raise ForbiddenError(_l("Your role does not allow this."))
