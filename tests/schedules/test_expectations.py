"""What a day should look like: leave, roster, calendar, week, and whose hours count."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests import factories as make
from webapp.core import clock
from webapp.core.db import do
from webapp.people import service as people
from webapp.schedules import queries as schedules
from webapp.schedules.models import CalendarDay, EarlierTimes, Leave, PlanStop, RosterDay, Shift

MONDAY = date(2026, 3, 2)


@pytest.fixture
def branch(app: Any) -> Any:
    return make.branch(workdays=[1, 2, 3, 4, 5])


@pytest.fixture
def rep(branch: Any) -> Any:
    return make.employee(branch)


def expected(rep: Any, branch: Any, on: date = MONDAY, **known: Any) -> Any:
    return schedules.expectation(rep.id, on, branch, **known)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def shift(branch: Any, start: str = "08:00", end: str = "16:00", grace: int = 5, **known: Any) -> Shift:
    named = {"name": f"{start} to {end}", **known}
    return make.save(Shift(branch_id=branch.id, start=start, end=end, grace_minutes=grace, **named))


def roster(rep: Any, on: date, kind: str = "work", shift_id: int | None = None) -> None:
    make.save(RosterDay(employee_id=rep.id, work_date=on, branch_id=rep.branch_id, kind=kind, shift_id=shift_id))


SPLIT = {"kind": "split", "breaks": [["12:00", "13:00"]], "serious": 60}


def leave(rep: Any, first: date, last: date, **known: Any) -> Leave:
    return make.save(
        Leave(employee_id=rep.id, first_on=first, last_on=last, kind="annual", recorded_at=clock.now(), **known)
    )


def test_the_week_decides_when_nothing_else_does(rep: Any, branch: Any) -> None:
    monday, sunday = expected(rep, branch), expected(rep, branch, date(2026, 3, 1))
    assert (monday.kind, monday.scheduled, monday.source) == ("work", True, "week")
    assert (monday.starts_at, monday.ends_at) == (utc("2026-03-02T09:00+08:00"), utc("2026-03-02T18:00+08:00"))
    assert (sunday.kind, sunday.scheduled) == ("rest", False)


def test_a_new_week_counts_from_the_day_it_is_set_and_settled_days_keep_theirs(app: Any) -> None:
    branch = make.branch(workdays=[1, 2, 3, 4, 5], settled_through=date(2026, 3, 9))
    rep, saturday = make.employee(branch), date(2026, 3, 7)
    changes = ((10, [1, 2, 3, 4, 5, 6], 1), (18, [2, 3, 4, 5, 6], 2), (18, [7], 3))
    for day, week, version in changes:
        at = datetime(2026, 3, day, 4, tzinfo=UTC)
        names = ("name", "timezone", "currency", "language", "country", "settlement_time")
        values = {name: getattr(branch, name) for name in names}
        asked = {"branch_id": branch.id, "version": version, "has_money": True, "at": at}
        do(people.update_branch, by=None, workdays=week, **asked, **values)
    assert [expected(rep, branch, saturday + timedelta(days=7 * n)).scheduled for n in range(3)] == [False, True, False]
    assert [expected(rep, branch, MONDAY + timedelta(days=7 * n)).scheduled for n in (1, 2, 3)] == [True, True, False]


def test_while_nothing_is_settled_the_week_is_simply_corrected(rep: Any, branch: Any) -> None:
    values = {name: getattr(branch, name) for name in ("name", "timezone", "currency", "language", "country")}
    asked = {"branch_id": branch.id, "version": 1, "has_money": False, "at": clock.now()}
    do(people.update_branch, by=None, workdays=[7], settlement_time="10:00", **asked, **values)
    assert not expected(rep, branch).scheduled


def test_holidays_and_make_up_workdays_override_the_week(rep: Any, branch: Any) -> None:
    make.save(
        CalendarDay(branch_id=branch.id, on=MONDAY, kind="holiday", name="A holiday"),
        CalendarDay(branch_id=branch.id, on=date(2026, 3, 1), kind="workday", name="Make-up"),
    )
    assert expected(rep, branch).kind == "holiday"
    assert expected(rep, branch, date(2026, 3, 1)).scheduled


def test_the_roster_overrides_the_calendar_and_leave_overrides_the_roster(rep: Any, branch: Any) -> None:
    make.save(CalendarDay(branch_id=branch.id, on=MONDAY, kind="holiday", name="A holiday"))
    roster(rep, MONDAY)
    assert (expected(rep, branch).kind, expected(rep, branch).source) == ("work", "roster")
    leave(rep, MONDAY, MONDAY + timedelta(days=2))
    assert (expected(rep, branch).kind, expected(rep, branch).scheduled) == ("leave", False)
    assert expected(rep, branch, MONDAY + timedelta(days=3)).kind == "work"


def test_cancelled_leave_is_no_leave(rep: Any, branch: Any) -> None:
    leave(rep, MONDAY, MONDAY, cancelled_at=clock.now())
    assert expected(rep, branch).kind == "work"


def test_t16_nobody_is_expected_before_joining_or_after_leaving(branch: Any) -> None:
    rep = make.employee(branch, joined_on=MONDAY, left_on=MONDAY + timedelta(days=1))
    scheduled = [expected(rep, branch, MONDAY + timedelta(days=n)).scheduled for n in (-3, 0, 1, 2)]
    assert scheduled == [False, True, True, False]
    assert expected(rep, branch, MONDAY + timedelta(days=2)).source == "employment"


def test_whose_hours_count(rep: Any, branch: Any) -> None:
    """Roster's shift, then the first planned site's store type, then the checked-in site's, then the first shift."""
    market = make.store_type(branch, shift_start="10:00", shift_end="19:00", grace_minutes=20)
    night = make.store_type(branch, shift_start="22:00", shift_end="06:00", grace_minutes=3)
    planned, here = make.site(market), make.site(night)
    assert expected(rep, branch).grace_minutes == 0
    first = shift(branch)
    shift(branch, "12:00", "20:00", 1)
    assert expected(rep, branch).grace_minutes == 5
    assert expected(rep, branch, site_id=here.id).grace_minutes == 3
    make.save(PlanStop(employee_id=rep.id, work_date=MONDAY, seq=2, site_id=here.id))
    make.save(PlanStop(employee_id=rep.id, work_date=MONDAY, seq=1, site_id=planned.id))
    assert expected(rep, branch, site_id=here.id).grace_minutes == 20
    roster(rep, MONDAY)
    assert expected(rep, branch).grace_minutes == 20
    roster(rep, MONDAY + timedelta(days=1), shift_id=first.id)
    assert expected(rep, branch, MONDAY + timedelta(days=1)).starts_at == utc("2026-03-03T08:00+08:00")


