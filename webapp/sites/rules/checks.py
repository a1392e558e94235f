"""What recent check-ins say about a site's position and radius."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.sites.rules.datum import Datum, Point, to_wgs84
from webapp.sites.rules.polygon import edge_m
from webapp.sites.rules.space import distance_m, roughly_m

CLUSTER_SIZE, CLUSTER_SPREAD_M = 5, 60
CANDIDATES = (50, 80, 100, 150, 200, 300, 500)
ENOUGH, MOST_PERCENT = 20, 90


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


@dataclass(frozen=True, slots=True)
class RadiusHelp:
    """How well fences would have fitted recent check-ins; percents are of those surely inside."""

    check_ins: int
    now: int
    """Percent inside the fence as it is."""
    shares: tuple[tuple[int, int], ...]
    """(radius, percent) of candidates, the site's own radius among them; () for an outline."""
    suggested: int | None
    """The smallest candidate that holds most of them, when there are enough check-ins and it is another one."""

    @property
    def few(self) -> bool:
        return self.check_ins < ENOUGH

    @property
    def suggested_share(self) -> int:
        return dict(self.shares).get(self.suggested or 0, 0)

    @property
    def best(self) -> int:
        """What the largest candidate would hold."""
        return max((share for _, share in self.shares), default=self.now)


def radius_help(
    site: Point,
    radius_m: int,
    fixes: Sequence[tuple[float, float, float]],
    *,
    bounds: tuple[int, int],
    polygon: Sequence[Point] = (),
) -> RadiusHelp:
    """`fixes` are (lat, lng, accuracy in metres) of recent check-ins; `bounds` what the branch allows."""
    count = len(fixes)
    if polygon:
        inside = sum(edge_m((lat, lng), polygon) + accuracy <= 0 for lat, lng, accuracy in fixes)
        return RadiusHelp(count, 100 * inside // max(1, count), (), None)
    low, high = bounds
    radii = sorted({radius for radius in CANDIDATES if low <= radius <= high} | {radius_m})
    shares = shares_inside(site, fixes, radii)
    good = [radius for radius, share in shares if share >= MOST_PERCENT and low <= radius <= high]
    wanted = good[0] if good and count >= ENOUGH else None
    return RadiusHelp(count, dict(shares)[radius_m], tuple(shares), None if wanted == radius_m else wanted)


def shares_inside(
    site: Point, fixes: Sequence[tuple[float, float, float]], radii: Sequence[int]
) -> list[tuple[int, int]]:
    """(radius, percent of `fixes` that lie surely inside it); fixes are (lat, lng, accuracy in metres)."""
    needed = [distance_m(site, (lat, lng)) + accuracy for lat, lng, accuracy in fixes]
    return [(radius, 100 * sum(metres <= radius for metres in needed) // max(1, len(needed))) for radius in radii]


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
