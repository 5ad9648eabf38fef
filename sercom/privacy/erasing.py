"""Anonymising a client: the person goes out of every table, what tax law asks for stays until its years are over.

Everything happens in one transaction, in which an open ``Erasure`` lets the guards of the database look away from
names and words. What is sold, when and for how much is still there; who it was is not.

Over 250 lines: what bars it, what goes and what stays are one decision.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Table, bindparam, delete, func, not_, or_, select, true, update

from sercom.core import clock, formats, journal
from sercom.core.access import OWNER, Actor
from sercom.core.base import AnySession, Base
from sercom.core.errors import ConflictError, ForbiddenError
from sercom.entities.clients.model import Client
from sercom.entities.delivery.message import MessageStatus
from sercom.entities.documents.model import Document
from sercom.entities.invoices.balance import owed_by
from sercom.entities.invoices.model import InvoiceStatus
from sercom.entities.ledger import book
from sercom.entities.privacy.erasure import Erasure, Extent
from sercom.exchange.run import ImportKind, ImportRun, ImportState
from sercom.models import CreditNote, HubAsk, IntakeUpload, Invoice, Message, Payment, ServiceRequest
from sercom.portal import guards
from sercom.privacy import person as people
from sercom.privacy.fates import BLANK, FATES, NUMBERED, STAYS, TAX_PAPERS, bare_changes, called
from sercom.privacy.person import Person, among
from sercom.search import index
from sercom.search.words import fold
from sercom.workflow.transitions import require_version

#: Tax papers are kept so many years after the last year that they concern (Income Tax Act, s. 230; Tax
#: Administration Act, s. 35.1).
TAX_YEARS = 6
SHOWN = 5
LEAVING = _l("An e-mail is leaving at this very moment. Try again in a minute.")
#: Who acts when nobody does.
PROGRAM = Actor("Sercom")


@dataclass(frozen=True)
class Plan:
    """What would happen: rows by table, tax papers that stay and until when, what is in the way."""

    extent: Extent
    kept_until: date | None
    papers: int
    payments: int
    hindrances: list[LazyString]


def plan(session: AnySession, client: Client) -> Plan:
    """Look, and change nothing."""
    found = people.find(session, client)
    papers, last = _tax_papers(session, found)
    until = date(last.year + TAX_YEARS, 12, 31) if last is not None else None
    kept = until is not None and until >= clock.today()
    extent = Extent.RESTRICTED if kept else Extent.WHOLE
    payments = len(found.ids["payment"]) if kept else 0
    return Plan(extent, until if kept else None, len(papers) if kept else 0, payments, _hindrances(session, found))


def _tax_papers(session: AnySession, found: Person) -> tuple[list[int], date | None]:
    """Ids of what was issued, and the last day that these and the payments concern."""
    documents = found.ids["document"]
    issued = select(Invoice.id, Invoice.issue_date).where(
        among(Invoice.id, documents), Invoice.status != InvoiceStatus.DRAFT
    )
    noted = select(CreditNote.id, CreditNote.issue_date).where(among(CreditNote.id, documents))
    rows = [row for asked in (issued, noted) for row in session.execute(asked).tuples()]
    days = [day for _id, day in rows if day is not None]
    paid = session.scalar(select(func.max(Payment.received_on)).where(among(Payment.id, found.ids["payment"])))
    return [row_id for row_id, _day in rows], max([*days, *([paid] if paid else [])], default=None)


def _hindrances(session: AnySession, found: Person) -> list[LazyString]:
    """What must be settled first, in words."""
    told: list[LazyString] = []
    balance = sum(owed_by(client_id).balance for client_id in found.clients)
    if balance:
        told.append(_l("There is a balance of %(amount)s.", amount=formats.money(balance)))
    if any(book.open_credits(session, client_id) for client_id in found.clients):
        told.append(_l("There is a credit or a deposit that was not used or given back."))
    under_way = [str(row) for row in _open_documents(session, found)]
    if under_way:
        numbers = ", ".join(under_way[:SHOWN]) + ("…" if len(under_way) > SHOWN else "")
        told.append(_l("Work is under way: %(documents)s. Finish or close it first.", documents=numbers))
    leaving = select(Message.id).where(among(Message.id, found.ids["message"]), Message.status == MessageStatus.SENDING)
    if session.scalar(leaving.limit(1)) is not None:
        told.append(LEAVING)
    return told


def _open_documents(session: AnySession, found: Person) -> list[Any]:
    kinds = [mapper.class_ for mapper in Document.__mapper__.self_and_descendants if mapper.polymorphic_identity]
    asked = (
        select(kind).where(among(kind.client_id, found.clients), kind.stage.not_in(kind.settled)).order_by(kind.id)
        for kind in kinds
    )
    return [row for rows in asked for row in session.scalars(rows)]


def anonymise(session: AnySession, client: Client, actor: Actor, *, version: int | None = None) -> Erasure:
    """Take the person out of everything; raises ``ForbiddenError``, and ``ConflictError`` with what is in the way.

    Done twice, it is done once.
    """
    if not actor.has(OWNER):
        raise ForbiddenError(_l("Your role does not allow this."))
    locked = session.get_one(Client, client.id, with_for_update=True, populate_existing=True)
    done = session.scalars(select(Erasure).where(Erasure.client_id == client.id).order_by(Erasure.id)).first()
    if done is not None:
        return done
    if locked.merged_into_id is not None:
        raise ConflictError(_l("%(client)s was already merged into another client.", client=locked))
    require_version(locked, version)
    wanted = plan(session, locked)
    if wanted.hindrances:
        raise ConflictError(_l("Not yet. %(reasons)s", reasons=" ".join(str(text) for text in wanted.hindrances)))
    return _erase(session, locked, wanted.extent, wanted.kept_until, actor)


def finish(session: AnySession, actor: Actor) -> int:
    """Take away the tax papers whose years are over; how many clients' they were."""
    over = select(Erasure.client_id).where(Erasure.extent == Extent.RESTRICTED, Erasure.kept_until < clock.today())
    whole = select(Erasure.client_id).where(Erasure.extent == Extent.WHOLE)
    ids = session.scalars(over.where(Erasure.client_id.not_in(whole)).order_by(Erasure.client_id)).all()
    done = 0
    for client_id in ids:
        client = session.get_one(Client, client_id, with_for_update=True, populate_existing=True)
        if session.scalar(whole.where(Erasure.client_id == client_id)) is None:  # another process was here
            _erase(session, client, Extent.WHOLE, None, actor)
            done += 1
    return done


