"""Nothing is paid for a check-in whose evidence nobody has weighed, whatever road it came. T5."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.attendance.days import ON, Field, arrive, evidence, field
from webapp.attendance import service as attendance
from webapp.attendance.models import AttendanceException, CheckInSignals
from webapp.attendance.rules import Fix
from webapp.core.db import db, do
from webapp.rewards import service
from webapp.rewards.models import SettlementLine
from webapp.rewards.service import batch
from webapp.rules import service as rules

THIRD = ON + timedelta(days=2)
LATER = THIRD + timedelta(days=1)


@pytest.fixture
def f(app: Flask) -> Field:
    """Two days at one spot to the last digit are weighed; a third one is a reason to ask."""
    made = field(settled_from=ON)
    at = made.moment("00:00")
    do(rules.seed_defaults, branch_id=made.branch.id, currency=made.branch.currency, effective_from=ON, at=at)
    for on in (ON, ON + timedelta(days=1)):
        tap(made, on)
        attendance.scan(pairs=[(made.rep.id, on)], at=made.moment("20:00", on))
    return made


def tap(f: Field, on: date) -> None:
    at = f.moment("09:00", on)
    arrive(f, "09:00", on=on, said=evidence(f.shop, at, fix=Fix(31.2304777, 121.4737512, 11.3, at)))


def paid_for(on: date) -> list[int]:
    db.session.remove()
    found = select(SettlementLine.delta).where(SettlementLine.work_date == on, SettlementLine.delta != 0)
    amounts = list(db.session.scalars(found))
    db.session.remove()
    return amounts


def asked() -> list[tuple[str, date]]:
    found = db.session.execute(select(AttendanceException.kind, AttendanceException.work_date))
    kinds = [(row.kind, row.work_date) for row in found if row.kind == "signals"]
    db.session.remove()
    return kinds


def settled(f: Field) -> None:
    service.settle_through(branch_id=f.branch.id, through=THIRD, at=f.moment("10:00", LATER))


def changed(f: Field) -> None:
    service.take_changes(pairs=[(f.rep.id, THIRD)], at=f.moment("11:00", LATER))


def looked_again(f: Field) -> None:
    service.recheck(branch_id=f.branch.id, settled=LATER, at=f.moment("11:00", LATER))


def marked(f: Field) -> None:
    at = f.moment("11:00", LATER)
    do(service.mark_changed, branches={(f.rep.id, THIRD): f.branch.id}, at=at)
    service.settle_marked(branch_id=f.branch.id, at=at)


def test_what_the_job_did_not_weigh_yet_is_weighed_by_the_settlement(f: Field) -> None:
    tap(f, THIRD)
    settled(f)
    assert paid_for(ON) == [10000]
    assert (paid_for(THIRD), asked()) == ([], [("signals", THIRD)])


@pytest.mark.parametrize("road", [changed, looked_again, marked])
def test_what_arrives_after_its_date_was_settled(f: Field, road: Callable[[Field], None]) -> None:
    settled(f)
    tap(f, THIRD)
    road(f)
    assert (paid_for(THIRD), asked()) == ([], [("signals", THIRD)])


def test_what_arrives_while_the_facts_are_read(f: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    load, calls = batch.load, []

    def meanwhile(pairs: Any, *, at: Any) -> Any:
        if not calls:
            calls.append(1)
            tap(f, THIRD)
        return load(pairs, at=at)

    settled(f)
    monkeypatch.setattr(batch, "load", meanwhile)
    changed(f)
    assert calls
    assert (paid_for(THIRD), asked()) == ([], [("signals", THIRD)])


def test_what_arrives_just_before_the_money_is_booked(f: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    """And somebody was faster with the rep-day, so its facts are read anew inside the transaction."""
    settle_one, calls = batch._settle_one, []

    def late(work: Any, found: Any, at: Any, *rest: Any) -> Any:
        if not calls and work.work_date == THIRD:
            calls.append(1)
            tap(f, THIRD)
            do(service.mark_changed, branches={(f.rep.id, THIRD): f.branch.id}, at=at)
        return settle_one(work, found, at, *rest)

    monkeypatch.setattr(batch, "_settle_one", late)
    settled(f)
    assert calls
    assert (paid_for(THIRD), asked()) == ([], [("signals", THIRD)])


def test_a_signal_that_is_broken_holds_up_nobodys_pay(f: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    tap(f, THIRD)
    monkeypatch.setattr(sys.modules["webapp.attendance.service.scan"], "weigh", broken)
    settled(f)
    assert paid_for(THIRD) == [10000]
    assert db.session.scalar(select(CheckInSignals).where(CheckInSignals.work_date == THIRD)) is None
