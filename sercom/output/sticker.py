"""Stickers with a QR code, for devices: one a page for a label printer, or on sheets of ten.

Drawn straight on the page: a label is measured to the tenth of a millimetre, and has no lines to break.
The code is made by ``qrcode`` and read back by a phone at arm's length: error correction M, four
modules of white around it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from sercom.output.paper import FONTS, _one_at_a_time

#: Millimetres in points, and a sheet's measures: letter paper, two columns of five labels of 4 × 2 inches.
MM, INCH = 72 / 25.4, 72.0
WIDTH, HEIGHT = 4 * INCH, 2 * INCH
SHEET = (8.5 * INCH, 11 * INCH)
LEFT, TOP, ACROSS = 0.156 * INCH, 0.5 * INCH, 4.188 * INCH
COLUMNS, ROWS = 2, 5
PER_SHEET = COLUMNS * ROWS
EDGE, QUIET = 4 * MM, 4
REGULAR, STRONG = "Sticker", "Sticker-SemiBold"
SMALL, LEADING = 8.0, 1.22


@dataclass(frozen=True)
class Label:
    """What a sticker says: nothing of whoever lives there. ``lines`` is what to do, in one language or two."""

    url: str
    company: str
    phone: str
    device: str
    number: str
    lines: tuple[str, ...]


def matrix(text: str) -> list[list[bool]]:
    """The code's modules, without the white around."""
    code = QRCode(border=0, error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.modules]


def svg_path(text: str) -> tuple[int, str]:
    """For a page: how many modules wide, and the path of the dark ones."""
    modules = matrix(text)
    parts = [f"M{x} {y}h{length}v1h-{length}z" for y, row in enumerate(modules) for x, length in _runs(row)]
    return len(modules), "".join(parts)


def _runs(row: Sequence[bool]) -> list[tuple[int, int]]:
    """Where dark modules begin, and how many stand together."""
    found: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and found and sum(found[-1]) == x:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        elif dark:
            found.append((x, 1))
    return found


def to_pdf(labels: Sequence[Label], *, on_sheets: bool = False, first: int = 1) -> bytes:
    """The stickers: one a page, or on sheets from the ``first`` free label (1 to 10) on."""
    with _one_at_a_time:
        return _draw(labels, on_sheets=on_sheets, first=first)


def _draw(labels: Sequence[Label], *, on_sheets: bool, first: int) -> bytes:
    from reportlab.pdfbase import pdfmetrics  # as slow to load as the papers' renderer: by its first user
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    for name, face in ((REGULAR, "Regular"), (STRONG, "SemiBold")):
        pdfmetrics.registerFont(TTFont(name, str(FONTS / f"IBMPlexSans-{face}.ttf")))
    drawn = BytesIO()
    canvas = Canvas(drawn, pagesize=SHEET if on_sheets else (WIDTH, HEIGHT))
    canvas.setTitle(", ".join(label.number for label in labels)[:100])
    for place, label in enumerate(labels, start=first - 1 if on_sheets else 0):
        if place % PER_SHEET == 0 and place >= first and on_sheets:
            canvas.showPage()
        canvas.saveState()
        if on_sheets:
            row, column = divmod(place % PER_SHEET, COLUMNS)
            canvas.translate(LEFT + column * ACROSS, SHEET[1] - TOP - (row + 1) * HEIGHT)
        _one(canvas, label)
        canvas.restoreState()
        if not on_sheets:
            canvas.showPage()
    canvas.save()
    return drawn.getvalue()


def _one(canvas: Any, label: Label) -> None:
    modules = matrix(label.url)
    side = HEIGHT - 2 * EDGE
    module = side / (len(modules) + QUIET)  # the rest of the white is the label's own edge
    left, top = EDGE + module / 2, HEIGHT - EDGE - module * QUIET / 2
    outline = canvas.beginPath()
    for y, row in enumerate(modules):
        for x, length in _runs(row):
            outline.rect(left + x * module, top - (y + 1) * module, length * module, module)
    canvas.drawPath(outline, stroke=0, fill=1)
    start = left + module * len(modules) + 5 * MM
    width = WIDTH - EDGE - start
    said = [(STRONG, 12.0, 0.0, label.company), (STRONG, 9.0, 5.0, label.lines[0])]
    said += [(REGULAR, 9.0, 2.0, line) for line in label.lines[1:]]
    said += [(STRONG, 14.0, 4.0, label.phone)]
    baseline = top
    for font, size, gap, text in said:
        baseline -= gap
        for part in _broken(text, font, size, width):
            baseline -= size * LEADING
            canvas.setFont(font, size)
            canvas.drawString(start, baseline, part)
    canvas.setFont(REGULAR, SMALL)
    bottom, about = top - module * len(modules), f"{label.number} · {label.device}"
    is_room = baseline - bottom > 2 * SMALL * LEADING
    parts = _broken(about, REGULAR, SMALL, width) if is_room else [_cut(about, REGULAR, SMALL, width)]
    for line, part in enumerate(reversed(parts)):
        canvas.drawString(start, bottom + line * SMALL * LEADING, part)


def _broken(text: str, font: str, size: float, width: float) -> list[str]:
    """The text on two lines at most, cut where it is longer still; nothing for nothing."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    first, words = "", text.split()
    while words and (not first or stringWidth(f"{first} {words[0]}", font, size) <= width):
        first = f"{first} {words.pop(0)}".strip()
    return [_cut(line, font, size, width) for line in (first, " ".join(words)) if line]


def _cut(text: str, font: str, size: float, width: float) -> str:
    """As much of the text as the line holds."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    fitting = text
    while len(fitting) > 1 and stringWidth(fitting, font, size) > width:
        fitting = fitting[:-2].rstrip() + "…"
    return fitting
