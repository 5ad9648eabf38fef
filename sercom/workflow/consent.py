"""Whether a client may be written to: what belongs to work under way unless they said no, marketing if they said yes.

CASL asks a consent for what encourages to buy; dealings within two years are an implied one, which the
company may rest on or not. Unsubscribing never stops quotes or invoices themselves.
"""

from collections.abc import Iterable
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select

from sercom.core import clock, journal
from sercom.core.access import Actor
from sercom.core.base import AnySession
from sercom.core.labels import Labelled, Tone
from sercom.entities.clients.model import Client
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.privacy.consent import (
    HEARD,
    OFFERS,
    Consent,
    ConsentSource,
    Purpose,
    Said,
    latest,
    note,
)
from sercom.entities.reminders.model import get_settings
from sercom.entities.users.model import Language

#: How long a purchase stands for a consent.
DEALINGS = timedelta(days=730)


class Footing(Labelled):
    """On what writing rests, or why nobody writes."""

    USUAL = "usual", _l("Unless the client says no"), Tone.INFO
    CONSENT = "consent", _l("The client said yes"), Tone.GOOD
    DEALINGS = "dealings", _l("Invoiced within two years"), Tone.INFO
    REFUSED = "refused", _l("The client said no"), Tone.BAD
    UNASKED = "unasked", _l("No consent yet"), Tone.WARN

    @property
    def holds(self) -> bool:
        """Whether the client may be written to."""
        return self not in {Footing.REFUSED, Footing.UNASKED}


Footings = dict[Purpose, Footing]


def footings(session: AnySession, client_ids: Iterable[int]) -> dict[int, Footings]:
    """For each of the clients, and each purpose of what we write; the work itself needs none."""
    ids = set(client_ids)
    if not ids:
        return {}
    said = latest(session, ids)
    dealt = _dealt_with(session, ids) if get_settings(session).implied_consent else set()
    return {
        client_id: {
            purpose: _footing(purpose, said.get(client_id, {}), dealt=client_id in dealt)
            for purpose in Purpose
            if purpose is not Purpose.SERVICE
        }
        for client_id in ids
    }


def footings_of(session: AnySession, client_id: int) -> Footings:
    """For one client."""
    return footings(session, [client_id])[client_id]


def _footing(purpose: Purpose, said: Said, *, dealt: bool) -> Footing:
    last = said.get(purpose)
    if last is not None:
        return Footing.CONSENT if last.given else Footing.REFUSED
    if not purpose.is_marketing:
        return Footing.USUAL
    return Footing.DEALINGS if dealt else Footing.UNASKED


def _dealt_with(session: AnySession, ids: set[int]) -> set[int]:
    """Clients who were invoiced within the time."""
    since = clock.today() - DEALINGS
    rows = select(Invoice.client_id).where(
        Invoice.client_id.in_(ids), Invoice.status == InvoiceStatus.ISSUED, Invoice.issue_date >= since
    )
    return set(session.scalars(rows.distinct()))


def say(
    session: AnySession,
    client: Client,
    wanted: dict[Purpose, bool],
    source: ConsentSource,
    actor: Actor,
    language: Language | None = None,
) -> None:
    """Keep what a client wants to receive and what not, as the client or the office says it, and journal it.

    ``language`` is that of the words that were answered: the client's own unless a page showed another. What is
    said again is kept once. Who refuses each kind of offer has refused offers.
    """
    # Two answers come one after the other.
    session.execute(select(Client.id).where(Client.id == client.id).with_for_update())
    changed = _note(session, client, wanted, source, actor, language or client.language)
    said = latest(session, [client.id]).get(client.id, {})
    offers = said.get(Purpose.MARKETING)
    if (offers is None or offers.given) and all(offer in said and not said[offer].given for offer in OFFERS):
        changed |= _note(session, client, {Purpose.MARKETING: False}, source, actor, language or client.language)
    if changed:
        told = {purpose.value: [not yes, yes] for purpose, yes in changed.items()}
        journal.record(session, actor, "contact_chosen", client, told)


def say_at(
    session: AnySession,
    address: str,
    client: Client,
    wanted: dict[Purpose, bool],
    source: ConsentSource,
    language: Language,
) -> None:
    """Keep what the reader at ``address`` says for ``client``; a no counts for whoever else is written to there.

    One person is often there twice before the office says so, and has said it once.
    """
    same = or_(*(func.lower(column) == func.lower(address) for column in (Client.email, Client.billing_email)))
    others = session.scalars(select(Client).where(same, Client.merged_into_id.is_(None), Client.id != client.id)).all()
    for one in sorted({client, *others}, key=lambda row: row.id):  # in one order: two answers do not wait in a circle
        told = {
            purpose: yes
            for purpose, yes in wanted.items()
            if one is client or (not yes and (_address(one, purpose) or "").lower() == address.lower())
        }
        if told:
            say(session, one, told, source, Actor(one.name), language)


def _address(client: Client, purpose: Purpose) -> str | None:
    """Where such a thing is sent."""
    return (purpose is Purpose.INVOICES and client.billing_email) or client.email


def _note(
    session: AnySession,
    client: Client,
    wanted: dict[Purpose, bool],
    source: ConsentSource,
    actor: Actor,
    language: Language,
) -> dict[Purpose, bool]:
    """Add a row for what is new; returns what changed."""
    said, holds = latest(session, [client.id]).get(client.id, {}), footings_of(session, client.id)
    changed = {}
    for purpose, yes in wanted.items():
        last, held = said.get(purpose), holds[purpose].holds
        if purpose is Purpose.MARKETING:  # its box is never ticked beforehand: a yes to it is always said
            same = last is not None and last.given == yes and all(said[offer].given == yes for offer in OFFERS)
        else:
            same = yes == held and not _is_first_no(last, source, given=yes)
        if same:
            continue
        note(session, client, purpose, source, language, given=yes, actor=actor)
        if yes != held or purpose is Purpose.MARKETING:
            changed[purpose] = yes
    return changed


def _is_first_no(last: Consent | None, source: ConsentSource, *, given: bool) -> bool:
    """A client's no is kept also where nobody had asked: whatever the company rests on later, it was said.

    A box that the office leaves empty is none.
    """
    return not given and last is None and source not in HEARD
