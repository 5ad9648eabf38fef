"""Keeping the index: what a transaction changed is indexed once, as its last step.

Once and in one order: two transactions that bring the same new words wait for each other and never
in a circle. No record's words depend on another record, so none is touched that was not changed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, bindparam, delete, event, func, inspect, literal, select, type_coerce
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, SessionTransaction

from sercom.core.base import AnySession
from sercom.entities.cases.model import Case
from sercom.entities.clients.model import Client
from sercom.entities.documents.model import Document
from sercom.entities.equipment.model import SERIES, Equipment
from sercom.entities.sites.model import Site
from sercom.search.model import Posting, Variant
from sercom.search.words import variants, words_of_code, words_of_number, words_of_phone, words_of_text

BATCH = 500
STALE = "search_stale"
_posting: Any = Posting.__table__
_variant: Any = Variant.__table__

#: A record's table and id.
Subject = tuple[str, int]


@dataclass(frozen=True)
class Columns:
    """The columns of a model that hold words, by what they hold; ``series`` is the letter its id is shown with."""

    texts: tuple[str, ...]
    codes: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    series: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        """Their names."""
        return self.texts + self.codes + self.numbers + self.phones

    def words(self, row: Any) -> set[str]:
        """The words of a row or an object."""
        readers = (
            (self.texts, words_of_text),
            (self.codes, words_of_code),
            (self.numbers, words_of_number),
            (self.phones, words_of_phone),
        )
        found = {word for names, read in readers for name in names for word in read(getattr(row, name))}
        known_as = words_of_number(f"{self.series}-{row.id:04d}") if self.series else set()
        return found | {word for word in known_as if not word.isdigit()}


INDEXED: dict[type[Any], Columns] = {
    Client: Columns(
        texts=("name", "contact_name", "email", "billing_email", "street", "city"),
        codes=("postal_code",),
        phones=("phone", "other_phone"),
    ),
    Site: Columns(texts=("label", "street", "city", "contact_name"), codes=("postal_code",), phones=("contact_phone",)),
    Equipment: Columns(texts=("make", "model", "place"), codes=("serial",), series=SERIES),
    Case: Columns(texts=("title",), numbers=("number",)),
    Document: Columns(texts=("title",), numbers=("number",)),
}


def columns_of(record: Any) -> Columns | None:
    """What is indexed of an object; ``None`` for nothing."""
    return next((columns for model, columns in INDEXED.items() if isinstance(record, model)), None)


# --- while the application works -------------------------------------------------------------


def attach(session: Any) -> None:
    """Index what ``session`` (a session, or the application's proxy) commits."""
    for name, listen in (("after_flush", _note), ("before_commit", _keep), ("after_transaction_end", _forget)):
        if not event.contains(session, name, listen):
            event.listen(session, name, listen)


def _note(session: Session, _context: Any) -> None:
    """Remember the objects whose words may have changed."""
    stale = session.info.setdefault(STALE, {})
    new, dirty, deleted = session.new, session.dirty, session.deleted  # each is gathered anew when it is asked for
    for record in (*new, *dirty, *deleted):
        columns = columns_of(record)
        if columns is None or record in stale:
            continue
        history = inspect(record).attrs
        if record in new or record in deleted or any(history[name].history.has_changes() for name in columns.all):
            stale[record] = record in new


def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(STALE, None)


def _keep(session: Session) -> None:
    """Index them, where the whole transaction commits: a savepoint may still be followed by more."""
    if session.in_nested_transaction():
        return
    session.flush()
    stale = session.info.pop(STALE, {})
    wanted: dict[Subject, set[str]] = {}
    fresh: set[Subject] = set()
    for record, is_new in stale.items():
        state, columns = inspect(record), columns_of(record)
        assert columns is not None
        if state.transient or state.identity is None:  # born and gone in a savepoint that was rolled back
            continue
        subject = (record.__tablename__, state.identity[0])
        wanted[subject] = set() if state.was_deleted else columns.words(record)
        if is_new:
            fresh.add(subject)
    if wanted:
        write(session, wanted, fresh)


def write(session: AnySession, wanted: dict[Subject, set[str]], fresh: Iterable[Subject] = ()) -> None:
    """Make the words of each subject those of ``wanted``; ``fresh`` ones are known to have none yet."""
    asked = sorted(wanted.keys() - set(fresh))
    known: set[tuple[str, str, int]] = set()
    for kind in sorted({kind for kind, _id in asked}):
        ids = [subject_id for of_kind, subject_id in asked if of_kind == kind]
        rows = select(_posting.c.word, _posting.c.subject_id)
        found = session.execute(rows.where(_posting.c.kind == kind, _posting.c.subject_id.in_(ids)))
        known |= {(kind, word, subject_id) for word, subject_id in found}
    now = {(kind, word, subject_id) for (kind, subject_id), words in wanted.items() for word in words}
    gone, come = sorted(known - now), sorted(now - known)
    if gone:  # one by one: SQLite reads the whole table for a list of keys of several columns
        one = [column == bindparam(f"old_{column.name}") for column in _posting.primary_key]
        keys = [
            {f"old_{column.name}": part for column, part in zip(_posting.primary_key, key, strict=True)} for key in gone
        ]
        session.execute(delete(_posting).where(*one), keys)
    _add_variants(session, {word for _kind, word, _id in now})
    _insert(session, _posting, come)


def _add_variants(session: AnySession, words: set[str]) -> None:
    """Each word's slips, once: a word is its own variant, so that the known ones are found by it."""
    slippery = sorted(word for word in words if variants(word))
    known: set[str] = set()
    for start in range(0, len(slippery), BATCH):
        asked = slippery[start : start + BATCH]
        rows = select(_variant.c.word).where(_variant.c.variant == _variant.c.word, _variant.c.variant.in_(asked))
        known |= set(session.scalars(rows))
    pairs = sorted((variant, word) for word in slippery if word not in known for variant in variants(word))
    _insert(session, _variant, pairs)


def _insert(session: AnySession, table: Any, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows (of key columns, which are all there are), those that are there already aside."""
    if not rows:
        return
    names = [column.name for column in table.primary_key]
    if session.get_bind().dialect.name == "postgresql":  # one statement: psycopg sends a row at a time
        arrays = [
            bindparam(None, list(values), type_=postgresql.ARRAY(column.type))
            for column, values in zip(table.primary_key, zip(*rows, strict=True), strict=True)
        ]
        listed = select(func.unnest(*arrays).table_valued(*names).render_derived())
        session.execute(postgresql.insert(table).from_select(names, listed).on_conflict_do_nothing())
    else:
        session.execute(
            sqlite.insert(table).on_conflict_do_nothing(), [dict(zip(names, row, strict=True)) for row in rows]
        )


def renew(session: AnySession, records: Iterable[Any]) -> None:
    """Bring the words of these records up to date at once, and take out the slips of words that stand nowhere now.

    For rows that were changed past the session, and must leave nothing behind.
    """
    wanted: dict[Subject, set[str]] = {}
    for record in records:
        columns = columns_of(record)
        if columns is not None:
            wanted[record.__tablename__, record.id] = columns.words(record)
    before: set[str] = set()
    for kind in sorted({kind for kind, _id in wanted}):
        ids = [subject_id for of_kind, subject_id in wanted if of_kind == kind]
        for start in range(0, len(ids), BATCH):
            rows = select(_posting.c.word).where(_posting.c.kind == kind)
            before |= set(session.scalars(rows.where(_posting.c.subject_id.in_(ids[start : start + BATCH]))))
    write(session, wanted)
    gone = sorted(before - {word for words in wanted.values() for word in words})
    for start in range(0, len(gone), BATCH):
        asked = gone[start : start + BATCH]
        left = set(session.scalars(select(_posting.c.word).where(_posting.c.word.in_(asked)).distinct()))
        session.execute(delete(_variant).where(_variant.c.word.in_(set(asked) - left)))


# --- all of it -------------------------------------------------------------------------------


def reindex(session: AnySession) -> Iterator[tuple[str, int]]:
    """Compare every record's words with the index and write the difference; commits as it goes.

    For rows that came without the application: an import, a repair. Gives the table and how many
    records were read, a batch at a time. Rows are locked while they are read: nobody changes them
    in between.
    """
    for model, columns in INDEXED.items():
        table, last = model.__table__, 0
        kind = literal(table.name) if inspect(model).polymorphic_on is None else type_coerce(table.c.kind, String)
        words = (table.c[name] for name in columns.all)
        batch = select(table.c.id, kind.label("table_name"), *words).order_by(table.c.id)
        batch = batch.limit(BATCH).with_for_update(read=True)
        while rows := session.execute(batch.where(table.c.id > last)).all():
            last = rows[-1].id
            write(session, {(row.table_name, row.id): columns.words(row) for row in rows})
            session.commit()
            yield table.name, len(rows)
    _sweep(session)


def _sweep(session: AnySession) -> None:
    """Take out the words of records that are gone, and the variants of words that stand nowhere."""
    for model in INDEXED:
        kinds = [mapper.local_table.name for mapper in inspect(model).self_and_descendants]
        there = select(model.__table__.c.id).where(model.__table__.c.id == _posting.c.subject_id)
        session.execute(delete(_posting).where(_posting.c.kind.in_(kinds), ~there.exists()))
    words = select(_variant.c.word).where(_variant.c.variant == _variant.c.word)
    session.execute(delete(_variant).where(_variant.c.word.in_(words.except_(select(_posting.c.word)))))
    session.commit()
