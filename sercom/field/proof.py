"""Findings and proof: notes, parts, answers, photos, the signature, what comes next."""

from sercom.field.sent import Action

ACTIONS: tuple[Action, ...] = ()
