"""Terminals that push: what they hear, and that nothing they send is lost, doubled or kept against their users."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from jobs import sweep
from tests import factories
from tests.support.clockwork import Frozen
from tests.support.terminals import push
from webapp.core.db import db, do
from webapp.devices import service
from webapp.devices.models import BadLine, DeviceEvent, DeviceRequest, RawPunch, TerminalState
from webapp.devices.models import Terminal as Registered

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MORNING = [("7", "2026-03-02 08:55:00"), ("8", "2026-03-02 08:56:00"), ("7", "2026-03-02 08:57:30")]


@pytest.fixture
def door(app: Any, freeze: Frozen) -> Registered:
    freeze(NOW.isoformat())
    return factories.terminal(factories.branch(timezone="Asia/Shanghai"))


@pytest.fixture
def terminal(door: Registered, client: Any) -> push.Terminal:
    return push.Terminal(door.serial, push.by_client(client))


def drain() -> None:
    """What a worker would do, without one; topics of other parts wait."""
    from jobs.devices import device_request
    from webapp.core.outbox import Item

    ids = db.session.scalars(select(Registered.id)).all()
    db.session.remove()
    device_request([Item(0, "device_request", str(n), {"terminal_id": n}, 1) for n in ids])
    assert "device_request" in sweep.TOPICS


def kept() -> list[tuple[str, str]]:
    db.session.remove()
    return [tuple(row) for row in db.session.execute(select(RawPunch.pin, RawPunch.device_time).order_by(RawPunch.id))]


def state(door: Registered) -> TerminalState:
    db.session.remove()
    found = db.session.get(TerminalState, door.id)
    assert found is not None
    return found


def test_the_handshake(terminal: push.Terminal) -> None:
    status, text = terminal.shake_hands()
    assert status == 200
    assert text == (
        f"GET OPTION FROM: {terminal.serial}\nATTLOGStamp=None\nOPERLOGStamp=None\nATTPHOTOStamp=None\nErrorDelay=30\n"
        "Delay=10\nTransTimes=00:00;14:05\nTransInterval=1\nTransFlag=1100000000\nTimeZone=8\nRealtime=1\nEncrypt=None\n"
        "ServerVer=2.4.1\nPushProtVer=2.4.1\n"
    )


def test_no_cookie_no_redirect_no_headers_for_browsers(client: Any, door: Registered) -> None:
    answer = client.get(
        f"/iclock/cdata?SN={door.serial}&options=all", headers={"Cookie": "session=x", "Origin": "null"}
    )
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    assert not {"Set-Cookie", "Strict-Transport-Security", "Content-Security-Policy"} & set(answer.headers.keys())
    post = client.post(
        f"/iclock/cdata?SN={door.serial}&table=ATTLOG", data=b"7\t2026-03-02 08:55:00\n",
        headers={"Cookie": "x=1", "Origin": "http://elsewhere", "Sec-Fetch-Site": "cross-site"},
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert post.text == "OK: 1"


@pytest.mark.parametrize("shape", push.SHAPES)
def test_every_shape_of_a_punch(terminal: push.Terminal, shape: str) -> None:
    terminal.shape = shape
    for pin, time in MORNING:
        terminal.punch(pin, time)
    assert terminal.upload()
    drain()
    assert kept() == MORNING
    assert db.session.scalar(select(func.count()).select_from(BadLine)) == 0
    row = db.session.execute(select(RawPunch.source, RawPunch.line, RawPunch.work_code).limit(1)).one()
    assert row.source == "push"
    assert row.line == push.SHAPES[shape](*MORNING[0])
    assert row.work_code == ("7" if shape == "16" else "0" if shape in {"5", "10", "10 and a tab"} else None)


@pytest.mark.parametrize(
    "query", ["table=%20ATTLOG", "TABLE=attlog", "Stamp=9999", "", "table=ATTLOG&OpStamp=1"], ids=str
)
def test_however_the_table_is_written_or_left_out(terminal: push.Terminal, query: str) -> None:
    path = f"/iclock/cdata?sn={terminal.serial}&{query}"
    assert terminal.send("POST", path, terminal.lines(MORNING)) == (200, "OK: 3")
    drain()
    assert kept() == MORNING


def test_aspx_twins(terminal: push.Terminal) -> None:
    terminal.aspx = True
    assert terminal.shake_hands()[0] == 200
    assert terminal.call("GET", "ping") == (200, "OK")
    assert terminal.post("ATTLOG", terminal.lines(MORNING))[0] == 200
    assert terminal.poll() == []


def test_the_bytes_are_kept_before_ok_and_kept_once(terminal: push.Terminal, door: Registered) -> None:
    body = (
        b"7\t2026-03-02 08:55:00\t0\t1\r\nnonsense\n00\t2026-03-02 08:56:00\n"
        b"7\t1971--10--29 -23:-22:-52\t0\n\x00ZZ!\tx\t\n"
    )
    for _ in range(3):
        assert terminal.post("ATTLOG", body, Stamp="5") == (200, "OK: 5")
    row = db.session.execute(select(DeviceRequest.body, DeviceRequest.kind, DeviceRequest.params)).one()
    assert (row.body, row.kind) == (body, "attlog")
    assert row.params["stamp"] == "5"
    drain()
    assert kept() == [("7", "2026-03-02 08:55:00")]
    bad = db.session.execute(select(BadLine.n, BadLine.reason).order_by(BadLine.n))
    assert [tuple(line) for line in bad] == [(2, "shape"), (4, "time"), (5, "pin")]
    read = db.session.execute(select(DeviceRequest.lines, DeviceRequest.bad, DeviceRequest.skipped)).one()
    assert tuple(read) == (1, 3, 1)


def test_twenty_hours_in_one_post(terminal: push.Terminal) -> None:
    began = NOW - timedelta(hours=12)
    times = [(began + timedelta(seconds=20 * n)).isoformat(sep=" ")[:19] for n in range(3600)]
    terminal.at_once = 5000
    for n, time in enumerate(times):
        terminal.punch(str(n % 90 + 1), time)
    assert terminal.upload()
    drain()
    assert kept() == terminal.memory


def test_it_sends_again_until_it_hears_ok(terminal: push.Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    for pin, time in MORNING:
        terminal.punch(pin, time)
    from webapp.devices.service import calls

    with monkeypatch.context() as broken:
        broken.setattr(calls, "heard", lambda **_: 1 / 0)
        terminal.send = quietly(terminal.send)
        assert not terminal.upload()
    assert db.session.scalar(select(func.count()).select_from(DeviceRequest)) == 0, "500 means that nothing was stored"
    assert terminal.upload()
    drain()
    assert kept() == MORNING


def quietly(send: push.Send) -> push.Send:
    """The test client raises on a 500, which here is the point."""

    def sent(method: str, path: str, body: bytes) -> push.Answer:
        try:
            return send(method, path, body)
        except AssertionError as error:
            if "answered 500" in str(error):
                return 500, ""
            raise

    return sent


def test_people_and_their_fingers_are_never_kept(terminal: push.Terminal, door: Registered) -> None:
    name = "张三".encode("gb18030")
    body = (
        b"USER PIN=7\tName=" + name + b"\tPri=0\tPasswd=1234\n"
        b"OPLOG 21\t0\t2026-03-02 08:00:00\t2026-03-02 07:00:00\t0\t0\t0\n"
        b"FP PIN=7\tFID=1\tSize=1024\tValid=1\tTMP=AAAA\n"
        b"OPLOG 4\t0\t2026-03-02 08:00:01\t0\t0\t0\t0\nFACE PIN=7\tFID=0\tTMP=BBBB\n"
        b"OPLOG 0\t0\t2026-03-02 07:58:00\t0\t0\t0\t0\n"
    )
    terminal.shake_hands()
    assert terminal.post("OPERLOG", body, OpStamp="77") == (200, "OK")
    assert terminal.post("", b"USER PIN=8\tName=Li\n", OpStamp="78") == (200, "OK")
    for table in ("BIODATA", "BIOPHOTO", "ATTPHOTO", "IDCARD", "USERPIC", "ERRORLOG", "whatever"):
        assert terminal.post(table, b"PIN=7\x00" * 700_000)[0] == 200
    assert terminal.call("POST", "fdata", b"x" * 3_000_000) == (200, "OK")
    bodies = db.session.scalars(select(DeviceRequest.body)).all()
    assert len(bodies) == 1
    assert b"PIN=" not in bodies[0]
    assert name not in bodies[0]
    drain()
    events = db.session.execute(select(DeviceEvent.code, DeviceEvent.device_time).order_by(DeviceEvent.device_time))
    assert [tuple(event) for event in events] == [
        ("power_on", "2026-03-02 07:58:00"), ("time_set", "2026-03-02 08:00:00")
    ]  # fmt: skip
    assert state(door).stamps == {"OPERLOG": "77"}


def test_live_is_what_is_sent_as_it_happens(terminal: push.Terminal, freeze: Frozen, door: Registered) -> None:
    terminal.shake_hands()
    terminal.post("ATTLOG", terminal.lines(MORNING[:1]), Stamp="1")
    freeze.forward(seconds=90)
    terminal.poll()
    terminal.post("ATTLOG", terminal.lines(MORNING[1:2]), Stamp="2")
    terminal.post("ATTLOG", terminal.lines([("9", f"2026-03-02 08:00:0{n}") for n in range(6)]), Stamp="3")
    terminal.post("ATTLOG", terminal.lines(MORNING[2:3]), Stamp="0")
    freeze.forward(minutes=3)
    terminal.post("ATTLOG", terminal.lines([("5", "2026-03-02 09:00:00")]), Stamp="4")
    live = db.session.scalars(select(DeviceRequest.params).order_by(DeviceRequest.id)).all()
    assert [bool(params.get("live")) for params in live] == [False, True, False, False, False]
    assert state(door).stamps == {"ATTLOG": "4"}


def test_what_follows_the_handshake_after_a_silence_is_not_live(
    terminal: push.Terminal, freeze: Frozen, door: Registered
) -> None:
    """Yesterday's punches held and the clock called wrong, because the device greeted us before it sent them."""
    terminal.shake_hands()
    freeze.forward(seconds=60)
    terminal.poll()
    freeze.forward(hours=20)
    for seconds, pin in ((2, "1"), (40, "2"), (2, "3")):
        terminal.shake_hands()
        freeze.forward(seconds=seconds)
        terminal.post("ATTLOG", terminal.lines([(pin, "2026-03-02 10:00:00")]), Stamp="1")
    live = db.session.scalars(select(DeviceRequest.params).order_by(DeviceRequest.id)).all()
    assert [bool(params.get("live")) for params in live] == [False, False, True]


