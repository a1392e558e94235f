"""Settling many rep-days, each its own transaction, against bare insert transactions of the same minutes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import event

from tests.bench import bare, company, servers
from tests.bench.table import Row, at_least, at_most
from tests.rewards.world import MONDAY, World
from webapp.rewards import service

REPS, VISITS = 200, 3
WRITES = ("INSERT", "UPDATE", "DELETE")
ROW = {"who": 1, "site_id": 1, "lat": 1.5, "lng": 1.5, "tapped_at": "now"}


@dataclass
class Cost:
    """Seconds of rep-days and of the bare inserts made in between."""

    rep_days: int = 0
    seconds: float = 0
    inserts: int = 0
    insert_seconds: float = 0

    @property
    def ratio(self) -> float:
        return (self.rep_days / self.seconds) / (self.inserts / self.insert_seconds)


def measure(kind: str, quick: bool) -> list[Row]:
    days = 3 if quick else 50
    with company.database(kind) as url, servers.application(url) as app, app.app_context():
        plain = bare.engine(url)
        bare.METADATA.create_all(plain)
        small, large = _world(days), _world(days * 2)
        warm = _world(1)
        _settle(warm, _dates(1), plain)
        first = _settle(small, _dates(days), plain)
        with_writes: list[str] = []
        again = _counted(with_writes, lambda: _settle(small, _dates(days), None))
        double = _settle(large, _dates(days * 2), plain)
        plain.dispose()
    return _rows(kind, first, again, double, len(with_writes))


def _rows(kind: str, first: Cost, again: Cost, double: Cost, writes: int) -> list[Row]:
    rate = f"{first.rep_days / first.seconds:.0f}/s against {first.inserts / first.insert_seconds:.0f}/s"
    growth = double.seconds / first.seconds
    return [
        at_least(f"settlement of {first.rep_days} rep-days, share of bare inserts, {kind}", first.ratio, 0.15, rate),
        at_most(f"{double.rep_days} rep-days in the time of {first.rep_days}, {kind}", growth, 2.2),
        at_least(f"settled again, nothing changed, times faster, {kind}", first.seconds / again.seconds, 2.5),
        at_most(f"writes of settling again, {kind}", writes, 0),
    ]


def _world(days: int) -> World:
    world = World(reps=REPS)
    for on in _dates(days):
        world.works(on, visits=VISITS)
    return world


def _dates(days: int) -> list[date]:
    return [MONDAY + timedelta(days=n) for n in range(days)]


def _settle(world: World, dates: Sequence[date], plain: sa.Engine | None) -> Cost:
    cost = Cost()
    for on in dates:
        pairs, at = [(rep.id, on) for rep in world.reps], world.morning_after(on)
        cost.seconds += _timed(lambda pairs=pairs, at=at: _settled(pairs, at))
        cost.rep_days += len(pairs)
        if plain is not None:
            cost.insert_seconds += _timed(lambda: _insert(plain, REPS))
            cost.inserts += REPS
    return cost


def _settled(pairs: list[tuple[int, date]], at: datetime) -> None:
    tally = service.settle_many(pairs=pairs, at=at, cause="due")
    if tally.set_aside:
        raise AssertionError(f"{tally.set_aside} rep-days were set aside")


def _insert(plain: sa.Engine, times: int) -> None:
    for _ in range(times):
        with plain.begin() as connection:
            connection.execute(bare.INSERT, ROW)


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _counted(writes: list[str], work: Callable[[], Cost]) -> Cost:
    def note(_connection, _cursor, statement, *_rest) -> None:
        if statement.lstrip().upper().startswith(WRITES):
            writes.append(statement)

    event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        return work()
    finally:
        event.remove(sa.Engine, "before_cursor_execute", note)
