"""Documents on paper: a snapshot becomes HTML, and HTML becomes a PDF. Nothing is read but the fonts.

A snapshot is plain JSON: amounts in dollars, quantities and rates as text, days in ISO 8601. What it
looks like is told in ``entities/documents/snapshot.py``.
"""

import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any

from flask_babel import force_locale, gettext, ngettext
from flask_babel import lazy_gettext as _l
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from sercom.core import discounts, formats
from sercom.core.errors import DomainError
from sercom.core.money import TAX_LABELS, ZERO, TaxStatus
from sercom.output.kinds import PaperKind

#: Raised when the templates change what a reader sees: a kept file tells by which it was made.
TEMPLATE_VERSION = 1
ROOT = Path(__file__).resolve().parents[2]
TEMPLATES, STYLESHEET = ROOT / "templates" / "documents", ROOT / "static" / "css" / "paper.css"
FONTS = Path(__file__).resolve().parent / "fonts"
MAX_SECONDS = 20
MONTHS = 12
#: From this total on (dollars) a document that mixes tax statuses shows each line's.
MARKED_FROM = Decimal(100)
SHORT_UNIT, MAX_LINES = 5, 100
#: Where the number of pages goes, and what is counted to guess it.
PAGE_COUNT, ROW = "<pdf:pagecount>", '<td class="first'
ROWS_BESIDE_HEAD, ROWS_A_PAGE, ROWS_OF_FOOT = 18, 30, 9

#: ReportLab keeps its fonts in module globals: two renders at once would draw with each other's.
_one_at_a_time = threading.Lock()


class PaperError(DomainError):
    """A document could not be put on paper: it took too long, or the renderer gave up."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


@dataclass(frozen=True)
class Screen:
    """What a preview has besides the paper: stylesheets, icon, and the links above (text, address, present or not)."""

    sheets: tuple[str, ...]
    icon: str
    links: tuple[tuple[str, str, bool], ...]


def to_html(
    snapshot: Mapping[str, Any],
    language: str,
    *,
    logo: bytes | None = None,
    pictures: Mapping[str, bytes] | None = None,
    draft: bool = False,
    screen: Screen | None = None,
) -> str:
    """The document of ``snapshot`` in ``language`` (a locale); ``logo`` is a PNG, ``screen`` makes it a preview.

    ``pictures`` are the JPEG and PNG bytes that a report names by their sha256.
    """
    kind = PaperKind(snapshot["kind"])
    with force_locale(language):
        return (
            _environment()
            .get_template(f"{kind.value}.html")
            .render(
                paper=snapshot,
                kind=str(kind.label),
                language=language,
                logo=_embedded(logo) if logo else "",
                pictures={name: _embedded(data) for name, data in (pictures or {}).items()},
                draft=draft,
                screen=screen,
                marked=_mixes_taxes(snapshot),
            )
        )


def _embedded(data: bytes) -> str:
    """A picture as an address that holds it."""
    kind = "png" if data.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{b64encode(data).decode()}"


def to_pdf(html: str, *, max_seconds: float = MAX_SECONDS) -> bytes:
    """``html`` as a PDF; raises ``PaperError`` where drawing it takes longer than ``max_seconds``.

    How many pages there are is guessed from the lines, and drawn anew where that was wrong: xhtml2pdf's
    own count lays every document out twice.
    """
    with _one_at_a_time:
        guess = _guess_pages(html)
        drawn, pages = _draw(html.replace(PAGE_COUNT, str(guess)), max_seconds)
        if pages != guess:
            drawn, _same = _draw(html.replace(PAGE_COUNT, str(pages)), max_seconds)
    return drawn


def _draw(html: str, max_seconds: float) -> tuple[bytes, int]:
    """The PDF, and its number of pages."""
    from pypdf import PdfReader  # with xhtml2pdf a third of a second: loaded by the first reader, not at the start
    from xhtml2pdf import pisa
    from xhtml2pdf.config.resources import RenderLimitError, ResourceAccessPolicy

    policy = ResourceAccessPolicy.server(FONTS, allow_remote=False, max_render_seconds=max_seconds)
    drawn = BytesIO()
    try:
        result = pisa.CreatePDF(html, dest=drawn, path=str(FONTS / "paper.html"), resource_policy=policy)
    except RenderLimitError as error:
        raise PaperError(_l("This document takes too long to draw. Try again in a moment.")) from error
    if result.err:
        raise PaperError(_l("This document could not be drawn."))
    return drawn.getvalue(), len(PdfReader(drawn).pages)


def _guess_pages(html: str) -> int:
    """From the rows of the table: so many beside the head, so many on each page after, the foot like a few."""
    rest = html.count(ROW) + ROWS_OF_FOOT - ROWS_BESIDE_HEAD
    return 1 + max(0, -(-rest // ROWS_A_PAGE))


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]  # the extension's
    environment.filters |= {
        "money": _read(Decimal, formats.money),
        "number": _read(Decimal, formats.number),
        "quantity": _quantity,
        "percent": _read(Decimal, formats.percent),
        "yearly": _read(Decimal, lambda monthly: formats.percent(monthly * MONTHS)),
        "day": _read(date.fromisoformat, formats.long_day),
        "weekday": _read(date.fromisoformat, formats.weekday),
        "clock": _read(time.fromisoformat, formats.clock),
        "discount": _discount,
        "phone": formats.phone,
        "duration": formats.duration,
        "cents": lambda text: Decimal(text) != ZERO,
        "tax": TAX_LABELS.__getitem__,
        "tax_status": lambda value: TaxStatus(value).label,
        "lined": _lined,
    }
    environment.globals |= {
        "page_number": Markup("<pdf:pagenumber>"),
        "page_count": Markup(PAGE_COUNT),  # noqa: S704  # nosec B704  # ours, and no text of a person's
        "stylesheet": Markup(STYLESHEET.read_text()),  # noqa: S704  # nosec B704  # likewise
    }
    return environment


def _mixes_taxes(snapshot: Mapping[str, Any]) -> bool:
    """Whether lines must tell how they stand to the taxes: a document of $100 or more on which they differ."""
    options = [*snapshot.get("options", ()), *(line for group in snapshot.get("groups", ()) for line in group["lines"])]
    items = [line for line in [*snapshot.get("lines", ()), *options] if line.get("kind", "item") == "item"]
    mixed = len({line.get("tax_status") for line in items}) > 1
    return mixed and abs(Decimal(snapshot["total"])) >= MARKED_FROM


def _lined(text: str) -> Markup:
    """Text with its line breaks; one that is nothing but breaks would keep the renderer busy for minutes."""
    lines = text.splitlines()
    return Markup("<br>").join(lines) if len(lines) <= MAX_LINES else escape(" ".join(lines))


def _quantity(line: Mapping[str, Any]) -> str:
    """``6,5 h``; a long unit may go to the next line."""
    gap = formats.NBSP if len(line["unit"]) <= SHORT_UNIT else " "
    return f"{formats.number(Decimal(line['quantity']))}{gap}{formats.unit(line['unit'])}".strip()


def _discount(line: Mapping[str, Any]) -> str:
    """``−12,00 $``, ``10 % (−12,00 $)``: as it was said."""
    percent = line.get("discount_percent")
    return discounts.told(Decimal(line["discount"]), Decimal(percent) if percent else None)


def _read(read: Callable[[str], Any], write: Callable[[Any], str]) -> Callable[[str | None], str]:
    """A filter from the snapshot's text to what is printed; nothing for nothing."""
    return lambda text: write(read(text)) if text else ""
