"""A client's supervisor answers for a store: a team given to them shows them nothing more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests import factories as make
from tests.pages.hr.report_company import came, day, house
from tests.pages.supervisor.test_reports import march, rows
from webapp.attendance.models import AttendanceException
from webapp.core import clock
from webapp.people.models import Branch, Delegation, Employee
from webapp.sites.models import SiteSupervisor


@pytest.fixture
def keeper(app: Any, freeze: Any) -> Employee:
    """Of the depot, and of Ann's team by mistake; Ann was at the depot on the 3rd only, Bob never."""
    freeze("2026-03-16T12:00+08:00")
    home = house()
    ann, bob, *_ = home.reps
    keeper = make.employee(home.branch, "supervisor", name="Keeper", employer="client", team_id=home.team.id)
    make.save(SiteSupervisor(site_id=home.depot.id, employee_id=keeper.id))
    for person in (ann, bob):
        person.team_id = home.team.id
        make.save(person)
        for n in (2, 3, 16):
            day(person, march(n))
    came(ann, march(2), home.shop)
    came(ann, march(3), home.depot)
    came(bob, march(3), home.shop)
    known = {"branch_id": home.branch.id, "opened_at": clock.now(), "site_id": home.shop.id, "kind": "outside"}
    for person in (ann, bob):
        key = {"dedup_key": f"{person.id}", "employee_id": person.id, "work_date": march(2)}
        make.save(AttendanceException(params={}, **key, **known))
    return keeper


def of(name: str) -> Employee:
    make.db.session.remove()
    return make.db.session.query(Employee).filter_by(name=name).one()


def test_reports_count_the_days_of_the_store(keeper: Employee, client_as: Any) -> None:
    found = {row["Person"]: row["Scheduled days"] for row in rows(client_as(keeper), "attendance")}
    assert found == {"Ann": "1"}


def test_the_month_and_the_day_of_the_team_are_closed_to_them(keeper: Employee, client_as: Any) -> None:
    client, ann, bob = client_as(keeper), of("Ann").id, of("Bob").id
    assert [client.get(f"/team/{who}/month?month=2026-03").status_code for who in (ann, bob)] == [200, 404]
    assert "Mon 2 Mar" not in client.get(f"/team/{ann}/month?month=2026-03").text
    days = [(ann, 2), (ann, 3), (bob, 3), (bob, 16)]
    seen = [client.get(f"/confirm/{who}?on=2026-03-{n:02}").status_code for who, n in days]
    assert seen == [404, 200, 404, 404]
    assert "Bob" not in client.get("/team").text


def test_a_stand_in_of_the_client_gains_no_team_either(keeper: Employee, client_as: Any) -> None:
    branch = make.db.session.get_one(Branch, keeper.branch_id)
    deputy = make.employee(branch, "supervisor", name="Deputy", employer="client")
    given = {"from_id": keeper.id, "to_id": deputy.id, "first_on": march(16), "last_on": march(20)}
    make.save(Delegation(**given, made_at=clock.now() - timedelta(days=1)))
    found = {row["Person"]: row["Scheduled days"] for row in rows(client_as(deputy), "attendance")}
    assert found == {"Ann": "1"}


def test_the_form_says_that_a_team_gives_them_nothing(keeper: Employee, client_as: Any) -> None:
    hr = make.db.session.query(Employee).filter_by(role="hr").one()
    html = client_as(hr).get(f"/hr/people/{keeper.id}").text
    assert "The client’s staff see their stores only, whatever the team." in html
