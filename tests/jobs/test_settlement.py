"""Settlement by real jobs: every rep-day once, whatever is repeated, lost or done twice at the same time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from jobs import schedule
from tests.rewards.test_settle import available
from tests.rewards.world import MONDAY, World
from tests.support import apps, forks
from tests.support.clockwork import Frozen
from tests.support.process import wait_until
from webapp.attendance.service.days import announce
from webapp.core import clock
from webapp.core.db import db, do
from webapp.people.models import Branch
from webapp.rewards import queries as rewards
from webapp.rewards import service
from webapp.rewards.models import SettlementLine, SettlementRun
from webapp.sales import service as sales
from webapp.wallet import queries as wallet

Worker = Callable[[], None]


def settled_once(world: World, each: int) -> None:
    """Everybody has `each`, from one line per rule and day, and the books agree."""
    db.session.remove()
    assert [available(world, n) for n in range(len(world.reps))] == [each] * len(world.reps)
    assert db.session.scalar(select(func.max(SettlementLine.revision))) == 1
    assert rewards.problems() == [] == wallet.problems()
    db.session.remove()


def tick_and_work(worker: Worker) -> None:
    schedule.tick(at=clock.now())
    worker()
    db.session.remove()


def test_a_tick_settles_what_is_due_and_the_next_one_finds_nothing(
    app: Flask, redis_url: str, worker: Worker, freeze: Frozen
) -> None:
    """T28: more rep-days than one job takes, two dates, then everything again."""
    world = World(reps=120)
    freeze(world.at(MONDAY, 20, days=1))
    world.works(MONDAY, at=clock.now())
    world.works(MONDAY.replace(day=3), visits=1, at=clock.now())
    freeze(world.morning_after(MONDAY.replace(day=3)))
    tick_and_work(worker)
    settled_once(world, 25000)
    found = db.session.execute(select(SettlementRun.work_date, SettlementRun.state, SettlementRun.done)).all()
    assert sorted(found) == [(MONDAY, "done", 120), (MONDAY.replace(day=3), "done", 120)]
    assert db.session.scalar(select(Branch.settled_through)) == MONDAY.replace(day=3)
    db.session.remove()
    freeze.forward(minutes=1)
    tick_and_work(worker)
    settled_once(world, 25000)


def test_a_wiped_redis_costs_a_minute_and_nothing_else(
    app: Flask, redis_url: str, worker: Worker, freeze: Frozen
) -> None:
    """Jobs of a begun run are gone: the run stands still and the next tick hands its rep-days out again."""
    from webapp.core.queue import connection

    world = World(reps=3)
    world.works(MONDAY)
    freeze(world.morning_after(MONDAY))
    service.begin_run(branch_id=world.branch.id, through=MONDAY, at=clock.now())
    connection().flushall()
    freeze.forward(minutes=1)
    tick_and_work(worker)
    settled_once(world, 10000)


def test_instant_reward_is_posted_when_the_day_changes(
    app: Flask, redis_url: str, worker: Worker, freeze: Frozen
) -> None:
    world = World()
    evening = freeze(world.at(MONDAY, 18, 5))
    world.works(MONDAY, at=evening)
    figure = {"employee_id": world.rep.id, "work_date": MONDAY, "amount": 5, "target": 5, "source": "api"}
    do(sales.record_figure, by=None, at=evening, **figure)
    worker()
    settled_once(world, 5000)


def test_a_change_announced_again_and_again_is_settled_once(
    app: Flask, redis_url: str, worker: Worker, freeze: Frozen
) -> None:
    """T29"""
    world = World()
    world.works(MONDAY)
    freeze(world.morning_after(MONDAY))
    tick_and_work(worker)
    for _ in range(3):
        do(announce, pair=(world.rep.id, MONDAY), at=clock.now())
        worker()
    settled_once(world, 10000)


@pytest.mark.crash
def test_many_processes_settling_the_same_days_post_them_once(app: Flask, tmp_path: Path, freeze: Frozen) -> None:
    """T28: in parallel."""
    world = World(reps=20)
    world.works(MONDAY, visits=2)
    at = freeze(world.morning_after(MONDAY))
    pairs = [(rep.id, MONDAY) for rep in world.reps]
    gate = tmp_path / "gate"

    def settle() -> None:
        apps.let_go(app)
        with app.app_context():
            wait_until(gate.exists, "the start")
            service.settle_many(pairs=pairs, at=at, cause="due")

    db.session.remove()
    children = [forks.Forked(settle, tmp_path / f"{n}.log") for n in range(4)]
    gate.touch()
    codes = [child.wait(300) for child in children]
    assert codes == [0] * 4, (tmp_path / "0.log").read_text()
    settled_once(world, 20000)
