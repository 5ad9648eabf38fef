"""Picture files made for the tests: real ones, odd ones and hostile ones."""

import struct
import zlib
from functools import cache
from io import BytesIO
from typing import Any

import pillow_heif
from PIL import ExifTags, Image

pillow_heif.register_heif_opener()

#: What a camera leaves behind, and what must not be found again.
SECRET = b"SN-4711-SECRET"
LATITUDE = (45.0, 30.0, 17.25)
RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 170, 40), (40, 60, 220), (230, 210, 40)


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The image as a file of ``kind``."""
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def decode(data: bytes) -> Image.Image:
    """The picture in a file."""
    return Image.open(BytesIO(data))


def quarters(width: int = 640, height: int = 480) -> Image.Image:
    """Red and green above, blue and yellow below: its orientation can be seen."""
    image = Image.new("RGB", (width, height))
    for number, colour in enumerate((RED, GREEN, BLUE, YELLOW)):
        column, row = number % 2, number // 2
        image.paste(
            colour, (column * width // 2, row * height // 2, (column + 1) * width // 2, (row + 1) * height // 2)
        )
    return image


def corners(image: Image.Image) -> list[tuple[int, int, int]]:
    """The nearest of the four colours in each quarter: upper left, upper right, lower left, lower right."""
    width, height = image.size
    spots = [(width // 4, height // 4), (width * 3 // 4, height // 4), (width // 4, height * 3 // 4)]
    spots.append((width * 3 // 4, height * 3 // 4))
    return [nearest(image.getpixel(spot)) for spot in spots]


def nearest(pixel: Any) -> tuple[int, int, int]:
    """The colour of the four that a pixel is closest to."""
    return min(
        (RED, GREEN, BLUE, YELLOW), key=lambda colour: sum((a - b) ** 2 for a, b in zip(colour, pixel, strict=True))
    )


def camera_exif(orientation: int = 1) -> Image.Exif:
    """Maker, serial number, position and orientation, as a phone writes them."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "Camera"
    exif[ExifTags.Base.BodySerialNumber] = SECRET.decode()
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = LATITUDE
    return exif


def hollow_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge; its pixels are missing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND", b"")


@cache
def bomb_png(width: int, height: int) -> bytes:
    """A PNG that really unfolds to ``width * height`` pixels, a thousandth of them on the wire."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    body = b"".join(packer.compress(row) for _row in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
