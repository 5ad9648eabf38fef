"""Who a new client may be already: the same e-mail, the same phone, the same address, the device that was scanned.

Candidates come from the search's index of words, so that no query grows with the clients; what
they have in common is then compared exactly.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, exists, select, union_all

from sercom.core.base import AnySession
from sercom.core.formats import EXTENSION
from sercom.entities.cases.model import Case
from sercom.entities.clients.model import Client
from sercom.entities.equipment.model import Equipment, EquipmentWork
from sercom.entities.sites.model import Site
from sercom.search.model import Posting
from sercom.search.words import ALSO, PART, fold, words_of_code, words_of_phone, words_of_text

#: How many candidates are compared, and shown.
LOOKED_AT, SHOWN = 40, 5
#: How many of the client's own addresses are asked about.
PLACES = 5
SAME_EMAIL, SAME_PHONE, SAME_PLACE = _l("same e-mail"), _l("same phone"), _l("same address")
THEIR_DEVICE = _l("wrote about their device")
#: Words of a street that are written or left out, or stand for one another.
VAGUE = frozenset(
    PART.findall(
        "rue street avenue boulevard chemin ch road rd route rte rang rg drive dr place pl crescent croissant "
        "app apt appartement apartment unite unit bureau suite porte no de du des la le les l d the"
    )
)
_posting: Any = Posting.__table__

#: Postal code and the words of the street.
Place = tuple[str, frozenset[str]]


@dataclass(frozen=True)
class Match:
    """A client that may be the same, and why."""

    client: Client
    reasons: tuple[LazyString, ...]


def place_key(street: str | None, postal_code: str | None) -> Place | None:
    """An address as it is compared: ``84, rue Ste-Rose, app. 2`` and ``2-84 rue Sainte-Rose`` are one."""
    written = PART.findall(fold(street or ""))
    if written[-1:] == ["st"]:  # a street, where it stands last, and no saint
        written.pop()
    parts = [ALSO.get(part, (part,))[0] for part in written]
    words = frozenset(parts) - VAGUE or frozenset(parts)
    return ("".join(PART.findall(fold(postal_code))), words) if postal_code and words else None


def likely(session: AnySession, client: Client) -> list[Match]:
    """The clients that may be ``client``, those with the most in common first; known ones before prospects."""
    here = _clients_at(session, client, _places(client))
    words = sorted(_phone_words(client) | _email_words(client))
    asked = select(_posting.c.subject_id).where(_posting.c.kind == "client", _posting.c.word.in_(words))
    contacts = set(session.scalars(asked.limit(LOOKED_AT))) if words else set()
    owners = _owners(session, client)
    asked_about = (here | contacts | owners) - {client.id}
    rows = select(Client).where(Client.id.in_(asked_about), Client.merged_into_id.is_(None))
    found = [Match(row, _reasons(client, row, here, owners)) for row in session.scalars(rows)]
    found = [match for match in found if match.reasons]
    found.sort(key=lambda match: (-len(match.reasons), match.client.is_prospect, match.client.id))
    return found[:SHOWN]


def common(session: AnySession, one: Client, other: Client) -> tuple[LazyString, ...]:
    """What two clients have in common."""
    return _reasons(one, other, _clients_at(session, one, _places(one)), _owners(session, one))


def _owners(session: AnySession, client: Client) -> set[int]:
    """Whose devices the client's cases are about: a form that a sticker opened makes a prospect like any other."""
    rows = select(Site.client_id).where(
        *(Site.id == Equipment.site_id, Equipment.id == EquipmentWork.equipment_id),
        *(Case.id == EquipmentWork.case_id, Case.client_id == client.id, Site.client_id != client.id),
    )
    return set(session.scalars(rows.limit(LOOKED_AT)))


def _reasons(one: Client, other: Client, here: Iterable[int], owners: Iterable[int]) -> tuple[LazyString, ...]:
    same = (
        (SAME_EMAIL, not _emails(one).isdisjoint(_emails(other))),
        (SAME_PHONE, not _phones(one).isdisjoint(_phones(other))),
        (SAME_PLACE, other.id in here),
        (THEIR_DEVICE, other.id in owners),
    )
    return tuple(reason for reason, holds in same if holds)


def _emails(client: Client) -> set[str]:
    return {email.casefold() for email in (client.email, client.billing_email) if email}


def _phones(client: Client) -> set[str]:
    """Numbers in E.164, without their extensions."""
    return {phone.partition(EXTENSION)[0] for phone in (client.phone, client.other_phone) if phone}


def _phone_words(client: Client) -> set[str]:
    """The whole numbers, as the index keeps them."""
    return {max(words_of_phone(phone), key=len) for phone in _phones(client)}


def _email_words(client: Client) -> set[str]:
    return {max(words_of_text(email), key=len) for email in _emails(client)}


def _places(client: Client) -> set[Place]:
    """The billing address and the first service addresses."""
    written = [(client.street, client.postal_code), *((s.street, s.postal_code) for s in client.sites[:PLACES])]
    return {key for street, code in written if (key := place_key(street, code))}


def _clients_at(session: AnySession, client: Client, places: set[Place]) -> set[int]:
    """Ids of the other clients with one of these addresses, for themselves or for work."""
    parts: list[Select[Any]] = []
    for place in sorted(places, key=str):
        own = select(Client.id, Client.street, Client.postal_code).where(_is_at("client", Client.id, place))
        site = select(Site.client_id, Site.street, Site.postal_code).where(_is_at("site", Site.id, place))
        parts += [
            part.where(column != client.id).limit(LOOKED_AT)
            for part, column in ((own, Client.id), (site, Site.client_id))
        ]
    if not parts:
        return set()
    subqueries = [part.subquery() for part in parts]
    rows = session.execute(union_all(*(select(part) for part in subqueries)))
    return {client_id for client_id, street, code in rows if place_key(street, code) in places}


def _is_at(kind: str, column: Any, place: Place) -> Any:
    """That the record's words hold the postal code and the street's most telling word: its number, where it has one."""
    code, words = place
    telling = max(words, key=lambda word: (any(letter.isdigit() for letter in word), len(word), word))
    also = _posting.alias()
    here = exists().where(also.c.kind == kind, also.c.word == telling, also.c.subject_id == _posting.c.subject_id)
    postal = max(words_of_code(code), key=len)
    rows = select(_posting.c.subject_id).where(_posting.c.kind == kind, _posting.c.word == postal, here)
    return column.in_(rows)
