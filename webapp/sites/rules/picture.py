"""A fence as numbers for a picture: metres around the site, drawn by a template with attributes only."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from webapp.sites.rules.datum import Point

SIZE = 240


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels of a square of `size`; the site is in the middle, north is up. `outside` dots are off the edge.

    fence: the radius of the circle, 0 when `corners` are the fence.
    """

    size: int
    fence: float
    bar: float
    bar_m: int
    dots: tuple[tuple[float, float, float], ...]
    """(x, y, radius of the accuracy circle)"""
    outside: int
    corners: str = ""
    """As an SVG polygon's points."""


def picture(
    site: Point, radius_m: int, fixes: Sequence[tuple[float, float, float]] = (), polygon: Sequence[Point] = ()
) -> Picture:
    """`fixes` are (lat, lng, accuracy in metres); what lies beyond three times the fence's reach is only counted."""
    spots = [(*_offset(site, (lat, lng)), accuracy) for lat, lng, accuracy in fixes]
    ring = [_offset(site, corner) for corner in polygon]
    size = max((max(abs(x), abs(y)) for x, y in ring), default=float(radius_m))
    reach = 3.0 * size
    shown = [spot for spot in spots if max(abs(spot[0]), abs(spot[1])) <= reach]
    far = max([size * 1.25, *(max(abs(x), abs(y)) * 1.1 for x, y, _ in shown)])
    scale = SIZE / 2 / far
    dots = tuple((*_pixel(x, y, scale), round(min(accuracy, reach) * scale, 1)) for x, y, accuracy in shown)
    bar_m = next(metres for metres in (1000, 500, 200, 100, 50, 20, 10) if metres <= far)
    fence = 0.0 if polygon else round(radius_m * scale, 1)
    corners = " ".join("{},{}".format(*_pixel(x, y, scale)) for x, y in ring)
    return Picture(SIZE, fence, round(bar_m * scale, 1), bar_m, dots, len(spots) - len(shown), corners)


def _pixel(x: float, y: float, scale: float) -> tuple[float, float]:
    return round(SIZE / 2 + x * scale, 1), round(SIZE / 2 - y * scale, 1)


def _offset(site: Point, place: Point) -> tuple[float, float]:
    """Metres east and north of the site, the short way round."""
    east = ((place[1] - site[1] + 180) % 360 - 180) * 111_320 * cos(radians(site[0]))
    return east, (place[0] - site[0]) * 110_574
