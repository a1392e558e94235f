"""What recent check-ins say about a site's position and radius."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.sites.rules.datum import Datum, Point, to_wgs84
from webapp.sites.rules.space import distance_m, roughly_m

CLUSTER_SIZE, CLUSTER_SPREAD_M = 5, 60


@dataclass(frozen=True, slots=True)
class Suspicion:
    """The site lies beside its own check-ins, but not when its numbers are read as another datum."""

    datum: Datum
    lat: float
    lng: float
    distance_now_m: float
    distance_then_m: float
    check_ins: int


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


def shares_inside(
    site: Point, fixes: Sequence[tuple[float, float, float]], radii: Sequence[int]
) -> list[tuple[int, int]]:
    """(radius, percent of `fixes` that lie surely inside it); fixes are (lat, lng, accuracy in metres)."""
    needed = [distance_m(site, (lat, lng)) + accuracy for lat, lng, accuracy in fixes]
    return [(radius, 100 * sum(metres <= radius for metres in needed) // max(1, len(needed))) for radius in radii]


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
