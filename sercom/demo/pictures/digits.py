"""Digits of a display or of a scale, by their seven strokes."""

#: Top, upper left, upper right, middle, lower left, lower right, bottom.
STROKES = {
    "0": "1110111",
    "1": "0010010",
    "2": "1011101",
    "3": "1011011",
    "4": "0111010",
    "5": "1101011",
    "6": "1101111",
    "7": "1010010",
    "8": "1111111",
    "9": "1111011",
}

Stroke = tuple[float, float, float, float]


def figure(digit: str, left: float, top: float, wide: float, high: float) -> list[Stroke]:
    """The strokes of ``digit`` in a box."""
    right, middle, bottom = left + wide, top + high / 2, top + high
    places = (
        (left, top, right, top),
        (left, top, left, middle),
        (right, top, right, middle),
        (left, middle, right, middle),
        (left, middle, left, bottom),
        (right, middle, right, bottom),
        (left, bottom, right, bottom),
    )
    return [place for place, drawn in zip(places, STROKES[digit], strict=True) if drawn == "1"]
