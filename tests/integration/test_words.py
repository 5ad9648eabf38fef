"""Titles and texts among the lines: they cost nothing, and go where their items go."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.entities.documents.line import Line, LineDraft, LineKind
from sercom.workflow import content
from tests.support import HUNDRED, convert, give, make_user, start

TITLE = LineDraft("Rez-de-chaussée", kind=LineKind.SECTION)
UPSTAIRS = LineDraft("Étage", kind=LineKind.SECTION)
TEXT = LineDraft("Garantie de dix ans", kind=LineKind.REMARK)
TERMS = LineDraft("Conditions", kind=LineKind.SECTION)


@pytest.fixture
def office(context: Any) -> Any:
    return make_user("office").actor


def words(document: Any) -> list[str]:
    return [line.description for line in document.lines if not line.is_item]


def test_words_cost_nothing(office: Any):
    quote = start("quote", office, drafts=(TITLE, HUNDRED, TEXT))
    assert [line.amount for line in quote.lines] == [Decimal("0.00"), Decimal("100.00"), Decimal("0.00")]
    assert quote.total == Decimal("114.98")


@pytest.mark.parametrize("column", ["unit_price", "discount"])
def test_words_with_a_price_are_refused_by_the_database(office: Any, column: str):
    quote = start("quote", office, drafts=(TITLE, HUNDRED))
    with pytest.raises(IntegrityError, match="words_are_free"):
        db.session.execute(update(Line).where(Line.id == quote.lines[0].id).values({column: 1}))


def test_words_alone_are_no_quote_and_no_invoice(office: Any):
    for kind, command in (("quote", "mark_sent"), ("invoice", "issue")):
        document = start(kind, office, drafts=(TITLE, TEXT))
        with pytest.raises(DomainError, match="au moins une ligne"):
            give(command, document, office)


def test_a_whole_conversion_carries_every_word_each_time(office: Any):
    job = start("job", office, drafts=(TITLE, HUNDRED, TEXT, TERMS))
    give("complete", job, office)
    invoice = convert(job, "invoice", office)
    assert words(invoice) == ["Rez-de-chaussée", "Garantie de dix ans", "Conditions"]
    assert invoice.total == job.total


def test_a_title_whose_items_were_left_behind_stays_behind(office: Any):
    job = start("job", office, drafts=(TITLE, HUNDRED, TEXT, UPSTAIRS, HUNDRED, TERMS))
    give("complete", job, office)
    first, second = (line for line in job.lines if line.is_item)
    upstairs = convert(job, "invoice", office, quantities={second.id: Decimal(1)})
    assert words(upstairs) == ["Étage", "Conditions"]
    rest = convert(job, "invoice", office)
    assert words(rest) == ["Rez-de-chaussée", "Garantie de dix ans", "Conditions"]
    assert [line.source_line_id for line in rest.lines if line.is_item] == [first.id]


def test_the_words_of_a_source_may_go_whatever_was_made_of_it(office: Any):
    quote = start("quote", office, drafts=(TITLE, HUNDRED))
    give("mark_sent", quote, office)
    give("approve", quote, office, channel="phone", name="Julie Tremblay")
    job = convert(quote, "job", office)
    drafts = [
        LineDraft("Main-d’œuvre", Decimal(1), "h", Decimal(100), id=line.id) for line in job.lines if line.is_item
    ]
    content.change(db.session, job, office, drafts)
    assert words(job) == []
