"""Among 20,000 clients and 40,000 documents nothing is read from end to end: the plans of both databases say so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Integer, String, case, cast, event, insert, literal, select, text

from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.models import Case, Client, Document, Equipment, Posting, Quote, ServiceRequest, Site, Variant
from tests.support import Browser, World

CLIENTS = 20_000
#: Tables of which no question may read everything. A kind's own table is joined to the documents that were found,
#: as the database sees fit.
# Not "case": the list of cases for a name that half the clients share is rightly read from its end. Nor "equipment":
# PostgreSQL takes a union for two hundred addresses, and reads a table this narrow rather than look them up.
BIG = {"client", "site", "document", "search_posting", "search_variant"}
#: SQLite says it of an index that is walked from end to end too; ``client_1`` is the client's table.
SCAN = re.compile(r"\bSCAN (\w+?)(?:_\d+)?\b")


def numbers() -> Any:
    """1 … ``CLIENTS`` as a table."""
    one = select(literal(1, Integer).label("i")).cte("numbers", recursive=True)
    return one.union_all(select(one.c.i + 1).where(one.c.i < CLIENTS))


def fill(model: Any, **columns: Any) -> None:
    """A row for each number: what is no expression is the same in all."""
    stamp = {"version": 1, "created_at": utcnow(), "updated_at": utcnow()}
    table = model.__table__
    values = {name: value for name, value in (stamp | columns).items() if name in table.c}
    rows = select(
        *(
            value if hasattr(value, "label") else literal(value, table.c[name].type).label(name)
            for name, value in values.items()
        )
    )
    db.session.execute(insert(table).from_select(list(values), rows))


def crowd() -> None:
    """Each client has an address, a case, a request and a quote; words as the index would keep them."""
    one = numbers()
    i, number = one.c.i, cast(one.c.i, String)
    place = {"street": literal("Rue ") + number, "city": "Laval", "province": "QC", "postal_code": "H7L 1M3"}
    named = {"name": literal("Nom") + number, "sort_name": literal("nom") + number}
    fill(Client, id=i, **named, kind="person", is_prospect=False, language="fr_CA", terms_days=30)
    fill(Site, id=i, client_id=i, **place)
    fill(Equipment, id=i, site_id=i, kind="furnace", nonce=number)
    dossier = {"number": literal("N-") + number, "first_contact": "client", "letters": {}, "title": "Chauffage"}
    fill(Case, id=i, client_id=i, site_id=i, **dossier)
    money = dict.fromkeys(("discount", "net", "tax", "total"), 0)
    kinds: tuple[tuple[Any, int, dict[str, Any]], ...] = (
        (ServiceRequest, 0, {"status": "new", "urgency": "soon", "origin": "phone", "availability": []}),
        (Quote, CLIENTS, {"status": "draft", "revision": 1}),
    )
    for model, after, own in kinds:
        kind = model.__tablename__
        named = {"number": literal(kind) + number, "title": "Chauffage", "kind": kind}
        fill(Document, id=i + after, case_id=i, client_id=i, **named, **money)
        fill(model, id=i + after, **own)
        fill(Posting, kind=kind, word=literal("d") + number, subject_id=i + after)
        fill(Posting, kind=kind, word="chauffage", subject_id=i + after)
    for kind in ("client", "site", "case"):
        fill(Posting, kind=kind, word=literal("nom") + number, subject_id=i)
        fill(Posting, kind=kind, word=case((i % 500 == 0, literal("tremblay")), else_=number), subject_id=i)
    for end in ("", "x", "y", "z"):
        fill(Variant, variant=literal("nom") + number + end, word=literal("nom") + number)
    db.session.execute(
        insert(Variant), [{"variant": v, "word": "tremblay"} for v in ("tremblay", "remblay", "trmblay")]
    )
    if db.session.connection().dialect.name == "postgresql":  # every row, no sample: the same plans each time
        db.session.execute(text("SET LOCAL default_statistics_target = 1000"))
    db.session.execute(text("ANALYZE"))
    db.session.commit()


@contextmanager
def asked(world: World) -> Iterator[list[tuple[str, Any]]]:
    """The questions that are put meanwhile, with their parameters."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if "search_" in statement and not statement.startswith("INSERT"):
            found.append((statement, parameters))

    with world.app.app_context():
        engine = db.engines[None]
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def read_whole(connection: Connection, statement: str, parameters: Any) -> set[str]:
    """The big tables that the database would read from end to end."""
    many = isinstance(parameters, list)
    parameters = parameters[0] if many else parameters
    if connection.dialect.name == "sqlite":
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return {table for row in plan for table in SCAN.findall(row.detail)} & BIG
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return {node["Relation Name"] for node in nodes(plan[0]["Plan"]) if is_whole(node)}


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from nodes(child)


def is_whole(node: dict[str, Any]) -> bool:
    by_key = node.keys() & {"Index Cond", "Recheck Cond"}
    return node.get("Relation Name") in BIG and not by_key and node["Node Type"] != "ModifyTable"


QUERIES = ("nom777", "nom777 tremblay", "tremblay", "trembl", "tremblya", "d777", "777", "rembla", "zzzz", "nom77 d777")


@pytest.mark.slow
def test_no_question_reads_a_whole_table(world: World, browser: Browser):
    with world.app.app_context():
        crowd()
    browser.sign_in(world.user("office"))
    with asked(world) as statements:
        for query in QUERIES:
            assert browser.get("/admin/search", query_string={"q": query}).status_code == 200
            for entity in ("clients", "sites", "equipment", "cases", "quotes"):
                assert browser.get(f"/admin/{entity}/", query_string={"search": query}).status_code == 200
            lookup = {"name": "client", "query": query}
            assert browser.get("/admin/quotes/ajax/lookup/", query_string=lookup).status_code == 200
        with world.app.app_context():
            changed = db.session.get_one(Client, 777)
            changed.name, changed.is_prospect, changed.phone = "Autre Nom", True, "+14505550142"
            changed.email, changed.street, changed.postal_code = "nom@example.org", "777, rue Un", "H7L 1M3"
            db.session.commit()
        assert browser.get("/admin/clients/details/?id=777").status_code == 200  # who else it may be
    assert len(statements) > 10 * len(QUERIES)
    assert any(statement.startswith("DELETE") for statement, _parameters in statements)
    with world.app.app_context():
        connection = db.session.connection()
        wrong = {
            (statement, str(parameters)): whole
            for statement, parameters in statements
            if (whole := read_whole(connection, statement, parameters))
        }
    assert not wrong, next(iter(wrong.items()))


def test_the_reader_of_plans_notices_a_whole_table(world: World):
    with world.app.app_context():
        connection = db.session.connection()
        for statement, whole in (
            ("SELECT id FROM client WHERE city = 'Laval'", {"client"}),
            ("SELECT document_1.id FROM document AS document_1 WHERE title <> 'x'", {"document"}),
            ("SELECT variant FROM search_variant WHERE word <> 'x'", {"search_variant"}),
        ):
            assert read_whole(connection, statement, ()) == whole, statement
