"""Who may do what: the matrix entity × action × role. What is not written here is denied.

``docs/adr/0004-permissions.md`` shows the same table; a test compares the two.
"""

from sercom.core.access import EVERYONE, FIELD, MONEY, NOBODY, OFFICE, OWNER, Actor, Role

EXPORT = BOOKS = frozenset({Role.OWNER, Role.ACCOUNTANT})

ACTIONS = ("create", "read", "update", "delete", "export")

MATRIX: dict[str, tuple[frozenset[Role], ...]] = {
    #             create   read      update  delete  export
    "requests": (OFFICE, MONEY, OFFICE, OWNER, EXPORT),
    "quotes": (OFFICE, MONEY, OFFICE, OWNER, EXPORT),
    "jobs": (OFFICE, MONEY, OFFICE, OWNER, EXPORT),
    "work_orders": (NOBODY, EVERYONE, NOBODY, NOBODY, NOBODY),
    "invoices": (OFFICE, MONEY, OFFICE, OFFICE, EXPORT),
    "credit_notes": (NOBODY, MONEY, NOBODY, NOBODY, EXPORT),
    "payments": (NOBODY, MONEY, NOBODY, NOBODY, EXPORT),
    "accounts": (NOBODY, MONEY, BOOKS, NOBODY, EXPORT),
    "transfers": (MONEY, MONEY, MONEY, NOBODY, NOBODY),
    "visits": (NOBODY, EVERYONE, FIELD, NOBODY, EXPORT),
    "cases": (NOBODY, EVERYONE, OFFICE, NOBODY, EXPORT),
    "clients": (OFFICE, MONEY, OFFICE, OWNER, EXPORT),
    "sites": (OFFICE, MONEY, OFFICE, OWNER, EXPORT),
    "equipment": (OFFICE, MONEY, OFFICE, OWNER, EXPORT),
    "notes": (FIELD, EVERYONE, NOBODY, NOBODY, NOBODY),
    "files": (FIELD, EVERYONE, OFFICE, OFFICE, NOBODY),
    "incidents": (OFFICE, OFFICE, OFFICE, NOBODY, OWNER),
    "inbox": (NOBODY, EVERYONE, NOBODY, NOBODY, NOBODY),
    "messages": (NOBODY, MONEY, NOBODY, NOBODY, NOBODY),
    "catalog": (OFFICE, MONEY, OFFICE, OWNER, EXPORT),
    "services": (OFFICE, MONEY, OFFICE, OWNER, NOBODY),
    "triage": (OFFICE, MONEY, OFFICE, OFFICE, NOBODY),
    "questions": (OFFICE, MONEY, OFFICE, OFFICE, NOBODY),
    "checklists": (OFFICE, MONEY, OFFICE, OFFICE, NOBODY),
    "teams": (OFFICE, MONEY, OFFICE, OWNER, NOBODY),
    "skills": (OFFICE, MONEY, OFFICE, OWNER, NOBODY),
    "absences": (OFFICE, MONEY, OFFICE, OFFICE, NOBODY),
    "users": (OWNER, OWNER, OWNER, NOBODY, NOBODY),
    "mail_templates": (NOBODY, MONEY, OFFICE, NOBODY, NOBODY),
    "reminders": (NOBODY, MONEY, OFFICE, NOBODY, NOBODY),
    "company": (NOBODY, MONEY, OWNER, NOBODY, NOBODY),
    "taxes": (OWNER, MONEY, NOBODY, NOBODY, NOBODY),
    "reports": (NOBODY, MONEY, NOBODY, NOBODY, EXPORT),
    "journal": (NOBODY, MONEY, NOBODY, NOBODY, EXPORT),
}


def may(actor: Actor, action: str, entity: str) -> bool:
    """Whether one of the actor's roles may ``action`` (create, read …) on ``entity``."""
    return actor.has(MATRIX[entity][ACTIONS.index(action)])
