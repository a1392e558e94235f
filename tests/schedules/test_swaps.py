"""Days that two people swap: both see them, one unit of work changes them, and the visits travel with the work."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from tests import factories as make
from tests.sites.test_service import refusal, signed
from webapp.core.db import db, do, transaction
from webapp.notifications.models import Notice
from webapp.people.models import Branch, Employee, Team
from webapp.schedules import queries, service
from webapp.schedules.models import CalendarDay, RosterDay, Shift, SwapRequest
from webapp.schedules.rules import PlannedStop, Swap

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
"""Wednesday 10:00 in Shanghai; everybody works Monday to Friday."""
TODAY, THURSDAY, FRIDAY, SATURDAY = (date(2026, 3, day) for day in (4, 5, 6, 7))


@pytest.fixture
def branch(app: Any) -> Branch:
    return make.branch(workdays=[1, 2, 3, 4, 5])


@pytest.fixture
def team(branch: Branch) -> Team:
    return make.save(Team(branch_id=branch.id, name="East"))


@pytest.fixture
def anna(branch: Branch, team: Team) -> Employee:
    return make.employee(branch, team_id=team.id, name="Anna")


@pytest.fixture
def ben(branch: Branch) -> Employee:
    return make.employee(branch, name="Ben")


@pytest.fixture
def boss(branch: Branch, team: Team) -> Employee:
    return make.employee(branch, "supervisor", team_id=team.id)


@pytest.fixture
def late(branch: Branch) -> Shift:
    make.save(Shift(branch_id=branch.id, name="Early", start="07:00", end="15:00"))
    return make.save(Shift(branch_id=branch.id, name="Late", start="13:00", end="21:00"))


def ask(asker: Employee, other: Employee, gives: date, takes: date | None = None, **known: Any) -> int:
    values = {"client_id": str(uuid4()), "at": NOW, **known}
    return do(service.ask_swap, rep=signed(asker), swap=Swap(asker.id, other.id, gives, takes), **values)


def agree(other: Employee, swap_id: int, agrees: bool = True) -> str:
    return do(service.answer_swap, rep=signed(other), swap_id=swap_id, agrees=agrees, at=NOW)


def decide(by: Employee, swap_id: int, decision: str = "approved", **known: Any) -> str:
    values = {"version": row(swap_id).version, "at": NOW, **known}
    return do(service.decide_swap, by=signed(by), swap_id=swap_id, decision=decision, **values)


def row(swap_id: int) -> SwapRequest:
    db.session.remove()
    return db.session.get_one(SwapRequest, swap_id)


def day(who: Employee, on: date, **known: Any) -> None:
    do(service.set_day, by=None, employee_id=who.id, work_date=on, at=NOW, **{"kind": "rest", **known})


def works(who: Employee, on: date, branch: Branch) -> tuple[str, str, int]:
    """Kind, local start, visits."""
    found = queries.expectation(who.id, on, branch)
    assert found.starts_at is not None
    return found.kind, f"{found.starts_at.astimezone(branch.zone):%H:%M}", len(queries.plan(who.id, on))


def notices(who: Employee) -> list[str]:
    db.session.remove()
    mine = select(Notice.code).where(Notice.employee_id == who.id, Notice.read_at.is_(None))
    return list(db.session.scalars(mine.order_by(Notice.id)))


def test_a_day_against_another(branch: Branch, anna: Employee, ben: Employee, boss: Employee, late: Shift) -> None:
    day(anna, FRIDAY, kind="work", shift_id=late.id)
    day(ben, FRIDAY)
    day(anna, THURSDAY)
    site = make.site(make.store_type(branch))
    plan = [PlannedStop(site.id, "14:00", "15:00")]
    do(service.set_plan, by=None, employee_id=anna.id, work_date=FRIDAY, stops=plan, at=NOW)
    asked = ask(anna, ben, FRIDAY, THURSDAY)
    assert (notices(ben), notices(boss)) == (["notice_swap_asks"], [])
    assert agree(ben, asked) == agree(ben, asked) == "accepted"
    assert (notices(ben), notices(anna), notices(boss)) == ([], ["notice_swap_accepted"], ["notice_swap_waits"])
    assert works(anna, FRIDAY, branch) == ("work", "13:00", 1)
    assert decide(boss, asked) == "approved"
    assert works(ben, FRIDAY, branch) == ("work", "13:00", 1)
    assert (works(anna, FRIDAY, branch)[0], works(anna, FRIDAY, branch)[2]) == ("rest", 0)
    assert works(anna, THURSDAY, branch) == ("work", "07:00", 0)
    assert works(ben, THURSDAY, branch)[0] == "rest"
    assert notices(boss) == []
    assert notices(ben) == ["notice_swap_approved"]
    assert queries.untold(signed(boss), [anna.id], THURSDAY, FRIDAY, NOW) == [], "the answer told them"
    assert refusal(lambda: decide(boss, asked)).code == "swap_decided"


def test_shifts_of_the_same_day(branch: Branch, anna: Employee, ben: Employee, boss: Employee, late: Shift) -> None:
    day(anna, FRIDAY, kind="work", shift_id=late.id)
    shop = make.site(make.store_type(branch))
    for who, time in ((anna, "14:00"), (ben, "08:00")):
        plan = [PlannedStop(shop.id, time, None)]
        do(service.set_plan, by=None, employee_id=who.id, work_date=FRIDAY, stops=plan, at=NOW)
    asked = ask(anna, ben, FRIDAY, FRIDAY)
    agree(ben, asked)
    decide(boss, asked)
    assert works(ben, FRIDAY, branch) == ("work", "13:00", 1)
    assert [stop.starts for who in (anna, ben) for stop in queries.plan(who.id, FRIDAY)] == ["08:00", "14:00"]


def test_given_away_for_nothing(branch: Branch, anna: Employee, ben: Employee, boss: Employee) -> None:
    assert refusal(lambda: ask(anna, ben, FRIDAY)).code == "swap_busy"
    day(ben, FRIDAY)
    asked = ask(anna, ben, FRIDAY)
    agree(ben, asked)
    decide(boss, asked)
    assert [works(who, FRIDAY, branch)[0] for who in (anna, ben)] == ["rest", "work"]


def test_what_does_not_fit_is_said_before_anybody_is_asked(branch: Branch, anna: Employee, ben: Employee) -> None:
    assert refusal(lambda: ask(anna, ben, SATURDAY)).code == "swap_nothing"
    assert refusal(lambda: ask(anna, ben, FRIDAY, FRIDAY)).code == "swap_same"
    day(ben, FRIDAY)
    assert refusal(lambda: ask(anna, ben, FRIDAY, SATURDAY)).code == "swap_nothing_back"
    assert refusal(lambda: ask(anna, ben, FRIDAY, THURSDAY)).code == "swap_you_work"
    day(ben, TODAY)
    assert refusal(lambda: ask(anna, ben, TODAY)).code == "swap_past"
    span = {"first_on": FRIDAY, "last_on": FRIDAY, "kind": "sick"}
    do(service.record_leave, by=None, employee_id=ben.id, at=NOW, **span)
    assert refusal(lambda: ask(anna, ben, FRIDAY)).code == "swap_leave"
    for stranger in (anna, make.employee(make.branch()), make.employee(branch, "supervisor")):
        assert refusal(lambda who=stranger: ask(anna, who, FRIDAY)).code == "swap_colleague"


@pytest.mark.parametrize("half", ["starts_half", "ends_half"])
@pytest.mark.parametrize("whose", ["giver", "taker", "taker's free day"])
def test_half_a_day_of_leave_is_leave(anna: Employee, ben: Employee, boss: Employee, whose: str, half: str) -> None:
    gives, takes = (FRIDAY, None) if whose != "taker's free day" else (FRIDAY, THURSDAY)
    day(ben, FRIDAY)
    day(anna, THURSDAY)
    asked = ask(anna, ben, gives, takes)
    who = anna if whose == "giver" else ben
    known = {"first_on": FRIDAY, "last_on": FRIDAY, "kind": "sick", half: True}
    leave = do(service.record_leave, by=None, employee_id=who.id, at=NOW, **known)
    assert refusal(lambda: agree(ben, asked)).code == "swap_leave"
    do(service.cancel_leave, by=None, leave_id=leave, reason="x", at=NOW)
    agree(ben, asked)
    do(service.record_leave, by=None, employee_id=who.id, at=NOW, **known)
    assert refusal(lambda: decide(boss, asked)).code == "swap_leave"
    do(service.withdraw_swap, rep=signed(anna), swap_id=asked, at=NOW)
    assert refusal(lambda: ask(anna, ben, gives, takes)).code == "swap_leave"


def test_who_is_gone_by_then_takes_nothing(anna: Employee, ben: Employee, boss: Employee) -> None:
    day(ben, FRIDAY)
    asked = ask(anna, ben, FRIDAY)
    leaves(ben, THURSDAY)
    assert refusal(lambda: agree(ben, asked)).code == "swap_gone"
    leaves(ben, FRIDAY)
    agree(ben, asked)
    leaves(ben, THURSDAY)
    assert refusal(lambda: decide(boss, asked)).code == "swap_gone"
    do(service.withdraw_swap, rep=signed(anna), swap_id=asked, at=NOW)
    assert refusal(lambda: ask(anna, ben, FRIDAY)).code == "swap_gone"


def leaves(who: Employee, on: date) -> None:
    with transaction() as conn:
        conn.execute(update(Employee).where(Employee.id == who.id).values(left_on=on))


def test_a_holiday_worked_by_roster_comes_back_as_a_holiday(
    branch: Branch, anna: Employee, ben: Employee, boss: Employee
) -> None:
    make.save(CalendarDay(branch_id=branch.id, on=FRIDAY, kind="holiday", name="x"))
    day(anna, FRIDAY, kind="work")
    asked = ask(anna, ben, FRIDAY)
    agree(ben, asked)
    decide(boss, asked)
    assert [works(who, FRIDAY, branch)[0] for who in (anna, ben)] == ["holiday", "work"]
    rows = db.session.scalars(select(RosterDay.employee_id).where(RosterDay.work_date == FRIDAY))
    assert list(rows) == [ben.id]


def test_once_however_often_it_is_sent(anna: Employee, ben: Employee) -> None:
    day(ben, FRIDAY)
    mark = str(uuid4())
    assert ask(anna, ben, FRIDAY, client_id=mark) == ask(anna, ben, FRIDAY, client_id=mark)
    assert refusal(lambda: ask(anna, ben, THURSDAY, client_id=mark)).code == "conflict"
    assert refusal(lambda: ask(anna, ben, FRIDAY)).code == "swap_open"


def test_a_day_that_changed_since_is_not_swapped(branch: Branch, anna: Employee, ben: Employee, boss: Employee,
                                                 late: Shift) -> None:  # fmt: skip
    day(ben, FRIDAY)
    asked = ask(anna, ben, FRIDAY)
    agree(ben, asked)
    day(anna, FRIDAY, kind="work", shift_id=late.id)
    assert refusal(lambda: decide(boss, asked)).code == "swap_changed"
    assert (row(asked).state, works(anna, FRIDAY, branch)[0]) == ("accepted", "work")
    late_on = NOW + timedelta(days=3)
    day(anna, FRIDAY, kind=None)
    assert refusal(lambda: decide(boss, asked, at=late_on)).code == "swap_past"


def test_who_may_say_what(branch: Branch, anna: Employee, ben: Employee, boss: Employee) -> None:
    day(ben, FRIDAY)
    asked = ask(anna, ben, FRIDAY)
    assert refusal(lambda: decide(boss, asked)).code == "swap_decided"
    assert refusal(lambda: agree(anna, asked)).code == "not_found"
    agree(ben, asked)
    for stranger in (anna, ben):
        assert refusal(lambda who=stranger: decide(who, asked)).code == "forbidden"
    assert refusal(lambda: decide(make.employee(branch, "supervisor"), asked)).code == "not_found"
    assert refusal(lambda: decide(boss, asked, "rejected")).code == "leave_reason"
    assert decide(boss, asked, "rejected", reason="Both are needed") == "rejected"
    assert [notices(who)[-1] for who in (anna, ben)] == ["notice_swap_rejected"] * 2


def test_refused_and_withdrawn(anna: Employee, ben: Employee, boss: Employee) -> None:
    day(ben, FRIDAY)
    asked = ask(anna, ben, FRIDAY)
    assert agree(ben, asked, agrees=False) == "refused"
    assert notices(anna) == ["notice_swap_refused"]
    again = ask(anna, ben, FRIDAY)
    agree(ben, again)
    do(service.withdraw_swap, rep=signed(anna), swap_id=again, at=NOW)
    assert (row(again).state, notices(boss), notices(ben)) == ("withdrawn", [], ["notice_swap_withdrawn"])
    assert refusal(lambda: agree(ben, again)).code == "swap_decided"


def test_nothing_changes_when_one_half_cannot(anna: Employee, ben: Employee, boss: Employee, monkeypatch: Any) -> None:
    day(ben, FRIDAY)
    asked = ask(anna, ben, FRIDAY)
    agree(ben, asked)
    monkeypatch.setattr("webapp.schedules.service.swaps.person_changed", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        decide(boss, asked)
    rows = db.session.scalars(select(RosterDay).where(RosterDay.work_date == FRIDAY))
    assert [(one.employee_id, one.kind) for one in rows] == [(ben.id, "rest")]
    assert row(asked).state == "accepted"
