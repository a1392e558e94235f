"""Windows and work dates across midnight, zones and clock changes (T14, T15)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.errors import Invalid
from webapp.schedules import rules
from webapp.schedules.rules import ShiftTimes, Terms, window, work_date_of

ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Asia/Kathmandu", "Asia/Kolkata", "America/New_York")]
DAY, NIGHT = ShiftTimes("09:00", "18:00"), ShiftTimes("22:00", "06:00")
HOUR = timedelta(hours=1)
SPRING, FALL = date(2026, 3, 8), date(2026, 11, 1)

zones = st.sampled_from(ZONES)
dates = st.dates(date(2025, 1, 1), date(2027, 12, 31))
hhmm = st.builds(lambda h, m: f"{h:02}:{m:02}", st.integers(0, 23), st.integers(0, 59))
minutes = st.integers(0, 240)
seconds = st.integers(*(int(datetime(year, 1, 2, tzinfo=UTC).timestamp()) for year in (2025, 2028)))
moments = seconds.map(lambda number: datetime.fromtimestamp(number, UTC))


def local(text: str, zone: ZoneInfo = ZONES[0]) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def test_working_days_follow_the_week_and_what_the_calendar_says() -> None:
    """Friday; Monday is a holiday, Sunday is made up for it."""
    week, known = (1, 2, 3, 4, 5), {date(2026, 3, 9): "holiday", date(2026, 3, 8): "workday"}
    after = [rules.working_day_after(date(2026, 3, 6), days, week, known) for days in (1, 2, 3)]
    assert after == [date(2026, 3, 8), date(2026, 3, 10), date(2026, 3, 11)]


@given(start=hhmm, end=hhmm, on=dates, zone=zones)
def test_t15_a_window_starts_on_its_date_and_lasts_at_most_a_day_and_an_hour(
    start: str, end: str, on: date, zone: ZoneInfo
) -> None:
    begins, ends = window(ShiftTimes(start, end), on, zone)
    assert begins.utcoffset() == timedelta(0)
    assert begins.astimezone(zone).date() == on
    assert timedelta(0) <= ends - begins <= 25 * HOUR
    assert (ends.astimezone(zone).date() > on) == (end <= start) or ends == begins


@given(moment=moments, zone=zones)
def test_t14_without_a_shift_it_is_the_local_date(moment: datetime, zone: ZoneInfo) -> None:
    assert work_date_of(moment, zone, lambda on: None) == moment.astimezone(zone).date()


@given(on=dates, zone=zones, shift=st.builds(ShiftTimes, hhmm, hhmm), part=st.floats(0, 1))
def test_t14_a_moment_within_a_shift_belongs_to_it(on: date, zone: ZoneInfo, shift: ShiftTimes, part: float) -> None:
    begins, ends = window(shift, on, zone)
    moment = begins + (ends - begins) * part
    assert work_date_of(moment, zone, {on: shift}.get) == on


@given(moment=moments, zone=zones, shift=st.builds(ShiftTimes, hhmm, hhmm))
def test_t14_the_answer_is_yesterday_today_or_tomorrow_and_never_further(
    moment: datetime, zone: ZoneInfo, shift: ShiftTimes
) -> None:
    found = work_date_of(moment, zone, lambda on: shift)
    assert abs(found - moment.astimezone(zone).date()) <= timedelta(days=1)
    assert found == work_date_of(moment, zone, lambda on: shift)


@given(zone=zones, shift=st.builds(ShiftTimes, hhmm, hhmm), first=moments, step=st.timedeltas(timedelta(0), 3 * HOUR))
def test_t14_later_moments_never_belong_to_an_earlier_date(
    zone: ZoneInfo, shift: ShiftTimes, first: datetime, step: timedelta
) -> None:
    assert work_date_of(first, zone, lambda on: shift) <= work_date_of(first + step, zone, lambda on: shift)


@given(
    moment=moments, zone=zones, hours=st.lists(st.none() | st.builds(ShiftTimes, hhmm, hhmm), min_size=3, max_size=3)
)
def test_t14_with_the_usual_windows_it_is_the_nearest_within_four_hours(
    moment: datetime, zone: ZoneInfo, hours: list[ShiftTimes | None]
) -> None:
    local = moment.astimezone(zone).date()
    shifts = {local + timedelta(days=n - 1): shift for n, shift in enumerate(hours)}
    spans = {on: window(shift, on, zone) for on, shift in shifts.items() if shift}
    far = {on: max(begins - moment, moment - ends, 0 * HOUR) for on, (begins, ends) in spans.items()}
    near = [(far[on], on) for on in far if far[on] <= 4 * HOUR]
    assert work_date_of(moment, zone, shifts.get) == (min(near)[1] if near else local)


@given(
    zone=zones,
    shift=st.builds(ShiftTimes, hhmm, hhmm, st.just(0), st.builds(Terms, before=minutes, after=minutes)),
    first=moments,
    step=st.timedeltas(timedelta(0), 3 * HOUR),
)
def test_t14_short_windows_keep_the_order_and_leave_nobody_between_two_days(
    zone: ZoneInfo, shift: ShiftTimes, first: datetime, step: timedelta
) -> None:
    found = work_date_of(first, zone, lambda on: shift)
    assert found <= work_date_of(first + step, zone, lambda on: shift)
    begins, ends = window(shift, found, zone)
    near = [window(shift, found + timedelta(days=n), zone) for n in (-1, 0, 1)]
    if any(begins - 4 * HOUR <= first <= ends + 4 * HOUR for begins, ends in near):
        assert begins - 4 * HOUR <= first <= ends + 4 * HOUR


def test_t14_overtime_past_a_short_window_is_no_arrival_of_the_next_day() -> None:
    late = ShiftTimes("13:00", "22:00", terms=Terms(before=60, after=60))
    found = [
        work_date_of(local(f"2026-03-{moment}"), ZONES[0], lambda on: late).day
        for moment in ("02T23:00", "03T00:30", "03T02:00", "03T02:01", "03T12:00")
    ]
    assert found == [2, 2, 2, 3, 3]


@pytest.mark.parametrize(
    ("moment", "on"),
    [
        ("2026-03-02T18:00", date(2026, 3, 2)),
        ("2026-03-02T17:59", date(2026, 3, 2)),
        ("2026-03-03T00:00:01", date(2026, 3, 2)),
        ("2026-03-02T23:59:59", date(2026, 3, 2)),
        ("2026-03-03T10:00", date(2026, 3, 2)),
        ("2026-03-03T10:00:01", date(2026, 3, 3)),
        ("2026-03-03T18:30", date(2026, 3, 3)),
    ],
)
def test_t14_around_a_night_shift(moment: str, on: date) -> None:
    nights = {date(2026, 3, 2): NIGHT, date(2026, 3, 3): NIGHT}
    assert work_date_of(local(moment), ZONES[0], nights.get) == on


def test_t14_a_night_shift_after_a_day_shift_takes_what_is_nearer_to_it() -> None:
    shifts = {date(2026, 3, 2): DAY, date(2026, 3, 3): ShiftTimes("00:00", "08:00")}
    found = [
        work_date_of(local(f"2026-03-02T{hour}"), ZONES[0], shifts.get).day
        for hour in ("20:59", "21:00", "21:01", "23:59:59")
    ]
    assert found == [2, 2, 3, 3]


def test_t15_a_branch_where_utc_midnight_falls_into_the_working_day() -> None:
    for name, moment in (("Asia/Kolkata", "2026-03-02T05:30"), ("Asia/Kathmandu", "2026-03-02T05:45")):
        zone = ZoneInfo(name)
        assert work_date_of(local(moment, zone), zone, lambda on: ShiftTimes("05:00", "14:00")) == date(2026, 3, 2)


def test_t15_clock_changes_make_days_longer_and_shorter() -> None:
    new_york = ZONES[3]
    lengths = [
        ends - begins for begins, ends in (window(NIGHT, on, new_york) for on in (date(2026, 3, 7), date(2026, 10, 31)))
    ]
    assert lengths == [7 * HOUR, 9 * HOUR]
    assert window(ShiftTimes("02:30", "10:00"), SPRING, new_york)[0] == local("2026-03-08T03:30", new_york)
    assert (
        window(ShiftTimes("02:15", "03:00"), SPRING, new_york)[1]
        >= window(ShiftTimes("02:15", "03:00"), SPRING, new_york)[0]
    )
    assert window(ShiftTimes("01:30", "09:00"), FALL, new_york)[0] == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("9:00", "09:00"), ("0930", "09:30"), ("930", "09:30"), (" 23:59 ", "23:59"), ("9：05", "09:05")],
)
def test_times_as_people_write_them(typed: str, stored: str) -> None:
    assert rules.hhmm(typed, field="start") == stored


@pytest.mark.parametrize("typed", ["", "24:00", "9:60", "9", "nine", "09:0", "-1:00", "1:2:3", "٠٩:٠٠", "99999"])
def test_times_that_are_none_are_refused_with_their_field(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.hhmm(typed, field="start")
    assert refused.value.field == "start"
