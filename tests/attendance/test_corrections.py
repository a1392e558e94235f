"""Corrections: quota, deadline, what excludes what, taking back. T25 and T26."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError

from tests import factories
from tests.attendance.days import ON, Field, arrive, evidence, field, subject
from tests.attendance.test_decisions import signed_in
from webapp.attendance import queries, service
from webapp.attendance.models import AttendanceException, CheckIn, Confirmation, Decision
from webapp.attendance.rules import AttendancePolicy
from webapp.attendance.rules.corrections import COUNTED, Request, overlaps, quota_of
from webapp.core.audit import AuditEntry
from webapp.core.authz import SignedIn
from webapp.core.db import db, do, transaction
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.people.models import Branch
from webapp.schedules.models import Leave, RosterDay

DAY = timedelta(days=1)


@pytest.fixture
def f(app: Flask) -> Field:
    return field()


@pytest.fixture
def hr(f: Field) -> SignedIn:
    return signed_in(factories.employee(f.branch, role="hr"), f.branch)


def says(f: Field, **policy: Any) -> None:
    with transaction():
        db.session.get_one(Branch, f.branch.id).attendance = policy


def ask(f: Field, category: str = "forgot_in", on: date = ON, clock: str | None = "09:00", **known: Any) -> int:
    wanted = f.moment(clock, on) if clock else None
    what = {"work_date": on, "category": category, "wanted_at": wanted, "note": "x", **known}
    return do(service.report_mistake, rep=f.me, at=known.pop("at", f.moment("12:00", date(2026, 3, 20))), **what)


def decide(by: SignedIn, number: int, decision: str, f: Field, reason: str = "x") -> None:
    at = f.moment("12:00", date(2026, 3, 20))
    do(service.decide, by=by, exception_id=number, decision=decision, reason=reason, at=at)


def left(f: Field, on: date = ON) -> int | None:
    db.session.remove()
    return queries.quota(f.rep.id, f.branch.id, on).left


def test_t25_the_quota_is_of_a_calendar_month_of_work_dates(f: Field, hr: SignedIn) -> None:
    assert left(f) is None, "by default as many as they need"
    says(f, correction_quota=2)
    first = ask(f)
    ask(f, on=ON + DAY)
    assert left(f) == 0
    with pytest.raises(Invalid, match="quota_used") as refused:
        ask(f, on=ON + 2 * DAY)
    assert refused.value.params["limit"] == 2
    assert left(f, date(2026, 2, 28)) == 2
    ask(f, on=date(2026, 2, 28))
    decide(hr, first, "rejected", f)
    assert left(f) == 1, "what was refused is given back"
    third = ask(f, on=ON + 2 * DAY)
    do(service.withdraw, rep=f.me, exception_id=third, at=f.moment("12:01", date(2026, 3, 20)))
    assert left(f) == 1, "so is what was taken back"
    decide(hr, ask(f, on=ON + 3 * DAY), "approved", f)
    assert left(f) == 0


def test_explaining_and_what_has_no_time_is_not_counted(f: Field) -> None:
    says(f, correction_quota=1)
    arrive(f, "09:40")
    evening = f.moment("20:00")
    do(service.ask_excuse, rep=f.me, work_date=ON, kind="late", note="Traffic", at=evening)
    ask(f, "leave", clock=None, on=ON + DAY)
    ask(f, "other", clock=None, on=ON + DAY)
    tap = service.RefusedTap("0b9c2f6e-7f1e-4c1a-9a53-7a7c9b3f0f11", "check_in", f.moment("09:00"))
    do(service.ask_about_tap, rep=f.me, tap=tap, at=evening)
    assert left(f) == 1
    ask(f, "field", clock=None, on=ON + 2 * DAY)
    assert left(f) == 0


def test_the_same_asked_twice_is_told_as_such_and_not_as_used_up(f: Field) -> None:
    says(f, correction_quota=1)
    ask(f)
    with pytest.raises(Conflict, match="already_asked"):
        ask(f)


def test_two_tabs_never_ask_for_one_too_many(app: Flask, f: Field) -> None:
    says(f, correction_quota=1)
    start, told = threading.Barrier(4), []

    def tab(on: date) -> None:
        with app.app_context():
            start.wait()
            try:
                told.append(ask(f, on=on))
            except Invalid as error:
                told.append(error.code)
            finally:
                db.session.remove()

    tabs = [threading.Thread(target=tab, args=(ON + n * DAY,)) for n in range(4)]
    for one in tabs:
        one.start()
    for one in tabs:
        one.join()
    assert told.count("quota_used") == 3, told


def test_t25_the_deadline_is_the_branchs(f: Field) -> None:
    says(f, correction_days=5)
    last = f.moment("23:59", ON + 5 * DAY)
    wanted = {"work_date": ON, "category": "forgot_in", "wanted_at": f.moment("09:00")}
    with pytest.raises(Invalid, match="correction_closed"):
        do(service.report_mistake, rep=f.me, at=last + timedelta(minutes=1), **wanted)
    do(service.report_mistake, rep=f.me, at=last, **wanted)


def test_t25_requests_that_overlap(f: Field) -> None:
    do(service.rebuild_days, pairs=[(f.rep.id, ON)], at=f.moment("12:00", ON + DAY))
    at = f.moment("12:00", date(2026, 3, 20))
    whole = do(service.ask_excuse, rep=f.me, work_date=ON, kind="absent", note="I was there", at=at)
    for category, clock in (("forgot_in", "09:00"), ("field", None), ("leave", None), ("forgot_out", "18:00")):
        with pytest.raises(Conflict, match="already_asked_day"):
            ask(f, category, clock=clock)
    do(service.withdraw, rep=f.me, exception_id=whole, at=at)
    ask(f)
    ask(f, "forgot_out", clock="18:00")


def test_t25_on_leave_a_correction_changes_nothing_until_the_leave_is_gone(f: Field, hr: SignedIn) -> None:
    days = {"first_on": ON, "last_on": ON, "kind": "annual", "recorded_at": f.moment("08:00")}
    factories.save(Leave(employee_id=f.rep.id, **days))
    decide(hr, ask(f), "approved", f)
    db.session.remove()
    assert queries.days([(f.rep.id, ON)])[f.rep.id, ON].status == "leave"


def test_t25_a_punch_that_comes_later_does_not_undo_what_was_asked(f: Field, hr: SignedIn) -> None:
    number = ask(f, clock="09:10")
    said = service.Given(1, 70, f.rep.id, f.moment("09:50"), (f.shop.id,))
    do(service.record_punches, given=[said], at=f.moment("13:00", date(2026, 3, 20)))
    db.session.remove()
    assert queries.days([(f.rep.id, ON)])[f.rep.id, ON].minutes_late == 50
    decide(hr, number, "approved", f)
    db.session.remove()
    assert queries.days([(f.rep.id, ON)])[f.rep.id, ON].minutes_late == 0, "a time HR granted is the strongest"


def test_taking_back_is_ones_own_and_only_before_a_decision(f: Field, hr: SignedIn) -> None:
    number, at = ask(f), f.moment("12:00", date(2026, 3, 20))
    other = subject(factories.employee(f.branch), f.branch)
    with pytest.raises(NotFound):
        do(service.withdraw, rep=other, exception_id=number, at=at)
    do(service.withdraw, rep=f.me, exception_id=number, at=at)
    do(service.withdraw, rep=f.me, exception_id=number, at=at)
    db.session.remove()
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "exception.withdrawn"))
    assert (entry.actor_id, entry.before, entry.after) == (f.rep.id, {"state": "open"}, {"state": "withdrawn"})
    with pytest.raises(Conflict, match="exception_withdrawn"):
        decide(hr, number, "approved", f)
    again = ask(f)
    decide(hr, again, "approved", f)
    with pytest.raises(Conflict, match="nothing_to_take_back"):
        do(service.withdraw, rep=f.me, exception_id=again, at=at)
    arrive(f, "09:00", 400, said=evidence(f.shop, f.moment("09:00"), 400))
    db.session.remove()
    found = db.session.scalar(select(AttendanceException.id).where(AttendanceException.kind == "outside"))
    with pytest.raises(NotFound):
        do(service.withdraw, rep=f.me, exception_id=found, at=at)


def test_t26_a_correction_leaves_who_when_before_and_after_and_nothing_is_rewritten(f: Field, hr: SignedIn) -> None:
    arrive(f, "09:40")
    decide(hr, ask(f, clock="09:00"), "approved", f)
    db.session.remove()
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "exception.approved"))
    assert (entry.actor_id, entry.before, entry.after["state"]) == (hr.id, {"state": "open"}, "approved")
    for model in (CheckIn, Decision, Confirmation):
        if not db.session.scalar(select(func.count()).select_from(model)):
            continue
        for statement in (delete(model), update(model).values(at=f.moment("00:00")) if model is Decision else None):
            if statement is not None:
                with pytest.raises(DatabaseError), transaction():
                    db.session.execute(statement)


def test_a_correction_of_field_work_without_a_shift_needs_its_time(f: Field) -> None:
    free = {"branch_id": f.branch.id, "kind": "rest"}
    factories.save(RosterDay(employee_id=f.rep.id, work_date=ON, **free))
    with pytest.raises(Invalid, match="time_needed"):
        ask(f, "field", clock=None)
    ask(f, "field")
    with pytest.raises(Invalid, match="note_needed"):
        ask(f, "leave", clock=None, note=" ")


def test_settings_have_bounds(f: Field, hr: SignedIn) -> None:
    for wrong in ({"correction_days": 0}, {"repeat_seconds": 601}, {"device_alone": "x"}, {"raw_days": 1}):
        with pytest.raises(Invalid) as refused:
            AttendancePolicy(**wrong).checked()  # type: ignore[arg-type]
        assert refused.value.field in wrong


def test_the_seconds_of_a_repeat_are_the_branchs(f: Field, hr: SignedIn) -> None:
    given = [service.Given(n, 70, f.rep.id, f.moment(c), (f.shop.id,)) for n, c in ((1, "08:55:00"), (2, "08:57:00"))]
    later = [service.Given(3, 70, f.rep.id, f.moment("18:00"), (f.shop.id,))]
    do(service.record_punches, given=[*given, *later], at=f.moment("20:00"))
    assert states(f) == ["in", "between", "out"]
    version = db.session.get_one(Branch, f.branch.id).version
    said = {"by": hr, "branch_id": f.branch.id, "settings": {"repeat_seconds": 180}}
    do(service.set_policy, version=version, at=f.moment("20:00"), **said)
    with pytest.raises(Conflict, match="changed_meanwhile"):
        do(service.set_policy, version=version, at=f.moment("20:00"), **said)
    do(service.date_punches, pairs=[(f.rep.id, ON)], at=f.moment("20:01"))
    assert states(f) == ["in", "repeat", "out"]


def states(f: Field) -> list[str]:
    db.session.remove()
    _, rows, said = queries.day_and_punches((f.rep.id, ON))
    return [said[row.raw_id] for row in rows]


WHAT = st.sampled_from(sorted(COUNTED | {"late", "leave", "other"}))
STATES = st.sampled_from(["open", "approved", "rejected"])


@given(st.lists(st.tuples(WHAT, STATES), max_size=12), st.integers(0, 5))
def test_what_is_left_never_grows_by_asking(asked: list[tuple[str, str]], limit: int) -> None:
    requests = [Request(n, ON, what, state) for n, (what, state) in enumerate(asked)]
    before = quota_of(requests, limit).left
    after = quota_of([*requests, Request(99, ON, "forgot_in", "open")], limit).left
    assert (before is None) == (limit == 0)
    if before is not None and after is not None:
        assert 0 <= after <= before <= limit
    assert not overlaps("late", ON, requests)
