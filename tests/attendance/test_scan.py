"""Evidence weighed by the job: what is stored, what HR is asked, what it does to the day. T5, T13."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.attendance.days import ON, Field, arrive, evidence, field, subject
from tests.attendance.test_decisions import signed_in
from webapp.attendance import queries, service
from webapp.attendance.models import AttendanceException, CheckInSignals, CheckInVoid, FiredSignal
from webapp.attendance.rules import Fix, Token
from webapp.core.db import db, do, transaction
from webapp.people.models import Branch, Device, Employee
from webapp.sites.models import SiteSupervisor

DAY = timedelta(days=1)


@pytest.fixture
def f(app: Flask) -> Field:
    return field()


def tap(f: Field, clock: str, *, on: date = ON, lat: float | None = None, fix: Fix | None = None, **known: Any) -> Any:
    """A check-in at the shop from a spot of its own, unless `lat` or a whole fix says where."""
    at = f.moment(clock, on)
    here = fix or Fix(31.2304321 + at.timestamp() % 977 / 1e7 if lat is None else lat, 121.4737512, 11.3, at)
    said = evidence(f.shop, at, fix=here, **known)
    return arrive(f, clock, on=on, said=said).recorded.check_in_id


def scan(f: Field, on: date = ON, clock: str = "20:00", *others: Any) -> int:
    return service.scan(pairs=[(f.rep.id, on), *((rep.id, on) for rep in others)], at=f.moment(clock, on))


def stored(check_in_id: int) -> CheckInSignals:
    db.session.remove()
    return db.session.get(CheckInSignals, check_in_id)


def codes(check_in_id: int) -> list[str]:
    return [signal["code"] for signal in stored(check_in_id).signals]


def asked() -> list[AttendanceException]:
    db.session.remove()
    found = select(AttendanceException).where(AttendanceException.kind == "signals")
    return list(db.session.scalars(found.order_by(AttendanceException.id)))


def frozen(f: Field, days: int = 3) -> list[int]:
    """The same coordinates on several days."""
    made = []
    for n in range(days):
        made.append(tap(f, "09:00", on=ON + n * DAY, lat=31.2304777))
        scan(f, ON + n * DAY)
    return made


def test_an_honest_day_asks_nobody(f: Field) -> None:
    one, two = tap(f, "09:00"), tap(f, "14:00")
    assert scan(f) == 2
    assert (codes(one), codes(two), asked()) == ([], [], [])


def test_the_third_day_at_one_spot_asks_hr_and_makes_the_day_wait(f: Field) -> None:
    made = frozen(f)
    assert [codes(one) for one in made] == [[], [], ["repeat"]]
    [issue] = asked()
    assert (issue.check_in_id, issue.state, issue.params["score"]) == (made[2], "open", 50)
    assert issue.params["signals"][0]["params"] == {"days": 3}
    day = queries.days([(f.rep.id, issue.work_date)])[f.rep.id, issue.work_date]
    assert (day.status, day.open_exceptions) == ("pending", 1)


def test_weighing_again_writes_nothing(f: Field, queries: Any) -> None:
    frozen(f)
    on = ON + 2 * DAY
    with queries() as said:
        assert scan(f, on, "21:00") == 0
    assert len(said) == 3, said
    assert not [text for text in said if text.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_approved_it_counts_and_the_decision_stays(f: Field) -> None:
    frozen(f)
    [issue] = asked()
    hr = signed_in(factories.employee(f.branch, role="hr"), f.branch)
    at = f.moment("20:30", issue.work_date)
    do(service.decide, by=hr, exception_id=issue.id, decision="approved", at=at)
    db.session.remove()
    assert queries.days([(f.rep.id, issue.work_date)])[f.rep.id, issue.work_date].status == "normal"
    scan(f, issue.work_date, "21:00")
    assert asked()[0].state == "approved"


def test_switched_off_the_undecided_one_withdraws_itself_and_comes_back(f: Field) -> None:
    frozen(f)
    on = ON + 2 * DAY
    change(f, off=["repeat"])
    scan(f, on, "21:00")
    assert asked()[0].state == "withdrawn"
    db.session.remove()
    assert queries.days([(f.rep.id, on)])[f.rep.id, on].first_in is not None
    change(f)
    scan(f, on, "22:00")
    assert [issue.state for issue in asked()] == ["open"]


def change(f: Field, **settings: Any) -> None:
    with transaction():
        db.session.get(Branch, f.branch.id).signals = settings


def test_below_the_threshold_nobody_is_asked_and_the_signal_is_kept(f: Field) -> None:
    """Two people with the position of one access point."""
    other = factories.employee(f.branch)
    mine, theirs = tap(f, "09:00", lat=31.2304777), tap(of(f, other), "09:05", lat=31.2304777)
    scan(f, ON, "20:00", other)
    assert (codes(mine), codes(theirs), asked()) == (["colleague"], ["colleague"], [])
    db.session.remove()
    assert db.session.scalar(select(func.count()).select_from(FiredSignal)) == 2


def test_teleport(f: Field) -> None:
    """Ten kilometres in a minute, at two of their sites."""
    far = factories.site(f.kind, lat=31.3204, lng=121.4738)
    tap(f, "09:00")
    at = f.moment("09:02")
    said = evidence(far, at, fix=Fix(31.3204321, 121.4738123, 12.5, at))
    there = arrive(f, "09:02", site=far, said=said).recorded.check_in_id
    scan(f)
    assert codes(there) == ["travel"]
    assert [issue.check_in_id for issue in asked()] == [there]


def test_site_centre(f: Field) -> None:
    made = [
        tap(f, "09:00", on=ON + n * DAY, fix=Fix(f.shop.lat, f.shop.lng, 3.0, f.moment("09:00", ON + n * DAY)))
        for n in range(6)
    ]
    for n in range(6):
        scan(f, ON + n * DAY)
    assert set(codes(made[-1])) == {"repeat", "centre", "accuracy"}
    assert [issue.check_in_id for issue in asked()] == made[2:]


def test_borrowed_phone(f: Field) -> None:
    other = factories.employee(f.branch)
    for who, first in ((other, -30), (f.rep, 0)):
        at = f.moment("08:00") + first * DAY
        factories.save(Device(employee_id=who.id, key="k" * 43, first_seen=at, last_seen=at, state="bound"))
    check_in = tap(f, "09:00", device_key="k" * 43, signed=True)
    scan(f)
    assert codes(check_in) == ["key_shared"]
    assert asked()[0].params["signals"][0]["params"] == {"who": other.id}


@pytest.mark.parametrize("own", [True, False])
def test_replayed_fix(f: Field, own: bool) -> None:
    """An answer of the phone recorded earlier, or a colleague's, with its old time."""
    first = f if own else of(f, factories.employee(f.branch))
    fix = Fix(31.2304555, 121.4737777, 14.2, f.moment("09:00"))
    arrive(first, "09:00", said=evidence(f.shop, fix.at, fix=fix))
    scan(first)
    copy = tap(f, "09:30", on=ON + DAY, fix=fix)
    scan(f, ON + DAY)
    assert set(codes(copy)) == {"copied", "fix_age"}
    assert [issue.kind for issue in issues_of(copy)] == ["uncertain", "signals"]