def test_everything_again(terminal: push.Terminal, door: Registered, freeze: Frozen) -> None:
    for pin, time in MORNING:
        terminal.punch(pin, time)
    terminal.stamp = "3"
    terminal.shake_hands()
    freeze.forward(seconds=60)
    terminal.poll()
    assert terminal.upload()
    do(service.ask_for_everything, terminal_id=door.id, by=None, at=NOW)
    assert [command for _, command in terminal.poll()] == ["CHECK"]
    freeze.forward(seconds=40)
    terminal.shake_hands()
    assert terminal.options["ATTLOGStamp"] == "0"
    assert state(door).send_again, "until something comes"
    assert terminal.acknowledged == 0
    terminal.at_once = 2
    assert terminal.upload()
    assert not state(door).send_again
    terminal.shake_hands()
    assert terminal.options["ATTLOGStamp"] == "3"
    live = db.session.scalars(select(DeviceRequest.params).order_by(DeviceRequest.id)).all()
    assert [bool(params.get("live")) for params in live] == [True, False, False], "what comes from memory is not live"
    drain()
    assert kept() == MORNING


def test_options_and_info(terminal: push.Terminal, door: Registered) -> None:
    body = (
        b"~DeviceName=SpeedFace-V5L,MAC=00:17:61:12:f8:db,TransactionCount=1234,~ComKey=secret,AdminPasswd=1,"
        b"IPAddress=10.0.0.7"
    )
    assert terminal.post("options", body) == (200, "OK")
    assert state(door).device_count == 1234
    assert state(door).info == {
        "devicename": "SpeedFace-V5L", "mac": "00:17:61:12:f8:db", "transactioncount": "1234", "ipaddress": "10.0.0.7"
    }  # fmt: skip
    terminal.poll(INFO="Ver 8.0.4.3,12,15,1240,192.168.1.201,10,7,12,0,111")
    assert state(door).device_count == 1240
    assert state(door).info["firmver"] == "Ver 8.0.4.3"


