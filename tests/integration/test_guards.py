"""What the database itself refuses, whoever writes: the journal's rows and everything that was issued."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from sercom.backoffice.seam import attempt
from sercom.core.base import db
from sercom.core.clock import today
from sercom.core.journal import JournalEntry
from sercom.entities.invoices.model import InvoiceStatus
from sercom.models import GUARDS, Document, Invoice, Line
from sercom.workflow import payments
from tests.support import HUNDRED, give, make_user, start

#: Every rule that triggers keep.
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}
JOURNAL = "id, at, user_id, actor_name, event, subject_type, subject_id, subject_label, case_id, changes"
#: Statements about an issued invoice (``:i``), a line and a draft (``:d``) that must fail.
FORBIDDEN = (
    "UPDATE line SET quantity = 2000 WHERE document_id = :i",
    "UPDATE line SET unit_price = 1 WHERE document_id = :i",
    "UPDATE line SET description = 'autre' WHERE document_id = :i",
    "UPDATE line SET document_id = :d WHERE document_id = :i",
    "UPDATE line SET document_id = :i WHERE document_id = :d",
    "DELETE FROM line WHERE document_id = :i",
    (
        "INSERT INTO line (document_id, position, description, quantity, unit, unit_price, discount, tax_status) "
        "VALUES (:i, 9, 'x', 1000, '', 100, 0, 'taxable')"
    ),
    "UPDATE document_tax SET amount = 0 WHERE document_id = :i",
    "UPDATE document_tax SET document_id = :i, code = 'HST' WHERE document_id = :d AND code = 'GST'",
    "DELETE FROM document_tax WHERE document_id = :i",
    "INSERT INTO document_tax (document_id, code, position, percent, base, amount) VALUES (:i, 'HST', 9, 1, 1, 1)",
    "UPDATE document SET total = 1, net = 1, tax = 0 WHERE id = :i",
    "UPDATE document SET net = net - 1, tax = tax + 1 WHERE id = :i",
    "UPDATE document SET discount = 1 WHERE id = :i",
    "UPDATE document SET number = 'F-999999' WHERE id = :i",
    "UPDATE document SET number = NULL WHERE id = :i",
    "UPDATE document SET kind = 'quote' WHERE id = :i",
    "UPDATE document SET title = 'autre' WHERE id = :i",
    "DELETE FROM document WHERE id = :i",
    "DELETE FROM invoice WHERE id = :i",
    "UPDATE invoice SET status = 'draft' WHERE id = :i",
    "UPDATE invoice SET snapshot = '{}' WHERE id = :i",
    "UPDATE invoice SET issue_date = '2020-01-01' WHERE id = :i",
    "UPDATE invoice SET due_date = '2099-01-01' WHERE id = :i",
    "UPDATE invoice SET due_date = NULL WHERE id = :i",
    "UPDATE invoice SET service_date = '2020-01-01' WHERE id = :i",
    "UPDATE invoice SET terms_days = 99 WHERE id = :i",
    "UPDATE invoice SET issued_at = NULL WHERE id = :i",
)
#: The same through the ORM.
FORBIDDEN_CHANGES: dict[str, Callable[[Any], None]] = {
    "a line's price": lambda invoice: setattr(invoice.lines[0], "unit_price", Decimal("1.00")),
    "one line less": lambda invoice: invoice.lines.clear(),
    "one line more": lambda invoice: invoice.lines.append(
        Line(position=2, description="x", quantity=Decimal(1), unit_price=Decimal(1))
    ),
    "a tax": lambda invoice: setattr(invoice.taxes[0], "amount", Decimal("0.00")),
    "the number": lambda invoice: setattr(invoice, "number", "F-999999"),
    "the due date": lambda invoice: setattr(invoice, "due_date", None),
    "back to a draft": lambda invoice: setattr(invoice, "status", InvoiceStatus.DRAFT),
    "the invoice itself": lambda invoice: db.session.delete(invoice),  # noqa: PLW0108  # the session is another one in each test
}


def issued(actor: Any, drafts: Any = (HUNDRED,)) -> Invoice:
    invoice = start("invoice", actor, drafts=drafts)
    give("issue", invoice, actor)
    db.session.flush()
    return invoice


def refused(action: Callable[[], Any]) -> str:
    """``action`` fails in the database; what it says."""
    point = db.session.begin_nested()
    try:
        action()
    except DBAPIError as error:
        said = str(error.orig)
    else:
        said = "nothing was refused"
    point.rollback()
    db.session.expire_all()
    return said


def test_every_guard_is_in_the_migrated_database(context):
    found = set(db.session.scalars(text(TRIGGERS[db.session.get_bind().dialect.name])))
    assert found == {guard.name for guard in GUARDS}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entry SET actor_name = 'personne'",
        "DELETE FROM journal_entry",
        "DELETE FROM journal_entry WHERE id = (SELECT max(id) FROM journal_entry)",
    ],
)
def test_the_journal_is_append_only(context, statement):
    start("job", make_user("office").actor)
    count = db.session.scalar(select(func.count()).select_from(JournalEntry))
    assert count
    assert "append-only" in refused(lambda: db.session.execute(text(statement)))
    assert db.session.scalar(select(func.count()).select_from(JournalEntry)) == count


def test_a_row_of_the_journal_cannot_be_replaced(context):
    """SQLite's REPLACE deletes the old row: the guard sees it because ``recursive_triggers`` is on."""
    start("job", make_user("office").actor)
    copy = f"INTO journal_entry ({JOURNAL}) SELECT {JOURNAL} FROM journal_entry WHERE true"
    replace = {
        "sqlite": f"REPLACE {copy}",
        "postgresql": f"INSERT {copy} ON CONFLICT (id) DO UPDATE SET event = 'nothing'",
    }[db.session.get_bind().dialect.name]
    assert "append-only" in refused(lambda: db.session.execute(text(replace)))


