"""Disagreements open and close by themselves, once, whatever runs when; and what HR decides about them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from jobs import attendance as jobs
from tests import factories
from tests.attendance.days import ON, Field, arrive, field, leave
from tests.attendance.test_decisions import signed_in
from tests.support.queries import record
from webapp.attendance import queries, service
from webapp.attendance.models import AttendanceDay, AttendanceException, DeviceHeard
from webapp.attendance.service import Given
from webapp.core.db import db, do, transaction
from webapp.core.errors import Conflict
from webapp.devices import queries as devices
from webapp.devices.models import Terminal
from webapp.people.models import Branch
from webapp.sites.models import SiteSupervisor

BEFORE = ON - timedelta(days=3)
DEVICE = 70


@pytest.fixture
def f(app: Any, freeze: Any) -> Field:
    found = field(settled_from=BEFORE)
    freeze(found.moment("23:00"))
    return found


def punch(f: Field, number: int, clock: str, on: Any = ON) -> None:
    said = Given(number, DEVICE, f.rep.id, f.moment(clock, on), (f.shop.id,))
    do(service.record_punches, given=[said], at=f.moment("23:00"))


def heard(f: Field, through: Any) -> None:
    do(service.set_heard, through={(DEVICE, f.shop.id): through})


def worked(f: Field) -> None:
    leave(f, arrive(f, "08:55"), "18:01")
    do(service.rebuild_days, pairs=[(f.rep.id, ON)], at=f.moment("23:00"))


def compare(f: Field, **known: Any) -> int:
    db.session.remove()
    return service.compare(pairs=[(f.rep.id, ON)], at=f.moment("23:10"), **known)


def asked() -> list[Any]:
    db.session.remove()
    rows = db.session.scalars(select(AttendanceException).order_by(AttendanceException.id))
    return [(row.params.get("doubt"), row.state) for row in rows if row.kind == "sources"]


def day(f: Field) -> Any:
    db.session.remove()
    return db.session.get_one(AttendanceDay, (f.rep.id, ON))


def test_it_opens_once_and_ends_when_the_device_agrees_after_all(f: Field) -> None:
    punch(f, 1, "09:00", BEFORE)
    heard(f, f.moment("22:00"))
    worked(f)
    assert (compare(f), compare(f)) == (1, 0)
    assert asked() == [("phone_only", "open")]
    assert (day(f).doubt, day(f).open_exceptions, day(f).status) == ("phone_only", 1, "normal")
    punch(f, 2, "08:57")
    punch(f, 3, "18:02")
    assert (compare(f), compare(f)) == (1, 0)
    assert (asked(), day(f).doubt, day(f).open_exceptions) == ([("phone_only", "withdrawn")], "", 0)


def test_nobody_is_asked_about_a_shop_whose_device_they_do_not_use(f: Field) -> None:
    heard(f, f.moment("22:00"))
    worked(f)
    assert (compare(f), asked()) == (0, [])
    ids = {(DEVICE, f.rep.id): [(BEFORE, None)]}
    assert compare(f, enrolled=lambda devices, people: ids) == 1, "an id on it is use enough"
    assert asked() == [("phone_only", "open")]


def test_a_device_says_nothing_of_days_before_it_hung_there(f: Field, freeze: Any) -> None:
    """A terminal is replaced: what nobody punched at the new one before it was there is no doubt."""
    punch(f, 1, "09:00", BEFORE)
    worked(f)
    registered = f.moment("10:00", ON)
    new = factories.terminal(f.branch, f.shop, created_at=registered)
    do(service.set_heard, through={(new.id, f.shop.id): f.moment("22:00")})
    known = {"enrolled": devices.enrolled, "registered": devices.registered_on}
    assert (compare(f, **known), asked()) == (0, [])
    freeze(f.moment("09:00", ON + timedelta(days=1)))
    jobs.compare_sources()
    assert asked() == []
    with transaction():
        db.session.get_one(Terminal, new.id).created_at = f.moment("23:59", ON - timedelta(days=1))
    jobs.compare_sources()
    assert asked() == [("phone_only", "open")]


def test_the_one_that_hung_there_before_still_speaks(f: Field) -> None:
    punch(f, 1, "09:00", BEFORE)
    worked(f)
    old = factories.terminal(f.branch, f.shop, created_at=f.moment("10:00", BEFORE))
    new = factories.terminal(f.branch, f.shop, created_at=f.moment("10:00", ON))
    heard_at = {old.id: f.moment("22:00"), new.id: None}
    do(service.set_heard, through={(number, f.shop.id): through for number, through in heard_at.items()})
    assert compare(f, registered=devices.registered_on) == 1
    assert asked() == [("phone_only", "open")]


def test_a_device_that_is_heard_later_is_looked_at_by_the_hour(f: Field, freeze: Any) -> None:
    factories.terminal(f.branch, f.shop, id=DEVICE, created_at=f.moment("10:00", BEFORE))
    punch(f, 1, "09:00", BEFORE)
    heard(f, f.moment("12:00"))
    worked(f)
    jobs.compare_sources()
    assert asked() == []
    heard(f, f.moment("22:00"))
    freeze(f.moment("09:00", ON + timedelta(days=2)))
    jobs.compare_sources()
    assert asked() == [("phone_only", "open")]


def test_a_supervisors_word_ends_it_and_their_absence_begins_it(f: Field) -> None:
    boss = factories.employee(f.branch, role="supervisor")
    factories.save(SiteSupervisor(site_id=f.shop.id, employee_id=boss.id))
    by, at = signed_in(boss, f.branch), f.moment("23:05")
    punch(f, 1, "09:00", BEFORE)
    heard(f, f.moment("22:00"))
    worked(f)
    compare(f)
    do(service.confirm, by=by, employee_id=f.rep.id, work_date=ON, at=at)
    compare(f)
    assert asked() == [("phone_only", "withdrawn")]
    do(service.mark_absent, by=by, employee_id=f.rep.id, work_date=ON, reason="no_show", note="x", at=at)
    compare(f)
    assert asked() == [("phone_only", "withdrawn"), ("word", "open")]


def test_hr_decides_it_and_it_does_not_come_back(f: Field) -> None:
    hr = signed_in(factories.employee(f.branch, role="hr"), f.branch)
    punch(f, 1, "09:00", BEFORE)
    heard(f, f.moment("22:00"))
    worked(f)
    compare(f)
    number = queries.inbox_rows(hr, queries.InboxFilters(kind="sources"), at=f.moment("23:10"))[0].id
    said = {"by": hr, "exception_id": number, "at": f.moment("23:11")}
    do(service.decide, decision="rejected", reason="Not seen", expected_seq=0, **said)
    assert day(f).status == "absent"
    assert (compare(f), asked()) == (0, [("phone_only", "rejected")])
    do(service.reopen, reason="Looked again", expected_seq=1, **said)
    do(service.decide, decision="approved", expected_seq=2, **said)
    assert (day(f).status, compare(f), asked()) == ("normal", 0, [("phone_only", "approved")])


def test_a_question_that_ended_meanwhile_is_a_conflict(f: Field) -> None:
    hr = signed_in(factories.employee(f.branch, role="hr"), f.branch)
    punch(f, 1, "09:00", BEFORE)
    heard(f, f.moment("22:00"))
    worked(f)
    compare(f)
    number = queries.inbox_rows(hr, queries.InboxFilters(kind="sources"), at=f.moment("23:10"))[0].id
    punch(f, 2, "08:57")
    punch(f, 3, "18:02")
    compare(f)
    with pytest.raises(Conflict, match="exception_withdrawn"):
        do(service.decide, by=hr, exception_id=number, decision="approved", expected_seq=0, at=f.moment("23:12"))


def test_a_branch_may_only_note_it(f: Field) -> None:
    with transaction():
        db.session.get_one(Branch, f.branch.id).attendance = {"disagreement": "silent"}
    punch(f, 1, "09:00", BEFORE)
    heard(f, f.moment("22:00"))
    worked(f)
    assert (compare(f), compare(f), asked(), day(f).doubt) == (1, 0, [], "phone_only")


def test_a_day_that_waits_for_an_answer_is_asked_about_there_too(f: Field) -> None:
    with transaction():
        policy = {"disagreement": "silent", "device_alone": "waits"}
        db.session.get_one(Branch, f.branch.id).attendance = policy
    hr = signed_in(factories.employee(f.branch, role="hr"), f.branch)
    punch(f, 1, "08:57")
    punch(f, 2, "18:02")
    do(service.rebuild_days, pairs=[(f.rep.id, ON)], at=f.moment("23:00"))
    assert (day(f).status, day(f).open_exceptions) == ("pending", 0)
    assert (compare(f), asked()) == (1, [("device_only", "open")])
    number = queries.inbox_rows(hr, queries.InboxFilters(kind="sources"), at=f.moment("23:10"))[0].id
    said = {"by": hr, "exception_id": number, "at": f.moment("23:11")}
    do(service.decide, decision="approved", reason="Seen", expected_seq=0, **said)
    assert (day(f).status, compare(f), asked()) == ("normal", 0, [("device_only", "approved")])


def test_statements_do_not_grow_with_the_days(f: Field) -> None:
    punch(f, 1, "09:00", BEFORE)
    heard(f, f.moment("22:00"))
    others = [factories.employee(f.branch) for _ in range(5)]
    worked(f)
    compare(f)
    db.session.remove()
    with record() as one:
        service.compare(pairs=[(f.rep.id, ON)], at=f.moment("23:10"))
    pairs = [(who.id, ON) for who in others] + [(f.rep.id, ON)]
    do(service.rebuild_days, pairs=pairs, at=f.moment("23:00"))
    service.compare(pairs=pairs, at=f.moment("23:10"))
    db.session.remove()
    with record() as many:
        service.compare(pairs=pairs, at=f.moment("23:10"))
    assert len(many) == len(one) <= 9, many


def test_silence_is_kept_by_the_device_alone(f: Field) -> None:
    factories.save(DeviceHeard(terminal_id=DEVICE + 1, site_id=f.shop.id, through=None))
    punch(f, 1, "09:00", BEFORE)
    worked(f)
    assert compare(f) == 0
