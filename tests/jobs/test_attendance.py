"""Days are closed when their window has ended, and follow changed schedules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from jobs import attendance as jobs
from jobs import devices
from tests import factories
from tests.attendance.days import ON, arrive, field, subject
from webapp.attendance import queries
from webapp.attendance.models import AttendanceDay
from webapp.attendance.service import days
from webapp.core import clock, outbox
from webapp.core.db import conn, db, do
from webapp.core.outbox import Item, OutboxRow
from webapp.people import service as people
from webapp.people.models import Branch, Employee
from webapp.rewards import service as rewards
from webapp.schedules.models import RosterDay

Freeze = Callable[..., Any]
BEFORE = ON - timedelta(days=1)


def status(f: Any, on: Any = ON) -> str:
    return queries.days([(f.rep.id, on)])[f.rep.id, on].status


def test_t16_absent_exists_only_when_the_day_is_over(app: Flask, freeze: Freeze) -> None:
    f = field(settled_from=BEFORE)
    freeze(f.moment("12:00"))
    assert jobs.close_days() == 1
    assert status(f, BEFORE) == "absent"
    assert (f.rep.id, ON) not in queries.days([(f.rep.id, ON)])
    arrive(f, "12:00")
    freeze(f.moment("21:59:59"))
    assert jobs.close_days() == 0
    freeze(f.moment("22:00"))
    assert jobs.close_days() == 1
    assert status(f) == "missing_out"
    assert jobs.close_days() == 0


def test_people_who_had_not_joined_or_have_left_are_not_absent(app: Flask, freeze: Freeze) -> None:
    f = field(settled_from=BEFORE)
    factories.employee(f.branch, joined_on=ON)
    factories.employee(f.branch, left_on=BEFORE - timedelta(days=1))
    factories.employee(f.branch, role="supervisor")
    freeze(f.moment("12:00"))
    assert jobs.close_days() == 1


def test_a_roster_of_a_date_before_joining_makes_no_day(app: Flask, freeze: Freeze) -> None:
    """But what happened on it is kept: somebody may be there before HR has put the right date."""
    f = field()
    later = factories.employee(f.branch, joined_on=ON + timedelta(days=8))
    factories.save(RosterDay(employee_id=later.id, work_date=ON, branch_id=f.branch.id, kind="rest"))
    freeze(f.moment("10:00"))
    own = {"employee_id": later.id, "work_date": ON.isoformat()}
    jobs.schedule_changed([Item(1, "schedule_changed", "x", own, 1)])
    assert queries.days([(later.id, ON)]) == {}
    arrive(replace(f, rep=later, me=subject(later, f.branch)), "09:05")
    assert queries.days([(later.id, ON)])[later.id, ON].status == "field_work"


def test_a_changed_schedule_builds_the_day_again(app: Flask, freeze: Freeze) -> None:
    f = field()
    arrive(f, "09:30")
    assert status(f) == "late"
    freeze(f.moment("10:00"))
    factories.save(RosterDay(employee_id=f.rep.id, work_date=ON, branch_id=f.branch.id, kind="rest"))
    own = {"employee_id": f.rep.id, "work_date": ON.isoformat()}
    jobs.schedule_changed([Item(1, "schedule_changed", "x", own, 1)])
    assert status(f) == "field_work"
    all_of_it = {"branch_id": f.branch.id, "work_date": ON.isoformat()}
    jobs.schedule_changed([Item(1, "schedule_changed", "x", all_of_it, 1)])
    assert status(f) == "field_work"


def test_corrected_dates_of_employment_build_the_days_between_again(app: Flask, freeze: Freeze) -> None:
    f = field()
    arrive(f, "09:05")
    freeze(f.moment("10:00"))
    said = {"by": None, "employee_id": f.rep.id, "at": f.moment("10:00")}
    for joined_on, expected in ((ON + timedelta(days=1), "field_work"), (f.rep.joined_on, "normal")):
        do(people.update_employee, version=_version(f), joined_on=joined_on, **said)
        _rebuild()
        assert status(f) == expected
    lefts = ((BEFORE, "field_work"), (ON, "normal"), (BEFORE, "field_work"), (None, "normal"), (date.max, "normal"))
    for left_on, expected in lefts:
        do(people.set_leaving, left_on=left_on, **said)
        _rebuild()
        assert status(f) == expected


def test_a_day_that_cannot_be_closed_stops_nobody_else(
    app: Flask, freeze: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    f = field(settled_from=BEFORE)
    others = [factories.employee(f.branch) for _ in range(3)]
    _breaks(monkeypatch, f.rep.id)
    freeze(f.moment("12:00"))
    with pytest.raises(RuntimeError, match="1 days"):
        jobs.close_days()
    found = queries.days([(who.id, BEFORE) for who in (f.rep, *others)])
    assert {pair[0] for pair in found} == {who.id for who in others}
    monkeypatch.undo()
    freeze(f.moment("12:10"))
    assert jobs.close_days() == 1


def test_a_day_that_cannot_be_closed_stops_nobody_elses_pay(
    app: Flask, freeze: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    f = field(settled_from=BEFORE)
    other = factories.employee(f.branch)
    _breaks(monkeypatch, f.rep.id)
    freeze(f.moment("12:00"))
    rewards.settle_through(branch_id=f.branch.id, through=BEFORE, at=clock.now())
    db.session.remove()
    assert db.session.get_one(Branch, f.branch.id).settled_through == BEFORE
    assert status(replace(f, rep=other), BEFORE) == "absent"
    monkeypatch.undo()
    freeze(f.moment("12:10"))
    assert jobs.close_days() == 1
    told = db.session.scalars(select(OutboxRow.key).where(OutboxRow.topic == "day_changed")).all()
    assert f"{f.rep.id}|{BEFORE}" in told, "and is paid what it was"


def test_a_day_that_cannot_be_built_lets_those_behind_it_hear_of_devices(
    app: Flask, freeze: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    f = field(settled_from=BEFORE)
    people = [f.rep, *(factories.employee(f.branch) for _ in range(2))]
    freeze(f.moment("12:00"))
    jobs.close_days()
    waits = update(AttendanceDay).where(AttendanceDay.work_date == BEFORE).values(status="unheard", undecided=True)
    do(lambda: conn().execute(waits) and None)
    _breaks(monkeypatch, people[0].id)
    devices.listen()
    found = queries.days([(who.id, BEFORE) for who in people])
    assert [found[who.id, BEFORE].status for who in people] == ["unheard", "absent", "absent"]


def _breaks(monkeypatch: pytest.MonkeyPatch, employee_id: int) -> None:
    """Facts of this person's days cannot be read."""
    load = days.load_facts

    def broken(pairs: Any, zones: Any) -> Any:
        if any(person == employee_id for person, _ in pairs):
            raise ValueError("odd")
        return load(pairs, zones)

    monkeypatch.setattr(days, "load_facts", broken)


def _version(f: Any) -> int:
    db.session.remove()
    return db.session.get_one(Employee, f.rep.id).version


def _rebuild() -> None:
    """What the drain does with the rows of this topic."""
    rows = db.session.scalars(select(OutboxRow).where(OutboxRow.topic == "schedule_changed")).all()
    items = [Item(row.id, row.topic, row.key, row.payload, 1) for row in rows]
    do(outbox.forget, topic="schedule_changed")
    jobs.schedule_changed(items)
