"""Finding service addresses, those of one client where it is known."""

from flask import request
from sqlalchemy import ColumnElement, and_, exists

from sercom.backoffice.listing import Indexed
from sercom.backoffice.lookup import Lookup
from sercom.core.base import read_whole
from sercom.entities.clients.model import Client
from sercom.entities.sites.model import Site

#: Of a site's client.
GONE = and_(Client.id == Site.client_id, Client.merged_into_id.is_not(None) | Client.anonymised_at.is_not(None))
#: An address that another client has too stays with the one that was merged into that client; nobody's is offered.
NOT_MERGED = ~exists().where(GONE)


def _of_client() -> ColumnElement[bool] | None:
    client = read_whole(request.args.get("client", ""))
    return None if client is None else Site.client_id == client


site_lookup = Lookup(
    "site", Site, Indexed(Site.id, Site), order_by=Site.street, narrow=_of_client, only=NOT_MERGED, min_term=0
)
