"""Distances and boxes on the earth; WGS-84 degrees."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, cos, fabs, radians, sin, sqrt

from geopy.distance import geodesic

from webapp.sites.rules.datum import Point


@dataclass(frozen=True, slots=True)
class Box:
    south: float
    north: float
    west: float
    east: float

    def holds(self, lat: float, lng: float) -> bool:
        return self.south <= lat <= self.north and self.west <= lng <= self.east


def distance_m(a: Point, b: Point) -> float:
    return geodesic(a, b).meters


def roughly_m(a: Point, b: Point) -> float:
    """Distance on a sphere: at most 0.6 % wrong and 200 times cheaper, to choose what to measure."""
    (lat1, lng1), (lat2, lng2) = a, b
    s = sin(radians(lat2 - lat1) / 2) ** 2
    t = sin(radians(lng2 - lng1) / 2) ** 2
    return 12_742_018 * asin(min(1.0, sqrt(s + cos(radians(lat1)) * cos(radians(lat2)) * t)))


def boxes(lat: float, lng: float, metres: float) -> tuple[Box, ...]:
    """Latitude/longitude boxes that hold every point within `metres`: two across the antimeridian."""
    up = metres / 110_500
    south, north = lat - up, lat + up
    if north >= 90 or south <= -90:
        return (Box(max(south, -90), min(north, 90), -180, 180),)
    aside = metres / (111_300 * cos(radians(max(fabs(south), fabs(north)))))
    west, east = lng - aside, lng + aside
    if aside >= 180:
        return (Box(south, north, -180, 180),)
    if west < -180:
        return (Box(south, north, west + 360, 180), Box(south, north, -180, east))
    if east > 180:
        return (Box(south, north, west, 180), Box(south, north, -180, east - 360))
    return (Box(south, north, west, east),)


def nearest(here: Point, places: Sequence[Point], limit: int) -> list[tuple[float, int]]:
    """(metres, index) of the nearest `limit` places by geodesic, ties by index; measures only the few in question."""
    rough = sorted((roughly_m(here, place), index) for index, place in enumerate(places))
    if not rough:
        return []
    reach = rough[min(limit, len(rough)) - 1][0] * 1.02 + 1
    return sorted((distance_m(here, places[index]), index) for far, index in rough if far <= reach)[:limit]
