"""What HR sees before deciding is what is posted after it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from tests import factories
from tests.attendance.days import subject
from tests.attendance.test_decisions import signed_in
from tests.rewards.test_settle import available, settle
from tests.rewards.world import MONDAY, World
from webapp.attendance import queries as attendance
from webapp.attendance import service
from webapp.core.db import db, do
from webapp.pages.hr.inbox_effect import effects
from webapp.payroll import queries as payroll
from webapp.people.models import Salary

DAY = timedelta(days=1)


def asked(world: World, on: date, category: str, hour: int | None, at: Any) -> int:
    me = subject(world.rep, world.branch)
    wanted = world.at(on, hour) if hour is not None else None
    said = {"work_date": on, "category": category, "note": "x", "wanted_at": wanted}
    return do(service.report_mistake, rep=me, at=at, **said)


@pytest.mark.parametrize(
    ("late", "category", "hour"), [(45, "forgot_in", 9), (None, "field", None), (None, "leave", None)]
)
def test_after_settlement_an_approval_posts_exactly_what_was_shown(
    app: Flask, late: int | None, category: str, hour: int | None
) -> None:
    world = World()
    hr = signed_in(factories.employee(world.branch, role="hr"), world.branch)
    known = {"effective_from": MONDAY, "amount": 600_000, "currency": "CNY", "recorded_at": world.at(MONDAY, 8)}
    factories.save(Salary(employee_id=world.rep.id, **known))
    for n in range(4):
        on = MONDAY + n * DAY
        if n == 1 and late is None:
            world.stays_away(on)
        else:
            world.works(on, late=late or 0 if n == 1 else 0)
        settle(world, on)
    on, at = MONDAY + DAY, world.morning_after(MONDAY + 4 * DAY)
    number = asked(world, on, category, hour, at)
    row = attendance.inbox_one(hr, number)
    shown = effects(row, None, at=at)["effect"]
    before = available(world)
    assert shown["booked"].wallet[0] == before
    now, after = shown["preview"].days_seen
    assert after.status == {"forgot_in": "normal", "field": "field_work", "leave": "leave"}[category]
    assert (now.status, shown["preview"].change != 0) == ("late" if late else "absent", category != "leave")
    month, pay = shown["booked"].month, shown["booked"].pay
    assert payroll.estimates(world.rep.id, [month])[0][2].net == pay[0]
    do(service.decide, by=hr, exception_id=number, decision="approved", at=at)
    for n in range(4):
        settle(world, MONDAY + n * DAY)
    db.session.remove()
    assert available(world) - before == shown["preview"].change
    assert available(world) == shown["booked"].wallet[1]
    assert payroll.estimates(world.rep.id, [month])[0][2].net == pay[1]


def test_before_settlement_the_wallet_is_what_it_will_be(app: Flask) -> None:
    world = World()
    world.works(MONDAY, late=45)
    hr = signed_in(factories.employee(world.branch, role="hr"), world.branch)
    at = world.at(MONDAY, 20)
    number = asked(world, MONDAY, "forgot_in", 9, at)
    shown = effects(attendance.inbox_one(hr, number), None, at=at)["effect"]["booked"]
    do(service.decide, by=hr, exception_id=number, decision="approved", at=at)
    settle(world, MONDAY)
    assert (available(world), shown.pay is None or shown.pay[1] - shown.pay[0]) == (
        shown.wallet[1],
        shown.wallet[1] - shown.wallet[0],
    )


def test_the_clients_people_have_no_pay_to_estimate(app: Flask) -> None:
    world = World()
    world.works(MONDAY)
    guest = factories.employee(world.branch, role="supervisor", employer="client")
    assert payroll.estimate_change(guest.id, "2026-03", 0, 100) is None
