"""A fence as numbers for a picture: metres around the site, drawn by a template with attributes only."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from webapp.sites.rules.datum import Point

SIZE = 240


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels of a square of `size`; the site is in the middle, north is up. `outside` dots are off the edge."""

    size: int
    fence: float
    bar: float
    bar_m: int
    dots: tuple[tuple[float, float, float], ...]
    """(x, y, radius of the accuracy circle)"""
    outside: int


def picture(site: Point, radius_m: int, fixes: Sequence[tuple[float, float, float]] = ()) -> Picture:
    """`fixes` are (lat, lng, accuracy in metres); what lies beyond three radii is only counted."""
    spots = [(_east(site, lng), (lat - site[0]) * 110_574, accuracy) for lat, lng, accuracy in fixes]
    reach = 3.0 * radius_m
    shown = [spot for spot in spots if max(abs(spot[0]), abs(spot[1])) <= reach]
    far = max([radius_m * 1.25, *(max(abs(x), abs(y)) * 1.1 for x, y, _ in shown)])
    scale = SIZE / 2 / far
    dots = tuple(
        (round(SIZE / 2 + x * scale, 1), round(SIZE / 2 - y * scale, 1), round(min(accuracy, reach) * scale, 1))
        for x, y, accuracy in shown
    )
    bar_m = next(metres for metres in (1000, 500, 200, 100, 50, 20, 10) if metres <= far)
    return Picture(SIZE, round(radius_m * scale, 1), round(bar_m * scale, 1), bar_m, dots, len(spots) - len(shown))


def _east(site: Point, lng: float) -> float:
    """Metres east of the site, the short way round."""
    return ((lng - site[1] + 180) % 360 - 180) * 111_320 * cos(radians(site[0]))
