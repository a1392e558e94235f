"""A fence with corners, for campuses and malls; pure. In flat metres, exact enough within some kilometres."""

from collections.abc import Sequence
from itertools import combinations
from math import atan2, cos, fabs, hypot, inf, radians, sin, sqrt

from webapp.core.errors import N_, Invalid, words
from webapp.sites.rules.datum import Datum, Point, from_wgs84, to_wgs84
from webapp.sites.rules.space import distance_m, nearest

Polygon = tuple[Point, ...]
"""Corners in order, either way round, the first not repeated; () when the fence is a circle."""

FEWEST, MOST = 3, 100
REACH_M = 3000
"""No corner lies further from the site's own point."""
BESIDE_M = 200
"""How far outside the area the site's own point may lie, such as at the gate."""
SMALLEST_M2 = 400
_FAR_M = 5000
_CLOSE = 0.01
_DIGITS = 7
_SAME = 3e-7
_Flat = tuple[float, float]


def outline(corners: Sequence[Point], place: Point | None) -> Polygon:
    """WGS-84 corners as a fence of a site at `place`. Raises Invalid with what is wrong with them."""
    if not corners:
        return ()
    if place is None:
        raise Invalid("outline_without_place", "polygon")
    ring = _distinct([(round(lat, _DIGITS), round(lng, _DIGITS)) for lat, lng in corners])
    if not FEWEST <= len(ring) <= MOST:
        raise Invalid("outline_corners", "polygon", low=FEWEST, high=MOST, count=len(ring))
    _check_shape(flat(place, ring))
    return tuple(ring)


def edge_m(here: Point, polygon: Sequence[Point]) -> float:
    """Metres from a point to the edge, negative inside. Far away it is the distance to the nearest corner."""
    away = _signed((0.0, 0.0), [_flat(here, corner) for corner in polygon])
    return nearest(here, polygon, 1)[0][0] if away > _FAR_M else away


def in_datum(polygon: Sequence[Point], datum: Datum | str) -> Polygon:
    """The corners as another coordinate system writes them, for showing what was typed."""
    there = (from_wgs84(lat, lng, datum) for lat, lng in polygon)
    return tuple((round(lat, _DIGITS), round(lng, _DIGITS)) for lat, lng in there)


def offsets(place: Point, polygon: Sequence[Point]) -> str:
    """Corners for a phone's advice, short: "lat,lng lat,lng" in 1e-5 degrees from the site's point."""
    pairs = ((round((lat - place[0]) * 1e5), round(((lng - place[1] + 180) % 360 - 180) * 1e5)) for lat, lng in polygon)
    return " ".join(f"{north},{east}" for north, east in pairs)


def from_datum(corners: Sequence[Point], datum: Datum | str) -> Polygon:
    return tuple(to_wgs84(lat, lng, datum) for lat, lng in corners)


def is_same(a: Sequence[Point], b: Sequence[Point]) -> bool:
    """The same corners but for what converting and rounding leave."""
    return len(a) == len(b) and all(
        fabs(one[0] - two[0]) <= _SAME and fabs(one[1] - two[1]) <= _SAME for one, two in zip(a, b, strict=True)
    )


def extent_m(place: Point, polygon: Sequence[Point]) -> float:
    """From the site's point to the furthest corner."""
    return max(distance_m(place, corner) for corner in polygon)


def flat(origin: Point, polygon: Sequence[Point]) -> list[_Flat]:
    """(metres east, metres north) of the origin."""
    return [_flat(origin, corner) for corner in polygon]


def _check_shape(ring: Sequence[_Flat]) -> None:
    """Metres around the site's own point."""
    far = next((number for number, corner in enumerate(ring, 1) if hypot(*corner) > REACH_M), None)
    if far is not None:
        raise Invalid("outline_far", "polygon", number=far, limit=REACH_M)
    if crossing := _crossing(ring):
        raise Invalid("outline_crosses", "polygon", first=crossing[0] + 1, second=crossing[1] + 1)
    if fabs(_area(ring)) < SMALLEST_M2:
        raise Invalid("outline_small", "polygon", limit=SMALLEST_M2)
    if _signed((0.0, 0.0), ring) > BESIDE_M:
        raise Invalid("outline_elsewhere", "polygon", limit=BESIDE_M)


