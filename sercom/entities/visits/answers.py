"""The answers to a visit's checklists as one form field, for the phone and for the office."""

from typing import Any

from wtforms import Field

from sercom.entities.visits.checks import Check

MAX_DIGITS = 9


class AnswersField(Field):
    """``asked`` names the items that the page showed, ``answer-<id>`` what was typed for each.

    ``was-<id>`` is what the page showed there: an item that is as it was is left as it is, whoever answered it since.
    """

    widget = None
    data: Any = None
    typed: dict[int, str]
    #: What the page asks; its form says when it is known.
    checks: list[Check]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """What was typed, by item; an item left blank is blank."""
        self.process_errors: Any = []
        self.checks = []
        asked = formdata.getlist("asked") if formdata else []
        ids = [int(text) for text in asked if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS]
        typed = {key: str(formdata.get(f"answer-{key}", "")) for key in ids}
        self.typed = {key: text for key, text in typed.items() if formdata.get(f"was-{key}") != text}

    def populate_obj(self, obj: Any, name: str) -> None:
        """Nothing: ``checks.take_answers`` keeps them, and says what changed."""

    def shown(self, check: Check) -> str:
        """What stands in the field: as typed, else as kept."""
        return self.typed.get(check.item_id or 0, check.shown)
