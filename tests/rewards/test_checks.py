"""I11: the check is quiet after everything that may happen, and sees what may not."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text, update

from tests.rewards.test_settle import settle
from tests.rewards.world import MONDAY, World
from webapp.core import triggers
from webapp.core.db import conn, db, is_postgres, transaction
from webapp.rewards import queries as rewards
from webapp.rewards.models import RepDay, SettlementLine
from webapp.wallet import queries as wallet
from webapp.wallet import service as wallet_service
from webapp.wallet.rules import Posting


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
    assert ("delta", "employee_id", "period", "revision", "rule_id", "txn_id") in shapes
    assert ("employee_id", "lines", "posted", "work_date") in shapes


def test_sees_a_reward_that_no_line_explains(app: Flask) -> None:
    """Also of somebody who never had a line, and when everything else about it is in order."""
    world = World()
    once = Posting("by hand", "reward", 500, MONDAY, {"rule_id": 1})
    with transaction():
        booked = wallet_service.post(employee_id=world.rep.id, currency="CNY", postings=[once], at=world.at(MONDAY, 9))
    (found,) = rewards.problems()
    assert (found.code, found.params["txn"], found.params["lines"]) == ("I11", booked["by hand"], 0)
    assert wallet.problems() == []


def test_sees_lines_whose_transactions_changed_places_or_whose_day_is_gone(app: Flask) -> None:
    world = World(reps=2)
    world.works(MONDAY, world.reps[:1])
    world.works(MONDAY, world.reps[1:], late=7)
    settle(world, MONDAY)
    lines = SettlementLine.__table__
    rows = [dict(row._mapping) for row in conn().execute(lines.select().order_by(lines.c.delta))]
    db.session.remove()
    rows[0]["txn_id"], rows[1]["txn_id"] = rows[1]["txn_id"], rows[0]["txn_id"]
    with transaction():
        triggers_off()
        conn().execute(lines.delete())
        conn().execute(lines.insert(), rows)
        conn().execute(RepDay.__table__.delete().where(RepDay.employee_id == world.reps[0].id))
        found = [tuple(sorted(problem.params)) for problem in rewards.problems() if problem.code == "I11"]
    assert found.count(("delta", "employee_id", "period", "revision", "rule_id", "txn_id")) == 2
    assert ("employee_id", "work_date") in found


def triggers_off() -> None:
    if is_postgres():
        conn().execute(text("SET LOCAL session_replication_role = replica"))
        return
    for name in triggers.names("sqlite", ["settlement_line"]):
        conn().execute(text(f"DROP TRIGGER {name}"))


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
