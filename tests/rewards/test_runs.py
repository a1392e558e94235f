"""Runs: which dates are due where, and how the settled-through date moves."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from tests.rewards.test_settle import available
from tests.rewards.world import MONDAY, World
from webapp.core.db import db, do
from webapp.core.outbox import OutboxRow
from webapp.people import service as people
from webapp.people.models import Branch
from webapp.rewards import service
from webapp.rewards.models import RepDay, SettlementRun
from webapp.rewards.queries import runs
from webapp.rewards.queries.load import load
from webapp.rewards.rules.due import BranchDue, recheck_dates
from webapp.rewards.service import batch
from webapp.rules import queries as rules_queries
from webapp.rules import service as rules

TUESDAY = MONDAY + timedelta(days=1)


def due(zone: str, at: str, settlement_time: str = "10:00") -> date:
    branch = BranchDue(1, "B", "B", "CNY", zone, settlement_time, MONDAY, None, False, None)
    return branch.due_through(datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("zone", "at", "expected"),
    [
        ("Asia/Shanghai", "2026-03-05T09:59:59", "2026-03-03"),
        ("Asia/Shanghai", "2026-03-05T10:00:00", "2026-03-04"),
        ("Asia/Kolkata", "2026-03-05T10:00:00", "2026-03-04"),
        ("America/New_York", "2026-03-08T10:00:00", "2026-03-07"),
        ("America/New_York", "2026-11-01T09:59:00", "2026-10-30"),
    ],
)
def test_a_date_is_due_the_next_morning_in_the_branch(zone: str, at: str, expected: str) -> None:
    """T15, T28: across the change of the clocks too."""
    assert due(zone, at) == date.fromisoformat(expected)


def test_the_last_three_dates_are_looked_at_again_from_the_first_on() -> None:
    assert recheck_dates(MONDAY + timedelta(days=2), MONDAY) == [MONDAY, TUESDAY]
    assert len(recheck_dates(MONDAY + timedelta(days=9), MONDAY)) == 3


def through(world: World) -> date | None:
    db.session.remove()
    return db.session.scalar(select(Branch.settled_through).where(Branch.id == world.branch.id))


def test_settles_every_date_that_is_due_and_the_absent_too(app: Flask) -> None:
    world = World(reps=3)
    for on in (MONDAY, TUESDAY):
        world.works(on, world.reps[:2], visits=1)
    tally = service.settle_through(branch_id=world.branch.id, through=TUESDAY, at=world.morning_after(TUESDAY))
    assert (tally.posted, tally.set_aside, tally.amount) == (4, 0, 4 * 15000)
    assert through(world) == TUESDAY
    found = [(row.work_date, row.state, row.total, row.done) for row in runs.run_log([world.branch.id])]
    assert sorted(found) == [(MONDAY, "done", 3, 3), (TUESDAY, "done", 3, 3)]
    db.session.remove()
    again = service.settle_through(branch_id=world.branch.id, through=TUESDAY, at=world.morning_after(TUESDAY))
    assert again == service.Tally()


def test_a_change_that_nobody_announced_is_found_the_next_day(app: Flask) -> None:
    world = World()
    world.works(MONDAY, late=7)
    service.settle_through(branch_id=world.branch.id, through=MONDAY, at=world.morning_after(MONDAY))
    world.forget(MONDAY)
    world.works(MONDAY)
    world.works(TUESDAY)
    service.settle_through(branch_id=world.branch.id, through=TUESDAY, at=world.morning_after(TUESDAY))
    assert available(world) == 20000


def test_a_held_branch_is_left_alone_until_it_is_released(app: Flask) -> None:
    world = World()
    world.works(MONDAY)
    at = world.morning_after(MONDAY)
    do(people.hold_branch, by=None, branch_id=world.branch.id, reason="figures are checked", at=at)
    assert list(service.due_branches(at=at)) == []
    assert service.settle_through(branch_id=world.branch.id, through=MONDAY, at=at) == service.Tally()
    service.take_changes(pairs=[(world.rep.id, MONDAY)], at=at)
    assert available(world) == 0
    do(people.release_branch, by=None, branch_id=world.branch.id, at=at)
    assert [(branch.id, day) for branch, day in service.due_branches(at=at)] == [(world.branch.id, MONDAY)]
    service.settle_through(branch_id=world.branch.id, through=MONDAY, at=at)
    assert available(world) == 10000


def test_a_held_branch_is_not_looked_at_again(app: Flask) -> None:
    """A recheck that was asked for before the hold."""
    world = World()
    world.works(MONDAY)
    service.settle_through(branch_id=world.branch.id, through=MONDAY, at=world.morning_after(MONDAY))
    world.forget(MONDAY)
    world.stays_away(MONDAY)
    at = world.morning_after(TUESDAY)
    do(people.hold_branch, by=None, branch_id=world.branch.id, reason="figures are checked", at=at)
    service.recheck(branch_id=world.branch.id, settled=TUESDAY, at=at)
    assert available(world) == 10000


def test_changed_day_of_a_settled_date_is_settled_again_at_once(app: Flask) -> None:
    """T29"""
    world = World()
    world.works(MONDAY, late=7)
    at = world.morning_after(MONDAY)
    service.settle_through(branch_id=world.branch.id, through=MONDAY, at=at)
    world.forget(MONDAY)
    world.works(MONDAY)
    tally = service.take_changes(pairs=[(world.rep.id, MONDAY)], at=at)
    assert (tally.posted, tally.amount) == (1, 1000)
    row = db.session.get(RepDay, (world.rep.id, MONDAY))
    assert (row.changed_at, row.posted) == (None, 10000)


def test_change_without_effect_only_clears_the_mark(app: Flask, queries: Any) -> None:
    world = World(reps=20)
    world.works(MONDAY)
    at = world.morning_after(MONDAY)
    service.settle_through(branch_id=world.branch.id, through=MONDAY, at=at)
    with queries() as asked:
        service.take_changes(pairs=[(rep.id, MONDAY) for rep in world.reps], at=at)
    assert len(asked.writes()) == 2, asked
    db.session.remove()
    assert runs.marked(world.branch.id, MONDAY) == []


def test_a_version_approved_for_the_past_marks_its_days(app: Flask) -> None:
    world = World(reps=2)
    world.works(MONDAY)
    world.works(TUESDAY)
    at = world.morning_after(TUESDAY)
    service.settle_through(branch_id=world.branch.id, through=TUESDAY, at=at)
    rule = rules_queries.in_force(world.branch.id, MONDAY)[0]
    db.session.remove()
    draft = do(
        rules.propose_version, by=None, rule_id=rule.rule_id, params={"amount": 12000}, effective_from=TUESDAY, at=at
    )
    do(rules.approve_version, by=None, version_id=draft, at=at)
    assert db.session.scalar(select(OutboxRow.payload).where(OutboxRow.topic == "rules_changed")) == {
        "branch_id": world.branch.id,
        "from": TUESDAY.isoformat(),
    }
    assert do(service.mark_from, branch_id=world.branch.id, first=TUESDAY, at=at) == 2
    assert service.settle_marked(branch_id=world.branch.id, at=at).posted == 2
    assert available(world) == 22000


def test_a_version_approved_while_its_day_is_settled_is_not_missed(app: Flask) -> None:
    """The day was read with the old rules, did not exist when days were marked, and was settled afterwards."""
    world = World()
    world.works(MONDAY)
    at, pair = world.morning_after(MONDAY), (world.rep.id, MONDAY)
    run_id = do(service.open_run, branch_id=world.branch.id, work_date=MONDAY, by=None, at=at)
    work = load([pair], at=at)[pair]
    rule = rules_queries.in_force(world.branch.id, MONDAY)[0]
    db.session.remove()
    more = {"params": {"amount": 12000}, "effective_from": MONDAY}
    draft = do(rules.propose_version, by=None, rule_id=rule.rule_id, at=at, **more)
    do(rules.approve_version, by=None, version_id=draft, at=at)
    assert do(service.mark_from, branch_id=world.branch.id, first=MONDAY, at=at) == 0
    do(service.settle_work, work=work, at=at, cause="due")
    assert available(world) == 10000
    assert do(service.finish_run, run_id=run_id, at=at)
    service.settle_marked(branch_id=world.branch.id, at=at)
    assert available(world) == 12000


def test_a_version_approved_between_marking_and_settling_a_late_day_is_not_missed(app: Flask) -> None:
    """The day came up after its date was settled, so no run will ever look at it."""
    world = World()
    at, pair = world.morning_after(MONDAY), (world.rep.id, MONDAY)
    world.works(MONDAY)
    do(service.mark_changed, branches={pair: world.branch.id}, at=at)
    work = load([pair], at=at)[pair]
    rule = rules_queries.in_force(world.branch.id, MONDAY)[0]
    db.session.remove()
    more = {"params": {"amount": 12000}, "effective_from": MONDAY}
    draft = do(rules.propose_version, by=None, rule_id=rule.rule_id, at=at, **more)
    do(rules.approve_version, by=None, version_id=draft, at=at)
    do(service.mark_from, branch_id=world.branch.id, first=MONDAY, at=at)
    do(service.settle_work, work=work, at=at, cause="changed")
    assert available(world) == 12000


def test_a_run_that_stands_still_is_taken_over_and_one_that_moves_is_not(app: Flask) -> None:
    world = World()
    world.works(MONDAY)
    at = world.morning_after(MONDAY)
    asked = {"branch_id": world.branch.id, "work_date": MONDAY, "by": None}
    first = do(service.open_run, at=at, **asked)
    assert do(service.open_run, at=at + timedelta(seconds=29), **asked) is None
    assert do(service.open_run, at=at + timedelta(seconds=31), **asked) == first
    assert db.session.scalar(select(SettlementRun.total)) == 1


def test_a_run_counts_what_a_killed_worker_had_done(app: Flask) -> None:
    """It posted, and died before it could say so."""
    world = World(reps=3)
    world.works(MONDAY)
    at = world.morning_after(MONDAY)
    run_id = do(service.open_run, branch_id=world.branch.id, work_date=MONDAY, by=None, at=at)
    service.settle_many(pairs=[(world.rep.id, MONDAY)], at=at, cause="due")
    service.settle_chunk(run_id=run_id, pairs=service.still_waiting(run_id=run_id), at=at)
    run = runs.run(run_id)
    assert (run.state, run.done, run.posted, run.amount, run.set_aside) == ("done", 3, 3, 30000, 0)


def test_a_run_whose_last_rep_day_was_settled_by_a_killed_worker_is_whole(app: Flask) -> None:
    """Nothing is left to do, and nobody counted it."""
    world = World(reps=2)
    world.works(MONDAY)
    at = world.morning_after(MONDAY)
    run_id = do(service.open_run, branch_id=world.branch.id, work_date=MONDAY, by=None, at=at)
    service.settle_many(pairs=service.still_waiting(run_id=run_id), at=at, cause="due")
    service.settle_chunk(run_id=run_id, pairs=[], at=at)
    run = runs.run(run_id)
    assert (run.state, run.total, run.done) == ("done", 2, 2)


@pytest.mark.parametrize("mended", [True, False])
def test_what_instant_rules_put_aside_is_tried_again_by_its_run(
    app: Flask, monkeypatch: pytest.MonkeyPatch, mended: bool
) -> None:
    """Once: what fails again is put aside by the run, which counts it and ends."""
    world = World(reps=2)
    world.works(MONDAY)
    do(service.set_aside, employee_id=world.rep.id, work_date=MONDAY, problem="broken", at=world.at(MONDAY, 18))
    if not mended:
        monkeypatch.setattr(batch, "settle_work", _broken(world.rep.id))
    tally = service.settle_through(branch_id=world.branch.id, through=MONDAY, at=world.morning_after(MONDAY))
    assert (tally.done, tally.posted, tally.set_aside) == ((2, 2, 0) if mended else (2, 1, 1))
    assert (available(world, 0), available(world, 1)) == (10000 if mended else 0, 10000)
    found = db.session.execute(select(SettlementRun.state, SettlementRun.total, SettlementRun.done)).all()
    assert found == [("done", 2, 2)]
    assert (through(world), len(runs.set_aside([world.branch.id]))) == (MONDAY, 0 if mended else 1)


def _broken(employee_id: int) -> Any:
    def settle_work(*, work: Any, **more: Any) -> Any:
        if work.employee_id == employee_id:
            raise ValueError("still broken")
        return service.settle_work(work=work, **more)

    return settle_work
