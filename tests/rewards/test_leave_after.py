"""Leave approved after the day was settled: the day becomes leave, and settling again posts the difference."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.rewards.test_settle import available, settle
from tests.rewards.world import MONDAY, World
from tests.sites.test_service import signed
from webapp.attendance.models import AttendanceDay
from webapp.attendance.service.days import rebuild_days
from webapp.core.db import db, do
from webapp.core.outbox import OutboxRow
from webapp.schedules import service
from webapp.schedules.rules import Span

NINE = [MONDAY + timedelta(days=n) for n in range(9)]
TENTH, ELEVENTH = MONDAY + timedelta(days=9), MONDAY + timedelta(days=10)


@pytest.mark.parametrize("given_back", [False, True])
def test_an_absent_day_that_becomes_leave_no_longer_breaks_the_streak(app: Flask, given_back: bool) -> None:
    world = World()
    hr = factories.employee(world.branch, "hr")
    for on in NINE:
        world.works(on)
    world.stays_away(TENTH)
    world.works(ELEVENTH)
    for on in (*NINE, TENTH, ELEVENTH):
        settle(world, on)
    assert (status(world), available(world)) == ("absent", 10 * 10000)
    at = world.at(ELEVENTH, 12)
    asked = do(service.ask_leave, rep=signed(world.rep), client_id="a", kind="sick", span=Span(TENTH, TENTH), at=at)
    do(service.answer_leave, by=signed(hr), request_id=asked, decision="approved", version=1, at=at)
    rebuilt(world, at)
    assert (status(world), available(world)) == ("leave", 10 * 10000 + 5000)
    if given_back:
        do(service.ask_cancelling, rep=signed(world.rep), request_id=asked, reason="x", at=at)
        do(service.answer_leave, by=signed(hr), request_id=asked, decision="approved", version=3, at=at)
        rebuilt(world, at)
        assert (status(world), available(world)) == ("absent", 10 * 10000)


def rebuilt(world: World, at: Any) -> None:
    """As the job does it for what the outbox says has changed."""
    keys = db.session.scalars(select(OutboxRow.key).where(OutboxRow.topic == "schedule_changed")).all()
    assert f"{world.rep.id}|{TENTH}" in keys
    db.session.remove()
    do(rebuild_days, pairs=[(world.rep.id, TENTH)], at=at)
    for on in (TENTH, ELEVENTH):
        settle(world, on)


def status(world: World) -> str:
    db.session.remove()
    mine = (AttendanceDay.employee_id == world.rep.id, AttendanceDay.work_date == TENTH)
    return str(db.session.scalar(select(AttendanceDay.status).where(*mine)))
