"""Close by: a measuring tape on the wall, filters old and new, gauges on the service valves."""

from math import cos, pi, sin
from random import Random

from PIL.ImageDraw import ImageDraw

from sercom.demo.pictures.canvas import (
    BLACK,
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
from sercom.demo.pictures.digits import figure
from sercom.demo.pictures.rooms import room, window


def tape(random: Random) -> bytes:
    """A measuring tape along the wall, pencil marks where the bracket goes."""
    canvas = room(random)
    drop = random.randint(-14, 22)
    y = 600 + random.randint(-60, 60)

    def at(x: float) -> float:
        return y + drop * x / WIDTH

    cover = random.randint(1180, 1300)
    canvas.darken(
        lambda d: d.polygon(
            [(0, at(0) + 24), (cover, at(cover) + 22), (cover, at(cover) + 168), (0, at(0) + 176)], fill=255
        ),
        24,
        0.45,
    )
    canvas.draw.polygon(
        [(0, at(0)), (cover, at(cover)), (cover, at(cover) + 138), (0, at(0) + 138)], fill=(242, 202, 60)
    )
    canvas.tint(
        lambda d: d.polygon(
            [(0, at(0) + 20), (cover, at(cover) + 20), (cover, at(cover) + 52), (0, at(0) + 52)], fill=255
        ),
        16,
        0.5,
        (255, 238, 160),
    )
    canvas.darken(
        lambda d: d.polygon(
            [(0, at(0) + 112), (cover, at(cover) + 112), (cover, at(cover) + 140), (0, at(0) + 140)], fill=255
        ),
        14,
        0.3,
    )
    inch, first = 92, random.randint(9, 60)
    for tick in range(cover * 8 // inch):
        x = tick * inch / 8
        long = 84 if tick % 8 == 0 else 56 if tick % 4 == 0 else 38 if tick % 2 == 0 else 24
        canvas.draw.line((x, at(x), x, at(x) + long), fill=(30, 28, 26), width=4 if tick % 8 == 0 else 2)
        if tick % 8 == 0 and tick:
            _number(
                canvas,
                x + 12,
                at(x) + 62,
                str(first + tick // 8),
                (184, 36, 30) if (first + tick // 8) % 12 == 0 else (34, 32, 30),
            )
    _tape_case(canvas, cover, at(cover))
    for x in (random.randint(300, 420), random.randint(820, 960)):
        canvas.draw.line((x, at(x) - 150, x + 3, at(x) - 6), fill=(92, 90, 92), width=5)
        canvas.draw.line((x - 46, at(x) - 78, x + 48, at(x) - 82), fill=(110, 108, 110), width=4)
        canvas.hand(x + 34, at(x) - 176, 150, 34, (96, 94, 98))
    canvas.texture((0, y - 20, cover, y + 190), (2, 0.1), (200, 0.16))
    window(canvas)
    return canvas.develop(warmth=0.02, lean=0.04, close=0.06)


def filters(random: Random) -> bytes:
    """The old filter beside the new one, leaning on the furnace."""
    canvas = Canvas(random, (168, 172, 174))
    canvas.fall((0, 0, WIDTH, 960), (186, 190, 192), (150, 154, 156))
    canvas.streaks((0, 0, WIDTH, 960), 0.09, upright=True)
    canvas.draw.line((900, 0, 900, 960), fill=(110, 114, 116), width=6)
    canvas.fall((0, 960, WIDTH, HEIGHT), (112, 110, 106), (150, 147, 140))
    canvas.texture((0, 960, WIDTH, HEIGHT), (3, 0.3), (50, 0.2), (240, 0.2))
    for x, dirt in ((130, 0.9), (930, 0.0)):
        box = (x, 250 + (20 if dirt else 0), x + 690, 1080)
        canvas.darken(lambda d, b=box: d.rectangle((b[0] + 20, b[1] + 26, b[2] + 40, b[3] + 24), fill=255), 40, 0.5)  # type: ignore[misc]
        canvas.slab(box, (202, 176, 136), 4, 0)
        _pleats(canvas, (box[0] + 40, box[1] + 40, box[2] - 40, box[3] - 40), dirt)
        canvas.hand(x + 250, box[3] - 20, 180, 18, (120, 92, 60))
    return canvas.develop(warmth=0.01, exposure=1.05)


def gauges(random: Random) -> bytes:
    """Two dials on the service valves, hoses blue, yellow and red."""
    canvas = Canvas(random, (206, 207, 203))
    canvas.fall((0, 0, WIDTH, HEIGHT), (226, 226, 222), (168, 170, 168))
    for slot in range(5):
        y = 80 + slot * 250
        canvas.slab((1290, y, 1700, y + 60), (150, 152, 150), 28, 0)
        canvas.draw.rounded_rectangle((1304, y + 12, 1686, y + 34), 10, fill=(58, 60, 62))
    canvas.draw.line((1230, 0, 1230, HEIGHT), fill=(134, 136, 134), width=6)
    canvas.texture((0, 0, WIDTH, HEIGHT), (2, 0.1), (460, 0.2))
    canvas.run(smooth([(360, 850), (330, 1010), (190, 1130), (-30, 1180)]), 44, (40, 92, 178), 20)
    canvas.run(smooth([(640, 860), (650, 1060), (560, 1220), (620, 1380)]), 44, (226, 186, 40), 20)
    canvas.run(smooth([(930, 850), (970, 1010), (1130, 1120), (1240, 1390)]), 44, (190, 44, 40), 20)
    canvas.tube((300, 730, 1000, 830), (190, 164, 92), lying=True, lift=26)
    for x, knob, colour in ((360, 276, (40, 92, 178)), (930, 940, (190, 44, 40))):
        canvas.tube((x - 34, 800, x + 34, 880), (176, 152, 84))
        canvas.slab((knob, 752, knob + 74, 812), colour, 20, 12)
    canvas.tube((606, 800, 674, 880), (176, 152, 84))
    _dial(canvas, 400, 470, (40, 92, 178), random.uniform(0.25, 0.42))
    _dial(canvas, 910, 470, (190, 44, 40), random.uniform(0.5, 0.68))
    canvas.tint(
        lambda d: d.polygon([(0, 0), (520, 0), (60, HEIGHT), (0, HEIGHT)], fill=255), 120, 0.25, (255, 248, 226)
    )
    return canvas.develop(warmth=0.02, lean=0.03)


def _number(canvas: Canvas, x: float, y: float, text: str, colour: Colour) -> None:
    for place, digit in enumerate(text):
        for stroke in figure(digit, x + place * 32, y, 20, 50):
            canvas.draw.line(stroke, fill=colour, width=6)


def _tape_case(canvas: Canvas, x: float, y: float) -> None:
    box: Box = (x - 30, y - 210, x + 400, y + 190)
    canvas.slab(box, (250, 196, 40), 70, 30, 0.3)
    canvas.slab((box[0] + 50, box[1] + 60, box[2] - 50, box[3] - 70), (44, 46, 50), 50, 4)
    canvas.slab((box[0] + 110, box[1] + 130, box[2] - 110, box[3] - 140), (206, 208, 210), 18, 3)
    canvas.draw.rectangle((box[0] - 6, y - 6, box[0] + 50, y + 146), fill=(30, 31, 34))
    canvas.tint(
        lambda d: d.polygon(
            [(box[0] + 40, box[1] + 30), (box[0] + 240, box[1] + 20), (box[0] + 120, box[1] + 200)], fill=255
        ),
        30,
        0.25,
        WHITE,
    )


def _pleats(canvas: Canvas, box: Box, dirt: float) -> None:
    left, top, right, bottom = (round(edge) for edge in box)
    clean, grey = (236, 238, 240), (120, 112, 102)
    cloth = mix(clean, grey, dirt)
    for x in range(left, right - 20, 30):
        canvas.fall((x, top, x + 16, bottom), lit(cloth, 0.74), lit(cloth, 1.08), sideways=True)
        canvas.fall((x + 16, top, x + 30, bottom), lit(cloth, 1.08), lit(cloth, 0.74), sideways=True)
    for y in range(top + 70, bottom, 116):
        canvas.draw.line((left, y + 3, right, y + 3), fill=lit(cloth, 0.6), width=4)
        canvas.draw.line((left, y, right, y), fill=(206, 176, 130), width=5)
    if dirt:
        random = canvas.random

        def fluff(draw: ImageDraw) -> None:
            for _spot in range(90):
                x, y, size = (
                    random.gauss((left + right) / 2, 190),
                    random.gauss((top + bottom) / 2, 210),
                    random.uniform(8, 46),
                )
                draw.ellipse((x, y, x + size * 1.4, y + size), fill=random.randint(90, 255))

        canvas.tint(fluff, 14, 0.55, (70, 62, 54))
        canvas.texture(box, (2, 0.35), (16, 0.3))
    else:
        canvas.texture(box, (2, 0.1))
    canvas.draw.rectangle((left, top, right, bottom), outline=lit((202, 176, 136), 0.6), width=5)
    canvas.tint(lambda d: d.rectangle((left, top, right, top + 12), fill=255), 10, 0.3, BLACK)


def _dial(canvas: Canvas, x: float, y: float, colour: Colour, value: float) -> None:
    size = 236
    canvas.darken(lambda d: d.ellipse((x - size + 30, y - size + 36, x + size + 30, y + size + 36), fill=255), 34, 0.5)
    canvas.tube((x - 34, y + 200, x + 34, y + 300), (176, 152, 84), lift=6)
    draw = canvas.draw
    draw.ellipse((x - size, y - size, x + size, y + size), fill=lit(colour, 0.62))
    draw.ellipse((x - size + 10, y - size + 8, x + size - 14, y + size - 16), fill=colour)
    draw.ellipse(
        (x - size + 32, y - size + 32, x + size - 32, y + size - 32),
        fill=(244, 243, 236),
        outline=lit(colour, 0.5),
        width=5,
    )
    for mark in range(61):
        angle = pi * (0.75 + 1.5 * mark / 60)
        inner = 150 if mark % 10 == 0 else 168 if mark % 5 == 0 else 178
        draw.line(
            (x + inner * cos(angle), y + inner * sin(angle), x + 192 * cos(angle), y + 192 * sin(angle)),
            fill=(40, 42, 44),
            width=5 if mark % 10 == 0 else 2,
        )
    for start, end, tone in ((0.0, 0.3, (60, 130, 190)), (0.75, 1.0, (200, 60, 50))):
        draw.arc((x - 142, y - 142, x + 142, y + 142), 135 + 270 * start, 135 + 270 * end, fill=tone, width=16)
    angle = pi * (0.75 + 1.5 * value)
    canvas.darken(
        lambda d: d.line((x + 8, y + 10, x + 8 + 160 * cos(angle), y + 10 + 160 * sin(angle)), fill=255, width=9),
        6,
        0.4,
    )
    draw = canvas.draw
    draw.line(
        (x - 44 * cos(angle), y - 44 * sin(angle), x + 160 * cos(angle), y + 160 * sin(angle)),
        fill=(24, 25, 27),
        width=8,
    )
    draw.ellipse((x - 20, y - 20, x + 20, y + 20), fill=(60, 62, 64))
    canvas.tint(lambda d: d.pieslice((x - 190, y - 190, x + 190, y + 190), 185, 290, fill=255), 16, 0.22, WHITE)
