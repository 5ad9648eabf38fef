"""Bring the font and the icons from npm into the repository: `make vendor`.

What is committed is what this makes, so that nothing is downloaded where the product runs.
"""

import io
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
FONT, ICONS, SORTABLE = "@ibm/plex-sans@1.1.0", "lucide-static@1.62.0", "sortablejs@1.15.6"
#: EventCalendar bundled by its author with the part of Svelte that it runs on.
CALENDAR, SVELTE = "@event-calendar/build@5.10.1", "svelte@5.57.0"
SIGNATURE = "signature_pad@5.1.4"
STATIC, PAPER = ROOT / "static" / "vendor", ROOT / "sercom" / "output" / "fonts"

#: The icons that templates name.
NAMES = """
    activity air-vent arrow-down arrow-right arrow-up badge-check ban banknote bell book-open building-2
    calendar-clock calendar-days calendar-off calendar-range camera chart-column check chevron-down chevron-left
    chevron-right circle-alert circle-check clipboard-check clock copy download ellipsis external-link eye
    file-plus-2 file-text flame folder-open funnel grip-vertical heading history hourglass image inbox info
    key-round languages layout-dashboard list-checks lock log-out mail map-pin menu message-square navigation
    package pause pencil percent phone play plus printer qr-code receipt-text search send shield-check
    sliders-horizontal smartphone snowflake text-initial trash-2 triangle-alert undo-2 upload user user-cog user-x
    users users-round wallet wrench x
""".split()  # noqa: SIM905  # read by rows


def package(name: str) -> tarfile.TarFile:
    """The published package, opened."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", name], cwd=folder, check=True, capture_output=True)
        return tarfile.open(fileobj=io.BytesIO(next(Path(folder).iterdir()).read_bytes()))


def read(archive: tarfile.TarFile, path: str) -> bytes:
    """One file of a package."""
    found = archive.extractfile(f"package/{path}")
    assert found is not None
    return found.read()


def fonts() -> None:
    """Three weights for the screen; three faces for paper, where xhtml2pdf wants TrueType."""
    archive = package(FONT)
    for weight in ("Regular", "Medium", "SemiBold"):
        content = read(archive, f"fonts/split/woff2/IBMPlexSans-{weight}-Latin1.woff2")
        (STATIC / f"plex-{weight.lower()}.woff2").write_bytes(content)
    for face in ("Regular", "SemiBold", "Italic"):
        font = TTFont(io.BytesIO(read(archive, f"fonts/complete/woff2/IBMPlexSans-{face}.woff2")))
        font.flavor = None
        font.save(PAPER / f"IBMPlexSans-{face}.ttf")
    for folder in (STATIC, PAPER):
        (folder / "plex-LICENSE.txt").write_bytes(read(archive, "fonts/complete/woff2/license.txt"))


def sortable() -> None:
    """Rows dragged into another order, by mouse or finger."""
    archive = package(SORTABLE)
    (STATIC / "sortable.js").write_bytes(read(archive, "Sortable.min.js"))
    (STATIC / "sortable-LICENSE.txt").write_bytes(read(archive, "LICENSE"))


#: The licence as EventCalendar's repository shows it; its package names it and leaves the text out.
CALENDAR_LICENCE = """EventCalendar: MIT License

Copyright (c) 2021 vkurko

"""


#: It calls itself a table and is built like none: a screen reader is lost in it. Its events are buttons that tell all.
ROLES = {
    r' role="(columnheader|rowheader|rowgroup|row)"': "",
    r"`list`:`table`": "`group`:`group`",
    r"`role`,3,`cell`": "`role`,3,`presentation`",
    r"null:`columnheader`": "null:null",
    r"`aria-col(index|span)`": r"`data-col\1`",
}


def calendar() -> None:
    """The calendar. The word where its source map would be is left out: the map is not shipped."""
    archive = package(CALENDAR)
    script = read(archive, "dist/event-calendar.min.js").decode()
    for role, instead in ROLES.items():
        script, count = re.subn(role, instead, script)
        assert count, role
    (STATIC / "event-calendar.js").write_text(re.sub(r"//# sourceMappingURL=\S+\s*$", "", script))
    (STATIC / "event-calendar.css").write_bytes(read(archive, "dist/event-calendar.min.css"))
    svelte = read(package(SVELTE), "LICENSE.md").decode()
    terms = svelte[svelte.index("Permission is hereby granted") :]
    text = (
        f"{CALENDAR_LICENCE}{terms.strip()}\n\n---\n\nSvelte, of which it contains the runtime:\n\n{svelte.strip()}\n"
    )
    (STATIC / "event-calendar-LICENSE.txt").write_text(text)


def signature() -> None:
    """Strokes on the glass, smooth, by finger, pen or mouse."""
    archive = package(SIGNATURE)
    (STATIC / "signature_pad.js").write_bytes(read(archive, "dist/signature_pad.umd.min.js"))
    (STATIC / "signature_pad-LICENSE.txt").write_bytes(read(archive, "LICENSE"))


def icons() -> None:
    """One sprite of the icons in use: ``<use href="…/icons.svg#name">``."""
    archive = package(ICONS)
    symbols = []
    for name in NAMES:
        body = re.search(r"<svg.*?>(.*)</svg>", read(archive, f"icons/{name}.svg").decode(), re.DOTALL)
        assert body is not None
        shapes = " ".join(body[1].split())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>\n')
    (STATIC / "icons.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{"".join(symbols)}</svg>\n')
    (STATIC / "icons-LICENSE.txt").write_bytes(read(archive, "LICENSE"))


if __name__ == "__main__":
    STATIC.mkdir(exist_ok=True)
    PAPER.mkdir(parents=True, exist_ok=True)
    fonts()
    icons()
    sortable()
    calendar()
    signature()
