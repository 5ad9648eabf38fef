"""Asking the index: conditions that a list, a picker and the palette put into their own queries.

Every word must match, in the record itself or in what it belongs to: a site by its client's name, a
device by its address and client, a case by its client and its address too, a document by all of these.
"""

from collections.abc import Sequence
from enum import IntEnum
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, union

from sercom.core.base import AnySession
from sercom.entities.cases.model import Case
from sercom.entities.clients.model import Client
from sercom.entities.equipment.model import Equipment
from sercom.entities.sites.model import Site
from sercom.search.model import Posting, Variant
from sercom.search.words import MAX_LENGTH, is_one_slip, slips

MAX_TERMS = 6
#: How many words that share a variant are looked at; a vocabulary has a handful.
MAX_NEIGHBOURS = 200
_posting: Any = Posting.__table__
_case: Any = Case.__table__
#: Above every letter.
LAST = "\U0010ffff"


class Match(IntEnum):
    """How near a record's words are to the query's, the best first."""

    WHOLE = 0
    BEGINNING = 1
    SLIP = 2


class Wanted:
    """The words of a query, to be found one way."""

    def __init__(self, session: AnySession, terms: Sequence[str], match: Match) -> None:
        self.slips: dict[str, list[str]] = {}
        if match is Match.SLIP:
            self.slips = {term: near for term in terms if (near := neighbours(session, term))}
        self.words = [Word(_condition(term, match, self.slips.get(term, ()))) for term in terms[:MAX_TERMS]]

    def within(self, column: Any, model: type[Any]) -> ColumnElement[bool]:
        """That ``column``, an id of ``model``, is one of a record where every word stands."""
        return and_(*(column.in_(word.ids(model)) for word in self.words))


class Word:
    """One word of a query: the ids of the records where it stands.

    What several kinds of record ask for is a common table: the database looks it up once. No part
    is correlated: a query over documents may ask about documents.
    """

    def __init__(self, condition: ColumnElement[bool]) -> None:
        self.condition = condition

    def ids(self, model: type[Any]) -> Any:
        """Ids of the records of ``model``."""
        if model is Client:
            return select(self.clients.c.subject_id)
        table = _table(model)
        everyone = select(table.c.id).correlate(None)
        if model.__mapper__.polymorphic_identity is not None:
            everyone = everyone.where(table.c.kind == model.__mapper__.polymorphic_identity)
        if model is Equipment:
            sites = self.ids(Site).cte()
            return union(self._own(Equipment), everyone.where(table.c.site_id.in_(select(sites.c[0]))))
        by_client = everyone.where(table.c.client_id.in_(select(self.clients.c.subject_id)))
        if model is Case:
            return union(select(self.cases.c.subject_id), by_client)
        if model is Site:
            return union(self._own(Site), by_client)
        by_case = everyone.where(table.c.case_id.in_(select(self.cases.c.subject_id)))
        return union(self._own(model), by_client, by_case)

    @cached_property
    def clients(self) -> Any:
        """Clients."""
        return self._own(Client).cte()

    @cached_property
    def cases(self) -> Any:
        """Cases, by themselves and by their address."""
        here = select(_case.c.id).where(_case.c.site_id.in_(self._own(Site))).correlate(None)
        return union(self._own(Case), here).cte()

    def _own(self, model: type[Any]) -> Select[Any]:
        return (
            select(_posting.c.subject_id).where(_posting.c.kind == model.__tablename__, self.condition).correlate(None)
        )


def _table(model: type[Any]) -> Any:
    """The table that knows whose a record is: a quote's own does not."""
    return model.__mapper__.base_mapper.local_table


def _condition(term: str, match: Match, near: Sequence[str]) -> ColumnElement[bool]:
    if match is Match.WHOLE or len(term) in {1, MAX_LENGTH}:
        return _posting.c.word == term
    # A range of the index: words are compared byte by byte on both databases.
    begins = and_(_posting.c.word >= term, _posting.c.word < term + LAST)
    return or_(begins, _posting.c.word.in_(near)) if near else begins


def neighbours(session: AnySession, term: str) -> list[str]:
    """The known words that are one slip away from ``term``."""
    shared = slips(term)
    if not shared:
        return []
    rows = select(Variant.word).where(Variant.variant.in_(sorted(shared))).distinct().limit(MAX_NEIGHBOURS)
    return [word for word in session.scalars(rows) if word != term and is_one_slip(term, word)]
