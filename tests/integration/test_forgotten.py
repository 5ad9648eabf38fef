"""Forgotten money: for each situation, which list tells of it and what it is worth; nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from sercom import models
from sercom.core import clock
from sercom.core.base import db
from sercom.entities.documents.line import LineDraft
from sercom.entities.invoices.model import InvoiceStatus
from sercom.entities.ledger.model import EntryKind, Method
from sercom.entities.visits.model import PartDraft
from sercom.models import Allocation, Payment
from sercom.reports import forgotten
from sercom.reports.forgotten import Kind
from tests.rows import plan
from tests.support import HUNDRED, convert, give, make_user, start

Told = dict[str, str]


class Scene:
    """What may have happened, in the open session."""

    def __init__(self) -> None:
        self.office, self.technician = make_user("office"), make_user("technician")

    def start(self, kind: str, **options: Any) -> Any:
        """A document."""
        return start(kind, self.office.actor, **options)

    def give(self, command: str, subject: Any, **data: Any) -> Any:
        """A command of the office."""
        give(command, subject, self.office.actor, **data)
        return subject

    def visited(self, job: Any, *parts: PartDraft) -> Any:
        """The job's visit is done."""
        visit = plan(job.case.visits[0], self.office, person=self.technician)
        give("start", visit, self.technician.actor)
        visit.take_parts(parts)
        give("finish", visit, self.technician.actor)
        return job

    def invoiced(self, source: Any, **choice: Any) -> Any:
        """Its invoice, issued."""
        return self.give("issue", convert(source, "invoice", self.office.actor, **choice))

    def approved(self) -> Any:
        """A quote that the client said yes to."""
        quote = self.give("mark_sent", self.start("quote"))
        return self.give("approve", quote, channel="phone", name="Julie")

    def deposit(self, document: Any, days: int, amount: str = "50.00") -> Payment:
        """A deposit for a document, some days ago."""
        row = Payment(
            kind=EntryKind.DEPOSIT,
            client=document.client,
            document=document,
            amount=Decimal(amount),
            method=Method.INTERAC,
            received_on=clock.today() - timedelta(days=days),
        )
        db.session.add(row)
        db.session.flush()
        return row

    def answer(self, row: Payment, kind: EntryKind, amount: str) -> None:
        """What goes against it."""
        method = {"method": Method.INTERAC} if kind is EntryKind.REFUND else {}
        given = {"client": row.client, "against": row, "amount": Decimal(amount), "received_on": clock.today()}
        db.session.add(Payment(kind=kind, **given, **method))

    def put(self, row: Payment, invoice: Any, amount: str) -> None:
        """A part of it counts on an invoice."""
        db.session.add(Allocation(payment=row, invoice=invoice, amount=Decimal(amount), dated=clock.today()))


FILTER = PartDraft("Filtre 20 × 25", Decimal(2), Decimal("12.50"))


def void(invoice: Any) -> None:
    """As though it was voided."""
    invoice.status = InvoiceStatus.VOID
    invoice.voided_at = clock.utcnow()


def refunded_deposit(scene: Scene) -> None:
    row = scene.deposit(scene.start("job"), 90)
    scene.answer(row, EntryKind.REFUND, "-50.00")


def partly_used_deposit(scene: Scene) -> None:
    job = scene.start("job")
    scene.put(scene.deposit(job, 90), scene.give("issue", scene.start("invoice")), "20.00")


def used_and_taken_back(scene: Scene) -> None:
    """A correction of the whole row, after a part was put on an invoice and taken off again."""
    row, invoice = scene.deposit(scene.start("job"), 90), scene.give("issue", scene.start("invoice"))
    scene.put(row, invoice, "20.00")
    scene.answer(row, EntryKind.CORRECTION, "-50.00")
    db.session.flush()
    scene.put(
        row.answers[0] if row.answers else db.session.query(Payment).filter_by(against=row).one(), invoice, "-20.00"
    )


def deposit_of_finished_case(scene: Scene) -> None:
    job = scene.give("complete", scene.start("job"))
    scene.invoiced(job)
    scene.deposit(job, 3)


def half_invoiced(scene: Scene) -> None:
    job = scene.give("complete", scene.start("job", drafts=(LineDraft("h", Decimal(4), unit_price=Decimal(25)),)))
    scene.invoiced(job, quantities={job.lines[0].id: Decimal(1)})


def invoice_voided(scene: Scene) -> None:
    void(scene.invoiced(scene.give("complete", scene.start("job"))))


def cancelled_job_of_quote(scene: Scene) -> None:
    quote = scene.approved()
    scene.give("cancel", convert(quote, "job", scene.office.actor))


