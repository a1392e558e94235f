"""A day corrected to leave takes it from what the person has left, and gives it back."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests import factories
from tests.attendance.days import ON, Field, field
from tests.attendance.test_decisions import signed_in
from webapp.attendance import queries, service
from webapp.attendance.models import AttendanceException
from webapp.core.authz import SignedIn
from webapp.core.db import db, do, transaction
from webapp.core.errors import Invalid
from webapp.schedules import queries as schedules
from webapp.schedules import service as schedule
from webapp.schedules.models import Leave, LeaveType

LATER = date(2026, 3, 20)


@pytest.fixture
def f(app: Flask) -> Field:
    made = field()
    with transaction() as conn:
        conn.execute(update(LeaveType).where(LeaveType.code == "annual").values(yearly_halves=20))
    return made


@pytest.fixture
def hr(f: Field) -> SignedIn:
    return signed_in(factories.employee(f.branch, role="hr"), f.branch)


def ask(f: Field, **known: Any) -> int:
    what = {"work_date": ON, "category": "leave", "note": "Doctor", **known}
    return do(service.report_mistake, rep=f.me, at=f.moment("12:00", LATER), **what)


def decide(by: SignedIn, number: int, decision: str, f: Field, minutes: int = 0) -> None:
    at = f.moment("13:00", LATER) + timedelta(minutes=minutes)
    do(service.decide, by=by, exception_id=number, decision=decision, reason="x", at=at)


def left(f: Field, kind: str = "annual") -> int | None:
    db.session.remove()
    return schedules.balances([f.rep.id], f.branch, ON.year, today=LATER)[f.rep.id, kind].left


def leaves() -> list[tuple[str, bool]]:
    db.session.remove()
    return [(one.kind, one.cancelled_at is None) for one in db.session.scalars(select(Leave).order_by(Leave.id))]


def status(f: Field) -> str:
    db.session.remove()
    return queries.days([(f.rep.id, ON)])[f.rep.id, ON].status


def test_it_takes_a_day_of_the_first_kind_unless_another_is_named(f: Field, hr: SignedIn) -> None:
    decide(hr, ask(f), "approved", f)
    assert (left(f), leaves(), status(f)) == (18, [("annual", True)], "leave")


def test_the_kind_is_chosen(f: Field, hr: SignedIn) -> None:
    with pytest.raises(Invalid, match="not_a_choice"):
        ask(f, leave_kind="gone")
    decide(hr, ask(f, leave_kind="sick"), "approved", f)
    assert (left(f), leaves()) == (20, [("sick", True)])


def test_rejected_takes_nothing(f: Field, hr: SignedIn) -> None:
    decide(hr, ask(f), "rejected", f)
    assert (left(f), leaves()) == (20, [])


@pytest.mark.parametrize("how", ["rejected", "reopened"])
def test_taken_back_it_is_given_back(f: Field, hr: SignedIn, how: str) -> None:
    number = ask(f)
    decide(hr, number, "approved", f)
    if how == "rejected":
        decide(hr, number, "rejected", f, 5)
    else:
        at = f.moment("13:05", LATER)
        do(service.reopen, by=hr, exception_id=number, reason="x", at=at)
    assert (left(f), leaves(), status(f) == "leave") == (20, [("annual", False)], False)
    decide(hr, number, "approved", f, 10)
    assert (left(f), leaves()) == (18, [("annual", False), ("annual", True)])


def test_leave_that_is_there_already_stays_alone(f: Field, hr: SignedIn) -> None:
    number = ask(f)
    days = {"first_on": ON, "last_on": ON, "kind": "annual", "recorded_at": f.moment("08:00")}
    factories.save(Leave(employee_id=f.rep.id, **days))
    decide(hr, number, "approved", f)
    do(service.reopen, by=hr, exception_id=number, reason="x", at=f.moment("13:05", LATER))
    assert (left(f), leaves()) == (18, [("annual", True)])


def test_asked_for_twice_it_is_given_back_with_the_last(f: Field, hr: SignedIn) -> None:
    first = ask(f)
    decide(hr, first, "approved", f)
    second = ask(f, leave_kind="sick")
    decide(hr, second, "approved", f, 2)
    decide(hr, first, "rejected", f, 4)
    assert (left(f), status(f)) == (18, "leave"), "the other one keeps the day"
    decide(hr, second, "rejected", f, 6)
    assert (left(f), leaves(), status(f) == "leave") == (20, [("annual", False)], False)


@pytest.mark.parametrize("half", ["starts_half", "ends_half"])
def test_of_a_day_that_is_half_leave_the_other_half_is_taken(f: Field, hr: SignedIn, half: str) -> None:
    number = ask(f)
    days = {"first_on": ON, "last_on": ON, "kind": "sick", "recorded_at": f.moment("08:00"), half: True}
    factories.save(Leave(employee_id=f.rep.id, **days))
    decide(hr, number, "approved", f)
    assert (left(f), leaves(), status(f)) == (19, [("sick", True), ("annual", True)], "leave")
    do(service.reopen, by=hr, exception_id=number, reason="x", at=f.moment("13:05", LATER))
    assert (left(f), leaves()) == (20, [("sick", True), ("annual", False)])


@pytest.mark.parametrize("db_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_leave_recorded_at_the_same_moment_is_taken_once(app: Flask, f: Field, hr: SignedIn) -> None:
    """The correction waits for whoever holds the person, and then finds the day taken."""
    number, at = ask(f), f.moment("13:00", LATER)
    going = threading.Event()

    def approve() -> None:
        with app.app_context():
            going.set()
            decide(hr, number, "approved", f)
            db.session.remove()

    def record() -> None:
        known = {"employee_id": f.rep.id, "first_on": ON, "last_on": ON, "kind": "annual", "at": at}
        schedule.record_leave(by=None, **known)
        other.start()
        going.wait(10)
        other.join(1)
        assert other.is_alive()

    other = threading.Thread(target=approve)
    do(record)
    other.join(30)
    assert (left(f), leaves()) == (18, [("annual", True)])


def test_requests_from_before_that_name_no_kind_take_none(f: Field, hr: SignedIn) -> None:
    number = ask(f)
    with transaction() as conn:
        conn.execute(update(AttendanceException).values(params={"category": "leave", "note": "x", "own": True}))
    decide(hr, number, "approved", f)
    assert (left(f), leaves(), status(f)) == (20, [], "leave")
