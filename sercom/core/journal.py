"""The journal: who did what, when, from what to what. Rows are added, never changed or removed.

Triggers of the database refuse an UPDATE or a DELETE (``core/triggers.py``). An entry names its
subject by table and id without a foreign key, since it outlives what it tells of.
"""

from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy import inspect as sa_inspect
from sqlalchemy.orm import Mapped, RelationshipDirection, mapped_column

from sercom.core.access import Actor
from sercom.core.base import AnySession, CreatedAt, Model, PrimaryKey

#: Columns that tell nothing: the row's own bookkeeping and secrets.
SILENT = frozenset(
    {"id", "version", "created_at", "updated_at", "password", "fs_uniquifier", "snapshot", "logo_id"}
    | {"tf_primary_method", "tf_totp_secret", "tf_last_counter", "fs_webauthn_user_handle", "mf_recovery_codes"}
)
#: The mark (``info=DRAWN``) of columns that follow from others, which are told.
DRAWN = {"drawn": True}
#: Rows that are told of by who changes them, or whose owner's columns tell the same.
TOLD_APART = frozenset({"lines", "taxes", "spans", "items", "answers"})

Changes = dict[str, list[Any]]


class JournalEntry(Model):
    """One event. ``changes`` maps a column to ``[before, after]``."""

    __tablename__ = "journal_entry"
    __table_args__ = (Index(None, "case_id", "id"), Index(None, "subject_type", "subject_id"))

    id: Mapped[PrimaryKey]
    at: Mapped[CreatedAt]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    actor_name: Mapped[str] = mapped_column(String(160))
    event: Mapped[str] = mapped_column(String(40))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    subject_label: Mapped[str] = mapped_column(String(200))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    changes: Mapped[Changes] = mapped_column(JSON, default=dict)

    def __str__(self) -> str:
        return self.subject_label


def record(session: AnySession, actor: Actor, event: str, subject: Any, changes: Changes | None = None) -> JournalEntry:
    """Add one event about ``subject`` (a flushed row) to the journal."""
    entry = JournalEntry(
        user_id=actor.user_id,
        actor_name=actor.name,
        event=event,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        # What is read in both languages names itself without words.
        subject_label=str(getattr(subject, "known_as", subject))[:200],
        case_id=subject.id if subject.__tablename__ == "case" else getattr(subject, "case_id", None),
        changes=changes or {},
    )
    session.add(entry)
    return entry


def changes_of(subject: Any) -> Changes:
    """What is about to change in ``subject``'s columns: ``{column: [before, after]}``."""
    state = sa_inspect(subject)
    found: Changes = {}
    for attribute in state.mapper.column_attrs:
        if attribute.key in SILENT or getattr(attribute.columns[0], "info", None) == DRAWN:
            continue
        history = state.attrs[attribute.key].history
        if history.has_changes() and history.deleted:
            found[attribute.key] = [plain(history.deleted[0]), plain(history.added[0] if history.added else None)]
    for relation in state.mapper.relationships:
        if _is_content(relation):
            history = state.attrs[relation.key].history
            before, after = _names(history.deleted), _names(history.added)
            if before != after:
                found[relation.key] = [before, after]
    return found


def _is_content(relation: Any) -> bool:
    """A reference (person, site), a choice of several (roles, members), or rows that are the subject's own."""
    own = relation.direction is not RelationshipDirection.ONETOMANY or relation.cascade.delete_orphan
    return own and relation.key not in TOLD_APART


def _names(rows: Any) -> list[str]:
    return [str(row) for row in rows or () if row is not None]


def plain(value: Any) -> Any:
    """``value`` as JSON can hold it, exactly."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal | date | datetime | time):
        return str(value)
    return value
