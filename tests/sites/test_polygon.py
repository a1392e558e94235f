"""Outlines: distance to the edge against independent methods, what is refused, what people paste (T1, T3, T9)."""

from __future__ import annotations

import contextlib
import json
from math import atan2, cos, pi, radians

import pytest
from geopy.distance import geodesic
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from webapp.core.errors import Invalid
from webapp.sites import rules
from webapp.sites.rules import Datum, Point

MALL = (31.2304, 121.4737)


def at(place: Point, metres: float, bearing: float) -> Point:
    there = geodesic(meters=metres).destination(place, bearing)
    return there.latitude, (there.longitude + 180) % 360 - 180


def square(place: Point, half: float) -> list[Point]:
    """Its sides run north-south and east-west, `half` metres from the middle."""
    corners = ((half, half), (-half, half), (-half, -half), (half, -half))
    return [at(at(place, north, 0), east, 90) for north, east in corners]


def code(corners: list[Point], place: Point | None = MALL) -> str:
    with pytest.raises(Invalid) as refused:
        rules.outline(corners, place)
    assert refused.value.field == "polygon"
    return refused.value.code


@pytest.mark.parametrize(
    "place", [MALL, (0.0, 0.0), (0.0, 180.0), (10.0, -179.9995), (-33.9, 18.4), (60.2, 24.9), (78.2, 15.6)]
)
@pytest.mark.parametrize("metres", [0.01, 1, 40, 99.9, 100.1, 150, 700])
def test_t1_the_distance_to_a_straight_edge_is_the_geodesic_one(place: Point, metres: float) -> None:
    corners = square(place, 100)
    spot = at(place, metres, 90)
    assert rules.edge_m(spot, corners) == pytest.approx(metres - 100, abs=0.02 if metres < 200 else 0.4)


def test_beyond_a_corner_the_corner_is_the_nearest() -> None:
    far = at(at(MALL, 130, 0), 140, 90)
    assert rules.edge_m(far, square(MALL, 100)) == pytest.approx(50, abs=0.01)


def test_the_other_side_of_the_world_is_far_away() -> None:
    for place in ((-31.0, -58.0), (90.0, 0.0), (-90.0, 180.0), (31.0, -121.0)):
        assert rules.edge_m(place, square(MALL, 100)) > 1_000_000


corners_of_a_star = st.lists(st.floats(60, 600), min_size=3, max_size=20)
spots = st.tuples(st.floats(0, 900), st.floats(0, 360))


def star(radii: list[float]) -> list[Point]:
    return [at(MALL, radius, 360 * index / len(radii)) for index, radius in enumerate(radii)]


def turns_around(spot: Point, corners: list[Point]) -> int:
    """Winding number by angles: how often the outline goes round the spot."""
    flat = [((lng - spot[1]) * cos(radians(spot[0])), lat - spot[0]) for lat, lng in corners]
    angles = [atan2(y, x) for x, y in flat]
    steps = [(b - a + pi) % (2 * pi) - pi for a, b in zip(angles, [*angles[1:], angles[0]], strict=True)]
    return round(sum(steps) / (2 * pi))


@given(radii=corners_of_a_star, spot=spots)
def test_inside_agrees_with_the_winding_number(radii: list[float], spot: tuple[float, float]) -> None:
    corners, place = star(radii), at(MALL, *spot)
    edge = rules.edge_m(place, corners)
    assume(abs(edge) > 0.05)
    assert (edge < 0) == (turns_around(place, corners) != 0)


@given(radii=corners_of_a_star, spot=spots, turn=st.integers(0, 19), back=st.booleans())
def test_where_it_begins_and_which_way_it_runs_means_nothing(
    radii: list[float], spot: tuple[float, float], turn: int, back: bool
) -> None:
    corners, place = star(radii), at(MALL, *spot)
    turned = corners[turn % len(corners) :] + corners[: turn % len(corners)]
    other = turned[::-1] if back else turned
    assert rules.edge_m(place, other) == pytest.approx(rules.edge_m(place, corners), abs=1e-6)


@given(radius=st.integers(30, 1500), spot=spots)
def test_many_corners_on_a_circle_are_the_circle(radius: int, spot: tuple[float, float]) -> None:
    ring = [at(MALL, radius, 3.6 * number) for number in range(100)]
    place = at(MALL, *spot)
    sag = radius * (1 - cos(radians(1.8)))
    assert rules.edge_m(place, ring) == pytest.approx(rules.distance_m(MALL, place) - radius, abs=sag + 0.5)


def test_an_outline_keeps_its_corners_and_drops_what_is_said_twice() -> None:
    corners = [(round(lat, 7), round(lng, 7)) for lat, lng in square(MALL, 100)]
    assert rules.outline([*corners[:2], corners[1], *corners[2:], corners[0]], MALL) == tuple(corners)
    assert rules.outline([], None) == ()


def test_outlines_that_are_refused() -> None:
    a, b, c, d = square(MALL, 100)
    assert code([a, b, c, d], None) == "outline_without_place"
    assert code([a, b]) == "outline_corners"
    assert code([a, b, a, b]) == "outline_crosses"
    assert code([a, c, b, d]) == "outline_crosses"
    assert code([a, b, at(MALL, 4000, 90), c]) == "outline_far"
    assert code(square(MALL, 9.9)) == "outline_small"
    assert code([a, b, at(b, 2, 90)]) == "outline_small"
    assert code(square(at(MALL, 350, 90), 100)) == "outline_elsewhere"
    assert code([at(MALL, 300, 3.5 * number) for number in range(101)]) == "outline_corners"


