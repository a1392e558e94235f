"""What every wallet must hold after the replay, computed plainly; imports nothing of the product.

Shift 09:00-18:00 in Asia/Shanghai, Monday to Friday, 20 minutes of grace. Allowance 100.00: all within the grace,
70 % to 60 minutes late (90 % to 15 is inside the grace here), nothing beyond; it waits while an earlier check-in
could still decide it. 50.00 for a stay of ten minutes that was inside, first per place and day, at most four.
50.00 for every tenth scheduled day in a row without late, early or missing departure. Nobody decides anything.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.acceptance.beijing import ACCURACY_M, Tap, Tracks, metres

ZONE = ZoneInfo("Asia/Shanghai")
GRACE, MARGIN = 20, timedelta(hours=4)
MINUTE = timedelta(minutes=1)


@dataclass
class Day:
    ins: list[tuple[datetime, str]] = field(default_factory=list)
    outs: list[datetime] = field(default_factory=list)
    outs_too_late: list[datetime] = field(default_factory=list)
    stays: list[tuple[datetime, datetime | None, str, str]] = field(default_factory=list)


@dataclass
class Expected:
    verdicts: Counter[str]
    stay_verdicts: Counter[str]
    cents: dict[str, int]
    allowance: int
    visits: int
    streaks: int


def expected(tracks: Tracks, taps: list[Tap], first: date, last: date) -> Expected:
    verdicts, stay_verdicts = Counter(), Counter()
    days: dict[tuple[str, date], Day] = defaultdict(Day)
    arrivals: dict[int, tuple[Day, datetime, str, date]] = {}
    for tap in taps:
        verdict = judge(tracks, tap)
        if tap.kind == "in":
            on = tap.at.astimezone(ZONE).date()
            day = days[tap.fix.person, on]
            day.ins.append((tap.at, verdict))
            (verdicts if tap.stay is None else stay_verdicts)[verdict] += 1
            if tap.stay is not None:
                arrivals[tap.stay] = (day, tap.at, verdict, on)
        else:
            day, arrived, verdict, on = arrivals[tap.stay]
            in_time = tap.at < over(on)
            (day.outs if in_time else day.outs_too_late).append(tap.at)
            day.stays.append((arrived, tap.at if in_time else None, tap.site, verdict))
    people = {person for person, *_ in tracks.stays}
    parts = {person: worth(person, days, first, last) for person in people}
    sums = [sum(part[i] for part in parts.values()) for i in range(3)]
    return Expected(verdicts, stay_verdicts, {person: sum(part) for person, part in parts.items()}, *sums)


def judge(tracks: Tracks, tap: Tap) -> str:
    place = tracks.places[tap.site]
    away = metres(tap.fix.lat, tap.fix.lng, place.lat, place.lng)
    if abs((tap.at - tap.fix.at).total_seconds()) > 120:
        return "uncertain"
    if away + ACCURACY_M <= place.radius_m:
        return "inside"
    return "outside" if away - ACCURACY_M > place.radius_m else "uncertain"


def over(on: date) -> datetime:
    if on.isoweekday() <= 5:
        return datetime.combine(on, time(18), ZONE) + MARGIN
    return datetime.combine(on + timedelta(days=1), time(0), ZONE)


def worth(person: str, days: dict[tuple[str, date], Day], first: date, last: date) -> tuple[int, int, int]:
    allowance = visits = streaks = run = 0
    on = first
    while on <= last:
        day = days.get((person, on), Day())
        visits += 5000 * min(4, len(effective(day)))
        if on.isoweekday() <= 5:
            cents, good = attended(day, on)
            allowance += cents
            run = run if good is None else run + 1 if good else 0
            streaks += 5000 if good and run % 10 == 0 else 0
        on += timedelta(days=1)
    return allowance, visits, streaks


def effective(day: Day) -> set[str]:
    return {
        site
        for arrived, left, site, verdict in day.stays
        if verdict == "inside" and left is not None and (left - arrived) // MINUTE >= 10
    }


def attended(day: Day, on: date) -> tuple[int, bool | None]:
    """The allowance in cents, and whether the day is good for the run (None: it neither counts nor breaks)."""
    start, end = datetime.combine(on, time(9), ZONE), datetime.combine(on, time(18), ZONE)
    waiting = [at for at, verdict in day.ins if verdict != "inside"]
    inside = [at for at, verdict in day.ins if verdict == "inside"]
    if not inside:
        return (0, None) if waiting else (0, False)
    arrived = min(inside)
    outs = [at for at in day.outs if at >= arrived]
    left, last_seen = max(outs, default=None), max([*inside, *outs])
    minutes = (arrived - start) // MINUTE
    late = minutes if minutes > GRACE else 0
    missing = left is None or (left < max(inside) and left < end)
    early = not missing and left < end
    if late and any(at < arrived for at in waiting):
        return 0, None
    if (missing or early) and any(at >= last_seen for at in day.outs_too_late):
        return 0, None
    cents = 10000 if not late else 7000 if late <= 60 else 0
    return cents, not (late or early or missing)
