"""A short way through the visits of a day; pure. Distances are metres as the crow flies."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from webapp.schedules.rules.hours import Stop
from webapp.sites.rules import Point, distance_m

Order = list[int]
"""Positions in the plan that was given."""
Measure = Callable[[int, int], float]


def suggested(stops: Sequence[Stop]) -> Order:
    """A better order of these visits, or the given one.

    The first stays the first, because its hours are the day's. Visits with a time stay in the order of their times,
    visits at stores nobody has placed come last. Never longer than the plan as its times order it.
    """
    if len(stops) < 3:
        return by_time(stops)
    given = by_time(stops)
    first, placed = given[0], [n for n in given[1:] if spot(stops[n])]
    apart = _measure(stops)
    start = [first] if spot(stops[first]) else []
    routes = [
        _improved([*start, *order], stops, apart, len(start))
        for order in (placed, _nearest(start, placed, stops, apart))
    ]
    best = min(routes, key=lambda order: _length(order, apart))
    rest = [n for n in given[1:] if not spot(stops[n])]
    return _with_unplaced([first, *(n for n in best if n != first)], rest, stops)


def by_time(stops: Sequence[Stop]) -> Order:
    """As given, but the visits with a time in the order of their times, in the places they have."""
    timed = sorted((n for n, stop in enumerate(stops) if stop.starts), key=lambda n: (stops[n].starts or "", n))
    turn = iter(timed)
    return [next(turn) if stop.starts else n for n, stop in enumerate(stops)]


def legs(stops: Sequence[Stop]) -> list[float | None]:
    """Metres from the placed visit before it to each visit; None where one of them has no position."""
    found: list[float | None] = []
    before: Point | None = None
    for stop in stops:
        here = spot(stop)
        found.append(distance_m(before, here) if before and here else None)
        before = here or before
    return found


def total_m(stops: Sequence[Stop]) -> float:
    return sum(leg for leg in legs(stops) if leg is not None)


def spot(stop: Stop) -> Point | None:
    return None if stop.lat is None or stop.lng is None else (stop.lat, stop.lng)


def _measure(stops: Sequence[Stop]) -> Measure:
    known: dict[tuple[int, int], float] = {}

    def apart(a: int, b: int) -> float:
        key = (min(a, b), max(a, b))
        if key not in known:
            known[key] = distance_m(spot(stops[key[0]]), spot(stops[key[1]]))  # type: ignore[arg-type]
        return known[key]

    return apart


def _nearest(start: Order, placed: Order, stops: Sequence[Stop], apart: Measure) -> Order:
    """Always the nearest that may come next: of those with a time only the earliest may."""
    left, found = list(placed), list(start)
    while left:
        timed = next((n for n in left if stops[n].starts), None)
        free = [n for n in left if not stops[n].starts or n == timed]
        here = found[-1] if found else None
        following = free[0] if here is None else min(free, key=lambda n: (apart(here, n), n))
        found.append(following)
        left.remove(following)
    return found[len(start) :]


def _improved(order: Order, stops: Sequence[Stop], apart: Measure, fixed: int) -> Order:
    """2-opt: turn a part of the way around while that makes it shorter and keeps the times in order."""
    best, length = order, _length(order, apart)
    while True:
        shorter = None
        for i in range(fixed, len(best) - 1):
            for j in range(i + 1, len(best)):
                turned = best[:i] + best[i : j + 1][::-1] + best[j + 1 :]
                if _length(turned, apart) < length - 0.5 and _in_time(turned, stops):
                    shorter, length = turned, _length(turned, apart)
        if shorter is None:
            return best
        best = shorter


def _in_time(order: Order, stops: Sequence[Stop]) -> bool:
    times = [(stops[n].starts or "", n) for n in order if stops[n].starts]
    return all(a <= b for a, b in pairwise(times))


def _length(order: Order, apart: Measure) -> float:
    return sum(apart(a, b) for a, b in pairwise(order))


def _with_unplaced(order: Order, rest: Order, stops: Sequence[Stop]) -> Order:
    """One with a time goes before the first later time, the others to the end."""
    found = list(order)
    for n in rest:
        starts = stops[n].starts
        later = (at for at, m in enumerate(found) if at and starts and (stops[m].starts or "") > starts)
        found.insert(next(later, len(found)), n)
    return found
