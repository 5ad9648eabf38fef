"""Columns of a chart as shapes, for the template that draws them: it places, and computes nothing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10

from sercom.core import formats

WIDTH, HEIGHT = 720.0, 240.0
LEFT, TOP, BOTTOM = 60.0, 12.0, 30.0
#: Part of a month's place that its column fills.
FILLED = 0.62
LABELS = 12
TICKS = 4
STEPS = (1, 2, 2.5, 5, 10)
THOUSAND = 1000


@dataclass(frozen=True)
class Piece:
    """What stands on a column: its value, its tone, what is said when it is pointed at."""

    value: Decimal
    tone: str
    title: str


@dataclass(frozen=True)
class Bar:
    """A rectangle of the drawing."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    title: str


@dataclass(frozen=True)
class Mark:
    """A text at a place of the drawing."""

    at: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A drawing of ``width`` × ``height`` units."""

    bars: list[Bar]
    ticks: list[Mark]
    labels: list[Mark]
    zero: float
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT


def in_dollars(value: float) -> str:
    """A round amount, short: ``12 k$``, ``$12k``."""
    thousands = abs(value) >= THOUSAND
    text = formats.number(Decimal(str(value / THOUSAND if thousands else value)))
    if formats.in_french():
        return f"{text}{formats.NBSP}{'k' if thousands else ''}$"
    return f"${text}{'k' if thousands else ''}".replace("$-", "-$")


def in_number(value: float) -> str:
    """A round number."""
    return formats.number(Decimal(str(value)))


def columns(months: Sequence[tuple[str, Iterable[Piece]]], say: Callable[[float], str]) -> Chart | None:
    """A column for each month, its pieces one on the other; ``None`` where there is nothing to show."""
    stacks = [(label, list(pieces)) for label, pieces in months]
    tops = [float(sum(max(piece.value, Decimal(0)) for piece in pieces)) for _label, pieces in stacks]
    feet = [float(sum(min(piece.value, Decimal(0)) for piece in pieces)) for _label, pieces in stacks]
    if not any(tops) and not any(feet):
        return None
    step = _step(max(tops, default=0.0) - min(feet, default=0.0))
    low, high = floor(min(*feet, 0.0) / step), ceil(max(*tops, 0.0) / step)
    scale = (HEIGHT - TOP - BOTTOM) / ((high - low) * step)
    zero = TOP + high * step * scale
    place = (WIDTH - LEFT) / len(stacks)
    bars: list[Bar] = []
    for number, (_label, pieces) in enumerate(stacks):
        x, up, down = LEFT + place * (number + (1 - FILLED) / 2), zero, zero
        for piece in pieces:
            height = abs(float(piece.value)) * scale
            up -= height if piece.value > 0 else 0
            bars.append(Bar(x, up if piece.value > 0 else down, place * FILLED, height, piece.tone, piece.title))
            down += height if piece.value < 0 else 0
    every = ceil(len(stacks) / LABELS)
    labels = [Mark(LEFT + place * (number + 0.5), label) for number, (label, _p) in enumerate(stacks)][::every]
    ticks = [Mark(zero - tick * step * scale, say(tick * step)) for tick in range(low, high + 1)]
    return Chart(bars, ticks, labels, zero)


def _step(span: float) -> float:
    """A round distance between two ticks: few enough to be read; whole from one on."""
    rough = span / TICKS
    power = 10.0 ** floor(log10(rough))
    step = next(step * power for step in STEPS if step * power >= rough)
    return max(step, 1.0) if span > 1 else step
