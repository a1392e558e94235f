"""Patterns: making one, laying it over people's days, and what it leaves alone."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests import factories as make
from webapp.core import clock
from webapp.core.db import transaction
from webapp.schedules import queries as schedules
from webapp.schedules.models import CalendarDay, Leave, LeaveType, PeriodLock, PlanStop, RosterDay, RosterPattern, Shift

TODAY, MONDAY = date(2026, 3, 4), date(2026, 3, 9)
DAY = timedelta(days=1)
BASE = "/hr/schedule/patterns"


@pytest.fixture
def branch(app: Any, freeze: Any) -> Any:
    freeze("2026-03-04T10:00+08:00")
    return make.branch()


@pytest.fixture
def reps(branch: Any) -> Any:
    return [make.employee(branch, name=name) for name in ("Li Na", "Wang Fang")]


@pytest.fixture
def desk(client_as: Any, branch: Any) -> Any:
    return client_as(make.employee(branch, "hr"))


@pytest.fixture
def early(branch: Any) -> Any:
    return make.save(Shift(branch_id=branch.id, name="Early", start="07:00", end="15:00"))


@pytest.fixture
def pattern(branch: Any, early: Any) -> Any:
    """Two days on, one off."""
    steps = [{"kind": "work", "shift_id": early.id}] * 2 + [{"kind": "rest", "shift_id": None}]
    return make.save(RosterPattern(branch_id=branch.id, name="2-1", steps=steps))


def laying(people: list[Any], days: int, **more: Any) -> dict[str, Any]:
    span = {"first_on": str(MONDAY), "last_on": str(MONDAY + (days - 1) * DAY)}
    return {"ids": [one.id for one in people], **span, "holidays": "1", "leave": "1", **more}


def look(desk: Any, pattern: Any, form: dict[str, Any]) -> tuple[str, str]:
    html = desk.post(f"{BASE}/{pattern.id}/apply", data=form).text
    found = re.search(r'name="digest" value="(\w+)"', html)
    return html, found[1] if found else ""


def lay(desk: Any, pattern: Any, form: dict[str, Any]) -> str:
    _, digest = look(desk, pattern, form)
    answer = desk.post(f"{BASE}/{pattern.id}/apply", data={**form, "step": "apply", "digest": digest})
    return desk.get(answer.location).text


def kinds(rep: Any, days: int) -> str:
    rows = [schedules.some_day(rep.id, MONDAY + n * DAY) for n in range(days)]
    return "".join("." if row is None else row.kind[0] for row in rows)


def test_a_pattern_is_made_from_a_template_and_changed(desk: Any, branch: Any, early: Any) -> None:
    html = desk.get(f"{BASE}/new?template=two_one").text
    assert (html.count('value="work" selected'), html.count('value="rest" selected')) == (2, 1)
    step = [str(early.id), "work", "rest", "", "", "", ""]
    assert desk.post(BASE, data={"name": "2-1", "branch_id": branch.id, "step": step}).status_code == 303
    made = schedules.patterns([branch.id])[0]
    assert [(one["kind"], one["shift_id"]) for one in made.steps] == [
        ("work", early.id),
        ("work", None),
        ("rest", None),
    ]
    assert "Early · Work · Rest" in desk.get(BASE).text
    form = {"name": "Other", "version": made.version, "step": ["rest"]}
    assert desk.post(f"{BASE}/{made.id}", data=form).status_code == 303
    stale = desk.post(f"{BASE}/{made.id}", data={**form, "name": "Again"})
    assert (stale.status_code, "Again" in stale.text) == (422, True)
    desk.post(f"{BASE}/{made.id}/archive")
    assert desk.post(f"{BASE}/{made.id}/apply", data=laying([], 3)).status_code == 422


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"step": []}, "Choose at least one day."),
        ({"step": ["rest"] * 43}, "At most 42 days."),
        ({"step": ["holiday"]}, "Choose one of the options."),
        ({"step": ["99999"]}, "Choose one of the options."),
        ({"name": "2-1"}, "Another pattern of this branch is called 2-1."),
    ],
)
def test_mistakes_are_shown(desk: Any, branch: Any, pattern: Any, wrong: dict[str, Any], text: str) -> None:
    answer = desk.post(BASE, data={"name": "New", "branch_id": branch.id, "step": ["rest"], **wrong})
    assert (answer.status_code, text in answer.text) == (422, True)


def test_it_is_looked_at_then_laid_out_then_taken_back(desk: Any, branch: Any, reps: Any, pattern: Any) -> None:
    form = laying(reps, 6, stagger="1")
    html, _ = look(desk, pattern, form)
    assert ("12 days change." in html, kinds(reps[0], 6)) == (True, "......")
    assert "12 days have their roster." in lay(desk, pattern, form)
    assert (kinds(reps[0], 6), kinds(reps[1], 6)) == ("wwrwwr", "wrwwrw")
    assert "0 days change." in look(desk, pattern, form)[0]
    number = re.search(r'name="entry" value="(\d+)"', desk.get("/hr/schedule").text)
    desk.post("/hr/schedule/undo", data={"entry": number[1], "monday": str(MONDAY), "branch_id": branch.id})
    assert (kinds(reps[0], 6), kinds(reps[1], 6)) == ("......", "......")


def test_each_may_begin_where_chosen(desk: Any, reps: Any, pattern: Any) -> None:
    lay(desk, pattern, laying(reps, 4, **{f"offset_{reps[0].id}": "3"}))
    assert kinds(reps[0], 4) == "rwwr"
    for odd in ("4", "0", "-1", "²", "9" * 5000):
        answer = desk.post(f"{BASE}/{pattern.id}/apply", data=laying(reps, 4, **{f"offset_{reps[0].id}": odd}))
        assert (answer.status_code, "The pattern has the days 1 to 3." in answer.text) == (422, True), odd[:9]


@pytest.mark.parametrize(
    ("choice", "result"),
    [
        ({}, "r..ww"),
        ({"holidays": ""}, "rw.ww"),
        ({"leave": ""}, "r.rww"),
        ({"replace": "1"}, "w..ww"),
    ],
)
def test_what_is_left_alone(
    desk: Any, branch: Any, reps: Any, pattern: Any, choice: dict[str, str], result: str
) -> None:
    """Monday has a roster, Tuesday is a holiday, Wednesday leave."""
    rep = reps[0]
    make.save(RosterDay(employee_id=rep.id, work_date=MONDAY, branch_id=branch.id, kind="rest"))
    make.save(CalendarDay(branch_id=branch.id, on=MONDAY + DAY, kind="holiday", name="Day", source="hr"))
    away = MONDAY + 2 * DAY
    make.save(Leave(employee_id=rep.id, first_on=away, last_on=away, kind="sick", recorded_at=clock.now()))
    lay(desk, pattern, laying([rep], 5, **choice))
    assert kinds(rep, 5) == result


def test_conflicts_show_before_anything_is_done(desk: Any, branch: Any, reps: Any, pattern: Any) -> None:
    site = make.site(make.store_type(branch))
    make.save(PlanStop(employee_id=reps[0].id, work_date=MONDAY + 2 * DAY, seq=1, site_id=site.id))
    html, _ = look(desk, pattern, laying(reps, 3))
    assert ("visits on a day off" in html, schedules.some_day(reps[0].id, MONDAY)) == (True, None)


def test_what_moved_meanwhile_is_shown_again(desk: Any, branch: Any, reps: Any, pattern: Any) -> None:
    form = laying(reps, 3)
    _, digest = look(desk, pattern, form)
    make.save(RosterDay(employee_id=reps[0].id, work_date=MONDAY, branch_id=branch.id, kind="rest"))
    answer = desk.post(f"{BASE}/{pattern.id}/apply", data={**form, "step": "apply", "digest": digest})
    assert (answer.status_code, "Somebody changed these days meanwhile." in answer.text) == (409, True)
    assert kinds(reps[1], 3) == "..."


def test_strangers_and_odd_spans_are_refused(desk: Any, reps: Any, pattern: Any) -> None:
    other = make.branch()
    stranger = make.employee(other)
    address = f"{BASE}/{pattern.id}/apply"
    assert desk.post(address, data=laying([*reps, stranger], 3)).status_code in (404, 422)
    for form in (laying([], 3), laying(reps, 93), laying(reps, 0), {**laying(reps, 3), "ids": ["x"]}):
        assert desk.post(address, data=form).status_code == 422
    foreign = make.save(RosterPattern(branch_id=other.id, name="x", steps=[{"kind": "rest", "shift_id": None}]))
    assert desk.get(f"{BASE}/{foreign.id}/apply").status_code == 404


def test_a_closed_month_says_so(desk: Any, branch: Any, reps: Any, pattern: Any) -> None:
    who = make.employee(branch, "hr")
    closed = {"branch_id": branch.id, "month": "2026-02", "seq": 1, "action": "closed", "by": who.id}
    make.save(PeriodLock(**closed, at=clock.now()))
    form = {**laying(reps, 3), "first_on": "2026-02-10", "last_on": "2026-02-12"}
    _, digest = look(desk, pattern, form)
    answer = desk.post(f"{BASE}/{pattern.id}/apply", data={**form, "step": "apply", "digest": digest})
    assert (answer.status_code, "2026" in answer.text, "%(" in answer.text) == (409, True, False)
    assert schedules.some_day(reps[0].id, date(2026, 2, 10)) is None


def test_who_leaves_later_is_there_until_then(desk: Any, branch: Any, pattern: Any) -> None:
    going = make.employee(branch, name="Going Gao", left_on=date(2026, 3, 4))
    make.employee(branch, name="Gone Guo", left_on=date(2026, 3, 3))
    with transaction() as conn:
        conn.execute(update(LeaveType).values(yearly_halves=20))
    for page in (f"{BASE}/{pattern.id}/apply", "/hr/schedule/leave", "/hr/schedule/leave/balances"):
        html = desk.get(page).text
        assert ("Going Gao" in html, "Gone Guo" in html) == (True, False), page
    sick = {"branch_id": branch.id, "staff": going.staff_no, "kind": "sick", "first_on": "2026-03-04"}
    assert desk.post("/hr/schedule/leave", data={**sick, "last_on": "2026-03-04"}).status_code == 303


def test_too_much_at_once_names_the_way_forward(desk: Any, branch: Any, pattern: Any) -> None:
    reps = [make.employee(branch) for _ in range(55)]
    html, digest = look(desk, pattern, laying(reps, 91))
    assert ("At most 5000 days of people at once. Choose fewer people or a shorter span." in html, digest) == (True, "")
