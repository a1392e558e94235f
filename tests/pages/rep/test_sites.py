"""Choosing a store on the phone."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories as make
from webapp.core import clock
from webapp.schedules.models import PlanStop

HERE = {"lat": "31.23045", "lng": "121.47375", "accuracy": "12"}


@pytest.fixture
def branch(app: Any) -> Any:
    return make.branch()


@pytest.fixture
def rep(branch: Any) -> Any:
    return make.employee(branch)


@pytest.fixture
def phone(client_as: Any, rep: Any) -> Any:
    return client_as(rep)


def test_t10_the_list_needs_no_position_and_puts_the_plan_first(phone: Any, branch: Any, rep: Any) -> None:
    kind = make.store_type(branch)
    make.site(kind, name="Aaa", lat=None, lng=None)
    planned = make.site(kind, name="Zzz")
    today = clock.now().astimezone(make.zone(branch)).date()
    make.save(PlanStop(employee_id=rep.id, work_date=today, seq=1, site_id=planned.id, starts="09:30"))
    html = phone.get("/sites/choose").text
    assert html.index("Zzz") < html.index("Aaa")
    assert f"/today?site={planned.id}" in html
    assert ("09:30" in html, "No position yet" in html) == (True, True)


def test_searching_answers_a_fragment_or_the_page(phone: Any, branch: Any) -> None:
    kind = make.store_type(branch)
    make.site(kind, name="乐购 人民广场")
    make.site(kind, name="Corner")
    part = phone.hx("GET", "/sites/choose?q=乐购").text
    assert ("人民广场" in part, "Corner" in part, "<html" in part) == (True, False, False)
    assert "No store matches this" in phone.get("/sites/choose?q=nowhere").text
    assert "<html" in phone.get("/sites/choose?q=corner").text


def test_t8_only_the_persons_own_branch(phone: Any) -> None:
    make.site(make.store_type(make.branch()), name="Foreign")
    assert "/today?site=" not in phone.get("/sites/choose?q=Foreign").text
    assert "Foreign" not in phone.hx("POST", "/nearby", data=HERE).text


def test_t12_nearby_is_nearest_first_and_stores_nothing(phone: Any, branch: Any, queries: Any) -> None:
    kind = make.store_type(branch)
    make.site(kind, name="Far", lat=31.235)
    make.site(kind, name="Next", lat=31.2306)
    with queries() as seen:
        part = phone.hx("POST", "/nearby", data=HERE)
    assert part.status_code == 200
    assert part.text.index("Next") < part.text.index("Far")
    assert 'id="stops"' in part.text
    assert seen.writes() == []
    assert "<html" in phone.post("/nearby", data=HERE).text


@pytest.mark.parametrize("where", [{}, {"lat": "0", "lng": "0"}, {"lat": "x", "lng": "1"}, {"lat": "91", "lng": "1"}])
def test_t3_a_bad_position_is_a_422(phone: Any, where: dict[str, str]) -> None:
    assert phone.hx("POST", "/nearby", data=where).status_code == 422


def test_the_list_costs_few_statements_however_long(phone: Any, branch: Any, queries: Any) -> None:
    kind = make.store_type(branch)
    for _ in range(35):
        make.site(kind)
    with queries() as seen:
        html = phone.get("/sites/choose").text
    assert len(seen) <= 5, seen
    assert "More stores match" in html