def test_a_spike_and_a_corner_on_another_edge_are_refused() -> None:
    a, b, c, d = square(MALL, 100)
    assert code([a, b, at(b, 50, 90), b, c, d]) == "outline_crosses"
    assert code([a, b, c, d, at(at(MALL, 100, 90), 0.001, 90)]) == "outline_crosses"


@given(radii=st.lists(st.floats(200, 600), min_size=4, max_size=12), swap=st.integers(0, 11))
def test_no_outline_that_is_taken_crosses_itself(radii: list[float], swap: int) -> None:
    corners = star(radii)
    one, two = swap % len(corners), (swap + 1) % len(corners)
    corners[one], corners[two] = corners[two], corners[one]
    try:
        rules.outline(corners, MALL)
    except Invalid:
        reject()
    flat = [((lng - MALL[1]) * cos(radians(MALL[0])), lat - MALL[0]) for lat, lng in corners]
    edges = list(zip(flat, [*flat[1:], flat[0]], strict=True))
    turn = sum(angle(edges[i], edges[(i + 1) % len(edges)]) for i in range(len(edges)))
    assert abs(turn) == pytest.approx(2 * pi, abs=1e-6)  # a curve that crosses once turns 0 or 4π


def angle(one: tuple[Point, Point], two: tuple[Point, Point]) -> float:
    (ax, ay), (bx, by) = ((edge[1][0] - edge[0][0], edge[1][1] - edge[0][1]) for edge in (one, two))
    return atan2(ax * by - ay * bx, ax * bx + ay * by)


@pytest.mark.parametrize("datum", Datum)
def test_t9_corners_are_converted_one_by_one_and_shown_as_typed(datum: Datum) -> None:
    wgs = rules.outline(square(MALL, 100), MALL)
    typed = rules.in_datum(wgs, datum)
    back = rules.from_datum(typed, datum)
    assert rules.is_same(rules.outline(back, MALL), wgs)
    assert (datum == "wgs84") == (typed == wgs)
    for one, two in zip(typed, back, strict=True):
        assert (rules.distance_m(one, two) > 100) == (datum != "wgs84")


LINES = "31.2304, 121.4737\n31.2314,121.4737\n31.2314 121.4747"
CORNERS = ((31.2304, 121.4737), (31.2314, 121.4737), (31.2314, 121.4747))
RING = [[lng, lat] for lat, lng in CORNERS]
SHAPE = {"type": "Polygon", "coordinates": [[*RING, RING[0]]]}


@pytest.mark.parametrize(
    "text",
    [
        LINES,
        LINES.replace("\n", "\r\n\r\n"),
        LINES.replace("\n", "; "),
        LINES.replace("\n", "|"),
        "(31.2304，121.4737)\n[31.2314, 121.4737],\n31.2314\t121.4747",
        "\n".join(f"{lng}, {lat}" for lat, lng in CORNERS),
    ],
)
def test_pairs_of_degrees_are_read(text: str) -> None:
    assert rules.read_corners(text) == CORNERS


@pytest.mark.parametrize(
    "shape",
    [
        SHAPE,
        {"type": "Feature", "properties": {}, "geometry": SHAPE},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": SHAPE}]},
        {"type": "Polygon", "coordinates": [[[*pair, 4.5] for pair in [*RING, RING[0]]]]},
    ],
)
def test_geojson_is_read(shape: object) -> None:
    assert rules.read_corners(json.dumps(shape, indent=1)) == (*CORNERS, CORNERS[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("31.2304", "corner_line"),
        ("31.2304, 121.4737\nhello", "corner_line"),
        ("91, 181", "corner_line"),
        ("1.2.3, 4", "corner_line"),
        ("1e400, 2", "corner_line"),
        ("nan, 2", "corner_line"),
        ("٣١, 121", "corner_line"),
        ("{", "corner_json"),
        ("[[1,2],[3,4]]", "corner_json"),
        ('{"type": "Polygon"}', "corner_json"),
        ('{"type": "Polygon", "coordinates": []}', "corner_json"),
        ('{"type": "Polygon", "coordinates": [[[1, 2]], [[3, 4]]]}', "corner_json"),
        ('{"type": "Polygon", "coordinates": [["ab", "cd"]]}', "corner_json"),
        ('{"type": "Polygon", "coordinates": [[[1e999, 2]]]}', "corner_line"),
        ('{"type": "Polygon", "coordinates": [[[NaN, 2]]]}', "corner_line"),
        ('{"type": "MultiPolygon", "coordinates": [[[[1, 2]]]]}', "corner_json"),
        ('{"type": "FeatureCollection", "features": []}', "corner_json"),
        ("[" * 11_000, "corner_json"),
        ("1,2\n" * 102, "outline_corners"),
        ("1" * 12_001, "too_long"),
    ],
)
def test_t3_what_cannot_be_read_says_so(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.read_corners(text)
    assert (refused.value.code, refused.value.field) == (said, "polygon")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Invalid):
        assert all(abs(lat) <= 90 and abs(lng) <= 180 for lat, lng in rules.read_corners(text))


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-90, 90)), min_size=1, max_size=100))
def test_what_a_form_shows_is_read_again(corners: list[Point]) -> None:
    again = rules.read_corners(rules.write_corners(corners))
    assert rules.is_same(again, corners)
