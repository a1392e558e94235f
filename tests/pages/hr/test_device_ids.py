"""HR's pages for ids that are nobody's and for punches whose time is not believed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from jobs import devices as jobs
from tests import factories as make
from tests.pages.hr.test_devices import punch, state
from webapp.core import clock, outbox
from webapp.core.db import conn, db, do
from webapp.devices.models import DeviceEvent, HeldDecision, PinHolder, RawPunch, Terminal

NOON = "2026-03-02T12:00+08:00"


@pytest.fixture(autouse=True)
def _noon(app: Any, freeze: Any) -> None:
    freeze(NOON)


@pytest.fixture
def branch(app: Any) -> Any:
    return make.branch("SH")


@pytest.fixture
def desk(client_as: Any, branch: Any) -> Any:
    return client_as(make.employee(branch, "hr"))


@pytest.fixture
def door(branch: Any) -> Terminal:
    door = make.terminal(branch, make.site(make.store_type(branch)), name="Staff door")
    state(door)
    return door


def digest() -> None:
    """What the worker does about new raw punches."""
    items = do(outbox.claim, at=clock.now())
    jobs.raw_punches([item for item in items if item.topic == "raw_punches"])
    db.session.remove()


def states() -> list[str]:
    db.session.remove()
    return list(conn().scalars(select(RawPunch.state).order_by(RawPunch.id)))


def test_the_inbox_of_ids_with_times_proposals_and_warnings(desk: Any, branch: Any, door: Terminal) -> None:
    make.employee(branch, staff_no="0007", name="Li Na")
    make.employee(branch, staff_no="9", name="Wang Wei")
    make.employee(branch, staff_no="09", name="Wu Min")
    for n in range(5):
        punch(door, n=n)
    punch(door, pin="8", line="008\tx")
    punch(door, pin="8", n=1, line="8\tx")
    punch(door, pin="9")
    html = desk.get("/hr/devices/ids").text
    for text in ("Li Na (0007), from Mon 2 Mar 2026 on", "2026-03-02 04:00", "Written 8, 008", "2 people have it"):
        assert text in html, text
    assert html.count('name="picks"') == 1
    assert "Zeros in front do not count" in desk.get(f"/hr/devices/ids/{door.id}/8").text


def test_an_id_is_assigned_and_its_punches_follow(desk: Any, branch: Any, door: Terminal) -> None:
    rep = make.employee(branch, name="Li Na")
    punch(door)
    punch(door, n=1)
    place = f"/hr/devices/ids/{door.id}/7"
    assert "Li Na" in desk.get(f"{place}?q=li").text
    assert "Li Na" not in desk.get(f"{place}?q=wang").text
    answer = desk.post(place, data={"employee_id": rep.id, "first_on": "2026-03-01"})
    assert answer.status_code == 303
    digest()
    assert states() == ["mapped", "mapped"]
    assert "Every id has its person." in desk.get("/hr/devices/ids").text
    assert desk.get(place).status_code == 404


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("employee_id", {"employee_id": ""}),
        ("employee_id", {"employee_id": "999999"}),
        ("first_on", {"first_on": "soon"}),
        ("last_on", {"last_on": "2026-02-01"}),
    ],
)
def test_mistakes_keep_what_was_typed(desk: Any, branch: Any, door: Terminal, field: str, form: dict[str, str]) -> None:
    rep = make.employee(branch, name="Li Na")
    punch(door)
    typed = {"employee_id": rep.id, "first_on": "2026-03-01", "everywhere": "1", **form}
    answer = desk.post(f"/hr/devices/ids/{door.id}/7", data=typed)
    assert answer.status_code == 422
    assert (f'href="#f-{field}"' in answer.text, typed["first_on"] in answer.text) == (True, True)
    assert states() == ["unmapped"]


def test_one_id_is_one_persons_at_a_time(desk: Any, branch: Any, door: Terminal) -> None:
    first, second = make.employee(branch, name="Li Na"), make.employee(branch, name="Wang Wei")
    span = {"first_on": date(2026, 3, 2), "last_on": None, "recorded_at": clock.now()}
    make.save(PinHolder(branch_id=branch.id, terminal_id=door.id, pin="7", employee_id=first.id, **span))
    punch(door, n=60 * 24 * 3)
    assert "Li Na from Mon 2 Mar 2026 on" in desk.get("/hr/devices/ids").text
    place = f"/hr/devices/ids/{door.id}/7"
    taken = desk.post(place, data={"employee_id": second.id, "first_on": "2026-02-01"})
    assert (taken.status_code, "Li Na" in taken.text) == (422, True)
    fine = desk.post(place, data={"employee_id": second.id, "first_on": "2026-02-01", "last_on": "2026-03-01"})
    assert fine.status_code == 303


def test_proposals_are_taken_over_only_when_somebody_presses(desk: Any, branch: Any, door: Terminal) -> None:
    people = [make.employee(branch, staff_no=f"00{n}", name=f"Rep {n}") for n in (7, 8)]
    for pin in ("7", "8"):
        punch(door, pin=pin)
    desk.get("/hr/devices/ids")
    digest()
    assert states() == ["unmapped", "unmapped"]
    assert desk.post("/hr/devices/ids/proposals", data={}).status_code == 422
    forged = desk.post(
        "/hr/devices/ids/proposals", data={"picks": [f"{door.id}|7|{people[1].id}", "x", "1|2", "9|9|9"]}
    )
    assert (forged.status_code, states()) == (422, ["unmapped", "unmapped"])
    picks = [f"{door.id}|{pin}|{who.id}" for pin, who in zip(("7", "8"), people, strict=True)]
    assert desk.post("/hr/devices/ids/proposals", data={"picks": picks}).status_code == 303
    digest()
    assert states() == ["mapped", "mapped"]
    assert {row.first_on for row in db.session.scalars(select(PinHolder))} == {date(2026, 3, 2)}


def test_the_ids_cost_the_same_for_many(desk: Any, branch: Any, door: Terminal, queries: Any) -> None:
    counts = []
    for number in (2, 30):
        for n in range(number):
            make.employee(branch, staff_no=f"{number}{n:03}")
            punch(door, pin=f"{number}{n:03}")
        with queries() as asked:
            assert desk.get("/hr/devices/ids").status_code == 200
        assert asked.writes() == []
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 9, asked


def held(door: Terminal, **known: Any) -> RawPunch:
    shown = {"device_time": "2000-01-01 00:03:00", "quality": "reset", "state": "held", "live": True}
    return punch(door, **{**shown, **known})


def test_a_held_punch_with_its_neighbours_is_accepted_at_a_time(desk: Any, branch: Any, door: Terminal) -> None:
    rep = make.employee(branch, name="Li Na")
    span = {"first_on": date(2026, 1, 1), "recorded_at": clock.now()}
    make.save(PinHolder(branch_id=branch.id, terminal_id=door.id, pin="7", employee_id=rep.id, **span))
    punch(door, pin="8", n=9)
    one = held(door)
    punch(door, pin="9", n=-1, received_at=clock.now() + timedelta(minutes=1))
    event = {"device_time": "2000-01-01 00:00:04", "code": "power_on", "received_at": clock.now()}
    make.save(DeviceEvent(terminal_id=door.id, **event))
    assert "Clock was reset" in desk.get("/hr/devices/held").text
    html = desk.get(f"/hr/devices/held/{one.id}").text
    for text in ("lost the date", "id 8", "id 9", "Switched on", "Li Na", 'value="2026-03-02T12:00"'):
        assert text in html, text
    place = f"/hr/devices/held/{one.id}"
    form = {"decision": "accept", "granted_at": "2026-03-02T11:58", "reason": "Between both", "seen": 0}
    no_reason = desk.post(place, data={**form, "reason": ""})
    assert (no_reason.status_code, "2026-03-02T11:58" in no_reason.text) == (422, True)
    assert desk.post(place, data=form).status_code == 303
    [said] = db.session.scalars(select(HeldDecision))
    assert said.granted_at.isoformat() == "2026-03-02T03:58:00+00:00"
    assert "No punch is held." in desk.get("/hr/devices/held").text
    assert "Between both" in desk.get(place).text


def test_not_counted_and_opened_again(desk: Any, door: Terminal) -> None:
    one = held(door)
    place = f"/hr/devices/held/{one.id}"
    assert desk.post(place, data={"decision": "ignore", "reason": "A test", "seen": 0}).status_code == 303
    assert "No punch is held." in desk.get("/hr/devices/held").text
    late = desk.post(place, data={"decision": "ignore", "reason": "Again", "seen": 0})
    assert late.status_code == 422
    assert desk.post(place, data={"decision": "reopen", "reason": "It was real", "seen": 1}).location == place
    digest()
    assert "2000-01-01" in desk.get("/hr/devices/held").text


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("decision", {"decision": "burn"}),
        *(("granted_at", {"granted_at": text}) for text in ("noon", "", "0001-01-01T00:00", "9999-12-31T23:59")),
    ],
)
def test_a_wrong_decision_keeps_its_reason(desk: Any, door: Terminal, field: str, form: dict[str, str]) -> None:
    impossible = {"device_time": "2026-02-30 08:00:00", "at": None, "quality": "impossible"}
    for shown in ({}, {"pin": "8", "quality": "reset", "device_time": "2000-01-01 00:00:12", "at": clock.now()}):
        _refuses(desk, held(door, **{**impossible, **shown}), field, form)


def _refuses(desk: Any, one: RawPunch, field: str, form: dict[str, str]) -> None:
    typed = {"decision": "accept", "granted_at": "2026-03-02T11:58", "reason": "Because", "seen": "0", **form}
    answer = desk.post(f"/hr/devices/held/{one.id}", data=typed)
    assert (answer.status_code, 'value="Because"' in answer.text) == (422, True)
    assert f"#f-{field}" in answer.text


def test_held_ones_cost_the_same_for_many_and_are_filtered(desk: Any, door: Terminal, queries: Any) -> None:
    counts = []
    for number in (2, 30):
        for n in range(number):
            held(door, pin=f"{number}{n}", quality="future" if n else "reset")
        with queries() as asked:
            assert desk.get("/hr/devices/held").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 6, asked
    html = desk.get(f"/hr/devices/held?quality=reset&terminal_id={door.id}").text
    assert html.count('<tr><th scope="row"') == 2


def test_others_see_none_of_it(client_as: Any, branch: Any, door: Terminal) -> None:
    punch(door, pin="8")
    one = held(door)
    other = client_as(make.employee(make.branch(), "hr"))
    assert "Staff door" not in other.get("/hr/devices/ids").text + other.get("/hr/devices/held").text
    for path in (f"/hr/devices/ids/{door.id}/8", f"/hr/devices/held/{one.id}"):
        assert other.get(path).status_code == other.post(path, data={"decision": "ignore"}).status_code == 404
        assert client_as(make.employee(branch, "supervisor")).get(path).status_code == 403
