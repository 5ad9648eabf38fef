"""Asking the index: conditions that a list, a picker and the palette put into their own queries.

Every word must match, in the record itself or in what it belongs to: a site by its client's name, a
case by its client and its address too, a document by all of these.
"""

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, union

from sercom.core.base import AnySession
from sercom.entities.cases.model import Case
from sercom.entities.clients.model import Client
from sercom.entities.documents.model import Document
from sercom.entities.sites.model import Site
from sercom.search.model import Posting, Variant
from sercom.search.words import MAX_LENGTH, is_one_slip, slips

MAX_TERMS = 6
#: How many words that share a variant are looked at; a vocabulary has a handful.
MAX_NEIGHBOURS = 200
LAST = "\U0010ffff"

#: From the column of words to what it must be.
WordCondition = Callable[[Any], ColumnElement[bool]]


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
        self.conditions = [_condition(term, match, self.slips.get(term)) for term in terms[:MAX_TERMS]]

    def within(self, column: Any, model: type[Any]) -> ColumnElement[bool]:
        """That ``column``, an id of ``model``, is one of a record where every word stands."""
        return and_(*(column.in_(ids(model, condition)) for condition in self.conditions))


def _condition(term: str, match: Match, near: Sequence[str] | None) -> WordCondition:
    if match is Match.WHOLE or len(term) == 1:
        return lambda word: word == term
    if near:
        return lambda word: or_(_begins(word, term), word.in_(near))
    return lambda word: _begins(word, term)


def _begins(word: Any, term: str) -> ColumnElement[bool]:
    """As a range of the index: words are compared byte by byte on both databases."""
    return word == term if len(term) == MAX_LENGTH else and_(word >= term, word < term + LAST)


def neighbours(session: AnySession, term: str) -> list[str]:
    """The known words that are one slip away from ``term``."""
    shared = slips(term)
    if not shared:
        return []
    rows = select(Variant.word).where(Variant.variant.in_(sorted(shared))).distinct().limit(MAX_NEIGHBOURS)
    return [word for word in session.scalars(rows) if word != term and is_one_slip(term, word)]


def ids(model: type[Any], condition: WordCondition) -> Any:
    """Ids of the records of ``model`` where a word that fulfils ``condition`` stands."""
    clients, sites = _own(Client, condition), _own(Site, condition)
    own = _own(model, condition)
    if model is Client:
        return own
    if model is Site:
        site = Site.__table__.alias()
        return union(own, select(site.c.id).where(site.c.client_id.in_(clients)))
    case = Case.__table__.alias()
    here = select(case.c.id).where(case.c.site_id.in_(sites))
    if model is Case:
        return union(own, here, select(case.c.id).where(case.c.client_id.in_(clients)))
    document = Document.__table__.alias()
    of_kind = select(document.c.id).where(document.c.kind == model.__mapper__.polymorphic_identity)
    cases = union(_own(Case, condition), here)
    return union(own, of_kind.where(document.c.client_id.in_(clients)), of_kind.where(document.c.case_id.in_(cases)))


def _own(model: type[Any], condition: WordCondition) -> Select[Any]:
    posting = Posting.__table__.alias()
    return select(posting.c.subject_id).where(posting.c.kind == model.__tablename__, condition(posting.c.word))
