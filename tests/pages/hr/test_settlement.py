"""HR's settlement page: what will be posted, run now, hold, and what was put aside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.rewards.test_settle import available
from tests.rewards.world import MONDAY, World
from tests.support.clockwork import Frozen
from webapp.attendance.models import AttendanceException, CheckIn
from webapp.core import clock
from webapp.core.audit import AuditEntry
from webapp.core.db import db, do
from webapp.core.outbox import OutboxRow
from webapp.people.models import Branch
from webapp.rewards import service

Client = Callable[..., Any]


@pytest.fixture
def world(app: Flask, freeze: Frozen) -> World:
    freeze("2026-03-03T09:30+08:00")
    made = World(reps=2)
    made.works(MONDAY, visits=1)
    return made


@pytest.fixture
def hr(world: World, client_as: Client) -> Any:
    return client_as(factories.employee(world.branch, "hr"))


def test_says_when_it_runs_next_and_what_it_will_post(world: World, hr: Any) -> None:
    page = hr.get("/hr/settlement").text
    assert "10:00" in page
    assert "¥300.00" in page


def test_counts_what_the_run_takes_up_and_leaves_out_what_it_cannot_compute(world: World, hr: Any) -> None:
    """The page is where people look when a rep-day is broken; it must not break with it."""
    do(service.set_aside, employee_id=world.rep.id, work_date=MONDAY, problem="ValueError: broken", at=clock.now())
    assert "¥300.00" in hr.get("/hr/settlement").text
    first = select(CheckIn.id).where(CheckIn.employee_id == world.rep.id, CheckIn.kind == "in").limit(1)
    broken = AttendanceException(
        dedup_key="x", employee_id=world.rep.id, branch_id=world.branch.id, work_date=MONDAY, kind="mistake",
        state="approved", check_in_id=db.session.scalar(first), params={"at": "no time"}, opened_at=clock.now(),
    )  # fmt: skip
    factories.save(broken)
    assert "¥150.00" in hr.get("/hr/settlement").text


def test_run_now_is_behind_a_check_page_and_settles(
    world: World, hr: Any, redis_url: str, worker: Callable[[], None]
) -> None:
    check = hr.get(f"/hr/settlement/{world.branch.id}/run").text
    assert "¥300.00" in check
    assert hr.post(f"/hr/settlement/{world.branch.id}/run").status_code == 303
    db.session.remove()
    worker()
    assert available(world) == 15000
    page = hr.get("/hr/settlement").text
    assert "2 / 2" in page
    refused = hr.post(f"/hr/settlement/{world.branch.id}/run")
    assert (refused.status_code, "nothing to settle yet" in refused.text) == (422, True)


def test_hold_needs_a_reason_and_release_brings_it_back(world: World, hr: Any) -> None:
    address = f"/hr/settlement/{world.branch.id}"
    assert hr.post(f"{address}/hold", data={"reason": " "}).status_code == 422
    assert hr.post(f"{address}/hold", data={"reason": "figures are checked"}).status_code == 303
    assert "figures are checked" in hr.get("/hr/settlement").text
    assert "figures are checked" in hr.post(f"{address}/run").text
    assert hr.post(f"{address}/release").status_code == 303
    db.session.remove()
    assert db.session.scalar(select(Branch.on_hold).where(Branch.id == world.branch.id)) is False
    assert {"branch.held", "branch.released"} <= set(db.session.scalars(select(AuditEntry.action)))


def test_a_rep_day_put_aside_is_shown_with_its_reason_and_tried_again(world: World, hr: Any) -> None:
    at = clock.now()
    do(service.set_aside, employee_id=world.rep.id, work_date=MONDAY, problem="ValueError: broken", at=at)
    page = hr.get("/hr/settlement").text
    assert "ValueError: broken" in page
    assert world.rep.name in page
    asked = hr.post(f"/hr/settlement/aside/{world.rep.id}", data={"work_date": MONDAY.isoformat()})
    assert asked.status_code == 303
    db.session.remove()
    waiting = db.session.scalars(select(OutboxRow.key).where(OutboxRow.topic == "day_changed")).all()
    assert f"{world.rep.id}|{MONDAY}" in waiting
    other = hr.post(f"/hr/settlement/aside/{world.reps[1].id}", data={"work_date": MONDAY.isoformat()})
    assert other.status_code == 404


def test_finance_reads_and_does_nothing(world: World, client_as: Client) -> None:
    finance = client_as(factories.employee(world.branch, "finance"))
    page = finance.get("/hr/settlement").text
    assert "¥300.00" in page
    assert "Hold this branch" not in page
    assert finance.post(f"/hr/settlement/{world.branch.id}/run").status_code == 403


def test_another_branch_is_not_there(world: World, hr: Any) -> None:
    """T36"""
    other = factories.branch(name="Elsewhere")
    assert "Elsewhere" not in hr.get("/hr/settlement").text
    for method, path in (("get", "run"), ("post", "run"), ("post", "hold"), ("post", "release"), ("get", "progress")):
        assert getattr(hr, method)(f"/hr/settlement/{other.id}/{path}").status_code == 404


def test_progress_is_a_fragment_while_it_runs_and_the_page_after(world: World, hr: Any) -> None:
    run = do(service.open_run, branch_id=world.branch.id, work_date=MONDAY, by=None, at=clock.now())
    address = f"/hr/settlement/{world.branch.id}/progress"
    assert "0 / 2" in hr.hx("get", address).text
    assert "every 2s" in hr.get("/hr/settlement").text
    service.settle_chunk(run_id=run, pairs=[(rep.id, MONDAY) for rep in world.reps], at=clock.now())
    assert hr.hx("get", address).headers["HX-Redirect"] == "/hr/settlement"


def test_the_page_costs_the_same_for_many_people(world: World, hr: Any, queries: Callable[..., Any]) -> None:
    counts = []
    for _ in range(2):
        with queries() as asked:
            hr.get("/hr/settlement")
        counts.append(len(asked))
        world.works(MONDAY, [factories.employee(world.branch) for _ in range(5)], visits=1)
    assert counts[0] == counts[1] <= 14, asked
