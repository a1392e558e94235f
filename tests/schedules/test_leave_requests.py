"""Leave that is asked for: counted in working halves, answered step by step, given back (T24, T25)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from tests import factories as make
from tests.sites.test_service import refusal, signed
from webapp.core.db import db, do, transaction
from webapp.notifications.models import Notice
from webapp.people.models import Branch, Delegation, Employee, Team
from webapp.schedules import queries, service
from webapp.schedules.models import CalendarDay, Leave, LeaveDecision, LeaveRequest, LeaveType, PeriodLock
from webapp.schedules.rules import LeavePolicy, Span, steps_of

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
"""Wednesday 10:00 in Shanghai."""
TODAY, FRIDAY, MONDAY = date(2026, 3, 4), date(2026, 3, 6), date(2026, 3, 9)
TEN_DAYS = 20


@pytest.fixture
def branch(app: Any) -> Branch:
    made = make.branch(workdays=[1, 2, 3, 4, 5])
    with transaction() as conn:
        conn.execute(update(LeaveType).where(LeaveType.code == "annual").values(yearly_halves=TEN_DAYS))
    return made


@pytest.fixture
def team(branch: Branch) -> Team:
    return make.save(Team(branch_id=branch.id, name="East"))


@pytest.fixture
def rep(branch: Branch, team: Team) -> Employee:
    return make.employee(branch, team_id=team.id, name="Li Na")


@pytest.fixture
def boss(branch: Branch, team: Team) -> Employee:
    return make.employee(branch, "supervisor", team_id=team.id, name="Chen")


@pytest.fixture
def hr(branch: Branch) -> Employee:
    return make.employee(branch, "hr", name="Lin")


def ask(rep: Employee, first: date = FRIDAY, last: date = MONDAY, kind: str = "annual", **more: Any) -> int:
    halves = {name: more.pop(name, False) for name in ("starts_half", "ends_half")}
    known = {"client_id": str(uuid4()), "note": "", "at": NOW, **more}
    return do(service.ask_leave, rep=signed(rep), kind=kind, span=Span(first, last, **halves), **known)


def answer(by: Employee, request_id: int, decision: str = "approved", **known: Any) -> str:
    now = row(request_id)
    values = {"version": now.version, "reason": "", "at": NOW, **known}
    return do(service.answer_leave, by=signed(by), request_id=request_id, decision=decision, **values)


def row(request_id: int) -> LeaveRequest:
    db.session.remove()
    return db.session.get_one(LeaveRequest, request_id)


def said(request_id: int) -> list[LeaveDecision]:
    mine = select(LeaveDecision).where(LeaveDecision.request_id == request_id)
    return list(db.session.scalars(mine.order_by(LeaveDecision.seq)))


def left(rep: Employee, kind: str = "annual", year: int = 2026) -> Any:
    db.session.remove()
    return queries.balances([rep.id], signed(rep).branch, year, today=TODAY)[rep.id, kind]


def notices(who: Employee, *, unread: bool = True) -> list[str]:
    db.session.remove()
    mine = select(Notice.code).where(Notice.employee_id == who.id)
    return list(db.session.scalars(mine.where(Notice.read_at.is_(None)) if unread else mine))


class TestCounting:
    def test_weekends_and_holidays_in_between_take_nothing(self, branch: Branch, rep: Employee, boss: Employee) -> None:
        assert row(ask(rep)).halves == 4
        make.save(CalendarDay(branch_id=branch.id, on=date(2026, 3, 12), kind="holiday", name="x"))
        make.save(CalendarDay(branch_id=branch.id, on=date(2026, 3, 14), kind="workday", name="x"))
        assert row(ask(rep, date(2026, 3, 11), date(2026, 3, 15))).halves == 6
        assert (left(rep).asked, left(rep).left) == (10, 10)

    def test_halves_at_both_ends(self, rep: Employee, boss: Employee) -> None:
        assert row(ask(rep, starts_half=True, ends_half=True)).halves == 2
        assert row(ask(rep, FRIDAY, FRIDAY, ends_half=True)).halves == 1
        assert refusal(lambda: ask(rep, FRIDAY, FRIDAY, ends_half=True)).code == "leave_waits"
        assert refusal(lambda: ask(rep, TODAY, TODAY, starts_half=True, ends_half=True)).code == "leave_nothing"

    def test_a_year_takes_what_falls_into_it(self, rep: Employee, boss: Employee, hr: Employee) -> None:
        asked = ask(rep, date(2026, 12, 30), date(2027, 1, 4))
        for by in (boss, hr):
            answer(by, asked)
        assert (left(rep).used, left(rep, year=2027).used) == (4, 4)

    def test_what_is_left_is_what_can_be_asked_for(self, rep: Employee, boss: Employee, hr: Employee) -> None:
        error = refusal(lambda: ask(rep, MONDAY, MONDAY + timedelta(days=14)))
        assert (error.code, error.params) == ("leave_balance", {"left": "10", "year": 2026})
        do(service.grant_leave, by=signed(hr), employee_id=rep.id, kind="annual", year=2026, halves=2, note="x", at=NOW)
        ask(rep, MONDAY, MONDAY + timedelta(days=14))
        assert left(rep).left == 0
        ask(rep, date(2026, 5, 4), date(2026, 5, 29), "sick")

    def test_days_sent_twice_are_given_once(self, rep: Employee, hr: Employee) -> None:
        known = {"employee_id": rep.id, "kind": "annual", "year": 2026, "halves": 2, "note": "x"}

        def give(**other: Any) -> int:
            return do(service.grant_leave, by=signed(hr), **{**known, "at": NOW, **other})

        assert give() == give(at=NOW + timedelta(seconds=119))
        assert left(rep).left == TEN_DAYS + 2
        assert len({give(), give(note="y"), give(halves=1), give(at=NOW + timedelta(minutes=3))}) == 4

    def test_only_the_other_days_off(self, rep: Employee, boss: Employee) -> None:
        assert refusal(lambda: ask(rep, date(2026, 3, 7), date(2026, 3, 8))).code == "leave_no_work"


class TestAsking:
    def test_twice_is_once_and_other_content_is_refused(self, rep: Employee, boss: Employee) -> None:
        mark = str(uuid4())
        assert ask(rep, client_id=mark) == ask(rep, client_id=mark)
        assert refusal(lambda: ask(rep, TODAY, TODAY, client_id=mark)).code == "conflict"

    def test_overlap_with_what_is_there(self, rep: Employee, hr: Employee, boss: Employee) -> None:
        span = {"first_on": MONDAY, "last_on": MONDAY, "kind": "sick", "ends_half": True}
        do(service.record_leave, by=signed(hr), employee_id=rep.id, at=NOW, **span)
        assert refusal(lambda: ask(rep)).code == "leave_overlap"
        assert row(ask(rep, MONDAY, MONDAY, starts_half=True)).halves == 1

    def test_leave_that_hr_records_is_told_unless_it_is_over(self, rep: Employee, hr: Employee, boss: Employee) -> None:
        def record(first: date, last: date) -> int:
            known = {"by": signed(hr), "employee_id": rep.id, "kind": "sick", "at": NOW}
            return do(service.record_leave, first_on=first, last_on=last, **known)

        over, now = record(date(2026, 3, 2), TODAY - timedelta(days=1)), record(TODAY, MONDAY)
        assert (notices(rep), notices(boss), notices(hr)) == (["notice_leave_recorded"], ["notice_leave_away"], [])
        for leave_id in (over, now, now):
            do(service.cancel_leave, by=signed(hr), leave_id=leave_id, reason="Came after all", at=NOW)
        assert notices(rep) == ["notice_leave_recorded", "notice_leave_cancelled"]
        assert notices(boss) == ["notice_leave_away", "notice_leave_back"]

    def test_notice_and_days_gone_by(self, branch: Branch, rep: Employee, boss: Employee) -> None:
        policy(branch, notice_days=3, back_days=2)
        assert refusal(lambda: ask(rep, FRIDAY, FRIDAY)).code == "leave_notice"
        assert refusal(lambda: ask(rep, date(2026, 3, 1), TODAY, "sick")).code == "leave_too_far_back"
        ask(rep, date(2026, 3, 2), TODAY, "sick")
        ask(rep, MONDAY, MONDAY)

    def test_what_the_kind_demands(self, branch: Branch, rep: Employee, boss: Employee) -> None:
        with transaction() as conn:
            conn.execute(update(LeaveType).values(half_days=False, note_needed=True))
        assert refusal(lambda: ask(rep, starts_half=True, note="x")).code == "leave_no_halves"
        assert refusal(lambda: ask(rep)).field == "note"
        assert refusal(lambda: ask(rep, kind="gone")).code == "not_a_choice"


class TestChain:
    def test_supervisor_then_hr_then_the_leave_is_there(self, rep: Employee, boss: Employee, hr: Employee) -> None:
        asked = ask(rep)
        assert (notices(boss), notices(hr)) == (["notice_leave_asks"], [])
        assert refusal(lambda: answer(hr, asked)).code == "forbidden"
        assert answer(boss, asked) == "open"
        assert (notices(boss), notices(hr)) == ([], ["notice_leave_asks"])
        assert refusal(lambda: answer(boss, asked)).code == "forbidden"
        assert answer(hr, asked) == "approved"
        leave = db.session.get_one(Leave, row(asked).leave_id)
        assert (leave.first_on, leave.last_on, leave.kind, leave.cancelled_at) == (FRIDAY, MONDAY, "annual", None)
        assert (left(rep).used, left(rep).asked) == (4, 0)
        assert (notices(hr), notices(rep), notices(boss)) == ([], ["notice_leave_approved"], ["notice_leave_away"])

    def test_no_with_a_reason(self, rep: Employee, boss: Employee) -> None:
        asked = ask(rep)
        assert refusal(lambda: answer(boss, asked, "rejected")).code == "leave_reason"
        assert answer(boss, asked, "rejected", reason="Stocktaking") == "rejected"
        assert (notices(boss), notices(rep), left(rep).left) == ([], ["notice_leave_rejected"], TEN_DAYS)

    def test_a_page_of_before_is_refused(self, rep: Employee, boss: Employee, hr: Employee) -> None:
        asked = ask(rep)
        answer(boss, asked)
        assert refusal(lambda: answer(hr, asked, version=1)).code == "leave_decided"
        answer(hr, asked)
        assert refusal(lambda: answer(hr, asked)).code == "leave_decided"

    def test_short_leave_needs_no_hr(self, branch: Branch, rep: Employee, boss: Employee) -> None:
        policy(branch, hr_from_halves=6)
        assert answer(boss, ask(rep)) == "approved"

    def test_without_a_supervisor_hr_answers(self, rep: Employee, hr: Employee) -> None:
        asked = ask(rep)
        assert (row(asked).steps, notices(hr)) == (["hr"], ["notice_leave_asks"])
        assert answer(hr, asked) == "approved"

    def test_hr_answers_in_place_of_a_supervisor_who_left(
        self, rep: Employee, boss: Employee, hr: Employee
    ) -> None:  # fmt: skip
        asked = ask(rep)
        with transaction() as conn:
            conn.execute(update(Employee).where(Employee.id == boss.id).values(left_on=date(2026, 3, 1)))
        assert answer(hr, asked) == "approved"

    def test_nobody_says_yes_twice_or_to_themselves(self, branch: Branch, rep: Employee, boss: Employee) -> None:
        asked = ask(rep)
        answer(boss, asked)
        with transaction() as conn:
            conn.execute(update(Employee).where(Employee.id.in_((boss.id, rep.id))).values(role="hr"))
        for who in (boss, rep):
            who.role = "hr"
            assert refusal(lambda who=who: answer(who, asked)).code == "forbidden"

    def test_others_teams_and_branches_do_not_see_it(self, branch: Branch, rep: Employee, boss: Employee) -> None:
        asked = ask(rep)
        for stranger in (
            make.employee(branch, "supervisor"),
            make.employee(make.branch(), "hr"),
            make.employee(branch),
        ):
            assert refusal(lambda who=stranger: answer(who, asked)).code == "not_found"
        clients = make.employee(branch, "supervisor", team_id=rep.team_id, employer="client")
        theirs = replace(signed(clients), employer="client")
        known = {"request_id": asked, "decision": "approved", "version": 1, "at": NOW}
        assert refusal(lambda: do(service.answer_leave, by=theirs, **known)).code == "not_found"

    def test_a_stand_in_answers_between_the_dates(self, branch: Branch, rep: Employee, boss: Employee) -> None:
        deputy = make.employee(branch, "supervisor")
        asked = ask(rep)
        assert refusal(lambda: answer(deputy, asked)).code == "not_found"
        span = {"first_on": TODAY, "last_on": TODAY, "made_at": NOW}
        make.save(Delegation(from_id=boss.id, to_id=deputy.id, **span))
        assert refusal(lambda: answer(deputy, asked, at=NOW + timedelta(days=1))).code == "not_found"
        assert answer(deputy, asked) == "open"
        said = db.session.scalar(select(LeaveDecision).where(LeaveDecision.request_id == asked))
        assert said is not None
        assert (said.by, said.standing_for) == (deputy.id, boss.id)

    def test_hr_who_stands_in_answers_one_step_only(self, branch: Branch, rep: Employee, boss: Employee) -> None:
        deputy, other = (make.employee(branch, "hr") for _ in range(2))
        make.save(Delegation(from_id=boss.id, to_id=deputy.id, first_on=TODAY, last_on=TODAY, made_at=NOW))
        asked = ask(rep)
        link = select(Notice.link).where(Notice.employee_id == deputy.id)
        assert db.session.scalar(link) == f"/hr/schedule/requests/{asked}"
        assert answer(deputy, asked) == "open"
        assert refusal(lambda: answer(deputy, asked)).code == "forbidden"
        assert answer(other, asked) == "approved"

    def test_the_only_hr_who_stands_in_answers_both_steps_at_once(self, branch: Branch, rep: Employee, boss: Employee,
                                                                  hr: Employee) -> None:  # fmt: skip
        make.save(Delegation(from_id=boss.id, to_id=hr.id, first_on=TODAY, last_on=TODAY, made_at=NOW))
        asked = ask(rep)
        assert answer(hr, asked) == "approved"
        assert [one.standing_for for one in said(asked)] == [boss.id]

    def test_after_the_only_hr_who_stands_in_comes_an_admin(self, branch: Branch, rep: Employee, boss: Employee,
                                                            hr: Employee) -> None:  # fmt: skip
        admin = make.employee(branch, "admin")
        make.save(Delegation(from_id=boss.id, to_id=hr.id, first_on=TODAY, last_on=TODAY, made_at=NOW))
        asked = ask(rep)
        assert answer(hr, asked) == "open"
        assert (notices(hr), notices(admin)) == ([], ["notice_leave_asks"])
        assert answer(admin, asked) == "approved"
        do(service.ask_cancelling, rep=signed(rep), request_id=asked, reason="I can work", at=NOW)
        assert "notice_leave_cancel_asks" in notices(hr)
        assert answer(hr, asked) == "cancelled"

    def test_hr_stands_in_for_nobody_in_its_own_step(self, branch: Branch, rep: Employee, boss: Employee,
                                                     hr: Employee) -> None:  # fmt: skip
        make.save(Delegation(from_id=boss.id, to_id=hr.id, first_on=TODAY, last_on=TODAY, made_at=NOW))
        asked = ask(rep)
        answer(boss, asked)
        assert answer(hr, asked) == "approved"
        assert [one.standing_for for one in said(asked)] == [None, None]

    def test_a_closed_month_takes_none(self, branch: Branch, rep: Employee, boss: Employee, hr: Employee) -> None:
        policy(branch, back_days=10)
        asked = ask(rep, date(2026, 2, 27), date(2026, 2, 27), "sick")
        known = {"branch_id": branch.id, "month": "2026-02", "seq": 1, "action": "closed", "by": hr.id, "at": NOW}
        make.save(PeriodLock(**known))
        error = refusal(lambda: ask(rep, date(2026, 2, 26), date(2026, 2, 26), "sick"))
        assert (error.code, error.field) == ("month_closed", "first_on")
        answer(boss, asked)
        assert refusal(lambda: answer(hr, asked)).code == "month_closed"
        assert row(asked).state == "open"

    @pytest.mark.parametrize(
        ("known", "halves", "supervised", "steps"),
        [
            ({}, 2, True, ("supervisor", "hr")),
            ({}, 2, False, ("hr",)),
            ({"hr_from_halves": 4}, 3, True, ("supervisor",)),
            ({"hr_from_halves": 4}, 4, True, ("supervisor", "hr")),
            ({"hr_from_halves": 4, "chain": ("hr",)}, 1, True, ("hr",)),
            ({"chain": ("supervisor",)}, 9, False, ("hr",)),
        ],
    )
    def test_steps(self, known: dict[str, Any], halves: int, supervised: bool, steps: tuple[str, ...]) -> None:
        assert steps_of(LeavePolicy(**known), halves, supervised=supervised) == steps


class TestGivingBack:
    def test_withdrawn_before_the_answer(self, rep: Employee, boss: Employee) -> None:
        asked = ask(rep)
        do(service.withdraw_leave, rep=signed(rep), request_id=asked, at=NOW)
        do(service.withdraw_leave, rep=signed(rep), request_id=asked, at=NOW)
        assert (row(asked).state, notices(boss), left(rep).left) == ("withdrawn", [], TEN_DAYS)
        ask(rep)

    def test_asked_to_cancel(self, rep: Employee, boss: Employee, hr: Employee) -> None:
        asked = self.approved(rep, boss, hr)
        self.give_back(rep, asked)
        assert (row(asked).state, left(rep).used, notices(hr)) == ("open", 4, ["notice_leave_cancel_asks"])
        assert answer(hr, asked) == "cancelled"
        assert (left(rep).left, db.session.get_one(Leave, row(asked).leave_id).cancelled_at) == (TEN_DAYS, NOW)
        ask(rep)

    def test_it_stays(self, rep: Employee, boss: Employee, hr: Employee) -> None:
        asked = self.approved(rep, boss, hr)
        self.give_back(rep, asked)
        assert answer(hr, asked, "rejected", reason="The shop is staffed") == "approved"
        self.give_back(rep, asked)
        do(service.withdraw_leave, rep=signed(rep), request_id=asked, at=NOW)
        assert (row(asked).state, left(rep).used) == ("approved", 4)

    def test_cancelled_by_hr(self, rep: Employee, boss: Employee, hr: Employee) -> None:
        asked = self.approved(rep, boss, hr)
        do(service.cancel_leave, by=signed(hr), leave_id=row(asked).leave_id, reason="Wrong days", at=NOW)
        assert (row(asked).state, left(rep).left) == ("cancelled", TEN_DAYS)
        assert set(notices(rep)) == {"notice_leave_approved", "notice_leave_cancelled"}

    def approved(self, rep: Employee, boss: Employee, hr: Employee) -> int:
        asked = ask(rep)
        for by in (boss, hr):
            answer(by, asked)
        return asked

    def give_back(self, rep: Employee, asked: int) -> None:
        do(service.ask_cancelling, rep=signed(rep), request_id=asked, reason="I can work", at=NOW)


def policy(branch: Branch, **known: Any) -> None:
    do(service.set_leave_policy, by=None, branch_id=branch.id, policy=LeavePolicy(**known), at=NOW)
