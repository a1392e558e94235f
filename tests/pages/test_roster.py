"""HR's roster: spans, the size of a month, one cell saved beside the table, taking the last change back."""

from __future__ import annotations

import gzip
import re
from datetime import date, timedelta
from typing import Any

import pytest

from tests import factories as make
from tests.support import rosters
from webapp.people.models import Team
from webapp.schedules import queries as schedules
from webapp.schedules.models import PlanStop, RosterDay, Shift
from webapp.schedules.service import common

TODAY, MONDAY = date(2026, 3, 4), date(2026, 3, 2)
DAY = timedelta(days=1)


@pytest.fixture
def branch(app: Any, freeze: Any) -> Any:
    freeze("2026-03-04T10:00+08:00")
    return make.branch()


@pytest.fixture
def rep(branch: Any) -> Any:
    return make.employee(branch, name="Li Na")


@pytest.fixture
def early(branch: Any) -> Any:
    return make.save(Shift(branch_id=branch.id, name="Early", start="07:00", end="15:00"))


@pytest.fixture
def desk(client_as: Any, branch: Any) -> Any:
    return client_as(make.employee(branch, "hr"))


def cell(html: str, rep: Any, on: date) -> str:
    found = re.search(rf'<td[^>]*><a href="/hr/schedule/{rep.id}\?on={on}">.*?</td>', html)
    assert found, (rep.id, on)
    return found[0]


def test_a_month_of_fifty_people_stays_small(desk: Any, branch: Any, queries: Any) -> None:
    rosters.fill(branch, 51, date(2026, 3, 1), 31)
    with queries() as seen:
        answer = desk.get("/hr/schedule?monday=2026-03-15&span=month")
    packed = len(gzip.compress(answer.data, 6))
    assert answer.text.count("<tr>") == 1 + 50
    assert answer.text.count('<a href="/hr/schedule/') >= 50 * 31
    assert len(seen) <= 12, str(seen)
    assert packed <= 40_000, packed


@pytest.mark.parametrize(
    ("span", "heading", "days", "first"),
    [
        ("week", "Week of Mon 2 Mar 2026", 7, "2026-03-02"),
        ("two", "Mon 2 Mar to Sun 15 Mar", 14, "2026-03-02"),
        ("month", "March 2026", 31, "2026-03-01"),
        ("nonsense", "Week of Mon 2 Mar 2026", 7, "2026-03-02"),
    ],
)
def test_spans(desk: Any, rep: Any, span: str, heading: str, days: int, first: str) -> None:
    html = desk.get(f"/hr/schedule?monday={TODAY}&span={span}").text
    assert heading in html
    assert html.count(f'<a href="/hr/schedule/{rep.id}?on=') == days
    assert f"/hr/schedule/{rep.id}?on={first}" in html
    assert " now" in cell(html, rep, TODAY)


def test_a_day_saved_beside_the_table_comes_back_with_its_total(desk: Any, rep: Any, early: Any) -> None:
    address = f"/hr/schedule/{rep.id}?on={TODAY}&monday=2026-03-01&span=month"
    form = desk.hx("get", address).text
    assert ("<html" in form, 'hx-target="#editor"' in form, "data-close" in form) == (False, True, True)
    saved = desk.hx("post", address, data={"quick": "1", "day": early.id})
    assert (saved.status_code, f'id="c{rep.id}-{TODAY}" hx-swap-oob="true"' in saved.text) == (200, True)
    assert "Early" in cell(saved.text, rep, TODAY)
    assert "not told" in cell(saved.text, rep, TODAY)
    assert (f'id="t{rep.id}" hx-swap-oob="true"' in saved.text, "31 days" in saved.text) == (True, True)
    assert schedules.some_day(rep.id, TODAY).shift_id == early.id
    refused = desk.hx("post", address, data={"day": "999"})
    assert (refused.status_code, "Choose one of the options." in refused.text) == (422, True)


def test_one_tap_leaves_the_visits_alone(desk: Any, branch: Any, rep: Any) -> None:
    site = make.site(make.store_type(branch), code="A1")
    make.save(PlanStop(employee_id=rep.id, work_date=TODAY, seq=1, site_id=site.id))
    desk.post(f"/hr/schedule/{rep.id}?on={TODAY}", data={"quick": "1", "day": "rest"})
    assert [stop.code for stop in schedules.plan(rep.id, TODAY)] == ["A1"]
    html = desk.get(f"/hr/schedule?monday={MONDAY}&span=month").text
    assert "visits on a day off" in cell(html, rep, TODAY)


def entry(html: str) -> str | None:
    found = re.search(r'name="entry" value="(\d+)"', html)
    return found[1] if found else None


def undo(desk: Any, branch: Any) -> str:
    number = entry(desk.get(f"/hr/schedule?monday={MONDAY}").text)
    answer = desk.post("/hr/schedule/undo", data={"entry": number, "monday": str(MONDAY), "branch_id": branch.id})
    return desk.get(answer.location).text


def test_the_last_change_is_taken_back_once(desk: Any, branch: Any, rep: Any, early: Any) -> None:
    make.site(make.store_type(branch), code="A1")
    make.save(RosterDay(employee_id=rep.id, work_date=TODAY, branch_id=branch.id, kind="rest"))
    typed = {"day": early.id, "stop": ["A1"], "starts": ["09:00"], "ends": [""]}
    desk.post(f"/hr/schedule/{rep.id}?on={TODAY}", data=typed)
    number = entry(desk.get(f"/hr/schedule?monday={MONDAY}").text)
    assert "1 day is as before." in undo(desk, branch)
    assert (schedules.some_day(rep.id, TODAY).kind, schedules.plan(rep.id, TODAY)) == ("rest", [])
    again = {"entry": number, "monday": str(MONDAY), "branch_id": branch.id}
    assert "Undone." in desk.get(desk.post("/hr/schedule/undo", data=again).location).text
    assert entry(desk.get("/hr/schedule").text) is None


