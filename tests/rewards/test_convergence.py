"""Whatever happened in whatever order, the wallet ends with the value of the latest facts (MONEY 1.4)."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from flask import Flask

from tests import factories
from tests.rewards.test_settle import available
from tests.rewards.world import MONDAY, World
from webapp.core.db import db, do
from webapp.rewards import queries as rewards
from webapp.rewards import service
from webapp.schedules.models import Leave
from webapp.wallet import queries as wallet

DAYS = [MONDAY + timedelta(days=n) for n in range(14)]


def worth(lateness: list[int | None]) -> int:
    """The demo's rules by hand: allowance by minutes late, and 50.00 for every ten good days in a row."""
    total = run = 0
    for late in lateness:
        if late is None:
            run = 0
            continue
        total += 10000 if late <= 0 else 9000 if late <= 15 else 7000 if late <= 60 else 0
        run = run + 1 if late <= 0 else 0
        total += 5000 if run and run % 10 == 0 else 0
    return total


@pytest.mark.parametrize("seed", range(4))
def test_random_facts_and_settlements_converge(app: Flask, seed: int) -> None:
    """T28, T29, T31"""
    chance, world = random.Random(seed), World()
    facts: dict[int, int | None] = {}
    end = world.morning_after(DAYS[-1])
    for _ in range(30):
        n = chance.randrange(len(DAYS)) if facts and chance.random() < 0.6 else len(facts) % len(DAYS)
        facts[n] = chance.choice([-5, -5, -5, -5, 0, 7, 30, 90, None])
        world.forget(DAYS[n])
        late = facts[n]
        world.stays_away(DAYS[n]) if late is None else world.works(DAYS[n], late=late)
        if chance.random() < 0.5:
            service.settle_many(pairs=[(world.rep.id, DAYS[n])], at=end, cause="changed")
        elif chance.random() < 0.3:
            service.settle_through(branch_id=world.branch.id, through=chance.choice(DAYS), at=end)
    for n, on in enumerate(DAYS):
        if n not in facts:
            world.stays_away(on)
    service.settle_through(branch_id=world.branch.id, through=DAYS[-1], at=end)
    service.settle_many(pairs=[(world.rep.id, on) for on in DAYS], at=end, cause="recheck")
    assert available(world) == worth([facts.get(n) for n in range(len(DAYS))])
    assert rewards.problems() == [] == wallet.problems()
    db.session.remove()


def test_a_day_put_aside_that_turns_neutral_moves_the_run_behind_it(app: Flask) -> None:
    """T31: the later days had counted it as good while it was aside."""
    world = World()
    for on in DAYS[:10]:
        world.works(on)
    do(service.set_aside, employee_id=world.rep.id, work_date=DAYS[4], problem="x", at=world.morning_after(DAYS[4]))
    end = world.morning_after(DAYS[9])
    others = [(world.rep.id, on) for on in DAYS[:10] if on != DAYS[4]]
    service.settle_many(pairs=others, at=end, cause="due")
    assert available(world) == worth([0] * 10) - 10000
    world.forget(DAYS[4])
    span = {"first_on": DAYS[4], "last_on": DAYS[4], "kind": "sick", "recorded_at": end}
    factories.save(Leave(employee_id=world.rep.id, **span))
    world.stays_away(DAYS[4])
    service.settle_many(pairs=[(world.rep.id, DAYS[4])], at=end, cause="changed")
    assert available(world) == worth([0] * 9)
    assert rewards.problems() == [] == wallet.problems()
