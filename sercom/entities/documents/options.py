"""Options of a quote: lines that the client may leave, and groups of which exactly one is taken.

A single option is free. A group holds two lines at least and always has one that is accepted: the
one that was named, else its first. What is accepted counts in the total, and goes on.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l

from sercom.core.errors import DomainError
from sercom.core.labels import Labelled

if TYPE_CHECKING:
    from sercom.entities.documents.line import Line, LineDraft

LEAST_CHOICES = 2


class Offered(Labelled):
    """How a line stands in its quote."""

    INCLUDED = "", _l("Included")
    OPTIONAL = "optional", _l("Optional")
    CHOICE = "choice", _l("Choice")


@dataclass(frozen=True)
class Offer:
    """A document's lines apart: what it holds in any case, groups to choose one of, single options."""

    fixed: list["Line"]
    groups: dict[str, list["Line"]]
    options: list["Line"]

    @property
    def optional(self) -> list["Line"]:
        """Every line that the client decides on."""
        lines = [*(line for lines in self.groups.values() for line in lines), *self.options]
        return [line for line in lines if line.is_item]

    def require(self, taken: Collection[int]) -> None:
        """Raise ``DomainError`` where these ids are no choice: each an option, and of each group exactly one."""
        if set(taken) - {line.id for line in self.optional}:
            raise DomainError(_l("Choose from the list."), "accepted")
        for name, lines in self.groups.items():
            if sum(line.id in taken for line in lines if line.is_item) != 1:
                raise DomainError(_l("Choice %(name)s: choose exactly one.", name=name), "accepted")

    def take(self, taken: Collection[int]) -> None:
        """Accept the options of these ids, and no other."""
        self.require(taken)
        for line in self.optional:
            line.accepted = line.id in taken


def offer_of(lines: Iterable["Line"]) -> Offer:
    """``lines`` apart; the words of a section go with its items, with those that are held where there are any."""
    offer = Offer([], {}, [])

    def part(line: "Line") -> list["Line"]:
        if not line.optional:
            return offer.fixed
        return offer.groups.setdefault(line.option_group, []) if line.option_group else offer.options

    for section in _sections(lines):
        items = [line for line in section if line.is_item]
        of_words = part(items[0]) if items and all(line.optional for line in items) else offer.fixed
        for line in section:
            (part(line) if line.is_item else of_words).append(line)
    return offer


def accepted_of(lines: Iterable["Line"]) -> list["Line"]:
    """The items that are accepted, and the words; a section whose items were all left out says nothing."""
    kept: list[Line] = []
    for section in _sections(lines):
        items = [line for line in section if line.is_item]
        if not items or any(line.accepted for line in items):
            kept += [line for line in section if line.accepted]
    return kept


def _sections(lines: Iterable["Line"]) -> list[list["Line"]]:
    """``lines`` in parts, each title with what follows it."""
    sections: list[list[Line]] = [[]]
    for line in lines:
        if line.kind.value == "section":
            sections.append([])
        sections[-1].append(line)
    return sections


def settled(drafts: Iterable["LineDraft"]) -> list["LineDraft"]:
    """The drafts, one of each group accepted. Raises ``DomainError`` beside the cell of a line."""
    found = list(drafts)
    for places in _groups(found).values():
        if len(places) < LEAST_CHOICES:
            name = found[places[0]].option_group
            raise _refusal(_l("Choice %(name)s has one line only: add another.", name=name), places[0], "option_group")
        accepted = [place for place in places if found[place].accepted]
        if len(accepted) > 1:
            name = found[places[0]].option_group
            raise _refusal(_l("Choice %(name)s: one line only is counted.", name=name), accepted[1], "accepted")
    return counted(found)


def counted(drafts: Iterable["LineDraft"]) -> list["LineDraft"]:
    """The drafts, exactly one of each group accepted: the first that was named, else the first. Refuses nothing."""
    found = list(drafts)
    for places in _groups(found).values():
        taken = next((place for place in places if found[place].accepted), places[0])
        name = found[places[0]].option_group
        for place in places:
            found[place] = replace(found[place], accepted=place == taken, option_group=name)
    return found


def _groups(drafts: Sequence["LineDraft"]) -> dict[str, list[int]]:
    """Places of the lines of each group; large and small letters name the same one."""
    groups: dict[str, list[int]] = {}
    for place, draft in enumerate(drafts):
        if draft.option_group:
            groups.setdefault(draft.option_group.casefold(), []).append(place)
    return groups


def _refusal(message: object, place: int, cell: str) -> DomainError:
    return DomainError(message, f"lines-{place}-{cell}")  # type: ignore[arg-type]