def test_the_journal_is_append_only_through_the_orm(context):
    start("job", make_user("office").actor)
    entry = db.session.scalars(select(JournalEntry).order_by(JournalEntry.id)).first()

    def forge() -> None:
        entry.event = "nothing"
        db.session.flush()

    assert "append-only" in refused(forge)
    assert "append-only" in refused(lambda: (db.session.delete(entry), db.session.flush()))


@pytest.mark.parametrize("status", ["issued", "void"])
def test_an_issued_invoice_is_frozen(context, status):
    actor = make_user("office").actor
    invoice, draft = issued(actor), start("invoice", actor)
    if status == "void":
        give("void", invoice, actor, reason="Essai")
    for statement in FORBIDDEN:
        sql = statement.replace(":i", str(invoice.id)).replace(":d", str(draft.id))
        assert "frozen" in refused(lambda sql=sql: db.session.execute(text(sql))), sql


def test_an_issued_invoice_is_frozen_for_the_orm(context):
    invoice = issued(make_user("office").actor)
    for what, change in FORBIDDEN_CHANGES.items():
        assert "frozen" in refused(lambda change=change: (change(invoice), db.session.flush())), what
        assert invoice.total == Decimal("114.98")


def test_what_a_trigger_refuses_is_told_as_a_sentence(context):
    invoice_id = issued(make_user("office").actor).id
    db.session.commit()
    for statement in (f"UPDATE document SET title = 'autre' WHERE id = {invoice_id}", "DELETE FROM journal_entry"):
        refusal = attempt(db.session, lambda statement=statement: db.session.execute(text(statement)))
        assert str(refusal) == "Ce document ne peut plus être modifié.", statement
    with pytest.raises(DBAPIError):  # a fault of the program stays one
        attempt(db.session, lambda: db.session.execute(text("SELECT nothing_of_the_kind")))


def test_a_void_invoice_stays_void(context):
    actor = make_user("office").actor
    invoice = issued(actor)
    give("void", invoice, actor, reason="Mauvais client")
    statement = text("UPDATE invoice SET status = 'issued' WHERE id = :i")
    assert "frozen" in refused(lambda: db.session.execute(statement, {"i": invoice.id}))


def test_what_an_issued_invoice_still_lives_through(context):
    """Payments, their correction, voiding; and another client after a merge, since the snapshot keeps the first."""
    actor = make_user("office").actor
    invoice = issued(actor)
    give("record_payment", invoice, actor, amount=Decimal("14.98"), method="cheque", received_on=today())
    payments.correct(db.session, invoice, invoice.allocations[0].payment, actor)
    give("void", invoice, actor, reason="Mauvais client")
    db.session.expire_all()
    assert (invoice.status, invoice.void_reason) == (InvoiceStatus.VOID, "Mauvais client")
    other = start("job", actor).client
    merge = text('UPDATE "case" SET client_id = :client WHERE id = :case')
    db.session.execute(merge, {"client": other.id, "case": invoice.case_id})
    db.session.expire_all()
    assert invoice.client_id == other.id


def test_a_draft_is_free(context):
    draft = start("invoice", make_user("office").actor)
    draft.lines[0].unit_price = Decimal("1.00")
    draft.title = "Autre"
    db.session.flush()
    db.session.delete(draft)
    db.session.flush()
    assert db.session.scalar(select(func.count()).select_from(Document)) == 0
