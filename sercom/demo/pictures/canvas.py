"""What pictures are drawn with: surfaces with light on them, shadows, textures, and a cheap camera."""

from collections.abc import Callable, Sequence
from io import BytesIO
from itertools import pairwise
from math import cos, pi, sin
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

#: Drawn a little larger than the photo: the camera turns and crops it.
WIDTH, HEIGHT = 1760, 1320
PHOTO = (1600, 1200)

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]
Point = tuple[float, float]

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
COPPER: Colour = (190, 116, 72)
STEEL: Colour = (176, 180, 182)
STRIP = 96


def lit(colour: Colour, factor: float) -> Colour:
    """``colour`` in more light, or less."""
    red, green, blue = (max(0, min(255, round(part * factor))) for part in colour)
    return red, green, blue


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """``one`` with ``share`` (0 to 1) of ``other``."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def smooth(points: Sequence[Point]) -> list[Point]:
    """A curve: the corners cut three times."""
    for _pass in range(3):
        cut = [
            (a + (c - a) * share, b + (d - b) * share) for (a, b), (c, d) in pairwise(points) for share in (0.25, 0.75)
        ]
        points = [points[0], *cut, points[-1]]
    return list(points)


def _whole(box: Box) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(edge) for edge in box)
    return left, top, max(right, left + 1), max(bottom, top + 1)


class Canvas:
    """A scene being drawn, back to front; light comes from above on the left."""

    def __init__(self, random: Random, ground: Colour = WHITE) -> None:
        self.random = random
        self.image = Image.new("RGB", (WIDTH, HEIGHT), ground)

    @property
    def draw(self) -> ImageDraw.ImageDraw:
        """For plain shapes."""
        return ImageDraw.Draw(self.image)

    # --- light and texture --------------------------------------------------------------------

    def noise(self, size: tuple[int, int], cell: int, strength: float) -> Image.Image:
        """Grey clouds around the middle, ``cell`` pixels wide."""
        small = (max(2, size[0] // cell + 2), max(2, size[1] // cell + 2))
        grey = Image.frombytes("L", small, self.random.randbytes(small[0] * small[1]))
        grey = grey.point([round(128 + (value - 128) * strength) for value in range(256)])
        return grey.resize(size, Image.Resampling.BICUBIC) if small != size else grey

    def texture(self, box: Box, *grains: tuple[int, float], mask: Image.Image | None = None) -> None:
        """Roughen a surface; each grain is a size in pixels and a strength."""
        area = _whole(box)
        part = self.image.crop(area)
        for cell, strength in grains:
            clouds = self.noise(part.size, cell, strength)
            part = ImageChops.overlay(part, Image.merge("RGB", (clouds, clouds, clouds)))
        self.image.paste(part, area[:2], mask.crop(area) if mask else None)

    def streaks(self, box: Box, strength: float, *, upright: bool = False) -> None:
        """Marks along one direction: brushed metal, wood, rain on a wall."""
        area = _whole(box)
        size = (area[2] - area[0], area[3] - area[1])
        small = (
            (max(2, size[0] // 3), max(2, size[1] // 120))
            if upright
            else (max(2, size[0] // 160), max(2, size[1] // 3))
        )
        grey = Image.frombytes("L", small, self.random.randbytes(small[0] * small[1]))
        grey = grey.point([round(128 + (value - 128) * strength) for value in range(256)])
        grey = grey.resize(size, Image.Resampling.BICUBIC)
        part = ImageChops.overlay(self.image.crop(area), Image.merge("RGB", (grey, grey, grey)))
        self.image.paste(part, area[:2])

    def darken(self, shape: Callable[[ImageDraw.ImageDraw], object], blur: float, strength: float) -> None:
        """Take light away where ``shape`` draws in white: shadows, dirt, water."""
        self._tint(shape, blur, strength, BLACK)

    def tint(
        self, shape: Callable[[ImageDraw.ImageDraw], object], blur: float, strength: float, colour: Colour
    ) -> None:
        """Lay a veil of ``colour`` where ``shape`` draws in white: sun, rust, a glow."""
        self._tint(shape, blur, strength, colour)

    def _tint(
        self, shape: Callable[[ImageDraw.ImageDraw], object], blur: float, strength: float, colour: Colour
    ) -> None:
        mask = Image.new("L", (WIDTH, HEIGHT))
        shape(ImageDraw.Draw(mask))
        drawn, margin = mask.getbbox(), round(blur * 2.5)
        if drawn is None:
            return
        left, top, right, bottom = drawn
        area = (max(left - margin, 0), max(top - margin, 0), min(right + margin, WIDTH), min(bottom + margin, HEIGHT))
        mask = mask.crop(area)
        if blur:
            # A blurred veil needs no more than a quarter of the pixels.
            small = mask.reduce(4).filter(ImageFilter.GaussianBlur(blur / 4))
            mask = small.resize(mask.size, Image.Resampling.BILINEAR)
        self.image.paste(colour, area, mask.point([round(value * strength) for value in range(256)]))

    def fall(self, box: Box, start: Colour, end: Colour, *, sideways: bool = False, radius: float = 0) -> None:
        """A surface on which the light falls off from ``start`` to ``end``."""
        area = _whole(box)
        size = (area[2] - area[0], area[3] - area[1])
        slope = Image.linear_gradient("L")
        slope = (slope.transpose(Image.Transpose.ROTATE_90) if sideways else slope).resize(size)
        filled = Image.composite(Image.new("RGB", size, end), Image.new("RGB", size, start), slope)
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius, fill=255)
        self.image.paste(filled, area[:2], mask)

    # --- things -------------------------------------------------------------------------------

    def slab(self, box: Box, colour: Colour, radius: float = 6, lift: float = 14, fade: float = 0.16) -> None:
        """A flat thing before a wall: its shadow, its face, a bright edge above and a dark one below."""
        left, top, right, bottom = box
        if lift:
            cast = (left + lift * 0.8, top + lift, right + lift * 0.8, bottom + lift)
            self.darken(lambda d: d.rounded_rectangle(cast, radius, fill=255), lift * 0.8, 0.5)
        self.fall(box, lit(colour, 1 + fade / 2), lit(colour, 1 - fade), radius=radius)
        draw = self.draw
        draw.rounded_rectangle(box, radius, outline=lit(colour, 0.72), width=2)
        draw.line((left + radius, top + 1, right - radius, top + 1), fill=mix(colour, WHITE, 0.6), width=3)

    def tube(self, box: Box, colour: Colour, *, lying: bool = False, lift: float = 10) -> None:
        """A pipe or a tank, upright or lying, round in the light."""
        if lift:
            left, top, right, bottom = box
            self.darken(
                lambda d: d.rectangle((left + lift, top + lift / 2, right + lift, bottom + lift / 2), fill=255),
                lift,
                0.45,
            )
        strip = Image.new("RGB", (STRIP, 1))
        strip.putdata([_round(colour, step / (STRIP - 1)) for step in range(STRIP)])
        area = _whole(box)
        size = (area[2] - area[0], area[3] - area[1])
        strip = strip.transpose(Image.Transpose.ROTATE_270) if lying else strip
        self.image.paste(strip.resize(size, Image.Resampling.BILINEAR), area[:2])

    def run(self, points: Sequence[Point], thick: float, colour: Colour, lift: float = 8) -> None:
        """A cable or a bent pipe through ``points``."""
        joint = "curve"
        self.darken(
            lambda d: d.line([(x + lift, y + lift) for x, y in points], fill=255, width=round(thick), joint=joint),
            lift * 0.8,
            0.45,
        )
        draw = self.draw
        for share, factor in ((1.0, 0.55), (0.78, 0.9), (0.45, 1.15), (0.16, 1.45)):
            shift = thick * (1 - share) * 0.16
            moved = [(x - shift, y - shift) for x, y in points]
            width = max(1, round(thick * share))
            draw.line(moved, fill=lit(colour, factor), width=width, joint=joint)
            for x, y in (moved[0], moved[-1]):
                draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=lit(colour, factor))

    def screw(self, x: float, y: float, size: float = 9) -> None:
        """A screw's head."""
        draw = self.draw
        draw.ellipse((x - size, y - size, x + size, y + size), fill=(150, 152, 154), outline=(92, 94, 96), width=2)
        draw.ellipse((x - size * 0.6, y - size * 0.7, x + size * 0.2, y), fill=(204, 206, 208))
        draw.line((x - size * 0.6, y + size * 0.4, x + size * 0.6, y - size * 0.4), fill=(70, 72, 74), width=3)

    def hand(self, x: float, y: float, width: float, height: float = 30, colour: Colour = (40, 44, 60)) -> None:
        """A word in a hurried hand: a label that nobody needs to read."""
        random, end = self.random, x + width
        while x < end:
            word = random.uniform(1.2, 3.4) * height
            points = [
                (x + step * word / 12, y + height / 2 * sin(step * 1.7 + random.random()) * random.uniform(0.3, 1))
                for step in range(13)
            ]
            self.draw.line(points, fill=colour, width=4, joint="curve")
            x += word + height * 0.5

    # --- the camera ---------------------------------------------------------------------------

    def develop(self, *, warmth: float = 0.0, exposure: float = 1.0, lean: float = 0.02, close: float = 0.0) -> bytes:
        """Take the photo: a hand that is never quite straight, a lens darker at its edges, grain. A JPEG.

        ``close`` is the share of the scene that is cut off at each side.
        """
        photo = self._framed(lean, close)
        red, green, blue = 1 + warmth, 1.0, 1 - warmth
        gains = (red * exposure, green * exposure, blue * exposure)
        table = [min(255, round(value * gain)) for gain in gains for value in range(256)]
        photo = photo.point(table)
        lens = Image.radial_gradient("L").point([255 - round(max(0, value - 96) * 0.42) for value in range(256)])
        lens = lens.resize(PHOTO, Image.Resampling.BILINEAR)
        photo = ImageChops.multiply(photo, Image.merge("RGB", (lens, lens, lens)))
        grain = self.noise(PHOTO, 1, 0.11).crop((0, 0, *PHOTO))
        coarse = self.noise(PHOTO, 3, 0.05)
        photo = ImageChops.overlay(photo, Image.merge("RGB", (grain, coarse, grain)))
        buffer = BytesIO()
        photo.save(buffer, "JPEG", quality=88)
        return buffer.getvalue()

    def _framed(self, lean: float, close: float) -> Image.Image:
        """Seen from a little to one side, held a little askew."""
        random = self.random

        def off(most: float) -> float:
            return random.uniform(0.15, 1) * most

        yaw, roll = random.choice((-1, 1)) * off(lean) * HEIGHT, random.choice((-1, 1)) * off(lean / 3) * HEIGHT
        margin_x, margin_y = WIDTH * (0.022 + close), HEIGHT * (0.03 + close)
        near, far = max(yaw, 0), max(-yaw, 0)
        corners = (
            (margin_x, margin_y + near + max(roll, 0)),
            (margin_x + abs(roll), HEIGHT - margin_y - near - max(-roll, 0)),
            (WIDTH - margin_x, HEIGHT - margin_y - far - max(roll, 0)),
            (WIDTH - margin_x - abs(roll), margin_y + far + max(-roll, 0)),
        )
        flat = [edge for corner in corners for edge in corner]
        return self.image.transform(PHOTO, Image.Transform.QUAD, flat, Image.Resampling.BILINEAR)


def _round(colour: Colour, place: float) -> Colour:
    """The light on a round thing at ``place`` (0 to 1) across it."""
    facing = cos((place - 0.36) * pi * 0.86)
    shine = max(0.0, cos((place - 0.3) * pi * 1.6)) ** 18
    return mix(lit(colour, 0.34 + 0.78 * max(0.0, facing)), WHITE, 0.5 * shine)