def test_changed_hours_leave_earlier_days_as_they_were(rep: Any, branch: Any) -> None:
    hours = shift(branch, "08:00", "16:00", 5)
    for until, start in ((MONDAY, "06:00"), (MONDAY + timedelta(days=1), "07:00")):
        old = {"until_on": until, "start": start, "end": "15:00", "grace_minutes": 1}
        make.save(EarlierTimes(branch_id=branch.id, shift_id=hours.id, **old))
    begins = [expected(rep, branch, MONDAY + timedelta(days=n)).starts_at for n in (-3, 0, 1)]
    assert [begin.astimezone(ZoneInfo(branch.timezone)).hour for begin in begins] == [6, 7, 8]


def test_terms_come_with_the_hours(rep: Any, branch: Any, queries: Any) -> None:
    """Of the roster's shift, the store type, and those of an earlier date; in the one statement."""
    core = {"kind": "core", "core": ["10:00", "12:00"], "after": 60}
    market, hours = make.store_type(branch, terms=core), shift(branch, terms=SPLIT)
    old = {"until_on": MONDAY, "start": "06:00", "end": "15:00", "grace_minutes": 1, "terms": {"minimum": 300}}
    make.save(EarlierTimes(branch_id=branch.id, shift_id=hours.id, **old))
    with queries() as seen:
        split = expected(rep, branch)
    assert len(seen) == 1, seen
    gap = utc("2026-03-02T12:00+08:00"), utc("2026-03-02T13:00+08:00")
    assert split.parts == ((split.starts_at, gap[0]), (gap[1], split.ends_at))
    assert (split.terms.kind, split.terms.serious) == ("split", 60)
    assert expected(rep, branch, date(2026, 2, 27)).terms.minimum == 300
    placed = expected(rep, branch, site_id=make.site(market).id)
    assert placed.terms.core == (utc("2026-03-02T10:00+08:00"), utc("2026-03-02T12:00+08:00"))
    assert expected(rep, branch, date(2026, 3, 1)).terms.kind == "fixed"


