"""Preview and settlement are one computation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.rewards.test_settle import available, settle
from tests.rewards.world import MONDAY, World
from webapp.attendance.models import AttendanceException
from webapp.attendance.rules import Assume
from webapp.core.db import db, do, transaction
from webapp.rewards import queries as rewards
from webapp.sales import service as sales


def open_exception(world: World, on: Any) -> int:
    """An exception about the day's first check-in, as attendance opens it."""
    from webapp.attendance.models import CheckIn

    first = db.session.scalar(
        select(CheckIn.id).where(CheckIn.work_date == on, CheckIn.kind == "in").order_by(CheckIn.id)
    )
    with transaction():
        made = AttendanceException(
            dedup_key=f"check_in:{first}", employee_id=world.rep.id, branch_id=world.branch.id, work_date=on,
            kind="uncertain", check_in_id=first, opened_at=world.at(on, 9), params={},
        )  # fmt: skip
        db.session.add(made)
    return made.id


def decide(exception_id: int, state: str) -> None:
    with transaction():
        db.session.get(AttendanceException, exception_id).state = state


def test_earned_today_is_what_settlement_will_post(app: Flask) -> None:
    """T34: estimate and posting reconcile."""
    world = World()
    world.works(MONDAY, late=7, visits=2, at=world.at(MONDAY, 19))
    evening = world.at(MONDAY, 19)
    do(
        sales.record_figure, by=None, employee_id=world.rep.id, work_date=MONDAY, amount=1, target=1, source="api",
        at=evening,
    )  # fmt: skip
    earned = rewards.earned_today(world.rep.id, MONDAY, evening)
    assert (earned.posted, earned.pending, earned.currency) == (0, 19000, "CNY")
    settle(world, MONDAY)
    after = rewards.earned_today(world.rep.id, MONDAY, world.morning_after(MONDAY))
    assert (after.posted, after.pending) == (19000, 0)
    assert sum(line.amount for line in after.lines) == after.total == available(world)


def test_earned_today_before_any_check_in(app: Flask) -> None:
    world = World()
    assert rewards.earned_today(world.rep.id, MONDAY, world.at(MONDAY, 8)) is None


@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_preview_of_a_decision_is_what_settling_it_posts(app: Flask, decision: str) -> None:
    """The later days of the streak are included."""
    world = World()
    days = [MONDAY + timedelta(days=n) for n in range(11)]
    for n, on in enumerate(days):
        world.works(on, verdict="uncertain" if n == 3 else "inside", visits=1)
        if n == 3:
            exception = open_exception(world, on)
            do_rebuild(world, on)
        settle(world, on)
    before = available(world)
    shown = rewards.preview(
        world.rep.id, days[3], at=world.morning_after(days[-1]), assume=Assume({exception: decision})
    )
    assert shown.posted == shown.now == 0
    decide(exception, decision)
    do_rebuild(world, days[3])
    settle(world, days[3])
    assert shown.change == available(world) - before
    if decision == "approved":
        assert shown.after == 15000
        assert [(day.work_date, day.now, day.after) for day in shown.days] == [(days[9], 0, 5000), (days[10], 5000, 0)]


def test_preview_of_fifty_days_costs_as_many_statements_as_of_one(app: Flask, queries: Callable[..., Any]) -> None:
    world = World(reps=5)
    days = [MONDAY + timedelta(days=n) for n in range(10)]
    for on in days:
        world.works(on, visits=1)
    at, counts = world.morning_after(days[-1]), []
    for pairs in ([(world.rep.id, days[5])], [(rep.id, on) for rep in world.reps for on in days]):
        with queries() as asked:
            shown = rewards.preview_many({pair: Assume() for pair in pairs}, at=at)
        assert len(shown) == len(pairs)
        counts.append(len(asked))
    assert max(counts) <= 6, asked


def test_earned_today_costs_few_statements(app: Flask, queries: Callable[..., Any]) -> None:
    world = World()
    days = [MONDAY + timedelta(days=n) for n in range(5)]
    for on in days:
        world.works(on, visits=1)
    for on in days[:-1]:
        settle(world, on)
    with queries() as asked:
        earned = rewards.earned_today(world.rep.id, days[-1], world.at(days[-1], 19))
    assert earned.pending == 15000
    assert len(asked) <= 4, asked


def do_rebuild(world: World, on: Any) -> None:
    world.stays_away(on)
