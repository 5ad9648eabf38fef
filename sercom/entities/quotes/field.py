"""The options that a client takes, as one form field: a box for each single one, one of each group."""

from collections.abc import Collection
from typing import Any

from wtforms import Field

from sercom.core.base import read_whole
from sercom.entities.documents.line import Line
from sercom.entities.documents.options import Offer


class OptionsField(Field):
    """``accepted``: ids of single options; ``accepted-0``, ``accepted-1`` …: the one taken of each group.

    Its data is the set of ids that are taken, ``None`` where the form did not ask: as offered.
    """

    widget = None
    data: Collection[int] | None = None
    offer = Offer([], {}, [])

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """What was ticked; the offer itself knows whether that can be."""
        self.process_errors: Any = []
        self.data = None
        if formdata and f"{self.name}-asked" in formdata:
            names = [name for name in formdata if name == self.name or name.removeprefix(f"{self.name}-").isdecimal()]
            self.data = {read_whole(text) or 0 for name in names for text in formdata.getlist(name)}

    def takes(self, line: Line) -> bool:
        """Whether the line is ticked: as typed, else as it stands."""
        return line.accepted if self.data is None else line.id in self.data
