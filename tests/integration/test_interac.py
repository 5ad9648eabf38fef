"""E-transfers: read once, proposed with reasons, recorded once or set aside."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from sercom.accounts import interac, matching
from sercom.accounts.ageing import of_client
from sercom.accounts.model import BankTransfer, TransferStatus
from sercom.core import clock
from sercom.core.access import Actor
from sercom.core.base import db
from sercom.core.errors import ConflictError, DomainError, ForbiddenError
from sercom.core.money import ZERO
from sercom.entities.company.model import get_company
from sercom.entities.ledger.model import Method
from sercom.models import JournalEntry, Payment
from sercom.workflow import payments
from tests.integration.test_ageing import issue
from tests.support import day, make_client, make_user

HEAD = "Date,Description,Amount\n"
LINE = "{},INTERAC e-Transfer {},{}\n"


def bank(*rows: tuple[date, str, str]) -> bytes:
    """A bank's file with these e-transfers."""
    return (HEAD + "".join(LINE.format(*row) for row in rows)).encode()


def waiting() -> list[BankTransfer]:
    return list(db.session.scalars(select(BankTransfer).order_by(BankTransfer.id)))


def transfer(said: str, amount: str, on: date | None = None) -> BankTransfer:
    """One that waits, in the open session."""
    interac.take_in(db.session, make_user("office").actor, "b.csv", bank((on or day(-1), said, amount)))
    return waiting()[-1]


def best(row: BankTransfer) -> list[matching.Proposal]:
    db.session.commit()  # names are indexed then
    return matching.propose(db.session, [row])[row.id]


def test_the_same_file_twice_adds_nothing(context):
    actor = make_user("accountant").actor
    rows = [(day(-3), "JULIE", "10.00"), (day(-3), "JULIE", "10.00"), (day(-2), "PIERRE", "20.00")]
    assert interac.take_in(db.session, actor, "a.csv", bank(*rows)) == interac.TakenIn(3, 0)
    assert interac.take_in(db.session, actor, "b.csv", bank(*rows)) == interac.TakenIn(0, 3)
    assert interac.take_in(db.session, actor, "c.csv", bank(*rows, (day(-1), "LUC", "5.00"))) == interac.TakenIn(1, 3)
    assert len(waiting()) == 4
    told = [entry.changes["added"] for entry in db.session.query(JournalEntry).filter_by(event="transfers_read")]
    assert told == [[None, 3], [None, 1]]


def test_a_file_without_transfers_says_so(context):
    with pytest.raises(DomainError) as refused:
        interac.take_in(db.session, make_user("office").actor, "a.csv", (HEAD + f"{day()},Loyer,-5.00\n").encode())
    assert refused.value.field == "file"


def test_reasons_are_the_number_the_amount_and_the_name(context):
    actor = make_user("office").actor
    julie, pierre = make_client("Julie Tremblay"), make_client("Pierre Gagnon")
    hers, his = issue(julie, actor, day(-20)), issue(pierre, actor, day(-10))
    row = transfer(f"JULIE TREMBLEY {hers.number}", "114.98")
    proposed = best(row)
    assert [(proposal.number, len(proposal.reasons)) for proposal in proposed] == [(hers.number, 3), (his.number, 1)]
    assert proposed[0].is_likely
    assert not proposed[1].is_likely
    named = best(transfer("PIERRE GAGNON", "50.00"))
    assert [(proposal.number, len(proposal.reasons)) for proposal in named] == [(his.number, 1)]
    assert best(transfer("INCONNU", "1.23")) == []


def test_a_paid_invoice_is_not_proposed(context):
    actor, client = make_user("office").actor, make_client("Julie Tremblay")
    invoice = issue(client, actor, day(-20))
    interac.confirm(db.session, actor, transfer("JULIE TREMBLAY", "114.98"), invoice.number)
    assert best(transfer(f"JULIE TREMBLAY {invoice.number}", "114.98", day())) == []


@pytest.mark.parametrize("text", ["F-000123", "f000123", "F 123", "facture F-000123 merci", "F-123."])
def test_a_number_is_known_however_it_is_written(text):
    assert matching.invoice_numbers(text) == {"F-000123"}


@pytest.mark.parametrize(
    ("name", "told", "expected"),
    [
        ("Julie Tremblay", "interac julie tremblay", True),
        ("Julie Tremblay", "TREMBLAY JULIE", True),
        ("Hélène Côté", "virement HELENE COTE", True),
        ("Julie Tremblay", "JULIE TREMBLEY", True),
        ("Julie Tremblay", "JULIE GAGNON", False),
        ("Garage Desjarlais et fils", "garage desjarlais", True),
        ("Bell", "bell", True),
        ("Li", "virement li", False),
        ("Virement inc.", "virement interac", False),
    ],
)
def test_a_sender_resembles_a_client(name, told, expected):
    assert matching.resembles(name, matching.name_words(told)) is expected


