"""A person's data: found by the schema, handed over whole, and gone from every table but what tax law keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from typing import Any
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from flask import current_app
from flask_babel import force_locale
from sqlalchemy import LargeBinary, select, text, update
from sqlalchemy.exc import DBAPIError

from sercom import models
from sercom.accounts import interac
from sercom.core import clock
from sercom.core.access import Actor
from sercom.core.base import db
from sercom.core.errors import ConflictError, ForbiddenError
from sercom.entities.delivery.message import MessageStatus
from sercom.entities.documents.line import LineDraft
from sercom.entities.files.photos import make_safe
from sercom.entities.files.store import add_photo
from sercom.entities.privacy import consent
from sercom.entities.privacy.consent import CONSENT_VERSION, OFFERS, WORDINGS, ConsentSource, Purpose
from sercom.entities.privacy.erasure import Extent
from sercom.entities.quotes.evidence import Signed
from sercom.entities.requests.triage import Urgency
from sercom.entities.sites.model import Province
from sercom.entities.users.model import Language
from sercom.exchange import importing
from sercom.exchange.run import ImportKind
from sercom.portal import guards, intake
from sercom.privacy import erasing, export
from sercom.privacy import person as people
from sercom.privacy.fates import FATES, GONE, STAYS, TAX_PAPERS, texts_of
from sercom.search import index
from sercom.workflow import hub, merging, sending, writing
from tests.rows import picture
from tests.support import convert, day, give, make_client, make_user, name_company, start

#: Stands in every text about the person, in one spelling or another.
WORD = "Quetzal"
PHONE = "+15145550177"
TRACE = re.compile(r"quetzal|5145550177|514 555-0177", re.IGNORECASE)
#: Tables that hold texts, and nobody's of these: the company, its people, its program.
NOBODYS = frozenset(
    {"user", "company", "catalog_item", "team", "skill", "service", "question", "checklist", "checklist_item"}
    | {"triage_rule", "tax_rate", "role", "counter", "mail_template", "logo", "passkey", "calendar_feed", "absence"}
    | {"slow_page", "incident", "reminder_rule", "reminder_settings"}
)
#: Told of by hand: what no key leads to.
BESIDE = frozenset({"search_posting", "search_variant", "import_run", "intake_count", "intake_upload", "hub_ask"})


def test_every_text_of_the_schema_has_its_fate():
    tables = {table.name: table for table in people.tables_of()}
    for name, table in tables.items():
        if name != "journal_entry" and FATES[name] is not GONE:
            assert set(FATES[name].texts) == set(texts_of(table)), name
    others = {table.name for table in db.metadata.sorted_tables if texts_of(table)} - set(tables)
    assert others - BESIDE == NOBODYS
    assert set(FATES) | {"journal_entry"} == set(tables)
    assert {name for name, column in TAX_PAPERS.items() if column} <= set(tables)


def test_a_consents_text_and_its_version_change_together(context):
    told = []
    for language in Language:
        with force_locale(language.value):
            told += [str(WORDINGS[purpose]) for purpose in Purpose]
    known = sha256("\n".join(told).encode()).hexdigest()[:12]
    assert (CONSENT_VERSION, known) == ("2026-11", "024f736cfadb")


# --- somebody with everything ----------------------------------------------------------------


def ask(actor: Actor) -> models.ServiceRequest:
    """The person fills in the form, with a photo."""
    service = db.session.scalars(select(models.Service)).first()
    answers = {"name": f"Zoé {WORD}", "company": "", "phone": PHONE, "email": "zoe@quetzal.example", "marketing": True}
    answers |= {"street": f"7, rue {WORD}", "city": "Laval", "province": Province.QC, "postal_code": "H7L 1M3"}
    answers |= {"service": service, "urgency": Urgency.SOON, "availability": ["mon_am"], "description": f"{WORD} coule"}
    answers["questions"] = [{"question": 1, "label_fr": "?", "label_en": "?", "value": WORD}]
    with current_app.test_request_context("/", method="POST"):
        guards.count(db.session, "request", answers["email"])
    photo = (f"{WORD}.jpg", WORD, make_safe(picture()))
    request = intake.receive(db.session, answers, [photo], f"ticket-{WORD}")
    assert request.client.is_prospect
    give("plan_assessment", request, actor, **hours(), person=db.session.get_one(models.User, actor.user_id))
    return request


def hours() -> dict[str, Any]:
    return {"starts_at": clock.utcnow() - timedelta(hours=2), "ends_at": clock.utcnow() - timedelta(hours=1)}


def work(visit: models.Visit, actor: Actor) -> None:
    """The visit is made, with everything that it may leave behind."""
    give("start", visit, actor)
    give("finish", visit, actor, findings=WORD)
    item = models.ChecklistItem(text_fr="Pression", text_en="Pressure")
    db.session.add(models.Checklist(name_fr="A", name_en="A", items=[item]))
    db.session.flush()
    answer = {"asked": {"kind": "text", "text_fr": "A", "text_en": "A"}, "value": WORD, "answered_at": clock.utcnow()}
    sent = {"key": str(visit.id), "user_id": actor.user_id, "name": "finish", "happened_at": clock.utcnow()}
    db.session.add_all(
        [
            models.Answer(visit_id=visit.id, item_id=item.id, **answer),
            models.SentAction(visit_id=visit.id, answer=WORD, **sent),
            models.PartUsed(visit_id=visit.id, description=WORD, quantity=Decimal(1)),
            models.Signature(visit_id=visit.id, name=WORD, data=b"PNG", sha256="", signed_at=clock.utcnow()),
        ]
    )
    db.session.flush()
    draw("work_report", visit_id=visit.id, told_sha256="")


def draw(kind: str, **subject: Any) -> None:
    """A paper, as if it had been drawn."""
    kept = {"revision": 1, "language": "fr_CA", "data": f"%PDF {WORD}".encode(), "sha256": "", "template_version": 1}
    db.session.add(models.RenderedFile(kind=kind, **kept, **subject))
    db.session.flush()


def send(document: Any, actor: Actor) -> None:
    words = sending.proposed_words(db.session, document, Language.FRENCH)
    told = {"to": ["zoe@quetzal.example"], "token": str(document.id), "confirm": True}
    for message in sending.send(db.session, document, actor, words, **told):
        message.status = MessageStatus.SENT


def make_person(actor: Actor, *, billed: bool) -> models.Client:
    """From the form to the receipt, twice as it happens: a duplicate was merged, a file was imported."""
    name_company()
    request = ask(actor)
    client = request.client
    client.notes = client.billing_email = client.contact_name = f"{WORD}@example.org"
    double = make_client(f"Zoe {WORD}", email="zoe2@quetzal.example", notes=WORD, other_phone=PHONE)
    add_photo(db.session, request.case, make_safe(picture("red")), actor, name="b.jpg", caption=WORD)
    db.session.add(models.Note(case=request.case, body=f"{WORD} a un chien", shown_to_client=True))
    work(request.assessments[0], actor)
    quote = convert(request, "quote", actor)
    quote.set_lines([LineDraft(f"Pour {WORD}", Decimal(1), "h", Decimal(100))])
    send(quote, actor)
    draw("quote", document_id=quote.id)
    if billed:
        bill(quote, client, actor)
    else:
        give("decline", quote, actor, reason="price")
    beside(request, client)
    merging.merge(db.session, client.id, double.id, actor)
    cells = f"Nom;Courriel;Téléphone\nLuc Roy;luc@example.org;\nZoé {WORD};;514 555-0177\n"
    run = importing.open_run(db.session, ImportKind.CLIENTS, "clients.csv", cells.encode(), actor)
    assert TRACE.search(json.dumps(run.cells))
    db.session.commit()
    return client


def beside(request: models.ServiceRequest, client: models.Client) -> None:
    """What the client's own pages, reminders and the appliance leave."""
    case, address = request.case, "zoe@quetzal.example"
    device = models.Equipment(site=case.site, make="Daikin", serial=WORD, notes=WORD)
    written = models.ClientMessage(case=case, author=WORD, body=WORD)
    message = db.session.scalars(select(models.Message).where(models.Message.case_id == case.id)).first()
    reminder = {"kind": "quote", "key": "x", "stage": 1, "client": client, "message_id": message.id}
    db.session.add_all([device, written, models.Reminder(**reminder)])
    db.session.add(models.HubLink(client=client, email=address, expires_at=clock.utcnow()))
    db.session.add(models.HubAsk(email=address, base_url="http://localhost"))
    db.session.flush()
    db.session.add(models.EquipmentWork(equipment=device, case=case))
    case.files[0].client_message_id = written.id
    db.session.flush()


