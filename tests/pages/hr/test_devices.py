"""HR's pages for attendance devices: the list, adding, changing, commands, unreadable lines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories as make
from tests.devices import kinds
from webapp.attendance.models import TerminalStay
from webapp.core import clock
from webapp.core.db import conn, db
from webapp.core.outbox import OutboxRow
from webapp.devices.models import (
    BadLine,
    DeviceCommand,
    DeviceEvent,
    DeviceRequest,
    RawPunch,
    Terminal,
    TerminalSite,
    TerminalState,
)

NOON = "2026-03-02T12:00+08:00"


@pytest.fixture(autouse=True)
def _noon(app: Any, freeze: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    freeze(NOON)
    kinds.add(monkeypatch)


@pytest.fixture
def branch(app: Any) -> Any:
    return make.branch("SH")


@pytest.fixture
def site(branch: Any) -> Any:
    return make.site(make.store_type(branch), name="Riverside", code="S1")


@pytest.fixture
def desk(client_as: Any, branch: Any) -> Any:
    return client_as(make.employee(branch, "hr"))


@pytest.fixture
def door(branch: Any, site: Any) -> Terminal:
    return make.terminal(branch, site, name="Staff door", kind="t_calls")


def typed(site: Any, **known: Any) -> dict[str, Any]:
    values = {"serial": "ABC-12345", "name": "Door", "kind": "t_calls", "branch_id": site.branch_id}
    return {**values, "sites": "Riverside · S1", "timezone": "Asia/Shanghai", **known}


def state(door: Terminal, **known: Any) -> None:
    now = clock.now()
    make.save(TerminalState(terminal_id=door.id, **{"first_seen_at": now, "seen_at": now, **known}))


def punch(door: Terminal, pin: str = "7", n: int = 0, **known: Any) -> RawPunch:
    at = clock.now() - timedelta(minutes=n)
    values = {"device_time": f"{at:%Y-%m-%d %H:%M:%S}", "zone": door.timezone, "at": at, "line": f"{pin}\tx"}
    more = {"source": "push", "quality": "ok", "state": "unmapped", "received_at": clock.now()}
    return make.save(RawPunch(terminal_id=door.id, pin=pin, **{**values, **more, **known}))


def request_of(door: Terminal, **known: Any) -> DeviceRequest:
    values = {"source": "push", "kind": "attlog", "body": b"ZZ\n", "sha256": f"{id(known)}", "zone": door.timezone}
    return make.save(DeviceRequest(terminal_id=door.id, received_at=clock.now(), **{**values, **known}))


def test_an_empty_list_says_how_to_begin(desk: Any) -> None:
    html = desk.get("/hr/devices").text
    assert "How to begin" in html
    assert 'href="/hr/devices/pairing"' in html


def test_a_device_is_added_shown_and_changed(desk: Any, site: Any) -> None:
    assert "Calls" in desk.get("/hr/devices/new").text
    answer = desk.post("/hr/devices", data=typed(site, networks="10.0.0.7"))
    assert answer.status_code == 303
    html = desk.get(answer.location).text
    assert all(text in html for text in ('value="ABC-12345"', "Riverside · S1", "10.0.0.7/32", "Not heard yet"))
    again = desk.post(answer.location, data=typed(site, name="Gate", version=1))
    assert again.status_code == 303
    assert "restart" not in desk.get(again.location).text
    desk.post(answer.location, data=typed(site, timezone="Asia/Kolkata", version=2))
    assert "restart" in desk.get(again.location).text
    assert db.session.scalars(select(Terminal.timezone)).one() == "Asia/Kolkata"


@pytest.mark.parametrize(
    ("field", "value"),
    [("serial", "x"), ("name", ""), ("timezone", "Mars"), ("networks", "inside"), ("sites", "Nowhere"), ("sites", "")],
)
def test_mistakes_come_back_beside_their_field_with_all_that_was_typed(
    desk: Any, site: Any, door: Terminal, field: str, value: str
) -> None:
    for path in ("/hr/devices", f"/hr/devices/{door.id}"):
        form = typed(site, version=1, **{"name": "Keep me", field: value})
        answer = desk.post(path, data=form)
        assert answer.status_code == 422
        assert f'href="#f-{field}"' in answer.text
        kept = {"serial", "name", "timezone", "sites"} - {field}
        assert all(str(form[name]) in answer.text for name in kept)


def test_a_site_that_could_be_another_is_never_guessed(desk: Any, branch: Any, site: Any, door: Terminal) -> None:
    kind = make.store_type(branch)
    twin = make.site(kind, name="Riverside", code="S2")
    make.site(kind, name="s2", code="S3")
    for path in ("/hr/devices", f"/hr/devices/{door.id}"):
        for text in ("Riverside", "riverside", "S2"):
            answer = desk.post(path, data=typed(site, sites=text, version=1))
            assert (answer.status_code, "or more than one" in answer.text) == (422, True), text
    assert desk.post(f"/hr/devices/{door.id}", data=typed(site, sites="Riverside · S2", version=1)).status_code == 303
    assert list(conn().scalars(select(TerminalSite.site_id))) == [twin.id]


def test_a_site_archived_since_stays_until_somebody_takes_it_away(desk: Any, branch: Any, site: Any) -> None:
    old = make.site(make.store_type(branch), name="Old town", code="S9", archived_at=clock.now())
    door = make.terminal(branch, site, old, kind="t_calls")
    page = desk.get(f"/hr/devices/{door.id}").text
    assert ('value="Old town · S9"' in page, '<option value="Old town · S9"' in page) == (True, False)
    both = typed(site, name="Gate", version=1, sites=["Riverside · S1", "Old town · S9"])
    assert desk.post(f"/hr/devices/{door.id}", data=both).status_code == 303
    assert set(conn().scalars(select(TerminalSite.site_id))) == {site.id, old.id}
    assert desk.post(f"/hr/devices/{door.id}", data=typed(site, version=2)).status_code == 303
    assert list(conn().scalars(select(TerminalSite.site_id))) == [site.id]
    assert desk.post(f"/hr/devices/{door.id}", data={**both, "version": 3}).status_code == 422


def test_a_move_is_told_with_its_moment_and_mended(desk: Any, branch: Any, site: Any, door: Terminal) -> None:
    new = make.site(make.store_type(branch), name="Hilltop", code="S2")
    here = f"/hr/devices/{door.id}"
    page = desk.get(here).text
    assert ("as long as anybody knows" in page, "Correct the moment" in page) == (True, False)
    change = typed(site, sites="Hilltop · S2", version=1)
    late = desk.post(here, data={**change, "sites_since": "2026-03-02T12:01"})
    assert (late.status_code, "has not come yet" in late.text, 'value="2026-03-02T12:01"' in late.text) == (
        422, True, True,
    )  # fmt: skip
    assert 'href="#f-sites_since"' in late.text
    assert desk.post(here, data={**change, "sites_since": "2026-03-01T18:30"}).status_code == 303
    page = desk.get(here).text
    assert ('value="2026-03-01T18:30"' in page, page.index("Hilltop") < page.index("Riverside")) == (True, True)
    moments = {"2026-03-02T12:30": 422, "": 422, "0001-01-01T00:00": 422, "9999-12-31T23:59": 422}
    for moment, status in (moments | {"2026-02-28T09:00": 303}).items():
        answer = desk.post(f"{here}/moved", data={"moved_at": moment, "version": 2})
        assert answer.status_code == status, moment
    assert desk.post(f"{here}/moved", data={"moved_at": "2026-02-28T09:00", "version": 2}).status_code == 422
    begun = list(conn().scalars(select(TerminalStay.from_at).where(TerminalStay.site_id == new.id)))
    assert f"{begun[0]:%Y-%m-%d %H:%M}" == "2026-02-28 01:00"
    stranger = make.terminal(make.branch("BJ"))
    assert desk.post(f"/hr/devices/{stranger.id}/moved", data={"moved_at": moment, "version": 1}).status_code == 404


def test_secrets_are_never_shown(desk: Any, site: Any) -> None:
    form = typed(site, kind="t_asked", host="10.0.0.9", port="4370", user="admin", password="Sesame-77")
    place = desk.post("/hr/devices", data=form).location
    assert "Sesame" not in desk.get(place).text
    refused = desk.post("/hr/devices", data={**form, "serial": "-"})
    assert refused.status_code == 422
    assert "Sesame" not in refused.text
    assert "Sesame" not in desk.get("/hr/audit").text


def test_somebody_else_was_faster(desk: Any, site: Any, door: Terminal) -> None:
    assert desk.post(f"/hr/devices/{door.id}", data=typed(site, version=1)).status_code == 303
    late = desk.post(f"/hr/devices/{door.id}", data=typed(site, name="Mine", version=1))
    assert (late.status_code, "Somebody changed this device" in late.text, 'value="2"' in late.text) == (
        422,
        True,
        True,
    )


def test_pause_use_again_retire(desk: Any, door: Terminal) -> None:
    assert "whoever punches only there counts as absent" in desk.get(f"/hr/devices/{door.id}").text
    for step, word in (("pause", "Paused"), ("resume", "Not heard yet"), ("retire", "Retired")):
        assert desk.post(f"/hr/devices/{door.id}/{step}").status_code == 303
        assert word in desk.get(f"/hr/devices/{door.id}").text
    assert "Staff door" not in desk.get("/hr/devices").text
    assert "Staff door" in desk.get("/hr/devices?state=retired").text


def test_the_list_shows_how_each_one_stands(desk: Any, door: Terminal) -> None:
    now = clock.now()
    state(door, seen_at=now - timedelta(minutes=16), punched_at=now - timedelta(hours=3), received_at=now, skew_s=-95,
          device_count=12, stamps={"ATTLOG": "9999"}, alarms={"quiet": "x"})  # fmt: skip
    punch(door)
    punch(door, n=1)
    punch(door, pin="8", state="held", quality="future")
    request_of(door)
    html = desk.get("/hr/devices").text
    for text in (
        "Silent",
        "Clock off",
        "3 h",
        "95 s slow",
        "3 / 12",
        "stamp 9999",
        "1 id is nobody",
        "1 punch is held",
    ):
        assert text in html, text


def test_search_filters_and_order(desk: Any, branch: Any, site: Any, door: Terminal) -> None:
    other = make.terminal(branch, make.site(make.store_type(branch), name="Hilltop"), name="Another", kind="t_calls")
    state(door, seen_at=clock.now() - timedelta(minutes=20))
    state(other, skew_s=90)

    def shown(query: str) -> list[str]:
        page = desk.get(f"/hr/devices?{query}").text
        return [name for name in ("Staff door", "Another") if name in page]

    assert shown("q=hilltop") == shown("alarm=clock") == shown("q=another") == ["Another"]
    assert shown("alarm=silent") == shown(f"q={door.serial}") == ["Staff door"]
    assert shown("alarm=any") == ["Staff door", "Another"]
    assert shown("alarm=pull") == shown("state=paused") == []
    html = desk.get("/hr/devices?sort=-name").text
    assert html.index("Staff door") < html.index("Another")


def test_the_list_costs_the_same_for_many(desk: Any, branch: Any, site: Any, queries: Any) -> None:
    counts = []
    for number in (2, 20):
        for _ in range(number):
            door = make.terminal(branch, site, kind="t_calls")
            state(door)
            punch(door)
        with queries() as asked:
            assert desk.get("/hr/devices").status_code == 200
        assert asked.writes() == []
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 14, asked


def test_pages_know_their_place(desk: Any, branch: Any, site: Any) -> None:
    for n in range(27):
        make.terminal(branch, site, kind="t_calls", name=f"Door {n:03}")
    page = desk.get("/hr/devices?page=2").text
    assert ("Door 025" in page, "Door 024" in page, "Page 2 of 2" in page) == (True, False, True)
    assert "Door 026" in desk.get("/hr/devices?page=99").text


def test_one_device_with_everything_it_sent(desk: Any, door: Terminal) -> None:
    state(door, info={"FirmVer": "Ver 8.0", "CommKey": "hidden-1"}, last_error="pull_cut", last_error_at=clock.now())
    punch(door)
    punch(door, pin="8", state="held", quality="impossible", device_time="2026-02-30 08:00:00", at=None)
    request_of(door, read_at=clock.now(), lines=5, new=4, bad=1, skipped=2, ip="10.0.0.3")
    make.save(
        DeviceEvent(terminal_id=door.id, device_time="2026-03-02 11:00:00", code="time_set", received_at=clock.now())
    )
    made = {"verb": "reboot", "created_at": clock.now(), "sends": 1}
    make.save(DeviceCommand(terminal_id=door.id, done_at=clock.now(), returned=0, **made))
    make.save(DeviceCommand(terminal_id=door.id, done_at=clock.now(), returned=-1002, **made))
    html = desk.get(f"/hr/devices/{door.id}").text
    for text in (
        "No such time",
        "2026-02-30 08:00:00",
        "Clock was set",
        "Ver 8.0",
        "10.0.0.3",
        "Restart",
        "Refused: -1002",
    ):
        assert text in html, text
    assert "hidden-1" not in html


def test_one_device_costs_the_same_for_much(desk: Any, door: Terminal, queries: Any) -> None:
    counts = []
    for number in (1, 30):
        for n in range(number):
            punch(door, pin=f"{number}{n}")
            make.save(DeviceEvent(terminal_id=door.id, device_time=f"2026-03-02 11:{number:02}:{n:02}", code="power_on",
                                  received_at=clock.now()))  # fmt: skip
        with queries() as asked:
            assert desk.get(f"/hr/devices/{door.id}").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 20, asked


def commands() -> list[tuple[str, Any]]:
    db.session.remove()
    asked = select(DeviceCommand.verb, DeviceCommand.params).order_by(DeviceCommand.id)
    return [(row.verb, row.params) for row in conn().execute(asked)]


def test_commands_are_queued_and_shown(desk: Any, door: Terminal) -> None:
    state(door)
    place = f"/hr/devices/{door.id}"
    for verb in ("check", "log", "info", "reboot"):
        assert desk.post(f"{place}/commands", data={"verb": verb}).status_code == 303
    days = {"verb": "query", "first_on": "2026-03-01", "last_on": "2026-03-02"}
    assert desk.post(f"{place}/days", data=days).status_code == 303
    assert [verb for verb, _ in commands()] == ["check", "log", "info", "reboot", "query"]
    assert commands()[-1][1] == {"start": "2026-03-01 00:00:00", "end": "2026-03-02 23:59:59"}
    html = desk.get(place).text
    assert ("Waits for its call" in html, "2026-03-01 – 2026-03-02" in html) == (True, True)
    assert desk.post(f"{place}/commands", data={"verb": "again"}).status_code == 303
    assert db.session.scalars(select(TerminalState.send_again)).one()


@pytest.mark.parametrize("form", [{}, {"verb": "erase"}, {"verb": "query"}])
def test_nothing_else_can_be_asked(desk: Any, door: Terminal, form: dict[str, str]) -> None:
    for path in ("commands", "days"):
        assert desk.post(f"/hr/devices/{door.id}/{path}", data=form).status_code == 422
    backward = {"verb": "verify", "first_on": "2026-03-02", "last_on": "2026-03-01"}
    answer = desk.post(f"/hr/devices/{door.id}/days", data=backward)
    assert (answer.status_code, 'value="2026-03-02"' in answer.text, "#f-last_on" in answer.text) == (422, True, True)
    assert commands() == []


def test_a_device_we_call_is_read_now_and_one_that_calls_is_not(desk: Any, branch: Any, door: Terminal) -> None:
    asked = make.terminal(branch, kind="t_asked", host="10.0.0.9", port=4370)
    assert desk.post(f"/hr/devices/{asked.id}/pull").status_code == 303
    assert conn().scalar(select(OutboxRow.key)) == f"jobs.pulls.pull#{asked.id}"
    assert desk.post(f"/hr/devices/{door.id}/pull").status_code == 404
    assert desk.post(f"/hr/devices/{asked.id}/commands", data={"verb": "log"}).status_code == 404
    assert desk.post(f"/hr/devices/{asked.id}/listener").status_code == 404


def test_an_address_to_report_to_is_shown_once(desk: Any, branch: Any) -> None:
    gate = make.terminal(branch, kind="hikvision", host="10.0.0.9", port=80)
    other = make.terminal(branch, kind="hikvision", host="10.0.0.8", port=80)
    answer = desk.post(f"/hr/devices/{gate.id}/listener")
    assert (answer.status_code, answer.location) == (303, f"/hr/devices/{gate.id}#do")
    assert "/api/hikvision/" not in desk.get(f"/hr/devices/{other.id}").text
    page = desk.get(f"/hr/devices/{gate.id}").text
    assert f"/api/hikvision/{gate.serial}/" in page
    assert "where terminals reach this server over plain HTTP" in page
    assert "/api/hikvision/" not in desk.get(f"/hr/devices/{gate.id}").text
    assert desk.get("/hr/devices/0").status_code == 404


def test_unreadable_lines_are_shown_and_read_again(desk: Any, door: Terminal) -> None:
    kept, gone = request_of(door, read_at=clock.now()), request_of(door, sha256="b", body=b"", read_at=clock.now())
    for request, line in ((kept, "ZZ<b>"), (gone, "YY")):
        row = {"n": 1, "line": line, "reason": "time", "received_at": clock.now()}
        make.save(BadLine(terminal_id=door.id, request_id=request.id, **row))
    html = desk.get(f"/hr/devices/{door.id}/lines").text
    assert all(text in html for text in ("ZZ&lt;b&gt;", "YY", "No time", "Read again"))
    answer = desk.post(f"/hr/devices/{door.id}/lines/again")
    db.session.remove()
    assert "1 body is read again." in desk.get(answer.location).text
    assert list(conn().scalars(select(DeviceRequest.id).where(DeviceRequest.read_at.is_(None)))) == [kept.id]
    assert list(db.session.scalars(select(BadLine.line))) == ["YY"]
    again = desk.post(f"/hr/devices/{door.id}/lines/again")
    assert "Nothing is left to read" in desk.get(again.location).text


def test_however_many_bodies_are_read_again_they_are_not_listed(desk: Any, door: Terminal, queries: Any) -> None:
    """PostgreSQL takes 65 535 parameters."""
    for n in range(40):
        request = request_of(door, sha256=str(n), body=b"x", read_at=clock.now())
        row = {"n": 1, "line": "x", "reason": "time", "received_at": clock.now()}
        make.save(BadLine(terminal_id=door.id, request_id=request.id, **row))
    with queries() as asked:
        desk.post(f"/hr/devices/{door.id}/lines/again")
    again = [text for text in asked if "device_request" in text]
    assert 0 < max(text.count("?") + text.count("%(") for text in again) < 10, again
    assert set(conn().scalars(select(DeviceRequest.read_at))) == {None}
    assert conn().scalar(select(BadLine.id)) is None


def test_the_inbox_says_that_punches_are_late(desk: Any, door: Terminal) -> None:
    state(door, seen_at=clock.now() - timedelta(minutes=15))
    assert "attendance device is silent" not in desk.get("/hr/inbox").text
    make.save(TerminalState(terminal_id=make.terminal(make.branch(), kind="t_calls").id,
                            seen_at=clock.now() - timedelta(hours=1)))  # fmt: skip
    assert "silent" not in desk.get("/hr/inbox").text
    ours = db.session.get(make.Branch, door.branch_id)
    state(make.terminal(ours, kind="t_calls"), seen_at=clock.now() - timedelta(minutes=16))
    assert "1 attendance device is silent" in desk.get("/hr/inbox").text


@pytest.mark.parametrize("role", ["rep", "supervisor", "finance"])
def test_only_the_office_sees_devices(client_as: Any, branch: Any, door: Terminal, role: str) -> None:
    client = client_as(make.employee(branch, role))
    for path in ("/hr/devices", f"/hr/devices/{door.id}", "/hr/devices/pairing", f"/hr/devices/{door.id}/lines"):
        assert client.get(path).status_code == 403


def test_devices_of_other_branches_do_not_exist(client_as: Any, door: Terminal) -> None:
    client = client_as(make.employee(make.branch(), "hr"))
    assert "Staff door" not in client.get("/hr/devices").text
    for path in ("", "/lines"):
        assert client.get(f"/hr/devices/{door.id}{path}").status_code == 404
    for path in ("", "/pause", "/retire", "/lines/again", "/commands", "/days", "/pull", "/listener"):
        assert client.post(f"/hr/devices/{door.id}{path}").status_code == 404
