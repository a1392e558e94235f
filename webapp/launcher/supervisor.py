"""Keeps forked children running and stops them in order."""

import contextlib
import logging
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from webapp.core.process import call_me, die_with_parent

log = logging.getLogger("onsite.launcher")

FIRST_PAUSE, LONGEST_PAUSE, HEALTHY_AFTER = 0.1, 10.0, 10.0
LONGER = 5
"""Failures in a row after which the pause grows no more: a database may be away all night."""
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Child:
    """A process: `body` runs in the fork; `stop_seconds` is how long it may take to end politely."""

    name: str
    body: Callable[[], None]
    stop_seconds: float = 10
    death: signal.Signals = signal.SIGKILL
    once: bool = False
    pid: int = 0
    started: float = 0
    failures: int = 0
    due: float | None = 0

    @property
    def running(self) -> bool:
        return self.pid > 0


class Supervisor:
    """Children in the order they are stopped."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = list(children)
        self.stopping = False
        self._hurry = False
        self._watched: dict[int, Callable[[], None]] = {}
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._listen()

    def start(self, child: Child) -> None:
        child.pid, child.started, child.due = self._fork(child), monotonic(), None

    def run(self) -> None:
        """Until a stop signal: restart what ends. Then stop everything, in order."""
        while not self.stopping:
            self._reap()
            self._start_due()
            self._sleep(self._next_due())
        self.stop_all()

    def stop_all(self) -> None:
        self.stopping = True
        for child in self.children:
            if child.running:
                self._stop(child)
                log.info("stopped", extra={"child": child.name})

    def watch(self, descriptor: int, ready: Callable[[], None]) -> None:
        """Call `ready` once, when the descriptor can be read."""
        self._watched[descriptor] = ready

    def _listen(self) -> None:
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in STOP_SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup wants it ignored
                signal.signal(number, self._ask_to_stop)

    def _ask_to_stop(self, *_: object) -> None:
        self._hurry, self.stopping = self.stopping, True

    def _reap(self) -> None:
        for child in self.children:
            if child.running:
                pid, status = os.waitpid(child.pid, os.WNOHANG)
                if pid:
                    self._ended(child, os.waitstatus_to_exitcode(status))

    def _ended(self, child: Child, code: int) -> None:
        child.pid = 0
        if self.stopping or (child.once and code == 0):
            return
        if monotonic() - child.started > HEALTHY_AFTER:
            child.failures = 0
        pause = min(FIRST_PAUSE * 3 ** min(child.failures, LONGER), LONGEST_PAUSE)
        child.failures += 1
        if child.once and child.failures > 3:
            log.error("gave up", extra={"child": child.name, "code": code})
            return
        child.due = monotonic() + pause
        log.warning("ended, starting again", extra={"child": child.name, "code": code, "in_seconds": pause})

    def _start_due(self) -> None:
        for child in reversed(self.children):
            if not child.running and child.due is not None and child.due <= monotonic():
                self.start(child)

    def _next_due(self) -> float:
        waits = [child.due - monotonic() for child in self.children if not child.running and child.due is not None]
        return max(0.0, min(waits, default=3600.0))

    def _sleep(self, seconds: float) -> None:
        ready, _, _ = select.select([self._wake_read, *self._watched], [], [], seconds)
        for descriptor in ready:
            if descriptor == self._wake_read:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake_read, 4096)
            else:
                self._watched.pop(descriptor)()

    def _stop(self, child: Child) -> None:
        os.kill(child.pid, signal.SIGTERM)
        deadline = monotonic() + child.stop_seconds
        while child.running and monotonic() < deadline and not self._hurry:
            self._sleep(deadline - monotonic())
            self._reap()
        if child.running:
            os.kill(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)
            child.pid = 0

    def _fork(self, child: Child) -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        if pid := os.fork():
            return pid
        try:
            self._become(child, parent)
            child.body()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(bool(end.code))
        except BaseException:  # noqa: BLE001 - the last line of a process: say it and end
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

    def _become(self, child: Child, parent: int) -> None:
        """A group of its own, so that Ctrl-C reaches the launcher alone, and ordinary signals again."""
        die_with_parent(parent, child.death)
        call_me(f"onsite-{child.name}")
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        for number in (*STOP_SIGNALS, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        for descriptor in (self._wake_read, self._wake_write):
            os.close(descriptor)
