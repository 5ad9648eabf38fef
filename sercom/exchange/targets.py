"""What the rows of a file become: clients or catalogue items, and what makes two of them one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import LazyString
from sqlalchemy import select

from sercom.core.base import AnySession
from sercom.core.formats import EXTENSION
from sercom.entities.catalog.model import CatalogItem
from sercom.entities.clients.model import Client
from sercom.exchange.run import ImportKind
from sercom.search.words import fold

#: Rows read from the database at a time.
CHUNK = 1000
#: What two rows must have in common to be taken for the same.
Key = tuple[str, ...]


@dataclass
class Row:
    """A row of the file as it was read: ``number`` counts from the titles, which are row 1."""

    number: int
    cells: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    #: Why it is taken for one that is there, and whether it may be imported all the same.
    same: LazyString | str | None = None
    may_be_taken: bool = False

    @property
    def is_good(self) -> bool:
        """Whether it is imported without being asked about."""
        return not self.errors and self.same is None


@dataclass(frozen=True)
class Target:
    """What rows of a kind become: what makes two of them one, those that are there, and how they are made."""

    keys: Callable[[Mapping[str, Any]], set[Key]]
    known: Callable[[AnySession], Iterator[tuple[Mapping[str, Any], str]]]
    build: Callable[[Mapping[str, Any]], Sequence[Any]]
    tidy: Callable[[Row], None]
    #: Whether one that is there already may come a second time.
    may_repeat: bool


def _client_keys(values: Mapping[str, Any]) -> set[Key]:
    """The same e-mail, the same phone, the same name at the same postal code, or nothing but the same name."""
    emails = {("email", text.casefold()) for name in ("email", "billing_email") if (text := values.get(name))}
    phones = {
        ("phone", text.partition(EXTENSION)[0]) for name in ("phone", "other_phone") if (text := values.get(name))
    }
    place, name = values.get("postal_code") or "", fold(values["name"])
    named = {("name", name, place)} if place or not (emails or phones) else set()
    return emails | phones | named


def _known_clients(session: AnySession) -> Iterator[tuple[Mapping[str, Any], str]]:
    """All of them, once: a file of any length costs one reading."""
    columns = (Client.name, Client.email, Client.billing_email, Client.phone, Client.other_phone, Client.postal_code)
    rows = select(*columns).where(Client.merged_into_id.is_(None)).execution_options(yield_per=CHUNK)
    for row in session.execute(rows):
        yield row._mapping, row.name  # type: ignore[misc]  # noqa: SLF001  # SQLAlchemy's public name begins so


def _build_client(values: Mapping[str, Any]) -> Sequence[Any]:
    client = Client(**values)
    site = client.first_site()
    return (client, site) if site else (client,)


def _tidy_client(row: Row) -> None:
    given = row.values.pop("given_name", None)
    if given:
        row.values["name"] = f"{given} {row.values['name']}"[:160]


def _known_items(session: AnySession) -> Iterator[tuple[Mapping[str, Any], str]]:
    rows = select(CatalogItem.code, CatalogItem.name_fr).execution_options(yield_per=CHUNK)
    for code, name in session.execute(rows):
        yield {"code": code}, name


def _tidy_item(row: Row) -> None:
    row.values.setdefault("name_en", row.values["name_fr"])


TARGETS = {
    ImportKind.CLIENTS: Target(_client_keys, _known_clients, _build_client, _tidy_client, may_repeat=True),
    ImportKind.CATALOG: Target(
        lambda values: {("code", values["code"])},
        _known_items,
        lambda values: (CatalogItem(**values),),
        _tidy_item,
        may_repeat=False,
    ),
}