def bill(quote: models.Quote, client: models.Client, actor: Actor) -> None:
    """Approved, done, invoiced, partly credited, paid by a transfer of the bank's file."""
    job = convert(quote, "job", actor, approval={"channel": "phone", "name": f"Zoé {WORD}"})
    job.instructions = WORD
    give("schedule", job.visits[0], actor, **hours(), person=db.session.get_one(models.User, actor.user_id))
    work(job.visits[0], actor)
    give("complete", job, actor)
    invoice = convert(job, "invoice", actor)
    give("issue", invoice, actor)
    send(invoice, actor)
    draw("invoice", document_id=invoice.id)
    bank = f"Date,Description,Amount\n{day()},INTERAC e-Transfer ZOE {WORD},{invoice.balance}\n"
    interac.take_in(db.session, actor, "b.csv", bank.encode())
    transfer = db.session.scalars(select(models.BankTransfer)).one()
    db.session.commit()
    interac.confirm(db.session, actor, transfer, str(invoice.number))
    draw("receipt", payment_id=transfer.payment_id)


def fill(client: models.Client) -> None:
    """The word in every text that the database lets anybody write."""
    person = people.find(db.session, client)
    for table in people.tables_of()[1:]:  # the client's own are told apart: imported rows are known by them
        for name, fate in FATES.get(table.name, GONE).texts.items():
            kind = table.c[name].type
            if fate is STAYS or isinstance(kind, LargeBinary) or kind.python_type is not str or name in SPECIAL:
                continue
            room = getattr(kind, "length", None) or 100
            point = db.session.begin_nested()
            try:
                db.session.execute(update(table).where(person.where(table)).values({name: WORD[:room]}))
                point.commit()
            except DBAPIError:  # it has its guard
                point.rollback()
    db.session.expire_all()
    for _table, _count in index.reindex(db.session):
        pass


