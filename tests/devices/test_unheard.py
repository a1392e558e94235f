"""Nobody is absent while a device of their place is silent, and no device holds a day for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from jobs import attendance as closing
from jobs import devices as jobs
from tests import factories
from tests.devices.world import ON, World, day_of, signed_in, world
from webapp.attendance import service as attendance
from webapp.attendance.models import DeviceHeard
from webapp.core.db import conn, db, do
from webapp.devices import service
from webapp.devices.models import RawPunch, Terminal
from webapp.schedules.models import PlanStop

Freeze = Callable[..., Any]


@pytest.fixture
def w(app: Any) -> World:
    return world(settled_from=ON)


def plan(w: World, rep: Any) -> None:
    factories.save(PlanStop(employee_id=rep.id, work_date=ON, seq=1, site_id=w.shop.id))


def heard(w: World, clock: str, freeze: Freeze, on: Any = ON) -> None:
    """It calls twice, a minute apart: by the second call it has sent what it had recorded at the first."""
    at = w.moment(clock, on)
    for moment in (at, at + timedelta(minutes=1)):
        do(service.heard, terminal_id=w.door.id, at=moment)
    freeze(at + timedelta(minutes=1))
    jobs.listen()


def close(w: World, freeze: Freeze, clock: str = "22:00", days: int = 0) -> None:
    freeze(w.moment(clock) + timedelta(days=days))
    jobs.listen()
    closing.close_days()


def status(rep: Any) -> tuple[str, bool]:
    day = day_of(rep)
    assert day is not None
    return day.status, day.undecided


def test_a_planned_persons_day_waits_for_the_device_and_follows_it(w: World, freeze: Freeze) -> None:
    rep = w.rep("7")
    plan(w, rep)
    heard(w, "12:00", freeze)
    close(w, freeze, days=1, clock="00:30")
    assert status(rep) == ("unheard", True)
    heard(w, "08:00", freeze, ON + timedelta(days=1))
    assert status(rep) == ("absent", False)


def test_what_the_device_sends_late_makes_the_day(w: World, freeze: Freeze) -> None:
    rep = w.rep("7")
    plan(w, rep)
    heard(w, "12:00", freeze)
    close(w, freeze, days=1, clock="00:30")
    w.send("08:55", "18:01", at=w.moment("08:00", ON + timedelta(days=1)))
    assert status(rep) == ("normal", False)


def test_a_device_heard_past_the_shift_holds_nobody(w: World, freeze: Freeze) -> None:
    rep = w.rep("7")
    plan(w, rep)
    heard(w, "18:00", freeze)
    close(w, freeze, days=1, clock="00:30")
    assert status(rep) == ("absent", False)


def test_one_who_came_and_was_not_seen_leaving_waits_too(w: World, freeze: Freeze) -> None:
    rep = w.rep("7")
    freeze(w.moment("09:00"))
    w.send("08:55", at=w.moment("09:00"))
    heard(w, "12:00", freeze)
    close(w, freeze)
    assert status(rep) == ("unheard", True)
    heard(w, "23:00", freeze)
    assert status(rep) == ("missing_out", False)


def test_early_by_the_last_punch_before_the_silence_waits_too(w: World, freeze: Freeze) -> None:
    rep = w.rep("7")
    w.send("08:55", "13:00", at=w.moment("13:01"))
    heard(w, "13:05", freeze)
    close(w, freeze)
    assert status(rep) == ("unheard", True)
    heard(w, "23:00", freeze)
    day = day_of(rep)
    assert (day.status, day.minutes_early) == ("early_leave", 300)  # type: ignore[union-attr]


def test_people_without_a_plan_are_looked_for_where_they_usually_punch(w: World, freeze: Freeze) -> None:
    rep, other = w.rep("7"), w.rep("8")
    w.send("2026-02-27 08:55:00", "2026-02-27 18:01:00", at=w.moment("20:00") - timedelta(days=3))
    heard(w, "12:00", freeze)
    close(w, freeze, days=1, clock="00:30")
    assert (status(rep)[0], status(other)[0]) == ("unheard", "absent")


def test_a_device_that_is_silent_for_ever_holds_nobody_for_ever(w: World, freeze: Freeze) -> None:
    rep = w.rep("7")
    plan(w, rep)
    heard(w, "12:00", freeze)
    close(w, freeze, days=1, clock="00:30")
    freeze(w.moment("17:59:59") + timedelta(days=3))
    jobs.listen()
    assert status(rep)[0] == "unheard"
    freeze(w.moment("18:00") + timedelta(days=3))
    jobs.listen()
    assert status(rep) == ("absent", False)


@pytest.mark.parametrize("state", ["paused", "retired"])
def test_only_active_devices_count(w: World, freeze: Freeze, state: str) -> None:
    rep = w.rep("7")
    plan(w, rep)
    heard(w, "12:00", freeze)
    close(w, freeze, days=1, clock="00:30")
    assert status(rep)[0] == "unheard"
    do(lambda: conn().execute(update(Terminal).values(state=state)))
    freeze(w.moment("01:00") + timedelta(days=1))
    jobs.listen()
    assert status(rep)[0] == "absent"


def test_what_still_waits_to_be_read_or_looked_at_was_not_heard(w: World, freeze: Freeze) -> None:
    heard(w, "12:00", freeze)
    w.send("11:00", at=w.moment("18:30"), digest=False)
    heard(w, "18:30", freeze)
    assert through(w) == w.moment("12:00")
    do(lambda: conn().execute(update(RawPunch).values(state="unmapped")))
    body = {"source": "push", "kind": "attlog", "body": b"x", "params": None, "ip": None, "zone": "UTC"}
    do(service.store_request, terminal_id=w.door.id, at=w.moment("18:31"), **body)
    heard(w, "18:35", freeze)
    assert through(w) == w.moment("12:00")


def test_one_call_after_a_silence_proves_nothing_yet(w: World, freeze: Freeze) -> None:
    rep = w.rep("7")
    plan(w, rep)
    heard(w, "12:00", freeze)
    close(w, freeze, days=1, clock="00:30")
    at = w.moment("08:00") + timedelta(days=1)
    do(service.heard, terminal_id=w.door.id, at=at)
    freeze(at)
    jobs.listen()
    assert status(rep)[0] == "unheard"


def test_a_persons_word_needs_no_device(w: World, freeze: Freeze) -> None:
    rep, other = w.rep("7"), factories.employee(w.branch, role="hr")
    plan(w, rep)
    heard(w, "12:00", freeze)
    close(w, freeze, days=1, clock="00:30")
    by = signed_in(other, w.branch)
    do(
        attendance.mark_absent,
        by=by,
        employee_id=rep.id,
        work_date=ON,
        reason="no_show",
        note="shop said so",
        at=w.moment("23:00"),
    )
    assert status(rep) == ("absent", False)


def test_looking_again_costs_the_same_for_many(w: World, freeze: Freeze, queries: Callable[..., Any]) -> None:
    for pin in range(100, 112):
        plan(w, w.rep(str(pin)))
    heard(w, "12:00", freeze)
    close(w, freeze, days=1, clock="00:30")
    with queries() as asked:
        jobs.listen()
    assert len(asked) <= 12, asked


def through(w: World) -> datetime | None:
    found = db.session.query(DeviceHeard.through).filter_by(terminal_id=w.door.id).scalar()
    db.session.remove()
    return found
