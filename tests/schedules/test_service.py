"""Changing hours, rosters, plans, calendars and leave."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories as make
from tests.sites.test_service import refusal, signed
from webapp.core.audit import AuditEntry
from webapp.core.authz import SignedIn
from webapp.core.db import db, do
from webapp.core.errors import Conflict, Forbidden, NotFound
from webapp.core.outbox import OutboxRow
from webapp.people.models import Branch, Employee, Team
from webapp.schedules import queries as schedules
from webapp.schedules import service
from webapp.schedules.models import CalendarDay, Shift
from webapp.schedules.rules import PlannedStop, Terms
from webapp.sites.models import StoreType

MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
"""Wednesday 10:00 in Shanghai."""
TODAY = date(2026, 3, 4)


@pytest.fixture
def branch(app: Any) -> Branch:
    return make.branch(workdays=[1, 2, 3, 4, 5])


@pytest.fixture
def team(branch: Branch) -> Team:
    return make.save(Team(branch_id=branch.id, name="East"))


@pytest.fixture
def rep(branch: Branch, team: Team) -> Employee:
    return make.employee(branch, team_id=team.id)


@pytest.fixture
def hr(branch: Branch) -> SignedIn:
    return signed(make.employee(branch, "hr"))


@pytest.fixture
def boss(branch: Branch, team: Team) -> SignedIn:
    return signed(make.employee(branch, "supervisor", team_id=team.id))


def run(verb: Any, **known: Any) -> Any:
    return do(verb, at=NOW, **known)


def asked() -> list[str]:
    """Keys of the rebuilds asked for."""
    return sorted(db.session.scalars(select(OutboxRow.key).where(OutboxRow.topic == "schedule_changed")))


def begins(rep: Employee, branch: Branch, on: date) -> str:
    start = schedules.expectation(rep.id, on, branch).starts_at
    return f"{start + timedelta(hours=8):%H:%M}"


def new_shift(hr: SignedIn, name: str = "Early", start: str = "07:00") -> int:
    known = {"name": name, "start": start, "end": "15:00", "grace_minutes": 5}
    return run(service.create_shift, by=hr, branch_id=hr.branch_id, **known)


def change(hr: SignedIn, shift_id: int, start: str, from_on: date, **known: Any) -> None:
    hours = {"name": "Early", "start": start, "end": "15:00", "grace_minutes": 5, "version": None, **known}
    run(service.change_shift, by=hr, shift_id=shift_id, from_on=from_on, **hours)


class TestHours:
    def test_changed_hours_count_from_their_date_and_never_before(
        self, hr: SignedIn, rep: Employee, branch: Branch
    ) -> None:
        shift = new_shift(hr)
        change(hr, shift, "08:00", TODAY)
        change(hr, shift, "09:00", TODAY + timedelta(days=5))
        days = (-1, 0, 4, 5)
        found = [begins(rep, branch, TODAY + timedelta(days=n)) for n in days]
        assert found == ["07:00", "08:00", "08:00", "09:00"]
        change(hr, shift, "06:00", TODAY - timedelta(days=1))
        found = [begins(rep, branch, TODAY + timedelta(days=n)) for n in (-2, *days)]
        assert found == ["07:00", "06:00", "06:00", "06:00", "06:00"]

    def test_changed_terms_count_from_their_date_and_never_before(
        self, hr: SignedIn, rep: Employee, branch: Branch
    ) -> None:
        shift = new_shift(hr)
        change(hr, shift, "07:00", TODAY, terms=Terms(minimum=300))
        change(hr, shift, "07:00", TODAY + timedelta(days=1), terms=Terms(minimum=400))
        change(hr, shift, "08:00", TODAY + timedelta(days=2))
        found = [schedules.expectation(rep.id, TODAY + timedelta(days=n), branch).terms.minimum for n in (-1, 0, 1, 2)]
        assert found == [0, 300, 400, 400]
        kind = make.store_type(branch)
        names = {"name_en": "Mall", "name_zh": "商场", "start": "09:00", "end": "18:00", "grace_minutes": 20}
        terms = {"terms": Terms(serious=60), "from_on": TODAY}
        run(service.change_store_type, by=hr, store_type_id=kind.id, version=None, **names, **terms)
        site = make.site(kind).id
        days = [schedules.expectation(rep.id, TODAY + timedelta(days=n), branch, site_id=site) for n in (-1, 0)]
        assert [day.terms.serious for day in days] == [0, 60]

    def test_only_days_that_have_begun_are_rebuilt(self, hr: SignedIn) -> None:
        shift = new_shift(hr)
        change(hr, shift, "08:00", TODAY + timedelta(days=1))
        assert asked() == []
        change(hr, shift, "09:00", TODAY - timedelta(days=1))
        assert asked() == [f"branch {hr.branch_id}|2026-03-03", f"branch {hr.branch_id}|2026-03-04"]

    def test_what_is_refused(self, hr: SignedIn, boss: SignedIn) -> None:
        shift = new_shift(hr)
        new_shift(hr, "Late", "12:00")
        assert refusal(lambda: new_shift(hr)).field == "name"
        assert refusal(lambda: change(hr, shift, "08:00", TODAY, name="Late")).field == "name"
        assert refusal(lambda: change(hr, shift, "15:00", TODAY)).field == "end"
        assert refusal(lambda: change(hr, shift, "08:00", TODAY, grace_minutes=241)).field == "grace_minutes"
        assert refusal(lambda: change(hr, shift, "08:00", TODAY - timedelta(days=63))).field == "from_on"
        assert isinstance(refusal(lambda: change(hr, shift, "08:00", TODAY, version=7)), Conflict)
        assert isinstance(refusal(lambda: new_shift(boss, "Mine")), Forbidden)
        stranger = signed(make.employee(make.branch(), "hr"))
        assert isinstance(refusal(lambda: change(stranger, shift, "08:00", TODAY)), NotFound)

    def test_a_store_type_keeps_its_earlier_hours_too(self, hr: SignedIn, rep: Employee, branch: Branch) -> None:
        kind = make.store_type(branch)
        run(
            service.change_store_type,
            by=hr,
            store_type_id=kind.id,
            version=1,
            name_en="Mall",
            name_zh="商场",
            start="10:00",
            end="22:00",
            grace_minutes=0,
            from_on=TODAY,
        )
        plan(hr, rep, TODAY, make.site(kind).id)
        plan(hr, rep, MONDAY, make.site(kind).id)
        assert [begins(rep, branch, on) for on in (MONDAY, TODAY)] == ["09:00", "10:00"]
        assert db.session.get_one(StoreType, kind.id).version == 2

    def test_an_archived_shift_is_offered_no_more(self, hr: SignedIn) -> None:
        shift = new_shift(hr)
        run(service.archive_shift, by=hr, shift_id=shift)
        assert schedules.open_shifts(hr.branch_id) == []
        assert refusal(lambda: roster(hr, hr.id, TODAY, shift_id=shift)) is not None
        run(service.unarchive_shift, by=hr, shift_id=shift)
        assert [found.id for found in schedules.open_shifts(hr.branch_id)] == [shift]


def roster(by: Any, employee_id: int, on: date, kind: str | None = "work", shift_id: int | None = None) -> None:
    run(service.set_day, by=by, employee_id=employee_id, work_date=on, kind=kind, shift_id=shift_id)


def plan(by: Any, rep: Employee, on: date, *stops: Any) -> None:
    wanted = [stop if isinstance(stop, PlannedStop) else PlannedStop(stop) for stop in stops]
    run(service.set_plan, by=by, employee_id=rep.id, work_date=on, stops=wanted)


class TestRoster:
    def test_a_day_is_set_changed_and_given_back_to_the_week(self, hr: SignedIn, rep: Employee, branch: Branch) -> None:
        shift = new_shift(hr)
        roster(hr, rep.id, TODAY, shift_id=shift)
        assert begins(rep, branch, TODAY) == "07:00"
        roster(hr, rep.id, TODAY, "rest", shift_id=shift)
        assert schedules.expectation(rep.id, TODAY, branch).kind == "rest"
        assert schedules.some_day(rep.id, TODAY).shift_id is None
        roster(hr, rep.id, TODAY, None)
        assert schedules.expectation(rep.id, TODAY, branch).source == "week"
        assert asked() == [f"{rep.id}|2026-03-04"]

    def test_saying_the_same_again_changes_nothing(self, hr: SignedIn, rep: Employee) -> None:
        for _ in range(2):
            roster(hr, rep.id, TODAY, "rest")
        assert len(db.session.scalars(select(AuditEntry)).all()) == 1

    def test_supervisors_plan_their_team_from_today_on(self, boss: SignedIn, rep: Employee, branch: Branch) -> None:
        roster(boss, rep.id, TODAY, "rest")
        assert refusal(lambda: roster(boss, rep.id, TODAY - timedelta(days=1), "rest")).code == "past_day"
        stranger = make.employee(branch)
        assert isinstance(refusal(lambda: roster(boss, stranger.id, TODAY)), NotFound)
        assert isinstance(refusal(lambda: roster(boss, boss.id, TODAY)), NotFound)

    def test_the_clients_own_staff_see_their_site_and_plan_nobody(self, hr: SignedIn, rep: Employee) -> None:
        branch = db.session.get_one(Branch, hr.branch_id)
        guest = make.employee(branch, "supervisor", employer="client")
        by = signed_as_client(guest)
        assert schedules.people(by, branch.id, TODAY) == []
        site = make.site(make.store_type(branch), guest)
        plan(hr, rep, TODAY, site.id)
        assert [found.id for found in schedules.people(by, branch.id, TODAY)] == [rep.id]
        assert isinstance(refusal(lambda: roster(by, rep.id, TODAY)), Forbidden)

    def test_a_plan_is_replaced_as_a_whole_and_checked(self, hr: SignedIn, rep: Employee, branch: Branch) -> None:
        kind = make.store_type(branch)
        one, two = make.site(kind), make.site(kind)
        plan(hr, rep, TODAY, PlannedStop(two.id, "9:30", "1030"), one.id)
        stops = schedules.plan(rep.id, TODAY)
        assert [(stop.site_id, stop.starts, stop.ends) for stop in stops] == [
            (two.id, "09:30", "10:30"),
            (one.id, None, None),
        ]
        foreign = make.site(make.store_type(make.branch()))
        assert refusal(lambda: plan(hr, rep, TODAY, foreign.id)).code == "plan_bad_site"
        assert refusal(lambda: plan(hr, rep, TODAY, PlannedStop(one.id, "25:00"))).code == "not_a_time"
        assert refusal(lambda: plan(hr, rep, TODAY, *[one.id] * 21)).code == "plan_too_long"
        plan(hr, rep, TODAY)
        assert schedules.plan(rep.id, TODAY) == []

    def test_last_week_is_copied_without_touching_what_is_there(
        self, boss: SignedIn, hr: SignedIn, rep: Employee, branch: Branch
    ) -> None:
        site = make.site(make.store_type(branch))
        before = MONDAY - timedelta(days=7)
        for n in range(4):
            roster(hr, rep.id, before + timedelta(days=n), "rest")
        plan(hr, rep, before + timedelta(days=3), site.id)
        roster(hr, rep.id, MONDAY + timedelta(days=2), "work")
        copy = {"people": [rep.id], "from_monday": before, "to_monday": MONDAY}
        assert run(service.copy_week, by=boss, **copy) == (1, 3), "two days are over, one has its own"
        assert [stop.site_id for stop in schedules.plan(rep.id, MONDAY + timedelta(days=3))] == [site.id]
        assert run(service.copy_week, by=hr, **copy) == (2, 2)
        kinds = [schedules.expectation(rep.id, MONDAY + timedelta(days=n), branch).kind for n in range(5)]
        assert kinds == ["rest", "rest", "work", "rest", "work"]
        assert run(service.copy_week, by=hr, **copy) == (0, 4)
        assert isinstance(refusal(lambda: run(service.copy_week, by=hr, **{**copy, "people": [0]})), NotFound)
        assert refusal(lambda: run(service.copy_week, by=hr, **{**copy, "from_monday": MONDAY})).code == "same_week"


def signed_as_client(person: Employee) -> SignedIn:
    from dataclasses import replace

    return replace(signed(person), employer="client")


class TestCalendar:
    def seed(self, hr: SignedIn, *years: int) -> int:
        return run(service.seed_calendar, by=hr, branch_id=hr.branch_id, years=years)

    def test_china_gets_holidays_and_make_up_workdays_by_name(
        self, hr: SignedIn, rep: Employee, branch: Branch
    ) -> None:
        assert self.seed(hr, 2026, 2027) > 30
        days = {day.on: day for day in schedules.calendar(branch.id, 2026)}
        assert (days[date(2026, 2, 17)].kind, days[date(2026, 2, 17)].name) == ("holiday", "春节")
        assert days[date(2026, 2, 14)].kind == "workday"
        assert schedules.expectation(rep.id, date(2026, 2, 14), branch).scheduled
        assert schedules.expectation(rep.id, date(2026, 2, 17), branch).kind == "holiday"
        assert {day.on.year for day in schedules.calendar(branch.id, 2027)} == {2027}

    def test_loading_again_keeps_what_hr_changed(self, hr: SignedIn, rep: Employee, branch: Branch) -> None:
        self.seed(hr, 2026)
        new_year = date(2026, 1, 1)
        run(service.set_calendar_day, by=hr, branch_id=branch.id, on=new_year, kind="ordinary")
        assert self.seed(hr, 2026) == 0
        assert schedules.expectation(rep.id, new_year, branch).kind == "work"

    def test_a_day_of_ones_own(self, hr: SignedIn, rep: Employee, branch: Branch) -> None:
        set_day = {"by": hr, "branch_id": branch.id, "on": MONDAY}
        assert refusal(lambda: run(service.set_calendar_day, **set_day, kind="holiday")).field == "name"
        run(service.set_calendar_day, **set_day, kind="holiday", name="Founder's day")
        assert schedules.expectation(rep.id, MONDAY, branch).kind == "holiday"
        assert asked() == [f"branch {branch.id}|2026-03-02"]
        (entry,) = db.session.scalars(select(AuditEntry))
        assert entry.after == {"kind": "holiday", "name": "Founder's day"}

    def test_a_country_without_a_list_is_told_so(self, app: Any) -> None:
        nowhere = make.branch(country="XX")
        hr = signed(make.employee(nowhere, "hr"))
        assert refusal(lambda: self.seed(hr, 2026)).code == "no_holiday_list"
        assert db.session.scalars(select(CalendarDay)).all() == []

    def test_every_country_of_the_demo_has_names_in_its_language(self, app: Any) -> None:
        singapore = make.branch(country="SG", language="en", timezone="Asia/Singapore", currency="SGD")
        hr = signed(make.employee(singapore, "hr"))
        self.seed(hr, 2026)
        names = {day.name for day in schedules.calendar(singapore.id, 2026)}
        assert {"National Day", "Deepavali"} <= names


class TestLeave:
    def leave(self, by: SignedIn, rep: Employee, first: date, last: date, kind: str = "sick") -> int:
        return run(service.record_leave, by=by, employee_id=rep.id, first_on=first, last_on=last, kind=kind)

    def test_leave_is_recorded_rebuilt_and_cancelled(self, hr: SignedIn, rep: Employee, branch: Branch) -> None:
        leave = self.leave(hr, rep, TODAY - timedelta(days=1), TODAY + timedelta(days=3))
        assert schedules.expectation(rep.id, TODAY, branch).kind == "leave"
        assert asked() == [f"{rep.id}|2026-03-03", f"{rep.id}|2026-03-04"]
        assert [row.name for row in schedules.leaves(hr, branch.id, TODAY)] == [rep.name]
        for _ in range(2):
            run(service.cancel_leave, by=hr, leave_id=leave, reason="Came anyway")
        assert schedules.expectation(rep.id, TODAY, branch).kind == "work"
        assert schedules.leaves(hr, branch.id, TODAY) == []
        actions = [entry.action for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
        assert actions == ["leave.recorded", "leave.cancelled"]

    def test_what_is_refused(self, hr: SignedIn, boss: SignedIn, rep: Employee, branch: Branch) -> None:
        self.leave(hr, rep, TODAY, TODAY)
        assert refusal(lambda: self.leave(hr, rep, MONDAY, TODAY)).code == "leave_overlap"
        assert refusal(lambda: self.leave(hr, rep, TODAY, MONDAY)).field == "last_on"
        assert refusal(lambda: self.leave(hr, rep, MONDAY, MONDAY + timedelta(days=366))).code == "leave_too_long"
        assert refusal(lambda: self.leave(hr, rep, MONDAY, MONDAY, "holiday")).field == "kind"
        assert isinstance(refusal(lambda: self.leave(boss, rep, MONDAY, MONDAY)), Forbidden)
        own = db.session.get_one(Employee, hr.id)
        assert isinstance(refusal(lambda: self.leave(hr, own, MONDAY, MONDAY)), Forbidden)


class TestWeek:
    def test_conflicts_are_said_in_the_cell(self, hr: SignedIn, rep: Employee, branch: Branch) -> None:
        site = make.site(make.store_type(branch), lat=None, lng=None)
        saturday = TODAY + timedelta(days=3)
        plan(hr, rep, saturday, PlannedStop(site.id, "10:00", "12:00"), PlannedStop(site.id, "11:00", "13:00"))
        plan(hr, rep, TODAY, PlannedStop(site.id, "20:00", None))
        found = schedules.week(hr, schedules.WeekFilter(MONDAY, branch.id)).cells
        assert found[rep.id, saturday].conflicts == ("plan_on_rest", "plan_overlaps", "plan_unplaced")
        assert found[rep.id, TODAY].conflicts == ("plan_outside_shift", "plan_unplaced")
        assert found[rep.id, MONDAY].conflicts == ()

    def test_constant_statements_and_paging(self, hr: SignedIn, branch: Branch, queries: Any) -> None:
        shift = make.save(Shift(branch_id=branch.id, name="A", start="08:00", end="16:00"))
        for n in range(52):
            rep = make.employee(branch, left_on=date(2026, 1, 1) if n == 0 else None)
        roster(hr, rep.id, MONDAY, shift_id=shift.id)
        with queries() as seen:
            page = schedules.week(hr, schedules.WeekFilter(MONDAY, branch.id, page=9))
        assert (page.total, page.pages, page.page, len(page.people)) == (51, 2, 2, 1)
        assert (page.cells[rep.id, MONDAY].shift, len(page.dates)) == ("A", 7)
        assert len(seen) <= 7, seen
        assert isinstance(refusal(lambda: schedules.week(hr, schedules.WeekFilter(MONDAY, make.branch().id))), NotFound)