def test_shifted_clock(f: Field) -> None:
    """T13: the clock is turned back for the tap; the page was loaded at ten."""
    at, claimed = f.moment("10:05"), f.moment("08:55")
    fix = Fix(31.2304555, 121.4737777, 14.2, claimed)
    token = Token(f.moment("10:00"), f.moment("10:00"))
    said = evidence(f.shop, claimed, fix=fix, sent_at=at, token=token, extra={"sent_at": at.isoformat()})
    check_in = arrive(f, "10:05", said=said).recorded.check_in_id
    scan(f)
    assert "time" in codes(check_in)
    assert [issue.kind for issue in issues_of(check_in)] == ["clock"]  # HR is asked already, and once is enough


def test_two_questions_about_one_check_in_both_count(f: Field) -> None:
    """The supervisor's yes to the place is no yes to the evidence, and the visit is shown once."""
    from webapp.visits.queries import on_day

    fix = Fix(31.2304555, 121.4737777, 14.2, f.moment("09:00"))
    arrive(f, "09:00", said=evidence(f.shop, fix.at, fix=fix))
    scan(f)
    tap(f, "09:30", on=ON + DAY, fix=fix)
    scan(f, ON + DAY)
    hr, on = signed_in(factories.employee(f.branch, role="hr"), f.branch), ON + DAY
    db.session.remove()
    outside, signals = db.session.scalars(select(AttendanceException).order_by(AttendanceException.id)).all()
    seen = []
    for issue, decision in ((outside, "approved"), (signals, "rejected")):
        known = {"by": hr, "exception_id": issue.id, "decision": decision, "reason": "x"}
        do(service.decide, **known, at=f.moment("20:30", on))
        [visit] = on_day(f.rep.id, on)
        seen.append((visit.state, visit.exception_kind))
        db.session.remove()
    assert seen == [("pending", "signals"), ("rejected", "signals")]
    assert queries.days([(f.rep.id, on)])[f.rep.id, on].first_in is None


