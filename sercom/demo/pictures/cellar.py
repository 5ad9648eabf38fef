"""In the basement: a furnace, a water heater, a floor drain."""

from random import Random

from PIL.ImageDraw import ImageDraw

from sercom.demo.pictures.canvas import (
    BLACK,
    COPPER,
    HEIGHT,
    WHITE,
    WIDTH,
    Box,
    Canvas,
    Colour,
    lit,
    mix,
    smooth,
)

CONCRETE: Colour = (158, 156, 150)
FLOOR = 1060


def furnace(random: Random) -> bytes:
    """A furnace with its ducts, copper along the wall."""
    canvas = Canvas(random)
    _cellar(canvas)
    for y, thick, colour in ((150, 34, COPPER), (214, 26, COPPER), (300, 70, (226, 226, 220))):
        canvas.tube((0, y, WIDTH, y + thick), colour, lying=True, lift=16)
    for x in range(180, WIDTH, 420):
        canvas.slab((x, 138, x + 26, 252), (168, 172, 174), 3, 4)
    left = random.randint(560, 760)
    duct: Box = (left - 90, -20, left + 620, 390)
    canvas.slab(duct, (186, 190, 192), 2, 30)
    canvas.streaks(duct, 0.16, upright=True)
    canvas.draw.line((duct[0], 210, duct[2], 210), fill=(120, 124, 126), width=5)
    canvas.draw.line((duct[0], 216, duct[2], 216), fill=(226, 228, 230), width=3)
    canvas.slab((left - 60, 386, left + 590, 430), (70, 74, 78), 2, 10)
    body: Box = (left - 40, 426, left + 570, FLOOR + 60)
    canvas.slab(body, random.choice(((196, 190, 176), (122, 132, 144), (206, 208, 208))), 8, 40)
    canvas.draw.line((body[0] + 8, 720, body[2] - 8, 720), fill=(96, 94, 90), width=6)
    for row in range(7):
        canvas.draw.rounded_rectangle((left + 60, 480 + row * 26, left + 300, 492 + row * 26), 6, fill=(64, 64, 64))
    canvas.slab((left + 360, 476, left + 520, 590), (240, 240, 236), 6, 4)
    canvas.draw.rectangle((left + 372, 488, left + 420, 578), fill=(206, 92, 36))
    for line in range(5):
        canvas.draw.line(
            (left + 432, 494 + line * 18, left + 508 - line * 9, 494 + line * 18), fill=(96, 96, 98), width=4
        )
    canvas.slab((left + 230, 800, left + 310, 828), (52, 54, 58), 12, 4)
    canvas.tube((left + 570, 600, left + 800, 760), (206, 208, 210), lying=True, lift=24)
    for x in range(left + 580, left + 800, 26):
        canvas.draw.line((x, 602, x, 758), fill=(150, 152, 154), width=5)
    canvas.run(
        [(left - 40, 980), (left - 130, 1000), (left - 150, FLOOR + 120), (left - 320, FLOOR + 150)],
        22,
        (228, 230, 230),
    )
    canvas.texture(body, (2, 0.06))
    flash(canvas)
    return canvas.develop(warmth=0.05, exposure=1.03)


