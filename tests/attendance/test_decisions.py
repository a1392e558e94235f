"""Confirming, deciding, asking: who may, what follows, what stays on record. T24 to T26."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.attendance.days import ON, Field, arrive, evidence, field, leave
from webapp.attendance import queries, service
from webapp.attendance.models import AttendanceException, Confirmation, Decision
from webapp.core.audit import AuditEntry
from webapp.core.authz import BranchInfo, Role, SignedIn
from webapp.core.db import db, do, transaction
from webapp.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from webapp.people.models import Branch, Employee
from webapp.sites.models import SiteSupervisor
from webapp.visits import queries as visit_queries
from webapp.visits import service as visits


@dataclass
class Crew:
    f: Field
    boss: SignedIn
    hr: SignedIn
    stranger: SignedIn


def signed_in(person: Employee, branch: Branch) -> SignedIn:
    info = BranchInfo(**{name: getattr(branch, name) for name in BranchInfo.__dataclass_fields__})
    known = (person.id, person.staff_no, person.name, Role(person.role), person.employer, "en", "auto", "normal")
    return SignedIn(*known, info, (branch.id,), 1)


@pytest.fixture
def crew(app: Flask) -> Crew:
    f = field()
    boss, stranger = (factories.employee(f.branch, role="supervisor") for _ in range(2))
    factories.save(SiteSupervisor(site_id=f.shop.id, employee_id=boss.id))
    hr = factories.employee(f.branch, role="hr")
    return Crew(f, *(signed_in(person, f.branch) for person in (boss, hr, stranger)))


def status(f: Field, on: date = ON) -> str:
    db.session.remove()
    return queries.days([(f.rep.id, on)])[f.rep.id, on].status


def newest() -> Any:
    db.session.remove()
    return db.session.scalar(select(AttendanceException).order_by(AttendanceException.id.desc()))


def count(model: Any) -> int:
    db.session.remove()
    return db.session.scalar(select(func.count()).select_from(model))


def confirm(c: Crew, by: SignedIn | None = None, **known: Any) -> None:
    do(service.confirm, by=by or c.boss, employee_id=c.f.rep.id, work_date=ON, at=c.f.moment("20:00"), **known)


def test_confirming_one_by_one_approves_their_open_check_ins_and_undo_takes_it_back(crew: Crew) -> None:
    arrived = arrive(crew.f, "09:05", 300)
    leave(crew.f, arrived, "18:00")
    assert status(crew.f) == "pending"
    with pytest.raises(Invalid, match="look_first"):
        confirm(crew, bulk=True)
    confirm(crew)
    confirm(crew)
    assert status(crew.f) == "field_work"
    assert (count(Confirmation), count(Decision)) == (1, 1)
    assert visit_queries.facts([(crew.f.rep.id, ON)])[crew.f.rep.id, ON][0].counts
    said = {"by": crew.boss, "employee_id": crew.f.rep.id, "work_date": ON, "at": crew.f.moment("20:01")}
    do(service.undo_confirmation, **said)
    assert (status(crew.f), newest().state) == ("pending", "open")
    assert count(AuditEntry) == 4


def test_undo_never_takes_back_what_somebody_said_since(crew: Crew) -> None:
    """A list left open is not a decision about a colleague's word."""
    arrive(crew.f, "09:05")
    asked = {"employee_id": crew.f.rep.id, "work_date": ON}
    do(service.confirm, by=crew.boss, at=crew.f.moment("09:30"), **asked)
    do(service.mark_absent, by=crew.hr, reason="sick", at=crew.f.moment("09:40"), **asked)
    do(service.undo_confirmation, by=crew.boss, own=True, at=crew.f.moment("09:41"), **asked)
    with pytest.raises(Conflict):
        do(service.undo_confirmation, by=crew.boss, seen=1, at=crew.f.moment("09:42"), **asked)
    assert (status(crew.f), count(Confirmation)) == ("leave", 2)
    do(service.undo_confirmation, by=crew.boss, seen=2, at=crew.f.moment("09:43"), **asked)
    assert count(Confirmation) == 3


def test_the_second_to_confirm_learns_who_was_first(crew: Crew) -> None:
    """T24: pressing twice oneself is nothing; a colleague is told, and nothing is said twice."""
    arrive(crew.f, "09:05")
    asked = {"employee_id": crew.f.rep.id, "work_date": ON}
    for minute in ("09:30", "09:31"):
        do(service.confirm, by=crew.boss, at=crew.f.moment(minute), **asked)
    with pytest.raises(Conflict) as told:
        do(service.confirm, by=crew.hr, at=crew.f.moment("09:40"), **asked)
    assert (told.value.code, told.value.params["name"]) == ("already_confirmed", crew.boss.name)
    assert told.value.params["at"] == crew.f.moment("09:30")
    done = do(service.confirm_clean, by=crew.hr, employee_ids=[crew.f.rep.id], work_date=ON, at=crew.f.moment("09:41"))
    assert (done.confirmed, done.left) == ([], {crew.f.rep.id: "already_confirmed"})
    assert count(Confirmation) == 1


