"""Who closes and opens a month, when, and what happens when it is done twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from jobs import attendance as jobs
from tests import factories
from tests.attendance.months import CLOSING, DAYS, MONTH, Branch, branch, over, work
from tests.devices.world import signed_in
from webapp.attendance import service
from webapp.attendance.service import months as months_of
from webapp.core import clock, outbox
from webapp.core.audit import AuditEntry
from webapp.core.db import db, do
from webapp.core.errors import Conflict, DomainError, Invalid
from webapp.schedules import queries as plans
from webapp.schedules import service as schedules
from webapp.schedules.models import PeriodLock

Freeze = Callable[..., Any]


@pytest.fixture
def one(app: Flask, freeze: Freeze) -> Branch:
    made = branch()
    over([made], freeze)
    return made


def months(of: Branch) -> set[tuple[int, str]]:
    found = plans.closed_months([of.w.branch.id])
    db.session.remove()
    return found


def test_a_month_is_closed_when_no_shift_of_it_can_still_run(one: Branch, freeze: Freeze) -> None:
    freeze(one.w.moment("23:59", CLOSING - timedelta(days=1)))
    with pytest.raises(Invalid, match="month_running"):
        one.close()
    freeze(one.w.moment("00:00", CLOSING))
    one.close()
    for wrong in ("2026-13", "march", "2019-01"):
        with pytest.raises(DomainError):
            one.close(month=wrong)


def test_a_month_with_days_without_an_answer_is_not_closed(app: Flask, freeze: Freeze) -> None:
    made = branch()
    freeze(made.w.moment("09:00", CLOSING))
    with pytest.raises(Conflict, match="month_not_finished"):
        made.close("because")
    jobs.close_days()
    made.close()


def test_open_matters_need_a_reason(one: Branch) -> None:
    one.tap(one.unknown, DAYS[2], "08:55")
    with pytest.raises(Invalid, match="month_open_matters"):
        one.close()
    assert months(one) == set()
    one.close("The person is ill until May")
    assert months(one) == {(one.w.branch.id, MONTH)}


def test_twice_is_once_and_a_colleague_is_told_who(one: Branch) -> None:
    other = signed_in(factories.employee(one.w.branch, role="hr"), one.w.branch)
    one.close()
    one.close()
    with pytest.raises(Conflict, match="month_closed_already"):
        one.close(by=other)
    one.reopen()
    one.reopen()
    with pytest.raises(Conflict, match="month_not_closed"):
        one.reopen(by=other)
    steps = list(db.session.scalars(select(PeriodLock.action).order_by(PeriodLock.seq)))
    written = list(db.session.scalars(select(AuditEntry.action).where(AuditEntry.object_type == "month")))
    assert steps == ["closed", "reopened"]
    assert sorted(written) == ["month.closed", "month.reopened"]


def test_opening_needs_a_reason_and_the_right_to(one: Branch) -> None:
    one.close()
    with pytest.raises(Invalid, match="month_reason_needed"):
        one.reopen(" ")
    for role in ("rep", "supervisor", "finance"):
        someone = signed_in(factories.employee(one.w.branch, role=role), one.w.branch)
        with pytest.raises(DomainError, match="forbidden"):
            one.reopen(by=someone)
    stranger = factories.branch()
    with pytest.raises(DomainError, match="not_found"):
        one.reopen(by=signed_in(factories.employee(stranger, role="hr"), stranger))
    assert months(one) == {(one.w.branch.id, MONTH)}


def test_closed_again_before_the_job_ran_the_days_go_on_waiting(one: Branch) -> None:
    one.close()
    one.punch("7", DAYS[2], "08:50")
    one.reopen()
    with pytest.raises(Conflict, match="month_not_finished"):
        one.close("now")
    do(schedules.close_period, by=one.w.hr, branch_id=one.w.branch.id, month=MONTH, at=clock.now())
    assert do(service.rebuild_held, branch_id=one.w.branch.id, month=MONTH, pairs=one.held(), at=clock.now()) == 0
    assert one.held() == [(one.known.id, DAYS[2])]


def test_what_waited_takes_its_people_before_the_month(one: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    """As every other unit of work does: two that take both in other orders could wait for each other."""
    one.close()
    one.punch("7", DAYS[2], "08:50")
    one.reopen()
    order: list[str] = []

    def noted(name: str, done: Any) -> Any:
        return lambda *args, **known: (order.append(name), done(*args, **known))[1]

    for name in ("lock_people", "closed_months"):
        monkeypatch.setattr(months_of, name, noted(name, getattr(months_of, name)))
    waiting = one.held()
    order.clear()
    assert do(service.rebuild_held, branch_id=one.w.branch.id, month=MONTH, pairs=waiting, at=clock.now()) == 1
    assert order == ["lock_people", "closed_months"]


def test_two_who_close_a_month_at_once_close_it_once(app: Flask, one: Branch) -> None:
    other = signed_in(factories.employee(one.w.branch, role="hr"), one.w.branch)
    start, told = threading.Barrier(2), list[str]()

    def close(by: Any) -> None:
        with app.app_context():
            start.wait()
            try:
                one.close(by=by)
                told.append("closed")
            except DomainError as error:
                told.append(error.code)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=close, args=(by,)) for by in (one.w.hr, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(told) == ["closed", "month_closed_already"]
    assert list(db.session.scalars(select(PeriodLock.action))) == ["closed"]
    assert len(list(db.session.scalars(select(AuditEntry).where(AuditEntry.object_type == "month")))) == 1


def test_a_day_that_cannot_be_built_keeps_no_other_from_it(one: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    one.close()
    for on in (DAYS[0], DAYS[2], DAYS[3]):
        one.punch("7", on, "08:50")
    one.reopen()
    built = months_of.rebuild_days

    def some(*, pairs: Any, **known: Any) -> Any:
        if (one.known.id, DAYS[2]) in pairs:
            raise ZeroDivisionError
        return built(pairs=pairs, **known)

    monkeypatch.setattr(months_of, "rebuild_days", some)
    [item] = [item for item in do(outbox.claim, at=clock.now(), bulk_limit=1000) if item.topic == "month_reopened"]
    with pytest.raises(RuntimeError, match="1 held days"):
        jobs.month_reopened([item])
    assert one.held() == [(one.known.id, DAYS[2])]
    assert [one.days()[n].first_in for n in (0, 3)] == [one.w.moment("08:50", DAYS[n]) for n in (0, 3)]
    monkeypatch.setattr(months_of, "rebuild_days", built)
    jobs.month_reopened([item])
    assert one.held() == []


def test_days_nobody_closed_do_not_keep_the_job_busy(app: Flask, freeze: Freeze) -> None:
    """Closed beside the checklist: the days wait, each is looked at once."""
    made = branch()
    freeze(made.w.moment("09:00", CLOSING))
    do(schedules.close_period, by=made.w.hr, branch_id=made.w.branch.id, month=MONTH, at=clock.now())
    assert jobs.close_days() == 10
    assert jobs.close_days() == 0
    made.reopen()
    work()
    assert [day.status for day in made.days()[4:]] == ["absent"] * 4
