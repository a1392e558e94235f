"""Somebody stands in for a supervisor: who may, when it counts, what it gives and what it never gives. T24."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.attendance.days import ON, Field, arrive, field
from webapp.attendance import policy, queries, service
from webapp.attendance.models import AttendanceException
from webapp.attendance.service import end_stand_in, set_stand_in, tell_waiting
from webapp.core.audit import AuditEntry
from webapp.core.authz import SignedIn
from webapp.core.db import db, do
from webapp.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from webapp.notifications.models import Notice
from webapp.people import queries as people
from webapp.people.models import Delegation, Employee, Team
from webapp.schedules import policy as schedules
from webapp.schedules import service as rosters
from webapp.schedules.models import PlanStop
from webapp.schedules.queries import last_change
from webapp.sites import policy as sites
from webapp.sites.models import SiteSupervisor

DAY = timedelta(days=1)


@dataclass
class Crew:
    """`absent` supervises the shop and the team of the rep; `deputy` has neither."""

    f: Field
    absent: Employee
    deputy: Employee
    hr: Employee


def actor(person: Employee, at: datetime) -> SignedIn:
    db.session.remove()
    found = people.as_actor(person.staff_no, at=at)
    assert found is not None
    return found


@pytest.fixture
def crew(app: Flask) -> Crew:
    f = field()
    team = factories.save(Team(branch_id=f.branch.id, name="East"))
    absent = factories.employee(f.branch, role="supervisor", team_id=team.id)
    deputy = factories.employee(f.branch, role="supervisor")
    factories.save(SiteSupervisor(site_id=f.shop.id, employee_id=absent.id))
    return Crew(f, absent, deputy, factories.employee(f.branch, role="hr"))


def agree(c: Crew, by: Employee | None = None, to: Employee | None = None, **known: Any) -> int:
    at = c.f.moment("08:00")
    values = {"first_on": ON, "last_on": ON + DAY, **known}
    deputy = to or c.deputy
    return do(set_stand_in, by=actor(by or c.absent, at), from_id=c.absent.id, to_id=deputy.id, at=at, **values)


def can_confirm(c: Crew, at: datetime, who: Employee | None = None) -> bool:
    return policy.can_confirm(actor(who or c.deputy, at), c.f.rep.id, ON)


def test_a_stand_in_has_the_same_people_and_stores_between_the_dates_only(crew: Crew) -> None:
    f = crew.f
    arrive(f, "09:05", 300)
    assert not can_confirm(crew, f.moment("10:00"))
    agree(crew)
    assert can_confirm(crew, f.moment("10:00"))
    me = actor(crew.deputy, f.moment("10:00"))
    assert db.session.scalar(sites.visible_to(me)).id == f.shop.id
    assert db.session.scalar(queries_visible(me)) is not None
    # the branch's midnight, not that of UTC
    assert not can_confirm(crew, f.moment("23:59", ON - DAY))
    assert can_confirm(crew, f.moment("00:01"))
    assert can_confirm(crew, f.moment("23:59", ON + DAY))
    assert not can_confirm(crew, f.moment("00:01", ON + 2 * DAY))


def queries_visible(me: SignedIn) -> Any:
    return policy.visible_to(me).with_only_columns(AttendanceException.id)


def test_what_a_stand_in_says_is_said_in_their_own_name_for_the_absent_one(crew: Crew) -> None:
    f = crew.f
    arrive(f, "09:05", 300)
    agree(crew)
    me = actor(crew.deputy, f.moment("20:00"))
    do(service.confirm, by=me, employee_id=f.rep.id, work_date=ON, at=f.moment("20:00"))
    db.session.remove()
    said = {row.action: row for row in db.session.scalars(select(AuditEntry))}
    for action in ("attendance.present", "exception.approved"):
        assert said[action].actor_id == crew.deputy.id
        assert said[action].after["standing_for"] == crew.absent.id
    word = queries.words_of(f.rep.id, ON)[-1]
    assert (word.word, word.by) == ("present", crew.deputy.name)


def test_rosters_changed_by_a_stand_in_say_for_whom(crew: Crew) -> None:
    f = crew.f
    factories.save(PlanStop(employee_id=f.rep.id, work_date=ON, seq=1, site_id=f.shop.id))
    agree(crew)
    me, at = actor(crew.deputy, f.moment("08:30")), f.moment("08:30")
    do(rosters.set_day, by=me, employee_id=f.rep.id, work_date=ON, kind="rest", at=at)
    do(rosters.publish, by=me, people=[f.rep.id], first_on=ON, last_on=ON, at=at)
    change = last_change(me)
    assert change is not None
    assert do(rosters.undo_change, by=me, entry_id=change.entry_id, at=at) == 1
    db.session.remove()
    said = {row.action: row for row in db.session.scalars(select(AuditEntry))}
    for action in ("roster.changed", "roster.told", "roster.undone"):
        assert said[action].after["standing_for"] == crew.absent.id


def test_by_ones_own_right_nobody_is_stood_for(crew: Crew) -> None:
    f = crew.f
    factories.save(SiteSupervisor(site_id=f.shop.id, employee_id=crew.deputy.id))
    arrive(f, "09:05", 300)
    agree(crew)
    me = actor(crew.deputy, f.moment("20:00"))
    assert (policy.standing_for(me, f.rep.id, ON), sites.standing_for(me, f.shop.id)) == ({}, {})


def test_it_ends_early_and_whoever_stood_in_hears_of_both(crew: Crew) -> None:
    made = agree(crew)
    at = crew.f.moment("12:00")
    with pytest.raises(NotFound):
        do(end_stand_in, by=actor(factories.employee(factories.branch(), role="hr"), at), delegation_id=made, at=at)
    for _ in range(2):
        do(end_stand_in, by=actor(crew.absent, at), delegation_id=made, at=at)
    assert not can_confirm(crew, crew.f.moment("12:01"))
    db.session.remove()
    told = db.session.scalars(select(Notice.code).where(Notice.employee_id == crew.deputy.id).order_by(Notice.id))
    assert list(told) == ["notice_stand_in", "notice_stand_in_ended"]


def test_no_rights_come_through_a_stand_in_of_a_stand_in(crew: Crew) -> None:
    third = factories.employee(crew.f.branch, role="supervisor")
    agree(crew)
    at = crew.f.moment("08:00")
    for who, to, code in ((crew.deputy, third, "stand_in_chain"), (third, crew.absent, "stand_in_away")):
        with pytest.raises(Invalid, match=code):
            do(set_stand_in, by=actor(who, at), from_id=who.id, to_id=to.id, first_on=ON, last_on=ON, at=at)
    # two rows that came about otherwise still give nothing
    values = {"first_on": ON, "last_on": ON, "made_at": at}
    factories.save(Delegation(from_id=crew.deputy.id, to_id=third.id, **values))
    assert not can_confirm(crew, crew.f.moment("10:00"), third)


def test_one_at_a_time(crew: Crew) -> None:
    other = factories.employee(crew.f.branch, role="supervisor")
    agree(crew)
    with pytest.raises(Conflict, match="stand_in_taken"):
        agree(crew, to=other, first_on=ON + DAY, last_on=ON + 5 * DAY)
    agree(crew, to=other, first_on=ON + 2 * DAY, last_on=ON + 5 * DAY)


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ((-1, 0), "stand_in_past"),
        ((3, 2), "stand_in_order"),
        ((0, 92), "stand_in_long"),
    ],
)
def test_the_days_are_to_come_in_order_and_not_too_many(crew: Crew, days: tuple[int, int], code: str) -> None:
    with pytest.raises(Invalid, match=code):
        agree(crew, first_on=ON + days[0] * DAY, last_on=ON + days[1] * DAY)
    agree(crew, first_on=ON, last_on=ON + 91 * DAY)


def test_only_a_colleague_who_may_do_the_same_or_hr(crew: Crew) -> None:
    f = crew.f
    client = factories.employee(f.branch, role="supervisor", employer="client")
    far = factories.employee(factories.branch(), role="supervisor")
    gone = factories.employee(f.branch, role="supervisor", left_on=ON)
    unfit = [crew.absent, f.rep, client, far, factories.employee(f.branch, role="finance")]
    for to, code in [(one, "stand_in_unfit") for one in unfit] + [(gone, "stand_in_leaves")]:
        with pytest.raises(Invalid, match=code):
            agree(crew, to=to)
    listed = {who for who, _, _ in people.can_stand_in(crew.absent, ON + DAY)}
    assert listed == {crew.deputy.id, crew.hr.id}
    agree(crew, to=crew.hr)


def test_the_clients_staff_stand_in_for_each_other_and_see_no_money(crew: Crew) -> None:
    f = crew.f
    absent, deputy = (factories.employee(f.branch, role="supervisor", employer="client") for _ in range(2))
    shared = factories.site(factories.store_type(f.branch))
    for site, who in ((f.shop, absent), (shared, absent), (shared, deputy)):
        factories.save(SiteSupervisor(site_id=site.id, employee_id=who.id))
    at = f.moment("08:00")
    arrive(f, "09:05", 300)
    do(set_stand_in, by=actor(absent, at), from_id=absent.id, to_id=deputy.id, first_on=ON, last_on=ON, at=at)
    me = actor(deputy, f.moment("10:00"))
    assert policy.can_confirm(me, f.rep.id, ON)
    assert not me.sees_money
    assert not schedules.can_change(me, f.rep.id)


def test_the_staff_of_another_client_stand_in_only_by_word_of_hr(crew: Crew) -> None:
    f = crew.f
    absent, other, near = (factories.employee(f.branch, role="supervisor", employer="client") for _ in range(3))
    for who in (absent, near):
        factories.save(SiteSupervisor(site_id=f.shop.id, employee_id=who.id))
    factories.save(SiteSupervisor(site_id=factories.site(factories.store_type(f.branch)).id, employee_id=other.id))
    at = f.moment("08:00")
    known = {"from_id": absent.id, "first_on": ON, "last_on": ON, "at": at}
    me = actor(absent, at)
    assert {who for who, _, _ in queries.can_stand_in(me, ON)} == {near.id, crew.hr.id}
    with pytest.raises(Invalid, match="stand_in_stores"):
        do(set_stand_in, by=me, to_id=other.id, **known)
    assert actor(other, at).stands_for == ()
    do(set_stand_in, by=actor(crew.hr, at), to_id=other.id, **known)


def test_what_was_agreed_counts_only_while_both_are_what_they_were(crew: Crew) -> None:
    agree(crew)
    at = crew.f.moment("10:00")
    for change in ({"employer": "client"}, {"role": "rep", "employer": "own"}):
        for name, value in change.items():
            setattr(crew.deputy, name, value)
        factories.save(db.session.merge(crew.deputy))
        assert actor(crew.deputy, at).stands_for == ()
        assert people.stand_ins([crew.absent.id], at) == {}


def test_supervisors_ask_for_themselves_and_hr_for_its_branches(crew: Crew) -> None:
    for by in (crew.deputy, crew.f.rep, factories.employee(factories.branch(), role="hr")):
        with pytest.raises((NotFound, Forbidden)):
            agree(crew, by=by)
    agree(crew, by=crew.hr)
    db.session.remove()
    told = {(row.employee_id, row.code) for row in db.session.scalars(select(Notice))}
    assert told >= {(crew.deputy.id, "notice_stand_in"), (crew.absent.id, "notice_stood_for")}


def test_nobody_decides_about_themselves_or_about_whom_they_stand_in_for(crew: Crew) -> None:
    """Somebody who was a rep until lately has days and exceptions of their own."""
    f = crew.f
    agree(crew)
    me = actor(crew.deputy, f.moment("10:00"))
    for person in (crew.absent, crew.deputy):
        asked = factories.save(
            AttendanceException(
                dedup_key=f"x{person.id}", employee_id=person.id, branch_id=f.branch.id, site_id=f.shop.id,
                work_date=ON, kind="outside", opened_at=f.moment("09:00"), params={},
            )
        )  # fmt: skip
        assert not policy.can_decide(me, asked)
        assert not policy.can_confirm(me, person.id, ON)
        with pytest.raises(DomainError):
            do(service.decide, by=me, exception_id=asked.id, decision="approved", at=f.moment("10:00"))


def test_what_waits_for_the_absent_one_is_told_to_the_stand_in_too(crew: Crew) -> None:
    f = crew.f
    agree(crew)
    arrive(f, "09:05", 300)
    do(tell_waiting, pairs=[(f.rep.id, ON)], at=f.moment("09:06"))
    db.session.remove()
    waiting = select(Notice.employee_id).where(Notice.code == "notice_waiting_site")
    assert set(db.session.scalars(waiting)) == {crew.absent.id, crew.deputy.id}
