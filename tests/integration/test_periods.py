"""Closing a period: who, which day, and what a closed day refuses in words."""

from __future__ import annotations

from datetime import date

import pytest

from sercom.accounts import periods
from sercom.core.base import db
from sercom.core.errors import ConflictError, DomainError, ForbiddenError
from sercom.entities.company.model import get_company
from sercom.entities.ledger import book
from sercom.models import JournalEntry
from tests.support import day, make_user


def close(role: str, until: date | None, **more: object) -> None:
    periods.close(db.session, make_user(role).actor, until, **more)


@pytest.mark.parametrize("role", ["owner", "accountant"])
def test_owner_and_accountant_close_a_day_that_is_over(context, role):
    close(role, day(-1))
    assert get_company(db.session).locked_until == day(-1)
    entry = db.session.query(JournalEntry).order_by(JournalEntry.id.desc()).first()
    assert (entry.event, entry.changes) == ("period_closed", {"locked_until": [None, str(day(-1))]})


@pytest.mark.parametrize("role", ["office", "technician"])
def test_nobody_else_closes(context, role):
    with pytest.raises(ForbiddenError):
        close(role, day(-1))


@pytest.mark.parametrize("after", [0, 1, 400])
def test_today_and_the_future_stay_open(context, after):
    with pytest.raises(DomainError) as refused:
        close("owner", day(after))
    assert refused.value.field == "until"


def test_the_accountant_moves_the_day_on_and_never_back(context):
    close("accountant", day(-60))
    close("accountant", day(-30))
    for until in (day(-31), None):
        with pytest.raises(DomainError) as refused:
            close("accountant", until, reason="Une facture oubliée.")
        assert refused.value.field == "until"
    assert get_company(db.session).locked_until == day(-30)


def test_the_owner_opens_again_with_a_reason(context):
    close("owner", day(-30))
    with pytest.raises(DomainError) as refused:
        close("owner", day(-60), reason="  ")
    assert refused.value.field == "reason"
    close("owner", day(-60), reason="Une facture oubliée.")
    close("owner", None, reason="Tout revoir.")
    told = [(entry.event, entry.changes["reason"][1]) for entry in periods.history(db.session)[:2]]
    assert told == [("period_reopened", "Tout revoir."), ("period_reopened", "Une facture oubliée.")]


@pytest.mark.parametrize("until", [None, -30])
def test_the_same_day_again_changes_nothing_and_says_so(context, until):
    wanted = None if until is None else day(until)
    if wanted:
        close("owner", wanted)
    with pytest.raises(DomainError):
        close("owner", wanted)


def test_a_page_shown_before_somebody_closed_acts_no_more(context):
    shown = get_company(db.session).version
    close("owner", day(-60))
    with pytest.raises(ConflictError):
        close("owner", day(-30), version=shown)


def test_a_closed_day_is_refused_with_the_day_and_beside_its_field(context):
    book.check_day(db.session, day(-400))
    close("owner", day(-30))
    book.check_day(db.session, day(-29))
    for closed in (day(-30), day(-31)):
        with pytest.raises(DomainError, match=str(day(-30))) as refused:
            book.check_day(db.session, closed)
        assert refused.value.field == "received_on"