#: JSON as text, and what has a constraint of its own.
SPECIAL = {"content", "snapshot", "sha256", "ticket", "paper", "drawing_sha256", "typed"}


def traces() -> Iterator[tuple[str, str, Any]]:
    """Where something of the person stands: table, column, the row's first key. Every text of every table."""
    for table in db.metadata.sorted_tables:
        names = texts_of(table)
        first = table.primary_key.columns.values()[0]
        for key, *values in db.session.execute(select(first, *(table.c[name] for name in names))):
            for name, value in zip(names, values, strict=True):
                told = value.decode("latin-1") if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False)
                if TRACE.search(told):
                    yield table.name, name, key


def check_archive(client: models.Client) -> None:
    """Everything is in the file to hand over, and nothing that opens a page."""
    data = ZipFile(BytesIO(b"".join(export.archive(db.session, client))))
    told = json.loads(data.read("data.json"))
    assert set(told) - {"about"} == {table.name for table in export.tables()} - {"credit_note"}
    assert {name.split("/")[0] for name in data.namelist()} >= {"photos", "documents", "signatures", "data.json"}
    assert told["client"][0]["email"] == "zoe@quetzal.example"
    assert [(one["purpose"], one["given"]) for one in told["consent"]] == [("service", True), ("marketing", True)]
    assert told["consent"][0]["version"] == CONSENT_VERSION
    assert told["invoice"][0]["snapshot"]
    assert "nonce" not in str(told)
    assert "ticket-" not in str(told)
    known = {table.name for table in people.tables_of()}
    assert known - export.LEFT_OUT == {table.name for table in export.tables()}


def test_what_a_client_signed_is_handed_over_quote_by_quote(context):
    actor, papers = make_user("office").actor, []
    client = make_client(email="zoe@quetzal.example")
    for number in range(2):
        quote = start("quote", actor, client)
        give("mark_sent", quote, actor)
        strokes = {"name": "Zoé", "channel": "portal", "signed": Signed(drawing=b"PNG %d" % number)}
        give("approve", quote, actor, **strokes)
        draw("approval", approval_id=quote.approval.id)
        papers += [
            f"documents/approval-{quote.approval.id}-1-fr_CA.pdf",
            f"signatures/approval-{quote.approval.id}.png",
        ]
    data = ZipFile(BytesIO(b"".join(export.archive(db.session, client))))
    assert sorted(data.namelist()) == sorted([*papers, "data.json", "LISEZ-MOI.txt"])
    assert data.read(papers[-1]) == b"PNG 1"


