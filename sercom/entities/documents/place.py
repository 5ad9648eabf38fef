"""Where a supply takes place, and what says so.

Work on an immovable is supplied where the immovable is, other services at the client's address
(Excise Tax Act, sch. IX; New Harmonized Value-added Tax System Regulations, s. 13 and 14).
"""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from sercom.core.labels import Labelled
from sercom.entities.clients.model import Client
from sercom.entities.sites.model import Province, Site


class PlaceSource(Labelled):
    """What says where a supply takes place, the strongest first."""

    OFFICE = "office", _l("as the office chose")
    SITE = "site", _l("where the work is done")
    CLIENT = "client", _l("the client’s address")
    NOTHING = "nothing", _l("no address says otherwise")


@dataclass(frozen=True)
class Place:
    """The province whose taxes apply, and why."""

    province: Province
    source: PlaceSource


def place_for(chosen: Province | None, site: Site | None, client: Client | None) -> Place:
    """As the office chose, else the site's province, the client's, or Québec."""
    if chosen is not None:
        return Place(chosen, PlaceSource.OFFICE)
    if site is not None:
        return Place(site.province, PlaceSource.SITE)
    if client is not None and client.province is not None:
        return Place(client.province, PlaceSource.CLIENT)
    return Place(Province.QC, PlaceSource.NOTHING)
