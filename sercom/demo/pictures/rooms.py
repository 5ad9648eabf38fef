"""In the rooms: a thermostat on the wall, a wall unit over a curtain rod."""

from random import Random

from PIL.ImageDraw import ImageDraw

from sercom.demo.pictures.canvas import (
    HEIGHT,
    WHITE,
    WIDTH,
    Canvas,
    Colour,
    lit,
    mix,
)
from sercom.demo.pictures.digits import figure

PAINTS: tuple[Colour, ...] = ((222, 214, 198), (198, 208, 204), (214, 206, 212), (186, 196, 208))
PLASTIC: Colour = (240, 240, 236)


def thermostat(random: Random) -> bytes:
    """A thermostat beside a door frame, the light of a window on the wall."""
    canvas = room(random)
    _door(canvas)
    left, top = random.randint(640, 800), random.randint(390, 450)
    ghost = (left - 58, top - 66, left + 608, top + 480)
    canvas.tint(lambda d: d.rectangle(ghost, fill=255), 3, 0.5, (236, 232, 222))  # where the old one was
    canvas.draw.rectangle(ghost, outline=(184, 178, 166), width=3)
    for x, y in ((left - 30, top - 36), (left + 580, top + 452)):
        canvas.draw.ellipse((x - 8, y - 8, x + 8, y + 8), fill=(96, 90, 82))
    canvas.slab((left, top, left + 550, top + 410), PLASTIC, 38, 26)
    screen = (left + 60, top + 52, left + 490, top + 286)
    canvas.fall(screen, (176, 190, 172), (150, 166, 150), radius=12)
    canvas.draw.rounded_rectangle(screen, 12, outline=(120, 124, 118), width=4)
    _digits(canvas, left + 100, top + 84, random.choice(("205", "210", "195", "220")))
    for step in range(3):
        canvas.draw.rectangle(
            (left + 408 + step * 24, top + 228 - step * 14, left + 422 + step * 24, top + 256), fill=(52, 60, 54)
        )
    canvas.tint(
        lambda d: d.polygon(
            [(left + 62, top + 54), (left + 250, top + 54), (left + 120, top + 284), (left + 62, top + 284)], fill=255
        ),
        8,
        0.16,
        WHITE,
    )
    for number, x in enumerate((left + 130, left + 275, left + 420)):
        canvas.slab((x - 50, top + 320, x + 50, top + 372), lit(PLASTIC, 0.95), 22, 5)
        arrow = (
            [(x - 14, top + 354), (x + 14, top + 354), (x, top + 334)]
            if number != 1
            else [(x - 14, top + 338), (x + 14, top + 338), (x, top + 358)]
        )
        canvas.draw.polygon(arrow, fill=(120, 124, 126))
    window(canvas)
    return canvas.develop(warmth=0.03, lean=0.03, close=0.15)


def wall_unit(random: Random) -> bytes:
    """The indoor unit of a heat pump, high on the wall, over a curtain rod."""
    canvas = room(random)
    canvas.fall((0, 0, WIDTH, 118), (244, 243, 238), (226, 224, 218))
    canvas.fall((0, 118, WIDTH, 168), (214, 212, 206), (240, 238, 232))
    canvas.darken(lambda d: d.rectangle((0, 168, WIDTH, 196), fill=255), 20, 0.4)
    left, top = random.randint(180, 330), random.randint(330, 390)
    right, bottom = left + 1180, top + 360
    canvas.darken(lambda d: d.rectangle((left + 30, top + 60, right + 34, bottom + 90), fill=255), 50, 0.5)
    canvas.slab((left, top, right, bottom), PLASTIC, 34, 0, 0.1)
    canvas.fall((left + 4, bottom - 110, right - 4, bottom - 6), (226, 226, 222), (168, 168, 166), radius=26)
    vane = (left + 60, bottom - 74, right - 60, bottom - 30)
    canvas.draw.rounded_rectangle(vane, 18, fill=(58, 60, 62))
    canvas.slab((left + 66, bottom - 62, right - 66, bottom - 22), lit(PLASTIC, 0.97), 16, 6, 0.2)
    canvas.draw.line((left + 12, top + 232, right - 12, top + 232), fill=(204, 204, 200), width=4)
    canvas.draw.line((left + 12, top + 236, right - 12, top + 236), fill=WHITE, width=3)
    canvas.draw.rounded_rectangle((right - 252, top + 168, right - 96, top + 206), 10, fill=(34, 38, 42))
    for x, colour in ((right - 232, (90, 220, 130)), (right - 206, (240, 190, 80))):
        canvas.draw.ellipse((x - 6, top + 181, x + 6, top + 193), fill=colour)
        canvas.tint(lambda d, x=x: d.ellipse((x - 10, top + 177, x + 10, top + 197), fill=255), 8, 0.5, colour)  # type: ignore[misc]
    _digits(canvas, right - 178, top + 174, "21", 13, (130, 240, 180))
    upright, level = (right + 58, 168, right + 148, HEIGHT), (right - 10, top + 70, WIDTH, top + 158)
    canvas.slab(random.choice((upright, level)), (236, 235, 230), 4, 16)
    _curtain(canvas, bottom + 190)
    window(canvas)
    return canvas.develop(warmth=0.04, exposure=1.04)


