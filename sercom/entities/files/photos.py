"""Photos made safe: decoded, turned upright, shrunk, written anew. What was sent is never kept.

Limits are checked before anything is decoded, so that a small file cannot unfold into gigabytes.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TypeVar

import pillow_heif
from flask_babel import lazy_gettext as _l
from PIL import ExifTags, Image

from sercom.core.errors import DomainError

pillow_heif.register_heif_opener()

MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS_JPEG = 64_000_000
MAX_PIXELS_OTHER = 16_000_000
EDGE, THUMBNAIL_EDGE = 2048, 480
LOGO_SIZE = (600, 300)
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
#: EXIF orientation to what turns the picture upright.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Made = TypeVar("Made")

#: One decode at a time: a decoded photo takes up to 200 MB.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Photo:
    """A JPEG without the data a camera leaves (EXIF, position), and its thumbnail."""

    data: bytes
    thumbnail: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        """Of the bytes that are kept."""
        return hashlib.sha256(self.data).hexdigest()


def make_safe(raw: bytes, field: str = "photos") -> Photo:
    """Read a JPEG, PNG, WebP or HEIC photo and write it anew.

    Raises ``DomainError`` for what is no such photo, is larger than 12 MB or has too many pixels.
    """
    return _safely(raw, field, _rewrite)


def make_logo(raw: bytes, field: str = "logo") -> bytes:
    """Read a picture and write it anew as a PNG on white, at most 600 px wide and 300 px high."""
    return _safely(raw, field, _logo)


def _safely(raw: bytes, field: str, rewrite: Callable[[bytes, str], Made]) -> Made:
    if len(raw) > MAX_BYTES:
        raise DomainError(_l("A photo is larger than 12 MB."), field)
    with _one_at_a_time:
        try:
            return rewrite(raw, field)
        except DomainError:
            raise
        except Exception:  # noqa: BLE001  # a decoder given hostile bytes raises what it likes
            raise DomainError(_l("This file is not a photo we can read (JPEG, PNG, WebP or HEIC)."), field) from None


def _rewrite(raw: bytes, field: str) -> Photo:
    plain = _decoded(raw, field)
    plain.thumbnail((EDGE, EDGE))
    small = plain.copy()
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
    return Photo(_jpeg(plain), _jpeg(small), *plain.size)


def _logo(raw: bytes, field: str) -> bytes:
    plain = _decoded(raw, field)
    plain.thumbnail(LOGO_SIZE)
    buffer = BytesIO()
    plain.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _decoded(raw: bytes, field: str) -> Image.Image:
    with Image.open(BytesIO(raw), formats=FORMATS) as image:
        width, height = image.size
        is_jpeg = image.format in {"JPEG", "MPO"}  # phones add a gain map or a preview: an MPO is a JPEG and more
        limit = MAX_PIXELS_JPEG if is_jpeg else MAX_PIXELS_OTHER
        if width * height > limit:
            raise DomainError(_l("A photo has too many pixels: set the camera to a smaller size."), field)
        if is_jpeg:
            image.draft("RGB", (EDGE, EDGE))
        plain = _on_white(_upright(image))
    plain.info = {}  # a comment found there would be written into the new file
    return plain


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says; EXIF that cannot be read costs the turn, not the photo."""
    image.load()
    try:
        turn = UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001  # Pillow reads the tags as it finds them
        return image
    return image if turn is None else image.transpose(turn)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "P"}:
        layer = image.convert("RGBA")
        background = Image.new("RGB", layer.size, "white")
        background.paste(layer, mask=layer.getchannel("A"))
        return background
    return image.convert("RGB")


def _jpeg(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY, optimize=True)
    return buffer.getvalue()
