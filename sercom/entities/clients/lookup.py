"""Finding clients: by name, phone in any format, e-mail, address."""

from sercom.backoffice.listing import Indexed
from sercom.backoffice.lookup import Lookup
from sercom.core import formats
from sercom.entities.clients.model import Client


def describe_client(client: Client) -> str:
    """Name, phone and city: enough to tell two Tremblays apart."""
    return " · ".join(part for part in (client.name, formats.phone(client.phone), client.city) if part)


client_lookup = Lookup(
    "client",
    Client,
    Indexed(Client.id, Client),
    order_by=Client.sort_name,
    describe=describe_client,
    only=Client.merged_into_id.is_(None) & Client.anonymised_at.is_(None),
)