def test_unknown_paths_are_404_and_nothing_is_a_page(client: Any, door: Registered) -> None:
    for answer in (client.get("/iclock/edata"), client.post("/iclock/file/x?SN=1"), client.get("/iclock/cdata/")):
        assert (answer.status_code, answer.data) == (404, b"")


def test_being_asked_the_time(terminal: push.Terminal) -> None:
    assert terminal.call("GET", "cdata", type="time") == (200, "Time=2026-03-02T09:00:00+08:00\nSyncTime=3600\n")
    days = ((26 * 12) + 2) * 31 + 1
    assert terminal.call("GET", "rtdata", type="time")[1] == f"DateTime={days * 86400 + 9 * 3600},ServerTZ=+0800\n"


def test_the_security_dialect(terminal: push.Terminal, door: Registered) -> None:
    _, text = terminal.shake_hands(DeviceType="acc")
    code = terminal.options["RegistryCode"]
    assert text.startswith("registry=ok\n")
    assert len(code) <= 32
    assert terminal.call("POST", "registry", b"DeviceType=acc,~DeviceName=X") == (200, f"RegistryCode={code}\n")
    for method in ("GET", "POST"):
        assert f"SessionID={code}\n" in terminal.call(method, "push")[1]
    body = (
        b"time=2026-03-02 08:55:00\tpin=7\tcardno=0\teventaddr=1\tevent=3\tinoutstatus=0\tverifytype=15\tindex=21\n"
        b"time=2026-03-02 08:55:30\tpin=0\tcardno=0\teventaddr=1\tevent=206\tinoutstatus=2\tverifytype=200\tindex=22\n"
        b"time=2026-03-02 08:56:00\tpin=8\tcardno=0\teventaddr=1\tevent=27\tinoutstatus=0\tverifytype=15\tindex=23\n"
    )
    assert terminal.post("rtlog", body)[0] == 200
    assert terminal.post("rtstate", b"time=2026-03-02 08:55:00\tsensor=00") == (200, "OK")
    assert terminal.post("tabledata", b"user uid=1\tpin=7\tname=Li\n", tablename="user", count="1") == (200, "user=1\n")
    seconds = (((26 * 12) + 2) * 31 + 1) * 86400 + 9 * 3600 + 60
    past = f"transaction cardno=0\tpin=9\tverified=1\teventtype=0\tinoutstatus=1\ttime_second={seconds}\tindex=24\n"
    told = terminal.post("tabledata", past.encode(), tablename="transaction", count="1")
    assert told == (200, "transaction=1\n")
    drain()
    assert kept() == [("7", "2026-03-02 08:55:00"), ("9", "2026-03-02 09:01:00")]
    assert b"name" not in b"".join(db.session.scalars(select(DeviceRequest.body)))
