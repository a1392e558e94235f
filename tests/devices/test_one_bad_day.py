"""Somebody whose day cannot be built: their punches are kept and tried again, everybody else's go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from jobs import sweep
from tests import factories
from tests.devices.world import ON, World, day_of, punches, states, world
from webapp.attendance.service import days
from webapp.attendance.service import punches as punching
from webapp.core import clock, outbox
from webapp.core.db import db, do
from webapp.core.outbox import OutboxRow

Freeze = Callable[..., Any]


@pytest.fixture
def w(app: Any, freeze: Freeze) -> World:
    freeze("2026-03-20T10:00+08:00")
    return world(settled_from=ON)


def break_for(where: Any, name: str, person: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = getattr(where, name)

    def broken(pairs: Any, *known: Any, **others: Any) -> Any:
        if any(pair[0] == person.id for pair in pairs):
            raise ValueError("odd")
        return whole(pairs, *known, **others)

    monkeypatch.setattr(where, name, broken)


def work(hours: int = 0) -> None:
    at = clock.now() + timedelta(hours=hours)
    while items := do(outbox.claim, at=at):
        sweep._work(items)


def left() -> list[tuple[str, str, str | None]]:
    waits = select(OutboxRow.topic, OutboxRow.key, OutboxRow.last_error).where(OutboxRow.done_at.is_(None))
    found = [tuple(row) for row in db.session.execute(waits.order_by(OutboxRow.key))]
    db.session.remove()
    return found


def test_it_blocks_nobody_elses_punches(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, other = w.rep("7"), w.rep("8")
    with monkeypatch.context() as broken:
        break_for(days, "load_facts", bad, broken)
        w.send("08:55", pin="7", digest=False)
        w.send("08:56", pin="8", digest=False)
        work()
        assert day_of(other).first_in == w.moment("08:56")  # type: ignore[union-attr]
        assert day_of(bad) is None
        assert [row[2] for row in punches(bad)] == [w.moment("08:55")]
        assert set(states()) == {"mapped"}, "the device counts as heard: nobody waits for what it may still tell"
        assert left() == [("schedule_changed", f"{bad.id}|{ON}", "RuntimeError: 1 days could not be built")]
        w.send("18:01", pin="8", digest=False)
        work()
        assert day_of(other).last_out == w.moment("18:01")  # type: ignore[union-attr]
    work(hours=1)
    assert day_of(bad).first_in == w.moment("08:55")  # type: ignore[union-attr]
    assert left() == []


def test_it_ends_as_failed_and_is_done_when_mended(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = w.rep("7")
    with monkeypatch.context() as broken:
        break_for(days, "load_facts", bad, broken)
        w.send("08:55", digest=False)
        for hours in range(outbox.MAX_ATTEMPTS):
            work(hours=2 * hours)
        assert [(row.key, row.attempts) for row in outbox.failed()] == [(f"{bad.id}|{ON}", outbox.MAX_ATTEMPTS)]
        db.session.remove()
    do(outbox.retry_failed, at=clock.now())
    work()
    assert day_of(bad).first_in == w.moment("08:55")  # type: ignore[union-attr]


def test_a_punch_nobody_can_date_is_kept_and_dated_later(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    night = factories.site(factories.store_type(w.branch, shift_start="22:00", shift_end="06:00"))
    door = factories.terminal(w.branch, night)
    bad, other = w.rep("7"), w.rep("8")
    with monkeypatch.context() as broken:
        break_for(punching, "work_dates", bad, broken)
        for pin in ("7", "8"):
            w.send("22:03", "2026-03-03 06:01:00", pin=pin, door=door, digest=False)
        work()
        assert [row[1] for row in punches(other)] == [ON, ON]
        assert [row[1] for row in punches(bad)] == [ON, ON + timedelta(days=1)]
        assert len(left()) == 2
    work(hours=1)
    assert [row[1] for row in punches(bad)] == [ON, ON]
    assert day_of(bad).last_out == day_of(other).last_out  # type: ignore[union-attr]
    assert left() == []
