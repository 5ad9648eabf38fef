"""Importing: a file is read and kept, its rows checked and shown; confirmed, all good rows are written at once."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import PurePath

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from sercom.core import formats, journal
from sercom.core.access import OFFICE, Actor
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, DomainError, ForbiddenError
from sercom.exchange.fields import FIELDS, guess
from sercom.exchange.reading import read
from sercom.exchange.run import ImportKind, ImportRun, ImportState, values_of
from sercom.exchange.targets import TARGETS, Key, Row
from sercom.workflow.transitions import require_version


def open_run(session: AnySession, kind: ImportKind, name: str, data: bytes, actor: Actor) -> ImportRun:
    """Keep an uploaded file to be looked at; nothing else is written.

    The same file twice is one import to confirm. Raises ``DomainError`` (field ``file``) for what
    cannot be read, and for a file that was imported already, with the day.
    """
    require_office(actor)
    digest = sha256(data).hexdigest()
    same = select(ImportRun).where(ImportRun.kind == kind, ImportRun.sha256 == digest).order_by(ImportRun.id.desc())
    for run in session.scalars(same):
        _refuse_again(run)
        if run.state is ImportState.OPEN:
            return run
    cells = read(data)
    run = ImportRun(
        kind=kind,
        name=PurePath(name.replace("\\", "/")).name[-160:] or "import",
        sha256=digest,
        cells=cells,
        row_count=sum(map(any, cells[1:])),
        matching=guess(kind, cells[0]),
        user_id=actor.user_id,
    )
    session.add(run)
    session.flush()
    return run


def _refuse_again(run: ImportRun) -> None:
    if run.state is ImportState.DONE:
        raise ConflictError(
            _l(
                "This file was already imported on %(moment)s. Undo that import first.",
                moment=formats.moment(run.done_at),
            ),
            "file",
        )


def match(run: ImportRun, chosen: Mapping[str, int | None], actor: Actor, version: int | None) -> None:
    """Say which column holds which field; raises ``DomainError`` for a column that there is not."""
    _require_open(run, actor, version)
    width = len(run.cells[0])
    known = {one.name for one in FIELDS[run.kind]}
    if any(name not in known or (place is not None and place >= width) for name, place in chosen.items()):
        raise DomainError(_l("Choose among the columns of the file."))
    run.matching = {name: place for name, place in chosen.items() if place is not None}


def unmatched(run: ImportRun) -> list[LazyString]:
    """The fields that no column holds, and that every row needs."""
    return [one.label for one in FIELDS[run.kind] if one.required and one.name not in run.matching]


def check(session: AnySession, run: ImportRun) -> list[Row]:
    """Every row as it would be imported: its values, what is wrong in which cell, which one it repeats."""
    rows = [Row(number, values_of(run, cells)) for number, cells in enumerate(run.cells[1:], start=2) if any(cells)]
    for row in rows:
        _read(run.kind, row)
    good = [row for row in rows if not row.errors]
    keys_of = TARGETS[run.kind].keys
    wanted = {key for row in good for key in keys_of(row.values)}
    known: dict[Key, LazyString | str] = {}
    for values, name in TARGETS[run.kind].known(session):
        for key in keys_of(values) & wanted:
            known.setdefault(key, _l("already there: %(name)s", name=name))
    for row in good:
        keys = sorted(keys_of(row.values))
        row.same = next((known[key] for key in keys if key in known), None)
        row.may_be_taken = TARGETS[run.kind].may_repeat
        for key in keys:
            known.setdefault(key, _l("same as row %(number)s", number=row.number))
    return rows


def _read(kind: ImportKind, row: Row) -> None:
    for one in FIELDS[kind]:
        text = row.cells.get(one.name, "")
        if not text:
            if one.required:
                row.errors[one.name] = str(_l("This is missing."))
            continue
        try:
            row.values[one.name] = one.read(text)
        except DomainError as error:
            row.errors[one.name] = str(error)
    if not row.errors:
        TARGETS[kind].tidy(row)


def confirm(
    session: AnySession, run: ImportRun, actor: Actor, *, take: Iterable[int] = (), version: int | None = None
) -> None:
    """Write every good row, and the repeated ones named in ``take`` by their number; all of them or none.

    Raises ``ConflictError`` where it was done already, ``DomainError`` where nothing is left to write.
    """
    _require_open(run, actor, version)
    if unmatched(run):
        raise DomainError(_l("Say first which columns hold: %(names)s.", names=", ".join(map(str, unmatched(run)))))
    wanted = set(take)
    rows = check(session, run)
    taken = [row for row in rows if row.is_good or (not row.errors and row.may_be_taken and row.number in wanted)]
    if not taken:
        raise DomainError(_l("No row of this file can be imported."))
    subjects = [subject for row in taken for subject in TARGETS[run.kind].build(row.values)]
    session.add_all(subjects)
    session.flush()
    run.made = {}
    for subject in subjects:
        run.made.setdefault(subject.__tablename__, []).append(subject.id)
        journal.record(session, actor, "imported", subject)
    run.state, run.done_at, run.skipped = ImportState.DONE, utcnow(), len(rows) - len(taken)
    journal.record(session, actor, "imported", run)
    session.flush()


def discard(session: AnySession, run: ImportRun, actor: Actor, version: int | None = None) -> None:
    """Forget a file that was not imported, and the people it tells of."""
    _require_open(run, actor, version)
    session.delete(run)
    session.flush()


def _require_open(run: ImportRun, actor: Actor, version: int | None) -> None:
    require_office(actor)
    if run.state is not ImportState.OPEN:
        raise ConflictError(_l("This import is no longer to be confirmed."))
    require_version(run, version)


def require_office(actor: Actor) -> None:
    """Refuse who may not bring clients and items in."""
    if not actor.has(OFFICE):
        raise ForbiddenError(_l("Your role does not allow this."))
