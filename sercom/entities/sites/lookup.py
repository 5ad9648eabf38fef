"""Finding service addresses, those of one client where it is known."""

from flask import request
from sqlalchemy import ColumnElement, or_

from sercom.backoffice.listing import like
from sercom.backoffice.lookup import Lookup
from sercom.core.base import read_whole
from sercom.entities.sites.model import Site


def matches_site(word: str) -> ColumnElement[bool]:
    """The word is in the street, the city or the postal code."""
    columns = (Site.street, Site.city, Site.postal_code)
    return or_(*(column.ilike(like(word), escape="\\") for column in columns))


def _of_client() -> ColumnElement[bool] | None:
    client = read_whole(request.args.get("client", ""))
    return None if client is None else Site.client_id == client


site_lookup = Lookup("site", Site, matches_site, order_by=Site.street, narrow=_of_client, min_term=0)