@pytest.mark.parametrize("billed", [True, False])
def test_all_is_handed_over_and_no_trace_is_left_but_what_tax_law_keeps(context, billed):
    owner = make_user("owner")
    other = start("request", owner.actor, make_client("Luc Roy"))
    client = make_person(owner.actor, billed=billed)
    if billed:
        check_archive(client)
    fill(client)
    found = {(table, column) for table, column, _key in traces()}
    assert len(found) > 40, found
    assert {table for table, _column in found} >= {"search_variant", "search_posting", "import_run", "journal_entry"}
    figures, counted = sums(), db.session.query(models.IntakeCount).count()
    made = erasing.anonymise(db.session, client, owner.actor, version=client.version)
    db.session.commit()
    year = day().year
    assert (made.extent, made.kept_until) == (
        (Extent.RESTRICTED, date(year + 6, 12, 31)) if billed else (Extent.WHOLE, None)
    )
    kept = {row.id for row in db.session.scalars(select(models.Invoice))}
    words = {"document": {"title", "description"}, "line": {"description"}, "invoice": {"snapshot", "void_reason"}}
    words |= {"rendered_file": {"data"}, "payment": {"reference", "note"}, "bank_transfer": {"description"}}
    for table, column, key in traces():
        assert billed, (table, column, key)
        if table in {"search_posting", "search_variant"}:  # the words of the invoice's own title
            continue
        assert column in words.get(table, ()), (table, column, key)
        assert table not in {"document", "invoice"} or key in kept
    postings = select(models.Posting.subject_id).where(models.Posting.word == WORD.lower())
    assert set(db.session.scalars(postings)) <= kept
    left = db.session.scalars(select(models.RenderedFile)).all()
    assert {row.kind.value for row in left} == ({"invoice", "receipt"} if billed else set())
    assert db.session.scalars(select(models.File).where(models.File.case_id != other.case_id)).all() == []
    assert (sums(), db.session.query(models.IntakeCount).count()) == (figures, counted - 1)
    assert (other.client.name, other.title) == ("Luc Roy", "Thermopompe")
    assert client.name == f"Client {client.id}"
    run = db.session.scalars(select(models.ImportRun)).one()
    assert run.cells[1:] == [["Luc Roy", "luc@example.org", ""]]
    with pytest.raises(DBAPIError):  # the door is shut again
        db.session.execute(text("UPDATE journal_entry SET subject_label = 'x'"))
    db.session.rollback()
    if billed:
        with clock.at(datetime(year + 7, 1, 2, 12, tzinfo=ZoneInfo("America/Toronto"))):
            assert erasing.finish(db.session, erasing.PROGRAM) == 1
            db.session.commit()
            assert erasing.finish(db.session, erasing.PROGRAM) == 0
        assert list(traces()) == []
        assert sums() == figures


def sums() -> list[Any]:
    """What the company sold, owes and was paid, by plain SQL."""
    asked = ("sum(total), sum(tax), count(*) FROM document", "sum(amount) FROM payment", "sum(amount) FROM allocation")
    return [tuple(db.session.execute(text(f"SELECT {one}")).one()) for one in asked]


# --- what is in the way ----------------------------------------------------------------------


def test_what_is_not_settled_is_in_the_way_and_is_named(context):
    owner = make_user("owner").actor
    invoice = start("invoice", owner)
    for role in ("office", "accountant", "technician"):
        with pytest.raises(ForbiddenError):
            erasing.anonymise(db.session, invoice.client, make_user(role).actor)
    with force_locale("en_CA"):
        plan = erasing.plan(db.session, invoice.client)
        assert [str(one) for one in plan.hindrances] == [f"Work is under way: {invoice}. Finish or close it first."]
        give("issue", invoice, owner)
        told = [str(one) for one in erasing.plan(db.session, invoice.client).hindrances]
        assert told[0] == "There is a balance of $114.98."
    with pytest.raises(ConflictError):
        erasing.anonymise(db.session, invoice.client, owner)
    assert invoice.client.name == "Julie Tremblay"


