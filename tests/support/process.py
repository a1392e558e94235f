"""Child processes that never outlive the test run, even when it is killed."""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).resolve().parents[2]
_PR_SET_PDEATHSIG = 1

# A busy machine is slow, not wrong: limits are there to end a hang, never to time anything.
PATIENCE = 6


def spawn(
    args: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    die_with: int = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start a child whose output goes to `log`; the kernel kills it when this process dies."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [str(part) for part in args],
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=_dies_with_parent(die_with),  # noqa: PLW1509
        )


class Child(Protocol):
    """What subprocess.Popen and forks.Forked have in common."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...
    def kill(self) -> None: ...


def stop(process: Child, sig: int = signal.SIGTERM, within: float = 10) -> int:
    """Ask, then insist. Returns the exit code."""
    if process.poll() is None:
        process.send_signal(sig)
        try:
            process.wait(within * PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def kill(process: Child) -> None:
    """kill -9, and wait until it is really gone."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.wait()


def wait_until(ready: Callable[[], object], what: str, within: float = 15, log: Path | None = None) -> None:
    """Poll `ready` until it is truthy. Raises AssertionError with the end of the log."""
    within *= PATIENCE
    deadline = time.monotonic() + within
    while not ready():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {within} s\n{tail(log)}")
        time.sleep(0.02)


def free_port() -> int:
    """Below those the kernel hands out for connections, so that nobody else is given it before it is used."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def tail(log: Path | None, lines: int = 30) -> str:
    if log is None or not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _dies_with_parent(sig: int) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)  # loaded before the fork: no allocation between fork and exec
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, sig, 0, 0, 0)