def room(random: Random) -> Canvas:
    """A painted wall, rolled on, in daylight from the left."""
    canvas = Canvas(random)
    paint = random.choice(PAINTS)
    canvas.fall((0, 0, WIDTH, HEIGHT), lit(paint, 1.1), lit(paint, 0.74), sideways=True)
    canvas.texture((0, 0, WIDTH, HEIGHT), (3, 0.07), (9, 0.05), (500, 0.12))
    return canvas


def window(canvas: Canvas) -> None:
    """Sun through panes, far off: bright slanted squares."""
    x, y = canvas.random.randint(180, 420), canvas.random.randint(0, 260)

    def panes(draw: ImageDraw) -> None:
        for column in range(2):
            for row in range(3):
                left, top = x + column * 250, y + row * 300 + column * 76
                draw.polygon(
                    [(left, top), (left + 220, top + 66), (left + 220, top + 330), (left, top + 264)], fill=255
                )

    canvas.tint(panes, 20, 0.42, (255, 244, 214))


def _door(canvas: Canvas) -> None:
    left = WIDTH - 190
    canvas.slab((left, -20, left + 130, HEIGHT + 20), (240, 238, 232), 3, 18)
    canvas.draw.rectangle((left + 34, -20, left + 42, HEIGHT), fill=(212, 210, 204))
    canvas.draw.rectangle((left + 130, 0, WIDTH, HEIGHT), fill=(196, 190, 180))


def _curtain(canvas: Canvas, top: float) -> None:
    canvas.tube((0, top - 60, WIDTH - 300, top - 34), (92, 88, 84), lying=True)
    cloth = mix((150, 160, 172), (178, 150, 130), canvas.random.random())
    for fold in range(0, WIDTH - 420, 58):
        canvas.fall((fold, top - 40, fold + 30, HEIGHT), lit(cloth, 0.7), lit(cloth, 1.12), sideways=True)
        canvas.fall((fold + 30, top - 40, fold + 58, HEIGHT), lit(cloth, 1.12), lit(cloth, 0.7), sideways=True)
    canvas.texture((0, top - 30, WIDTH - 400, HEIGHT), (2, 0.16))


def _digits(canvas: Canvas, x: float, y: float, text: str, size: float = 52, colour: Colour = (44, 52, 46)) -> None:
    """Digits of a display; a third one is smaller, after the point."""
    for place, digit in enumerate(text):
        after_point = place > 1
        wide = size * (0.8 if after_point else 1.5)
        left, top = x + place * size * 2.2, y + (size * 3 - wide * 2 if after_point else 0)
        for stroke in figure(digit, left, top, wide, wide * 2):
            canvas.draw.line(stroke, fill=colour, width=max(3, round(wide / 5)))
        if after_point:
            point = left - size * 0.5
            canvas.draw.ellipse((point, top + wide * 2 - 12, point + 16, top + wide * 2 + 4), fill=colour)
