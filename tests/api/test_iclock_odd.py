"""Terminals that send too much, or what no database takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select

from jobs import devices as jobs
from tests import factories
from tests.support.clockwork import Frozen
from tests.support.terminals import push
from webapp.api import iclock_calls
from webapp.attendance.models import DeviceHeard
from webapp.core.db import db, do
from webapp.core.outbox import Item
from webapp.devices import service
from webapp.devices.models import DeviceRequest, TerminalState
from webapp.devices.models import Terminal as Registered
from webapp.devices.queries import callers
from webapp.devices.rules import Call
from webapp.devices.service import calls

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LINE = b"7\t2026-03-02 08:55:00\t0\t1\n"


@pytest.fixture
def door(app: Any, freeze: Frozen) -> Registered:
    freeze(NOW.isoformat())
    branch = factories.branch(timezone="Asia/Shanghai")
    return factories.terminal(branch, factories.site(factories.store_type(branch)), created_at=NOW - timedelta(days=9))


@pytest.fixture
def terminal(door: Registered, client: Any) -> push.Terminal:
    return push.Terminal(door.serial, push.by_client(client))


def state(door: Registered) -> TerminalState:
    db.session.remove()
    found = db.session.get(TerminalState, door.id)
    assert found is not None
    return found


def read(number: int) -> None:
    item = Item(0, "device_request", str(number), {"terminal_id": number}, 1)
    jobs.device_request([item])
    jobs.raw_punches([item])
    db.session.remove()


def heard() -> datetime | None:
    jobs.listen()
    db.session.remove()
    return db.session.scalar(select(DeviceHeard.through))


def test_a_hundred_thousand_punches_fit() -> None:
    lines = push.Terminal("X", lambda *_: (0, ""), shape="16").lines([("1234567", "2026-03-02 08:55:00")] * 1000)
    assert len(lines) * 100 < iclock_calls.TEXT_LIMIT


def test_too_much_at_once_is_noted_until_punches_are_kept_again(
    terminal: push.Terminal, door: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(iclock_calls, "TEXT_LIMIT", 1000)
    assert terminal.post("ATTLOG", LINE * 100)[0] == 413, "on its very first call"
    assert (state(door).last_error, state(door).last_error_at) == ("push_too_large", NOW)
    assert terminal.post("OPERLOG", b"OPLOG 0\t0\t2026-03-02 08:00:00\t0\n")[0] == 200
    assert state(door).last_error == "push_too_large"
    assert terminal.post("ATTLOG", LINE)[0] == 200
    assert (state(door).last_error, state(door).last_error_at) == (None, None)


def test_who_holds_too_much_has_not_told_everything(
    terminal: push.Terminal, door: Registered, freeze: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(iclock_calls, "TEXT_LIMIT", 1000)
    number = door.id

    def call_twice() -> None:
        for _ in range(2):
            freeze.forward(seconds=60)
            terminal.poll()

    terminal.post("ATTLOG", LINE)
    call_twice()
    read(number)
    before = heard()
    assert before == NOW + timedelta(seconds=60)
    assert terminal.post("ATTLOG", LINE * 100)[0] == 413
    call_twice()
    assert heard() == before
    terminal.post("ATTLOG", LINE.replace(b"7", b"8", 1))
    read(number)
    assert heard() == NOW + timedelta(seconds=180)


def test_a_nul_in_a_query(terminal: push.Terminal, door: Registered) -> None:
    odd = {"pushver": "2.4\x001", "x\x00y": "a\x00b"}
    assert terminal.shake_hands(**odd)[0] == 200
    assert terminal.post("ATTLOG", LINE, Stamp="9\x009", **odd) == (200, "OK: 1")
    assert terminal.call("GET", "getrequest", INFO="Ver\x00 8,1,1,1") == (200, "OK")
    assert state(door).stamps == {"ATTLOG": "99"}
    assert db.session.scalar(select(DeviceRequest.params)) is not None
    terminal.serial = "NEWDOOR1"
    assert terminal.shake_hands(**odd) == (403, "")


@pytest.mark.parametrize("key", ["live", "LIVE", "li\x00ve"])
def test_no_terminal_says_of_itself_that_it_is_live(terminal: push.Terminal, key: str) -> None:
    terminal.post("ATTLOG", LINE * 50, **{key: "1"})
    params = db.session.scalar(select(DeviceRequest.params))
    assert params is not None
    assert "live" not in params


def test_two_calls_at_once_keep_what_each_of_them_says(terminal: push.Terminal, door: Registered) -> None:
    """Both were looked up before either wrote."""
    terminal.shake_hands()
    early = callers.caller(door.serial, at=NOW)
    assert early is not None
    db.session.remove()
    terminal.post("OPERLOG", b"OPLOG 0\t0\t2026-03-02 08:00:00\t0\n", OpStamp="77")
    known = {"kind": "attlog", "body": LINE, "params": {}, "call": Call("127.0.0.1"), "at": NOW}
    do(service.take_in, caller=early, stamp=("ATTLOG", "5"), **known)
    assert state(door).stamps == {"ATTLOG": "5", "OPERLOG": "77"}


def test_everything_again_is_asked_for_also_beside_another_call(terminal: push.Terminal, door: Registered) -> None:
    terminal.shake_hands()
    do(service.ask_for_everything, terminal_id=door.id, by=None, at=NOW)
    early = callers.caller(door.serial, at=NOW)
    assert early is not None
    db.session.remove()
    terminal.post("OPERLOG", b"OPLOG 0\t0\t2026-03-02 08:00:00\t0\n", OpStamp="77")
    do(service.greet, caller=early, call=Call("127.0.0.1", handshake=True), told={}, at=NOW)
    assert state(door).stamps == {"OPERLOG": "77", "asked_at": NOW.isoformat()}


@pytest.mark.postgresql
@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
def test_what_two_calls_tell_of_a_device_is_all_kept(door: Registered, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second comes between what the first reads and what it writes."""
    number, app, real = door.id, current_app._get_current_object(), calls.update  # type: ignore[attr-defined]
    do(service.remember, terminal_id=number, told={"a": "1"}, at=NOW)

    def other() -> None:
        with app.app_context():
            do(service.remember, terminal_id=number, told={"c": "3"}, at=NOW)

    thread = Thread(target=other)

    def update(model: Any) -> Any:
        if thread.ident is None:
            thread.start()
            thread.join(0.5)
            assert thread.is_alive(), "it waits"
        return real(model)

    monkeypatch.setattr(calls, "update", update)
    do(service.remember, terminal_id=number, told={"b": "2"}, at=NOW)
    thread.join(10)
    assert state(door).info == {"a": "1", "b": "2", "c": "3"}