def sweep(session: AnySession) -> None:
    """The worker's own: finish what is over, and commit."""
    if finish(session, PROGRAM):
        session.commit()
    session.rollback()


def _erase(session: AnySession, client: Client, extent: Extent, kept_until: date | None, actor: Actor) -> Erasure:
    session.flush()
    found = people.find(session, client)
    _hold_mail(session, found)
    said = _said_of(session, found)
    erasure = Erasure(client_id=client.id, extent=extent, kept_until=kept_until, user_id=actor.user_id)
    session.add(erasure)
    session.flush()
    papers = _tax_papers(session, found)[0] if extent is Extent.RESTRICTED else []
    own = {table: _whose(table, found, papers, extent) for table in people.tables_of()}
    _forget_beside(session, found, said)
    _retell(session, found)
    for table in reversed(own):
        _treat(session, table, own[table])
    now = clock.utcnow()
    session.execute(update(Client).where(among(Client.id, found.clients)).values(anonymised_at=now))
    session.expire_all()
    _reindex(session, found)
    journal.record(session, actor, "anonymised", session.get_one(Client, client.id))
    session.get_one(Erasure, erasure.id).closed_at = now
    session.flush()
    return erasure


def _hold_mail(session: AnySession, found: Person) -> None:
    """No worker takes an e-mail up from here on; what one took up since it was looked at bars it."""
    mail = select(Message.status).where(among(Message.id, found.ids["message"])).order_by(Message.id)
    if MessageStatus.SENDING in session.scalars(mail.with_for_update()).all():
        raise ConflictError(_l("Not yet. %(reasons)s", reasons=LEAVING))


