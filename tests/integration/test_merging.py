"""Merging two clients: everything moves, undoing is the identity, and what bars it is said."""

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from sercom.core.base import db
from sercom.core.clock import today, utcnow
from sercom.core.errors import ConflictError, DomainError, ForbiddenError
from sercom.entities.clients.lookup import client_lookup
from sercom.entities.sites.lookup import site_lookup
from sercom.models import Client, ClientMerge, Equipment, HubLink, Invoice, JournalEntry, Note, Site
from sercom.workflow import content, inbox, matching, merging, payments, unmerging, upkeep
from tests.ledger import deposit, pay, receive, received
from tests.rows import add_picture
from tests.support import convert, give, make_client, make_message, make_user, start

#: What a merge adds, and the words of the search, which follow what they tell of.
GROWS = {"journal_entry", "client_merge"}
#: What tells that a row was written at all, of the two clients and the addresses whose blanks were filled.
TOUCHED = {"client": ("version", "updated_at"), "site": ("version", "updated_at")}


def dump() -> dict[str, list[Any]]:
    """Every row of every table."""
    db.session.flush()
    found = {}
    for table in db.metadata.sorted_tables:
        if table.name in GROWS:
            continue
        left_out = TOUCHED.get(table.name, ())
        columns = [column for column in table.columns if column.name not in left_out]
        found[table.name] = sorted(db.session.execute(select(*columns)).all(), key=repr)
    return found


def busy_client(random: Random, author: Any, **columns: Any) -> Client:
    """A client with a few of everything, at a few addresses, each perhaps one that others have too."""
    streets = ("84, rue Sainte-Rose", "12, rue des Érables", "2-84 rue Ste-Rose")
    client = make_client(**({"name": f"Client {random.random()}", "street": random.choice(streets)} | columns))
    for name in ("contact_name", "email", "billing_email", "notes"):
        setattr(client, name, random.choice((None, f"{name}{random.randint(1, 9)}@example.org")))
    client.is_prospect = random.random() < 0.5
    for _ in range(random.randint(0, 2)):
        where = {"street": random.choice(streets), "city": "Laval", "postal_code": "H7L 1M3"}
        client.sites.append(Site(**where, access_notes=random.choice((None, "Chien"))))
    db.session.flush()
    if random.random() < 0.5:
        db.session.add(HubLink(client=client, email="a@example.org", expires_at=utcnow()))
    for _ in range(random.randint(0, 3)):
        work(random, client, author)
    return client


def work(random: Random, client: Client, author: Any) -> None:
    """A case of some kind, taken so far."""
    document = start(random.choice(("request", "quote", "job", "invoice")), author.actor, client)
    document.case.site = random.choice([*client.sites, None])
    if random.random() < 0.5:
        db.session.add(Note(case=document.case, body="Sonner", author_id=author.id))
    device = Equipment(site=client.sites[-1])
    db.session.add(device)
    upkeep.concern(db.session, document.case, device, author.actor, upkeep=True)
    if random.random() < 0.3:
        add_picture(document.case, author)
        inbox.receive(db.session, document, inbox.Written("Allô"), str(document.id))
    if document.kind.value == "quote" and random.random() < 0.5:
        give("mark_sent", document, author.actor)
    if document.kind.value == "job" and random.random() < 0.7:
        document = convert(document, "invoice", author.actor)
    if isinstance(document, Invoice) and random.random() < 0.7:
        give("issue", document, author.actor)
        give("record_payment", document, author.actor, amount=Decimal(20), method="cash", received_on=today())
    db.session.flush()


def merged(stayer: Client, other: Client, actor: Any) -> ClientMerge:
    return merging.merge(db.session, stayer.id, other.id, actor)


