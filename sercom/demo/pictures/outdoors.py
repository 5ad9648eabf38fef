"""Outside: an outdoor unit against the house, in winter and in summer."""

from math import cos, pi, sin
from random import Random

from PIL.ImageDraw import ImageDraw

from sercom.demo.pictures.canvas import COPPER, HEIGHT, WHITE, WIDTH, Box, Canvas, Colour, lit, mix

BRICKS: tuple[Colour, ...] = ((150, 78, 62), (128, 84, 70), (166, 128, 104))
SIDINGS: tuple[Colour, ...] = ((214, 209, 196), (146, 160, 170), (170, 178, 158), (196, 186, 166))
PAINT: Colour = (226, 226, 220)
GROUND = 1010


def winter(random: Random) -> bytes:
    """A wall of clapboard, snow on the ground and on the unit."""
    canvas = Canvas(random)
    _siding(canvas, random.choice(SIDINGS))
    left = random.randint(330, 560)
    unit = (left, 420, left + 760, 1000)
    _lines(canvas, unit)
    _unit(canvas, unit)
    _snow(canvas, unit)
    return canvas.develop(warmth=-0.03, exposure=1.08)


def summer(random: Random) -> bytes:
    """A brick wall, a bed of gravel, a lawn, the evening sun."""
    canvas = Canvas(random)
    _bricks(canvas, random.choice(BRICKS))
    left = random.randint(300, 600)
    unit = (left, 410, left + 760, 985)
    _ground(canvas)
    _lines(canvas, unit)
    _unit(canvas, unit)
    _grass(canvas)
    _sun(canvas)
    return canvas.develop(warmth=0.05)


def _siding(canvas: Canvas, colour: Colour) -> None:
    board, random = 84, canvas.random
    for top in range(0, GROUND + board, board):
        canvas.fall((0, top, WIDTH, top + board), lit(colour, 1.06), lit(colour, 0.9))
        canvas.draw.rectangle((0, top + board - 7, WIDTH, top + board), fill=lit(colour, 0.55))
        canvas.draw.line((0, top + 2, WIDTH, top + 2), fill=mix(colour, WHITE, 0.5), width=3)
        seam = random.randint(0, WIDTH * 2)
        canvas.draw.line((seam, top, seam, top + board), fill=lit(colour, 0.6), width=3)
    canvas.streaks((0, 0, WIDTH, GROUND), 0.1)
    canvas.texture((0, 0, WIDTH, GROUND), (2, 0.08), (420, 0.3))
    canvas.darken(lambda d: d.rectangle((0, GROUND - 220, WIDTH, GROUND), fill=255), 160, 0.22)


