"""Finding clients: by name, phone in any format, e-mail."""

import re
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from sercom.backoffice.listing import like
from sercom.backoffice.lookup import Lookup
from sercom.core import formats
from sercom.entities.clients.model import Client

MIN_DIGITS = 3


def matches_client(word: str) -> ColumnElement[bool]:
    """The word is in the client's name, contact, e-mail or phone numbers."""
    found = [column.ilike(like(word), escape="\\") for column in (Client.name, Client.contact_name, Client.email)]
    digits = re.sub(r"\D", "", word)
    if len(digits) >= MIN_DIGITS:
        found += [column.like(f"%{digits}%") for column in (Client.phone, Client.other_phone)]
    return or_(*found)


def search_clients(word: str) -> Select[Any]:
    """The ids of the clients that a word may mean."""
    return select(Client.id).where(matches_client(word))


def describe_client(client: Client) -> str:
    """Name, phone and city: enough to tell two Tremblays apart."""
    return " · ".join(part for part in (client.name, formats.phone(client.phone), client.city) if part)


client_lookup = Lookup("client", Client, matches_client, order_by=Client.name, describe=describe_client)
