"""What was kept and not read when a device's zone was mended is read with the zone that was ordered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from jobs import devices as reading
from jobs import reconcile as jobs
from tests.devices.world import ON, World, world
from webapp.core import clock, outbox
from webapp.core.db import db, do, transaction
from webapp.core.errors import Invalid
from webapp.devices import queries, service
from webapp.devices.models import RawPunch, Terminal

Freeze = Callable[..., Any]


@pytest.fixture
def w(app: Any, freeze: Freeze, monkeypatch: pytest.MonkeyPatch) -> World:
    freeze("2026-03-03T10:00+08:00")
    for module in (reading, jobs):
        monkeypatch.setattr(module, "let_pass", lambda: 0)
    made = world(settled_from=ON)
    hang(made, "Asia/Tokyo")
    return made


def hang(w: World, zone: str) -> None:
    with transaction():
        db.session.execute(update(Terminal).where(Terminal.id == w.door.id).values(timezone=zone))


def post(w: World, *times: str, zone: str = "Asia/Tokyo") -> None:
    """Kept, and not read."""
    body = "".join(f"7\t{one}\t0\t1\n" for one in times).encode()
    known = {"source": "push", "kind": "attlog", "params": None, "ip": None, "zone": zone, "at": clock.now()}
    do(service.store_request, terminal_id=w.door.id, body=body, **known)


def order(w: World, zone: str, first: date) -> int:
    hang(w, zone)
    asked = {"by": w.hr, "terminal_id": w.door.id, "zone": zone, "first": first, "reason": "x", "at": clock.now()}
    return do(service.rezone, **asked)


def work() -> None:
    while items := do(outbox.claim, at=clock.now()):
        for item in items:
            if item.topic == "run":
                jobs.rezone(**item.payload)
            elif item.topic == "device_request":
                reading.device_request([item])
        do(outbox.finish, ids=[item.id for item in items], at=clock.now())


def zones() -> dict[str, str]:
    found = {row.device_time: row.zone for row in db.session.execute(select(RawPunch.device_time, RawPunch.zone))}
    db.session.remove()
    return found


def only_runs() -> None:
    """The order is worked on before anybody reads."""
    for item in do(outbox.claim, at=clock.now()):
        if item.topic == "run":
            jobs.rezone(**item.payload)
            do(outbox.finish, ids=[item.id], at=clock.now())
        else:
            do(outbox.hand_out_again, ids=[item.id], at=clock.now())


def test_a_body_read_after_the_order_is_read_with_its_zone(w: World) -> None:
    post(w, "2026-02-27 09:00:00", "2026-03-02 09:45:00")
    hang(w, "Asia/Shanghai")
    assert queries.zones_read(w.door.id, "Asia/Shanghai") == "Asia/Tokyo"
    db.session.remove()
    assert order(w, "Asia/Shanghai", ON) == 0
    only_runs()
    work()
    assert zones() == {"2026-02-27 09:00:00": "Asia/Tokyo", "2026-03-02 09:45:00": "Asia/Shanghai"}
    assert db.session.scalar(select(RawPunch.at).where(RawPunch.device_time >= f"{ON}")) == w.moment("09:45")


def test_of_two_orders_the_later_one_stands(w: World, freeze: Freeze) -> None:
    post(w, "2026-02-27 09:00:00", "2026-03-02 09:45:00")
    order(w, "Asia/Singapore", ON - timedelta(days=5))
    freeze.forward(minutes=5)  # type: ignore[attr-defined]
    order(w, "Asia/Shanghai", ON)
    only_runs()
    work()
    assert zones() == {"2026-02-27 09:00:00": "Asia/Singapore", "2026-03-02 09:45:00": "Asia/Shanghai"}


def test_what_comes_after_the_order_stays_with_the_zone_it_came_with(w: World, freeze: Freeze) -> None:
    post(w, "2026-03-02 09:45:00")
    order(w, "Asia/Shanghai", ON)
    freeze.forward(minutes=5)  # type: ignore[attr-defined]
    hang(w, "Asia/Kolkata")
    post(w, "2026-03-03 06:45:00", zone="Asia/Kolkata")
    only_runs()
    work()
    assert zones() == {"2026-03-02 09:45:00": "Asia/Shanghai", "2026-03-03 06:45:00": "Asia/Kolkata"}


def test_with_nothing_read_or_unread_in_another_zone_there_is_nothing_to_order(w: World) -> None:
    hang(w, "Asia/Shanghai")
    with pytest.raises(Invalid, match="device_zone_same"):
        order(w, "Asia/Shanghai", ON)
