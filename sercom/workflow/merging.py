"""Two clients that are one: everything of the one moves to the other, and can go back while nothing was added.

What moves is written past the rows' versions: nobody edits whose a case is, and undoing gives every
row back as it was. What is on paper stays as it was printed: only links to the client move.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from sercom.core import journal
from sercom.core.access import OFFICE, Actor
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, DomainError, ForbiddenError
from sercom.core.journal import Changes, plain
from sercom.entities.cases.model import Case, Note
from sercom.entities.clients.merge import ClientMerge
from sercom.entities.clients.model import Client
from sercom.entities.delivery.hub_link import HubLink
from sercom.entities.delivery.message import Message
from sercom.entities.documents.model import Document
from sercom.entities.equipment.model import Equipment, EquipmentWork
from sercom.entities.files.model import File
from sercom.entities.inbox.model import ClientMessage
from sercom.entities.ledger.model import Payment
from sercom.entities.privacy.consent import Consent
from sercom.entities.reminders.model import Reminder
from sercom.entities.sites.model import Site
from sercom.entities.visits.model import Visit
from sercom.workflow.matching import place_key
from sercom.workflow.transitions import require_version

#: Rows that name the client, and rows that follow their case.
OWNED: tuple[type[Any], ...] = (Case, Site, Payment, Consent, HubLink, Reminder)
ALONG: tuple[type[Any], ...] = (Document, Visit, Note, File, Message, ClientMessage, EquipmentWork)
BATCH = 500
#: Blanks that the other's details may fill; those of a group only together.
FILLED: dict[type[Any], tuple[tuple[str, ...], ...]] = {
    Client: (
        *(("contact_name",), ("phone",), ("other_phone",), ("email",), ("billing_email",), ("notes",)),
        ("street", "city", "province", "postal_code"),
    ),
    Site: (("label",), ("access_notes",), ("contact_name", "contact_phone")),
}
Filled = dict[str, Any]


def holdings(session: AnySession, client: Client) -> dict[str, list[int]]:
    """Ids of what a client has, by table."""
    own = {model.__tablename__: select(model.id).where(model.client_id == client.id) for model in OWNED}
    cases = select(Case.id).where(Case.client_id == client.id)
    own |= {model.__tablename__: select(model.id).where(model.case_id.in_(cases)) for model in ALONG}
    return {table: sorted(session.scalars(ids)) for table, ids in own.items()}


def merge(
    session: AnySession,
    stayer_id: int,
    merged_id: int,
    actor: Actor,
    *,
    versions: Mapping[int, int | None] | None = None,
) -> ClientMerge:
    """Move everything of the one client to the other, which stays.

    ``versions`` are those that a person was shown. Done twice, it is one merge. Raises
    ``ForbiddenError``, ``DomainError`` (a client with itself), ``ConflictError`` (a version, or one
    of them was merged already: into a third, or the other way round).
    """
    require_office(actor)
    if stayer_id == merged_id:
        raise DomainError(_l("A client cannot be merged with itself."), "stays")
    stayer, merged = lock(session, stayer_id, merged_id)
    done = live_merge(session, merged)
    if done is not None and done.stayer_id == stayer.id:
        return done
    for client in (stayer, merged):
        if client.merged_into_id is not None:
            raise ConflictError(_l("%(client)s was already merged into another client.", client=client))
        if client.anonymised_at is not None:
            raise ConflictError(_l("%(client)s was anonymised: nothing new is done for it.", client=client))
        require_version(client, (versions or {}).get(client.id))
    made = _move(session, stayer, merged, actor)
    filled = made.changed["filled"][0][2]
    before = {name: [None, value] for name, value in filled.items()}
    if made.changed["was_prospect"] and not stayer.is_prospect:
        before["is_prospect"] = [True, False]
    tell(session, "merged", actor, made, before)
    return made


def require_office(actor: Actor) -> None:
    """Refuse who may not say which clients are one."""
    if not actor.has(OFFICE):
        raise ForbiddenError(_l("Your role does not allow this."))


def lock(session: AnySession, *ids: int) -> list[Client]:
    """The clients in the order asked for, locked in the order of their ids."""
    rows = select(Client).where(Client.id.in_(ids)).order_by(Client.id).with_for_update()
    found = {client.id: client for client in session.scalars(rows.execution_options(populate_existing=True))}
    return [found[client_id] for client_id in ids]


def live_merge(session: AnySession, merged: Client) -> ClientMerge | None:
    """The merge in force by which ``merged`` became another."""
    rows = select(ClientMerge).where(ClientMerge.merged_id == merged.id, ClientMerge.undone_at.is_(None))
    return session.scalars(rows).one_or_none()


def _move(session: AnySession, stayer: Client, merged: Client, actor: Actor) -> ClientMerge:
    session.execute(select(Case.id).where(Case.client_id == merged.id).order_by(Case.id).with_for_update()).all()
    moved = holdings(session, merged)
    filled: list[tuple[str, int, Filled]] = [("client", stayer.id, _fill(stayer, merged))]
    repointed: list[tuple[int, int, int]] = []
    devices: list[tuple[int, int, int]] = []
    same = same_sites(session, stayer, merged)
    for old, kept in same:
        filled.append(("site", kept.id, _fill(kept, old)))
        cases = select(Case.id).where(Case.site_id == old.id, Case.client_id == merged.id)
        repointed += [(case_id, old.id, kept.id) for case_id in session.scalars(cases)]
        standing = select(Equipment.id).where(Equipment.site_id == old.id)
        devices += [(device_id, old.id, kept.id) for device_id in session.scalars(standing)]
    moved["site"] = sorted(set(moved["site"]) - {old.id for old, _kept in same})
    was_prospect = stayer.is_prospect
    stayer.is_prospect = stayer.is_prospect and merged.is_prospect
    merged.merged_into_id = stayer.id
    stayer.updated_at = merged.updated_at = utcnow()  # pages shown before this must ask again
    made = ClientMerge(
        stayer_id=stayer.id,
        merged_id=merged.id,
        moved=moved,
        changed={"repointed": repointed, "devices": devices, "filled": filled, "was_prospect": was_prospect},
        user_id=actor.user_id,
    )
    session.add(made)
    session.flush()
    give(session, made, stayer.id, back=False)
    return made


def _fill(kept: Any, other: Any) -> Filled:
    """Fill the blanks of ``kept`` from ``other``; what was filled, and with what, as plain JSON.

    A second phone number goes beside the first.
    """
    found: Filled = {}
    for group in FILLED[type(kept)]:
        if not any(getattr(kept, name) for name in group):
            found |= {name: value for name in group if (value := getattr(other, name))}
    spare = getattr(other, "phone", None)
    if spare and not kept.other_phone and "other_phone" not in found and "phone" not in found and spare != kept.phone:
        found["other_phone"] = spare
    for name, value in found.items():
        setattr(kept, name, value)
    return {name: plain(value) for name, value in found.items()}


def same_sites(session: AnySession, stayer: Client, merged: Client) -> list[tuple[Site, Site]]:
    """Addresses that both have: the merged client's, the stayer's."""
    rows = select(Site).where(Site.client_id.in_((stayer.id, merged.id))).order_by(Site.id.desc())
    sites = session.scalars(rows).all()
    keyed = [(site, key) for site in sites if (key := place_key(site.street, site.postal_code)) is not None]
    kept = {key: site for site, key in keyed if site.client_id == stayer.id}
    return [(site, kept[key]) for site, key in reversed(keyed) if site.client_id == merged.id and key in kept]


def give(session: AnySession, made: ClientMerge, taker: int, *, back: bool) -> None:
    """Change whose the rows are; a document's client follows its case's."""
    for model in OWNED:
        for ids in batches(made.moved[model.__tablename__]):
            _set(session, model, ids, client_id=taker)
    for model, rows in ((Case, made.changed["repointed"]), (Equipment, made.changed["devices"])):
        for row_id, old, kept in rows:
            _set(session, model, [row_id], site_id=old if back else kept)
    session.expire_all()


def _set(session: AnySession, model: type[Any], ids: Sequence[int], **values: int) -> None:
    """Change rows past their versions and without a trace in ``updated_at``."""
    table: Any = model.__table__
    kept = {"updated_at": table.c.updated_at} if "updated_at" in table.c else {}
    session.execute(update(table).where(table.c.id.in_(ids)).values(values | kept))


def tell(session: AnySession, event: str, actor: Actor, made: ClientMerge, changes: Changes) -> None:
    """Write it in both histories, and in those of the cases and addresses that moved."""
    names = [str(made.merged), str(made.stayer)]
    pair = {"client": names if event == "merged" else names[::-1]}
    journal.record(session, actor, event, made.merged, pair)
    journal.record(session, actor, event, made.stayer, pair | changes)
    for model in (Case, Site):
        for ids in batches(made.moved[model.__tablename__]):
            for row in session.scalars(select(model).where(model.id.in_(ids)).order_by(model.id)):
                journal.record(session, actor, event, row, pair)


def batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The ids, as many at a time as a statement may name."""
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
