"""What recent check-ins say about a fence: shares, the suggestion, the picture."""

from __future__ import annotations

import pytest
from geopy.distance import geodesic

from webapp.sites import rules

SHOP = (31.23045, 121.47375)
BOUNDS = (30, 2000)
Fix = tuple[float, float, float]


def fixes(*spots: tuple[float, float]) -> list[Fix]:
    """(metres east of the shop, accuracy) each."""
    found = []
    for metres, accuracy in spots:
        there = geodesic(meters=metres).destination(SHOP, 90)
        found.append((there.latitude, there.longitude, accuracy))
    return found


def test_shares_count_what_is_surely_inside() -> None:
    spots = fixes((50, 10), (90, 9.9), (90, 10.2), (400, 20))
    help_ = rules.radius_help(SHOP, 120, spots, bounds=BOUNDS)
    assert dict(help_.shares) == {50: 0, 80: 25, 100: 50, 120: 75, 150: 75, 200: 75, 300: 75, 500: 100}
    assert (help_.check_ins, help_.now, help_.best, help_.few) == (4, 75, 100, True)


def test_a_suggestion_needs_enough_check_ins_and_most_of_them() -> None:
    near, far = [(100.0, 20.0)], [(900.0, 20.0)]
    assert rules.radius_help(SHOP, 100, fixes(*near * 19), bounds=BOUNDS).suggested is None
    enough = rules.radius_help(SHOP, 100, fixes(*near * 18, *far * 2), bounds=BOUNDS)
    assert (enough.suggested, enough.suggested_share, enough.few) == (150, 90, False)
    assert rules.radius_help(SHOP, 100, fixes(*near * 17, *far * 3), bounds=BOUNDS).suggested is None
    assert rules.radius_help(SHOP, 150, fixes(*near * 20), bounds=BOUNDS).suggested is None


def test_a_smaller_radius_is_suggested_too_and_never_one_out_of_bounds() -> None:
    spots = fixes(*[(30.0, 10.0)] * 30)
    assert rules.radius_help(SHOP, 500, spots, bounds=BOUNDS).suggested == 50
    bounded = rules.radius_help(SHOP, 500, spots, bounds=(150, 300))
    assert (bounded.suggested, [radius for radius, _ in bounded.shares]) == (150, [150, 200, 300, 500])
    outside = rules.radius_help(SHOP, 500, fixes(*[(390.0, 10.0)] * 30), bounds=(150, 300))
    assert (outside.suggested, outside.now) == (None, 100)


def test_an_outline_has_its_own_share_and_no_radius() -> None:
    half = geodesic(meters=100)
    north, east = half.destination(SHOP, 0).latitude - SHOP[0], half.destination(SHOP, 90).longitude - SHOP[1]
    square = [(SHOP[0] + y * north, SHOP[1] + x * east) for y, x in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
    help_ = rules.radius_help(SHOP, 30, fixes((50, 10), (89, 10), (95, 10), (300, 5)), bounds=BOUNDS, polygon=square)
    assert (help_.now, help_.shares, help_.suggested, help_.best) == (50, (), None, 50)


@pytest.mark.parametrize("radius", [100, 500])
def test_without_check_ins_nothing_is_claimed(radius: int) -> None:
    help_ = rules.radius_help(SHOP, radius, [], bounds=BOUNDS)
    assert (help_.check_ins, help_.now, help_.suggested) == (0, 0, None)


def test_a_picture_draws_the_outline_instead_of_the_circle() -> None:
    square = [(SHOP[0] + y, SHOP[1] + x) for y, x in ((1e-3, 1e-3), (-1e-3, 1e-3), (-1e-3, -1e-3), (1e-3, -1e-3))]
    drawn = rules.picture(SHOP, 30, fixes((10, 5), (2000, 5)), square)
    points = [tuple(map(float, pair.split(","))) for pair in drawn.corners.split()]
    assert len(points) == 4
    assert all(0 <= number <= drawn.size for pair in points for number in pair)
    assert points[0][0] > drawn.size / 2 > points[0][1], "the first corner is in the north-east"
    assert (drawn.fence, len(drawn.dots), drawn.outside) == (0, 1, 1)
    assert rules.picture(SHOP, 30).corners == ""
