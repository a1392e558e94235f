"""Hikvision terminals that report by themselves: nothing complete is lost, nothing private is kept."""

from __future__ import annotations

import socket
from time import process_time
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from jobs.devices import device_request
from tests import factories
from tests.support.client import CheckingClient
from tests.support.terminals.hikvision import BOUNDARY, JPEG, report
from webapp.core import clock
from webapp.core.db import db, do
from webapp.core.outbox import Item
from webapp.devices.adapters.hikvision import LARGEST_REPORT, reported
from webapp.devices.models import DeviceRequest, RawPunch, Terminal, TerminalState
from webapp.devices.service.listening import new_key

AT = "2026-03-02T08:55:01+08:00"
KIND = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


@pytest.fixture
def door(app: Any) -> Terminal:
    return factories.terminal(factories.branch(), kind="hikvision", serial="HIK-0001", timezone="Asia/Shanghai")


@pytest.fixture
def address(door: Terminal) -> str:
    officer = factories.employee(factories.branch(), "hr")
    return f"/api/hikvision/{door.serial}/{do(new_key, by=officer.id, terminal_id=door.id, at=clock.now())}"


def read(door: Terminal) -> list[tuple[str, str, bool]]:
    device_request([Item(1, "device_request", str(door.id), {"terminal_id": door.id}, 0)])
    db.session.remove()
    query = select(RawPunch.pin, RawPunch.device_time, RawPunch.live).order_by(RawPunch.id)
    return [tuple(row) for row in db.session.execute(query)]


def kept() -> list[bytes]:
    db.session.remove()
    return list(db.session.scalars(select(DeviceRequest.body)))


@pytest.mark.parametrize("part", ["AccessControllerEvent", "event_log"])
def test_an_event_becomes_a_punch(client: CheckingClient, address: str, door: Terminal, part: str) -> None:
    answer = client.post(address, data=report("7", AT, 1, part=part), headers=KIND)
    assert (answer.status_code, answer.data) == (200, b"")
    assert "Set-Cookie" not in answer.headers
    client.post(address, data=report("8", AT, 2, current=False), headers=KIND)
    assert read(door) == [("7", "2026-03-02 08:55:01", True), ("8", "2026-03-02 08:55:01", False)]


def test_the_same_event_again_is_one(client: CheckingClient, address: str, door: Terminal) -> None:
    for _ in range(3):
        assert client.post(address, data=report("7", AT, 1), headers=KIND).status_code == 200
    assert len(kept()) == 1
    assert len(read(door)) == 1


def test_pictures_and_names_are_not_kept(client: CheckingClient, address: str, door: Terminal) -> None:
    client.post(address, data=report("7", AT, 1), headers=KIND)
    body = kept()[0]
    assert JPEG[:4] not in body
    assert "张三".encode() not in body
    assert b"employeeNoString" in body


@pytest.mark.parametrize("left", [40, 200, len(JPEG) + 60])
def test_a_body_cut_in_the_picture_is_read(client: CheckingClient, address: str, door: Terminal, left: int) -> None:
    """95 events a day were lost because a parser threw away the whole of it."""
    body = report("7", AT, 1)
    assert client.post(address, data=body[:-left], headers=KIND).status_code == 200
    assert [pin for pin, *_ in read(door)] == ["7"]


def test_a_body_that_never_ends_is_read(address: str, door: Terminal, live_server: Any) -> None:
    """It promises more bytes than it sends, and hangs up."""
    parts, body = urlsplit(live_server.url), report("7", AT, 1)
    head = f"POST {address} HTTP/1.1\r\nHost: x\r\nContent-Type: {KIND['Content-Type']}\r\n"
    head += f"Content-Length: {len(body) + 9000}\r\n\r\n"
    with socket.create_connection((parts.hostname, parts.port), 5) as raw:
        raw.sendall(head.encode() + body)
        raw.shutdown(socket.SHUT_WR)
        raw.settimeout(5)
        assert b" 200 " in raw.recv(200)
    assert [pin for pin, *_ in read(door)] == ["7"]


def test_a_cut_event_is_asked_for_again(client: CheckingClient, address: str, door: Terminal) -> None:
    body = report("7", AT, 1)
    assert client.post(address, data=body[:300], headers=KIND).status_code == 400
    assert client.post(address, data=b"", headers=KIND).status_code == 400
    assert kept() == []


def test_refusals_heartbeats_and_plain_json(client: CheckingClient, address: str, door: Terminal) -> None:
    assert client.post(address, data=report("7", AT, 1, minor=76), headers=KIND).status_code == 200
    assert client.post(address, json={"eventType": "heartBeat", "dateTime": AT}).status_code == 200
    assert kept() == []
    assert db.session.scalar(select(TerminalState.seen_at)) is not None
    assert db.session.scalar(select(TerminalState.heard_through)) is None, "to report is not to report everything"
    said = {"dateTime": AT, "AccessControllerEvent": {"majorEventType": 5, "subEventType": 75, "employeeNoString": "9"}}
    assert client.post(address, json=said).status_code == 200
    assert [pin for pin, *_ in read(door)] == ["9"]


def test_nobody_else_is_heard(client: CheckingClient, address: str, door: Terminal) -> None:
    other = factories.terminal(factories.branch(), kind="hikvision", serial="HIK-0002")
    plain = factories.terminal(factories.branch(), serial="ZKX00001", comm_key_hash=None)
    key = address.rpartition("/")[2]
    parts = [f"{other.serial}/{key}", f"{plain.serial}/{key}", "NOBODY/x", "HIK-0001%00/x", f"{'9' * 64}/x"]
    for wrong in (f"{address}x", *(f"/api/hikvision/{part}" for part in parts)):
        answer = client.post(wrong, data=report("7", AT, 1), headers=KIND)
        assert (answer.status_code, answer.data) == (403, b"")
    for change in ({"state": "paused"}, {"state": "active", "networks": ["10.9.0.0/16"]}):
        do(lambda change=change: db.session.execute(Terminal.__table__.update().values(**change)))
        assert client.post(address, data=report("7", AT, 1), headers=KIND).status_code == 403
    db.session.remove()
    assert db.session.scalar(select(func.count()).select_from(DeviceRequest)) == 0


def test_a_new_address_ends_the_old_one(client: CheckingClient, address: str, door: Terminal) -> None:
    officer = factories.employee(factories.branch(), "hr")
    do(new_key, by=officer.id, terminal_id=door.id, at=clock.now())
    assert client.post(address, data=report("7", AT, 1), headers=KIND).status_code == 403


def test_the_address_is_not_in_the_log(client: CheckingClient, address: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "onsite.access"):
        client.post(address, data=report("7", AT, 1), headers=KIND)
    assert [record.path for record in caplog.records if record.name == "onsite.access"] == ["/api/hikvision/…"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("piece", [b"\r\n", b"\n", b" ", b"\n\n   "])
def test_a_body_made_to_be_slow_is_not(piece: bytes) -> None:
    """Everybody who knows the address may send one."""
    body, began = piece * (LARGEST_REPORT // len(piece)), process_time()
    assert reported(body) is None
    assert process_time() - began < 1
