"""I11: the check is quiet after everything that may happen, and sees what may not."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import update

from tests.rewards.test_settle import settle
from tests.rewards.world import MONDAY, World
from webapp.core.db import conn, db, transaction
from webapp.rewards import queries as rewards
from webapp.rewards.models import RepDay, SettlementLine
from webapp.wallet import queries as wallet


def test_quiet_after_settling_and_correcting(app: Flask) -> None:
    world = World(reps=2)
    world.works(MONDAY, late=7, visits=1)
    settle(world, MONDAY)
    world.forget(MONDAY)
    world.works(MONDAY, world.reps[:1])
    settle(world, MONDAY)
    assert rewards.problems() == [] == wallet.problems()


def test_sees_a_wrong_sum_a_missing_posting_and_a_wrong_day(app: Flask) -> None:
    world = World()
    world.works(MONDAY)
    settle(world, MONDAY)
    line = db.session.query(SettlementLine).one()
    known = {name: getattr(line, name) for name in SettlementLine.__table__.c.keys()}  # noqa: SIM118
    with transaction():
        conn().execute(
            SettlementLine.__table__.insert(), {**known, "revision": 3, "amount": 7, "delta": 5, "txn_id": None}
        )
        conn().execute(update(RepDay).values(posted=1))
    found = rewards.problems()
    assert {problem.code for problem in found} == {"I11"}
    shapes = {tuple(sorted(problem.params)) for problem in found}
    assert ("amount", "employee_id", "period", "posted", "rule_id") in shapes
    assert ("delta", "employee_id", "period", "revision", "rule_id") in shapes
    assert ("employee_id", "lines", "posted", "work_date") in shapes
    assert ("currency", "employee", "ledger", "lines", "rule") in shapes


def test_cost_of_a_rule_counts_people_who_kept_something(app: Flask) -> None:
    world = World(reps=3)
    world.works(MONDAY)
    settle(world, MONDAY)
    world.forget(MONDAY)
    world.stays_away(MONDAY, world.reps[:1])
    settle(world, MONDAY)
    (cost,) = rewards.rule_costs([1, 2, 3, 4], MONDAY).values()
    assert (cost.people, cost.amount, cost.currency) == (2, 20000, "CNY")
    assert rewards.posted_of(world.branch.id, MONDAY, MONDAY) == {MONDAY: 20000}
