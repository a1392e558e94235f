"""The fence rule and the phone's clock: T1 to T6, T13."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import inf, nan

import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from webapp.attendance.rules import Fence, Fix, judge, place_tap

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SHOP = Fence(31.23045, 121.47375, 150)


def fix(metres: float, accuracy: float | None = 10, at: datetime | None = AT, bearing: float = 90) -> Fix:
    there = geodesic(meters=metres).destination((SHOP.lat, SHOP.lng), bearing)
    return Fix(there.latitude, there.longitude, accuracy, at)


@pytest.mark.parametrize(
    ("metres", "accuracy", "verdict", "reason"),
    [
        (0, 150, "inside", "in_range"),
        (0, 150.01, "uncertain", "at_the_edge"),
        (139.99, 10, "inside", "in_range"),
        (140.01, 10, "uncertain", "at_the_edge"),
        (150, 10, "uncertain", "at_the_edge"),
        (159.99, 10, "uncertain", "at_the_edge"),
        (160.01, 10, "outside", "too_far"),
        (0, 200, "uncertain", "at_the_edge"),
        (0, 200.1, "uncertain", "weak_signal"),
        (0, 1e9, "uncertain", "weak_signal"),
        (5000, 1e9, "uncertain", "weak_signal"),
    ],
)
def test_t1_t2_distance_and_accuracy(metres: float, accuracy: float, verdict: str, reason: str) -> None:
    judged = judge(fix(metres, accuracy), SHOP, tapped_at=AT)
    assert (judged.verdict, judged.reason) == (verdict, reason)
    assert judged.distance_m == pytest.approx(metres, abs=0.001)


@pytest.mark.parametrize("accuracy", [None, 0, -5, nan, inf, -inf])
def test_t2_an_accuracy_that_says_nothing_is_never_accepted(accuracy: float | None) -> None:
    assert judge(fix(0, accuracy), SHOP, tapped_at=AT).reason == "no_accuracy"


@pytest.mark.parametrize(
    ("seconds", "reason"), [(120, "in_range"), (121, "fix_old"), (-120, "in_range"), (-121, "fix_ahead")]
)
def test_t5_a_fix_of_another_time_is_uncertain(seconds: int, reason: str) -> None:
    assert judge(fix(0, 10, AT - timedelta(seconds=seconds)), SHOP, tapped_at=AT).reason == reason


def test_t5_a_fix_without_a_time_is_uncertain() -> None:
    assert judge(fix(0, 10, None), SHOP, tapped_at=AT).reason == "fix_undated"


@pytest.mark.parametrize(
    ("lat", "lng"), [(0.0, 10.0), (10.0, 0.0), (90.0, 0.0), (-90.0, 5.0), (5.0, 180.0), (5.0, -180.0)]
)
def test_t3_zero_and_limits_are_valid_alone(lat: float, lng: float) -> None:
    assert judge(Fix(lat, lng, 10, AT), Fence(lat, lng, 150), tapped_at=AT).verdict == "inside"


def test_t3_both_zero_is_no_position() -> None:
    assert judge(Fix(0.0, 0.0, 10, AT), Fence(0.0, 0.0, 150), tapped_at=AT).reason == "zero_position"


def test_t3_across_the_antimeridian() -> None:
    judged = judge(Fix(10.0, -179.9999, 5, AT), Fence(10.0, 179.9999, 150), tapped_at=AT)
    assert judged.verdict == "inside"


@given(st.floats(), st.floats(), st.one_of(st.none(), st.floats()), st.integers(-(10**6), 10**6), st.integers(30, 2000))
def test_t6_whatever_comes_there_is_a_verdict_and_inside_means_measured(
    lat: float, lng: float, accuracy: float | None, age: int, radius: int
) -> None:
    here = Fix(lat, lng, accuracy, AT - timedelta(seconds=age))
    judged = judge(here, Fence(31.0, 121.0, radius), tapped_at=AT)
    assert judged.verdict in ("inside", "uncertain", "outside")
    if judged.verdict == "inside":
        assert accuracy is not None
        assert geodesic((lat, lng), (31.0, 121.0)).meters + accuracy <= radius
        assert abs(age) <= 120


EAST = geodesic(meters=150).destination((SHOP.lat, SHOP.lng), 90).longitude
WEST = 2 * SHOP.lng - EAST
HALL = Fence(
    SHOP.lat,
    SHOP.lng,
    30,
    [(SHOP.lat + north, east) for north, east in ((1e-3, EAST), (-1e-3, EAST), (-1e-3, WEST), (1e-3, WEST))],
)


@pytest.mark.parametrize(
    ("metres", "accuracy", "verdict", "reason"),
    [
        (0, 110, "inside", "in_range"),
        (0, 112, "uncertain", "at_the_edge"),
        (139.98, 10, "inside", "in_range"),
        (140.02, 10, "uncertain", "at_the_edge"),
        (150, 10, "uncertain", "at_the_edge"),
        (159.98, 10, "uncertain", "at_the_edge"),
        (160.02, 10, "outside", "too_far"),
        (0, 200.1, "uncertain", "weak_signal"),
        (100_000, 10, "outside", "too_far"),
    ],
)
def test_t1_t2_the_same_rule_with_corners(metres: float, accuracy: float, verdict: str, reason: str) -> None:
    """The hall's eastern wall is 150 m away, its northern one 111 m; its radius means nothing."""
    judged = judge(fix(metres, accuracy), HALL, tapped_at=AT)
    assert (judged.verdict, judged.reason) == (verdict, reason)
    assert judged.distance_m == pytest.approx(max(0, metres - 150), abs=0.01, rel=0.01)


