"""Files that are no photo we take: refused in words, quickly, without unfolding them."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sercom.config import ROOT
from sercom.core.errors import DomainError
from sercom.entities.files import photos
from sercom.entities.files.photos import MAX_BYTES, make_safe
from tests.unit.pictures import bomb_png, camera_exif, decode, encode, hollow_png, quarters

NO_PHOTO = "This file is not a photo we can read (JPEG, PNG, WebP or HEIC)."
TOO_LARGE = "A photo is larger than 12 MB."
TOO_MANY = "A photo has too many pixels: set the camera to a smaller size."

SMALL = quarters(64, 48)
FILES = {
    "JPEG": encode(SMALL, "JPEG", exif=camera_exif(6), comment=b"x"),
    "PNG": encode(SMALL.convert("RGBA"), "PNG", exif=camera_exif(6)),
    "WEBP": encode(SMALL, "WEBP", exif=camera_exif(6)),
    "HEIF": encode(SMALL, "HEIF", exif=camera_exif(1).tobytes()),
    "MPO": encode(SMALL, "MPO", save_all=True, append_images=[SMALL]),
}
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

#: Prints by how many kilobytes the process grew.
REFUSE_ALL = """
import contextlib, pathlib, resource, sys
from sercom.core.errors import DomainError
from sercom.entities.files.photos import make_safe
grown = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = grown()
for path in pathlib.Path(sys.argv[1]).iterdir():
    with contextlib.suppress(DomainError):
        sys.exit(f"{path} was taken: {make_safe(path.read_bytes())}")
print(grown() - before)
"""


def refusal_of(raw: bytes) -> str:
    with pytest.raises(DomainError) as refusal:
        make_safe(raw)
    assert refusal.value.field == "photos"
    return str(refusal.value)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00",
        b"\x00" * 1000,
        b"not a photo",
        SVG,
        b"<!doctype html><html><script>alert(1)</script></html>",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        b"PK\x03\x04" + b"\x00" * 100,
        b"#!/bin/sh\nrm -rf /\n",
        encode(SMALL.convert("P"), "GIF"),
        encode(SMALL, "BMP"),
        encode(SMALL, "TIFF"),
        encode(SMALL, "ICO"),
        encode(SMALL, "PDF"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"GIF89a" + FILES["JPEG"],
        b"\xff\xd8\xff\xe0<script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x00\x00\x00\x00WEBP",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
    ],
    ids=lambda raw: repr(raw[:12]),
)
def test_what_is_no_photo_is_refused(raw: bytes):
    assert refusal_of(raw) == NO_PHOTO


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.9])
def test_a_photo_cut_short_is_refused(kind: str, kept: float):
    whole = encode(Image.effect_noise((320, 240), 90).convert("RGB"), kind)
    assert make_safe(whole)
    assert refusal_of(whole[: int(len(whole) * kept)]) == NO_PHOTO


def test_the_content_counts_and_the_beginning_does_not():
    # What is named photo.jpg may be a PNG: it is read by its content. HTML in a PNG's text is not served.
    html = encode(SMALL, "PNG") + b"<script>alert(1)</script>"
    assert b"<script>" not in make_safe(html).data


def test_twelve_megabytes_and_not_a_byte_more():
    photo = FILES["JPEG"]
    assert make_safe(photo + bytes(MAX_BYTES - len(photo)))
    assert refusal_of(photo + bytes(MAX_BYTES - len(photo) + 1)) == TOO_LARGE


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (hollow_png(4001, 4000), TOO_MANY),
        (hollow_png(8000, 8000), TOO_MANY),
        (hollow_png(50_000, 50_000), NO_PHOTO),
        (hollow_png(2**31 - 1, 2**31 - 1), NO_PHOTO),
        (hollow_png(0, 0), NO_PHOTO),
        (hollow_png(4000, 4000), NO_PHOTO),
        (bomb_png(8000, 8000), TOO_MANY),
        (bomb_png(20_000, 20_000), NO_PHOTO),
    ],
    ids=["16M", "64M", "2500M", "2^62", "zero", "hollow", "bomb64M", "bomb400M"],
)
def test_a_small_file_does_not_unfold(raw: bytes, message: str):
    assert len(raw) < 200_000
    start = time.process_time()
    assert refusal_of(raw) == message
    assert time.process_time() - start < 1


@pytest.mark.slow
def test_a_refused_bomb_takes_no_memory(tmp_path: Path):
    # In a process of its own: the peak of this one was reached by other tests.
    for number, raw in enumerate((bomb_png(8000, 8000), bomb_png(20_000, 20_000), hollow_png(60_000, 60_000))):
        (tmp_path / f"{number}.png").write_bytes(raw)
    command = [sys.executable, "-c", REFUSE_ALL, tmp_path]
    grown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(grown.stdout) < 16 * 1024


@pytest.mark.slow
def test_the_largest_jpeg_is_taken_and_one_row_more_is_not():
    limit = Image.new("L", (8000, 8000))
    assert make_safe(encode(limit, "JPEG")).width == 2048
    assert refusal_of(encode(Image.new("L", (8000, 8001)), "JPEG")) == TOO_MANY


def test_the_largest_png_is_taken():
    assert make_safe(bomb_png(4000, 4000)).width == 2048
    assert refusal_of(bomb_png(4001, 4000)) == TOO_MANY


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF"])
def test_the_limit_holds_for_every_kind(kind: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(photos, "MAX_PIXELS_OTHER", 64 * 48 - 1)  # writing 16 million pixels takes ten seconds
    assert refusal_of(FILES[kind]) == TOO_MANY


def test_the_field_is_the_one_that_was_named():
    with pytest.raises(DomainError) as refusal:
        make_safe(b"", field="picture")
    assert refusal.value.field == "picture"


@pytest.mark.filterwarnings("ignore::UserWarning:PIL", "ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("kind", FILES)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(kind: str, data: st.DataObject):
    raw = bytearray(FILES[kind])
    for _change in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(raw) - 1) | st.integers(0, min(400, len(raw) - 1)))
        raw[start : start + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
        raw = raw or bytearray(b"x")
    try:
        photo = make_safe(bytes(raw))
    except DomainError as refusal:
        message = str(refusal)
        assert message in {NO_PHOTO, TOO_MANY}
    else:
        assert decode(photo.data).format == "JPEG"


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(raw: bytes):
    assert refusal_of(raw) == NO_PHOTO
