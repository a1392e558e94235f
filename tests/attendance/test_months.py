"""A closed month stays as it is; opened again it is what it would have been. T25, T26, T29."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from jobs import attendance as jobs
from tests import factories
from tests.attendance.days import arrive, evidence, field, subject
from tests.attendance.months import CLOSING, DAYS, MONTH, Branch, branch, later, over, wage, work
from tests.devices.world import signed_in
from tests.support.queries import record
from webapp.attendance import queries, service
from webapp.attendance.models import AttendanceException, CheckIn, Punch
from webapp.core import clock
from webapp.core.db import db, do
from webapp.core.errors import Conflict, DomainError
from webapp.devices.models import RawPunch
from webapp.devices.service import held as held_punches
from webapp.people import service as people
from webapp.people.models import Employee
from webapp.rewards import service as rewards
from webapp.schedules import service as schedules
from webapp.schedules.models import CalendarDay
from webapp.schedules.rules import Span
from webapp.visits import service as visits

Freeze = Callable[..., Any]


@pytest.fixture
def one(app: Flask, freeze: Freeze) -> Branch:
    made = branch()
    over([made], freeze)
    return made


LATE = ("punch", "assign", "tap", "joined", "roster_job", "again")


def befall(of: Branch, what: str, chance: random.Random) -> None:
    """One late fact; the same `chance` gives the same fact in every branch."""
    on, time = chance.choice(DAYS), f"{chance.randrange(6, 22):02}:{chance.randrange(60):02}"
    if what == "punch":
        of.punch(chance.choice(("7", "8")), on, time)
    elif what == "assign":
        try:
            of.assign("8", of.unknown)
        except Conflict:  # it is theirs already
            return
    elif what == "tap":
        of.tap(of.unknown, on, time)
    elif what == "joined":
        someone = db.session.get_one(Employee, of.known.id)
        version = someone.version
        db.session.remove()
        do(people.update_employee, by=None, employee_id=of.known.id, version=version, joined_on=on, at=clock.now())
    elif what == "roster_job":
        do(service.date_punches, pairs=[(of.known.id, on)], at=clock.now())
        do(service.rebuild_days, pairs=[(of.known.id, on)], at=clock.now())
    else:
        jobs.close_days()


@pytest.mark.parametrize("seed", range(5))
def test_closed_and_opened_again_it_is_as_if_it_had_never_been_closed(app: Flask, freeze: Freeze, seed: int) -> None:
    closed, free = branch(), branch()
    over([closed, free], freeze)
    closed.close()
    before, chance = closed.rows(), random.Random(seed)
    for step in range(8):
        later(freeze, closed, step + 1)
        what, dice = chance.choice(LATE), chance.randrange(10**6)
        for of in (closed, free):
            befall(of, what, random.Random(dice))
            if chance.random() < 0.5:
                work()
    work()
    for of in (closed, free):
        of.w.digest(at=clock.now())
    work()
    assert closed.rows() == before
    settle(closed, free)
    later(freeze, closed, 12)
    closed.reopen()
    work()
    assert closed.held() == []
    assert closed.days() == free.days()
    settle(closed, free)
    assert [wage(closed, rep) for rep in (closed.known, closed.unknown)] == [
        wage(free, rep) for rep in (free.known, free.unknown)
    ]


def settle(*branches: Branch) -> None:
    for of in branches:
        rewards.settle_through(branch_id=of.w.branch.id, through=DAYS[-1], at=clock.now())
    work()


def test_opening_again_settles_the_difference(one: Branch, freeze: Freeze) -> None:
    settle(one)
    before = wage(one, one.known)
    one.close()
    later(freeze, one, 1)
    one.punch("7", DAYS[2], "08:50", "18:05")
    work()
    assert (wage(one, one.known), one.held()) == (before, [(one.known.id, DAYS[2])])
    one.reopen()
    work()
    assert wage(one, one.known) == before + 10_000


def test_every_punch_is_kept_while_its_day_waits(one: Branch, freeze: Freeze) -> None:
    one.close()
    before = one.rows()
    one.punch("7", DAYS[2], "08:50")
    holder = one.assign("8", one.unknown)
    one.punch("8", DAYS[1], "09:00", "18:00")
    do(held_release, by=one.w.hr, holder_id=holder, at=clock.now())
    work()
    one.w.digest(at=clock.now())
    assert one.rows() == before
    assert len(list(db.session.scalars(select(Punch.raw_id).where(Punch.work_date == DAYS[2])))) == 1
    db.session.remove()
    assert set(one.held()) == {(one.known.id, DAYS[2]), (one.unknown.id, DAYS[1])}


def held_release(*, by: Any, holder_id: int, at: Any) -> None:
    from webapp.devices import service as devices

    devices.release(by=by, holder_id=holder_id, last_on=None, at=at)


def test_a_late_tap_is_kept_and_its_day_waits(one: Branch) -> None:
    one.close()
    before = one.rows()
    said = one.tap(one.unknown, DAYS[2], "08:55")
    assert said.recorded.work_date == DAYS[2]
    assert db.session.get(CheckIn, said.recorded.check_in_id) is not None
    db.session.remove()
    assert (one.rows(), one.held()) == (before, [(one.unknown.id, DAYS[2])])


def test_what_is_taken_back_late_is_kept_too(one: Branch) -> None:
    """Otherwise a check-in that was taken back would count once the month is open."""
    one.close()
    then = one.w.moment("08:55", DAYS[2])
    said, me = evidence(one.w.shop, then, sent_at=clock.now()), subject(one.unknown, one.w.branch)
    do(visits.check_in, rep=me, evidence=said, site_id=one.w.shop.id, at=clock.now())
    do(service.undo, employee_id=me.id, client_id=said.client_id, at=clock.now())
    one.reopen()
    work()
    assert not queries.days([(me.id, DAYS[2])])[me.id, DAYS[2]].present


def test_people_are_refused_and_told_what_to_do(one: Branch) -> None:
    """Every road on which a person changes a day."""
    said = one.tap(one.unknown, DAYS[2], "08:55")
    work()
    asked = db.session.scalars(select(AttendanceException.id).where(AttendanceException.state == "open")).one()
    shift = do(schedules.create_shift, by=one.w.hr, branch_id=one.w.branch.id, name="Day", start="09:00",
               end="18:00", grace_minutes=0, at=clock.now())  # fmt: skip
    db.session.remove()
    one.close("One matter is left")
    before, rep, hr, at = one.rows(), subject(one.known, one.w.branch), one.w.hr, clock.now()
    day = {"by": hr, "employee_id": one.known.id, "work_date": DAYS[0], "at": at}
    unknown = {**day, "employee_id": one.unknown.id, "work_date": DAYS[2]}
    hours = {"start": "10:00", "end": "19:00", "grace_minutes": 0, "from_on": DAYS[3]}
    roads: list[tuple[Any, dict[str, Any]]] = [
        (service.decide, {"by": hr, "exception_id": asked, "decision": "approved", "at": at}),
        (service.confirm, day),
        (service.mark_absent, {**day, "reason": "no_show", "note": "not seen"}),
        (service.undo_confirmation, day),
        (service.pass_on, {**unknown, "note": "look"}),
        (service.report_mistake, {"rep": rep, "work_date": DAYS[2], "category": "other", "note": "x", "at": at}),
        (service.ask_excuse, {"rep": rep, "work_date": DAYS[2], "kind": "absent", "note": "x", "at": at}),
        (schedules.set_day, {**day, "kind": "rest"}),
        (schedules.set_plan, {**day, "stops": [plan_stop(one)]}),
        (schedules.record_leave, {"by": hr, "employee_id": one.known.id, "first_on": DAYS[3],
                                  "last_on": CLOSING, "kind": "annual", "at": at}),
        (schedules.set_calendar_day, {"by": hr, "branch_id": one.w.branch.id, "on": DAYS[1], "kind": "holiday",
                                      "name": "Spring", "at": at}),
        (schedules.change_shift, {"by": hr, "shift_id": shift, "version": None, "name": "Day", **hours, "at": at}),
        (schedules.change_store_type, {"by": hr, "store_type_id": one.w.kind.id, "version": None, "name_en": "A",
                                       "name_zh": "B", **hours, "at": at}),
    ]  # fmt: skip
    for verb, known in roads:
        with pytest.raises(Conflict) as refused:
            do(verb, **known)
        assert (refused.value.code, refused.value.params) == ("month_closed", {"month": MONTH}), verb
    work()
    assert (one.rows(), one.held()) == (before, [])
    assert said.recorded.exception_id == asked


def test_leave_is_not_asked_for_in_a_closed_month(one: Branch) -> None:
    rep = signed_in(one.known, one.w.branch)
    one.close()
    span = Span(DAYS[3], CLOSING)
    with pytest.raises(DomainError, match="month_closed"):
        do(schedules.ask_leave, rep=rep, client_id="a" * 36, kind="personal", span=span, at=clock.now())


def test_a_refused_tap_is_brought_to_a_person_all_the_same(one: Branch) -> None:
    """It is what the phone knew; whoever decides opens the month first."""
    one.close()
    tap = service.RefusedTap(
        str(uuid4()), "check_in", one.w.moment("08:55", DAYS[2]), "not sent", site_id=one.w.shop.id
    )
    before = one.rows()
    asked = do(service.ask_about_tap, rep=subject(one.known, one.w.branch), tap=tap, at=clock.now())
    work()
    assert one.rows() == before
    with pytest.raises(Conflict, match="month_closed"):
        do(service.decide, by=one.w.hr, exception_id=asked, decision="approved", at=clock.now())


def plan_stop(of: Branch) -> Any:
    from webapp.schedules.rules import PlannedStop

    return PlannedStop(of.w.shop.id, None, None)


def test_a_decision_is_not_opened_again_in_a_closed_month(one: Branch) -> None:
    one.tap(one.unknown, DAYS[2], "08:55")
    asked = db.session.scalars(select(AttendanceException.id)).one()
    db.session.remove()
    do(service.decide, by=one.w.hr, exception_id=asked, decision="approved", at=clock.now())
    one.close()
    with pytest.raises(Conflict, match="month_closed"):
        do(service.reopen, by=one.w.hr, exception_id=asked, reason="wrong", at=clock.now())


def test_a_held_punch_is_not_decided_into_a_closed_month(one: Branch) -> None:
    one.w.send("2035-01-01 08:55:00", pin="7", at=clock.now())
    raw = db.session.scalars(select(RawPunch.id).where(RawPunch.quality != "ok")).one()
    db.session.remove()
    one.close()
    known = {"by": one.w.hr, "raw_punch_id": raw, "reason": "seen", "at": clock.now()}
    with pytest.raises(Conflict, match="month_closed"):
        do(held_punches.decide, decision="accept", granted_at=one.w.moment("08:55", DAYS[2]), **known)
    do(held_punches.decide, decision="accept", granted_at=one.w.moment("08:55", CLOSING), **known)
    one.w.digest(at=clock.now())
    assert one.held() == []


def test_accepted_before_it_stays_accepted(one: Branch) -> None:
    one.w.send("2035-01-01 08:55:00", pin="7", at=clock.now())
    raw = db.session.scalars(select(RawPunch.id).where(RawPunch.quality != "ok")).one()
    db.session.remove()
    known = {"by": one.w.hr, "raw_punch_id": raw, "reason": "seen", "at": clock.now()}
    do(held_punches.decide, decision="accept", granted_at=one.w.moment("08:55", DAYS[2]), **known)
    one.w.digest(at=clock.now())
    one.close()
    with pytest.raises(Conflict, match="month_closed"):
        do(held_punches.decide, decision="ignore", granted_at=None, **known)


def test_the_open_days_beside_it_go_on(one: Branch, freeze: Freeze) -> None:
    one.close()
    later(freeze, one, 9)
    do(schedules.set_day, by=one.w.hr, employee_id=one.known.id, work_date=CLOSING, kind="rest", at=clock.now())
    one.punch("7", CLOSING, "08:55")
    work()
    assert queries.days([(one.known.id, CLOSING)])[one.known.id, CLOSING].expected == "rest"
    assert one.held() == []


def test_the_library_leaves_closed_months_alone(one: Branch) -> None:
    one.close()
    do(schedules.seed_calendar, by=one.w.hr, branch_id=one.w.branch.id, years=[2026], at=clock.now())
    days = set(db.session.scalars(select(CalendarDay.on)))
    assert days
    assert not any(on.month == 3 for on in days)


def test_a_move_to_another_branch_leaves_the_days_where_they_are(one: Branch) -> None:
    """A closed month of the branch the person is in now has nothing to do with a day before the move."""
    one.close()
    other = branch()
    jobs.close_days()
    other.close()
    someone = db.session.get_one(Employee, one.known.id)
    version = someone.version
    db.session.remove()
    do(people.update_employee, by=None, employee_id=one.known.id, version=version, branch_id=other.w.branch.id,
       at=clock.now())  # fmt: skip
    one.reopen()
    by = signed_in(factories.employee(other.w.branch, role="hr"), other.w.branch, one.w.branch)
    do(schedules.set_day, by=by, employee_id=one.known.id, work_date=DAYS[0], kind="rest", at=clock.now())
    with pytest.raises(Conflict, match="month_closed"):
        do(schedules.set_day, by=by, employee_id=other.known.id, work_date=DAYS[0], kind="rest", at=clock.now())


def test_a_check_in_of_today_or_yesterday_asks_nothing_more(app: Flask, freeze: Freeze) -> None:
    f = field(settled_from=date(2026, 3, 1))
    for on in (date(2026, 3, 2), date(2026, 3, 3)):
        freeze(f.moment("08:55", on))
        with record() as asked:
            arrive(f, "08:55", on=on)
        assert not [text for text in asked if "period_lock" in text or "held_day" in text or "7302" in text]
    freeze(f.moment("00:30", date(2026, 3, 4)))
    with record() as asked:
        said = evidence(f.shop, f.moment("20:00", date(2026, 3, 3)), sent_at=clock.now())
        do(visits.check_in, rep=f.me, evidence=said, site_id=f.shop.id, at=clock.now())
    assert not [text for text in asked if "period_lock" in text or "held_day" in text or "7302" in text]
