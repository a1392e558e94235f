"""One person's work date, built from its facts; the same facts give the same day, in any order, every time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.attendance.rules.facts import DayFacts, Moment, Word, device_moments, moments
from webapp.attendance.rules.punches import HOLD, silent
from webapp.schedules.rules import Expectation

MARGIN = timedelta(hours=4)
_MINUTE = timedelta(minutes=1)
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


def build_day(facts: DayFacts, expected: Expectation, as_of: datetime) -> DayResult:
    """Apply the precedence of statuses to what happened until `as_of`."""
    final_at = over_at(facts, expected)
    over = as_of >= final_at
    seen = _seen(facts, expected)
    shape = _shape(seen, expected)
    complete = over or (shape.first is not None and _reaches(shape.last_out, expected))
    late, early = _lateness(shape, expected), _earliness(shape, expected) if complete else 0
    excuses = {issue.kind for issue in facts.issues if issue.state == "approved" and issue.kind in ("late", "early")}
    pardon = ("late" in excuses and late > 0) or ("early" in excuses and early > 0)
    late, early = (0 if "late" in excuses else late), (0 if "early" in excuses else early)
    undecided = _undecided(seen, shape, expected, complete, late, early)
    facing = _Facing(shape, expected, facts.word, over, complete, undecided, late, early)
    status = _status(facing)
    if over and _waits_for_devices(facts, facing, status, as_of):
        status, undecided, early = "unheard", True, 0
    return DayResult(
        status=status,
        scheduled=expected.scheduled,
        expected=expected.kind,
        minutes_late=late,
        minutes_early=early,
        grace_minutes=expected.grace_minutes,
        starts_at=expected.starts_at,
        ends_at=expected.ends_at,
        first_in=shape.first_in,
        last_out=shape.last_out,
        excused=_system(facts.word) or (pardon and not late and not early),
        confirmed=facts.word.word if facts.word else None,
        open_exceptions=sum(issue.state == "open" for issue in facts.issues),
        over=over,
        final_at=None if over else final_at,
        present=shape.first_in is not None and status not in _NOT_PRESENT,
        complete=complete,
        undecided=undecided,
        sources=_sources(seen, facts),
    )


def over_at(facts: DayFacts, expected: Expectation) -> datetime:
    """When nothing more can come: four hours after the shift, or the end of a day without one."""
    return expected.ends_at + MARGIN if expected.scheduled and expected.ends_at else facts.midnight


def is_clean(day: DayResult) -> bool:
    """On time, in range, nothing missing and nothing open: may be confirmed with the others."""
    lacking = day.over and day.last_out is None and day.scheduled
    return day.status in ("normal", "field_work") and day.open_exceptions == 0 and day.present and not lacking


def may_wait(day: DayResult, as_of: datetime) -> bool:
    """A first look, before devices are asked about: could this day be one that waits for them?"""
    lacking = day.status in _A_DEVICE_MAY_KNOW or day.minutes_early > 0
    return lacking and day.over and day.ends_at is not None and as_of < day.ends_at + HOLD


def excusable(day: DayResult) -> list[str]:
    """What somebody could explain about a day."""
    found = [kind for kind, minutes in (("late", day.minutes_late), ("early", day.minutes_early)) if minutes]
    return found + [kind for kind in ("missing_out", "absent") if day.status == kind]


@dataclass(frozen=True, slots=True)
class _Shape:
    first: Moment | None
    last: Moment | None
    first_in: datetime | None
    last_out: datetime | None
    missing_out: bool


@dataclass(frozen=True, slots=True)
class _Facing:
    shape: _Shape
    expected: Expectation
    word: Word | None
    over: bool
    complete: bool
    undecided: bool
    late: int
    early: int

    @property
    def word_absent(self) -> bool:
        return self.word is not None and self.word.word == "absent"


def _shape(seen: Sequence[Moment], expected: Expectation) -> _Shape:
    counted = [moment for moment in seen if moment.counts]
    first = next((moment for moment in counted if moment.kind == "in"), None)
    if first is None:
        left = [moment.at for moment in counted if moment.kind == "out" and moment.source == "device"]
        return _Shape(None, None, None, max(left, default=None), False)
    after = [moment for moment in counted if moment.at >= first.at]
    outs = [moment.at for moment in after if moment.kind == "out"]
    # a lone punch behind a check-out is no new arrival
    last_in = max(one.at for one in after if one.kind == "in" and (one is first or one.source != "device"))
    last_out = max(outs, default=None)
    missing = last_out is None or (last_out < last_in and not _reaches(last_out, expected))
    return _Shape(first, after[-1], first.at, last_out, missing)


def _lateness(shape: _Shape, expected: Expectation) -> int:
    """Whole minutes since the start; at most the grace is on time."""
    if not expected.scheduled or shape.first_in is None or expected.starts_at is None:
        return 0
    minutes = (shape.first_in - expected.starts_at) // _MINUTE
    return minutes if minutes > expected.grace_minutes else 0


def _earliness(shape: _Shape, expected: Expectation) -> int:
    """Minutes begun before the end, so that being early is never 0 (T38)."""
    if not expected.scheduled or expected.ends_at is None or shape.last_out is None or shape.missing_out:
        return 0
    return max(0, -((shape.last_out - expected.ends_at) // _MINUTE))


def _undecided(
    seen: Sequence[Moment], shape: _Shape, expected: Expectation, complete: bool, late: int, early: int
) -> bool:
    """Could a person's decision still give the day its first check-in, or its end?"""
    waiting = [moment for moment in seen if moment.state == "open"]
    first, last = shape.first_in, shape.last
    if any(moment.kind == "in" and (first is None or (late and moment.at < first)) for moment in waiting):
        return True
    if not (expected.scheduled and complete and last is not None and (early or shape.missing_out)):
        return False
    return any(moment.kind == "out" and moment.at >= last.at for moment in waiting)