@pytest.mark.parametrize("seed", range(8))
def test_merging_and_undoing_is_the_identity(context, seed):
    random, author = Random(seed), make_user("office")
    stayer, other = busy_client(random, author), busy_client(random, author)
    bystander = busy_client(random, author)
    before, theirs = dump(), merging.holdings(db.session, bystander)
    both = [merging.holdings(db.session, client) for client in (stayer, other)]
    made = merged(stayer, other, author.actor)
    held = merging.holdings(db.session, stayer)
    for table in set(held) - {"site"}:
        assert held[table] == sorted(both[0][table] + both[1][table]), table
    assert not any(ids for table, ids in merging.holdings(db.session, other).items() if table != "site")
    assert merging.holdings(db.session, bystander) == theirs
    keys = [matching.place_key(site.street, site.postal_code) for site in stayer.sites]
    own = {
        matching.place_key(s.street, s.postal_code) for s in db.session.scalars(select(Site)) if s.id in both[0]["site"]
    }
    assert all(keys.count(key) == 1 for key in set(keys) - own), "an address came twice"
    assert unmerging.undo(db.session, made, author.actor) is other
    db.session.expire_all()
    after = dump()
    assert {table for table in before if before[table] != after[table]} == set()


#: What names a client or a case and need not be moved: it follows, or tells of the past.
FOLLOWS = {"client": {"document", "client", "client_merge", "erasure"}, "case": {"journal_entry"}}


def test_every_table_that_names_a_client_or_a_case_is_known():
    found: dict[str, set[str]] = {"client": set(), "case": set()}
    for table in db.metadata.tables.values():
        for key in table.foreign_keys:
            if key.column.table.name in found:
                found[key.column.table.name].add(table.name)
    known = {"client": merging.OWNED, "case": merging.ALONG}
    assert found == {name: {m.__tablename__ for m in models} | FOLLOWS[name] for name, models in known.items()}


def test_what_is_printed_stays_and_the_details_of_the_stayer_too(context):
    actor = make_user("office").actor
    stayer = make_client("Climat inc.", email="a@example.org", contact_name=None, street="1, rue Un")
    other = make_client("Climat", email="b@example.org", contact_name="Ève", phone="+14505550999", is_prospect=True)
    invoice = start("invoice", actor, other)
    give("issue", invoice, actor)
    snapshot = invoice.snapshot
    made = merged(stayer, other, actor)
    assert (invoice.client, invoice.snapshot) == (stayer, snapshot)
    assert '"name": "Climat"' in snapshot
    assert (stayer.name, stayer.email, stayer.contact_name) == ("Climat inc.", "a@example.org", "Ève")
    assert (stayer.phone, stayer.other_phone) == ("+14505550110", "+14505550999")
    assert (other.name, other.contact_name, other.merged_into) == ("Climat", "Ève", stayer)
    assert made.moved["document"] == [invoice.id]
    stayer.other_phone = "+14505550000"  # corrected meanwhile: it stays
    unmerging.undo(db.session, made, actor)
    assert (stayer.contact_name, stayer.other_phone, invoice.client) == (None, "+14505550000", other)


@pytest.mark.parametrize(("stays", "goes", "left"), [(True, False, False), (False, True, False), (True, True, True)])
def test_a_prospect_ends_where_one_of_both_is_a_client(context, stays, goes, left):
    stayer, other = make_client(is_prospect=stays), make_client(is_prospect=goes)
    actor = make_user("owner").actor
    made = merged(stayer, other, actor)
    assert stayer.is_prospect is left
    unmerging.undo(db.session, made, actor)
    assert (stayer.is_prospect, other.is_prospect) == (stays, goes)


def test_what_is_refused(context):
    actor, (one, two, three) = make_user("office").actor, (make_client() for _ in range(3))
    for role in ("technician", "accountant"):
        with pytest.raises(ForbiddenError):
            merged(one, two, make_user(role).actor)
    with pytest.raises(DomainError):
        merged(one, one, actor)
    with pytest.raises(ConflictError):
        merging.merge(db.session, one.id, two.id, actor, versions={one.id: one.version, two.id: two.version + 1})
    made = merged(one, two, actor)
    assert merged(one, two, actor) is made, "a double click is one merge"
    for stayer, other in ((two, one), (two, three), (three, two)):  # a circle, into a merged one, a merged one
        with pytest.raises(ConflictError):
            merged(stayer, other, actor)
    outer = merged(three, one, actor)
    assert two.present is three
    with pytest.raises(ConflictError):  # from the outside in
        unmerging.undo(db.session, made, actor)
    with pytest.raises(ForbiddenError):
        unmerging.undo(db.session, outer, make_user("accountant").actor)
    unmerging.undo(db.session, outer, actor)
    unmerging.undo(db.session, made, actor)
    with pytest.raises(ConflictError):
        unmerging.undo(db.session, made, actor)
    assert merged(two, one, actor) is not made, "the other way round, once undone"