def test_t16_leave_of_half_a_day_trims_the_hours(rep: Any, branch: Any) -> None:
    shift(branch)
    leave(rep, MONDAY, MONDAY + timedelta(days=2), starts_half=True, ends_half=True)
    days = [expected(rep, branch, MONDAY + timedelta(days=n)) for n in range(3)]
    assert [(day.kind, day.source, day.terms.half) for day in days] == [
        ("work", "leave", "second"),
        ("leave", "leave", ""),
        ("work", "leave", "first"),
    ]
    assert [day.ends_at for day in days[:1]] == [utc("2026-03-02T12:00+08:00")]
    assert [day.starts_at for day in days[2:]] == [utc("2026-03-04T12:00+08:00")]
    leave(rep, MONDAY, MONDAY, ends_half=True)
    assert expected(rep, branch).kind == "leave"


def test_t14_a_moment_beyond_every_reach_belongs_to_the_nearest_shift(rep: Any, branch: Any) -> None:
    shift(branch, "22:00", "06:00", terms={"before": 30, "after": 15})
    moments = ["2026-03-03T06:15+08:00", "2026-03-03T06:15:01+08:00", "2026-03-03T21:30+08:00"]
    found = [schedules.work_date(rep.id, utc(moment), branch).day for moment in moments]
    assert found == [2, 2, 3]


def test_work_date_of_a_night_shift_and_its_expectation(rep: Any, branch: Any) -> None:
    """T14: out on the next local date belongs to the day the shift began."""
    night = make.site(make.store_type(branch, shift_start="22:00", shift_end="06:00"))
    moment = utc("2026-03-03T06:30+08:00")
    on, day = schedules.work_day(rep.id, moment, branch, site_id=night.id)
    assert (on, day.ends_at) == (MONDAY, utc("2026-03-03T06:00+08:00"))
    assert schedules.work_date(rep.id, moment, branch) == date(2026, 3, 3)


def test_an_unscheduled_day_takes_its_local_date(rep: Any, branch: Any) -> None:
    leave(rep, MONDAY, MONDAY)
    moment = utc("2026-03-02T23:50+08:00")
    assert schedules.work_day(rep.id, moment, branch) == (MONDAY, expected(rep, branch))


def test_one_statement_for_any_number_of_pairs(branch: Any, queries: Any) -> None:
    people = [make.employee(branch) for _ in range(4)]
    site = make.site(make.store_type(branch))
    pairs = [(person.id, MONDAY + timedelta(days=n)) for person in people for n in range(5)]
    with queries() as seen:
        found = schedules.expectations(pairs, branch, default_site={pairs[0]: site.id})
    assert len(seen) == 1, seen
    assert set(found) == set(pairs)
    assert found[pairs[0]].grace_minutes == 20
    assert schedules.expectations([], branch) == {}
