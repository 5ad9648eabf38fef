"""A backup is one zip file: the database's own dump, and the checksum of every table of the same moment."""

import json
import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.upkeep import engines
from sercom.upkeep.checksums import differences
from sercom.upkeep.engines import BackupError
from sercom.upkeep.model import Backup

#: The members of the zip file.
DUMP, LABEL = "dump", "label.json"
#: What ``zipfile`` and ``json`` raise over spoiled bytes, depending on where these are.
SPOILED = (
    *(OSError, zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(LookupError, ValueError, TypeError, OverflowError),
    RuntimeError,  # taken for encrypted, or of a version to come
)


@dataclass(frozen=True)
class Label:
    """What a backup says of itself."""

    made_at: datetime
    database: str
    tables: dict[str, str]


def save(path: Path) -> Label:
    """Save the whole database as ``path``, readable by its owner alone, and remember that it was.

    Raises ``BackupError``, and leaves no file, where it cannot.
    """
    if path.exists():
        msg = f"{path} is there already."
        raise BackupError(msg)
    if not path.parent.is_dir():
        msg = f"{path.parent} is no folder."
        raise BackupError(msg)
    kind = db.engine.dialect.name
    made_at = utcnow()
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder:
        dump, draft = Path(folder) / DUMP, Path(folder) / "draft.zip"
        copy_out = engines.dump_sqlite if kind == "sqlite" else engines.dump_postgresql
        label = Label(made_at, kind, copy_out(db.engine, dump))
        _pack(draft, dump, label)
        draft.rename(path)
    db.session.add(Backup(made_at=made_at, size=path.stat().st_size))
    db.session.commit()
    return label


def restore(path: Path) -> Label:
    """Put the content of ``path`` in the place of everything that the database holds.

    Raises ``BackupError``, and leaves the database as it was, where the file is no whole backup of
    this kind of database or what was restored is not what was saved.
    """
    label = read_label(path)
    if label.database != db.engine.dialect.name:
        msg = f"this backup was made on {label.database}, the database is {db.engine.dialect.name}."
        raise BackupError(msg)

    def verify(found: dict[str, str]) -> None:
        different = differences(label.tables, found)
        if different:
            msg = f"not what was saved: {', '.join(different)}. Nothing was changed."
            raise BackupError(msg)

    db.session.remove()
    copy_in = engines.load_sqlite if label.database == "sqlite" else engines.load_postgresql
    with tempfile.TemporaryDirectory(prefix="restore-") as folder:
        copy_in(db.engine, unpack(path, Path(folder)), verify)
    return label


def read_label(path: Path) -> Label:
    """What ``path`` holds; raises ``BackupError`` where it is no backup."""
    try:
        with zipfile.ZipFile(path) as archive:
            told = json.loads(archive.read(LABEL))
            return Label(datetime.fromisoformat(told["made_at"]), str(told["database"]), dict(told["tables"]))
    except SPOILED as error:
        msg = f"{path} is no backup: {error}"
        raise BackupError(msg) from error


def _pack(draft: Path, dump: Path, label: Label) -> None:
    told = {"made_at": label.made_at.isoformat(), "database": label.database, "tables": label.tables}
    # PostgreSQL's dump is compressed already.
    packing = zipfile.ZIP_DEFLATED if label.database == "sqlite" else zipfile.ZIP_STORED
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with zipfile.ZipFile(file, "w", packing) as archive:
            archive.writestr(LABEL, json.dumps(told, indent=1))
            archive.write(dump, DUMP)
        file.flush()
        os.fsync(file.fileno())


def unpack(path: Path, folder: Path) -> Path:
    """The dump of ``path``, in ``folder``; raises ``BackupError`` where it is damaged."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(DUMP) as packed, (folder / DUMP).open("wb") as dump:
            shutil.copyfileobj(packed, dump)
    except SPOILED as error:
        msg = f"{path} is damaged: {error}"
        raise BackupError(msg) from error
    return folder / DUMP
