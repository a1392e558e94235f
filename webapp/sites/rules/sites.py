"""What a site is, and what people may write about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import fabs, isfinite

from webapp.core.errors import N_, Invalid, words
from webapp.sites.rules.datum import Datum, Point
from webapp.sites.rules.policy import DEFAULT_POLICY, FencePolicy

RADIUS_MIN, RADIUS_MAX, RADIUS_DEFAULT = 30, 2000, 150
ROUGHEST_PROPOSAL_M = 200
_TWO_NUMBERS = re.compile(r"^\s*([+-]?\d{1,3}\.\d+)\s*[,，;\s]\s*([+-]?\d{1,3}\.\d+)\s*$", re.ASCII)


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """One site as a check-in needs it; lat and lng are both None until somebody placed it.

    polygon: [[lat, lng], …] of a site whose area is no circle.
    """

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
    polygon: Sequence[Sequence[float]] | None = None
    policy: FencePolicy = DEFAULT_POLICY
    shows_code: bool = False

    @property
    def placed(self) -> bool:
        return self.lat is not None


@dataclass(frozen=True, slots=True)
class SiteFields:
    """What the office writes about a site; `place` and `polygon` are in `datum`, None and () when there is none."""

    code: str
    name: str
    store_type_id: int
    place: Point | None
    datum: Datum
    radius_m: int = RADIUS_DEFAULT
    brand: str = ""
    address: str = ""
    supervisors: tuple[int, ...] = ()
    polygon: tuple[Point, ...] = ()


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


def pasted(lat: str, lng: str) -> tuple[str, str]:
    """Two numbers pasted into the first field ("31.2304, 121.4737") go to both; over 90 it is the longitude."""
    two = _TWO_NUMBERS.match(lat) if not lng.strip() else None
    if two is None:
        return lat, lng
    first, second = two.groups()
    return (second, first) if fabs(float(first)) > 90 else (first, second)


def short(text: str, field: str, limit: int) -> str:
    """Raises Invalid when there are more than `limit` characters."""
    if len(text) > limit:
        raise Invalid("too_long", field, limit=limit)
    return text


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


def radius(metres: int, policy: FencePolicy = DEFAULT_POLICY) -> int:
    """Raises Invalid outside what the policy allows, which is never outside 30-2000 m."""
    low, high = max(RADIUS_MIN, policy.radius_min), min(RADIUS_MAX, policy.radius_max)
    if not low <= metres <= high:
        raise Invalid("radius_bounds", "radius_m", low=low, high=high)
    return metres


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
        "position_needed": N_("No position came with it. Turn on location, stand at the store and try again."),
        "proposal_decided": N_("%(name)s has decided this already."),
        "proposal_own": N_("Somebody else has to decide about what you proposed."),
        "proposal_reason_needed": N_("Say why."),
    }
)
