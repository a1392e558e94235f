"""What concerns somebody reaches them: words, answers, money, and the questions that wait."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from jobs import settlement as jobs
from tests import factories
from tests.attendance.days import ON, arrive, client_id_of, leave
from tests.pages.supervisor.crew import crew as make_crew
from tests.rewards.world import MONDAY, World
from tests.support import company as companies
from tests.support import money
from tests.wallet.people import signed_in
from webapp.attendance import service as attendance
from webapp.attendance.models import AttendanceException
from webapp.core import clock
from webapp.core.db import db, do
from webapp.core.outbox import Item
from webapp.notifications import service
from webapp.notifications.models import Notice, NoticeChoice
from webapp.notifications.queries import lines
from webapp.people.models import Employee
from webapp.rewards import service as rewards
from webapp.rewards.service.telling import tell_settled
from webapp.visits import service as visits
from webapp.wallet import service as wallet


@pytest.fixture
def crew(app):
    return make_crew()


def texts(who: Employee) -> list[str]:
    """Newest first."""
    db.session.remove()
    return [line.text for line in lines(who.id, page=1).rows]


def unread(who: Employee) -> int:
    db.session.remove()
    return len([line for line in lines(who.id, page=1).rows if line.read_at is None])


def day_changed(rep: Employee, on: Any = ON) -> None:
    payload = {"employee_id": rep.id, "work_date": on.isoformat()}
    jobs.day_changed([Item(1, "day_changed", "x", payload, 1)])


def the_exception() -> AttendanceException:
    db.session.remove()
    return db.session.scalar(select(AttendanceException).order_by(AttendanceException.id.desc()))


def word(crew: Any, verb: Any, **known: Any) -> None:
    at, boss = crew.field.moment("20:00"), signed_in(crew.boss)
    do(verb, by=boss, employee_id=crew.field.rep.id, work_date=ON, at=at, **known)


def test_a_confirmation_and_its_undo(crew) -> None:
    arrive(crew.field, "09:05")
    word(crew, attendance.confirm)
    word(crew, attendance.confirm)
    assert texts(crew.field.rep) == ["Chen Jie confirmed that you were there on Mon 2 Mar."]
    word(crew, attendance.undo_confirmation)
    assert texts(crew.field.rep) == []


def test_a_confirmation_that_was_read_is_taken_back_in_words(crew) -> None:
    arrive(crew.field, "09:05")
    word(crew, attendance.confirm)
    do(service.read_all, employee_id=crew.field.rep.id, at=clock.now())
    word(crew, attendance.undo_confirmation)
    assert texts(crew.field.rep)[0] == "Chen Jie took back what was said about Mon 2 Mar."


def test_absence_comes_with_its_reason(crew) -> None:
    arrive(crew.field, "09:05")
    word(crew, attendance.mark_absent, reason="no_show", note="The shop called at ten.")
    assert texts(crew.field.rep) == ["Chen Jie marked you absent on Mon 2 Mar: Did not come. The shop called at ten."]


def test_an_open_question_waits_for_the_supervisor_until_it_is_answered(crew) -> None:
    arrive(crew.field, "09:05", 300)
    day_changed(crew.field.rep)
    day_changed(crew.field.rep)
    issue = the_exception()
    site = crew.field.shop.name
    rep = crew.field.rep.name
    assert texts(crew.boss) == [f"{rep} at {site}, Mon 2 Mar: Out of range. It waits for you."]
    assert texts(crew.hr) == []
    note = {"decision": "rejected", "reason": "You were across the river."}
    do(attendance.decide, by=signed_in(crew.hr), exception_id=issue.id, at=crew.field.moment("20:00"), **note)
    assert unread(crew.boss) == 0
    assert texts(crew.field.rep) == ["Not approved: Out of range, Mon 2 Mar. You were across the river."]


def test_what_a_supervisor_passes_on_goes_to_hr_who_wants_each_at_once(crew) -> None:
    factories.save(NoticeChoice(employee_id=crew.hr.id, muted=[], each_exception=True))
    arrive(crew.field, "09:05", 300)
    day_changed(crew.field.rep)
    assert texts(crew.hr) == []
    word(crew, attendance.pass_on, note="I was not there.")
    day_changed(crew.field.rep)
    assert len(texts(crew.hr)) == 1
    assert len(texts(crew.boss)) == 1


def test_a_check_in_taken_back_asks_nobody(crew) -> None:
    arrived = arrive(crew.field, "09:05", 300)
    day_changed(crew.field.rep)
    assert unread(crew.boss) == 1
    at = crew.field.moment("09:05")
    do(visits.undo, rep=crew.field.me, client_id=client_id_of(arrived), at=at)
    day_changed(crew.field.rep)
    assert unread(crew.boss) == 0


def test_no_notice_is_made_in_the_check_in_itself(crew) -> None:
    leave(crew.field, arrive(crew.field, "09:05", 300), "18:00")
    assert db.session.scalar(select(Notice.id)) is None


def test_a_notice_that_breaks_never_stops_the_pay(app, monkeypatch) -> None:
    world = World()
    world.works(MONDAY, at=world.at(MONDAY, 20))

    def breaks(**_: Any) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("webapp.attendance.service.tell_waiting", breaks)
    day_changed(world.rep, MONDAY)


def test_a_settled_day_is_told_once_with_its_total(app) -> None:
    world = World(reps=3)
    world.works(MONDAY)
    at = world.morning_after(MONDAY)
    rewards.settle_through(branch_id=world.branch.id, through=MONDAY, at=at)
    do(tell_settled, pairs=[(rep.id, MONDAY) for rep in world.reps], at=at)
    assert texts(world.rep) == ["Mon 2 Mar is settled: ¥100.00 for you."]


def test_settling_a_hundred_people_is_one_statement_of_notices(app, queries) -> None:
    world = World(reps=60)
    world.works(MONDAY)
    at = world.morning_after(MONDAY)
    run = rewards.begin_run(branch_id=world.branch.id, through=MONDAY, at=at)
    pairs = rewards.still_waiting(run_id=run)
    with queries() as asked:
        rewards.settle_chunk(run_id=run, pairs=pairs, at=at)
    assert len([text for text in asked.writes() if "INSERT INTO notice " in text]) == 1


def test_a_day_that_comes_out_different_is_told_with_the_change(app) -> None:
    world = World()
    world.works(MONDAY, late=500)
    at = world.morning_after(MONDAY)
    rewards.settle_through(branch_id=world.branch.id, through=MONDAY, at=at)
    world.forget(MONDAY)
    world.works(MONDAY, at=at)
    day_changed(world.rep, MONDAY)
    day_changed(world.rep, MONDAY)
    said = [text for text in texts(world.rep) if "settled again" in text]
    assert len(said) == 1, texts(world.rep)


def test_a_paid_out_and_a_refused_withdrawal(app, freeze) -> None:
    company = companies.build()
    rep, finance = company.people["R001"], signed_in(company.people["F001"])
    first, second = money.withdrawal(rep), money.withdrawal(rep)
    do(wallet.approve_withdrawal, by=finance, withdrawal_id=first, at=clock.now())
    do(wallet.refuse_withdrawal, by=finance, withdrawal_id=second, reason="Account closed.", at=clock.now())
    assert texts(rep) == [
        "Your withdrawal of ¥1.00 was not paid out: Account closed.",
        "Your withdrawal of ¥1.00 was paid out.",
    ]
    money.payslip(rep, company.people["H001"])
    assert texts(rep)[0].startswith("Your payslip of ")
