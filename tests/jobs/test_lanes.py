"""What somebody waits for is done before what nobody looks at, however much of that there is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from jobs import attendance, settlement, sweep
from tests.jobs import probe
from tests.rewards.test_settle import available
from tests.rewards.world import MONDAY, World
from tests.support.clockwork import Frozen
from tests.support.process import wait_until
from tests.support.stack import Stack
from webapp.core import clock, outbox
from webapp.core.db import db, do, transaction
from webapp.rewards import service
from webapp.sales import service as sales

Put = Callable[..., None]


def claim(**limits: Any) -> list[str]:
    return [item.key for item in do(outbox.claim, at=clock.now(), **limits)]


def backlog(path: str, rows: int, gates: dict[int, Path] | None = None) -> None:
    """Rows in bulk; one with a gate is not done before the gate's file is there."""
    with transaction():
        for number in range(rows):
            gate = {"wait_for": str(gates[number])} if gates and number in gates else {}
            outbox.put("probe", f"bulk {number:04}", {"path": path, **gate}, clock.now(), bulk=True)


def test_bulk_is_taken_when_nothing_else_is_due(app: Flask, topic: str, put: Put) -> None:
    backlog("", 3)
    put("tap", at=clock.now())
    assert claim(bulk_limit=2) == ["tap"]
    assert claim(bulk_limit=2) == ["bulk 0000", "bulk 0001"]
    assert claim(bulk=False) == []


def test_what_somebody_waits_for_is_never_moved_back_into_bulk(app: Flask, topic: str, put: Put) -> None:
    backlog("", 2)
    put("bulk 0001")
    backlog("", 2)
    assert claim() == ["bulk 0001"]


def test_an_instant_reward_is_posted_long_before_a_backlog_is_through(
    stack: Stack, tmp_path: Path, freeze: Frozen
) -> None:
    """A thousand rows wait and the only worker is in the middle of them when a rep meets the target."""
    world, path = World(), str(tmp_path / "notes")
    at = freeze(world.at(MONDAY, 18, 5))
    first, second = tmp_path / "first", tmp_path / "second"
    backlog(path, 1000, {0: first, sweep.BULK_BATCH: second})
    stack.start_worker()
    wait_until(lambda: probe.count(path, "begin") > 0, "the backlog to begin")
    world.works(MONDAY, at=at)
    figure = {"employee_id": world.rep.id, "work_date": MONDAY, "amount": 5, "target": 5, "source": "api"}
    do(sales.record_figure, by=None, at=at, **figure)
    first.touch()
    wait_until(lambda: _available(world) == 5000, "the reward", log=stack.folder / "worker.log")
    assert probe.count(path, "end") == sweep.BULK_BATCH
    second.touch()
    stack.wait_idle(60)
    assert probe.count(path, "end") == 1000


def _available(world: World) -> int:
    db.session.remove()
    return available(world)


@pytest.mark.parametrize("work", ["closing", "marked", "recheck"])
def test_long_work_lets_it_pass(app: Flask, topic: str, put: Put, tmp_path: Path, freeze: Frozen, work: str) -> None:
    """No other job could: there is one worker, and it has this one in its hands."""
    world, path = World(reps=3), str(tmp_path / "notes")
    world.works(MONDAY)
    freeze(world.morning_after(MONDAY))
    if work != "closing":
        service.settle_through(branch_id=world.branch.id, through=MONDAY, at=clock.now())
        do(service.mark_from, branch_id=world.branch.id, first=MONDAY, at=clock.now())
    freeze.forward(days=1)
    put("tap", path=path)
    {
        "closing": attendance.close_days,
        "marked": lambda: settlement.settle_marked(branch_id=world.branch.id),
        "recheck": lambda: settlement.recheck(branch_id=world.branch.id, settled=str(MONDAY + timedelta(days=1))),
    }[work]()
    assert probe.count(path, "end tap") == 1
