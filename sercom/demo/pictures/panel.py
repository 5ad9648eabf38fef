"""The electrical panel, open."""

from random import Random

from sercom.demo.pictures.canvas import (
    HEIGHT,
    STEEL,
    WIDTH,
    Box,
    Canvas,
    Colour,
    lit,
)
from sercom.demo.pictures.cellar import flash

PLYWOOD: Colour = (188, 154, 108)


def panel(random: Random) -> bytes:
    """An open electrical panel on plywood, two spaces free."""
    canvas = Canvas(random)
    _plywood(canvas)
    for x in (640, 760, 980):
        canvas.tube((x, -10, x + 56, 170), STEEL)
        canvas.slab((x - 14, 136, x + 70, 176), (146, 150, 152), 6, 6)
    canvas.run([(330, -20), (330, 300), (470, 420)], 30, (230, 226, 214))
    canvas.run([(250, -20), (262, 500), (470, 640)], 26, (226, 196, 70))
    box: Box = (460, 165, 1300, 1230)
    canvas.slab(box, (132, 138, 142), 8, 34)
    canvas.fall((490, 195, 1270, 1200), (92, 97, 101), (116, 121, 125))
    canvas.slab((520, 220, 1240, 1180), (170, 175, 178), 4, 10)
    canvas.slab((770, 250, 990, 352), (54, 56, 60), 8, 6)
    canvas.slab((836, 268, 924, 334), (28, 29, 32), 6, 4)
    _breakers(canvas)
    canvas.slab((1330, 190, 1700, 1220), (146, 152, 156), 6, 20)  # the door, open
    canvas.fall((1372, 260, 1660, 1010), (244, 243, 236), (226, 224, 214))
    for row in range(13):
        y = 300 + row * 54
        canvas.draw.line((1384, y + 26, 1648, y + 26), fill=(176, 174, 166), width=2)
        canvas.hand(1420, y + 6, random.randint(60, 210), 16, (44, 52, 110))
    canvas.texture((0, 0, WIDTH, HEIGHT), (2, 0.06))
    flash(canvas)
    return canvas.develop(warmth=0.02, lean=0.03)


def _plywood(canvas: Canvas) -> None:
    canvas.fall((0, 0, WIDTH, HEIGHT), lit(PLYWOOD, 1.08), lit(PLYWOOD, 0.8), sideways=True)
    canvas.streaks((0, 0, WIDTH, HEIGHT), 0.22, upright=True)
    for _knot in range(7):
        x, y = canvas.random.uniform(0, WIDTH), canvas.random.uniform(0, HEIGHT)
        for size in (46, 32, 18):
            canvas.draw.ellipse((x - size / 2, y - size, x + size / 2, y + size), outline=lit(PLYWOOD, 0.74), width=5)
    canvas.texture((0, 0, WIDTH, HEIGHT), (2, 0.12), (300, 0.2))


def _breakers(canvas: Canvas) -> None:
    random = canvas.random
    free = random.randint(11, 14)
    for row in range(15):
        for side, x in ((0, 640), (1, 888)):
            y = 380 + row * 52
            if side and row >= free:
                canvas.draw.rectangle((x, y, x + 232, y + 44), fill=(60, 63, 66))
                continue
            canvas.slab((x, y, x + 232, y + 46), (38, 40, 43), 4, 3)
            handle = x + (136 if side == 0 else 34)
            canvas.slab((handle, y + 8, handle + 64, y + 38), (22, 23, 25), 6, 2)
            canvas.draw.rectangle(
                (handle + (46 if side == 0 else 6), y + 13, handle + (56 if side == 0 else 16), y + 33),
                fill=random.choice(((208, 96, 40), *[(196, 198, 200)] * 5)),
            )
    for row in range(0, 15, 1):
        y = 402 + row * 52
        colour = random.choice(((196, 40, 40), (30, 32, 34), (236, 234, 228)))
        canvas.run([(520, y + random.randint(-8, 8)), (570, y + random.randint(-12, 12)), (640, y)], 11, colour, 4)
        canvas.run([(1240, y + random.randint(-8, 8)), (1184, y + random.randint(-12, 12)), (1122, y)], 11, colour, 4)
