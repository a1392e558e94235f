"""Coordinates, fences and distances; pure. Degrees are WGS-84 unless a datum is named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import asin, atan2, cos, fabs, hypot, isfinite, pi, radians, sin, sqrt

from geopy.distance import geodesic

from webapp.core.errors import N_, Invalid, words

RADIUS_MIN, RADIUS_MAX, RADIUS_DEFAULT = 30, 2000, 150
CLUSTER_SIZE, CLUSTER_SPREAD_M = 5, 60
ROUGHEST_PROPOSAL_M = 200
Point = tuple[float, float]
"""(latitude, longitude)"""


class Datum(StrEnum):
    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """One site as a check-in needs it; lat and lng are both None until somebody placed it."""

    site_id: int
    branch_id: int
    code: str
    name: str
    address: str
    lat: float | None
    lng: float | None
    radius_m: int
    fence_version: int
    store_type_id: int

    @property
    def placed(self) -> bool:
        return self.lat is not None


@dataclass(frozen=True, slots=True)
class SiteFields:
    """What the office writes about a site; `place` is in `datum`, None when nobody knows it yet."""

    code: str
    name: str
    store_type_id: int
    place: Point | None
    datum: Datum
    radius_m: int = RADIUS_DEFAULT
    brand: str = ""
    address: str = ""
    supervisors: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """A site and how far it is from where somebody stands."""

    site_id: int
    name: str
    address: str
    distance_m: float
    radius_m: int
    lat: float
    lng: float
    store_type_id: int


@dataclass(frozen=True, slots=True)
class Box:
    south: float
    north: float
    west: float
    east: float

    def holds(self, lat: float, lng: float) -> bool:
        return self.south <= lat <= self.north and self.west <= lng <= self.east


@dataclass(frozen=True, slots=True)
class Suspicion:
    """The site lies beside its own check-ins, but not when its numbers are read as another datum."""

    datum: Datum
    lat: float
    lng: float
    distance_now_m: float
    distance_then_m: float
    check_ins: int


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


def distance_m(a: Point, b: Point) -> float:
    return geodesic(a, b).meters


def degrees(text: object, *, field: str, limit: int) -> float:
    """A latitude (limit 90) or longitude (limit 180) as typed. Raises Invalid naming the field."""
    written = str(text).strip()
    if "," in written:
        raise Invalid("degrees_comma", field)
    try:
        value = float(written) if written.isascii() and "_" not in written else float("nan")
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise Invalid("not_degrees", field)
    if fabs(value) > limit:
        raise Invalid("degrees_range", field, limit=limit)
    return value


def position(lat: object, lng: object) -> Point | None:
    """Both coordinates as typed, or None when both are empty. Raises Invalid: half a position, 0,0, nonsense."""
    empty = [value is None or str(value).strip() == "" for value in (lat, lng)]
    if all(empty):
        return None
    if any(empty):
        raise Invalid("position_half", "lat" if empty[0] else "lng")
    place = degrees(lat, field="lat", limit=90), degrees(lng, field="lng", limit=180)
    if place == (0, 0):
        raise Invalid("position_zero", "lat")
    return place


def radius(metres: int) -> int:
    """Raises Invalid outside 30-2000 m."""
    if not RADIUS_MIN <= metres <= RADIUS_MAX:
        raise Invalid("radius_bounds", "radius_m", low=RADIUS_MIN, high=RADIUS_MAX)
    return metres


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


def roughly_m(a: Point, b: Point) -> float:
    """Distance on a sphere: at most 0.6 % wrong and 200 times cheaper, to choose what to measure."""
    (lat1, lng1), (lat2, lng2) = a, b
    s = sin(radians(lat2 - lat1) / 2) ** 2
    t = sin(radians(lng2 - lng1) / 2) ** 2
    return 12_742_018 * asin(min(1.0, sqrt(s + cos(radians(lat1)) * cos(radians(lat2)) * t)))


def nearest(here: Point, places: Sequence[Point], limit: int) -> list[tuple[float, int]]:
    """(metres, index) of the nearest `limit` places by geodesic, ties by index; measures only the few in question."""
    rough = sorted((roughly_m(here, place), index) for index, place in enumerate(places))
    if not rough:
        return []
    reach = rough[min(limit, len(rough)) - 1][0] * 1.02 + 1
    return sorted((distance_m(here, places[index]), index) for far, index in rough if far <= reach)[:limit]


def wrong_datum(site: Point, radius_m: int, check_ins: Sequence[Point]) -> Suspicion | None:
    """Was this position probably entered in GCJ-02 (or BD-09)? `check_ins` are recent WGS-84 positions there.

    Yes when enough check-ins cluster tightly outside the fence, and inside it once the site is converted.
    """
    if len(check_ins) < CLUSTER_SIZE:
        return None
    centre = (_median([lat for lat, _ in check_ins]), _median([lng for _, lng in check_ins]))
    close = [place for place in check_ins if roughly_m(centre, place) <= CLUSTER_SPREAD_M]
    now = distance_m(site, centre)
    if len(close) < CLUSTER_SIZE or len(close) * 2 < len(check_ins) or now <= radius_m:
        return None
    for datum in (Datum.GCJ02, Datum.BD09):
        moved = to_wgs84(*site, datum)
        then = distance_m(moved, centre)
        if then <= radius_m and then < now / 2:
            return Suspicion(datum, *moved, now, then, len(close))
    return None


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


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


words(
    {
        "degrees_comma": N_("Write the decimals with a point, for example 31.2304."),
        "not_degrees": N_("Write degrees as a number, for example 31.2304."),
        "degrees_range": N_("Degrees must lie between −%(limit)s and %(limit)s."),
        "position_half": N_("Give both latitude and longitude, or leave both empty."),
        "position_zero": N_("0, 0 is a point in the ocean. Leave both empty when the position is not known."),
        "radius_bounds": N_("The radius must be from %(low)s to %(high)s metres."),
        "datum_wgs84": N_("WGS-84 (GPS, phones)"),
        "datum_gcj02": N_("GCJ-02 (Amap, Tencent)"),
        "datum_bd09": N_("BD-09 (Baidu)"),
        "site_code_taken": N_("Another site of this branch has the code %(taken)s."),
        "store_type_code_taken": N_("Another store type of this branch has the code %(taken)s."),
        "site_placed": N_("This site has a position already."),
        "fix_too_rough": N_("Your position is only known to ±%(metres)s m. Step outside and try again."),
        "proposal_decided": N_("%(name)s has decided this already."),
        "proposal_own": N_("Somebody else has to decide about what you proposed."),
        "reason_needed": N_("Say why."),
    }
)
