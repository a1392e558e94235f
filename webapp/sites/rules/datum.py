"""The coordinate systems of Chinese maps, converted exactly. Declared by people, never guessed."""

from collections.abc import Callable
from enum import StrEnum
from math import atan2, cos, fabs, hypot, pi, radians, sin, sqrt

Point = tuple[float, float]
"""(latitude, longitude) in degrees"""


class Datum(StrEnum):
    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def to_wgs84(lat: float, lng: float, datum: Datum | str) -> Point:
    """Convert a declared coordinate; exact to well under a centimetre."""
    if datum == Datum.BD09:
        lat, lng = _undo(_gcj_to_bd, lat, lng)
    if datum in (Datum.BD09, Datum.GCJ02):
        return _undo(_wgs_to_gcj, lat, lng)
    return lat, lng


def from_wgs84(lat: float, lng: float, datum: Datum | str) -> Point:
    """For links to other people's maps."""
    if datum in (Datum.BD09, Datum.GCJ02):
        lat, lng = _wgs_to_gcj(lat, lng)
    return _gcj_to_bd(lat, lng) if datum == Datum.BD09 else (lat, lng)


def _undo(forward: Callable[[float, float], Point], lat: float, lng: float, rounds: int = 3) -> Point:
    """Invert a smooth, small shift by iteration; three rounds leave 0.1 mm."""
    y, x = lat, lng
    for _ in range(rounds):
        y2, x2 = forward(y, x)
        y, x = y + lat - y2, x + lng - x2
    return y, x


def _wgs_to_gcj(lat: float, lng: float) -> Point:
    if not (72.004 <= lng <= 137.8347 and 0.8293 <= lat <= 55.8271):
        return lat, lng
    axis, ee = 6378245.0, 0.00669342162296594323
    x, y = lng - 105.0, lat - 35.0
    waves = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x)) + waves
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x)) + waves
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    magic = 1 - ee * sin(radians(lat)) ** 2
    north = north * 180 / (axis * (1 - ee) / (magic * sqrt(magic)) * pi)
    east = east * 180 / (axis / sqrt(magic) * cos(radians(lat)) * pi)
    return lat + north, lng + east


def _gcj_to_bd(lat: float, lng: float) -> Point:
    turn = pi * 3000 / 180
    far = hypot(lng, lat) + 0.00002 * sin(lat * turn)
    angle = atan2(lat, lng) + 0.000003 * cos(lng * turn)
    return far * sin(angle) + 0.006, far * cos(angle) + 0.0065
