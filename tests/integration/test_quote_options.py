"""Options of a quote: what counts, what is refused and where, what is approved, what goes on."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sercom.core.base import db
from sercom.core.errors import ConflictError, DomainError
from sercom.core.journal import JournalEntry
from sercom.core.money import ZERO, Amount, TaxStatus, compute_totals
from sercom.entities.documents.line import LineDraft, LineKind
from sercom.entities.documents.place import Place, PlaceSource
from sercom.entities.documents.pricing import basis_for
from sercom.entities.quotes.model import QuoteStatus
from sercom.entities.quotes.snapshot import snapshot_of
from sercom.entities.sites.model import Province
from sercom.models import Quote
from tests.properties import examples, undone
from tests.support import HUNDRED, convert, day, give, make_user, start

APPROVAL = {"channel": "on_site", "name": "Julie Tremblay"}


def line(text: str, price: str = "100.00", group: str | None = None, **columns: Any) -> LineDraft:
    """An option, not taken: single, or of ``group``."""
    draft = LineDraft(text, unit_price=Decimal(price), optional=True, option_group=group, accepted=False)
    return replace(draft, **columns)


def section(text: str) -> LineDraft:
    """A title."""
    return LineDraft(text, kind=LineKind.SECTION)


#: A fixed line, a choice of three, two single options.
OFFER = (
    HUNDRED,
    line("Modèle simple", "1000.00", "A"),
    line("Modèle moyen", "1500.00", "A"),
    line("Modèle grand", "2000.00", "A"),
    line("Thermostat", "200.00"),
    line("Rallonge", "50.00"),
)


@pytest.fixture
def office(context):
    return make_user("office").actor


def sent(office: Any, *drafts: LineDraft, **columns: Any) -> Quote:
    """A quote that left."""
    quote = start("quote", office, drafts=drafts or OFFER, **columns)
    give("mark_sent", quote, office)
    return quote


def ids(quote: Quote, *names: str) -> set[int]:
    """The lines of those names."""
    return {row.id for row in quote.lines if row.description in names}


def taken(quote: Any) -> list[str]:
    """What is accepted."""
    return [row.description for row in quote.lines if row.accepted and row.is_item]


#: What is drafted: for each line its group (or ``-`` for a single option) and a ``+`` where it is taken; what counts.
RULES = (
    ("- -", []),
    ("-+ -", [0]),
    ("A A", [0]),
    ("A A+", [1]),
    ("A a A", [0]),
    ("A B A B+", [0, 3]),
    ("- A - A+", [3]),
)
REFUSED = (
    ("A", "lines-0-option_group"),
    ("- A", "lines-1-option_group"),
    ("A A B", "lines-2-option_group"),
    ("A+ A+", "lines-1-accepted"),
    ("A+ B B A+", "lines-3-accepted"),
)


def drawn(text: str) -> list[LineDraft]:
    """The drafts that a rule writes down."""
    return [
        line(str(place), group=word.rstrip("+").strip("-") or None, accepted=word.endswith("+"))
        for place, word in enumerate(text.split())
    ]


@pytest.mark.parametrize(("drafted", "counted"), RULES)
def test_what_counts_before_anybody_chose(office, drafted, counted):
    quote = start("quote", office, drafts=drawn(drafted))
    assert taken(quote) == [str(place) for place in counted]
    assert quote.net == 100 * len(counted)


@pytest.mark.parametrize(("drafted", "cell"), REFUSED)
def test_a_choice_that_is_none_is_refused_beside_its_line(office, drafted, cell):
    with pytest.raises(DomainError) as refusal:
        start("quote", office, drafts=drawn(drafted))
    assert refusal.value.field == cell


@pytest.mark.parametrize("kind", ["request", "job", "invoice"])
def test_only_a_quote_has_options(office, kind):
    with pytest.raises(DomainError) as refusal:
        start(kind, office, drafts=(HUNDRED, line("x")))
    assert refusal.value.field == "lines-1-option"


def test_a_quote_counts_the_first_of_a_choice_and_no_single_option(office):
    quote = start("quote", office, drafts=OFFER)
    assert (taken(quote), quote.net) == (["Main-d’œuvre", "Modèle simple"], Decimal("1100.00"))


def test_an_approval_holds_what_the_client_takes(office):
    quote = sent(office, deposit_percent=Decimal(30))
    give("approve", quote, office, **APPROVAL, accepted=ids(quote, "Modèle grand", "Rallonge"))
    assert taken(quote) == ["Main-d’œuvre", "Modèle grand", "Rallonge"]
    assert (quote.net, quote.total, quote.deposit_asked) == (
        Decimal("2150.00"),
        Decimal("2471.96"),
        Decimal("741.59"),
    )
    what = json.loads(quote.approval.content)
    assert (what["total"], what["deposit"]) == ("2471.96", "741.59")
    assert [told[6:] for told in what["lines"]] == [
        [],
        ["left out", "A"],
        ["left out", "A"],
        ["taken", "A"],
        ["left out", ""],
        ["taken", ""],
    ]


def test_the_hash_tells_one_choice_from_another(office):
    marks = set()
    for names in (("Modèle simple",), ("Modèle moyen",), ("Modèle simple", "Rallonge")):
        quote = sent(office)
        give("approve", quote, office, **APPROVAL, accepted=ids(quote, *names))
        marks.add(quote.approval.content.replace(quote.number, ""))
    assert len(marks) == 3


def test_the_journal_tells_what_was_taken(office):
    quote = sent(office)
    give("approve", quote, office, **APPROVAL, accepted=ids(quote, "Modèle grand", "Rallonge"))
    entry = db.session.query(JournalEntry).filter_by(event="approve").one()
    assert entry.changes["options"] == [["Modèle simple"], ["Modèle grand", "Rallonge"]]


@pytest.mark.parametrize(
    "names",
    [(), ("Modèle simple", "Modèle grand"), ("Rallonge",), ("Modèle simple", "Main-d’œuvre")],
)
def test_a_choice_takes_exactly_one_and_nothing_unknown(office, names):
    quote = sent(office)
    with pytest.raises(DomainError) as refusal:
        give("approve", quote, office, **APPROVAL, accepted=ids(quote, *names))
    assert (refusal.value.field, quote.status) == ("accepted", QuoteStatus.SENT)


def test_something_is_taken(office):
    quote = sent(office, line("a"), line("b"))
    with pytest.raises(DomainError) as refusal:
        give("approve", quote, office, **APPROVAL, accepted=set())
    assert refusal.value.field == "accepted"


def test_a_withdrawn_approval_leaves_the_offer_as_it_was_sent(office):
    quote = sent(office, *OFFER[:4], replace(OFFER[4], accepted=True))
    before = (taken(quote), quote.total)
    give("approve", quote, office, **APPROVAL, accepted=ids(quote, "Modèle grand"))
    give("withdraw_approval", quote, office)
    assert (
        (taken(quote), quote.total) == before == (["Main-d’œuvre", "Modèle simple", "Thermostat"], Decimal("1494.68"))
    )


def test_a_revision_starts_from_what_the_client_took(office):
    quote = sent(office)
    give("approve", quote, office, **APPROVAL, accepted=ids(quote, "Modèle grand", "Rallonge"))
    give("revise", quote, office)
    assert (taken(quote), quote.net) == (["Main-d’œuvre", "Modèle grand", "Rallonge"], Decimal("2150.00"))
    assert json.loads(quote.sent_content(1))["net"] == "1100.00"


def test_only_what_is_accepted_goes_on(office):
    quote = sent(office, discount=Decimal("30.00"))
    give("approve", quote, office, **APPROVAL, accepted=ids(quote, "Modèle moyen"))
    job = convert(quote, "job", office)
    assert [(row.description, row.optional) for row in job.lines] == [("Main-d’œuvre", False), ("Modèle moyen", False)]
    assert (job.total, job.discount) == (quote.total, Decimal("30.00"))
    with pytest.raises(DomainError):
        convert(quote, "job", office)
    assert convert(job, "invoice", office).net == quote.net


def test_a_title_without_lines_does_not_go_on(office):
    drafts = (
        section("Base"),
        HUNDRED,
        section("Confort"),
        line("Thermostat"),
        section("Fin"),
        line("b", accepted=True),
    )
    quote = sent(office, *drafts)
    job = convert(quote, "job", office, approval=APPROVAL)
    assert [row.description for row in job.lines] == ["Base", "Main-d’œuvre", "Fin", "b"]


def test_the_snapshot_tells_options_apart_with_the_words_above_them(office):
    quote = start("quote", office, drafts=(section("Base"), HUNDRED, *OFFER[1:], section("Confort"), line("Filtre")))
    told = snapshot_of(db.session, quote)
    assert [row["description"] for row in told["lines"]] == ["Base", "Main-d’œuvre"]
    assert [row["description"] for row in told["options"]] == ["Thermostat", "Rallonge", "Confort", "Filtre"]
    assert [(group["name"], group["count"], len(group["lines"])) for group in told["groups"]] == [("A", 3, 3)]
    assert (told["subtotal"], told["net"]) == ("1100.00", "1100.00")


LINES = st.lists(
    st.tuples(
        st.sampled_from([None, "-", "A", "B"]),
        st.decimals(Decimal("0.01"), Decimal("999.99"), places=2),
        st.sampled_from(TaxStatus),
        st.integers(1, 5),
    ),
    min_size=1,
    max_size=8,
)


@examples(25)
@given(lines=LINES, data=st.data())
@undone()
def test_whatever_is_chosen_the_total_and_what_goes_on_are_that(office, lines, data):
    kinds = [kind for kind, *_rest in lines]
    kinds = ["-" if kind in ("A", "B") and kinds.count(kind) < 2 else kind for kind in kinds]
    drafts = [
        LineDraft(str(place), Decimal(quantity), unit_price=price, tax_status=status)
        if kind is None
        else line(str(place), str(price), kind.strip("-") or None, tax_status=status, quantity=Decimal(quantity))
        for place, (kind, (_kind, price, status, quantity)) in enumerate(zip(kinds, lines, strict=True))
    ]
    quote = sent(office, *drafts)
    groups = [rows for rows in quote.offer.groups.values() if rows]
    choice = {data.draw(st.sampled_from(rows)).id for rows in groups}
    choice |= {row.id for row in quote.offer.options if data.draw(st.booleans())}
    fixed = [row for row in quote.lines if not row.optional]
    if not choice and not fixed:
        return
    give("approve", quote, office, **APPROVAL, accepted=choice)
    held = [row for row in quote.lines if not row.optional or row.id in choice]
    amounts = [Amount(row.amount, row.tax_status is TaxStatus.TAXABLE) for row in held]
    totals = compute_totals(amounts, basis_for(db.session, Place(Province.QC, PlaceSource.SITE)).rates)
    assert (quote.net, quote.total) == (totals.net, totals.total)
    job = convert(quote, "job", office)
    assert [(row.source_line_id, row.quantity) for row in job.lines] == [(row.id, row.quantity) for row in held]
    assert job.total == quote.total


@pytest.mark.parametrize(
    ("percent", "amount", "asked"),
    [
        (None, None, "0.00"),
        ("30", None, "34.49"),
        ("33.333", None, "38.33"),
        ("100", None, "114.98"),
        (None, "50.00", "50.00"),
        (None, "114.98", "114.98"),
    ],
)
def test_the_deposit_asked(office, percent, amount, asked):
    deposit = {"deposit_percent": percent and Decimal(percent), "deposit_amount": amount and Decimal(amount)}
    quote = start("quote", office, **deposit)
    assert quote.deposit_asked == Decimal(asked)
    job = convert(quote, "job", office, approval=APPROVAL)
    assert job.deposit_asked == Decimal(asked)


def test_a_deposit_is_no_more_than_the_total(office):
    with pytest.raises(DomainError) as refusal:
        start("quote", office, deposit_amount=Decimal("114.99"))
    assert refusal.value.field == "deposit_amount"
    quote = sent(office, line("a", "500.00", accepted=True), line("b", "10.00"), deposit_amount=Decimal("400.00"))
    give("approve", quote, office, **APPROVAL, accepted=ids(quote, "b"))
    assert quote.deposit_asked == quote.total == Decimal("11.50")


def test_a_job_of_its_own_asks_no_deposit(office):
    assert start("job", office).deposit_asked == ZERO


def test_an_offer_that_is_over_is_extended_then_accepted(office):
    quote = sent(office)
    quote.valid_until = day(-1)
    db.session.flush()
    with pytest.raises(DomainError) as refusal:
        give("approve", quote, office, **APPROVAL)
    assert "était valide jusqu" in str(refusal.value)
    with pytest.raises(DomainError) as refusal:
        give("extend", quote, office, valid_until=day(-1))
    assert refusal.value.field == "valid_until"
    give("extend", quote, office, valid_until=day())
    assert (quote.revision, quote.status) == (1, QuoteStatus.SENT)
    entry = db.session.query(JournalEntry).filter_by(event="extend").one()
    assert entry.changes == {"valid_until": [str(day(-1)), str(day())]}
    give("approve", quote, office, **APPROVAL)
    with pytest.raises(ConflictError):
        give("extend", quote, office, valid_until=day(9))
