"""A branch decides that a device alone waits: what is paid stays paid, what is not follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from jobs import attendance as jobs
from tests import factories
from tests.attendance.days import ON, Field, arrive, field, subject
from tests.attendance.test_decisions import signed_in
from webapp.attendance import service
from webapp.attendance.models import AttendanceDay, AttendanceException
from webapp.attendance.policy import can_confirm
from webapp.attendance.service import Given
from webapp.core import outbox
from webapp.core.db import db, do
from webapp.core.outbox import Item, OutboxRow
from webapp.people.models import Branch
from webapp.rewards.queries import preview
from webapp.sites.models import SiteSupervisor

PAID, UNPAID, NOW = ON, ON + timedelta(days=1), ON + timedelta(days=2)


@pytest.fixture
def f(app: Any, freeze: Any) -> Field:
    found = field(settled_from=ON, settled_through=PAID)
    freeze(found.moment("09:00", NOW))
    return found


def punch(f: Field, number: int, on: Any) -> None:
    at = f.moment("23:30", on)
    times = f.moment("08:55", on), f.moment("18:01", on)
    said = [Given(number + n, 70, f.rep.id, time, (f.shop.id,)) for n, time in enumerate(times)]
    do(service.record_punches, given=said, at=at)
    do(service.rebuild_days, pairs=[(f.rep.id, on)], at=at)


def waits(f: Field) -> list[tuple[str, Any]]:
    """HR has devices alone wait; the rows put for it, which are then done."""
    hr = signed_in(factories.employee(f.branch, role="hr"), f.branch)
    do(_forget)
    version = db.session.get_one(Branch, f.branch.id).version
    db.session.remove()
    said = {"branch_id": f.branch.id, "version": version, "settings": {"device_alone": "waits"}}
    do(service.set_policy, by=hr, at=f.moment("09:00", NOW), **said)
    rows = db.session.scalars(select(OutboxRow).where(OutboxRow.topic == "schedule_changed").order_by(OutboxRow.key))
    items = [Item(row.id, row.topic, row.key, row.payload, 1) for row in rows]
    do(_forget)
    jobs.schedule_changed(items)
    return sorted((item.key, item.payload) for item in items)


def _forget() -> None:
    outbox.forget(topic="schedule_changed")


def ask_about(f: Field, doubt: str) -> int:
    params = {"doubt": doubt, "at_site": f.shop.id}
    known = {"employee_id": f.rep.id, "branch_id": f.branch.id, "work_date": PAID, "opened_at": f.moment("20:00")}
    found = factories.save(AttendanceException(dedup_key=f"x{doubt}", kind="sources", params=params, **known))
    return int(found.id)


def state(f: Field, on: Any = PAID) -> tuple[str, bool]:
    db.session.remove()
    row = db.session.get_one(AttendanceDay, (f.rep.id, on))
    return row.status, row.undecided


def again(f: Field) -> tuple[str, bool]:
    do(service.rebuild_days, pairs=[(f.rep.id, PAID)], at=f.moment("10:00", NOW))
    return state(f)


def test_of_paid_dates_only_the_undecided_days_are_built_again(f: Field) -> None:
    who = factories.employee(f.branch)
    other = replace(f, rep=who, me=subject(who, f.branch))
    punch(f, 1, PAID)
    punch(f, 3, UNPAID)
    arrive(other, "09:00", 900, on=PAID)
    do(service.rebuild_days, pairs=[(who.id, PAID)], at=f.moment("23:30", PAID))
    assert state(other) == ("pending", True)
    rows = waits(f)
    assert [row for row in rows if row[1]["work_date"] == f"{PAID}"] == [
        (f"{who.id}|{PAID}", {"employee_id": who.id, "work_date": f"{PAID}"})
    ]
    assert state(f) == ("normal", False)
    assert state(f, UNPAID) == ("pending", True), "what is not paid follows"


def test_a_day_a_device_was_believed_for_stays_so_whatever_builds_it_again(f: Field) -> None:
    punch(f, 1, PAID)
    waits(f)
    assert again(f) == ("normal", False)
    found = preview(f.rep.id, PAID, at=f.moment("10:00", NOW))
    assert found is not None
    assert [day.undecided for day in found.days_seen] == [False, False]
    ask_about(f, "device_only")
    assert again(f) == ("normal", False), "a question counts as it is until somebody decides"
    punch(f, 5, UNPAID)
    assert state(f, UNPAID) == ("pending", True), "new days wait"


def test_a_decided_question_that_is_opened_again_waits(f: Field) -> None:
    by, at = signed_in(factories.employee(f.branch, role="hr"), f.branch), f.moment("10:00", NOW)
    waits(f)
    punch(f, 1, PAID)
    assert state(f) == ("pending", True)
    said = {"by": by, "exception_id": ask_about(f, "device_only"), "at": at}
    do(service.decide, decision="approved", **said)
    assert state(f) == ("normal", False)
    do(service.reopen, reason="Look again", **said)
    assert state(f) == ("pending", True)


def test_a_word_taken_back_leaves_a_device_that_nobody_believed(f: Field) -> None:
    by, at = signed_in(factories.employee(f.branch, role="hr"), f.branch), f.moment("10:00", NOW)
    waits(f)
    punch(f, 1, PAID)
    do(service.mark_absent, by=by, employee_id=f.rep.id, work_date=PAID, reason="no_show", note="x", at=at)
    assert state(f) == ("absent", False)
    do(service.undo_confirmation, by=by, employee_id=f.rep.id, work_date=PAID, at=at)
    assert state(f) == ("pending", True)


def test_the_supervisor_of_the_shop_answers_for_who_only_punched_there(f: Field) -> None:
    """Else nobody at the store could say the word that such a day waits for."""
    boss, other = (factories.employee(f.branch, role="supervisor") for _ in range(2))
    factories.save(SiteSupervisor(site_id=f.shop.id, employee_id=boss.id))
    assert not can_confirm(signed_in(boss, f.branch), f.rep.id, PAID)
    punch(f, 1, PAID)
    assert can_confirm(signed_in(boss, f.branch), f.rep.id, PAID)
    assert not can_confirm(signed_in(boss, f.branch), f.rep.id, UNPAID)
    assert not can_confirm(signed_in(other, f.branch), f.rep.id, PAID)
