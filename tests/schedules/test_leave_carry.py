"""A year's end: what is left goes over once, is used first, lapses; newcomers have a part of the year."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from tests import factories as make
from tests.sites.test_service import refusal, signed
from tests.support.queries import record
from webapp.core.audit import AuditEntry
from webapp.core.db import db, do, transaction
from webapp.people.models import Branch, Employee
from webapp.schedules import queries, service
from webapp.schedules.models import LeaveGrant, LeaveType
from webapp.schedules.rules import Balance, Span

OLD, NEW = 2025, 2026
NOW = datetime(NEW, 1, 5, 2, 0, tzinfo=UTC)
TODAY = date(NEW, 1, 5)
"""A Monday."""
MARCH = date(NEW, 3, 31)


@pytest.fixture
def branch(app: Any) -> Branch:
    made = make.branch(workdays=[1, 2, 3, 4, 5])
    kind(yearly_halves=20, carry_halves=6, carry_months=3)
    return made


@pytest.fixture
def rep(branch: Branch) -> Employee:
    return make.employee(branch, name="Li Na", joined_on=date(2020, 1, 1))


@pytest.fixture
def hr(branch: Branch) -> Employee:
    return make.employee(branch, "hr", name="Lin")


def kind(**values: Any) -> None:
    with transaction() as conn:
        conn.execute(update(LeaveType).where(LeaveType.code == "annual").values(**values))
    db.session.remove()


def take(rep: Employee, first: date, last: date) -> int:
    return do(service.record_leave, by=None, employee_id=rep.id, first_on=first, last_on=last, kind="annual", at=NOW)


def left(rep: Employee, year: int = NEW, today: date = TODAY) -> Balance:
    db.session.remove()
    return queries.balances([rep.id], signed(rep).branch, year, today=today)[rep.id, "annual"]


def carry(hr: Employee, rep: Employee, year: int = OLD) -> int:
    return do(service.carry_leave, by=signed(hr), employee_id=rep.id, year=year, note="Left of 2025", at=NOW)


def preview(hr: Employee, branch: Branch) -> list[Any]:
    db.session.remove()
    return queries.carrying(signed(hr), branch, OLD, TODAY)


def test_at_most_what_the_kind_allows_goes_over_once(branch: Branch, rep: Employee, hr: Employee) -> None:
    [line] = preview(hr, branch)
    assert (line.carry.left, line.carry.carried, line.carry.lapses, line.waits) == (20, 6, 14, True)
    assert [carry(hr, rep), carry(hr, rep)] == [1, 0]
    [grant] = db.session.scalars(select(LeaveGrant))
    assert (grant.year, grant.halves, grant.source, grant.valid_until) == (NEW, 6, "carry", MARCH)
    assert (left(rep).left, left(rep).expiring) == (26, 6)
    [line] = preview(hr, branch)
    assert (line.done, line.waits, line.difference) == (6, False, 0)
    told = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "leave.carried")).one()
    assert (told.object_id, told.reason) == (f"{rep.id}|2026-01-01", "Left of 2025")


def test_the_database_keeps_a_second_one_out(branch: Branch, rep: Employee, hr: Employee) -> None:
    carry(hr, rep)
    again = {"employee_id": rep.id, "kind": "annual", "year": NEW, "halves": 2, "source": "carry", "at": NOW}
    with pytest.raises(Exception, match="uq_leave_grant_carried|UNIQUE"), transaction() as conn:
        conn.execute(LeaveGrant.__table__.insert().values(**again))


def test_carried_days_are_used_first_and_lapse(branch: Branch, rep: Employee, hr: Employee) -> None:
    carry(hr, rep)
    take(rep, date(NEW, 3, 30), date(NEW, 4, 1))
    assert (left(rep).left, left(rep).expiring) == (20, 2)
    later = left(rep, today=date(NEW, 4, 1))
    assert (later.left, later.lapsed, later.expiring) == (18, 2, 0)
    assert left(rep, today=MARCH).lapsed == 0, "on its last day it still counts"


def test_asking_for_days_after_the_end_does_not_count_them(branch: Branch, rep: Employee, hr: Employee) -> None:
    kind(yearly_halves=2)
    carry(hr, rep)
    take(rep, date(NEW, 3, 30), date(NEW, 3, 30))

    def ask(first: date, last: date) -> int:
        known = {"client_id": str(uuid4()), "kind": "annual", "at": NOW}
        return do(service.ask_leave, rep=signed(rep), span=Span(first, last), **known)

    assert left(rep).left == 2
    assert refusal(lambda: ask(date(NEW, 6, 1), date(NEW, 6, 2))).code == "leave_balance"
    ask(date(NEW, 6, 1), date(NEW, 6, 1))


def test_a_later_change_of_the_old_year_shows(branch: Branch, rep: Employee, hr: Employee) -> None:
    take(rep, date(OLD, 12, 1), date(OLD, 12, 5))
    taken = take(rep, date(OLD, 11, 3), date(OLD, 11, 3))
    kind(carry_halves=20)
    carry(hr, rep)
    do(service.cancel_leave, by=signed(hr), leave_id=taken, at=NOW)
    [line] = preview(hr, branch)
    assert (line.done, line.carry.carried, line.difference) == (8, 10, 2)
    assert carry(hr, rep) == 0, "what was carried stays as it is"
    known = {"employee_id": rep.id, "kind": "annual", "year": NEW, "halves": 2, "note": "x", "at": NOW}
    do(service.grant_leave, by=signed(hr), **known)
    assert preview(hr, branch)[0].by_hand == 2


def test_only_a_year_that_is_over(branch: Branch, rep: Employee, hr: Employee) -> None:
    assert refusal(lambda: carry(hr, rep, NEW)).code == "leave_year_runs"
    assert refusal(lambda: carry(hr, rep, NEW - 3)).code == "not_a_choice"


def test_nobody_who_came_later_or_left(branch: Branch, rep: Employee, hr: Employee) -> None:
    make.employee(branch, joined_on=date(NEW, 1, 1))
    gone = make.employee(branch, joined_on=date(2020, 1, 1), left_on=date(OLD, 12, 31))
    assert [line.employee_id for line in preview(hr, branch)] == [rep.id]
    assert carry(hr, gone) == 0


def test_another_branch_is_not_theirs(branch: Branch, rep: Employee) -> None:
    other = make.employee(make.branch(code="ZZ"), "hr")
    assert refusal(lambda: carry(other, rep)).code == "not_found"
    boss = make.employee(branch, "supervisor")
    assert refusal(lambda: carry(boss, rep)).code == "forbidden"
    assert db.session.scalar(select(func.count()).select_from(LeaveGrant)) == 0


def test_a_part_of_the_year_for_who_joins_or_leaves(branch: Branch, rep: Employee) -> None:
    kind(prorated=True)
    new = make.employee(branch, joined_on=date(NEW, 7, 2))
    gone = make.employee(branch, joined_on=date(2020, 1, 1), left_on=date(NEW, 6, 30))
    assert [left(one).entitled for one in (rep, new, gone)] == [20, 10, 9]
    assert left(new, OLD).entitled == 0


def test_as_many_statements_for_many_as_for_one(branch: Branch, rep: Employee, hr: Employee) -> None:
    kind(prorated=True)
    by = signed(hr)
    db.session.remove()
    with record() as one:
        queries.carrying(by, branch, OLD, TODAY)
    for _ in range(5):
        take(make.employee(branch, joined_on=date(2020, 1, 1)), date(OLD, 12, 1), date(OLD, 12, 1))
    db.session.remove()
    with record() as many:
        assert len(queries.carrying(by, branch, OLD, TODAY)) == 6
    assert len(many) <= len(one) + 1, "working days are looked up once anybody was away"
