"""Photos for the demo, drawn by the program: what a technician's telephone sees on site."""

from collections.abc import Callable
from random import Random

from sercom.demo.pictures import cellar, outdoors, panel, rooms, tools

MOTIFS: dict[str, Callable[[Random], bytes]] = {
    "summer": outdoors.summer,
    "winter": outdoors.winter,
    "panel": panel.panel,
    "furnace": cellar.furnace,
    "water_heater": cellar.water_heater,
    "drain": cellar.drain,
    "gauges": tools.gauges,
    "thermostat": rooms.thermostat,
    "wall_unit": rooms.wall_unit,
    "tape": tools.tape,
    "filters": tools.filters,
}


def draw(motif: str, number: int) -> bytes:
    """A JPEG of ``motif``; another ``number`` is another place, the same one is the same photo."""
    return MOTIFS[motif](Random(number))  # noqa: S311  # a drawing, not a secret


def picture(number: int) -> bytes:
    """A JPEG of one of the motifs."""
    return draw(list(MOTIFS)[number % len(MOTIFS)], number)
