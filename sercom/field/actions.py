"""Everything a technician does at a visit, by name: one registry for the page, the address and the tests."""

from sercom.field import ending, machines, proof, steps
from sercom.field.sent import Action

ACTIONS: tuple[Action, ...] = (*steps.ACTIONS, *proof.ACTIONS, *machines.ACTIONS, *ending.ACTIONS)


def find(name: str) -> Action | None:
    """The action of that name."""
    return next((action for action in ACTIONS if action.name == name), None)
