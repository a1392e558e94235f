"""What terminals are asked to do, and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select

from tests import factories
from tests.support.clockwork import Frozen
from tests.support.terminals import push
from webapp.core.db import db, do
from webapp.core.errors import Invalid
from webapp.devices import service
from webapp.devices.models import DeviceCommand, DeviceRequest, TerminalState
from webapp.devices.models import Terminal as Registered
from webapp.devices.service.commands import VERBS

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY = {"start": "2026-03-01 00:00:00", "end": "2026-03-01 23:59:59"}


@pytest.fixture
def door(app: Any, freeze: Frozen) -> Registered:
    freeze(NOW.isoformat())
    return factories.terminal(factories.branch(timezone="Asia/Shanghai"))


@pytest.fixture
def terminal(door: Registered, client: Any) -> push.Terminal:
    made = push.Terminal(door.serial, push.by_client(client))
    made.shake_hands(language="69")
    return made


def ask(door: Registered, verb: str, **params: Any) -> int:
    return do(service.ask, terminal_id=door.id, verb=verb, params=params, by=None, at=NOW)


def command(number: int) -> DeviceCommand:
    db.session.remove()
    found = db.session.get(DeviceCommand, number)
    assert found is not None
    return found


def test_in_the_words_of_the_protocol(terminal: push.Terminal, door: Registered) -> None:
    for verb in VERBS:
        ask(door, verb, **(DAY if verb in {"query", "verify"} else {"pin": "007", "name": "Li\tPri=14\nC:1:REBOOT"}))
    assert [said for _, said in terminal.poll()] == [
        "CHECK", "LOG", "INFO", "REBOOT",
        "DATA QUERY ATTLOG StartTime=2026-03-01 00:00:00\tEndTime=2026-03-01 23:59:59",
        "VERIFY SUM ATTLOG StartTime=2026-03-01 00:00:00\tEndTime=2026-03-01 23:59:59",
        "DATA UPDATE USERINFO PIN=7\tName=Li Pri 14 C:1:REBOOT",
        "DATA DELETE USERINFO PIN=7",
    ]  # fmt: skip
    assert terminal.poll() == [], "handed out once"


@pytest.mark.parametrize("verb", ["shell", "SHELL ls", "clear", "put_file", ""])
def test_what_erases_or_runs_programs_has_no_words(door: Registered, verb: str) -> None:
    with pytest.raises(Invalid):
        ask(door, verb)


@pytest.mark.parametrize(
    ("verb", "params"),
    [
        ("query", {}), ("query", {"start": "2026-03-01", "end": "x"}),
        ("query", {**DAY, "start": "2026-02-30 00:00:00"}),
        ("verify", {"start": DAY["end"], "end": DAY["start"]}), ("user_add", {"pin": "0"}),
        ("user_delete", {"pin": "7\tCLEAR LOG"}), ("query", {**DAY, "end": "2026-03-01 23:59:59\nC:9:SHELL"}),
    ],
)  # fmt: skip
def test_parameters_that_make_no_sense(door: Registered, verb: str, params: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        ask(door, verb, **params)


def test_asked_twice_before_it_is_handed_out_is_asked_once(terminal: push.Terminal, door: Registered) -> None:
    first = ask(door, "query", **DAY)
    assert ask(door, "query", **DAY) == first
    assert ask(door, "query", **{**DAY, "end": "2026-03-01 12:00:00"}) != first
    terminal.poll()
    assert ask(door, "query", **DAY) != first


def test_no_more_than_fits(terminal: push.Terminal, door: Registered) -> None:
    for n in range(201):
        ask(door, "user_delete", pin=str(n + 1))
    assert len(terminal.poll()) == 200
    assert len(terminal.poll()) == 1


def test_several_results_in_one_post(terminal: push.Terminal, door: Registered) -> None:
    check, verify, info = ask(door, "check"), ask(door, "verify", **DAY), ask(door, "info")
    terminal.poll()
    terminal.report(
        f"ID={check}&Return=-1002&CMD=CHECK",
        f"ID={verify}&Return=0&CMD=VERIFY SUM&AttlogSum=41",
        f"ID={info}&Return=0&CMD=INFO",
        "~DeviceName=X100-C\nTransactionCount=5120\nComKey=secret",
    )
    assert (command(check).returned, command(check).done_at) == (-1002, NOW)
    assert command(verify).answer == {"cmd": "VERIFY SUM", "attlogsum": "41"}
    assert "secret" not in str(command(info).answer)
    state = db.session.get(TerminalState, door.id)
    assert state is not None
    assert (state.device_count, state.info["devicename"]) == (5120, "X100-C")


def test_results_where_nobody_expects_them(terminal: push.Terminal, door: Registered) -> None:
    """Some firmware posts them to cdata without a table; some invents ids."""
    number = ask(door, "log")
    terminal.poll()
    assert terminal.post("", b"ID=abc&Return=0&CMD=LOG\nID=99999999999999999999&Return=0&CMD=LOG\n") == (200, "OK")
    assert terminal.post("", f"ID={number}&Return=0&CMD=DATA QUERY\n".encode()) == (200, "OK")
    assert command(number).returned == 0
    assert db.session.scalar(select(DeviceRequest.id)) is None


def test_a_command_never_handed_out_has_no_result(terminal: push.Terminal, door: Registered) -> None:
    number = ask(door, "log")
    terminal.report(f"ID={number}&Return=0&CMD=LOG")
    assert command(number).done_at is None


def test_unanswered_is_handed_out_again_and_given_up(terminal: push.Terminal, door: Registered, freeze: Frozen) -> None:
    log, reboot = ask(door, "log"), ask(door, "reboot")
    said = []
    for _ in range(8):
        said += [text for _, text in terminal.poll()]
        freeze.forward(seconds=121)
    assert (said.count("LOG"), said.count("REBOOT")) == (5, 1), "a terminal must not be rebooted for ever"
    assert command(log).done_at
    assert command(reboot).done_at
    assert command(log).returned is None
    terminal.report(f"ID={log}&Return=0&CMD=LOG")
    assert command(log).returned == 0, "late is better than never"


def test_names_in_the_language_of_the_terminal(terminal: push.Terminal, door: Registered) -> None:
    polled = current_app.test_client()

    def poll(language: str) -> bytes:
        terminal.shake_hands(language=language)
        ask(door, "user_add", pin="7", name=f"张三 {language}")
        return polled.get(f"/iclock/getrequest?SN={door.serial}").data

    assert "张三 69".encode() in poll("69")
    assert "张三 83".encode("gb18030") in poll("83")
