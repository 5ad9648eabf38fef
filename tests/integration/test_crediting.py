"""Credit notes: what of an invoice is taken back, to the cent, and never more than there was."""

import json
import secrets
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from sercom.core.access import Actor
from sercom.core.base import db
from sercom.core.clock import today
from sercom.core.errors import ConflictError, DomainError, ForbiddenError, NeedsConfirmationError
from sercom.core.money import ZERO, TaxStatus
from sercom.entities.company.model import get_company
from sercom.entities.credits.left import left_of
from sercom.entities.credits.plan import Wanted, plan
from sercom.entities.documents.line import LineDraft, LineKind
from sercom.entities.ledger.model import EntryKind, Method
from sercom.entities.users.model import Language
from sercom.models import Allocation, CreditNote, Invoice, JournalEntry, Payment
from sercom.workflow import crediting
from tests.properties import examples, undone
from tests.support import HUNDRED, give, make_client, make_user, start

DOLLAR = LineDraft("Vis", Decimal(2), "", Decimal("0.50"))
MIXED = (
    LineDraft("Thermopompe", Decimal(1), "", Decimal("1000.00")),
    LineDraft("Permis", Decimal(1), "", Decimal("100.00"), tax_status=TaxStatus.EXEMPT),
    LineDraft("Terrain", Decimal(1), "", Decimal("300.00"), tax_status=TaxStatus.ZERO_RATED),
)


@pytest.fixture
def office(context):
    return make_user("office").actor


def issued(office: Actor, *drafts: LineDraft, client: Any = None, **columns: Any) -> Invoice:
    invoice = start("invoice", office, client, drafts=drafts or (HUNDRED,), **columns)
    give("issue", invoice, office)
    return invoice


def credit(invoice: Invoice, office: Actor, **wanted: Any) -> CreditNote:
    """A credit note of lines by their place (``{0: "1.5"}``), of an amount, or of all that is left."""
    lines, amount = wanted.get("lines"), wanted.get("amount")
    quantities = {invoice.lines[place].id: Decimal(each) for place, each in lines.items()} if lines else None
    asked = Wanted(quantities, None if amount is None else Decimal(amount))
    return crediting.credit(db.session, invoice, office, asked, reason="Essai", token=secrets.token_hex(8))


def sums(document: Any) -> tuple[str, dict[str, str], str]:
    return str(document.net), {tax.code: str(tax.amount) for tax in document.taxes}, str(document.total)


def test_a_whole_one_mirrors_the_invoice(office):
    section = LineDraft("Salon", kind=LineKind.SECTION)
    line = LineDraft("Pose", Decimal("3.5"), "h", Decimal("33.33"), Decimal("1.11"))
    invoice = issued(office, section, line, *MIXED, discount=Decimal("17.77"))
    note = credit(invoice, office)
    assert (note.number, note.issue_date, str(note)) == ("NC-000001", today(), "NC-000001")
    assert sums(note) == sums(invoice)
    assert [(tax.base, tax.percent) for tax in note.taxes] == [(tax.base, tax.percent) for tax in invoice.taxes]
    assert (note.discount, [each.amount for each in note.lines]) == (
        invoice.discount,
        [each.amount for each in invoice.lines],
    )
    assert [each.source_line_id for each in note.lines[1:]] == [each.id for each in invoice.lines[1:]]
    assert [each.description for each in note.lines] == [each.description for each in invoice.lines]
    assert (invoice.balance, left_of(invoice).total) == (ZERO, ZERO)
    with pytest.raises(DomainError, match=r"déjà|already"):
        credit(invoice, office)


#: An invoice, a series of credit notes, and what each takes: net, GST, QST.
SERIES: tuple[tuple[str, tuple[LineDraft, ...], str, list[tuple[dict[str, Any], str, str, str]]], ...] = (
    (
        "two halves of a dollar return 0.05 and 0.10, not 0.06 and 0.10",
        (DOLLAR,),
        "0",
        [({"lines": {0: "1"}}, "0.50", "0.03", "0.05"), ({"lines": {0: "1"}}, "0.50", "0.02", "0.05")],
    ),
    (
        "thirds of a hundred",
        (replace(HUNDRED, quantity=Decimal(3), unit_price=Decimal("33.33")),),
        "0",
        [
            ({"lines": {0: "1"}}, "33.33", "1.67", "3.32"),
            ({"lines": {0: "1"}}, "33.33", "1.67", "3.32"),
            ({}, "33.33", "1.66", "3.33"),
        ],
    ),
    (
        "a line and the rest, each with its share of the discount",
        (HUNDRED, replace(HUNDRED, tax_status=TaxStatus.EXEMPT)),
        "20",
        [({"lines": {0: "1"}}, "90.00", "4.50", "8.98"), ({"lines": {1: "1"}}, "90.00", "0.00", "0.00")],
    ),
    (
        "an amount is split over what is taxed, exempt and zero-rated",
        MIXED,
        "0",
        [({"amount": "140"}, "140.00", "5.00", "9.98"), ({}, "1260.00", "45.00", "89.77")],
    ),
    (
        "an amount, then a line",
        (HUNDRED, HUNDRED),
        "0",
        [
            ({"amount": "60"}, "60.00", "3.00", "5.99"),
            ({"lines": {0: "1"}}, "100.00", "5.00", "9.98"),
            ({}, "40.00", "2.00", "3.98"),
        ],
    ),
    (
        "what is taken back of a line with a negative one beside it",
        (HUNDRED, LineDraft("Reprise", Decimal(-1), "", Decimal("30.00"))),
        "0",
        [({"lines": {0: "0.5"}}, "50.00", "2.50", "4.99"), ({}, "20.00", "1.00", "1.99")],
    ),
)


