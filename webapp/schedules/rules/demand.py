"""What a shift demands on one work date, as moments instead of clock times; pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from webapp.schedules.rules.terms import NO_TERMS, WINDOW, ShiftKind, Span, Terms

Moments = tuple[datetime, datetime]
Half = Literal["", "first", "second"]
NOON = timedelta(minutes=30)
"""A break so long may divide the day into its halves."""
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Demand:
    """Terms of one date; see Terms. `half`: which half of the shift is off for leave, already taken from the hours."""

    kind: ShiftKind = "fixed"
    core: Moments | None = None
    breaks: tuple[Moments, ...] = ()
    break_minutes: int = 0
    minimum: int = 0
    before: int = WINDOW
    after: int = WINDOW
    serious: int = 0
    half: Half = ""


NO_DEMAND = Demand()
Hours = tuple[datetime, datetime, Demand]


def demand_on(terms: Terms, hours: Moments, start: str, on: date, zone: ZoneInfo) -> Demand:
    """Moments of work date `on`; a time before the shift's start is on the next day. Nothing lies outside the hours."""
    if terms is NO_TERMS:
        return NO_DEMAND
    core = _placed(terms.core, hours, start, on, zone) if terms.core else None
    placed = [_placed(span, hours, start, on, zone) for span in terms.breaks]
    breaks = tuple(span for span in placed if span is not None)
    lost = (terms.kind == "split" and placed[:1] in ([], [None])) or (terms.kind == "core" and core is None)
    kind: ShiftKind = terms.kind if not lost else "fixed" if terms.kind == "split" else "flexible"
    minimum = min(terms.minimum, _room(hours, breaks, terms.break_minutes))
    return Demand(kind, core, breaks, terms.break_minutes, minimum, terms.before, terms.after, terms.serious)


def halved(hours: Moments, demand: Demand, off: Half) -> Hours:
    """What remains of a day with half of it on leave.

    The halves meet in the gap of a split shift, else in the longest break of half an hour or more that lies in the
    middle half of the shift, else in the middle.
    """
    begin, end = hours
    first_ends, second_begins = _middle(hours, demand)
    begin, end = (begin, first_ends) if off == "second" else (second_begins, end)
    core = _within(demand.core, begin, end) if demand.core else None
    breaks = tuple(part for span in demand.breaks if (part := _within(span, begin, end)))
    kind: ShiftKind = "fixed" if demand.kind == "split" else demand.kind
    kind = "flexible" if kind == "core" and core is None else kind
    pause = demand.break_minutes // 2
    minimum = min(demand.minimum // 2, _room((begin, end), breaks, pause))
    left = replace(demand, kind=kind, core=core, breaks=breaks, break_minutes=pause, minimum=minimum, half=off)
    return begin, end, left


def demand_text(demand: Demand, starts_at: datetime | None) -> str:
    """As kept with a day; moments are minutes after the start. "" for what every shift demands."""
    if demand == NO_DEMAND or starts_at is None:
        return ""
    found: dict[str, Any] = {
        name: getattr(demand, name)
        for name in Demand.__dataclass_fields__
        if getattr(demand, name) != getattr(NO_DEMAND, name)
    }
    if demand.core:
        found["core"] = _minutes(demand.core, starts_at)
    if demand.breaks:
        found["breaks"] = [_minutes(span, starts_at) for span in demand.breaks]
    return json.dumps(found, separators=(",", ":"))


def read_demand(text: str, starts_at: datetime | None) -> Demand:
    if not text or starts_at is None:
        return NO_DEMAND
    written: Mapping[str, Any] = json.loads(text)
    known = {name: written[name] for name in Demand.__dataclass_fields__ if name in written}
    if "core" in known:
        known["core"] = _moments(known["core"], starts_at)
    if "breaks" in known:
        known["breaks"] = tuple(_moments(span, starts_at) for span in known["breaks"])
    return Demand(**known)


def _middle(hours: Moments, demand: Demand) -> Moments:
    begin, end = hours
    if demand.kind == "split":
        return demand.breaks[0]
    quarter = (end - begin) / 4
    noons = [span for span in demand.breaks if begin + quarter <= span[0] and span[1] <= end - quarter]
    longest = max(noons, key=lambda span: span[1] - span[0], default=None)
    if longest and longest[1] - longest[0] >= NOON:
        return longest
    middle = begin + (end - begin) // 2 // _MINUTE * _MINUTE
    return middle, middle


def _room(hours: Moments, breaks: tuple[Moments, ...], pause: int) -> int:
    """Minutes that can be worked at all: a night on which the clock is put forward is shorter."""
    paused = sum((last - first for first, last in breaks), timedelta())
    return max(0, (hours[1] - hours[0] - paused) // _MINUTE - pause)


def _placed(span: Span, hours: Moments, start: str, on: date, zone: ZoneInfo) -> Moments | None:
    first, last = (_moment(text, start, on, zone) for text in span)
    return _within((first, last), *hours)


def _moment(text: str, start: str, on: date, zone: ZoneInfo) -> datetime:
    day = on + timedelta(days=1) if text < start else on
    return datetime.combine(day, time.fromisoformat(text), zone).astimezone(UTC)


def _within(span: Moments, begin: datetime, end: datetime) -> Moments | None:
    first, last = max(span[0], begin), min(span[1], end)
    return (first, last) if first < last else None


def _minutes(span: Moments, starts_at: datetime) -> list[int]:
    return [(moment - starts_at) // _MINUTE for moment in span]


def _moments(span: Any, starts_at: datetime) -> Moments:
    return starts_at + span[0] * _MINUTE, starts_at + span[1] * _MINUTE