def test_a_supervisors_word_never_answers_for_the_evidence(f: Field) -> None:
    boss = factories.employee(f.branch, role="supervisor")
    factories.save(SiteSupervisor(site_id=f.shop.id, employee_id=boss.id))
    frozen(f)
    on = ON + 2 * DAY
    do(service.confirm, by=signed_in(boss, f.branch), employee_id=f.rep.id, work_date=on, at=f.moment("20:00", on))
    assert asked()[0].state == "open"


def test_what_is_taken_back_meanwhile_asks_nobody(f: Field) -> None:
    made = frozen(f, 2)
    last = tap(f, "09:00", on=ON + 2 * DAY, lat=31.2304777)
    factories.save(CheckInVoid(check_in_id=last, at=f.moment("09:00"), by=f.rep.id))
    scan(f, ON + 2 * DAY)
    assert (stored(last), asked()) == (None, [])
    assert len(made) == 2


def test_after_the_day_is_paid_new_weights_ask_nothing_new(f: Field) -> None:
    change(f, off=["repeat"])
    frozen(f)
    change(f)
    with transaction():
        db.session.get(Branch, f.branch.id).settled_through = ON + 5 * DAY
    scan(f, ON + 2 * DAY, "22:00")
    assert asked() == []


def test_a_check_in_from_long_ago_is_left_alone(f: Field) -> None:
    check_in = tap(f, "09:00", lat=31.2304)
    assert service.scan(pairs=[(f.rep.id, ON)], at=f.moment("09:00") + 61 * DAY) == 0
    assert stored(check_in) is None


def test_exact_spots_are_forgotten_after_sixty_days(f: Field) -> None:
    check_in = tap(f, "09:00")
    scan(f)
    at = f.moment("09:00") + 60 * DAY
    assert do(service.forget_spots, at=at, limit=10) == 0
    assert do(service.forget_spots, at=at + DAY, limit=10) == 1
    assert stored(check_in).spot is None


def test_what_was_made_coarse_is_no_round_position(f: Field) -> None:
    check_in = tap(f, "09:00")
    scan(f)
    with transaction():
        db.session.get(Branch, f.branch.id).coarse_through = check_in
    assert scan(f) == 0
    assert do(service.forget_spots, at=f.moment("20:00"), limit=10) == 1


def test_a_defect_in_one_signal_holds_up_nobody(f: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    check_in = tap(f, "09:00")
    monkeypatch.setattr(sys.modules["webapp.attendance.service.scan"], "weigh", broken)
    assert scan(f) == 0
    assert stored(check_in) is None


def test_the_job_weighs_before_it_pays(f: Field, freeze: Any) -> None:
    """Through the outbox, as after every check-in: the day waits before anything instant is posted."""
    from jobs.settlement import day_changed
    from webapp.core.outbox import Item

    frozen(f, 2)
    last = tap(f, "09:00", on=ON + 2 * DAY, lat=31.2304777)
    freeze(f.moment("09:01", ON + 2 * DAY))
    payload = {"employee_id": f.rep.id, "work_date": (ON + 2 * DAY).isoformat()}
    day_changed([Item(1, "day_changed", "x", payload, 1)])
    assert [issue.check_in_id for issue in asked()] == [last]


def test_a_batch_asks_the_database_four_times(f: Field, queries: Any) -> None:
    for n in range(6):
        other = of(f, factories.employee(f.branch))
        tap(other, "09:00", device_key=f"{n}" * 43, signed=True)
    people = [(one, ON) for one in db.session.scalars(select(Employee.id)).all()]
    service.scan(pairs=people, at=f.moment("20:00"))
    with queries() as said:
        service.scan(pairs=people, at=f.moment("20:00"))
    assert len(said) == 4, said


def of(f: Field, rep: Employee) -> Field:
    """The same place, somebody else."""
    return replace(f, rep=rep, me=subject(rep, f.branch))


def issues_of(check_in_id: int) -> list[AttendanceException]:
    db.session.remove()
    found = select(AttendanceException).where(AttendanceException.check_in_id == check_in_id)
    return list(db.session.scalars(found.order_by(AttendanceException.id)))
