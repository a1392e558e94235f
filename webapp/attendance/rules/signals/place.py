"""Signals of where the phone says it was."""

from datetime import timedelta
from itertools import islice

from webapp.attendance.rules.signals.facts import Facts, Seen, Signal, metres

SHORTEST = timedelta(seconds=60)
"""Two fixes closer in time than this say nothing about speed: each may be a minute old."""
UNSTATED_M = 200.0
DAYS_AGAIN = 3
TOGETHER = timedelta(minutes=10)
COPY_APART = timedelta(hours=6)
CENTRE_M, CENTRE_TIMES = 0.5, 3
ENOUGH = 5
MANY = 10
ROUND_ACCURACY = frozenset({1.0, 5.0, 10.0, 20.0})
IOS_ACCURACY = frozenset({5.0, 10.0, 12.0, 16.0, 24.0, 30.0, 32.0, 35.0, 48.0, 50.0, 65.0, 100.0, 165.0, 200.0, 1414.0})
"""What iPhones say again and again, honestly."""
EXACT_M = 20.0
FAST = 5.0


def travel(facts: Facts, kmh: int) -> Signal | None:
    """Too fast from the check-in before. The way back from one stray fix is not held against the next."""
    tap = facts.tap
    behind = _placed(facts, 2)
    if tap.point is None or not behind or _speed(behind[-1], tap) <= kmh:
        return None
    if len(behind) == 2 and _speed(*behind) > kmh and _speed(behind[0], tap) <= kmh:
        return None
    last = behind[-1]
    gone = metres(last.point, tap.point)  # type: ignore[arg-type]
    minutes = max(1, round(_between(last, tap) / timedelta(minutes=1)))
    return Signal("travel", {"distance_m": round(gone), "minutes": minutes, "kmh": round(_speed(last, tap))})


def repeat(facts: Facts) -> Signal | None:
    """Exactly the same coordinates on several days; real positions are a little different each time."""
    days = {one.on for one in facts.again if one.employee_id == facts.tap.employee_id} | {facts.tap.on}
    return Signal("repeat", {"days": len(days)}) if len(days) >= DAYS_AGAIN else None


def copied(facts: Facts) -> Signal | None:
    """The very fix, its time included, was sent before: by somebody else, or by the same person hours ago."""
    for one in facts.again:
        own = one.employee_id == facts.tap.employee_id
        came_first = one.check_in_id < facts.tap.check_in_id
        if came_first and facts.tap.is_same_fix(one) and (not own or facts.tap.at - one.at > COPY_APART):
            return Signal("copied", {"on": one.on.isoformat(), "who": one.employee_id}, "copied_own" if own else "")
    return None


def colleague(facts: Facts) -> Signal | None:
    """Two people with the same coordinates within ten minutes. One Wi-Fi access point can do that too."""
    for one in facts.again:
        if one.employee_id != facts.tap.employee_id and abs(one.at - facts.tap.at) <= TOGETHER:
            return Signal("colleague", {"who": one.employee_id, "check_in": one.check_in_id})
    return None


def accuracy(facts: Facts) -> Signal | None:
    """The same accuracy in every fix, or only numbers that people choose."""
    newest = _different(facts)
    stated = [seen.accuracy_m for seen in newest if seen.accuracy_m is not None]
    if len(stated) < ENOUGH or facts.tap.accuracy_m is None or facts.tap.point is None:
        return None
    last = set(stated[:ENOUGH])
    if len(last) == 1 and not last & IOS_ACCURACY:
        return Signal("accuracy", {"accuracy_m": stated[0], "count": stated.count(stated[0])})
    return Signal("accuracy", {"count": len(stated)}, "accuracy_round") if set(stated) <= ROUND_ACCURACY else None


def rounded(facts: Facts) -> Signal | None:
    """At most four decimals in both directions: typed, not measured."""
    point = facts.tap.point
    is_round = point is not None and all(abs(one * 1e4 - round(one * 1e4)) < 1e-4 for one in point)
    return Signal("round") if is_round else None


def centre(facts: Facts) -> Signal | None:
    """In the very middle of a site, again and again: another day, or another site."""
    if not _is_central(facts.tap):
        return None
    times = {(seen.on, seen.site) for seen in (*facts.before, facts.tap) if _is_central(seen)}
    return Signal("centre", {"times": len(times)}) if len(times) >= CENTRE_TIMES else None


def altitude(facts: Facts) -> Signal | None:
    tap = facts.tap
    exact = tap.accuracy_m is not None and tap.accuracy_m <= EXACT_M
    return Signal("altitude", {"accuracy_m": tap.accuracy_m}) if tap.altitude == 0 and exact else None


def speed(facts: Facts) -> Signal | None:
    now = facts.tap.speed
    return Signal("speed", {"kmh": round(now * 3.6)}) if now is not None and now > FAST else None


def way_fits(facts: Facts, kmh: int) -> Signal | None:
    """Speaks for it: a way that can be made in the time."""
    behind = _placed(facts, 1)
    if facts.tap.point is None or not behind or behind[-1].on != facts.tap.on or _speed(behind[-1], facts.tap) > kmh:
        return None
    gone = metres(behind[-1].point, facts.tap.point)  # type: ignore[arg-type]
    minutes = max(1, round(_between(behind[-1], facts.tap) / timedelta(minutes=1)))
    return Signal("way_fits", {"distance_m": round(gone), "minutes": minutes})


def varies(facts: Facts) -> Signal | None:
    """Speaks for it: the newest positions and accuracies differ as real ones do."""
    newest = _different(facts)
    spots, stated = {seen.spot for seen in newest}, {seen.accuracy_m for seen in newest}
    is_lively = len(newest) >= ENOUGH and len(spots) == len(newest) and len(stated) > 2
    return Signal("varies", {"count": len(newest)}) if is_lively else None


def _placed(facts: Facts, count: int) -> list[Seen]:
    """The last check-ins before this one that have a position, in order."""
    found = list(islice((seen for seen in reversed(facts.before) if seen.point is not None), count))
    return found[::-1]


def _speed(a: Seen, b: Seen) -> float:
    """km/h at least needed, the errors of both positions taken off."""
    if a.point is None or b.point is None:
        return 0.0
    blur = sum(UNSTATED_M if one.accuracy_m is None else max(one.accuracy_m, 0.0) for one in (a, b))
    return max(0.0, metres(a.point, b.point) - blur) / _between(a, b).total_seconds() * 3.6


def _between(a: Seen, b: Seen) -> timedelta:
    """The longest time the two can be apart: the fix may be older than the tap."""
    return max(SHORTEST, abs(b.at - a.at), abs(b.there_at - a.there_at))


def _is_central(seen: Seen) -> bool:
    return seen.point is not None and seen.site is not None and metres(seen.point, seen.site) < CENTRE_M


def _different(facts: Facts) -> list[Seen]:
    """The newest fixes, this one first; one that the phone gave several times counts once."""
    found: dict[object, Seen] = {}
    for seen in (facts.tap, *reversed(facts.before)):
        if seen.point is not None:
            found.setdefault((seen.point, seen.fix_at), seen)
        if len(found) == MANY:
            break
    return list(found.values())
