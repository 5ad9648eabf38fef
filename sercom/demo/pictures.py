"""Pictures for the demo, drawn by the program: a wall, a unit, pipes; no two alike."""

from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1280, 960


def picture(seed: int) -> bytes:
    """A JPEG of an outdoor unit against a brick wall."""
    random = Random(seed)  # noqa: S311  # a drawing, not a secret
    image = Image.new("RGB", (WIDTH, HEIGHT), (150, 90 + seed % 3 * 8, 74))
    draw = ImageDraw.Draw(image)
    _bricks(draw, random)
    draw.rectangle((0, 760, WIDTH, HEIGHT), fill=(126, 128, 120))
    _unit(draw, 380 + random.randint(-120, 120), 380)
    for offset in range(3):
        x = 1010 + offset * 34
        draw.line((x, 0, x, 560 + offset * 40, 900, 560 + offset * 40), fill=(184, 115, 51), width=12)
    grain = Image.effect_noise((WIDTH, HEIGHT), 22).convert("RGB")
    blended = Image.blend(image.filter(ImageFilter.GaussianBlur(1)), grain, 0.08)
    buffer = BytesIO()
    blended.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def _bricks(draw: ImageDraw.ImageDraw, random: Random) -> None:
    for row in range(0, 760, 40):
        for column in range(-60, WIDTH, 120):
            shade = random.randint(-14, 14)
            left = column + row // 40 % 2 * 60
            draw.rectangle((left + 3, row + 3, left + 117, row + 37), fill=(162 + shade, 88 + shade, 70 + shade))


def _unit(draw: ImageDraw.ImageDraw, left: int, top: int) -> None:
    draw.rounded_rectangle(
        (left, top, left + 460, top + 370), 14, fill=(226, 228, 226), outline=(150, 152, 150), width=4
    )
    for radius in range(150, 20, -26):
        box = (left + 180 - radius, top + 185 - radius, left + 180 + radius, top + 185 + radius)
        draw.ellipse(box, outline=(98, 104, 108), width=6)
    for step in range(7):
        y = top + 50 + step * 42
        draw.line((left + 370, y, left + 440, y), fill=(140, 144, 146), width=10)
    draw.rectangle((left + 30, top + 370, left + 90, top + 400), fill=(70, 72, 74))
    draw.rectangle((left + 370, top + 370, left + 430, top + 400), fill=(70, 72, 74))