@pytest.mark.parametrize(("drafts", "discount", "steps"), [row[1:] for row in SERIES], ids=[row[0] for row in SERIES])
def test_a_series(office, drafts, discount, steps):
    invoice = issued(office, *drafts, discount=Decimal(discount))
    for wanted, net, gst, qst in steps:
        note = credit(invoice, office, **wanted)
        assert sums(note)[:2] == (net, {"GST": gst, "QST": qst})
        assert note.total == note.net + note.tax
    assert left_of(invoice).total == ZERO or len(steps) == 1
    assert sum(note.total for note in invoice.credit_notes) == invoice.total


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"lines": {0: "2.001"}}, "quantity"),
    ({"lines": {0: "-1"}}, "quantity"),
    ({"amount": "200.01"}, "amount"),
    ({"amount": "0"}, "amount"),
    ({"amount": "-5"}, "amount"),
)


@pytest.mark.parametrize(("wanted", "field"), REFUSED)
def test_never_more_than_is_left(office, wanted, field):
    invoice = issued(office, replace(HUNDRED, quantity=Decimal(2)))
    with pytest.raises(DomainError) as refusal:
        credit(invoice, office, **wanted)
    expected = f"quantity-{invoice.lines[0].id}" if field == "quantity" else field
    assert refusal.value.field == expected
    assert (invoice.credit_notes, db.session.scalar(select(func.count(Payment.id)))) == ([], 0)


def test_quantities_and_amounts_count_together(office):
    invoice = issued(office, replace(HUNDRED, quantity=Decimal(2)))
    credit(invoice, office, lines={0: "1.5"})
    with pytest.raises(DomainError, match=r"0[,.]5"):
        credit(invoice, office, lines={0: "0.6"})
    credit(invoice, office, amount="20")
    with pytest.raises(DomainError, match=r"30[,.]00") as refusal:
        credit(invoice, office, lines={0: "0.5"})
    assert refusal.value.field == f"quantity-{invoice.lines[0].id}"
    assert credit(invoice, office).net == Decimal("30.00")


def test_nothing_chosen_and_no_reason(office):
    invoice = issued(office)
    for wanted in (Wanted({}), Wanted({invoice.lines[0].id: Decimal(0)})):
        with pytest.raises(DomainError) as refusal:
            plan(invoice, wanted)
        assert refusal.value.field == "lines"
    with pytest.raises(DomainError):
        plan(invoice, Wanted({0: Decimal(1)}))
    with pytest.raises(DomainError) as refusal:
        crediting.credit(db.session, invoice, office, Wanted(), reason="  ", token="a")
    assert refusal.value.field == "reason"


def test_only_what_was_issued(office):
    draft, void = start("invoice", office), issued(office)
    give("void", void, office, reason="Essai")
    for invoice in (draft, void):
        with pytest.raises(ConflictError):
            credit(invoice, office)


def test_who_may(office):
    invoice = issued(office, replace(HUNDRED, quantity=Decimal(3)))
    for role in ("owner", "office", "accountant"):
        assert credit(invoice, make_user(role).actor, lines={0: "1"}).net == Decimal("100.00")
    with pytest.raises(ForbiddenError):
        credit(issued(office), make_user("technician").actor)


def test_the_same_twice_and_what_was_shown(office):
    invoice = issued(office)
    asked = Wanted(amount=Decimal(10))
    shown = plan(invoice, asked).fingerprint
    told = {"reason": "Essai", "token": "one", "version": invoice.version}
    with pytest.raises(NeedsConfirmationError):
        crediting.credit(db.session, invoice, office, Wanted(amount=Decimal(11)), shown=shown, **told)
    note = crediting.credit(db.session, invoice, office, asked, shown=shown, **told)
    assert crediting.credit(db.session, invoice, office, asked, shown=shown, **told) is note
    with pytest.raises(ConflictError):
        crediting.credit(db.session, invoice, office, asked, **told | {"token": "two"})
    assert len(invoice.credit_notes) == 1


