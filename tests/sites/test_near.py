"""What is near, and which sites a rep may use (T3, T8, T12)."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories as make
from webapp.core import clock
from webapp.core.errors import NotFound
from webapp.people.models import Employee
from webapp.sites import queries as sites
from webapp.sites import rules

HERE = (31.23045, 121.47375)


@pytest.fixture
def market(app: Any) -> Any:
    return make.store_type(make.branch())


class Person:
    """As much of a SignedIn as these queries read."""

    def __init__(self, employee: Employee) -> None:
        self.id, self.branch_id, self.branch_ids = employee.id, employee.branch_id, (employee.branch_id,)
        self.role = employee.role


def test_t12_nearest_first_by_the_real_distance_and_ties_by_id(market: Any) -> None:
    far = make.site(market, lat=HERE[0] + 0.003)
    twin, other_twin = make.site(market, lat=HERE[0] + 0.001), make.site(market, lat=HERE[0] + 0.001)
    found = sites.near(market.branch_id, *HERE)
    assert [place.site_id for place in found] == [twin.id, other_twin.id, far.id]
    assert found[0].distance_m == pytest.approx(rules.distance_m(HERE, (HERE[0] + 0.001, HERE[1])))
    assert [place.site_id for place in sites.near(market.branch_id, *HERE, limit=1)] == [twin.id]


def test_t8_only_active_placed_sites_of_the_branch(market: Any) -> None:
    make.site(market, archived_at=clock.now())
    make.site(market, lat=None, lng=None)
    make.site(make.store_type(make.branch()))
    assert sites.near(market.branch_id, *HERE) == []


def test_a_far_site_is_found_by_looking_further_and_not_beyond_the_limit(market: Any) -> None:
    far = make.site(market, lat=HERE[0] + 0.3)
    assert [place.site_id for place in sites.near(market.branch_id, *HERE)] == [far.id]
    assert sites.near(market.branch_id, *HERE, within_m=30_000) == []


def test_the_corner_of_a_box_does_not_hide_a_nearer_site_outside_it(market: Any) -> None:
    corner = make.site(market, lat=HERE[0] + 0.0052, lng=HERE[1] + 0.006)
    north = make.site(market, lat=HERE[0] + 0.0056)
    assert [place.site_id for place in sites.near(market.branch_id, *HERE, limit=1)] == [north.id]
    assert [place.site_id for place in sites.near(market.branch_id, *HERE, limit=2)] == [north.id, corner.id]


@pytest.mark.parametrize(
    ("here", "there"),
    [((-17.0, 179.9999), (-17.0, -179.9999)), ((89.9999, 0.0), (89.9999, 179.0)), ((0.0, 0.0001), (0.0, -0.0001))],
)
def test_t3_across_the_antimeridian_the_pole_and_the_equator(market: Any, here: Any, there: Any) -> None:
    site = make.site(market, lat=there[0], lng=there[1])
    (found,) = sites.near(market.branch_id, *here, within_m=500)
    assert found.site_id == site.id
    assert found.distance_m < 50


def test_looking_stays_cheap_in_a_crowd(market: Any, queries: Any) -> None:
    for n in range(30):
        make.site(market, lat=HERE[0] + n * 0.0001)
    with queries() as seen:
        assert len(sites.near(market.branch_id, *HERE)) == 5
    assert len(seen) == 1, seen


def test_t8_a_site_of_another_branch_or_archived_does_not_exist_for_a_rep(market: Any) -> None:
    rep = Person(make.employee(make.branch("OWN")))
    own = make.store_type(type("B", (), {"id": rep.branch_id}))
    unplaced = make.site(own, lat=None, lng=None)
    assert not sites.for_rep(rep, unplaced.id).placed
    for hidden in (make.site(market), make.site(own, archived_at=clock.now())):
        with pytest.raises(NotFound):
            sites.for_rep(rep, hidden.id)


def test_fences_in_one_statement(market: Any, queries: Any) -> None:
    made = [make.site(market).id for _ in range(3)]
    with queries() as seen:
        found = sites.fences([*made, made[0]])
    assert (sorted(found), len(seen), sites.fences([])) == (made, 1, {})


def test_t10_choosing_by_name_needs_no_position(market: Any) -> None:
    rep = Person(make.employee(type("B", (), {"id": market.branch_id})))
    make.site(market, name="乐购 河南南路店", address="100% Road")
    make.site(market, name="Corner", lat=None, lng=None)
    assert [site.name for site in sites.choices(rep)] == ["Corner", "乐购 河南南路店"]
    assert [site.name for site in sites.choices(rep, "河南 乐购")] == ["乐购 河南南路店"]
    assert [site.name for site in sites.choices(rep, "CORN")] == ["Corner"]
    assert [site.name for site in sites.choices(rep, "0%")] == ["乐购 河南南路店"]
    assert sites.choices(rep, "_") == []