def _flat(origin: Point, place: Point) -> _Flat:
    """On the ellipsoid's tangent plane, the short way round the antimeridian."""
    middle = radians((origin[0] + place[0]) / 2)
    curve = 1 - 0.00669437999014 * sin(middle) ** 2
    north = 6378137.0 * (1 - 0.00669437999014) / (curve * sqrt(curve))
    east = 6378137.0 / sqrt(curve) * cos(middle)
    turn = (place[1] - origin[1] + 180) % 360 - 180
    return radians(turn) * east, radians(place[0] - origin[0]) * north


def _signed(here: _Flat, ring: Sequence[_Flat]) -> float:
    nearest_m, inside = inf, False
    x, y = here
    for (x1, y1), (x2, y2) in _edges(ring):
        nearest_m = min(nearest_m, _to_segment(here, (x1, y1), (x2, y2)))
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return -nearest_m if inside else nearest_m


def _edges(ring: Sequence[_Flat]) -> list[tuple[_Flat, _Flat]]:
    return list(zip(ring, [*ring[1:], ring[0]], strict=True))


def _to_segment(here: _Flat, a: _Flat, b: _Flat) -> float:
    east, north = b[0] - a[0], b[1] - a[1]
    length = east * east + north * north
    along = ((here[0] - a[0]) * east + (here[1] - a[1]) * north) / length if length else 0.0
    along = min(1.0, max(0.0, along))
    return hypot(here[0] - a[0] - along * east, here[1] - a[1] - along * north)


def _area(ring: Sequence[_Flat]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in _edges(ring)) / 2


def _crossing(ring: Sequence[_Flat]) -> tuple[int, int] | None:
    """Two edges that meet where they should not, by the index of their first corners."""
    edges = _edges(ring)
    for (i, one), (j, two) in combinations(enumerate(edges), 2):
        if j == i + 1 or (i == 0 and j == len(edges) - 1):
            if _folds_back(one, two) if j == i + 1 else _folds_back(two, one):
                return i, j
        elif _meet(one, two):
            return i, j
    return None


def _folds_back(one: tuple[_Flat, _Flat], two: tuple[_Flat, _Flat]) -> bool:
    """An edge that runs back along the one before it: a spike without any area."""
    before = atan2(one[0][1] - one[1][1], one[0][0] - one[1][0])
    after = atan2(two[1][1] - two[0][1], two[1][0] - two[0][0])
    return hypot(sin(before - after), 1 - cos(before - after)) < 1e-6


def _meet(one: tuple[_Flat, _Flat], two: tuple[_Flat, _Flat]) -> bool:
    """Do they cross, or touch within a centimetre?"""
    (a, b), (c, d) = one, two
    if _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0:
        return True
    ends = ((a, c, d), (b, c, d), (c, a, b), (d, a, b))
    return min(_to_segment(*end) for end in ends) <= _CLOSE


def _side(a: _Flat, b: _Flat, c: _Flat) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _distinct(ring: Sequence[Point]) -> list[Point]:
    """Without a corner that is said twice in a row, and without the first one again at the end."""
    kept = [corner for index, corner in enumerate(ring) if index == 0 or corner != ring[index - 1]]
    while len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    return kept


words(
    {
        "outline_without_place": N_("Give the site's position first, then its outline."),
        "outline_corners": N_("An outline has %(low)s to %(high)s corners; this one has %(count)s."),
        "outline_far": N_("Corner %(number)s lies more than %(limit)s m from the site. Look at its numbers again."),
        "outline_crosses": N_(
            "The edge after corner %(first)s meets the edge after corner %(second)s. Give the corners in walking order."
        ),
        "outline_small": N_("This outline holds less than %(limit)s m². Use a radius for a place this small."),
        "outline_elsewhere": N_("The site's position lies more than %(limit)s m outside this outline. One is wrong."),
    }
)