def test_a_confirmed_transfer_is_a_payment_of_its_day(context):
    actor, client = make_user("office").actor, make_client()
    invoice = issue(client, actor, day(-20))
    row = transfer("JULIE", "100.00", day(-4))
    assert interac.confirm(db.session, actor, row, invoice.number)
    payment = row.payment
    assert (payment.amount, payment.method, payment.received_on) == (Decimal("100.00"), Method.INTERAC, day(-4))
    assert payment.reference == row.description
    assert (invoice.balance, row.status) == (Decimal("14.98"), TransferStatus.MATCHED)


def test_what_the_invoice_does_not_take_stays_as_credit(context):
    actor, client = make_user("office").actor, make_client()
    invoice = issue(client, actor, day(-20))
    interac.confirm(db.session, actor, transfer("JULIE", "150.00"), invoice.number)
    assert (invoice.balance, of_client(db.session, client.id, day()).credit) == (ZERO, Decimal("35.02"))


def test_to_confirm_twice_records_once(context):
    actor, client = make_user("office").actor, make_client()
    invoice, other = issue(client, actor, day(-20)), issue(client, actor, day(-20))
    row = transfer("JULIE", "50.00")
    assert interac.confirm(db.session, actor, row, invoice.number)
    assert not interac.confirm(db.session, actor, row, invoice.number.lower().replace("-", " "))
    with pytest.raises(ConflictError):
        interac.confirm(db.session, actor, row, other.number)
    assert db.session.query(Payment).filter_by(client_id=client.id).count() == 1


@pytest.mark.parametrize("number", ["F-999999", "", "n'importe quoi", "F-"])
def test_an_invoice_that_is_not_there_is_refused_beside_its_field(context, number):
    with pytest.raises(DomainError) as refused:
        interac.confirm(db.session, make_user("office").actor, transfer("JULIE", "5.00"), number)
    assert refused.value.field == "number"


def test_a_transfer_of_a_closed_period_is_refused_in_words(context):
    actor, client = make_user("office").actor, make_client()
    invoice, row = issue(client, actor, day(-20)), transfer("JULIE", "5.00", day(-9))
    get_company(db.session).locked_until = day(-5)
    db.session.flush()
    with pytest.raises(DomainError, match=str(day(-5))) as refused:
        interac.confirm(db.session, actor, row, invoice.number)
    assert refused.value.field == "number"


def test_set_aside_and_taken_up_again(context):
    actor, row = make_user("office").actor, transfer("JULIE", "5.00")
    interac.set_aside(db.session, actor, row)
    interac.set_aside(db.session, actor, row)
    assert row.status is TransferStatus.SET_ASIDE
    interac.restore(db.session, actor, row)
    assert row.status is TransferStatus.WAITING
    events = [entry.event for entry in db.session.query(JournalEntry).filter_by(subject_type="bank_transfer")]
    assert events == ["transfer_set_aside", "transfer_restored"]


def test_a_matched_transfer_is_not_set_aside(context):
    actor = make_user("office").actor
    invoice, row = issue(make_client(), actor, day(-20)), transfer("JULIE", "5.00")
    interac.confirm(db.session, actor, row, invoice.number)
    with pytest.raises(ConflictError):
        interac.set_aside(db.session, actor, row)


def test_a_transfer_whose_payment_was_taken_back_waits_again(context):
    actor = make_user("office").actor
    first, second = (issue(make_client(name), actor, day(-9)) for name in ("Luc Roy", "Lucie Roy"))
    row = transfer("ROY", "114.98")
    interac.confirm(db.session, actor, row, first.number)
    payments.take_back(db.session, row.payment, actor)
    db.session.flush()
    assert row.stage is TransferStatus.WAITING
    assert db.session.scalars(select(BankTransfer.id).where(BankTransfer.stage == TransferStatus.WAITING)).all() == [
        row.id
    ]
    assert interac.confirm(db.session, actor, row, second.number)
    assert (first.balance, second.balance) == (Decimal("114.98"), ZERO)
    assert row.stage is TransferStatus.MATCHED
    payments.take_back(db.session, row.payment, actor)
    interac.set_aside(db.session, actor, row)
    assert (row.stage, row.payment) == (TransferStatus.SET_ASIDE, None)


def test_a_technician_touches_no_money(context):
    actor: Actor = make_user("technician").actor
    row = transfer("JULIE", "5.00")
    for act in (
        lambda: interac.take_in(db.session, actor, "a.csv", bank((day(), "X", "1.00"))),
        lambda: interac.confirm(db.session, actor, row, "F-000001"),
        lambda: interac.set_aside(db.session, actor, row),
        lambda: interac.restore(db.session, actor, row),
    ):
        with pytest.raises(ForbiddenError):
            act()


def test_a_page_of_transfers_asks_twice_whatever_it_holds(world):
    with world.app.app_context():
        actor = make_user("office").actor
        for number in range(6):
            issue(make_client(f"Julie Tremblay{number}"), actor, day(-20))
            transfer(f"JULIE TREMBLAY{number}", "114.98", clock.today() - timedelta(days=number))
        rows = waiting()
        with world.counting() as statements:
            matching.propose(db.session, rows)
        assert len(statements) == 1
        db.session.rollback()
