"""Photos that are kept: upright, small, on white, without what the camera left."""

import hashlib
from typing import Any

import pytest
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from sercom.entities.files.photos import EDGE, THUMBNAIL_EDGE, Photo, make_safe
from tests.unit.pictures import (
    BLUE,
    GREEN,
    RED,
    SECRET,
    YELLOW,
    camera_exif,
    corners,
    decode,
    encode,
    nearest,
    quarters,
)

UPRIGHT = [RED, GREEN, BLUE, YELLOW]
#: How a camera that is held otherwise stores the upright picture, by EXIF orientation.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def require_clean(photo: Photo) -> None:
    """Both files are plain JPEGs: none of the camera's data, nothing of what was sent."""
    for data in (photo.data, photo.thumbnail):
        picture = decode(data)
        assert (picture.format, picture.mode) == ("JPEG", "RGB")
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert SECRET not in data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_every_kind_becomes_a_clean_jpeg(kind: str):
    exif = camera_exif().tobytes()
    sent = encode(quarters(), kind, exif=exif)
    assert SECRET in sent
    photo = make_safe(sent)
    require_clean(photo)
    assert decode(photo.data).size == (photo.width, photo.height) == (640, 480)
    assert corners(decode(photo.data)) == corners(decode(photo.thumbnail)) == UPRIGHT
    assert photo.sha256 == hashlib.sha256(photo.data).hexdigest()


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_a_turned_camera_gives_an_upright_photo(kind: str, orientation: int):
    turn = STORED[orientation]
    held = quarters() if turn is None else quarters().transpose(turn)
    photo = make_safe(encode(held, kind, exif=camera_exif(orientation).tobytes()))
    require_clean(photo)
    assert (photo.width, photo.height) == (640, 480)
    assert corners(decode(photo.data)) == UPRIGHT


def test_position_and_serial_number_are_gone():
    sent = encode(quarters(), "JPEG", exif=camera_exif())
    before = decode(sent).getexif()
    assert before.get_ifd(ExifTags.IFD.GPSInfo)
    photo = make_safe(sent)
    assert not decode(photo.data).getexif().get_ifd(ExifTags.IFD.GPSInfo)
    require_clean(photo)


def _with_text() -> PngInfo:
    info = PngInfo()
    for key in ("comment", "Comment", "exif", "XML:com.adobe.xmp"):
        info.add_text(key, SECRET.decode())
    return info


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"comment": SECRET}),
        ("JPEG", {"xmp": b"<x>" + SECRET + b"</x>"}),
        ("JPEG", {"icc_profile": SECRET}),
        ("JPEG", {"extra": b"\xff\xed\x00\x10" + SECRET}),
        ("PNG", {"pnginfo": _with_text()}),
        ("WEBP", {"xmp": SECRET}),
        ("WEBP", {"icc_profile": SECRET}),
        ("HEIF", {"xmp": b"<x>" + SECRET + b"</x>"}),
    ],
)
def test_no_comment_profile_or_other_block_survives(kind: str, options: dict[str, Any]):
    sent = encode(quarters(), kind, **options)
    assert SECRET in sent
    require_clean(make_safe(sent))


def test_nothing_behind_the_picture_survives():
    script = b"<script>" + SECRET + b"</script>"
    sent = encode(quarters(), "JPEG") + script
    photo = make_safe(sent)
    require_clean(photo)
    assert sent not in photo.data


def test_a_broken_exif_tag_does_not_cost_the_photo():
    # Orientation 6, and a maker's name declared as a rational number that cannot be one.
    broken = (
        b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x02\x00"
        b"\x0f\x01\x05\x00\x01\x00\x00\x00\x26\x00\x00\x00"
        b"\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    )
    held = quarters().transpose(Image.Transpose.ROTATE_90)
    photo = make_safe(encode(held, "JPEG", exif=broken))
    assert corners(decode(photo.data)) == UPRIGHT


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # Pillow says so, and goes on
@pytest.mark.parametrize("exif", [b"Exif\x00\x00", b"Exif\x00\x00no tags", b"Exif\x00\x00II*\x00\xff\xff\xff\xff"])
def test_exif_that_cannot_be_read_costs_the_turn_and_not_the_photo(exif: bytes):
    assert corners(decode(make_safe(encode(quarters(), "JPEG", exif=exif)).data)) == UPRIGHT


@pytest.mark.parametrize("orientation", [0, 9, 255])
def test_an_unknown_orientation_is_left_alone(orientation: int):
    assert corners(decode(make_safe(encode(quarters(), "JPEG", exif=camera_exif(orientation))).data)) == UPRIGHT


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_becomes_white(kind: str):
    image = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    image.paste((*BLUE, 255), (100, 0, 200, 100))
    picture = decode(make_safe(encode(image, kind, lossless=True)).data)
    assert min(picture.getpixel((50, 50))) > 250
    assert nearest(picture.getpixel((150, 50))) == BLUE


def test_a_transparent_palette_becomes_white():
    image = Image.new("P", (100, 100), 0)
    image.putpalette([0, 0, 0, *BLUE])
    image.paste(1, (50, 0, 100, 100))
    picture = decode(make_safe(encode(image, "PNG", transparency=0)).data)
    assert min(picture.getpixel((20, 50))) > 250
    assert nearest(picture.getpixel((80, 50))) == BLUE


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_png_can_be_read(mode: str):
    require_clean(make_safe(encode(Image.new(mode, (40, 30)), "PNG")))


@pytest.mark.parametrize("mode", ["L", "CMYK", "YCbCr"])
def test_every_mode_of_jpeg_can_be_read(mode: str):
    photo = make_safe(encode(quarters().convert(mode), "JPEG", quality=95))
    require_clean(photo)
    if mode != "L":
        assert corners(decode(photo.data)) == UPRIGHT


@pytest.mark.parametrize(
    ("sent", "kept", "thumbnail"),
    [
        ((4000, 3000), (2048, 1536), (480, 360)),
        ((3000, 4000), (1536, 2048), (360, 480)),
        ((2048, 2048), (2048, 2048), (480, 480)),
        ((2049, 100), (2048, 100), (480, 23)),
        ((500, 400), (500, 400), (480, 384)),
        ((20, 10), (20, 10), (20, 10)),
        ((1, 1), (1, 1), (1, 1)),
        ((8000, 1), (2048, 1), (480, 1)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_is_shrunk_and_never_enlarged(kind: str, sent: tuple[int, int], kept: tuple, thumbnail: tuple):
    photo = make_safe(encode(Image.new("RGB", sent, RED), kind))
    assert max(photo.width, photo.height) <= EDGE == 2048
    assert max(decode(photo.thumbnail).size) <= THUMBNAIL_EDGE == 480
    assert ((photo.width, photo.height), decode(photo.thumbnail).size) == (kept, thumbnail)


def test_a_phones_photo_with_a_picture_behind_it_is_a_jpeg():
    # Phones write a gain map behind the photo, which makes the file an MPO; 24 million pixels are usual.
    sent = encode(quarters(6000, 4000), "MPO", save_all=True, append_images=[Image.new("RGB", (600, 400))])
    assert decode(sent).format == "MPO"
    photo = make_safe(sent)
    assert (photo.width, photo.height) == (2048, 1365)
    assert corners(decode(photo.data)) == UPRIGHT
    require_clean(photo)
