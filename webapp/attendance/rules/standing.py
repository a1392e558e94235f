"""Where a day stands for the person who confirms it, and a tap as a picture; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import cos, hypot, radians
from typing import Literal
from zoneinfo import ZoneInfo

from webapp.attendance.rules.day import DayResult, is_clean
from webapp.schedules.rules import Expectation

Standing = Literal["done", "clean", "look", "missing", "later", "off"]
_DEGREE_M = 111_320
_HALF = 50.0


@dataclass(frozen=True, slots=True)
class FencePicture:
    """A square of 100: the store in the middle, north up. Lengths and places are in its units.

    corners: of a fence that is no circle, as an SVG polygon's points; its radius is 0 then.
    """

    radius: float
    x: float
    y: float
    accuracy: float
    corners: str = ""


def standing(day: DayResult | None, expected: Expectation, as_of: datetime, *, left: bool = False) -> Standing:
    """done: somebody said so. clean: may be confirmed with the others. look: one by one. missing: nothing came.

    `left`: something came after the word that its speaker still has to decide.
    """
    if day is not None and day.confirmed and not (left and day.confirmed == "present"):
        return "done"
    if day is not None and (day.first_in is not None or (day.undecided and day.status != "unheard")):
        return "clean" if is_clean(day) else "look"
    if not expected.scheduled or expected.come_by is None:
        return "off"
    due = expected.come_by + timedelta(minutes=expected.grace_minutes)
    return "missing" if as_of > due else "later"


def moment_of(at: time, work_date: date, zone: ZoneInfo, starts_at: datetime | None) -> datetime:
    """A time of day on a work date; one long before the shift belongs to the morning after."""
    moment = datetime.combine(work_date, at, zone)
    return moment + timedelta(days=1) if starts_at and moment < starts_at - timedelta(hours=6) else moment


def fence_picture(
    site: tuple[float, float],
    fix: tuple[float, float],
    radius_m: float,
    accuracy_m: float | None,
    corners: Sequence[tuple[float, float]] = (),
) -> FencePicture:
    """All in WGS-84 degrees. What lies far away is drawn at the edge, so that the fence stays visible."""
    ring = [_offset(site, corner) for corner in corners]
    reach = max((hypot(*corner) for corner in ring), default=radius_m)
    east, north = _offset(site, fix)
    blur, away = accuracy_m or 0.0, hypot(north, east)
    scale = max((_HALF - 2) / max(reach, away + blur, 1.0), 8 / reach)
    shrink = min(1.0, (_HALF - 4) / (away * scale)) if away else 1.0
    x, y = _HALF + east * scale * shrink, _HALF - north * scale * shrink
    circle = 0.0 if ring else radius_m * scale
    drawn = " ".join(f"{_HALF + a * scale:.1f},{_HALF - b * scale:.1f}" for a, b in ring)
    return FencePicture(round(circle, 1), round(x, 1), round(y, 1), round(min(blur * scale, _HALF), 1), drawn)


def _offset(site: tuple[float, float], place: tuple[float, float]) -> tuple[float, float]:
    """Metres east and north, the short way round."""
    east = ((place[1] - site[1] + 180) % 360 - 180) * _DEGREE_M * cos(radians(site[0]))
    return east, (place[0] - site[0]) * _DEGREE_M
