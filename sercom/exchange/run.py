"""An import: what was uploaded, how its columns are matched, and what it made."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core.base import CreatedAt, Model, PrimaryKey, one_of
from sercom.core.labels import Labelled, LabelledType, Status, Tone
from sercom.entities.users.model import User

DONE_ONLY = text("state = 'done'")


class ImportKind(Labelled):
    """What the rows of a file become."""

    CLIENTS = "clients", _l("Clients")
    CATALOG = "catalog", _l("Catalogue")


class ImportState(Status):
    """Nothing is written before ``DONE``."""

    OPEN = "open", _l("To confirm"), Tone.WARN
    DONE = "done", _l("Imported"), Tone.GOOD
    UNDONE = "undone", _l("Undone"), Tone.NEUTRAL


class ImportRun(Model):
    """A file of rows on its way in.

    ``cells`` are the rows as they were read, the titles first; ``matching`` says which column (from
    0) holds which field; ``made`` maps a table to the ids of the rows that it made.
    """

    __tablename__ = "import_run"
    __table_args__ = (
        one_of("kind", ImportKind),
        one_of("state", ImportState),
        Index(None, "kind", "sha256"),
        # One file is imported once, whoever confirms how often; undone, it may come again.
        Index("ix_import_run_done", "kind", "sha256", unique=True, sqlite_where=DONE_ONLY, postgresql_where=DONE_ONLY),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[ImportKind] = mapped_column(LabelledType(ImportKind))
    state: Mapped[ImportState] = mapped_column(LabelledType(ImportState), default=ImportState.OPEN)
    name: Mapped[str] = mapped_column(String(160))
    sha256: Mapped[str] = mapped_column(String(64))
    cells: Mapped[list[list[str]]] = mapped_column(JSON, deferred=True)
    matching: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    made: Mapped[dict[str, list[int]]] = mapped_column(JSON, default=dict)
    #: How many rows the file has, its titles aside, and how many were left aside when it was confirmed.
    row_count: Mapped[int]
    skipped: Mapped[int] = mapped_column(default=0)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[CreatedAt]
    done_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    user: Mapped[User | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name

    @property
    def count(self) -> int:
        """How many clients or items it made."""
        return len(self.made.get("client" if self.kind is ImportKind.CLIENTS else "catalog_item", ()))


def values_of(run: ImportRun, row: list[str]) -> dict[str, Any]:
    """A row's cells by field."""
    return {name: row[place].strip() if place < len(row) else "" for name, place in run.matching.items()}