def _status(day: _Facing) -> str:
    if day.word and day.word_absent:
        return {"leave": "leave", "sick": "leave", "swap": "rest"}.get(day.word.reason or "", "absent")
    if day.undecided:
        return "pending"
    if day.expected.kind == "leave":
        return "leave"
    if not day.expected.scheduled:
        return "field_work" if day.shape.first_in else "rest"
    if day.shape.first_in is None:
        gone = "absent" if day.shape.last_out is None else "missing_in"
        return gone if day.over else "pending"
    return _worked(day)


def _worked(day: _Facing) -> str:
    if day.over and day.shape.missing_out:
        return "missing_out"
    if day.late:
        return "late"
    if day.early:
        return "early_leave"
    return "field_work" if day.shape.first and day.shape.first.outside else "normal"


def _seen(facts: DayFacts, expected: Expectation) -> list[Moment]:
    found = moments(facts, expected)
    if facts.punches:
        found = [*found, *device_moments(facts, expected, found)]
        found.sort(key=lambda moment: (moment.at, moment.kind, moment.mark_id or 0))
    return found


def _waits_for_devices(facts: DayFacts, day: _Facing, status: str, as_of: datetime) -> bool:
    """Could a device that was not heard past the shift still say that the person was there? Not for ever."""
    ends_at = day.expected.ends_at
    if not facts.silences or not ends_at or day.word_absent or as_of >= ends_at + HOLD:
        return False
    last = day.shape.last
    cut = bool(day.early) and status in ("late", "early_leave") and last is not None and last.source == "device"
    return (status in _A_DEVICE_MAY_KNOW or cut) and bool(silent(facts.silences, ends_at))


def _sources(seen: Sequence[Moment], facts: DayFacts) -> str:
    """Who says that the person was there, in a fixed order."""
    told = {moment.source for moment in seen if moment.counts}
    told |= {"supervisor"} if facts.word and facts.word.word == "present" else set()  # type: ignore[arg-type]
    return ",".join(name for name in ("phone", "device", "supervisor", "hr") if name in told)


def _reaches(last_out: datetime | None, expected: Expectation) -> bool:
    return bool(expected.scheduled and expected.ends_at and last_out and last_out >= expected.ends_at)


def _system(word: Word | None) -> bool:
    return word is not None and word.word == "absent" and word.reason == "system"
