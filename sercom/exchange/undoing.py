"""Undoing an import: what it made goes, unless something hangs on it or somebody changed it since."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from sercom.core import journal
from sercom.core.access import Actor
from sercom.core.base import AnySession, db
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError
from sercom.entities.catalog.model import CatalogItem
from sercom.entities.clients.model import Client
from sercom.entities.sites.model import Site
from sercom.exchange.importing import require_office
from sercom.exchange.run import ImportRun, ImportState
from sercom.workflow.transitions import require_version

BATCH = 500
#: The version of a row that nobody changed since it was made.
UNTOUCHED = 1


def undo(session: AnySession, run: ImportRun, actor: Actor, *, version: int | None = None) -> None:
    """Take away what the import made and nothing uses yet; ``run.made`` keeps what stays.

    A client stays with its address. Raises ``ConflictError`` where it is not there to be undone.
    """
    require_office(actor)
    if run.state is not ImportState.DONE:
        raise ConflictError(_l("This import is not there to be undone."))
    require_version(run, version)
    sites, clients, items = (rows_of(session, run, model) for model in (Site, Client, CatalogItem))
    loose_sites, loose_items = (_loose(session, model, rows) for model, rows in ((Site, sites), (CatalogItem, items)))
    ids = [client.id for client in clients]
    used = in_use(session, Client, ids, besides={"site"})
    used |= in_use(session, Client, ids, only={"site"}, except_ids=loose_sites)
    owners = {client.id for client in clients if client.version == UNTOUCHED} - used
    gone = [site for site in sites if site.client_id in owners]  # an address goes before its client
    gone += [client for client in clients if client.id in owners]
    gone += [item for item in items if item.id in loose_items]
    leaving = set(gone)
    stays = [row for row in (*sites, *clients, *items) if row not in leaving]
    run.made = {table: [row.id for row in stays if row.__tablename__ == table] for table in run.made}
    for row in gone:
        journal.record(session, actor, "deleted", row)
    for model in (Site, Client, CatalogItem):
        for row in gone:
            if isinstance(row, model):
                session.delete(row)
        session.flush()
    run.state, run.undone_at = ImportState.UNDONE, utcnow()
    journal.record(session, actor, "import_undone", run)
    session.flush()


def rows_of(session: AnySession, run: ImportRun, model: type[Any], limit: int | None = None) -> list[Any]:
    """What the import made of a kind, as far as it is there."""
    ids = run.made.get(model.__tablename__, [])[:limit]
    return [row for batch in batches(ids) for row in session.scalars(select(model).where(model.id.in_(batch)))]


def batches(ids: Sequence[int]) -> list[Sequence[int]]:
    """The ids, as many at a time as a statement may name."""
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]


def _loose(session: AnySession, model: type[Any], rows: Sequence[Any]) -> set[int]:
    """Ids of the rows that nobody changed and nothing uses."""
    used = in_use(session, model, [row.id for row in rows])
    return {row.id for row in rows if row.version == UNTOUCHED} - used


def in_use(
    session: AnySession,
    model: type[Any],
    ids: Sequence[int],
    *,
    only: set[str] | None = None,
    besides: frozenset[str] | set[str] = frozenset(),
    except_ids: set[int] | frozenset[int] = frozenset(),
) -> set[int]:
    """Which of these rows another row names, by whatever foreign key the schema has.

    ``only`` and ``besides`` are tables that are asked or not, ``except_ids`` rows of them that do not count.
    """
    found: set[int] = set()
    for table in db.metadata.sorted_tables:
        if table.name in besides or (only is not None and table.name not in only):
            continue
        for column in table.columns:
            if any(key.column is model.__table__.c.id for key in column.foreign_keys):
                for batch in batches(ids):
                    rows = session.execute(select(column, *table.primary_key).where(column.in_(batch)))
                    found |= {row[0] for row in rows if row[1] not in except_ids}
    return found