def test_t3_corners_across_the_antimeridian() -> None:
    corners = [(10.001, 179.999), (9.999, 179.999), (9.999, -179.999), (10.001, -179.999)]
    fence = Fence(10.0, 180.0, 30, corners)
    said = [
        judge(Fix(10.0, lng, 5, AT), fence, tapped_at=AT).verdict for lng in (179.9995, -179.9995, -179.998, 179.998)
    ]
    assert said == ["inside", "inside", "outside", "outside"]


@given(st.floats(), st.floats(), st.one_of(st.none(), st.floats()))
def test_t6_whatever_comes_there_is_a_verdict_with_corners(lat: float, lng: float, accuracy: float | None) -> None:
    judged = judge(Fix(lat, lng, accuracy, AT), HALL, tapped_at=AT)
    assert judged.verdict in ("inside", "uncertain", "outside")
    if judged.verdict == "inside":
        assert abs(lat - HALL.lat) <= 1e-3
        assert WEST <= lng <= EAST


@pytest.mark.parametrize("reason", ["denied", "unavailable", "timeout", "unsupported"])
def test_t4_each_missing_fix_keeps_its_reason(reason: str) -> None:
    assert judge(None, SHOP, tapped_at=AT, no_fix=reason).reason == f"no_fix_{reason}"


def test_a_site_without_coordinates_is_uncertain() -> None:
    assert judge(fix(0), None, tapped_at=AT).reason == "no_site_location"


@pytest.mark.parametrize(
    ("waited", "problem"),
    [(0, None), (120, None), (121, "late_arrival"), (86400, "late_arrival"), (-120, None), (-121, "clock")],
)
def test_a_tap_is_believed_for_two_minutes(waited: int, problem: str | None) -> None:
    tap = place_tap(AT, AT + timedelta(seconds=waited), None)
    assert tap.problem == problem
    assert tap.skew_s == waited
    assert tap.counted_at == (AT + timedelta(seconds=waited) if waited < 0 else AT)


def test_a_tap_of_last_year_counts_when_it_arrived() -> None:
    tap = place_tap(AT - timedelta(days=365), AT, None)
    assert (tap.problem, tap.counted_at) == ("clock", AT)


@pytest.mark.parametrize("error", [timedelta(days=1), timedelta(days=-1), timedelta(hours=3)])
def test_t13_a_wrong_phone_clock_changes_only_the_recorded_skew(error: timedelta) -> None:
    tapped = AT + error
    tap = place_tap(tapped, AT + timedelta(seconds=4), tapped + timedelta(seconds=3))
    assert tap.problem is None
    assert tap.counted_at == AT + timedelta(seconds=1)
    assert tap.skew_s == round((AT + timedelta(seconds=4) - tapped).total_seconds())


@given(st.datetimes(), st.datetimes())
def test_no_moment_overflows_the_skew(tapped: datetime, received: datetime) -> None:
    tap = place_tap(tapped.replace(tzinfo=UTC), received.replace(tzinfo=UTC), None)
    assert abs(tap.skew_s) < 2**31
    assert tap.counted_at <= received.replace(tzinfo=UTC)
