"""Was the phone at the site? Three verdicts, each with a stable reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Literal

from webapp.sites.rules import Point, distance_m, edge_m

WORST_ACCURACY_M = 200
ACCEPTED_ACCURACY_M = 1000
FIX_AGE = timedelta(seconds=120)
NO_FIX = ("denied", "declined", "unavailable", "timeout", "unsupported")


@dataclass(frozen=True, slots=True)
class Fix:
    """What the phone said about where it is: WGS-84 degrees, metres, and the phone's time of the fix."""

    lat: float
    lng: float
    accuracy_m: float | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Fence:
    """A circle around the site's point or, with corners, the area they enclose."""

    lat: float
    lng: float
    radius_m: int
    polygon: Sequence[Point] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """distance_m: from the site's point; where the fence has corners, from the area they enclose, 0 within it.

    possible: uncertain, but the phone measured where it was, and that may well be inside.
    """

    verdict: Literal["inside", "uncertain", "outside"]
    reason: str
    distance_m: float | None = None
    possible: bool = False


def judge(
    fix: Fix | None,
    fence: Fence | None,
    *,
    tapped_at: datetime,
    counted_at: datetime | None = None,
    no_fix: str | None = None,
) -> Judgement:
    """Inside when distance + accuracy <= radius, outside when distance - accuracy > radius, else uncertain.

    For corners the same with the distance to the edge: negative inside, and a radius of 0.
    Whatever keeps us from measuring is uncertain with its own reason; a person decides those.
    """
    if fix is None:
        return Judgement("uncertain", f"no_fix_{no_fix}" if no_fix in NO_FIX else "no_fix_unavailable")
    if (fix.lat, fix.lng) == (0, 0):
        return Judgement("uncertain", "zero_position")
    if not (abs(fix.lat) <= 90 and abs(fix.lng) <= 180):
        return Judgement("uncertain", "bad_position")
    if fence is None:
        return Judgement("uncertain", "no_site_location")
    here, reach = (fix.lat, fix.lng), 0 if fence.polygon else fence.radius_m
    away = edge_m(here, fence.polygon) if fence.polygon else distance_m(here, (fence.lat, fence.lng))
    told, accuracy = max(0.0, away), fix.accuracy_m or 0.0
    if doubt := _doubt(fix, (tapped_at, counted_at or tapped_at)):
        possible = doubt == "weak_signal" and accuracy <= ACCEPTED_ACCURACY_M and away - accuracy <= reach
        return Judgement("uncertain", doubt, told, possible)
    verdict, reason = _verdict(away, accuracy, reach)
    return Judgement(verdict, reason, told, verdict == "uncertain")


def _doubt(fix: Fix, moments: tuple[datetime, datetime]) -> str | None:
    accuracy = fix.accuracy_m
    if accuracy is None or not isfinite(accuracy) or accuracy <= 0:
        return "no_accuracy"
    if accuracy > WORST_ACCURACY_M:
        return "weak_signal"
    if fix.at is None:
        return "fix_undated"
    age = min((moment - fix.at for moment in moments), key=abs)
    if age > FIX_AGE:
        return "fix_old"
    return "fix_ahead" if age < -FIX_AGE else None


def _verdict(away: float, accuracy: float, reach: int) -> tuple[Literal["inside", "uncertain", "outside"], str]:
    if away + accuracy <= reach:
        return "inside", "in_range"
    return ("outside", "too_far") if away - accuracy > reach else ("uncertain", "at_the_edge")
