"""Words in which no line ends inside a number."""

import re
from typing import Any

from markupsafe import Markup

#: A phone number, a postal code, a date, the number of a document or a case (``2026-0142-S``, ``F-000063``).
#: Nothing in a link.
WHOLE = re.compile(
    r"(?<![\w/.-])"
    r"(\d{3} \d{3}-\d{4}|[A-Z]\d[A-Z] \d[A-Z]\d|\d{4}-\d\d-\d\d|\d{4}-\d{4,}(?:-[A-Z]\d*)?|[A-Z]{1,2}-\d{4,})"
    r"(?![\w/-])"
)
ON_PAGE = Markup('<span class="nowrap">{}</span>')
#: A mail program knows no class of ours.
IN_MAIL = Markup('<span style="white-space:nowrap">{}</span>')


def on_page(text: Any) -> Markup:
    """A text for a page; what is markup already stays as it is."""
    return text if isinstance(text, Markup) else _whole(str(text), ON_PAGE)


def in_mail(text: str) -> Markup:
    """A text for an e-mail."""
    return _whole(text, IN_MAIL)


def _whole(text: str, shell: Markup) -> Markup:
    parts = enumerate(WHOLE.split(text))
    return Markup().join(shell.format(part) if place % 2 else part for place, part in parts)
