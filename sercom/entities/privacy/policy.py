"""The company's privacy policy: its own words, or these until it writes them. Plain text, no markup but two marks.

A line that begins with ``# `` is a heading, one with ``- `` an item of a list; blank lines part paragraphs.
Fields in braces are filled in from the settings.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from sercom.core import clock, formats
from sercom.core.errors import DomainError
from sercom.entities.clients.model import one_line
from sercom.entities.company.model import Company
from sercom.entities.users.model import Language

#: The day of the texts beside this file.
DEFAULT_DAY = date(2026, 11, 28)
_HERE = Path(__file__).parent
DEFAULTS = {
    Language.FRENCH: (_HERE / "policy.fr.txt").read_text("utf-8"),
    Language.ENGLISH: (_HERE / "policy.en.txt").read_text("utf-8"),
}
FIELDS = ("company", "officer", "address", "contact")
COLUMNS = {Language.FRENCH: "privacy_policy", Language.ENGLISH: "privacy_policy_en"}


@dataclass
class Block:
    """A heading, a paragraph or a list, as lines."""

    kind: str
    lines: list[str] = field(default_factory=list)


def text_of(company: Company, language: Language) -> str:
    """The company's own words, or the default; the English one only where both are its own or neither is."""
    if company.privacy_policy:
        return (company.privacy_policy_en if language is Language.ENGLISH else None) or company.privacy_policy
    return DEFAULTS[language]


def own_words(typed: str | None, language: Language) -> str | None:
    """What was typed, as it is kept; nothing for the default, word for word.

    Raises ``DomainError`` beside a text that names a field there is not.
    """
    text = (typed or "").replace("\r\n", "\n").strip()
    for found in re.findall(r"\{(\w*)\}", text):
        if found not in FIELDS:
            raise DomainError(_unknown(found), COLUMNS[language])
    return None if text == DEFAULTS[language].strip() else text or None


def rewrite(company: Company, texts: Mapping[str, str | None]) -> None:
    """Take new texts by column; another text has its day."""
    if any(getattr(company, name) != text for name, text in texts.items()):
        company.privacy_policy_on = clock.today() if texts[COLUMNS[Language.FRENCH]] else None


def _unknown(name: str) -> LazyString:
    known = ", ".join(f"{{{one}}}" for one in FIELDS)
    return _l("There is no field {%(name)s}. Fields: %(known)s", name=name, known=known)


def in_charge(company: Company) -> str:
    """Who answers for personal information; by law whoever has the highest authority, unless named."""
    return company.privacy_officer or company.name


def filled(company: Company, language: Language) -> str:
    """The policy with the company's details in it."""
    phone = formats.phone(company.phone) if company.phone else ""
    values = {
        "company": company.name or "Sercom",
        "officer": in_charge(company),
        "address": one_line(company.street, company.city, company.province, company.postal_code),
        "contact": " · ".join(part for part in (company.privacy_email or company.email, phone) if part),
    }
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), text_of(company, language))


def blocks(text: str) -> Iterator[Block]:
    """The policy as a page shows it."""
    block: Block | None = None
    for line in text.replace("\r\n", "\n").split("\n"):
        kind = "heading" if line.startswith("# ") else "list" if line.startswith("- ") else "text"
        if block is not None and (not line.strip() or kind != block.kind or kind == "heading"):
            yield block
            block = None
        if line.strip():
            block = block or Block(kind)
            block.lines.append(line[2:].strip() if kind != "text" else line.strip())
    if block is not None:
        yield block