def _bricks(canvas: Canvas, colour: Colour) -> None:
    wide, high, joint, random = 172, 58, 9, canvas.random
    mortar = mix(colour, (196, 190, 180), 0.75)
    draw = canvas.draw
    draw.rectangle((0, 0, WIDTH, GROUND), fill=mortar)
    for row, top in enumerate(range(-20, GROUND, high)):
        for left in range(-wide + row % 2 * wide // 2, WIDTH, wide):
            tone = lit(colour, random.uniform(0.8, 1.16))
            tone = mix(tone, (86, 62, 62), random.choice((0.45, *[0.0] * 6)))
            box = (left + random.randint(-2, 2), top + random.randint(-1, 1), left + wide - joint, top + high - joint)
            draw.rectangle((box[0], box[1] + 4, box[2] + 3, box[3] + 4), fill=lit(mortar, 0.6))
            draw.rectangle(box, fill=tone)
            draw.line((box[0], box[1] + 1, box[2], box[1] + 1), fill=lit(tone, 1.22), width=3)
    canvas.texture((0, 0, WIDTH, GROUND), (2, 0.22), (7, 0.16), (380, 0.3))
    canvas.darken(lambda d: d.rectangle((0, GROUND - 160, WIDTH, GROUND), fill=255), 130, 0.3)


def _lines(canvas: Canvas, unit: Box) -> None:
    """The cover of the lines up the wall, the disconnect and its conduit, two copper lines."""
    _, top, right, bottom = unit
    x = right + 170
    canvas.slab((x, -20, x + 96, bottom - 170), (232, 231, 225), 4, 18)
    canvas.draw.line((x + 28, 0, x + 28, bottom - 172), fill=(206, 205, 198), width=4)
    for lift in (330, 640):
        canvas.draw.rectangle(
            (x - 5, top - 300 + lift, x + 101, top - 280 + lift), fill=(214, 213, 206), outline=(170, 169, 162)
        )
    for shift, thick in ((0, 34), (44, 24)):
        canvas.run(
            [
                (x + 28 + shift, bottom - 176),
                (x + 20 + shift, bottom - 96 + shift * 0.4),
                (right - 20, bottom - 128 + shift),
            ],
            thick,
            (62, 62, 64) if shift == 0 else COPPER,
        )
    box = (x + 190, top - 10, x + 350, top + 210)
    canvas.slab(box, (150, 156, 160), 8, 18)
    canvas.draw.rectangle(
        (box[0] + 58, box[1] + 120, box[2] - 58, box[1] + 178), fill=(178, 40, 36), outline=(96, 22, 20), width=3
    )
    canvas.screw(box[0] + 20, box[1] + 20)
    canvas.screw(box[2] - 20, box[3] - 20)
    canvas.run(
        [(box[0] + 78, box[3]), (box[0] + 70, bottom - 60), (x, bottom - 40), (right - 10, bottom - 190)],
        26,
        (118, 122, 124),
    )


def _unit(canvas: Canvas, box: Box) -> None:
    left, top, right, bottom = box
    canvas.darken(lambda d: d.rectangle((left + 30, top + 46, right + 78, bottom + 20), fill=255), 42, 0.6)
    side = [(right, top + 4), (right + 52, top - 26), (right + 52, bottom - 34), (right, bottom)]
    canvas.draw.polygon(side, fill=lit(PAINT, 0.66))
    for step in range(9):
        y = top + 60 + step * 52
        canvas.draw.line((right + 10, y, right + 42, y - 17), fill=lit(PAINT, 0.42), width=9)
    canvas.draw.polygon(
        [(left, top), (left + 46, top - 30), (right + 52, top - 30), (right, top)], fill=lit(PAINT, 1.1)
    )
    canvas.slab(box, PAINT, 12, 0, 0.2)
    _fan(canvas, left + 268, (top + bottom) / 2, 228)
    canvas.draw.line((right - 212, top + 12, right - 212, bottom - 12), fill=lit(PAINT, 0.7), width=4)
    canvas.slab((right - 178, top + 300, right - 40, top + 356), lit(PAINT, 0.86), 26, 4)
    canvas.draw.rounded_rectangle(
        (right - 184, top + 44, right - 34, top + 116), 6, fill=(246, 246, 244), outline=(190, 190, 186), width=2
    )
    canvas.draw.rectangle((right - 176, top + 52, right - 128, top + 108), fill=(36, 104, 150))
    for line in range(4):
        canvas.draw.line(
            (right - 118, top + 60 + line * 13, right - 50 - line * 9, top + 60 + line * 13), fill=(92, 94, 96), width=4
        )
    for x in (left + 14, right - 14):
        canvas.screw(x, top + 22, 7)
        canvas.screw(x, bottom - 22, 7)
    for x in (left + 90, right - 170):
        canvas.slab((x, bottom, x + 84, bottom + 40), (70, 74, 78), 4, 8)
        canvas.slab((x - 26, bottom + 38, x + 110, bottom + 58), (96, 100, 104), 3, 12)
    canvas.texture(box, (2, 0.05), (260, 0.12))


def _fan(canvas: Canvas, x: float, y: float, radius: float) -> None:
    draw, random = canvas.draw, canvas.random

    def ring(size: float) -> Box:
        return (x - size, y - size, x + size, y + size)

    draw.ellipse(ring(radius + 12), fill=lit(PAINT, 0.74))
    draw.ellipse(ring(radius), fill=(34, 37, 40))
    turn = random.uniform(0, 120)
    for blade in range(3):
        start = turn + blade * 120
        for step, tone in enumerate(((84, 88, 92), (98, 102, 106), (74, 78, 82))):
            draw.pieslice(ring(radius * 0.92), start + step * 24, start + step * 24 + 27, fill=tone)
    canvas.darken(lambda d: d.ellipse(ring(radius - 8), outline=255, width=40), 22, 0.6)
    canvas.darken(lambda d: d.pieslice(ring(radius), 190, 340, fill=255), 60, 0.5)
    draw = canvas.draw
    draw.ellipse(ring(radius * 0.22), fill=(58, 61, 64))
    for number in range(1, 14):
        size = radius * number / 13
        draw.ellipse((x - size + 2, y - size + 4, x + size + 2, y + size + 4), outline=(22, 24, 26), width=3)
        draw.ellipse(ring(size), outline=(208, 209, 204), width=5)
    for spoke in range(8):
        angle = pi * spoke / 4 + 0.3
        draw.line(
            (x + 40 * cos(angle), y + 40 * sin(angle), x + radius * cos(angle), y + radius * sin(angle)),
            fill=(198, 199, 194),
            width=7,
        )
    canvas.slab((x - 40, y - 40, x + 40, y + 40), lit(PAINT, 0.96), 40, 5)


def _snow(canvas: Canvas, unit: Box) -> None:
    random = canvas.random
    left, top, right, _ = unit
    swells = [random.uniform(0, 2 * pi) for _wave in range(3)]

    def drift(x: float) -> float:
        return GROUND + 34 * sin(x / 310 + swells[0]) + 13 * sin(x / 96 + swells[1]) + 5 * sin(x / 31 + swells[2])

    bank = [(0, HEIGHT), *((x, drift(x)) for x in range(0, WIDTH + 20, 20)), (WIDTH, HEIGHT)]
    canvas.draw.polygon(bank, fill=(238, 242, 248))
    canvas.tint(lambda d: d.polygon([(x, y + 110) for x, y in bank], fill=255), 90, 0.4, (250, 250, 250))
    canvas.darken(lambda d: d.ellipse((left - 20, GROUND - 30, right + 210, GROUND + 120), fill=255), 50, 0.3)
    canvas.tint(
        lambda d: d.ellipse((left + 60, GROUND, right + 300, GROUND + 190), fill=255), 60, 0.35, (150, 172, 204)
    )
    canvas.texture((0, GROUND + 50, WIDTH, HEIGHT), (3, 0.1), (300, 0.12))
    for step in range(random.randint(5, 7)):  # somebody walked up to it
        x, y = 180 + step * 120 + random.randint(-14, 14), HEIGHT - 60 - step * 26 + step % 2 * 46
        canvas.tint(lambda d, x=x, y=y: d.ellipse((x, y, x + 84, y + 40), fill=255), 10, 0.55, (140, 158, 188))  # type: ignore[misc]
    cap = [
        (x, top - 62 + 12 * sin(x / 70 + swells[1]) + 5 * sin(x / 23))
        for x in range(int(left) + 6, int(right) + 60, 12)
    ]
    canvas.draw.polygon(
        [(left - 8, top + 4), *cap, (right + 60, top - 24), (right + 8, top + 10)], fill=(240, 244, 249)
    )
    canvas.tint(lambda d: d.rectangle((left, top - 16, right + 50, top + 8), fill=255), 14, 0.5, (176, 192, 216))
    canvas.draw.line([(x, y + 3) for x, y in cap], fill=WHITE, width=6)
    for _flake in range(150):
        left, top, size = random.uniform(0, WIDTH), random.uniform(0, HEIGHT), random.uniform(1.5, 5)
        canvas.draw.ellipse((left, top, left + size, top + size * 1.4), fill=(250, 251, 253))


def _ground(canvas: Canvas) -> None:
    random, draw = canvas.random, canvas.draw
    canvas.fall((0, GROUND, WIDTH, HEIGHT), (112, 106, 96), (142, 136, 124))
    for _stone in range(2600):
        y = GROUND + random.random() ** 0.8 * 190
        size = 5 + (y - GROUND) / 12
        x, tone = random.uniform(-10, WIDTH), random.randint(112, 206)
        colour = (tone, tone - random.randint(0, 10), tone - random.randint(4, 22))
        draw.ellipse((x + 2, y + 3, x + size * 1.5 + 2, y + size + 3), fill=(74, 70, 64))
        draw.ellipse((x, y, x + size * 1.5, y + size), fill=colour)
    canvas.slab((150, GROUND - 12, WIDTH - 240, GROUND + 44), (178, 176, 170), 4, 14)
    canvas.texture((150, GROUND - 12, WIDTH - 240, GROUND + 44), (2, 0.2), (40, 0.15))


def _grass(canvas: Canvas) -> None:
    random, draw = canvas.random, canvas.draw
    edge = GROUND + 170
    canvas.fall((0, edge, WIDTH, HEIGHT), (70, 96, 44), (98, 132, 56))
    for _blade in range(5200):
        y = edge + random.random() ** 0.7 * (HEIGHT - edge + 30)
        long = 22 + (y - edge) / 4
        x = random.uniform(-10, WIDTH)
        green = random.randint(88, 168)
        colour = (int(green * random.uniform(0.5, 0.74)), green, int(green * random.uniform(0.28, 0.42)))
        draw.line((x, y, x + random.uniform(-12, 12), y - long), fill=colour, width=3)
    canvas.texture((0, edge - 40, WIDTH, HEIGHT), (160, 0.3))


def _sun(canvas: Canvas) -> None:
    """Late light through a tree: soft spots on the wall."""
    random = canvas.random

    def spots(draw: ImageDraw) -> None:
        for _leaf in range(34):
            x, y, size = random.gauss(520, 420), random.gauss(360, 300), random.uniform(40, 150)
            draw.ellipse((x, y, x + size * 1.5, y + size), fill=random.randint(120, 255))

    canvas.tint(spots, 44, 0.26, (255, 226, 160))
    canvas.darken(
        lambda d: d.polygon([(WIDTH, 0), (WIDTH, HEIGHT), (WIDTH - 420, HEIGHT), (WIDTH - 160, 0)], fill=255), 170, 0.3
    )