def test_a_merged_client_takes_no_new_work(context):
    actor, stayer, other = make_user("office").actor, make_client(), make_client()
    merged(stayer, other, actor)
    with pytest.raises(ConflictError) as refused:
        start("quote", actor, other)
    assert refused.value.field == "client"
    assert client_lookup.get_one(other.id) is None
    assert site_lookup.get_one(other.sites[0].id) is None
    assert client_lookup.get_one(stayer.id) is stayer


#: What bars undoing, done after the merge to its one case (a quote and an issued invoice) or beside it.
BARS: dict[str, Callable[[Any], Any]] = {
    "a document": lambda it: convert(it.quote, "job", it.actor, approval={"channel": "phone", "name": "Ève"}),
    "a note": lambda it: db.session.add(Note(case=it.quote.case, body="Chien")),
    "a message": lambda it: inbox.receive(db.session, it.invoice, inbox.Written("Allô"), "a"),
    "a photo": lambda it: add_picture(it.quote.case, it.author),
    "an e-mail": lambda it: make_message(document=it.invoice),
    "sent": lambda it: give("mark_sent", it.quote, it.actor),
    "a payment": lambda it: give(
        "record_payment", it.invoice, it.actor, amount=Decimal(1), method="cash", received_on=today()
    ),
    "a case at a moved address": lambda it: content.start(
        db.session, type(it.quote)(), it.actor, client=it.stayer, site=it.site
    ),
    "a case without an address": lambda it: content.start(
        db.session, type(it.quote)(), it.actor, client=it.stayer, site=None
    ),
    "a case that moved on": lambda it: content.relocate(db.session, it.quote.case, it.stayer.sites[0]),
    "an address less": lambda it: db.session.delete(it.spare),
}
MONEY: dict[str, Callable[[Any], Any]] = {
    "a deposit": lambda it: deposit(it.job, it.actor, "20.00"),
    "a refund": lambda it: payments.refund(db.session, it.paid, it.actor, received("20.00")),
    "a correction": lambda it: payments.take_back(db.session, it.paid, it.actor),
    "credit used": lambda it: give("use_credit", it.other_invoice, it.actor),
    "a payment": lambda it: pay(it.invoice, it.actor, "10.00"),
}
BARS |= MONEY
#: What does not.
FREE: dict[str, Callable[[Any], Any]] = {
    "other words": lambda it: setattr(it.quote, "title", "Autre"),
    "the stayer's own case at its own address": lambda it: start("quote", it.actor, it.stayer),
    "another client": lambda it: start("quote", it.actor),
}


class Scene:
    """Two clients and their merge."""

    def __init__(self) -> None:
        self.author = make_user("office")
        self.actor = self.author.actor
        self.stayer = make_client("Reste", street="1, rue Un")
        self.stayer.sites[0].street = "1, rue Un"
        other = make_client("Part")
        self.site, self.spare = other.sites[0], Site(street="3, rue Trois", city="Laval", postal_code="H7L 1M3")
        other.sites.append(self.spare)
        db.session.flush()
        self.quote, self.invoice = start("quote", self.actor, other), start("invoice", self.actor, other)
        give("issue", self.invoice, self.actor)
        self.job = start("job", self.actor, other)
        self.paid = receive(other, self.actor, "120.00", (self.invoice, "60.00"), confirm=True)
        self.other_invoice = start("invoice", self.actor, self.stayer)
        give("issue", self.other_invoice, self.actor)
        self.made = merged(self.stayer, other, self.actor)


