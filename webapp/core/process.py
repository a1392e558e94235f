"""Processes that end together: children of a killed parent must not live on."""

import ctypes
import os
import signal
import sys
from contextlib import suppress

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int, death: signal.Signals = signal.SIGKILL) -> None:
    """Called by a child just after the fork: get `death` when `parent` ends, however it ends. Linux only."""
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, death)
    if os.getppid() != parent:
        os._exit(1)


def children_die_with_me() -> None:
    """From now on every fork of this process, at any depth, is killed when the process that forked it ends."""
    forking: list[int] = []
    os.register_at_fork(
        before=lambda: forking.append(os.getpid()),
        after_in_parent=forking.clear,
        after_in_child=lambda: die_with_parent(forking.pop()),
    )


def call_me(name: str) -> None:
    """The name `ps` and `top` show, instead of yet another "python". Linux only."""
    with suppress(OSError), open("/proc/self/comm", "w") as file:
        file.write(name[:15])


def is_alive(pid: int) -> bool:
    """Whether a process of this machine exists; a zombie counts as dead."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] in {"Z", "X"}
    except OSError:
        return False
