"""What people see of a tap that was judged by an outline: how far from its edge, and a picture."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from tests.attendance.days import ON, arrive, field
from webapp.attendance import queries
from webapp.attendance.rules import fence_picture
from webapp.core.db import db, transaction
from webapp.sites.models import Site

SITE = (31.23045, 121.47375)
SQUARE = [(SITE[0] + y, SITE[1] + x) for y, x in ((1e-3, 1e-3), (-1e-3, 1e-3), (-1e-3, -1e-3), (1e-3, -1e-3))]


def numbers(points: str) -> list[float]:
    return [float(number) for number in points.replace(",", " ").split()]


@pytest.mark.parametrize("away", [0.0, 1e-3, 5e-3, 0.5, 80.0])
def test_a_picture_keeps_outline_and_phone_within_its_square(away: float) -> None:
    drawn = fence_picture(SITE, (SITE[0] - away, SITE[1] + away), 0, 20, SQUARE)
    spots = [*numbers(drawn.corners), drawn.x, drawn.y]
    assert all(0 <= number <= 100 for number in spots)
    assert (len(numbers(drawn.corners)), drawn.radius) == (8, 0)
    assert away == 0 or (drawn.x > 50 < drawn.y), "south-east of the store"


def test_a_circle_is_drawn_as_before() -> None:
    drawn = fence_picture(SITE, SITE, 150, 20)
    assert (drawn.corners, drawn.x, drawn.y) == ("", 50, 50)
    assert drawn.radius == 48


def test_marks_say_how_far_from_the_edge_and_draw_the_outline(app: Flask) -> None:
    f = field()
    steps = ((1e-3, 1e-3), (-1e-3, 1e-3), (-1e-3, -1e-3), (1e-3, -1e-3))
    corners = [[f.shop.lat + y, f.shop.lng + x] for y, x in steps]
    with transaction():
        db.session.execute(update(Site).values(polygon=corners))
    arrive(f, "09:05", 300)
    arrive(f, "10:05", 0)
    with transaction():
        db.session.execute(update(Site).values(polygon=None))
    arrive(f, "11:05", 300)
    far, near, circle = rows(f)
    assert far.beyond_m == pytest.approx(300 - 95, abs=1)
    assert (near.beyond_m, near.distance_m) == (None, 0)
    assert circle.beyond_m == pytest.approx(150, abs=1)
    assert (far.picture, circle.picture.corners) == (None, ""), "its outline is gone, so it is not drawn"
    with transaction():
        db.session.execute(update(Site).values(polygon=corners))
    assert rows(f)[0].picture.corners


def rows(f: Any) -> Any:
    db.session.remove()
    return queries.mark_rows([(f.rep.id, ON)])[f.rep.id, ON]
