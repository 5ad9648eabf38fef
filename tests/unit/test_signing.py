"""A signature as the glass sends it: strokes are kept, everything else is refused in words."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from random import Random

import pytest
from PIL import Image, ImageDraw

from sercom.core.errors import DomainError
from sercom.demo.checking import scribble
from sercom.entities.visits.signing import KEPT, MAX_LENGTH, PREFIX, read_drawing
from tests.unit.pictures import bomb_png

NOT_YET = "This is no signature yet: sign with the finger, over the whole width."
UNREADABLE = "The signature could not be read. Clear it and sign again."


def sent(image: Image.Image, kind: str = "PNG", prefix: str = PREFIX) -> str:
    buffer = BytesIO()
    image.save(buffer, kind)
    return prefix + b64encode(buffer.getvalue()).decode()


def glass(*boxes: tuple[int, int, int, int], size: tuple[int, int] = (600, 200), fill: str = "black") -> str:
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    for box in boxes:
        ImageDraw.Draw(image).rectangle(box, fill=fill)
    return sent(image)


def test_strokes_are_trimmed_and_written_anew():
    for seed in range(5):
        with Image.open(BytesIO(read_drawing(scribble(Random(seed))))) as kept:
            assert kept.format == "PNG"
            assert kept.width <= KEPT[0]
            assert kept.height <= KEPT[1]
            assert kept.info == {}
            assert kept.getpixel((0, 0)) == 255


def test_white_paper_is_as_good_as_glass():
    image = Image.new("RGB", (600, 200), "white")
    ImageDraw.Draw(image).line([(20, 100), (500, 60)], fill="navy", width=4)
    assert read_drawing(sent(image))


@pytest.mark.parametrize(
    ("drawing", "why"),
    [
        ("", "Sign on the glass first. Signing needs JavaScript."),
        ("  ", "Sign on the glass first. Signing needs JavaScript."),
        (glass(), NOT_YET),
        (glass((300, 100, 303, 103)), NOT_YET),
        (glass((300, 10, 304, 190)), NOT_YET),
        (glass((20, 20, 500, 120), fill="#eeeeee"), NOT_YET),
        (glass((0, 0, 600, 200)), UNREADABLE),
        (sent(Image.new("RGB", (60, 40)), "JPEG"), UNREADABLE),
        (sent(Image.new("RGB", (60, 40)), "JPEG", "data:image/jpeg;base64,"), UNREADABLE),
        (glass((20, 20, 4000, 30), size=(4200, 200)), UNREADABLE),
        (PREFIX, UNREADABLE),
        (f"{PREFIX}%%%", UNREADABLE),
        (f"{PREFIX}{b64encode(b'no picture').decode()}", UNREADABLE),
        (PREFIX + b64encode(bomb_png(16_000, 16_000)).decode(), UNREADABLE),
        (PREFIX + "A" * MAX_LENGTH, UNREADABLE),
        ("https://example.org/a.png", UNREADABLE),
    ],
)
def test_what_is_no_signature_is_refused(drawing: str, why: str):
    with pytest.raises(DomainError) as refused:
        read_drawing(drawing)
    assert (str(refused.value), refused.value.field) == (why, "drawing")
