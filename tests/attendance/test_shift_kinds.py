"""Days of flexible, core and split shifts, minimum stay, bands of lateness, breaks, half days of leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from webapp.attendance.queries import expectation_of
from webapp.attendance.rules import UNHEARD, DayFacts, DayResult, Issue, Mark, Stamp, build_day, roles
from webapp.schedules.rules import DayWords, Expectation, ShiftTimes, Terms, expectation

ZONE = ZoneInfo("Asia/Shanghai")
ON = date(2026, 3, 2)
MIDNIGHT = datetime(2026, 3, 3, tzinfo=ZONE).astimezone(UTC)
LATER = MIDNIGHT + timedelta(days=9)
SPLIT = Terms(kind="split", breaks=(("12:00", "16:00"),))


def at(clock: str, day: int = 2) -> datetime:
    return datetime(2026, 3, day, *(int(part) for part in clock.split(":")), tzinfo=ZONE).astimezone(UTC)


def shift(terms: Terms, start: str = "08:00", end: str = "21:00", grace: int = 5, off: Any = "") -> Expectation:
    said = DayWords(True, False, None, None, (1, 2, 3, 4, 5), off)
    return expectation(said, ShiftTimes(start, end, grace, terms), ON, ZONE)


def marks(*told: str) -> list[Mark]:
    """ "+08:00" is a check-in, "-12:00" a check-out."""
    kinds = {"+": "in", "-": "out"}
    return [Mark(n, kinds[text[0]], at(text[1:]), 1, "inside") for n, text in enumerate(told, 1)]  # type: ignore[arg-type]


def punches(*clocks: str) -> list[Stamp]:
    return [Stamp(n, at(clock), 1) for n, clock in enumerate(clocks, 1)]


def built(expected: Expectation, *told: str, as_of: datetime = LATER, **facts: Any) -> DayResult:
    return build_day(DayFacts(MIDNIGHT, marks(*told), **facts), expected, as_of)


def shown(day: DayResult) -> tuple[str, int, int]:
    return day.status, day.minutes_late, day.minutes_early


@pytest.mark.parametrize(
    ("first", "found"),
    [
        ("+08:05", ("normal", 0, 0)),
        ("+08:06", ("late", 6, 0)),
        ("+08:30", ("late", 30, 0)),
        ("+08:31", ("serious_late", 31, 0)),
    ],
)
def test_t16_later_than_the_band_is_seriously_late(first: str, found: tuple[str, int, int]) -> None:
    assert shown(built(shift(Terms(serious=30), end="17:00"), first, "-17:00")) == found


def test_an_excuse_covers_serious_lateness_too() -> None:
    excuse = [Issue(1, "late", "approved")]
    day = built(shift(Terms(serious=30), end="17:00"), "+10:00", "-17:00", issues=excuse)
    assert (day.status, day.minutes_late, day.excused, day.present) == ("normal", 0, True, True)


class TestCore:
    TERMS = Terms(kind="core", core=("10:00", "15:00"), minimum=420, break_minutes=60, serious=60)

    @pytest.mark.parametrize(
        ("told", "found"),
        [
            (("+07:00", "-16:00"), ("normal", 0, 0)),
            (("+10:05", "-18:05"), ("normal", 0, 0)),
            (("+10:06", "-18:06"), ("late", 6, 0)),
            (("+11:01", "-19:01"), ("serious_late", 61, 0)),
            (("+06:30", "-14:59"), ("early_leave", 0, 1)),
            (("+09:00", "-16:30"), ("early_leave", 0, 30)),
        ],
    )
    def test_there_in_the_core_and_long_enough(self, told: Any, found: Any) -> None:
        assert shown(built(shift(self.TERMS, "07:00", "20:00"), *told)) == found

    def test_what_lies_outside_the_hours_is_not_worked(self) -> None:
        assert built(shift(self.TERMS, "07:00", "20:00"), "+06:30", "-15:00").worked_minutes == 420

    def test_an_excused_arrival_need_not_be_made_up(self) -> None:
        late, excuse = ("+11:05", "-18:00"), [Issue(1, "late", "approved")]
        assert shown(built(shift(self.TERMS, "07:00", "20:00"), *late)) == ("serious_late", 65, 65)
        assert shown(built(shift(self.TERMS, "07:00", "20:00"), *late, issues=excuse)) == ("normal", 0, 0)


class TestFlexible:
    TERMS = Terms(kind="flexible", minimum=480, breaks=(("12:00", "13:00"),))
    HOURS = shift(TERMS, "07:00", "21:00")

    @pytest.mark.parametrize(
        ("told", "found", "worked"),
        [
            (("+07:00", "-16:00"), ("normal", 0, 0), 480),
            (("+12:30", "-21:00"), ("normal", 0, 0), 480),
            (("+13:01", "-21:00"), ("early_leave", 0, 1), 479),
            (("+09:00:30", "-18:00"), ("early_leave", 0, 1), 479),
            (("+20:00", "-21:30"), ("early_leave", 0, 420), 60),
            (("+09:00",), ("missing_out", 0, 0), 0),
            ((), ("absent", 0, 0), 0),
        ],
    )
    def test_never_late_what_lacks_is_left_early(self, told: Any, found: Any, worked: int) -> None:
        day = built(self.HOURS, *told)
        assert (shown(day), day.worked_minutes) == (found, worked)

    def test_done_as_soon_as_the_minimum_is_reached(self) -> None:
        """T16: nothing lacks before the window has ended."""
        told = ("+07:00", "-15:59")
        live = built(self.HOURS, *told, as_of=at("16:00"))
        assert (shown(live), live.complete) == (("normal", 0, 0), False)
        done = built(self.HOURS, *told, "-16:00", as_of=at("16:00"))
        assert (shown(done), done.complete) == (("normal", 0, 0), True)
        assert built(self.HOURS, *told, "-16:00", "+17:00").status == "normal"

    def test_an_earlier_arrival_in_doubt_that_would_reach_the_minimum_waits(self) -> None:
        told = [*marks("+14:00", "-21:00"), Mark(9, "in", at("09:00"), 1, "uncertain")]
        day = build_day(DayFacts(MIDNIGHT, told, [Issue(1, "uncertain", "open", 9)]), self.HOURS, LATER)
        assert (day.status, day.undecided) == ("pending", True)


class TestMinimum:
    def test_fewer_minutes_than_the_minimum_are_left_early(self) -> None:
        hours = shift(Terms(minimum=480, breaks=(("12:00", "13:00"),)), "09:00", "18:00", 20)
        assert shown(built(hours, "+09:00", "-18:00")) == ("normal", 0, 0)
        assert shown(built(hours, "+09:10", "-18:00")) == ("early_leave", 0, 10)
        assert shown(built(hours, "+08:30", "-17:50")) == ("early_leave", 0, 10)
        assert shown(built(hours, "+09:10", "-18:00", issues=[Issue(1, "early", "approved")])) == ("normal", 0, 0)
        assert shown(built(hours, "+09:10", "-18:00", as_of=at("18:01"))) == ("normal", 0, 0)

    def test_a_device_that_is_silent_may_still_know_when_somebody_left(self) -> None:
        hours = shift(Terms(minimum=480), "09:00", "18:00")
        facts = DayFacts(MIDNIGHT, punches=punches("12:00", "18:00"), silences=[UNHEARD])
        assert build_day(facts, hours, at("22:00")).status == "unheard"
        assert build_day(replace(facts, silences=()), hours, at("22:00")).status == "late"


class TestSplit:
    """T14: two shifts a day; coming and going belong to the same one."""

    HOURS = shift(SPLIT)

    @pytest.mark.parametrize(
        ("told", "found"),
        [
            (("+08:00", "-12:00", "+16:00", "-21:00"), ("normal", 0, 0)),
            (("+08:05", "-12:30", "+15:40", "-21:00"), ("normal", 0, 0)),
            (("+08:10", "-12:00", "+16:20", "-21:00"), ("late", 30, 0)),
            (("+08:05", "-12:00", "+16:20", "-21:00"), ("late", 20, 0)),
            (("+08:00", "-11:30", "+16:00", "-20:00"), ("early_leave", 0, 90)),
            (("+08:00", "-11:59:30", "+16:00", "-21:00"), ("early_leave", 0, 1)),
            (("+08:00", "-12:00"), ("missing_in", 0, 0)),
            (("+08:00", "-12:00", "+16:00"), ("missing_out", 0, 0)),
            (("+08:00", "+16:00", "-21:00"), ("missing_out", 0, 0)),
            (("+16:00", "-21:00"), ("missing_in", 0, 0)),
            (("+08:00", "-21:00"), ("missing_in", 0, 0)),
            ((), ("absent", 0, 0)),
            (("+08:00", "-10:00", "+10:30", "-12:00", "+16:00", "-18:00", "+18:10", "-21:00"), ("normal", 0, 0)),
            (("+08:00", "-12:05", "+12:40", "-13:30", "+17:00", "-21:00"), ("late", 60, 0)),
        ],
    )
    def test_check_ins(self, told: Any, found: Any) -> None:
        assert shown(built(self.HOURS, *told)) == found

    @pytest.mark.parametrize(
        ("clocks", "found"),
        [
            (("08:00", "12:00", "16:00", "21:00"), ("normal", 0, 0)),
            (("08:00", "12:10", "15:50", "21:00"), ("normal", 0, 0)),
            (("08:00", "11:50", "16:10", "21:00"), ("late", 10, 10)),
            (("08:00", "12:10", "21:00"), ("missing_in", 0, 0)),
            (("08:00", "15:50", "21:00"), ("missing_out", 0, 0)),
            (("08:00", "12:10", "15:50"), ("missing_out", 0, 0)),
            (("12:10", "15:50", "21:00"), ("missing_in", 0, 0)),
            (("08:00", "10:00", "10:15", "12:00", "16:00", "21:00"), ("normal", 0, 0)),
            (("08:00", "21:00"), ("missing_in", 0, 0)),
        ],
    )
    def test_punches_have_no_direction(self, clocks: Any, found: Any) -> None:
        assert shown(built(self.HOURS, punches=punches(*clocks))) == found

    def test_one_punch_in_a_short_gap_is_coming_back_when_going_was_seen(self) -> None:
        lunch = shift(Terms(kind="split", breaks=(("12:00", "13:00"),)), end="17:00")
        said = roles(punches("08:00", "11:58", "12:20", "17:00"), lunch)
        assert list(said.values()) == ["in", "out", "in", "out"]
        said = roles(punches("08:00", "12:20", "17:00"), lunch)
        assert list(said.values()) == ["in", "out", "out"]
        said = roles(punches("08:00", "12:00", "12:40", "17:00"), lunch)
        assert list(said.values()) == ["in", "out", "in", "out"]

    def test_phone_and_device_together(self) -> None:
        day = built(self.HOURS, "+08:00", "-21:00", punches=punches("12:00", "15:55"))
        assert (shown(day), day.sources) == (("normal", 0, 0), "phone,device")
        assert day.worked_minutes == 9 * 60

    def test_worked_minutes_are_of_both_parts_without_the_gap(self) -> None:
        assert built(self.HOURS, "+08:00", "-12:30", "+15:30", "-21:15").worked_minutes == 4 * 60 + 5 * 60 + 15
        assert built(self.HOURS, "+08:00", "-12:30", "+15:30").worked_minutes == 4 * 60

    def test_nothing_lacks_before_the_day_is_over(self) -> None:
        live = built(self.HOURS, "+08:00", "-12:00", as_of=at("17:00"))
        assert (shown(live), live.complete, live.over) == (("normal", 0, 0), False, False)
        gone = built(self.HOURS, "+08:00", "+16:00", "-21:00", as_of=at("21:00"))
        assert (shown(gone), gone.complete) == (("normal", 0, 0), False)

    def test_what_is_granted_without_a_time_fills_the_part_that_lacks(self) -> None:
        out = [Issue(1, "missing_out", "approved")]
        assert built(self.HOURS, "+08:00", "+16:00", "-21:00", issues=out).status == "normal"
        assert built(self.HOURS, "+08:00", "-12:00", "+16:00", issues=out).status == "normal"
        assert shown(built(self.HOURS, "+08:00", "-11:00", "+16:00", issues=out)) == ("early_leave", 0, 60)
        back = [Issue(1, "mistake", "approved", None, {"category": "forgot_in"})]
        found = built(self.HOURS, "+08:00", "-12:00", punches=punches("21:00"), issues=back)
        assert found.status == "normal"

    def test_there_the_whole_day_by_a_decision(self) -> None:
        assert shown(built(self.HOURS, issues=[Issue(1, "absent", "approved")])) == ("normal", 0, 0)
        late = [Issue(1, "absent", "approved", None, {}, {"at": at("08:20").isoformat()})]
        assert shown(built(self.HOURS, issues=late)) == ("late", 20, 0)

    def test_a_silent_device_may_know_when_somebody_came_back(self) -> None:
        """The allowance of an arrival that is known does not wait, but the second arrival is not known."""
        facts = DayFacts(MIDNIGHT, marks("+08:00", "-12:00"), silences=[UNHEARD])
        day = build_day(facts, self.HOURS, at("01:00", 3))
        assert (day.status, day.undecided, day.complete) == ("unheard", True, False)
        whole = shift(Terms(), end="21:00")
        assert build_day(facts, whole, at("01:00", 3)).complete

    def test_an_open_check_in_of_one_part_holds_the_day(self) -> None:
        told = [
            *marks("+08:00", "-12:00"),
            Mark(8, "in", at("16:00"), 1, "outside"),
            Mark(9, "out", at("21:00"), 1, "inside"),
        ]
        facts = DayFacts(MIDNIGHT, told, [Issue(1, "outside", "open", 8)])
        assert build_day(facts, self.HOURS, LATER).status == "pending"
        yes = replace(facts, issues=[Issue(1, "outside", "approved", 8)])
        no = replace(facts, issues=[Issue(1, "outside", "rejected", 8)])
        assert [build_day(one, self.HOURS, LATER).status for one in (yes, no)] == ["normal", "missing_in"]


class TestHalfDay:
    """T16: leave for half of a day."""

    LUNCH = Terms(breaks=(("12:00", "13:00"),), minimum=480)

    @pytest.mark.parametrize(
        ("terms", "off", "hours"),
        [
            (LUNCH, "second", ("09:00", "12:00")),
            (LUNCH, "first", ("13:00", "18:00")),
            (Terms(breaks=(("13:15", "13:30"), ("16:00", "17:00"))), "first", ("13:30", "18:00")),
            (Terms(), "second", ("09:00", "13:30")),
            (Terms(), "first", ("13:30", "18:00")),
            (Terms(kind="split", breaks=(("11:00", "15:00"),)), "second", ("09:00", "11:00")),
            (Terms(kind="split", breaks=(("11:00", "15:00"),)), "first", ("15:00", "18:00")),
        ],
    )
    def test_the_hours_that_remain(self, terms: Terms, off: str, hours: tuple[str, str]) -> None:
        day = shift(terms, "09:00", "18:00", off=off)
        assert (day.starts_at, day.ends_at) == (at(hours[0]), at(hours[1]))
        assert (day.kind, day.source, day.scheduled, day.terms.half) == ("work", "leave", True, off)
        assert len(day.parts) == 1

    def test_the_minimum_is_halved_and_never_more_than_what_remains(self) -> None:
        morning = shift(self.LUNCH, "09:00", "18:00", off="second")
        assert morning.terms.minimum == 180
        assert shown(built(morning, "+09:00", "-12:00")) == ("normal", 0, 0)
        assert shown(built(morning, "+09:10", "-11:50")) == ("late", 10, 20)
        assert shift(self.LUNCH, "09:00", "18:00", off="first").terms.minimum == 240

    def test_a_core_outside_what_remains_asks_for_nothing(self) -> None:
        core = Terms(kind="core", core=("10:00", "12:00"))
        assert shift(core, "07:00", "19:00", off="second").terms.core == (at("10:00"), at("12:00"))
        assert shift(core, "07:00", "19:00", off="first").terms.kind == "flexible"

    def test_a_day_off_by_the_week_stays_one(self) -> None:
        said = DayWords(True, False, "rest", None, (), "first")
        assert expectation(said, ShiftTimes("09:00", "18:00"), ON, ZONE).kind == "rest"


def test_the_day_is_over_when_the_shift_says_so() -> None:
    hours = shift(Terms(after=30), end="17:00")
    assert built(hours, as_of=at("17:29:59")).status == "pending"
    assert built(hours, as_of=at("17:30")).status == "absent"


def test_a_day_without_a_shift_asks_for_nothing_and_takes_no_break_off() -> None:
    said = DayWords(True, False, "rest", None, ())
    rest = expectation(said, ShiftTimes("08:00", "21:00", 5, replace(SPLIT, break_minutes=30)), ON, ZONE)
    day = built(rest, "+10:00", "-17:00")
    assert (shown(day), day.worked_minutes, day.terms) == (("field_work", 0, 0), 420, "")


@pytest.mark.parametrize("off", ["", "first", "second"])
@pytest.mark.parametrize(
    "terms",
    [
        Terms(),
        SPLIT,
        TestFlexible.TERMS,
        TestCore.TERMS,
        Terms(serious=90, before=30, after=15, breaks=(("10:00", "10:15"), ("12:00", "13:00"))),
    ],
)
def test_a_stored_day_gives_back_its_expectation(terms: Terms, off: str) -> None:
    hours = shift(terms, off=off)
    day = built(hours, "+08:00", "-21:00")
    assert expectation_of(day) == replace(hours, source="stored")
    assert build_day(DayFacts(MIDNIGHT, marks("+08:00", "-21:00")), expectation_of(day), LATER) == day
    assert len(day.terms) < 500