def test_what_came_after_the_word_can_still_be_confirmed(crew: Crew) -> None:
    asked = {"employee_id": crew.f.rep.id, "work_date": ON}
    arrive(crew.f, "09:05")
    do(service.confirm, by=crew.boss, at=crew.f.moment("09:30"), **asked)
    arrive(crew.f, "11:00", 400)
    assert newest().state == "open"
    do(service.confirm, by=crew.boss, at=crew.f.moment("11:30"), **asked)
    assert (newest().state, count(Confirmation)) == ("approved", 2)


def test_a_confirmation_is_on_record_in_the_branch_of_the_day(crew: Crew) -> None:
    """Where its HR looks for it, whoever said it."""
    arrive(crew.f, "09:05")
    far = factories.branch()
    person = signed_in(factories.employee(far, role="hr"), far)
    both = replace(person, branch_ids=(far.id, crew.f.branch.id))
    do(service.confirm, by=both, employee_id=crew.f.rep.id, work_date=ON, at=crew.f.moment("09:30"))
    found = select(AuditEntry.branch_id).where(AuditEntry.action == "attendance.present")
    assert db.session.scalar(found) == crew.f.branch.id
    db.session.remove()


def test_only_clean_days_are_confirmed_together(crew: Crew) -> None:
    good, late, missing = crew.f, *(_colleague(crew) for _ in range(2))
    leave(good, arrive(good, "09:05"), "18:00")
    leave(late, arrive(late, "09:45"), "18:00")
    arrive(missing, "09:00")
    do(service.rebuild_day, employee_id=missing.rep.id, work_date=ON, at=good.moment("23:00"))
    ids = [field_.rep.id for field_ in (good, late, missing)]
    done = do(service.confirm_clean, by=crew.boss, employee_ids=ids, work_date=ON, at=good.moment("23:00"))
    assert done.confirmed == [good.rep.id]
    assert done.left == {late.rep.id: "look_first", missing.rep.id: "look_first"}


def test_t24_nobody_confirms_or_decides_for_strangers_or_themselves(crew: Crew) -> None:
    arrive(crew.f, "09:05", 300)
    with pytest.raises(NotFound):
        confirm(crew, crew.stranger)
    exception = newest()
    decision: dict[str, Any] = {"exception_id": exception.id, "decision": "approved", "at": crew.f.moment("20:00")}
    with pytest.raises(NotFound):
        do(service.decide, by=crew.stranger, **decision)
    me = signed_in(crew.f.rep, crew.f.branch)
    with pytest.raises(Forbidden):
        do(service.decide, by=me, **decision)
    with pytest.raises(DomainError):
        confirm(crew, me)
    elsewhere = factories.branch()
    other = signed_in(factories.employee(elsewhere, role="hr"), elsewhere)
    with pytest.raises(NotFound):
        do(service.decide, by=other, **decision)


def test_who_took_the_check_in_back_cannot_be_confirmed(crew: Crew) -> None:
    f = crew.f
    said = evidence(f.shop, f.moment("09:00"))
    arrive(f, "09:00", said=said)
    do(visits.undo, rep=f.me, client_id=said.client_id, at=f.moment("09:00:10"))
    with pytest.raises(Invalid, match="nothing_to_confirm"):
        confirm(crew)


def test_t24_the_second_to_decide_learns_who_was_first(crew: Crew) -> None:
    arrive(crew.f, "09:05", 300)
    exception, at = newest(), crew.f.moment("20:00")
    decision: dict[str, Any] = {"exception_id": exception.id, "expected_seq": 0, "at": at}
    for _ in range(2):
        do(service.decide, by=crew.boss, decision="approved", **decision)
    with pytest.raises(Conflict) as refused:
        do(service.decide, by=crew.hr, decision="rejected", reason="too far", **decision)
    assert refused.value.params == {"name": crew.boss.name, "at": crew.f.moment("20:00")}
    assert count(Decision) == 1
    decision["expected_seq"] = 1
    with pytest.raises(Invalid, match="reason_needed"):
        do(service.decide, by=crew.hr, decision="rejected", reason=" ", **decision)
    do(service.decide, by=crew.hr, decision="rejected", reason="too far", **decision)
    assert newest().state == "rejected"
    assert status(crew.f) == "pending"
    do(service.reopen, by=crew.hr, exception_id=exception.id, reason="new photo", expected_seq=2, at=at)
    assert (newest().state, count(Decision)) == ("open", 3)


