"""The search's own tables: which word stands in which record, and which slips lead to a word.

Plain tables, the same on both databases. Words are compared byte by byte, so that the beginnings
of words are a range of the index whatever the language of the server.
"""

from typing import Annotated

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from sercom.core.base import Model
from sercom.search.words import MAX_LENGTH

Word = Annotated[
    str,
    mapped_column(
        String(MAX_LENGTH).with_variant(String(MAX_LENGTH, collation="C"), "postgresql"),
        primary_key=True,
    ),
]


class Posting(Model):
    """That ``word`` stands in a record: ``kind`` is its table, ``subject_id`` its id."""

    __tablename__ = "search_posting"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    word: Mapped[Word]
    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)

    __table_args__ = (Index(None, "kind", "subject_id"), {"sqlite_with_rowid": False})


class Variant(Model):
    """That ``variant`` is ``word``, or ``word`` less one letter."""

    __tablename__ = "search_variant"
    __table_args__ = ({"sqlite_with_rowid": False},)

    variant: Mapped[Word]
    word: Mapped[Word]