@pytest.mark.parametrize("what", [*BARS, *FREE])
def test_undoing_is_barred_by_what_was_added(context, what):
    scene = Scene()
    assert unmerging.hindrance(db.session, scene.made) is None
    (BARS | FREE)[what](scene)
    db.session.flush()
    db.session.expire_all()
    barred = unmerging.hindrance(db.session, scene.made)
    assert (barred is not None) == (what in BARS), barred
    if what in FREE:
        unmerging.undo(db.session, scene.made, scene.actor)
        assert scene.quote.client.name == "Part"


def test_both_ways_are_in_the_journal_of_both(context):
    scene = Scene()
    unmerging.undo(db.session, scene.made, scene.actor)
    ids = {"client": {scene.stayer.id, scene.quote.client_id}, "case": {scene.quote.case_id}}
    for event in ("merged", "merge_undone"):
        for table, known in ids.items():
            rows = select(JournalEntry.subject_id).where(
                JournalEntry.event == event, JournalEntry.subject_type == table, JournalEntry.subject_id.in_(known)
            )
            assert set(db.session.scalars(rows)) == known, (event, table)


def test_the_database_keeps_a_client_from_being_merged_twice(context):
    scene = Scene()
    twice = text(
        "INSERT INTO client_merge (stayer_id, merged_id, moved, changed, at) "
        "SELECT stayer_id, merged_id, moved, changed, at FROM client_merge"
    )
    point = db.session.begin_nested()
    with pytest.raises(IntegrityError):
        db.session.execute(twice)
    point.rollback()
    assert scene.made.undone_at is None


# --- who may be the same ---------------------------------------------------------------------

JULIE = {
    "name": "Julie Tremblay",
    "phone": "+14505550142;ext=22",
    "email": "Julie@Example.org",
    "street": "84, rue Sainte-Rose, app. 2",
    "postal_code": "H7L 1M3",
}
MATCHES = {
    "the same e-mail in capitals": ({"email": "JULIE@example.ORG"}, {"même courriel"}),
    "the e-mail for invoices": ({"billing_email": "julie@example.org"}, {"même courriel"}),
    "an e-mail of the same letters": ({"email": "ju.lie@example.org"}, set()),
    "the same phone, no extension": ({"phone": "+14505550142"}, {"même téléphone"}),
    "as the other phone": ({"other_phone": "+14505550142;ext=9"}, {"même téléphone"}),
    "the last digits alone": ({"phone": "+15145550142"}, set()),
    "the address otherwise written": ({"street": "2-84 rue Ste-Rose", "postal_code": "H7L 1M3"}, {"même adresse"}),
    "another apartment": ({"street": "84, rue Sainte-Rose, app. 3", "postal_code": "H7L 1M3"}, set()),
    "another postal code": ({"street": "84, rue Sainte-Rose, app. 2", "postal_code": "H7L 1M4"}, set()),
    "the name alone": ({"name": "Julie Tremblay"}, set()),
    "phone and e-mail": ({"phone": "+14505550142", "email": "julie@example.org"}, {"même téléphone", "même courriel"}),
}


@pytest.mark.parametrize("what", MATCHES)
def test_who_may_be_the_same(context, what):
    columns, expected = MATCHES[what]
    prospect = Client(is_prospect=True, **JULIE)
    prospect.sites.append(Site(street=JULIE["street"], city="Laval", postal_code=JULIE["postal_code"]))
    known = Client(**({"name": "Autre"} | columns))
    db.session.add_all([prospect, known])
    db.session.commit()  # the index follows the commit
    found = matching.likely(db.session, prospect)
    assert {str(reason) for match in found for reason in match.reasons} == expected
    assert [match.client for match in found] == ([known] if expected else [])


def test_an_address_of_work_counts_and_a_merged_client_does_not(context):
    prospect, known = Client(is_prospect=True, **JULIE), Client(name="Gestion")
    known.sites.append(Site(street="84 rue Sainte Rose #2", city="Laval", postal_code="H7L 1M3"))
    db.session.add_all([prospect, known])
    db.session.commit()
    assert [match.client for match in matching.likely(db.session, prospect)] == [known]
    merged(make_client(street="9, rue Neuf", postal_code="H1A 1A1", phone=None), known, make_user("office").actor)
    found = [match.client.name for match in matching.likely(db.session, prospect)]
    assert found == ["Julie Tremblay"], "the address is the other's now"