def pay(invoice: Invoice, office: Actor, amount: str) -> None:
    give("record_payment", invoice, office, amount=Decimal(amount), method=Method.CHEQUE, received_on=today())


@pytest.mark.parametrize(
    ("paid", "on_invoice", "kept"), [("0", "114.98", "0"), ("100", "14.98", "100"), ("114.98", "0", "114.98")]
)
def test_the_ledger(office, paid, on_invoice, kept):
    """Up to the balance on the invoice; the rest stays as the client's credit."""
    invoice = issued(office)
    if Decimal(paid):
        pay(invoice, office, paid)
    planned = plan(invoice, Wanted())
    assert (planned.on_invoice, planned.kept) == (Decimal(on_invoice), Decimal(kept))
    note = credit(invoice, office)
    row = db.session.scalars(select(Payment).where(Payment.document_id == note.id)).one()
    assert (row.kind, row.amount, row.client_id, row.received_on) == (
        EntryKind.CREDIT,
        note.total,
        invoice.client_id,
        today(),
    )
    assert (row.reference, row.user_id, row.rest) == ("NC-000001", office.user_id, Decimal(kept))
    assert (invoice.balance, invoice.paid) == (ZERO, invoice.total)
    totals = select(func.sum(Payment.amount)).where(Payment.client_id == invoice.client_id)
    assert invoice.total - db.session.scalar(totals) == -Decimal(kept)


def test_a_bad_debt_is_taken_back_first(office):
    """Nobody paid what was written off: it would become a credit out of nothing."""
    invoice = issued(office)
    enter(invoice, EntryKind.WRITE_OFF, "114.98")
    with pytest.raises(DomainError, match=r"bad debt|radiation"):
        credit(invoice, office, amount="1")
    enter(invoice, EntryKind.RECOVERY, "-114.98")
    assert credit(invoice, office).total == invoice.total


def enter(invoice: Invoice, kind: EntryKind, amount: str) -> None:
    """A row of the ledger that goes wholly on the invoice, in dollars; a recovery against the last one."""
    against = invoice.allocations[-1].payment if kind is EntryKind.RECOVERY else None
    row = Payment(kind=kind, client=invoice.client, amount=Decimal(amount), received_on=today(), against=against)
    invoice.allocations.append(Allocation(payment=row, amount=row.amount, dated=today()))
    db.session.flush()


def test_no_credit_note_and_no_void_in_a_closed_period(office):
    invoice = issued(office)
    get_company(db.session).locked_until = today()
    db.session.flush()
    point = db.session.begin_nested()
    with pytest.raises(Exception, match="period is closed"):
        credit(invoice, office)
    point.rollback()
    assert invoice.refuse_void() is not None
    assert credit_after(invoice, office, today() - timedelta(days=1)).number == "NC-000001"


def credit_after(invoice: Invoice, office: Actor, locked: Any) -> CreditNote:
    get_company(db.session).locked_until = locked
    db.session.flush()
    return credit(invoice, office)


def test_an_invoice_with_a_credit_note_is_not_voided(office):
    invoice = issued(office)
    assert invoice.refuse_void() is None
    credit(invoice, office, amount="1")
    with pytest.raises(DomainError):
        give("void", invoice, office, reason="Essai")


def test_the_journal(office):
    note = credit(issued(office), office)
    rows = db.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(2)).all()
    assert [(row.event, row.subject_type, row.subject_label, row.changes) for row in rows] == [
        ("credited", "invoice", "F-000001", {"credit_note": [None, "NC-000001"]}),
        ("created", "credit_note", "NC-000001", {"total": [None, "114.98"], "reason": [None, "Essai"]}),
    ]
    assert {row.case_id for row in rows} == {note.case_id}


def test_frozen(office):
    note = credit(issued(office), office)
    for statement in (
        f"UPDATE document SET net = 1, total = 1 + tax WHERE id = {note.id}",
        f"UPDATE document SET number = 'NC-9' WHERE id = {note.id}",
        f"UPDATE credit_note SET reason = 'x' WHERE id = {note.id}",
        f"DELETE FROM credit_note WHERE id = {note.id}",
        f"DELETE FROM document WHERE id = {note.id}",
        f"UPDATE line SET quantity = 9 WHERE document_id = {note.id}",
        f"DELETE FROM document_tax WHERE document_id = {note.id}",
    ):
        point = db.session.begin_nested()
        with pytest.raises(Exception, match=r"frozen|ledger|foreign key|FOREIGN KEY"):
            db.session.execute(text(statement))
        point.rollback()
    assert note.is_editable is False


