"""One person's work date, built from its facts; the same facts give the same day, in any order, every time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from webapp.attendance.rules.doubt import KIND, believed, waits_alone
from webapp.attendance.rules.facts import DayFacts, Moment, Word
from webapp.attendance.rules.punches import HOLD, silent
from webapp.attendance.rules.stay import Part, parts_of, seen_on, worked_minutes
from webapp.schedules.rules import Expectation, demand_text

MARGIN = timedelta(hours=4)
LATE = ("late", "serious_late")
_NOT_PRESENT = frozenset({"absent", "missing_in", "leave", "rest", "pending", "unheard"})
_A_DEVICE_MAY_KNOW = frozenset({"absent", "missing_in", "missing_out"})


@dataclass(frozen=True, slots=True)
class DayResult:
    """The attendance day. minutes_late is 0 within the grace; excused deviations are 0 too."""

    status: str
    scheduled: bool
    expected: str
    minutes_late: int
    minutes_early: int
    grace_minutes: int
    starts_at: datetime | None
    ends_at: datetime | None
    first_in: datetime | None
    last_out: datetime | None
    excused: bool
    confirmed: str | None
    open_exceptions: int
    over: bool
    final_at: datetime | None
    present: bool
    complete: bool
    undecided: bool
    sources: str = ""
    worked_minutes: int = 0
    terms: str = ""


def build_day(facts: DayFacts, expected: Expectation, as_of: datetime) -> DayResult:
    """Apply the precedence of statuses to what happened until `as_of`."""
    final_at = over_at(facts, expected)
    over = as_of >= final_at
    told, facts = facts, believed(facts)
    seen = seen_on(facts, expected)
    parts = parts_of(seen, facts, expected)
    worked = worked_minutes(parts, expected)
    complete = over or _fulfilled(parts, worked, expected)
    facing = _facing(facts, parts, worked, expected, over, complete)
    status = _status(facing)
    undecided, early = _undecided(facing), facing.early
    if over and _waits_for_devices(facts, facing, status, as_of):
        status, undecided, early = "unheard", True, 0
    came = min((part.first_in for part in parts if part.first_in), default=None)
    return DayResult(
        status=status,
        scheduled=expected.scheduled,
        expected=expected.kind,
        minutes_late=facing.late,
        minutes_early=early,
        grace_minutes=expected.grace_minutes,
        starts_at=expected.starts_at,
        ends_at=expected.ends_at,
        first_in=came,
        last_out=max((part.last_out for part in parts if part.last_out), default=None),
        excused=_system(facts.word) or (facing.pardoned and not facing.late and not facing.early),
        confirmed=told.word.word if told.word else None,
        open_exceptions=sum(issue.state == "open" for issue in facts.issues),
        over=over,
        final_at=None if over else final_at,
        present=came is not None and status not in _NOT_PRESENT,
        # an arrival that a device may still tell could be a late one
        complete=complete and not (status == "unheard" and came and any(part.first is None for part in parts)),
        undecided=undecided,
        sources=_sources(seen, facts),
        worked_minutes=worked,
        terms=demand_text(expected.terms, expected.starts_at),
    )


def over_at(facts: DayFacts, expected: Expectation) -> datetime:
    """When nothing more can come: some hours after the shift, or the end of a day without one."""
    if not expected.scheduled or expected.ends_at is None:
        return facts.midnight
    return expected.ends_at + timedelta(minutes=expected.terms.after)


def is_clean(day: DayResult) -> bool:
    """On time, in range, nothing missing and nothing open: may be confirmed with the others."""
    lacking = day.over and day.last_out is None and day.scheduled
    return day.status in ("normal", "field_work") and day.open_exceptions == 0 and day.present and not lacking


def may_wait(day: DayResult, as_of: datetime) -> bool:
    """A first look, before devices are asked about: could this day be one that waits for them?"""
    lacking = day.status in _A_DEVICE_MAY_KNOW or day.minutes_early > 0
    return lacking and day.over and day.ends_at is not None and as_of < day.ends_at + HOLD


def still_counts(facts: DayFacts, stored: DayResult | None) -> DayFacts:
    """A day that was over and its device believed for alone stays so, whatever the branch decides about others later:
    it may be paid. Only once a question about it was decided, the branch's word is asked again."""
    if not facts.alone_waits or stored is None or not stored.over or stored.undecided or stored.sources != "device":
        return facts
    if stored.confirmed or stored.status == "leave":
        return facts  # nobody had to believe the device
    decided = any(issue.kind == KIND and issue.decided for issue in facts.issues)
    return facts if decided else replace(facts, alone_waits=False)


def excusable(day: DayResult) -> list[str]:
    """What somebody could explain about a day."""
    found = [kind for kind, minutes in (("late", day.minutes_late), ("early", day.minutes_early)) if minutes]
    return found + [kind for kind in ("missing_out", "absent") if day.status == kind]


