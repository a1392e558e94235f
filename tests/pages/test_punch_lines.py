"""Punches of devices beside check-ins of phones, and why a day is what it is, as the three roles see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.attendance.days import ON, Field, arrive, field
from webapp.attendance import service as attendance
from webapp.attendance.models import AttendanceException, DeviceHeard
from webapp.attendance.queries import days
from webapp.core.db import db, do
from webapp.devices import service
from webapp.devices.models import PinHolder, Terminal
from webapp.devices.rules import Line
from webapp.devices.service.store import Coming
from webapp.schedules.models import PlanStop, RosterDay, Shift
from webapp.sites.models import SiteSupervisor

NEXT = ON + timedelta(days=1)


@pytest.fixture
def f(app: Any, freeze: Any) -> Field:
    found = field(settled_from=ON)
    freeze(found.moment("10:00", NEXT))
    return found


@pytest.fixture
def door(f: Field) -> Terminal:
    made = factories.terminal(f.branch, f.shop, name="Back door")
    values = {"branch_id": f.branch.id, "pin": "7", "employee_id": f.rep.id, "first_on": ON - timedelta(days=60)}
    factories.save(PinHolder(**values, recorded_at=f.moment("08:00")))
    return made


def punch(f: Field, door: Terminal, *times: str, status: str = "0") -> None:
    lines = [Line("7", time if " " in time else f"{ON} {time}", "x", status=status) for time in times]
    coming = Coming(door.id, door.timezone, "file", f.moment("09:00", NEXT))
    do(service.store_lines, lines=lines, coming=coming)
    do(service.digest, terminal_id=door.id, at=f.moment("09:00", NEXT))


def boss(f: Field) -> Any:
    person = factories.employee(f.branch, role="supervisor")
    factories.save(SiteSupervisor(site_id=f.shop.id, employee_id=person.id))
    return person


def test_all_three_see_the_punch_its_device_its_key_and_why(f: Field, door: Terminal, client_as: Any) -> None:
    arrive(f, "08:58", 400)
    punch(f, door, "08:57:30", "08:58:10")
    punch(f, door, "18:02:00", status="1")
    issue = db.session.scalar(select(AttendanceException.id))
    hr = factories.employee(f.branch, role="hr")
    pages = {
        "rep": client_as(f.rep).get(f"/visits?view=day&day={ON}").text,
        "supervisor": client_as(boss(f)).get(f"/confirm/{f.rep.id}?on={ON}").text,
        "hr": client_as(hr).get(f"/hr/inbox/{issue}").text,
    }
    for role, html in pages.items():
        for text in ("Back door", "08:57:30", "Punch: came", "Repeated punch", "18:02:00", "Key pressed: out"):
            assert text in html, (role, text)
        assert "Came 08:57, within the grace of 20 min, and left 18:02." in html, role
        assert "It rests on: device." in html, role
    for role in ("supervisor", "hr"):
        assert "The device Back door at this store saw the person at 08:58." in pages[role]
    assert ("From a file" in pages["hr"], "From a file" in pages["rep"]) == (True, False)


def test_a_visits_timeline_has_the_punches_at_its_store(f: Field, door: Terminal, client_as: Any) -> None:
    visit = arrive(f, "08:58").visit_id
    punch(f, door, "08:57:30")
    html = client_as(f.rep).get(f"/visits/{visit}").text
    assert ("Punch: came" in html, "Back door" in html) == (True, True)


def test_t14_two_shifts_a_day_at_the_device(f: Field, door: Terminal, client_as: Any) -> None:
    terms = {"kind": "split", "breaks": [["12:00", "16:00"]], "serious": 20}
    hours = {"start": "08:00", "end": "21:00", "grace_minutes": 5, "terms": terms}
    shift = factories.save(Shift(branch_id=f.branch.id, name="Twice", **hours))
    planned = {"employee_id": f.rep.id, "work_date": ON, "branch_id": f.branch.id, "kind": "work"}
    factories.save(RosterDay(**planned, shift_id=shift.id))
    factories.save(PlanStop(employee_id=f.rep.id, work_date=ON, seq=1, site_id=f.shop.id))
    punch(f, door, "07:58:00", "12:03:00", "16:30:00", "21:01:00")
    day = days([(f.rep.id, ON)])[f.rep.id, ON]
    assert (day.status, day.minutes_late, day.worked_minutes) == ("serious_late", 30, 242 + 271)
    html = client_as(boss(f)).get(f"/confirm/{f.rep.id}?on={ON}").text
    for text in (
        "Expected 08:00 to 12:00 and 16:00 to 21:00 · grace 5 min",
        "Seriously late: 30 min",
        "Came 30 min late, both parts together; the grace is 5 min each.",
        "More than 20 minutes late is seriously late.",
    ):
        assert text in html, text
    assert html.count("Punch: came") == html.count("Punch: left") == 2
    mine = client_as(f.rep).get(f"/visits?view=day&day={ON}").text
    assert ("08:00–12:00, 16:00–21:00" in mine, "Seriously late: 30 min" in mine) == (True, True)


def test_phone_and_device_disagree(f: Field, door: Terminal, client_as: Any) -> None:
    viewer = client_as(boss(f))
    punch(f, door, f"{ON - timedelta(days=1)} 08:55:00")
    arrive(f, "08:58")
    do(attendance.rebuild_day, employee_id=f.rep.id, work_date=ON, at=f.moment("09:00", NEXT))
    assert "The phone says here, the device saw nobody." in viewer.get(f"/confirm/{f.rep.id}?on={ON}").text
    punch(f, door, "10:15:00")
    assert "The phone says 08:58, the device 10:15." in viewer.get(f"/confirm/{f.rep.id}?on={ON}").text


def test_a_day_that_waits_says_for_which_device(f: Field, door: Terminal, client_as: Any) -> None:
    viewer, rep = client_as(boss(f)), client_as(f.rep)
    factories.save(DeviceHeard(terminal_id=door.id, site_id=f.shop.id, through=f.moment("12:00")))
    arrive(f, "08:58")
    do(attendance.rebuild_day, employee_id=f.rep.id, work_date=ON, at=f.moment("09:00", NEXT))
    html = viewer.get(f"/confirm/{f.rep.id}?on={ON}").text
    assert "Back door: last heard 2 Mar 12:00. The day waits for it until 5 Mar 18:00 at most." in html
    assert "Waiting for the device" in rep.get(f"/visits?view=day&day={ON}").text
    assert "Waiting for the device" in rep.get(f"/visits?view=month&month={ON:%Y-%m}").text
    do(attendance.rebuild_day, employee_id=f.rep.id, work_date=ON, at=f.moment("19:00", ON + timedelta(days=3)))
    html = viewer.get(f"/confirm/{f.rep.id}?on={ON}").text
    assert "The day waited for it until 5 Mar 18:00." in html


def test_whoever_only_punched_is_seen_on_the_lists_too(f: Field, door: Terminal, client_as: Any, freeze: Any) -> None:
    factories.save(PlanStop(employee_id=f.rep.id, work_date=ON, seq=1, site_id=f.shop.id))
    freeze(f.moment("12:00"))
    viewer = client_as(boss(f))
    assert "At the device" not in viewer.get(f"/confirm?on={ON}").text
    punch(f, door, "08:57:00")
    for page in (f"/confirm?on={ON}", "/team"):
        assert "At the device" in viewer.get(page).text, page
    assert viewer.post(f"/confirm/{f.rep.id}?on={ON}").status_code == 303
    assert attendance_of(f).sources == "device,supervisor"


def attendance_of(f: Field) -> Any:
    db.session.remove()
    return days([(f.rep.id, ON)])[f.rep.id, ON]
