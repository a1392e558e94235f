"""kill -9 of web and worker during a backlog, Redis wiped: afterwards we hold exactly what the terminals hold."""

from __future__ import annotations

import random
import threading
import time
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from jobs import schedule
from tests import factories
from tests.support.apps import forget_read
from tests.support.clockwork import Frozen
from tests.support.stack import Stack
from tests.support.terminals import push
from webapp.core import clock
from webapp.core.db import db
from webapp.devices.models import DeviceRequest, RawPunch, Terminal

pytestmark = pytest.mark.crash
HELD, WITHIN = 4000, 90
NOW = "2026-03-02T12:00+08:00"


class Caller(threading.Thread):
    """A terminal that tries until everything it holds is acknowledged, also twice at once."""

    def __init__(self, terminal: push.Terminal) -> None:
        super().__init__(daemon=True)
        self.terminal = terminal
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            self.terminal.call("GET", "getrequest")
            if self.terminal.upload():
                return
            time.sleep(0.05)


def test_a_backlog_survives_everything(stack: Stack, freeze: Frozen) -> None:
    backlog(stack, freeze, seed=1)


def backlog(stack: Stack, freeze: Frozen, seed: int) -> None:
    """Two terminals and a twin send what they hold while everything is killed in turn."""
    chance = random.Random(seed)
    freeze(NOW)
    branch = factories.branch(timezone="Asia/Shanghai")
    port = urlsplit(stack.url).port
    assert port
    made = [push.Terminal(factories.terminal(branch).serial, push.by_http(port), at_once=50) for _ in range(2)]
    for terminal in made:
        began = datetime(2026, 3, 1, 16)  # noqa: DTZ001 - what a clock on a wall shows
        terminal.memory = [
            (str(chance.randint(1, 60)), str(began + timedelta(seconds=17 * n))) for n in range(HELD // 2)
        ]
    twin = push.Terminal(made[0].serial, push.by_http(port), memory=made[0].memory, at_once=50)
    callers = [Caller(terminal) for terminal in (*made, twin)]
    stack.start_web()
    stack.start_worker()
    for caller in callers:
        caller.start()
    try:
        _strike(stack, chance, callers)
    finally:
        for caller in callers:
            caller.over.set()
    for caller in callers:
        caller.join(5)
    assert all(caller.terminal.acknowledged == HELD // 2 for caller in callers), stack.log("web")
    _settle_down(stack, freeze)
    for terminal in made:
        assert _kept(terminal.serial) == sorted(set(terminal.memory))
    assert db.session.scalar(select(func.count()).where(DeviceRequest.read_at.is_(None))) == 0


def _strike(stack: Stack, chance: random.Random, callers: list[Caller]) -> None:
    """Each blow while something is still on its way."""
    blows = [
        lambda: (stack.kill_web(), stack.start_web()),
        lambda: (stack.kill_worker(), stack.start_worker()),
        stack.flushall,
        lambda: (stack.kill_worker(), stack.start_worker()),
        lambda: (stack.kill_web(), stack.start_web()),
    ]
    chance.shuffle(blows)
    deadline = time.monotonic() + WITHIN
    for blow in blows:
        time.sleep(chance.uniform(0.05, 0.4))
        blow()
    while any(caller.is_alive() for caller in callers):
        assert time.monotonic() < deadline, stack.log("web")
        time.sleep(0.05)


def _settle_down(stack: Stack, freeze: Frozen) -> None:
    """Two quiet minutes: what was lost is found, and then there is nothing left to find."""
    for _ in range(2):
        freeze.forward(minutes=4)
        schedule.tick(at=clock.now())
        stack.wait_idle(60)
    forget_read()


def _kept(serial: str) -> list[tuple[str, str]]:
    mine = select(RawPunch.pin, RawPunch.device_time).join(Terminal).where(Terminal.serial == serial)
    return sorted((row.pin, row.device_time) for row in db.session.execute(mine))


def test_over_the_wire(stack: Stack, freeze: Frozen) -> None:
    """What only a real server shows: the Date that sets a terminal's clock, and spaces in a request line."""
    freeze(NOW)
    serial = factories.terminal(factories.branch()).serial
    stack.start_web()
    port = urlsplit(stack.url).port
    assert port
    answer = push.raw(port, f"GET /iclock/cdata?SN={serial}&options=all HTTP/1.1")
    head, _, body = answer.partition("\r\n\r\n")
    names = [line.partition(":")[0].lower() for line in head.splitlines()[1:]]
    assert names.count("date") == 1
    assert names.count("content-length") == 1
    assert not {"set-cookie", "location", "strict-transport-security"} & set(names)
    assert body.startswith(f"GET OPTION FROM: {serial}\n")
    spaced = push.raw(port, f"GET /iclock/getrequest?SN={serial}&INFO=Ver 6.39 Apr 28 2008,2,3,41 HTTP/1.1")
    assert spaced.startswith("HTTP/1.1 200")
    assert spaced.endswith("\r\n\r\nOK")
    assert push.raw(port, "GET /to day HTTP/1.1").startswith("HTTP/1.1 400"), "nobody else may write like that"
