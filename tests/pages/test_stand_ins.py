"""Naming a stand-in, on the supervisor's phone and at HR's desk; what the stand-in sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests import factories
from tests.pages.supervisor.crew import NOON, ON, Crew, crew
from tests.support.queries import record
from webapp.core.db import db
from webapp.people.models import Delegation, Employee
from webapp.sites.models import SiteSupervisor

WEEK = timedelta(days=7)


@pytest.fixture
def team(app: Any, freeze: Any) -> Crew:
    freeze(NOON)
    return crew()


@pytest.fixture
def deputy(team: Crew) -> Employee:
    return factories.employee(team.field.branch, "supervisor", name="Zhou Min")


def form(deputy: Employee, **known: Any) -> dict[str, str]:
    days = {"first_on": ON.isoformat(), "last_on": (ON + WEEK).isoformat()}
    return {"to_id": str(deputy.id), **days, **known}


def made() -> Delegation | None:
    db.session.remove()
    return db.session.query(Delegation).one_or_none()


def test_a_supervisor_names_a_stand_in_who_then_confirms_for_them(team: Crew, deputy: Employee, client_as: Any) -> None:
    team.came("Far Fan", metres=400)
    boss, other = client_as(team.boss), client_as(deputy)
    assert "Far Fan" not in other.get("/confirm").text
    page = boss.get("/team").text
    assert "/team/stand-in" in page
    assert "Zhou Min" in boss.get("/team/stand-in").text
    assert boss.post("/team/stand-in", data=form(deputy)).status_code == 303
    assert "Who stands in for you" in boss.get("/team/stand-in").text
    for url in ("/confirm", "/team", "/schedule"):
        assert "Standing in for Chen Jie until" in other.get(url).text
    assert "Far Fan" in other.get("/confirm").text
    assert "Chen Jie" in other.get("/team/stand-in").text
    assert boss.post(f"/team/stand-in/{made().id}/end").status_code == 303
    assert "Far Fan" not in other.get("/confirm").text


def test_nothing_typed_is_lost_when_it_cannot_be(team: Crew, deputy: Employee, client_as: Any) -> None:
    boss = client_as(team.boss)
    answer = boss.post("/team/stand-in", data=form(deputy, last_on="2026-02-01", note="Holiday"))
    assert (answer.status_code, made()) == (422, None)
    assert ("The last day is before the first" in answer.text, "Holiday" in answer.text) == (True, True)
    empty = boss.post("/team/stand-in", data={})
    assert (empty.status_code, empty.text.count("Fill this in.") >= 3) == (422, True)
    boss.post("/team/stand-in", data=form(deputy))
    again = boss.post("/team/stand-in", data=form(deputy))
    assert again.status_code == 422
    assert "Zhou Min stands in from Mon 2 Mar to Mon 9 Mar already" in again.text


def test_hr_does_it_for_somebody_who_fell_ill(team: Crew, deputy: Employee, client_as: Any) -> None:
    hr = client_as(team.hr)
    assert "/hr/stand-ins" in hr.get("/hr/people").text
    assert hr.post("/hr/stand-ins", data=form(deputy, from_id=str(team.boss.id))).status_code == 303
    page = hr.get("/hr/stand-ins").text
    assert all(name in page for name in ("Chen Jie", "Zhou Min", "Lin Mei"))
    assert "Zhou Min" in client_as(team.boss).get("/notices").text
    assert hr.post(f"/hr/stand-ins/{made().id}/end").status_code == 303
    assert "Ended early" in hr.get("/hr/stand-ins").text
    audit = hr.get("/hr/audit").text
    assert "Named a stand-in" in audit
    assert "Stand-in" in audit


def test_a_stand_in_of_the_clients_staff_sees_no_money(app: Any, freeze: Any, client_as: Any) -> None:
    freeze(NOON)
    team = crew(employer="client")
    deputy = factories.employee(team.field.branch, "supervisor", employer="client")
    team.came("Late Lee", "09:26")
    boss = client_as(team.boss)
    assert deputy.name not in boss.get("/team/stand-in").text
    refused = boss.post("/team/stand-in", data=form(deputy))
    assert (refused.status_code, "supervises one of your stores" in refused.text) == (422, True)
    shared = factories.site(factories.store_type(team.field.branch))
    for who in (team.boss, deputy):
        factories.save(SiteSupervisor(site_id=shared.id, employee_id=who.id))
    assert boss.post("/team/stand-in", data=form(deputy)).status_code == 303
    page = client_as(deputy).get("/confirm").text
    assert ("Late Lee" in page, "¥" in page) == (True, False)


def test_a_stand_in_for_nobody_asks_the_database_no_more(team: Crew, deputy: Employee, client_as: Any) -> None:
    """One statement more while somebody stands in, none otherwise."""
    with record() as before:
        client_as(deputy).get("/team")
    client_as(team.boss).post("/team/stand-in", data=form(deputy))
    with record() as after:
        client_as(deputy).get("/team")
    assert len(after) <= len(before) + 1