def _whose(table: Table, found: Person, papers: list[int], extent: Extent) -> ColumnElement[bool]:
    """The rows that are treated: the person's, less the tax papers."""
    where = found.where(table)
    if extent is Extent.WHOLE:
        return where
    if table.name == "rendered_file":
        return where & ~or_(table.c.payment_id.is_not(None), among(func.coalesce(table.c.document_id, 0), papers))
    if table.name in TAX_PAPERS:
        column = TAX_PAPERS[table.name]
        return where & not_(among(table.c[column], papers) if column else true())
    return where


def _treat(session: AnySession, table: Table, where: ColumnElement[bool]) -> None:
    """One table, as ``FATES`` says."""
    fate = FATES.get(table.name)
    if table.name == "journal_entry" or fate is None:
        return
    if fate.gone:
        session.execute(delete(table).where(where))
        return
    fixed = {name: value for name, value in fate.texts.items() if value is not STAYS and not callable(value)}
    made = {name: value for name, value in fate.texts.items() if callable(value)}
    bump = {"version": table.c.version + 1} if fate.texts and "version" in table.c and table.name != "consent" else {}
    if made:  # before what they are made from goes
        keys = table.primary_key.columns.keys()
        rows = session.execute(select(table).where(where)).mappings().all()
        for row in rows:
            values = {name: rewrite(row) for name, rewrite in made.items()}
            session.execute(update(table).where(*(table.c[key] == row[key] for key in keys)).values(values))
    if fixed:
        session.execute(update(table).where(where).values(fixed | bump))


def _said_of(session: AnySession, found: Person) -> set[str]:
    """Names, addresses and phones by which an imported row is recognised."""
    clients = session.scalars(select(Client).where(among(Client.id, found.clients))).all()
    names = ("name", "contact_name", "email", "billing_email", "phone", "other_phone")
    told = {getattr(client, name) for client in clients for name in names}
    return {_plain(text) for text in told if text}


def _plain(text: str) -> str:
    """A cell as it is compared: no accents, no case; a phone by its last ten digits."""
    digits = "".join(one for one in text if one.isdigit())
    return digits[-10:] if len(digits) >= 10 and "@" not in text else fold(text).strip()  # noqa: PLR2004


def _forget_beside(session: AnySession, found: Person, said: set[str]) -> None:
    """What no key leads to: files that were imported, photos that waited, counts of the form."""
    runs = session.scalars(select(ImportRun).where(ImportRun.kind == ImportKind.CLIENTS).order_by(ImportRun.id))
    for run in runs:
        rows = [cells for cells in run.cells[1:] if not said & {_plain(cell) for cell in cells}]
        made = not set(found.clients).isdisjoint(run.made.get("client", ()))
        if len(rows) < len(run.cells) - 1 or made:
            run.cells = run.cells[:1] + (rows if run.state is ImportState.OPEN else [])
    tickets = select(ServiceRequest.ticket).where(among(ServiceRequest.id, found.ids["document"]))
    session.execute(delete(IntakeUpload).where(IntakeUpload.nonce.in_(tickets)))
    session.execute(delete(HubAsk).where(func.lower(HubAsk.email).in_(sorted(found.emails))))
    guards.forget(session, found.emails)
    session.flush()


def _retell(session: AnySession, found: Person) -> None:
    """The journal: that something happened, to which number, by whom of the company; no name, no word."""
    table: Any = journal.JournalEntry.__table__
    models = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    rows = session.execute(select(table).where(found.where(table))).mappings().all()
    told = [
        {
            "row": row["id"],
            "subject_label": _label(row),
            "actor_name": row["actor_name"] if row["user_id"] else BLANK,
            "changes": bare_changes(models.get(row["subject_type"]), row["changes"]),
        }
        for row in rows
    ]
    if told:
        session.execute(update(table).where(table.c.id == bindparam("row")), told)


def _label(row: Any) -> str:
    if row["subject_type"] == "client":
        return called(row["subject_id"])
    return str(row["subject_label"]) if row["subject_type"] in NUMBERED else BLANK


def _reindex(session: AnySession, found: Person) -> None:
    """The words of the search, and those that now stand nowhere."""
    subjects: list[Any] = []
    for model in index.INDEXED:
        subjects += session.scalars(select(model).where(among(model.id, found.ids[model.__tablename__])))
    index.renew(session, subjects)