def water_heater(random: Random) -> bytes:
    """A water heater in its pan, copper above, the relief pipe down its side."""
    canvas = Canvas(random)
    _cellar(canvas)
    left = random.randint(560, 760)
    colour = random.choice(((214, 212, 204), (134, 146, 156), (196, 200, 202)))
    for x, tone in ((left + 150, COPPER), (left + 420, COPPER)):
        canvas.tube((x, -10, x + 34, 250), tone)
        canvas.tube((x - 8, 130, x + 42, 172), (206, 170, 90), lift=4)
    canvas.tube((left - 420, 70, left + 184, 104), COPPER, lying=True, lift=16)
    canvas.slab((left + 132, 150, left + 204, 166), (184, 36, 34), 8, 4)
    tank: Box = (left, 260, left + 600, 1130)
    canvas.darken(lambda d: d.rounded_rectangle((left + 50, 300, left + 690, 1150), 60, fill=255), 50, 0.5)
    canvas.draw.ellipse((left + 2, 214, left + 598, 312), fill=lit(colour, 0.9))
    canvas.tube(tank, colour, lift=0)
    canvas.draw.ellipse((left + 2, 214, left + 598, 306), fill=lit(colour, 1.02), outline=lit(colour, 0.7), width=4)
    for x in (left + 150, left + 420):
        canvas.tube((x - 4, 190, x + 38, 264), (206, 170, 90), lift=0)
    for y in (470, 860):
        canvas.slab((left + 226, y, left + 374, y + 176), lit(colour, 0.84), 10, 8)
        canvas.screw(left + 300, y + 88, 8)
    canvas.slab((left + 210, 676, left + 392, 824), (246, 245, 238), 4, 3)
    canvas.draw.rectangle((left + 222, 688, left + 380, 722), fill=(240, 196, 44))
    for line in range(5):
        canvas.draw.line(
            (left + 226, 738 + line * 17, left + 372 - line * 18, 738 + line * 17), fill=(86, 86, 88), width=4
        )
    canvas.run([(left + 590, 356), (left + 664, 360), (left + 664, 1090)], 30, COPPER)
    canvas.run([(left + 470, -10), (left + 520, 120), (left + 500, 236)], 22, (52, 54, 58))
    _pan(canvas, left, puddle=random.choice((True, False)))
    flash(canvas)
    return canvas.develop(warmth=0.05)


def drain(random: Random) -> bytes:
    """A floor drain in wet concrete, the cable of the machine going in."""
    canvas = Canvas(random, CONCRETE)
    canvas.fall((0, 0, WIDTH, HEIGHT), (140, 138, 132), (176, 172, 164))
    canvas.texture((0, 0, WIDTH, HEIGHT), (2, 0.2), (12, 0.1), (90, 0.1), (420, 0.22))
    _crack(canvas)
    x, y = random.randint(780, 940), random.randint(600, 700)

    def wet(draw: ImageDraw) -> None:
        for _splash in range(26):
            dx, dy, size = random.gauss(0, 240), random.gauss(0, 110), random.uniform(90, 300)
            draw.ellipse((x + dx - size, y + dy - size * 0.6, x + dx + size, y + dy + size * 0.6), fill=255)

    canvas.darken(wet, 34, 0.4)
    canvas.tint(
        lambda d: d.polygon([(x - 470, y - 300), (x + 40, y - 330), (x - 120, y + 60), (x - 430, y + 30)], fill=255),
        60,
        0.3,
        (206, 220, 236),
    )
    size = 250
    canvas.darken(
        lambda d: d.ellipse((x - size - 26, y - size * 0.8 - 22, x + size + 26, y + size * 0.8 + 22), fill=255), 20, 0.7
    )
    draw = canvas.draw
    draw.ellipse((x - size, y - size * 0.78, x + size, y + size * 0.78), fill=(150, 148, 142))
    draw.ellipse((x - size + 26, y - size * 0.78 + 20, x + size - 26, y + size * 0.78 - 20), fill=(20, 19, 18))
    canvas.tint(lambda d: d.ellipse((x - 150, y - 60, x + 90, y + 130), fill=255), 26, 0.35, (88, 100, 104))
    for bar in range(7):
        a = x - 190 + bar * 62
        half = 150 * (1 - ((bar - 3) / 4.4) ** 2) ** 0.5
        if bar in {1, 2}:
            continue  # two bars lie beside it: the grate was opened
        canvas.draw.line((a, y - half, a, y + half), fill=(128, 122, 112), width=22)
        canvas.draw.line((a - 7, y - half, a - 7, y + half), fill=(184, 178, 166), width=5)
    cable = smooth(
        [
            (x - 110, y + 20),
            (x - 130, y - 90),
            (x - 20, y - 300),
            (x + 260, y - 430),
            (x + 620, y - 380),
            (WIDTH + 30, y - 470),
        ]
    )
    canvas.run(cable, 40, (118, 120, 122), 16)
    for along, down in cable[1::2]:
        canvas.draw.line((along - 13, down - 15, along + 13, down + 15), fill=(74, 76, 78), width=4)
    canvas.slab((x - 640, y + 250, x - 410, y + 286), (104, 84, 66), 6, 10)
    canvas.texture((0, 0, WIDTH, HEIGHT), (3, 0.1))
    return canvas.develop(warmth=0.0, exposure=1.02, lean=0.04)