def test_what_somebody_changed_since_stays(client_as: Any, desk: Any, branch: Any, rep: Any, early: Any) -> None:
    desk.post(f"/hr/schedule/{rep.id}?on={TODAY}", data={"quick": "1", "day": "rest"})
    other = client_as(make.employee(branch, "hr"))
    other.post(f"/hr/schedule/{rep.id}?on={TODAY}", data={"quick": "1", "day": early.id})
    assert "days were changed again since" in undo(desk, branch)
    assert schedules.some_day(rep.id, TODAY).shift_id == early.id
    mine = entry(desk.get("/hr/schedule").text)
    foreign = {"entry": mine, "monday": str(MONDAY), "branch_id": branch.id}
    answer = other.post("/hr/schedule/undo", data=foreign)
    assert answer.status_code == 303
    assert "days were changed again" not in other.get(answer.location).text
    assert schedules.some_day(rep.id, TODAY).shift_id == early.id


def test_a_supervisor_is_offered_no_day_that_is_over(client_as: Any, branch: Any, freeze: Any) -> None:
    team = make.save(Team(branch_id=branch.id, name="East"))
    rep = make.employee(branch, team_id=team.id)
    boss = client_as(make.employee(branch, "supervisor", team_id=team.id))
    boss.post(f"/schedule/{rep.id}?on={TODAY}", data={"quick": "1", "day": "rest"})
    number = entry(boss.get("/schedule").text)
    assert number is not None
    freeze("2026-03-05T10:00+08:00")
    assert entry(boss.get("/schedule").text) is None
    answer = boss.post("/schedule/undo", data={"entry": number, "on": str(TODAY)})
    assert answer.status_code == 303
    assert schedules.some_day(rep.id, TODAY).kind == "rest"


def test_many_people_are_copied_cleared_and_told_in_units(desk: Any, branch: Any, monkeypatch: Any) -> None:
    """What was one tap is taken back as one."""
    monkeypatch.setattr(common, "UNIT", 1)
    team = [make.employee(branch) for _ in range(2)]
    for rep in team:
        make.save(RosterDay(employee_id=rep.id, work_date=TODAY - 7 * DAY, branch_id=branch.id, kind="rest"))
    shown = {"monday": str(MONDAY), "branch_id": branch.id}
    assert "2 days copied." in desk.get(desk.post("/hr/schedule/copy", data=shown).location).text
    assert "2 days are as before." in undo(desk, branch)
    desk.post("/hr/schedule/copy", data=shown)
    assert "2 people were told." in desk.get(desk.post("/hr/schedule/publish", data=shown).location).text
    assert "2 days cleared." in desk.get(desk.post("/hr/schedule/clear", data=shown).location).text
    assert "2 days are as before." in undo(desk, branch)


def test_copying_and_clearing_are_taken_back(desk: Any, branch: Any, rep: Any) -> None:
    site = make.site(make.store_type(branch), code="A1")
    before = MONDAY - 7 * DAY
    for n in (3, 5):
        known = {"employee_id": rep.id, "work_date": before + n * DAY}
        make.save(RosterDay(**known, branch_id=branch.id, kind="rest"), PlanStop(**known, seq=1, site_id=site.id))
    shown = {"monday": str(MONDAY), "branch_id": branch.id}
    desk.post("/hr/schedule/copy", data=shown)
    assert len(schedules.plan(rep.id, MONDAY + 5 * DAY)) == 1
    assert "2 days are as before." in undo(desk, branch)
    assert schedules.some_day(rep.id, MONDAY + 5 * DAY) is None
    assert schedules.plan(rep.id, MONDAY + 5 * DAY) == []
    desk.post("/hr/schedule/copy", data=shown)
    answer = desk.post("/hr/schedule/clear", data=shown)
    assert "2 days cleared." in desk.get(answer.location).text
    assert len(schedules.plan(rep.id, MONDAY + 5 * DAY)) == 1, "visits stay"
    assert "2 days are as before." in undo(desk, branch)
    assert schedules.some_day(rep.id, MONDAY + 5 * DAY).kind == "rest"


def test_clearing_leaves_days_that_are_over(desk: Any, branch: Any, rep: Any) -> None:
    for on in (MONDAY, TODAY):
        make.save(RosterDay(employee_id=rep.id, work_date=on, branch_id=branch.id, kind="rest"))
    desk.post("/hr/schedule/clear", data={"monday": str(MONDAY), "branch_id": branch.id})
    assert (schedules.some_day(rep.id, MONDAY) is None, schedules.some_day(rep.id, TODAY)) == (False, None)
    foreign = {"monday": str(MONDAY), "branch_id": make.branch().id}
    assert desk.post("/hr/schedule/clear", data=foreign).status_code == 404


def test_teams_are_filtered(desk: Any, branch: Any, rep: Any) -> None:
    team = make.save(Team(branch_id=branch.id, name="East"))
    make.employee(branch, team_id=team.id, name="Wang Fang")
    html = desk.get(f"/hr/schedule?team_id={team.id}&span=two").text
    assert ("Wang Fang" in html, "Li Na" in html) == (True, False)
