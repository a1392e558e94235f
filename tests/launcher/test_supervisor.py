"""Decisions of the supervisor that take too long, or too much, to watch in a running one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from webapp.launcher.supervisor import LONGEST_PAUSE, STOP_SIGNALS, Child, Supervisor


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    before = {number: signal.getsignal(number) for number in (*STOP_SIGNALS, signal.SIGCHLD)}
    made = Supervisor([])
    yield made
    signal.set_wakeup_fd(-1)
    for number, handler in before.items():
        signal.signal(number, handler)
    os.close(made._wake_read)
    os.close(made._wake_write)


def test_a_child_that_fails_all_night_is_still_started_again(supervisor: Supervisor) -> None:
    child = Child("worker 1", lambda: None, failures=5000, started=float("inf"))
    supervisor._ended(child, 1)
    assert child.due is not None
    assert 0 < supervisor_pause(child) <= LONGEST_PAUSE


def test_nohup_keeps_it_running_when_the_terminal_closes() -> None:
    code = (
        "import os, signal; from webapp.launcher.supervisor import Supervisor; one = Supervisor([])\n"
        "os.kill(os.getpid(), signal.SIGHUP); print(one.stopping)"
    )
    said = [_run(code), _run("import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n" + code)]
    assert said == ["True", "False"]


def supervisor_pause(child: Child) -> float:
    from time import monotonic

    return (child.due or 0) - monotonic()


def _run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()
