"""A client's supervisor answers for a store: a team given to them shows them nothing more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests import factories as make
from tests.pages.hr.report_company import came, day, house, moment, raw
from tests.pages.supervisor.test_reports import march, rows
from webapp.attendance.models import AttendanceException, Punch, Verdict
from webapp.core import clock
from webapp.people.models import Branch, Delegation, Employee
from webapp.sites.models import Site, SiteSupervisor


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


def test_on_a_day_at_several_stores_they_see_their_own(keeper: Employee, client_as: Any) -> None:
    ann, branch = of("Ann"), make.db.session.get_one(Branch, keeper.branch_id)
    depot, shop = (make.db.session.query(Site).filter_by(code=code).one() for code in ("S2", "S1"))
    make.save(Verdict(check_in_id=came(ann, march(3), shop, "14:02").id, verdict="inside", reason="in_range"))
    for site, clock_text in ((depot, "17:11"), (shop, "14:07")):
        door = make.terminal(branch, name=f"Door of {site.name}")
        at = moment(march(3), clock_text)
        known = {"employee_id": ann.id, "branch_id": branch.id, "site_id": site.id, "work_date": march(3)}
        make.save(Punch(raw_id=raw(door, at).id, terminal_id=door.id, at=at, recorded_at=at, **known))
    own = make.employee(branch, "supervisor", team_id=ann.team_id)
    page = f"/confirm/{ann.id}?on=2026-03-03"
    theirs, all_of_it = client_as(keeper).get(page).text, client_as(own).get(page).text
    for text, seen in (("Depot", True), ("17:11", True), ("Riverside", False), ("14:02", False), ("14:07", False)):
        assert (text in theirs, text in all_of_it) == (seen, True), text


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