def test_the_snapshot(office):
    company = get_company(db.session)
    company.gst_number, company.qst_number = "123456782 RT0001", "1234567892 TQ0001"
    invoice = issued(office, *MIXED, client=make_client("Ann", language=Language.ENGLISH))
    company.taxes_registered = False
    note = credit(invoice, office, amount="140")
    told = json.loads(note.snapshot)
    assert (told["kind"], told["number"], told["total"], told["net"]) == (
        "credit_note",
        "NC-000001",
        "154.98",
        "140.00",
    )
    assert told["corrects"] == {"number": "F-000001", "issued": today().isoformat()}
    assert told["dates"] == {"issued": today().isoformat()}
    assert told["texts"]["note"]["fr_CA"] == "Essai"
    assert told["supplier"]["gst_number"] == "123456782 RT0001", "the taxes were charged under it"
    assert [tax["amount"] for tax in told["taxes"]] == ["5.00", "9.98"]
    assert told["lines"][0]["description"].count("F-000001") == 2, "in both languages"


AMOUNT = st.integers(1, 30_000).map(lambda cents: Decimal(cents) / 100)
LINE = st.tuples(
    st.integers(1, 5_000),
    AMOUNT,
    st.integers(0, 99),
    st.sampled_from(list(TaxStatus)),
    st.integers(0, 5).map(lambda n: -1 if n == 0 else 1),
)
STEP = st.tuples(st.sampled_from(["lines", "amount", "whole"]), st.lists(st.integers(0, 110), min_size=1, max_size=4))


@examples(40)
@given(lines=st.lists(LINE, min_size=1, max_size=4), discount=st.integers(0, 100), steps=st.lists(STEP, max_size=5))
@undone()
def test_no_series_returns_more_than_the_invoice_had(office, lines, discount, steps):
    """Tax by tax and in net, whatever is asked for; once all is credited, the sums are the invoice's own."""
    drafts = [_draft(*line) for line in lines]
    subtotal = sum((_amount(draft) for draft in drafts), ZERO)
    off = (max(subtotal, ZERO) * discount / 200).quantize(Decimal("0.01"))
    invoice = start("invoice", office, drafts=drafts, discount=off)
    if invoice.total > ZERO:
        give("issue", invoice, office)
        for how, parts in steps:
            try:
                _take(invoice, office, how, parts)
            except DomainError:
                continue
            _check(invoice)
        if left_of(invoice).total:
            credit(invoice, office)
        _check(invoice)
        assert _sums(invoice.credit_notes) == _sums([invoice])
        assert invoice.balance == ZERO


def _draft(thousandths: int, price: Decimal, percent: int, status: TaxStatus, sign: int) -> LineDraft:
    quantity = sign * Decimal(thousandths) / 1000
    off = ZERO if sign < 0 else (quantity * price * percent / 200).quantize(Decimal("0.01"))
    return LineDraft("x", quantity, "", price, off, tax_status=status)


def _amount(draft: LineDraft) -> Decimal:
    return (draft.quantity * draft.unit_price - draft.discount).quantize(Decimal("0.01"))


def _take(invoice: Invoice, office: Actor, how: str, parts: list[int]) -> None:
    if how == "whole":
        credit(invoice, office)
    elif how == "amount":
        credit(invoice, office, amount=(invoice.net * parts[0] / 100).quantize(Decimal("0.01")))
    else:
        shares = {
            place: (invoice.lines[place].quantity * share / 100).quantize(Decimal("0.001"))
            for place, share in enumerate(parts[: len(invoice.lines)])
        }
        credit(invoice, office, lines=shares)


def _sums(documents: Any) -> list[Decimal]:
    documents = list(documents)
    codes = {tax.code for document in documents for tax in document.taxes}
    taxes = [
        sum((getattr(tax, name) for document in documents for tax in document.taxes if tax.code == code), ZERO)
        for code in sorted(codes)
        for name in ("base", "amount")
    ]
    return [sum((document.net for document in documents), ZERO), sum((d.total for d in documents), ZERO), *taxes]


def _check(invoice: Invoice) -> None:
    had, returned = _sums([invoice]), _sums(invoice.credit_notes)
    for most, taken in zip(had, returned, strict=False):
        assert min(ZERO, most) <= taken <= max(ZERO, most)
    for line in invoice.lines:
        gone = [part for note in invoice.credit_notes for part in note.lines if part.source_line_id == line.id]
        assert abs(sum((part.quantity for part in gone), Decimal(0))) <= abs(line.quantity)
    for note in invoice.credit_notes:
        assert note.total == note.net + note.tax > ZERO
        assert note.net == sum((line.amount for line in note.lines), ZERO) - note.discount
    rows = select(func.sum(Allocation.amount)).where(Allocation.invoice_id == invoice.id)
    assert (db.session.scalar(rows) or ZERO) <= invoice.total
