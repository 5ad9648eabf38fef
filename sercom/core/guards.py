"""Triggers that make a rule hold whoever writes: the back-office, an import, a shell.

A batch migration on SQLite makes the table anew and drops its triggers: such a migration creates
the table's guards again, and a test looks for every one of them after the last migration.
"""

from dataclasses import dataclass
from typing import Literal

Operation = Literal["INSERT", "UPDATE", "DELETE"]


@dataclass(frozen=True)
class Guard:
    """Refuse ``operation`` on ``table`` where ``when`` (SQL over ``OLD`` and ``NEW``) holds."""

    table: str
    operation: Operation
    when: str
    message: str
    #: Tells several guards of one operation on one table apart.
    rule: str = ""

    @property
    def name(self) -> str:
        """The trigger's name: ``guard_line_update``, ``guard_invoice_update_period``."""
        return f"guard_{self.table}_{self.operation.lower()}{self.rule and '_' + self.rule}"

    def create(self, dialect: str) -> list[str]:
        """The statements that create it on ``sqlite`` or ``postgresql``."""
        on = f'BEFORE {self.operation} ON "{self.table}" FOR EACH ROW'
        if dialect == "sqlite":
            raises = f"SELECT RAISE(ABORT, '{self.message}')"
            return [f"CREATE TRIGGER {self.name} {on} WHEN {self.when} BEGIN {raises}; END"]
        back = "OLD" if self.operation == "DELETE" else "NEW"
        check = f"IF {self.when} THEN RAISE EXCEPTION '{self.message}'; END IF; RETURN {back};"
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {check} END $$",
            f"CREATE TRIGGER {self.name} {on} EXECUTE FUNCTION {self.name}()",
        ]

    def drop(self, dialect: str) -> list[str]:
        """The statements that remove it."""
        if dialect == "sqlite":
            return [f"DROP TRIGGER IF EXISTS {self.name}"]
        return [f'DROP TRIGGER IF EXISTS {self.name} ON "{self.table}"', f"DROP FUNCTION IF EXISTS {self.name}()"]


def changed(*columns: str) -> str:
    """SQL that holds where an UPDATE gives one of ``columns`` another value; NULL is a value here."""
    one = "NEW.{0} <> OLD.{0} OR (NEW.{0} IS NULL) <> (OLD.{0} IS NULL)"
    return f"({' OR '.join(one.format(column) for column in columns)})"


#: Somebody is being anonymised in this very transaction (``entities/privacy/erasure.py``).
ERASING = "EXISTS (SELECT 1 FROM erasure WHERE closed_at IS NULL)"


def but_erasing(when: str, *stay: str) -> str:
    """``when``, save while somebody is anonymised; ``stay`` are columns that do not change then either."""
    return f"({when}) AND ({f'{changed(*stay)} OR ' if stay else ''}NOT {ERASING})"


def append_only(table: str, name: str) -> tuple[Guard, Guard]:
    """Rows of ``table`` are added, never changed or removed; ``name`` is what the refusal calls it."""
    message = f"{name} is append-only"
    return Guard(table, "UPDATE", "1 = 1", message), Guard(table, "DELETE", "1 = 1", message)


_journal_update, _journal_delete = append_only("journal_entry", "the journal")
#: Names and values of a person may go; that something happened, when, and by whom of the company never.
_told = ("id", "at", "user_id", "event", "subject_type", "subject_id", "case_id")
JOURNAL_GUARDS = (
    Guard("journal_entry", "UPDATE", but_erasing("1 = 1", *_told), _journal_update.message),
    _journal_delete,
)
