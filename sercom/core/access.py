"""Who acts: roles and actors."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from sercom.core.labels import Labelled


class Role(Labelled):
    """What a person of the company is there for. Nothing is allowed until a role is named."""

    OWNER = "owner", _l("Owner")
    OFFICE = "office", _l("Office")
    TECHNICIAN = "technician", _l("Technician")
    ACCOUNTANT = "accountant", _l("Accountant")


OWNER = frozenset({Role.OWNER})
OFFICE = frozenset({Role.OWNER, Role.OFFICE})
FIELD = frozenset({Role.OWNER, Role.OFFICE, Role.TECHNICIAN})
MONEY = frozenset({Role.OWNER, Role.OFFICE, Role.ACCOUNTANT})
EVERYONE = frozenset(Role)
NOBODY: frozenset[Role] = frozenset()


@dataclass(frozen=True)
class Actor:
    """Who does something: a user, or (without id) the client or the system.

    ``client_id`` is whose page it was done on: whoever holds a client's link acts on that client's documents.
    """

    name: str
    roles: frozenset[Role] = NOBODY
    user_id: int | None = None
    client_id: int | None = None

    def has(self, allowed: frozenset[Role]) -> bool:
        """Whether one of the actor's roles is among ``allowed``."""
        return not self.roles.isdisjoint(allowed)
