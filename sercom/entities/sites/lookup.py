"""Finding service addresses, those of one client where it is known."""

from flask import request
from sqlalchemy import ColumnElement

from sercom.backoffice.listing import Indexed
from sercom.backoffice.lookup import Lookup
from sercom.core.base import read_whole
from sercom.entities.sites.model import Site


def _of_client() -> ColumnElement[bool] | None:
    client = read_whole(request.args.get("client", ""))
    return None if client is None else Site.client_id == client


site_lookup = Lookup("site", Site, Indexed(Site.id, Site), order_by=Site.street, narrow=_of_client, min_term=0)
