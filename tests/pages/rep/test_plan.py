"""A rep's own plan: the week, the way, and putting the visits into a shorter order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests import factories
from tests.attendance.days import ON, Field, arrive, field
from tests.sites.test_service import signed
from webapp.core import clock
from webapp.core.audit import AuditEntry
from webapp.core.db import db, do, transaction
from webapp.core.errors import Forbidden
from webapp.people.models import Branch
from webapp.schedules import service
from webapp.schedules.models import PlanStop
from webapp.schedules.rules import PlannedStop

TOMORROW = ON + timedelta(days=1)


@pytest.fixture
def f(app: Any, freeze: Any) -> Field:
    freeze("2026-03-02T08:00+08:00")
    return field()


def planned(f: Field, on: Any = ON, **first: Any) -> list[int]:
    """Four shops on a line, the way to and fro."""
    shops = [f.shop, *(factories.site(f.kind, lat=31.23045 + 0.01 * n) for n in (3, 1, 2))]
    for n, shop in enumerate(shops, 1):
        factories.save(
            PlanStop(employee_id=f.rep.id, work_date=on, seq=n, site_id=shop.id, **(first if n == 2 else {}))
        )
    return [shop.id for shop in shops]


def kept(f: Field, on: Any = ON) -> list[int]:
    db.session.remove()
    rows = db.session.query(PlanStop).filter_by(employee_id=f.rep.id, work_date=on).order_by(PlanStop.seq)
    return [row.site_id for row in rows]


def test_the_week_the_way_and_a_shorter_order_that_is_taken(f: Field, client_as: Any) -> None:
    sites = planned(f)
    rep = client_as(f.rep)
    assert 'href="/plan"' in rep.get("/visits").text
    page = rep.get("/plan").text
    assert ("A shorter order" in page, "3.3 km instead of 6.7 km" in page) == (True, True)
    assert "09:00–18:00" in page
    form = {"on": ON.isoformat(), "seen": sites, "order": [0, 2, 3, 1]}
    assert rep.post("/plan/order", data=form).status_code == 303
    assert kept(f) == [sites[n] for n in (0, 2, 3, 1)]
    assert "A shorter order" not in rep.get("/plan").text
    db.session.remove()
    assert db.session.query(AuditEntry).filter_by(action="plan.reordered").count() == 1


def test_a_store_that_is_archived_keeps_its_place(f: Field, client_as: Any) -> None:
    sites, rep = planned(f), client_as(f.rep)
    closed = factories.site(f.kind, archived_at=clock.now())
    with transaction() as opened:
        opened.execute(PlanStop.__table__.update().where(PlanStop.seq > 1).values(seq=PlanStop.seq + 10))
    factories.save(PlanStop(employee_id=f.rep.id, work_date=ON, seq=2, site_id=closed.id, starts="10:00"))
    rep.post("/plan/order", data={"on": ON.isoformat(), "seen": sites, "order": [0, 2, 3, 1]})
    assert kept(f) == [sites[0], closed.id, sites[2], sites[3], sites[1]]


def test_an_own_order_is_no_news(f: Field, client_as: Any) -> None:
    boss, sites = signed(factories.employee(f.branch, "hr")), planned(f)
    span = {"people": [f.rep.id], "first_on": ON, "last_on": ON, "at": clock.now()}
    assert do(service.publish, by=boss, **span) == (1, 1)
    rep = client_as(f.rep)
    rep.post("/plan/order", data={"on": ON.isoformat(), "seen": sites, "order": [0, 2, 3, 1]})
    assert kept(f) == [sites[n] for n in (0, 2, 3, 1)]
    assert do(service.publish, by=boss, **span) == (0, 0)
    stops = [PlannedStop(site, None, None) for site in sites[:3]]
    do(service.set_plan, by=None, employee_id=f.rep.id, work_date=ON, stops=stops, at=clock.now())
    rep.post("/plan/order", data={"on": ON.isoformat(), "seen": sites[:3], "order": [0, 2, 1]})
    assert do(service.publish, by=boss, **span) == (1, 1), "nobody told them of the visit that is gone"


def test_an_order_of_another_plan_changes_nothing(f: Field, client_as: Any) -> None:
    sites, rep = planned(f), client_as(f.rep)
    for seen, order, told in (
        (sites[::-1], [0, 2, 3, 1], "changed meanwhile"),
        (sites, [1, 0, 2, 3], "the first one first"),
        (sites, [0, 0, 2, 3], "the first one first"),
    ):
        rep.post("/plan/order", data={"on": ON.isoformat(), "seen": seen, "order": order})
        assert told in rep.get("/plan").text
    assert kept(f) == sites


def test_times_and_days_that_are_over_are_the_planners(f: Field, client_as: Any) -> None:
    yesterday = ON - timedelta(days=1)
    timed, gone = planned(f, TOMORROW, starts="12:00"), planned(f, yesterday)
    rep = client_as(f.rep)
    assert "Use this order" not in rep.get(f"/plan?day={TOMORROW}").text
    for on, sites in ((TOMORROW, timed), (yesterday, gone)):
        rep.post("/plan/order", data={"on": on.isoformat(), "seen": sites, "order": [0, 2, 3, 1]})
        assert kept(f, on) == sites


def test_an_empty_day_and_a_visited_one(f: Field, client_as: Any) -> None:
    rep = client_as(f.rep)
    assert "No visits are planned for this day." in rep.get(f"/plan?day={TOMORROW}").text
    planned(f)
    arrive(f, "08:00")
    assert "Visited" in rep.get("/plan").text
    assert rep.get("/plan?day=nonsense").status_code == 200


def test_a_branch_may_keep_the_order_to_itself(f: Field, client_as: Any) -> None:
    sites, rep = planned(f), client_as(f.rep)
    with transaction() as opened:
        opened.execute(Branch.__table__.update().values(roster_policy={"own_order": False}))
    page = rep.get("/plan").text
    assert ("Use this order" in page, "Your supervisor decides the order" in page) == (False, True)
    rep.post("/plan/order", data={"on": ON.isoformat(), "seen": sites, "order": [0, 2, 3, 1]})
    assert "Your supervisor decides the order" in rep.get("/plan").text
    assert kept(f) == sites
    asked = {"work_date": ON, "seen": sites, "order": [0, 2, 3, 1], "at": clock.now()}
    with pytest.raises(Forbidden, match="plan_order_off"):
        do(service.reorder_own_plan, by=signed(f.rep), **asked)
