"""The day built from facts: T14 to T16, statuses, corrections, order and repetition."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.attendance.rules import Assume, DayFacts, DayResult, Issue, Mark, Word, assumed, build_day, moments
from webapp.schedules.rules import Expectation, ShiftTimes, window

ZONE = ZoneInfo("Asia/Shanghai")
ON = date(2026, 3, 2)
START, END = window(ShiftTimes("09:00", "18:00"), ON, ZONE)
MIDNIGHT = datetime(2026, 3, 3, tzinfo=ZONE).astimezone(UTC)
WORK = Expectation("work", START, END, 20, True, "week")
REST = Expectation("rest", START, END, 20, False, "week")
HOLIDAY = Expectation("holiday", START, END, 20, False, "calendar")
LEAVE = Expectation("leave", START, END, 20, False, "leave")
LATER = MIDNIGHT + timedelta(days=1)


def local(clock: str) -> datetime:
    parts = [int(part) for part in clock.split(":")]
    return datetime(2026, 3, 2, *parts, tzinfo=ZONE).astimezone(UTC)


def mark(number: int, kind: str, clock: str, verdict: str = "inside") -> Mark:
    return Mark(number, kind, local(clock), 1, verdict)  # type: ignore[arg-type]


def day(*marks: Mark, as_of: datetime = LATER, expected: Expectation = WORK, **facts: Any) -> DayResult:
    return build_day(DayFacts(MIDNIGHT, marks, **facts), expected, as_of)


@pytest.mark.parametrize(
    ("first", "status", "late"),
    [
        ("08:00:00", "normal", 0),
        ("09:00:00", "normal", 0),
        ("09:20:59", "normal", 0),
        ("09:21:00", "late", 21),
        ("10:00:59", "late", 60),
        ("10:01:00", "late", 61),
    ],
)
def test_t16_late_exactly_from_the_grace_on(first: str, status: str, late: int) -> None:
    built = day(mark(1, "in", first), mark(2, "out", "18:00"))
    assert (built.status, built.minutes_late) == (status, late)


@pytest.mark.parametrize(
    ("last", "status", "early"),
    [
        ("18:00:00", "normal", 0),
        ("17:59:59", "early_leave", 1),
        ("17:59:00", "early_leave", 1),
        ("17:00", "early_leave", 60),
    ],
)
def test_early_only_before_the_end(last: str, status: str, early: int) -> None:
    built = day(mark(1, "in", "09:00"), mark(2, "out", last))
    assert (built.status, built.minutes_early) == (status, early)


def test_t16_nothing_is_missing_before_the_window_has_ended() -> None:
    before, at_end = END + timedelta(hours=4, seconds=-1), END + timedelta(hours=4)
    assert day(as_of=before).status == "pending"
    assert day(as_of=before).final_at == at_end
    assert day(as_of=at_end).status == "absent"
    assert day(as_of=at_end).final_at is None
    inside = mark(1, "in", "09:00")
    assert day(inside, as_of=before).status == "normal"
    assert not day(inside, as_of=before).complete
    assert day(inside, as_of=at_end).status == "missing_out"


def test_a_live_day_is_late_at_once_and_early_only_when_it_is_over() -> None:
    marks = [mark(1, "in", "09:30"), mark(2, "out", "12:00")]
    live = day(*marks, as_of=local("12:30"))
    assert (live.status, live.minutes_late, live.minutes_early, live.complete) == ("late", 30, 0, False)
    over = day(*marks)
    assert (over.status, over.minutes_early, over.complete) == ("late", 360, True)


def test_a_day_with_its_last_check_out_is_complete_and_stays_so() -> None:
    marks = [mark(1, "in", "09:00"), mark(2, "out", "18:01")]
    assert day(*marks, as_of=local("18:01")).complete
    assert day(*marks, mark(3, "in", "18:30")).status == "normal"


def test_t19_a_check_in_after_the_last_check_out_is_a_missing_check_out() -> None:
    marks = [mark(1, "in", "09:00"), mark(2, "out", "11:00"), mark(3, "in", "11:30")]
    assert day(*marks).status == "missing_out"
    assert (
        day(*marks, issues=[Issue(1, "missing_out", "approved", None, {"at": local("18:00").isoformat()})]).status
        == "normal"
    )
    assert day(*marks, issues=[Issue(1, "missing_out", "approved")]).last_out == END


@pytest.mark.parametrize("expected", [REST, HOLIDAY])
def test_unscheduled_days_are_rest_or_field_work_never_late(expected: Expectation) -> None:
    assert day(expected=expected).status == "rest"
    worked = day(mark(1, "in", "11:00"), expected=expected)
    assert (worked.status, worked.minutes_late, worked.minutes_early) == ("field_work", 0, 0)
    assert day(expected=expected, as_of=MIDNIGHT - timedelta(seconds=1)).final_at == MIDNIGHT


def test_leave_stays_leave() -> None:
    assert day(expected=LEAVE).status == "leave"
    assert day(mark(1, "in", "09:00"), expected=LEAVE).status == "leave"


def test_an_undecided_first_check_in_is_pending_until_somebody_decides() -> None:
    marks = [mark(1, "in", "09:00", "outside"), mark(2, "out", "18:00")]
    open_, yes, no = (Issue(7, "outside", state, 1) for state in ("open", "approved", "rejected"))
    waiting = day(*marks, issues=[open_])
    assert (waiting.status, waiting.undecided, waiting.present, waiting.open_exceptions) == ("pending", True, False, 1)
    assert day(*marks, issues=[yes]).status == "field_work"
    assert day(*marks, issues=[no]).status == "absent"
    assert day(*marks, issues=[yes], expected=REST).status == "field_work"


def test_an_undecided_check_in_that_can_change_nothing_holds_nothing_up() -> None:
    early, sure = mark(1, "in", "08:50", "uncertain"), mark(2, "in", "08:58")
    issue = Issue(7, "uncertain", "open", 1)
    assert day(early, sure, mark(3, "out", "18:00"), issues=[issue]).status == "normal"
    late = day(early, mark(2, "in", "09:40"), mark(3, "out", "18:00"), issues=[issue])
    assert (late.status, late.undecided) == ("pending", True)


def test_a_check_out_that_arrived_late_is_not_a_missing_one() -> None:
    marks = [mark(1, "in", "09:00"), mark(2, "out", "18:00")]
    assert day(*marks, issues=[Issue(7, "late_arrival", "open", 2)]).status == "pending"
    assert day(*marks, issues=[Issue(7, "late_arrival", "approved", 2)]).status == "normal"
    assert day(*marks, issues=[Issue(7, "late_arrival", "rejected", 2)]).status == "missing_out"


@pytest.mark.parametrize(
    ("reason", "status", "excused"),
    [
        ("no_show", "absent", False),
        ("system", "absent", True),
        ("leave", "leave", False),
        ("sick", "leave", False),
        ("swap", "rest", False),
    ],
)
def test_the_supervisors_absent_comes_first(reason: str, status: str, excused: bool) -> None:
    built = day(mark(1, "in", "09:00"), mark(2, "out", "18:00"), word=Word("absent", reason))
    assert (built.status, built.excused, built.present, built.confirmed) == (status, excused, False, "absent")


def test_excuses_count_as_on_time_each_for_its_own() -> None:
    marks = [mark(1, "in", "09:30"), mark(2, "out", "17:00")]
    late, early = Issue(1, "late", "approved"), Issue(2, "early", "approved")
    only = day(*marks, issues=[late])
    assert (only.status, only.minutes_late, only.excused) == ("early_leave", 0, False)
    both = day(*marks, issues=[late, early])
    assert (both.status, both.minutes_late, both.minutes_early, both.excused) == ("normal", 0, 0, True)
    assert not day(mark(1, "in", "09:00"), mark(2, "out", "18:00"), issues=[late]).excused


def test_corrections_move_or_add_what_the_person_granted() -> None:
    marks = [mark(1, "in", "09:50"), mark(2, "out", "17:00")]
    wanted = {"category": "wrong_time", "at": local("09:05").isoformat()}
    moved = Issue(1, "mistake", "approved", 1, wanted)
    assert day(*marks, issues=[moved]).first_in == local("09:05")
    granted = replace(moved, granted={"at": local("09:10").isoformat()})
    assert day(*marks, issues=[granted]).first_in == local("09:10")
    forgot = Issue(2, "mistake", "approved", None, {"category": "forgot_out", "at": local("18:05").isoformat()})
    assert day(*marks, issues=[forgot]).last_out == local("18:05")
    came = Issue(3, "mistake", "approved", None, {"category": "forgot_in", "at": local("09:00").isoformat()})
    assert day(mark(2, "out", "18:00"), issues=[came]).status == "normal"
    assert day(issues=[Issue(4, "absent", "approved")]).status == "normal"
    assert day(issues=[replace(came, state="open")]).status == "absent"


def test_an_assumption_gives_the_day_the_decision_would_give() -> None:
    facts = DayFacts(
        MIDNIGHT, [mark(1, "in", "09:00", "outside"), mark(2, "out", "18:00")], [Issue(7, "outside", "open", 1)]
    )
    assert build_day(assumed(facts, Assume({7: "approved"})), WORK, LATER).status == "field_work"
    assert build_day(assumed(facts, Assume({7: "rejected"})), WORK, LATER).status == "absent"
    assert build_day(assumed(facts, Assume(word="absent", reason="sick")), WORK, LATER).status == "leave"
    assert build_day(assumed(facts, Assume({99: "approved"})), WORK, LATER).status == "pending"


@pytest.mark.parametrize(
    ("zone", "on"),
    [
        ("America/New_York", date(2026, 3, 8)),
        ("America/New_York", date(2026, 11, 1)),
        ("Asia/Kathmandu", ON),
        ("Asia/Kolkata", ON),
    ],
)
@pytest.mark.parametrize("shift", [ShiftTimes("09:00", "18:00", 5), ShiftTimes("22:00", "06:00", 5)])
def test_t14_t15_any_zone_night_shifts_and_clock_changes(zone: str, on: date, shift: ShiftTimes) -> None:
    start, end = window(shift, on, ZoneInfo(zone))
    expected = Expectation("work", start, end, 5, True, "week")
    marks = [Mark(1, "in", start + timedelta(minutes=6), 1, "inside"), Mark(2, "out", end, 1, "inside")]
    built = build_day(DayFacts(end, marks), expected, end + timedelta(hours=5))
    assert (built.status, built.minutes_late, built.minutes_early) == ("late", 6, 0)


clocks = st.integers(0, 60 * 24 - 1).map(lambda minute: START + timedelta(minutes=minute - 240))
marks = st.lists(st.tuples(st.sampled_from(["in", "out"]), clocks, st.sampled_from(["inside", "outside"])), max_size=7)
kinds = st.sampled_from(["outside", "late_arrival", "mistake", "missing_out", "late", "early", "absent"])
states = st.sampled_from(["open", "approved", "rejected"])
issues = st.lists(st.tuples(kinds, states, st.integers(0, 6), clocks), max_size=4, unique_by=lambda issue: issue[2])
words = st.sampled_from([None, Word("present"), Word("absent", "no_show")])
facts = st.builds(
    lambda ms, iss, word: DayFacts(
        MIDNIGHT,
        [Mark(n, kind, at, 1, verdict) for n, (kind, at, verdict) in enumerate(ms)],
        [
            Issue(n, kind, state, about, {"category": "wrong_time", "at": at.isoformat()})
            for n, (kind, state, about, at) in enumerate(iss)
        ],
        word,
    ),
    marks,
    issues,
    words,
)


@settings(max_examples=200, deadline=None)
@given(facts, st.sampled_from([WORK, REST, LEAVE]), clocks, st.randoms())
def test_t16_the_same_facts_in_any_order_give_the_same_day(
    made: DayFacts, expected: Expectation, as_of: datetime, rng: Any
) -> None:
    built = build_day(made, expected, as_of)
    shuffled = replace(
        made, marks=rng.sample(made.marks, len(made.marks)), issues=rng.sample(made.issues, len(made.issues))
    )
    assert build_day(shuffled, expected, as_of) == built
    assert build_day(made, expected, as_of) == built
    assert moments(shuffled, expected) == moments(made, expected)


@settings(max_examples=200, deadline=None)
@given(facts, st.sampled_from([WORK, REST, LEAVE]), clocks)
def test_what_holds_for_every_day(made: DayFacts, expected: Expectation, as_of: datetime) -> None:
    built = build_day(made, expected, as_of)
    assert built.minutes_late == 0 or built.minutes_late > expected.grace_minutes
    assert built.minutes_early >= 0
    assert not (built.present and built.first_in is None)
    assert not (built.excused and (built.minutes_late or built.minutes_early) and built.status != "absent")
    assert built.status != "absent" or built.over or made.word is not None
    assert (built.final_at is None) == built.over
    if not expected.scheduled:
        assert (built.minutes_late, built.minutes_early) == (0, 0)
        assert built.status in ("rest", "field_work", "leave", "pending", "absent")
