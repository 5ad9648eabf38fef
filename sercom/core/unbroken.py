"""Words in which no line ends inside a number."""

import re
from typing import Any

from markupsafe import Markup

#: Numbers of documents and cases: ``2026-0142-S``, ``F-000063``.
NUMBER = re.compile(r"\b(\d{4}-\d{4,}(?:-[A-Z]\d*)?|[A-Z]{1,2}-\d{4,})\b")
#: A phone number as ``formats.phone`` writes it.
PHONE = re.compile(r"(\d{3} \d{3}-\d{4})")
ON_PAGE = Markup('<span class="nowrap">{}</span>')
#: A mail program knows no class of ours.
IN_MAIL = Markup('<span style="white-space:nowrap">{}</span>')


def whole_numbers(text: Any) -> Markup:
    """A text for a page; what is markup already stays as it is."""
    return text if isinstance(text, Markup) else _whole(str(text), NUMBER, ON_PAGE)


def whole_phones(text: str) -> Markup:
    """A text for an e-mail."""
    return _whole(text, PHONE, IN_MAIL)


def _whole(text: str, kept: re.Pattern[str], shell: Markup) -> Markup:
    return Markup().join(shell.format(part) if kept.fullmatch(part) else part for part in kept.split(text))
