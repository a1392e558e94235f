"""One round: 200 rep-days are due, phones check in, and things are killed at random moments of both."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from jobs import schedule
from tests.crash.phones import Phones
from tests.rewards.world import MONDAY, World
from tests.support.apps import forget_read
from tests.support.clockwork import Frozen
from tests.support.stack import Stack
from webapp.core import clock
from webapp.core.db import db
from webapp.people.models import Branch
from webapp.rewards.models import RepDay

REPS, DATES, TAPS = 20, 10, 60
DAYS = [MONDAY + timedelta(days=n) for n in range(DATES)]
WITHIN = 600
# A minute of the product's clock, in seconds of ours: short, and shorter when there is nothing to wait for.
MINUTE, IDLE = 3, 0.3


@dataclass(frozen=True)
class Blow:
    """What happens, when `after` rep-days are settled or check-ins acknowledged, and how many seconds later."""

    what: str
    after: int
    delay: float


def blows(seed: int) -> dict[str, list[Blow]]:
    """{"settled": ..., "acknowledged": ...}, each in order; the same for the same seed."""
    chance = random.Random(seed)

    def some(kinds: list[str], most: int) -> list[Blow]:
        chance.shuffle(kinds)
        moments = sorted(chance.sample(range(most * 9 // 10), len(kinds)))
        return [Blow(what, after, chance.uniform(0, 0.03)) for what, after in zip(kinds, moments, strict=True)]

    return {
        "settled": some(["worker", "worker", "flush"], REPS * DATES),
        "acknowledged": some(["web", "web", "flush"], TAPS),
    }


class Round:
    """`run()` until everything is settled and acknowledged; `struck` is what happened, and at which count."""

    def __init__(self, stack: Stack, freeze: Frozen, seed: int) -> None:
        self.stack, self._freeze = stack, freeze
        self.world = company()
        freeze(self.world.morning_after(DAYS[-1]))
        cookies = [_cookie(stack, rep) for rep in self.world.reps]
        self.phones = Phones(stack, cookies, self.world.sites, TAPS, seed)
        self.plan = blows(seed)
        self.struck: list[tuple[str, str, int]] = []

    def run(self) -> Round:
        """Returns itself. Raises AssertionError with the logs when it does not come to an end."""
        self.stack.start_web()
        self.stack.start_worker()
        self.phones.start()
        try:
            self._go_on()
        finally:
            self.phones.stop()
        self._settle_down()
        return self

    def settled(self) -> int:
        forget_read()
        query = select(func.count()).where(RepDay.state == "settled", RepDay.work_date <= DAYS[-1])
        return db.session.scalar(query) or 0

    def __str__(self) -> str:
        return f"{self.settled()} rep-days settled, {len(self.phones.answers())} answers, so far {self.struck}"

    def _go_on(self) -> None:
        self._a_minute_passes()
        deadline, busy = time.monotonic() + WITHIN, time.monotonic()
        while not self._over():
            self._strike("settled", self.settled())
            self._strike("acknowledged", sum(status == 201 for _, status in self.phones.answers()))
            if time.monotonic() > busy + (IDLE if self.stack.is_idle() else MINUTE):
                self._a_minute_passes()
                busy = time.monotonic()
            assert time.monotonic() < deadline, f"{self}\n{self.stack.log('worker')}\n{self.stack.log('web')}"
            time.sleep(0.02)

    def _settle_down(self) -> None:
        """Two quiet minutes: what was lost is found, and then there is nothing left to find."""
        for _ in range(2):
            self._a_minute_passes()
            self.stack.wait_idle(60)
        forget_read()

    def _over(self) -> bool:
        forget_read()
        through = db.session.scalar(select(Branch.settled_through)) or date.min
        return through >= DAYS[-1] and self.phones.done() and not any(self.plan.values())

    def _strike(self, count: str, reached: int) -> None:
        due = self.plan[count]
        if not due or reached < due[0].after:
            return
        blow = due.pop(0)
        time.sleep(blow.delay)
        self.struck.append((blow.what, count, reached))
        self._do(blow.what)

    def _do(self, what: str) -> None:
        acts: dict[str, tuple[Callable[[], None], ...]] = {
            "worker": (self.stack.kill_worker, self.stack.start_worker),
            "web": (self.stack.kill_web, self.stack.start_web),
            "flush": (self.stack.flushall,),
        }
        for act in acts[what]:
            act()

    def _a_minute_passes(self) -> None:
        self._freeze.forward(minutes=1)
        schedule.tick(at=clock.now())


def company() -> World:
    """Ten good days of twenty reps, none of them settled; every other rep makes a visit on each."""
    world = World(reps=REPS)
    for on in DAYS:
        world.works(on, world.reps[::2], visits=1)
        world.works(on, world.reps[1::2])
    db.session.remove()
    return world


def _cookie(stack: Stack, who: object) -> str:
    made = stack.cookie(who)
    return f"{made['name']}={made['value']}"
