"""That two clients are one: what moved from the one to the other, so that it can go back."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core.base import CreatedAt, Model, PrimaryKey
from sercom.entities.clients.model import Client
from sercom.entities.users.model import User

LIVE = text("undone_at IS NULL")


class ClientMerge(Model):
    """``merged`` became ``stayer``.

    ``moved`` maps a table to the ids of the rows that moved: cases, sites and payments by their own
    link to the client, documents, visits, notes and photos with their case. ``changed`` is what else
    undoing puts back: ``repointed`` (case, its site before, its site since), ``devices`` (likewise),
    ``filled`` (table, id, the blanks that were filled and with what), ``was_prospect`` (the stayer).
    """

    __tablename__ = "client_merge"
    __table_args__ = (
        CheckConstraint("stayer_id <> merged_id", name="of_two"),
        # A client is merged into one other at a time, whoever clicks how often.
        Index("ix_client_merge_live", "merged_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    )

    id: Mapped[PrimaryKey]
    stayer_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    moved: Mapped[dict[str, list[int]]] = mapped_column(JSON)
    changed: Mapped[dict[str, Any]] = mapped_column(JSON)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[CreatedAt]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    stayer: Mapped[Client] = relationship(foreign_keys=[stayer_id])
    merged: Mapped[Client] = relationship(foreign_keys=[merged_id])
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])

    @property
    def counts(self) -> dict[str, int]:
        """How many rows moved, by table."""
        return {table: len(ids) for table, ids in self.moved.items()}
