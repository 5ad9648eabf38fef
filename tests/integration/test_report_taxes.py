"""The tax summary: equal to plain SQL and to the documents themselves, on the demo company and on what is rare."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from sercom.core import clock
from sercom.core.base import db
from sercom.core.money import CENT, ZERO
from sercom.entities.invoices.model import InvoiceStatus
from sercom.models import CreditNote, Invoice
from sercom.reports import sales, taxes
from sercom.reports.period import Period, first_of_month
from tests.integration.conftest import Demo

FEDERAL = {"GST", "HST"}


def months_of(now: Any) -> list[Period]:
    """The demo's months, and all of them together."""
    today = now.date()
    firsts = [first_of_month(today, -back) for back in range(9)]
    found = [Period(first, first_of_month(first, 1) - timedelta(days=1)) for first in firsts]
    return [*found, Period(firsts[-1], found[0].last)]


def of_documents(period: Period) -> tuple[dict[tuple[str, Decimal], Decimal], dict[str, Decimal], Decimal]:
    """Bases and taxes by code, and the net, added up in Python from the documents as they were loaded."""
    counted: list[tuple[int, Any]] = []
    for invoice in db.session.scalars(select(Invoice).where(Invoice.status != InvoiceStatus.DRAFT)):
        issued = invoice.issue_date
        voided = clock.to_company(invoice.voided_at).date() if invoice.voided_at else None
        if voided and (voided.year, voided.month) == (issued.year, issued.month) and issued >= period.first:
            continue
        if period.first <= issued <= period.last:
            counted.append((1, invoice))
        if voided and period.first <= voided <= period.last:
            counted.append((-1, invoice))
    counted += [
        (-1, note) for note in db.session.scalars(select(CreditNote)) if period.first <= note.issue_date <= period.last
    ]
    bases: dict[Any, Decimal] = defaultdict(lambda: ZERO)
    amounts: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for sign, document in counted:
        for tax in document.taxes:
            bases[tax.code, tax.percent] += sign * tax.base
            amounts[tax.code] += sign * tax.amount
    return bases, amounts, sum((sign * document.net for sign, document in counted), ZERO)


PLAIN = text("""
    SELECT t.code, SUM(t.base) AS base, SUM(t.amount) AS amount
    FROM invoice i JOIN document_tax t ON t.document_id = i.id
    WHERE i.status = 'issued' AND i.issue_date BETWEEN :first AND :last GROUP BY t.code
""")
PLAIN_NOTES = text("""
    SELECT t.code, SUM(t.base) AS base, SUM(t.amount) AS amount
    FROM credit_note n JOIN document_tax t ON t.document_id = n.id
    WHERE n.issue_date BETWEEN :first AND :last GROUP BY t.code
""")


def of_plain_sql(period: Period) -> dict[str, tuple[Decimal, Decimal]]:
    """What a person at the database's prompt would find, where nothing was voided later."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for sign, statement in ((1, PLAIN), (-1, PLAIN_NOTES)):
        days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
        if db.engine.dialect.name == "postgresql":
            days = {"first": period.first, "last": period.last}  # type: ignore[dict-item]
        for code, base, amount in db.session.execute(statement, days):
            known = found.get(code, (ZERO, ZERO))
            found[code] = (known[0] + sign * int(base) * CENT, known[1] + sign * int(amount) * CENT)
    return found


def test_each_month_of_the_demo_agrees_to_the_cent_three_ways(demo: Demo):
    seen = 0
    for period in months_of(demo.now):
        summary = taxes.summarise(db.session, period)
        bases, amounts, net = of_documents(period)
        assert {(line.code, line.percent): line.base for line in summary.taxes} == dict(bases)
        assert {code: summary.of(code) for code in amounts} == dict(amounts)
        assert summary.net == net == sales.add_up(db.session, period).total
        voided = db.session.scalars(select(Invoice.id).where(Invoice.status == InvoiceStatus.VOID)).all()
        if not voided:
            plain = of_plain_sql(period)
            assert {code: amount for code, (_base, amount) in plain.items()} == dict(amounts)
        seen += len(summary.taxes)
    assert seen