def test_words_longer_than_what_is_kept_are_refused_beside_their_field(crew: Crew) -> None:
    """PostgreSQL would refuse them with an error that belongs to nobody's field."""
    arrive(crew.f, "09:05", 400)
    day, long = {"employee_id": crew.f.rep.id, "work_date": ON}, " " + "x" * 501
    issue = {"by": crew.hr, "exception_id": newest().id, "reason": long}
    asked = [
        (service.decide, "reason", {**issue, "decision": "rejected"}),
        (service.reopen, "reason", issue),
        (service.mark_absent, "note", {"by": crew.boss, **day, "reason": "other", "note": long}),
        (service.pass_on, "note", {"by": crew.boss, **day, "note": long}),
    ]
    for verb, its_field, said in asked:
        with pytest.raises(Invalid) as told:
            do(verb, at=crew.f.moment("20:00"), **said)
        assert (told.value.code, told.value.field) == ("too_long", its_field)


def test_decisions_are_never_edited(crew: Crew) -> None:
    """T26"""
    arrive(crew.f, "09:05", 300)
    confirm(crew)
    for table in ("exception_decision", "confirmation"):
        with pytest.raises(Exception, match="immutable"), transaction() as connection:
            connection.exec_driver_sql(f"DELETE FROM {table}")


@pytest.mark.parametrize(("reason", "expected"), [("no_show", "absent"), ("sick", "leave"), ("swap", "rest")])
def test_marking_absent(crew: Crew, reason: str, expected: str) -> None:
    arrive(crew.f, "09:05")
    said: dict[str, Any] = {
        "by": crew.boss,
        "employee_id": crew.f.rep.id,
        "work_date": ON,
        "at": crew.f.moment("20:00"),
    }
    if reason == "no_show":
        with pytest.raises(Invalid) as refused:
            do(service.mark_absent, reason=reason, **said)
        assert refused.value.field == "note"
    do(service.mark_absent, reason=reason, note="phoned", **said)
    assert status(crew.f) == expected
    with pytest.raises(Invalid, match="day_in_future"):
        do(service.mark_absent, reason="sick", **{**said, "by": crew.hr, "work_date": ON + timedelta(days=1)})


def test_a_missing_check_out_is_granted_with_a_time_of_that_day(crew: Crew) -> None:
    f = crew.f
    arrived = arrive(f, "09:05")
    leave(f, arrived, "09:00", on=ON + timedelta(days=1))
    decision: dict[str, Any] = {"by": crew.hr, "exception_id": newest().id, "decision": "approved"}
    decision["at"] = f.moment("10:00", ON + timedelta(days=1))
    with pytest.raises(Invalid, match="time_needed"):
        do(service.decide, **decision)
    for wrong in ("2026-03-09T18:00:00+08:00", "yesterday", "0001-01-01T00:00:00+14:00"):
        with pytest.raises(Invalid):
            do(service.decide, params={"at": wrong}, **decision)
    do(service.decide, params={"at": f.moment("18:00").isoformat()}, **decision)
    assert status(f) == "normal"
    [fact] = visit_queries.facts([(f.rep.id, ON)])[f.rep.id, ON]
    assert (fact.minutes, fact.outcome, fact.counts) == (535, "order", True)


def test_a_reported_mistake_moves_the_day_only_when_granted(crew: Crew) -> None:
    f = crew.f
    arrived = arrive(f, "09:50")
    asked = do(
        service.report_mistake,
        rep=f.me,
        work_date=ON,
        category="wrong_time",
        wanted_at=f.moment("09:05"),
        check_in_id=arrived.recorded.check_in_id,
        note="was inside",
        at=f.moment("12:00"),
    )
    assert status(f) == "late"
    decision: dict[str, Any] = {"by": crew.hr, "exception_id": asked, "decision": "approved", "at": f.moment("13:00")}
    do(service.decide, **decision)
    assert status(f) == "normal"
    assert visit_queries.facts([(f.rep.id, ON)])[f.rep.id, ON][0].at_iso == f.moment("09:05").isoformat()


def test_t25_a_correction_closes_after_a_month_and_says_when(crew: Crew) -> None:
    f = crew.f
    arrive(f, "09:50")
    ask: dict[str, Any] = {"rep": f.me, "work_date": ON, "kind": "late", "note": "metro"}
    with pytest.raises(Invalid) as refused:
        do(service.ask_excuse, at=f.moment("12:00", ON + timedelta(days=32)), **ask)
    assert refused.value.params == {"on": ON + timedelta(days=31)}
    asked = do(service.ask_excuse, at=f.moment("12:00", ON + timedelta(days=31)), **ask)
    do(service.decide, by=crew.hr, exception_id=asked, decision="approved", at=f.moment("13:00"))
    day = queries.days([(f.rep.id, ON)])[f.rep.id, ON]
    assert (day.minutes_late, day.excused) == (0, True)


def _colleague(crew: Crew) -> Field:
    rep = factories.employee(crew.f.branch)
    return replace(crew.f, rep=rep, me=replace(crew.f.me, id=rep.id))
