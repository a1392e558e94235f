"""The schedule: HR's week, the supervisor's day, each person's day."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest

from tests import factories as make
from webapp.people.models import Team
from webapp.schedules import queries as schedules
from webapp.schedules.models import PlanStop, RosterDay, Shift

TODAY, MONDAY = date(2026, 3, 4), date(2026, 3, 2)


@pytest.fixture
def branch(app: Any, freeze: Any) -> Any:
    freeze("2026-03-04T10:00+08:00")
    return make.branch()


@pytest.fixture
def team(branch: Any) -> Any:
    return make.save(Team(branch_id=branch.id, name="East"))


@pytest.fixture
def rep(branch: Any, team: Any) -> Any:
    return make.employee(branch, team_id=team.id, name="Li Na")


@pytest.fixture
def boss(branch: Any, team: Any) -> Any:
    return make.employee(branch, "supervisor", team_id=team.id)


@pytest.fixture
def site(branch: Any, boss: Any) -> Any:
    return make.site(make.store_type(branch), boss, code="A1", name="Corner")


@pytest.fixture(params=["hr", "supervisor"])
def who(request: Any, client_as: Any, branch: Any, boss: Any) -> tuple[Any, str]:
    if request.param == "hr":
        return client_as(make.employee(branch, "hr")), "/hr/schedule"
    return client_as(boss), "/schedule"


def day(**known: Any) -> dict[str, Any]:
    return {"day": "", "stop": [], "starts": [], "ends": [], **known}


def test_a_day_is_planned_and_shown(who: Any, rep: Any, site: Any, branch: Any) -> None:
    client, path = who
    shift = make.save(Shift(branch_id=branch.id, name="Early", start="07:00", end="15:00"))
    stops = {"stop": ["A1 · Corner", "", "A1"], "starts": ["11:00", "", "08:00"], "ends": ["", "", "09:00"]}
    answer = client.post(f"{path}/{rep.id}?on={TODAY}", data=day(day=shift.id, **stops))
    assert answer.status_code == 303
    assert [stop.starts for stop in schedules.plan(rep.id, TODAY)] == ["08:00", "11:00"]
    html = client.get(answer.location).text
    assert ("Early" in html, "07:00–15:00" in html, "2 visits" in html) == (True, True, True)
    form = client.get(f"{path}/{rep.id}?on={TODAY}").text
    assert (form.count('value="A1 · Corner"'), f'value="{shift.id}" selected' in form) == (2 + 1, True)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"stop": ["nowhere"]}, "No active site of this branch has the code nowhere."),
        ({"stop": ["A1"], "starts": ["25:00"]}, "Write a time such as 09:00."),
        ({"day": "999"}, "Choose one of the options."),
        ({"day": "holiday"}, "Choose one of the options."),
    ],
)
def test_mistakes_keep_what_was_typed(who: Any, rep: Any, site: Any, wrong: dict[str, Any], text: str) -> None:
    client, path = who
    typed = day(**{"stop": ["A1"], "starts": ["10:30"], **wrong})
    answer = client.post(f"{path}/{rep.id}?on={TODAY}", data=typed)
    assert (answer.status_code, text in answer.text) == (422, True), answer.text
    assert all(value in answer.text for value in typed["stop"] + typed["starts"])
    assert schedules.plan(rep.id, TODAY) == []


def test_nonsense_and_strangers_are_not_found(who: Any, rep: Any) -> None:
    client, path = who
    stranger = make.employee(make.branch())
    mine = (f"{rep.id}?on={text}" for text in ("2026-02-30", "9999-12-31", ""))
    for address in (*mine, f"{stranger.id}?on={TODAY}", f"999?on={TODAY}"):
        assert client.get(f"{path}/{address}").status_code == 404, address
        assert client.post(f"{path}/{address}", data=day()).status_code == 404, address


def test_supervisors_leave_days_that_are_over_to_hr(client_as: Any, boss: Any, branch: Any, rep: Any) -> None:
    phone, yesterday = client_as(boss), TODAY - timedelta(days=1)
    assert "You cannot change this day." in phone.get(f"/schedule/{rep.id}?on={yesterday}").text
    assert phone.post(f"/schedule/{rep.id}?on={yesterday}", data=day(day="rest")).status_code == 403
    desk = client_as(make.employee(branch, "hr"))
    assert desk.post(f"/hr/schedule/{rep.id}?on={yesterday}", data=day(day="rest")).status_code == 303


def test_the_clients_own_staff_look_and_do_not_touch(client_as: Any, branch: Any, rep: Any) -> None:
    guest = make.employee(branch, "supervisor", employer="client")
    site = make.site(make.store_type(branch), guest)
    make.save(PlanStop(employee_id=rep.id, work_date=TODAY, seq=1, site_id=site.id))
    phone = client_as(guest)
    html = phone.get("/schedule").text
    assert ("Li Na" in html, "Copy the week before" in html) == (True, False)
    assert "You cannot change this day." in phone.get(f"/schedule/{rep.id}?on={TODAY}").text
    assert phone.post(f"/schedule/{rep.id}?on={TODAY}", data=day()).status_code == 403
    assert phone.post("/schedule/copy", data={"on": str(TODAY)}).status_code == 403


def test_the_week_before_is_copied(who: Any, rep: Any, branch: Any) -> None:
    client, path = who
    make.save(
        *(
            RosterDay(employee_id=rep.id, work_date=MONDAY + timedelta(days=n - 7), branch_id=branch.id, kind="rest")
            for n in (0, 4)
        )
    )
    data = {"monday": str(MONDAY), "branch_id": branch.id, "on": str(TODAY)}
    answer = client.post(f"{path}/copy", data=data)
    html = client.get(answer.location).text
    assert ("2 days copied" in html) if path == "/hr/schedule" else ("1 day copied" in html)
    assert schedules.expectation(rep.id, MONDAY + timedelta(days=4), branch).kind == "rest"
    empty = client.post(f"{path}/copy", data={**data, "monday": "2026-06-01", "on": "2026-06-01"})
    assert "has nothing to copy" in client.get(empty.location).text
    assert client.post(f"{path}/copy", data={"monday": "x", "on": "x"}).status_code == 404


def test_the_week_is_searched_and_costs_the_same_however_many_people(client_as: Any, branch: Any, queries: Any) -> None:
    desk = client_as(make.employee(branch, "hr"))
    counts = []
    for n in range(12):
        make.employee(branch, name=f"Rep {n:02}")
        if n in (0, 11):
            with queries() as seen:
                html = desk.get("/hr/schedule?monday=2026-03-05").text
            counts.append(len(seen))
    assert counts[0] == counts[1] <= 12, str(seen)
    assert ("Rep 11" in html, "Week of Mon 2 Mar 2026" in html) == (True, True)
    assert "The public holidays of 2026 are not loaded yet." in html
    found = desk.get("/hr/schedule?q=rep+03").text
    assert ("Rep 03" in found, "Rep 04" in found) == (True, False)
    assert "Nobody matches this." in desk.get("/hr/schedule?q=nobody&team_id=x&monday=9999-12-31&page=-4").text
    assert desk.get(f"/hr/schedule?branch_id={make.branch().id}").status_code == 404


def test_plans_and_shifts_come_from_files(client_as: Any, branch: Any, rep: Any, site: Any) -> None:
    desk = client_as(make.employee(branch, "hr"))
    files = {
        "/hr/schedule/import": f"staff_no,date,site\n{rep.staff_no},{TODAY},A1\n",
        "/hr/schedule/import-shifts": f"staff_no,date,shift\n{rep.staff_no},{TODAY},rest\n",
    }
    for path, text in files.items():
        file = {"file": (io.BytesIO(text.encode()), "x.csv"), "branch_id": branch.id}
        preview = desk.post(path, data=file, content_type="multipart/form-data")
        assert preview.status_code == 303
        desk.post(f"{preview.location}/apply")
    assert [stop.code for stop in schedules.plan(rep.id, TODAY)] == ["A1"]
    assert schedules.expectation(rep.id, TODAY, branch).kind == "rest"
    assert "Visits are planned on a day off." in desk.get("/hr/schedule").text
