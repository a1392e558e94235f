"""Somebody moves to another branch: the days before keep their branch, and with it what they are worth."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from jobs import attendance as closing
from tests import factories
from tests.rewards.test_settle import available, settle
from tests.rewards.world import MONDAY, World
from tests.support.clockwork import Frozen
from tests.wallet.people import signed_in
from webapp.attendance import policy
from webapp.attendance import service as attendance
from webapp.attendance.models import AttendanceDay, AttendanceException
from webapp.core.db import db, do
from webapp.payroll import queries as payroll
from webapp.people import service as people
from webapp.people.models import Branch, Employee
from webapp.rewards import service
from webapp.rewards.models import RepDay

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)


def move(world: World, to: Branch, at: Any) -> None:
    version = db.session.get_one(Employee, world.rep.id).version
    db.session.remove()
    do(people.update_employee, by=None, employee_id=world.rep.id, version=version, branch_id=to.id, team_id=None, at=at)


def days(model: Any = AttendanceDay) -> dict[date, int]:
    found = {row.work_date: row.branch_id for row in db.session.scalars(select(model))}
    db.session.remove()
    return found


def test_a_move_does_not_change_what_days_before_it_are_worth(app: Flask) -> None:
    """The new branch has no rules at all; a rebuilt, re-settled Monday is worth what it was."""
    world = World()
    other = factories.branch(settled_from=MONDAY)
    world.works(MONDAY)
    settle(world, MONDAY)
    assert available(world) == 10000
    move(world, other, world.at(WEDNESDAY, 8))
    world.works(MONDAY)
    world.works(TUESDAY)
    world.works(WEDNESDAY)
    for on in (MONDAY, TUESDAY, WEDNESDAY):
        settle(world, on)
    assert days() == {MONDAY: world.branch.id, TUESDAY: world.branch.id, WEDNESDAY: other.id}
    assert days(RepDay) == days()
    assert available(world) == 20000


def test_changes_of_days_of_both_branches_are_marked_for_their_own(app: Flask) -> None:
    world = World()
    other = factories.branch(settled_from=MONDAY)
    world.works(MONDAY)
    move(world, other, world.at(TUESDAY, 8))
    world.works(TUESDAY)
    pairs = [(world.rep.id, MONDAY), (world.rep.id, TUESDAY)]
    service.take_changes(pairs=pairs, at=world.at(TUESDAY, 19))
    assert days(RepDay) == {MONDAY: world.branch.id, TUESDAY: other.id}


def test_who_was_absent_before_the_move_was_absent_in_the_old_branch(app: Flask, freeze: Frozen) -> None:
    world = World()
    other = factories.branch(settled_from=MONDAY)
    move(world, other, world.at(TUESDAY, 8))
    freeze(world.morning_after(TUESDAY))
    closing.close_days()
    assert days() == {MONDAY: world.branch.id, TUESDAY: other.id}


def test_moving_twice_in_a_day_leaves_the_days_before_where_they_were(app: Flask) -> None:
    world = World()
    second, third = (factories.branch(settled_from=MONDAY) for _ in range(2))
    move(world, second, world.at(TUESDAY, 8))
    move(world, third, world.at(TUESDAY, 9))
    world.works(MONDAY)
    world.works(TUESDAY)
    assert days() == {MONDAY: world.branch.id, TUESDAY: third.id}


def test_each_branch_sees_and_decides_its_own_days(app: Flask) -> None:
    world = World()
    other = factories.branch(settled_from=MONDAY)
    here, there = (signed_in(factories.employee(branch, "hr")) for branch in (world.branch, other))
    world.works(MONDAY)
    move(world, other, world.at(TUESDAY, 8))
    rep = signed_in(db.session.get_one(Employee, world.rep.id))
    ask = {"category": "other", "note": "The camera was broken", "at": world.at(TUESDAY, 9)}
    do(attendance.report_mistake, rep=rep, work_date=MONDAY, **ask)
    assert db.session.scalars(select(AttendanceException.branch_id)).all() == [world.branch.id]
    assert [policy.can_confirm(hr, rep.id, MONDAY) for hr in (here, there)] == [True, False]
    assert [policy.can_confirm(hr, rep.id, TUESDAY) for hr in (here, there)] == [False, True]
    db.session.remove()


def test_the_branch_of_a_months_last_day_pays_the_month(app: Flask) -> None:
    world = World()
    other = factories.branch(settled_from=MONDAY)
    move(world, other, world.at(date(2026, 4, 14), 8))
    paid = [
        [world.rep.id in payroll.eligible(branch.id, month) for branch in (world.branch, other)]
        for month in ("2026-03", "2026-04")
    ]
    db.session.remove()
    assert paid == [[True, False], [False, True]]
