"""The SQL of triggers, on both databases."""

import sqlite3
from contextlib import closing

import pytest

from sercom.core.guards import JOURNAL_GUARDS, Guard, changed

LINE = Guard("line", "UPDATE", "OLD.frozen = 1", "the line is frozen")
GONE = Guard("document", "DELETE", "OLD.number IS NOT NULL", "it has a number")
BORN = Guard("payment", "INSERT", "NEW.amount < 0", "no negative payment")


@pytest.mark.parametrize(
    ("guard", "name"), [(LINE, "guard_line_update"), (GONE, "guard_document_delete"), (BORN, "guard_payment_insert")]
)
def test_a_guard_is_named_by_table_and_operation(guard: Guard, name: str):
    assert guard.name == name
    for dialect in ("sqlite", "postgresql"):
        assert all(name in statement for statement in guard.create(dialect) + guard.drop(dialect))


def test_sqlite_aborts_in_the_trigger_itself():
    (statement,) = LINE.create("sqlite")
    assert statement == (
        'CREATE TRIGGER guard_line_update BEFORE UPDATE ON "line" FOR EACH ROW '
        "WHEN OLD.frozen = 1 BEGIN SELECT RAISE(ABORT, 'the line is frozen'); END"
    )
    assert LINE.drop("sqlite") == ["DROP TRIGGER IF EXISTS guard_line_update"]


def test_postgresql_has_a_function_and_a_trigger():
    function, trigger = LINE.create("postgresql")
    assert function == (
        "CREATE OR REPLACE FUNCTION guard_line_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF OLD.frozen = 1 THEN RAISE EXCEPTION 'the line is frozen'; END IF; RETURN NEW; END $$"
    )
    assert trigger == (
        'CREATE TRIGGER guard_line_update BEFORE UPDATE ON "line" FOR EACH ROW EXECUTE FUNCTION guard_line_update()'
    )
    assert LINE.drop("postgresql") == [
        'DROP TRIGGER IF EXISTS guard_line_update ON "line"',
        "DROP FUNCTION IF EXISTS guard_line_update()",
    ]


@pytest.mark.parametrize(("guard", "row"), [(LINE, "NEW"), (BORN, "NEW"), (GONE, "OLD")])
def test_a_trigger_of_postgresql_gives_back_the_row_that_lives_on(guard: Guard, row: str):
    # A BEFORE DELETE trigger that returns NEW (null) would cancel the deletion without a word.
    assert f"RETURN {row}; END $$" in guard.create("postgresql")[0]


def test_the_journal_takes_neither_update_nor_delete():
    told = {guard.operation: guard.when for guard in JOURNAL_GUARDS}
    assert {guard.table for guard in JOURNAL_GUARDS} == {"journal_entry"}
    assert told["DELETE"] == "1 = 1"
    # Words alone may go, while a person is anonymised: what happened, to what, when and by whom never changes.
    assert told["UPDATE"].startswith("(1 = 1) AND ((NEW.id <> OLD.id")


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [
        ((1, 1), (1, 1), False),
        ((1, 1), (2, 1), True),
        ((1, 1), (1, 2), True),
        ((1, None), (1, None), False),
        ((1, None), (1, 0), True),
        ((1, 0), (1, None), True),
        ((None, None), (None, None), False),
    ],
)
def test_a_change_to_or_from_null_is_a_change(before: tuple, after: tuple, refused):
    guard = Guard("invoice", "UPDATE", changed("net", "tax"), "it is issued")
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE invoice (net, tax)")
        connection.execute("INSERT INTO invoice VALUES (?, ?)", before)
        for statement in guard.create("sqlite"):
            connection.execute(statement)
        if refused:
            with pytest.raises(sqlite3.IntegrityError, match="it is issued"):
                connection.execute("UPDATE invoice SET net = ?, tax = ?", after)
        else:
            connection.execute("UPDATE invoice SET net = ?, tax = ?", after)
        kept = connection.execute("SELECT net, tax FROM invoice").fetchone()
    assert kept == (before if refused else after)
