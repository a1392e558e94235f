"""Coming and going: the moments of a day dealt to the parts of its shift, and what each part lacks; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.attendance.rules.facts import DayFacts, Moment, device_moments, moments, untimed
from webapp.attendance.rules.punches import part_of
from webapp.schedules.rules import Expectation

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a shift; most have one, and so has a day without a shift. Minutes are before any excuse."""

    seen: Sequence[Moment]
    first: Moment | None = None
    last: Moment | None = None
    last_out: datetime | None = None
    missing_out: bool = False
    late: int = 0
    early: int = 0
    reached: bool = False
    """Nobody has to stay longer: the end was reached, or a flexible shift's minimum."""

    @property
    def first_in(self) -> datetime | None:
        return self.first.at if self.first else None

    @property
    def whole(self) -> bool:
        return self.first is not None and self.last_out is not None and not self.missing_out


def seen_on(facts: DayFacts, expected: Expectation) -> list[Moment]:
    """All that was seen of somebody, in order of time."""
    found = moments(facts, expected)
    if facts.punches:
        found = [*found, *device_moments(facts, expected, found)]
    return sorted(found, key=_order)


def parts_of(seen: Sequence[Moment], facts: DayFacts, expected: Expectation) -> list[Part]:
    """The day's parts in order. What was granted without a time fills what a part of a split shift lacks."""
    spans = expected.parts if expected.scheduled else ()
    if len(spans) < 2:
        return [_part(seen, expected, _bounds(expected))]
    wanted, found = untimed(facts), []
    for n, (begin, end) in enumerate(spans):
        mine = [moment for moment in seen if _dealt(moment, seen, expected) == n]
        part = _part(mine, expected, (begin, end))
        if "in" in wanted and part.first is None and part.last_out is not None:
            mine = sorted([Moment("in", begin, "approved", False, None, None, "hr"), *mine], key=_order)
        if "out" in wanted and part.missing_out:
            mine = sorted([Moment("out", end, "approved", False, None, None, "hr"), *mine], key=_order)
        found.append(_part(mine, expected, (begin, end)))
    return found


def worked_minutes(parts: Sequence[Part], expected: Expectation) -> int:
    """From coming to going, breaks taken off; on a day without a shift nothing is. Whole minutes, of whole parts.

    Flexible hours and hours with a core are worked between the shift's start and end only.
    """
    spans = [(part.first.at, part.last_out) for part in parts if part.whole and part.first and part.last_out]
    stayed = sum((_stayed(first, last, expected) for first, last in spans), timedelta())
    pause = expected.terms.break_minutes if expected.scheduled else 0
    return max(0, stayed // _MINUTE - pause)


def _stayed(first: datetime, last: datetime, expected: Expectation) -> timedelta:
    begin, end = expected.starts_at, expected.ends_at
    if expected.scheduled and expected.terms.kind in ("flexible", "core") and begin and end:
        first, last = max(first, begin), min(last, end)
    breaks = expected.terms.breaks if expected.scheduled else ()
    paused = sum((max(timedelta(), min(last, till) - max(first, since)) for since, till in breaks), timedelta())
    return max(timedelta(), last - first - paused)


def _bounds(expected: Expectation) -> tuple[datetime | None, datetime | None]:
    """By when to come and until when to stay; None where nobody says."""
    if not expected.scheduled or expected.terms.kind == "flexible":
        return None, None
    return expected.terms.core or (expected.starts_at, expected.ends_at)


def _part(seen: Sequence[Moment], expected: Expectation, bounds: tuple[datetime | None, datetime | None]) -> Part:
    come_by, go_from = bounds
    counted = [moment for moment in seen if moment.counts]
    first = next((moment for moment in counted if moment.kind == "in"), None)
    if first is None:
        left = [moment.at for moment in counted if moment.kind == "out" and (moment.source == "device" or moment.whole)]
        return Part(seen, last_out=max(left, default=None))
    after = [moment for moment in counted if moment.at >= first.at]
    last_out = max((moment.at for moment in after if moment.kind == "out"), default=None)
    reached = last_out is not None and _reached(first.at, last_out, go_from, expected)
    # a lone punch behind a check-out is no new arrival
    last_in = max(one.at for one in after if one.kind == "in" and (one is first or one.source != "device"))
    missing = last_out is None or (last_out < last_in and not reached)
    late = max(0, (first.at - come_by) // _MINUTE) if come_by else 0
    # minutes begun before the end, so that being early is never 0 (T38)
    early = max(0, -((last_out - go_from) // _MINUTE)) if go_from and last_out and not missing else 0
    late = late if late > expected.grace_minutes else 0
    return Part(seen, first, after[-1], last_out, missing, late, early, reached)


def _reached(first: datetime, last_out: datetime, go_from: datetime | None, expected: Expectation) -> bool:
    if not expected.scheduled:
        return False
    if go_from is not None:
        return last_out >= go_from
    terms = expected.terms
    return _stayed(first, last_out, expected) // _MINUTE - terms.break_minutes >= terms.minimum


def _dealt(moment: Moment, seen: Sequence[Moment], expected: Expectation) -> int:
    """The part a moment belongs to. Between the parts going belongs to the first, and so does coming to a place that
    was left again before the second."""
    n = part_of(moment.kind, moment.at, expected)
    again = expected.parts[1][0]
    if n == 0 or moment.at >= again or moment.source == "device":
        return n
    left = any(
        one.kind == "out" and one.counts and one.source != "device" and moment.at <= one.at < again for one in seen
    )
    return 0 if left else 1


def _order(moment: Moment) -> tuple[datetime, str, int]:
    return moment.at, moment.kind, moment.mark_id or 0
