"""Coordinate systems, positions as typed, boxes and distances (T1, T3, T9)."""

from __future__ import annotations

from math import isclose

import pytest
from geopy.distance import geodesic
from hypothesis import assume, example, given
from hypothesis import strategies as st

from webapp.core.errors import Invalid
from webapp.sites import rules
from webapp.sites.rules import Datum

CITIES = [
    ("Shanghai", 31.2304, 121.4737, 482),
    ("Beijing", 39.9042, 116.4074, 556),
    ("Guangzhou", 23.1291, 113.2644, 621),
    ("Chengdu", 30.5728, 104.0668, 363),
    ("Urumqi", 43.8256, 87.6168, 266),
]
in_china = st.tuples(st.floats(18, 53), st.floats(74, 134))
anywhere = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(("city", "lat", "lng", "metres"), CITIES)
def test_t9_gcj02_offsets_are_those_measured_independently(city: str, lat: float, lng: float, metres: int) -> None:
    shifted = rules.from_wgs84(lat, lng, Datum.GCJ02)
    assert round(rules.distance_m((lat, lng), shifted)) == metres


@given(place=in_china, datum=st.sampled_from(Datum))
def test_t9_every_datum_converts_there_and_back_to_a_millimetre(place: tuple[float, float], datum: Datum) -> None:
    back = rules.to_wgs84(*rules.from_wgs84(*place, datum), datum)
    assert rules.distance_m(place, back) < 0.001


@given(place=in_china)
def test_t9_the_offset_is_never_small_enough_to_miss(place: tuple[float, float]) -> None:
    assert 10 < rules.distance_m(place, rules.from_wgs84(*place, Datum.GCJ02)) < 720


def test_wgs84_is_left_alone() -> None:
    assert rules.to_wgs84(1.3521, 103.8198, Datum.WGS84) == (1.3521, 103.8198)


@pytest.mark.parametrize(
    ("lat", "lng"),
    [("0", "12.5"), ("12.5", "0"), ("90", "180"), ("-90", "-180"), (" 31.2304 ", "+121.4737"), (31.2, 121)],
)
def test_t3_positions_that_are_fine(lat: object, lng: object) -> None:
    assert rules.position(lat, lng) == (float(str(lat)), float(str(lng)))


@pytest.mark.parametrize(
    ("lat", "lng", "code", "field"),
    [
        ("0", "0", "position_zero", "lat"),
        ("31.2", "", "position_half", "lng"),
        (None, "121", "position_half", "lat"),
        ("90.0001", "0", "degrees_range", "lat"),
        ("0", "-180.5", "degrees_range", "lng"),
        ("nan", "1", "not_degrees", "lat"),
        ("1", "Infinity", "not_degrees", "lng"),
        ("1e400", "1", "not_degrees", "lat"),
        ("31,23", "121,47", "degrees_comma", "lat"),
        ("north", "1", "not_degrees", "lat"),
        ("1_0", "1", "not_degrees", "lat"),
        ("٣١", "1", "not_degrees", "lat"),
    ],
)
def test_t3_positions_that_are_refused_with_their_field(lat: object, lng: object, code: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.position(lat, lng)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_no_position_is_no_position() -> None:
    assert rules.position("", None) is None


@given(place=anywhere, other=anywhere, metres=st.floats(1, 60_000))
@example(place=(0.0, 179.9999), other=(0.0, -179.9999), metres=50)
@example(place=(89.9999, 10.0), other=(89.9999, -170.0), metres=100)
@example(place=(-89.9, 10.0), other=(-89.9, 30.0), metres=60_000)
def test_t3_boxes_miss_nobody_within_reach(
    place: tuple[float, float], other: tuple[float, float], metres: float
) -> None:
    boxes = rules.boxes(*place, metres)
    assert 1 <= len(boxes) <= 2
    assert any(box.holds(*place) for box in boxes)
    assert all(-180 <= box.west <= box.east <= 180 for box in boxes)
    # bring the other point to the edge of the reach along the line between them
    assume(rules.roughly_m(place, other) > 0)
    bearing = (place[0] * 7 + other[1]) % 360
    edge = geodesic(meters=metres * 0.999).destination(place, bearing)
    assert any(box.holds(edge.latitude, edge.longitude) for box in boxes)


@given(place=anywhere, other=anywhere)
def test_the_rough_distance_is_good_enough_to_choose(place: tuple[float, float], other: tuple[float, float]) -> None:
    true = rules.distance_m(place, other)
    assert isclose(rules.roughly_m(place, other), true, rel_tol=0.0057, abs_tol=0.01)


def test_t12_nearest_first_and_a_tie_goes_to_the_first() -> None:
    here = (31.23, 121.47)
    places = [(31.232, 121.47), (31.231, 121.47), (31.231, 121.47), (31.3, 121.47)]
    assert [index for _, index in rules.nearest(here, places, 3)] == [1, 2, 0]
    assert rules.nearest(here, [], 3) == []


def cluster(lat: float, lng: float, count: int, step: float = 0.00005) -> list[tuple[float, float]]:
    return [(lat + step * (n % 3), lng - step * (n % 2)) for n in range(count)]


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_t9_a_site_entered_in_another_datum_is_noticed(datum: Datum) -> None:
    true = (31.2304, 121.4737)
    typed = rules.from_wgs84(*true, datum)
    found = rules.wrong_datum(typed, 150, cluster(*true, 6))
    assert found is not None
    assert found.datum == datum
    assert rules.distance_m((found.lat, found.lng), true) < 0.01
    assert (found.distance_now_m > 400, found.distance_then_m < 30, found.check_ins) == (True, True, 6)


def test_t9_no_suspicion_without_reason() -> None:
    true = (31.2304, 121.4737)
    wrong = rules.from_wgs84(*true, Datum.GCJ02)
    assert rules.wrong_datum(wrong, 150, cluster(*true, 4)) is None, "too few"
    assert rules.wrong_datum(wrong, 150, cluster(*true, 9, step=0.002)) is None, "too scattered"
    assert rules.wrong_datum(true, 150, cluster(*true, 9)) is None, "they are inside"
    assert rules.wrong_datum((31.25, 121.5), 150, cluster(*true, 9)) is None, "wrong, but in no known way"