def _cellar(canvas: Canvas) -> None:
    """Poured concrete with the marks of its forms, and a floor."""
    random = canvas.random
    canvas.fall((0, 0, WIDTH, FLOOR), lit(CONCRETE, 1.12), lit(CONCRETE, 0.78), sideways=True)
    for y in (330, 690):
        canvas.draw.line((0, y, WIDTH, y), fill=lit(CONCRETE, 0.74), width=5)
        canvas.draw.line((0, y + 5, WIDTH, y + 5), fill=lit(CONCRETE, 1.14), width=3)
    for x in range(240, WIDTH, 560):
        for y in (180, 520, 880):
            canvas.draw.ellipse((x, y, x + 26, y + 26), fill=lit(CONCRETE, 0.66))
    canvas.fall((0, FLOOR, WIDTH, HEIGHT), (120, 118, 112), (156, 152, 144))
    canvas.texture((0, 0, WIDTH, HEIGHT), (2, 0.13), (14, 0.08), (120, 0.1), (420, 0.2))
    canvas.darken(lambda d: d.rectangle((0, FLOOR - 26, WIDTH, FLOOR + 34), fill=255), 26, 0.45)
    stain = random.uniform(0, WIDTH)
    canvas.tint(
        lambda d: d.polygon([(stain, 0), (stain + 90, 0), (stain + 150, 800), (stain - 40, 760)], fill=255),
        60,
        0.16,
        (104, 88, 64),
    )


def _pan(canvas: Canvas, left: float, *, puddle: bool) -> None:
    if puddle:
        random = canvas.random

        def pool(draw: ImageDraw) -> None:
            for _part in range(14):
                x, y, size = left + random.gauss(330, 260), 1210 + random.gauss(0, 26), random.uniform(60, 170)
                draw.ellipse((x - size, y - size * 0.26, x + size, y + size * 0.26), fill=255)

        canvas.darken(pool, 16, 0.5)
        canvas.tint(lambda d: d.ellipse((left + 40, 1200, left + 420, 1240), fill=255), 26, 0.35, (214, 224, 236))
    canvas.draw.ellipse((left - 60, 1080, left + 660, 1210), fill=(116, 120, 124))
    canvas.draw.ellipse((left - 48, 1084, left + 648, 1196), fill=(150, 154, 158))
    canvas.darken(lambda d: d.ellipse((left - 10, 1080, left + 640, 1180), fill=255), 20, 0.5)
    canvas.tube((left, 1060, left + 600, 1130), (70, 74, 78), lift=0)
    canvas.draw.pieslice((left, 1096, left + 600, 1166), 0, 180, fill=(64, 68, 72))


def _crack(canvas: Canvas) -> None:
    x, y, points = 0.0, canvas.random.uniform(900, 1200), []
    while x < WIDTH:
        points.append((x, y))
        x, y = x + canvas.random.uniform(30, 90), y + canvas.random.uniform(-34, 22)
    canvas.draw.line([(a, b + 3) for a, b in points], fill=(190, 186, 178), width=3)
    canvas.draw.line(points, fill=(74, 72, 68), width=4)


def flash(canvas: Canvas) -> None:
    """The telephone's light: bright in the middle, dark in the corners of a cellar."""
    canvas.tint(lambda d: d.ellipse((380, 180, 1320, 900), fill=255), 190, 0.13, WHITE)
    canvas.darken(lambda d: d.rectangle((0, 0, WIDTH, 70), fill=255), 90, 0.45)
    canvas.tint(
        lambda d: d.rectangle((WIDTH - 200, 0, WIDTH, HEIGHT), fill=255), 190, 0.3, mix(BLACK, (40, 30, 20), 0.5)
    )
