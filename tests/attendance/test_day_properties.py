"""What holds of every day, whatever its shift and whatever happened on it; and clock changes (T14, T15, T16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.attendance.queries import expectation_of
from webapp.attendance.rules import DayFacts, DayResult, Issue, Mark, Stamp, Word, build_day
from webapp.schedules.rules import DayWords, Expectation, ShiftTimes, Terms, expectation, work_date_of

ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe")]
DATES = [date(2026, 3, 2), date(2026, 3, 7), date(2026, 3, 8), date(2026, 4, 4), date(2026, 10, 3), date(2026, 11, 1)]
"""Some of them change a clock."""
LUNCH = (("12:00", "13:00"),)
SHIFTS = [
    ShiftTimes("09:00", "18:00", 20),
    ShiftTimes("09:00", "18:00", 5, Terms(minimum=480, breaks=LUNCH, serious=60)),
    ShiftTimes("07:00", "20:00", 0, Terms(kind="core", core=("10:00", "15:00"), minimum=300, break_minutes=30)),
    ShiftTimes("07:00", "21:00", 0, Terms(kind="flexible", minimum=420, breaks=LUNCH)),
    ShiftTimes("08:00", "21:00", 5, Terms(kind="split", breaks=(("12:00", "16:00"),), serious=30)),
    ShiftTimes("09:00", "18:00", 0, Terms(kind="split", breaks=LUNCH, minimum=400)),
    ShiftTimes("22:00", "06:00", 5, Terms(breaks=(("02:00", "02:30"),), minimum=400, before=60, after=120)),
    ShiftTimes("20:00", "08:00", 5, Terms(kind="split", breaks=(("01:00", "03:30"),))),
]
WEEK = (1, 2, 3, 4, 5, 6, 7)


@st.composite
def expectations(draw: Any) -> Expectation:
    said = DayWords(True, False, draw(st.sampled_from([None, None, "rest"])), None, WEEK, draw(st.sampled_from(HALVES)))
    return expectation(said, draw(st.sampled_from(SHIFTS)), draw(st.sampled_from(DATES)), draw(st.sampled_from(ZONES)))


HALVES = ["", "", "first", "second"]
MINUTES = st.integers(-240, 18 * 60).map(lambda minutes: timedelta(minutes=minutes))


def midnight_of(expected: Expectation) -> datetime:
    assert expected.starts_at
    return expected.starts_at + timedelta(hours=15)


@st.composite
def facts_of(draw: Any, expected: Expectation) -> DayFacts:
    assert expected.starts_at
    when = MINUTES.map(lambda after: expected.starts_at + after)  # type: ignore[operator]
    taps = draw(st.lists(st.tuples(st.sampled_from(["in", "out"]), when), max_size=6))
    marks = [Mark(n, kind, at, 1, "inside") for n, (kind, at) in enumerate(taps, 1)]
    seen = draw(st.lists(st.tuples(when, st.sampled_from([None, None, "in", "out"])), max_size=6))
    states = st.sampled_from(["open", "approved", "rejected"])
    about = [Issue(n, "uncertain", draw(states), mark.id) for n, mark in enumerate(marks, 50) if draw(st.booleans())]
    kinds = draw(st.lists(st.sampled_from(["late", "early", "missing_out", "absent"]), max_size=2))
    asked = [Issue(n, kind, draw(states)) for n, kind in enumerate(kinds, 80)]
    word = draw(st.sampled_from([None, None, Word("present"), Word("absent", "no_show")]))
    stamps = [Stamp(n, at, 1, key) for n, (at, key) in enumerate(seen, 1)]
    return DayFacts(midnight_of(expected), marks, about + asked, word, stamps)


def over(expected: Expectation) -> datetime:
    assert expected.starts_at
    return expected.starts_at + timedelta(days=2)


@settings(max_examples=150, deadline=None)
@given(st.data(), expectations())
def test_t16_order_repetition_and_storing_change_nothing(data: Any, expected: Expectation) -> None:
    facts = data.draw(facts_of(expected))
    as_of = data.draw(MINUTES.map(lambda after: expected.starts_at + after))  # type: ignore[operator]
    day = build_day(facts, expected, as_of)
    mixed = {name: data.draw(st.permutations(getattr(facts, name))) for name in ("marks", "issues", "punches")}
    assert build_day(replace(facts, **mixed), expected, as_of) == day
    assert expectation_of(day) == replace(expected, source="stored")
    assert build_day(facts, expectation_of(day), as_of) == day
    assert len(day.terms) <= 500


@settings(max_examples=150, deadline=None)
@given(st.data(), expectations())
def test_minutes_are_never_negative_and_the_status_says_what_they_are(data: Any, expected: Expectation) -> None:
    day = build_day(data.draw(facts_of(expected)), expected, over(expected))
    assert min(day.minutes_late, day.minutes_early, day.worked_minutes) >= 0
    if not day.scheduled:
        assert (day.minutes_late, day.minutes_early) == (0, 0)
    if day.status in ("late", "serious_late"):
        assert day.minutes_late > day.grace_minutes
    if day.status in ("normal", "field_work", "early_leave"):
        assert day.minutes_late == 0
    assert (day.minutes_early > 0) == (day.status == "early_leave") or day.status not in ("normal", "early_leave")
    if expected.terms.kind == "flexible":
        assert day.minutes_late == 0


def came(day: DayResult) -> bool:
    """All comings of the day are known."""
    return day.present and day.status != "missing_in"


@settings(max_examples=300, deadline=None)
@given(st.data(), expectations())
def test_a_later_punch_or_check_in_never_makes_anybody_later(data: Any, expected: Expectation) -> None:
    facts = replace(data.draw(facts_of(expected)), issues=[], word=None)
    before = build_day(facts, expected, over(expected))
    times = [one.at for one in (*facts.marks, *facts.punches)]
    at = max(times, default=over(expected)) + data.draw(st.integers(1, 300)) * timedelta(minutes=1)
    more = [
        replace(facts, punches=[*facts.punches, Stamp(99, at, 1)]),
        replace(facts, marks=[*facts.marks, Mark(99, "in", at, 1, "inside")]),
    ]
    for one in more:
        after = build_day(one, expected, over(expected))
        assert not came(before) or (came(after) and after.minutes_late <= before.minutes_late)


@settings(max_examples=60, deadline=None)
@given(st.data(), expectations())
def test_a_day_before_it_is_over_takes_nothing_that_may_still_come(data: Any, expected: Expectation) -> None:
    """T16: no absence, nothing missing and nobody early before the window has ended."""
    facts = replace(data.draw(facts_of(expected)), issues=[], word=None)
    end = expected.ends_at if expected.scheduled else None
    if end is None:
        return
    live = build_day(facts, expected, end + timedelta(minutes=expected.terms.after, seconds=-1))
    assert live.status not in ("absent", "missing_in", "missing_out", "unheard")
    assert live.complete or live.minutes_early == 0


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("on", DATES, ids=str)
@pytest.mark.parametrize("shift", SHIFTS, ids=lambda shift: f"{shift.start}-{shift.terms.kind}")
def test_t15_there_from_start_to_end_is_normal_on_every_date(shift: ShiftTimes, on: date, zone: ZoneInfo) -> None:
    """Whatever the clocks do: worked are the minutes that passed, less the breaks that were there."""
    expected = expectation(DayWords(True, False, "work", None, ()), shift, on, zone)
    marks = [
        Mark(2 * n + at, ("in", "out")[at], moment, 1, "inside")  # type: ignore[arg-type]
        for n, part in enumerate(expected.parts)
        for at, moment in enumerate(part)
    ]
    day = build_day(DayFacts(midnight_of(expected), marks), expected, over(expected))
    breaks = sum((last - first for first, last in expected.terms.breaks), timedelta())
    passed = (expected.ends_at - expected.starts_at - breaks) // timedelta(minutes=1)  # type: ignore[operator]
    assert day.worked_minutes == passed - expected.terms.break_minutes
    assert (day.status, day.minutes_late, day.minutes_early) == ("normal", 0, 0)
    for mark in marks:
        assert work_date_of(mark.at, zone, {on: shift}.get) == on


class TestClockChanges:
    ZONE = ZoneInfo("America/New_York")
    SPRING, FALL = date(2026, 3, 7), date(2026, 10, 31)
    """Work dates whose night has the change at 02:00 of the next day."""

    def night(self, on: date, **terms: Any) -> Expectation:
        shift = ShiftTimes("22:00", "06:00", 5, Terms(**terms))
        return expectation(DayWords(True, False, "work", None, ()), shift, on, self.ZONE)

    def at(self, on: date, clock: str) -> datetime:
        return datetime.fromisoformat(f"{on}T{clock}").replace(tzinfo=self.ZONE).astimezone(UTC)

    def worked(self, expected: Expectation) -> int:
        assert expected.starts_at
        assert expected.ends_at
        marks = [Mark(1, "in", expected.starts_at, 1, "inside"), Mark(2, "out", expected.ends_at, 1, "inside")]
        return build_day(DayFacts(expected.ends_at, marks), expected, over(expected)).worked_minutes

    def test_nights_are_an_hour_shorter_and_longer(self) -> None:
        assert [self.worked(self.night(on)) for on in (self.SPRING, self.FALL)] == [420, 540]

    def test_a_break_that_the_change_skips_is_not_there(self) -> None:
        breaks = (("02:00", "03:00"),)
        assert self.night(self.SPRING, breaks=breaks).terms.breaks == ()
        split = self.night(self.SPRING, kind="split", breaks=breaks)
        assert (split.terms.kind, len(split.parts)) == ("fixed", 1)
        assert self.worked(self.night(self.FALL, breaks=(("01:00", "02:00"),))) == 540 - 120

    def test_the_halves_of_a_night_meet_in_its_real_middle(self) -> None:
        said = DayWords(True, False, "work", None, (), "second")
        shift = ShiftTimes("22:00", "06:00", 0)
        assert expectation(said, shift, self.SPRING, self.ZONE).ends_at == self.at(date(2026, 3, 8), "01:30")
        fall = expectation(said, shift, self.FALL, self.ZONE)
        assert fall.ends_at == fall.starts_at + timedelta(hours=4, minutes=30)  # type: ignore[operator]

    def test_late_by_the_minutes_that_passed(self) -> None:
        shift = ShiftTimes("01:30", "10:00", 5)
        on = date(2026, 3, 8)
        expected = expectation(DayWords(True, False, "work", None, ()), shift, on, self.ZONE)
        marks = [Mark(1, "in", self.at(on, "03:10"), 1, "inside"), Mark(2, "out", self.at(on, "10:00"), 1, "inside")]
        assert build_day(DayFacts(over(expected), marks), expected, over(expected)).minutes_late == 40
