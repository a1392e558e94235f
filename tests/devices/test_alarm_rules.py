"""When somebody must look at a device, and how far its clock is off; pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from webapp.devices.rules import Known, alarms, quiet_since, skew, spellings

NOW = datetime(2026, 3, 2, 2, 5, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WELL = Known("active", calls=True, asked=False, seen_at=NOW - MINUTE)


def test_a_device_that_calls_is_silent_after_a_quarter_of_an_hour() -> None:
    assert alarms(replace(WELL, seen_at=NOW - 15 * MINUTE), NOW) == ()
    assert alarms(replace(WELL, seen_at=NOW - 15 * MINUTE - timedelta(seconds=1)), NOW) == ("silent",)


def test_one_that_is_asked_after_an_hour_and_one_that_only_sends_never() -> None:
    asked = replace(WELL, calls=False, asked=True)
    assert alarms(replace(asked, seen_at=NOW - HOUR), NOW) == ()
    assert alarms(replace(asked, seen_at=NOW - HOUR - MINUTE), NOW) == ("silent",)
    assert alarms(replace(asked, asked=False, seen_at=NOW - 30 * HOUR), NOW) == ()


def test_nothing_is_wrong_with_what_is_not_in_use_or_was_never_heard() -> None:
    for state in ("paused", "retired"):
        assert alarms(replace(WELL, state=state, seen_at=NOW - HOUR, skew_s=500, quiet=True), NOW) == ()
    assert alarms(replace(WELL, seen_at=None), NOW) == ()
    assert alarms(replace(WELL, seen_at=None, pull_problem="pull_no_answer"), NOW) == ("pull",)


def test_the_clock_counts_both_ways_and_beyond_a_minute() -> None:
    assert alarms(replace(WELL, skew_s=60), NOW) == alarms(replace(WELL, skew_s=-60), NOW) == ()
    assert alarms(replace(WELL, skew_s=61), NOW) == alarms(replace(WELL, skew_s=-61), NOW) == ("clock",)


def test_the_worst_first_and_silence_explains_the_rest() -> None:
    bad = replace(WELL, skew_s=90, quiet=True, pull_problem="pull_cut")
    assert alarms(bad, NOW) == ("quiet", "clock", "pull")
    assert alarms(replace(bad, seen_at=NOW - HOUR), NOW) == ("silent", "clock")


def test_an_hour_into_a_shift_somebody_should_have_punched() -> None:
    shift = (NOW - HOUR, NOW + 8 * HOUR)
    assert quiet_since([shift], None, NOW) == NOW - HOUR
    assert quiet_since([shift], NOW - HOUR - timedelta(hours=2, minutes=1), NOW) == NOW - HOUR
    assert quiet_since([shift], NOW - HOUR - timedelta(hours=2), NOW) is None
    assert quiet_since([shift], None, NOW - MINUTE) is None
    assert quiet_since([shift], None, NOW + 8 * HOUR) is None
    assert quiet_since([], None, NOW) is None


def test_a_punch_of_the_morning_says_nothing_about_the_late_shift() -> None:
    spans = [(NOW - 6 * HOUR, NOW + 3 * HOUR), (NOW - HOUR, NOW + 8 * HOUR)]
    assert quiet_since(spans, NOW - 6 * HOUR, NOW) == NOW - HOUR


def arrivals(*delays: float) -> list[tuple[datetime, datetime]]:
    return [(NOW, NOW - timedelta(seconds=delay)) for delay in delays]


def test_the_clock_is_told_by_the_quickest_punches() -> None:
    assert skew(arrivals(*[95.0] * 5, *[400.0] * 40)) == -95
    assert skew(arrivals(*[-70.0] * 10)) == 70
    assert skew(arrivals(*[2.0] * 48, -3000.0, -3000.0)) == -2
    assert skew(arrivals(1.4, 2, 3, 4, 5)) == -1


def test_few_or_mad_punches_tell_nothing() -> None:
    assert skew([]) is None
    assert skew(arrivals(1, 2, 3, 4)) is None
    assert skew(arrivals(*[800_000_000.0] * 20)) is None
    assert skew(arrivals(*[60.0] * 50, *[5.0] * 50)) == -60


def test_zeros_in_front_that_make_two_ids_one() -> None:
    assert spellings("7", ["007\t2026-03-02 08:00:00", "7\t2026-03-02 08:00:00"]) == ["7", "007"]
    assert spellings("7", ["007\t2026", "007\t2027"]) == []
    assert spellings("A7", ["A7\t", "0A7\t"]) == []
    assert spellings("7", ["17\t", "7\t"]) == []