#: What stays frozen while somebody is being anonymised too.
FROZEN = (
    "DELETE FROM journal_entry",
    "UPDATE journal_entry SET event = 'x'",
    "UPDATE journal_entry SET at = '2020-01-01'",
    "UPDATE line SET unit_price = 1, description = 'x'",
    "DELETE FROM line",
    "UPDATE document SET total = 1, net = 1, tax = 0",
    "UPDATE document SET number = 'F-999999'",
    "UPDATE invoice SET issue_date = '2020-01-01'",
    "DELETE FROM invoice",
    "UPDATE payment SET amount = 1",
    "DELETE FROM payment",
    "UPDATE allocation SET amount = 1",
    "UPDATE consent SET given = false",
    "DELETE FROM consent",
    "UPDATE rendered_file SET sha256 = 'x'",
)


def test_figures_stay_frozen_while_names_may_go(context):
    owner = make_user("owner").actor
    invoice = start("invoice", owner)
    give("issue", invoice, owner)
    give("record_payment", invoice, owner, amount=Decimal(20), method="cash", received_on=day())
    consent.note(db.session, invoice.client, Purpose.SERVICE, ConsentSource.PHONE, invoice.client.language)
    draw("invoice", document_id=invoice.id)
    db.session.add(models.Erasure(client=make_client(), extent=Extent.WHOLE))
    db.session.flush()
    db.session.execute(text("UPDATE journal_entry SET subject_label = 'x'"))
    db.session.execute(text("UPDATE line SET description = 'x'"))
    for statement in FROZEN:
        point = db.session.begin_nested()
        with pytest.raises(DBAPIError):
            db.session.execute(text(statement))
        point.rollback()


def test_done_twice_it_is_done_once_and_nothing_new_begins(context):
    owner = make_user("owner").actor
    client = make_client()
    made = start("request", owner, client)
    give("close", made, owner, reason="lost")
    first = erasing.anonymise(db.session, client, owner, version=client.version)
    assert erasing.anonymise(db.session, client, owner) is first
    with pytest.raises(ConflictError):
        start("request", owner, client)
    with pytest.raises(ConflictError):
        writing.add_internal_note(db.session, made.case, owner, "Madame a rappelé.")
    with pytest.raises(ConflictError):
        merging.merge(db.session, client.id, make_client().id, owner)


def test_the_latest_word_counts_and_none_is_no(context):
    client = make_client()
    assert consent.latest(db.session, [client.id]) == {}
    for given in (True, False):
        consent.note(db.session, client, Purpose.MARKETING, ConsentSource.PHONE, client.language, given=given)
        said = consent.latest(db.session, [client.id])[client.id]
        assert {purpose: row.given for purpose, row in said.items()} == dict.fromkeys(
            (*OFFERS, Purpose.MARKETING), given
        )
    with pytest.raises(DBAPIError):
        db.session.execute(update(models.Consent).values(given=True))


def a_reminder(client: models.Client, *, of: str) -> int:
    """An e-mail about a device is of no case; its reminder alone names the client."""
    words = {"subject": of, "body": of, "base_url": "http://localhost", "language": client.language}
    sent = models.Message(kind="maintenance", status=MessageStatus.SENT, to_email=client.email, **words)
    db.session.add(sent)
    db.session.flush()
    told = {"kind": "maintenance", "key": f"devices/{sent.id}", "stage": 1}
    db.session.add(models.Reminder(client=client, message_id=sent.id, **told))
    db.session.flush()
    return sent.id


def test_a_mail_of_no_case_goes_with_its_person_and_no_other(context):
    owner, shared = make_user("owner").actor, "maison@quetzal.example"
    client, other = make_client(f"Zoé {WORD}", email="old@quetzal.example"), make_client("Luc Roy", email=shared)
    for one in (client, other):
        a_reminder(one, of=one.name)
    link = models.HubLink(client=client, email=client.email, expires_at=clock.utcnow())
    db.session.add(link)
    db.session.flush()
    page = hub.send(db.session, client, owner, to=client.email)
    theirs = hub.send(db.session, other, owner, to=shared)
    db.session.delete(page.hub_link)  # as a month after it ended
    client.email = shared
    db.session.commit()
    a_reminder(client, of=client.name)
    db.session.commit()
    told = (shared, theirs.subject)
    erasing.anonymise(db.session, client, owner)
    db.session.commit()
    left = {(row.to_email, row.subject) for row in db.session.scalars(select(models.Message))}
    assert left == {(shared, "Luc Roy"), told}
    assert {row.client_id for row in db.session.scalars(select(models.Reminder))} == {other.id}
