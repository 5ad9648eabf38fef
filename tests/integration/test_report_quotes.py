"""Win rate, and sales by service: what counts where, on the company's clock."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

from flask import Flask

from sercom.core import clock
from sercom.core.base import db
from sercom.entities.documents.line import LineDraft
from sercom.models import Quote, Service
from sercom.reports import quotes, sales
from sercom.reports.period import Period
from sercom.reports.quotes import Outcome
from tests.support import convert, give, make_user, start

SPRING = Period(date(2026, 3, 1), date(2026, 4, 30))


def on(day: date, hour: int = 12) -> Any:
    """At that hour on the company's clock."""
    return clock.at(clock.from_company(day, time(hour)))


def sent(actor: Any, day: date, price: str, hour: int = 12) -> Quote:
    """A quote that left then."""
    with on(day, hour):
        quote: Quote = start("quote", actor, drafts=(LineDraft("x", unit_price=Decimal(price)),))
        give("mark_sent", quote, actor)
        db.session.flush()
    return quote


def test_what_became_of_quotes_by_month(context: Flask):
    actor = make_user("office").actor
    approved = sent(actor, date(2026, 3, 31), "100", hour=23)  # April by the clock of Greenwich
    quick = sent(actor, date(2026, 4, 1), "300", hour=0)
    refused = sent(actor, date(2026, 4, 10), "200")
    sent(actor, date(2026, 4, 20), "50")
    sent(actor, date(2026, 5, 1), "999", hour=0)
    for quote, day in ((approved, date(2026, 4, 4)), (quick, date(2026, 4, 2))):
        with on(day, 0 if quote is quick else 23):
            give("approve", quote, actor, channel="phone", name="Julie")
            db.session.flush()
    give("decline", refused, actor, reason="price")
    with on(date(2026, 4, 25)):  # revised and sent again: it still counts where it was first sent
        give("revise", refused, actor)
        give("mark_sent", refused, actor)
        db.session.flush()
    give("decline", refused, actor, reason="competitor")
    db.session.flush()
    found = quotes.add_up(db.session, SPRING)
    march, april = found.months
    assert (march.count(), march.rate, march.median_days) == (1, Decimal("100.0"), Decimal("4.0"))
    assert {outcome.value: (april.count(outcome), str(april.amount(outcome))) for outcome in Outcome} == {
        "approved": (1, "300.00"),
        "declined": (1, "200.00"),
        "open": (1, "50.00"),
    }
    assert (april.rate, april.rate_of_amount, april.median_days) == (Decimal("50.0"), Decimal("60.0"), Decimal("1.0"))
    assert (found.whole.count(), found.whole.rate, found.whole.median_days) == (4, Decimal("66.7"), Decimal("2.5"))
    assert [(reason.value, count, str(amount)) for reason, count, amount in found.reasons] == [
        ("competitor", 1, "200.00")
    ]


def test_sales_go_to_the_service_that_the_case_was_asked_for(context: Flask):
    actor = make_user("office").actor
    drains = Service(name_fr="Drains d’essai", name_en="Test drains")
    db.session.add(drains)
    db.session.flush()
    with on(date(2026, 3, 10)):
        request = start("request", actor, service=drains)
        give("mark_assessed", request, actor)
        job = convert(request, "job", actor)
        give("issue", convert(job, "invoice", actor), actor)
        give("issue", start("invoice", actor, drafts=(LineDraft("x", unit_price=Decimal(7)),)), actor)
        db.session.flush()
    found = sales.add_up(db.session, SPRING)
    assert [(share.name, str(share.amount)) for share in found.services] == [("Drains d’essai", "100.00"), ("", "7.00")]
    assert [str(share.amount) for share in found.months] == ["107.00", "0.00"]
    listing = sales.listing(SPRING, {"service": str(drains.id)})
    assert listing is not None
    assert listing.totals(db.session) == (1, {"amount": Decimal("100.00")})
