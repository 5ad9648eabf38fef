"""The demo company's logo: a snow star over a hill, and its name."""

from io import BytesIO
from math import cos, pi, sin

from PIL import Image, ImageDraw, ImageFont

from sercom.output.paper import FONTS

NIGHT, ICE, HILL, INK = (22, 62, 92), (226, 242, 247), (62, 142, 150), (24, 38, 52)
#: Drawn large and made small: smooth edges.
SCALE = 4
WIDE, HIGH, DISC = 430, 132, 120


def logo() -> bytes:
    """A PNG on white."""
    image = Image.new("RGB", (WIDE * SCALE, HIGH * SCALE), "white")
    _disc(image)
    draw = ImageDraw.Draw(image)
    left = (DISC + 24) * SCALE
    draw.text((left, 8 * SCALE), "Climatisation", INK, _font("Regular", 44))
    draw.text((left, 56 * SCALE), "Boréale", NIGHT, _font("SemiBold", 58))
    buffer = BytesIO()
    image.resize((WIDE, HIGH), Image.Resampling.LANCZOS).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"IBMPlexSans-{weight}.ttf"), size * SCALE)


def _disc(image: Image.Image) -> None:
    side = DISC * SCALE
    disc = Image.new("RGB", (side, side), NIGHT)
    draw = ImageDraw.Draw(disc)
    draw.ellipse((-side * 0.35, side * 0.70, side * 0.95, side * 1.8), fill=HILL)
    draw.ellipse((side * 0.35, side * 0.78, side * 1.5, side * 1.9), fill=(44, 112, 122))
    _star(draw, side / 2, side * 0.42, side * 0.29, round(side * 0.035))
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).ellipse((0, 0, side - 1, side - 1), fill=255)
    image.paste(disc, (0, (HIGH - DISC) // 2 * SCALE), mask)


def _star(draw: ImageDraw.ImageDraw, x: float, y: float, reach: float, thick: int) -> None:
    """Six arms, each with two twigs."""
    for arm in range(6):
        along = pi / 6 + arm * pi / 3
        _stroke(draw, x, y, along, reach, thick)
        for turn in (-pi / 4, pi / 4):
            at = reach * 0.58
            _stroke(draw, x + cos(along) * at, y + sin(along) * at, along + turn, reach * 0.34, thick)


def _stroke(draw: ImageDraw.ImageDraw, x: float, y: float, along: float, length: float, thick: int) -> None:
    end = (x + cos(along) * length, y + sin(along) * length)
    draw.line(((x, y), end), fill=ICE, width=thick)
    for spot in ((x, y), end):
        draw.ellipse((spot[0] - thick / 2, spot[1] - thick / 2, spot[0] + thick / 2, spot[1] + thick / 2), fill=ICE)
