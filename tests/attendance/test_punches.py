"""What punches stand for: any order gives the same day, and a plain computation of its own agrees."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.attendance.rules import (
    DayFacts,
    DayResult,
    Issue,
    Mark,
    Silence,
    Stamp,
    Word,
    build_day,
    first_site,
    repeats,
    roles,
)
from webapp.schedules.rules import Expectation, ShiftTimes, window

ON = date(2026, 3, 2)
ZONE = ZoneInfo("Asia/Shanghai")
START, END = window(ShiftTimes("09:00", "18:00"), ON, ZONE)
WORK = Expectation("work", START, END, 20, True, "week")
REST = replace(WORK, kind="rest", scheduled=False)
MIDNIGHT = datetime(2026, 3, 3, tzinfo=ZONE).astimezone(UTC)
LATER = MIDNIGHT + timedelta(days=5)


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"{ON}T{clock}").replace(tzinfo=ZONE).astimezone(UTC)


def stamps(*clocks: str, key: Any = None) -> list[Stamp]:
    return [Stamp(n, at(clock), 1, key) for n, clock in enumerate(clocks, 1)]


def day(
    *clocks: str, expected: Expectation = WORK, as_of: datetime = LATER, key: Any = None, **facts: Any
) -> DayResult:
    return build_day(DayFacts(MIDNIGHT, punches=stamps(*clocks, key=key), **facts), expected, as_of)


def mark(number: int, kind: Any, clock: str, verdict: Any = "inside") -> Mark:
    return Mark(number, kind, at(clock), 1, verdict)


@pytest.mark.parametrize(
    ("clocks", "expected"),
    [
        ([], {}),
        (["08:55"], {1: "in"}),
        (["13:29:59"], {1: "in"}),
        (["13:30"], {1: "out"}),
        (["08:55", "18:01"], {1: "in", 2: "out"}),
        (["08:55", "08:55:30", "08:56:30"], {1: "in", 2: "repeat", 3: "repeat"}),
        (["08:55", "18:01", "18:01:40"], {1: "in", 2: "repeat", 3: "out"}),
        (["08:50", "08:58"], {1: "in", 2: "repeat"}),
        (["17:59", "18:05"], {1: "repeat", 2: "out"}),
        (["08:55", "12:00", "12:40", "18:01"], {1: "in", 2: "break_out", 3: "break_in", 4: "out"}),
        (["08:55", "12:00", "18:01"], {1: "in", 2: "between", 3: "out"}),
        (["08:55", "12:00", "12:40", "15:00", "18:01"],
         {1: "in", 2: "break_out", 3: "break_in", 4: "between", 5: "out"}),
    ],
)  # fmt: skip
def test_roles_by_the_window_of_the_shift(clocks: list[str], expected: dict[int, str]) -> None:
    assert roles(stamps(*clocks), WORK) == expected


def test_the_key_settles_a_tie_and_nothing_else() -> None:
    assert roles(stamps("12:00", key="out"), WORK) == {1: "out"}
    assert roles(stamps("15:00", key="in"), WORK) == {1: "in"}
    assert roles(stamps("08:55", key="out"), WORK) == {1: "in"}, "before the shift nobody leaves"
    assert roles(stamps("18:01", key="in"), WORK) == {1: "out"}
    assert roles(stamps("08:55", "18:01", key="in"), WORK) == {1: "in", 2: "out"}
    mixed = [Stamp(1, at("12:00"), 1, "in"), Stamp(2, at("12:00:20"), 1, "out")]
    assert roles(mixed, WORK)[1] == "in", "two keys say nothing"


def test_a_repeat_ends_with_a_minute_between() -> None:
    assert repeats(stamps("09:00:00", "09:01:00", "09:02:01")) == {2: 1}


def test_a_device_alone_makes_a_day() -> None:
    built = day("08:55", "18:01")
    assert (built.status, built.sources, built.present) == ("normal", "device", True)
    late = day("09:21", "18:01")
    assert (late.status, late.minutes_late) == ("late", 21)
    assert day("08:55", "17:00").minutes_early == 60
    assert day("08:55").status == "missing_out"
    gone = day("18:02")
    assert (gone.status, gone.present, gone.first_in, gone.last_out) == ("missing_in", False, None, at("18:02"))


def test_an_approved_departure_leaves_the_arrival_missing() -> None:
    forgot = Issue(1, "mistake", "approved", None, {"category": "forgot_out", "at": at("18:05").isoformat()})
    gone = build_day(DayFacts(MIDNIGHT, issues=[forgot], punches=stamps("18:02")), WORK, LATER)
    assert (gone.status, gone.present, gone.last_out) == ("missing_in", False, at("18:05"))
    assert day("18:02", as_of=at("18:03")).status == "pending", "what came before may still arrive"
    assert day("18:02", as_of=at("18:03")).complete is False
    assert day("11:00", expected=REST).status == "field_work"


def test_t20_phone_and_device_are_one_day_first_in_and_last_out_of_both() -> None:
    marks = [mark(1, "in", "09:05"), mark(2, "out", "18:05")]
    built = day("08:58", "18:01", marks=marks)
    assert (built.first_in, built.last_out, built.sources) == (at("08:58"), at("18:05"), "phone,device")
    saved = day("08:58", marks=[mark(1, "in", "09:40"), mark(2, "out", "18:05")])
    assert (saved.status, saved.minutes_late) == ("normal", 0)
    assert day("18:01", marks=[mark(1, "in", "08:50")]).status == "normal"


def test_a_phone_in_doubt_keeps_its_question_while_a_device_makes_the_day() -> None:
    doubt = {"marks": [mark(1, "in", "08:50", "uncertain")], "issues": [Issue(1, "uncertain", "open", 1)]}
    assert day(**doubt).status == "pending"
    built = day("08:52", "18:01", **doubt)
    assert (built.status, built.undecided, built.open_exceptions, built.sources) == ("normal", False, 1, "device")
    late = day("09:40", "18:01", **doubt)
    assert (late.status, late.undecided) == ("pending", True), "the phone would make it on time"
    refused = {**doubt, "issues": [Issue(1, "uncertain", "rejected", 1)]}
    assert day("08:52", "18:01", **refused).first_in == at("08:52")


def test_what_people_say_is_stronger() -> None:
    assert day("08:55", "18:01", word=Word("absent", "no_show")).status == "absent"
    granted = Issue(1, "mistake", "approved", None, {"category": "forgot_in", "at": at("09:30").isoformat()})
    built = day("09:10", "18:01", issues=[granted])
    assert (built.first_in, built.status, built.sources) == (at("09:30"), "late", "device,hr")
    assert day("08:55", "18:01", word=Word("present")).sources == "device,supervisor"


def test_what_was_said_of_one_visit_leaves_the_devices_day_alone() -> None:
    marks = [mark(1, "in", "10:00"), Mark(2, "in", at("14:00"), 2, "inside")]
    left = Issue(1, "mistake", "approved", 1, {"category": "forgot_out", "at": at("11:00").isoformat()})
    moved = Issue(2, "mistake", "approved", 2, {"category": "wrong_time", "at": at("13:30").isoformat()})
    there = Issue(
        3, "mistake", "approved", None, {"category": "forgot_in", "at": at("14:00").isoformat(), "site_id": 2}
    )
    for issue in (left, moved, there):
        built = day("08:55", "18:05", marks=marks, issues=[issue])
        assert (built.status, built.first_in, built.last_out) == ("normal", at("08:55"), at("18:05")), issue


def test_a_lone_punch_behind_a_check_out_reopens_nothing() -> None:
    built = day("12:56", marks=[mark(1, "in", "09:00"), mark(2, "out", "12:55")])
    assert (built.status, built.last_out) == ("early_leave", at("12:55"))


def test_the_hours_are_those_of_the_first_shop_whoever_saw_it() -> None:
    seen = DayFacts(MIDNIGHT, marks=[Mark(1, "in", at("10:00"), 2, "inside")], punches=stamps("08:55"))
    assert first_site(seen) == 1
    assert first_site(replace(seen, punches=stamps("10:01"))) == 2


def test_a_silent_device_keeps_open_only_what_it_could_change() -> None:
    silent = {"silences": [Silence(1, at("12:00"))]}
    soon = END + timedelta(hours=5)
    for clocks in ([], ["08:55"], ["18:01"], ["08:55", "12:00"], ["09:40", "12:00"]):
        built = day(*clocks, as_of=soon, **silent)
        assert (built.status, built.undecided, built.minutes_early) == ("unheard", True, 0)
    assert day("08:55", "18:01", as_of=soon, **silent).status == "normal"
    left = [mark(1, "in", "08:55"), mark(2, "out", "12:00")]
    assert day(marks=left, as_of=soon, **silent).status == "early_leave", "the person said so"
    assert day(as_of=END + timedelta(days=3), **silent).status == "absent"
    assert day(as_of=soon, silences=[Silence(1, END)]).status == "absent"
    assert day(as_of=soon, silences=[Silence(1, None), Silence(2, END)]).status == "unheard"
    assert day(as_of=soon, expected=REST, **silent).status == "rest"
    assert day(as_of=at("17:00"), **silent).status == "pending"


def plain(moments: list[datetime]) -> tuple[datetime | None, datetime | None]:
    """First in and last out, computed without the product's own steps."""
    ordered = sorted(moments)
    if not ordered:
        return None, None
    spread = ordered[-1] - ordered[0]
    gaps = [b - a for a, b in zip(ordered, ordered[1:], strict=False)]
    if spread < timedelta(minutes=15) or all(gap <= timedelta(seconds=60) for gap in gaps):
        middle = START + (END - START) / 2
        return (ordered[0], None) if ordered[0] < middle else (None, ordered[-1])
    return ordered[0], ordered[-1]


SECONDS = st.integers(0, 16 * 3600)


@given(st.lists(SECONDS, max_size=9), st.randoms(use_true_random=False))
def test_any_order_and_repetition_gives_the_same_day(seconds: list[int], chance: Any) -> None:
    moments = [START - timedelta(hours=3) + timedelta(seconds=one) for one in seconds]
    found = [Stamp(n, moment, 1) for n, moment in enumerate(sorted(set(moments)))]
    built = build_day(DayFacts(MIDNIGHT, punches=found), WORK, LATER)
    assert (built.first_in, built.last_out) == plain(moments)
    chance.shuffle(found)
    assert build_day(DayFacts(MIDNIGHT, punches=found), WORK, LATER) == built