def part_of_job(scene: Scene) -> None:
    scene.visited(scene.start("job"), FILTER)


def part_on_invoice(scene: Scene) -> None:
    job = scene.give("complete", scene.visited(scene.start("job"), FILTER))
    invoice = convert(job, "invoice", scene.office.actor)
    invoice.lines.append(
        models.Line(
            description=FILTER.description.upper(), quantity=Decimal(2), unit_price=Decimal("12.50"), position=9
        )
    )
    db.session.flush()
    scene.give("issue", invoice)


def part_on_void_invoice(scene: Scene) -> None:
    job = scene.visited(scene.start("job"), FILTER)
    invoice = convert(job, "invoice", scene.office.actor)
    invoice.lines.append(
        models.Line(description=FILTER.description, quantity=Decimal(2), unit_price=Decimal("12.50"), position=9)
    )
    db.session.flush()
    void(scene.give("issue", invoice))


def part_beside_an_invoice(scene: Scene) -> None:
    scene.invoiced(scene.give("complete", scene.visited(scene.start("job"), FILTER)))


def part_of_closed_job(scene: Scene) -> None:
    scene.give("close", scene.give("complete", scene.visited(scene.start("job"), FILTER)))


def part_on_the_job(scene: Scene) -> None:
    line = LineDraft(FILTER.description, FILTER.quantity, unit_price=Decimal("12.50"))
    scene.visited(scene.start("job", drafts=(HUNDRED, line)), FILTER)


#: What happened, and what is told of it: the list and the amount.
TABLE: list[tuple[str, Callable[[Scene], Any], Told]] = [
    ("nothing", lambda scene: None, {}),
    ("a job to do", lambda scene: scene.start("job"), {}),
    ("a job done", lambda scene: scene.give("complete", scene.start("job")), {"jobs": "100.00"}),
    ("an open job, visited", lambda scene: scene.visited(scene.start("job")), {"jobs": "100.00"}),
    ("a job done and invoiced", lambda scene: scene.invoiced(scene.give("complete", scene.start("job"))), {}),
    ("a job done, a quarter invoiced", half_invoiced, {"jobs": "75.00"}),
    ("a job whose invoice was voided", invoice_voided, {"jobs": "100.00"}),
    ("a job closed", lambda scene: scene.give("close", scene.give("complete", scene.start("job"))), {}),
    ("a job cancelled", lambda scene: scene.give("cancel", scene.start("job")), {}),
    ("a draft quote", lambda scene: scene.start("quote"), {}),
    ("a quote sent", lambda scene: scene.give("mark_sent", scene.start("quote")), {}),
    ("a quote approved", lambda scene: scene.approved(), {"quotes": "100.00"}),
    ("a quote and its job", lambda scene: convert(scene.approved(), "job", scene.office.actor), {}),
    ("a quote whose job was cancelled", cancelled_job_of_quote, {"quotes": "100.00"}),
    ("a deposit of an open job", lambda scene: scene.deposit(scene.start("job"), 59), {}),
    ("a deposit of 60 days", lambda scene: scene.deposit(scene.start("job"), 60), {"deposits": "50.00"}),
    ("a deposit given back", refunded_deposit, {}),
    ("a deposit partly used", partly_used_deposit, {"deposits": "30.00"}),
    ("a deposit used, then all taken back", used_and_taken_back, {}),
    ("a deposit of a finished case", deposit_of_finished_case, {"deposits": "50.00"}),
    ("a part on a job not invoiced", part_of_job, {"jobs": "100.00", "parts": "25.00"}),
    ("a part that the job names", part_on_the_job, {"jobs": "125.00"}),
    ("a part on the invoice", part_on_invoice, {}),
    ("a part on a void invoice", part_on_void_invoice, {"jobs": "100.00", "parts": "25.00"}),
    ("a part beside an invoice", part_beside_an_invoice, {"parts": "25.00"}),
    ("a part of a closed job", part_of_closed_job, {}),
]  # fmt: skip


@pytest.mark.parametrize(("what", "happened", "told"), TABLE, ids=[what for what, _happened, _told in TABLE])
def test_each_situation_is_told_once(context: Flask, what: str, happened: Callable[[Scene], Any], told: Told):
    happened(Scene())
    db.session.flush()
    found = forgotten.add_up(db.session)
    assert {kind.value: str(amount) for kind, (count, amount) in found.items() if count} == told
    assert all(count == 1 for count, _amount in found.values() if count)
    for kind in Kind:
        listing = forgotten.listing(kind)
        assert listing.totals(db.session) == (found[kind][0], {"amount": found[kind][1]})
        assert all(forgotten.age(row.since) in {0, 3, 60, 90} for row in listing.page(db.session, 0))
