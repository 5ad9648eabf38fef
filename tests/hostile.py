"""Files that somebody sends to do harm: many of each kind, all different. Every one holds ``MARK``."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

from PIL import Image

from tests.unit.pictures import bomb_png, encode, hollow_png, quarters

#: What must be found nowhere afterwards: no byte of an original is kept.
MARK = b"<script>alert('hostile')</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg">' + MARK + b"</svg>"
#: Names that say one thing of content that is another.
NAMES = ("a.jpg", "a.svg", "a.php", "a.exe", "a.jpg.html", "../../a.png", "a.heic", "", "a" * 300 + ".jpg")


@cache
def _pictures() -> dict[str, bytes]:
    small = quarters(120, 90)
    return {kind: encode(small, kind) for kind in ("JPEG", "PNG", "WEBP", "HEIF", "GIF", "BMP", "TIFF")}


@cache
def _huge() -> bytes:
    """60 megapixels in a few hundred kilobytes."""
    return encode(Image.new("L", (8000, 7500), 90), "JPEG", quality=20)


def files(count: int, seed: int = 4) -> Iterator[tuple[str, bytes]]:
    """Name and content of ``count`` files, kinds in turn."""
    rng = random.Random(seed)  # the same files each time
    for number in range(count):
        raw = rng.choice(list(_pictures().values()))
        made = {
            0: lambda: SVG + rng.randbytes(9),
            1: lambda: b"",
            2: lambda raw=raw: raw[: rng.randrange(1, len(raw))] + MARK,  # cut short
            3: lambda raw=raw: raw + MARK + rng.randbytes(40),  # a picture and a page
            4: lambda: b"GIF89a/*" + MARK + b"*/=1;" + rng.randbytes(20),
            5: lambda number=number: bomb_png(16_000 + number, 16_000) + MARK,
            6: lambda: hollow_png(rng.randrange(4001, 2**30), rng.randrange(4001, 2**30)) + MARK,
            7: lambda: b"\xff\xd8\xff\xe1" + rng.randbytes(rng.randrange(2000)) + MARK,
            8: lambda raw=raw: _damaged(raw, rng) + MARK,
            9: lambda number=number: (_huge() if number % 50 == 9 else b"PK\x03\x04") + MARK,
        }[number % 10]
        yield rng.choice(NAMES), made()


def _damaged(raw: bytes, rng: random.Random) -> bytes:
    bad = bytearray(raw)
    for _change in range(20):
        bad[rng.randrange(len(bad))] = rng.randrange(256)
    return bytes(bad)