@dataclass(frozen=True, slots=True)
class _Facing:
    """`short`: minutes that lack of the shift's minimum. late, early and short are 0 where they were excused."""

    parts: Sequence[Part]
    expected: Expectation
    word: Word | None
    over: bool
    complete: bool
    late: int
    early: int
    short: int
    pardoned: bool
    alone: bool
    """Only a device speaks for it, and its branch asks for somebody else (rules/doubt.py)."""

    @property
    def word_absent(self) -> bool:
        return self.word is not None and self.word.word == "absent"


def _facing(
    facts: DayFacts, parts: Sequence[Part], worked: int, expected: Expectation, over: bool, complete: bool
) -> _Facing:
    excuses = {issue.kind for issue in facts.issues if issue.state == "approved" and issue.kind in ("late", "early")}
    late, early, short = sum(part.late for part in parts), 0, 0
    if complete:
        # what was excused on coming need not be stayed longer
        short = _short(parts, worked + (late if "late" in excuses else 0), expected)
        early = max(sum(part.early for part in parts), short)
    pardoned = ("late" in excuses and late > 0) or ("early" in excuses and early > 0)
    late = 0 if "late" in excuses else late
    early, short = (0, 0) if "early" in excuses else (early, short)
    alone = waits_alone(facts, [moment for part in parts for moment in part.seen])
    return _Facing(parts, expected, facts.word, over, complete, late, early, short, pardoned, alone)


def _short(parts: Sequence[Part], worked: int, expected: Expectation) -> int:
    """Minutes that lack of the shift's minimum stay; unknown while a time is missing."""
    known = expected.scheduled and all(part.whole for part in parts)
    return max(0, expected.terms.minimum - worked) if known else 0


def _fulfilled(parts: Sequence[Part], worked: int, expected: Expectation) -> bool:
    """Nothing that may still come could make the day worse."""
    whole = all(part.whole for part in parts)
    return whole and parts[-1].reached and not _short(parts, worked, expected)


def _undecided(day: _Facing) -> bool:
    """Could a person's decision still give the day its first check-in, or its end?"""
    return day.alone or any(_open(part, day) for part in day.parts)


def _open(part: Part, day: _Facing) -> bool:
    waiting = [moment for moment in part.seen if moment.state == "open"]
    first, last = part.first_in, part.last
    sooner = bool((day.late and part.late) or day.short)
    if any(moment.kind == "in" and (first is None or (sooner and moment.at < first)) for moment in waiting):
        return True
    lacks = part.missing_out or bool(day.early and part.early) or bool(day.short)
    if not (day.expected.scheduled and day.complete and last is not None and lacks):
        return False
    return any(moment.kind == "out" and moment.at >= last.at for moment in waiting)


def _status(day: _Facing) -> str:
    if day.word and day.word_absent:
        return {"leave": "leave", "sick": "leave", "swap": "rest"}.get(day.word.reason or "", "absent")
    if _undecided(day):
        return "pending"
    if day.expected.kind == "leave":
        return "leave"
    came = any(part.first for part in day.parts)
    if not day.expected.scheduled:
        return "field_work" if came else "rest"
    if not came:
        gone = "missing_in" if any(part.last_out for part in day.parts) else "absent"
        return gone if day.over else "pending"
    return _worked(day)


def _worked(day: _Facing) -> str:
    if day.over and any(part.first is None for part in day.parts):
        return "missing_in"
    if day.over and any(part.missing_out for part in day.parts):
        return "missing_out"
    if day.late:
        return "serious_late" if 0 < day.expected.terms.serious < day.late else "late"
    if day.early:
        return "early_leave"
    first = next(part.first for part in day.parts if part.first)
    return "field_work" if first.outside else "normal"


def _waits_for_devices(facts: DayFacts, day: _Facing, status: str, as_of: datetime) -> bool:
    """Could a device that was not heard past the shift still say that the person was there? Not for ever."""
    ends_at = day.expected.ends_at
    if not facts.silences or not ends_at or day.word_absent or as_of >= ends_at + HOLD:
        return False
    cut = any((part.early or day.short) and part.last and part.last.source == "device" for part in day.parts)
    may_know = status in _A_DEVICE_MAY_KNOW or (cut and day.early > 0 and status in (*LATE, "early_leave"))
    return may_know and bool(silent(facts.silences, day.expected.starts_at, ends_at))


def _sources(seen: Sequence[Moment], facts: DayFacts) -> str:
    """Who says that the person was there, in a fixed order."""
    told = {moment.source for moment in seen if moment.counts}
    told |= {"supervisor"} if facts.word and facts.word.word == "present" else set()  # type: ignore[arg-type]
    return ",".join(name for name in ("phone", "device", "supervisor", "hr") if name in told)


def _system(word: Word | None) -> bool:
    return word is not None and word.word == "absent" and word.reason == "system"
