"""New phones on the screens of supervisors, HR and the rep."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories
from tests.pages.rep.test_today import said
from tests.pages.supervisor.crew import NOON, ON, Crew, crew
from tests.support.signing import Key
from webapp.attendance.models import CheckIn
from webapp.attendance.service import bind_devices
from webapp.core.db import db
from webapp.people.models import Device


@pytest.fixture
def team(app: Any, freeze: Any) -> Crew:
    freeze(NOON)
    return crew()


@pytest.fixture
def third(team: Crew, client_as: Any) -> int:
    """The rep checked in with three phones over the wire; the id of the one that waits."""
    rep = client_as(team.field.rep)
    rep.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Linux; Android 14) AppleWebKit Chrome/120 Mobile Safari"
    for _ in range(3):
        answer = rep.post("/check-ins", data=Key().signed(said(team.field)), headers={"HX-Request": "true"})
        assert answer.status_code == 201, answer.text
    bind_devices(pairs=[(team.field.rep.id, ON)])
    return db.session.query(Device).filter_by(state="waiting").one().id


def state(device_id: int) -> str:
    db.session.remove()
    return db.session.get(Device, device_id).state


def test_a_signed_check_in_is_kept_with_its_phone(team: Crew, client_as: Any) -> None:
    key, rep = Key(), client_as(team.field.rep)
    form = key.signed(said(team.field))
    for status in (201, 200):
        assert rep.post("/check-ins", data=form, headers={"HX-Request": "true"}).status_code == status
    forged = {**key.signed(said(team.field)), "lat": "31.3"}
    assert rep.post("/check-ins", data=forged, headers={"HX-Request": "true"}).status_code == 201
    rows = db.session.query(CheckIn).order_by(CheckIn.id).all()
    assert [(row.device_key, row.signed) for row in rows] == [(key.thumbprint, True), (key.thumbprint, False)]


def test_a_supervisor_finds_it_on_team_and_accepts_it(team: Crew, third: int, client_as: Any) -> None:
    boss = client_as(team.boss)
    assert f"/team/phones/{third}" in boss.get("/team").text
    page = boss.get(f"/team/phones/{third}").text
    assert ("Android · Chrome" in page, "It takes the place of" in page) == (True, True)
    again = boss.post(f"/team/phones/{third}", data={"decision": "bound"})
    assert (again.status_code, state(third)) == (422, "waiting")
    assert "Choose the phone that is no longer used" in again.text
    old = db.session.query(Device).filter_by(state="bound").first().id
    done = boss.post(f"/team/phones/{third}", data={"decision": "bound", "replaces": old})
    assert (done.status_code, state(third), state(old)) == (303, "bound", "removed")
    assert "New phones" not in boss.get("/team").text


def test_refusing_says_why_and_the_rep_reads_it(team: Crew, third: int, client_as: Any) -> None:
    boss = client_as(team.boss)
    assert boss.post(f"/team/phones/{third}", data={"decision": "refused"}).status_code == 422
    boss.post(f"/team/phones/{third}", data={"decision": "refused", "reason": "Not your phone"})
    assert state(third) == "refused"
    assert "Not your phone" in client_as(team.field.rep).get("/me/phones").text


def test_hr_sees_the_persons_phones_and_removes_one(team: Crew, third: int, client_as: Any) -> None:
    hr, rep = client_as(team.hr), team.field.rep
    assert "1 new phone waits" in hr.get("/hr/people").text
    assert f"/hr/phones/{third}" in hr.get("/hr/phones").text
    assert f"/hr/phones/{third}" in hr.get(f"/hr/people/{rep.id}").text
    bound = db.session.query(Device).filter_by(state="bound").first().id
    assert hr.post(f"/hr/phones/{bound}/remove").status_code == 303
    assert state(bound) == "removed"
    assert "Removed a phone" in hr.get(f"/hr/audit?object_type=employee&object_id={rep.id}").text


def test_a_rep_removes_only_their_own(team: Crew, third: int, client_as: Any) -> None:
    """T35"""
    other = factories.employee(team.field.branch)
    assert client_as(other).post(f"/me/phones/{third}/remove").status_code == 404
    assert client_as(other).get(f"/team/phones/{third}").status_code == 403
    assert client_as(team.field.rep).post(f"/me/phones/{third}/remove").status_code == 303
    assert state(third) == "removed"
