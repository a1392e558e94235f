"""What a moved device recorded finds its shop in pieces: killed between them or two at once, it ends as read anew."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select

from jobs import devices as jobs
from tests import factories
from tests.devices.test_moves import move, redate, shops_of, work
from tests.devices.world import ON, World, day_of, punches, states, world
from webapp.core import clock, outbox
from webapp.core.db import db, do
from webapp.core.outbox import OutboxRow
from webapp.devices import service
from webapp.devices.queries.stays import stays_of
from webapp.devices.rules.stays import sites_at
from webapp.devices.service import stays

Freeze = Callable[..., Any]
PIECE = 5


@pytest.fixture
def w(app: Any, freeze: Freeze) -> World:
    freeze("2026-03-20T10:00+08:00")
    return world(settled_from=ON)


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Small ones; one entry for each."""
    seen: list[int] = []

    def counted(**known: Any) -> Any:
        seen.append(1)
        return stays.look_at_some(**known, limit=PIECE)

    monkeypatch.setattr(service, "look_at_some", counted)
    return seen


def send(w: World, days: int = 4) -> None:
    times = [f"{ON + timedelta(days=day)} {hour:02}:0{day}:00" for day in range(days) for hour in range(8, 20)]
    w.send(*times)
    work()


def as_read_anew(w: World, rep: Any, days: int = 4) -> None:
    """Every punch has the shop of its moment, and reading everything once more changes nothing."""
    known = stays_of(w.door.id)
    db.session.remove()
    assert [(row[3],) for row in punches(rep)] == [sites_at(known, row[2]) for row in punches(rep)]
    before = punches(rep), [day_of(rep, ON + timedelta(days=day)) for day in range(days)]
    do(service.rebuild, terminal_id=w.door.id, first=ON, last=ON + timedelta(days=days), at=clock.now())
    work()
    assert (punches(rep), [day_of(rep, ON + timedelta(days=day)) for day in range(days)]) == before


def test_whoever_moves_it_waits_for_none_of_its_punches(w: World, pieces: list[int]) -> None:
    rep, later = w.rep("7"), factories.site(w.kind)
    send(w)
    move(w, later, since=w.moment("12:00"))
    assert set(states()) == {"mapped"}
    work()
    assert len(pieces) == 48 // PIECE + 1
    assert shops_of(rep) == [w.shop.id] * 4 + [later.id] * 44


def test_killed_halfway_and_moved_again_it_ends_as_read_anew(
    w: World, pieces: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rep, later = w.rep("7"), factories.site(factories.store_type(w.branch, shift_start="12:00", shift_end="19:00"))
    send(w)
    move(w, later, since=w.moment("12:00"))
    row = do(outbox.claim, at=clock.now())[-1]
    with monkeypatch.context() as deadly:
        deadly.setattr(jobs, "let_pass", _dies_after(3))
        with pytest.raises(KeyboardInterrupt):
            jobs.moved(**row.payload)
    assert {"new", "mapped"} == set(states())
    w.digest()
    redate(w, w.moment("10:00", ON + timedelta(days=1)))
    do(outbox.hand_out_again, ids=[row.id], at=clock.now())
    work()
    assert shops_of(rep) == [w.shop.id] * 14 + [later.id] * 34
    as_read_anew(w, rep)


def test_the_days_wait_until_all_punches_are_looked_at(w: World, pieces: list[int]) -> None:
    w.rep("7")
    send(w)
    move(w, factories.site(w.kind), since=w.moment("12:00"))
    row = do(outbox.claim, at=clock.now())[-1]
    jobs.moved(**row.payload)
    waits = select(OutboxRow.topic).where(OutboxRow.claimed_at.is_(None), OutboxRow.topic.in_(("run", "raw_punches")))
    assert list(db.session.scalars(waits.order_by(OutboxRow.bulk))) == ["raw_punches", "run"]


@pytest.mark.parametrize("seed", range(3))
def test_two_moves_at_once_and_a_digest_between(w: World, pieces: list[int], seed: int) -> None:
    chance = random.Random(seed)
    rep, later = w.rep("7"), factories.site(factories.store_type(w.branch, shift_start="12:00", shift_end="19:00"))
    send(w)
    moments = sorted(ON_AT + timedelta(minutes=chance.randrange(3 * 24 * 60)) for _ in range(2))
    move(w, later, since=moments[0])
    first = do(outbox.claim, at=clock.now())
    move(w, w.shop, since=moments[1])
    second = do(outbox.claim, at=clock.now())
    asked = [item.payload for item in (*first, *second) if item.topic == "run"]
    flask, problems = current_app._get_current_object(), []  # type: ignore[attr-defined]

    def run(done: Callable[[], Any]) -> None:
        try:
            with flask.app_context():
                done()
        except Exception as error:  # noqa: BLE001 - told by the assertion below
            problems.append(error)

    at_once = [lambda known=known: jobs.moved(**known) for known in asked] + [lambda: w.digest(limit=3)]
    threads = [threading.Thread(target=run, args=(one,)) for one in at_once]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(asked), problems) == (2, [])
    work()
    as_read_anew(w, rep)


ON_AT = datetime.fromisoformat(f"{ON}T00:00+08:00")


def _dies_after(times: int) -> Callable[[], int]:
    left = [times]

    def passing() -> int:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        return 0

    return passing
