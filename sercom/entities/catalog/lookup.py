"""Finding catalogue items for a line."""

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from sercom.backoffice.listing import like
from sercom.backoffice.lookup import Lookup
from sercom.core import formats
from sercom.core.base import db
from sercom.entities.catalog.model import CatalogItem, ItemKind
from sercom.search.find import Match


def matches_item(word: str, _match: Match) -> ColumnElement[bool]:
    """The word is in the code or in one of the names."""
    columns = (CatalogItem.code, CatalogItem.name_fr, CatalogItem.name_en)
    return or_(*(column.ilike(like(word), escape="\\") for column in columns))


def describe_item(item: CatalogItem) -> str:
    """Code, name and price."""
    return f"{item.code} · {item.name} · {formats.money(item.price)}"


item_lookup = Lookup(
    "item",
    CatalogItem,
    matches_item,
    order_by=CatalogItem.code,
    describe=describe_item,
    narrow=lambda: CatalogItem.active.is_(True),
)

MAX_KNOWN_PARTS = 300


def known_parts() -> list[CatalogItem]:
    """The parts that a technician's form proposes."""
    parts = select(CatalogItem).where(CatalogItem.kind == ItemKind.PART, CatalogItem.active)
    return list(db.session.scalars(parts.order_by(CatalogItem.code).limit(MAX_KNOWN_PARTS)))


def item_cells(item: CatalogItem) -> dict[str, Any]:
    """What an item fills in a line, as a person would type it."""
    return {
        "description": item.name,
        "unit": item.unit,
        "unit_price": formats.plain_number(item.price),
        "cost": formats.plain_number(item.cost),
        "tax_status": item.tax_status.value,
    }
